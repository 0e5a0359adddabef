"""Reading and validating an export of a million interviews: seconds, memory, and what it finds.

An export of 20 questions is made at random with faults in it, of which each is counted as it is
planted. A process of its own reads and validates it, and must find as many. Beside it stands what a
user would write instead: the same file read with pandas as text, and a check of each column; it
knows neither routing nor whole interviews, and its faults are counted as cells.

    .venv/bin/python benchmarks/validation.py                  # 100,000 and 1,000,000 rows
    .venv/bin/python benchmarks/validation.py --rows 20000

Times depend on the machine; the ratio and the growth hardly do. Nothing is written but to the
terminal. Exits with 1 where a limit is not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402
import pandas as pd  # noqa: E402

from readiness.questionnaire import questionnaire_of  # noqa: E402
from readiness.readers import read_export  # noqa: E402
from readiness.validation import validate  # noqa: E402

SEED = 20_000_000
ROWS = (100_000, 1_000_000)
# What a million rows may take.
SECONDS, GIGABYTES = 15.0, 1.5
LEVELS = ("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree")
TASKS = ("Writing, editing", "Translation", "Images", "Sound", "Research")
# What no option is, and one is nearly.
TYPED = "Agreed"


def document() -> dict[str, Any]:
    """The questionnaire: a block of ten, a routed question, boxes, numbers."""
    scale = [{"code": f"level_{k}", "text": text} for k, text in enumerate(LEVELS)]
    rows = [{"id": f"grid_{k}", "text": f"Statement {k}"} for k in range(10)]
    single = [
        {"id": f"single_{k}", "kind": "ordinal", "column": f"Question {k}", "categories": scale}
        for k in range(4)
    ]
    numbers = [
        {
            "id": f"number_{k}",
            "kind": "number",
            "column": f"Number {k}",
            "range": {"low": 0, "high": 100},
        }
        for k in range(3)
    ]
    used = [{"code": "yes", "text": "Yes"}, {"code": "no", "text": "No"}]
    how = [{"code": "much", "text": "Much"}, {"code": "little", "text": "Little"}]
    tasks = [{"code": f"task_{k}", "text": text} for k, text in enumerate(TASKS)]
    return {
        "name": "million",
        "version": "1",
        "language": "en",
        "title": {"en": "A million"},
        "export": {"timestamp": "Timestamp", "tool": "google-forms"},
        "items": [
            {"id": "grid", "kind": "grid", "column": "How much", "rows": rows, "categories": scale},
            *single,
            *numbers,
            {"id": "used", "kind": "single", "column": "Used?", "categories": used},
            {
                "id": "how",
                "kind": "single",
                "column": "How much?",
                "categories": how,
                "asked_if": [{"item": "used", "one_of": ["yes"]}],
            },
            {
                "id": "tasks",
                "kind": "multi",
                "column": "Tasks",
                "blank_means": "skipped",
                "categories": tasks,
            },
        ],
    }


def _drawn(rng: np.random.Generator, texts: Any, rows: int) -> npt.NDArray[np.object_]:
    return np.array(texts, dtype=object)[rng.integers(0, len(texts), rows)]


def write(path: Path, rows: int) -> dict[str, int]:
    """Write an export; returns how many faults of each rule were planted."""
    rng = np.random.Generator(np.random.PCG64([SEED, rows]))
    moments = np.datetime64("2026-03-01T00:00:00") + rng.permutation(rows).astype("timedelta64[s]")
    columns: dict[str, npt.NDArray[np.object_]] = {
        "Timestamp": pd.Series(moments).dt.strftime("%d/%m/%Y %H:%M:%S").to_numpy(dtype=object)
    }
    for item in questionnaire_of(document(), "million").items:
        texts = [category.text for category in item.categories] or [str(n) for n in range(101)]
        columns[item.column] = _drawn(rng, texts, rows)
    boxes = [";".join(t for k, t in enumerate(TASKS) if n >> k & 1) for n in range(1, 32)]
    columns["Tasks"] = _drawn(rng, boxes, rows)
    columns["How much?"][columns["Used?"] == "No"] = ""
    few = rows // 100
    places = rng.permutation(rows)
    columns["Question 0"][places[:few]] = TYPED
    columns["Number 0"][places[few : 2 * few]] = "101"
    columns["Number 1"][places[2 * few : 3 * few]] = "a few"
    columns["Question 1"][places[3 * few : 4 * few]] = ""
    straight = places[4 * few : 5 * few]
    for name in (name for name in columns if name.startswith("How much [")):
        columns[name][straight] = LEVELS[0]
    led = np.flatnonzero(columns["Used?"] == "Yes")[:few]
    columns["How much?"][led] = ""
    out = np.flatnonzero(columns["Used?"] == "No")[:few]
    columns["How much?"][out] = "Much"
    pd.DataFrame(columns).to_csv(path, index=False, lineterminator="\n")
    rules = (
        "unknown_option",
        "out_of_range",
        "not_a_number",
        "no_answer",
        "straight_line",
        "routed_blank",
        "routed_out",
    )
    return dict.fromkeys(rules, few)


def found(path: Path) -> dict[str, int]:
    """What validation finds, by rule, and how many are kept."""
    questionnaire = questionnaire_of(document(), "million")
    result = validate(read_export(path, questionnaire), questionnaire)
    counts = {str(rule): int(n) for rule, n in result.issues["rule"].value_counts().items()}
    return {**counts, "kept": result.count("kept")}


def instead(path: Path) -> dict[str, int]:
    """Pandas called by hand: how many cells fail a check of their column."""
    table = pd.read_csv(path, dtype=str, na_filter=False)
    cells = 0
    for item in questionnaire_of(document(), "million").items:
        texts, column = [category.text for category in item.categories], table[item.column]
        if item.kind.is_number:
            right = column.str.fullmatch(r"\d|[1-9]\d|100")
        elif item.kind.takes_several:
            known = "|".join(texts)
            right = column.str.fullmatch(f"(({known})(;({known}))*)?")
        else:
            right = column.isin([*texts, ""])
        cells += int((~right).sum())
    return {"cells": cells}


@dataclass(frozen=True)
class Cost:
    """What a process took, and what it found."""

    seconds: float
    cpu: float
    gigabytes: float
    found: dict[str, int]


def cost_of(what: str, path: Path) -> Cost:
    """Run `found` or `instead` in a process of its own."""
    start = time.monotonic()
    out = path.with_suffix(".json")
    line = [sys.executable, __file__, "--only", what, "--file", str(path), "--out", str(out)]
    child = os.posix_spawn(line[0], line, os.environ)
    _, status, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{what} failed")
    seconds = time.monotonic() - start
    made = json.loads(out.read_text("utf-8"))
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6, made)


def measure(rows: int) -> tuple[Cost, Cost]:
    """Ours and what stands in for it, at so many rows; what was planted must be found."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "export.csv"
        planted = write(path, rows)
        ours, theirs = cost_of("found", path), cost_of("instead", path)
    missed = {rule: n for rule, n in planted.items() if ours.found.get(rule, 0) < n}
    if missed or ours.found["kept"] != rows:
        raise SystemExit(f"{rows} rows: not found: {missed}, kept {ours.found['kept']}")
    return ours, theirs


def main() -> int:
    """Measure, print a table, compare with the limits."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="*", default=list(ROWS))
    parser.add_argument("--only", choices=("found", "instead"), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only:
        made = {"found": found, "instead": instead}[arguments.only](arguments.file)
        arguments.out.write_text(json.dumps(made), "utf-8")
        return 0
    print("rows        seconds  processor  gigabytes  by hand  processor  gigabytes  ratio")
    costs, kept = [], True
    for rows in arguments.rows:
        ours, theirs = measure(rows)
        costs.append((rows, ours))
        print(
            f"{rows:>9,}  {ours.seconds:>8.1f}  {ours.cpu:>9.1f}  {ours.gigabytes:>9.2f}  "
            f"{theirs.seconds:>7.1f}  {theirs.cpu:>9.1f}  {theirs.gigabytes:>9.2f}  "
            f"{ours.cpu / theirs.cpu:>5.2f}"
        )
        if rows >= ROWS[-1]:
            kept = kept and ours.cpu <= SECONDS and ours.gigabytes <= GIGABYTES
    if len(costs) > 1:
        (few, small), (many, large) = costs[0], costs[-1]
        print(
            f"growth: {many / few:.0f} times the rows, {large.cpu / small.cpu:.1f} times the time"
        )
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
