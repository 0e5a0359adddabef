"""Read a file as an export of a questionnaire, and say what would be kept; nothing is registered.

readiness validate FILE --questionnaire NAME [--html PAGE] [--csv TABLE]
readiness validate results/waves/WAVE/validate/issues.csv

FILE is an export of any tool that is known or a drawn sample (it has the sample's columns); NAME is
a questionnaire below data/questionnaires, or its file. What is found is counted, and the ten worst
faults are said; --html writes all as a page with pictures, --csv as a table. What a run would
refuse is refused here with the same words, and by `readiness data add --questionnaire` too. The
days of fieldwork and the sample are the wave's: they are not known yet. Of a run's issues.csv
every fault is said in a sentence. --language says it in another language.
"""

import argparse
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from readiness import validation
from readiness.config import load_config
from readiness.datasets.add import check_questionnaire, read_whole
from readiness.errors import ConfigError, DataError, ReadinessError, RenderError
from readiness.facts import Fact, Listed, Value
from readiness.files import write_atomically
from readiness.language import LANGUAGES, Language, tell, text
from readiness.privacy import Detectors
from readiness.questionnaire import Questionnaire, load_questionnaire, match_key
from readiness.readers import HEADERS, SAMPLE_COLUMNS, read_export, read_sample, read_sheet
from readiness.site.faults import ValidationTables, faults_page
from readiness.tables import read_text_table, write_csv
from readiness.validation.issues import by_rule, worst
from readiness.validation.separating import separate

# Faults that are said; --html and --csv have all.
WORST = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "file", type=Path, help="the export of the form, the drawn sample, or a run's issues.csv"
    )
    parser.add_argument(
        "--questionnaire", metavar="NAME", help="below data/questionnaires, or its file"
    )
    parser.add_argument("--html", type=Path, metavar="PAGE", help="write all faults as a page")
    parser.add_argument("--csv", type=Path, metavar="TABLE", help="write all faults as a table")
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="of what is said")


def run(arguments: argparse.Namespace) -> int:
    """Print what would be kept and what not, or every fault of a run; returns 0."""
    root = Path.cwd()
    content = read_whole(arguments.file)
    asked, html, csv = arguments.questionnaire, arguments.html, arguments.csv
    if asked is None:
        if html or csv:
            raise ConfigError("--html, --csv: need --questionnaire, and an export to read.")
        print("\n".join(faults(arguments.file, content, arguments.language)))
        return 0
    path = questionnaire_file(root, asked)
    for out in filter(None, (html, csv)):
        if out.resolve() in (arguments.file.resolve(), path.resolve()):
            raise ConfigError(f"{out}: that file is read; name another one.")
    found = read_bytes(path, arguments.file, content)
    if isinstance(found, ReadExport) and (html or csv):
        _write(found, html, csv, arguments.language)
    print(describe_reading(found, arguments.language, largest_loss(root, path.stem)))
    for out in filter(None, (html, csv)):
        print(out)
    return 0


def questionnaire_file(root: Path, named: str) -> Path:
    """The questionnaire of a name below data/questionnaires, or the file itself."""
    if named.endswith((".yaml", ".yml")):
        return Path(named)
    check_questionnaire(root, named)
    return root / f"data/questionnaires/{named}.yaml"


def faults(file: Path, content: bytes, language: Language) -> list[str]:
    """Every fault of a run's `issues.csv`, a sentence each.

    Raises ConfigError where the file is another one: an export needs its questionnaire.
    """
    table = read_text_table(file, "the faults", content)
    if not set(validation.ISSUE_COLUMNS) <= set(table.columns):
        raise ConfigError(
            f"{file}: not the issues.csv of a run; an export or a sample needs --questionnaire."
        )
    try:
        return [validation.sentence(issue, language) for issue in table.to_dict("records")]
    except (ValueError, RenderError) as error:
        raise DataError(f"{file}: a fault that cannot be read: {error}. Run again.") from None


@dataclass(frozen=True)
class ReadExport:
    """An export under a questionnaire; `raw` as read, `simulated`: it has a column that says so."""

    file: Path
    questionnaire: Questionnaire
    raw: pd.DataFrame
    result: validation.Validated
    simulated: bool


