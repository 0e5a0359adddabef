"""Does a sealed plan name each thing that was done otherwise, and nothing in a faithful wave?

    .venv/bin/python benchmarks/plan_deviations.py [SEED]

Each case is a small wave of the tests: its plan is sealed, its answers are registered, then one
thing is changed in configuration, questionnaire, margins, sample, report, log or code, with values
drawn by the seed. What the report would be told is compared with what was changed. Beside them, as
many waves as `FAITHFUL` with settings drawn by the seed, of which nothing may be named.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from readiness.cli import main as run_command
from readiness.config import load_config
from readiness.datasets.add import add_version
from readiness.datasets.versions import COLUMNS, VERSIONS
from readiness.plan import Plan
from readiness.publications.log import read_log
from readiness.publications.plans import check_plans

ROOT = Path(__file__).resolve().parents[1]
TINY = ROOT / "tests/tiny"
WAVE, DATASET = "canteen-2026", "canteen-2026"
QUESTIONNAIRE, MARGINS = "data/questionnaires/canteen-1.yaml", "data/margins/canteen-1.csv"
EXPORT = TINY / "exports/canteen-2025@1.csv"
FAITHFUL = 20
Random = random.Random


@dataclass
class SmallWave:
    """A folder with one wave: what a plan is made of, and no program."""

    root: Path
    random: Random
    program: Path | None = None

    def set(self, section: str, **values: object) -> None:
        """Change keys of a section of the wave; "" is the wave itself."""
        config = yaml.safe_load((self.root / "config.yaml").read_text("utf-8"))
        wave = config["waves"][WAVE]
        (wave.setdefault(section, {}) if section else wave).update(values)
        (self.root / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace what must be there in a file."""
        text = (self.root / name).read_text("utf-8")
        assert old in text, (name, old)
        (self.root / name).write_text(text.replace(old, new, 1), "utf-8")

    def call(self, *arguments: str) -> int:
        """A command of the program in the folder; what it says is dropped."""
        said = io.StringIO()
        with (
            contextlib.chdir(self.root),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
        ):
            return run_command(arguments)

    def seal(self, *more: str) -> int:
        """Seal its plan, or an amendment."""
        return self.call("plan", WAVE, "--seal", *more)

    def add_answers(self, version: str = "1") -> None:
        """Register the answers; the second version lacks a row."""
        file = self.root / "export.csv"
        rows = EXPORT.read_bytes().splitlines(keepends=True)
        file.write_bytes(b"".join(rows if version == "1" else rows[:-1]))
        add = ("data", "add", "export.csv", "--dataset", DATASET, "--as", version)
        assert self.call(*add, "--questionnaire", "canteen-1") == 0

    def named(self) -> set[str]:
        """What is named: the keys that a report is told of, and the files that an audit names."""
        faults = check_plans(self.root, read_log(self.root), own=True)
        if faults:
            return {f"{finding.place} {finding.fact.kind}" for finding in faults}
        if self.program:
            ask = [sys.executable, __file__, "--named", str(self.root)]
            environment = {**os.environ, "PYTHONPATH": str(self.program)}
            done = subprocess.run(ask, env=environment, capture_output=True, text=True, check=True)
            return set(json.loads(done.stdout))
        plan = Plan(self.root, load_config(self.root / "config.yaml"))
        told = json.loads(plan.settings("render", f"waves/{WAVE}", "en"))["part"]
        return {one["key"] for one in told["plan"]["deviations"]}


