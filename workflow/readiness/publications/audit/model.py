"""Results of an audit: by file, by copy of a dataset, by number, by page."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from readiness.datasets.places import Foreign
from readiness.ground.errors import ReadinessError
from readiness.ground.facts import Fact, encode
from readiness.language import tell
from readiness.publications import outcomes

SEAL = 0
DATA = 1
NUMBERS = 2
REPORT = 3
LEVELS = ("seal", "data", "numbers", "report")

# The verdict on a publication, by exit code.
WORDS = {
    outcomes.VALID: "VALID",
    outcomes.DIFFERS: "DIFFERS",
    outcomes.COULD_NOT_CHECK: "COULD NOT CHECK",
    outcomes.BROKEN: "SEAL BROKEN",
    outcomes.CORRECTED: "CORRECTED",
}


@dataclass(frozen=True)
class Number:
    """A published number with its recomputed value and the outcome of the comparison.

    `digits` and `rounding`: its rounding rule, as its row states them. `code` and `environment`:
    whether those that computed it are the sealed ones: `same`, `CHANGED`, or "" for not checked.
    """

    id: str
    kind: str
    dataset: str
    published: str
    shown: str
    recomputed: str
    difference: str
    digits: str
    rounding: str
    code: str
    environment: str
    outcome: outcomes.Outcome
    fact: Fact | None = None


@dataclass(frozen=True)
class Changes:
    """Differences between today's and the sealed tree and environment; none is a fault.

    `recorded_build`: whether processor, libraries and renderer are the recorded ones, so that the
    same code must give the same bytes.
    """

    code: tuple[str, ...] = ()
    lock: bool = False
    config: tuple[str | Fact, ...] = ()
    environment: tuple[Fact, ...] = ()
    recorded_build: bool = False


@dataclass(frozen=True)
class Terms:
    """Terms on which a tree is audited.

    `foreign`: places that may be read for another person's tree; None for this program's own
    project. `trust`: hashes of reports that the auditor trusts, whose cells may run. `earlier`:
    whether level 2 also recomputes the earlier ledgers among the inputs. `attacked`: whether it
    recomputes `attack.csv`.
    """

    foreign: Foreign | None = None
    trust: tuple[str, ...] = ()
    earlier: bool = True
    attacked: bool = True


class Signing(StrEnum):
    """State of a publication's signatures, for the first line of its verdict."""

    UNSIGNED = "unsigned"
    UNCHECKED = "signature not checked, no key was given"
    UNREADABLE = "signatures cannot be read"
    OTHERS = "not signed by the given key"
    WRONG = "a signature does not fit"
    SIGNED = "signed by the given key"


