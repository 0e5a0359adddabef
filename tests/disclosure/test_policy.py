"""A policy: presets, what a section replaces, and what each rule says of a count."""

from __future__ import annotations

from fractions import Fraction

import pytest

from readiness.config import Disclosure
from readiness.disclosure import PRESETS, Policy
from readiness.ground.errors import StatisticsError


def test_presets_differ_by_the_smallest_cell_and_the_configuration_sets_that_of_the_public() -> (
    None
):
    cells = {name: Policy.of({"preset": name}, minimum=7).minimum_cell for name in PRESETS}
    assert cells == {"public": 7, "researchers": 3, "internal": 1}
    assert Policy.of({}, 7) == Policy.of(None, 7) == Policy.of({"preset": "public"}, 7)
    assert [Policy.of({"preset": name}).protects for name in PRESETS] == [True, True, False]
    assert Policy.of({"preset": "internal"}, 7).minimum_base == 7


def test_what_a_section_says_replaces_what_its_preset_says() -> None:
    section = Disclosure.model_validate(
        {
            "preset": "researchers",
            "minimum_cell": 4,
            "zero": "protected",
            "identifiers": ["region", "size"],
            "p_percent": 0.1,
        }
    )
    policy = Policy.of(section.model_dump(exclude_none=True), minimum=6)
    assert (policy.minimum_cell, policy.width, policy.minimum_base, policy.k) == (4, 4, 6, 3)
    assert policy.identifiers == ("region", "size") and policy.p_percent == Fraction(1, 10)


@pytest.mark.parametrize(
    ("zero", "whole", "sensitive"),
    [
        ("allowed", "allowed", {1, 2, 3, 17, 18, 19}),
        ("protected", "allowed", {0, 1, 2, 3, 17, 18, 19}),
        ("allowed", "protected", {1, 2, 3, 17, 18, 19, 20}),
    ],
)
def test_few_nobody_everybody(zero: str, whole: str, sensitive: set[int]) -> None:
    policy = Policy.of({"minimum_cell": 4, "zero": zero, "whole": whole})
    assert {count for count in range(21) if policy.is_sensitive(count, 20)} == sensitive
    assert policy.is_sensitive(3, 3) and not policy.is_sensitive(0, 0)


def test_an_interval_protects_when_it_is_wide_and_does_not_prove_few() -> None:
    policy = Policy.of({"minimum_cell": 5})
    assert policy.holds(0, 5) and policy.holds(2, 7)
    assert not policy.holds(0, 4) and not policy.holds(1, 4)
    narrow = Policy.of({"minimum_cell": 5, "width": 2})
    assert narrow.holds(0, 2) and not narrow.holds(1, 3) and narrow.holds(3, 5)


def test_an_unknown_rule_or_preset_is_refused() -> None:
    with pytest.raises(StatisticsError, match="no rule 'cells'"):
        Policy.of({"cells": 3})
    with pytest.raises(StatisticsError, match="no preset 'all'"):
        Policy.of({"preset": "all"})
    with pytest.raises(StatisticsError, match="width"):
        Policy(width=-1)
