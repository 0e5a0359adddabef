"""Trace a number back to its steps and datasets, and a dataset version on to its numbers.

`which` walks the records of the publication from the steps that made a number to its datasets;
`affected` lists the numbers that a recall of a dataset version would touch, over all publications.
Both read what was frozen: no data and no rerun.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from readiness.datasets.versions import Version
from readiness.ground.errors import DataError
from readiness.ground.figure_id import is_below, list_beginnings
from readiness.ground.files import read_file
from readiness.publications import ledger
from readiness.publications.audit.numbers import ledger_rows
from readiness.publications.chain import ancestors, frozen_chain
from readiness.publications.log import LOG, Log, check_listed, read_log, state_of
from readiness.publications.outcome_texts import told_plainly
from readiness.publications.seal import DRAFT, LEDGER, check_seal, read_seal


@dataclass(frozen=True)
class TraceStep:
    """One step behind a number: code hash, settings, and the SHA-256 of each input by role."""

    name: str
    code: str
    settings: Mapping[str, object]
    inputs: Mapping[str, str]


@dataclass(frozen=True)
class Trace:
    """Steps, datasets and files behind one published number.

    `datasets`: SHA-256 by name, and `md5` what their DVC pointers name, "" where unknown; `files`
    are the other files that went in (path to SHA-256); `through` are the publications whose
    numbers it was computed from.
    """

    publication: str
    row: Mapping[str, str]
    datasets: Mapping[str, str]
    md5: Mapping[str, str]
    steps: tuple[TraceStep, ...]
    files: Mapping[str, str]
    through: tuple[str, ...]


def scope(root: Path, name: str) -> tuple[list[str], str]:
    """Split `PUBLICATION/ID` or `ID` into the publications to search and the id."""
    where, slash, rest = name.partition("/")
    publications = ledger.publication_ids(root)
    return ([where], rest) if slash and where in publications else (publications, name)


def find_numbers(root: Path, name: str) -> list[tuple[str, str]]:
    """Return the numbers that `name` means, as (publication, id); empty where none matches.

    `name` is `PUBLICATION/ID` or an ID of any publication; a figure is named by the beginning of
    its numbers' ids (`item.level`), and means all of them.
    """
    publications, name = scope(root, name)
    matching_numbers = []
    for publication in publications:
        ids = [row["id"] for row in _find_rows(root / ledger.FOLDER / publication, name)]
        exact = [figure_id for figure_id in ids if figure_id == name]
        begun = [figure_id for figure_id in ids if is_below(figure_id, name)]
        matching_numbers += [(publication, figure_id) for figure_id in exact or begun]
    return matching_numbers


def _find_rows(folder: Path, text: str) -> list[dict[str, str]]:
    """Return the rows of a ledger; an empty list where its bytes lack the text (saves parsing)."""
    with suppress(OSError):
        if text.replace('"', '""').encode("utf-8", "replace") not in read_file(folder / LEDGER):
            return []
    return ledger_rows(folder)


def like(root: Path, name: str) -> list[str]:
    """Return up to three ids, or prefixes of ids, that are spelt most like `name`, best first."""
    publications, name = scope(root, name)
    ids = {row["id"] for where in publications for row in ledger_rows(root / ledger.FOLDER / where)}
    known_names = {beginning for figure_id in ids for beginning in list_beginnings(figure_id)}
    return difflib.get_close_matches(name, sorted(known_names), n=3)


def refuse_broken(root: Path, publications: Iterable[str], *, every: bool = False) -> None:
    """Raise DataError naming the publications that are damaged or missing.

    Their ledgers may differ from the published ones. `every` is True when `publications` should be
    all of them: then a faulty log is refused as well, because only the log is complete.
    """
    log = read_log(root)
    broken = [
        where
        for where in publications
        if check_seal(root / ledger.FOLDER / where) or check_listed(root, where, log)
    ]
    if log.fault and every:
        broken.append(str(LOG))
    if broken:
        raise DataError(
            f"{', '.join(broken)}: changed, missing or unreadable, so this list of numbers may be "
            "incomplete.\n`readiness audit --level 0` lists the faults."
        )


def state_line(root: Path, name: str, log: Log) -> str:
    """Return an English line with the status of a publication and its release day, if known."""
    entry, sealed = log.latest.get(name), {}
    with suppress(DataError):
        sealed = read_seal(root / ledger.FOLDER / name)
    successor, why = (entry.superseded_by, entry.withdrawn) if entry else ("", "")
    draft = sealed.get("status") == DRAFT
    state = told_plainly(state_of(name, draft=draft, successor=successor, withdrawn=why), "en")
    if not (entry or draft):
        state = "not in the log of publications"
    released = ledger.released_on(root / ledger.FOLDER / name)
    return f"publication {name}: {state}" + (f"; released on {released}" if released else "")


def which(root: Path, publication: str, names: Sequence[str]) -> Iterator[Trace]:
    """Yield the trace of each number in `names`, from its columns `lineage` and `dataset`.

    Raises KeyError for an unknown number, DataError when a record or table is damaged.
    """
    folder = root / ledger.FOLDER / publication
    chain = frozen_chain(folder)
    rows = {row["id"]: row for row in ledger_rows(folder)}
    versions = {d.version.name: d.version for d in ledger.read_datasets(folder)}
    files = {path.as_posix(): digest for path, digest in ledger.read_inputs(folder).items()}
    hashes_of = {publication: {lineage.hash for lineage in chain.values()}}
    for row in map(rows.__getitem__, names):
        hashes = row.get("lineage", "").split()
        steps = ancestors(chain, hashes)
        used = {digest for step in steps for digest in chain[step].inputs.values()}
        earlier = []
        if foreign := {*hashes} - hashes_of[publication]:
            _read_earlier(root, publication, hashes_of, versions)
            earlier = sorted(name for name, own in hashes_of.items() if foreign & own)
        used |= {files.get(f"{ledger.FOLDER}/{other}/{LEDGER}", "") for other in earlier}
        datasets = {name: versions.get(name) for name in row.get("dataset", "").split()}
        yield Trace(
            publication,
            row,
            {name: version.sha256 if version else "" for name, version in datasets.items()},
            {name: version.md5 if version else "" for name, version in datasets.items()},
            tuple(TraceStep(s, chain[s].code, chain[s].settings, chain[s].inputs) for s in steps),
            {path: digest for path, digest in files.items() if digest in used},
            tuple(earlier),
        )


def _read_earlier(
    root: Path, publication: str, hashes_of: dict[str, set[str]], versions: dict[str, Version]
) -> None:
    """Add hashes and dataset versions of all earlier publications used as inputs, recursively."""
    waiting, there = [publication], ledger.publication_ids(root)
    while waiting:
        for path in ledger.read_inputs(root / ledger.FOLDER / waiting.pop()):
            name = path.parts[1]
            if path.parts[0] == ledger.FOLDER.name and name in there and name not in hashes_of:
                folder = root / ledger.FOLDER / name
                hashes_of[name] = {one.hash for one in frozen_chain(folder).values()}
                for dataset in ledger.read_datasets(folder):
                    versions.setdefault(dataset.version.name, dataset.version)
                waiting.append(name)


def find_affected(root: Path, version: str) -> list[tuple[str, Mapping[str, str]]]:
    """Return the published numbers that use a dataset version, as (publication, ledger row).

    Numbers that use the version through another publication name it in `dataset`, too.
    """
    return [
        (publication, row)
        for publication in ledger.publication_ids(root)
        for row in _find_rows(root / ledger.FOLDER / publication, version)
        if version in row.get("dataset", "").split()
    ]
