"""Group the numbers of an audit for the page's tables: problems first, the rest folded."""

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Any

from markupsafe import Markup

from readiness.publications.audit.model import NUMBERS, Audit
from readiness.publications.outcomes import PASSING, Outcome, rounding_rule
from readiness.publications.presenting.summary import by_outcome
from readiness.publications.presenting.summary_terms import OUTCOMES
from readiness.publications.presenting.writing import Writing
from readiness.reporting.passports import KINDS

COLUMNS = (
    "numbers.column.id",
    *(f"verdict.page.column.{name}" for name in ("published", "recomputed", "difference")),
    "verdict.page.verdict",
    *(f"verdict.page.column.{name}" for name in ("detail", "rounding", "dataset")),
    *(f"verdict.page.column.{name}" for name in ("code", "environment")),
)


def group(audit: Audit, writing: Writing) -> Iterator[dict[str, Any]]:
    """Yield the numbers of each outcome, the most severe first.

    Problems are in an open table, the others folded by kind. `told`: whether each line shows the
    detail of its number. `reason`: the detail that all numbers share, shown once; None if there is
    none.
    """
    for outcome, numbers in by_outcome(audit).items():
        # At a level that recomputes nothing, unchecked numbers are no problem.
        is_computed = audit.level >= NUMBERS or outcome is not Outcome.NOT_CHECKED
        reason = None
        facts = [number.fact for number in numbers if number.fact]
        if not is_computed:
            reason = writing.text("verdict.page.level_reason")
        elif facts and len(numbers) > 1 and all(fact == facts[0] for fact in facts):
            reason = writing.text("verdict.page.one_reason", reason=writing.tell(facts[0]))
        open_ = is_computed and outcome not in PASSING
        folded = sorted(() if open_ else numbers, key=lambda number: number.kind)
        numbers_by_kind = [
            (
                writing.text(KINDS[kind]) if kind in KINDS else writing.form.name(kind),
                list(kind_numbers),
            )
            for kind, kind_numbers in groupby(folded, key=lambda number: number.kind)
        ]
        has_details = bool(facts) and not reason
        columns = [key for key in COLUMNS if has_details or key != "verdict.page.column.detail"]
        group_values = {
            "outcome": outcome,
            "key": OUTCOMES[outcome],
            "columns": columns,
            "open": open_,
        }
        yield {
            **group_values,
            "reason": reason,
            "told": has_details,
            "numbers": numbers,
            "kinds": numbers_by_kind,
        }


@cache
def tell_rounding(writing: Writing, digits: str, mode: str) -> Markup:
    """Return the rounding rule of numbers with so many digits, in words."""
    rule = rounding_rule({"digits": digits, "rounding": mode})
    return writing.tell(rule) if rule else writing.text("terminal.nothing")
