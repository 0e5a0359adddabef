"""Judgements that read: the simplest whole, words against figures, outlets against one another.

These are inferences about what a text can mean; the arithmetic inside them is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from readiness.forensics import sentences
from readiness.forensics.arithmetic.bases import (
    NEAREST,
    Convention,
    JointWitness,
    joint_witness,
    missing_needed,
    smallest_joint_base,
)
from readiness.forensics.arithmetic.figures import NEAREST_ROUNDINGS, Rounding, printed
from readiness.forensics.arithmetic.precision import (
    clopper_pearson,
    nchs_presentation,
    statcan_band,
)
from readiness.forensics.arithmetic.sources import repairs
from readiness.forensics.arithmetic.sums import sum_to_whole
from readiness.forensics.arithmetic.unpublished import cross_range
from readiness.forensics.arithmetic.wording import judge_wording, read_phrase, smallest_strict_base
from readiness.forensics.judging.claims import Claim
from readiness.forensics.judging.context import Study, Words, verdict
from readiness.forensics.judging.judgements import SEARCH, claim_names, witness_record
from readiness.forensics.judging.structure import ClaimSet, Phrase
from readiness.forensics.judging.verdict import Nature, Number, Status, Verdict
from readiness.forensics.texts import TEXTS
from readiness.forensics.texts_joint import JOINT_TEXTS

MOST_MISSING = 3
MOST_SETS = 12
"""A reading of everything at once is sought for so many sets; beyond, nobody could read it."""
LEVEL = Fraction(95, 100)
WORDING_SEARCH = 10_000


def simplest(study: Study) -> tuple[list[ClaimSet], JointWitness] | None:
    """The reading of all sets together with the fewest silent people, then the fewest people.

    Within the reported total when there is one. None when nothing fits with three silent
    or fewer, or for more than a dozen sets.
    """
    sets = [s for s in study.structure.sets if study.weighted([s]) != "yes"]
    if not 0 < len(sets) <= MOST_SETS:
        return None
    figures, allowed = [study.figures(s) for s in sets], study.conventions(sets)
    limit = study.reach if study.bounded else SEARCH
    for missing in range(MOST_MISSING + 1):
        people = smallest_joint_base(figures, missing, allowed, limit)
        # Without a bound every set of figures fits many people: then few people, not few silent.
        if people is not None and (study.bounded or missing >= study.structure.max_missing):
            found = joint_witness(figures, people, missing, allowed)
            if found is not None:
                return sets, found
    return None


def judge_whole(study: Study) -> Iterator[Verdict]:
    """The simplest reading of everything, with what does not fit it as printed."""
    reading = simplest(study)
    if reading is None:
        return
    sets, found = reading
    counts: list[dict[str, str]] = []
    numbers: dict[str, Number] = {"people": found.people}
    for s, base, values in zip(sets, found.bases, found.counts, strict=True):
        numbers[f"{s.id}_base"] = base
        names = [f"{s.id}_count_{category.category}" for category in study.members(s)]
        numbers.update(zip(names, values, strict=True))
        listed = sentences.join([dict.fromkeys(sentences.LANGUAGES, f"{{{n}}}") for n in names])
        counts.append(
            sentences.compose(TEXTS["simplest_count"], item=study.item_label(s.item),
                              numbers=listed, base=f"{{{s.id}_base}}")
        )  # fmt: skip
    nothing = dict.fromkeys(sentences.LANGUAGES, "")
    silent = [s for s, base in zip(sets, found.bases, strict=True) if base < found.people]
    silence = nothing
    if silent:
        numbers["silent"] = found.people - min(found.bases)
        items = sentences.join([study.quoted(s.item) for s in silent])
        silence = sentences.compose(
            TEXTS["simplest_silence"],
            items=items,
        )
    others = _as_few_silent(study, sets, found)
    if others:
        numbers["others"] = others
    misfits, words = _misfits(study, sets, found)
    numbers.update(words.numbers)
    tail = sentences.compose(TEXTS["simplest_misfits"], figures=words.text) if misfits else nothing
    yield verdict(
        "simplest.reading",
        "simplest",
        Status.POSSIBLE,
        sentences.compose(
            JOINT_TEXTS["one_of_several"] if others else TEXTS["simplest"],
            assumptions=study.assumptions(sets),
            silence=silence,
            counts=sentences.join(counts),
            misfits=tail,
        ),
        numbers,
        (*claim_names(sets), *(c.claim_id for c in misfits)),
        nature=Nature.INFERENCE,
        witnesses=[witness_record(study, sets, found)],
    )


def _as_few_silent(study: Study, sets: Sequence[ClaimSet], found: JointWitness) -> tuple[int, ...]:
    """Other numbers of people up to the reported total with no larger share of them silent.

    Twelve people with one silent on a question and 24 with two are as simple as one another.
    """
    if not study.bounded or study.structure.edition == 1:
        return ()
    figures, allowed = [study.figures(s) for s in sets], study.conventions(sets)
    silent = found.people - min(found.bases)
    needed = missing_needed(figures, study.reach, MOST_MISSING, allowed)
    return tuple(
        n
        for n, missing in enumerate(needed, 1)
        if n != found.people and missing is not None and missing * found.people <= silent * n
    )


def _misfits(
    study: Study, sets: Sequence[ClaimSet], found: JointWitness
) -> tuple[list[Claim], Words]:
    """Printed percentages of the same answers that the counts of this reading do not show as."""
    shares = {
        (c.item, c.category): Fraction(k, base)
        for s, base, counts in zip(sets, found.bases, found.counts, strict=True)
        for c, k in zip(study.members(s), counts, strict=True)
    }
    misfits: list[Claim] = []
    parts: list[dict[str, str]] = []
    numbers: dict[str, Number] = {}
    for claim in study.claims.values():
        share = shares.get((claim.item, claim.category))
        if share is None or claim.figure is None or claim.unit != "percent":
            continue
        if any(printed(share, claim.figure.decimals, r) == claim.figure for r in NEAREST_ROUNDINGS):
            continue
        name = f"misfit_{len(misfits) + 1}"
        words = study.figure_words(name, claim)
        quoted = (
            {k: q.format(claim.wording.split(" ")[0]) + " " for k, q in sentences.QUOTES.items()}
            if claim.exactness == "approximate"
            else dict.fromkeys(sentences.LANGUAGES, "")
        )
        parts.append(
            sentences.compose(
                TEXTS["misfit"],
                figure={k: quoted[k] + words.text[k] for k in words.text},
                whose=study.whose_where(claim),
            )
        )
        misfits.append(claim)
        numbers.update(words.numbers)
    return misfits, Words(sentences.join(parts), numbers)


def judge_phrase(study: Study, phrase: Phrase) -> Verdict:
    """Words against the figure they describe, read literally and fairly."""
    claim = study.claims[phrase.claim]
    held = study.claims[phrase.against or phrase.claim]
    assert held.figure is not None  # check_register: a phrase is about a percentage
    reading = read_phrase(phrase.phrase, phrase.language)
    words = study.figure_words("figure", held)
    # Digits of the phrase itself are a number too: "nearly 60%".
    quoted, numbers = _phrase_words(phrase.phrase, claim)
    numbers.update(words.numbers)
    result = judge_wording(reading, held.figure, study.reach)
    common: dict[str, Mapping[str, str] | str] = {
        "phrase": quoted,
        "figure": words.text,
        "whose": study.whose_where(claim),
        "anchor": sentences.ANCHORS.get(reading.anchor or Fraction(0), sentences.BOUND),
    }
    unknown = held.weighted == "unknown"
    nearest = sentences.join(
        ([sentences.ASSUMPTIONS["unweighted"]] if unknown else [])
        + [sentences.ASSUMPTIONS["nearest" if unknown else "nearest_alone"]]
    )
    if result.strict:
        key, status = "wording_fits", Status.POSSIBLE
        numbers["count"], numbers["base"] = result.witnesses[0]
    elif result.loose:
        key, status = "wording_exact", Status.POSSIBLE
    else:
        key, status = "wording_off", Status.IMPOSSIBLE
        numbers["n_max"] = study.reach
    firsts = Words(dict.fromkeys(sentences.LANGUAGES, ""))
    if key == "wording_exact":
        found = {r: smallest_strict_base(reading, held.figure, r, WORDING_SEARCH) for r in Rounding}
        firsts = _first_bases(found)
        numbers.update(firsts.numbers)
    text = sentences.compose(TEXTS[key], **common, assumptions=nearest, firsts=firsts.text)
    return verdict(
        f"wording.{phrase.claim}",
        "wording",
        status,
        text,
        numbers,
        tuple(dict.fromkeys((phrase.claim, held.claim_id))),
        nature=Nature.INFERENCE,
        witnesses=[{"count": k, "base": n} for k, n in result.loose_witnesses[:5]],
    )


def _phrase_words(phrase: str, claim: Claim) -> tuple[str, dict[str, Number]]:
    figure = str(claim.figure)
    if figure in phrase:
        return phrase.replace(figure, "{said}"), {"said": figure}
    return phrase, {}


def _first_bases(found: dict[Rounding, int | None]) -> Words:
    """203 (halves up, halves to even), 200 (halves down) or 53 (truncation)."""
    by_base: dict[int, list[Rounding]] = {}
    for rounding, base in found.items():
        if base is not None:
            by_base.setdefault(base, []).append(rounding)
    parts, numbers = [], dict[str, Number]()
    for base, roundings in sorted(by_base.items(), reverse=True):
        name = f"first_{roundings[0]}"
        numbers[name] = base
        names = sentences.join([sentences.ROUNDING_NAMES[r] for r in roundings])
        parts.append({lang: f"{{{name}}} ({names[lang]})" for lang in sentences.LANGUAGES})
    return Words(sentences.join(parts, sentences.OR), numbers)


def judge_outlets(study: Study) -> Iterator[Verdict]:
    """What outlets print about the same item: the same, one keystroke apart, or different."""
    for claim_set in study.structure.sets:
        reference = {c.category: c for c in study.members(claim_set)}
        others = [
            c for c in study.by_item[claim_set.item]
            if c.exact and c.claim_id not in claim_set.claims
            and c.category in reference
        ]  # fmt: skip
        apart = [c for c in others if c.figure != reference[c.category].figure]
        # A source may be one outlet on several dates: count what was printed, not who owns it.
        sources = {c.source for c in (*others, *reference.values())} - {c.source for c in apart}
        if len(sources) > 1:
            text = sentences.compose(TEXTS["outlets_agree"], item=study.item_label(claim_set.item))
            yield verdict(f"outlets.{claim_set.id}", "outlets", Status.POSSIBLE, text,
                          {"outlets": len(sources)},
                          [*claim_set.claims, *(c.claim_id for c in others if c not in apart)],
                          nature=Nature.INFERENCE)  # fmt: skip
        for claim in apart:
            yield _outlet_apart(study, claim_set, reference[claim.category], claim)


def _outlet_apart(study: Study, claim_set: ClaimSet, reference: Claim, claim: Claim) -> Verdict:
    members = study.members(claim_set)
    series = claim.claim_id.split(".")[0]
    own = {
        c.category: c
        for c in study.by_item[claim.item]
        if c.claim_id.split(".")[0] == series and c.exact
    }
    complete = [own[m.category] for m in members if m.category in own]
    exhaustive = claim_set.kind == "exhaustive" and len(complete) == len(members)
    printed_texts = [str(c.figure) for c in complete]
    reference_texts = [str(m.figure) for m in members if m.category in own]
    edits = repairs(printed_texts, reference_texts, exhaustive)
    figures = [c.figure for c in complete if c.figure is not None]
    broken = exhaustive and not sum_to_whole(figures).ok
    numbers: dict[str, Number] = {"printed": str(claim.figure), "other": str(reference.figure)}
    tail: dict[str, str] = dict.fromkeys(sentences.LANGUAGES, "")
    if edits:
        numbers["repair"] = edits[0].after
    if broken:
        numbers["sum"] = str(sum_to_whole(figures).total)
        tail = TEXTS["outlets_sum"]
    text = sentences.compose(
        TEXTS["outlets_edit" if edits else "outlets_differ"],
        item=study.item_label(claim_set.item),
        outlet=claim.outlet,
        others=reference.outlet,
        whose=study.whose(reference),
        slip=sentences.SLIPS[edits[0].kind] if edits else "",
        sum=tail,
    )
    return verdict(
        f"outlets.{claim_set.id}.{claim.claim_id}",
        "outlets",
        Status.IMPOSSIBLE if broken else Status.UNDETERMINED,
        text,
        numbers,
        (reference.claim_id, *(c.claim_id for c in complete)),
        witnesses=[{"position": e.position, "before": e.before, "after": e.after, "kind": e.kind}
                   for e in edits],
    )  # fmt: skip


def judge_precision(study: Study) -> Iterator[Verdict]:
    """What the simplest reading's bases could tell, if they were a random sample."""
    reading = simplest(study)
    if reading is None:
        return
    sets, found = reading
    for s, base, counts in zip(sets, found.bases, found.counts, strict=True):
        low, high = clopper_pearson(counts[0], base, float(LEVEL))
        scale = nchs_presentation(counts[0], base).split(" ")[0]
        labels = study.labels([s])
        text = sentences.compose(
            TEXTS["precision"],
            labels=labels.text,
            nchs=sentences.NCHS[scale],
            statcan=sentences.STATCAN[statcan_band(counts[0], base) if counts[0] else "F"],
        )
        numbers: dict[str, Number] = {
            **labels.numbers,
            "count": counts[0],
            "base": base,
            "low": Fraction(round(low * 1000), 1000),
            "high": Fraction(round(high * 1000), 1000),
            "level": LEVEL,
        }
        yield verdict(f"precision.{s.id}", "precision", Status.UNDETERMINED, text, numbers,
                      s.claims, nature=Nature.INFERENCE)  # fmt: skip


