"""Whether what a wave publishes gives a count away, what it loses, and how long that takes.

Random surveys (`disclosure_surveys`) go through the workflow's own steps to the register, which is
attacked as before any publication; and by a solver that shares no code with the attack
(`disclosure_solving`). Beside it the same with what is small withheld and no more.

    .venv/bin/python benchmarks/disclosure.py --surveys 200 --rows F  # one core; goes on from F
    .venv/bin/python benchmarks/disclosure.py --growth       # seconds and memory by size
    .venv/bin/python benchmarks/disclosure.py --registers F  # what real surveys withhold, F/*/*.csv

Each writes its section of docs/measurements.md; nothing depends on the number of workers but the
seconds.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import chdir
from dataclasses import dataclass, fields
from functools import partial
from itertools import pairwise
from multiprocessing import Process, Queue
from pathlib import Path
from unittest import mock

# One BLAS thread a worker: set before numpy is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent
sys.path[:0] = [str(ROOT / "workflow"), str(HERE)]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from disclosure_solving import TableSolver, list_asked  # noqa: E402
from disclosure_surveys import (  # noqa: E402
    KINDS,
    Survey,
    compute,
    survey,
    table,
    take,
    write,
)
from measurements import MEASUREMENTS, write_section  # noqa: E402
from readiness.analysis.selection import group_name  # noqa: E402
from readiness.disclosure import Policy  # noqa: E402
from readiness.disclosure.suppress import suppress  # noqa: E402
from readiness.ground.tables import read_text_table  # noqa: E402
from readiness.plan.runs import PlannedRun  # noqa: E402
from readiness.questionnaire import load_questionnaire  # noqa: E402
from readiness.register.figures import share_id  # noqa: E402
from readiness.register.withholding import Withheld  # noqa: E402
from readiness.steps import register_wave  # noqa: E402

SURVEYS = 200
# Seeds below are of small surveys.
SMALL = 100
POLICY = Policy.of({}, 5)
# Of a survey, how many protected counts the independent solver is asked for, the smallest first.
ASKED = 8
Files = dict[str, list[Path]]


@dataclass(frozen=True)
class Outcome:
    """One survey under one rule.

    `protected`: withheld counts that are small, or whose rest is; `given`: those of them that the
    attack narrows below the policy, and `refused`: of all that the gate looks at; `solved` of
    `asked`: what the independent solver narrows, `undecided`: of what it proves neither that nor
    the contrary; `withheld` of `numbers` shares, `lost`: those of
    them whose own counts are not small; `seconds`: of one core, of the register and the gate.
    """

    seed: int
    rule: str
    numbers: int
    withheld: int
    lost: int
    protected: int
    given: int
    refused: int
    asked: int
    solved: int
    undecided: int
    seconds: float
    people: int


COLUMNS = [each.name for each in fields(Outcome)]


def withhold_small(decide: object, tell: object, estimates: pd.DataFrame) -> Withheld:
    """What must not be known by itself, and nothing to protect it: in place of the policy."""
    hidden = set()
    for row in estimates.to_dict("records"):
        count, n = int(row["count"]), int(row["n"])
        if POLICY.is_sensitive(count, n) or n < POLICY.minimum_base:
            hidden.add(share_id(row["item"], row["level"], row["group"], row["base"]))
    return Withheld(frozenset(hidden))


# What is withheld, by the name of a rule: the step's own way is None.
RULES: dict[str, tuple[Callable[..., Withheld] | None, str]] = {
    "primaries": (withhold_small, "only small counts suppressed"),
    "suppressed": (None, "the program's rule"),
}


def make_survey(seed: int) -> Survey:
    """The survey of a seed: below `SMALL` two questions of 40 to 120 people, a third of them
    without a sample list; else all of what `survey` draws.
    """
    if seed >= SMALL:
        return survey(seed)
    people = int(np.random.default_rng(seed).integers(40, 121))
    kinds = (KINDS[seed % len(KINDS)], KINDS[seed // len(KINDS) % len(KINDS)])
    return survey(seed, people, items=2, listed=seed % 3 != 2, kinds=kinds)


def tried(seed: int) -> list[Outcome]:
    """One survey under each rule."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        root, made = Path(folder), make_survey(seed)
        run = write(made, root)
        everybody = np.ones(len(made.persons), dtype=bool)
        before = []
        if not made.earlier.all():
            first = compute(made, run, root, 1, made.earlier)
            before = [take("register-wave", run, root, first, root / "1") / "figures.csv"]
        found = compute(made, run, root, 2, everybody) | {"earlier": before}
        return [
            _judge(seed, name, _register(run, root, found, rule), run, found)
            for name, (rule, _) in RULES.items()
        ]


