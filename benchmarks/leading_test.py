"""Measure the test that leads a report beside the procedures that could have led it.

A scale of four or five levels, groups of unlike sizes, and three kinds of samples: of strata with
unequal weights, raked with a jackknife; of people who came by themselves; of 24 clusters of 10,
each within one group. No group differs, or one of seven differences exists, each as clear as the
others: the noncentrality of Pearson's statistic is that of `CLEAR_AT` standard errors.

One world serves for choosing among the candidates, another for reporting on the chosen one. What is
measured is what a report calls: `readiness.analysis.comparing.lead_comparison`, `compare_answers`,
`contrast_items` and `close_pairs`.

    .venv/bin/python benchmarks/leading_test.py choosing --samples 400 --counts choosing.csv
    .venv/bin/python benchmarks/leading_test.py reporting --samples 400 --counts reporting.csv
    .venv/bin/python benchmarks/leading_test.py leading --samples 2000 --counts leading.csv
    .venv/bin/python benchmarks/leading_test.py page --counts choosing.csv reporting.csv leading.csv

`leading` is the world of `reporting`: it runs the leading test alone, which takes a tenth of the
time, so that level and power stand on more samples than names and limits.

After one sample of each design the counts are added to the file, and a run can be stopped: the next
call goes on from there, for each sample has a seed of its own.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from unittest import mock

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from measurements import MEASUREMENTS, write_section
from readiness.analysis import comparing
from readiness.analysis.estimating import Crossings, cuts
from readiness.analysis.selection import Selection
from readiness.ground.errors import ReadinessError
from readiness.ground.files import write_atomically
from readiness.questionnaire import Questionnaire
from readiness.questionnaire.load import questionnaire_of
from readiness.survey import Design, design, permutation_test
from readiness.survey.comparisons import families, permutation
from readiness.survey.comparisons.cells import Factor, factor
from readiness.survey.comparisons.families import GroupShares, family_of
from readiness.survey.comparisons.multiple import adjust_p
from readiness.survey.comparisons.rao_scott import rao_scott_test
from readiness.survey.weighting.adapting import Adapted, Sampled, weigh_adapting
from readiness.survey.weighting.recipe import Trim, make_replicates

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ALPHA, LEVEL = 0.05, 0.95
# Standard errors of its own contrast at which each difference lies, and by what weights and
# clusters reduce the number of answers.
CLEAR_AT, WEIGHTED, CLUSTERED = 3.5, 1.3, 1.7
CLUSTERS, RESEMBLANCE = 24, 0.08
NONE = "no difference"
ALTERNATIVES = (
    "smallest group",
    "largest group",
    "middle group, part to the lowest level",
    "two largest apart",
    "within the box",
    "above the box",
    "to both ends",
)
# Groups up to which pairs are tested in closed form: of more there are too many partitions.
CLOSABLE = 4
# Draws of the joint distribution of all pairs, and of a permutation: enough for a level of .05.
DRAWS, PERMUTATIONS = 5_000, 199
GROUP, ITEM, HEADLINE = "team", "scale", "low"


@dataclass(frozen=True, eq=False)
class World:
    """What answers and people are like.

    `levels`: shares of the levels of the scale where nothing differs, from low to high. `groups`:
    shares of the groups by their number. `strata`: people and drawing rate of each stratum.
    `settings`: the designs.
    """

    seed: int
    levels: tuple[float, ...]
    groups: dict[int, tuple[float, ...]]
    strata: tuple[tuple[int, float], ...]
    settings: tuple[tuple[str, int, int], ...]

    @property
    def names(self) -> dict[str, tuple[str, int, int]]:
        """The designs by name: kind, number of answers, number of groups."""
        return {
            f"{n} {kind}, {groups} groups": (kind, n, groups) for kind, n, groups in self.settings
        }


# Groups that are strata, the small ones sampled at a higher rate.
OWN_STRATA = "groups are strata"


def _list_settings(groups: dict[int, int]) -> tuple[tuple[str, int, int], ...]:
    kinds = [(kind, n, groups[n]) for n in groups for kind in ("stratified", "opt-in")]
    clustered = [(kind, 240, 4) for kind in ("clusters, table", "clusters, wave")]
    own = [(OWN_STRATA, n, groups[n]) for n in (60, 200)]
    return (*kinds, *clustered, *own)


WORLDS = {
    "choosing": World(
        1,
        (0.20, 0.35, 0.30, 0.15),
        {3: (0.5, 0.3, 0.2), 4: (0.4, 0.3, 0.2, 0.1), 5: (0.34, 0.26, 0.2, 0.12, 0.08)},
        ((4000, 0.4), (6000, 0.3), (1500, 0.2), (500, 0.1)),
        _list_settings({40: 3, 60: 4, 150: 5, 200: 4, 650: 5}),
    ),
    "reporting": World(
        2,
        (0.12, 0.23, 0.30, 0.22, 0.13),
        {
            3: (0.45, 0.35, 0.2),
            4: (0.35, 0.3, 0.2, 0.15),
            7: (0.27, 0.22, 0.17, 0.13, 0.1, 0.07, 0.04),
        },
        ((9000, 0.35), (3000, 0.3), (2500, 0.35)),
        _list_settings({40: 3, 60: 4, 150: 4, 200: 4, 650: 7}),
    ),
}


def _shift(levels: Floats, by: float) -> Floats:
    """The shares after a shift of the cumulative logit."""
    below = np.cumsum(levels)[:-1]
    odds = below / (1 - below) * np.exp(-by)
    return np.diff(odds / (1 + odds), prepend=0.0, append=1.0)


def _differ(alternative: str, strength: float, levels: Floats, groups: Floats) -> Floats:
    """The shares of the levels in each group, shape (groups, levels); `strength` from 0 to 4."""
    shares, order, part = np.tile(levels, (len(groups), 1)), np.argsort(groups), strength / 4
    small, middle, next_large, large = order[0], order[len(groups) // 2], order[-2], order[-1]
    if alternative == ALTERNATIVES[0]:
        shares[small] = _shift(levels, strength)
    elif alternative == ALTERNATIVES[1]:
        shares[large] = _shift(levels, strength)
    elif alternative == ALTERNATIVES[2]:
        shares[middle] *= 1 - part
        shares[middle, 0] += part
    elif alternative == ALTERNATIVES[3]:
        shares[large], shares[next_large] = (
            _shift(levels, strength / 2),
            _shift(levels, -strength / 2),
        )
    elif alternative == ALTERNATIVES[4]:
        shares[next_large, :2] += part * levels[1] * np.array([1, -1])
    elif alternative == ALTERNATIVES[5]:
        shares[next_large, -2:] += part * levels[-2] * np.array([-1, 1])
    elif alternative == ALTERNATIVES[6]:
        gone = part * levels[1:-1]
        shares[next_large, 1:-1] -= gone
        shares[next_large, [0, -1]] += gone.sum() / 2
    return shares


@cache
def find_shares(world: World, kind: str, n: int, groups: int, alternative: str) -> Floats:
    """The true shares of the levels in each group, shape (groups, levels)."""
    levels, sizes = np.array(world.levels), np.array(world.groups[groups])
    if kind.startswith("clusters"):
        sizes = np.bincount(np.arange(CLUSTERS) % groups) / CLUSTERS
    effective = n / (CLUSTERED if kind.startswith("clusters") else WEIGHTED)
    low, high = 0.0, 0.0 if alternative == NONE else 4.0
    for _ in range(50):
        middle = (low + high) / 2
        shares = _differ(alternative, middle, levels, sizes)
        mean = sizes @ shares
        noncentral = effective * (sizes[:, None] * (shares - mean) ** 2 / mean).sum()
        low, high = (middle, high) if noncentral < CLEAR_AT**2 else (low, middle)
    return _differ(alternative, high, levels, sizes)


@cache
def ask(levels: int, groups: int) -> Questionnaire:
    """The questionnaire: groups, and the scale once for each alternative."""

    def close(name: str, kind: str, codes: str, **more: object) -> dict[str, object]:
        categories = [{"code": code, "text": code} for code in codes]
        return {"id": name, "kind": kind, "column": name, "categories": categories, **more}

    codes = "abcde"[:levels]
    boxes = {"boxes": {"low": list(codes[:2]), "top": list(codes[-2:])}} if levels > 4 else {}
    scales = [
        close(name_item(place), "ordinal", codes, **boxes) for place in range(1 + len(ALTERNATIVES))
    ]
    whole = {
        "name": "leading",
        "version": "1",
        "language": "en",
        "title": {"en": "Leading"},
        "export": {},
        "items": [close(GROUP, "single", "pqrstuv"[:groups]), *scales],
    }
    return questionnaire_of(whole, "leading-1.yaml")


def name_item(place: int) -> str:
    """The item of an alternative; 0 is that of no difference."""
    return f"{ITEM}{place}"


def draw(world: World, kind: str, n: int, groups: int, seed: int) -> Design:
    """Draw one sample and weight it as the workflow does: the design of a wave, or of a table."""
    rng = np.random.default_rng([world.seed, n, groups, len(kind.partition(",")[0]), seed])
    if kind.startswith("clusters"):
        own = np.sqrt(RESEMBLANCE) * rng.standard_normal((CLUSTERS, 1))
        people = n // CLUSTERS
        latent = own + np.sqrt(1 - RESEMBLANCE) * rng.standard_normal((CLUSTERS, people))
        order = scipy.special.ndtr(latent).ravel()
        group = np.repeat(rng.permutation(np.arange(CLUSTERS) % groups), people)
        weight = np.repeat(rng.uniform(1, 2, CLUSTERS), people)
        frame = pd.DataFrame({"cluster": np.repeat(np.arange(CLUSTERS), people), "weight": weight})
    else:
        order, group = rng.random(n), rng.choice(groups, n, p=world.groups[groups])
        frame = pd.DataFrame({"stratum": "all", "base_weight": np.ones(n)})
    frame[GROUP] = np.array(list("pqrstuv"))[group]
    for place, alternative in enumerate((NONE, *ALTERNATIVES)):
        edges = find_shares(world, kind, n, groups, alternative).cumsum(axis=1)[group, :-1]
        frame[name_item(place)] = np.array(list("abcde"))[(order[:, None] > edges).sum(axis=1)]
    if kind == "clusters, table":
        return design(frame, psu="cluster", weights="weight").correcting()
    if kind == "clusters, wave":
        # As a wave has them: who was drawn together is known to the replicates alone.
        units = make_replicates(design(frame, psu="cluster", weights="weight"), "JKn")
        return replace(design(frame, weights="weight"), replicates=replace(units, kind="given"))
    if kind == "opt-in":
        made = weigh_adapting(frame, Sampled("base_weight", "stratum"), None)
    elif kind == OWN_STRATA:
        shares = np.array(world.groups[groups]) ** 1.7
        of_stratum = np.round(15_000 * shares / shares.sum()).astype(int)
        made = _weigh_strata(frame, of_stratum, group, rng)
    else:
        rates = np.array([rate for _, rate in world.strata])
        stratum = rng.choice(len(rates), n, p=rates / rates.sum())
        of_stratum = np.array([size for size, _ in world.strata])
        made = _weigh_strata(frame, of_stratum, stratum, rng)
    assert made.weighting is not None
    return made.weighting.design


def _weigh_strata(
    frame: pd.DataFrame, people: Ints, stratum: Ints, rng: np.random.Generator
) -> Adapted:
    """Rake to two margins, from base weights; `people` of each stratum on the frame."""
    n, answered = len(frame), np.maximum(np.bincount(stratum, minlength=len(people)), 1)
    names = np.array(list("ABCDE"))[: len(people)]
    frame = frame.assign(
        stratum=names[stratum],
        base_weight=(people / answered)[stratum] / 2,
        region=rng.choice(list("xyz"), n, p=[0.5, 0.3, 0.2]),
        size=rng.choice(list("lm"), n, p=[0.65, 0.35]),
    )
    whole = float(people.sum())
    margins = {
        "region": {"x": 0.45 * whole, "y": 0.33 * whole, "z": 0.22 * whole},
        "size": {"l": 0.6 * whole, "m": 0.4 * whole},
    }
    sampled = Sampled("base_weight", "stratum", dict(zip(names, people.astype(float), strict=True)))
    return weigh_adapting(frame, sampled, margins, trim=Trim(0.2, 4.0, keep_margins=True))


# --- The candidates: p of "no group differs", and of "no two groups differ".
RAO_SCOTT, HOLM, CLOSED = "Rao-Scott", "Rao-Scott, pairs by Holm", "Rao-Scott, closed pairs"
COMBINED, CATEGORIES, TIPPETT = (
    f"permutation, {name}" for name in ("combined", "categories", "Tippett of both")
)
ALL_LEVELS, BOX = "max-t, all printed levels", "max-t, headline box (led before)"
CANDIDATES = (RAO_SCOTT, HOLM, CLOSED, COMBINED, CATEGORIES, TIPPETT, ALL_LEVELS, BOX)
# The procedure that leads, as the workflow calls it.
LEADING = comparing.lead_comparison


def _p(make: Callable[[], float | None]) -> float:
    """p of a test; NaN where it has no result."""
    try:
        found = make()
    except ReadinessError:
        return math.nan
    return math.nan if found is None else found


def try_candidates(
    sample: Design, asked: Questionnaire, name: str, seed: int
) -> Iterator[tuple[str, float]]:
    """The p of each candidate, by its name."""
    item, groups = asked.item(name), asked.item(GROUP).codes
    tested = comparing.prepare_tests(sample)
    lead = _p(lambda: LEADING(tested, item, GROUP, groups).p_value)
    yield RAO_SCOTT, lead
    known, answer = factor(tested, GROUP, groups), factor(tested, name, item.codes)
    subsets = _test_subsets(tested, known, answer)
    pairs = [p for members, p in subsets.items() if len(members) == 2]
    yield HOLM, max(lead, float(np.nanmin(adjust_p(pairs))))
    yield CLOSED, _close_subsets(subsets, known.size) if known.size <= CLOSABLE else math.nan
    y = answer.codes.astype(float)

    def permute(statistic: permutation.Statistic) -> float:
        return _p(
            lambda: (
                permutation_test(
                    tested,
                    y,
                    known,
                    blocks=None,
                    permutations=PERMUTATIONS,
                    seed=seed,
                    statistic=statistic,
                ).p_value
            )
        )

    yield COMBINED, permute("combined")
    yield CATEGORIES, permute("categories")
    alone = permutation.judge_clusters(tested, known) == "none"
    yield TIPPETT, _combine(tested, known, answer, seed) if alone else math.nan
    crossings, shares = Crossings(tested, GROUP, groups), {}
    for cut in cuts(item, tested.data):
        made = crossings.proportions(cut, grouped=True)
        for place, category in enumerate(cut.estimated_categories):
            shares[cut.level or category] = GroupShares.of(made, place, "korn-graubard")
    for candidate, own in ((ALL_LEVELS, shares), (BOX, {HEADLINE: shares[HEADLINE]})):
        rows = [row for each in family_of(own, groups).values() for row in each]
        found = [row.p_adjusted for row in rows if row.p_adjusted is not None]
        yield candidate, min(found, default=math.nan)


def _test_subsets(tested: Design, known: Factor, answer: Factor) -> dict[tuple[int, ...], float]:
    """Rao-Scott's p of every two groups, and of more where pairs can be tested in closed form."""
    found = {}
    for bits in range(1 << known.size):
        members = tuple(g for g in range(known.size) if bits >> g & 1)
        if len(members) == 2 or (len(members) > 2 and known.size <= CLOSABLE):
            found[members] = _p(partial(_test_groups, tested, known.keep(members), answer))
    return found


