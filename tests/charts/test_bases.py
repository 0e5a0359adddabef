"""Feasible bases: marks at the bases that can be, whosever the figures are."""

from __future__ import annotations

import pandas as pd
import pytest
from drawing import bases, grid, on_one_scale, rows_of, texts
from register_sample import CLAIMS, LAST, MISSING, base_lines, can_show

from readiness.charts.bases import bases_chart, grid_chart
from readiness.charts.figures import word
from readiness.charts.marks import Dot
from readiness.charts.picture import Picture
from readiness.charts.sheet import NARROW, WIDE
from readiness.forensics.judging.claims import COLUMNS
from readiness.forensics.judging.structure import parse_structure
from readiness.language import LANGUAGES, text


def said(spec: Picture) -> list[str]:
    marks = "\u200f\u2066\u2068\u2069"
    return ["".join(c for c in each if c not in marks) for each in texts(spec.sheet())]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_marks_stand_at_the_feasible_bases(width: int) -> None:
    spec = bases()
    sheet = spec.sheet(width)
    claims = {label: figures for label, _, _, figures in CLAIMS}
    sources = {label: whose for label, whose, *_ in CLAIMS}
    shapes = {"Regulator": "square", "Institute": "up", "press": "diamond", "together": "circle"}
    places = []
    for i, row in enumerate(rows_of(spec)):
        possible = [b for b in range(1, LAST + 1) if all(can_show(f, b) for f in claims[row.label])]
        full = [mark for mark in sheet.marks if mark.id == f"row.{i}"]
        places += list(zip(possible, [mark.x for mark in full], strict=True))
        hollow = [mark for mark in sheet.marks if mark.id == f"row.{i}.missing"]
        missing = MISSING if row.label == "Préparation et formation" else ()
        places += list(zip(missing, [mark.x for mark in hollow], strict=True))
        assert {mark.kind for mark in full + hollow} <= {shapes[sources[row.label]]}
        assert all(mark.fill == "paper" for mark in hollow)
        assert all(mark.fill == mark.stroke for mark in full)
    places += [(32, mark.x) for mark in sheet.marks if mark.id == "reported"]
    on_one_scale(places)
    assert len({mark.x for mark in sheet.marks if mark.id == "reported"}) == 1


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_a_reported_number_has_its_caveat_and_every_source_its_name(lang: str) -> None:
    shown = said(bases(lang=lang))
    assert word("charts.reported.unknown", lang, n=32) in shown and shown.count("32") == 1
    for source in ("Regulator", "Institute"):
        assert source in shown and any(source in each and each != source for each in shown)
    assert "Press agency" in shown and text("charts.key.press", lang) in shown


def test_joint_rows_come_last_and_an_empty_row_says_so() -> None:
    spec = bases()
    rows = rows_of(spec)
    kinds = [row.bold for row in rows]
    assert kinds == sorted(kinds) and True in kinds
    never = [row for row in rows if not any(isinstance(mark, Dot) for mark in row.marks)]
    assert [row.label for row in never] == ["Toutes les questions"]
    assert said(spec).count(word("charts.bases.none", "fr", n=40)) == 1
    alt = spec.alt.replace("\u00a0", " ")
    assert "Aucune base ne convient à : Toutes les questions." in alt
    assert "carré (Regulator), triangle (Institute), losange (Press agency), rond (together)" in alt
    assert "Une ligne verticale" in alt
    assert "Une ligne verticale" not in bases(reported={}).alt
    fitting = [each for each in base_lines() if each[1].bases]
    assert "ucune base" not in bases(lines=fitting).alt
    assert "Aucun chiffre publié" in bases(lines=[]).alt


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
        ("trust", "67.5", "percent", publisher),
        ("use", "30", "percent", publisher),
        ("hope", "20", "percent", others[0]),
        ("size", "34", "count", publisher),
    ]
    same = {
        "source": "https://example.org",
        "outlet": publisher,
        "date": "2025",
        "language": "en",
        "category": "yes",
        "decimals": "0",
        "exactness": "printed",
        "rounding": "unknown",
        "weighted": "unknown",
        "wording": "yes",
        "status": "documented",
    }
    records = [
        {
            "claim_id": f"trust.{item}",
            "item": item,
            "value": value,
            "unit": unit,
            "attributed_to": whose,
            **same,
            "decimals": str(len(value.partition(".")[2])),
        }
        for item, value, unit, whose in rows
    ]
    return pd.DataFrame(records).reindex(columns=list(COLUMNS), fill_value="")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_study_of_any_publishers_is_drawn_in_any_language(language: str) -> None:
    structure = parse_structure(STRUCTURE)
    shown = said(bases_chart(claims_of("Institute B", "Office C"), structure, language))
    for publisher in ("Institute B", "Office C"):
        assert shown.count(publisher) >= 1
    assert word("charts.reported.answered", language, n=34) in shown
    assert word("charts.bases.many", language, n=3) in shown
    comma = {"fr": "67,5", "en": "67.5", "ar": "67,5"}[language]
    assert f"{LABEL[language]} {comma}" in [each.replace("\u00a0", " ") for each in shown]
    rows = rows_of(bases_chart(claims_of("B", "C"), structure, "en"))
    single = [mark for row in rows if not row.bold for mark in row.marks]
    assert single and not any(mark.id.endswith("missing") for mark in single)
    press = bases_chart(claims_of("Institute B", "press"), structure, language)
    assert text("forensics.press", language) in said(press)


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
    assert spec.title == "How many people can give 67.5, 30 and 20 together?"
    cells = [mark.id for mark in spec.sheet().marks if mark.id.startswith("people.")]
    assert len(cells) == 100 and "reported.34" in {mark.id for mark in spec.sheet().marks}
    # A number of people far beyond the grid makes it no longer.
    assert len(grid(last=5000).table) == 200
    weighted = claims_of("Institute B", "Institute B").assign(weighted="yes")
    empty = grid_chart(weighted, structure, "en")
    assert text("charts.bases.nothing", "en") in texts(empty.sheet())
    assert empty.alt == text("charts.bases.nothing", "en")
