"""Show which rows and answers of an export would be kept, without registering anything.

FILE is an export of a known survey tool, or a drawn sample. The terminal shows counts and the ten
most frequent faults; --html and --csv write all of them. If a run would refuse the file, this
command refuses it with the same message. Fieldwork dates and the sample are not checked, because
they belong to a wave.

Examples:
  readiness validate answers.csv --questionnaire ai-readiness-1
  readiness validate answers.csv --questionnaire ai-readiness-1 --html faults.html --language fr
  readiness validate answers.csv --questionnaire ai-readiness-1 --json
  readiness validate results/waves/WAVE/validate/answers.csv --questionnaire Q --labelled coded.sav
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from readiness import validation
from readiness.config import load_config
from readiness.datasets.add import check_questionnaire, read_whole
from readiness.datasets.places import kept_by_git
from readiness.disclosure import Policy
from readiness.ground.errors import ConfigError, DataError, ReadinessError
from readiness.ground.facts import Fact, Listed, Value
from readiness.ground.files import write_atomically
from readiness.ground.tables import read_text_table, write_csv
from readiness.ground.terminal import print_json
from readiness.language import LANGUAGES, Language, tell, text
from readiness.plan.settings import protection_of
from readiness.privacy.detecting import Detectors
from readiness.program.layout import find_config
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.readers import SAMPLE_COLUMNS, read_export, read_sample, read_sheet
from readiness.register.merging import Merger, describe_merger, find_merger_of_answers
from readiness.running.outputs import check_output
from readiness.site.faults import faults_page
from readiness.validation.issue_summary import by_rule, worst
from readiness.validation.labelled import FORMATS, labelled_file
from readiness.validation.separating import separate
from readiness.validation.validate import NOT_KEPT, SET_ASIDE

# Name of the file with a run's coded answers.
ANSWERS = "answers.csv"
# Most faults that are printed; --html and --csv have all.
WORST = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add = parser.add_argument
    add(
        "file",
        type=Path,
        metavar="FILE",
        help="the survey tool's export, a drawn sample, or a run's answers.csv",
    )
    add(
        "--questionnaire",
        metavar="NAME",
        required=True,
        help="questionnaire that was asked: its name in data/questionnaires, or a YAML file",
    )
    add(
        "--language",
        choices=LANGUAGES,
        default="en",
        help="language of the output (default: en)",
    )
    add("--json", action="store_true", help="print counts and every fault as JSON")
    add = parser.add_argument_group("files to write").add_argument
    add(
        "--html", type=Path, metavar="PAGE", help="page with every fault and a picture of each kind"
    )
    add("--csv", type=Path, metavar="TABLE", help="table with one row per fault")
    add(
        "--labelled",
        type=Path,
        metavar="OUT",
        help="coded answers with labels, for SPSS (.sav) or Stata (.dta)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print which rows and answers would be kept and dropped; return 0."""
    root = Path.cwd()
    content = read_whole(arguments.file)
    html, csv, labelled = arguments.html, arguments.csv, arguments.labelled
    language: Language = arguments.language
    path = questionnaire_file(root, arguments.questionnaire)
    for out in filter(None, (html, csv)):
        if out.resolve() in (arguments.file.resolve(), path.resolve()):
            raise ConfigError(f"{out} is an input file. Name another file to write.")
    if labelled is not None:
        _refuse_place(root, labelled, (arguments.file, path))
        if arguments.file.name == ANSWERS:
            _write_labelled(labelled, *_read_run(path, arguments.file, content), arguments.language)
            return 0
    reading = read_bytes(path, arguments.file, content)
    if reading.result and (html or csv or labelled):
        # Personal answers are removed; columns that belong to no question are not in it.
        result, *_ = separate(
            reading.result, reading.raw, reading.raw[["_row"]], reading.questionnaire, Detectors()
        )
        if csv:
            write_csv(result.issues.assign(file=reading.file.name), csv, private=True)
        if html:
            tables = (result.issues, result.counts, result.quarantine)
            page = faults_page(reading.questionnaire, *tables, arguments.language)
            write_atomically(html, page, private=True)
        if labelled:
            _write_labelled(labelled, result.answers, reading.questionnaire, arguments.language)
    largest = largest_loss(root, path.stem)
    costs = [
        tell(describe_merger(merger.label(reading.questionnaire, arguments.language)), language)
        for merger in _find_mergers(root, path.stem, reading)
    ]
    if arguments.json:
        print_json({**list_reading(reading, language, largest), "small_groups": costs})
        return 0
    print("\n".join([describe_reading(reading, language, largest), *costs]))
    for out in filter(None, (html, csv)):
        print(out)
    return 0


