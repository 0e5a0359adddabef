"""What every chart must hold: readable texts, stamps, the same bytes anywhere."""

import hashlib
import itertools
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from drawing import (
    Draw,
    bars,
    grid,
    intervals,
    means,
    options,
    stacked,
    texts,
    with_a_suppressed_group,
    with_nothing,
    with_suppressed_levels,
)
from participation_drawing import flow, participation_rows, ranges
from register_sample import GROUPS

from readiness.charts import palette
from readiness.charts.figures import GroupLabels
from readiness.charts.picture import Picture, files_of, to_png
from readiness.charts.sheet import MARGIN, NARROW, WIDE, Drawing, crop
from readiness.language import text

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"

VARIANTS: dict[str, tuple[Draw, Callable[[pd.DataFrame], pd.DataFrame]]] = {
    "bars": (bars, lambda rows: rows),
    "bars, a group suppressed": (bars, with_a_suppressed_group),
    "bars, levels suppressed": (bars, with_suppressed_levels),
    "stacked, a group suppressed": (stacked, with_a_suppressed_group),
    "intervals": (intervals, lambda rows: rows),
    "intervals, a group suppressed": (intervals, with_a_suppressed_group),
    "options": (options, lambda rows: rows),
    "means": (means, lambda rows: rows),
    "grid": (grid, lambda rows: rows),
    "ranges": (ranges, lambda _: participation_rows()),
    "flow": (flow, lambda _: participation_rows()),
}
EVERY = pytest.mark.parametrize(
    ("name", "lang", "width"), list(itertools.product(VARIANTS, ("fr", "ar"), (WIDE, NARROW)))
)
ONE_EACH = pytest.mark.parametrize(
    ("name", "lang", "width"),
    [(name, *page) for name in VARIANTS for page in (("fr", WIDE), ("ar", NARROW))],
)


def build(name: str, register: pd.DataFrame, lang: str) -> Picture:
    draw, prepare = VARIANTS[name]
    return draw(prepare(register), lang)


@EVERY
def test_texts_are_whole_and_apart(
    name: str, lang: str, width: int, register: pd.DataFrame
) -> None:
    sheet = build(name, register, lang).sheet(width)
    boxes = [(word.text, word.box) for word in sheet.words]
    assert len(boxes) > 10
    assert min(word.size for word in sheet.words) >= 12
    for said, (left, top, right, bottom) in boxes:
        assert left >= -0.5 and right <= sheet.width + 0.5, f"{said!r} leaves the sheet"
        assert top >= -0.5 and bottom <= sheet.height + 0.5, f"{said!r} leaves the sheet"
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        overlap_x = min(a[2], b[2]) - max(a[0], b[0])
        overlap_y = min(a[3], b[3]) - max(a[1], b[1])
        assert not (overlap_x > 0.5 and overlap_y > 0.5), f"{one!r} lies on {other!r}"


@ONE_EACH
def test_svg_is_well_formed_and_has_no_trace_of_the_machine(
    name: str, lang: str, width: int, register: pd.DataFrame
) -> None:
    chart = build(name, register, lang)
    drawn = chart.svg(width, "one")
    root = ElementTree.fromstring(drawn)
    assert root.tag == f"{SVG}svg"
    assert float(root.get("viewBox", "").split()[2]) == width + 2 * MARGIN
    svg = drawn.decode()
    for trace in (str(ROOT), "<style", "style=", "<script", 'href="http'):
        assert trace not in svg
    assert not re.search(r"\bnan\b", svg)
    assert chart.alt and not any(character.isdigit() for character in chart.alt)
    assert "{" not in chart.alt
    # Every colour of a class is one that the page's stylesheet has for light and dark.
    known = {rule[1] for rule in re.finditer(r"svg\.chart \.([\w-]+)", palette.stylesheet())}
    used = {c for e in root.iter() for c in e.get("class", "").split()} - {"chart", "tick"}
    assert used <= known
    # Several may stand in a page: their own ids are prefixed, and nothing else is named.
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) and all(str(each).startswith("one-") for each in ids)
    assert len(list(root.iter(f"{SVG}title"))) == 1
    (said,) = [each.text for each in root.iter(f"{SVG}desc")]
    assert said == chart.alt


@ONE_EACH
def test_a_simulated_wave_is_stamped(
    name: str, lang: str, width: int, register: pd.DataFrame
) -> None:
    spec = build(name, register, lang)
    sheet = spec.sheet(width)
    stamps = [word.text for word in sheet.words if word.id == "stamp"]
    if name == "grid":  # published figures are real
        assert not stamps
        return
    assert stamps == [text("report.simulated.title", lang)]
    (ribbon,) = [mark for mark in sheet.marks if mark.id == "stamp"]
    assert ribbon.box == (0, 0, width, pytest.approx(24)) and ribbon.fill == "stamp"
    assert text("charts.alt.simulated", lang) in spec.alt
    # A report has ribbon, title and signs beside the picture, which is that much shorter there.
    drawn = sheet.svg(spec.title).decode()
    whole, cropped = map(ElementTree.fromstring, (drawn, crop(drawn)))
    assert float(whole.attrib["height"]) > float(cropped.attrib["height"]) + 40
    assert stamps[0] not in "".join(cropped.itertext()) and len(cropped) in (
        len(whole) - 1,
        len(whole) - 2,
    )