def _test_groups(tested: Design, groups: Factor, answer: Factor) -> float | None:
    return rao_scott_test(tested, groups, answer).second_order().p_value


def _close_subsets(subsets: dict[tuple[int, ...], float], groups: int) -> float:
    """The least p of a pair by closed testing: the largest over all partitions that join it."""
    pairs = dict.fromkeys((members for members in subsets if len(members) == 2), 0.0)
    for blocks in _partition(groups):
        own = [subsets[tuple(block)] for block in blocks if len(block) > 1]
        known = [p for p in own if not math.isnan(p)]
        if known:
            p = min(1.0, len(own) * min(known))
            for a, b in pairs:
                if any(a in block and b in block for block in blocks):
                    pairs[a, b] = max(pairs[a, b], p)
    return min(pairs.values())


def _partition(size: int) -> Iterator[list[list[int]]]:
    """All partitions of 0..size-1."""
    if not size:
        yield []
        return
    for rest in _partition(size - 1):
        for place in range(len(rest)):
            yield [[*block, size - 1] if k == place else block for k, block in enumerate(rest)]
        yield [*rest, [size - 1]]


def _combine(tested: Design, known: Factor, answer: Factor, seed: int) -> float:
    """Tippett's combination of all four permutation statistics, with its own distribution."""
    groups = known.drop_unobserved()
    y, none = answer.codes.astype(float), np.zeros(len(answer.codes), np.int64)
    rng = np.random.default_rng(seed)
    orders = rng.permuted(np.tile(np.arange(len(y)), (PERMUTATIONS, 1)), axis=1)
    drawn = np.vstack([np.arange(len(y)), orders])
    shares = []
    for score in (permutation.score_ranks, permutation.score_categories):
        scores, parts = score(y, none)
        statistics = permutation.studentised_statistics(
            scores, parts, groups.codes, tested.full_weights, groups.size
        )
        for values in statistics(drawn).values():
            reached = np.searchsorted(np.sort(values), values * (1 - 1e-10), side="left")
            shares.append((len(values) - reached) / len(values))
    smallest = np.minimum.reduce(shares)
    return float((1 + (smallest[1:] <= smallest[0]).sum()) / (PERMUTATIONS + 1))


