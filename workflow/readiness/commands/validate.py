"""Read a file as an export of a questionnaire, and say what would be kept; nothing is registered.

readiness validate FILE --questionnaire NAME

FILE is an export of the form or a drawn sample (it has the sample's columns). What a run would
refuse is refused here with the same words, and by `readiness data add --questionnaire` too. The
days of fieldwork and the sample are the wave's: they are not known yet.
"""

from __future__ import annotations

import argparse
from contextlib import suppress
from pathlib import Path

from readiness.config import load_config
from readiness.datasets.add import check_questionnaire, read_whole
from readiness.errors import ReadinessError


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("file", type=Path, help="the export of the form, or the drawn sample")
    parser.add_argument(
        "--questionnaire", required=True, metavar="NAME", help="below data/questionnaires"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what would be kept and what not; returns 0."""
    root = Path.cwd()
    check_questionnaire(root, arguments.questionnaire)
    content = read_whole(arguments.file)
    print(told(root, arguments.file, content, arguments.questionnaire))
    return 0


def told(root: Path, file: Path, content: bytes, name: str) -> str:
    """What the bytes of `file` are under a questionnaire, in a few lines.

    Raises DataError for what a run would refuse: another header, codes or times that most rows do
    not have, a sample that does not hold together.
    """
    from readiness.questionnaire import load_questionnaire
    from readiness.readers import SAMPLE_COLUMNS, read_export, read_sample
    from readiness.tables import read_rows
    from readiness.validation import first_reading, loss_line, refuse_mass_loss

    questionnaire = load_questionnaire(root / f"data/questionnaires/{name}.yaml")
    header, _ = read_rows(file, "the new dataset version", content)
    if set(SAMPLE_COLUMNS) <= set(header):
        sample = read_sample(file, questionnaire, content)
        strata = sample.drop_duplicates("stratum")
        return (
            f"{file}: a drawn sample for {name}: {len(sample)} invited in {len(strata)} strata, of "
            f"{strata['stratum_population'].sum()} persons"
        )
    result = first_reading(read_export(file, questionnaire, content), questionnaire)
    refuse_mass_loss(result, file, _largest_loss(root, name))
    groups = ", ".join(f"{group} {result.count('kept', group)}" for group in result.groups)
    lines = [
        f"{file}: an export of {name}, {result.count('received')} submissions",
        f"{result.count('kept')} would be kept ({groups}), before days and sample are looked at",
        loss_line(result) or "Nothing is lost",
    ]
    for (rule, severity), found in result.issues.groupby(["rule", "severity"], sort=True):
        lines.append(f"  {severity:<7}  {rule:<20}  {len(found):>5}")
    return "\n".join(lines)


def _largest_loss(root: Path, questionnaire: str) -> float:
    """The largest loss that a wave with this questionnaire allows, or the one of every wave."""
    from readiness.validation import LARGEST_LOSS

    named: list[float] = []
    with suppress(ReadinessError):
        waves = load_config(root / "config.yaml").waves.values()
        allowed = [w.validate_.largest_loss for w in waves if w.questionnaire == questionnaire]
        named = [share for share in allowed if share is not None]
    return max(named, default=LARGEST_LOSS)
