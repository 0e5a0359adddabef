"""What became of a sealed plan, told: in one line for page one, in a block, beside each number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from readiness.facts import Day, Fact, Term, Value
from readiness.lineage import canonical_json
from readiness.register.planned import ORDER, PlanEntry, PlanOutcome
from readiness.terminal import shorten

# The parts of a plan, in the order of a survey, by what they are called.
AREAS = {
    area: f"plan.area.{area}"
    for area in (
        *("population", "questionnaire", "answers", "weights", "estimates", "tests", "change"),
        *("protection", "report", "code", "rest"),
    )
}
# What a number is beside a plan.
MARKS = {mark: f"plan.mark.{mark}" for mark in ("planned", "changed", "later")}
# Characters of a value that are shown.
SHOWN = 120


def state_plans(plans: Sequence[PlanEntry], wave: str) -> Iterator[Fact]:
    """Each plan in a sentence, and what their order proves."""
    if not plans:
        yield Fact("plan.open", {"command": f"readiness plan {wave} --seal"})
        return
    yield Fact("plan.sealed", {"day": Day(plans[0].day)})
    for plan in plans[1:]:
        yield _amended(plan)
    yield Fact("plan.order")


def _amended(plan: PlanEntry) -> Fact:
    kind = "plan.amended_after" if plan.is_late else "plan.amended"
    return Fact(kind, {"number": plan.number, "day": Day(plan.day), "text": plan.reason})


def list_deviations(outcome: PlanOutcome) -> Iterator[Fact]:
    """Each deviation in a sentence: of which part, what it was and is, and why."""
    by_number = {plan.number: plan for plan in outcome.entries}
    for one in outcome.deviations:
        what = Fact(
            "plan.added"
            if one.was is None
            else "plan.dropped"
            if one.now is None
            else "plan.moved",
            {
                "area": Term(AREAS[one.area]),
                "key": one.key,
                "text_was": _shorten(one.was),
                "text_now": _shorten(one.now),
            },
        )
        amendment = by_number.get(one.amendment)
        why: Value = _amended(amendment) if amendment else Fact("plan.unexplained")
        yield Fact("plan.deviation", {"what": what, "why": why})


def _shorten(value: Any) -> str:
    """A value of a plan as text: of what has many values the names."""
    if isinstance(value, Mapping):
        value = value.get(ORDER) or value.get("column") or [*value]
    if isinstance(value, list):
        value = ", ".join(one if isinstance(one, str) else canonical_json(one) for one in value)
    return shorten(value if isinstance(value, str) else canonical_json(value), SHOWN)
