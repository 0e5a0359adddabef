"""Show what is out of date, undecided, waiting or unpublished, and the command to type next.

Nothing is computed or written. Each wave and study of config.yaml has one of these states:

  draft        decisions in its questionnaire are open     waiting    no answers are registered
  out of date  results are missing or older than inputs    computed   in no publication yet
  sealed       in a draft publication                      changed    other settings than published
  published    in a release, with the same settings

Examples:
  readiness status
  readiness status --json
"""

import argparse
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from readiness.commands.run import make_environment
from readiness.config import WaveSettings
from readiness.datasets.versions import read_versions
from readiness.ground.errors import ConfigError, StoppedError
from readiness.ground.locks import lock
from readiness.ground.printable import one_line
from readiness.ground.terminal import print_json
from readiness.plan import Plan, PlannedRun, input_files, load_plan
from readiness.plan.checks import explain_waiting, is_draft
from readiness.plan.runs import runs_of
from readiness.program.layout import SNAKEFILES
from readiness.provenance.results_folder import JOBS
from readiness.publications.log import read_log
from readiness.questionnaire.writing import open_decisions

RUN = "readiness run"
# A job of a dry run, by the first file that it writes.
_OUTPUT = re.compile(r"^    output: results/([^,\n]+)", re.M)


@dataclass(frozen=True)
class RunStatus:
    """State of a wave or study: `detail` explains it, `command` is what to type next ("" for none).

    `steps` is the number of workflow steps that are out of date.
    """

    name: str
    kind: str
    state: str
    detail: str
    command: str
    steps: int


@dataclass(frozen=True)
class PublicationStatus:
    """State of a publication: draft, in force, superseded or withdrawn; steps out of date."""

    id: str
    state: str
    detail: str
    steps: int


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--json", action="store_true", help="print the states as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print the states and the next commands; returns 0. ConfigError where there is no project."""
    root = Path.cwd()
    if not any((root / name).is_file() for name in SNAKEFILES):
        raise ConfigError(
            f"{root}: no Snakefile in this folder. Run readiness in a project's folder."
        )
    plan = load_plan(root)
    today = list(runs_of(plan.config))
    # Where every run waits, Snakemake has nothing to plan, and stops with what `detail` says.
    waits = all(explain_waiting(root, one, read_versions(root)) for one in today)
    outdated = _count_outdated(root) if not waits else Counter[str]()
    runs = [_judge_run(plan, one, outdated) for one in today]
    publications = _judge_publications(plan, outdated)
    # What stands in no run's folder: restored data, the site, the closing table.
    of_runs = sum(one.steps for one in runs) + sum(one.steps for one in publications)
    rest = outdated.total() - of_runs
    commands = list(dict.fromkeys(one.command for one in runs if one.command))
    if RUN not in commands and outdated.total():
        commands.insert(0, RUN)
    if arguments.json:
        print_json(
            {
                "runs": [asdict(one) for one in runs],
                "publications": [asdict(one) for one in publications],
                "other_steps_out_of_date": rest,
                "at_work": _is_at_work(root),
                "next": commands,
            }
        )
        return 0
    print("\n".join(map(one_line, _lay_out(root, runs, publications, outdated, commands))))
    return 0


def _lay_out(
    root: Path,
    runs: list[RunStatus],
    publications: list[PublicationStatus],
    outdated: Counter[str],
    commands: list[str],
) -> list[str]:
    """Lay out the states in aligned lines, and the next commands below them."""
    if not runs and not publications:
        return ["Nothing to compute yet.", "Next:  readiness new --from EXPORT"]
    rows = [(one.name, one.state, one.detail) for one in runs]
    rows += [(one.id, one.state, one.detail) for one in publications]
    name, state = (max(len(row[column]) for row in rows) for column in (0, 1))

    def align(listed: list[tuple[str, str, str]]) -> list[str]:
        return [f"  {one:<{name}}  {what:<{state}}  {why}".rstrip() for one, what, why in listed]

    lines = ["Waves and studies:", *align(rows[: len(runs)])] if runs else []
    lines += ["Publications:", *align(rows[len(runs) :])] if publications else []
    steps = outdated.total()
    lines.append(f"Steps out of date: {steps}" if steps else "Every result is up to date.")
    if _is_at_work(root):
        lines.append("A run is at work now.")
    return lines + [f"Next:  {command}" for command in commands]


def _is_at_work(root: Path) -> bool:
    """Check whether a job of a run holds the lock of jobs."""
    if not (root / JOBS).is_file():
        return False
    try:
        os.close(lock(root / JOBS))
    except BlockingIOError:
        return True
    return False


def _count_outdated(root: Path) -> Counter[str]:
    """Count the steps that a run would perform now, by folder below results ("waves/NAME")."""
    program = (sys.executable, "-I", "-X", "utf8", "-m", "snakemake")
    asked = ("--dry-run", "--nolock", "--cores", "1", "--rerun-incomplete", "--quiet", "host")
    done = subprocess.run(
        [*program, *asked],
        cwd=root,
        env=make_environment(root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        last = lines[-1] if lines else "without a word"
        raise StoppedError(f"Snakemake could not plan the run: {last}\n`{RUN}` says more.")
    outputs = (Path(found).parts for found in _OUTPUT.findall(done.stdout))
    return Counter("/".join(parts[:2]) for parts in outputs)


def _judge_run(plan: Plan, run: PlannedRun, outdated: Counter[str]) -> RunStatus:
    """Find the state of a wave or study of today's configuration."""
    kind = "wave" if isinstance(run.section, WaveSettings) else "study"
    steps = outdated[run.folder]

    def found(state: str, detail: str, command: str = "") -> RunStatus:
        return RunStatus(run.name, kind, state, detail, command, steps)

    if is_draft(plan.root, run):
        path = input_files(run.section)["questionnaire"]
        count = open_decisions((plan.root / path).read_text("utf-8-sig"))
        command = f"readiness questionnaire {path.stem}"
        return found("draft", f"{count} decisions are open in {path}", command)
    if why := explain_waiting(plan.root, run, read_versions(plan.root)):
        dataset = run.datasets[0].partition("@")[0]
        command = f"readiness data add FILE --dataset {dataset} --as 1"
        return found("waiting", why, command)
    if steps:
        made = (plan.root / "results" / run.folder).is_dir()
        detail = f"{steps} steps are out of date" if made else "never computed"
        return found("out of date", detail, RUN)
    return found(*_find_publication(plan, run, kind))


