"""What everything costs as it grows: seconds of the processors, in one table and one picture.

    .venv/bin/python benchmarks/cost.py                 # about half an hour
    .venv/bin/python benchmarks/cost.py --kept FILE     # goes on with the parts that are in it

Waves are the tests' tiny one (60 answers) under other names, run by Snakemake from their data to
the site; publications its own under other ids; rows an export of 20 questions; questions a weighted
survey of 2,000 people by eight groups until nothing is given away. Writes its section of
docs/measurements.md and docs/images/cost.svg.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from math import log10
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests"), str(Path(__file__).parent)]

import yaml  # noqa: E402

from audit import measure_commands, seconds  # noqa: E402
from disclosure import measure_register  # noqa: E402
from graph import graph_seconds  # noqa: E402
from measurements import MEASUREMENTS, write_section  # noqa: E402
from tiny_project import WAVE, make_tiny  # noqa: E402
from validation import measure  # noqa: E402

PICTURE = ROOT / "docs/images/cost.svg"
# What grows, and what is done with so many of it: seconds by their number.
Costs = dict[tuple[str, str], dict[int, float]]

PAGE = """\
# Cost against size

Written by `benchmarks/cost.py`. The table gives processor seconds of whole commands. Each wave is a
copy of the small test wave, and a folder of publications has half as many waves as publications.
The surveys with more questions have 2,000 people in eight groups.

![Seconds by size](images/cost.svg)

| size | task | seconds by size |
|---|---|---|
{rows}
"""


def run_waves(waves: int) -> float:
    """A whole run of so many waves."""
    with tempfile.TemporaryDirectory() as folder:
        project = make_tiny(Path(folder) / "tree")
        config = yaml.safe_load((project.root / "config.yaml").read_text("utf-8"))
        wave = config["waves"].pop(WAVE)
        config["waves"] = {f"wave-{number:03}": wave for number in range(waves)}
        config["report"]["show"] = list(config["waves"])
        (project.root / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True))
        return seconds(project.root, "run")[0]


def measure_waves() -> Costs:
    return {
        ("waves", "dry run of the workflow"): {n: graph_seconds(n) for n in (10, 30, 100)},
        ("waves", "`readiness run`, all to do"): {n: run_waves(n) for n in (10, 30, 100)},
    }


def measure_publications() -> Costs:
    found = measure_commands((10, 50, 100, 200), again=(10, 50, 100))
    return {
        ("publications", name): {count: took for count, (took, _) in times.items()}
        for name, times in found.items()
    }


def measure_rows() -> Costs:
    # More cells than the last has are not read.
    sizes = (100_000, 300_000, 1_000_000, 2_800_000)
    return {("rows", "read and validated"): {n: measure(n)[0].cpu for n in sizes}}


def measure_questions() -> Costs:
    found = {items: measure_register(items, 8, 600)[0] for items in (10, 20, 40, 60)}
    return {("questions", "disclosure control of a register"): found}


PARTS: dict[str, Callable[[], Costs]] = {
    "waves": measure_waves,
    "publications": measure_publications,
    "rows": measure_rows,
    "questions": measure_questions,
}


def draw(costs: Costs) -> str:
    """The picture: a panel for each thing that grows, both axes by powers of ten."""
    width, height, gap = 210, 230, 46
    kinds = list(dict.fromkeys(kind for kind, _ in costs))
    top = max(taken for found in costs.values() for taken in found.values())
    low, high = -1.0, log10(top) * 1.02
    parts = []
    for panel, kind in enumerate(kinds):
        own = {name: found for (each, name), found in costs.items() if each == kind}
        sizes = sorted({size for found in own.values() for size in found})
        left, least, most = gap + panel * (width + gap), log10(sizes[0]), log10(sizes[-1])

        def place(size: float, taken: float, of: Sequence[float] = (left, least, most)) -> str:
            x = of[0] + (log10(size) - of[1]) / (of[2] - of[1]) * (width - 20)
            y = 30 + height * (high - log10(max(taken, 0.1))) / (high - low)
            return f"{x:.1f},{y:.1f}"

        parts.append(f'<text x="{left}" y="18" font-weight="bold">{kind}</text>')
        for power in range(-1, int(high) + 1):
            x, y = place(sizes[0], 10.0**power).split(",")
            parts.append(
                f'<line x1="{x}" y1="{y}" x2="{left + width - 20}" y2="{y}" stroke="#ccc"/>'
            )
            parts.append(f'<text x="{left - 6}" y="{y}" text-anchor="end">{10.0**power:g} s</text>')
        for size in (sizes[0], sizes[-1]):
            x = place(size, 1).split(",")[0]
            parts.append(f'<text x="{x}" y="{height + 48}" text-anchor="middle">{size:,}</text>')
        for found in own.values():
            line = " ".join(place(size, taken) for size, taken in found.items())
            parts.append(f'<polyline points="{line}" fill="none" stroke="#1f5a94"/>')
        below = float(height + 30)
        for name, found in sorted(own.items(), key=lambda each: list(each[1].values())[-1]):
            size, taken = list(found.items())[-1]
            x, y = place(size, taken).split(",")
            below = min(float(y) - 5, below - 9)
            parts.append(f'<circle cx="{x}" cy="{y}" r="2.5" fill="#1f5a94"/>')
            at = f'x="{x}" y="{below:.1f}" text-anchor="end" font-size="8"'
            parts.append(f"<text {at}>{name.replace('`', '')}</text>")
    size = f'viewBox="0 0 {gap + len(kinds) * (width + gap)} {height + 60}"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="10">'
    )
    return "\n".join([head, '<rect width="100%" height="100%" fill="#fff"/>', *parts, "</svg>", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kept", type=Path, help="where each part is kept as it is measured")
    kept = parser.parse_args().kept
    costs: Costs = {}
    if kept and kept.exists():
        for kind, what, found in json.loads(kept.read_text("utf-8")):
            costs[kind, what] = dict(found)
    for name, measure_part in PARTS.items():
        if name not in {kind for kind, _ in costs}:
            costs |= measure_part()
            if kept:
                told = [(*key, [*found.items()]) for key, found in costs.items()]
                kept.write_text(json.dumps(told), "utf-8")
    rows = []
    for (kind, what), found in costs.items():
        said = ", ".join(f"{size:,}: {taken:.1f}" for size, taken in found.items())
        rows.append(f"| {kind} | {what} | {said} |")
    write_section(MEASUREMENTS, PAGE.format(rows="\n".join(rows)))
    PICTURE.write_text(draw(costs), "utf-8")


if __name__ == "__main__":
    main()