def questionnaire_file(root: Path, named: str) -> Path:
    """Return the path of a questionnaire: a name below data/questionnaires, or the file itself.

    Raises ConfigError where there is neither.
    """
    if named.endswith((".yaml", ".yml")):
        if not Path(named).exists():
            raise ConfigError(f"--questionnaire {named}: file not found. Correct the name.")
        return Path(named)
    check_questionnaire(root, named)
    return root / f"data/questionnaires/{named}.yaml"


class ReadFile(NamedTuple):
    """A file read with a questionnaire: an export with its validation, or a drawn sample."""

    file: Path
    questionnaire: Questionnaire
    raw: pd.DataFrame
    result: validation.Validated | None = None


def read_bytes(path: Path, file: Path, content: bytes) -> ReadFile:
    """Read the bytes of `file` with the questionnaire in `path`: an export or a drawn sample.

    Raises DataError for another header, or a sample that contradicts itself.
    """
    questionnaire = load_questionnaire(path)
    header = read_sheet(file, content, encoding=questionnaire.export.encoding).columns
    if set(SAMPLE_COLUMNS) <= set(header):
        return ReadFile(file, questionnaire, read_sample(file, questionnaire, content))
    raw = read_export(file, questionnaire, content)
    return ReadFile(file, questionnaire, raw, validation.first_reading(raw, questionnaire))


def describe_reading(reading: ReadFile, language: Language, largest: float) -> str:
    """Return lines on a reading: submissions kept and dropped, most frequent faults.

    Raises DataError for a mass loss, which a run would refuse.
    """
    values: dict[str, Value] = {
        "file": str(reading.file),
        "questionnaire": reading.questionnaire.id,
    }
    if (result := reading.result) is None:
        strata = reading.raw.drop_duplicates("stratum")
        people = int(strata["stratum_population"].sum())
        values |= {"invited": len(reading.raw), "strata": len(strata), "population": people}
        return tell(Fact("validation.read.sample", values), language)
    validation.refuse_mass_loss(result, reading.file, largest)
    validation.refuse_large_answers(result.answers, reading.file)
    received = Fact("validation.read.export", {**values, "n": result.count("received")})
    kept = Fact("validation.read.kept", {"n": result.count("kept")})
    if result.groups:
        groups = (
            Fact("language.labelled", {"label": group, "what": result.count("kept", group)})
            for group in result.groups
        )
        kept = Fact("language.beside", {"label": kept, "what": Listed(tuple(groups), "comma")})
    loss_lines = validation.write_loss_lines(result, language)
    lines = [
        *(tell(fact, language) for fact in (received, kept)),
        *(loss_lines or [text("validation.lost.nothing", language)]),
        *validation.write_sums(result, reading.raw.attrs, language),
    ]
    for rule, severity, n in by_rule(result.issues).itertuples(index=False):
        weight = text(validation.SEVERITIES[str(severity)], language)
        meaning = text(validation.MEANINGS[str(rule)], language)
        lines.append(f"  {rule:<20}  {n:>5}  {weight}: {meaning}")
    if len(frequent := worst(result.issues, WORST)):
        lines.append(text("validation.worst", language))
        for issue in frequent.to_dict("records"):
            what = validation.sentence(issue, language)
            repeated = Fact("validation.times", {"what": what, "n": int(issue["n"])})
            lines.append(f"  {tell(repeated, language) if issue['n'] > 1 else what}")
    return "\n".join(lines)


