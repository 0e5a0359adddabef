"""Random small surveys, published under one rule or another, for the attack to try.

A survey has one to three frame variables, weights that differ by their categories, one or two
items (of several levels, some with a "do not know", some asked after the first), people who leave
an item empty, and sometimes an earlier release from which a few answers are missing. All of it
follows from a seed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from readiness.analysis.names import ANSWERED, WITH_DONT_KNOW, group_name
from readiness.attack import Classes, Release, classes_of
from readiness.attack.released import PrintedInterval, ReleasedShare, ReleasedTable
from readiness.disclosure import Policy
from readiness.disclosure.system import CountSystem, LinearRow, ProtectedSum, Statement
from readiness.questionnaire import DONT_KNOW, NOT_ASKED, Questionnaire, questionnaire_of
from readiness.questionnaire.model import TOTAL
from readiness.register.earlier import Earlier, Ends, Told
from readiness.register.protection import base_id, share_id

BLANK = "_blank"
# Respondents of a category that is told of, at least: more than are missing from a release.
LEAST = 10
# Decimals of a published percentage.
DIGITS = 1
# By the register's name of a group: the variable and its category.
Groups = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Survey:
    """The coded answers of one survey, with what was asked of whom.

    `earlier`: whether a respondent was in the earlier release; all are where there is none.
    """

    seed: int
    variables: tuple[str, ...]
    items: tuple[str, ...]
    answers: pd.DataFrame
    questionnaire: Questionnaire
    several_releases: bool = False
    earlier: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=bool))

    @property
    def groups(self) -> dict[str, tuple[str, str]]:
        """The groups of the release, the total not among them."""
        found = {}
        for place, name in enumerate(self.variables):
            for code in sorted(self.answers[name].unique()):
                found[group_name(name, code) if place else code] = (name, code)
        return found

    def inside(self, group: str, answers: pd.DataFrame) -> pd.DataFrame:
        """The respondents of a group."""
        if group == TOTAL:
            return answers
        variable, code = self.groups[group]
        return answers[answers[variable] == code]


def survey(seed: int, largest: int = 260) -> Survey:
    """The survey of a seed."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(30, largest))
    variables = ("kind", "region", "size")[: int(rng.integers(1, 4))]
    answers = pd.DataFrame(index=range(n))
    weight = np.ones(n)
    for name in variables:
        categories = int(rng.integers(2, 5))
        shares = rng.dirichlet(np.full(categories, 2.0))
        drawn = rng.choice(categories, size=n, p=shares)
        # Categories of hardly anybody are merged before anything is told by them.
        sizes = np.bincount(drawn, minlength=categories)
        drawn = np.where(sizes[drawn] < LEAST, sizes.argmax(), drawn)
        answers[name] = [f"{name}_{k}" for k in drawn]
        weight = weight * rng.uniform(0.5, 2.0, categories)[drawn]
    answers["weight"] = weight / weight.mean()
    answers["group"] = "people"
    items = ["first", "second"][: int(rng.integers(1, 3))]
    asked = [_item(rng, "first", None)]
    if len(items) == 2:
        asked.append(_item(rng, "second", asked[0] if rng.random() < 0.5 else None))
    for item in asked:
        answers[item["id"]] = _answered(rng, answers, item)
    made = questionnaire_of(
        {
            "name": "random",
            "version": "1",
            "language": "en",
            "title": {"en": "Random"},
            "frame": [
                {"id": v, "label": {"en": v}, "categories": _codes(sorted(set(answers[v])))}
                for v in variables
            ],
            "items": asked,
        },
        f"seed {seed}",
    )
    several = bool(rng.random() < 0.25)
    late = rng.choice(n, size=int(rng.integers(1, 5)), replace=False) if several else []
    earlier = ~np.isin(np.arange(n), late)
    return Survey(seed, variables, tuple(items), answers, made, several, earlier)


def _codes(codes: Collection[str]) -> list[dict[str, str]]:
    return [{"code": code, "text": code} for code in codes]


def _item(rng: np.random.Generator, name: str, after: dict | None) -> dict:
    levels = [f"level_{k}" for k in range(int(rng.integers(2, 5)))]
    item = {
        "id": name,
        "kind": "single",
        "column": name,
        "label": {"en": name},
        "categories": _codes(levels),
    }
    if rng.random() < 0.5:
        item["dont_know"] = {"text": "unsure"}
    if after is not None:
        item["asked_if"] = [{"item": after["id"], "one_of": [after["categories"][0]["code"]]}]
    return item


def _answered(rng: np.random.Generator, answers: pd.DataFrame, item: dict) -> np.ndarray:
    """What each respondent said: more of one level in one category than in another."""
    codes = [category["code"] for category in item["categories"]]
    leaning = answers.iloc[:, 0].astype("category").cat.codes.to_numpy()
    table = rng.dirichlet(np.full(len(codes), 0.9), size=leaning.max() + 1)
    said = np.array([rng.choice(codes, p=table[k]) for k in leaning], dtype=object)
    chance = rng.random(len(said))
    if "dont_know" in item:
        said[chance < 0.07] = DONT_KNOW
    said[chance > 0.97] = BLANK
    for condition in item.get("asked_if", ()):
        asked = answers[condition["item"]].isin(condition["one_of"]).to_numpy()
        said[~asked] = NOT_ASKED
    return said


