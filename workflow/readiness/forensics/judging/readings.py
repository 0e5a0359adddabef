"""Judge readings: the simplest one of a whole study, words against figures, outlets against
another.

The verdicts are inferences about the meaning of a text; the arithmetic inside them is exact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from readiness.forensics.arithmetic import bases
from readiness.forensics.arithmetic.figures import (
    NEAREST_ROUNDINGS,
    PrintedFigure,
    Rounding,
    print_share,
)
from readiness.forensics.arithmetic.phrases import (
    PhraseReading,
    WordingResult,
    judge_wording,
    read_phrase,
    smallest_strict_base,
)
from readiness.forensics.arithmetic.precision import (
    clopper_pearson,
    cross_range,
    nchs_presentation,
    statcan_band,
)
from readiness.forensics.arithmetic.sums import repairs, sum_to_whole
from readiness.forensics.judging.context import (
    NEAREST_ALONE,
    UNWEIGHTED_NEAREST,
    Study,
    percent,
    verdict,
)
from readiness.forensics.judging.judgements import SEARCH, claim_names
from readiness.forensics.judging.structure import Claim, ClaimSet, Contradiction, Phrase, Unknown
from readiness.forensics.judging.verdict import Nature, Status, Verdict, name, name_numbers
from readiness.ground.facts import Fact, Listed, Term, TranslatedText, Value

MOST_MISSING = 3
# Largest number of sets for which a common reading is sought: nobody could read a longer one.
MOST_SETS = 12
LEVEL = Fraction(95, 100)
WORDING_SEARCH = 10_000

# Unicode's isolate: text between these two marks keeps its own direction in any sentence.
FIRST_STRONG, POP = "\u2068", "\u2069"

ANCHORS = {
    Fraction(1, 10): Term("forensics.anchor.tenth"),
    Fraction(1, 5): Term("forensics.anchor.fifth"),
    Fraction(1, 4): Term("forensics.anchor.quarter"),
    Fraction(1, 3): Term("forensics.anchor.third"),
    Fraction(1, 2): Term("forensics.anchor.half"),
    Fraction(2, 3): Term("forensics.anchor.two_thirds"),
    Fraction(3, 4): Term("forensics.anchor.three_quarters"),
}
ROUNDING_NAMES = {r: Term(f"forensics.rounding.{r}") for r in Rounding}
# Name of the typo that an edit mends: inserting a digit mends a lost one.
TYPOS = {
    kind: Term(f"forensics.typo.{kind}")
    for kind in ("insertion", "deletion", "substitution", "transposition")
}
NCHS = {scale: Term(f"forensics.nchs.{scale}") for scale in ("suppress", "review", "present")}
STATCAN = {
    "acceptable": Term("forensics.statcan.acceptable"),
    "E": Term("forensics.statcan.caution"),
    "F": Term("forensics.statcan.unreliable"),
}
KEYS = tuple(term.key for terms in (ROUNDING_NAMES, TYPOS, NCHS) for term in terms.values())


def simplest(study: Study) -> tuple[list[ClaimSet], bases.JointWitness] | None:
    """Return the reading of all sets with the fewest missing answers, then the fewest people.

    Only up to the reported total where there is one. None where nothing fits with `MOST_MISSING`
    missing answers or fewer, or for more than `MOST_SETS` sets.
    """
    sets = [s for s in study.structure.sets if study.describe_weighting([s]) != "yes"]
    if not 0 < len(sets) <= MOST_SETS:
        return None
    figures, allowed = [study.figures(s) for s in sets], study.conventions(sets)
    limit = study.reach if study.is_bounded else SEARCH
    for missing in range(MOST_MISSING + 1):
        people = bases.smallest_joint_base(figures, missing, allowed, limit)
        # Without a reported total, many people fit any figures: then few people are preferred to
        # few missing answers.
        if people is not None and (study.is_bounded or missing >= study.structure.max_missing):
            witness = bases.joint_witness(figures, people, missing, allowed)
            if witness is not None:
                return sets, witness
    return None


def judge_whole(study: Study) -> Iterator[Verdict]:
    """State the simplest reading of everything, and the printed figures that disagree with it."""
    if (reading := simplest(study)) is None:
        return
    sets, found = reading
    others = _find_others(study, sets, found)
    key = "forensics.simplest.one_of_several" if others else "forensics.simplest.reading"
    facts = [
        Fact(key, {"assumed": study.state_assumptions(sets)} | name_numbers(people=found.people))
    ]
    if incomplete := [s for s, base in zip(sets, found.bases, strict=True) if base < found.people]:
        items = Listed(tuple(Fact("forensics.item", {"item": study.topic(s)}) for s in incomplete))
        most = name_numbers(silent=found.people - min(found.bases))
        facts.append(Fact("forensics.simplest.missing", most | {"items": items}))
    facts += [Fact("forensics.simplest.counts"), *_state_counts(study, sets, found)]
    if others:
        facts.append(Fact("forensics.simplest.others", name_numbers(others=others)))
    # Below: percentages printed elsewhere for these answers that contradict the counts found.
    shares = {
        (c.item, c.category): Fraction(k, base)
        for s, base, counts in zip(sets, found.bases, found.counts, strict=True)
        for c, k in zip(study.members(s), counts, strict=True)
    }
    misfits = []
    for claim in study.claims.values():
        share = shares.get((claim.item, claim.category))
        if share is None or claim.figure is None or claim.unit != "percent":
            continue
        decimals = claim.figure.decimals
        printed = [print_share(share, decimals, rounding) for rounding in NEAREST_ROUNDINGS]
        if claim.figure not in printed:
            misfits.append(claim)
    if misfits:
        described = []
        for position, claim in enumerate(misfits, 1):
            figure = percent(f"misfit_{position}", claim)
            if claim.exactness == "approximate":
                # The word before the figure: "nearly 60 %".
                words = claim.wording.split(" ")[0]
                figure = Fact("forensics.about", {"words": words, "figure": figure})
            described.append(
                Fact(
                    "language.beside", {"label": figure, "what": study.publisher_and_outlet(claim)}
                )
            )
        facts.append(Fact("forensics.simplest.misfits", {"figures": Listed(tuple(described))}))
    yield verdict(
        "simplest.reading",
        "simplest",
        Status.POSSIBLE,
        facts,
        (*claim_names(sets), *(c.claim_id for c in misfits)),
        nature=Nature.INFERENCE,
    )


def _state_counts(
    study: Study, sets: Sequence[ClaimSet], found: bases.JointWitness
) -> Iterator[Fact]:
    for s, base, counts in zip(sets, found.bases, found.counts, strict=True):
        names = [f"{s.id}_count_{claim.category}" for claim in study.members(s)]
        each = Listed(tuple(name(own, k) for own, k in zip(names, counts, strict=True)))
        values = {"item": study.topic(s), "counts": each, "base": name(f"{s.id}_base", base)}
        yield Fact("forensics.simplest.count", values)


def _find_others(
    study: Study, sets: Sequence[ClaimSet], found: bases.JointWitness
) -> tuple[int, ...]:
    """Return other numbers of people that are as simple: no larger share of missing answers.

    Only up to the reported total. Twelve people with one answer missing on a question and 24 with
    two are equally simple.
    """
    if not study.is_bounded:
        return ()
    figures, allowed = [study.figures(s) for s in sets], study.conventions(sets)
    most_missing = found.people - min(found.bases)
    needed = bases.missing_needed(figures, study.reach, MOST_MISSING, allowed)
    return tuple(
        n
        for n, missing in enumerate(needed, 1)
        if n != found.people and missing is not None and missing * found.people <= most_missing * n
    )


def judge_phrase(study: Study, phrase: Phrase) -> Verdict:
    """Compare words with the figure that they describe, read literally and fairly."""
    claim = study.claims[phrase.claim]
    described = study.claims[phrase.against or phrase.claim]
    assert described.figure is not None  # read_claims: a phrase is about a percentage
    reading = read_phrase(phrase.phrase, phrase.language)
    result = judge_wording(reading, described.figure, study.reach)
    # Digits in the phrase are a number too: "nearly 60%". Foreign words around a number keep their
    # own direction in any sentence.
    own = str(claim.figure)
    before, found, after = phrase.phrase.partition(own)
    quoted = _wrap_figure(FIRST_STRONG + before, own, after + POP) if found else phrase.phrase
    values: dict[str, Value] = {
        "phrase": quoted,
        "figure": name("figure", str(described.figure)),
        "whose": study.publisher_and_outlet(claim),
    }
    assumed = UNWEIGHTED_NEAREST if described.weighted == "unknown" else NEAREST_ALONE
    status = Status.POSSIBLE
    if result.strict:
        count, base = result.strict[0]
        values |= {"assumed": assumed} | name_numbers(count=count, base=base)
        fact = Fact("forensics.wording.fits", values)
    elif result.loose:
        fact = _state_loose(reading, described.figure, result, values)
    else:
        status = Status.IMPOSSIBLE
        values |= {"assumed": assumed} | name_numbers(n_max=study.reach)
        fact = Fact("forensics.wording.off", values)
    return verdict(
        f"wording.{phrase.claim}",
        "wording",
        status,
        [fact],
        tuple(dict.fromkeys((phrase.claim, described.claim_id))),
        nature=Nature.INFERENCE,
    )


def _state_loose(
    reading: PhraseReading, figure: PrintedFigure, result: WordingResult, values: dict[str, Value]
) -> Fact:
    """State that words suit a figure read loosely, and from which base on literally."""
    found = {r: smallest_strict_base(reading, figure, r, WORDING_SEARCH) for r in Rounding}
    firsts = _list_first_bases(found)
    if not firsts.items:
        return Fact("forensics.wording.loose_only", values | name_numbers(limit=WORDING_SEARCH))
    shares = {Fraction(k, n) for k, n in result.loose}
    if reading.anchor in ANCHORS and reading.anchor in shares:
        anchor = ANCHORS[reading.anchor]
        return Fact("forensics.wording.exact", values | {"anchor": anchor, "firsts": firsts})
    return Fact("forensics.wording.loose", values | {"firsts": firsts})


def _wrap_figure(before: str, figure: str, after: str) -> Fact:
    head, found, tail = after.partition(figure)
    rest = _wrap_figure(head, figure, tail) if found else after
    values: dict[str, Value] = {"before": before, "said": name("said", figure), "after": rest}
    return Fact("forensics.phrase", values)


def _list_first_bases(found: dict[Rounding, int | None]) -> Listed:
    """Return first bases with their roundings: 203 (halves up or to even) or 53 (truncation)."""
    parts = []
    for base in sorted({base for base in found.values() if base is not None}, reverse=True):
        roundings = [rounding for rounding, first in found.items() if first == base]
        first = name(f"first_{roundings[0]}", base)
        names = Listed(tuple(ROUNDING_NAMES[r] for r in roundings), "or")
        parts.append(Fact("language.beside", {"label": first, "what": names}))
    return Listed(tuple(parts), "or")


def judge_outlets(study: Study) -> Iterator[Verdict]:
    """Compare the figures that outlets print for one item: equal, one typo apart, or different."""
    for claim_set in study.structure.sets:
        reference = {c.category: c for c in study.members(claim_set)}
        others = [
            c
            for c in study.by_item[claim_set.item]
            if c.exact and c.claim_id not in claim_set.claims and c.category in reference
        ]
        apart = [c for c in others if c.figure != reference[c.category].figure]
        # A publisher does not count as an outlet of its own figures. An outlet counts once, even if
        # it prints a figure twice.
        printed = {c.outlet for c in (*others, *reference.values()) if c.outlet != c.attributed_to}
        outlets = printed - {c.outlet for c in apart}
        if len(outlets) > 1:
            words = {"item": study.item(claim_set.item)} | name_numbers(outlets=len(outlets))
            yield verdict(
                f"outlets.{claim_set.id}",
                "outlets",
                Status.POSSIBLE,
                [Fact("forensics.outlets.agree", words)],
                [*claim_set.claims, *(c.claim_id for c in others if c not in apart)],
                nature=Nature.INFERENCE,
            )
        yield from (_judge_outlet(study, claim_set, reference[c.category], c) for c in apart)


def _judge_outlet(study: Study, claim_set: ClaimSet, reference: Claim, claim: Claim) -> Verdict:
    members = study.members(claim_set)
    series = claim.claim_id.split(".")[0]
    own = {
        c.category: c
        for c in study.by_item[claim.item]
        if c.claim_id.split(".")[0] == series and c.exact
    }
    complete = [own[m.category] for m in members if m.category in own]
    exhaustive = claim_set.kind == "exhaustive" and len(complete) == len(members)
    others = [str(m.figure) for m in members if m.category in own]
    edits = repairs([str(c.figure) for c in complete], others, exhaustive)
    figures = [c.figure for c in complete if c.figure is not None]
    broken = exhaustive and not sum_to_whole(figures).ok
    values: dict[str, Value] = {
        "item": study.item(claim_set.item),
        "outlet": study.outlet(claim),
        "reference": study.outlet(reference),
        **name_numbers(printed=str(claim.figure), other=str(reference.figure)),
    }
    if edits:
        typo = {"slip": TYPOS[edits[0].kind]} | name_numbers(repair=edits[0].after)
        facts = [Fact("forensics.outlets.typo", values | typo)]
    else:
        facts = [Fact("forensics.outlets.differ", values)]
    if broken:
        total = str(sum_to_whole(figures).total)
        facts.append(Fact("forensics.outlets.sum", name_numbers(sum=total)))
    return verdict(
        f"outlets.{claim_set.id}.{claim.claim_id}",
        "outlets",
        Status.IMPOSSIBLE if broken else Status.UNDETERMINED,
        facts,
        (reference.claim_id, *(c.claim_id for c in complete)),
    )


def judge_precision(study: Study) -> Iterator[Verdict]:
    """State the precision of the simplest reading's bases, if they were a random sample."""
    if (reading := simplest(study)) is None:
        return
    sets, found = reading
    for s, base, counts in zip(sets, found.bases, found.counts, strict=True):
        low, high = clopper_pearson(counts[0], base, float(LEVEL))
        scale = nchs_presentation(counts[0], base).action
        share = name_numbers(
            count=counts[0],
            base=base,
            low=Fraction(round(low * 1000), 1000),
            high=Fraction(round(high * 1000), 1000),
            level=LEVEL,
        )
        band = statcan_band(counts[0], base) if counts[0] else "F"
        facts = [
            Fact("forensics.precision", {"labels": study.labels([s])} | share),
            Fact("forensics.precision.scales", {"nchs": NCHS[scale], "statcan": STATCAN[band]}),
        ]
        yield verdict(
            f"precision.{s.id}",
            "precision",
            Status.UNDETERMINED,
            facts,
            s.claims,
            nature=Nature.INFERENCE,
        )


