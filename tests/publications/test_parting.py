"""Where two chains part."""

from __future__ import annotations

from dataclasses import replace

import pytest

from readiness.lineage import Lineage
from readiness.publications.chain import first_divergence

RESTORE = "restore-d@1"
BEFORE = {
    RESTORE: Lineage("restore", "c1", {"sha256": "a"}, {}, {}, {"data.csv": "a"}, ("d@1",)),
    "weight": Lineage(
        "weight", "c2", {"trim": 4.0}, {"answers": "a"}, {}, {"weights.csv": "w"}, ("d@1",)
    ),
}
OTHER = {"outputs": {"weights.csv": "v"}}


def parted(**steps: Lineage) -> str:
    after = {**BEFORE, **{name.replace("restore", RESTORE): s for name, s in steps.items()}}
    return str(first_divergence(BEFORE, after) or "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "weight: environment changed"),
        ({"code": "c3"}, "weight: code changed"),
        ({"settings": {"trim": 3.0}}, "weight: settings (trim) changed"),
        ({"inputs": {"answers": "b"}}, "weight: data (answers) changed"),
        ({"inputs": {"answers": "b"}, "code": "c3"}, "weight: data (answers), code changed"),
    ],
)
def test_what_changed_at_a_step(change: dict[str, object], said: str) -> None:
    assert parted(weight=replace(BEFORE["weight"], **OTHER, **change)) == said


def test_a_restore_that_strays_is_its_code_not_the_data() -> None:
    other = replace(BEFORE[RESTORE], outputs={"data.csv": "b"})
    assert parted(restore=replace(other, code="c9")) == f"{RESTORE}: code changed"
    assert parted(restore=other) == f"{RESTORE}: data changed"
    version = replace(other, code="c9", settings={"sha256": "b"})
    assert parted(restore=version) == f"{RESTORE}: data changed"


def test_the_same_outputs_do_not_part() -> None:
    assert parted(weight=replace(BEFORE["weight"], code="c3")) == ""
