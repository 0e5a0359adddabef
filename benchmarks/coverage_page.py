"""A section of docs/measurements.md from the counts of `coverage.py`, and the targets met."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from wave_answers import CLEAR, CLEAR_AT, DISPERSED, FIRST, NULLS
from wave_samples import Setting

# Largest level of the permutation, and least share of the best test's power.
LEVEL, POWER = 0.065, 0.85
FAMILYWISE = 0.06
# Simulation standard errors by which a figure must miss a target before it counts as missed.
SURE = 2.0
PRIMARY = "permutation, combined"
# Least coverage below `FROM` answers and from there on.
SMALL_COVERAGE, COVERAGE, FROM = 0.90, 0.94, 150

Texts = dict[str, str]


@dataclass(frozen=True)
class Rate:
    """A share (0-1) of `n` results, and its simulation standard error."""

    value: float
    n: int

    @property
    def error(self) -> float:
        # One more of each: a share of 0 or 1 is not known for sure.
        p = (self.value * self.n + 1) / (self.n + 2)
        return math.sqrt(p * (1 - p) / (self.n + 2))

    def __str__(self) -> str:
        return f"{self.value:.3f}".replace("0.", ".", 1) if self.n else "none"


class Counts:
    """The counts of one configuration."""

    def __init__(self, table: pd.DataFrame, setting: Setting) -> None:
        own = table[table["setting"] == setting.name]
        self._rows = {
            (r.what, r.outcome, r.name): (float(r.total), int(r.results), int(r.cases))
            for r in own.itertuples(index=False)
        }
        self.setting = setting
        self.samples = self._rows.get(("sample", "", "weighted"), (0.0, 0, 0))[1]

    def rate(self, what: str, outcomes: Sequence[str], name: str, alone: bool = True) -> Rate:
        """Over these outcomes; of several values a sample (`alone` false) the error is that of the
        samples, as if those of one sample were one.
        """
        found = [self._rows.get((what, outcome, name), (0.0, 0, 0)) for outcome in outcomes]
        results = sum(r for _, r, _ in found)
        value = sum(t for t, _, _ in found) / results if results else math.nan
        return Rate(value, results if alone else min(results, self.samples))

    def cases(self, what: str, name: str) -> float:
        """Sum of the values."""
        return self._rows.get((what, "", name), (0.0, 0, 0))[0]

    def made(self, name: str) -> float:
        """Share of samples in which a test has a result, over the nulls."""
        found = [self._rows.get(("test", outcome, name), (0.0, 0, 1)) for outcome in NULLS]
        return sum(r for _, r, _ in found) / sum(c for _, _, c in found)

    def tests(self) -> list[str]:
        """Names of the tests, the primary one first."""
        names = {name for what, _, name in self._rows if what == "test"}
        return [PRIMARY, *sorted(names - {PRIMARY})]

    def level(self, name: str) -> Rate:
        """The highest of the three nulls."""
        rates = [self.rate("test", [null], name) for null in NULLS]
        return max((r for r in rates if r.n), key=lambda r: r.value, default=Rate(math.nan, 0))

    def right(self, name: str) -> bool:
        """Is the level of the test not above the target under any null?"""
        rates = [self.rate("test", [null], name) for null in NULLS]
        return all(r.n > 0 and r.value - SURE * r.error <= LEVEL for r in rates)

    def best(self, outcome: str) -> tuple[str, Rate]:
        """The most powerful of the other tests of right size."""
        others = [n for n in self.tests() if n != PRIMARY and self.right(n)]
        rates = [(n, self.rate("test", [outcome], n)) for n in others]
        return max((r for r in rates if r[1].n), key=lambda r: r[1].value)


def document(table: pd.DataFrame, settings: Sequence[Setting]) -> str:
    """The page."""
    counts = [Counts(table, setting) for setting in settings]
    counts = [c for c in counts if c.samples]
    parts = [
        "# Level and power of the tests, coverage of the intervals",
        "Written by `benchmarks/coverage.py`. Samples are drawn from the sampling frame of the "
        "[simulated wave](simulated-wave.md) and weighted as in the workflow. The strata are the "
        "professions, response depends on region and size, and the sample and each replicate are "
        "raked within limits to three margins. The tables compare the permutation test with the "
        "primary test (see *The test that leads*).",
        grid("", _configurations(counts), counts),
        "The last row gives the simulation standard error of a share near .05 or .95. A target "
        f"counts as missed only if the figure falls short of it by more than {SURE:.0f} simulation "
        "standard errors. A smaller shortfall is `open`.",
        "## Targets",
        grid("target", _targets(counts), counts),
        "## Level",
        "The table gives the share of samples in which a test rejects at .05 although no group "
        "differs in the population. It is the highest of the shares found in three cases: when the "
        "groups are identical, when response depends on the answer, and when the spread of the "
        "answers differs. A star "
        "marks a share above the target by more than the simulation error. Brackets give the share "
        "of samples with a result, if it is not all of them.",
        grid("highest of the three", _levels(counts), counts),
        "## Power",
        "The first list of alternatives was fixed before any test was tried. The second list was "
        "added before any of its samples was drawn; in it, the mean rank of a group differs from "
        f"the others by {CLEAR_AT} standard errors of the contrast. Tests that exceed their level "
        "are not compared. A survey uses one test for all alternatives, so the table gives the "
        "smallest ratio of each test's power to the power of the best test that keeps its level "
        "(* does not keep its level).",
        grid("least ratio, second list", _least_by_test(counts, CLEAR), counts),
        "In one more alternative, one group moves to both ends of the scale while its centre "
        "stays. No test of location detects this. The table compares the permutation test with a "
        "test of the categories (Pearson type).",
        grid("dispersion", _dispersion(counts), counts),
        "## Coverage",
        "The table gives the share of 95 % intervals that include the population's value, for the "
        "share in the two lowest levels (Korn-Graubard limits) and for its differences between "
        "groups (MOVER limits), by the number of answers of the (smaller) group. Simultaneous "
        "limits must cover all pairs of groups in a sample. The familywise error is the share "
        "of samples in which a pair has an adjusted p-value of at most .05 although no pair "
        "differs.",
        grid("interval", _coverage(counts), counts),
        "## Where response depends on the answer",
        "People in the two lowest levels respond at seven tenths of the usual rate. Weighting on "
        "the frame does not remove this bias, and the intervals do not cover it.",
        grid("share in the two lowest levels", _silent(counts), counts),
    ]
    return "\n\n".join(parts) + "\n"


Rows = dict[str, list[str]]


def grid(head: str, rows: Rows, counts: Sequence[Counts]) -> str:
    """A Markdown table with a column a configuration."""
    lines = ["| " + " | ".join([head, *(c.setting.name for c in counts)]) + " |"]
    lines.append("|---|" + "---:|" * len(counts))
    lines += ["| " + " | ".join([name, *cells]) + " |" for name, cells in rows.items()]
    return "\n".join(lines)


def _configurations(counts: Sequence[Counts]) -> Rows:
    rows = {
        "samples": [f"{c.samples}" for c in counts],
        "further samples for the level of the permutation tests": [
            f"{c.rate('test', [NULLS[0]], PRIMARY).n - c.samples}" for c in counts
        ],
        "mean number of answers": [
            f"{c.cases('sample', 'n') / max(c.samples, 1):.0f}" for c in counts
        ],
    }
    rows["simulation error of .05, level of the permutation"] = [
        _error(c.rate("test", [NULLS[0]], PRIMARY).n) for c in counts
    ]
    rows["simulation error of .05, all else"] = [_error(c.samples) for c in counts]
    return rows


def _error(n: int) -> str:
    return f"{math.sqrt(0.05 * 0.95 / max(n, 1)):.3f}".replace("0.", ".", 1)


def _verdict(value: float, target: float, error: float, most: bool) -> str:
    """`met`, `not met` or `open`."""
    off = (value - target) if most else (target - value)
    if off <= 0:
        return "met"
    return "**not met**" if off > SURE * error else "open"


def _targets(counts: Sequence[Counts]) -> Rows:
    rows: Rows = {}
    level = [c.level(PRIMARY) for c in counts]
    rows[f"level of the permutation at most {Rate(LEVEL, 1)}"] = [
        f"{r} {_verdict(r.value, LEVEL, r.error, most=True)}" for r in level
    ]
    for name, outcomes in (("first", FIRST), ("second", CLEAR)):
        rows[f"power at least {POWER:.2f} of the best test's, {name} list"] = [
            _least(c, outcomes) for c in counts
        ]
    for what, name in (("share", "groups"), ("contrast", "pairs"), ("simultaneous", "all pairs")):
        cells = []
        for c in counts:
            least = COVERAGE if c.setting.n >= FROM else SMALL_COVERAGE
            r = c.rate(what, _judged(c, what), name, alone=False)
            cells.append(f"{r} {_verdict(r.value, least, r.error, most=False)}")
        together = what == "simultaneous"
        rows["coverage, all pairs at once" if together else f"coverage, {what}s of groups"] = cells
    rows[f"familywise error at most {Rate(FAMILYWISE, 1)}"] = [
        f"{r} {_verdict(r.value, FAMILYWISE, r.error, most=True)}"
        for c in counts
        for r in [
            max(
                (c.rate("familywise", [null], "all pairs") for null in (NULLS[0], NULLS[2])),
                key=lambda rate: rate.value,
            )
        ]
    ]
    return rows


def _least(c: Counts, outcomes: Sequence[str]) -> str:
    """The least ratio of power over the alternatives, with its verdict."""
    found = []
    for outcome in outcomes:
        own, (_, best) = c.rate("test", [outcome], PRIMARY), c.best(outcome)
        if best.value > 0:
            # As if independent: the two see the same samples, so the error is smaller.
            error = math.hypot(own.error, best.error * own.value / best.value) / best.value
            found.append((own.value / best.value, error))
    ratio, error = min(found)
    return f"{ratio:.2f} {_verdict(ratio, POWER, error, most=False)}"


def _least_by_test(counts: Sequence[Counts], outcomes: Sequence[str]) -> Rows:
    """For each test the least of its powers over the best one's, over the alternatives."""
    names = list(dict.fromkeys(name for c in counts for name in c.tests()))
    rows: Rows = {}
    for name in names:
        cells = []
        for c in counts:
            own = [c.rate("test", [outcome], name) for outcome in outcomes]
            best = [max(c.best(o)[1].value, c.rate("test", [o], PRIMARY).value) for o in outcomes]
            ratios = [r.value / b for r, b in zip(own, best, strict=True) if r.n and b > 0]
            right = "" if c.right(name) else " *"
            cells.append(f"{min(ratios):.2f}{right}" if ratios else "")
        if any(cells):
            rows[name] = cells
    return rows