@dataclass(frozen=True)
class Audit:
    """Result of auditing a publication up to a level.

    `plan`: by number id, whether the number follows the sealed plan; empty without a plan.
    """

    identity: str
    level: int
    sealed: Mapping[str, Any]
    changes: Changes
    seal: tuple[outcomes.AuditFinding, ...] = ()
    data: tuple[outcomes.AuditFinding, ...] = ()
    numbers: tuple[Number, ...] = ()
    report: tuple[outcomes.AuditFinding, ...] = ()
    divergence: Fact | None = None
    notes: tuple[Fact, ...] = ()
    signatures: tuple[outcomes.AuditFinding, ...] = ()
    signing: Signing = Signing.UNSIGNED
    plan: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """`draft` or `released`, as the seal states; "" where the seal cannot be read."""
        return str(self.sealed.get("status", ""))

    def list_found(self, level: int) -> Sequence[outcomes.AuditFinding]:
        """Return the findings at a level, except on single numbers."""
        return ((*self.seal, *self.signatures), self.data, (), self.report)[level]

    @property
    def exit_code(self) -> int:
        """The exit code: 0 valid, 1 differs, 2 could not check, 3 seal broken, 4 corrected later.

        Only the findings up to the audit's level count. A level that was not reached could not be
        checked.
        """
        outcomes_found = [
            finding.outcome for level in range(self.level + 1) for finding in self.list_found(level)
        ]
        numbers = self.numbers if self.level >= NUMBERS else ()
        outcomes_found += [number.outcome for number in numbers]
        if self.stops_short:
            outcomes_found.append(outcomes.Outcome.NOT_CHECKED)
        return outcomes.exit_code(outcomes_found)

    @property
    def stops_short(self) -> bool:
        """True if a requested level was not reached: no number was compared, or no page.

        Where pages cannot be compared (other code, another environment), the report has one finding
        that says why.
        """
        no_number = self.level >= NUMBERS and not self.numbers
        compared = [
            finding
            for finding in self.report
            if finding.outcome is not outcomes.Outcome.NOT_COMPARED
        ]
        return no_number or (self.level >= REPORT and not compared)

    @property
    def lacks_pages(self) -> bool:
        """True if level 3 was asked for, the numbers were compared, and no page was."""
        numbers = any(number.code for number in self.numbers)
        found = {finding.outcome for finding in self.list_found(REPORT)}
        return self.level >= REPORT and numbers and found == {outcomes.Outcome.NOT_COMPARED}

    @property
    def reached(self) -> "Audit":
        """This audit at the level that it reached: at that of the numbers if it lacks pages."""
        return replace(self, level=NUMBERS, report=()) if self.lacks_pages else self

    @property
    def rows_apart(self) -> int:
        """The number of rows of the attack's table that only the sealed version can compare."""
        found = (one for one in self.data if one.outcome is outcomes.Outcome.NOT_COMPARED)
        return sum(int(str(one.fact.values["n"])) for one in found if self.level >= NUMBERS)

    @property
    def verdict(self) -> str:
        """The verdict in words."""
        return WORDS[self.exit_code]

    @property
    def counts(self) -> dict[outcomes.Outcome, int]:
        """The number of published numbers with each outcome."""
        counted = Counter(number.outcome for number in self.numbers)
        return {outcome: counted[outcome] for outcome in outcomes.Outcome if counted[outcome]}

    def as_record(self) -> dict[str, Any]:
        """Return the whole audit as plain values for JSON, without clock, host or machine paths."""
        return {
            "publication": self.identity,
            "status": self.status,
            "level": self.level,
            "verdict": self.verdict,
            "exit_code": self.exit_code,
            "reached": {"level": self.reached.level, "verdict": self.reached.verdict},
            "rows_not_compared": self.rows_apart,
            "seal_digest": self.sealed.get("digest", ""),
            "divergence": _serialise_fact(self.divergence),
            "changes": {
                **vars(self.changes),
                "code": list(self.changes.code),
                "config": [encode(entry) for entry in self.changes.config],
                "environment": [_serialise_fact(entry) for entry in self.changes.environment],
            },
            "notes": [_serialise_fact(note) for note in self.notes],
            "signing": str(self.signing),
            "counts": {str(outcome): count for outcome, count in self.counts.items()},
            **{
                name: [
                    {"place": encode(entry.place), **_serialise_finding(entry)}
                    for entry in getattr(self, name)
                ]
                for name in ("seal", "signatures", "data", "report")
            },
            "numbers": [
                {
                    **vars(number),
                    **_serialise_finding(number),
                    "plan": _serialise_fact(self.plan.get(number.id)),
                }
                for number in self.numbers
            ],
        }


def _serialise_finding(finding: outcomes.AuditFinding | Number) -> dict[str, Any]:
    """Return outcome and message of a finding as plain values."""
    return {"outcome": str(finding.outcome), **_serialise_fact(finding.fact)}


def _serialise_fact(fact: Fact | None) -> dict[str, Any]:
    """Return a message as its key and values, and as an English text."""
    return {
        "fact": None if fact is None else encode(fact),
        "detail": "" if fact is None else tell(fact, "en"),
    }


def explain(error: ReadinessError | OSError, root: Path) -> Fact:
    """Return an error's message, without the path of the project on this machine."""
    if isinstance(error, OSError):
        name = str(error.filename2 or error.filename or "disk").replace(f"{root}/", "")
        message = error.strerror or "?"
        return Fact("language.labelled", {"label": name, "what": outcomes.error_fact(message)})
    return error.fact or outcomes.error_fact(str(error).replace(f"{root}/", "").replace("\n", " "))
