"""Show what a wave will ask, weight and test; seal this plan before fieldwork; plan the next wave.

--seal records the plan in publications/plans and in the log, before the first answers are
registered. To seal a changed plan later, give a --reason. --timestamp verifies an authority's time
stamp on a sealed plan (RFC 3161), without a network. --next shows how many answers the next wave
needs from each group; --draw draws its sample.

Examples:
  readiness plan libraries                                    show the plan
  readiness plan libraries --seal                             seal it
  readiness plan libraries --next --margin 5                  answers needed for 5 points
  readiness plan libraries --draw frame.csv --n 400 --allocation proportional --out sample.csv
"""

import argparse
import sys
from datetime import date
from pathlib import Path

from readiness.commands.freeze import LOCK
from readiness.commands.next_wave import add_options, plan_next
from readiness.config import WaveSettings, load_config
from readiness.datasets.versions import changing_versions, one_line
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.locks import holding
from readiness.language import LANGUAGES, strip_marks
from readiness.plan import Plan
from readiness.plan.checks import list_plans
from readiness.program.layout import find_config
from readiness.publications.ledger import FOLDER
from readiness.publications.log import read_log
from readiness.publications.outcome_texts import describe_finding
from readiness.publications.plans import check_plans, judge_plans, read_plans, seal_plan
from readiness.publications.presenting.plan_page import write_plan
from readiness.register.planned import PlanOutcome


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "wave", metavar="WAVE", help="wave in config.yaml; with --next, a wave or a study"
    )
    parser.add_argument(
        "--language",
        choices=LANGUAGES,
        default="en",
        help="language of the output (default: en)",
    )
    seal = parser.add_argument_group("seal the plan")
    seal.add_argument(
        "--seal",
        action="store_true",
        help="record the plan in the log, before any answers are registered",
    )
    seal.add_argument("--reason", metavar="TEXT", default="", help="why a sealed plan is amended")
    seal.add_argument(
        "--timestamp",
        type=Path,
        metavar="FILE.tsr",
        help="time stamp on the sealed plan, from a time-stamping authority; it is verified",
    )
    seal.add_argument(
        "--authority",
        type=Path,
        metavar="PEM",
        help="file with the certificates of that authority, including its root certificate",
    )
    add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print or seal a plan, verify a time stamp, or plan the next wave; return 0."""
    root = Path.cwd()
    if arguments.next or arguments.draw:
        if arguments.seal or (arguments.next and arguments.draw):
            raise ConfigError("--next, --draw and --seal cannot be combined. Choose one.")
        return plan_next(arguments)
    if arguments.json:
        raise ConfigError("--json prints the plan of the next wave and needs --next.")
    if arguments.reason and not arguments.seal:
        raise ConfigError("--reason explains an amendment and needs --seal.")
    if bool(arguments.timestamp) != bool(arguments.authority):
        raise ConfigError("--timestamp and --authority must be given together.")
    plan = Plan(root, load_config(find_config(root)))
    wave = plan.find_wave(arguments.wave)
    assert isinstance(wave.section, WaveSettings)
    tree = plan.describe(wave)
    for finding in check_plans(root, read_log(root), own=True):
        if f"/{wave.name}/" in str(finding.place):
            raise DataError(
                f"{describe_finding(finding, arguments.language)}. Restore it with git."
            )
    if arguments.timestamp or not arguments.seal:
        plans = read_plans(root, list_plans(root, wave))
        if arguments.timestamp:
            from readiness.publications.time_stamps import read_moment

            stamped_plan, moment, authority = read_moment(
                plans, arguments.timestamp, arguments.authority
            )
            print(f"{FOLDER}/{stamped_plan.id}.json: was there at {moment}, by {authority}.")
        else:
            outcome = judge_plans(plans, tree) if plans else PlanOutcome((), ())
            sys.stdout.write(strip_marks(write_plan(wave.name, tree, outcome, arguments.language)))
        return 0
    dataset = wave.section.answers.partition("@")[0]
    busy = f"another freeze or seal is at work in {root}. Wait until it has ended."
    with holding(root / LOCK, busy), changing_versions(root):
        entry_values = {
            "day": date.today().isoformat(),
            "reason": one_line(arguments.reason, "--reason"),
        }
        sealed = seal_plan(root, wave.name, dataset, tree, **entry_values)
    late = " after answers were registered" if sealed.entry.is_late else ""
    print(f"{FOLDER}/{sealed.id}.json: sealed{late}, sha256 {sealed.digest}. Now commit it.")
    return 0
