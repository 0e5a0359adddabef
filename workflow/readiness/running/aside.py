"""Keep a run's pages, and the site, while a publication is computed and rendered."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from readiness.running.repair import NOTES, name_output, rests_on_results

# Below the results of a project; each command removes what a killed command left there.
ASIDE = Path("results/.aside")
SITE, SITE_ASIDE = Path("results/site"), Path("results/.site-aside")


@contextmanager
def keeping_site(root: Path) -> Iterator[None]:
    """Keep the site of the last run while steps compute other results; restore it afterwards.

    With a changed setting these steps outdate results that the site was built from, and it would be
    removed without being built again. It is one whole copy of the last run, as its pages say; the
    next run builds it again. A site that was built meanwhile stays.
    """
    site, aside = root / SITE, root / SITE_ASIDE
    if aside.exists():
        # A killed command left it there.
        shutil.rmtree(aside) if site.exists() else aside.rename(site)
    if not site.exists():
        yield
        return
    site.rename(aside)
    try:
        yield
    finally:
        shutil.rmtree(aside) if site.exists() else aside.rename(site)


@contextmanager
def keeping_pages(root: Path, folders: Sequence[Path]) -> Iterator[None]:
    """Keep the pages in `folders` while steps write others there; restore them afterwards.

    `folders`: paths from `root`. Snakemake's notes on the pages are restored, too, so that the next
    run computes none of them again. A folder that was absent or empty keeps the publication's
    pages. So does a folder whose former pages rest on results that were computed again since: their
    numbers are outdated, and nobody should find them.
    """
    shutil.rmtree(root / ASIDE, ignore_errors=True)
    filled = [folder for folder in folders if any((root / folder).glob("*"))]
    restored = [folder for folder in filled if rests_on_results(root, folder)]
    notes = _list_notes(root, restored)
    for folder in restored:
        target = root / ASIDE / folder
        target.parent.mkdir(parents=True, exist_ok=True)
        # Copy, not move: a freeze may ask for the same pages, which Snakemake then keeps.
        shutil.copytree(root / folder, target)
    for note in notes:
        target = root / ASIDE / note
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / note, target)
    try:
        yield
    finally:
        for note in _list_notes(root, restored):
            (root / note).unlink()
        for folder in restored:
            shutil.rmtree(root / folder, ignore_errors=True)
            shutil.move(root / ASIDE / folder, root / folder)
        for note in notes:
            (root / note).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(root / ASIDE / note, root / note)
        shutil.rmtree(root / ASIDE, ignore_errors=True)


def _list_notes(root: Path, folders: Sequence[Path]) -> list[Path]:
    """List Snakemake's notes on the files below any of `folders`, by their paths from `root`."""
    listed = []
    for note in sorted((root / NOTES).rglob("*")):
        if note.is_file():
            output = name_output(note.relative_to(root / NOTES))
            if any(output.is_relative_to(folder) for folder in folders):
                listed.append(note.relative_to(root))
    return listed