def lay_out(root: Path, seed: int) -> SmallWave:
    """A wave whose sample is registered and whose answers are not."""
    shutil.copytree(TINY / "data", root / "data")
    (root / ".dvc").mkdir()
    for name in (".dvc/config", "report.qmd"):
        shutil.copyfile(ROOT / name, root / name)
    (root / VERSIONS).write_text(",".join(COLUMNS) + "\n", "utf-8")
    add_version(root, TINY / "exports/canteen-2025-sample@1.csv", "sample", "1")
    section = yaml.safe_load((TINY / "config.yaml").read_text("utf-8"))["waves"]["canteen-2025"]
    del section["corrections"]
    config = {"report": {"languages": ["en"]}, "waves": {WAVE: section}}
    (root / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    wave = SmallWave(root, Random(seed))
    bands = [
        {"code": "short", "label": {"en": "Short"}, "below": 30},
        {"code": "long", "label": {"en": "Long"}, "at_least": 30},
    ]
    stay = {"id": "stay", "label": {"en": "Stay"}}
    derive = [{**stay, "bands": {"item": "minutes", "categories": bands}}]
    wave.set("", answers=f"{DATASET}@1", sample="sample@1", derive=derive)
    return wave


def drop_question(wave: SmallWave) -> None:
    """Ask the last question no more."""
    text = (wave.root / QUESTIONNAIRE).read_text("utf-8")
    (wave.root / QUESTIONNAIRE).write_text(text.partition("  - id: wishes")[0], "utf-8")
    wave.set("estimate", items=["meal", "minutes"])


def enlarge_sample(wave: SmallWave) -> None:
    """Ask more people than planned."""
    source = TINY / "exports/canteen-2025-sample@1.csv"
    head, *rows = csv.reader(source.read_text("utf-8").splitlines())
    more = [[f"{cell}x" if k == 0 else cell for k, cell in enumerate(row)] for row in rows]
    count = wave.random.randint(1, len(rows))
    file = wave.root / "sample.csv"
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([head, *rows, *more[:count]])
    add_version(wave.root, file, "sample", "2")
    wave.set("", sample="sample@2")


def name_second_answers(wave: SmallWave) -> None:
    """Compute from another version of the answers."""
    wave.add_answers("2")
    wave.set("", answers=f"{DATASET}@2")


def take_other_margins(wave: SmallWave) -> None:
    """Weight to another file, of other totals."""
    text = (
        (wave.root / MARGINS).read_text("utf-8").replace("200", str(wave.random.randint(201, 399)))
    )
    (wave.root / "data/margins/canteen-2.csv").write_text(text, "utf-8")
    wave.set("weight", margins="canteen-2")


def plan_file(wave: SmallWave) -> Path:
    """The sealed plan."""
    return wave.root / f"publications/plans/{WAVE}/1.json"


def edit_plan(wave: SmallWave) -> None:
    """Make the plan say what was done."""
    plan = plan_file(wave)
    plan.write_text(plan.read_text("utf-8").replace('"holm"', '"BH"'), "utf-8")


def forget_plan(wave: SmallWave) -> None:
    """Remove the plan and its entry, and leave a log that holds."""
    plan_file(wave).unlink()
    (wave.root / "publications/index.json").write_text(
        json.dumps({"format": 1, "entries": []}, sort_keys=True, indent=1) + "\n", "utf-8"
    )


def drop_log(wave: SmallWave) -> None:
    """Remove the whole log."""
    (wave.root / "publications/index.json").unlink()


def recode(wave: SmallWave, step: str) -> None:
    """Let another program compute: of one step a module is another one."""
    wave.program = wave.root / "program"
    shutil.copytree(ROOT / "workflow/readiness", wave.program / "readiness")
    with (wave.program / f"readiness/steps/{step}.py").open("a", encoding="utf-8") as module:
        module.write(f"\nADDED = {wave.random.randint(1, 999)}\n")


def write_register_again(wave: SmallWave) -> None:
    """Let the register look as if other data had been there before."""
    path = wave.root / VERSIONS
    head, *rows = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([head, *rows[::-1]]), "utf-8")


@dataclass(frozen=True)
class Case:
    """One deviation: what is done, and exactly what must be named."""

    name: str
    change: Callable[[SmallWave], object]
    expected: frozenset[str]


