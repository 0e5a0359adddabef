"""What every chart must hold: readable texts, stamps, the same bytes anywhere."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from drawing import (
    Draw,
    bars,
    bases,
    intervals,
    means,
    options,
    revision,
    stacked,
    texts,
    weights,
    with_a_suppressed_group,
    with_nothing,
    with_suppressed_levels,
)
from matplotlib.text import Text
from register_sample import make_register

from readiness.charts import NARROW, WIDE, FeasibleBases
from readiness.language import text

ROOT = Path(__file__).parents[2]

VARIANTS: dict[str, tuple[Draw, Callable[[pd.DataFrame], pd.DataFrame]]] = {
    "bars": (bars, lambda rows: rows),
    "bars, a group suppressed": (bars, with_a_suppressed_group),
    "bars, levels suppressed": (bars, with_suppressed_levels),
    "stacked, a group suppressed": (stacked, with_a_suppressed_group),
    "intervals": (intervals, lambda rows: rows),
    "intervals, a group suppressed": (intervals, with_a_suppressed_group),
    "options": (options, lambda rows: rows),
    "means": (means, lambda rows: rows),
    "revision": (revision, lambda rows: rows),
    "weights": (weights, lambda rows: rows),
    "bases": (bases, lambda rows: rows),
}
EVERY = pytest.mark.parametrize(
    ("name", "lang", "width"), list(itertools.product(VARIANTS, ("fr", "ar"), (WIDE, NARROW)))
)
ONE_EACH = pytest.mark.parametrize(
    ("name", "lang", "width"),
    [(name, *page) for name in VARIANTS for page in (("fr", WIDE), ("ar", NARROW))],
)


@pytest.fixture
def register() -> pd.DataFrame:
    return make_register()


def build(name: str, register: pd.DataFrame, lang: str, width: int) -> Any:
    draw, prepare = VARIANTS[name]
    return draw(prepare(register), lang, width)


@EVERY
def test_texts_are_whole_and_apart(
    name: str, lang: str, width: int, register: pd.DataFrame
) -> None:
    figure = build(name, register, lang, width).figure()
    boxes = texts(figure)
    assert len(boxes) > 10
    for said, box in boxes:
        assert box.x0 >= -0.5 and box.x1 <= figure.bbox.x1 + 0.5, f"{said!r} leaves the sheet"
        assert box.y0 >= -0.5 and box.y1 <= figure.bbox.y1 + 0.5, f"{said!r} leaves the sheet"
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        overlap_x = min(a.x1, b.x1) - max(a.x0, b.x0)
        overlap_y = min(a.y1, b.y1) - max(a.y0, b.y0)
        # Line boxes may touch: letters do not fill them.
        assert not (overlap_x > 0.5 and overlap_y > 2.5), f"{one!r} lies on {other!r}"


@ONE_EACH
def test_svg_is_well_formed_and_has_no_trace_of_the_machine(
    name: str, lang: str, width: int, register: pd.DataFrame
) -> None:
    chart = build(name, register, lang, width).chart()
    root = ElementTree.fromstring(chart.svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert float(root.get("viewBox", "").split()[2]) == pytest.approx(width * 0.75)
    svg = chart.svg.decode()
    for trace in ("<dc:date>", "dc:creator", str(ROOT), "<text", 'href="http'):
        assert trace not in svg
    assert not re.search(r"\bnan\b", svg)
    assert chart.alt and not any(character.isdigit() for character in chart.alt)
    assert "{" not in chart.alt


@ONE_EACH
def test_a_simulated_wave_is_stamped(
    name: str, lang: str, width: int, register: pd.DataFrame
) -> None:
    spec = build(name, register, lang, width)
    stamps = [t for t in spec.figure().findobj(Text) if t.get_gid() == "stamp"]
    if isinstance(spec, FeasibleBases):  # published figures are real
        assert not stamps
        return
    assert len(stamps) == 1 and text("charts.simulated", lang) in stamps[0].get_text()
    assert stamps[0].get_bbox_patch() is not None
    chart = spec.chart()
    assert b'id="stamp"' in chart.svg
    assert text("charts.alt.simulated", lang) in chart.alt


def test_a_real_wave_is_not_stamped(register: pd.DataFrame) -> None:
    for value in (False, "false"):
        real = register.assign(simulated=value)
        for spec in (bars(real), intervals(real)):
            assert not [t for t in spec.figure().findobj(Text) if t.get_gid() == "stamp"]
            assert "imul" not in spec.chart().alt


@pytest.mark.parametrize("draw", [bars, stacked, intervals, options, revision])
def test_what_is_withheld_or_absent_is_said(draw: Draw, register: pd.DataFrame) -> None:
    """A chart without a number is a picture that says so, and its text claims nothing."""
    said = text("charts.suppressed", "fr")
    for rows in (with_nothing(register), register.iloc[:0]):
        spec = draw(rows)
        chart, shown = spec.chart(), [t for t, _ in texts(spec.figure())]
        if spec.table:
            assert said in shown and "Non publié\u00a0: " in chart.alt
        else:
            assert any("aucune valeur publiée" in t for t in shown)
            assert "aucune valeur publiée" in chart.alt
        for claim in ("Barres", "Un point", "De haut en bas", "Une ligne verticale", "Peu de"):
            assert claim not in chart.alt


def test_register_rows_may_be_text(register: pd.DataFrame, tmp_path: Path) -> None:
    from readiness.tables import read_text_table, write_csv

    write_csv(with_a_suppressed_group(register), tmp_path / "figures.csv")
    read = read_text_table(tmp_path / "figures.csv", "register")
    for draw in (bars, intervals):
        chart = draw(with_a_suppressed_group(register)).chart()
        # Values of the file have 12 significant digits; bytes are compared between two readings.
        again = draw(read).chart()
        assert (again.alt, again.ids) == (chart.alt, chart.ids)
        assert again.svg == draw(read).chart().svg


CODE = """
import sys
sys.path[:0] = ["tests/charts", "workflow"]
import matplotlib
matplotlib.rcParams["font.size"] = float(sys.argv[1])  # a user's own settings change nothing
import hashlib, drawing, register_sample
for draw in (drawing.bars, drawing.intervals, drawing.revision, drawing.weights, drawing.bases):
    for lang in ("fr", "ar"):
        print(hashlib.sha256(draw(register_sample.make_register(), lang).chart().svg).hexdigest())
"""


def test_the_same_bytes_under_another_locale_clock_and_hash_seed(register: pd.DataFrame) -> None:
    outputs = []
    for size, extra in (
        ("10", {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "0"}),
        (
            "17",
            {
                "LC_ALL": "C.UTF-8",
                "LANG": "ar_MA",
                "TZ": "Pacific/Auckland",
                "PYTHONHASHSEED": "4711",
                "SOURCE_DATE_EPOCH": "0",
            },
        ),
    ):
        run = subprocess.run(
            [sys.executable, "-c", CODE, size],
            cwd=ROOT,
            env={**os.environ, **extra},
            capture_output=True,
            check=True,
        )
        outputs.append(run.stdout.split())
    assert outputs[0] == outputs[1]
    assert len(set(outputs[0])) == 10
    here = [hashlib.sha256(bars(register).chart().svg).hexdigest().encode() for _ in range(2)]
    assert here == [outputs[0][0]] * 2
