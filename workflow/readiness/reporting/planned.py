"""What became of a sealed plan, told: in one line of page one, in a block, beside each number.

Its words and figures are those of the configuration, and no number of the register.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from readiness.ground.facts import Day, Fact, Listed, Term, Value
from readiness.ground.printable import shorten
from readiness.language import Language, tell
from readiness.provenance.digests import canonical_json
from readiness.register.planned import ORDER, PARTS, PlanEntry, PlanOutcome
from readiness.reporting.blocks import ReportBlock, paragraphs, quote_exactly, write_list
from readiness.reporting.parts import ReportPart

# What the parts of a plan are called.
AREAS = {area: f"plan.area.{area}" for area in (*PARTS, "rest")}
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
    yield from (_tell_amended(plan) for plan in plans[1:])
    yield Fact("plan.order")


def _tell_amended(plan: PlanEntry) -> Fact:
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
                "text_was": _shorten(one.was, one.area),
                "text_now": _shorten(one.now, one.area),
            },
        )
        amendment = by_number.get(one.amendment)
        why: Value = _tell_amended(amendment) if amendment else Fact("plan.unexplained")
        yield Fact("plan.deviation", {"what": what, "why": why})


def _shorten(value: Any, area: str) -> str:
    """A value of a plan as text: of what has many values the names, of code the first digits."""
    if isinstance(value, Mapping):
        value = value.get(ORDER) or value.get("column") or [*value]
    if isinstance(value, list):
        value = ", ".join(one if isinstance(one, str) else canonical_json(one) for one in value)
    told = value if isinstance(value, str) else canonical_json(value)
    return told[:16] if area == "code" else shorten(told, SHOWN)


def count_marks(outcome: PlanOutcome, rows: Iterable[Mapping[Any, Any]]) -> Fact:
    """How many numbers are as planned, were changed since or came later; how many deviations."""
    marks: Counter[str] = Counter(outcome.mark(row) for row in rows)
    counts: dict[str, Value] = {mark: marks[mark] for mark in MARKS}
    return Fact("plan.counted", {**counts, "n": len(outcome.deviations)})


def mark_number(outcome: PlanOutcome, row: Mapping[Any, Any]) -> Fact:
    """What a number is beside the plan, and which deviations it comes from."""
    names = tuple(one.key for one in outcome.touching(row))
    return Fact(MARKS[outcome.mark(row)], {"names": Listed(names, "comma")})


def sum_up(outcome: PlanOutcome) -> Fact:
    """The line of page one."""
    n = len(outcome.deviations)
    return Fact("plan.short_changed" if n else "plan.short", {"n": n})


def state_outcome(
    outcome: PlanOutcome, run: str, rows: Iterable[Mapping[Any, Any]]
) -> tuple[list[Fact], list[Fact]]:
    """The block's sentences: what was sealed, how many numbers are as planned, what deviates."""
    told = [*state_plans(outcome.entries, run), count_marks(outcome, rows)]
    return told, [*list_deviations(outcome)] or [Fact("plan.kept")]


def list_texts(
    outcome: PlanOutcome, run: str, rows: Iterable[Mapping[Any, Any]], language: Language
) -> set[str]:
    """All that a page says of a plan: texts with figures that are none of the register."""
    told, deviations = state_outcome(outcome, run, rows)
    return {tell(fact, language) for fact in (sum_up(outcome), *told, *deviations)}


def outcome_of(settings: Mapping[str, Any]) -> PlanOutcome | None:
    """What a report is told of what became of a plan; None where none was sealed."""
    return PlanOutcome.of(settings["plan"]) if "plan" in settings else None


def plan_block(part: ReportPart) -> ReportBlock:
    """The block of a wave; nothing where no plan was sealed, which the methodological note says."""

    def body() -> str:
        if (outcome := outcome_of(part.settings)) is None:
            return ""
        told, deviations = state_outcome(outcome, part.run, part.register.by_id.values())
        said = [
            [quote_exactly(tell(f, part.language)) for f in facts] for facts in (told, deviations)
        ]
        return paragraphs([*said[0], write_list(said[1])])

    return ReportBlock("plan", part.word("plan.became"), body, later=True)
