"""Compare published figures with the data: those of a wave that was run, or of an export.

It needs what reads and validates exports; `claims` imports it only where data are compared.
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
    """Print each published figure beside the data's own, and the base that gives it."""
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
            raise ConfigError(
                "--data needs --questionnaire NAME and cannot be combined with --wave."
            )
        asked = load_questionnaire(questionnaire_file(root, arguments.questionnaire))
        return coded_answers(arguments.data, asked), asked, {}

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
        own = figures[figures["unit"].eq("share") & figures["value"].ne("")]
        shares = dict(zip(own["id"], own["value"], strict=True))
    return answers, load_questionnaire(Path(run.questionnaire)), shares


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
                    "register": register.get(share_id(one.item, c.category, TOTAL, ANSWERED)),
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
            own = register.get(share_id(one.item, claim.category, TOTAL, ANSWERED), "")
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
