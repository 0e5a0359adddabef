"""What a publication's folder says of its inputs, and where its charts, tables and pages lie.

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
# In the project in which an audit makes a run again: the ledger that says what of it is withheld.
SEALED = FOLDER / "sealed.csv"
# The folder in it that is no publication: what was planned before the answers came.
PLANS = "plans"
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
    """A dataset version as a publication used it: its row of the register, its pointer's text."""

    version: Version
    pointer_text: str

    @property
    def pointer(self) -> Pointer:
        """The pointer; DataError when the text is none."""
        return parse_pointer(self.pointer_text, f"{DATASETS}: {self.version.name}")


def datasets_table(root: Path, versions: Iterable[Version]) -> str:
    """`datasets.csv`: the rows of `data/versions.csv` that were used, with their pointers."""
    return records_to_csv(
        [
            {**asdict(version), "pointer": (root / version.pointer_path).read_text("utf-8")}
            for version in versions
        ]
    )


def versions_table(versions: Iterable[Version]) -> str:
    """The rows of `data/versions.csv` for these versions alone."""
    return records_to_csv([asdict(version) for version in versions])


def inputs_table(hashes: Mapping[Path, str]) -> str:
    """`inputs.csv`: the other files that went in, by path from the project's root, with SHA-256."""
    return records_to_csv(
        [{"path": path.as_posix(), "sha256": digest} for path, digest in sorted(hashes.items())]
    )


def _read_rows(path: Path) -> list[dict[str, str]]:
    try:
        return list(csv.DictReader(io.StringIO(read_file(path).decode("utf-8"), newline="")))
    except OSError:
        raise DataError(f"{path}: not found. Restore it with git.") from None
    except (UnicodeDecodeError, csv.Error):
        raise DataError(f"{path}: not a table. Restore it with git.") from None


def read_datasets(folder: Path) -> list[SealedDataset]:
    """The dataset versions of the publication in `folder`; DataError when its table is damaged."""
    found = []
    for number, row in enumerate(_read_rows(folder / DATASETS), start=2):
        # A row may lack cells, which are None then.
        *cells, pointer = (row.get(name) or "" for name in (*COLUMNS, "pointer"))
        found.append(SealedDataset(read_row(cells, f"{folder / DATASETS} row {number}"), pointer))
    return found


def read_inputs(folder: Path) -> dict[Path, str]:
    """The publication's other inputs, path to SHA-256; DataError when the table is damaged."""
    rows = _read_rows(folder / INPUTS)
    if not all(_is_input(row.get("path")) and row.get("sha256") for row in rows):
        raise DataError(f"{folder / INPUTS} is not a valid table of inputs. Restore it with git.")
    return {Path(row["path"]): row["sha256"] for row in rows}


def _is_input(name: str | None) -> bool:
    """Whether a name can be an input's, which leads out of neither its folder nor a project."""
    path = PurePosixPath(name or "")
    inside = len(path.parts) > 1 and path.parts[0] in ("data", FOLDER.name)
    return inside and ".." not in path.parts and (name or "").isprintable()


def publication_ids(root: Path) -> list[str]:
    """The ids of a project's publications, sorted: all folders with configuration, seal or digests.

    Any of them will do, or a publication that lost files would be passed over in silence. (A ledger
    alone will not: the project of a rerun holds that of the publication which it revises.)
    """
    names = (CONFIG, "seal.json", "values.csv")
    return sorted({p.parent.name for name in names for p in (root / FOLDER).glob(f"*/{name}")})


def find_publication(root: Path, identity: str) -> Path:
    """The folder of the publication called `identity`; ConfigError listing those there are."""
    folder = root / FOLDER / identity
    if not identity or folder.name != identity or not folder.is_dir():
        known = ", ".join(publication_ids(root)) or "none"
        raise ConfigError(f"{identity}: no publication has this id. The publications are {known}.")
    return folder


def refuse_inside(root: Path, path: Path) -> None:
    """ConfigError for a file to be written below `publications/`: it would break a seal there."""
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
_LANGUAGE = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"
_STEP = re.compile(rf"({'|'.join(SHOWN)})-({_LANGUAGE})")


def in_order(languages: Iterable[str]) -> list[str]:
    """The languages as pages stand below each other; the first is that of what there is once."""
    return sorted(languages, key=lambda name: (name != FIRST, name))


def languages_of(folder: Path) -> tuple[str, ...]:
    """The languages of the publication in `folder`; DataError where it cannot be read."""
    # Read as it stands: the configuration may be of another version of the program.
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
    """A section of the configuration in `folder`, as it stands; {} where none can be read."""
    try:
        found = read_yaml_text(read_file(folder / CONFIG))[section]
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def released_on(folder: Path) -> str:
    """The day on which the publication in `folder` was released, "" where it does not say."""
    return str(read_settings(folder, "report").get("released") or "")


def read_words(folder: Path) -> dict[str, str]:
    """What each number of the publication in `folder` is of, in the words of its tidy table."""
    path = folder / TABLES / next(iter(in_order(languages_of(folder))), FIRST) / TIDY
    labels = ("item_label", "answer_label", "variable_label", "group_label")
    return {
        row.get("id", ""): ", ".join(filter(None, (row.get(label) for label in labels)))
        for row in (_read_rows(path) if path.is_file() else ())
    }


def steps_shown(languages: Sequence[str]) -> list[str]:
    """The steps whose outputs readers see, in these languages: `charts-fr`, `report-fr`, ..."""
    return [f"{step}-{name}" for step in SHOWN for name in languages]


def languages_among(steps: Iterable[str]) -> list[str]:
    """The languages in which these steps made something that readers see."""
    return [match[2] for step in steps if (match := _STEP.fullmatch(step))]


def in_languages(folders: Mapping[str, Path], languages: Sequence[str]) -> dict[str, Path]:
    """The folders of a run's steps without those that made something in other languages."""
    wanted = steps_shown(languages)
    return {s: path for s, path in folders.items() if s in wanted or not _STEP.fullmatch(s)}


def folder_of_step(step: str) -> str:
    """The folder of a step below that of its run: `charts-fr` is `charts/fr`."""
    match = _STEP.fullmatch(step)
    return f"{match[1]}/{match[2]}" if match else step


def kept_as(step: str, output: str, languages: Sequence[str]) -> str:
    """The name under which a publication in these languages keeps what a step left; "" where it
    keeps nothing of it.

    `report-fr` keeps `report.html` as `report/fr/report.html`.
    """
    match, kept = _STEP.fullmatch(step), (".svg", ".csv", ".txt", ".html", ".pdf", ".xlsx")
    if not match or not output.endswith(kept) or output.endswith("-narrow.svg"):
        return ""
    spared = output == TIDY and match[2] != in_order(languages)[0]
    return "" if spared else f"{match[1]}/{match[2]}/{output}"


def pages_of(folder: Path) -> list[str]:
    """The names of the pages of the publication in `folder`, one after the other language."""
    names = [f"{REPORT}/{language}/{name}" for language in languages_of(folder) for name in PAGES]
    return [name for name in names if (folder / name).is_file()]


def iterate_documents(folders: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    """The charts, pages and tables that a publication keeps of a run, by name there."""
    languages = languages_among(folders)
    for step, folder in folders.items():
        for path in sorted(folder.iterdir()) if _STEP.fullmatch(step) else ():
            if name := kept_as(step, path.name, languages):
                yield name, path
