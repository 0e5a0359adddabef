"""One verdict a number, and where chains diverge: what must agree, how a difference is called."""

from dataclasses import replace
from itertools import product
from typing import Any

import pandas as pd
import pytest
from released_tree import STUDY, released_root

from readiness.facts import Fact
from readiness.language import LANGUAGES, tell
from readiness.lineage import Lineage
from readiness.publications.chain import ENVIRONMENT_ALONE, Divergence, first_divergence
from readiness.publications.outcomes import Outcome
from readiness.publications.reproduce import compare
from readiness.register.figures import COLUMNS, read_register
from releases import FIRST, released_figures

SHARE = "preparation.low.producer"


@pytest.fixture(scope="module")
def wave() -> pd.DataFrame:
    """What the ledger of the first release has of one question."""
    return released_figures(FIRST).loc[lambda t: t["item"] == "preparation"]


@pytest.fixture(scope="module")
def study() -> pd.DataFrame:
    return read_register(released_root() / "publications" / STUDY / "figures.csv")


def altered(ledger: pd.DataFrame, identity: str, **cells: str) -> pd.DataFrame:
    assert (ledger["id"] == identity).sum() == 1
    other = ledger.copy()
    other.loc[other["id"] == identity, list(cells)] = list(cells.values())
    return other


def _said(fact: Fact | None) -> str:
    return tell(fact, "en") if fact else ""


def verdict(published: pd.DataFrame, recomputed: pd.DataFrame, identity: str) -> tuple[str, str]:
    """The verdict of one number; every other one must be valid."""
    table = compare(published, recomputed).set_index("id")
    others = set(table.drop(identity)["verdict"])
    assert others <= {Outcome.REPRODUCED, Outcome.JUDGED}
    return str(table.loc[identity, "verdict"]), _said(table.loc[identity, "fact"])


@pytest.mark.parametrize(
    "column", [c for c in COLUMNS if c not in ("id", "value", "lineage", "precision")]
)
def test_every_column_of_a_share_must_agree(wave: pd.DataFrame, column: str) -> None:
    changed = altered(wave, SHARE, **{column: "7"})
    for published, recomputed in ((wave, changed), (changed, wave)):
        outcome, detail = verdict(published, recomputed, SHARE)
        assert outcome == Outcome.DIFFERS
        assert "7" in detail


def test_a_claim_stands_as_it_was_printed(study: pd.DataFrame) -> None:
    claim = study.loc[study["kind"] == "claim", "id"].iloc[0]
    assert verdict(study, study, claim) == (Outcome.JUDGED, "")
    assert verdict(altered(study, claim, value="7"), study, claim)[0] == Outcome.DIFFERS
    assert verdict(altered(study, claim, note="another outlet"), study, claim)[0] == Outcome.DIFFERS


def test_lineage_alone_changes_no_verdict(wave: pd.DataFrame) -> None:
    changed = altered(wave, SHARE, lineage="0" * 64)
    assert verdict(changed, wave, SHARE) == (Outcome.REPRODUCED, "")


def test_a_value_within_its_rounding_and_one_beyond(wave: pd.DataFrame) -> None:
    value = wave.loc[wave["id"] == SHARE, "value"].iloc[0]
    near = f"{float(value) + 1e-8:.12g}"
    assert verdict(altered(wave, SHARE, value=near), wave, SHARE)[0] == Outcome.WITHIN_ROUNDING
    for far in (f"{float(value) + 0.01:.12g}", "1.5", "none"):
        outcome, detail = verdict(altered(wave, SHARE, value=far), wave, SHARE)
        assert outcome == Outcome.DIFFERS
        assert " became " in detail


@pytest.mark.parametrize("column", ["value", "se", "lower", "upper", "n_eff", "deff"])
def test_the_last_digits_never_decide(wave: pd.DataFrame, column: str) -> None:
    stored = wave.loc[wave["id"] == SHARE, column].iloc[0]
    near = f"{float(stored) * (1 + 5e-11):.12g}"
    assert near != stored
    assert verdict(altered(wave, SHARE, **{column: near}), wave, SHARE) == (Outcome.REPRODUCED, "")
    moved = f"{float(stored) * (1 + 5e-9):.12g}"
    assert verdict(altered(wave, SHARE, **{column: moved}), wave, SHARE)[0] != Outcome.REPRODUCED


FORGED = ("5_3_4", "\u0665\u0663\u0664", " 534", "534 ", "534_", "0_534", "0x216", "nan", "1e999")


@pytest.mark.parametrize(
    ("column", "text"),
    [*product(("n", "se", "value"), FORGED), *product(["n"], ["534.0", "+534", "534e0"])],
)
def test_only_a_number_as_it_is_written_is_one(wave: pd.DataFrame, column: str, text: str) -> None:
    """In ASCII digits, and a base as a count: `int` and `float` read most of these as the same."""
    made = altered(wave, SHARE, **{column: "534"})
    assert verdict(altered(wave, SHARE, **{column: text}), made, SHARE)[0] == Outcome.DIFFERS


def test_a_number_that_stands_twice_is_no_number(wave: pd.DataFrame) -> None:
    """Whichever of the two is the right one."""
    wrong = altered(wave, SHARE, value="0.5").loc[lambda t: t["id"] == SHARE]
    for twice in (pd.concat([wrong, wave]), pd.concat([wave, wrong])):
        assert verdict(twice, wave, SHARE) == (
            Outcome.DIFFERS,
            "stands in the ledger more than once: 2",
        )


def test_a_number_that_one_side_has(wave: pd.DataFrame) -> None:
    fewer = wave[wave["id"] != SHARE]
    assert verdict(fewer, wave, SHARE) == (Outcome.DIFFERS, "was not published")
    assert verdict(wave, fewer, SHARE) == (Outcome.DIFFERS, "no longer computed")


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
    return (found.step, *(tell(cause, "en").lower() for cause in found.causes)) if found else ()


def test_what_changed_at_a_step() -> None:
    changes: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["environment"]),
        ({"code": "c3"}, ["code"]),
        ({"settings": {"trim": 3.0}}, ["settings (trim)"]),
        ({"inputs": {"answers": "b"}}, ["data (answers)"]),
        ({"inputs": {"answers": "b"}, "code": "c3"}, ["data (answers)", "code"]),
    ]
    for change, said in changes:
        assert diverges(weight=replace(BEFORE["weight"], **OTHER, **change)) == ("weight", *said)
    assert diverges(weight=replace(BEFORE["weight"], code="c3")) == ()


def test_a_restore_that_strays_is_its_code_not_the_data() -> None:
    other = replace(BEFORE[RESTORE], outputs={"data.csv": "b"})
    assert diverges(restore=replace(other, code="c9")) == (RESTORE, "code")
    assert diverges(restore=other) == (RESTORE, "data")
    version = replace(other, code="c9", settings={"sha256": "b"})
    assert diverges(restore=version) == (RESTORE, "data")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_step_is_named_in_words_where_it_has_some(language: str) -> None:
    for step in (RESTORE, "draw", "weight"):
        told = tell(Divergence(step, ENVIRONMENT_ALONE).fact, language)
        assert step in told and "(" in told
    assert Divergence("charts-fr", ENVIRONMENT_ALONE).step_name == "charts-fr"
