"""Write an audit as one self-contained page.

The page loads nothing, and its content policy allows nothing to be loaded. A short script finds a
number by its id; without it every number is still on the page, folded by verdict and kind. The same
audits give the same bytes. The layout is `templates/audit.html`.
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
    """The audited publication; `rows`: its ledger by number id."""

    identity: str
    title: Mapping[str, str]
    simulated: bool
    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    datasets: Sequence[Version] = ()

    def show_published(self, number: Number, language: str) -> str:
        """Return a number as readers were shown it; "" where it was not published."""
        row = self.rows.get(number.id)
        return show_safely(row, language) if row else ""

    def shown_now(self, number: Number, language: str) -> str:
        """Return the recomputed value as readers would see it; "" if not a number."""
        row = self.rows.get(number.id, {})
        is_unchanged = number.outcome in (
            Outcome.REPRODUCED,
            Outcome.WITHIN_ROUNDING,
            Outcome.JUDGED,
        )
        if number.recomputed == number.published != "" or is_unchanged:
            return self.show_published(number, language)
        try:
            if not re.fullmatch("[0-9]", row.get("digits", "")):
                return ""
            return show_row({**row, "value": number.recomputed, "suppressed": ""}, language)
        except (ReadinessError, KeyError, ValueError):
            return ""


def read_subject(root: Path, publication_id: str) -> Subject:
    """Read title, datasets and ledger of a publication, as far as they are readable."""
    folder = root / ledger.FOLDER / publication_id
    rows = {row["id"]: row for row in ledger_rows(folder)}
    title = dict.fromkeys(LANGUAGES, folder.name)
    simulated = False
    # Use the id as title if no title is readable.
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        kinds = (ledger.read_settings(folder, kind) for kind in ("waves", "studies"))
        (section,) = [section for kind in kinds for section in kind.values()]
        titles = {
            # Titles are cut: a very long one would push the verdict off the screen.
            language: shorten(text, 300)
            for language, text in section["title"].items()
            if language in title and isinstance(text, str)
        }
        title = title | titles
        simulated = bool(section.get("simulated"))
    try:
        datasets = [sealed.version for sealed in ledger.read_datasets(folder)]
    except DataError:
        datasets = []
    return Subject(
        publication_id,
        title,
        simulated or any(row.get("simulated") == "true" for row in rows.values()),
        rows,
        datasets,
    )


def audit_page(
    audits: Sequence[Audit], subjects: Mapping[str, Subject], language: Language = "en"
) -> str:
    """Return the page on these audits.

    `subjects`: the audited publications by id.
    """
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
        # Names are put into a string of the style sheet: replace characters that could end it.
        simulated=", ".join(re.sub(r"[^\w.-]", "_", name) for name in simulated),
        # Each verdict in the page's language, with the program's English word if different.
        meanings=[
            (tag, token if text(key, language) != token else "", SAYS[key], SAYS_NOT[key])
            for tag, token, key in verdicts
        ],
        sections=[
            _AuditSection(a, subjects[a.identity], writing, f"p{position}", list(group(a, writing)))
            for position, a in enumerate(audits, start=1)
        ],
    )
    return add_policy(page)


@dataclass(frozen=True)
class _AuditSection:
    """Section of the page on one audit."""

    audit: Audit
    subject: Subject
    writing: Writing
    anchor: str
    groups: Sequence[dict[str, Any]]

    @property
    def harmless(self) -> bool:
        """True if the chain diverges but every recomputed number is as published."""
        return has_numbers(self.audit) and Outcome.DIFFERS not in self.audit.counts

    @property
    def first(self) -> Fact:
        """The verdict, as one sentence."""
        return sentences(self.audit)[0]

    @property
    def counted_sentences(self) -> list[Fact]:
        """The other sentences that state a number."""
        return [fact for fact in sentences(self.audit)[1:] if fact.values]

    @property
    def plain_sentences(self) -> list[Fact]:
        """The other sentences without a number."""
        return [fact for fact in sentences(self.audit)[1:] if not fact.values]

    @property
    def brief(self) -> list[Fact]:
        """Sentences for the overview of several publications."""
        # The overview must not seem to certify figures that others reported.
        judged = [fact for fact in self.counted_sentences if fact.kind == JUDGED]
        return [self.first, *judged, *self.audit.notes]

    @property
    def invalid_numbers(self) -> list[tuple[str, Markup, Markup]]:
        """Each invalid number with the published and the recomputed value.

        Empty where there are too many for the first screen.
        """
        failed = [
            number
            for number in self.audit.numbers
            if number.outcome in (Outcome.BROKEN, Outcome.DIFFERS)
        ]
        if self.audit.level < NUMBERS or len(failed) > 5:
            return []
        language = self.writing.language
        nothing = self.writing.text("terminal.nothing")
        plain = self.writing.form.plain
        return [
            (
                number.id,
                plain(self.subject.show_published(number, language) or number.published) or nothing,
                plain(self.subject.shown_now(number, language) or number.recomputed) or nothing,
            )
            for number in failed
        ]

    @property
    def levels(self) -> list[tuple[str, str, str, str, int | None]]:
        """The levels: number, catalogue keys, and exit code.

        The keys are of the level's name, of what it checks, and of what it does not show. The exit
        code is None where the level was not checked.
        """
        return [
            (str(level), key, LOOKS_AT[level], NOT_SHOWN[level], level_result(self.audit, level))
            for level, key in LEVELS.items()
        ]

    @property
    def parts(self) -> list[dict[str, Any]]:
        """Findings on seal, data and report."""
        return [self._make_part(level) for level in (SEAL, DATA, REPORT)]

    def _make_part(self, level: int) -> dict[str, Any]:
        """Return the findings at one level.

        `why`: key of the reason why there are none. `whole`: number of files of a seal without a
        fault.
        """
        findings = self.audit.list_found(level)
        whole, reason = 0, ""
        if level == SEAL and not self.audit.seal:
            whole = len(self.audit.sealed.get("files", ()))
        elif level != SEAL and not findings:
            reason = (
                "verdict.not_looked" if level > self.audit.level else "verdict.page.not_reached"
            )
        wrong = [finding for finding in findings if finding.outcome not in PASSING]
        right = [finding for finding in findings if finding.outcome in PASSING]
        return {"key": LEVELS[level], "wrong": wrong, "right": right, "whole": whole, "why": reason}

    def cells(self, number: Number) -> dict[str, str]:
        """Return the formatted cells of a number's row."""
        writing = self.writing
        mark = self.audit.plan.get(number.id)
        return {
            "plan": writing.tell(mark) if mark else "",
            # Allow line breaks after the dots of an id.
            "id": Markup(writing.form.name(number.id).replace(".", Markup(".<wbr>"))),
            "shown": self.subject.show_published(number, writing.language),
            "shown_now": self.subject.shown_now(number, writing.language),
            "rounding": tell_rounding(writing, number.digits, number.rounding),
            "dataset": writing.names(number.dataset),
        }
