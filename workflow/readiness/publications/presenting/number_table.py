"""The numbers of an audit as tables: one line a number, problems first, what holds folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from readiness.publications.audit.glossary import KINDS, OUTCOMES
from readiness.publications.audit.model import NUMBERS, Audit, Number
from readiness.publications.audit.numbers import CHANGED
from readiness.publications.audit.subject import Subject
from readiness.publications.audit.voice import HTML, Voice
from readiness.publications.outcomes import HOLDING, Outcome
from readiness.publications.presenting.summary import by_outcome

NOTHING = "–"


def number_tables(audit: Audit, subject: Subject, voice: Voice) -> str:
    """HTML: one fold a verdict, the gravest first; what holds is folded again by kind."""
    tables = _Tables(audit, subject, voice)
    return "".join(tables.group(o, numbers) for o, numbers in by_outcome(audit).items())


@dataclass(frozen=True)
class _Tables:
    audit: Audit
    subject: Subject
    voice: Voice

    def group(self, outcome: Outcome, numbers: Sequence[Number]) -> str:
        """The numbers of one verdict."""
        voice = self.voice
        # A level that computes nothing leaves numbers unchecked, which is no problem.
        asked = self.audit.level >= NUMBERS or outcome is not Outcome.NOT_CHECKED
        facts = {number.fact for number in numbers} - {None}
        reason = ""
        if not asked:
            reason = voice.text("level_reason")
        elif len(facts) == 1 and len(numbers) > 1:
            reason = voice.around("one_reason", voice.message(*facts))
        note = f'<p class="note">{reason}</p>\n' if reason else ""
        told = bool(facts) and not reason
        if asked and outcome not in HOLDING:
            table = self.table(outcome, numbers, told)
            return self.fold(voice.outcome(outcome), numbers, note + table, " open")
        kinds: dict[str, list[Number]] = {}
        for number in numbers:
            kinds.setdefault(number.kind, []).append(number)
        body = "".join(
            self.fold(voice.known(KINDS, kind), some, self.table(outcome, some, told))
            for kind, some in sorted(kinds.items())
        )
        return self.fold(voice.outcome(outcome), numbers, note + body)

    def fold(self, title: str, numbers: Sequence[Number], body: str, state: str = "") -> str:
        """A fold under its title and the count of its numbers."""
        summary = f"<summary>{title} {self.voice.number(len(numbers))}</summary>"
        return f"<details{state}>{summary}\n{body}</details>\n"

    def table(self, outcome: Outcome, numbers: Iterable[Number], told: bool) -> str:
        """A table with one line a number; each one's detail stands in it when it is `told`."""
        columns = [
            "id", "published", "recomputed", "difference", "verdict",
            *(["detail"] if told else []), "contract", "dataset", "code", "environment",
        ]  # fmt: skip
        head = "".join(f'<th scope="col">{self.voice.text(column)}</th>' for column in columns)
        name = self.voice.words(OUTCOMES[outcome].name)
        return (
            f'<div class="table-scroll" role="region" tabindex="0" aria-label="{name}">'
            f'<table class="numbers">\n<caption><span>{self.voice.around("numbers_caption", name)}'
            f"</span></caption>\n<thead><tr>{head}</tr></thead>\n"
            f"<tbody>\n{''.join(self.rows(outcome, numbers, told))}</tbody>\n</table></div>\n"
        )

    def rows(self, outcome: Outcome, numbers: Iterable[Number], told: bool) -> Iterator[str]:
        """One line a number."""
        voice, language = self.voice, self.voice.language
        tag = voice.outcome(outcome)
        rules: dict[tuple[str, str], str] = {}
        for n in numbers:
            rule = (n.digits, n.rounding)
            if rule not in rules:
                rules[rule] = voice.rule(n)
            detail = f'<td class="why">{voice.message(n.fact)}</td>' if told else ""
            yield (
                f'<tr><th scope="row">{_id(n.id)}</th>'
                f"<td>{_value(self.subject.shown(n, language), n.published)}</td>"
                f"<td>{_value(self.subject.shown_now(n, language), n.recomputed)}</td>"
                f"<td>{_stored(n.difference)}</td><td>{tag}</td>{detail}"
                f"<td>{rules[rule]}</td>"
                f"<td>{voice.names(n.dataset) or NOTHING}</td>"
                f"<td>{self.state(n.code)}</td><td>{self.state(n.environment)}</td></tr>\n"
            )

    def state(self, state: str) -> str:
        """Whether the code or environment behind a number is the sealed one."""
        if state == CHANGED:
            return f'<b class="open">{self.voice.text("CHANGED")}</b>'
        return self.voice.text("same") if state else NOTHING


def _id(name: str) -> str:
    """An id that may be broken after its dots."""
    return HTML.name(name).replace(".", ".<wbr>")


def _stored(text: str) -> str:
    return f'<span class="stored" dir="ltr">{HTML.plain(text)}</span>' if text else NOTHING


def _value(shown: str, stored: str) -> str:
    """A number as readers were shown it and, below, as it is stored."""
    if not shown:
        return _stored(stored)
    below = _stored(stored) if stored and stored != shown else ""
    return f'<span class="shown">{HTML.plain(shown)}</span>{below}'
