"""What published percentages can and cannot mean.

    readiness claims solve 67 33 --n-max 32        two numbers and a minute
    readiness claims check STUDY [--json | --html FILE [--force]] [--language fr]
    readiness claims add STUDY claim_id=... item=... value=... --to FILE [--force]

`add` writes the register with one more claim to a new file, which `readiness data add` then makes a
new version: a register in use is never edited.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from readiness.config import Study, load_config, read_yaml
from readiness.errors import ConfigError
from readiness.running.outputs import add_force, check_output

if TYPE_CHECKING:
    import pandas as pd

    from readiness.forensics.judging.structure import Structure
    from readiness.forensics.judging.verdict import Verdict


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    from readiness.language import LANGUAGES

    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    actions = parser.add_subparsers(dest="action", required=True)
    solve = actions.add_parser("solve", help="bases on which percentages can rest")
    solve.add_argument("figures", nargs="+", help="percentages as printed: 67 33 or 66,7")
    solve.add_argument("--n-max", type=int, default=100, help="largest base (default: 100)")
    solve.add_argument("--missing", type=int, default=1, help="answers that may lack a question")
    solve.add_argument("--rounding", default="nearest")
    check = actions.add_parser("check", help="every verdict on a study of config.yaml")
    check.add_argument("study")
    check.add_argument("--json", action="store_true", help="as JSON")
    check.add_argument("--html", type=Path, help="as a self-contained page")
    add = actions.add_parser("add", help="the register with one more claim, in a new file")
    add.add_argument("study")
    add.add_argument("fields", nargs="+", help="column=value, columns as in the register")
    add.add_argument("--to", type=Path, required=True, help="file to write")
    for action in (check, add):
        add_force(action)
    for action in (solve, check):
        action.add_argument("--language", choices=LANGUAGES, default="en")


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked; returns 0."""
    {"solve": _solve, "check": _check, "add": _add}[arguments.action](arguments)
    return 0


def _solve(arguments: argparse.Namespace) -> None:
    from readiness.forensics.solve import solve

    solution = solve(
        arguments.figures,
        n_max=arguments.n_max,
        max_missing=arguments.missing,
        rounding=arguments.rounding,
        language=arguments.language,
    )
    print(solution.text, end="" if solution.text.endswith("\n") else "\n")


def _study(name: str) -> Study:
    studies = load_config(Path("config.yaml")).studies
    if name not in studies:
        raise ConfigError(f"config.yaml: no study {name!r}; there are {', '.join(studies)}.")
    return studies[name]


def _material(study: Study) -> tuple[pd.DataFrame, Structure]:
    """The study's claims, verified, and their structure."""
    from readiness.datasets.store import find_object
    from readiness.datasets.versions import find_version
    from readiness.forensics.judging.structure import parse_structure
    from readiness.tables import read_text_table

    root = Path.cwd()
    path = find_object(root, find_version(root, study.claims.name))
    structure = parse_structure(read_yaml(Path(f"data/claims/{study.structure}.yaml")))
    return read_text_table(path, "the register of claims"), structure


def _check(arguments: argparse.Namespace) -> None:
    from readiness.files import write_atomically
    from readiness.forensics.judging.study import judge
    from readiness.forensics.page import verdict_html
    from readiness.forensics.reporting import verdict_json

    if arguments.html:
        check_output(arguments.html, "--html", force=arguments.force, root=Path.cwd())
    claims, structure = _material(_study(arguments.study))
    if lacking := structure.missing(arguments.language):
        raise ConfigError(
            f"{arguments.study} has no texts in {arguments.language!r} for {', '.join(lacking)}; "
            f"it has all of them in {', '.join(structure.languages) or 'no language'}."
        )
    verdicts = judge(claims, structure)
    if arguments.html:
        from readiness.charts import bases_chart

        chart = bases_chart(claims, structure, arguments.language).chart()
        picture = chart.svg.decode("utf-8")
        picture = picture[picture.index("<svg") :]
        page = verdict_html(verdicts, arguments.study, arguments.language, picture)
        write_atomically(arguments.html, page)
        print(f"{arguments.html}: {len(verdicts)} verdicts")
    elif arguments.json:
        print(verdict_json(verdicts, arguments.language), end="")
    else:
        _print_table(verdicts, arguments.language)


def _print_table(verdicts: list[Verdict], language: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from readiness.forensics.reporting import NATURE, STATUS, told
    from readiness.language import show

    table = Table(box=box.SIMPLE_HEAD, show_lines=True)
    table.add_column("verdict", max_width=24, overflow="fold")
    table.add_column("sentence")
    for verdict in verdicts:
        words = [show(STATUS[verdict.status], language), show(NATURE[verdict.nature], language)]
        table.add_row(f"{'; '.join(words)}\n{verdict.id}", told(verdict.facts, language))
    Console(highlight=False, markup=False, color_system=None).print(table)


def _add(arguments: argparse.Namespace) -> None:
    from readiness.forensics.reporting import add_claim
    from readiness.tables import write_csv

    fields = {}
    for field in arguments.fields:
        name, separator, value = field.partition("=")
        if not separator:
            raise ConfigError(f"{field!r}: expected column=value, as in item=prep_sector.")
        fields[name] = value
    claims, structure = _material(_study(arguments.study))
    check_output(arguments.to, "--to", force=arguments.force, root=Path.cwd())
    longer = add_claim(claims, fields, structure)
    write_csv(longer, arguments.to)
    print(
        f"{arguments.to}: {len(longer)} claims. Now: readiness data add {arguments.to} "
        f"--dataset {_study(arguments.study).claims.dataset} --as VERSION"
    )
