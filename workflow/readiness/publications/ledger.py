"""Inputs, settings and documents in the folder of a publication: tables and paths.

Inputs are datasets with their pointers, and other files. Documents lie in results and publications
alike, in a place a language. A publication keeps of them what readers take along, and nothing
twice: of a chart the drawing and not its copies for a phone and as pixels, and the tidy table,
whose numbers are the same in all languages, in one of them.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from readiness.datasets.pointers import Pointer, parse_pointer
from readiness.datasets.versions import COLUMNS, Version, read_row
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.files import read_file
from readiness.ground.safe_yaml import read_yaml_text
from readiness.ground.tables import records_to_csv
from readiness.language import FIRST

FOLDER = Path("publications")
# Copy of the sealed ledger in the scratch project of a rerun: it says which numbers to suppress.
SEALED = FOLDER / "sealed.csv"
# Folder in `publications` for plans sealed before the answers; not a publication.
PLANS = "plans"
# Description at the top of a bundle, which no other project has.
DESCRIPTION = Path("ro-crate-metadata.json")
DATASETS = "datasets.csv"
INPUTS = "inputs.csv"
CONFIG = "config.yaml"
INPUT_COLUMNS = ("path", "sha256")
# The columns of a ledger. Those of a register may change, these not without another seal's format.
LEDGER_COLUMNS = (
    *("id", "kind", "unit", "value", "item", "level", "group", "statistic"),
    *("se", "lower", "upper", "n", "n_eff", "deff", "reliability", "suppressed"),
    *("digits", "rounding", "run", "dataset", "lineage", "simulated", "note", "precision"),
)


@dataclass(frozen=True)
class SealedDataset:
    """A dataset version of a publication: its row of `data/versions.csv` and its DVC pointer."""

    version: Version
    pointer_text: str

    @property
    def pointer(self) -> Pointer:
        """Parsed DVC pointer. Raises DataError when the text is not a pointer."""
        return parse_pointer(self.pointer_text, f"{DATASETS}: {self.version.name}")


def datasets_table(root: Path, versions: Iterable[Version]) -> str:
    """Return the text of `datasets.csv`: the rows of `data/versions.csv` and a column `pointer`."""
    return records_to_csv(
        [
            {**asdict(version), "pointer": (root / version.pointer_path).read_text("utf-8")}
            for version in versions
        ]
    )


def versions_table(versions: Iterable[Version]) -> str:
    """Return the text of a `data/versions.csv` that has these versions only."""
    return records_to_csv([asdict(version) for version in versions])


def inputs_table(hashes: Mapping[Path, str]) -> str:
    """Return the text of `inputs.csv`: path from the project's root and SHA-256 of each file."""
    return records_to_csv(
        [{"path": path.as_posix(), "sha256": digest} for path, digest in sorted(hashes.items())]
    )


def _read_rows(path: Path) -> list[dict[str, str]]:
    try:
        return list(csv.DictReader(io.StringIO(read_file(path).decode("utf-8"), newline="")))
    except OSError:
        raise DataError(f"{path}: file not found. Restore it with git.") from None
    except (UnicodeDecodeError, csv.Error):
        raise DataError(f"{path}: not a table. Restore it with git.") from None


def read_datasets(folder: Path) -> list[SealedDataset]:
    """Read `datasets.csv` of a publication. Raises DataError when it is missing or damaged."""
    sealed_datasets = []
    for number, row in enumerate(_read_rows(folder / DATASETS), start=2):
        # A short row of a damaged file has None for the missing cells.
        *cells, pointer = (row.get(name) or "" for name in (*COLUMNS, "pointer"))
        sealed_datasets.append(
            SealedDataset(read_row(cells, f"{folder / DATASETS} row {number}"), pointer)
        )
    return sealed_datasets


def read_inputs(folder: Path) -> dict[Path, str]:
    """Read `inputs.csv` of a publication as {path: SHA-256}.

    Raises DataError when the file is missing or damaged, or a path is outside of `data/` and
    `publications/`.
    """
    rows = _read_rows(folder / INPUTS)
    if not all(_is_input(row.get("path")) and row.get("sha256") for row in rows):
        raise DataError(f"{folder / INPUTS} is not a valid table of inputs. Restore it with git.")
    return {Path(row["path"]): row["sha256"] for row in rows}