PLAN = f"publications/plans/{WAVE}/1.json"


def cases() -> Iterator[Case]:
    """All deviations."""

    def of(name: str, expected: str, change: Callable[[SmallWave], object]) -> Case:
        return Case(name, change, frozenset(expected.split(" | ")))

    def setting(name: str, section: str, key: str, draw: Callable[[Random], object]) -> Case:
        return of(name, f"{section}.{key}", lambda w: w.set(section, **{key: draw(w.random)}))

    def swap(name: str, file: str, old: str, new: str, expected: str) -> Case:
        return of(name, expected, lambda w: w.replace(file, old, new))

    yield of(
        "groups merged",
        "weight.collapse.site",
        lambda w: w.set("weight", collapse={"site": [["harbour", "hill"]]}),
    )
    yield setting("adjustment changed", "compare", "adjust", lambda r: r.choice(["BH", "hommel"]))
    yield setting("seed changed", "compare", "seed", lambda r: r.randint(2, 10**6))
    yield of(
        "test added",
        "compare.items.wishes",
        lambda w: w.set("compare", items=["meal", "wishes"]),
    )
    yield of("test dropped", "compare.items.meal", lambda w: w.set("compare", items=[]))
    yield of(
        "estimate added",
        "estimate.items.stay",
        lambda w: w.set("estimate", items=["meal", "minutes", "wishes", "stay"]),
    )
    yield of(
        "estimate dropped",
        "estimate.items.minutes",
        lambda w: w.set("estimate", items=["meal", "wishes"]),
    )
    yield setting("level", "estimate", "level", lambda r: r.choice([0.9, 0.99, 0.8]))
    yield of("grouped otherwise", "estimate.by", lambda w: w.set("estimate", by=["site"]))
    yield setting("limits of weights", "weight", "trim", lambda r: [0.5, r.randint(5, 9)])
    yield of("unweighted", "weight | margins", lambda w: w.set("", weight="none"))
    yield setting("smallest base", "figures", "minimum_base", lambda r: r.randint(4, 9))
    yield setting("reliable base", "figures", "reliable_base", lambda r: r.randint(11, 60))
    yield setting("rounding", "figures", "rounding", lambda r: "half_up")
    yield of("suppression", "disclosure", lambda w: w.set("", disclosure="researchers"))
    yield setting("window", "validate", "closes", lambda r: f"2025-03-{r.randint(10, 30)}")
    yield setting(
        "duplicates", "validate", "duplicates", lambda r: r.choice(["first", "most_answered"])
    )
    yield setting("losses", "validate", "largest_loss", lambda r: r.choice([0.1, 0.5]))
    yield of("selection", "selection", lambda w: w.set("", selection="census"))
    yield of("questions told of", "show", lambda w: w.set("", show=["wishes", "meal"]))
    yield of("corrected", "corrections", lambda w: w.set("", corrections="canteen-1"))
    yield swap(
        "option reworded",
        QUESTIONNAIRE,
        "text: Hot",
        "text: Warm",
        "items.meal.categories.hot.text",
    )
    yield swap(
        "question reworded",
        QUESTIONNAIRE,
        "Which meal do you",
        "Which meal would you",
        "items.meal.column",
    )
    yield swap(
        "option added",
        QUESTIONNAIRE,
        "      - {code: cold, text: Cold}\n",
        "      - {code: cold, text: Cold}\n      - {code: raw, text: Raw}\n",
        "items.meal.categories.raw",
    )
    yield swap(
        "options in another order",
        QUESTIONNAIRE,
        "      - {code: fruit, text: Fruit}\n      - {code: soup, text: Soup}\n",
        "      - {code: soup, text: Soup}\n      - {code: fruit, text: Fruit}\n",
        "items.wishes.categories.(order)",
    )
    yield of("question dropped", "items.wishes | estimate.items.wishes", drop_question)
    yield swap(
        "question added",
        QUESTIONNAIRE,
        "  - id: minutes\n",
        "  - id: age\n    kind: number\n    column: How old are you?\n  - id: minutes\n",
        "items.age",
    )
    yield swap("margins changed", MARGINS, "harbour,400", "harbour,500", "margins.site.harbour")
    yield of("other margins", "weight.margins | margins.site.hill", take_other_margins)
    yield of("sample enlarged", "sample | drawn.rows", enlarge_sample)
    yield of("other answers", "answers", name_second_answers)
    yield swap(
        "derived otherwise",
        "config.yaml",
        "at_least: 30",
        "at_least: 45",
        "derive.stay.bands.categories.long.at_least",
    )
    yield swap("block dropped", "report.qmd", 'report.block("change")\n', "", "report")
    yield swap(
        "blocks in another order",
        "report.qmd",
        'report.items()\nreport.block("change")',
        'report.block("change")\nreport.items()',
        "report",
    )
    yield of("plan edited", f"{PLAN} audit.seal.changed", edit_plan)
    yield of("plan removed", f"{PLAN} audit.seal.removed", lambda w: plan_file(w).unlink())
    yield of("plan forgotten by log and folder", f"{PLAN} plan.audit.noted", forget_plan)
    yield of("log removed", f"{PLAN} audit.log.unlisted | {PLAN} plan.audit.noted", drop_log)
    yield of("register written again", f"{PLAN} plan.audit.register", write_register_again)
    yield of("code of a step changed", "code.weight", lambda w: recode(w, "weight"))
    yield of("code of tests changed", "code.compare", lambda w: recode(w, "compare"))


