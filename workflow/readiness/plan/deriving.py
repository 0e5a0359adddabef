"""Derived variables as a plan knows them: checked against what was asked, and beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from readiness.config import Condition, DerivedVariable, WaveSettings
from readiness.errors import ConfigError
from readiness.plan.asking import ESTIMATED, ONE_ANSWER, TRUE, Asked, document_of, read_outline
from readiness.plan.runs import PlannedRun, input_files
from readiness.terminal import quote_cell

# Columns of the coded table that no variable is called like.
RESERVED = ("respondent", "group", "stratum", "base_weight")


def asked_of(root: Path, run: PlannedRun) -> Asked:
    """What was asked in a wave, and behind it what is derived of it."""
    assert isinstance(run.section, WaveSettings)
    return with_derived(read_outline(root, input_files(run.section)["questionnaire"]), run)


def with_items(root: Path, run: PlannedRun) -> PlannedRun:
    """A run whose wave names what it estimates: all that answers can be counted of."""
    wave = run.section
    if not isinstance(wave, WaveSettings) or wave.estimate.items:
        return run
    if not (root / input_files(wave)["questionnaire"]).is_file():
        return run  # the plan says so, with the key that names it
    found = asked_of(root, run)
    items = [
        name
        for name, kind in found.kinds.items()
        if kind in ESTIMATED and name not in found.personal
    ]
    estimate = wave.estimate.model_copy(update={"items": items})
    return replace(run, section=wave.model_copy(update={"estimate": estimate}))


def is_draft(root: Path, run: PlannedRun) -> bool:
    """Whether what a wave asked is a draft, which nothing is computed with."""
    if not isinstance(run.section, WaveSettings):
        return False
    path = input_files(run.section)["questionnaire"]
    if not (root / path).is_file():
        return False  # the plan says so, with the key that names it
    document = document_of(root, path)
    return isinstance(document, dict) and str(document.get("draft", "")).lower() in TRUE


def variables_of(root: Path, run: PlannedRun) -> tuple[str, ...]:
    """The variables by whose categories a wave's answers are told, the compared one first."""
    assert isinstance(run.section, WaveSettings)
    known = asked_of(root, run).known_variables(run.section)
    return run.section.estimate.variables(known)


def with_derived(found: Asked, run: PlannedRun) -> Asked:
    """What was asked, and behind it what the wave of a run derives of it.

    Raises ConfigError, naming the variable, for one that cannot be derived.
    """
    assert isinstance(run.section, WaveSettings)
    for one in run.section.derive:
        place = f"{run.key}.derive.{one.id}"
        if one.id in {**found.kinds, **found.frame, **dict.fromkeys(RESERVED, "")}:
            raise ConfigError(f"{place}: an id that {found.path} has already; give it another.")
        known = {**found.codes, **found.known_variables(run.section)}
        for name in one.sources:
            _check_source(place, name, one, found, known)
        for condition in one.conditions:
            _check_condition(place, condition, known)
        for category in one.recode.categories if one.recode else ():
            for code in category.of:
                _check_code(place, one.sources[0], code, known)
        found = replace(
            found,
            kinds={**found.kinds, one.id: one.kind},
            codes={**found.codes, one.id: one.codes},
        )
    return found


def _check_source(
    place: str, name: str, one: DerivedVariable, found: Asked, known: dict[str, list[str]]
) -> None:
    """A variable is made of what is known of respondents, and of the kinds that it can be of."""
    if name in found.frame and name not in known:
        raise ConfigError(
            f"{place}: {quote_cell(name)} is known of the persons of a sample, and the wave has "
            "none."
        )
    if name not in known:
        raise ConfigError(f"{place}: {found.path} has no item {quote_cell(name)}.")
    if name in found.personal:
        raise ConfigError(
            f"{place}: {quote_cell(name)} is personal data, which no number is made of."
        )
    kind = found.kinds.get(name, "single")
    expected: tuple[str, ...] = ONE_ANSWER
    if one.bands:
        expected = ("number",)
    elif one.scale:
        expected = ("ordinal", "number")
    elif one.conditions:
        expected = (*ONE_ANSWER, "multi")
    if kind not in expected:
        raise ConfigError(
            f"{place}: {name} is a {quote_cell(kind)} item; expected {' or '.join(expected)}."
        )


def _check_condition(place: str, condition: Condition, known: dict[str, list[str]]) -> None:
    for code in condition.of or ():
        _check_code(place, condition.item, code, known)
    levels = condition.top or condition.low or 0
    if levels >= len(known[condition.item]):
        raise ConfigError(
            f"{place}: {levels} levels of {condition.item}, which has "
            f"{len(known[condition.item])}; expected fewer."
        )


def _check_code(place: str, item: str, code: str, known: dict[str, list[str]]) -> None:
    if code not in known[item]:
        raise ConfigError(
            f"{place}: {item} has no answer {quote_cell(code)}; expected one of "
            f"{', '.join(known[item])}."
        )
