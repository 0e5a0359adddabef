"""One verdict a number, and where chains diverge: what must agree, how a difference is called."""

from dataclasses import replace
from itertools import product
from typing import Any

import pandas as pd
import pytest
from released_tree import STUDY, released_root

from readiness.ground.facts import Fact
from readiness.language import LANGUAGES, tell
from readiness.provenance.records import Lineage
from readiness.publications import reproduce
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


@pytest.mark.parametrize("column", ["se", "lower", "upper", "n_eff", "deff", "n"])
def test_nothing_is_put_beside_a_claim(study: pd.DataFrame, column: str) -> None:
    """Somebody else's figure has no interval of ours."""
    claim = study.loc[study["kind"] == "claim", "id"].iloc[0]
    forged = altered(study, claim, **{column: "0.01"})
    assert verdict(forged, study, claim)[0] == Outcome.DIFFERS


def test_a_number_that_was_left_out_is_not_added_since(
    study: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Today's program computes it from the sealed configuration: only of a kind that came later,
    and of which the ledger has no number, was it not there yet.
    """
    gone = study[(study["kind"] == "verdict") & (study["item"] == "bases")]
    less = study.drop(gone.index)

    def judge(published: pd.DataFrame) -> set[str]:
        found = compare(published, study, today=True).set_index("id")["verdict"]
        return set(found[gone["id"]])

    assert len(gone) > 1 and judge(less) == {Outcome.DIFFERS}
    kinds = set(zip(gone["kind"], gone["statistic"], strict=True))
    monkeypatch.setattr(reproduce, "LATER_STATISTICS", frozenset(kinds))
    assert judge(less) <= {Outcome.ADDED, Outcome.DIFFERS}
    row = gone.iloc[0]
    of_kind = study[(study["kind"] == row["kind"]) & (study["statistic"] == row["statistic"])]
    found = compare(study.drop(of_kind.index), study, today=True).set_index("id")["verdict"]
    assert found[row["id"]] == Outcome.ADDED
    if len(of_kind) > 1:
        # The ledger has another number of that kind: it was computed then.
        found = compare(study.drop(of_kind.index[:1]), study, today=True).set_index("id")
        assert found.loc[of_kind["id"].iloc[0], "verdict"] == Outcome.DIFFERS


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
            "is in the register more than once: 2",
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