def list_reading(reading: ReadFile, language: Language, largest: float) -> dict[str, Any]:
    """Return what `describe_reading` reports as data for JSON, with every fault.

    Of an export: `received` and `kept` submissions, `dropped` by reason, `kept_by_group`, `rules`
    with their counts, and `faults`, one per row of the table of faults, with personal data
    replaced. Of a drawn sample: `invited`, `strata`, `population`.

    Raises DataError for a mass loss, which a run would refuse.
    """
    content: dict[str, Any] = {"file": reading.file, "questionnaire": reading.questionnaire.id}
    if (result := reading.result) is None:
        strata = reading.raw.drop_duplicates("stratum")
        population = int(strata["stratum_population"].sum())
        return content | {
            "invited": len(reading.raw),
            "strata": len(strata),
            "population": population,
        }
    validation.refuse_mass_loss(result, reading.file, largest)
    validation.refuse_large_answers(result.answers, reading.file)
    reasons = (*NOT_KEPT, *SET_ASIDE)
    dropped = {reason: result.count(reason) for reason in reasons}
    result, *_ = separate(
        result, reading.raw, reading.raw[["_row"]], reading.questionnaire, Detectors()
    )
    issues = result.issues
    faults = issues.drop(columns="fact").to_dict("records")
    for fault, issue in zip(faults, issues.to_dict("records"), strict=True):
        fault["sentence"] = validation.sentence(issue, language)
    return content | {
        "received": result.count("received"),
        "kept": result.count("kept"),
        "kept_by_group": {group: result.count("kept", group) for group in result.groups},
        "dropped": {reason: count for reason, count in dropped.items() if count},
        "rules": by_rule(issues).to_dict("records"),
        "faults": faults,
    }


def _find_mergers(root: Path, questionnaire: str, reading: ReadFile) -> Iterator[Merger]:
    """Yield how to merge small groups of variables that waves of this questionnaire use.

    Weights and derived variables of a wave are not known yet: answers are counted as they are.
    """
    try:
        waves = load_config(find_config(root)).waves.values()
    except ReadinessError:
        return
    seen_variables: set[str] = set()
    groupings = {grouping.id for grouping in reading.questionnaire.groupings}
    for wave in waves:
        if reading.result is None or wave.questionnaire != questionnaire:
            continue
        for variable in wave.estimate.variables(()):
            if variable in seen_variables or variable not in groupings & {*reading.result.answers}:
                continue
            seen_variables.add(variable)
            policy = Policy.of(protection_of(wave), wave.figures.minimum_base)
            merger_arguments = (reading.questionnaire, variable, wave.figures, policy)
            if merger := find_merger_of_answers(reading.result.answers, *merger_arguments):
                yield merger


def _refuse_place(root: Path, out: Path, read: tuple[Path, ...]) -> None:
    """Raise ConfigError for personal answers in a place that git keeps or readers get."""
    if out.suffix not in FORMATS:
        raise ConfigError(f"--labelled {out}: expected a file that ends in .sav or .dta.")
    check_output(out, "--labelled", read, force=True, root=root)
    is_on_site = (root / "results/site").resolve() in out.resolve().parents
    if is_on_site or kept_by_git(root, out):
        where = "readers get it" if is_on_site else "git keeps it"
        raise ConfigError(
            f"--labelled {out}: {where}. Name a file outside the project, in a place that only "
            "authorised people can read."
        )


def _read_run(path: Path, file: Path, content: bytes) -> tuple[pd.DataFrame, Questionnaire]:
    """Read the coded answers of a run, weighted if the run has weights, and the questionnaire."""
    questionnaire = load_questionnaire(path)
    answers = read_text_table(file, "the coded answers", content)
    if lacking := {"respondent", *(c for i in questionnaire.items for c in i.columns)} - {*answers}:
        raise DataError(
            f"{file}: no column {min(lacking)}; expected the {ANSWERS} of a run whose questionnaire"
            f" is {questionnaire.id}, or an export."
        )
    weights = file.parents[1] / "weight/weights.csv"
    if weights.is_file():
        weight = read_text_table(weights, "the weights", columns=["respondent", "weight"])
        answers = answers.merge(weight, "left", "respondent").fillna({"weight": ""})
    return answers, questionnaire


def _write_labelled(
    out: Path, answers: pd.DataFrame, questionnaire: Questionnaire, language: Language
) -> None:
    write_atomically(out, labelled_file(answers, questionnaire, out.suffix, language), private=True)
    print(f"{out}: {len(answers)} people's answers, for those who may have them")


def largest_loss(root: Path, questionnaire: str) -> float:
    """Return the largest loss that waves with this questionnaire allow; the default without any."""
    try:
        waves = load_config(find_config(root)).waves.values()
    except ReadinessError:
        return validation.LARGEST_LOSS
    allowed = [w.validate_.largest_loss for w in waves if w.questionnaire == questionnaire]
    return max((a for a in allowed if a is not None), default=validation.LARGEST_LOSS)
