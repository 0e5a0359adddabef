"""Take away results that cannot be trusted, so that a run makes them again.

Snakemake trusts a file that is there. A kernel that dies, a disk that fails or a hand can leave one
that is cut short or changed. The records tell: a step's results stand when its record is whole, the
files beside it are what it says, and every parent that it names stands as well. All others are
removed, and with them whatever was made from them.
"""

import json
import shutil
from base64 import urlsafe_b64decode
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from readiness.ground.errors import DataError
from readiness.ground.files import TEMPORARY
from readiness.provenance.records import Lineage, changed_outputs, read_lineage
from readiness.provenance.results_folder import PRIVATE, PROVENANCE

SITE = "site"
RUNS = ("waves", "studies", "publications")
# The folders of the steps below `results`; the closing table lies in `results` itself.
STEPS = (SITE, "inputs/*/*", *(f"{kind}/*/{step}" for kind in RUNS for step in ("*", "*/*")))
CLOSING = ("gate.txt", PROVENANCE)
NOTES = Path(".snakemake/metadata")


def repair(root: Path) -> list[str]:
    """Remove what cannot be trusted below `root/results`; one line on each cause, in order. Only
    while no other run is at work, which would seem half-written.
    """
    results = root / "results"
    # What else lies below `results` is not ours to remove.
    found = [results, *(folder for pattern in STEPS for folder in results.glob(pattern))]
    folders = sorted(folder for folder in found if folder.is_dir())
    for folder in folders:
        for left in (*folder.glob(f".*{TEMPORARY}"), *folder.glob("tmp????????")):
            if left.is_file():
                left.unlink()
    folders = [folder for folder in folders if folder.name != PRIVATE]
    filled = [folder for folder in folders if _list_files(folder)]
    if filled and not _are_notes_whole(root):
        shutil.rmtree(root / NOTES, ignore_errors=True)
        _remove(filled)
        return ["Snakemake's notes are missing or damaged: all results are made again."]
    whole: dict[Path, Lineage] = {}
    said = []
    # The data first: the digests of what is made of them need their keys.
    for folder in sorted(filled, key=lambda each: each.parents[1] != results / "inputs"):
        lineage, changed = None, list[str]()
        if (folder / PROVENANCE).exists():
            try:
                lineage = read_lineage(folder / PROVENANCE)
            except DataError:
                changed = [PROVENANCE]
            else:
                changed = changed_outputs(folder, lineage, results)
        restored = {
            results.joinpath("inputs", *n.split("@")) for n in (lineage.keys if lineage else ())
        }
        if not whole.keys() >= restored:
            # Without the key nobody can say; it falls with the data that it rests on.
            changed = []
        said += [
            f"{(folder / name).relative_to(root)}: not what its step wrote; made again."
            for name in changed
        ]
        if lineage and not changed:
            whole[folder] = lineage
    kept = _keep_with_parents(results, whole)
    if len(kept) < len(whole):
        said.append(f"{len(whole) - len(kept)} steps rest on what is no more; made again.")
    _remove([folder for folder in filled if folder not in kept])
    return said


def forget_readers(root: Path, inputs: Iterable[str]) -> None:
    """Remove the record of each step that read one of `inputs`, which are paths from `root`: the
    next run makes it again, and what rests on it. Steps are found by Snakemake's notes.
    """
    edited = set(inputs)
    notes = (root / NOTES).rglob("*") if edited else ()
    for note in (path for path in notes if path.is_file()):
        output = name_output(note.relative_to(root / NOTES))
        if output.name != PROVENANCE:
            continue
        try:
            read = json.loads(note.read_bytes()).get("input") or []
        except (ValueError, AttributeError):
            continue  # damaged: the next run makes everything again
        if edited.intersection(read):
            with suppress(OSError):
                (root / output).unlink()


def rests_on_results(root: Path, folder: Path) -> bool:
    """Check that each parent in the record of a run's step is among the run's results of today.

    `folder` is the path of the step from `root`. Without a record nothing is known against it.
    Raises DataError for a damaged record.
    """
    if not (root / folder / PROVENANCE).exists():
        return True
    parents = read_lineage(root / folder / PROVENANCE).parents.values()
    results = root / "results"
    run = results.joinpath(*folder.relative_to("results").parts[:2])
    records = (
        *run.glob(f"*/{PROVENANCE}"),
        *run.glob(f"*/*/{PROVENANCE}"),
        *results.glob(f"inputs/*/*/{PROVENANCE}"),
    )
    return {*parents} <= {read_lineage(record).hash for record in records}


def name_output(note: Path) -> Path:
    """The result that a note is on: its path in Base64, in folders beginning with @ where long."""
    encoded = "".join(part.removeprefix("@") for part in note.parts)
    try:
        return Path(urlsafe_b64decode(encoded).decode("utf-8"))
    except ValueError:
        return note  # not a note of Snakemake's


def _remove(folders: list[Path]) -> None:
    """Remove the steps' files, each record first: were this killed, nothing would seem whole."""
    for folder in folders:
        for file in sorted(_list_files(folder), key=lambda path: path.name != PROVENANCE):
            file.unlink()


def _list_files(folder: Path) -> list[Path]:
    found = folder.rglob("*") if folder.name == SITE else folder.iterdir()
    files = [path for path in found if path.is_file() and path.name[0] != "."]
    return [path for path in files if path.name in CLOSING] if folder.name == "results" else files


def _keep_with_parents(results: Path, whole: dict[Path, Lineage]) -> dict[Path, Lineage]:
    """Those whose parents stand, and the parents' parents, up to the data.

    A wave or study and the publication of it have steps with the same hash, in different folders.
    """
    hashes = {folder: lineage.hash for folder, lineage in whole.items()}
    kept, before = whole, -1
    while len(kept) != before:
        before = len(kept)
        made: dict[str, set[str]] = defaultdict(set)
        for folder in kept:
            kind, run = _run_of(results, folder)
            # What a publication has in common with today's configuration is computed once.
            for group in (run, "all", kind if kind in ("inputs", "publications") else "today"):
                made[group].add(hashes[folder])
        kept = {
            folder: lineage
            for folder, lineage in kept.items()
            if all(
                any(parent in made[group] for group in _list_reach(results, folder))
                for parent in lineage.parents.values()
            )
        }
    return kept


def _list_reach(results: Path, folder: Path) -> list[str]:
    kind, run = _run_of(results, folder)
    if not run:
        return ["all"]  # the closing table and the site
    return [run, "inputs", "today"] if kind == "publications" else [run, "inputs"]


def _run_of(results: Path, folder: Path) -> tuple[str, str]:
    """The kind of a run, and the run; "" for the closing table and the site."""
    kind, *name = (*folder.relative_to(results).parts[:2], "")[:2]
    return (kind, f"{kind}/{name[0]}") if kind not in ("", SITE) else (kind, "")


def _are_notes_whole(root: Path) -> bool:
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