def _is_input(name: str | None) -> bool:
    """Return whether a name is a printable path below `data/` or `publications/` without `..`."""
    path = PurePosixPath(name or "")
    inside = len(path.parts) > 1 and path.parts[0] in ("data", FOLDER.name)
    return inside and ".." not in path.parts and (name or "").isprintable()


def publication_ids(root: Path) -> list[str]:
    """Return the sorted ids of a project's publications.

    A folder with a configuration, a seal or digests counts, so that a publication which lost some
    files is still listed. A ledger alone does not count: the project of a rerun contains the ledger
    of the publication that it revises.
    """
    names = (CONFIG, "seal.json", "values.csv")
    return sorted({p.parent.name for name in names for p in (root / FOLDER).glob(f"*/{name}")})


def find_publication(root: Path, publication_id: str) -> Path:
    """Return the folder of a publication. Raises ConfigError, with all ids, for an unknown id."""
    folder = root / FOLDER / publication_id
    if not publication_id or folder.name != publication_id or not folder.is_dir():
        known_ids = ", ".join(publication_ids(root)) or "none"
        raise ConfigError(
            f"{publication_id}: no publication has this id. The publications are {known_ids}."
        )
    return folder


def refuse_inside(root: Path, path: Path) -> None:
    """Raise ConfigError when `path` is below `publications/`: a new file would break a seal."""
    if path.resolve().is_relative_to((root / FOLDER).resolve()):
        raise ConfigError(
            f"{path} is inside a sealed publication, to which nothing can be added. Name another "
            "file."
        )


CHARTS, TABLES, REPORT = "charts", "tables", "report"
PAGES = tuple(
    f"{name}{kind}.{end}"
    for name in ("report", "brief")
    for kind in ("", "-simulated")
    for end in ("html", "pdf")
)
# The folders of a run that a publication keeps, one a language: `charts/fr`, ...
SHOWN = (CHARTS, TABLES, REPORT)
# The tidy table of all numbers, beside the workbook.
TIDY = "numbers.csv"
CODEBOOK = "codebook.csv"
_LANGUAGE = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"
_STEP = re.compile(rf"({'|'.join(SHOWN)})-({_LANGUAGE})")


def in_order(languages: Iterable[str]) -> list[str]:
    """Return the languages in the order of pages: English, then the others from A to Z."""
    return sorted(languages, key=lambda name: (name != FIRST, name))


def languages_of(folder: Path) -> tuple[str, ...]:
    """Return the sorted languages of a publication's report.

    Raises DataError where `report.languages` of its configuration is invalid, OSError where the
    file is missing.
    """
    # Read without validation: another version of the program may have written the configuration.
    try:
        report = read_yaml_text(read_file(folder / CONFIG)).get("report", {})
        names = [str(name) for name in report.get("languages", [])]
    except (ValueError, yaml.YAMLError, TypeError, AttributeError):
        raise DataError(f"{folder / CONFIG}: report.languages cannot be read") from None
    if wrong := [name for name in names if not re.fullmatch(_LANGUAGE, name)]:
        raise DataError(
            f"{folder / CONFIG}: report.languages: {wrong[0]!r} is not a known language"
        )
    return tuple(sorted(set(names)))


def read_settings(folder: Path, section: str) -> dict[str, Any]:
    """Return a section of a publication's configuration, unvalidated; {} where it is unreadable."""
    try:
        settings = read_yaml_text(read_file(folder / CONFIG))[section]
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, RecursionError):
        return {}
    return settings if isinstance(settings, dict) else {}


def released_on(folder: Path) -> str:
    """Return the release day in a publication's configuration; "" where there is none."""
    return str(read_settings(folder, "report").get("released") or "")


