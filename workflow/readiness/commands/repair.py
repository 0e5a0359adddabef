"""Take away results that cannot be trusted, so that a run makes them again.

Snakemake trusts a file that is there. A kernel that dies, a disk that fails or a hand can leave one
that is cut short or changed, also with an old time; and a kill between two steps can leave results
that rest on files which are no more. The sidecars tell: a step's results stand when its sidecar is
whole, the files beside it are what it says, and every parent that it names stands as well. All
others are removed, and with them whatever was made from them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from readiness.errors import DataError
from readiness.files import TEMPORARY
from readiness.lineage import SIDECAR, Lineage, changed_outputs, read_lineage

NO_RESULTS = ("logs", "benchmarks")
NOTES = Path(".snakemake/metadata")


def repair(root: Path) -> list[str]:
    """Remove what cannot be trusted below `root/results`; one line on each cause, in order.

    Only while no other run is at work: what is half-written is taken for left behind.
    """
    results = root / "results"
    folders = list(_folders(results))
    for folder in folders:
        for left in _left_behind(folder):
            left.unlink()
    said, sound = [], {}
    if any(_files(results, folder) for folder in folders) and not _notes_are_whole(root):
        said.append(".snakemake: notes on the results are missing or damaged; all are made again.")
        shutil.rmtree(root / NOTES, ignore_errors=True)
    else:
        for folder in folders:
            try:
                lineage = _stands(folder)
            except DataError as error:
                said.append(str(error).splitlines()[0].removeprefix(f"{root}/"))
                continue
            if lineage:
                sound[folder] = lineage
        sound = _with_parents(sound, _frozen(root))
    for folder in folders:
        if folder not in sound:
            for file in _files(results, folder):
                file.unlink()
    return said


def _folders(results: Path) -> Iterator[Path]:
    """Where steps leave results: `results` itself and all below but logs and times, sorted."""
    if not results.is_dir():
        return
    yield results
    for folder in sorted(results.rglob("*/")):
        if folder.relative_to(results).parts[0] not in NO_RESULTS and folder.is_dir():
            yield folder


def _files(results: Path, folder: Path) -> list[Path]:
    """The files of a step, its sidecar first: were this killed, nothing would seem to be whole."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name[0] != ".")
    return sorted(files, key=lambda path: path.name != SIDECAR)


def _left_behind(folder: Path) -> list[Path]:
    hidden = [path for path in folder.glob(f".*{TEMPORARY}") if path.is_file()]
    return hidden + [path for path in folder.glob("tmp????????") if path.is_file()]


def _stands(folder: Path) -> Lineage | None:
    """The sidecar, None when there is none; DataError when it or a file beside it has changed."""
    sidecar = folder / SIDECAR
    if not sidecar.exists():
        return None
    lineage = read_lineage(sidecar)
    for name in changed_outputs(folder, lineage):
        raise DataError(f"{folder / name}: not what the step {lineage.step} wrote.")
    return lineage


def _with_parents(sound: dict[Path, Lineage], known: set[str]) -> dict[Path, Lineage]:
    """Those whose parents stand, and the parents' parents, up to the data."""
    while True:
        hashes = known | {lineage.hash for lineage in sound.values()}
        kept = {
            folder: lineage
            for folder, lineage in sound.items()
            if hashes.issuperset(lineage.parents.values())
        }
        if len(kept) == len(sound):
            return kept
        sound = kept


def _frozen(root: Path) -> set[str]:
    """The lineage hashes of frozen figures, which a later wave may build on."""
    found = set()
    for sidecar in (root / "publications").glob(f"*/{SIDECAR}"):
        with suppress(DataError):
            found.add(read_lineage(sidecar).hash)
    return found


def _notes_are_whole(root: Path) -> bool:
    """Whether Snakemake's notes are there and can be read.

    It writes them in place and ignores one that it cannot read, and with it that the settings or
    the code have changed since.
    """
    notes = [path for path in (root / NOTES).rglob("*") if path.is_file()]
    try:
        for note in notes:
            json.loads(note.read_bytes())
    except ValueError:
        return False
    return bool(notes)