# --- The chosen procedure, as a report states it.
LEADS, NAMED, SOMETHING_FALSE, TOGETHER = (
    "leads: groups differ",
    "names a true pair or answer",
    "says something false",
    "all simultaneous limits hold",
)
REPORTED = (LEADS, NAMED, SOMETHING_FALSE, TOGETHER)


def lead_rejects(sample: Design, asked: Questionnaire, name: str) -> float:
    """Return 1 where the leading test says that groups differ, 0 where not, NaN without result."""
    tested = comparing.prepare_tests(sample)
    p = _p(lambda: LEADING(tested, asked.item(name), GROUP, asked.item(GROUP).codes).p_value)
    return math.nan if math.isnan(p) else float(p < ALPHA)


def report(
    sample: Design, asked: Questionnaire, name: str, truth: Floats
) -> Iterator[tuple[str, float]]:
    """What a report says of one item, and whether it is true: 1 or 0, by what it is."""
    item, groups = asked.item(name), asked.item(GROUP).codes
    tested = comparing.prepare_tests(sample)
    lead = _p(lambda: LEADING(tested, item, GROUP, groups).p_value)
    yield LEADS, float(lead < ALPHA) if not math.isnan(lead) else math.nan
    table = comparing.contrast_items(
        sample,
        asked,
        [GROUP],
        [name],
        level=LEVEL,
        interval="korn-graubard",
        selection=Selection.PROBABILITY,
    )
    pairs = comparing.close_pairs(table[table["level"] == HEADLINE], LEVEL)
    answers = comparing.compare_answers(tested, item, GROUP, groups) if lead < ALPHA else []
    boxes = {code: [item.codes.index(code)] for code in item.codes}
    boxes |= {box: [item.codes.index(c) for c in own] for box, own in item.levels_of.items()}
    shares = {level: truth[:, places].sum(axis=1) for level, places in boxes.items()}
    place = {code: g for g, code in enumerate(groups)}
    effect = [
        shares[HEADLINE][place[b]] - shares[HEADLINE][place[a]]
        for a, b in zip(pairs["a"], pairs["b"], strict=True)
    ]
    gaps = pd.Series(effect, index=pairs.index, dtype=float)
    said = [abs(gap) > 1e-9 for gap in gaps[pairs["p_adjusted"] < ALPHA]]
    said += [
        float(np.ptp(shares[row.b])) > 1e-9 for row in answers if (row.p_adjusted or 1.0) < ALPHA
    ]
    yield NAMED, float(any(said))
    false = not all(said) or (lead < ALPHA and float(np.ptp(truth, axis=0).max()) < 1e-9)
    yield SOMETHING_FALSE, float(false)
    known = pairs["lower_simultaneous"].notna()
    held = (pairs["lower_simultaneous"] <= gaps + 1e-12) & (
        gaps - 1e-12 <= pairs["upper_simultaneous"]
    )
    yield TOGETHER, float(held[known].all()) if known.any() else math.nan


