"""The certificate of an audit: a short Markdown text for a person to check, complete and sign.

In the spirit of CODECHECK (https://codecheck.org.uk): which publication, what was checked with
what, what came out, and what was not checked. It accuses nobody, and has no clock: the date is for
the person who signs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from readiness.facts import Fact
from readiness.publications.audit.glossary import LEVELS
from readiness.publications.audit.model import NUMBERS, Audit, Number
from readiness.publications.audit.subject import Subject
from readiness.publications.audit.voice import Markup, Voice, markdown
from readiness.publications.audit.words import TEXTS
from readiness.publications.outcomes import HOLDING, Outcome
from readiness.publications.presenting.summary import (
    by_outcome,
    findings,
    level_result,
    sentences,
)

FAILED = (Outcome.BROKEN, Outcome.DIFFERS)
"""The verdicts on a number that does not hold; others say that it could not be checked."""
LINE = r"\_" * 30


def certificate(
    audits: Sequence[Audit], subjects: Mapping[str, Subject], language: str = "en"
) -> str:
    """The certificate of each audit, one below the other, as Markdown in fr, en or ar."""
    voice = Voice(language, markdown(language))
    texts = [
        "\n".join(_Certificate(voice, audit, subjects[audit.identity]).lines()) for audit in audits
    ]
    return "\n---\n\n".join(f"{text}\n" for text in texts)


@dataclass(frozen=True)
class _Certificate:
    voice: Voice
    audit: Audit
    subject: Subject

    @property
    def markup(self) -> Markup:
        return self.voice.markup

    def lines(self) -> Iterator[str]:
        """The certificate, line by line."""
        title = self.markup.quoted(self.subject.title[self.voice.language])
        named = f"{title} ({self.markup.quoted(self.audit.identity)})"
        yield f"# {self.voice.around('certificate', named)}"
        yield ""
        if self.subject.simulated:
            yield f"**{self.voice.text('simulated')}**"
            yield ""
        yield from self.what()
        for name in ("verdict", "checked", "changes", "data", "failed", "unchecked", "sign"):
            section = list(getattr(self, name)())
            if section:
                yield f"## {self.voice.text(name if name in TEXTS else f'heading_{name}')}"
                yield ""
                yield from section

    def table(self, columns: Iterable[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
        """A table with the columns of these names."""
        names = [self.voice.text(column) for column in columns]
        yield f"| {' | '.join(names)} |"
        yield f"|{'---|' * len(names)}"
        for row in rows:
            yield f"| {' | '.join(row)} |"
        yield ""

    def what(self) -> Iterator[str]:
        """Which publication, and what was done."""
        digest = self.audit.sealed.get("digest")
        yield self.fact("publication", self.markup.name(self.audit.identity))
        yield self.fact(
            "digest", self.markup.name(str(digest)) if digest else self.voice.text("digest_none")
        )
        yield self.fact("level", self.voice.level(self.audit))
        for note in self.audit.notes:
            yield self.fact("note", self.voice.message(note))
        yield ""

    def fact(self, name: str, what: str) -> str:
        """One fact, under the name of its text."""
        return f"- {self.voice.text(name)}{self.voice.colon} {what}"

    def changes(self) -> Iterator[str]:
        """In what today's tree and environment are not the sealed ones."""
        changes = self.audit.changes
        yield self.fact("change_code", self.changed(changes.code))
        lock = ("requirements.lock",) if changes.lock else ()
        yield self.fact("change_lock", self.changed(lock))
        yield self.fact("change_config", self.changed(changes.config))
        looked = self.audit.level >= NUMBERS
        present = self.changed(changes.environment) if looked else self.voice.text("not_looked")
        sealed = self.markup.name(self.subject.environment)
        when = f" ({self.voice.around('environment_sealed', sealed)})" if sealed else ""
        yield self.fact("change_environment", f"{present}{when}")
        yield ""
        yield self.voice.text("changes_note")
        yield ""

    def changed(self, what: Sequence[str | Fact]) -> str:
        """What changed since the seal, or that nothing did."""
        if not self.audit.sealed:
            return self.voice.text("unknown_seal")
        if not what:
            return self.voice.text("same")
        return (
            f"{self.voice.text('CHANGED')} {self.voice.comma.join(map(self.voice.changed, what))}"
        )

    def verdict(self) -> Iterator[str]:
        """The verdict in sentences, and how many numbers have which."""
        (first, values), *others = sentences(self.audit)
        yield f"{self.voice.first_line(self.audit)}. {self.voice.text(first, **values)}"
        yield ""
        listed = [f"- {self.voice.text(name, **numbers)}" for name, numbers in others if numbers]
        yield from [*listed, ""] if listed else []
        for name in (name for name, numbers in others if not numbers):
            yield from (self.voice.text(name), "")
        if self.audit.numbers:
            rows = [
                (self.voice.outcome(outcome), self.voice.number(len(numbers)))
                for outcome, numbers in by_outcome(self.audit).items()
            ]
            yield from self.table(("verdict", "numbers_of"), rows)

    def checked(self) -> Iterator[str]:
        """Each level that was looked at, with its result and every finding that is no match."""
        for level, (name, looks_at, _) in LEVELS.items():
            result = level_result(self.audit, level)
            if result is None:
                continue
            told = f"{self.voice.words(name)}{self.voice.colon} {self.voice.verdict(result)}"
            yield f"- {level} · {told}. {self.voice.words(looks_at)}"
            for one in findings(self.audit, level):
                if one.outcome not in HOLDING:
                    place, detail = self.voice.place(one), self.voice.message(one.fact)
                    verdict = self.voice.outcome(one.outcome)
                    yield f"  - {place}{self.voice.colon} {verdict}{self.voice.comma}{detail}"
        yield ""
        if self.audit.divergence:
            yield self.voice.message(self.audit.divergence)
            yield ""

    def data(self) -> Iterator[str]:
        """The dataset versions with their hashes."""
        rows = [
            (self.markup.name(v.name), self.voice.number(v.rows), self.markup.name(v.sha256))
            for v in self.subject.datasets
        ]
        if rows:
            yield from self.table(("dataset", "rows", "sha"), rows)

    def failed(self) -> Iterator[str]:
        """Every number that does not hold."""
        groups = by_outcome(self.audit)
        numbers = [number for outcome in FAILED for number in groups.get(outcome, ())]
        reasons = {(number.outcome, number.fact, number.recomputed) for number in numbers}
        if len(numbers) == len(self.audit.numbers) > 1 and len(reasons) == 1:
            reason = self.voice.message(numbers[0].fact)
            verdict = self.voice.outcome(numbers[0].outcome)
            yield f"{verdict}{self.voice.colon} {self.voice.around('all', reason)}"
            yield ""
        elif numbers:
            columns = ("id", "published", "recomputed", "difference", "verdict", "detail")
            yield from self.table(columns, map(self.number, numbers))

    def number(self, number: Number) -> tuple[str, ...]:
        """One number that does not hold."""
        language = self.voice.language
        shown, now = self.subject.shown(number, language), self.subject.shown_now(number, language)
        return (
            self.markup.name(number.id),
            self.value(shown, number.published),
            self.value(now, number.recomputed),
            self.markup.number(self.markup.plain(number.difference)) or "–",
            self.voice.outcome(number.outcome),
            self.voice.message(number.fact),
        )

    def value(self, shown: str, stored: str) -> str:
        """A number as shown and, in brackets, as stored."""
        shown = self.markup.plain(shown)
        exact = self.markup.name(stored) if stored else ""
        return f"{shown} ({exact})" if shown and exact else shown or exact or "–"

    def unchecked(self) -> Iterator[str]:
        """What nobody looked at: numbers by reason, levels above, and what no audit can see."""
        reasons: dict[tuple[Outcome, Fact | None], int] = {}
        for number in self.audit.numbers:
            if number.outcome not in HOLDING | set(FAILED):
                key = (number.outcome, number.fact)
                reasons[key] = reasons.get(key, 0) + 1
        voice = self.voice
        for (outcome, fact), n in reasons.items():
            said = f"{voice.number(n)}{voice.comma}{voice.message(fact)}"
            yield f"- {voice.outcome(outcome)}{voice.colon} {said}"
        for level, (name, looks_at, not_shown) in LEVELS.items():
            if level > self.audit.level:
                told = f"{voice.colon} {voice.text('not_looked')}. {voice.words(looks_at)}"
            else:
                told = f". {voice.text('not_shown')}{voice.colon} {voice.words(not_shown)}"
            yield f"- {level} · {voice.words(name)}{told}"
        yield ""

    def sign(self) -> Iterator[str]:
        """Lines for whoever checked it."""
        yield self.voice.text("sign_note")
        yield ""
        for name in ("signer", "date", "signature"):
            yield f"{self.voice.text(name)} {LINE}"
            yield ""