def judge_cross_tables(study: Study) -> Iterator[Verdict]:
    """State the range of a test's p-value over all cross-tables that two published margins
    allow.
    """
    reading = simplest(replace(study, structure=study.structure.searched))
    for table in study.structure.cross_tables:
        sets = [study.structure.set_named(table.rows), study.structure.set_named(table.columns)]
        reported = {study.structure.reported.get(s.id) for s in sets}
        if len(reported) > 1:
            continue
        people = reading[1].people if reading else 0
        if name := reported.pop():
            people = study.count_people(name)
        if not people or study.describe_weighting(sets) == "yes":
            continue
        rows, columns = (study.figures(s) for s in sets)
        missing = study.structure.max_missing
        found = cross_range(rows, columns, people, missing, study.conventions(sets))
        if found is None:
            continue
        numbers = name_numbers(
            people=people,
            missing=missing,
            tables=found.tables,
            p_low=str(print_share(found.low, 3, Rounding.HALF_EVEN, per=1)),
            p_high=str(print_share(found.high, 3, Rounding.HALF_EVEN, per=1)),
        )
        facts = [Fact("forensics.unpublished", {"labels": study.labels(sets)} | numbers)]
        if found.low <= 1 - LEVEL < found.high:
            facts.append(Fact("forensics.unpublished.open"))
        yield verdict(
            f"unpublished.{table.id}",
            "unpublished",
            Status.UNDETERMINED,
            facts,
            claim_names(sets),
            nature=Nature.UNKNOWN,
        )


def judge_statements(study: Study) -> Iterator[Verdict]:
    """State the structure's own statements: contradictions found by reading, and open questions."""
    statements: list[tuple[str, str, Nature, Contradiction | Unknown]] = [
        *(
            (f"difference.{o.id}", o.aspect, Nature.INFERENCE, o)
            for o in study.structure.contradictions
        ),
        *((f"unknown.{o.id}", "unknown", Nature.UNKNOWN, o) for o in study.structure.unknown),
    ]
    for verdict_name, kind, nature, statement in statements:
        fact = Fact("forensics.statement", {"statement": TranslatedText(statement.statement)})
        yield verdict(
            verdict_name, kind, Status.UNDETERMINED, [fact], statement.claims, nature=nature
        )
