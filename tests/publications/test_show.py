"""What an audit shows of a ledger: every cell, one line a number, the most severe first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from readiness.publications.audit.model import Audit, Changes, Number
from readiness.publications.audit.numbers import ledger_rows
from readiness.publications.outcomes import Outcome, error_fact
from readiness.publications.presenting.terminal import SHOWN, audit_text, number_lines

NEAR = Number(
    "a", "", "", "1", "", "2", "1", "", "", "", "", Outcome.WITHIN_ROUNDING, error_fact("near")
)


def test_every_cell_of_a_ledger_is_read(tmp_path: Path) -> None:
    text = "id,value,value\na,1,2\n,3\nb,4,,5\n,,\n"
    (tmp_path / "figures.csv").write_text(text, "utf-8")
    assert ledger_rows(tmp_path) == [
        {"id": "a", "value": "1", "value 2": "2"},
        {"id": "", "value": "3", "value 2": ""},
        {"id": "b", "value": "4", "value 2": "", "": "5"},
    ]


def test_a_line_stays_a_line() -> None:
    harm = replace(NEAR, id="a\n\x1b[2Jb\t", outcome=Outcome.DIFFERS, fact=error_fact("\u202e"))
    found = audit_text(Audit("p", 2, "today", {}, Changes(), numbers=(harm,)), every_number=True)
    assert found.count("a\\n\\u001b[2Jb\\t") == 2
    assert not set(found) & set("\x1b\t\u202e")
    assert len(list(number_lines([harm]))[1].splitlines()) == 1


def test_what_differs_is_named_before_what_is_within_rounding() -> None:
    differs = replace(NEAR, id="z", outcome=Outcome.DIFFERS, fact=error_fact("far"))
    numbers = (*(replace(NEAR, fact=error_fact(f"near {k}")) for k in range(2 * SHOWN)), differs)
    page = audit_text(Audit("p", 2, "today", {}, Changes(), numbers=numbers))
    assert "DIFFERS      z (no data): published 1, recomputed 2; far" in page.splitlines()[3]