def judge_cross_tables(study: Study) -> Iterator[Verdict]:
    """The range of a test's p-value over every cross-table that two published margins allow."""
    reading = simplest(study)
    for table in study.structure.cross_tables:
        sets = [study.structure.set_named(table.rows), study.structure.set_named(table.columns)]
        if reading is None or study.weighted(sets) == "yes":
            continue
        rows, columns = (study.figures(s) for s in sets)
        missing = study.structure.max_missing
        allowed: Sequence[Convention] = study.conventions(sets)
        people = reading[1].people
        found = cross_range(rows, columns, [people], missing, allowed or NEAREST)
        if found is None:
            continue
        labels = study.labels(sets)
        numbers: dict[str, Number] = {
            **labels.numbers,
            "people": people,
            "missing": missing,
            "tables": found.tables,
            "p_low": str(printed(found.low, 3, Rounding.HALF_EVEN, per=1)),
            "p_high": str(printed(found.high, 3, Rounding.HALF_EVEN, per=1)),
        }
        text = sentences.compose(TEXTS["unpublished"], labels=labels.text)
        yield verdict(f"unpublished.{table.id}", "unpublished", Status.UNDETERMINED, text, numbers,
                      claim_names(sets), nature=Nature.UNKNOWN)  # fmt: skip


def judge_statements(study: Study) -> Iterator[Verdict]:
    """What was found by reading and what is not known: the structure's own statements."""
    for found in study.structure.contradictions:
        text = sentences.compose({str(k): v for k, v in found.statement.items()})
        yield verdict(f"difference.{found.id}", found.aspect, Status.UNDETERMINED, text, {},
                      found.claims, nature=Nature.INFERENCE)  # fmt: skip
    for gap in study.structure.unknown:
        text = sentences.compose({str(k): v for k, v in gap.statement.items()})
        yield verdict(f"unknown.{gap.id}", "unknown", Status.UNDETERMINED, text, {}, gap.claims,
                      nature=Nature.UNKNOWN)  # fmt: skip
