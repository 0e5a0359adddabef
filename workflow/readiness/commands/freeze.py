"""Seal the figures of a run as a publication that every later run is held against.

readiness freeze ID --wave NAME       from today's configuration
readiness freeze ID --study NAME
readiness freeze ID --anew            make a shipped one anew (before version 1.0 only)

A later publication may supersede one and say why: --supersedes ID --erratum TEXT. Figures that the
reliability rule marks for review need --reviewer NAME.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from readiness.commands.run import run_snakemake
from readiness.config import NAME
from readiness.datasets.remotes import check_in_default_remote
from readiness.datasets.versions import find_version
from readiness.errors import ConfigError, DataError
from readiness.plan import Plan, Run, input_files, load_plan
from readiness.publications.attacker import ATTACK, findings, read_attack
from readiness.publications.freeze import Material, freeze, refuse_existing
from readiness.publications.seal import read_seal


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("id", help="id of the publication: lower-case letters, digits, hyphens")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--wave", help="a wave of config.yaml")
    source.add_argument("--study", help="a study of config.yaml")
    source.add_argument("--anew", action="store_true", help="from its own frozen configuration")
    parser.add_argument(
        "--supersedes", metavar="ID", default="", help="the publication it replaces"
    )
    parser.add_argument("--erratum", metavar="TEXT", default="", help="what was wrong in that one")
    parser.add_argument(
        "--reviewer", metavar="NAME", default="", help="who reviewed the figures marked for review"
    )
    parser.add_argument("--cores", default="all", help="number of cores (default: all)")


def run(arguments: argparse.Namespace) -> int:
    """Bring the run, its charts and its report up to date, then seal them."""
    root = Path.cwd()
    if not re.fullmatch(NAME, arguments.id):
        raise ConfigError(
            f"{arguments.id}: not an id; expected lower-case letters, digits and hyphens."
        )
    if arguments.erratum and not arguments.supersedes:
        raise ConfigError("--erratum: an erratum is about a publication; name it by --supersedes.")
    plan = load_plan(root)
    chosen = _chosen(plan, arguments)
    if not arguments.anew:
        refuse_existing(root, arguments.id)  # before the run, which takes its time
    material = _material(root, chosen, arguments)
    check_in_default_remote(root, *material.versions)
    results = f"results/{chosen.folder}"
    wanted = ("register/figures.csv", "draw/lineage.json", "report/report.html")
    run_snakemake(root, arguments.cores, [f"{results}/{name}" for name in wanted])
    count = freeze(material, anew=arguments.anew, cores=arguments.cores)
    if (material.folder / ATTACK).exists():
        attacked = read_attack(material.folder / ATTACK)
        print(f"Attacker's view: {findings(attacked)}; every share: {material.folder / ATTACK}")
    print(f"publications/{arguments.id}: {count} figures sealed. Now commit the folder.")
    return 0


def _chosen(plan: Plan, arguments: argparse.Namespace) -> Run:
    folder = (
        f"publications/{arguments.id}"
        if arguments.anew
        else f"waves/{arguments.wave}"
        if arguments.wave
        else f"studies/{arguments.study}"
    )
    if folder not in plan.runs:
        raise ConfigError(f"{folder}: no such run; there are {', '.join(plan.runs)}.")
    return plan.runs[folder]


def _material(root: Path, chosen: Run, arguments: argparse.Namespace) -> Material:
    said = {name: getattr(arguments, name) for name in ("supersedes", "erratum", "reviewer")}
    if arguments.anew:
        # What was said of it when it was first sealed still holds, unless it is said again.
        said = {name: text or _said_before(root, arguments.id, name) for name, text in said.items()}
    return Material(
        root=root,
        identity=arguments.id,
        run=chosen.folder,
        name=chosen.name,
        section=chosen.section,
        versions=[find_version(root, name) for name in chosen.datasets],
        files=input_files(chosen.section),
        **said,
    )


def _said_before(root: Path, identity: str, name: str) -> str:
    try:
        said = read_seal(root / "publications" / identity)[name]
    except (DataError, KeyError):
        return ""
    return str(said["id"]) if isinstance(said, dict) else str(said or "")