def try_case(case: Case, root: Path, seed: int) -> set[str]:
    """What is named of a deviation: seal, register, deviate, ask."""
    wave = lay_out(root, seed)
    assert wave.seal() == 0, case.name
    wave.add_answers()
    case.change(wave)
    return wave.named()


def try_faithful(root: Path, seed: int) -> set[str]:
    """What is named of a wave that does what was planned, whatever that is."""
    wave = lay_out(root, seed)
    draw = wave.random
    wave.set("estimate", level=draw.choice([0.9, 0.95]))
    wave.set("compare", seed=draw.randint(1, 10**6), adjust=draw.choice(["holm", "BH", "hommel"]))
    wave.set("figures", minimum_base=draw.randint(3, 6))
    wave.set("", disclosure=draw.choice(["public", "researchers"]))
    wave.replace(MARGINS, "400", str(draw.randint(300, 600)))
    if draw.random() < 0.5:
        wave.set("", weight="none")
    assert wave.seal() == 0
    wave.add_answers()
    return wave.named()


def main(seed: int) -> int:
    """All cases; 0 where each is named by what it is, and nothing else."""
    wrong, count = 0, 0
    for k, case in enumerate(cases()):
        with tempfile.TemporaryDirectory() as folder:
            named = try_case(case, Path(folder), seed + k)
        count += 1
        wrong += named != case.expected
        print(f"{'named' if named == case.expected else 'WRONG':<6} {case.name}: {sorted(named)}")
    silent = 0
    for k in range(FAITHFUL):
        with tempfile.TemporaryDirectory() as folder:
            silent += not try_faithful(Path(folder), seed + k)
    with tempfile.TemporaryDirectory() as folder:
        late = lay_out(Path(folder), seed)
        late.add_answers()
        refused = late.seal() == 2 and not (late.root / "publications").exists()
    print(f"deviations named by what they are: {count - wrong} of {count}")
    print(f"faithful waves of which nothing is named: {silent} of {FAITHFUL}")
    print(f"sealing after registration refused: {refused}")
    return int(bool(wrong) or silent != FAITHFUL or not refused)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--named"]:
        print(json.dumps(sorted(SmallWave(Path(sys.argv[2]), Random()).named())))
    else:
        sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 20260301))
