"""Collect the files of a bundle, and write the README at its top."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from readiness.config import load_config
from readiness.datasets.places import STORE
from readiness.datasets.store import find_object
from readiness.datasets.versions import VERSIONS, Version, read_versions
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.facts import Day, Fact, Term, Value
from readiness.ground.files import read_file, reading_once
from readiness.ground.tables import rows_to_csv
from readiness.language import LANGUAGES, Language
from readiness.program.layout import code_files
from readiness.publications import ledger
from readiness.publications.audit.audit import audit
from readiness.publications.audit.model import DATA, Changes
from readiness.publications.citing import read_citation
from readiness.publications.freeze import refuse_names_in
from readiness.publications.log import LOG, check_listed, read_log
from readiness.publications.outcome_texts import name_fault
from readiness.publications.outcomes import Outcome
from readiness.publications.presenting.writing import Writing, markdown
from readiness.publications.program import DVC_CONFIG, is_earlier, is_told, read_program
from readiness.publications.seal import ATTESTATIONS, SEAL, read_seal, sha256
from readiness.register.disclosure_risk import ATTACK, read_attack, refuse_given_away


@dataclass(frozen=True)
class Contents:
    """Files of a bundle by name, except README and machine-readable description.

    `publications`: the requested one and those that it revises or supersedes. `objects`: the files
    that are datasets, with their versions. `left_out`: the dataset versions that are not in it,
    restricted or erased. `date`: the day of publication, YYYY-MM-DD, "" where none is known.
    """

    identity: str
    publications: tuple[str, ...]
    files: Mapping[str, bytes]
    objects: Mapping[str, Version]
    left_out: tuple[Version, ...]
    date: str


def gather(root: Path, identity: str, *, restricted: bool | None = None) -> Contents:
    """Collect the bundle of a publication of the project at `root`.

    `restricted`: whether restricted data are included. Raises ConfigError where there are such data
    and `restricted` is None; DataError where a seal, an input or a dataset is not valid, or data
    are missing.
    """
    # Read each file once: checks and zip then have the same content.
    with reading_once(root / ledger.FOLDER):
        return _gather_files(root, identity, restricted)


def _gather_files(root: Path, identity: str, restricted: bool | None) -> Contents:
    """Check the publications and collect their files; see `gather`."""
    publications = tuple(_list_publications(root, identity))
    folders = [root / ledger.FOLDER / name for name in publications]
    today = read_versions(root)
    datasets = {d.version.name: d for folder in folders for d in ledger.read_datasets(folder)}
    versions = {name: today[name] for name in datasets if name in today}
    hidden = [version.name for version in versions.values() if version.is_restricted]
    if hidden and restricted is None:
        raise ConfigError(
            f"{identity} depends on restricted data ({', '.join(hidden)}).\n"
            "Choose whether to pack them: --without-restricted or --with-restricted."
        )
    for name in publications:
        _refuse_unsound(root, name)
        if (attack_table := root / ledger.FOLDER / name / ATTACK).is_file():
            attacked = read_attack(attack_table)
            if "verdict" in attacked:
                refuse_given_away(f"publications/{name}", attacked)
    # The whole program, because a project need not contain it. Report and texts are the project's.
    files = {name: content for name, content in read_program().items() if not is_told(name)}
    for path in _list_plain_files(root, folders, datasets.values()):
        full_path = root / path
        if full_path.resolve() != root.resolve() / path or not full_path.is_file():
            raise DataError(
                f"{path} is not a regular file of the project; a bundle cannot hold links."
            )
        files[path.as_posix()] = read_file(full_path)
    files[ledger.CONFIG] = files[(ledger.FOLDER / identity / ledger.CONFIG).as_posix()]
    # The rows of these versions from today's register, tombstones too.
    head, *rows = csv.reader(io.StringIO((root / VERSIONS).read_text("utf-8"), newline=""))
    version_rows = [row for row in rows if f"{row[0]}@{row[1]}" in versions]
    files[VERSIONS.as_posix()] = rows_to_csv([head, *version_rows]).encode()
    files[".dvc/config"] = DVC_CONFIG.encode()
    objects = {}
    left_out = []
    for name, version in versions.items():
        if version.is_erased or (version.is_restricted and not restricted):
            left_out.append(version)
            continue
        object_name = (STORE / datasets[name].pointer.object_name).as_posix()
        path = find_object(root, version)
        files[object_name], objects[object_name] = path.read_bytes(), version
        # The file may have changed between hashing and reading.
        if sha256(files[object_name]) != version.sha256:
            raise DataError(f"{version.name}: {path} changed while it was read. Try again.")
    _refuse_leak(files, left_out)
    for folder in folders:
        left_out_names = {version.name for version in left_out}
        for wave in load_config(folder / ledger.CONFIG).waves.values():
            if wave.corrections and wave.answers in left_out_names:
                refuse_names_in(root, Path(f"data/corrections/{wave.corrections}.csv"))
    for name in files:
        _refuse_unsafe(name)
    return Contents(
        identity,
        publications,
        dict(sorted(files.items())),
        objects,
        tuple(left_out),
        read_citation(root / ledger.FOLDER / identity).date,
    )


def _list_publications(root: Path, identity: str) -> list[str]:
    """Return the publication and all that it revises or supersedes, itself first."""
    publications = []
    waiting = [identity]
    while waiting:
        name = waiting.pop(0)
        if name in publications:
            continue
        publications.append(name)
        folder = root / ledger.FOLDER / name
        superseded = read_seal(folder).get("supersedes")
        # A superseded publication that was withdrawn and missing has no digest; the log lists it.
        waiting += (
            [superseded["id"]] if isinstance(superseded, dict) and "digest" in superseded else []
        )
        waiting += [
            path.parts[1] for path in ledger.read_inputs(folder) if is_earlier(path.as_posix())
        ]
    return publications


def _refuse_unsound(root: Path, identity: str) -> None:
    """Raise DataError unless the publication is valid at level 1."""
    listed = check_listed(root, identity, read_log(root))
    level_one = audit(root, identity, DATA, changes=Changes(), listed=listed)
    allowed = (Outcome.REPRODUCED, Outcome.RESTRICTED, Outcome.ERASED)
    for finding in (*level_one.seal, *level_one.data, *level_one.signatures):
        if finding.outcome not in allowed:
            raise DataError(
                f"{identity}: {name_fault(finding)}. Only a valid publication can be bundled.\n"
                f"`readiness audit {identity} --level 1` lists the faults."
            )


def _list_plain_files(
    root: Path, folders: Iterable[Path], datasets: Iterable[ledger.SealedDataset]
) -> Iterator[Path]:
    """Yield the paths of a bundle's files that are neither program nor data."""
    yield from (path for path in code_files(root) if is_told(path.as_posix()))
    # The project's documents. Its README is replaced by that of the bundle.
    for pattern in ("CITATION.cff", "docs/*.md", "docs/*.html", "docs/*.svg", "docs/images/*.png"):
        yield from (path.relative_to(root) for path in root.glob(pattern))
    for folder in folders:
        relative_folder = folder.relative_to(root)
        # Only files that the seal names, not other files in the folder.
        yield from (relative_folder / name for name in (*read_seal(folder)["files"], SEAL))
        if (folder / ATTESTATIONS).exists():
            yield relative_folder / ATTESTATIONS
        yield from ledger.read_inputs(folder)
    yield from (dataset.version.pointer_path for dataset in datasets)
    if (root / LOG).exists():
        yield LOG


