"""What an audit found: by file, by copy of a dataset, by number, by page."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from readiness.datasets.places import Foreign
from readiness.ground.errors import ReadinessError
from readiness.ground.facts import Fact, encode
from readiness.language import tell
from readiness.publications import outcomes

SEAL, DATA, NUMBERS, REPORT = 0, 1, 2, 3
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
    """One line: a published number, what was reproduced, and what can be said of it.

    `digits` and `rounding` are its rounding rule, as its row states them. `code` and `environment`
    say whether those behind it are the sealed ones: `same`, `CHANGED`, or "" for not looked at.
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
    """In what today's tree and environment are not the sealed ones; none of it breaks anything.

    `recorded_build`: whether processor, libraries and renderer are the recorded ones, so that the
    same code has to give the same bytes.
    """

    code: tuple[str, ...] = ()
    lock: bool = False
    config: tuple[str | Fact, ...] = ()
    environment: tuple[Fact, ...] = ()
    recorded_build: bool = False


@dataclass(frozen=True)
class Terms:
    """Terms on which a tree is audited.

    `foreign`: what may be read for a tree that is somebody else's; None for the project of this
    program. `trust`: hashes of reports that the auditor has read, whose cells may run. `earlier`:
    whether level 2 also makes the ledgers of earlier publications again that went in; `attacked`:
    whether it makes `attack.csv` again.
    """

    foreign: Foreign | None = None
    trust: tuple[str, ...] = ()
    earlier: bool = True
    attacked: bool = True


class Signing(StrEnum):
    """Who certifies a publication, in the first line of its verdict."""

    UNSIGNED = "unsigned"
    UNCHECKED = "signature not checked, no key was given"
    UNREADABLE = "signatures cannot be read"
    OTHERS = "not signed by the given key"
    WRONG = "a signature does not fit"
    SIGNED = "signed by the given key"


@dataclass(frozen=True)
class Audit:
    """The audit of one publication at one level.

    `plan`: what each number is beside the sealed plan, by its id; empty without a plan.
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
        """`draft` or `released`, as the seal states; "" where that cannot be read."""
        return str(self.sealed.get("status", ""))

    def list_found(self, level: int) -> Sequence[outcomes.AuditFinding]:
        """What was found at a level beside the numbers."""
        return ((*self.seal, *self.signatures), self.data, (), self.report)[level]

    @property
    def exit_code(self) -> int:
        """0 valid, 1 differs, 2 could not check, 3 seal broken, 4 corrected by a later publication;
        of what the level covers alone. A level that was not reached could not be checked.
        """
        found = [one.outcome for k in range(self.level + 1) for one in self.list_found(k)]
        numbers = self.numbers if self.level >= NUMBERS else ()
        found += [number.outcome for number in numbers]
        if self.stops_short:
            found.append(outcomes.Outcome.NOT_CHECKED)
        return outcomes.exit_code(found)

    @property
    def stops_short(self) -> bool:
        """Whether a level that was asked for was not reached: no number was compared, or no page.

        Where the pages cannot be compared (other code, another environment), the report has one
        finding that says why.
        """
        no_number = self.level >= NUMBERS and not self.numbers
        compared = [one for one in self.report if one.outcome is not outcomes.Outcome.NOT_COMPARED]
        return no_number or (self.level >= REPORT and not compared)

    @property
    def verdict(self) -> str:
        """The same in words."""
        return WORDS[self.exit_code]

    @property
    def counts(self) -> dict[outcomes.Outcome, int]:
        """How many numbers have each outcome."""
        counted = Counter(number.outcome for number in self.numbers)
        return {outcome: counted[outcome] for outcome in outcomes.Outcome if counted[outcome]}

    def as_record(self) -> dict[str, Any]:
        """The whole audit as plain values, for JSON: no clock, no host, no path of the machine."""
        return {
            "publication": self.identity,
            "status": self.status,
            "level": self.level,
            "verdict": self.verdict,
            "exit_code": self.exit_code,
            "seal_digest": self.sealed.get("digest", ""),
            "divergence": _serialise_fact(self.divergence),
            "changes": {
                **vars(self.changes),
                "code": list(self.changes.code),
                "config": [encode(one) for one in self.changes.config],
                "environment": [_serialise_fact(one) for one in self.changes.environment],
            },
            "notes": [_serialise_fact(note) for note in self.notes],
            "signing": str(self.signing),
            "counts": {str(outcome): count for outcome, count in self.counts.items()},
            **{
                name: [
                    {"place": encode(one.place), **_serialise_finding(one)}
                    for one in getattr(self, name)
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


def _serialise_finding(found: outcomes.AuditFinding | Number) -> dict[str, Any]:
    return {"outcome": str(found.outcome), **_serialise_fact(found.fact)}


def _serialise_fact(fact: Fact | None) -> dict[str, Any]:
    return {
        "fact": None if fact is None else encode(fact),
        "detail": "" if fact is None else tell(fact, "en"),
    }


def explain(error: ReadinessError | OSError, root: Path) -> Fact:
    """What an error says, without the machine's name for the project."""
    if isinstance(error, OSError):
        name = str(error.filename2 or error.filename or "disk").replace(f"{root}/", "")
        why = error.strerror or "?"
        return Fact("language.labelled", {"label": name, "what": outcomes.error_fact(why)})
    return error.fact or outcomes.error_fact(str(error).replace(f"{root}/", "").replace("\n", " "))
