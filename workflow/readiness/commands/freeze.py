"""Keep the figures of a run as a publication that every later run is held against.

readiness freeze ID --wave NAME       from today's configuration
readiness freeze ID --study NAME
readiness freeze ID --anew            make a shipped one anew (before version 1.0 only)
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from readiness.commands.run import run_snakemake
from readiness.config import NAME
from readiness.datasets.versions import find_version
from readiness.errors import ConfigError
from readiness.plan import load_plan
from readiness.publications.attacker import ATTACK, findings, read_attack
from readiness.publications.freeze import freeze, refuse_existing


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("id", help="id of the publication: lower-case letters, digits, hyphens")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--wave", help="a wave of config.yaml")
    source.add_argument("--study", help="a study of config.yaml")
    source.add_argument("--anew", action="store_true", help="from its own frozen configuration")


def run(arguments: argparse.Namespace) -> int:
    """Bring the run up to date, then keep its figures."""
    root = Path.cwd()
    if not re.fullmatch(NAME, arguments.id):
        raise ConfigError(
            f"{arguments.id}: not an id; expected lower-case letters, digits and hyphens."
        )
    plan = load_plan(root)
    folder = (
        f"publications/{arguments.id}"
        if arguments.anew
        else f"waves/{arguments.wave}"
        if arguments.wave
        else f"studies/{arguments.study}"
    )
    if folder not in plan.runs:
        raise ConfigError(f"{folder}: no such run; there are {', '.join(plan.runs)}.")
    if not arguments.anew:
        refuse_existing(root, arguments.id)  # before the run, which takes its time
    chosen = plan.runs[folder]
    run_snakemake(root, "all", [f"results/{folder}/register/figures.csv"])
    count = freeze(
        root,
        arguments.id,
        chosen.name,
        chosen.section,
        [find_version(root, name) for name in chosen.datasets],
        root / "results" / folder,
        anew=arguments.anew,
    )
    attacked = root / "publications" / arguments.id / ATTACK
    if attacked.exists():
        print(f"Attacker's view: {findings(read_attack(attacked))}; every share: {attacked}")
    print(f"publications/{arguments.id}: {count} figures kept. Now commit the folder.")
    return 0
