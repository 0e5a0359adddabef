"""Judge sets of figures: their bases, their sums, and their common bases.

Each function takes the study and returns verdicts; the arithmetic is in `forensics.arithmetic`, the
texts in the catalogues.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from readiness.forensics.arithmetic.bases import (
    NEAREST,
    Convention,
    FigureSet,
    apportioned_mask,
    joint_bases,
    joint_splits,
    joint_witness,
    smallest_joint_base,
)
from readiness.forensics.arithmetic.figures import Rounding
from readiness.forensics.arithmetic.sums import base_power, joint_power, sum_to_whole
from readiness.forensics.arithmetic.together import judge_together
from readiness.forensics.judging.context import LONGEST_LIST, Study, judge_every, verdict
from readiness.forensics.judging.structure import ClaimSet, SharedBase, Total, source_of
from readiness.forensics.judging.together import state_strength, state_together
from readiness.forensics.judging.verdict import Nature, Status, Verdict, name_numbers
from readiness.ground.facts import Fact, Listed, Value

# Prefix of the ids of verdicts on the figures of one source.
SOURCE = "total.source."
# Distance above a reported base up to which other bases are tried.
NEAR = 1_000
# Largest common base that is tried.
SEARCH = 10_000


def claim_names(sets: Sequence[ClaimSet]) -> tuple[str, ...]:
    """Return the claims of several sets, in order."""
    return tuple(name for s in sets for name in s.claims)


def not_applicable(study: Study, name: str, kind: str, sets: Sequence[ClaimSet]) -> Verdict:
    """Return the verdict on weighted figures: exact arithmetic on counts does not apply."""
    fact = Fact("forensics.weighted", {"labels": study.labels(sets)})
    return verdict(name, kind, Status.NOT_APPLICABLE, [fact], claim_names(sets))


def judge_set(study: Study, claim_set: ClaimSet) -> Iterator[Verdict]:
    """Judge the bases of a set, and for an exhaustive set the sum of the figures.

    Bases are judged only for the sets of the study's structure.
    """
    if claim_set in study.structure.sets:
        if study.describe_weighting([claim_set]) == "yes":
            yield not_applicable(study, f"bases.{claim_set.id}", "bases", [claim_set])
        else:
            bases_verdict = _set_bases(study, claim_set)
            yield bases_verdict
            totals = [t for t in study.structure.totals if t.counts != "sent" and not t.sets]
            people = (study.count_people(total.claim) for total in totals)
            apportioned = (_is_apportioned(study, claim_set, n) for n in people)
            if bases_verdict.status is Status.IMPOSSIBLE or any(apportioned):
                yield from _judge_apportioned(study, claim_set.id, [claim_set])
    if claim_set.kind == "exhaustive" and len(claim_set.claims) > 1:
        yield _set_sum(study, claim_set)


def _set_bases(study: Study, claim_set: ClaimSet) -> Verdict:
    figures, allowed = study.figures(claim_set), study.conventions([claim_set])
    possible_bases = joint_bases([figures], study.reach, 0, allowed)
    smallest = (
        possible_bases[0] if possible_bases else smallest_joint_base([figures], 0, allowed, SEARCH)
    )
    if possible_bases and len(possible_bases) <= LONGEST_LIST:
        key, numbers = (
            "forensics.bases.list",
            name_numbers(n_max=study.reach, bases=tuple(possible_bases)),
        )
    elif possible_bases:
        key = "forensics.bases.many"
        numbers = name_numbers(
            n_max=study.reach, count=len(possible_bases), smallest=possible_bases[0]
        )
    elif smallest is not None:
        key, numbers = "forensics.bases.later", name_numbers(n_max=study.reach, smallest=smallest)
    else:
        key, numbers = "forensics.bases.never", {}
    return verdict(
        f"bases.{claim_set.id}",
        "bases",
        Status.POSSIBLE if possible_bases else Status.IMPOSSIBLE,
        [Fact(key, study.words([claim_set]) | numbers)],
        claim_set.claims,
        power=joint_power([figures], study.reach, 0, allowed),
    )


def _set_sum(study: Study, claim_set: ClaimSet) -> Verdict:
    roundings = list(dict.fromkeys(c.rounding for c in study.conventions([claim_set])))
    result = sum_to_whole(study.figures(claim_set).figures, roundings)
    least, greatest = (str(end) for end in result.allowed)
    numbers = name_numbers(sum=str(result.total), least=least, greatest=greatest)
    key = "forensics.sum.within" if result.ok else "forensics.sum.beyond"
    fact = Fact(key, {"labels": study.labels([claim_set])} | numbers)
    status = Status.POSSIBLE if result.ok else Status.IMPOSSIBLE
    return verdict(f"sum.{claim_set.id}", "sum", status, [fact], claim_set.claims)


def judge_shared(study: Study, shared: SharedBase) -> Iterator[Verdict]:
    """Judge whether several sets can rest on the same people, also with missing answers."""
    sets = [study.structure.set_named(name) for name in shared.sets]
    if study.describe_weighting(sets) == "yes":
        yield not_applicable(study, f"joint.{shared.id}", "joint", sets)
        return
    allowed = study.conventions(sets)
    joint = _judge_joint(study, shared.id, sets)
    yield joint
    if joint.status is not Status.POSSIBLE and allowed == NEAREST:
        yield from _judge_conventions(study, shared.id, sets)
    yield from _judge_robustness(study, shared.id, sets, allowed)
    yield from judge_every(study, shared.id, sets)


def _judge_joint(study: Study, name: str, sets: Sequence[ClaimSet]) -> Verdict:
    figures, allowed = [study.figures(s) for s in sets], study.conventions(sets)
    missing = study.structure.max_missing
    joint_bases_found = joint_bases(figures, study.reach, 0, allowed)
    reconciled = joint_bases(figures, study.reach, missing, allowed)
    key, numbers = _state_joint(study, figures, allowed, joint_bases_found, reconciled)
    facts = [Fact(key, study.words(sets) | numbers)]
    power = joint_power(figures, study.reach, 0, allowed) if study.is_bounded else None
    two_checks = key in ("forensics.joint.reconciled", "forensics.joint.apart")
    if power is not None and missing and two_checks:
        # The fact states two checks: each has its own share of arbitrary figures that would pass.
        if (loose := joint_power(figures, study.reach, missing, allowed)) is None:
            facts.append(Fact("forensics.power_all", name_numbers(power=power)))
        else:
            both = name_numbers(power_missing=loose, missing=missing, power=power)
            facts.append(Fact("forensics.power_both", both))
        power = None
    status = Status.IMPOSSIBLE if study.is_bounded else Status.UNDETERMINED
    if joint_bases_found:
        status = Status.POSSIBLE
    elif study.is_bounded and reconciled:
        status = Status.INCOMPATIBLE
    return verdict(f"joint.{name}", "joint", status, facts, claim_names(sets), power=power)


def _state_joint(
    study: Study,
    figures: Sequence[FigureSet],
    allowed: Sequence[Convention],
    found: list[int],
    reconciled: list[int],
) -> tuple[str, dict[str, Value]]:
    missing, reach = study.structure.max_missing, study.reach
    first = found[0] if found else smallest_joint_base(figures, 0, allowed, SEARCH)
    if first is None:
        return "forensics.joint.never", name_numbers(limit=SEARCH)
    if not study.is_bounded:
        earliest = smallest_joint_base(figures, missing, allowed, SEARCH)
        assert earliest is not None  # at most `first`
        if not missing:
            return "forensics.joint.unbounded_all", name_numbers(first=first)
        numbers = name_numbers(missing=missing, first_missing=earliest, first=first)
        return "forensics.joint.unbounded", numbers
    if found:
        return "forensics.joint.possible", name_numbers(bases=tuple(found), n_max=reach)
    if reconciled:
        return "forensics.joint.reconciled", name_numbers(
            missing=missing, reconciled=tuple(reconciled), n_max=reach, first=first
        )
    if not missing:
        return "forensics.joint.apart_all", name_numbers(n_max=reach, first=first)
    return "forensics.joint.apart", name_numbers(missing=missing, n_max=reach, first=first)


def _judge_conventions(study: Study, name: str, sets: Sequence[ClaimSet]) -> Iterator[Verdict]:
    """Judge whether truncation or rounding up, with complements, reconcile figures that rounding
    cannot.
    """
    figures = [study.figures(s) for s in sets]
    for rounding, key in (
        (Rounding.TRUNCATION, "forensics.conventions.truncation"),
        (Rounding.CEILING, "forensics.conventions.ceiling"),
    ):
        fitting_bases = joint_bases(figures, study.reach, 0, [Convention(rounding, True)])
        yield from _state_convention(study, f"{name}.{rounding}", key, sets, fitting_bases)
    yield from _judge_apportioned(study, name, sets)


def _state_convention(
    study: Study, name: str, key: str, sets: Sequence[ClaimSet], found: Sequence[int]
) -> Iterator[Verdict]:
    """Yield a verdict with the numbers of people that fit one way of printing, if there are any."""
    if found:
        numbers = name_numbers(bases=tuple(found), n_max=study.reach)
        yield verdict(
            f"conventions.{name}",
            "conventions",
            Status.POSSIBLE,
            [Fact(key, {"labels": study.labels(sets)} | numbers)],
            claim_names(sets),
        )


def _is_apportioned(study: Study, claim_set: ClaimSet, n: int) -> bool:
    """Return whether figures print on `n` answers by largest remainders and by no rounding."""
    figures, allowed = study.figures(claim_set), study.conventions([claim_set])
    plain = joint_witness([figures], n, 0, allowed)
    return allowed == NEAREST and plain is None and bool(apportioned_mask(figures, n)[n])


def _judge_apportioned(study: Study, name: str, sets: Sequence[ClaimSet]) -> Iterator[Verdict]:
    """Judge whether percentages adjusted to add to 100 reconcile figures that rounding cannot."""
    if study.conventions(sets) != NEAREST:
        return
    figures = [study.figures(s) for s in sets]
    # On larger bases, plain rounding can print any figures that add to 100.
    reach = min(study.reach, *(2 * s.figures[0].scale for s in figures))
    fitting = np.logical_and.reduce([apportioned_mask(s, reach) for s in figures])
    fitting_bases = [int(n) for n in np.flatnonzero(fitting)]
    key = "forensics.conventions.largest_remainder"
    yield from _state_convention(study, f"{name}.largest_remainder", key, sets, fitting_bases)


def _judge_robustness(
    study: Study, name: str, sets: Sequence[ClaimSet], allowed: Sequence[Convention]
) -> Iterator[Verdict]:
    """State the smallest number of people for zero, one and two missing answers."""
    figures = [study.figures(s) for s in sets]
    curve = [smallest_joint_base(figures, missing, allowed, SEARCH) for missing in range(3)]
    if len(set(curve)) == 1 or any(n is None for n in curve):
        return
    numbers = name_numbers(first=curve[0], first_one=curve[1], first_two=curve[2])
    yield verdict(
        f"robustness.{name}",
        "robustness",
        Status.POSSIBLE,
        [Fact("forensics.robustness", study.words(sets) | numbers)],
        claim_names(sets),
    )


def judge_totals(study: Study) -> Iterator[Verdict]:
    """Judge the sets that may have a reported total as their base, and its splits into groups."""
    for position, total in enumerate(study.structure.totals):
        if total.counts == "sent":
            # The number of questionnaires sent is an upper bound of the answers, and no base.
            continue
        people = study.count_people(total.claim)
        if total.sets:
            reported_sets = (study.structure.set_named(name) for name in total.sets)
            yield from (
                _judge_reported_base(study, total, people, claim_set) for claim_set in reported_sets
            )
            continue
        sets = [s for s in study.structure.searched.sets if study.describe_weighting([s]) != "yes"]
        bases_by_set = [
            joint_bases([study.figures(s)], people, 0, study.conventions([s])) for s in sets
        ]
        granted = [
            s for s, set_bases in zip(sets, bases_by_set, strict=True) if people in set_bases
        ]
        refused = [
            s for s, set_bases in zip(sets, bases_by_set, strict=True) if people not in set_bases
        ]
        suffix = "" if position == 0 else f".{position + 1}"
        if sets:
            yield _judge_total(study, f"total.base{suffix}", total, people, granted, refused)
        if total.groups and study.structure.group_sets:
            yield from _judge_groups(study, f"groups.split{suffix}", total.claim, people)


def _judge_reported_base(study: Study, total: Total, people: int, claim_set: ClaimSet) -> Verdict:
    """Judge whether the figures of a set can be shares of the reported base."""
    name = f"total.base.{claim_set.id}"
    if study.describe_weighting([claim_set]) == "yes":
        return not_applicable(study, name, "total", [claim_set])
    figures, allowed = study.figures(claim_set), study.conventions([claim_set])
    fitting_bases = joint_bases([figures], people + NEAR, 0, allowed)
    words: dict[str, Value] = {
        **study.words([claim_set]),
        "whose": study.publisher_and_outlet(study.claims[total.claim]),
        **name_numbers(total=people),
    }
    fits, adjusted = people in fitting_bases, _is_apportioned(study, claim_set, people)
    if fits:
        key = "forensics.base.fits"
    elif adjusted:
        key = "forensics.base.apportioned"
    else:
        below, above = (
            [n for n in fitting_bases if n < people],
            [n for n in fitting_bases if n > people],
        )
        near = (*below[-1:], *above[:1])
        key = "forensics.base.other" if near else "forensics.base.none"
        words |= name_numbers(near=near or None)
    return verdict(
        name,
        "total",
        Status.POSSIBLE if fits or adjusted else Status.IMPOSSIBLE,
        [Fact(key, words)],
        (total.claim, *claim_set.claims),
    )


def judge_sources(study: Study) -> Iterator[Verdict]:
    """Judge the figures of each source, together, against the number reported for them."""
    groups: dict[tuple[str, int], list[ClaimSet]] = {}
    for name, claim in study.structure.reported.items():
        claim_set = study.structure.set_named(name)
        if study.describe_weighting([claim_set]) != "yes":
            key = source_of(claim_set.claims[0]), study.count_people(claim)
            groups.setdefault(key, []).append(claim_set)
    sources = [source for source, _ in groups]
    for (source, people), sets in groups.items():
        if people:
            # A source that reports several numbers of people gets a verdict for each number.
            several = sources.count(source) > 1
            name = f"{SOURCE}{source}" + (f".{people}" if several else "")
            yield from _judge_source(study, name, people, sets)


def _judge_source(
    study: Study, name: str, people: int, sets: Sequence[ClaimSet]
) -> Iterator[Verdict]:
    figures, allowed = [study.figures(s) for s in sets], study.conventions(sets)
    found = judge_together(figures, people, allowed, study.structure.max_missing)
    if found.fits and len(sets) == 1:
        # `_judge_reported_base` states the same for a single question.
        return
    pair = any(figures_of_set.is_pair for figures_of_set in figures)
    assumed = "forensics.together.assumed_pair" if pair else "forensics.together.assumed"
    facts = [
        Fact(assumed, {"assumed": study.state_assumptions(sets)}),
        *state_together(
            found,
            figures,
            lambda position, places: study.label(sets[position], places),
            weighted=study.describe_weighting(sets),
        ),
    ]
    power = base_power(figures, people, allowed)
    status = Status.INCOMPATIBLE if found.readings else Status.IMPOSSIBLE
    yield replace(
        verdict(
            name,
            "total",
            Status.POSSIBLE if found.fits else status,
            [*facts, *state_strength(power)],
            (*dict.fromkeys(study.structure.reported[s.id] for s in sets), *claim_names(sets)),
        ),
        power=power,
    )


def _judge_total(
    study: Study,
    name: str,
    total: Total,
    people: int,
    granted: list[ClaimSet],
    refused: list[ClaimSet],
) -> Verdict:
    claim = study.claims[total.claim]
    outlets = {
        c.outlet
        for c in study.claims.values()
        if c.item == claim.item and c.category == claim.category and c.unit == "count"
    }
    whose = study.whose(claim)
    if outlets != {claim.attributed_to}:
        listed = Listed(tuple(sorted(outlets)), "comma")
        whose = Fact("forensics.whose_where", {"whose": whose, "outlet": listed})
    opening: dict[str, Value] = name_numbers(total=people) | {"whose": whose}
    assumed = study.state_assumptions(refused + granted)
    no, yes = study.labels(refused), study.labels(granted)
    alone = [Fact("forensics.total.one_source")] if len(outlets) == 1 else []
    answered = total.counts == "answered"
    if refused:
        first = "forensics.total.perhaps_fewer" if answered else "forensics.total.perhaps_sent"
        refuses = Fact("forensics.total.refused", {"assumed": assumed, "refused": no})
        facts = [Fact(first, opening), *alone, refuses]
        if granted:
            facts.append(Fact("forensics.total.granted_too", {"granted": yes}))
    elif answered:
        opening |= {"assumed": assumed, "granted": yes}
        facts = [Fact("forensics.total.answers_granted", opening), *alone]
    else:
        gives = Fact("forensics.total.granted", {"assumed": assumed, "granted": yes})
        facts = [Fact("forensics.total.sent_or_answered", opening), *alone, gives]
    return verdict(
        name,
        "total",
        Status.IMPOSSIBLE if refused else Status.POSSIBLE,
        facts,
        (total.claim, *claim_names(refused + granted)),
    )


def _judge_groups(study: Study, name: str, claim_id: str, people: int) -> Iterator[Verdict]:
    sets = [study.structure.set_named(s) for s in study.structure.group_sets]
    if study.describe_weighting(sets) == "yes":
        yield not_applicable(study, name, "groups", sets)
        return
    figures, allowed = [study.figures(s) for s in sets], study.conventions(sets)
    missing = study.structure.max_missing
    strict = joint_splits(figures, people, 0, allowed)
    if not (loose := joint_splits(figures, people, missing, allowed)):
        return
    words: dict[str, Value] = {
        **study.words(sets),
        "whose": study.publisher_and_outlet(study.claims[claim_id]),
        **name_numbers(total=people, missing=missing, sizes_missing=tuple(loose)),
    }
    everyone = Fact("forensics.groups.none")
    if strict:
        everyone = Fact("forensics.groups.all", name_numbers(sizes=tuple(strict)))
    yield verdict(
        name,
        "groups",
        Status.POSSIBLE,
        [Fact("forensics.groups.split", words), everyone],
        (claim_id, *claim_names(sets)),
        nature=Nature.INFERENCE,
    )