def _register(
    run: PlannedRun, root: Path, found: Files, rule: Callable[..., Withheld] | None
) -> tuple[Path, pd.DataFrame, float]:
    """The register under a rule, with the table of the attack on it, and the seconds it took."""
    start = time.process_time()
    own = rule or register_wave.withhold_until_held
    with mock.patch.object(register_wave, "withhold_until_held", own):
        figures = take("register-wave", run, root, found, root / "2") / "figures.csv"
    attacked = take("attack", run, root, found | {"figures": [figures]}, root / "2")
    seconds = time.process_time() - start
    return figures, read_text_table(attacked / "attack.csv", "the attack"), seconds


def _judge(
    seed: int,
    name: str,
    registered: tuple[Path, pd.DataFrame, float],
    run: PlannedRun,
    found: Files,
) -> Outcome:
    path, attacked, seconds = registered
    figures = read_text_table(path, "the register")
    estimates = read_text_table(found["estimates"][0], "the estimates")
    # How many did not know is always told: no policy protects it (docs/disclosure.md).
    estimates = estimates[~estimates["level"].isin(["mean", "dont_know"])]
    small, keys = [], ["item", "level", "group", "base"]
    for row in estimates.astype({"count": int, "n": int}).to_dict("records"):
        identity = share_id(*(row[key] for key in keys))
        for rest, count in ((False, row["count"]), (True, row["n"] - row["count"])):
            if POLICY.is_small(count):
                small.append((count, identity, rest, row))
    shown = dict(zip(figures["id"], figures["suppressed"] == "", strict=True))
    counts = {f"~{identity}" if rest else identity for _, identity, rest, _ in small}
    narrowed = attacked[attacked["verdict"] == "given_away"]
    names = (share_id(*key) for key in estimates[keys].to_numpy())
    withheld = {identity for identity in names if not shown.get(identity, True)}
    asked, solved, undecided = _solve(
        figures, run, found, [each for each in small if each[1] in withheld]
    )
    return Outcome(
        seed,
        name,
        len(estimates),
        len(withheld),
        len(withheld - {identity for _, identity, *_ in small}),
        len(counts),
        int(narrowed["id"].isin(counts).sum()),
        len(narrowed),
        asked,
        solved,
        undecided,
        seconds,
        len(read_text_table(found["answers"][0], "the answers")),
    )


def _solve(
    figures: pd.DataFrame, run: PlannedRun, found: Files, small: Collection[tuple]
) -> tuple[int, int, int]:
    """How many small counts the independent solver was asked for, how many it narrows, and of how
    many it proves neither.
    """
    questionnaire = load_questionnaire(found["questionnaire"][0])
    answers = read_text_table(found["answers"][0], "the answers")
    weights = read_text_table(found["weights"][0], "the weights", columns=("respondent", "weight"))
    cells = _list_cells(answers.merge(weights, on="respondent"), run.section.estimate.by)
    earlier = [read_text_table(path, "the earlier register") for path in found["earlier"]]
    asked = {
        (each.item, each.level): each
        for each in list_asked(questionnaire, run.section.estimate.items)
    }
    solvers: dict[tuple[str, str], TableSolver] = {}
    tries = solved = undecided = 0
    for count, _, rest, row in sorted(small, key=lambda each: each[:3])[:ASKED]:
        several = (row["item"], row["level"]) in asked
        key = (row["item"], row["level"] if several else "")
        level = "1" if several else row["level"]
        solver = solvers.get(key) or TableSolver(figures, asked[key], cells, *earlier)
        solvers[key] = solver
        ends = solver.interval(row["group"], level, rest=rest)
        if ends is None:
            continue
        tries += 1
        assert ends.lowest <= count <= ends.highest, f"{row}: {count} is not in {ends}"
        # Of a base of so few people no interval is wide enough; then nobody may have given it.
        few = int(row["n"]) <= POLICY.width and ends.lowest == 0
        if not few and not POLICY.holds(ends.lowest, ends.highest):
            print(f"narrowed: {row['item']} {level} of {row['group']}, {rest=}, {ends}", flush=True)
            solved += 1
        elif not few and not POLICY.holds(ends.least, ends.most):
            undecided += 1
    return tries, solved, undecided


