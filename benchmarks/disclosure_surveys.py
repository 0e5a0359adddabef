"""Random small surveys, from the questionnaire to the export, computed by the workflow's own steps.

A survey has a sample list with two frame variables (a third of them none: an opt-in poll with a
group question), weights raked to both, a question with one that it routes to, grids, multiple
choices, unanswered questions, a "do not know", variables derived of answers and of groups; and a
fifth of them an earlier release from which one to four people are missing. Missing answers are
bounded, groups compared, and all that is registered, as of any wave. All follows from a seed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from readiness.config import Config, parse_json
from readiness.disclosure import Policy
from readiness.disclosure.policy import CountSystem, LinearRow, ProtectedSum, Statement
from readiness.plan.runs import PlannedRun, input_files, runs_of
from readiness.plan.settings import told_of_answers, with_items
from readiness.provenance.digests import KEY, canonical_json, make_key
from readiness.provenance.records import leave_lineage
from readiness.provenance.results_folder import RESULTS
from readiness.running.step import perform

NAME = "random"
STEPS = ("validate", "derive", "weight", "estimate", "compare")
# Kinds of questions, in turn; `routed` is asked of those who gave the first answer before it.
KINDS = ("single", "routed", "grid", "multi")
POPULATION = 55_440
ROWS = ("row a", "row b")


@dataclass(frozen=True)
class Survey:
    """What was asked, of whom and how it is published; `persons`: what they are and answered, a row
    each, by the headers of the export; `earlier`: who was in an earlier release; `total`: that of
    the margins, which need not be the list's.
    """

    run: PlannedRun
    questionnaire: dict[str, Any]
    persons: pd.DataFrame
    earlier: np.ndarray
    regions: tuple[str, ...]
    sizes: tuple[str, ...]
    total: int


def survey(
    seed: int,
    people: int | None = None,
    groups: int | None = None,
    items: int | None = None,
    *,
    listed: bool | None = None,
    kinds: Sequence[str] = KINDS,
    recode: bool = False,
) -> Survey:
    """The survey of a seed: of 60 to 120 people in 2 or 3 groups, 4 items, unless given.

    `listed`: whether there is a sample list. `kinds`: of its first questions. `recode`: whether the
    first question is told again with its answers merged.
    """
    rng = np.random.default_rng(seed)
    n = people or int(rng.integers(60, 121))
    regions = _codes("region", groups or int(rng.integers(2, 4)))
    sizes = _codes("size", 2)
    if listed is None:
        listed = bool(people) or seed % 3 != 2
    persons = pd.DataFrame(
        {
            "region": rng.choice(regions, n, p=rng.dirichlet(np.full(len(regions), 6.0))),
            "size": rng.choice(sizes, n, p=[0.4, 0.6]),
        }
    )
    asked = list(_ask(rng, persons, items or 4, kinds))
    frame = [_list_options({"id": "region"}, regions), _list_options({"id": "size"}, sizes)]
    if not listed:
        asked = [{**each, "kind": "single", "column": each["id"]} for each in frame] + asked
    questionnaire = {
        "name": NAME,
        "version": "1",
        "language": "en",
        "title": {"en": "Random"},
        "export": {"timestamp": "when", "marker": "simulated", "marked": "yes"},
        "items": asked,
    }
    if listed:
        questionnaire["export"]["invitation"] = "invitation"
        questionnaire["frame"] = frame
    came = rng.choice(n, int(rng.integers(1, 5)), replace=False) if seed % 5 == 4 else []
    run = PlannedRun(f"waves/{NAME}", NAME, _settings(regions, asked, listed, recode=recode))
    earlier, total = ~np.isin(np.arange(n), came), POPULATION + 120 * (seed % 3 == 1)
    return Survey(run, questionnaire, persons, earlier, regions, sizes, total)


def _codes(name: str, number: int) -> tuple[str, ...]:
    return tuple(f"{name}_{k}" for k in range(number))


def _list_options(question: dict[str, Any], codes: Sequence[str]) -> dict[str, Any]:
    options = [{"code": code, "text": code} for code in codes]
    return {"label": {"en": question["id"]}, **question, "categories": options}


def _ask(
    rng: np.random.Generator, persons: pd.DataFrame, number: int, kinds: Sequence[str] = KINDS
) -> Iterator[dict[str, Any]]:
    """So many items, each as the questionnaire has it; their answers become columns."""
    region = persons["region"].astype("category").cat.codes.to_numpy()
    n, made, before = len(persons), 0, np.zeros(0)
    while made < number:
        kind = kinds[made] if made < len(kinds) else str(rng.choice(KINDS))
        name, codes = f"q{made}", _codes("a", int(rng.integers(2, 5)))
        leaning = rng.dirichlet(np.full(len(codes), 0.9), size=region.max() + 1)
        said = np.array([rng.choice(codes, p=leaning[k]) for k in region], dtype=object)
        blank = rng.random(n) < 0.04
        question = _list_options({"id": name, "kind": "single", "column": name}, codes)
        if kind == "routed" and len(before):
            asked = before == "a_0"
            question["asked_if"] = [{"item": f"q{made - 1}", "one_of": ["a_0"]}]
            persons[name] = np.where(asked & ~blank, said, "")
        elif kind == "grid":
            question |= {"kind": "grid", "rows": [*ROWS], "dont_know": {"text": "unsure"}}
            for row in ROWS:
                other = np.where(rng.random(n) < 0.3, rng.permutation(said), said)
                other = np.where(rng.random(n) < 0.06, "unsure", other)
                persons[f"{name} [{row}]"] = np.where(blank, "", other)
            made += len(ROWS) - 1
        elif kind == "multi":
            ticked = rng.random((n, len(codes))) < rng.uniform(0.05, 0.6, len(codes))
            question |= {"kind": "multi", "blank_means": "skipped"}
            persons[name] = [", ".join(np.array(codes)[row]) for row in ticked]
        else:
            persons[name] = np.where(blank, "", said)
        before = persons[name].to_numpy() if name in persons and kind != "multi" else np.zeros(0)
        made += 1
        yield question


def _settings(
    regions: Sequence[str],
    asked: Sequence[dict[str, Any]],
    listed: bool,
    *,
    recode: bool = False,
) -> Any:
    """How it is analysed, as the configuration says it."""
    half = len(regions) // 2
    parts = {"east": list(regions[:half]), "west": list(regions[half:])}
    area = {
        "item": "region",
        "categories": [{"code": c, "label": {"en": c}, "of": of} for c, of in parts.items()],
    }
    grid = next((each["id"] for each in asked if each["kind"] == "grid"), None)
    derive: list[dict[str, Any]] = [{"id": "area", "label": {"en": "Area"}, "recode": area}]
    if grid:
        top = [{"item": f"{grid}_{row}", "top": 1} for row in (1, 2)]
        derive.append({"id": "keen", "label": {"en": "Keen"}, "any": top})
    name = next(each["id"] for each in asked if each["id"] not in ("region", "size"))
    if recode:
        codes = [c["code"] for each in asked if each["id"] == name for c in each["categories"]]
        merged = {"item": name, "categories": _merge(codes)}
        derive.append({"id": "merged", "label": {"en": "Merged"}, "recode": merged})
    wave: dict[str, Any] = {
        "title": {"en": "Random"},
        "simulated": True,
        "selection": "probability" if listed else "opt-in",
        "answers": f"{NAME}@1",
        "questionnaire": f"{NAME}-1",
        "derive": derive,
        "estimate": {
            "by": ["region", *(["size"] if listed else []), "area"],
            "items": [*_name_items(asked), *(each["id"] for each in derive[1:])],
        },
        "figures": {"minimum_base": 5, "reliable_base": 10},
    }
    if listed:
        wave |= {"sample": f"{NAME}-sample@1", "weight": {"margins": f"{NAME}-1"}}
    wave["compare"] = {"items": wave["estimate"]["items"][:2]}
    config = parse_json(Config, canonical_json({"waves": {NAME: wave}}))
    return next(runs_of(config)).section


def _merge(codes: Sequence[str]) -> list[dict[str, Any]]:
    """Categories of which the first and the last answer are one, and what is between another."""
    parts = {"outer": [codes[0], codes[-1]], "inner": list(codes[1:-1])}
    return [{"code": c, "label": {"en": c}, "of": of} for c, of in parts.items() if of]


def _name_items(asked: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The items that questions are, without those that are groups."""
    for each in asked:
        if each["kind"] == "grid":
            yield from (f"{each['id']}_{row}" for row in range(1, len(ROWS) + 1))
        elif each["id"] not in ("region", "size"):
            yield each["id"]


