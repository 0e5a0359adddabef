"""A register at its published precision: what is released, and what gives it again."""

from __future__ import annotations

import pandas as pd
import pytest

from project_copy import Project
from readiness.language import LANGUAGES
from readiness.publications.outcomes import Outcome
from readiness.publications.reproduce import compare
from readiness.register.display import show_row, show_safely
from readiness.register.figures import read_register
from readiness.register.published import find_moved_columns, plain, round_register
from tiny_project import RESULTS, STUDY


@pytest.fixture(scope="module")
def register(finished: Project) -> pd.DataFrame:
    """The register of a wave, with 12 digits."""
    return read_register(finished.root / RESULTS / "register/figures.csv")


@pytest.fixture(scope="module")
def study(finished: Project) -> pd.DataFrame:
    """The register of a study, with 12 digits."""
    return read_register(finished.root / f"results/studies/{STUDY}/register/figures.csv")


@pytest.fixture(scope="module")
def ledger(register: pd.DataFrame) -> pd.DataFrame:
    return round_register(register)


def test_values_have_the_digits_that_are_shown(
    register: pd.DataFrame, ledger: pd.DataFrame
) -> None:
    """Their own text can still be made of them, in every language."""
    for row in ledger.to_dict("records"):
        for language in LANGUAGES:
            assert plain(show_row(row, language)) == plain(show_safely(row, language)), row["id"]
    shares = ledger[(ledger["kind"] == "estimate") & (ledger["suppressed"] == "")]
    longest = {c: shares[c].str.partition(".")[2].str.len().max() for c in ("value", "lower", "se")}
    assert longest == {"value": 2, "lower": 2, "se": 3}
    assert shares["n_eff"].str.fullmatch(r"\d*").all()
    assert set(ledger["precision"]) == {"published"}
    assert list(ledger["id"]) == list(register["id"])


def test_the_same_values_reproduce_it_and_others_do_not(
    register: pd.DataFrame, ledger: pd.DataFrame
) -> None:
    assert set(compare(ledger, register)["verdict"]) == {Outcome.REPRODUCED}
    share = (register["kind"] == "estimate") & (register["unit"] == "share")
    row = register[share].iloc[0].to_dict()
    sealed = {**ledger[ledger["id"] == row["id"]].iloc[0].to_dict(), "value": "0.18"}
    row |= {"value": "0.18"}
    # Anything that rounds to the figure gives it, and what does not does not.
    for value, given in (
        ("0.17500000001", True),
        ("0.184999", True),
        ("0.185000001", False),
        ("0.1749", False),
        ("0.19", False),
    ):
        assert ("value" not in find_moved_columns(sealed, {**row, "value": value})) == given, value
    # A ledger keeps its own digits, whatever today's are.
    finer = {**sealed, "value": "0.184", "digits": "1", "lower": "", "upper": ""}
    bare = {**row, "lower": "", "upper": ""}
    assert "value" not in find_moved_columns(finer, {**bare, "value": "0.18441"})
    assert "value" in find_moved_columns(finer, {**bare, "value": "0.1846"})
    for column, value in (("se", "0.0412"), ("n_eff", "90.6"), ("deff", "1.15")):
        assert list(find_moved_columns(sealed, {**row, column: value})) == [column]


def test_what_somebody_printed_stays_as_it_was_printed(study: pd.DataFrame) -> None:
    columns = [name for name in study.columns if name != "precision"]
    of_others = study["unit"].isin(["figure", "printed", "list"])
    assert round_register(study)[of_others][columns].equals(study[of_others][columns])


def test_a_study_s_shares_keep_the_digits_of_their_sentences(study: pd.DataFrame) -> None:
    for was, row in zip(
        study.to_dict("records"), round_register(study).to_dict("records"), strict=True
    ):
        # Of 98.0, which is no whole number before it is rounded, the ledger keeps 98.
        kept = show_row(was, "en")
        assert show_row(row, "en") in (kept, kept.removesuffix(".0")), row["id"]


def test_a_p_value_at_an_edge_is_given_by_what_is_shown_alike() -> None:
    row = {
        "id": "a",
        "kind": "test",
        "unit": "p",
        "digits": "3",
        "rounding": "half_even",
        "se": "",
        "lower": "",
        "upper": "",
        "n_eff": "",
        "deff": "",
    }
    table = pd.DataFrame([{**row, "value": v} for v in ("0.0006", "0.9993", "1", "0.0013")])
    assert list(round_register(table)["value"]) == ["0.0005", "0.9995", "1", "0.001"]
    sealed = {**row, "value": "0.0005", "precision": "published"}
    for value, given in (("0.0006", True), ("1e-20", True), ("0.0011", False), ("0.1", False)):
        assert ("value" not in find_moved_columns(sealed, {**row, "value": value})) == given, value