def _list_cells(respondents: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """The people of each cell of the groups and weight, as the solver reads them: of an opt-in
    poll, whose weights are all the same, what the sizes of groups say.
    """
    groups = {
        name: respondents[name].map(partial(group_name, name)) if position else respondents[name]
        for position, name in enumerate(by)
    }
    known = pd.DataFrame(groups).assign(weight=pd.to_numeric(respondents["weight"]))
    return known.groupby([*groups, "weight"]).size().reset_index(name="people")


def run(
    seeds: Iterable[int], workers: int, kept: Path | None = None, until: float = math.inf
) -> pd.DataFrame:
    """The outcome of each survey under each rule, a row each, in the order of their seeds.

    `kept`: a file of rows, from which it goes on and to which each survey is added; `until`: the
    moment (seconds of `time.time`) after which no survey is begun.
    """
    done = pd.read_csv(kept) if kept and kept.exists() else pd.DataFrame(columns=COLUMNS)
    left = [seed for seed in seeds if seed not in {*done["seed"]}]
    rows = [done] if len(done) else []
    with ProcessPoolExecutor(workers) as pool:
        for outcomes in pool.map(partial(_announce, until), left, chunksize=1):
            table = pd.DataFrame([vars(each) for each in outcomes], columns=COLUMNS)
            if kept and len(table):
                table.to_csv(kept, mode="a", header=not kept.exists(), index=False)
            rows.append(table)
    return pd.concat(rows).sort_values(["seed", "rule"], ignore_index=True)


def _announce(until: float, seed: int) -> list[Outcome]:
    if time.time() > until:
        return []
    found = tried(seed)
    for each in found:
        print(*vars(each).values(), flush=True)
    return found


PAGE = """\
# Disclosure control against the attack

Written by `benchmarks/disclosure.py`. {surveys} random surveys of 40 to 120 people go through
the workflow's steps: {small} of two questions, {large} with routing, a grid, a multiple-response
question, derived groups, bounds, standard errors, limits and tests. Most have a sample and weights
raked to two margins. Surveys that follow an earlier release, which lacked one to four of the
people: {late}. The attack shares no code with the suppression. A third program, an integer program
over the table of individuals, shares no code with either; it tries the {asked} smallest protected
counts of each survey from printed shares, bases, missing answers and earlier bases, not from tests,
limits or effective sample sizes; an option of a multiple-response question without the others of
it. A count of which it finds no table is not counted; nor is "don't know", which is always told.

| {heads} |
|---|{dashes}|
{rows}

{by_size}

A count is protected if 1 to {last} people gave an answer, or did not give it. It is disclosed if a
reader can put it into an interval narrower than {width}, or prove that it is small. `freeze` does
not know which suppressed counts are small, so it requires this of all of them.

The next table is about single tables of counts with known margins, {each} of each size. The loss is
the number of people in cells that are suppressed only to protect others:

| cells | seconds, median | seconds, most | loss |
|--:|--:|--:|--:|
{single}
"""


def _tell_by_size(results: pd.DataFrame) -> str:
    """The shares that today's rule withholds, by the number of respondents."""
    rows = ["| respondents | surveys | shares | withheld |", "|--:|--:|--:|--:|"]
    for least, most in pairwise((40, 60, 80, 100, 121)):
        own = results[results["people"].between(least, most - 1)]
        if len(own):
            share = own["withheld"].sum() / own["numbers"].sum()
            rows.append(
                f"| {least} to {most - 1} | {len(own)} | {own['numbers'].sum()} | {share:.0%} |"
            )
    return "\n".join(rows).replace("%", " %")


# Rows and columns of the single tables that are timed.
SHAPES = ((4, 5), (10, 25))
# Of each shape.
TABLES = 9


def tables(shapes: Iterable[tuple[int, int]] = SHAPES, each: int = TABLES) -> pd.DataFrame:
    """Random tables of counts with their margins, protected, timed."""
    rows = []
    for shape in shapes:
        for seed in range(each):
            rng = np.random.default_rng(seed)
            system = table(rng.poisson(rng.gamma(1.2, 12, shape)).tolist(), POLICY)
            start = time.process_time()
            found = suppress(system, POLICY)
            seconds = time.process_time() - start
            rows.append((shape[0] * shape[1], seconds, found.loss))
    return pd.DataFrame(rows, columns=["cells", "seconds", "loss"])


TOLD = {
    "protected": "protected counts",
    "given": "of them disclosed by the attack",
    "asked": "protected counts that the third program tried",
    "solved": "of them disclosed by it",
    "undecided": "of them neither proved nor disproved within its limit",
    "numbers": "shares",
    "withheld": "of them suppressed",
    "lost": "suppressed only to protect others",
}


def page(results: pd.DataFrame, single: pd.DataFrame) -> str:
    """The section on what is disclosed and what is suppressed."""
    by = {name: results[results["rule"] == name] for name in RULES}
    rows = [
        f"| {says} | " + " | ".join(f"{own[name].sum()}" for own in by.values()) + " |"
        for name, says in TOLD.items()
    ]
    refused = (f"{(own['refused'] > 0).sum()}" for own in by.values())
    seconds = (f"{own['seconds'].median():.1f}" for own in by.values())
    rows.append("| surveys whose release is refused | " + " | ".join(refused) + " |")
    rows.append("| seconds of one core, median | " + " | ".join(seconds) + " |")
    seeds = results["seed"].unique()
    return PAGE.format(
        surveys=len(seeds),
        small=sum(seed < SMALL for seed in seeds),
        large=sum(seed >= SMALL for seed in seeds),
        late=sum(not make_survey(seed).earlier.all() for seed in seeds),
        by_size=_tell_by_size(by["suppressed"]),
        asked=ASKED,
        heads=" | ".join(["", *(says for _, says in RULES.values())]).strip(),
        dashes="|".join(["--:"] * len(RULES)),
        rows="\n".join(rows),
        each=len(single) // single["cells"].nunique(),
        single="\n".join(
            f"| {cells} | {t['seconds'].median():.2f} | {t['seconds'].max():.2f} |"
            f" {t['loss'].sum():.0f} |"
            for cells, t in single.groupby("cells")
        ),
        last=POLICY.minimum_cell - 1,
        width=POLICY.width,
    )


# --- Seconds and memory by items and groups.

ITEMS, GROUPS, PEOPLE = (10, 20, 40, 60), (4, 8, 20), 2_000

GROWTH = """\
# Seconds and memory of disclosure control

Written by `benchmarks/disclosure.py --growth`. Each cell is one weighted survey of {people}
people with routing, grids and multiple-response questions: seconds of one core until the attack
discloses nothing. The largest took {memory:.1f} GB. A survey is stopped after {most} s.

| items | {heads} |
|--:|{dashes}|
{rows}
"""


def _measure(items: int, groups: int, most: int, queue: Queue[tuple[float, float]]) -> None:
    """Seconds of one core and GB of memory of the register of one survey, within `most` s."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        root, made = Path(folder), survey(items * groups, PEOPLE, groups, items)
        run = write(made, root)
        found = compute(made, run, root, 1, np.ones(PEOPLE, dtype=bool))
        start = time.process_time()
        resource.setrlimit(resource.RLIMIT_CPU, (int(start) + most, -1))
        take("register-wave", run, root, found, root / "1")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        queue.put((time.process_time() - start, memory))


def measure_register(items: int, groups: int, most: int) -> tuple[float, float]:
    """The same in a process of its own; no end (inf) where it was ended after `most` seconds."""
    queue: Queue[tuple[float, float]] = Queue()
    process = Process(target=_measure, args=(items, groups, most, queue))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGXCPU), "not ended for its seconds"
    return queue.get() if process.exitcode == 0 else (np.inf, 0.0)


def growth(most: int, items: Sequence[int], groups: Sequence[int] = GROUPS) -> str:
    """The section; a survey that takes `most` seconds is ended."""
    rows, memory = [], 0.0
    for number in items:
        cells = []
        for size in groups:
            seconds, own = measure_register(number, size, most)
            cells.append(f"{seconds:.0f} s" if own else f"more than {most} s")
            memory = max(memory, own)
            print(number, size, cells[-1], f"{own:.2f} GB", flush=True)
        rows.append(f"| {number} | " + " | ".join(cells) + " |")
    return GROWTH.format(
        people=f"{PEOPLE:,}",
        most=most,
        memory=memory,
        heads=" | ".join(f"{size} groups" for size in groups),
        dashes="|".join(["--:"] * len(groups)),
        rows="\n".join(rows),
    )


# --- What real surveys withhold.

REGISTERS = """\
# What disclosure control suppresses in real surveys

Written by `benchmarks/disclosure.py --registers`, for {surveys} surveys that are not part
of the project. They are opt-in surveys without weights or a sample list; the groups are the answers
to one question. The table compares version 1.0 with the version that wrote this page: suppressed
shares of groups, suppressed shares for all respondents, and questions without any published share
of a group.

| survey | people | group shares | suppressed, 1.0 | now | for all, 1.0 | now | none, 1.0 | now |
|---|--:|--:|--:|--:|--:|--:|--:|--:|
{rows}

In total, {now} group shares are now suppressed, compared with {before} in version
1.0. The aim was half of 1.0 in total, and no survey above 1.0.
{half} of {surveys} surveys have at most half of 1.0, {above} have more than
in 1.0 ({names}).
"""
# Why a share is withheld so that nobody is recognised, as the register says it.
RECOGNISED = "few answers, or what they could be computed from"


@dataclass(frozen=True)
class WithheldShares:
    """Of one register: respondents, shares of groups, those and shares of all that are withheld so
    that nobody is recognised, and questions with shares of groups of which none is shown.
    """

    respondents: int
    shares: int
    withheld: int
    totals: int
    hidden: int


def count_withheld(figures: pd.DataFrame) -> WithheldShares:
    """Count what a register (as text) withholds; 1.0 wrote the same columns."""
    shares = figures[(figures["kind"] == "estimate") & (figures["unit"] == "share")]
    groups = shares[~shares["group"].isin(["", "all"])]
    kept = figures[(figures["kind"] == "quality") & (figures["statistic"] == "kept")]
    shown = groups["suppressed"].eq("").groupby(groups["item"]).any()
    return WithheldShares(
        int(kept["value"].iloc[0]),
        len(groups),
        int((groups["suppressed"] == RECOGNISED).sum()),
        int((shares.loc[shares["group"] == "all", "suppressed"] == RECOGNISED).sum()),
        int((~shown).sum()),
    )


def compare_registers(folder: Path) -> str:
    """The section on the surveys of a folder, each with the registers `before.csv`, `now.csv`."""
    rows, pairs = [], {}
    for path in sorted(folder.glob("*/now.csv")):
        before, now = (
            count_withheld(read_text_table(path.with_name(name), "the register"))
            for name in ("before.csv", "now.csv")
        )
        pairs[path.parent.name] = (before.withheld, now.withheld)
        rows.append(
            f"| {path.parent.name} | {now.respondents:,} | {now.shares:,} | {before.withheld} |"
            f" {now.withheld} | {before.totals} | {now.totals} | {before.hidden} | {now.hidden} |"
        )
    above = [name for name, (before, now) in pairs.items() if now > before]
    return REGISTERS.format(
        rows="\n".join(rows),
        before=sum(before for before, _ in pairs.values()),
        now=sum(now for _, now in pairs.values()),
        surveys=len(pairs),
        half=sum(2 * now <= before for before, now in pairs.values()),
        above=len(above),
        names=", ".join(above) or "none",
    )


def main(arguments: Iterable[str] | None = None) -> int:
    """Attack the surveys, or measure how their protection grows, and write the section."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--surveys", type=int, default=SURVEYS, help=f"how many ({SURVEYS})")
    parser.add_argument("--workers", type=int, default=1, help="processes (1)")
    parser.add_argument("--rows", type=Path, help="a file of rows, to go on from")
    parser.add_argument("--minutes", type=float, default=np.inf, help="begin no survey after them")
    parser.add_argument("--growth", action="store_true", help="seconds and memory by size")
    parser.add_argument("--registers", type=Path, help="a folder of registers, two each")
    parser.add_argument("--items", type=int, nargs="+", default=ITEMS, help="of how many items")
    parser.add_argument("--most", type=int, default=600, help="seconds after which one ends (600)")
    parser.add_argument("--out", type=Path, default=MEASUREMENTS, help="the page")
    options = parser.parse_args(None if arguments is None else list(arguments))
    if options.surveys < 1 or options.workers < 1:
        parser.error("at least one survey and one worker")
    if options.growth:
        write_section(options.out, growth(options.most, options.items))
        return 0
    if options.registers:
        write_section(options.out, compare_registers(options.registers))
        return 0
    start = time.process_time()
    # Of both kinds in turn, so that of few surveys as many are of either.
    seeds = sorted(range(options.surveys), key=lambda seed: (seed % SMALL, seed))
    until = time.time() + 60 * options.minutes
    results = run(seeds, options.workers, options.rows, until)
    write_section(options.out, page(results, tables()))
    told = results[results["rule"] == "suppressed"][
        ["given", "refused", "withheld", "solved", "undecided"]
    ].sum()
    n_surveys, seconds = results["seed"].nunique(), time.process_time() - start
    print(f"{n_surveys} surveys, {seconds:.0f} s: {told.to_dict()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
