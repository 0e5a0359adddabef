"""The log of publications: each release, the hash of its seal, its successor or withdrawal.

`publications/index.json` is only ever appended to. Each entry is hashed with the one before it, and
a seal states the last hash of its time: so a publication that is missing, was added or went back,
and a log that was written again, are seen. Drafts are not in it; plans, `plans/<wave>/<number>`,
are. One superseded gets a second entry with its successor, one withdrawn a last one with the why.

An `erratum.csv` (`id`; `was`, as published; `is`, what it is now; `why`) counts only from a
released one that the log lists and whose seal holds, where what a number `is` is recomputed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from readiness.datasets.pointers import unreadable
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.facts import Fact, Listed
from readiness.ground.files import read_file, write_atomically
from readiness.provenance.digests import hash_record, readable_json
from readiness.publications.ledger import (
    DESCRIPTION,
    FOLDER,
    PLANS,
    publication_ids,
    read_inputs,
)
from readiness.publications.outcomes import AuditFinding, Outcome
from readiness.publications.seal import DRAFT, SEAL, check_seal, read_seal, sha256

LOG = FOLDER / "index.json"


@dataclass(frozen=True)
class LogEntry:
    """One entry of the log.

    `id` of a publication or plan, `seal` the SHA-256 of its file, `superseded_by` its successor
    ("" for none), `previous` the hash of the entry before, `withdrawn` the reason of a withdrawal
    ("" for none).
    """

    id: str
    seal: str
    superseded_by: str
    previous: str
    withdrawn: str = ""

    @property
    def as_written(self) -> dict[str, str]:
        """Fields of the entry in the file: `withdrawn` is left out where it is empty."""
        fields = asdict(self)
        return fields if self.withdrawn else {n: v for n, v in fields.items() if n != "withdrawn"}

    @cached_property
    def head(self) -> str:
        """SHA-256 of the entry. It covers all earlier entries through the field `previous`."""
        return hash_record(self.as_written)


@dataclass(frozen=True)
class Log:
    """Content of `publications/index.json`.

    `fault` is the reason why the file cannot be used (None when it can), `missing` and `unread`
    are True when the file does not exist or this user may not read it.
    """

    entries: tuple[LogEntry, ...] = ()
    fault: Fact | None = None
    missing: bool = False
    unread: bool = False

    @property
    def head(self) -> str:
        """Hash of the last entry; "" for an empty log."""
        return self.entries[-1].head if self.entries else ""

    @cached_property
    def latest(self) -> dict[str, LogEntry]:
        """Last entry of each publication, by id."""
        return {entry.id: entry for entry in self.entries}

    @cached_property
    def places(self) -> dict[str, str]:
        """Hash of the entry before the first entry of each publication, by id."""
        return {entry.id: entry.previous for entry in reversed(self.entries)}

    def after(self, publication_id: str, seal: str, before: str = "") -> "Log":
        """Return the log with one more publication, which supersedes `before` ("" for none).

        Raises DataError where the log already lists `publication_id`.
        """
        if publication_id in self.latest:
            raise DataError(f"{LOG} already lists {publication_id}.")
        entries = [*self.entries, LogEntry(publication_id, seal, "", self.head)]
        replaced = self.latest.get(before)
        if replaced and not replaced.superseded_by:
            entries.append(
                replace(replaced, superseded_by=publication_id, previous=entries[-1].head)
            )
        return Log(tuple(entries))

    def without(self, publication_id: str, reason: str, successor: str) -> "Log":
        """Return the log with a publication withdrawn in favour of `successor` ("" for none).

        Raises ConfigError when the publication is not released or already withdrawn, and for a
        successor that is withdrawn, is the publication itself, or is superseded by it.
        """
        if (entry := self.latest.get(publication_id)) is None:
            raise ConfigError(
                f"{publication_id} is a draft, and only a release can be withdrawn. To remove a "
                "draft, delete its folder."
            )
        if entry.withdrawn:
            raise ConfigError(f"{publication_id} has already been withdrawn ({entry.withdrawn}).")
        if successor in self.withdrawn or successor == publication_id:
            raise ConfigError(
                f"--successor {successor}: that publication is withdrawn. Name another one."
            )
        if publication_id in list_successors(self.latest, successor):
            raise ConfigError(
                f"--successor {successor}: {publication_id} is its successor. Name a later "
                "publication."
            )
        return Log(
            (*self.entries, LogEntry(publication_id, entry.seal, successor, self.head, reason))
        )

    @cached_property
    def withdrawn(self) -> dict[str, LogEntry]:
        """Entries of the withdrawn publications, by id."""
        return {name: entry for name, entry in self.latest.items() if entry.withdrawn}

    def as_text(self) -> str:
        """Return the content of `index.json`: canonical, so that any other text is a fault."""
        entries = [{"head": entry.head, **entry.as_written} for entry in self.entries]
        return readable_json({"format": 1, "entries": entries})


def read_log(root: Path) -> Log:
    """Read the log of the project at `root`; a damaged log has a `fault` and no entries."""
    try:
        text = read_file(root / LOG).decode("utf-8")
    except FileNotFoundError:
        return Log(fault=Fact("audit.log.missing"), missing=True)
    except OSError as error:
        return Log(fault=unreadable(error), unread=True)
    except UnicodeDecodeError:
        return Log(fault=Fact("audit.log.none"))
    return parse_log(text)


def parse_log(text: str) -> Log:
    """Parse the text of a log; a damaged log has a `fault` and no entries."""
    try:
        entries = tuple(
            LogEntry(**{name: cell for name, cell in entry.items() if name != "head"})
            for entry in json.loads(text)["entries"]
        )
        if not all(isinstance(cell, str) for e in entries for cell in asdict(e).values()):
            raise TypeError
        # A lone surrogate cannot be encoded for the hash: it raises a ValueError, too.
        heads = ["", *(entry.head for entry in entries)][: len(entries)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Log(fault=Fact("audit.log.none"))
    log = Log(entries)
    # Another layout could show a key twice: one value for people, another for the program.
    chained = all(e.previous == head for e, head in zip(entries, heads, strict=True))
    if text != log.as_text() or not chained or not _has_only_grown(entries):
        return Log(fault=Fact("audit.seal.rewritten"))
    if circle := find_circle(log.latest):
        return Log(fault=Fact("audit.log.circle", {"names": Listed(circle, "comma")}))
    return log


def list_successors(latest: Mapping[str, LogEntry], publication_id: str) -> list[str]:
    """Return the successors of a publication, the next one first.

    The list ends at a publication without a successor, or before one would be listed again.
    """
    later_ids: list[str] = []
    entry = latest.get(publication_id)
    while entry and entry.superseded_by and entry.superseded_by not in later_ids:
        later_ids.append(entry.superseded_by)
        entry = latest.get(entry.superseded_by)
    return later_ids


def find_circle(latest: Mapping[str, LogEntry]) -> tuple[str, ...]:
    """Return the sorted ids of publications that are among their own successors.

    In such a circle readers could not tell which publication is in force.
    """
    return tuple(sorted(name for name in latest if name in list_successors(latest, name)))


def _has_only_grown(entries: Sequence[LogEntry]) -> bool:
    """Return whether the entries could have come from appending alone.

    Each publication has one first entry, at most one that adds its successor, and at most one that
    withdraws it, all with the same seal.
    """
    latest: dict[str, LogEntry] = {}
    for entry in entries:
        if (before := latest.get(entry.id)) is None:
            fits = not (entry.superseded_by or entry.withdrawn)
        elif before.withdrawn or not entry.withdrawn:
            succeeds = not before.superseded_by and entry.superseded_by in latest
            fits = succeeds and entry.withdrawn == before.withdrawn
        else:
            fits = True
        if not fits or (before and entry.seal != before.seal):
            return False
        latest[entry.id] = entry
    return True


def read_seals(root: Path) -> dict[str, dict[str, Any]]:
    """Read the seal of each publication, by id; broken seals are left to the audit."""
    seals = {}
    for name in publication_ids(root):
        with suppress(DataError):
            seals[name] = read_seal(root / FOLDER / name)
    return seals


def listed_ids(root: Path) -> list[str]:
    """Return the sorted ids of all publications that have a folder or are listed in the log.

    A folder counts even without a seal. Withdrawn publications without a folder are left out.
    """
    folder = root / FOLDER
    folders = {p.name for p in folder.glob("*/") if p.is_dir() and not p.name.startswith(".")}
    log = read_log(root)
    listed = {name for name in log.latest.keys() - log.withdrawn.keys() if "/" not in name}
    return sorted({*publication_ids(root), *(folders - {PLANS}), *listed})


def list_unbundled(root: Path) -> list[str]:
    """Return the sorted ids of publications that a bundle's log lists and the bundle leaves out.

    A bundle contains one publication, those that it needs, and the whole log. The list is empty for
    a folder that is no bundle, and for one that contains no publication at all.
    """
    if not (root / DESCRIPTION).is_file():
        return []
    sealed_ids = listed_ids(root)
    absent_ids = [name for name in sealed_ids if not (root / FOLDER / name).is_dir()]
    return absent_ids if len(absent_ids) < len(sealed_ids) else []


def state_of(name: str, *, draft: bool, successor: str, withdrawn: str) -> Fact:
    """Return the status of a publication: draft, in force, superseded, or withdrawn and why."""
    if withdrawn:
        gone = Fact("audit.log.withdrawn", {"name": name, "text": withdrawn})
        after = Fact("audit.note.superseded", {"other": successor})
        return Fact("audit.both", {"first": gone, "second": after}) if successor else gone
    if successor:
        return Fact("site.superseded", {"name": successor})
    return Fact("report.rendering.status.draft" if draft else "site.valid")


def withdrawals(root: Path) -> dict[str, Fact]:
    """Return the status of each withdrawn publication, by id."""
    return {
        name: state_of(name, draft=False, successor=one.superseded_by, withdrawn=one.withdrawn)
        for name, one in sorted(read_log(root).withdrawn.items())
    }


def check_log(log: Log) -> list[AuditFinding]:
    """Return a finding for a faulty log: NOT CHECKED if missing or unreadable, else BROKEN."""
    if not log.fault:
        return []
    outcome = Outcome.NOT_CHECKED if log.missing or log.unread else Outcome.BROKEN
    return [AuditFinding(str(LOG), outcome, log.fault)]


def check_listed(root: Path, publication_id: str, log: Log) -> list[AuditFinding]:
    """Return a finding for each contradiction between the log and the seal of one publication."""
    folder = root / FOLDER / publication_id
    entry = log.latest.get(publication_id)
    if not folder.is_dir():
        return [AuditFinding(str(LOG), Outcome.NOT_CHECKED, Fact("audit.log.not_here"))]
    try:
        seal, sealed = sha256(read_file(folder / SEAL)), read_seal(folder)
    except (DataError, OSError):
        return []  # the seal's own findings say so
    if sealed["id"] != publication_id:
        return []
    if log.fault:
        why = Fact("audit.log.its_log", {"why": log.fault})
        return [AuditFinding(str(LOG), Outcome.NOT_CHECKED, why)]
    faults = [(str(LOG), fault) for fault in _list_faults(entry, seal, sealed, log)]
    with suppress(DataError):
        for path, digest in read_inputs(folder).items():
            # A plan of the publication must be listed in the log under the same hash.
            name = path.with_suffix("").as_posix().removeprefix(f"{FOLDER}/")
            planned = name.startswith(f"{PLANS}/")
            if planned and (name not in log.latest or log.latest[name].seal != digest):
                faults.append((str(path), Fact("audit.log.unlisted")))
    return [AuditFinding(place, Outcome.BROKEN, fact) for place, fact in faults]


def _list_faults(
    entry: LogEntry | None, seal: str, sealed: Mapping[str, Any], log: Log
) -> Iterator[Fact]:
    if sealed["status"] == DRAFT:
        if entry:
            yield Fact("audit.log.draft")
    elif entry is None:
        yield Fact("audit.log.unlisted")
    elif entry.seal != seal:
        yield Fact("audit.log.other_seal")
    if sealed["log"] not in ("", *(one.head for one in log.entries)):
        yield Fact("audit.log.other_log")
    elif entry and sealed["log"] != log.places[entry.id]:
        yield Fact("audit.log.other_place")


def open_log(root: Path) -> Log:
    """Return the log for appending; where none exists, a new one with all present releases.

    Raises DataError when the log is damaged, or missing although a seal refers to it.
    """
    log = read_log(root)
    if not log.fault:
        return log
    seals = read_seals(root)
    if not log.missing or any(sealed.get("log") for sealed in seals.values()):
        raise DataError(f"{LOG}: missing or damaged. Restore it with git.")
    log = Log()
    waiting = [name for name in sorted(seals) if seals[name]["status"] != DRAFT]
    while waiting:
        # A superseded publication comes before its successor, because its second entry names that.
        befores = {name: _find_before(seals[name]) for name in waiting}
        name = next((entry for entry in waiting if befores[entry] not in waiting), waiting[0])
        waiting.remove(name)
        log = log.after(name, sha256(read_file(root / FOLDER / name / SEAL)), befores[name])
    return log


def _find_before(sealed: Mapping[str, Any]) -> str:
    before = sealed.get("supersedes")
    return str(before.get("id", "")) if isinstance(before, dict) else ""


def withdraw(root: Path, publication_id: str, reason: str, successor: str = "") -> None:
    """Withdraw a publication in the log file; raises as `Log.without` and `open_log`."""
    write_atomically(
        root / LOG, open_log(root).without(publication_id, reason, successor).as_text()
    )


def with_publication(folder: Path, log: Log) -> Log:
    """Return the log with the publication in `folder`; raises as `read_seal` and `Log.after`."""
    seal = sha256(read_file(folder / SEAL))
    return log.after(folder.name, seal, _find_before(read_seal(folder)))


ERRATUM = "erratum.csv"
COLUMNS = ("id", "was", "is", "why")
# Columns that can change while the value of a number stays the same.
BESIDE = ("lower", "upper", "se", "n", "n_eff", "deff", "reliability", "suppressed", "note")


@dataclass(frozen=True)
class Correction:
    """A corrected number: old and new value, reason, and publication (`by`) of the erratum."""

    id: str
    was: str
    now: str
    why: str
    by: str

    def gives(self, old: Mapping[Any, str], new: Mapping[Any, str] | None) -> bool:
        """Return whether the correction turns row `old` into row `new`.

        `old` is the published row, `new` the recomputed row rounded as published, or None where the
        number no longer exists.
        """
        from readiness.register.published import plain, same_cell

        if not _is_number(self.was, old):
            return False
        if new is None or plain(self.now) == plain(describe_change(old, new)[1]):
            return new is not None or not self.now
        # With an unchanged value the erratum names other columns, so values must differ here.
        return not same_cell(old["value"], new["value"]) and _is_number(self.now, new)


def _is_number(said: str, row: Mapping[Any, str]) -> bool:
    from readiness.language import LANGUAGES
    from readiness.register.display import show_safely
    from readiness.register.published import plain, same_cell

    return same_cell(said, row["value"]) or any(
        plain(said) == plain(show_safely(row, language)) for language in LANGUAGES
    )


def find_moves(old: Mapping[Any, str], new: Mapping[Any, str]) -> list[str]:
    """Return the columns of `BESIDE` in which two rows of a number differ."""
    return [name for name in BESIDE if old.get(name) != new[name]]


def describe_change(old: Mapping[Any, str], new: Mapping[Any, str] | None) -> tuple[str, str]:
    """Return the texts `was` and `is` of a changed number; `is` is "" where the number is gone.

    Texts are those displayed in English. Where these are equal, the stored values are returned;
    where those are equal, too, `is` also lists the other columns that changed.
    """
    from readiness.register.display import show_safely

    texts = show_safely(old, "en"), show_safely(new, "en") if new else ""
    if new and texts[0] == texts[1]:
        texts = old["value"], new["value"]
    if new and texts[0] == texts[1]:
        beside = ", ".join(f"{column} {new[column] or 'none'}" for column in find_moves(old, new))
        texts = texts[0], f"{texts[1] or 'not published'} ({beside})"
    return texts


def errata_of(root: Path, publication_id: str) -> list[Path]:
    """Return the paths of the errata on a publication, in the order of the log.

    An erratum counts when its publication supersedes this one (or a successor) under the present
    seal, is listed and not withdrawn, and when its seal is intact.
    """
    seals, log = read_seals(root), read_log(root)
    accepted_targets = [
        {"id": publication_id, "digest": seals.get(publication_id, {}).get("digest", "")}
    ]
    paths = []
    for name, entry in log.latest.items():
        sealed = seals.get(name, {})
        if sealed.get("supersedes") not in accepted_targets or entry.withdrawn:
            continue
        folder = root / FOLDER / name
        broken = any(finding.outcome is Outcome.BROKEN for finding in check_seal(folder))
        if not broken and not check_listed(root, name, log):
            accepted_targets.append({"id": name, "digest": sealed["digest"]})
            paths.append(folder / ERRATUM)
    return [path for path in paths if path.is_file()]


def read_errata(paths: Iterable[Path]) -> dict[str, Correction]:
    """Read the corrections in these files, by the number's id.

    A number that was corrected twice keeps its first old and its last new value. Raises DataError
    when a file is unreadable, lacks columns, or differs from its seal.
    """
    # Imported here, because the plan of a run needs only the paths.
    from readiness.ground.tables import read_text_table

    by_number: dict[str, Correction] = {}
    for path in paths:
        sealed = read_seal(path.parent)["files"].get(ERRATUM)
        try:
            content = read_file(path)
        except OSError as error:
            raise DataError(f"{path}: {error.strerror}. Restore it with git.") from None
        if sha256(content) != sealed:
            raise DataError(f"{path}: changed after it was sealed. Restore it with git.")
        table = read_text_table(path, "the erratum", content)
        if missing := [name for name in COLUMNS if name not in table.columns]:
            raise DataError(f"{path}: lacks the columns {', '.join(missing)}.")
        for row in table.to_dict("records"):
            correction = Correction(row["id"], row["was"], row["is"], row["why"], path.parent.name)
            by_number[correction.id] = replace(
                correction, was=by_number.get(correction.id, correction).was
            )
    return by_number
