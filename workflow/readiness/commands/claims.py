"""What published percentages can and cannot mean.

    readiness claims solve 67 33 --n-max 32        two numbers and a minute
    readiness claims check STUDY [--long | --json] [--language fr]
    readiness claims check STUDY --wave WAVE | --data EXPORT --questionnaire Q
    readiness claims add STUDY --from TABLE --publisher NAME --source URL [--questionnaire Q]

`check` with a wave or an export puts each published figure beside the data's own, with the base
that gives it. `add --from` starts a study from a small CSV: item, answer, value (in percent), and
if known base; `--questionnaire` calls them by its ids, to compare the study with its data.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from readiness.commands.estimate import coded_answers
from readiness.commands.starting.beginnings import begin
from readiness.commands.validate import questionnaire_file
from readiness.config import load_config, read_yaml
from readiness.datasets.store import find_object
from readiness.datasets.versions import find_version
from readiness.errors import ConfigError, DataError
from readiness.forensics.beginning import ClaimSource
from readiness.forensics.judging.context import Study as JudgedStudy
from readiness.forensics.judging.structure import Structure, parse_structure
from readiness.forensics.judging.study import DataComparison, beside_data, judge, read_study
from readiness.forensics.judging.verdict import Status
from readiness.forensics.reporting import NATURE, STATUS, render_verdict, verdict_json
from readiness.forensics.solve import solve
from readiness.language import LANGUAGES, show, tell
from readiness.plan.runs import runs_of
from readiness.questionnaire import TOTAL, Questionnaire, load_questionnaire
from readiness.tables import read_text_table

# Verdicts of one status that are named by their ids.
NAMED = 3
PLAIN = Console(highlight=False, markup=False, color_system=None)


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    actions = parser.add_subparsers(dest="action", required=True)
    solve = actions.add_parser("solve", help="bases on which percentages can rest")
    solve.add_argument("figures", nargs="+", help="percentages as printed: 67 33 or 66,7")
    solve.add_argument("--n-max", type=int, default=100, help="largest base (default: 100)")
    solve.add_argument("--missing", type=int, default=1, help="answers that may lack a question")
    solve.add_argument("--rounding", default="nearest")
    check = actions.add_parser("check", help="every verdict on a study of config.yaml")
    check.add_argument("study")
    form = check.add_mutually_exclusive_group()
    form.add_argument("--long", action="store_true", help="each verdict in its sentences")
    form.add_argument("--json", action="store_true", help="as JSON")
    check.add_argument("--wave", help="beside the answers of a wave that was run")
    check.add_argument("--data", type=Path, metavar="EXPORT", help="beside those of an export")
    add = actions.add_parser("add", help="a new study")
    add.add_argument("study")
    add.add_argument("--from", dest="table", type=Path, metavar="TABLE", required=True)
    add.add_argument("--publisher", required=True, help="whose figures they are")
    add.add_argument("--source", metavar="URL", required=True, help="where they were read")
    add.add_argument("--date", default="unknown", help="of the source, as 2024-03-13 or 2024")
    for action in (check, add):
        action.add_argument("--questionnaire", metavar="Q", help="its name, or a YAML file")
    for action in (solve, check, add):
        action.add_argument("--language", choices=LANGUAGES, default="en")


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked; returns 0."""
    {"solve": _solve, "check": _check, "add": _begin}[arguments.action](arguments)
    return 0


def _solve(arguments: argparse.Namespace) -> None:
    try:
        solution = solve(
            arguments.figures,
            n_max=arguments.n_max,
            max_missing=arguments.missing,
            rounding=arguments.rounding,
            language=arguments.language,
        )
    except DataError as error:
        # Figures and bounds stand on the command line here, and in no data.
        raise ConfigError(str(error)) from None
    print(solution.text.removesuffix("\n"))


def _read_material(name: str) -> tuple[pd.DataFrame, Structure]:
    root, studies = Path.cwd(), load_config(Path("config.yaml")).studies
    if name not in studies:
        raise ConfigError(f"config.yaml: no study {name!r}; there are {', '.join(studies)}.")
    path = find_object(root, find_version(root, studies[name].claims))
    structure = parse_structure(read_yaml(Path(f"data/claims/{studies[name].structure}.yaml")))
    return read_text_table(path, "the register of claims"), structure


def _check(arguments: argparse.Namespace) -> None:
    if arguments.wave or arguments.data:
        _check_beside(arguments)
        return
    claims, structure = _read_material(arguments.study)
    if lacking := structure.missing(arguments.language):
        raise ConfigError(
            f"{arguments.study} has no texts in {arguments.language!r} for {', '.join(lacking)}; "
            f"it has all of them in {', '.join(structure.languages) or 'no language'}."
        )
    verdicts = judge(claims, structure)
    if arguments.json:
        print(verdict_json(verdicts, arguments.language), end="")
    elif arguments.long:
        table = Table(box=box.SIMPLE_HEAD, show_lines=True)
        table.add_column("verdict", max_width=24, overflow="fold")
        table.add_column("sentence")
        for verdict in verdicts:
            keys = (STATUS[verdict.status], NATURE[verdict.nature])
            head = "; ".join(show(key, arguments.language) for key in keys)
            sentences = render_verdict(verdict.facts, arguments.language)
            table.add_row(f"{head}\n{verdict.id}", sentences)
        PLAIN.print(table)
    else:
        for status in Status:
            own = [verdict.id for verdict in verdicts if verdict.status == status]
            some = ", ".join(own[:NAMED]) + (", ..." if len(own) > NAMED else "")
            if own:
                print(f"{show(STATUS[status], arguments.language)}: {len(own)} ({some})")
        print(f"Each in its own sentences: readiness claims check {arguments.study} --long")


