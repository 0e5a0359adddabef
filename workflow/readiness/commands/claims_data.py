"""Compare published figures with the data of a wave that was run, or of an export.

`claims` imports this module only where data are compared: it loads readers and validation.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from readiness.analysis.beside_data import DataComparison, beside_data
from readiness.commands.estimate_files import coded_answers
from readiness.commands.validate import questionnaire_file
from readiness.config import load_config
from readiness.forensics.judging.context import Study as JudgedStudy
from readiness.ground.errors import ConfigError
from readiness.ground.figure_id import ANSWERED, share_id
from readiness.ground.tables import read_text_table
from readiness.language import show, tell
from readiness.plan.runs import runs_of
from readiness.program.layout import find_config
from readiness.questionnaire import TOTAL, Questionnaire, load_questionnaire

PLAIN = Console(highlight=False, markup=False, color_system=None)


def check_beside(study: JudgedStudy, arguments: argparse.Namespace) -> None:
    """Print each published figure beside the count in the data, and the base that gives it."""
    answers, questionnaire, register = _read_data(arguments)
    comparisons = beside_data(study, answers, questionnaire)
    if arguments.json:
        print(beside_json(comparisons, register, arguments.language), end="")
    else:
        print_beside(comparisons, study, register, arguments.language)


def _read_data(
    arguments: argparse.Namespace,
) -> tuple[pd.DataFrame, Questionnaire, Mapping[str, str]]:
    """Read coded answers, the questionnaire, and the shares of a wave's register by id.

    From a wave's last run, or from an export, which has no register. The register's shares are
    weighted as the wave is.
    """
    root = Path.cwd()
    if arguments.data:
        if arguments.wave or not arguments.questionnaire:
            raise ConfigError(
                "--data needs --questionnaire NAME and cannot be combined with --wave."
            )
        questionnaire = load_questionnaire(questionnaire_file(root, arguments.questionnaire))
        return coded_answers(arguments.data, questionnaire), questionnaire, {}

    runs = {
        run.name: run
        for run in runs_of(load_config(find_config(root)))
        if run.folder.startswith("waves/")
    }
    if arguments.wave not in runs:
        raise ConfigError(
            f"config.yaml has no wave {arguments.wave!r}. Its waves are "
            f"{', '.join(runs) or 'none'}."
        )
    run = runs[arguments.wave]
    if not Path(run.answers).is_file():
        raise ConfigError(
            f"{run.answers} does not exist yet. Compute the wave first: readiness run -- "
            f"{run.answers}"
        )
    answers = read_text_table(Path(run.answers), "the coded answers")
    path = Path(f"results/{run.folder}/register/figures.csv")
    shares: dict[str, str] = {}
    if path.is_file():
        figures = read_text_table(path, "the register", columns=("id", "unit", "value"))
        published = figures[figures["unit"].eq("share") & figures["value"].ne("")]
        shares = dict(zip(published["id"], published["value"], strict=True))
    return answers, load_questionnaire(Path(run.questionnaire)), shares


def beside_json(
    comparisons: Sequence[DataComparison], register: Mapping[str, str], language: str
) -> str:
    """Return JSON with an object for each question: sentence, base, figures with counts.

    `register`: the shares of the wave's register, by id.
    """
    content = [
        {
            "item": comparison.item,
            "sentence": tell(comparison.fact, language),
            "kind": comparison.fact.kind,
            "reported": comparison.reported,
            "base": None if comparison.base is None else comparison.base.n,
            "answered": comparison.answered,
            "figures": [
                {
                    "claim": c.claim_id,
                    "answer": c.category,
                    "published": str(c.figure),
                    "count": k,
                    "register": register.get(
                        share_id(comparison.item, c.category, TOTAL, ANSWERED)
                    ),
                }
                for c, k in zip(comparison.claims, comparison.counts, strict=True)
            ],
        }
        for comparison in comparisons
    ]
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def print_beside(
    comparisons: Sequence[DataComparison],
    study: JudgedStudy,
    register: Mapping[str, str],
    language: str,
) -> None:
    """Print a table of all figures, then a sentence for each question."""
    table = Table(box=box.SIMPLE_HEAD)
    names = ["item", "answer", "published", "of who answered", "count", "n"]
    for name in [*names, "register"] if register else names:
        table.add_column(name, justify="left" if name in ("item", "answer") else "right")
    for comparison in comparisons:
        for claim, count in zip(comparison.claims, comparison.counts, strict=True):
            label = study.structure.answer(comparison.item, claim.category)
            share = (
                ""
                if count is None or not comparison.answered
                else f"{100 * count / comparison.answered:.2f}"
            )
            answer = claim.category if label is None else show(label, language)
            register_share = register.get(
                share_id(comparison.item, claim.category, TOTAL, ANSWERED), ""
            )
            cells = [
                comparison.item,
                answer,
                str(claim.figure),
                share,
                "" if count is None else str(count),
                str(comparison.answered or ""),
            ]
            cells += (
                [f"{100 * float(register_share):.2f}" if register_share else ""] if register else []
            )
            table.add_row(*cells)
    PLAIN.print(table)
    for comparison in comparisons:
        PLAIN.print(tell(comparison.fact, language), soft_wrap=True)