def _judged(c: Counts, what: str) -> list[str]:
    return [
        o
        for o in (*NULLS, *CLEAR)
        if c.rate(what, [o], "all pairs").n
        or c.rate(what, [o], "pairs").n
        or c.rate(what, [o], "groups").n
    ]


def _levels(counts: Sequence[Counts]) -> Rows:
    names = list(dict.fromkeys(name for c in counts for name in c.tests()))
    rows: Rows = {}
    for name in names:
        cells = []
        for c in counts:
            r, made = c.level(name), c.made(name)
            share = f" ({made:.0%})" if 0 < made < 0.995 else ""
            cells.append("" if not r.n else f"{r}{share}{'' if c.right(name) else ' *'}")
        rows[name] = cells
    return rows


def _dispersion(counts: Sequence[Counts]) -> Rows:
    names = (PRIMARY, "permutation, categories", "Rao-Scott F")
    return {name: [str(c.rate("test", [DISPERSED], name)) for c in counts] for name in names}


def _coverage(counts: Sequence[Counts]) -> Rows:
    rows: Rows = {
        "share, all answers": [str(c.rate("share", _judged(c, "share"), "all")) for c in counts]
    }
    bases = ("0 to 4", "5 to 9", "10 to 19", "20 to 29", "30 to 99", "100 and more")
    for what, word in (("share", "share of a group"), ("contrast", "difference of two groups")):
        for base in bases:
            rates = [c.rate(what, _judged(c, what), f"base {base}") for c in counts]
            rows[f"{word}, {base} answers"] = [
                f"{r} (of {r.n})" if r.n >= 20 else "" for r in rates
            ]
    rows["all pairs together"] = [
        str(c.rate("simultaneous", _judged(c, "simultaneous"), "all pairs")) for c in counts
    ]
    for null, word in ((NULLS[0], "same"), (NULLS[2], "dispersion")):
        rows[f"familywise error, {word}"] = [
            str(c.rate("familywise", [null], "all pairs")) for c in counts
        ]
    return rows


def _silent(counts: Sequence[Counts]) -> Rows:
    bias = [c.rate("silent", ["same"], "bias") for c in counts]
    return {
        "bias, points": [f"{100 * r.value:+.1f}" for r in bias],
        "coverage of its interval": [str(c.rate("silent", ["same"], "coverage")) for c in counts],
    }
