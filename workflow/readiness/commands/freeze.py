"""Seal the figures of a run as a publication that every later run is held against.

readiness freeze ID --wave NAME       from today's configuration
readiness freeze ID --study NAME
readiness freeze ID --anew            make a shipped one anew (before version 1.0 only)

A later publication may supersede one and say why: --supersedes ID --erratum TEXT. Figures that the
reliability rule marks for review need --reviewer NAME.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unicodedata import category

from readiness.commands.run import check_cores, run_snakemake
from readiness.config import NAME
from readiness.datasets.remotes import check_in_default_remote
from readiness.datasets.versions import find_version
from readiness.errors import BusyError, ConfigError, DataError
from readiness.files import lock
from readiness.plan import Plan, Run, input_files, load_plan
from readiness.publications.attacker import ATTACK, findings, read_attack
from readiness.publications.freeze import Material, freeze, refuse_existing, superseded
from readiness.publications.seal import read_seal

LOCK = Path("results/.freeze.lock")
LONGEST_ID = 100
"""Characters: file systems take 255 bytes for a name, and files are named after the id."""
UNSAYABLE = ("Cc", "Cs", "Zl", "Zp")
"""Unicode's control characters, line ends, and bytes that are no text."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("id", help="id of the publication: lower-case letters, digits, hyphens")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--wave", help="a wave of config.yaml")
    source.add_argument("--study", help="a study of config.yaml")
    source.add_argument("--anew", action="store_true", help="from its own frozen configuration")
    parser.add_argument("--supersedes", metavar="ID", help="the publication it replaces")
    parser.add_argument("--erratum", metavar="TEXT", help="what was wrong in that one")
    parser.add_argument(
        "--reviewer", metavar="NAME", help="who reviewed the figures marked for review"
    )
    parser.add_argument("--cores", default="all", help="number of cores (default: all)")


def run(arguments: argparse.Namespace) -> int:
    """Bring the run, its charts and its report up to date, then seal them."""
    root = Path.cwd()
    _check(arguments)
    chosen = _chosen(load_plan(root), arguments)
    with _only_freeze(root):
        return _freeze(root, chosen, arguments)


def _freeze(root: Path, chosen: Run, arguments: argparse.Namespace) -> int:
    # What can be refused is refused before the run, which takes its time.
    if not arguments.anew:
        refuse_existing(root, arguments.id)
    material = _material(root, chosen, arguments)
    superseded(root, material.identity, material.supersedes)
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


def _check(arguments: argparse.Namespace) -> None:
    """ConfigError for an argument that says nothing, or what no folder or page can hold."""
    if not re.fullmatch(NAME, arguments.id) or len(arguments.id) > LONGEST_ID:
        raise ConfigError(
            f"{_short(arguments.id)}: not an id; expected lower-case letters, digits and hyphens, "
            f"{LONGEST_ID} at most."
        )
    check_cores(arguments.cores)
    for name in ("supersedes", "erratum", "reviewer"):
        said = getattr(arguments, name)
        if said is not None and (not said.strip() or any(category(c) in UNSAYABLE for c in said)):
            raise ConfigError(f"--{name} {_short(said)}: expected one line of text.")
        setattr(arguments, name, (said or "").strip())
    if arguments.erratum and not arguments.supersedes:
        raise ConfigError("--erratum: an erratum is about a publication; name it by --supersedes.")


def _short(text: str) -> str:
    """The text in quotes, on one line, cut where it is long."""
    return repr(text) if len(text) <= LONGEST_ID else f"{text[:20]!r}..."


@contextmanager
def _only_freeze(root: Path) -> Iterator[None]:
    """Hold the lock of freezes: two at once would write into one scratch folder."""
    try:
        descriptor = lock(root / LOCK)
    except BlockingIOError:
        raise BusyError(
            f"another freeze is at work in {root}. Wait until it has ended, then freeze again."
        ) from None
    try:
        yield
    finally:
        os.close(descriptor)


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
