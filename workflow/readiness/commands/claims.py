"""Check published percentages: which numbers of respondents can produce them.

`solve` takes percentages as printed. `check` takes a study defined in config.yaml, or a small CSV
or YAML file with the columns item, answer, value (percent) and, if known, base. `scan` reads such a
file out of a document, as a draft for a person to confirm. `add` turns such a file into a study.
Outside a project, `add` writes the study into a folder that `check` can read.

Examples:
  readiness claims solve 67/33 64 --base 32
  readiness claims solve 67/33 64 --base 32 --json
  readiness claims scan release.docx --out figures.yaml --html figures.html
  readiness claims check figures.csv
  readiness claims check offices-2023 --long --language fr
"""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from readiness.commands.claims_files import (
    STRUCTURE,
    LooseStudy,
    read_figures,
    read_loose_study,
    write_loose_study,
)
from readiness.config import load_config, read_yaml
from readiness.datasets.store import find_object
from readiness.datasets.versions import find_version
from readiness.drafting.study import ClaimSource
from readiness.forensics.arithmetic.figures import Rounding
from readiness.forensics.judging.context import lead
from readiness.forensics.judging.drafted import hold_back
from readiness.forensics.judging.structure import parse_structure
from readiness.forensics.judging.study import judge, read_study
from readiness.forensics.judging.summary import NATURE, STATUS, leading_ids
from readiness.forensics.judging.verdict import Status, Verdict
from readiness.forensics.solve import Solution, solve
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.facts import Fact
from readiness.ground.tables import read_text_table
from readiness.ground.terminal import print_json
from readiness.language import LANGUAGES, show, tell
from readiness.program.layout import find_config
from readiness.reporting.verdicts import render_solution, render_verdict, verdict_json

# Most verdicts of one status whose ids are printed.
MOST_IDS = 3
PLAIN = Console(highlight=False, markup=False, color_system=None)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION", title="actions")
    solve = actions.add_parser(
        "solve",
        help="find the numbers of respondents that can produce printed percentages",
        description="Find the numbers of respondents that can produce printed percentages.",
        epilog="example: readiness claims solve 67/33 64 --base 32",
    )
    solve.add_argument(
        "figures",
        nargs="+",
        metavar="FIGURE",
        help="percentages as printed, such as 66,7; join those of one question by a slash: 67/33",
    )
    solve.add_argument(
        "--base", type=int, metavar="N", help="number of respondents printed beside the percentages"
    )
    solve.add_argument(
        "--n-max",
        type=int,
        default=100,
        metavar="N",
        help="largest number of respondents to try (default: 100)",
    )
    solve.add_argument(
        "--missing",
        type=int,
        default=1,
        metavar="N",
        help="largest number of missing answers to allow on each question (default: 1)",
    )
    solve.add_argument(
        "--rounding",
        default="nearest",
        metavar="RULE",
        help=f"how the percentages were rounded: nearest, {', '.join(Rounding)} (default: nearest)",
    )
    solve.add_argument(
        "--json", action="store_true", help="print each interpretation and its numbers as JSON"
    )
    scanned = actions.add_parser(
        "scan",
        help="read the figures of a document into a draft",
        description="Read the figures of a document, and their bases, into a draft for `check`.",
        epilog="example: readiness claims scan release.docx --out figures.yaml",
    )
    scanned.add_argument(
        "document",
        type=Path,
        metavar="FILE",
        help="document to read: text, Markdown, HTML, DOCX or PDF",
    )
    scanned.add_argument("--out", type=Path, metavar="DRAFT", help="file to write the draft to")
    scanned.add_argument(
        "--html", type=Path, metavar="PAGE", help="page to write, with the figures marked"
    )
    scanned.add_argument(
        "--json", action="store_true", help="print each figure and its place as JSON"
    )
    check = actions.add_parser(
        "check",
        help="check the percentages of a study or a file",
        description="Check the percentages of a study or a file, alone or against their data.",
        epilog="example: readiness claims check figures.csv",
    )
    check.add_argument(
        "study",
        type=_study_or_file,
        metavar="STUDY|FILE",
        help="a study defined in config.yaml, or a CSV or YAML file of percentages",
    )
    form = check.add_mutually_exclusive_group()
    form.add_argument("--long", action="store_true", help="explain each verdict in full sentences")
    form.add_argument("--json", action="store_true", help="print the verdicts as JSON")
    beside = check.add_argument_group("compare with the data")
    beside.add_argument("--wave", metavar="NAME", help="wave whose answers to compare with")
    beside.add_argument(
        "--data", type=Path, metavar="EXPORT", help="export whose answers to compare with"
    )
    add = actions.add_parser(
        "add",
        help="make a study of the percentages in a file",
        description="Make a study of the percentages in a file.",
        epilog="example: readiness claims add poll --from a.csv --publisher NAME --source URL",
    )
    add.add_argument("study", metavar="STUDY", help="name of the new study")
    add.add_argument(
        "--from",
        dest="table",
        type=Path,
        metavar="FILE",
        required=True,
        help="CSV or YAML file of percentages",
    )
    add.add_argument("--publisher", metavar="NAME", help="who published the percentages")
    add.add_argument("--source", metavar="URL", help="where the percentages were read")
    add.add_argument(
        "--date", metavar="DATE", help="day or year of publication: 2024-03-13 or 2024"
    )
    for place in (beside, add):
        place.add_argument(
            "--questionnaire",
            metavar="NAME",
            help="questionnaire of the survey: its name in data/questionnaires, or a YAML file",
        )
    for action in (solve, check, add):
        action.add_argument(
            "--language",
            choices=LANGUAGES,
            default="en",
            help="language of the output (default: en)",
        )


