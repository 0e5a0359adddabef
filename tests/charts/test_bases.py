"""Feasible bases: marks at the bases that can be, whosever the figures are."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from drawing import bases, on_one_scale, texts
from register_sample import CLAIMS, LAST, MISSING, can_show

from readiness.charts import NARROW, WIDE, FeasibleBases, bases_chart
from readiness.charts.words import word
from readiness.errors import RenderError
from readiness.forensics.judging.claims import COLUMNS
from readiness.forensics.judging.structure import parse_structure
from readiness.language import LANGUAGES, text


def said(spec: FeasibleBases) -> list[str]:
    marks = "\u200f\u2066\u2068\u2069"
    return ["".join(c for c in each if c not in marks) for each in texts(spec.sheet())]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_marks_stand_at_the_feasible_bases(width: int) -> None:
    spec = bases(width=width)
    sheet = spec.sheet()
    claims = {label: figures for label, _, _, figures in CLAIMS}
    shapes = {"Regulator": "square", "Institute": "up", "press": "diamond", "together": "circle"}
    places = []
    for i, row in enumerate(spec.table):
        possible = [b for b in range(1, LAST + 1) if all(can_show(f, b) for f in claims[row.label])]
        full = [mark for mark in sheet.marks if mark.id == f"row.{i}"]
        places += list(zip(possible, [mark.x for mark in full], strict=True))
        hollow = [mark for mark in sheet.marks if mark.id == f"row.{i}.missing"]
        missing = MISSING if row.label == "Préparation et formation" else ()
        places += list(zip(missing, [mark.x for mark in hollow], strict=True))
        assert {mark.kind for mark in full + hollow} <= {shapes[row.whose]}
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
    kinds = [row.joint for row in spec.table]
    assert kinds == sorted(kinds) and True in kinds
    never = [row for row in spec.table if not row.feasible and not row.missing]
    assert [row.label for row in never] == ["Toutes les questions"]
    assert said(spec).count(word("charts.bases.none", "fr", n=40)) == 1
    alt = spec.chart().alt.replace("\u00a0", " ")
    assert "Aucune base ne convient à : Toutes les questions." in alt
    assert "carré (Regulator), triangle (Institute), losange (Press agency), rond (together)" in alt
    assert "Une ligne verticale" in alt
    assert "Une ligne verticale" not in replace(spec, reported=()).chart().alt
    fitting = replace(spec, rows=[row for row in spec.rows if row.feasible])
    assert "ucune base" not in fitting.chart().alt


def test_a_base_beyond_the_axis_is_refused() -> None:
    with pytest.raises(RenderError, match="beyond 20"):
        replace(bases(), last=20)
    assert "Aucun chiffre publié" in replace(bases(), rows=[]).chart().alt


LABEL = {"fr": "Confiance", "en": "Trust", "ar": "الثقة"}
STRUCTURE = {
    "study": "trust-2025", "publisher": "Institute B", "claims": "trust-2025", "version": "1",
    "items": {item: {"label": LABEL} for item in ("trust", "use", "hope", "size")},
    "sets": [
        {"id": item, "item": item, "claims": [f"trust.{item}"], "kind": "multi"}
        for item in ("trust", "use", "hope")
    ],
    "shared_bases": [{"id": "all", "sets": ["trust", "use", "hope"]}],
    "totals": [{"claim": "trust.size", "counts": "answered"}],
    "max_missing": 2,
}  # fmt: skip


def claims_of(publisher: str, *others: str) -> pd.DataFrame:
    """Two figures and a number of answers of a publisher's, and one of somebody else's."""
    rows = [
        ("trust", "67.5", "percent", publisher), ("use", "30", "percent", publisher),
        ("hope", "20", "percent", others[0]), ("size", "34", "count", publisher),
    ]  # fmt: skip
    same = {
        "source": "https://example.org", "outlet": publisher, "date": "2025", "language": "en",
        "category": "yes", "decimals": "0", "exactness": "printed", "rounding": "unknown",
        "weighted": "unknown", "wording": "yes", "status": "documented",
    }  # fmt: skip
    records = [
        {"claim_id": f"trust.{item}", "item": item, "value": value, "unit": unit,
         "attributed_to": whose, **same, "decimals": str(len(value.partition(".")[2]))}
        for item, value, unit, whose in rows
    ]  # fmt: skip
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
    single = [
        row for row in bases_chart(claims_of("B", "C"), structure, "en").rows if not row.joint
    ]
    assert single and not any(row.missing for row in single)
    press = bases_chart(claims_of("Institute B", "press"), structure, language)
    assert text("forensics.press", language) in said(press)
