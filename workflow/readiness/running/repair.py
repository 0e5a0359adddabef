"""Remove results that cannot be trusted, so that a run computes them again.

Snakemake trusts a file that exists. A crash of the system, a failing disk or an edit can leave a
file truncated or changed. The provenance records decide: a step's results stand when its record is
complete, the files match the record, and every parent in the record stands as well. All others are
removed, and with them whatever was computed from them.
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
# Folders of steps below `results`; the closing table is in `results` itself.
STEPS = (SITE, "inputs/*/*", *(f"{kind}/*/{step}" for kind in RUNS for step in ("*", "*/*")))
CLOSING = ("gate.txt", PROVENANCE)
NOTES = Path(".snakemake/metadata")


def repair(root: Path) -> list[str]:
    """Remove untrusted results below `root/results`; return a line for each cause, in order.

    Only while no other run is at work: its unfinished results would seem damaged.
    """
    results = root / "results"
    # Other folders below `results` do not belong to this program.
    candidates = [results, *(folder for pattern in STEPS for folder in results.glob(pattern))]
    folders = sorted(folder for folder in candidates if folder.is_dir())
    for folder in folders:
        for leftover in (*folder.glob(f".*{TEMPORARY}"), *folder.glob("tmp????????")):
            if leftover.is_file():
                leftover.unlink()
    folders = [folder for folder in folders if folder.name != PRIVATE]
    filled = [folder for folder in folders if _list_files(folder)]
    if filled and not _are_notes_whole(root):
        shutil.rmtree(root / NOTES, ignore_errors=True)
        _remove(filled)
        return ["Snakemake's notes are missing or damaged: all results are made again."]
    complete: dict[Path, Lineage] = {}
    messages = []
    # Data first: the digests of results made from them need the data's keys.
    for folder in sorted(filled, key=lambda folder: folder.parents[1] != results / "inputs"):
        lineage, changed = None, list[str]()
        if (folder / PROVENANCE).exists():
            try:
                lineage = read_lineage(folder / PROVENANCE)
            except DataError:
                changed = [PROVENANCE]
            else:
                changed = changed_outputs(folder, lineage, results)
        restored = {
            results.joinpath("inputs", *version.split("@"))
            for version in (lineage.keys if lineage else ())
        }
        if not complete.keys() >= restored:
            # Without the key the digests cannot be checked; the step is removed with its data.
            changed = []
        messages += [
            f"{(folder / name).relative_to(root)}: not what its step wrote; made again."
            for name in changed
        ]
        if lineage and not changed:
            complete[folder] = lineage
    trusted = _keep_with_parents(results, complete)
    if len(trusted) < len(complete):
        number = len(complete) - len(trusted)
        read = "step reads" if number == 1 else "steps read"
        messages.append(f"{number} finished {read} files that are gone; made again.")
    _remove([folder for folder in filled if folder not in trusted])
    return messages


def forget_readers(root: Path, inputs: Iterable[str]) -> None:
    """Remove the record of each step that read one of `inputs` (paths from `root`).

    The next run computes such a step again, and all that rests on it. Snakemake's notes name the
    steps.
    """
    edited = set(inputs)
    notes = (root / NOTES).rglob("*") if edited else ()
    for note in (path for path in notes if path.is_file()):
        output = name_output(note.relative_to(root / NOTES))
        if output.name != PROVENANCE:
            continue
        try:
            step_inputs = json.loads(note.read_bytes()).get("input") or []
        except (ValueError, AttributeError):
            continue  # damaged: the next run computes everything again
        if edited.intersection(step_inputs):
            with suppress(OSError):
                (root / output).unlink()


def rests_on_results(root: Path, folder: Path) -> bool:
    """Return whether each parent in a step's record is among the present results of its run.

    `folder`: path of the step from `root`. True without a record. Raises DataError for a damaged
    record.
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
    """Return the result that a note of Snakemake describes.

    The path of a note is the result's path in Base64; long paths are split into folders that begin
    with @.
    """
    encoded = "".join(part.removeprefix("@") for part in note.parts)
    try:
        return Path(urlsafe_b64decode(encoded).decode("utf-8"))
    except ValueError:
        return note  # no note of Snakemake


def _remove(folders: list[Path]) -> None:
    """Remove the files of steps, each record first: if this is killed, no step seems complete."""
    for folder in folders:
        for file in sorted(_list_files(folder), key=lambda path: path.name != PROVENANCE):
            file.unlink()


def _list_files(folder: Path) -> list[Path]:
    paths = folder.rglob("*") if folder.name == SITE else folder.iterdir()
    files = [path for path in paths if path.is_file() and path.name[0] != "."]
    return [path for path in files if path.name in CLOSING] if folder.name == "results" else files


def _keep_with_parents(results: Path, whole: dict[Path, Lineage]) -> dict[Path, Lineage]:
    """Return the steps whose parents stand, and the parents' parents, up to the data.

    A wave or study and its publication have steps with the same hash, in different folders.
    """
    hashes = {folder: lineage.hash for folder, lineage in whole.items()}
    standing, former_count = whole, -1
    while len(standing) != former_count:
        former_count = len(standing)
        hashes_by_group: dict[str, set[str]] = defaultdict(set)
        for folder in standing:
            kind, run = _run_of(results, folder)
            # Steps that a publication shares with today's configuration are computed once.
            for group in (run, "all", kind if kind in ("inputs", "publications") else "today"):
                hashes_by_group[group].add(hashes[folder])
        standing = {
            folder: lineage
            for folder, lineage in standing.items()
            if all(
                any(parent in hashes_by_group[group] for group in _list_reach(results, folder))
                for parent in lineage.parents.values()
            )
        }
    return standing


def _list_reach(results: Path, folder: Path) -> list[str]:
    kind, run = _run_of(results, folder)
    if not run:
        return ["all"]  # the closing table and the site
    return [run, "inputs", "today"] if kind == "publications" else [run, "inputs"]


def _run_of(results: Path, folder: Path) -> tuple[str, str]:
    """Return the kind of a run, and the run; "" for the closing table and the site."""
    kind, *name = (*folder.relative_to(results).parts[:2], "")[:2]
    return (kind, f"{kind}/{name[0]}") if kind not in ("", SITE) else (kind, "")


def _are_notes_whole(root: Path) -> bool:
    """Return whether Snakemake's notes exist and can be read.

    Snakemake writes notes in place. It ignores an unreadable note, and with it any change of
    settings or code.
    """
    notes = [path for path in (root / NOTES).rglob("*") if path.is_file()]
    try:
        for note in notes:
            json.loads(note.read_bytes())
    except ValueError:
        return False
    return bool(notes)
