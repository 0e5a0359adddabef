"""Begin: a project for another office, or a wave in this one, from an export as it is.

readiness new FOLDER [--from EXPORT ...]
readiness new --from EXPORT [--wave NAME] [--labels FILE ...] [--language CODE]
              [--selection WORD] [--questionnaire NAME | --form FILE] [--public]
              [--encoding NAME] [--sheet NAME] [--tool NAME] [--header-rows N]

FOLDER gets the program, a configuration and folders without data, and tests; `make` runs there.
EXPORT is registered as dataset version 1, byte for byte; its questionnaire is drafted, with each
decision of yours as a comment `# check: ...`, and nothing is computed before they are settled.
LABELS are codebooks that lie beside an export: a table of questions (column, text), or of answers
(question, value, label). FORM is the XLSForm of the survey, or an SPSS file with its labels, in
place of a draft from the answers. A questionnaire exists, or is the next version (NAME-2) of one
that does: what was decided of questions that stay is kept, what is new or gone is asked about.
All or nothing: what exists is never overwritten.
"""

import argparse
from pathlib import Path
from typing import get_args

from readiness.config import SelectionName
from readiness.errors import ConfigError

SELECTIONS: tuple[str, ...] = get_args(SelectionName)
# What may be said of an export, where its bytes do not tell.
TOLD = ("encoding", "sheet", "tool", "header_rows")


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add = parser.add_argument
    add("folder", type=Path, nargs="?", help="of the new project; empty, or none")
    add("--from", dest="export", type=Path, metavar="EXPORT", help="of any tool")
    add("--wave", default="", metavar="NAME", help="the export's name unless given")
    add("--labels", type=Path, action="append", default=[], metavar="FILE", help="a codebook")
    add("--language", default="", metavar="CODE", help="of the export's texts")
    add("--selection", choices=SELECTIONS, help="how respondents came in")
    add(
        "--questionnaire",
        default="",
        metavar="NAME",
        help="one that exists, or its next version; drafted unless given",
    )
    add("--form", type=Path, metavar="FILE", help="the XLSForm, or an SPSS file with labels")
    add("--encoding", metavar="NAME", help="of a text export, if it cannot be told")
    add("--sheet", metavar="NAME", help="of a workbook; found if not named")
    add("--header-rows", type=int, metavar="N", help="that name the questions")
    add("--tool", metavar="NAME", help="that wrote the export; recognised if not")
    add("--public", action="store_true", help="the answers may be public: git may keep them")


def run(arguments: argparse.Namespace) -> int:
    """Write what was asked for, and say what comes next; returns 0."""
    if arguments.folder is None:
        if arguments.export is None:
            raise ConfigError("name the FOLDER of a new project, or --from EXPORT for a wave here.")
        if not Path("workflow/Snakefile").is_file():
            raise ConfigError("no project here: name the FOLDER of a new one.")
        print(_begin(Path.cwd(), arguments))
        return 0
    from readiness.commands.starting.project import new_project

    told = "There, begin a wave: .venv/bin/readiness new --from EXPORT"
    with new_project(arguments.folder) as place:
        if arguments.export is not None:
            told = _begin(place, arguments)
    print(
        f"{arguments.folder}: a project of its own. Now: cd {arguments.folder}, then make\n{told}"
    )
    return 0


def _begin(root: Path, arguments: argparse.Namespace) -> str:
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
        told=Export.model_construct(**{name: getattr(arguments, name) for name in TOLD}),
    )
