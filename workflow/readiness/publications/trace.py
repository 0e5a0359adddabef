"""From a number back to what is behind it, and from a dataset version on to every number.

`which` walks the records of the publication from the steps that made a number to its datasets;
`affected` lists the numbers that a recall of a dataset version would touch, over all publications.
Both read what was frozen: no data and no rerun.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from readiness.errors import DataError
from readiness.lineage import Lineage
from readiness.publications import ledger
from readiness.publications.audit.numbers import ledger_rows
from readiness.publications.chain import ancestors, frozen_chain
from readiness.publications.log import LOG, check_listed, read_log, read_seals, state_of
from readiness.publications.outcomes import told_plainly
from readiness.publications.seal import DRAFT, check_seal

# How many ids are offered in the place of an unknown one.
LIKE = 3


@dataclass(frozen=True)
class TraceStep:
    """One step behind a number: its code hash, its settings, its inputs by SHA-256."""

    name: str
    code: str
    settings: Mapping[str, object]
    inputs: Mapping[str, str]


@dataclass(frozen=True)
class Trace:
    """All that stands behind one published number, or behind a chart or page.

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
    """The publications in which to look for `name`, and the id to look for."""
    where, slash, rest = name.partition("/")
    publications = ledger.publication_ids(root)
    return ([where], rest) if slash and where in publications else (publications, name)


def find_numbers(root: Path, name: str) -> list[tuple[str, str]]:
    """The numbers that `name` means, as (publication, id).

    `name` is `PUBLICATION/ID` or an ID of any publication; a figure is named by the beginning of
    its numbers' ids (`item.level`), and means all of them.
    """
    publications, name = scope(root, name)
    found = []
    for publication in publications:
        ids = [row["id"] for row in ledger_rows(root / ledger.FOLDER / publication)]
        exact = [identity for identity in ids if identity == name]
        begun = [identity for identity in ids if identity.startswith(f"{name}.")]
        found += [(publication, identity) for identity in exact or begun]
    return found


def find_pictures(root: Path, name: str) -> list[tuple[str, str]]:
    """The charts and pages that `name` means, as (publication, path in its folder).

    `name` is that path (`charts/change.svg`, `report.pdf`), with or without `PUBLICATION/` before
    it, or a chart's name alone (`change`).
    """
    publications, name = scope(root, name)
    wanted = {name, f"{name}.svg"}
    return [
        (publication, path)
        for publication in publications
        for path in sorted(_makers(frozen_chain(root / ledger.FOLDER / publication)))
        if path == name or path.rpartition("/")[2] in wanted
    ]


def _makers(chain: Mapping[str, Lineage]) -> dict[str, str]:
    """The step that made each chart and page of a publication, by path in its folder."""
    languages = ledger.languages_among(chain)
    return {
        place: step
        for step, lineage in chain.items()
        for name in lineage.outputs
        if (place := ledger.kept_as(step, name, languages))
    }


def like(root: Path, name: str) -> list[str]:
    """The ids and beginnings of ids that are spelt most like `name`, the best one first."""
    publications, name = scope(root, name)
    ids = {row["id"] for where in publications for row in ledger_rows(root / ledger.FOLDER / where)}
    parts = [identity.split(".") for identity in ids]
    known = {".".join(part[:length]) for part in parts for length in range(1, len(part) + 1)}
    return difflib.get_close_matches(name, sorted(known), n=LIKE)