def test_a_real_wave_is_not_stamped(register: pd.DataFrame) -> None:
    for value in (False, "false"):
        real = register.assign(simulated=value)
        for spec in (bars(real), intervals(real)):
            assert not [word for word in spec.sheet().words if word.id == "stamp"]
            assert "imul" not in spec.alt


@pytest.mark.parametrize("draw", [bars, stacked, intervals, options])
def test_what_is_withheld_or_absent_is_said(draw: Draw, register: pd.DataFrame) -> None:
    """A chart without a number is a picture that says so, and its text claims nothing."""
    for rows in (with_nothing(register), register.iloc[:0]):
        spec = draw(rows)
        chart, shown = spec, texts(spec.sheet())
        if spec.panels:
            assert "(…)ᶠ" in shown and "Non publié\u00a0: " in chart.alt
        else:
            assert any("aucune valeur publiée" in t for t in shown)
            assert "aucune valeur publiée" in chart.alt
        for claim in ("Barres", "Un point", "De haut en bas", "Une ligne verticale", "Peu de"):
            assert claim not in chart.alt


CODE = """
import sys
sys.path[:0] = ["tests/charts", "workflow"]
import hashlib, drawing, register_sample
from readiness.charts.picture import to_png
made = []
for draw in (drawing.bars, drawing.intervals, drawing.grid):
    for lang in ("fr", "ar"):
        made.append(draw(register_sample.make_register(), lang).svg())
for content in (*made, *to_png(made[:2])):
    print(hashlib.sha256(content).hexdigest())
"""


def test_the_same_bytes_under_another_locale_clock_and_hash_seed(register: pd.DataFrame) -> None:
    outputs = []
    for extra in (
        {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "0"},
        {
            "LC_ALL": "C.UTF-8",
            "LANG": "ar_MA",
            "TZ": "Pacific/Auckland",
            "PYTHONHASHSEED": "4711",
            "SOURCE_DATE_EPOCH": "0",
        },
    ):
        run = subprocess.run(
            [sys.executable, "-c", CODE],
            cwd=ROOT,
            env={**os.environ, **extra},
            capture_output=True,
            check=True,
        )
        outputs.append(run.stdout.split())
    assert outputs[0] == outputs[1]
    assert len(set(outputs[0])) == 8
    here = [hashlib.sha256(bars(register).svg()).hexdigest().encode() for _ in range(2)]
    assert here == [outputs[0][0]] * 2


@pytest.mark.parametrize("colours", [palette.LIGHT, palette.DARK])
def test_texts_and_marks_stand_out_on_paper(colours: dict[str, str]) -> None:
    paper = colours["paper"]
    for token in ("ink", "muted", "second", "accent"):
        assert palette.contrast(colours[token], paper) >= 4.5
    for token, colour in colours.items():
        assert palette.contrast(palette.ink_on(colour), colour) >= 4.5, token
    assert set(palette.LIGHT) == set(palette.DARK)
    assert palette.on("#8c510a") == palette.LIGHT_TEXT  # between two tokens, whatever the page is


def test_a_picture_is_drawn_from_the_same_svg(register: pd.DataFrame) -> None:
    small, other = to_png([bars(register).svg(NARROW), intervals(register).svg()])
    assert small.startswith(b"\x89PNG") and small != other
    assert int.from_bytes(small[16:20]) == pytest.approx((NARROW + 2 * MARGIN) * 1.5, abs=1)


def test_texts_are_set_as_their_language_sets_them() -> None:
    sheet = Drawing(100, "ar", "one", 20)
    sheet.write(0, 0, "l'IA <&>")
    sheet.write(0, 0, "الاستعداد (57)")
    found = [element.text for element in ElementTree.fromstring(sheet.svg("t")).iter(f"{SVG}text")]
    assert found == ["l\u2019IA <&>", "\u2067الاستعداد (57)\u2069"]


@pytest.mark.parametrize("label", ["x" * 900, "two words \x00\x0b</svg>" + "y" * 90, "ب" * 300])
def test_a_label_of_any_kind_stays_in_its_place(label: str, register: pd.DataFrame) -> None:
    groups = GroupLabels(dict.fromkeys(GROUPS["fr"], label), ("all", label))
    for drawn in (bars(register, groups=groups), intervals(register, title=label, axis=label)):
        for width in (WIDE, NARROW):
            sheet = drawn.sheet(width)
            assert all(w.box[0] >= -0.5 and w.box[2] <= width + 0.5 for w in sheet.words)
            ElementTree.fromstring(drawn.svg(width))


def test_what_a_report_says_once_is_in_every_file(register: pd.DataFrame) -> None:
    """Signs and standing stand in a picture that leaves, and not in that of a report."""
    named = {"bars": bars(with_a_suppressed_group(register))}
    files = dict(files_of(named, "Aperçu · données@1"))
    whole = files["bars.svg"].decode()
    assert "Aperçu · données@1" in whole and "(…)" in whole
    shown = crop(whole)
    assert "Aperçu" not in shown and "En gras" in shown
    assert 'viewBox="0 ' in shown and f'viewBox="-{MARGIN:.0f} ' in whole


def test_a_number_without_room_in_the_last_bar_stands_beside_it(register: pd.DataFrame) -> None:
    narrow = register.copy()
    last = narrow["id"] == "preparation.good.all"
    assert last.any()
    narrow.loc[last, "value"] = 0.01
    words = bars(narrow).sheet().words
    own = [word for word in words if word.id.endswith("preparation.good.all")]
    assert [word.align for word in own] == ["left"] and own[0].text == "1,0"
