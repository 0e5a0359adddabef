"""The numbers of an audit, as the page's tables show them: problems first, the rest folded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup

from readiness.facts import Fact
from readiness.publications.audit.model import NUMBERS, Audit, Number
from readiness.publications.audit.subject import Subject
from readiness.publications.outcomes import PASSING, Outcome, rounding_rule
from readiness.publications.presenting.summary import by_outcome
from readiness.publications.presenting.verdicts import OUTCOMES
from readiness.publications.presenting.writing import Writing
from readiness.reporting.passports import KINDS

COLUMNS = (
    "numbers.column.id",
    "page.column.published",
    "page.column.recomputed",
    "page.column.difference",
    "page.verdict",
    "page.column.detail",
    "page.column.rounding",
    "page.column.dataset",
    "page.column.code",
    "page.column.environment",
)
DETAIL = "page.column.detail"


@dataclass(frozen=True)
class Line:
    """One number: what is written of it, and its exact texts."""

    id: Markup
    shown: str
    published: str
    shown_now: str
    recomputed: str
    difference: str
    fact: Fact | None
    rounding: Markup
    dataset: Markup
    code: str
    environment: str


@dataclass(frozen=True)
class Group:
    """The numbers of one outcome: open in one table, or folded by kind. `told`: whether each one's
    detail stands in its line; else `reason` is what is true of all, where something is."""

    outcome: Outcome
    open: bool
    reason: Markup | None
    told: bool
    numbers: Sequence[Line]
    kinds: Sequence[tuple[Markup, Sequence[Line]]]

    @property
    def key(self) -> str:
        """The key of the outcome's name."""
        return OUTCOMES[self.outcome]

    @property
    def columns(self) -> Sequence[str]:
        """The keys of the columns' names."""
        return [column for column in COLUMNS if self.told or column != DETAIL]


def number_groups(audit: Audit, subject: Subject, writing: Writing) -> list[Group]:
    """One group an outcome, the most severe first."""
    line = _lines(subject, writing)
    return [
        _group(audit, outcome, numbers, writing, line)
        for outcome, numbers in by_outcome(audit).items()
    ]


def _group(
    audit: Audit,
    outcome: Outcome,
    numbers: Sequence[Number],
    writing: Writing,
    line: Callable[[Number], Line],
) -> Group:
    # A level that computes nothing leaves numbers unchecked, which is no problem.
    asked = audit.level >= NUMBERS or outcome is not Outcome.NOT_CHECKED
    reason = None
    facts = [number.fact for number in numbers if number.fact]
    if not asked:
        reason = writing.text("page.level_reason")
    elif facts and len(numbers) > 1 and all(fact == facts[0] for fact in facts):
        reason = writing.text("page.one_reason", reason=writing.tell(facts[0]))
    if asked and outcome not in PASSING:
        lines = [line(number) for number in numbers]
        return Group(outcome, True, reason, bool(facts) and not reason, lines, ())
    return Group(
        outcome, False, reason, bool(facts) and not reason, [line(number) for number in numbers],
        list(_kinds(numbers, writing, line)),
    )  # fmt: skip


def _kinds(
    numbers: Sequence[Number], writing: Writing, line: Callable[[Number], Line]
) -> Iterator[tuple[Markup, list[Line]]]:
    kinds: dict[str, list[Number]] = {}
    for number in numbers:
        kinds.setdefault(number.kind, []).append(number)
    for kind, some in sorted(kinds.items()):
        name = writing.text(KINDS[kind]) if kind in KINDS else writing.form.name(kind)
        yield name, [line(number) for number in some]


def _lines(subject: Subject, writing: Writing) -> Callable[[Number], Line]:
    names = cache(writing.names)

    @cache
    def rounding(digits: str, mode: str) -> Markup:
        rule = rounding_rule({"digits": digits, "rounding": mode})
        return writing.tell(rule) if rule else writing.text("page.nothing")

    def line(n: Number) -> Line:
        return Line(
            # An id may be broken after its dots.
            Markup(writing.form.name(n.id).replace(".", Markup(".<wbr>"))),
            subject.shown(n, writing.language), n.published,
            subject.shown_now(n, writing.language), n.recomputed,
            n.difference, n.fact, rounding(n.digits, n.rounding), names(n.dataset),
            n.code, n.environment,
        )  # fmt: skip

    return line
