"""Keep a run's pages while a publication's pages are rendered in their place."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from readiness.running.repair import NOTES, name_output, rests_on_results

# Below the results of a project; what a killed command left there is of no use to anybody.
ASIDE = Path("results/.aside")


@contextmanager
def keeping_pages(root: Path, folders: Sequence[Path]) -> Iterator[None]:
    """Within it, steps may write other files into `folders`; afterwards the former ones are back.

    `folders` are paths from `root`. With them come Snakemake's notes on their files, so that the
    next run makes none of them again. A folder that was not there, or empty, is left as it is: the
    publication's pages stay in it. So do they where the former pages rest on results that were
    made again since, whose numbers are others; nobody should find these.
    """
    shutil.rmtree(root / ASIDE, ignore_errors=True)
    filled = [folder for folder in folders if any((root / folder).glob("*"))]
    kept = [folder for folder in filled if rests_on_results(root, folder)]
    notes = _list_notes(root, kept)
    for folder in kept:
        target = root / ASIDE / folder
        target.parent.mkdir(parents=True, exist_ok=True)
        # A copy, since the same pages may be what is asked for, and are then not made again.
        shutil.copytree(root / folder, target)
    for note in notes:
        target = root / ASIDE / note
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / note, target)
    try:
        yield
    finally:
        for note in _list_notes(root, kept):
            (root / note).unlink()
        for folder in kept:
            shutil.rmtree(root / folder, ignore_errors=True)
            shutil.move(root / ASIDE / folder, root / folder)
        for note in notes:
            (root / note).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(root / ASIDE / note, root / note)
        shutil.rmtree(root / ASIDE, ignore_errors=True)


def _list_notes(root: Path, folders: Sequence[Path]) -> list[Path]:
    """List Snakemake's notes on the files below any of `folders`, by their paths from `root`."""
    found = []
    for note in sorted((root / NOTES).rglob("*")):
        if note.is_file():
            output = name_output(note.relative_to(root / NOTES))
            if any(output.is_relative_to(folder) for folder in folders):
                found.append(note.relative_to(root))
    return found