def _refuse_leak(files: Mapping[str, bytes], left_out: Iterable[Version]) -> None:
    """Raise DataError where a file of the bundle is a copy of data that is left out."""
    hidden = {version.sha256: version.name for version in left_out}
    for name, content in files.items() if hidden else ():
        if (digest := sha256(content)) in hidden:
            raise DataError(
                f"{name} is a copy of the restricted version {hidden[digest]}. Remove the file "
                "first."
            )


def _refuse_unsafe(name: str) -> None:
    """Raise DataError for a name that could be unpacked outside of the folder."""
    parts = name.split("/")
    if "\\" in name or ":" in parts[0] or any(part in ("", ".", "..") for part in parts):
        raise DataError(f"{name!r}: this name cannot be used in a bundle. Rename the file.")


README = "README.md"
# Placeholder of an unknown date; description and README explain the placeholder.
UNKNOWN_DATE = "1970-01-01"


def left_out(version: Version) -> Fact:
    """Return the sentence on why a dataset version is missing from the bundle."""
    verdict = Term("verdict.outcome.erased" if version.is_erased else "verdict.outcome.restricted")
    values: dict[str, Value] = {"name": version.name, "verdict": verdict}
    if version.is_erased:
        return Fact("publication.bundle.erased", {**values, "said": version.note})
    return Fact("publication.bundle.restricted", values)


def describe_date(date: str) -> Fact:
    """Return the sentence on the date of publication, or on its absence."""
    if date:
        return Fact("publication.bundle.published_on", {"day": Day(date)})
    return Fact("publication.bundle.no_date", {"day": UNKNOWN_DATE})


def readme(root: Path, contents: Contents) -> str:
    """Return README.md of the bundle, once in each language of the publication."""
    folder = root / ledger.FOLDER / contents.identity
    languages = ledger.in_order(ledger.languages_of(folder) or LANGUAGES)
    return "".join(
        _write_readme(folder, contents, language, first=language == languages[0])
        for language in languages
    )


def _write_readme(folder: Path, contents: Contents, language: Language, *, first: bool) -> str:
    """Return the README in one language."""
    writing = Writing(language, markdown(language))
    return writing.render(
        "bundle.md",
        first=first,
        identity=contents.identity,
        title=read_citation(folder).title,
        dated=writing.tell(describe_date(contents.date)),
        gaps=[writing.tell(left_out(version)) for version in contents.left_out],
        others=[f"{ledger.FOLDER}/{name}/" for name in contents.publications[1:]],
        objects=sorted(contents.objects.items()),
        left_out=contents.left_out,
        pages=[name for name in ledger.pages_of(folder) if name.endswith(".html")],
    )
