"""Outcome of a sealed plan: one line on page one, a block, a mark beside each number.

Words and figures are those of the configuration; none is a number of the register.
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

# Catalogue keys of the parts of a plan.
AREAS = {area: f"plan.area.{area}" for area in (*PARTS, "rest")}
# Catalogue keys of a number's mark beside the plan.
MARKS = {mark: f"plan.mark.{mark}" for mark in ("planned", "changed", "later")}
# Most characters shown of a value.
LONGEST_VALUE = 120


def state_plans(plans: Sequence[PlanEntry], wave: str) -> Iterator[Fact]:
    """Yield a sentence for each plan, then a sentence on what their order proves."""
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
    """Yield a sentence on each deviation: the part, its value before and now, and the reason."""
    by_number = {plan.number: plan for plan in outcome.entries}
    for deviation in outcome.deviations:
        what = Fact(
            "plan.added"
            if deviation.was is None
            else "plan.dropped"
            if deviation.now is None
            else "plan.moved",
            {
                "area": Term(AREAS[deviation.area]),
                "key": deviation.key,
                "text_was": _shorten(deviation.was, deviation.area),
                "text_now": _shorten(deviation.now, deviation.area),
            },
        )
        amendment = by_number.get(deviation.amendment)
        why: Value = _tell_amended(amendment) if amendment else Fact("plan.unexplained")
        yield Fact("plan.deviation", {"what": what, "why": why})


def _shorten(value: Any, area: str) -> str:
    """Return a value of a plan as text: of many values their names, of code the first digits."""
    if isinstance(value, Mapping):
        value = value.get(ORDER) or value.get("column") or [*value]
    if isinstance(value, list):
        value = ", ".join(
            entry if isinstance(entry, str) else canonical_json(entry) for entry in value
        )
    value_text = value if isinstance(value, str) else canonical_json(value)
    return value_text[:16] if area == "code" else shorten(value_text, LONGEST_VALUE)


def count_marks(outcome: PlanOutcome, rows: Iterable[Mapping[Any, Any]]) -> Fact:
    """Return the numbers of planned, changed and later figures, and of deviations."""
    marks: Counter[str] = Counter(outcome.mark(row) for row in rows)
    counts: dict[str, Value] = {mark: marks[mark] for mark in MARKS}
    return Fact("plan.counted", {**counts, "n": len(outcome.deviations)})


def mark_number(outcome: PlanOutcome, row: Mapping[Any, Any]) -> Fact:
    """Return whether a number is planned, changed or later, with the deviations behind."""
    names = tuple(deviation.key for deviation in outcome.touching(row))
    return Fact(MARKS[outcome.mark(row)], {"names": Listed(names, "comma")})


def sum_up(outcome: PlanOutcome) -> Fact:
    """Return the line on the plan for page one."""
    n = len(outcome.deviations)
    return Fact("plan.short_changed" if n else "plan.short", {"n": n})


def state_outcome(
    outcome: PlanOutcome, run: str, rows: Iterable[Mapping[Any, Any]]
) -> tuple[list[Fact], list[Fact]]:
    """Return the sentences of the block: plans and counts of numbers, then deviations."""
    statements = [*state_plans(outcome.entries, run), count_marks(outcome, rows)]
    return statements, [*list_deviations(outcome)] or [Fact("plan.kept")]


def list_texts(
    outcome: PlanOutcome, run: str, rows: Iterable[Mapping[Any, Any]], language: Language
) -> set[str]:
    """Return all texts of a page on a plan, whose figures are not in the register."""
    statements, deviations = state_outcome(outcome, run, rows)
    return {tell(fact, language) for fact in (sum_up(outcome), *statements, *deviations)}


def outcome_of(settings: Mapping[str, Any]) -> PlanOutcome | None:
    """Return the outcome of a plan from a report's settings; None where no plan was sealed."""
    return PlanOutcome.of(settings["plan"]) if "plan" in settings else None


def plan_block(part: ReportPart) -> ReportBlock:
    """Return the block on the plan of a wave.

    Empty where no plan was sealed; the methodological note says so.
    """

    def body() -> str:
        if (outcome := outcome_of(part.settings)) is None:
            return ""
        statements, deviations = state_outcome(outcome, part.run, part.register.by_id.values())
        quoted = [
            [quote_exactly(tell(f, part.language)) for f in facts]
            for facts in (statements, deviations)
        ]
        return paragraphs([*quoted[0], write_list(quoted[1])])

    return ReportBlock("plan", part.word("plan.became"), body, later=True)
