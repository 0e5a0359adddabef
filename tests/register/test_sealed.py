"""What a sealed ledger withholds is taken from it, whatever today's rule is."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from wave_tables import DRAWN, SCHEME, ordinal

from readiness.config import FigureRules
from readiness.register.figures import (
    WITHHELD,
    FigureRow,
    Origin,
    make_register,
    read_register,
)
from readiness.register.precision import ShareDigits
from readiness.register.rows.shares import P_BELOW, comparison_rows, share_rows
from readiness.register.sealed import Withholding, read_withholding

ROOT = Path(__file__).parents[2]
ESTIMATES = ordinal(
    {"producer": (22, 40, 29, 25, 4), "technician": (9, 20, 30, 24, 2)},
    {"producer": 1.3, "technician": 0.7},
)
HIDDEN = frozenset(f"readiness.none.{group}" for group in ("producer", "technician"))
LEAD = "readiness.test.permutation_combined.p"
COMPARED = pd.DataFrame(
    {
        "item": "readiness",
        "test": ["permutation_combined", "rao_scott_f", "cramers_v"],
        **{"a": "", "b": "", "n": "199", "p_adjusted": "", "note": ""},
        "effect": ["", "", "0.21"],
        "lower": ["", "", "0.1"],
        "upper": ["", "", "0.3"],
        "statistic": ["", "4.31", ""],
        "statistic_name": ["", "F", ""],
        "p_value": ["0.0312", "0.0287", ""],
        "leads": ["True", "False", "False"],
    }
)


def make(withheld: Withholding) -> pd.DataFrame:
    """The register of these answers of which that is withheld, as text."""
    rules, shared = FigureRules(), (SCHEME, DRAWN, withheld.ids)
    rows: list[FigureRow] = [
        *share_rows(ESTIMATES, rules, ShareDigits(), *shared, former=withheld.former),
        *comparison_rows(
            *(COMPARED, ESTIMATES, rules, *shared, 0.95),
            banded=withheld.banded,
            exact=withheld.exact,
        ),
    ]
    made = make_register(rows, run="w", origin=lambda row: Origin.of(), simulated=True)
    return made.astype(str)


def told_tests(figures: pd.DataFrame) -> dict[str, tuple[str, str]]:
    rows = figures[figures["kind"] == "test"]
    units = zip(rows["unit"], rows["value"], strict=True)
    return {name: told for name, told in zip(rows["id"], units, strict=True) if ".test." in name}


def test_what_an_earlier_rule_told_is_told_again() -> None:
    """By the rule of its day all tests stood beside what is withheld, and a base could be."""
    hidden = HIDDEN | {"readiness.n.producer"}
    exact = frozenset({LEAD, *_ids_of_tests()})
    earlier = make(Withholding(hidden, exact=exact, former=True))
    assert len(told_tests(earlier)) == 6 and "readiness.good.all.n_eff" in set(earlier["id"])
    pd.testing.assert_frame_equal(make(read_withholding(earlier)), earlier)
    # Today's own rule tells the band of one.
    assert told_tests(make(Withholding(HIDDEN))) == {LEAD: (P_BELOW, "0.05")}


def _ids_of_tests() -> set[str]:
    return {f"readiness.test.{end}" for end in ("rao_scott_f.p", "cramers_v")}


@pytest.mark.parametrize("banded", [None, frozenset({LEAD}), frozenset()])
def test_what_todays_rule_told_is_told_again(banded: frozenset[str] | None) -> None:
    today = make(Withholding(HIDDEN, banded=banded))
    pd.testing.assert_frame_equal(make(read_withholding(today)), today)
    assert today.set_index("id")["suppressed"][LEAD] == ("" if banded != frozenset() else WITHHELD)


def test_what_nothing_withholds_cannot_be_left_out() -> None:
    """A ledger without a number of which it does not say so: the number is made again."""
    whole = make(Withholding())
    for name in ("readiness.good.all", "readiness.test.rao_scott_f.p", "readiness.good.all.lower"):
        cut = whole[whole["id"] != name]
        assert len(cut) < len(whole)
        pd.testing.assert_frame_equal(make(read_withholding(cut)), whole)


def test_a_released_ledger_tells_the_tests_of_its_day() -> None:
    """Those of the fifth release stand beside shares that it withholds."""
    ledger = read_register(ROOT / "publications/simulated-2026-r5/figures.csv")
    found = read_withholding(ledger)
    assert [name for name in found.ids if name.startswith("use_ai.")]
    assert "use_ai.test.rao_scott_f.statistic" in found.exact
    assert found.banded == frozenset() and found.former