def _find_publication(plan: Plan, run: PlannedRun, kind: str) -> tuple[str, str, str]:
    """State, detail and next command of a run whose results are up to date."""
    log = read_log(plan.root)
    own = [
        identity
        for identity in plan.publications
        if plan.runs[f"publications/{identity}"].name == run.name and identity not in log.withdrawn
    ]
    in_force = [name for name in own if name in log.latest and not log.latest[name].superseded_by]
    drafts = [name for name in own if name in plan.drafts]
    for identity in drafts:
        if plan.runs[f"publications/{identity}"].same_as(run):
            return "sealed", f"draft {identity}", f"readiness freeze {identity} --release"
    for identity in in_force:
        if plan.runs[f"publications/{identity}"].same_as(run):
            return "published", f"as {identity}", ""
    following = _name_next(run.name, own)
    freeze = f"readiness freeze {following} --{kind} {run.name}"
    if in_force:
        last = in_force[-1]
        why = f"{freeze} --supersedes {last} --erratum TEXT"
        return "changed", f"other settings or data than {last}", why
    return "computed", "in no publication", freeze


def _name_next(name: str, known: list[str]) -> str:
    """Name the next publication of a run: NAME-r1, or the one after the highest number."""
    numbered = [found for one in known if (found := re.fullmatch(r"(.+)-r(\d+)", one))]
    last = max(numbered, key=lambda found: int(found[2]), default=None)
    return f"{last[1]}-r{int(last[2]) + 1}" if last else f"{name}-r1"


def _judge_publications(plan: Plan, outdated: Counter[str]) -> list[PublicationStatus]:
    """Find the state of each publication, in the order of their ids."""
    log = read_log(plan.root)
    found = []
    for identity in plan.publications:
        entry = log.latest.get(identity)
        state, detail = "in force", ""
        if entry is None:
            state = "draft" if identity in plan.drafts else "not in the log"
        elif entry.withdrawn:
            state, detail = "withdrawn", entry.withdrawn
        elif entry.superseded_by:
            state, detail = "superseded", f"by {entry.superseded_by}"
        if identity in plan.unavailable:
            detail = ", ".join(filter(None, (detail, str(plan.unavailable[identity]))))
        steps = outdated[f"publications/{identity}"]
        found.append(PublicationStatus(identity, state, detail, steps))
    return found
