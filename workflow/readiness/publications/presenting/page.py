"""An audit as one self-contained page: for a reader of one sentence, and for one of every number.

Nothing is loaded and, by the page's own policy, nothing can be; a few lines of script look for a
number by its id, and without them every number is still there, folded by verdict and kind. The same
audits give the same bytes. What stands where is in `templates/audit.html`.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup

from readiness.datasets.versions import Version
from readiness.ground.errors import DataError, ReadinessError
from readiness.ground.facts import Fact
from readiness.ground.printable import shorten
from readiness.language import LANGUAGES, Language, text
from readiness.language.numbers import whole
from readiness.pages.content_policy import add_policy
from readiness.publications import ledger
from readiness.publications.audit.model import DATA, NUMBERS, REPORT, SEAL, Audit, Number
from readiness.publications.audit.numbers import CHANGED as WAS_CHANGED
from readiness.publications.audit.numbers import ledger_rows
from readiness.publications.outcomes import PASSING, Outcome
from readiness.publications.presenting.number_groups import group, tell_rounding
from readiness.publications.presenting.summary import JUDGED, sentences
from readiness.publications.presenting.summary_terms import (
    CHANGED,
    LEVELS,
    LOOKS_AT,
    NOT_SHOWN,
    OUTCOMES,
    SAYS,
    SAYS_NOT,
    TONES,
    has_numbers,
    level_result,
)
from readiness.publications.presenting.writing import FOLDER, Writing, html, style
from readiness.register.display import show_row, show_safely


@dataclass(frozen=True)
class Subject:
    """What was audited. `rows` is the ledger by number."""

    identity: str
    title: Mapping[str, str]
    simulated: bool
    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    datasets: Sequence[Version] = ()

    def show_published(self, number: Number, language: str) -> str:
        """The number as readers of the language were shown it; "" when it was not published."""
        row = self.rows.get(number.id)
        return show_safely(row, language) if row else ""

    def shown_now(self, number: Number, language: str) -> str:
        """The recomputed value as readers would be shown it; "" for what is no number."""
        row = self.rows.get(number.id, {})
        alike = number.outcome in (Outcome.REPRODUCED, Outcome.WITHIN_ROUNDING, Outcome.JUDGED)
        if number.recomputed == number.published != "" or alike:
            return self.show_published(number, language)
        try:
            if not re.fullmatch("[0-9]", row.get("digits", "")):
                return ""
            return show_row({**row, "value": number.recomputed, "suppressed": ""}, language)
        except (ReadinessError, KeyError, ValueError):
            return ""


def read_subject(root: Path, identity: str) -> Subject:
    """What `publications/<identity>` of the project at `root` tells of itself, as far as it can."""
    folder = root / ledger.FOLDER / identity
    rows = {row["id"]: row for row in ledger_rows(folder)}
    title, simulated = dict.fromkeys(LANGUAGES, folder.name), False
    # Where no title can be read the id is one.
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        kinds = (ledger.read_settings(folder, kind) for kind in ("waves", "studies"))
        (section,) = [section for kind in kinds for section in kind.values()]
        given = {
            # Characters of a title that are shown: a page of it would hide the verdict.
            language: shorten(text, 300)
            for language, text in section["title"].items()
            if language in title and isinstance(text, str)
        }
        title, simulated = title | given, bool(section.get("simulated"))
    try:
        datasets = [sealed.version for sealed in ledger.read_datasets(folder)]
    except DataError:
        datasets = []
    return Subject(
        identity,
        title,
        simulated or any(row.get("simulated") == "true" for row in rows.values()),
        rows,
        datasets,
    )


def audit_page(
    audits: Sequence[Audit], subjects: Mapping[str, Subject], language: Language = "en"
) -> str:
    """The page on these audits; `subjects` are the publications by id."""
    writing = Writing(language, html())
    simulated = [a.identity for a in audits if subjects[a.identity].simulated]
    verdicts = [(writing.outcome(outcome), str(outcome), key) for outcome, key in OUTCOMES.items()]
    verdicts.append((writing.say_changed(), WAS_CHANGED, CHANGED))
    page = writing.render(
        "audit.html",
        w=writing,
        tones=TONES,
        computed=has_numbers,
        bold=lambda written: Markup("<b>{}</b>").format(written),
        count=lambda numbers: writing.form.number(whole(len(numbers), language)),
        identities=", ".join(audit.identity for audit in audits),
        style=Markup(style()),
        script=Markup((FOLDER / "find.js").read_text("utf-8")),
        # Nothing of a name may end the string or the style.
        simulated=", ".join(re.sub(r"[^\w.-]", "_", name) for name in simulated),
        # The language's own word for it beside the program's, where that is another one.
        meanings=[
            (tag, token if text(key, language) != token else "", SAYS[key], SAYS_NOT[key])
            for tag, token, key in verdicts
        ],
        sections=[
            _AuditSection(a, subjects[a.identity], writing, f"p{k}", list(group(a, writing)))
            for k, a in enumerate(audits, start=1)
        ],
    )
    return add_policy(page)


@dataclass(frozen=True)
class _AuditSection:
    audit: Audit
    subject: Subject
    writing: Writing
    anchor: str
    groups: Sequence[dict[str, Any]]

    @property
    def harmless(self) -> bool:
        """Whether the chain diverges and every recomputed number is as published."""
        return has_numbers(self.audit) and Outcome.DIFFERS not in self.audit.counts

    @property
    def first(self) -> Fact:
        """The sentence for whoever reads one."""
        return sentences(self.audit)[0]

    @property
    def counted_sentences(self) -> list[Fact]:
        return [fact for fact in sentences(self.audit)[1:] if fact.values]

    @property
    def plain_sentences(self) -> list[Fact]:
        return [fact for fact in sentences(self.audit)[1:] if not fact.values]

    @property
    def brief(self) -> list[Fact]:
        """What stands in the overview of several publications."""
        # A verdict beside somebody else's name must not be taken for one on their figures.
        judged = [fact for fact in self.counted_sentences if fact.kind == JUDGED]
        return [self.first, *judged, *self.audit.notes]

    @property
    def invalid_numbers(self) -> list[tuple[str, Markup, Markup]]:
        """Each number that is not valid, with what was published and what was recomputed; none
        where there are more than the first screen can hold.
        """
        failed = [n for n in self.audit.numbers if n.outcome in (Outcome.BROKEN, Outcome.DIFFERS)]
        if self.audit.level < NUMBERS or len(failed) > 5:
            return []
        language, nothing = self.writing.language, self.writing.text("terminal.nothing")
        plain = self.writing.form.plain
        return [
            (
                n.id,
                plain(self.subject.show_published(n, language) or n.published) or nothing,
                plain(self.subject.shown_now(n, language) or n.recomputed) or nothing,
            )
            for n in failed
        ]

    @property
    def levels(self) -> list[tuple[str, str, str, str, int | None]]:
        """The levels: number, keys of its name and of what it looks at and does not show, and its
        exit code where it was looked at.
        """
        return [
            (str(k), key, LOOKS_AT[k], NOT_SHOWN[k], level_result(self.audit, k))
            for k, key in LEVELS.items()
        ]

    @property
    def parts(self) -> list[dict[str, Any]]:
        """What was found of the seal, the data and the report."""
        return [self._make_part(level) for level in (SEAL, DATA, REPORT)]

    def _make_part(self, level: int) -> dict[str, Any]:
        """What was found at one level; `why` nothing was, and for a `whole` seal its files."""
        found = self.audit.list_found(level)
        whole, why = 0, ""
        if level == SEAL and not self.audit.seal:
            whole = len(self.audit.sealed.get("files", ()))
        elif level != SEAL and not found:
            why = "verdict.not_looked" if level > self.audit.level else "verdict.page.not_reached"
        wrong = [one for one in found if one.outcome not in PASSING]
        right = [one for one in found if one.outcome in PASSING]
        return {"key": LEVELS[level], "wrong": wrong, "right": right, "whole": whole, "why": why}

    def cells(self, number: Number) -> dict[str, str]:
        """What is written of a number beside its exact texts."""
        writing, mark = self.writing, self.audit.plan.get(number.id)
        return {
            "plan": writing.tell(mark) if mark else "",
            # An id may be broken after its dots.
            "id": Markup(writing.form.name(number.id).replace(".", Markup(".<wbr>"))),
            "shown": self.subject.show_published(number, writing.language),
            "shown_now": self.subject.shown_now(number, writing.language),
            "rounding": tell_rounding(writing, number.digits, number.rounding),
            "dataset": writing.names(number.dataset),
        }
