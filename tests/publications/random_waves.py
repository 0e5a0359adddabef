"""Random waves of every kind of design, computed by the workflow's own steps.

A wave has an ordinal item with a "don't know", one of two answers, one of three, a routed one, a
grid, a multiple choice and a number; unanswered cells; groups of one variable or two. What differs
is how respondents came in and what is known of it: `DESIGNS`. All follows from a seed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import chdir
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from readiness.config import Config, WaveSettings, parse_json
from readiness.plan.runs import PlannedRun, input_files, runs_of
from readiness.plan.settings import told_of_answers, with_items
from readiness.provenance.digests import KEY, canonical_json, make_key
from readiness.provenance.records import leave_lineage
from readiness.provenance.results_folder import RESULTS
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.register.figures import read_register
from readiness.running.step import perform

NAME = "random"
STEPS = ("validate", "derive", "weight", "estimate", "compare", "register-wave")
REGIONS = ("north", "south", "coast")
PEOPLE = {"north": 900, "south": 600, "coast": 150}
AGES = ("young", "old")


@dataclass(frozen=True)
class ComputedWave:
    """A wave with its register.

    `folder`: where its steps left their tables; `register`: every number, at 12 digits, as text.
    """

    settings: WaveSettings
    questionnaire: Questionnaire
    folder: Path
    register: pd.DataFrame


def compute_wave(
    design: str, seed: int, root: Path, where: dict[str, list[str]] | None = None
) -> ComputedWave:
    """Compute the wave of a design (a key of `DESIGNS`) and a seed below `root`.

    `where`: of whom its figures are, by item with one answer; everybody unless given.
    """
    rng = np.random.default_rng([seed, *design.encode()])
    persons = make_persons(rng, 280 + 40 * (seed % 3))
    wave, persons, listed = DESIGNS[design](rng, persons)
    if where:
        wave["estimate"]["where"] = where
        for step in ("estimate", "compare"):
            wave[step]["items"] = [name for name in wave[step]["items"] if name not in where]
    document = make_questionnaire(wave, listed=listed)
    return run_steps(root, wave, document, persons)


def run_steps(
    root: Path,
    wave: dict[str, Any],
    document: dict[str, Any],
    persons: pd.DataFrame,
    beside: Sequence[dict[str, list[str]] | None] = (),
) -> ComputedWave:
    """Compute a wave from its settings, its questionnaire and its answers.

    `beside`: of whom other numbers of the same answers are published.

    `persons`: by the headers of the export; where the wave has a sample with `base_weight`,
    `stratum`, `stratum_population` and the variables of the frame.
    """
    full = {
        "title": {"en": "Random"},
        "simulated": True,
        "answers": f"{NAME}@1",
        "questionnaire": f"{NAME}-1",
        # No count is protected: every number is in the register, but for those of few answers.
        "disclosure": "internal",
        **wave,
    }
    config = parse_json(Config, canonical_json({"waves": {NAME: full}}))
    run = next(iter(runs_of(config)))
    files = {role: root / path for role, path in input_files(run.section).items()}
    for path in files.values():
        path.parent.mkdir(parents=True, exist_ok=True)
    files["questionnaire"].write_text(yaml.safe_dump(document), "utf-8")
    if "margins" in files:
        _margins().to_csv(files["margins"], index=False)
    with chdir(root):
        tables = make_tables(run, persons)
        return perform_steps(root, with_items(root, run), files, tables, beside)


def make_tables(run: PlannedRun, persons: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Make the export of those who answered, and the sample where the wave has one."""
    persons = persons.assign(invitation=[f"T{k:04}" for k in range(len(persons))])
    answers = persons[persons["answered"]] if "answered" in persons else persons
    frame = ["region", "age", "stratum", "stratum_population", "stratum_drawn", "base_weight"]
    listed = run.wave.sample is not None
    export = answers.drop(columns=frame if listed else ["invitation"], errors="ignore")
    moments = pd.Timestamp("2026-03-02 10:00") + pd.to_timedelta(range(len(export)), "min")
    export = export.assign(when=moments.astype(str), simulated="yes")
    tables = {"answers": export.drop(columns="answered", errors="ignore")}
    if listed:
        sample = persons[["invitation", *frame]].rename(columns={"invitation": "token"})
        tables["sample"] = sample.assign(simulated="yes")
    return tables


