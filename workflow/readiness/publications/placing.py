"""Move a finished publication to its folder and write its log entry, as if in one step.

Both are made below `publications/.new`, whole, before anything is moved; then files are renamed. A
command that is stopped between two renames leaves there what is left to do, and the next one goes
on. The folder `.new` holds, of a publication called ID:

- `ID/`, until it is moved to its place;
- `ID.before/`, the draft that stood there;
- `ID.json`, the log with its entry, where it is released.
"""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from readiness.ground.files import read_file, write_atomically
from readiness.publications.ledger import FOLDER
from readiness.publications.log import LOG, Log, parse_log, read_log, with_publication
from readiness.publications.seal import SEAL, sha256

SCRATCH = FOLDER / ".new"


def put_in_place(
    root: Path,
    publication_id: str,
    files: Mapping[str, bytes],
    prove: Callable[[Path], None],
    log: Log | None,
) -> None:
    """Write the files of a publication to a scratch folder, check them, and move them in place.

    `prove` is called with the scratch folder and raises an error to refuse it. A released
    publication is added to `log`; None for a draft. On any error before the move, existing files
    stay untouched and the error is raised again. Call `resume` first, to clear earlier remains.
    """
    folder = root / SCRATCH / publication_id
    try:
        for name, content in files.items():
            write_atomically(folder / name, content)
        prove(folder)
        if log is not None:
            # Before the folder is moved: a disk that is full by now leaves all as it was.
            write_atomically(
                _next_log(root, publication_id), with_publication(folder, log).as_text()
            )
    except BaseException:
        shutil.rmtree(root / SCRATCH, ignore_errors=True)
        raise
    _move(root, publication_id)


def resume(root: Path) -> str:
    """Finish or undo the moves of an interrupted command; return the id of the completed release.

    Returns "" where no release was completed. A publication without a prepared log, or whose
    prepared log does not extend the present one, is undone.
    """
    completed = ""
    for prepared in sorted((root / SCRATCH).glob("*.json")):
        publication_id = prepared.stem
        if _fits(root, prepared):
            _move(root, publication_id)
            completed = publication_id
        else:
            _take_back(root, publication_id, parse_log(read_file(prepared).decode("utf-8")))
    for before in sorted((root / SCRATCH).glob("*.before")):
        if not (root / FOLDER / before.stem).exists():
            before.rename(root / FOLDER / before.stem)
    shutil.rmtree(root / SCRATCH, ignore_errors=True)
    return completed


def _next_log(root: Path, publication_id: str) -> Path:
    return root / SCRATCH / f"{publication_id}.json"


def _move(root: Path, publication_id: str) -> None:
    scratch, place = root / SCRATCH, root / FOLDER / publication_id
    if (scratch / publication_id).exists():
        if place.exists():
            # Renamed, not deleted: readers never see half a publication.
            place.rename(scratch / f"{publication_id}.before")
        (scratch / publication_id).rename(place)
    if (prepared := _next_log(root, publication_id)).exists():
        prepared.replace(root / LOG)
    shutil.rmtree(scratch, ignore_errors=True)


def _fits(root: Path, prepared: Path) -> bool:
    """Return whether the prepared log extends the present one."""
    after, present = parse_log(read_file(prepared).decode("utf-8")), read_log(root)
    extends_present = after.entries[: len(present.entries)] == present.entries
    return not after.fault and extends_present and (present.missing or not present.fault)


def _take_back(root: Path, publication_id: str, after: Log) -> None:
    """Remove a publication that was moved to its folder but has no entry in the log."""
    place = root / FOLDER / publication_id
    entry = after.latest.get(publication_id)
    if entry and (place / SEAL).is_file() and sha256(read_file(place / SEAL)) == entry.seal:
        shutil.rmtree(place)
