"""Feasible bases: each number of people says whether it can be, whosever the figures are."""

import pandas as pd
import pytest
from drawing import grid, texts
from register_sample import MISSING, can_show

from made_claims import claims_table
from readiness.charts.bases import grid_chart
from readiness.charts.sheet import NARROW, WIDE
from readiness.forensics.judging.structure import parse_structure
from readiness.language import text

LABEL = {"fr": "Confiance", "en": "Trust", "ar": "الثقة"}
STRUCTURE = {
    "study": "trust-2025",
    "publisher": "Institute B",
    "claims": "trust-2025",
    "version": "1",
    "items": {item: {"label": LABEL} for item in ("trust", "use", "hope", "size")},
    "sets": [
        {"id": item, "item": item, "claims": [f"trust.{item}"], "kind": "multi"}
        for item in ("trust", "use", "hope")
    ],
    "shared_bases": [{"id": "all", "sets": ["trust", "use", "hope"]}],
    "totals": [{"claim": "trust.size", "counts": "answered"}],
    "max_missing": 2,
}


def claims_of(publisher: str, *others: str) -> pd.DataFrame:
    """Two figures and a number of answers of a publisher's, and one of somebody else's."""
    rows = [
        {"item": "trust", "value": "67.5"},
        {"item": "use", "value": "30"},
        {"item": "hope", "value": "20", "attributed_to": others[0]},
        {"item": "size", "value": "34", "unit": "count"},
    ]
    named = [{"claim_id": f"trust.{row['item']}", "category": "yes", **row} for row in rows]
    return claims_table(named, publisher)


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_each_number_of_people_has_a_cell_that_says_how_it_fits(lang: str, width: int) -> None:
    spec = grid(lang=lang)
    sheet = spec.sheet(width)
    cells = {mark.id: mark for mark in sheet.marks if mark.id}
    fill = {"all": "accent", "missing": "paper", "no": "cell"}
    for n in range(1, 101):
        cell = cells[f"people.{n}"]
        fits = all(can_show(figure, n) for figure in (67, 33, 64))
        state = "all" if fits else "missing" if n in MISSING else "no"
        assert (cell.fill, cell.stroke) == (fill[state], "accent" if state == "missing" else "")
        (word_,) = [w for w in sheet.words if w.text == str(n) and abs(w.y - cell.y) < 1e-6]
        assert word_.x == pytest.approx(cell.x)
    assert cells["reported.32"].stroke == "ink" and "reported.33" not in cells
    assert (cells["people.1"].x < cells["people.2"].x) == (lang == "fr")
    assert [line["fits"] for line in spec.table][31:33] == ["no", "all answered"]
    assert text("charts.alt.grid.reported.no", lang) in spec.alt
    assert text("charts.alt.grid.end", lang) in spec.alt


def test_the_grid_of_a_study_asks_about_its_own_figures() -> None:
    structure = parse_structure(STRUCTURE)
    spec = grid_chart(claims_of("Institute B", "Institute B"), structure, "en")
    assert spec.title == "How many people could give the figures 67.5, 30 and 20?"
    cells = [mark.id for mark in spec.sheet().marks if mark.id.startswith("people.")]
    assert len(cells) == 100 and "reported.34" in {mark.id for mark in spec.sheet().marks}
    # A number of people far beyond the grid makes it no longer.
    assert len(grid(last=5000).table) == 200
    weighted = claims_of("Institute B", "Institute B").assign(weighted="yes")
    empty = grid_chart(weighted, structure, "en")
    assert text("charts.bases.nothing", "en") in texts(empty.sheet())
    assert empty.alt == text("charts.bases.nothing", "en")
