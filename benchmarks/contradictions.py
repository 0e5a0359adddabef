"""Pages of random surveys that contradict themselves: none is the aim.

Each survey has a scale, a choice, a list of options and a grid, asked of three to five groups that
differ or not, with blanks, unequal weights, and one of the four ways of selection; some shares of
groups are withheld at random. Its register and the blocks of its items are made by the functions of
a wave. A program reads the blocks and compares what they say: the leading test, the answers and
pairs that differ, letters, intervals, titles of pictures, and sides of one half.

    .venv/bin/python benchmarks/contradictions.py --surveys 200
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))

import numpy as np
import pandas as pd

from measurements import MEASUREMENTS, write_section
from readiness.analysis import comparing
from readiness.analysis.estimating import estimate
from readiness.analysis.nonresponse import Unanswered, nonresponse_bounds
from readiness.analysis.selection import Selection
from readiness.charts.figures import DrawnFigures, against_half, foremost
from readiness.config import Compare, Estimate, FigureRules
from readiness.disclosure import Policy
from readiness.ground.facts import from_json
from readiness.questionnaire import TOTAL, Item
from readiness.questionnaire.load import questionnaire_of
from readiness.register.figures import Origin, Scheme, answer_order, make_register, values_of
from readiness.register.precision import ShareDigits, print_precision
from readiness.register.published import round_register
from readiness.register.rows.respondents import bound_rows, map_reasons, settings_rows
from readiness.register.rows.shares import comparison_rows, share_rows
from readiness.reporting.banners import banner, material_of
from readiness.reporting.blocks import Prose
from readiness.reporting.item import item_block
from readiness.reporting.item_findings import DEPENDS, SIDES, Findings
from readiness.reporting.parts import Register, WavePart
from readiness.reporting.report import section
from readiness.survey import design

LEVEL, ALPHA = 0.95, 0.05
GROUPS = "pqrst"
ITEMS = ["scale", "choice", "ticks", "rows_1", "rows_2", "rows_3"]
SECTION = "Pages that contradict themselves"


def _close(name: str, kind: str, codes: str, **more: object) -> dict[str, Any]:
    categories = [{"code": code, "text": code.upper()} for code in codes]
    return {
        "id": name,
        "kind": kind,
        "column": name,
        "label": {"en": name.title()},
        "categories": categories,
        **more,
    }


ASKED = questionnaire_of(
    {
        "name": "pages",
        "version": "1",
        "language": "en",
        "title": {"en": "Pages"},
        "export": {},
        "items": [
            _close("team", "single", GROUPS),
            _close("scale", "ordinal", "abcd", boxes={"low": ["a", "b"]}),
            _close("choice", "single", "xyz"),
            _close("ticks", "multi", "fghij", blank_means="none"),
            {
                **_close("rows", "grid", "abcd", boxes={"low": ["a", "b"]}),
                "rows": ["One", "Two", "Three"],
            },
        ],
    },
    "pages-1.yaml",
)


def draw(seed: int) -> pd.DataFrame:
    """Return the answers of one survey: groups differ in some items, and some answers lack."""
    rng = np.random.default_rng([35, seed])
    n, groups = int(rng.integers(60, 500)), int(rng.integers(3, 6))
    frame = pd.DataFrame({"stratum": np.arange(n) % 2, "weight": rng.uniform(1, 3, n)})
    team = rng.choice(groups, n, p=rng.dirichlet(np.full(groups, 4.0)))
    frame["team"] = np.array(list(GROUPS))[team]
    common = rng.standard_normal(n)
    for name in ("scale", "rows_1", "rows_2", "rows_3"):
        shift = rng.normal(0, rng.choice([0, 0.6]), groups)[team] + rng.normal(0, 0.4)
        latent = 0.6 * common + 0.8 * rng.standard_normal(n) + shift
        frame[name] = np.array(list("abcd"))[np.digitize(latent, [-0.7, 0.1, 0.9])]
    odds = rng.normal(0, 0.6, 3) + rng.choice([0, 0.7]) * rng.normal(0, 1, (groups, 3))[team]
    chosen = np.argmax(odds + rng.gumbel(size=(n, 3)), axis=1)
    frame["choice"] = np.array(list("xyz"))[chosen]
    for code in "fghij":
        shift = rng.normal(0, rng.choice([0, 0.6]), groups)[team] + rng.normal(0, 0.5)
        frame[f"ticks.{code}"] = (0.5 * common + rng.standard_normal(n) + shift > 0).astype(int)
        frame[f"ticks.{code}"] = frame[f"ticks.{code}"].astype(str)
    for name in ("scale", "choice", "rows_1"):
        rate = rng.uniform(0, 0.3) * frame[name].isin(["a", "x"])
        frame.loc[rng.random(n) < rate, name] = "_blank"
    return frame.assign(respondent=np.arange(n).astype(str), group="")


def make_part(seed: int, close: bool = True) -> WavePart:
    """Return one survey as its report has it; not `close`: pairs beside the leading test as raw."""
    rng = np.random.default_rng([36, seed])
    selection = list(Selection)[seed % 5 if seed % 5 < 4 else 0]
    frame = draw(seed)
    sample = design(frame, weights="weight", strata="stratum")
    settings, compare = Estimate(by="team", items=ITEMS), Compare(items=ITEMS)
    rules, digits, scheme = FigureRules(), ShareDigits(), Scheme.of(ASKED)
    estimates = estimate(sample, frame.iloc[:0], ASKED, settings)
    how: Any = {"level": LEVEL, "interval": "korn-graubard", "selection": selection}
    contrasts = comparing.contrast_items(sample, ASKED, ["team"], ITEMS, **how)
    tests, choices = comparing.compare_items(sample, ASKED, "team", compare, LEVEL, contrasts)
    if not selection.inference:
        tests = comparing.without_tests(tests)
    known = Unanswered(frame["weight"].to_numpy(), {}, weighted=True, reason="no_frame")
    bounds = nonresponse_bounds(sample, ASKED, settings, known)
    # Some shares of groups are withheld, as protection would.
    there = estimates[estimates["group"].ne(TOTAL)]
    ids = there["item"] + "." + there["level"] + "." + there["group"]
    hidden = frozenset(ids[rng.random(len(ids)) < rng.choice([0.0, 0.05])])
    answers_of = {item.id: item.codes for item in ASKED.items}
    printed = print_precision(estimates, answers_of, digits, LEVEL, hidden)
    shown = (rules, scheme, selection, hidden)
    rows = [*share_rows(printed, rules, digits, scheme, selection, hidden, confidence=LEVEL)]
    rows += [
        *comparison_rows(tests.astype(object).fillna(""), estimates, *shown, LEVEL),
        *settings_rows(LEVEL, rules, selection, Policy()),
        *bound_rows(bounds, map_reasons(rows), digits),
    ]
    figures = make_register(rows, run="pages", origin=lambda row: Origin(), simulated=False)
    told = comparing.close_pairs(contrasts, LEVEL) if close else contrasts
    return WavePart(
        Register(round_register(figures.astype(str)), "en"),
        Path("nowhere"),
        {"run": "pages", "title": "Pages", "kind": "wave", "wave": {}},
        Prose(Path("nowhere")),
        steps=(),
        choices={
            row["item"]: (row["lead"], from_json(row["fact"])) for row in choices.to_dict("records")
        },
        questionnaire=ASKED,
        variables=("team",),
        selection=selection,
        items=ITEMS,
        contrasts=told,
    )


GAP = re.compile(r" more often than | more \(|a difference of ")
NONE = re.compile(
    r"No two of the groups shown can be told apart|none of the differences shown is established"
)
ESTABLISHED = re.compile(r"This test establishes, at the confidence level of")
PAIRS = re.compile(r"Differences established after|Several differences between groups are")
SIDE = {kind: side for side, kinds in SIDES.items() for kind in kinds if side}
TITLES = {"charts.finding.more": "majority", "charts.finding.less": "minority"}


def find_contradictions(part: WavePart) -> Iterator[str]:
    """Yield what the pages of a survey say twice and differently, one sentence each."""
    for name in part.items:
        item = part.questionnaire.item(name)
        text = section(part, item_block(part, name), 2)
        for said in (*_compare_groups(part, item, text), *_compare_titles(part, item)):
            yield f"{name}: {said}"


def _compare_groups(part: WavePart, item: Item, text: str) -> Iterator[str]:
    established = bool(ESTABLISHED.search(text))
    if GAP.search(text) and not established:
        yield "a gap between groups, and no difference established"
    if NONE.search(text) and established:
        yield "no gap, and an established difference"
    letters = [said for line in banner(material_of(part), item).lines for said in line.letters]
    # A small letter stands for the ten per cent level, at which no sentence establishes anything.
    if any(letter.isupper() for said in letters for letter in said) and not established:
        yield "letters, and no difference established"
    p = part.register.number(f"{item.id}.test.contrasts_max_t.p")
    for a in GROUPS:
        for b in GROUPS:
            figure = f"{item.id}.contrast.{a}.{b}"
            if not part.register.has(figure) or not part.selection.inference:
                continue
            shown = f'data-id="pages/{figure}.lower"' in text
            ends = [part.register.number(f"{figure}.{end}") for end in ("lower", "upper")]
            beyond = None not in ends and (float(ends[0] or 0) > 0 or float(ends[1] or 0) < 0)
            if shown and beyond and not established:
                yield f"the interval of {a} and {b} without 0, and no difference established"
    if p is not None and p < ALPHA and not established and PAIRS.search(text):
        yield "a pair established, and no difference established"


def _compare_titles(part: WavePart, item: Item) -> Iterator[str]:
    findings = Findings(material_of(part), item)
    said = findings.whole()
    kind = "" if said is None else said.kind
    if not part.selection.is_drawn and said is not None and "lower" in said.values:
        yield "an interval in the headline of people who were not drawn"
    figures = DrawnFigures(part.register.rows, "en", is_drawn=part.selection.is_drawn)
    if item.kind.is_ordered:
        title = against_half(figures, figures.get(f"{item.id}.{item.first_level}.all"), "", "")
        side = "" if title is None else TITLES.get(title.kind, "half")
        if side and kind in DEPENDS.values():
            yield "a side without condition in the title, with one in the sentence"
        if side and SIDE.get(kind, side) != side:
            yield f"{side} in the title, {SIDE[kind]} in the sentence"
    elif kind.startswith("report.finding.first"):
        codes = answer_order(values_of(part.register.rows), item.id, item.codes, ordered=False)
        order = [(c, f) for c in codes if (f := figures.get(f"{item.id}.{c}.all")) is not None]
        title = foremost(figures, order, "", exclusive=not item.kind.takes_several)
        # Two answers with the same printed share come first together: the picture names neither.
        if (title is not None) == kind.endswith((".open", ".tied")):
            yield "an order in the title, and another in the sentence"


def count(surveys: int) -> list[str]:
    """Return the contradictions of so many surveys, each with its seed."""
    found = []
    with warnings.catch_warnings(), mock.patch.object(comparing, "PERMUTATIONS", 49):
        warnings.simplefilter("ignore")
        for seed in range(surveys):
            found += [f"survey {seed}, {said}" for said in find_contradictions(make_part(seed))]
    return found


def main() -> None:
    """Print what contradicts itself, or write the section."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--surveys", type=int, default=200)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    found = count(options.surveys)
    print("\n".join(found))
    text = (
        f"# {SECTION}\n\n"
        f"Written by `benchmarks/contradictions.py`. Each of {options.surveys} random surveys has "
        f"blocks of {len(ITEMS)} questions, with groups that differ or not, blanks, suppressed "
        "shares, and the four ways of selecting respondents. A program compares the primary test "
        "with the sentences, letters, pairs and intervals of the page, and the titles of charts "
        "with its sentences.\n\n"
        f"Contradictions: **{len(found)}**.\n"
    )
    if options.write:
        write_section(MEASUREMENTS, text)
    print(text)


if __name__ == "__main__":
    main()
