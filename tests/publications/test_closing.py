"""The table that ends a run, in any language: what the step wrote of each number, told."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness.cli import main
from readiness.errors import DataError
from readiness.language import LANGUAGES
from readiness.publications.closing import (
    SHOWN,
    closing_lines,
    closing_text,
    read_verdicts,
    site_text,
)
from readiness.publications.outcomes import UNREADABLE, Outcome
from releases import SECOND as NAME
from releases import released_figures


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the step writes where 12 of 40 numbers differ, one of them for it is gone."""
    folder = tmp_path_factory.mktemp("closing") / NAME
    ledger = released_figures(NAME)
    shares = ledger[ledger["unit"] == "share"].head(40)
    other = shares.copy()
    other.iloc[:11, other.columns.get_loc("value")] = "0.987"
    for name, table in (("published", shares), ("recomputed", other.iloc[:-1])):
        (folder / name).mkdir(parents=True)
        table.to_csv(folder / name / "figures.csv", index=False)
    words = ["step", "reproduce", "--code", "0" * 64, "--out", str(folder / "reproduce")]
    for name in ("published", "recomputed"):
        words += [f"--{name}", str(folder / name / "figures.csv")]
    assert main(words) == 0
    return folder / "reproduce/verdicts.csv"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_number_that_differs_is_told(verdicts: Path, language: str) -> None:
    lines = closing_lines(read_verdicts([verdicts]), language)
    assert len(lines) == SHOWN + 1
    assert all(line.startswith(NAME) and "\\u" not in line for line in lines)
    assert all("0.987" in line for line in lines[:SHOWN])
    assert {"en": "and 2 more", "fr": "et 2 autres", "ar": "ورقمان آخران"}[language] in lines[-1]


def test_the_table_speaks_the_language(verdicts: Path) -> None:
    table = read_verdicts([verdicts])
    away = {"old-1": Outcome.ERASED, "old-2": Outcome.RESTRICTED, "old-3": UNREADABLE}
    plain = closing_text(table, [], away, ["old-1"])
    for words in ("Publications recomputed", "old-1 (draft)", "DATA ERASED", "DATA RESTRICTED",
                  "COULD NOT CHECK", "28", "12"):  # fmt: skip
        assert words in plain, words
    french = closing_text(table, [], away, ["old-1"], "fr")
    for words in ("Publications recalculées", "old-1 (brouillon)", "DONNÉES EFFACÉES",
                  "DONNÉES À ACCÈS RÉSERVÉ", "N’A PU ÊTRE VÉRIFIÉ", "28", "12"):  # fmt: skip
        assert words in french, words
    assert not {"draft", "DATA", "numbers", "differ"} & set(french.split())
    said = site_text(Path("results/site/index.html"), "fr")
    assert said.split() == ["Rapports", "et", "leurs", "nombres", ":", "results/site/index.html"]


def test_a_fact_that_is_none_is_refused(verdicts: Path, tmp_path: Path) -> None:
    path = tmp_path / NAME / "reproduce/verdicts.csv"
    path.parent.mkdir(parents=True)
    for cell in ("{", '{""kind"": ""numbers.column.id""}'):
        path.write_text(f'id,verdict,fact\na,DIFFERS,"{cell}"\n', "utf-8")
        with pytest.raises(DataError, match="column fact"):
            read_verdicts([path])