def _population(codes: Sequence[str], total: int) -> dict[str, int]:
    """The people of each category in a population of so many."""
    parts = [1 + k % 3 for k in range(len(codes))]
    people = [total * part // sum(parts) for part in parts]
    people[-1] += total - sum(people)
    return dict(zip(codes, people, strict=True))


def write(made: Survey, root: Path) -> PlannedRun:
    """Write what the steps read below `root`; the run, with the items that it estimates."""
    files = input_files(made.run.section)
    for path in files.values():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / files["questionnaire"]).write_text(yaml.safe_dump(made.questionnaire), "utf-8")
    if "margins" in files:
        variables = {"region": made.regions, "size": made.sizes}
        rows = [
            (name, code, people, "scenario", "simulated")
            for name, codes in variables.items()
            for code, people in _population(codes, made.total).items()
        ]
        table = pd.DataFrame(rows, columns=["variable", "category", "total", "status", "note"])
        table.to_csv(root / files["margins"], index=False)
    return with_items(root, made.run)


def compute(
    made: Survey, run: PlannedRun, root: Path, release: int, inside: np.ndarray
) -> dict[str, list[Path]]:
    """Every step before the register, for who is `inside` a release; the files by their role.

    To be called, as all steps are, in the project's folder `root`.
    """
    home = root / str(release)
    persons = made.persons[inside]
    token = [f"T{k}" for k in persons.index]
    listed = run.section.sample is not None
    export = persons.drop(columns=["region", "size"] if listed else [])
    moments = pd.Timestamp("2026-03-02 10:00") + pd.to_timedelta(persons.index, "min")
    export = export.assign(when=moments.astype(str), simulated="yes", invitation=token)
    files = {"answers": export if listed else export.drop(columns="invitation")}
    if listed:
        drawn = persons[["region", "size"]].assign(token=token, stratum=persons["region"])
        many = drawn.groupby("stratum")["token"].transform("size")
        people = drawn["stratum"].map(_population(made.regions, POPULATION))
        drawn = drawn.assign(stratum_population=people, stratum_drawn=many, simulated="yes")
        files["sample"] = drawn.assign(base_weight=(people / many).round(10))
    told = {role: root / path for role, path in input_files(run.section).items()}
    for role, table in files.items():
        told[role] = root / RESULTS / "inputs" / f"{NAME}-{role}" / str(release) / "data.csv"
        told[role].parent.mkdir(parents=True)
        table.to_csv(told[role], index=False)
        (told[role].parent / KEY).write_bytes(make_key(told[role].read_bytes()))
        leave_lineage(
            "restore",
            told[role].parent,
            code="0" * 64,
            settings={},
            inputs={},
            outputs=["data.csv", KEY],
            datasets=(f"{NAME}-{role}@{release}",),
            public=True,
        )
    found: dict[str, list[Path]] = {role: [path] for role, path in told.items()}
    for step in STEPS:
        out = take(step, run, root, found, home)
        tables = {path.stem: [path] for path in out.iterdir() if path.name != "lineage.json"}
        if not listed:
            tables.pop("sample", None)
        # Weighting reports its margins under the name of those that it was given.
        made_margins = {"margins of weights": tables.pop("margins")} if "margins" in tables else {}
        found |= tables | made_margins
    return found | {"margins": found["margins of weights"]}