def estimates(made: Survey, answers: pd.DataFrame) -> pd.DataFrame:
    """The estimates of all items and groups, as the estimate step has them."""
    rows = []
    for item in made.items:
        asked = made.questionnaire.item(item)
        for group in (TOTAL, *made.groups):
            inside = made.inside(group, answers)
            answered = inside[item].isin(asked.codes)
            unsure = inside[item] == DONT_KNOW
            cells = [(level, ANSWERED, answered) for level in asked.codes]
            if asked.dont_know:
                cells.append(("dont_know", WITH_DONT_KNOW, answered | unsure))
            for level, base, among in cells:
                gave = inside[item] == (DONT_KNOW if level == "dont_know" else level)
                weights = inside["weight"]
                whole = float(weights[among].sum())
                share = float(weights[gave].sum()) / whole if whole else 0.0
                rows.append((item, level, base, group, int(among.sum()), int(gave.sum()), share))
    columns = ["item", "level", "base", "group", "n", "count", "share"]
    return pd.DataFrame(rows, columns=columns)


def released(
    name: str, made: Survey, answers: pd.DataFrame, table: pd.DataFrame, hidden: Collection[str]
) -> Release:
    """What a release prints when the numbers in `hidden` are withheld.

    A group of which nobody was asked keeps its place, like one of few.
    """
    tables = {item: ReleasedTable(item, {}, data=name) for item in made.items}
    for row in table.to_dict("records"):
        own = tables[row["item"]]
        identity = share_id(row["item"], row["level"], row["group"], row["base"])
        value = None
        if row["n"] and identity not in hidden:
            half = 0.5 * 10.0 ** -(DIGITS + 2)
            shown = round(row["share"], DIGITS + 2)
            value = PrintedInterval(shown - half, shown + half)
        whole = value is not None and row["count"] in (0, row["n"])
        if whole:
            value = PrintedInterval(float(row["count"] > 0), float(row["count"] > 0))
        share = ReleasedShare(identity, row["level"], row["group"], row["base"], value, True, whole)
        own.shares.append(share)
        # The wider base stands by its one share.
        there = row["n"] and (row["base"] != WITH_DONT_KNOW or value is not None)
        if there and base_id(row["item"], row["group"], row["base"]) not in hidden:
            own.bases[row["base"], row["group"]] = row["n"]
    people = {group: len(made.inside(group, answers)) for group in (TOTAL, *made.groups)}
    lightest, heaviest = answers["weight"].min(), answers["weight"].max()
    return Release(name, tables, people, lightest - 0.005, heaviest + 0.005)


def known(made: Survey, answers: pd.DataFrame) -> Classes:
    """What a reader knows who knows every respondent's frame cell."""
    groups: dict[str, tuple[str, dict[str, str]]] = {}
    for group, (variable, code) in made.groups.items():
        place = "" if variable == made.variables[0] else variable
        groups.setdefault(place, (variable, {}))[1][code] = group
    return classes_of(answers, answers["weight"], groups)


def told(release: Release) -> Earlier:
    """What a release says, for those that come after it."""
    shares: dict[str, Told | None] = {}
    bases: dict[str, Ends | None] = {}
    ratio = release.heaviest / release.lightest
    for item, table in release.tables.items():
        for share in table.shares:
            n = table.bases.get((share.base, share.group))
            base = None if n is None else (float(n), float(n))
            bases[base_id(item, share.group, share.base)] = base
            value = share.value
            shares[share.id] = Told(value.low, value.high, ratio) if value else None
    return Earlier(shares, bases, release.respondents)


# Which numbers of the estimates of some answers are withheld, after some releases.
Rule = Callable[[Survey, pd.DataFrame, pd.DataFrame, Sequence[Release]], Collection[str]]


def releases(made: Survey, rule: Rule) -> Iterator[tuple[Release, pd.DataFrame, pd.DataFrame]]:
    """The releases of a survey under a rule, with the estimates and answers behind each."""
    parts = [made.answers[made.earlier], made.answers] if made.several_releases else [made.answers]
    earlier: list[Release] = []
    for number, answers in enumerate(parts, 1):
        table = estimates(made, answers)
        hidden = rule(made, answers, table, earlier)
        earlier.append(released(f"r{number}", made, answers, table, hidden))
        yield earlier[-1], table, answers


def table(counts: list[list[int]], policy: Policy) -> CountSystem:
    """A table whose cells are published beside margins that are known."""
    cells = np.array(counts, dtype=float)
    at = np.arange(cells.size).reshape(cells.shape)
    statements, targets = [], []
    for (i, j), count in np.ndenumerate(cells):
        place, small = int(at[i, j]), policy.is_small(int(count))
        row = LinearRow.total([place], float(count))
        statements.append(
            Statement(f"{i}.{j}", (row,), float(count) or 0.5, given=small, kept=count == 0)
        )
        if small:
            targets.append(ProtectedSum(f"{i}.{j}", (place,), int(count)))
    lines = [*zip(at.tolist(), cells, strict=True), *zip(at.T.tolist(), cells.T, strict=True)]
    fixed = tuple(LinearRow.total(places, float(values.sum())) for places, values in lines)
    return CountSystem(
        np.full(cells.size, cells.sum()), fixed, tuple(statements), tuple(targets), cells.ravel()
    )
