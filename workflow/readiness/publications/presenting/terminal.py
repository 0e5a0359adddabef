"""Write an audit as text for the terminal."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from readiness.ground.facts import Fact, Listed, Term, Value
from readiness.ground.printable import one_line
from readiness.language import Language, show, strip_marks, tell
from readiness.publications.audit.model import DATA, LEVELS, NUMBERS, REPORT, SEAL, Audit, Number
from readiness.publications.outcome_texts import plain
from readiness.publications.outcomes import SEVERITY, AuditFinding, Outcome, exit_code
from readiness.publications.presenting import summary_terms
from readiness.publications.seal import DRAFT

# Maximum number of listed problems of one kind.
SHOWN = 10
# Outcomes without a line for each number or file: only counted.
FINE = (Outcome.REPRODUCED, Outcome.JUDGED)
NAMES = {level: f"terminal.name.{name}" for level, name in enumerate(LEVELS)}
# Column where a line's text begins, after the name of a part or an outcome.
INDENT = 15


def audit_text(audit: Audit, language: Language = "en", width: int = 0) -> str:
    """Return the verdict, one line for each part, and the problems.

    Lines are folded to `width` where it is given.
    """
    lines = [one_line(line) for line in _AuditLines(audit, language).all()]
    if width > 2 * INDENT:
        # Keep hashes and paths whole for copying.
        fold = textwrap.TextWrapper(
            width, subsequent_indent=" " * INDENT, break_long_words=False, break_on_hyphens=False
        )
        lines = [folded for line in lines for folded in fold.wrap(line)]
    return "\n".join(lines) + "\n"


def _rank_severity(finding: AuditFinding | Number) -> int:
    """Return the rank of an outcome, the most severe first.

    Problems must not be hidden behind a thousand numbers within rounding.
    """
    return SEVERITY.index(exit_code([finding.outcome]))


@dataclass(frozen=True)
class _AuditLines:
    """The lines on one audit.

    Without marks of direction, which a terminal would show as signs.
    """

    audit: Audit
    language: Language

    def fact(self, fact: Fact) -> str:
        """Return the sentence of a fact."""
        return strip_marks(tell(fact, self.language))

    def text(self, key: str, **values: Value) -> str:
        """Return the text of a key, with its placeholders filled."""
        return self.fact(Fact(key, values))

    def outcome(self, outcome: Outcome) -> str:
        """Return the word for an outcome."""
        return self.text(summary_terms.OUTCOMES[outcome])

    def all(self) -> Iterator[str]:
        """Yield all lines: head, seal, signatures, data, numbers, report, changes."""
        audit = self.audit
        # The exit code says that level 3 was not checked; the head names level 2, which was.
        reached = audit.reached
        what = Term(summary_terms.PAGES_APART if audit.lacks_pages else NAMES[audit.level])
        key = "terminal.level_today" if audit.level >= NUMBERS else "terminal.level"
        told: dict[str, Value] = {"level": reached.level, "name": what}
        if audit.rows_apart:
            key, told = "terminal.level_rows", {**told, "n": audit.rows_apart}
        level = Fact(key, told)
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

    def _name_line(self, key: str, content: str) -> str:
        """Return a line with the name of its part; an empty key leaves it blank."""
        return f"  {self.text(key):<12} {content}" if key else f"  {'':<12} {content}"

    def _write_part(self, key: str, findings: Sequence[AuditFinding]) -> Iterator[str]:
        """Yield the lines of one part: the count of unchanged files, then problems."""
        wrong = sorted(
            (finding for finding in findings if finding.outcome not in FINE), key=_rank_severity
        )
        if n_unchanged := len(findings) - len(wrong):
            yield self._name_line(
                key, self.text("terminal.as_sealed", n=n_unchanged, all=len(findings))
            )
        for finding in wrong[:SHOWN]:
            problem_text = self.text("language.labelled", label=finding.place, what=finding.fact)
            yield f"  {self.outcome(finding.outcome):<12} {problem_text}"
        if len(wrong) > SHOWN:
            yield self._name_line("", self.text("terminal.more", n=len(wrong) - SHOWN))

    def _write_numbers(self) -> Iterator[str]:
        """Yield the lines on numbers: counts, then problems, grouped if many share a reason."""
        audit = self.audit
        if audit.level >= NUMBERS or set(audit.counts) - {Outcome.NOT_CHECKED}:
            counts = tuple(
                Fact(
                    "terminal.counted",
                    {"n": count, "verdict": Term(summary_terms.OUTCOMES[outcome])},
                )
                for outcome, count in audit.counts.items()
            )
            counts_text: Value = Listed(counts, "comma") if counts else Term("terminal.none")
            yield self._name_line(NAMES[NUMBERS], strip_marks(show(counts_text, self.language)))
        if audit.level < NUMBERS:
            return
        problems_by_reason: dict[tuple[Outcome, Fact | None], list[Number]] = {}
        for number in sorted(audit.numbers, key=_rank_severity):
            if number.outcome not in FINE:
                problems_by_reason.setdefault((number.outcome, number.fact), []).append(number)
        nothing = Term("terminal.nothing")
        single_problems = list[Number]()
        for numbers in problems_by_reason.values():
            if len(numbers) > SHOWN:  # one line for many numbers with the same reason
                line_text = self.text(
                    "terminal.many", n=len(numbers), detail=numbers[0].fact or nothing
                )
                yield f"  {self.outcome(numbers[0].outcome):<12} {line_text}"
            else:
                single_problems += numbers
        for number in single_problems[:SHOWN]:
            line_text = self.text(
                "terminal.number",
                name=number.id or Term("terminal.nameless"),
                data=number.dataset or Term("terminal.no_data"),
                published=number.published or nothing,
                recomputed=number.recomputed or nothing,
                detail=number.fact or nothing,
            )
            yield f"  {self.outcome(number.outcome):<12} {line_text}"
        if len(single_problems) > SHOWN:
            yield self._name_line(
                "", self.text("terminal.more_numbers", n=len(single_problems) - SHOWN)
            )

    def _write_changes(self) -> Iterator[str]:
        """Yield the lines on changes of code, lock, configuration and environment."""
        changes = self.audit.changes
        names = Listed(changes.code, "comma")
        change_texts = [self.text("terminal.changed_code", names=names)] if changes.code else []
        change_texts += ["requirements.lock"] if changes.lock else []
        if changes.config:
            names = Listed(changes.config, "comma")
            change_texts.append(self.text("language.labelled", label="config.yaml", what=names))
        if changes.environment:
            names = Listed(changes.environment[:3], "comma")
            further = len(changes.environment) - 3
            further_text = f" {self.text('terminal.more', n=further)}" if further > 0 else ""
            change_texts.append(
                f"{self.text('terminal.changed_environment', names=names)}{further_text}"
            )
        yield from (
            f"  {self.text(summary_terms.CHANGED):<12} {change_text}"
            for change_text in change_texts
        )


def summary_text(audits: Sequence[Audit], language: Language = "en") -> str:
    """Return the closing line over several publications."""
    counts = Counter(audit.exit_code for audit in audits)
    verdict_counts = tuple(
        Fact("terminal.counted", {"n": counts[code], "verdict": Term(summary_terms.VERDICTS[code])})
        for code in sorted(counts)
    )
    counted = Listed(verdict_counts, "comma")
    return plain("terminal.publications", language, n=len(audits), counts=counted) + "\n"