# --- Counts of many samples, and the page.
KEYS = ["world", "setting", "outcome", "name"]
CHOOSING, REPORTING, LEADING_ALONE = "choosing", "reporting", "leading"


def measure(which: str, seed: int, only: Sequence[str]) -> Iterator[tuple[str, str, str, float]]:
    """Rows of one sample of each design: setting, outcome, what, and 1 or 0 (NaN: no result)."""
    world = WORLDS[REPORTING if which == LEADING_ALONE else which]
    for setting, (kind, n, groups) in world.names.items():
        if only and setting not in only:
            continue
        asked = ask(len(world.levels), groups)
        sample = draw(world, kind, n, groups, seed)
        for place, outcome in enumerate((NONE, *ALTERNATIVES)):
            name = name_item(place)
            if which == "choosing":
                for candidate, p in try_candidates(sample, asked, name, seed):
                    value = math.nan if math.isnan(p) else float(p < ALPHA)
                    yield setting, outcome, candidate, value
            elif which == LEADING_ALONE:
                yield setting, outcome, LEADS, lead_rejects(sample, asked, name)
            else:
                truth = find_shares(world, kind, n, groups, outcome)
                for what, value in report(sample, asked, name, truth):
                    yield setting, outcome, what, value


def run(which: str, samples: int, path: Path, minutes: float, only: Sequence[str]) -> None:
    """Go on from the counts of a file to so many samples of each design."""
    started, world = time.monotonic(), REPORTING if which == LEADING_ALONE else which
    total = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=[*KEYS, "held", "tried"])
    done = 0
    if len(total):
        done = int(total["tried"].max())
    for seed in range(done, samples):
        with warnings.catch_warnings(), mock.patch.object(families, "_DRAWS", DRAWS):
            warnings.simplefilter("ignore")
            rows = [(world, *row) for row in measure(which, seed, only)]
        table = pd.DataFrame(rows, columns=[*KEYS, "value"])
        counted = table.groupby(KEYS)["value"].agg(held="sum", tried="count").reset_index()
        parts = [counted] if total.empty else [total, counted]
        total = pd.concat(parts).groupby(KEYS).sum().reset_index()
        write_atomically(path, total.to_csv(index=False))
        print(f"sample {seed + 1} after {time.monotonic() - started:.0f} s", flush=True)
        if time.monotonic() - started > 60 * minutes:
            break