def read_words(folder: Path) -> dict[str, str]:
    """Return the labels of each number of a publication, by id, joined by commas.

    Labels (item, answer, variable, group) are those of the tidy table in the publication's first
    language. Empty where the table is missing. Raises DataError where it is damaged.
    """
    language = next(iter(in_order(languages_of(folder))), FIRST)
    path = folder / TABLES / language / TIDY
    if not path.is_file():
        return {}
    columns = ("item_label", "answer_label", "variable_label", "group_label")
    words = {}
    for row in _read_rows(path):
        labels = filter(None, map(row.get, columns))
        words[row.get("id", "")] = ", ".join(labels)
    return words


def read_words_in(folder: Path, language: str) -> dict[str, str]:
    """Return the labels of each number in a language, by id, as the codebook translates them.

    Those of `read_words` where the publication has no codebook in this language.
    """
    path = folder / TABLES / language / CODEBOOK
    first = next(iter(in_order(languages_of(folder))), FIRST)
    tidy = folder / TABLES / first / TIDY
    if language == first or not path.is_file() or not tidy.is_file():
        return read_words(folder)
    labels: dict[tuple[str, str, str], str] = {}
    groups: dict[str, str] = {}
    for row in _read_rows(path):
        part, code, of = row.get("part", ""), row.get("code", ""), row.get("of", "")
        labels[part, code, of if part == "answer" else ""] = row.get("label", "")
        if part == "group":
            groups[code] = row.get("label", "")
    words = {}
    for row in _read_rows(tidy):
        item = row.get("item", "").partition(":")[0]
        told = (
            labels.get(("item", item, ""), row.get("item_label", "")),
            labels.get(("answer", row.get("answer", ""), item), row.get("answer_label", "")),
            groups.get(row.get("group", ""), ""),
        )
        words[row.get("id", "")] = ", ".join(filter(None, told))
    return words


def steps_shown(languages: Sequence[str]) -> list[str]:
    """Return the steps that write documents in these languages: `charts-fr`, `report-fr`, ..."""
    return [f"{step}-{name}" for step in SHOWN for name in languages]


def languages_among(steps: Iterable[str]) -> list[str]:
    """Return the language of each step that writes documents; repeated for each such step."""
    return [match[2] for step in steps if (match := _STEP.fullmatch(step))]


def in_languages(folders: Mapping[str, Path], languages: Sequence[str]) -> dict[str, Path]:
    """Return the folders of a run's steps without documents in other languages."""
    wanted = steps_shown(languages)
    return {s: path for s, path in folders.items() if s in wanted or not _STEP.fullmatch(s)}


def folder_of_step(step: str) -> str:
    """Return the folder of a step below its run: `charts/fr` for `charts-fr`."""
    match = _STEP.fullmatch(step)
    return f"{match[1]}/{match[2]}" if match else step


def kept_as(step: str, output: str, languages: Sequence[str]) -> str:
    """Return the path of a step's output in a publication; "" where the publication omits it.

    `report.html` of step `report-fr` is `report/fr/report.html`. `languages` are those of the
    publication: the tidy table is kept in the first of these only.
    """
    match, kept_suffixes = _STEP.fullmatch(step), (".svg", ".csv", ".txt", ".html", ".pdf", ".xlsx")
    if not match or not output.endswith(kept_suffixes) or output.endswith("-narrow.svg"):
        return ""
    is_duplicate_table = output == TIDY and match[2] != in_order(languages)[0]
    return "" if is_duplicate_table else f"{match[1]}/{match[2]}/{output}"


def pages_of(folder: Path) -> list[str]:
    """Return the paths of a publication's existing pages, relative to `folder`, by language."""
    names = [f"{REPORT}/{language}/{name}" for language in languages_of(folder) for name in PAGES]
    return [name for name in names if (folder / name).is_file()]


def iterate_documents(folders: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    """Yield each chart, page and table to publish: its path in the publication and its file."""
    languages = languages_among(folders)
    for step, folder in folders.items():
        for path in sorted(folder.iterdir()) if _STEP.fullmatch(step) else ():
            if name := kept_as(step, path.name, languages):
                yield name, path
