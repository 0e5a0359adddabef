"""Group the numbers of an audit as the page's tables show them: problems first, the rest folded."""

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
    """The numbers of each outcome, the most severe first: open in one table, or folded by kind.

    `told`: whether each one's detail stands in its line; else `reason`, true of all, if any.
    """
    for outcome, numbers in by_outcome(audit).items():
        # A level that computes nothing leaves numbers unchecked, which is no problem.
        asked = audit.level >= NUMBERS or outcome is not Outcome.NOT_CHECKED
        reason = None
        facts = [number.fact for number in numbers if number.fact]
        if not asked:
            reason = writing.text("verdict.page.level_reason")
        elif facts and len(numbers) > 1 and all(fact == facts[0] for fact in facts):
            reason = writing.text("verdict.page.one_reason", reason=writing.tell(facts[0]))
        open_ = asked and outcome not in PASSING
        folded = sorted(() if open_ else numbers, key=lambda number: number.kind)
        named = [
            (writing.text(KINDS[kind]) if kind in KINDS else writing.form.name(kind), list(some))
            for kind, some in groupby(folded, key=lambda number: number.kind)
        ]
        told = bool(facts) and not reason
        columns = [key for key in COLUMNS if told or key != "verdict.page.column.detail"]
        own = {"outcome": outcome, "key": OUTCOMES[outcome], "columns": columns, "open": open_}
        yield {**own, "reason": reason, "told": told, "numbers": numbers, "kinds": named}


@cache
def tell_rounding(writing: Writing, digits: str, mode: str) -> Markup:
    """Return how numbers of so many digits are rounded, in words."""
    rule = rounding_rule({"digits": digits, "rounding": mode})
    return writing.tell(rule) if rule else writing.text("terminal.nothing")
