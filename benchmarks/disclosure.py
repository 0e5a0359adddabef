"""Whether a release under each rule holds against the attack, and what it loses.

Random surveys (`disclosure_surveys`) are published two ways: what is small withheld and no more;
and by today's rule. Each is attacked by `readiness.attack`, which shares no code with the rule.

    .venv/bin/python benchmarks/disclosure.py               # 300 surveys, some 80 minutes

The result does not depend on the number of workers. It is written to docs/measurements.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import starmap
from pathlib import Path

# One BLAS thread a worker: set before numpy is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent
sys.path[:0] = [str(ROOT / "workflow"), str(HERE)]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from disclosure_surveys import (  # noqa: E402
    Rule,
    Survey,
    known,
    released,
    releases,
    survey,
    table,
    told,
)
from measurements import MEASUREMENTS, write_section  # noqa: E402
from readiness.attack import AttackRules, AttackTarget, CountVerdict, Release, attack  # noqa: E402
from readiness.config import FigureRules  # noqa: E402
from readiness.disclosure import Policy  # noqa: E402
from readiness.disclosure.optimise import optimise  # noqa: E402
from readiness.register.attacking import routes_of, withhold_until_held  # noqa: E402
from readiness.register.protection import base_id, share_id  # noqa: E402
from readiness.register.withholding import withhold  # noqa: E402

SURVEYS = 300
FIGURES = FigureRules(digits=1, rounding="half_even", minimum_base=5, reliable_base=5)
POLICY = Policy.of({}, 5)
RULES = AttackRules(POLICY.minimum_cell, POLICY.width)


Releases = Sequence[Release]


def primaries(
    made: Survey, answers: pd.DataFrame, table: pd.DataFrame, earlier: Releases
) -> set[str]:
    """What must not be known by itself, and nothing to protect it."""
    hidden = set()
    for row in table.to_dict("records"):
        if POLICY.is_sensitive(row["count"], row["n"]) or row["n"] < POLICY.minimum_base:
            hidden.add(share_id(row["item"], row["level"], row["group"], row["base"]))
        if row["n"] < POLICY.minimum_base:
            hidden.add(base_id(row["item"], row["group"], row["base"]))
    return hidden


@dataclass(frozen=True)
class Outcome:
    """One survey under one rule.

    `protected`: withheld counts that are small, or whose rest is, of the earlier release, too;
    `given`: those of them that the attack narrows below the policy; `before`: that the earlier
    release narrows, and how many came since; `lost`: the numbers withheld beyond them; `seconds`.
    `refused`: of all that the gate looks at, so much is given away; None where it was not asked.
    """

    seed: int
    rule: str
    numbers: int
    protected: int
    given: int
    before: int
    lost: int
    seconds: float
    refused: int | None = None
    first: str = ""


def tried(seed: int, name: str) -> Outcome:
    """One survey under one rule, attacked."""
    make, rule, _ = RULES_TRIED[name]
    made = make(seed)
    start = time.perf_counter()
    published = list(releases(made, rule))
    seconds = time.perf_counter() - start
    release, table, answers = published[-1]
    earlier = [each for each, *_ in published[:-1]]
    small = _small(table)
    counts = {_named(*each) for each in small}
    for before, earlier_table, _ in published[:-1]:
        counts |= {f"{before.name}/{_named(*each)}" for each in _small(earlier_table)}
        counts |= {f"+{before.name}/{each}" for each in _came(earlier_table, table)}
    target = attacked(made, answers, release, earlier)
    # The gate does not know which withheld counts are small: it looks at all of them.
    gate = rule is optimised
    found = attack(target, counts=() if gate else counts) if gate or counts else []
    narrowed = [each for each in found if each.verdict is CountVerdict.GIVEN]
    given = [each for each in narrowed if each.cell.id in counts]
    keys = table.loc[table["n"] > 0, ["item", "level", "group", "base"]]
    numbers = {share_id(*key) for key in keys.to_numpy()}
    hidden = {s.id for t in release.tables.values() for s in t.shares if s.value is None}
    return Outcome(
        seed,
        name,
        len(numbers),
        len(counts),
        len(given),
        sum(each.verdict is CountVerdict.BEFORE and each.cell.id in counts for each in found),
        len(hidden & numbers - {identity for identity, _ in small}),
        seconds,
        len(narrowed) if gate else None,
        narrowed[0].cell.id if narrowed else "",
    )


def _came(before: pd.DataFrame, table: pd.DataFrame) -> set[str]:
    """The answers that few gave of those who came since."""
    keys = ["item", "level", "group", "base"]
    both = before.merge(table, on=keys, suffixes=("_before", ""))
    more = both[(both["count"] - both["count_before"]).map(POLICY.is_small)]
    return {share_id(*key) for key in more[keys].to_numpy()}


def _named(identity: str, rest: bool) -> str:
    """A count as the attack calls it."""
    return f"~{identity}" if rest else identity


def _small(table: pd.DataFrame) -> set[tuple[str, bool]]:
    """The counts that must not be known: by id, and whether it is that of the rest."""
    found = set()
    for row in table.to_dict("records"):
        identity = share_id(row["item"], row["level"], row["group"], row["base"])
        for rest, count in ((False, row["count"]), (True, row["n"] - row["count"])):
            if POLICY.is_small(count):
                found.add((identity, rest))
    return found


def optimised(
    made: Survey, answers: pd.DataFrame, table: pd.DataFrame, earlier: Releases
) -> Collection[str]:
    """The least loss that leaves every protected count wide enough, all linked numbers together,
    and more until the attack is met.
    """
    rows = answers.reset_index(drop=True)
    known_to_all = (rows, rows.iloc[:0], made.questionnaire, made.variables, FIGURES, POLICY)
    before = [told(each) for each in earlier]
    return withhold_until_held(
        lambda demand, decided: withhold(table, *known_to_all, before, demand, decided),
        lambda ids: attacked(made, answers, released("now", made, answers, table, ids), earlier),
        table,
    ).ids


def attacked(
    made: Survey, answers: pd.DataFrame, release: Release, earlier: Releases
) -> AttackTarget:
    """A release of a survey as what is attacked."""
    routes = routes_of(made.questionnaire)
    return AttackTarget(release, earlier, known(made, answers), RULES, routes)


# What is published of which surveys, by a name, and how the page calls it.
RULES_TRIED: dict[str, tuple[Callable[[int], Survey], Rule, str]] = {
    "primaries": (survey, primaries, "small counts alone withheld"),
    "optimised": (survey, optimised, "today's rule"),
}


def run(
    seeds: Iterable[int], workers: int, names: Sequence[str] = tuple(RULES_TRIED)
) -> pd.DataFrame:
    """The outcome of each survey under each rule, a row each, in the order of their seeds."""
    tasks = [(seed, name) for seed in seeds for name in names]
    if workers == 1:
        found = list(starmap(tried, tasks))
    else:
        with ProcessPoolExecutor(workers) as pool:
            found = list(pool.map(tried, *zip(*tasks, strict=True), chunksize=1))
    return pd.DataFrame([vars(each) for each in found])


PAGE = """\
# Disclosure control against the attack