def run(arguments: argparse.Namespace) -> int:
    """Run the action; return 0."""
    actions = {"solve": _solve, "scan": _scan, "check": _check, "add": _begin}
    actions[arguments.action](arguments)
    return 0


def _study_or_file(text: str) -> str | Path:
    """Return a Path if the text names a file or a folder with a study, else the text itself.

    A text with the suffix of a table or YAML file names a file, even where none exists. Any other
    text is the name of a study.
    """
    path = Path(text)
    is_study = path.is_dir() and (path / STRUCTURE).is_file()
    looks_like_file = path.suffix.lower() in (".csv", ".yaml", ".yml", ".xlsx")
    return path if path.is_file() or is_study or looks_like_file else text


def _solve(arguments: argparse.Namespace) -> None:
    """Print the numbers of respondents that can give the figures."""
    try:
        solution = solve(
            arguments.figures,
            n_max=arguments.n_max,
            max_missing=arguments.missing,
            rounding=arguments.rounding,
            base=arguments.base,
        )
    except DataError as error:
        # Figures and bounds come from the command line here, not from data.
        raise ConfigError(str(error)) from None
    if arguments.json:
        print_json(_list_solution(solution, arguments))
        return
    print(render_solution(solution, arguments.language), end="")


def _list_solution(solution: Solution, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the solution as data for JSON.

    `power`, the share of made-up figures that fit, is in 0-1.
    """
    readings = [
        {**asdict(row), "power": None if row.power is None else float(row.power)}
        for row in solution.rows
    ]
    together = solution.together
    return {
        "figures": arguments.figures,
        "rounding": arguments.rounding,
        "n_max": arguments.n_max,
        "base": arguments.base,
        "readings": readings,
        "fits": None if together is None else together.fits,
        "explanations": []
        if together is None
        else [asdict(reading) for reading in together.readings],
        "sentences": [tell(fact, arguments.language) for fact in solution.facts],
    }


def _scan(arguments: argparse.Namespace) -> None:
    from readiness.commands.claims_scan import scan_document

    scan_document(arguments)


def _read_material(arguments: argparse.Namespace) -> LooseStudy:
    """Read the claims and their structure, from a file or from a study of the project."""
    study = arguments.study
    if isinstance(study, Path):
        return read_loose_study(study, arguments.language)
    if not find_config(Path()).is_file():
        raise ConfigError(
            f"this folder is not a project, and there is no file {study!r}. Name a CSV or YAML "
            "file of percentages, or run the command in a project."
        )
    root = Path.cwd()
    studies = load_config(find_config(root)).studies
    if study not in studies:
        raise ConfigError(
            f"config.yaml has no study {study!r}. Its studies are {', '.join(studies)}."
        )
    path = find_object(root, find_version(root, studies[study].claims))
    structure = parse_structure(read_yaml(Path(f"data/claims/{studies[study].structure}.yaml")))
    return LooseStudy(read_text_table(path, "the register of claims"), structure)


def _check(arguments: argparse.Namespace) -> None:
    """Print the verdicts on a study or file, alone or beside its data."""
    study = _read_material(arguments)
    claims, structure = study.register, study.structure
    if lacking := structure.missing(arguments.language):
        raise ConfigError(
            f"{arguments.study} has no texts in {arguments.language!r} for {', '.join(lacking)}. "
            f"All texts exist in {', '.join(structure.languages) or 'no language'}."
        )
    if arguments.wave or arguments.data:
        from readiness.commands.claims_data import check_beside

        check_beside(read_study(claims, structure), arguments)
        return
    verdicts = judge(claims, structure)
    if study.unconfirmed is not None:
        unweighted = set(claims.loc[claims["weighted"] != "unknown", "claim_id"])
        unweighted -= set(claims.loc[claims["weighted"] == "yes", "claim_id"])
        verdicts = hold_back(verdicts, study.unconfirmed, unweighted)
    if arguments.json:
        print(verdict_json(verdicts, arguments.language), end="")
    elif arguments.long:
        _print_long(verdicts, arguments.language)
    else:
        whose = dict(zip(claims["claim_id"], claims["attributed_to"], strict=True))
        leading = lead(structure.searched, whose)
        shown_ids = leading_ids(verdicts, leading.id if leading else "")
        _print_short(verdicts, shown_ids, arguments)


def _print_long(verdicts: list[Verdict], language: str) -> None:
    table = Table(box=box.SIMPLE_HEAD, show_lines=True)
    table.add_column(tell(Fact("forensics.check.verdict"), language), max_width=24, overflow="fold")
    table.add_column(tell(Fact("forensics.check.sentence"), language))
    for verdict in verdicts:
        keys = (STATUS[verdict.status], NATURE[verdict.nature])
        head = "; ".join(show(key, language) for key in keys)
        table.add_row(f"{head}\n{verdict.id}", render_verdict(verdict.facts, language))
    PLAIN.print(table)


def _print_short(
    verdicts: list[Verdict], shown_ids: list[str], arguments: argparse.Namespace
) -> None:
    """Print the verdicts in `shown`, a sentence a line, then the number of verdicts by status."""
    for verdict in verdicts:
        if verdict.id in shown_ids:
            for fact in verdict.facts:
                PLAIN.print(tell(fact, arguments.language), soft_wrap=True)
            print()
    for status in Status:
        ids = [verdict.id for verdict in verdicts if verdict.status == status]
        first_ids = ", ".join(ids[:MOST_IDS]) + (", ..." if len(ids) > MOST_IDS else "")
        if ids:
            line = Fact("forensics.check.count", {"status": STATUS[status], "n": len(ids)})
            print(f"{tell(line, arguments.language)} ({first_ids})")
    chosen = "" if arguments.language == "en" else f" --language {arguments.language}"
    more = tell(Fact("forensics.check.more"), arguments.language)
    print(f"{more} readiness claims check {arguments.study} --long{chosen}")


def _begin(arguments: argparse.Namespace) -> None:
    """Begin a study from a file, in a project or in a new folder."""
    root, study = Path.cwd(), arguments.study
    source_facts = read_figures(arguments.table).source
    if not (publisher := arguments.publisher or source_facts.get("publisher")):
        raise ConfigError(
            "the publisher of these percentages is missing. Give --publisher NAME, or set "
            "`publisher:` in a YAML file."
        )
    if not (address := arguments.source or source_facts.get("source")):
        raise ConfigError(
            "the source of these percentages is missing. Give --source URL, or set `source:` in a "
            "YAML file."
        )
    date = arguments.date or source_facts.get("date") or "unknown"
    source = ClaimSource(
        publisher, address, date, source_facts.get("language") or arguments.language
    )
    if not find_config(Path()).is_file():
        if arguments.questionnaire:
            raise ConfigError(
                "--questionnaire works only in a project. Change to a project's folder, or omit "
                "the option."
            )
        claims = write_loose_study(Path(study), arguments.table, study, source)
        print(f"{study}/: {claims} claims written\nThen: readiness claims check {study}")
        return
    # Import late: only a project registers data and writes configurations.
    from readiness.commands.starting.study import begin
    from readiness.commands.validate import questionnaire_file
    from readiness.questionnaire import load_questionnaire

    questionnaire = None
    if arguments.questionnaire:
        questionnaire = load_questionnaire(questionnaire_file(root, arguments.questionnaire))
    claims = begin(
        root, study, read_figures(arguments.table), str(arguments.table), source, questionnaire
    )
    print(
        f"{study}-claims@1: {claims} claims registered\n"
        f"data/claims/{study}-1.yaml and config.yaml: studies.{study} added\n"
        f"Then: readiness claims check {study}"
    )
