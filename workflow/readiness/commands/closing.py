"""Last lines of a run: answers kept and dropped, questions not shown, what to open."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from readiness.config import WaveSettings
from readiness.ground.printable import one_line
from readiness.ground.tables import read_text_table
from readiness.language import tell, text
from readiness.plan import Plan, PlannedRun, input_files
from readiness.plan.checks import read_outline
from readiness.register.merging import describe_merger
from readiness.validation.losses import REASONS
from readiness.validation.validate import NO_LOSS

# Most questions that are listed by id for one wave.
MOST_QUESTIONS = 6


def closing_text(plan: Plan) -> str:
    """Describe a finished run in a few lines, the last of which names the page to open."""
    lines = []
    for run in plan.runs.values():
        if isinstance(run.section, WaveSettings) and not run.frozen:
            lines += [*_describe_answers(plan.root, run), _describe_questions(plan.root, run)]
    gate = (plan.root / "results/gate.txt").read_text("utf-8")
    faults = [
        f"results/{run.folder}/faults/faults-en.html"
        for run in plan.runs_with_reports
        if isinstance(run.section, WaveSettings)
    ]
    reproduced, _, page = gate.rstrip("\n").rpartition("\n")
    lines += reproduced.splitlines()
    lines += [f"Faults in the answers: {' '.join(faults)}"] if faults else []
    return "".join(f"{one_line(line)}\n" for line in [*lines, page])


def _describe_answers(root: Path, run: PlannedRun) -> Iterator[str]:
    """Count the submissions of a wave that were kept and dropped, and the answers left out."""
    path = root / "results" / run.folder / "validate/reconciliation.csv"
    table = read_text_table(path, "the reconciliation")
    of_file = table[table["item"] == ""]
    counts = dict(zip(of_file["part"], of_file["n"].astype(int), strict=True))
    dropped = {rule: counts[rule] for rule in REASONS if rule not in NO_LOSS and counts.get(rule)}
    kept, total = counts["kept"], sum(dropped.values())
    line = f"{run.name}: {kept:,} of {kept + total:,} submissions kept"
    if total:
        order = sorted(dropped.items(), key=lambda pair: (-pair[1], pair[0]))
        reasons = ", ".join(f"{text(REASONS[rule], 'en')}: {n}" for rule, n in order)
        line += f", {total:,} dropped ({reasons})"
    of_items = table[(table["item"] != "") & table["part"].isin(REASONS)]
    lost = of_items[~of_items["part"].isin(NO_LOSS)]["n"].astype(int).sum()
    yield line + (f"; {lost:,} answers left out" if lost else "")


def _describe_questions(root: Path, run: PlannedRun) -> str:
    """Count the questions of a wave in its report, and the missing ones by reason.

    A question is not in the report because the configuration does not ask for it, or because all of
    its numbers are suppressed to protect respondents.
    """
    assert isinstance(run.section, WaveSettings)
    setting = "show" if run.section.show else "estimate.items"
    wanted = run.section.show or run.section.estimate.items
    asked = read_outline(root, input_files(run.section)["questionnaire"]).kinds
    not_wanted = [item for item in asked if item not in wanted]
    protected = list_hidden(root, run)
    in_report = [item for item in asked if item in wanted and item not in protected]
    parts = [f"{run.name}: {len(in_report)} of {len(asked)} questions are in the report"]
    if len(in_report) == len(asked):
        parts = [f"{run.name}: all {len(asked)} questions are in the report"]
    if not_wanted:
        parts.append(
            f"{len(not_wanted)} not listed in {setting} of config.yaml ({_name_some(not_wanted)})"
        )
    if protected:
        parts.append(f"{len(protected)} not shown, to protect respondents ({', '.join(protected)})")
    return "; ".join(parts)


def _name_some(items: list[str]) -> str:
    """Name the first questions of a list, and count the others."""
    named = ", ".join(items[:MOST_QUESTIONS])
    more = len(items) - MOST_QUESTIONS
    return f"{named} and {more} more" if more > 0 else named


def list_hidden(root: Path, run: PlannedRun) -> list[str]:
    """List the questions that are suppressed as a whole, to protect respondents."""
    return [str(name) for name in _read_protection(root, run).get("hidden", ())]


def list_costs(plan: Plan) -> Iterator[str]:
    """Yield the numbers that small groups cost other groups, and those that merging saves."""
    for run in plan.runs.values():
        if isinstance(run.section, WaveSettings) and not run.frozen:
            for merger in _read_protection(plan.root, run).get("mergers", ()):
                yield f"{run.name}: {tell(describe_merger(merger), 'en')}"


def _read_protection(root: Path, run: PlannedRun) -> dict[str, Any]:
    path = root / "results" / run.folder / "register/disclosure.json"
    record: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return record