Written by `benchmarks/disclosure.py`; edit that, not this page. {surveys} random surveys of 30 to
260 respondents, one to three frame variables, weights that differ by their categories, one or two
items (some asked after the other, some with "do not know"), unanswered questions, and for a quarter
of them an earlier release from which one to four people are missing. Percentages have one decimal.
The attack shares no code with the rule; it knows the frame cell and weight of every respondent, and
the earlier release.

| {heads} |
|---|{dashes}|
{rows}

The gate before a publication does not know which withheld counts are small, so it asks as much of
all of them; only what a reader can tell to be large, or nobody, is none of its business. Under
today's rule it would refuse {refused} of the {surveys} surveys.

Single tables of counts with known margins, {each} of each size; the loss is the people who are in
the cells that are withheld for others:

| cells | seconds, median | seconds, most | loss | proved least |
|--:|--:|--:|--:|--:|
{single}

A count is protected when 1 to {last} people gave an answer, or otherwise; so are those of the
earlier release, and the answers of the few who came since. It is given away when a reader can put
it into an interval narrower than {width}, or prove that it is small; of those who came since, that
one of them gave the answer. It was narrow before when the earlier release and the number of people
since tell as much without this release. A number is lost when it is withheld though its own count
could be known. Times are those of choosing what is withheld, on one core.
"""


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
            found = optimise(system, POLICY)
            seconds = time.process_time() - start
            rows.append((shape[0] * shape[1], seconds, found.loss, found.optimal))
    return pd.DataFrame(rows, columns=["cells", "seconds", "loss", "optimal"])


def page(results: pd.DataFrame, single: pd.DataFrame) -> str:
    """The page."""
    names = list(dict.fromkeys(results["rule"]))
    by = {name: results[results["rule"] == name] for name in names}

    def row(label: str, tell: Callable[[pd.DataFrame], str]) -> str:
        return f"| {label} | " + " | ".join(tell(by[name]) for name in names) + " |"

    rows = [
        row("protected counts", lambda t: f"{t['protected'].sum()}"),
        row("of them given away", lambda t: f"{t['given'].sum()}"),
        row("narrow before, by an earlier release", lambda t: f"{t['before'].sum()}"),
        row("surveys with one given away", lambda t: f"{(t['given'] > 0).sum()}"),
        row("numbers", lambda t: f"{t['numbers'].sum()}"),
        row("of them lost", lambda t: f"{t['lost'].sum()}"),
        row("seconds of a survey, median", lambda t: f"{t['seconds'].median():.2f}"),
    ]
    return PAGE.format(
        surveys=results["seed"].nunique(),
        refused=(results["refused"].fillna(0) > 0).sum(),
        heads=" | ".join(["", *(RULES_TRIED[name][2] for name in names)]).strip(),
        dashes="|".join(["--:"] * len(names)),
        rows="\n".join(rows),
        each=len(single) // single["cells"].nunique(),
        single="\n".join(
            f"| {cells} | {t['seconds'].median():.2f} | {t['seconds'].max():.2f} |"
            f" {t['loss'].sum():.0f} | {t['optimal'].sum()} |"
            for cells, t in single.groupby("cells")
        ),
        last=POLICY.minimum_cell - 1,
        width=POLICY.width,
    )


def main(arguments: Iterable[str] | None = None) -> int:
    """Attack the surveys and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--surveys", type=int, default=SURVEYS, help=f"how many ({SURVEYS})")
    parser.add_argument("--workers", type=int, default=2, help="processes (2)")
    parser.add_argument("--out", type=Path, default=MEASUREMENTS, help="the page")
    options = parser.parse_args(None if arguments is None else list(arguments))
    if options.surveys < 1 or options.workers < 1:
        parser.error("at least one survey and one worker")
    start = time.monotonic()
    single = tables()
    results = run(range(options.surveys), options.workers)
    write_section(options.out, page(results, single))
    for each in results[results["refused"] > 0].to_dict("records"):
        print(f"seed {each['seed']}: {each['refused']:.0f} given away, first {each['first']}")
    print(f"{options.surveys} surveys in {time.monotonic() - start:.0f} s -> {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