def take(step: str, run: PlannedRun, root: Path, found: dict[str, list[Path]], home: Path) -> Path:
    """Take a step with the files that it asks for; the folder that it leaves."""
    module = import_module(f"readiness.steps.{step.replace('-', '_')}")
    roles = {role.rstrip("?*"): role for role in module.INPUTS}
    inputs = {name: found.get(name, []) for name in roles}
    settings = canonical_json(told_of_answers(root, run, step))
    perform(step, module, inputs, settings, "0" * 64, home / step)
    return home / step


def table(counts: list[list[int]], policy: Policy) -> CountSystem:
    """A table whose cells are published beside margins that are known."""
    cells = np.array(counts, dtype=float)
    at = np.arange(cells.size).reshape(cells.shape)
    statements, targets = [], []
    for (i, j), count in np.ndenumerate(cells):
        place, small = int(at[i, j]), policy.is_small(int(count))
        row = LinearRow.total([place], float(count))
        statements.append(
            Statement(
                f"{i}.{j}", (row,), float(count) or 0.5, primary=small, last_resort=count == 0
            )
        )
        if small:
            targets.append(ProtectedSum(f"{i}.{j}", (place,), int(count)))
    lines = [*zip(at.tolist(), cells, strict=True), *zip(at.T.tolist(), cells.T, strict=True)]
    fixed = tuple(LinearRow.total(places, float(values.sum())) for places, values in lines)
    return CountSystem(
        np.full(cells.size, cells.sum()), fixed, tuple(statements), tuple(targets), cells.ravel()
    )
