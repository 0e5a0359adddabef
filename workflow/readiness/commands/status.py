"""Show what is out of date, undecided, waiting or unpublished, and the command to type next.

Nothing is computed or written. Each wave and study of config.yaml has one of these states:

  draft        decisions in its questionnaire are open     waiting    no answers are registered
  out of date  results are missing or older than inputs    computed   in no publication yet
  sealed       in a draft publication                      changed    settings differ from release
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
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from readiness.commands.run import make_environment
from readiness.commands.starting.office import list_own_rules
from readiness.config import WaveSettings
from readiness.datasets.versions import read_versions
from readiness.ground.errors import ConfigError, StoppedError
from readiness.ground.locks import lock
from readiness.ground.printable import one_line
from readiness.ground.terminal import print_json
from readiness.plan import Plan, PlannedRun, input_files, load_plan
from readiness.plan.checks import explain_waiting, is_draft
from readiness.plan.runs import runs_of
from readiness.plan.settings import with_items
from readiness.program.layout import has_snakefile
from readiness.provenance.results_folder import JOBS
from readiness.publications.log import read_log
from readiness.questionnaire.writing import open_decisions
from readiness.running.snakemake_log import find_known_reason

RUN = "readiness run"
# Closing table, which rests on all else.
CLOSING = "results/gate.txt"
# First file that a job of a dry run writes.
_OUTPUT = re.compile(r"^    output: results/([^,\n]+)", re.M)


@dataclass(frozen=True)
class RunStatus:
    """State of a wave or study.

    `detail`: explanation; `command`: what to type next ("" for nothing); `steps`: number of
    workflow steps that are out of date.
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
    """Print the states and the next commands; return 0.

    Raises ConfigError where the folder is no project.
    """
    root = Path.cwd()
    if not has_snakefile(root):
        raise ConfigError(
            f"{root}: no Snakefile in this folder. Run readiness in a project's folder."
        )
    plan = load_plan(root)
    today = list(runs_of(plan.config))
    # Snakemake stops where every run waits; `detail` then gives the reason.
    all_wait = all(explain_waiting(root, entry, read_versions(root)) for entry in today)
    outdated = _count_outdated(root, _list_targets(plan)) if not all_wait else Counter[str]()
    run_command = _name_run(root, outdated) if outdated else RUN
    runs = [_judge_run(plan, entry, outdated) for entry in today]
    publications = _judge_publications(plan, outdated)
    # Steps in no run's folder: restored data, the site, the closing table.
    of_runs = sum(entry.steps for entry in runs) + sum(entry.steps for entry in publications)
    rest = outdated.total() - of_runs
    runs = [replace(one, command=run_command) if one.command == RUN else one for one in runs]
    commands = list(dict.fromkeys(entry.command for entry in runs if entry.command))
    if run_command not in commands and outdated.total():
        commands.insert(0, run_command)
    if arguments.json:
        print_json(
            {
                "runs": [asdict(entry) for entry in runs],
                "publications": [asdict(entry) for entry in publications],
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
    rows = [(entry.name, entry.state, entry.detail) for entry in runs]
    rows += [(entry.id, entry.state, entry.detail) for entry in publications]
    name, state = (max(len(row[column]) for row in rows) for column in (0, 1))

    def align(listed: list[tuple[str, str, str]]) -> list[str]:
        return [
            f"  {entry:<{name}}  {what:<{state}}  {why}".rstrip() for entry, what, why in listed
        ]

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


def _list_targets(plan: Plan) -> list[str]:
    """Return the files that the program's rule `all` asks for.

    By their paths, since a workflow of one's own may rename that rule, and may ask for less.
    """
    pages = [*plan.page_files, *plan.tables, *plan.internal_pages]
    return [CLOSING, *pages, *plan.verdicts]


def _name_run(root: Path, outdated: Counter[str]) -> str:
    """Return the command that performs the outdated steps: with a target, where the Snakefile has
    rules of its own and its default target leaves some of the steps out.
    """
    if not list_own_rules(root) or not outdated - _count_outdated(root, []):
        return RUN
    return f"{RUN} -- {CLOSING}"


def _count_outdated(root: Path, targets: list[str]) -> Counter[str]:
    """Count the steps that `targets`, or without any the default target, need now.

    By folder below results ("waves/NAME").
    """
    program = (sys.executable, "-I", "-X", "utf8", "-m", "snakemake")
    # Targets follow the last option, which must take no further word.
    options = ("--quiet", "host", "--nolock", "--cores", "1", "--rerun-incomplete", "--dry-run")
    process = subprocess.run(
        [*program, *options, *targets],
        cwd=root,
        env=make_environment(root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if process.returncode != 0:
        if known_reason := find_known_reason(process.stdout):
            raise StoppedError(known_reason)
        lines = [line.strip() for line in process.stdout.splitlines() if line.strip()]
        last = lines[-1] if lines else "without a word"
        raise StoppedError(f"Snakemake could not plan the run: {last}\n`{RUN}` says more.")
    outputs = (Path(output).parts for output in _OUTPUT.findall(process.stdout))
    return Counter("/".join(parts[:2]) for parts in outputs)


def _judge_run(plan: Plan, run: PlannedRun, outdated: Counter[str]) -> RunStatus:
    """Return the state of a wave or study of today's configuration."""
    kind = "wave" if isinstance(run.section, WaveSettings) else "study"
    steps = outdated[run.folder]

    def make_status(state: str, detail: str, command: str = "") -> RunStatus:
        return RunStatus(run.name, kind, state, detail, command, steps)

    if is_draft(plan.root, run):
        path = input_files(run.section)["questionnaire"]
        count = open_decisions((plan.root / path).read_text("utf-8-sig"))
        command = f"readiness questionnaire {path.stem}"
        return make_status("draft", f"open decisions: {count}, in {path}", command)
    if why := explain_waiting(plan.root, run, read_versions(plan.root)):
        dataset = run.datasets[0].partition("@")[0]
        command = f"readiness data add FILE --dataset {dataset} --as 1"
        return make_status("waiting", why, command)
    if steps:
        was_computed = (plan.root / "results" / run.folder).is_dir()
        detail = f"steps to run: {steps}" if was_computed else "never computed"
        return make_status("out of date", detail, RUN)
    return make_status(*_find_publication(plan, run, kind))


def _find_publication(plan: Plan, run: PlannedRun, kind: str) -> tuple[str, str, str]:
    """Return state, detail and next command of a run whose results are up to date."""
    log = read_log(plan.root)
    # A publication lists its items, also where the configuration leaves them to the default.
    listed = with_items(plan.root, run)
    run_publications = [
        publication_id
        for publication_id in plan.publications
        if plan.runs[f"publications/{publication_id}"].name == run.name
        and publication_id not in log.withdrawn
    ]
    in_force = [
        name
        for name in run_publications
        if name in log.latest and not log.latest[name].superseded_by
    ]
    drafts = [name for name in run_publications if name in plan.drafts]
    for publication_id in drafts:
        if plan.runs[f"publications/{publication_id}"].same_as(listed):
            return (
                "sealed",
                f"draft {publication_id}",
                f"readiness freeze {publication_id} --release",
            )
    for publication_id in in_force:
        if plan.runs[f"publications/{publication_id}"].same_as(listed):
            return "published", f"as {publication_id}", ""
    following = _name_next(run.name, run_publications)
    freeze = f"readiness freeze {following} --{kind} {run.name}"
    if in_force:
        last = in_force[-1]
        correction = f"{freeze} --supersedes {last} --erratum TEXT"
        return "changed", f"other settings or data than {last}", correction
    return "computed", "in no publication", freeze


def _name_next(name: str, publications: list[str]) -> str:
    """Return the next publication's name: NAME-r1, or the one after the highest number."""
    numbered = [
        matched
        for publication in publications
        if (matched := re.fullmatch(r"(.+)-r(\d+)", publication))
    ]
    last = max(numbered, key=lambda matched: int(matched[2]), default=None)
    return f"{last[1]}-r{int(last[2]) + 1}" if last else f"{name}-r1"


def _judge_publications(plan: Plan, outdated: Counter[str]) -> list[PublicationStatus]:
    """Return the state of each publication, in the order of their ids."""
    log = read_log(plan.root)
    statuses = []
    for publication_id in plan.publications:
        entry = log.latest.get(publication_id)
        state, detail = "in force", ""
        if entry is None:
            state = "draft" if publication_id in plan.drafts else "not in the log"
        elif entry.withdrawn:
            state, detail = "withdrawn", entry.withdrawn
        elif entry.superseded_by:
            state, detail = "superseded", f"by {entry.superseded_by}"
        if publication_id in plan.unavailable:
            detail = ", ".join(filter(None, (detail, str(plan.unavailable[publication_id]))))
        steps = outdated[f"publications/{publication_id}"]
        statuses.append(PublicationStatus(publication_id, state, detail, steps))
    return statuses
