"""An audit in words, for the terminal."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from readiness.ground.facts import Fact, Listed, Term, Value
from readiness.ground.printable import one_line
from readiness.language import Language, show, strip_marks, tell
from readiness.publications.audit.model import DATA, LEVELS, NUMBERS, REPORT, SEAL, Audit, Number
from readiness.publications.outcome_texts import plain
from readiness.publications.outcomes import SEVERITY, AuditFinding, Outcome, exit_code
from readiness.publications.presenting import summary_terms
from readiness.publications.seal import DRAFT

# How many problems of one kind are named unless all are asked for.
SHOWN = 10
# What is counted and not named one by one.
FINE = (Outcome.REPRODUCED, Outcome.JUDGED)
NAMES = {level: f"terminal.name.{name}" for level, name in enumerate(LEVELS)}
# Where the text of a line begins, behind the name of its part or its verdict.
INDENT = 15


def audit_text(audit: Audit, language: Language = "en", width: int = 0) -> str:
    """The verdict, one line a part, every problem; lines are folded to a `width` that is given."""
    told = [one_line(line) for line in _AuditLines(audit, language).all()]
    if width > 2 * INDENT:
        # A hash or a path stays whole, for it is to be copied.
        fold = textwrap.TextWrapper(
            width, subsequent_indent=" " * INDENT, break_long_words=False, break_on_hyphens=False
        )
        told = [folded for line in told for folded in fold.wrap(line)]
    return "\n".join(told) + "\n"


def _rank_severity(one: AuditFinding | Number) -> int:
    """The most severe first: what is named first must not be a thousand numbers within rounding."""
    return SEVERITY.index(exit_code([one.outcome]))


@dataclass(frozen=True)
class _AuditLines:
    """The lines on one audit, without marks of direction, which a terminal would show as signs."""

    audit: Audit
    language: Language

    def fact(self, fact: Fact) -> str:
        return strip_marks(tell(fact, self.language))

    def text(self, key: str, **values: Value) -> str:
        return self.fact(Fact(key, values))

    def outcome(self, outcome: Outcome) -> str:
        return self.text(summary_terms.OUTCOMES[outcome])

    def all(self) -> Iterator[str]:
        audit = self.audit
        reached = audit
        key = "terminal.level_today" if audit.level >= NUMBERS else "terminal.level"
        level = Fact(key, {"level": audit.level, "name": Term(NAMES[audit.level])})
        if summary_terms.lacks_pages(audit):
            # The exit code says of level 3 that it could not be checked; this, what was.
            reached = replace(audit, level=NUMBERS, report=())
            level = Fact(key, {"level": NUMBERS, "name": Term(summary_terms.PAGES_APART)})
        name = audit.identity
        yield self.text(
            "terminal.head",
            name=Fact("audit.closing.draft", {"name": name}) if audit.status == DRAFT else name,
            verdict=Term(summary_terms.VERDICTS[reached.exit_code]),
            level=level,
            signing=Term(summary_terms.SIGNINGS[audit.signing]),
        )
        yield from (self._name_line("terminal.name.note", self.fact(note)) for note in audit.notes)
        if audit.seal:
            yield from self._write_part(NAMES[SEAL], audit.seal)
        else:
            n = len(audit.sealed.get("files", ()))
            yield self._name_line(NAMES[SEAL], self.text("terminal.as_sealed", n=n, all=n))
        yield from self._write_part("terminal.name.signatures", audit.signatures)
        if audit.level >= DATA:
            yield from self._write_part(NAMES[DATA], audit.data)
        yield from self._write_numbers()
        if audit.divergence:
            yield self._name_line("terminal.name.divergence", self.fact(audit.divergence))
        if audit.level >= REPORT:
            yield from self._write_part(NAMES[REPORT], audit.report)
        yield from self._write_changes()

    def _name_line(self, key: str, told: str) -> str:
        return f"  {self.text(key):<12} {told}" if key else f"  {'':<12} {told}"

    def _write_part(self, key: str, findings: Sequence[AuditFinding]) -> Iterator[str]:
        wrong = sorted((f for f in findings if f.outcome not in FINE), key=_rank_severity)
        if right := len(findings) - len(wrong):
            yield self._name_line(key, self.text("terminal.as_sealed", n=right, all=len(findings)))
        for finding in wrong[:SHOWN]:
            told = self.text("language.labelled", label=finding.place, what=finding.fact)
            yield f"  {self.outcome(finding.outcome):<12} {told}"
        if len(wrong) > SHOWN:
            yield self._name_line("", self.text("terminal.more", n=len(wrong) - SHOWN))

    def _write_numbers(self) -> Iterator[str]:
        audit = self.audit
        if audit.level >= NUMBERS or set(audit.counts) - {Outcome.NOT_CHECKED}:
            counts = tuple(
                Fact("terminal.counted", {"n": n, "verdict": Term(summary_terms.OUTCOMES[outcome])})
                for outcome, n in audit.counts.items()
            )
            told: Value = Listed(counts, "comma") if counts else Term("terminal.none")
            yield self._name_line(NAMES[NUMBERS], strip_marks(show(told, self.language)))
        if audit.level < NUMBERS:
            return
        alike: dict[tuple[Outcome, Fact | None], list[Number]] = {}
        for number in sorted(audit.numbers, key=_rank_severity):
            if number.outcome not in FINE:
                alike.setdefault((number.outcome, number.fact), []).append(number)
        nothing, single = Term("terminal.nothing"), list[Number]()
        for numbers in alike.values():
            if len(numbers) > SHOWN:  # what is true of many is said once
                said = self.text("terminal.many", n=len(numbers), detail=numbers[0].fact or nothing)
                yield f"  {self.outcome(numbers[0].outcome):<12} {said}"
            else:
                single += numbers
        for number in single[:SHOWN]:
            said = self.text(
                "terminal.number",
                name=number.id or Term("terminal.nameless"),
                data=number.dataset or Term("terminal.no_data"),
                published=number.published or nothing,
                recomputed=number.recomputed or nothing,
                detail=number.fact or nothing,
            )
            yield f"  {self.outcome(number.outcome):<12} {said}"
        if len(single) > SHOWN:
            yield self._name_line("", self.text("terminal.more_numbers", n=len(single) - SHOWN))

    def _write_changes(self) -> Iterator[str]:
        changes = self.audit.changes
        names = Listed(changes.code, "comma")
        told = [self.text("terminal.changed_code", names=names)] if changes.code else []
        told += ["requirements.lock"] if changes.lock else []
        if changes.config:
            names = Listed(changes.config, "comma")
            told.append(self.text("language.labelled", label="config.yaml", what=names))
        if changes.environment:
            names = Listed(changes.environment[:3], "comma")
            more = len(changes.environment) - 3
            rest = f" {self.text('terminal.more', n=more)}" if more > 0 else ""
            told.append(f"{self.text('terminal.changed_environment', names=names)}{rest}")
        yield from (f"  {self.text(summary_terms.CHANGED):<12} {what}" for what in told)


def summary_text(audits: Sequence[Audit], language: Language = "en") -> str:
    """The closing line over several publications."""
    counts = Counter(audit.exit_code for audit in audits)
    told = tuple(
        Fact("terminal.counted", {"n": counts[code], "verdict": Term(summary_terms.VERDICTS[code])})
        for code in sorted(counts)
    )
    counted = Listed(told, "comma")
    return plain("terminal.publications", language, n=len(audits), counts=counted) + "\n"
