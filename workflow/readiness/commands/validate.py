"""Read a file as an export of a questionnaire, and say what would be kept; nothing is registered.

readiness validate FILE --questionnaire NAME
readiness validate results/waves/WAVE/validate/issues.csv

FILE is an export of the form or a drawn sample (it has the sample's columns). What a run would
refuse is refused here with the same words, and by `readiness data add --questionnaire` too. The
days of fieldwork and the sample are the wave's: they are not known yet. Of a run's issues.csv
every fault is said in a sentence. --language says it in another language.
"""

from __future__ import annotations

import argparse
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from readiness.config import load_config
from readiness.datasets.add import check_questionnaire, read_whole
from readiness.errors import ConfigError, DataError, ReadinessError, RenderError
from readiness.facts import Fact, Listed, Value
from readiness.language import LANGUAGES, Language, tell, text

if TYPE_CHECKING:
    from readiness.validation import Validated


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "file", type=Path, help="the export of the form, the drawn sample, or a run's issues.csv"
    )
    parser.add_argument("--questionnaire", metavar="NAME", help="below data/questionnaires")
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="of what is said")


def run(arguments: argparse.Namespace) -> int:
    """Print what would be kept and what not, or every fault of a run; returns 0."""
    root = Path.cwd()
    content = read_whole(arguments.file)
    if arguments.questionnaire is None:
        print("\n".join(faults(arguments.file, content, arguments.language)))
        return 0
    check_questionnaire(root, arguments.questionnaire)
    print(told(root, arguments.file, content, arguments.questionnaire, arguments.language))
    return 0


def faults(file: Path, content: bytes, language: Language) -> list[str]:
    """Every fault of a run's `issues.csv`, a sentence each.

    Raises ConfigError where the file is another one: an export needs its questionnaire.
    """
    from readiness.tables import read_text_table
    from readiness.validation import ISSUE_COLUMNS, sentence

    table = read_text_table(file, "the faults", content)
    if not set(ISSUE_COLUMNS) <= set(table.columns):
        raise ConfigError(
            f"{file}: not the issues.csv of a run; an export or a sample needs --questionnaire."
        )
    try:
        return [sentence(issue, language) for issue in table.to_dict("records")]
    except (ValueError, RenderError) as error:
        raise DataError(f"{file}: a fault that cannot be read: {error}. Run again.") from None


def told(root: Path, file: Path, content: bytes, name: str, language: Language = "en") -> str:
    """What the bytes of `file` are under a questionnaire, in a few lines.

    Raises DataError for what a run would refuse: another header, codes or times that most rows do
    not have, a sample that does not hold together.
    """
    from readiness.questionnaire import load_questionnaire
    from readiness.readers import SAMPLE_COLUMNS, read_export, read_sample
    from readiness.tables import read_rows
    from readiness.validation import (
        MEANINGS,
        SEVERITIES,
        first_reading,
        loss_lines,
        refuse_mass_loss,
    )

    questionnaire = load_questionnaire(root / f"data/questionnaires/{name}.yaml")
    header, _ = read_rows(file, "the new dataset version", content)
    known: dict[str, Value] = {"file": str(file), "questionnaire": name}
    if set(SAMPLE_COLUMNS) <= set(header):
        sample = read_sample(file, questionnaire, content)
        strata = sample.drop_duplicates("stratum")
        sizes = {"invited": len(sample), "strata": len(strata),
                 "population": int(strata["stratum_population"].sum())}  # fmt: skip
        return tell(Fact("validation.read.sample", {**known, **sizes}), language)
    result = first_reading(read_export(file, questionnaire, content), questionnaire)
    refuse_mass_loss(result, file, _largest_loss(root, name))
    lost = loss_lines(result, language) or [text("validation.lost.nothing", language)]
    received = Fact("validation.read.export", {**known, "n": result.count("received")})
    lines = [tell(received, language), tell(_kept(result), language), *lost]
    for (rule, severity), found in result.issues.groupby(["rule", "severity"], sort=True):
        says = text(MEANINGS[str(rule)], language), text(SEVERITIES[str(severity)], language)
        lines.append(f"  {rule:<20}  {len(found):>5}  {says[1]}: {says[0]}")
    return "\n".join(lines)


def _kept(result: Validated) -> Fact:
    """How many submissions would be kept, by group where there are groups."""
    kept: dict[str, Value] = {"n": result.count("kept")}
    if not result.groups:
        return Fact("validation.read.kept", kept)
    groups = (
        Fact("validation.read.group", {"group": group, "n": result.count("kept", group)})
        for group in result.groups
    )
    return Fact("validation.read.groups", {**kept, "groups": Listed(tuple(groups), "comma")})


def _largest_loss(root: Path, questionnaire: str) -> float:
    """The largest loss that a wave with this questionnaire allows, or the one of every wave."""
    from readiness.validation import LARGEST_LOSS

    named: list[float] = []
    with suppress(ReadinessError):
        waves = load_config(root / "config.yaml").waves.values()
        allowed = [w.validate_.largest_loss for w in waves if w.questionnaire == questionnaire]
        named = [share for share in allowed if share is not None]
    return max(named, default=LARGEST_LOSS)