@dataclass(frozen=True)
class Drawn:
    """A drawn sample for a questionnaire."""

    file: Path
    questionnaire: Questionnaire
    sample: pd.DataFrame


def read_bytes(path: Path, file: Path, content: bytes) -> ReadExport | Drawn:
    """What the bytes of `file` are under the questionnaire in `path`.

    Raises DataError for another header, or a sample that does not hold together.
    """
    questionnaire = load_questionnaire(path)
    header = read_sheet(file, content, encoding=questionnaire.export.encoding).columns
    if set(SAMPLE_COLUMNS) <= set(header):
        return Drawn(file, questionnaire, read_sample(file, questionnaire, content))
    raw = read_export(file, questionnaire, content)
    marker = questionnaire.export.marker
    simulated = marker is not None and match_key(marker) in map(match_key, header)
    return ReadExport(
        file, questionnaire, raw, validation.first_reading(raw, questionnaire), simulated
    )


def describe_reading(found: ReadExport | Drawn, language: Language, largest: float) -> str:
    """What was read, in a few lines: what would be kept, what was found, and the worst of it.

    Raises DataError for what a run would refuse: codes or times that most rows do not have.
    """
    known: dict[str, Value] = {"file": str(found.file), "questionnaire": found.questionnaire.id}
    if isinstance(found, Drawn):
        strata = found.sample.drop_duplicates("stratum")
        sizes = {
            "invited": len(found.sample),
            "strata": len(strata),
            "population": int(strata["stratum_population"].sum()),
        }
        return tell(Fact("validation.read.sample", {**known, **sizes}), language)
    result = found.result
    validation.refuse_mass_loss(result, found.file, largest)
    lost = validation.write_loss_lines(result, language) or [
        text("validation.lost.nothing", language)
    ]
    lost += validation.write_sums(result, found.raw.attrs.get(HEADERS, ()), language)
    received = Fact("validation.read.export", {**known, "n": result.count("received")})
    lines = [tell(received, language), tell(_count_kept(result), language), *lost]
    for rule, severity, n in by_rule(result.issues).itertuples(index=False):
        says = (
            text(validation.MEANINGS[str(rule)], language),
            text(validation.SEVERITIES[str(severity)], language),
        )
        lines.append(f"  {rule:<20}  {n:>5}  {says[1]}: {says[0]}")
    if len(first := worst(result.issues, WORST)):
        lines.append(text("validation.worst", language))
        for issue in first.to_dict("records"):
            what = validation.sentence(issue, language)
            repeated = Fact("validation.times", {"what": what, "n": int(issue["n"])})
            lines.append(f"  {tell(repeated, language) if issue['n'] > 1 else what}")
    return "\n".join(lines)


def _write(found: ReadExport, html: Path | None, csv: Path | None, language: Language) -> None:
    """All faults as a page, and as a table; neither quotes what is personal."""
    beside = found.raw[["_row"]]  # Columns that are no question's are in neither.
    result, _ = separate(found.result, found.raw, beside, found.questionnaire, Detectors())
    if csv is not None:
        write_csv(result.issues.assign(file=found.file.name), csv)
    if html is not None:
        tables = (result.answers, result.issues, result.counts, result.quarantine)
        page = faults_page(
            found.questionnaire, ValidationTables(*tables, found.simulated), language
        )
        write_atomically(html, page)


def _count_kept(result: validation.Validated) -> Fact:
    """How many submissions would be kept, by group where there are groups."""
    kept: dict[str, Value] = {"n": result.count("kept")}
    if not result.groups:
        return Fact("validation.read.kept", kept)
    groups = (
        Fact("language.labelled", {"label": group, "what": result.count("kept", group)})
        for group in result.groups
    )
    return Fact("validation.read.groups", {**kept, "groups": Listed(tuple(groups), "comma")})


def largest_loss(root: Path, questionnaire: str) -> float:
    """The largest loss that a wave with this questionnaire allows, or the one of every wave."""
    named: list[float] = []
    with suppress(ReadinessError):
        waves = load_config(root / "config.yaml").waves.values()
        allowed = [w.validate_.largest_loss for w in waves if w.questionnaire == questionnaire]
        named = [share for share in allowed if share is not None]
    return max(named, default=validation.LARGEST_LOSS)
