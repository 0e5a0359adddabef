"""Judgements of sets of figures: their bases, their sums, and what they can share.

Each function takes the study and returns verdicts; the arithmetic is in `bases`, `sums`, `groups`
and `power`, the words are in `sentences`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from readiness.forensics import sentences
from readiness.forensics.arithmetic.bases import (
    NEAREST,
    Convention,
    JointWitness,
    bases,
    every_base_from,
    joint_bases,
    joint_witness,
    smallest_base,
    smallest_joint_base,
)
from readiness.forensics.arithmetic.figures import Rounding
from readiness.forensics.arithmetic.groups import joint_splits
from readiness.forensics.arithmetic.power import joint_power
from readiness.forensics.arithmetic.sums import sum_to_whole
from readiness.forensics.judging.context import LONGEST_LIST, Study, Words, verdict
from readiness.forensics.judging.structure import ClaimSet, SharedBase, Total
from readiness.forensics.judging.verdict import Nature, Number, Status, Verdict
from readiness.forensics.texts import TEXTS
from readiness.forensics.texts_joint import JOINT_TEXTS

SHOWN_WITNESSES = 5
SEARCH = 10_000
"""How far a first common base is sought before giving up."""


def claim_names(sets: Sequence[ClaimSet]) -> tuple[str, ...]:
    """The claims of several sets, in order."""
    return tuple(name for s in sets for name in s.claims)


def not_applicable(study: Study, name: str, kind: str, sets: Sequence[ClaimSet]) -> Verdict:
    """What is said of weighted figures: exact arithmetic on counts does not apply."""
    labels = study.labels(sets)
    text = sentences.compose(TEXTS["weighted"], labels=labels.text)
    return verdict(name, kind, Status.NOT_APPLICABLE, text, labels.numbers, claim_names(sets))


def judge_set(study: Study, claim_set: ClaimSet) -> Iterator[Verdict]:
    """The bases of one set, and its sum when it is exhaustive."""
    if study.weighted([claim_set]) == "yes":
        yield not_applicable(study, f"bases.{claim_set.id}", "bases", [claim_set])
    else:
        yield _set_bases(study, claim_set)
    if claim_set.kind == "exhaustive" and len(claim_set.claims) > 1:
        yield _set_sum(study, claim_set)


def _set_bases(study: Study, claim_set: ClaimSet) -> Verdict:
    figures, allowed = study.figures(claim_set), study.conventions([claim_set])
    found = bases(figures, study.reach, allowed)
    smallest = found[0] if found else smallest_base(figures, allowed, SEARCH)
    labels = study.labels([claim_set])
    numbers: dict[str, Number] = {**labels.numbers, "n_max": study.reach}
    if found and len(found) <= LONGEST_LIST:
        key, more = "bases_list", {"bases": tuple(found)}
    elif found:
        key, more = "bases_many", {"count": len(found), "smallest": found[0]}  # type: ignore[dict-item]
    elif smallest is not None:
        key, more = "bases_later", {"smallest": smallest}  # type: ignore[dict-item]
    else:
        key, more = "bases_never", {}
        numbers.pop("n_max")
    text = sentences.compose(
        TEXTS[key], labels=labels.text, assumptions=study.assumptions([claim_set])
    )
    return verdict(
        f"bases.{claim_set.id}",
        "bases",
        Status.POSSIBLE if found else Status.IMPOSSIBLE,
        text,
        {**numbers, **more},
        claim_set.claims,
        witnesses=[
            witness_record(study, [claim_set], w)
            for w in (joint_witness([figures], n, 0, allowed) for n in found[:SHOWN_WITNESSES])
            if w is not None
        ],
        power=joint_power([figures], study.reach, 0, allowed),
    )


def _set_sum(study: Study, claim_set: ClaimSet) -> Verdict:
    roundings = list(dict.fromkeys(c.rounding for c in study.conventions([claim_set])))
    result = sum_to_whole(study.figures(claim_set).figures, roundings)
    labels = study.labels([claim_set])
    text = sentences.compose(TEXTS["sum_ok" if result.ok else "sum_off"], labels=labels.text)
    numbers: dict[str, Number] = {
        **labels.numbers,
        "sum": str(result.total),
        "least": str(result.allowed[0]),
        "greatest": str(result.allowed[1]),
    }
    status = Status.POSSIBLE if result.ok else Status.IMPOSSIBLE
    return verdict(f"sum.{claim_set.id}", "sum", status, text, numbers, claim_set.claims)


def witness_record(study: Study, sets: Sequence[ClaimSet], found: JointWitness) -> dict[str, Any]:
    """A witness as plain data: people, rounding, and for each set its base and counts."""
    return {
        "people": found.people,
        "rounding": str(found.convention.rounding),
        "complement": found.convention.complement,
        "sets": {
            s.id: {"base": base, "counts": list(counts)}
            for s, base, counts in zip(sets, found.bases, found.counts, strict=True)
        },
    }


def judge_shared(study: Study, shared: SharedBase) -> Iterator[Verdict]:
    """Whether several sets can rest on the same people; how missing answers change that."""
    sets = [study.structure.set_named(name) for name in shared.sets]
    name = f"joint.{shared.id}"
    if study.weighted(sets) == "yes":
        yield not_applicable(study, name, "joint", sets)
        return
    figures, allowed = [study.figures(s) for s in sets], study.conventions(sets)
    missing = study.structure.max_missing
    found = joint_bases(figures, study.reach, 0, allowed)
    first = found[0] if found else smallest_joint_base(figures, 0, allowed, SEARCH)
    reconciled = joint_bases(figures, study.reach, missing, allowed)
    numbers: dict[str, Number] = {}
    if first is None:
        key, numbers = "joint_never", {"limit": SEARCH}
    elif not study.bounded:
        earliest = smallest_joint_base(figures, missing, allowed, SEARCH)
        assert earliest is not None  # at most `first`
        key = "joint_unbounded"
        numbers = {"missing": missing, "first_missing": earliest, "first": first}
    elif found:
        key, numbers = "joint_possible", {"bases": tuple(found), "n_max": study.reach}
    elif reconciled:
        key = "joint_reconciled"
        numbers = {"missing": missing, "reconciled": tuple(reconciled), "n_max": study.reach,
                   "first": first}  # fmt: skip
    else:
        key, numbers = "joint_apart", {"missing": missing, "n_max": study.reach, "first": first}
    labels = study.labels(sets)
    text = sentences.compose(TEXTS[key], labels=labels.text, assumptions=study.assumptions(sets))
    power = joint_power(figures, study.reach, 0, allowed) if study.bounded else None
    second = study.structure.edition == 2
    if second and power is not None and key in ("joint_reconciled", "joint_apart"):
        # Two checks are stated: each has its own share of arbitrary figures that would pass.
        loose = joint_power(figures, study.reach, missing, allowed)
        both = "power_strict" if loose is None else "power_both"
        text = {lang: text[lang] + JOINT_TEXTS[both][lang] for lang in text}
        numbers |= {"power": power} | ({} if loose is None else {"power_missing": loose})
        power = None
    people = found or reconciled
    witnesses = [joint_witness(figures, n, 0 if found else missing, allowed) for n in people]
    yield verdict(
        name,
        "joint",
        _joint_status(found, reconciled if second else [], study.bounded),
        text,
        {**labels.numbers, **numbers},
        claim_names(sets),
        witnesses=[witness_record(study, sets, w) for w in witnesses if w is not None],
        power=power,
    )
    if not found and allowed == NEAREST:
        yield from _other_conventions(study, shared.id, sets, labels)
    yield from _robustness(study, shared.id, sets, labels, allowed)
    if second:
        yield from _every(study, shared.id, sets, labels, allowed)


def _joint_status(found: list[int], reconciled: list[int], bounded: bool) -> Status:
    if found:
        return Status.POSSIBLE
    if bounded and reconciled:
        return Status.INCOMPATIBLE
    return Status.IMPOSSIBLE if bounded else Status.UNDETERMINED


def _other_conventions(
    study: Study, name: str, sets: Sequence[ClaimSet], labels: Words
) -> Iterator[Verdict]:
    """Truncation and rounding up, with complements: do they reconcile what rounding cannot?"""
    figures = [study.figures(s) for s in sets]
    for rounding in (Rounding.TRUNCATION, Rounding.CEILING):
        allowed = [Convention(rounding, True)]
        found = joint_bases(figures, study.reach, 0, allowed)
        if not found:
            continue
        text = sentences.compose(
            TEXTS["conventions_some"], labels=labels.text, how=sentences.HOW[rounding]
        )
        witnesses = [joint_witness(figures, n, 0, allowed) for n in found]
        yield verdict(
            f"conventions.{name}.{rounding}",
            "conventions",
            Status.POSSIBLE,
            text,
            {**labels.numbers, "bases": tuple(found), "n_max": study.reach},
            claim_names(sets),
            witnesses=[witness_record(study, sets, w) for w in witnesses if w is not None],
        )


def _robustness(
    study: Study,
    name: str,
    sets: Sequence[ClaimSet],
    labels: Words,
    allowed: Sequence[Convention],
) -> Iterator[Verdict]:
    """The smallest number of people by the number of missing answers: zero, one, two."""
    figures = [study.figures(s) for s in sets]
    curve = [smallest_joint_base(figures, m, allowed, SEARCH) for m in range(3)]
    if len(set(curve)) == 1 or any(n is None for n in curve):
        return
    numbers = dict(zip(("first", "first_one", "first_two"), curve, strict=True))
    text = sentences.compose(
        TEXTS["robust"], labels=labels.text, assumptions=study.assumptions(sets)
    )
    yield verdict(
        f"robustness.{name}",
        "robustness",
        Status.POSSIBLE,
        text,
        {**labels.numbers, **{k: v for k, v in numbers.items() if v is not None}},
        claim_names(sets),
    )


def _every(
    study: Study,
    name: str,
    sets: Sequence[ClaimSet],
    labels: Words,
    allowed: Sequence[Convention],
) -> Iterator[Verdict]:
    """The number of people from which on every number fits: the fairest thing to say."""
    figures = [study.figures(s) for s in sets]
    every = [every_base_from(figures, m, allowed) for m in range(2)]
    if every[0] is None or every[1] is None:
        return
    text = sentences.compose(
        JOINT_TEXTS["every"], labels=labels.text, assumptions=study.assumptions(sets)
    )
    yield verdict(
        f"every.{name}",
        "robustness",
        Status.POSSIBLE,
        text,
        {**labels.numbers, "every": every[0], "every_one": every[1]},
        claim_names(sets),
    )


def judge_totals(study: Study) -> Iterator[Verdict]:
    """Which sets a reported total can be the base of, and how it can split into groups."""
    for position, total in enumerate(study.structure.totals):
        if total.counts == "sent":
            # What was sent bounds the answers; it is the base of nothing.
            continue
        people = study.total_of(total)
        sets = [s for s in study.structure.sets if study.weighted([s]) != "yes"]
        granted: list[ClaimSet] = []
        refused: list[ClaimSet] = []
        for s in sets:
            fits = people in bases(study.figures(s), people, study.conventions([s]))
            (granted if fits else refused).append(s)
        suffix = "" if position == 0 else f".{position + 1}"
        if sets:
            yield _total(study, f"total.base{suffix}", total, people, granted, refused)
        if total.groups and study.structure.group_sets:
            yield from _groups(study, f"groups.split{suffix}", total.claim, people)


def _total(
    study: Study,
    name: str,
    total: Total,
    people: int,
    granted: list[ClaimSet],
    refused: list[ClaimSet],
) -> Verdict:
    claim = study.claims[total.claim]
    sure = "_answered" if total.counts == "answered" else ""
    same = {c.outlet for c in study.claims.values() if c.item == claim.item
            and c.category == claim.category and c.unit == "count"}  # fmt: skip
    outlets = dict.fromkeys(sentences.LANGUAGES, ", ".join(sorted(same)))
    whose = {k: v + sentences.COMMA[k] + outlets[k] for k, v in study.whose(claim).items()}
    yes, no = study.labels(granted), study.labels(refused, sentences.OR)
    tail: dict[str, str] = dict.fromkeys(sentences.LANGUAGES, "")
    if granted and refused:
        tail = sentences.compose(TEXTS["total_granted"], labels=yes.text)
    text = sentences.compose(
        TEXTS[("total" if refused else "total_fits") + sure],
        whose=whose,
        caveat=TEXTS["total_one"] if len(same) == 1 else dict.fromkeys(sentences.LANGUAGES, ""),
        assumptions=study.assumptions(refused + granted),
        refused=no.text,
        granted=tail if refused else yes.text,
    )
    return verdict(
        name,
        "total",
        Status.IMPOSSIBLE if refused else Status.POSSIBLE,
        text,
        {"total": people, **no.numbers, **yes.numbers},
        (total.claim, *claim_names(refused + granted)),
    )


def _groups(study: Study, name: str, claim_id: str, people: int) -> Iterator[Verdict]:
    sets = [study.structure.set_named(s) for s in study.structure.group_sets]
    if study.weighted(sets) == "yes":
        yield not_applicable(study, name, "groups", sets)
        return
    figures, allowed = [study.figures(s) for s in sets], study.conventions(sets)
    missing = study.structure.max_missing
    strict = joint_splits(figures, people, 0, allowed=allowed)
    loose = joint_splits(figures, people, missing, allowed=allowed)
    if not loose:
        return
    labels = study.labels(sets)
    text = sentences.compose(
        TEXTS["groups"],
        labels=labels.text,
        whose=study.whose_where(study.claims[claim_id]),
        assumptions=study.assumptions(sets),
        strict=TEXTS["groups_strict" if strict else "groups_none"],
    )
    numbers: dict[str, Number] = {
        **labels.numbers,
        "total": people,
        "missing": missing,
        "sizes_missing": tuple(s.smaller for s in loose),
    }
    if strict:
        numbers["sizes"] = tuple(s.smaller for s in strict)
    yield verdict(
        name,
        "groups",
        Status.POSSIBLE,
        text,
        numbers,
        (claim_id, *claim_names(sets)),
        nature=Nature.INFERENCE,
        witnesses=[
            {
                "smaller": s.smaller,
                "larger": s.larger,
                "missing": missing,
                "places": {c.id: list(p) for c, p in zip(sets, s.places, strict=True)},
            }
            for s in loose
        ],
    )
