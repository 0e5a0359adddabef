"""Where two chains diverge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from readiness.language import LANGUAGES, tell
from readiness.lineage import Lineage
from readiness.publications.chain import ENVIRONMENT_ALONE, Divergence, first_divergence

RESTORE = "restore-d@1"
BEFORE = {
    RESTORE: Lineage("restore", "c1", {"sha256": "a"}, {}, {}, {"data.csv": "a"}, ("d@1",)),
    "weight": Lineage(
        "weight", "c2", {"trim": 4.0}, {"answers": "a"}, {}, {"weights.csv": "w"}, ("d@1",)
    ),
}
OTHER = {"outputs": {"weights.csv": "v"}}


def diverges(**steps: Lineage) -> tuple[str, ...]:
    """The step, and what changed there: a kind with the names that it states."""
    after = {**BEFORE, **{name.replace("restore", RESTORE): s for name, s in steps.items()}}
    found = first_divergence(BEFORE, after)
    return (found.step, *(tell(cause, "en") for cause in found.causes)) if found else ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ["environment"]),
        ({"code": "c3"}, ["code"]),
        ({"settings": {"trim": 3.0}}, ["settings (trim)"]),
        ({"inputs": {"answers": "b"}}, ["data (answers)"]),
        ({"inputs": {"answers": "b"}, "code": "c3"}, ["data (answers)", "code"]),
    ],
)
def test_what_changed_at_a_step(change: dict[str, Any], said: list[str]) -> None:
    assert diverges(weight=replace(BEFORE["weight"], **OTHER, **change)) == ("weight", *said)


def test_a_restore_that_strays_is_its_code_not_the_data() -> None:
    other = replace(BEFORE[RESTORE], outputs={"data.csv": "b"})
    assert diverges(restore=replace(other, code="c9")) == (RESTORE, "code")
    assert diverges(restore=other) == (RESTORE, "data")
    version = replace(other, code="c9", settings={"sha256": "b"})
    assert diverges(restore=version) == (RESTORE, "data")


def test_the_same_outputs_do_not_diverge() -> None:
    assert diverges(weight=replace(BEFORE["weight"], code="c3")) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_step_is_named_in_words_where_it_has_some(language: str) -> None:
    for step in (RESTORE, "draw", "charts-fr", "weight"):
        told = tell(Divergence(step, ENVIRONMENT_ALONE).fact, language)
        assert step in told and "(" in told
    assert Divergence("unknown", ENVIRONMENT_ALONE).named == "unknown"


def test_other_code_hides_no_setting_further_on() -> None:
    later = Lineage(
        "estimate", "c3", {"level": 0.95}, {"weights": "w"}, {"weights": "h"}, {"e.csv": "e"}, ()
    )
    before = {**BEFORE, "estimate": later}
    code = replace(BEFORE["weight"], code="c9", **OTHER)
    moved = replace(later, inputs={"weights": "v"}, outputs={"e.csv": "f"})
    found = first_divergence(before, {**before, "weight": code, "estimate": moved})
    assert found is not None and found.further is None
    set_otherwise = replace(moved, settings={"level": 0.9})
    found = first_divergence(before, {**before, "weight": code, "estimate": set_otherwise})
    assert found is not None and found.step == "weight"
    assert "further on, at estimate (estimation): settings (level)" in tell(found.fact, "en")