def perform_steps(
    root: Path,
    run: PlannedRun,
    files: dict[str, Path],
    tables: dict[str, pd.DataFrame],
    beside: Sequence[dict[str, list[str]] | None] = (),
) -> ComputedWave:
    """Take every step up to the register; to be called in the project's folder `root`.

    `files`: what the run reads, by role; `tables`: its datasets, `answers` and `sample`.
    """
    files |= {role: _restore(root, role, table) for role, table in tables.items()}
    found: dict[str, list[Path]] = {role: [path] for role, path in files.items()}
    home = root / RESULTS / run.folder
    for step in STEPS:
        if step == "derive" and not run.wave.derive:
            continue
        module = import_module(f"readiness.steps.{step.replace('-', '_')}")
        inputs = {role: found.get(role, []) for role in (r.rstrip("?*") for r in module.INPUTS)}
        told = told_of_answers(root, run, step)
        if step == "register-wave" and beside:
            told["beside"] = list(beside)
        settings = canonical_json(told)
        out = home / step.removesuffix("-wave")
        perform(step, module, inputs, settings, "0" * 64, out)
        made = {path.stem: [path] for path in out.iterdir() if path.name != "lineage.json"}
        if "sample" not in tables:
            made.pop("sample", None)
        if step == "weight":  # its report of margins is not what it was given
            found["margins of weights"] = made.pop("margins")
        if step == "estimate":
            found["margins"] = found["margins of weights"]
        found |= made
    questionnaire = load_questionnaire(found["questionnaire"][0])
    register = read_register(home / "register/figures.csv")
    return ComputedWave(run.wave, questionnaire, home, register)


def _restore(root: Path, role: str, table: pd.DataFrame) -> Path:
    """Leave a dataset version as the step `restore` does."""
    path = root / RESULTS / "inputs" / f"{NAME}-{role}" / "1" / "data.csv"
    path.parent.mkdir(parents=True)
    table.to_csv(path, index=False)
    (path.parent / KEY).write_bytes(make_key(path.read_bytes()))
    leave_lineage(
        "restore",
        path.parent,
        code="0" * 64,
        settings={},
        inputs={},
        outputs=["data.csv", KEY],
        datasets=(f"{NAME}-{role}@1",),
        public=True,
    )
    return path


def _margins() -> pd.DataFrame:
    ages = {"young": 950, "old": 700}
    rows = [("region", code, people) for code, people in PEOPLE.items()]
    rows += [("age", code, people) for code, people in ages.items()]
    table = pd.DataFrame(rows, columns=["variable", "category", "total"])
    return table.assign(status="scenario", note="simulated")


# ---- Answers ---------------------------------------------------------------------------------