def document(counts: pd.DataFrame) -> str:
    """The section of docs/measurements.md."""
    # The leading test was run in more samples than what is said after it.
    counts = counts.sort_values("tried", kind="stable").drop_duplicates(KEYS, keep="last")
    by: Counted = {
        tuple(map(str, key)): (float(row["held"]), int(row["tried"]))
        for *key, row in zip(*(counts[k] for k in KEYS), counts.to_dict("records"), strict=True)
    }
    parts = [
        "# The test that leads",
        "Written by `benchmarks/leading_test.py`. The samples have groups of unequal size and come "
        "from four kinds of design: strata with unequal raked weights and a jackknife; opt-in "
        f"samples; {CLUSTERS} clusters of 10 people, each within one group (intraclass correlation "
        f"{RESEMBLANCE}), as a table and as a wave; and groups that are strata, the small ones "
        f"sampled at a higher rate. Each difference is {CLEAR_AT} standard errors. Candidates were "
        "compared in one population (four levels). The chosen procedure was then measured in a "
        "second simulation, with five levels and other groups, strata and margins.",
        "Each figure is the share of samples in which the p-value of the procedure, or of any "
        "pair, is below .05, averaged over the designs.",
        "## Candidates",
        f"There are {_count(by, CHOOSING, RAO_SCOTT)} samples of each design and difference. The "
        "first procedure is the simplest: one line of R (`svychisq`). Another procedure would "
        "replace it if it kept its level and found a tenth more of the differences on average.",
        _table(by, "choosing", CANDIDATES),
        "## The procedure of a report",
        f"There are {_count(by, REPORTING, LEADS)} samples of each design and difference for the "
        f"primary test, and {_count(by, REPORTING, TOGETHER)} for the rest. If the primary test is "
        "significant, a report names the answers in which groups differ and the pairs whose "
        "headline box differs. A report is false if it names an answer or pair that does not "
        "differ, or says that groups differ although none does. The limits are simultaneous for "
        "all pairs.",
        _table(by, "reporting", REPORTED),
    ]
    return "\n\n".join(parts) + "\n"


