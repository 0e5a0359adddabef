"""The certificate of an audit: a short text for a person to check, complete and sign.

In the spirit of CODECHECK (https://codecheck.org.uk): which publication, what was checked with
what, what was found, and what was not checked. It accuses nobody, and has no clock: the date is for
the person who signs. Its blocks are the same in Markdown, HTML and on paper; each has a template.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from readiness import fonts
from readiness.facts import Fact, Listed, Term
from readiness.language import Language, tell
from readiness.language.catalogue import direction
from readiness.language.numbers import whole
from readiness.publications.audit.model import NUMBERS, Audit, Number
from readiness.publications.audit.subject import Subject
from readiness.publications.outcomes import PASSING, Outcome
from readiness.publications.presenting.summary import (
    by_outcome,
    findings,
    level_result,
    sentences,
)
from readiness.publications.presenting.templating import render, style
from readiness.publications.presenting.verdicts import LEVELS, LOOKS_AT, NOT_SHOWN
from readiness.publications.presenting.writing import Form, Writing, html, markdown, typst
from readiness.rendering.policy import guarded

FAILED = (Outcome.BROKEN, Outcome.DIFFERS)
"""The verdicts on a number that is not valid; others say that it could not be checked."""
SIGNED = ("certificate.signer", "certificate.date", "certificate.signature")
"""The lines for whoever checked it."""


@dataclass(frozen=True)
class Item:
    """An item of a list, with what belongs to it."""

    text: Markup
    under: Sequence[Markup] = ()


@dataclass(frozen=True)
class Block:
    """A part of a certificate: a `paragraph` (or one in `bold`), a list, a table, or lines to
    complete by hand."""

    paragraph: Markup | None = None
    bold: Markup | None = None
    items: Sequence[Item] = ()
    columns: Sequence[Markup] = ()
    rows: Sequence[Sequence[Markup]] = ()
    lines: Sequence[Markup] = ()


@dataclass(frozen=True)
class Section:
    """Blocks under a heading; the first section of a certificate has none."""

    heading: Markup | None
    blocks: Sequence[Block]


def certificate(
    audits: Sequence[Audit],
    subjects: Mapping[str, Subject],
    language: Language = "en",
    kind: str = "md",
) -> str:
    """The certificates of audits, one below the other, as `md`, `html` or `typ`."""
    writing = Writing(language, _form(kind, language))
    certificates = [_Certificate(writing, audit, subjects[audit.identity]) for audit in audits]
    written = render(
        f"certificate.{kind}",
        writing.form,
        w=writing,
        t=writing.text,
        code=Markup(language),
        direction=Markup(direction(language)),
        style=Markup(style()),
        plain_title=_plain_title(audits, language),
        certificates=[(one.title(), list(one.sections())) for one in certificates],
    )
    return guarded(written) if kind == "html" else written


def paper(
    audits: Sequence[Audit], subjects: Mapping[str, Subject], language: Language = "en"
) -> bytes:
    """The same as PDF."""
    import typst as typesetter

    from readiness.rendering.embedded import TIMESTAMP

    source = certificate(audits, subjects, language, "typ")
    with tempfile.TemporaryDirectory(prefix="readiness-certificate-") as folder:
        (Path(folder) / "certificate.typ").write_text(source, encoding="utf-8")
        compiler = typesetter.Compiler(
            input=str(Path(folder) / "certificate.typ"), root=folder,
            font_paths=[str(folder) for folder in fonts.folders()], ignore_system_fonts=True,
        )  # fmt: skip
        pdf = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=TIMESTAMP)
    assert isinstance(pdf, bytes)
    return pdf


def _plain_title(audits: Sequence[Audit], language: Language) -> str:
    names = Listed(tuple(audit.identity for audit in audits), "comma")
    return tell(Fact("certificate.of", {"names": names}), language)


def _form(kind: str, language: Language) -> Form:
    return {"md": markdown(language), "html": html(), "typ": typst(language)}[kind]


@dataclass(frozen=True)
class _Certificate:
    writing: Writing
    audit: Audit
    subject: Subject

    def title(self) -> Markup:
        """What it certifies the audit of."""
        title = self.subject.title[self.writing.language]
        return self.writing.text(
            "certificate.title", text_title=title, text_name=self.audit.identity
        )

    def sections(self) -> Iterator[Section]:
        """Its sections in their order; those without a block are left out."""
        text = self.writing.text
        yield Section(None, list(self.what()))
        for heading, blocks in (
            ("certificate.heading.verdict", self.verdict()),
            ("certificate.heading.checked", self.checked()),
            ("certificate.heading.changes", self.changes()),
            ("certificate.heading.data", self.data()),
            ("certificate.heading.failed", self.failed()),
            ("certificate.heading.unchecked", self.unchecked()),
            ("certificate.heading.sign", self.sign()),
        ):
            if found := list(blocks):
                yield Section(text(heading), found)

    def table(self, columns: Iterable[str], rows: Sequence[Sequence[Markup]]) -> Block:
        """A table with the columns of these keys."""
        return Block(columns=[self.writing.text(column) for column in columns], rows=rows)

    def what(self) -> Iterator[Block]:
        """Which publication, and what was done."""
        writing, audit = self.writing, self.audit
        if self.subject.simulated:
            yield Block(bold=writing.text("verdict.simulated"))
        digest = str(audit.sealed.get("digest") or "")
        sealed = writing.form.name(digest) if digest else writing.text("verdict.digest_none")
        facts = [
            writing.labelled("certificate.publication", writing.form.name(audit.identity)),
            writing.labelled("certificate.digest", sealed),
            writing.labelled("certificate.level", writing.level(audit)),
            *(writing.labelled("certificate.note", writing.tell(note)) for note in audit.notes),
        ]
        yield Block(items=[Item(fact) for fact in facts])

    def verdict(self) -> Iterator[Block]:
        """The verdict in sentences, and how many numbers have which."""
        writing = self.writing
        first, *others = sentences(self.audit)
        yield Block(paragraph=Markup(f"{writing.first_line(self.audit)}. {writing.tell(first)}"))
        if counted := [fact for fact in others if fact.values]:
            yield Block(items=[Item(writing.tell(fact)) for fact in counted])
        for fact in others:
            if not fact.values:
                yield Block(paragraph=writing.tell(fact))
        rows = [
            (writing.outcome(outcome), writing.form.number(whole(len(numbers), writing.language)))
            for outcome, numbers in by_outcome(self.audit).items()
        ]
        if rows:
            yield self.table(("certificate.column.verdict", "certificate.column.numbers"), rows)

    def checked(self) -> Iterator[Block]:
        """Each level that was looked at, with its result and every finding that is no match."""
        writing = self.writing
        items = []
        for level, key in LEVELS.items():
            result = level_result(self.audit, level)
            if result is not None:
                told = writing.text(
                    "certificate.looked", level=level, name=Term(key),
                    result=writing.verdict(result), looks_at=Term(LOOKS_AT[level]),
                )  # fmt: skip
                items.append(Item(told, list(self.found(level))))
        yield Block(items=items)
        if self.audit.divergence:
            yield Block(paragraph=writing.tell(self.audit.divergence))

    def found(self, level: int) -> Iterator[Markup]:
        """What was found at a level and is no match."""
        for one in findings(self.audit, level):
            if one.outcome not in PASSING:
                yield self.writing.text(
                    "certificate.found", place=self.writing.named(one.place),
                    verdict=self.writing.outcome(one.outcome), detail=self.writing.tell(one.fact),
                )  # fmt: skip

    def changes(self) -> Iterator[Block]:
        """In what today's tree and environment are not the sealed ones."""
        writing, changes = self.writing, self.audit.changes
        looked = self.audit.level >= NUMBERS
        present = (
            self.changed(changes.environment) if looked else writing.text("verdict.not_looked")
        )
        if self.subject.environment:
            present = writing.text(
                "certificate.environment_sealed", what=present, sealed=self.subject.environment
            )
        lock = ("requirements.lock",) if changes.lock else ()
        facts = [
            writing.labelled("verdict.change.code", self.changed(changes.code)),
            writing.labelled("verdict.change.lock", self.changed(lock)),
            writing.labelled("verdict.change.config", self.changed(changes.config)),
            writing.labelled("verdict.change.environment", present),
        ]
        yield Block(items=[Item(fact) for fact in facts])
        yield Block(paragraph=writing.text("verdict.changes_note"))

    def changed(self, what: Sequence[str | Fact]) -> Markup:
        """What changed since the seal, or that nothing did."""
        if not self.audit.sealed:
            return self.writing.text("verdict.unknown_seal")
        if not what:
            return self.writing.text("verdict.same")
        return Markup(f"{self.writing.changed()} {self.writing.listed(what)}")

    def data(self) -> Iterator[Block]:
        """The dataset versions with their hashes."""
        form, language = self.writing.form, self.writing.language
        rows = [
            (form.name(v.name), form.number(whole(v.rows, language)), form.name(v.sha256))
            for v in self.subject.datasets
        ]
        columns = ("certificate.column.dataset", "certificate.column.rows",
                   "certificate.column.sha")  # fmt: skip
        if rows:
            yield self.table(columns, rows)

    def failed(self) -> Iterator[Block]:
        """Every number that is not valid."""
        groups = by_outcome(self.audit)
        numbers = [number for outcome in FAILED for number in groups.get(outcome, ())]
        same = all(
            (n.outcome, n.fact, n.recomputed)
            == (numbers[0].outcome, numbers[0].fact, numbers[0].recomputed)
            for n in numbers
        )
        if len(numbers) == len(self.audit.numbers) > 1 and same and numbers[0].fact:
            reason = self.writing.tell(numbers[0].fact)
            verdict = self.writing.outcome(numbers[0].outcome)
            told = self.writing.text("certificate.all_for", verdict=verdict, reason=reason)
            yield Block(paragraph=told)
        elif numbers:
            columns = (
                "certificate.column.id", "certificate.column.published",
                "certificate.column.recomputed", "certificate.column.difference",
                "certificate.column.verdict", "certificate.column.detail",
            )  # fmt: skip
            yield self.table(columns, [self.number(number) for number in numbers])

    def number(self, number: Number) -> tuple[Markup, ...]:
        """One number that is not valid."""
        writing, language = self.writing, self.writing.language
        return (
            writing.form.name(number.id),
            self.value(self.subject.shown(number, language), number.published),
            self.value(self.subject.shown_now(number, language), number.recomputed),
            writing.form.number(number.difference) or writing.text("page.nothing"),
            writing.outcome(number.outcome),
            writing.tell(number.fact) if number.fact else writing.text("page.nothing"),
        )

    def value(self, shown: str, stored: str) -> Markup:
        """A number as shown and, in brackets, as stored."""
        form = self.writing.form
        exact = form.name(stored) if stored else Markup("")
        if not shown:
            return exact or self.writing.text("page.nothing")
        return Markup(f"{form.plain(shown)} ({exact})") if exact else form.plain(shown)

    def unchecked(self) -> Iterator[Block]:
        """What nobody looked at: numbers by reason, levels above, and what no audit can see."""
        writing = self.writing
        items = []
        for outcome, numbers in by_outcome(self.audit).items():
            if outcome not in PASSING | set(FAILED):
                reasons = Counter(number.fact for number in numbers)
                items += [self.reason(outcome, fact, n) for fact, n in reasons.items()]
        for level, key in LEVELS.items():
            name = Term(key)
            if level > self.audit.level:
                told = {"looks_at": Term(LOOKS_AT[level])}
                kind = "certificate.not_looked"
            else:
                told = {"not_shown": Term(NOT_SHOWN[level])}
                kind = "certificate.not_shown"
            items.append(writing.text(kind, level=level, name=name, **told))
        yield Block(items=[Item(item) for item in items])

    def reason(self, outcome: Outcome, fact: Fact | None, n: int) -> Markup:
        """Of how many numbers this is said, and why."""
        writing = self.writing
        why = writing.tell(fact) if fact else writing.text("page.nothing")
        verdict = writing.outcome(outcome)
        return writing.text("certificate.unchecked", verdict=verdict, n=n, reason=why)

    def sign(self) -> Iterator[Block]:
        """Lines for whoever checked it."""
        yield Block(paragraph=self.writing.text("certificate.sign_note"))
        yield Block(lines=[self.writing.text(key) for key in SIGNED])