def make_persons(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Answers of n people, by the headers of the export; they depend on the region."""
    region = rng.choice(REGIONS, n, p=[0.45, 0.35, 0.2])
    lean = pd.Series(region).map({"north": 0.0, "south": 0.25, "coast": -0.1}).to_numpy()
    score = rng.normal(size=n) + 2 * lean
    levels = np.array(["none", "weak", "medium", "good"])
    table = pd.DataFrame({"region": region, "age": rng.choice(AGES, n, p=[0.65, 0.35])})
    table["level"] = levels[np.searchsorted([-0.8, 0.1, 1.0], score)]
    table.loc[rng.random(n) < 0.08, "level"] = "unsure"
    table["uses"] = np.where(rng.random(n) < 0.5 + lean, "yes", "no")
    table["tool"] = rng.choice(["pen", "phone", "desk"], n, p=[0.5, 0.3, 0.2])
    often = np.where(rng.random(n) < 0.6, "often", "rarely")
    table["how often"] = np.where(table["uses"] == "yes", often, "")
    for row in ("speed", "price"):
        table[f"agree [{row}]"] = levels[np.searchsorted([-1, 0, 1], score + rng.normal(size=n))]
    ticks = rng.random((n, 3)) < np.column_stack([0.5 + lean, np.full(n, 0.3), np.full(n, 0.15)])
    table["wishes"] = [
        ", ".join(np.array(["tea", "soup", "bread"])[row]) if row.any() else "" for row in ticks
    ]
    table["minutes"] = np.maximum(rng.gamma(3, 9, n) + 20 * lean, 0).round().astype(int).astype(str)
    for name in ("level", "uses", "tool", "minutes"):
        table.loc[rng.random(n) < 0.04, name] = ""
    table.loc[table["uses"] != "yes", "how often"] = ""
    return table


def make_questionnaire(wave: dict[str, Any], *, listed: bool) -> dict[str, Any]:
    """Make the questionnaire; region and age are of the frame, or questions where there is none."""

    def options(*codes: str) -> list[dict[str, str]]:
        return [{"code": code, "text": code} for code in codes]

    frame = [
        {"id": "region", "label": {"en": "Region"}, "categories": options(*REGIONS)},
        {"id": "age", "label": {"en": "Age"}, "categories": options(*AGES)},
    ]
    scale = options("none", "weak", "medium", "good")
    items: list[dict[str, Any]] = [
        {"id": "level", "kind": "ordinal", "categories": scale, "dont_know": {"text": "unsure"}},
        {"id": "uses", "kind": "single", "categories": options("yes", "no")},
        {"id": "tool", "kind": "single", "categories": options("pen", "phone", "desk")},
        {
            "id": "often",
            "kind": "single",
            "column": "how often",
            "categories": options("often", "rarely"),
            "asked_if": [{"item": "uses", "one_of": ["yes"]}],
        },
        {"id": "agree", "kind": "grid", "rows": ["speed", "price"], "categories": scale},
        {
            "id": "wishes",
            "kind": "multi",
            "categories": options("tea", "soup", "bread"),
            "blank_means": "skipped" if "sample" in wave else "none",
        },
        {"id": "minutes", "kind": "number", "range": {"low": 0, "high": 999}},
    ]
    items[0]["boxes"] = {"top": ["medium", "good"], "low": ["none"]}
    if not listed:
        items = [{**each, "kind": "single"} for each in frame] + items
    given = wave.get("weight")
    if isinstance(given, dict) and isinstance(given.get("given"), dict):
        numbers = [given["given"]["weight"]]
        if "replicates" in given["given"]:
            numbers += [f"wr_{k}" for k in range(1, 25)]
        whole = {"low": 0, "high": 10**6, "decimals": 6}
        items += [{"id": name, "kind": "number", "range": whole} for name in numbers]
        for name in ("stratum_item", "cluster"):
            if name in given["given"].values():
                items.append({"id": name, "kind": "number", "range": {"low": 0, "high": 999}})
    items = [{"label": {"en": each["id"]}, "column": each["id"], **each} for each in items]
    export = {"timestamp": "when", "marker": "simulated", "marked": "yes"}
    document = {
        "name": NAME,
        "version": "1",
        "language": "en",
        "title": {"en": "Random"},
        "export": export,
        "items": items,
    }
    if listed:
        document |= {"frame": frame, "export": {**export, "invitation": "invitation"}}
    return document


# ---- Designs ---------------------------------------------------------------------------------

ITEMS = ["level", "uses", "tool", "often", "agree_1", "agree_2", "wishes", "minutes"]
CLOSED = [name for name in ITEMS if name != "minutes"]
Made = tuple[dict[str, Any], pd.DataFrame, bool]


def _analysis(**more: Any) -> dict[str, Any]:
    return {
        "estimate": {"by": ["region", "age"], "items": ITEMS},
        "compare": {"items": CLOSED, "seed": 3},
        **more,
    }


def _draw(rng: np.random.Generator, persons: pd.DataFrame) -> pd.DataFrame:
    """Respondents of a stratified sample, by region, with what the list of persons says."""
    drawn = persons.groupby("region")["age"].transform("size")
    population = persons["region"].map(PEOPLE)
    return persons.assign(
        stratum=persons["region"],
        stratum_population=population,
        stratum_drawn=drawn,
        base_weight=(population / drawn).round(10),
        answered=rng.random(len(persons)) < 0.8,
    )


def _strata(rng: np.random.Generator, persons: pd.DataFrame) -> Made:
    wave = _analysis(selection="probability", sample=f"{NAME}-sample@1")
    return wave, _draw(rng, persons), True


def _calibration(rng: np.random.Generator, persons: pd.DataFrame) -> Made:
    weight = {"margins": f"{NAME}-1", "trim": [0.7, 1.3]}
    wave = _analysis(selection="probability", sample=f"{NAME}-sample@1", weight=weight)
    return wave, _draw(rng, persons), True


def _census(rng: np.random.Generator, persons: pd.DataFrame) -> Made:
    population = persons.groupby("region")["age"].transform("size")
    listed = persons.assign(
        stratum=persons["region"],
        stratum_population=population,
        stratum_drawn=population,
        base_weight=1.0,
    )
    return _analysis(selection="census", sample=f"{NAME}-sample@1"), listed, True


def _opt_in(rng: np.random.Generator, persons: pd.DataFrame) -> Made:
    return _analysis(selection="opt-in", weight="none"), persons, False


def _clusters(rng: np.random.Generator, persons: pd.DataFrame) -> Made:
    cluster = rng.integers(0, 24, len(persons))
    given = {"weight": "w", "strata": "stratum_item", "psu": "cluster"}
    persons = persons.assign(
        cluster=cluster, stratum_item=cluster // 6, w=rng.uniform(1, 5, len(persons)).round(6)
    )
    return _analysis(selection="probability", weight={"given": given}), persons, False


def _replicates(rng: np.random.Generator, persons: pd.DataFrame) -> Made:
    """Weights of a jackknife of 24 groups, and somebody of weight 0."""
    weight = rng.uniform(1, 5, len(persons)).round(6)
    weight[3] = 0.0
    group = rng.permutation(np.arange(len(persons)) % 24)
    columns = {
        f"wr_{k + 1}": np.where(group == k, 0.0, weight * 24 / 23).round(6) for k in range(24)
    }
    replicates = {"columns": "wr_*", "type": "JK1"}
    given = {"weight": "w", "replicates": replicates}
    persons = persons.assign(w=weight, **columns)
    return _analysis(selection="opt-in", weight={"given": given}), persons, False


DESIGNS: dict[str, Callable[[np.random.Generator, pd.DataFrame], Made]] = {
    "strata": _strata,
    "clusters": _clusters,
    "replicates": _replicates,
    "calibration": _calibration,
    "census": _census,
    "opt-in": _opt_in,
}