Counted = dict[tuple[str, ...], tuple[float, int]]


def _count(by: Counted, which: str, name: str) -> str:
    tried = [n for key, (_, n) in by.items() if key[0] == which and key[3] == name and n]
    least, most = min(tried, default=0), max(tried, default=0)
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _table(by: Counted, which: str, names: Sequence[str]) -> str:
    """The rate of each procedure by alternative, averaged over all designs."""
    alternatives = [NONE, *ALTERNATIVES]
    lines = []
    for name in names:
        rates_by_design = []
        for setting in WORLDS[which].names:
            counts = [by.get((which, setting, o, name), (0.0, 0)) for o in alternatives]
            rates = [held / tried if tried else math.nan for held, tried in counts]
            # A procedure without a result in most samples of a design has no figures there.
            if not math.isnan(rates[0]):
                rates_by_design.append(rates)
        if rates_by_design:
            means = np.mean(rates_by_design, axis=0)
            lines.append(_line([name, *map(_round, means), _round(float(np.mean(means[1:])))]))
    headers = ["procedure", *alternatives, "mean of the seven"]
    return "\n".join([_line(headers), "|---|" + "---:|" * len(headers[1:]), *lines])


def _round(rate: float) -> str:
    return f"{rate:.3f}".removeprefix("0")


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Draw samples, or print or write the section."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("what", choices=[CHOOSING, REPORTING, LEADING_ALONE, "page"])
    parser.add_argument("--samples", type=int, default=1, help="samples of each design in all")
    parser.add_argument("--minutes", type=float, default=math.inf, help="no new sample after these")
    parser.add_argument("--only", nargs="*", default=[], help="names of designs")
    parser.add_argument("--counts", type=Path, nargs="+", required=True, help="CSV of counts")
    parser.add_argument("--write", action="store_true", help="write the section into the page")
    options = parser.parse_args()
    if options.what != "page":
        run(options.what, options.samples, options.counts[0], options.minutes, options.only)
        return
    text = document(pd.concat([pd.read_csv(path) for path in options.counts]))
    if options.write:
        write_section(MEASUREMENTS, text)
    else:
        print(text)


if __name__ == "__main__":
    main()
