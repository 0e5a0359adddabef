"""Estimate: shares of every answer, overall and by group, with design-based precision.

Each share names its base. An ordinal item also has the share in its two lowest levels (`low`), and
"don't know" as a share of all who answered, outside the scale. A multiple-choice item has each
option on two bases: those who were asked and those who answered (an answer that was set aside is in
neither). Experts are counted, unweighted.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from readiness.config import Estimate, parse_json
from readiness.questionnaire import DONT_KNOW, Questionnaire, load_questionnaire
from readiness.questionnaire.model import Item
from readiness.steps.common import Outputs, add_step_arguments, log
from readiness.steps.weighted import read_weighted, replicates_beside
from readiness.survey.design import Design
from readiness.survey.estimates.multiresponse import Base, multi_response, option_answers
from readiness.survey.estimates.proportions import SurveyWarning, proportions

ALL = "all"
LOWEST = 2
BASES: tuple[Base, ...] = ("asked", "answered")
COLUMNS = ["item", "level", "base", "group", "n", "count", "estimate", "se", "lower", "upper",
           "n_eff", "deff", "df", "reliability", "note"]  # fmt: skip


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "answers", "weights", "questionnaire")


def variables(
    item: Item, answers: pd.DataFrame
) -> Iterator[tuple[str, str, np.ndarray, list[str], list[str]]]:
    """What is estimated of an item: (level prefix, base, values, categories, those to keep)."""
    if item.kind == "multi":
        for column, option in zip(item.columns, item.codes, strict=True):
            for base in BASES:
                yield option, base, option_answers(answers[column], option, base), ["1", "0"], ["1"]
        return
    values = answers[item.id].to_numpy(dtype=object)
    codes = list(item.codes)
    yield "", "answered", values, codes, codes
    if item.kind == "ordinal":
        low = _flag(np.isin(values, codes[:LOWEST]), np.isin(values, codes))
        yield "low", "answered", low, ["1", "0"], ["1"]
    if item.dont_know:
        outside = _flag(values == DONT_KNOW, np.isin(values, [*codes, DONT_KNOW]))
        yield "dont_know", "with_dont_know", outside, ["1", "0"], ["1"]


def _flag(chosen: Any, base: Any) -> Any:
    """Text 1 and 0 within the base, None outside it."""
    flags = np.full(len(base), None, dtype=object)
    flags[base] = np.where(chosen[base], "1", "0")
    return flags


def estimate_item(
    design: Design, item: Item, by: str, groups: Sequence[str], settings: Estimate
) -> pd.DataFrame:
    """All shares of one item, overall and by group: columns `COLUMNS`, shares 0-1."""
    if item.kind == "multi":
        return _options(design, item, settings)
    parts = []
    for prefix, base, values, categories, keep in variables(item, design.data):
        for grouping in (None, by):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SurveyWarning)  # the note is in the table
                table = proportions(
                    design, values, categories, by=grouping,
                    groups=groups if grouping else None,
                    level=settings.level, interval=settings.interval,
                )  # fmt: skip
            table = table[table["category"].isin(keep)]
            level = prefix if prefix else table["category"]
            group = table["group"] if grouping else ALL
            parts.append(table.assign(item=item.id, level=level, base=base, group=group))
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def _options(design: Design, item: Item, settings: Estimate) -> pd.DataFrame:
    """The options of a multiple-choice item, each on both bases."""
    parts = []
    for column, option in zip(item.columns, item.codes, strict=True):
        for base in BASES:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SurveyWarning)
                table = multi_response(
                    design, {option: column}, base=base,
                    level=settings.level, interval=settings.interval,
                )  # fmt: skip
            parts.append(table.assign(item=item.id, level=option, base=base, group=ALL))
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def count_experts(experts: pd.DataFrame, item: Item) -> pd.DataFrame:
    """Unweighted shares among experts, without interval: they are no sample of a known group."""
    rows: list[dict[str, Any]] = []
    for prefix, base, values, categories, keep in variables(item, experts):
        n = int(np.isin(values.astype(str), categories).sum())
        for category in keep if n else []:
            count = int((values == category).sum())
            level = prefix or category
            share = {"n": n, "count": count, "estimate": count / n, "note": "unweighted"}
            rows.append({"item": item.id, "level": level, "base": base, "group": "expert", **share})
    return pd.DataFrame(rows, columns=COLUMNS)


def estimate(
    design: Design, experts: pd.DataFrame, questionnaire: Questionnaire, settings: Estimate
) -> pd.DataFrame:
    """The shares of all items of the settings, professionals and experts."""
    groups = questionnaire.frame_variable(settings.by).codes
    parts = []
    for name in settings.items:
        item = questionnaire.item(name)
        parts.append(estimate_item(design, item, settings.by, groups, settings))
        parts.append(count_experts(experts, item))
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def run(arguments: argparse.Namespace) -> int:
    """Write `estimates.csv`."""
    settings = parse_json(Estimate, arguments.settings)
    questionnaire = load_questionnaire(arguments.questionnaire)
    design, experts = read_weighted(arguments.answers, arguments.weights)
    table = estimate(design, experts, questionnaire, settings)
    outputs = Outputs("estimate", arguments.out)
    outputs.csv("estimates.csv", table)
    inputs: dict[str, Path] = {
        "answers": arguments.answers,
        "weights": arguments.weights,
        "replicates": replicates_beside(arguments.weights),
        "questionnaire": arguments.questionnaire,
    }
    outputs.finish(code=arguments.code, settings=settings.model_dump(), inputs=inputs)
    log.info("estimated: %d shares of %d items", len(table), len(settings.items))
    return 0
