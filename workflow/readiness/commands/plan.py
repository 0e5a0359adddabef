"""The plan of a wave: read it, and seal it before its answers come.

readiness plan WAVE [--language LANGUAGE]
readiness plan WAVE --seal [--reason TEXT]
readiness plan WAVE --timestamp FILE.tsr --authority CERTIFICATES.pem
readiness plan WAVE --next [--margin POINTS | --n ANSWERS --allocation HOW] [--out TABLE.csv]
readiness plan WAVE --draw FRAME.csv --seed NUMBER --out SAMPLE.csv [--margin ... | --n ...]

What the configuration says of the wave is written as a person reads it: who is asked what, how the
answers are weighted, estimated and tested, what is told and what is withheld. --seal keeps it as
data below publications/plans and in the log, before the first version of the answers is registered.
A second --seal is an amendment and needs its reason; it may come later, and says so. --timestamp
verifies an authority's answer over a sealed plan (RFC 3161), without a network.

--next tells how many answers of whom the next wave needs, and what they would tell; --draw draws
its sample. Both go by what the register of the wave publishes, or by stated guesses.
"""

import argparse
import sys
from datetime import date
from pathlib import Path

from readiness.commands.freeze import LOCK
from readiness.commands.next_wave import add_options, plan_next
from readiness.config import WaveSettings, load_config
from readiness.datasets.versions import changing_versions, one_line
from readiness.errors import ConfigError, DataError
from readiness.files import holding
from readiness.language import LANGUAGES, strip_marks
from readiness.plan import Plan
from readiness.plan.checks import list_plans
from readiness.publications.ledger import FOLDER
from readiness.publications.log import read_log
from readiness.publications.outcomes import describe_finding
from readiness.publications.plans import check_plans, judge_plans, read_plans, seal_plan
from readiness.publications.presenting.plan_page import write_plan
from readiness.register.planned import PlanOutcome


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("wave", help="a wave of config.yaml; of --next also a study")
    parser.add_argument("--seal", action="store_true", help="keep it, before the answers come")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why a sealed plan is amended")
    parser.add_argument("--timestamp", type=Path, metavar="FILE", help="an authority's answer")
    parser.add_argument(
        "--authority", type=Path, metavar="PEM", help="the authority's certificates, with its root"
    )
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="of what is said")
    add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the plan, or seal it; returns 0."""
    root = Path.cwd()
    if arguments.next or arguments.draw:
        if arguments.seal or (arguments.next and arguments.draw):
            raise ConfigError("--next, --draw, --seal: one after the other; name one of them.")
        return plan_next(arguments)
    if arguments.reason and not arguments.seal:
        raise ConfigError("--reason: of an amendment; add --seal.")
    if bool(arguments.timestamp) != bool(arguments.authority):
        raise ConfigError("--timestamp, --authority: the answer and who gave it; name both.")
    plan = Plan(root, load_config(root / "config.yaml"))
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
            from readiness.publications.attest import read_moment

            found, moment, who = read_moment(plans, arguments.timestamp, arguments.authority)
            print(f"{FOLDER}/{found.id}.json: was there at {moment}, by {who}.")
        else:
            outcome = judge_plans(plans, tree) if plans else PlanOutcome((), ())
            sys.stdout.write(strip_marks(write_plan(wave.name, tree, outcome, arguments.language)))
        return 0
    dataset = wave.section.answers.partition("@")[0]
    busy = f"another freeze or seal is at work in {root}. Wait until it has ended."
    with holding(root / LOCK, busy), changing_versions(root):
        told = {"day": date.today().isoformat(), "reason": one_line(arguments.reason, "--reason")}
        sealed = seal_plan(root, wave.name, dataset, tree, **told)
    late = " after answers were registered" if sealed.entry.is_late else ""
    print(f"{FOLDER}/{sealed.id}.json: sealed{late}, sha256 {sealed.digest}. Now commit it.")
    return 0