def _check_beside(arguments: argparse.Namespace) -> None:
    study = read_study(*_read_material(arguments.study))
    if study.structure.missing(arguments.language):
        raise ConfigError(f"{arguments.study} lacks texts in {arguments.language!r}.")
    answers, asked, register = _read_data(arguments)
    found = beside_data(study, answers, asked)
    if arguments.json:
        print(beside_json(found, register, arguments.language), end="")
    else:
        print_beside(found, study, register, arguments.language)


def _read_data(
    arguments: argparse.Namespace,
) -> tuple[pd.DataFrame, Questionnaire, Mapping[str, str]]:
    """Coded answers and what was asked: of a wave's last run, or of an export.

    Then what the wave's register has, by id: its shares are weighted as the wave is.
    """
    root = Path.cwd()
    if arguments.data:
        if arguments.wave or not arguments.questionnaire:
            raise ConfigError("--data: needs --questionnaire, and no --wave beside it.")
        asked = load_questionnaire(questionnaire_file(root, arguments.questionnaire))
        return coded_answers(arguments.data, asked), asked, {}

    runs = {
        run.name: run
        for run in runs_of(load_config(root / "config.yaml"))
        if run.folder.startswith("waves/")
    }
    if arguments.wave not in runs:
        raise ConfigError(
            f"config.yaml: no wave {arguments.wave!r}; there are {', '.join(runs) or 'none'}."
        )
    run = runs[arguments.wave]
    if not Path(run.answers).is_file():
        raise ConfigError(
            f"{run.answers}: not there; first compute the wave: readiness run -- {run.answers}"
        )
    answers = read_text_table(Path(run.answers), "the coded answers")
    path = Path(f"results/{run.folder}/register/figures.csv")
    shares: dict[str, str] = {}
    if path.is_file():
        figures = read_text_table(path, "the register", columns=("id", "unit", "value"))
        own = figures[figures["unit"].eq("share") & figures["value"].ne("")]
        shares = dict(zip(own["id"], own["value"], strict=True))
    return answers, load_questionnaire(Path(run.questionnaire)), shares


def _begin(arguments: argparse.Namespace) -> None:
    root, study, asked = Path.cwd(), arguments.study, None
    if arguments.questionnaire:
        asked = load_questionnaire(questionnaire_file(root, arguments.questionnaire))
    source = ClaimSource(arguments.publisher, arguments.source, arguments.date, arguments.language)
    claims = begin(root, study, arguments.table, source, asked)
    print(
        f"{study}-claims@1: {claims} claims registered\n"
        f"data/claims/{study}-1.yaml and config.yaml: studies.{study} added\n"
        f"Then: readiness claims check {study}"
    )


# --- Published figures beside the data's own, for a terminal and for a machine.
def beside_json(found: Sequence[DataComparison], register: Mapping[str, str], language: str) -> str:
    """One object a question: its sentence, the base, each figure with the data's own.

    `register` has the shares of the wave's register, by id.
    """
    content = [
        {
            "item": one.item,
            "sentence": tell(one.fact, language),
            "kind": one.fact.kind,
            "reported": one.reported,
            "base": None if one.base is None else one.base.n,
            "answered": one.answered,
            "figures": [
                {
                    "claim": c.claim_id,
                    "answer": c.category,
                    "published": str(c.figure),
                    "count": k,
                    "register": register.get(f"{one.item}.{c.category}.{TOTAL}"),
                }
                for c, k in zip(one.claims, one.counts, strict=True)
            ],
        }
        for one in found
    ]
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def print_beside(
    found: Sequence[DataComparison], study: JudgedStudy, register: Mapping[str, str], language: str
) -> None:
    """A table of all figures, and a sentence a question."""
    table = Table(box=box.SIMPLE_HEAD)
    names = ["item", "answer", "published", "of who answered", "count", "n"]
    for name in [*names, "register"] if register else names:
        table.add_column(name, justify="left" if name in ("item", "answer") else "right")
    for one in found:
        for claim, count in zip(one.claims, one.counts, strict=True):
            label = study.structure.answer(one.item, claim.category)
            share = "" if count is None or not one.answered else f"{100 * count / one.answered:.2f}"
            answer = claim.category if label is None else show(label, language)
            own = register.get(f"{one.item}.{claim.category}.{TOTAL}", "")
            cells = [
                one.item,
                answer,
                str(claim.figure),
                share,
                "" if count is None else str(count),
                str(one.answered or ""),
            ]
            cells += [f"{100 * float(own):.2f}" if own else ""] if register else []
            table.add_row(*cells)
    PLAIN.print(table)
    for one in found:
        PLAIN.print(tell(one.fact, language), soft_wrap=True)
