"""Begin an office in a new folder, or add a wave to this one, from a survey tool's export.

An office is a project folder: settings, questionnaires, data and publications. The export is
registered unchanged as version 1 of a dataset, its questionnaire is drafted, and the wave is added
to config.yaml. Each decision that only you can make is a comment `# check:` in the
draft. Nothing is computed until you have settled all of them. Existing files are never overwritten.

Examples:
  readiness new ../office --from answers.csv --selection opt-in
  readiness new --from answers.xlsx --wave libraries-2027 --labels codebook.csv
  readiness new --from answers.csv --questionnaire libraries-2      the next version of libraries-1
"""

import argparse
from pathlib import Path
from typing import get_args

from readiness.config import SelectionName
from readiness.ground.errors import ConfigError
from readiness.program.layout import has_snakefile

SELECTIONS: tuple[str, ...] = get_args(SelectionName)
# Options that describe an export where its bytes do not.
READING_OPTIONS = ("encoding", "sheet", "tool", "header_rows")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add = parser.add_argument
    add(
        "folder",
        type=Path,
        nargs="?",
        metavar="FOLDER",
        help="folder of the new office, empty or not existing (default: add a wave to this one)",
    )
    add("--from", dest="export", type=Path, metavar="EXPORT", help="the survey tool's export")
    add("--wave", default="", metavar="NAME", help="name of the wave (default: the export's name)")
    add(
        "--selection",
        choices=SELECTIONS,
        help="how respondents were selected; nothing is computed until this is stated",
    )
    add(
        "--public",
        action="store_true",
        help="store the answers in git, for everybody to read (default: restricted)",
    )
    add = parser.add_argument_group("questionnaire").add_argument
    add(
        "--questionnaire",
        default="",
        metavar="NAME",
        help="existing questionnaire, or its next version (default: draft one from the export)",
    )
    add(
        "--form",
        type=Path,
        metavar="FILE",
        help="XLSForm or labelled SPSS file to draft the questionnaire from",
    )
    add(
        "--labels",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="codebook of the export: a table with the columns `column` and `text`, or `question`, "
        "`value` and `label` (repeatable)",
    )
    add(
        "--language",
        default="",
        metavar="CODE",
        help="language of the questions (default: detected)",
    )
    add = parser.add_argument_group("how to read the export").add_argument
    add("--encoding", metavar="NAME", help="character encoding of a text file (default: detected)")
    add("--sheet", metavar="NAME", help="sheet of a workbook (default: detected)")
    add(
        "--header-rows",
        type=int,
        metavar="N",
        help="number of rows with column names (default: detected)",
    )
    add("--tool", metavar="NAME", help="survey tool that wrote the export (default: detected)")


def run(arguments: argparse.Namespace) -> int:
    """Begin an office or a wave, and print what comes next; return 0."""
    from readiness.commands.starting.office import complete, new_office

    if arguments.folder is None:
        if arguments.export is None:
            raise ConfigError(
                "nothing to do. Name the FOLDER of a new office, or add a wave to this one with "
                "--from EXPORT."
            )
        if not has_snakefile(Path()):
            raise ConfigError(
                "this folder has no Snakefile, so it is not a project. Name the FOLDER of a new "
                "one, or write a Snakefile with the module of docs/offices.md."
            )
        root = Path.cwd()
        written_files = complete(root)
        try:
            begun = _begin(root, arguments)
        except BaseException:
            for name in written_files:
                (root / name).unlink()
            raise
        print("\n".join([*(f"{name}: written" for name in written_files), begun]))
        return 0
    begun = "There, begin a wave: .venv/bin/readiness new --from EXPORT"
    with new_office(arguments.folder) as office_folder:
        if arguments.export is not None:
            begun = _begin(office_folder, arguments)
    print(
        f"{arguments.folder}: an office of its own. Now: cd {arguments.folder}, then make\n{begun}"
    )
    return 0


def _begin(root: Path, arguments: argparse.Namespace) -> str:
    """Begin a wave from the export; return what was written, in lines."""
    from readiness.commands.starting.beginnings import begin_wave
    from readiness.questionnaire.items import Export

    return begin_wave(
        root,
        arguments.export,
        wave=arguments.wave,
        labels=arguments.labels,
        language=arguments.language,
        selection=arguments.selection or "",
        questionnaire=arguments.questionnaire,
        form=arguments.form,
        public=arguments.public,
        told=Export.model_construct(**{name: getattr(arguments, name) for name in READING_OPTIONS}),
    )