def refuse_broken(root: Path, publications: Iterable[str], *, every: bool = False) -> None:
    """DataError naming the publications that are not what was sealed, or not here.

    What their folder says of a number, or does not say, may then not be what was published. `every`
    says that they are to be all that there are, which only the log of publications can tell.
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
            f"{', '.join(broken)}: not as sealed, missing or unreadable, so more or other numbers "
            "may have been published there.\n`readiness audit --level 0` says what is wrong."
        )


def state_line(root: Path, name: str) -> str:
    """What a publication is now, and since when."""
    entry, sealed = read_log(root).latest.get(name), read_seals(root).get(name, {})
    successor, why = (entry.superseded_by, entry.withdrawn) if entry else ("", "")
    draft = sealed.get("status") == DRAFT
    state = told_plainly(state_of(name, draft=draft, successor=successor, withdrawn=why), "en")
    if not (entry or draft):
        state = "not in the log of publications"
    released = ledger.released_on(root / ledger.FOLDER / name)
    return f"publication {name}: {state}" + (f"; released on {released}" if released else "")


def which(root: Path, publication: str, names: Sequence[str]) -> Iterator[Trace]:
    """What is behind each of these numbers of a publication."""
    folder = root / ledger.FOLDER / publication
    chain = frozen_chain(folder)
    rows = {row["id"]: row for row in ledger_rows(folder)}
    yield from _traces(root, publication, chain, [rows[name] for name in names])


def which_pictures(root: Path, publication: str, names: Sequence[str]) -> Iterator[Trace]:
    """What is behind each of these charts and pages; the `row` of a trace has no value then.

    A chart or page is made of the register as a whole, so all that is behind the register is
    behind it.
    """
    folder = root / ledger.FOLDER / publication
    chain = frozen_chain(folder)
    makers = _makers(chain)
    numbers = {digest for row in ledger_rows(folder) for digest in row.get("lineage", "").split()}
    rows = [
        {
            "id": name,
            "dataset": " ".join(chain[makers[name]].datasets),
            "lineage": " ".join(sorted({chain[makers[name]].hash, *numbers})),
        }
        for name in names
    ]
    yield from _traces(root, publication, chain, rows)


def _traces(
    root: Path, publication: str, chain: Mapping[str, Lineage], rows: Iterable[Mapping[str, str]]
) -> Iterator[Trace]:
    """The trace of each row: what its `lineage` leads to, and the datasets that it names."""
    folder = root / ledger.FOLDER / publication
    versions = {d.version.name: d.version for d in ledger.read_datasets(folder)}
    files = {path.as_posix(): digest for path, digest in ledger.read_inputs(folder).items()}
    for row in rows:
        steps = ancestors(chain, row.get("lineage", "").split())
        used = {digest for step in steps for digest in chain[step].inputs.values()}
        earlier = _earlier(root, row, chain)
        known = dict(versions)
        for other in earlier:
            before = ledger.read_datasets(root / ledger.FOLDER / other)
            known = {d.version.name: d.version for d in before} | known
            used.add(files.get(f"{ledger.FOLDER}/{other}/figures.csv", ""))
        names = row.get("dataset", "").split()
        yield Trace(
            publication,
            row,
            {name: known[name].sha256 if name in known else "" for name in names},
            {name: known[name].md5 if name in known else "" for name in names},
            tuple(TraceStep(s, chain[s].code, chain[s].settings, chain[s].inputs) for s in steps),
            {path: digest for path, digest in files.items() if digest in used},
            tuple(earlier),
        )


def _earlier(root: Path, row: Mapping[str, str], chain: Mapping[str, Lineage]) -> list[str]:
    """The publications whose steps are behind a number beside those of its own chain."""
    own = {lineage.hash for lineage in chain.values()}
    foreign = set(row.get("lineage", "").split()) - own
    found = []
    for publication in ledger.publication_ids(root) if foreign else []:
        hashes = {
            lineage.hash for lineage in frozen_chain(root / ledger.FOLDER / publication).values()
        }
        if foreign & hashes:
            found.append(publication)
            foreign -= hashes
    return found


def find_affected(root: Path, version: str) -> list[tuple[str, Mapping[str, str]]]:
    """Every published number that rests on a dataset version, as (publication, row of its ledger).

    Also those that rest on it through another publication: a revision shows what was published
    before.
    """
    return [
        (publication, row)
        for publication in ledger.publication_ids(root)
        for row in ledger_rows(root / ledger.FOLDER / publication)
        if version in row.get("dataset", "").split()
    ]
