"""Charts show their register rows: geometry, stamps, readable texts, the same bytes everywhere."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle, StepPatch
from matplotlib.text import Text
from register_sample import (
    CLAIMS,
    DONT_KNOW,
    EXPERTS,
    GROUPS,
    LEVELS,
    TOTAL,
    axis_data,
    can_show,
    make_register,
    suppress,
)

from readiness.charts import (
    NARROW,
    WIDE,
    FeasibleBases,
    Intervals,
    ReadinessBars,
    Revision,
    WeightsPicture,
)
from readiness.charts.words import WORDS
from readiness.errors import RenderError
from readiness.register.display import shown

ROOT = Path(__file__).parents[2]


@pytest.fixture
def register() -> pd.DataFrame:
    return make_register()


AXIS = {"fr": "Préparation jugée inexistante ou faible", "ar": "استعداد منعدم أو ضعيف"}
NOTE = {
    "fr": "Intervalles sous l’hypothèse que les répondants ressemblent aux autres.",
    "ar": "مجالات بافتراض أن المجيبين يشبهون غيرهم.",
}
MARGINS = {
    "profession": list(GROUPS["fr"]),
    "region": ["casablanca", "rabat", "other"],
    "size": ["small", "large"],
}
VARIABLES = {
    "fr": {"profession": "Profession", "region": "Région", "size": "Taille"},
    "ar": {"profession": "المهنة", "region": "الجهة", "size": "الحجم"},
}


def bars(rows: pd.DataFrame, lang: str = "fr", width: int = WIDE, **more: Any) -> ReadinessBars:
    options: dict[str, Any] = {
        "dont_know": DONT_KNOW[lang],
        "total": TOTAL[lang],
        "experts": EXPERTS[lang],
    }
    options |= more
    return ReadinessBars(
        rows, "preparation", LEVELS[lang], GROUPS[lang], lang, width=width, **options
    )


def intervals(rows: pd.DataFrame, lang: str = "fr", width: int = WIDE) -> Intervals:
    return Intervals(
        rows,
        "preparation_low",
        "low",
        GROUPS[lang],
        AXIS[lang],
        lang,
        total=TOTAL[lang],
        experts=EXPERTS[lang],
        note=NOTE[lang],
        width=width,
    )


def weights(_: Any = None, lang: str = "fr", width: int = WIDE) -> WeightsPicture:
    rng = np.random.Generator(np.random.PCG64(7))
    before = np.exp(rng.normal(0, 0.55, 640))
    after = np.clip(before / before.mean(), 0.3, 3)
    gaps = pd.DataFrame(
        [
            (variable, category, rng.normal(0, 2e-4), rng.normal(0, 6e-3))
            for variable, categories in MARGINS.items()
            for category in categories
        ],
        columns=["variable", "category", "before", "after"],
    )
    labels = {("profession", code): label for code, label in GROUPS[lang].items()}
    return WeightsPicture(
        before, after, gaps, VARIABLES[lang], labels, True, lang, (0.3, 3.0), width
    )


def bases(_: Any = None, lang: str = "fr", width: int = WIDE) -> FeasibleBases:
    return FeasibleBases(axis_data(), lang, 32, width=width)


def revised(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of a later version: every profession's share of low readiness has moved a bit."""
    rows = rows.copy()
    chosen = (rows["item"] == "preparation_low") & (rows["group"] != "expert")
    for step, index in enumerate(rows.index[chosen]):
        value = rows.loc[index, "value"] + (0.011 * step - 0.035)
        rows.loc[index, "value"] = value
    return rows


def revision(rows: pd.DataFrame, lang: str = "fr", width: int = WIDE) -> Revision:
    return Revision(
        rows,
        revised(rows),
        "preparation_low",
        "low",
        GROUPS[lang],
        AXIS[lang],
        ("Première publication", "Deuxième publication") if lang == "fr" else ("الأولى", "الثانية"),
        lang,
        total=TOTAL[lang],
        width=width,
    )


def with_a_suppressed_group(rows: pd.DataFrame) -> pd.DataFrame:
    ids = [f"preparation.level.{level}.voice_artist" for level in (*LEVELS["fr"], "dont_know")]
    return suppress(rows, [*ids, "preparation_low.level.low.voice_artist"])


def with_suppressed_levels(rows: pd.DataFrame) -> pd.DataFrame:
    """Both levels of a side, levels of both sides, and one alone (no register should have that)."""
    return suppress(
        rows,
        [
            *(f"preparation.level.{level}.producer" for level in ("none", "weak")),
            *(f"preparation.level.{level}.journalist" for level in ("medium", "good")),
            *(f"preparation.level.{level}.advertiser" for level in ("none", "good")),
            *(f"preparation.level.{level}.expert" for level in ("none", "medium", "good")),
            "preparation.level.medium.creator",
        ],
    )


Draw = Callable[..., Any]
VARIANTS: dict[str, tuple[Draw, Callable[[pd.DataFrame], pd.DataFrame]]] = {
    "bars": (bars, lambda rows: rows),
    "bars, a group suppressed": (bars, with_a_suppressed_group),
    "bars, levels suppressed": (bars, with_suppressed_levels),
    "intervals": (intervals, lambda rows: rows),
    "intervals, a group suppressed": (intervals, with_a_suppressed_group),
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


def build(name: str, register: pd.DataFrame, lang: str, width: int) -> Any:
    draw, prepare = VARIANTS[name]
    return draw(prepare(register), lang, width)


def by_gid(figure: Figure, kind: type) -> dict[str, Any]:
    found = {}
    for artist in figure.findobj(kind):
        if artist.get_gid():
            found[artist.get_gid()] = artist
    return found


def texts(figure: Figure) -> list[tuple[str, Any]]:
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    return [
        (text.get_text(), text.get_window_extent(renderer))
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text()
    ]


# -- what every chart must hold -------------------------------------------------------------------


@EVERY
def test_texts_are_whole_and_apart(
    name: str, lang: str, width: int, register: pd.DataFrame
) -> None:
    figure = build(name, register, lang, width).figure()
    boxes = texts(figure)
    assert len(boxes) > 10
    for text, box in boxes:
        assert box.x0 >= -0.5 and box.x1 <= figure.bbox.x1 + 0.5, f"{text!r} leaves the sheet"
        assert box.y0 >= -0.5 and box.y1 <= figure.bbox.y1 + 0.5, f"{text!r} leaves the sheet"
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
    text = chart.svg.decode()
    for trace in ("<dc:date>", "dc:creator", str(ROOT), "<text", 'href="http', "nan"):
        assert trace not in text
    assert chart.alt and not any(character.isdigit() for character in chart.alt)


@ONE_EACH
def test_a_simulated_wave_is_stamped(
    name: str, lang: str, width: int, register: pd.DataFrame
) -> None:
    spec = build(name, register, lang, width)
    stamps = [t for t in spec.figure().findobj(Text) if t.get_gid() == "stamp"]
    if isinstance(spec, FeasibleBases):  # published figures are real
        assert not stamps
        return
    assert len(stamps) == 1 and WORDS[lang]["simulated"] in stamps[0].get_text()
    assert stamps[0].get_bbox_patch() is not None
    assert b'id="stamp"' in spec.chart().svg
    assert WORDS[lang]["simulated_alt"] in spec.chart().alt


def test_a_real_wave_is_not_stamped(register: pd.DataFrame) -> None:
    for value in (False, "false"):
        real = register.assign(simulated=value)
        for spec in (bars(real), intervals(real)):
            assert not [t for t in spec.figure().findobj(Text) if t.get_gid() == "stamp"]
            assert "imul" not in spec.chart().alt


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
import hashlib, test_charts, register_sample
for draw in (test_charts.bars, test_charts.intervals, test_charts.revision, test_charts.weights,
             test_charts.bases):
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
    import hashlib

    here = [hashlib.sha256(bars(register).chart().svg).hexdigest().encode() for _ in range(2)]
    assert here == [outputs[0][0]] * 2


# -- readiness bars -------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_every_bar_is_as_long_as_its_share(lang: str, width: int, register: pd.DataFrame) -> None:
    figure = bars(register, lang, width).figure()
    drawn = by_gid(figure, Rectangle)
    shown = register[register["item"] == "preparation"]
    assert set(drawn) == set(shown["id"])
    scales = set()
    for row in shown.to_dict("records"):
        bar = drawn[row["id"]]
        assert bar.get_width() == pytest.approx(row["value"], abs=1e-12)
        axes = bar.axes
        low, high = axes.get_xlim()
        scales.add(round(abs(axes.bbox.width / (high - low)), 6))
        if row["level"] in ("none", "weak"):
            assert bar.get_x() + bar.get_width() <= 1e-12
        else:
            assert bar.get_x() >= -1e-12
        # no bar leaves its panel
        assert min(low, high) - 1e-9 <= bar.get_x()
        assert bar.get_x() + bar.get_width() <= max(low, high) + 1e-9
    assert len(scales) == 1, "a share is as long in the panel apart as in the main one"


def test_levels_adjoin_from_the_axis_outwards(register: pd.DataFrame) -> None:
    drawn = by_gid(bars(register).figure(), Rectangle)
    for group in (*GROUPS["fr"], "all", "expert"):
        none, weak, medium, good = (
            drawn[f"preparation.level.{level}.{group}"] for level in LEVELS["fr"]
        )
        assert weak.get_x() + weak.get_width() == pytest.approx(0, abs=1e-12)
        assert none.get_x() + none.get_width() == pytest.approx(weak.get_x())
        assert medium.get_x() == pytest.approx(0, abs=1e-12)
        assert good.get_x() == pytest.approx(medium.get_width())
        assert len({bar.get_y() for bar in (none, weak, medium, good)}) == 1


def test_groups_go_from_the_least_ready_to_the_readiest(register: pd.DataFrame) -> None:
    table = bars(register).table
    assert table[0].code == "all" and table[-1].code == "expert"
    groups = table[1:-1]
    assert {row.code for row in groups} == set(GROUPS["fr"])
    low = [(row.levels[0].value or 0) + (row.levels[1].value or 0) for row in groups]
    assert low == sorted(low, reverse=True)
    # and the picture has them in that order, from top to bottom (y grows downwards)
    drawn = by_gid(bars(register).figure(), Rectangle)
    heights = [drawn[f"preparation.level.weak.{row.code}"].get_y() for row in table]
    assert heights == sorted(heights)


def test_small_groups_are_hatched_and_flags_are_explained(register: pd.DataFrame) -> None:
    figure = bars(register).figure()
    drawn = by_gid(figure, Rectangle)
    for gid, bar in drawn.items():
        assert bool(bar.get_hatch()) == gid.endswith(".voice_artist")
    said = [text for text, _ in texts(figure)]
    assert WORDS["fr"]["small"].format(small=30) in said
    assert WORDS["fr"]["caution"] in said and any(t.endswith("58 †") for t in said)
    rows = register[register["group"] != "voice_artist"].assign(reliability="present")
    large = {code: label for code, label in GROUPS["fr"].items() if code != "voice_artist"}
    calm = replace(bars(rows), groups=large)
    said = [text for text, _ in texts(calm.figure())]
    assert WORDS["fr"]["small"].format(small=30) not in said and "†" not in "".join(said)


def test_a_suppressed_group_has_no_bar_and_says_so(register: pd.DataFrame) -> None:
    spec = bars(with_a_suppressed_group(register))
    drawn = by_gid(spec.figure(), Rectangle)
    assert not [gid for gid in drawn if gid.endswith("voice_artist")]
    assert WORDS["fr"]["suppressed"] in [text for text, _ in texts(spec.figure())]
    assert spec.table[-2].code == "voice_artist"  # last of its section
    assert "Non publié : Artistes de doublage." in spec.chart().alt


def test_suppressed_levels_of_one_side_are_one_piece(register: pd.DataFrame) -> None:
    rows = with_suppressed_levels(register)
    low = rows[rows["item"] == "preparation_low"].assign(item="preparation")
    drawn = by_gid(bars(rows).figure(), Rectangle)
    whole = by_gid(bars(register).figure(), Rectangle)
    for group, hidden in (("producer", ("none", "weak")), ("journalist", ("medium", "good"))):
        parts = [whole[f"preparation.level.{level}.{group}"] for level in hidden]
        piece = drawn[f"preparation.level.{hidden[0]}.{group}.together"]
        assert piece.get_hatch() and piece.get_facecolor()[:3] == (1, 1, 1)
        # As long as both, and from where the inner one began to where the outer one ended.
        assert piece.get_width() == pytest.approx(sum(part.get_width() for part in parts))
        assert piece.get_x() == pytest.approx(min(part.get_x() for part in parts))
        assert not [
            gid for gid in drawn if gid in {f"preparation.level.{h}.{group}" for h in hidden}
        ]
    # Where the register has the share of both, the piece is that number, and says it.
    spec = bars(pd.concat([rows, low]))
    piece = by_gid(spec.figure(), Rectangle)["preparation_low.level.low.producer"]
    assert piece.get_width() == pytest.approx(float(rows.loc[
        rows["id"] == "preparation_low.level.low.producer", "value"].iloc[0]))  # fmt: skip
    row = rows[rows["id"] == "preparation_low.level.low.producer"].iloc[0]
    assert shown(row, "fr") in [text for text, _ in texts(spec.figure())]
    assert "preparation_low.level.low.producer" in spec.chart().ids
    assert "preparation_low.level.low.director" not in spec.chart().ids


def test_other_suppressed_levels_leave_no_bar(register: pd.DataFrame) -> None:
    spec = bars(with_suppressed_levels(register))
    drawn = by_gid(spec.figure(), Rectangle)
    for group in ("advertiser", "expert", "creator"):
        assert not [gid for gid in drawn if gid.endswith(f".{group}") and "dont_know" not in gid]
    said = [text for text, _ in texts(spec.figure())]
    assert said.count(WORDS["fr"]["partly"]) == 3
    assert said.count(WORDS["fr"]["together"]) == 1
    # The order tells nothing of them: they stand last.
    order = [row.code for row in spec.table]
    assert order[-3:] == ["advertiser", "creator", "expert"]
    alt = spec.chart().alt
    partly = alt.split("Publié en partie seulement : ")[1].split(".")[0]
    assert {*partly.replace(" et ", ", ").split(", ")} == {
        "Producteurs", "Journalistes", "Publicitaires", "Créateurs de contenus numériques",
        "Experts",
    }  # fmt: skip


def test_what_is_not_published_carries_no_flag(register: pd.DataFrame) -> None:
    rows = with_a_suppressed_group(register)
    rows = rows.assign(reliability="present")
    rows.loc[rows["suppressed"] != "", "reliability"] = "suppress"
    for spec in (bars(rows), intervals(rows)):
        assert "†" not in "".join(text for text, _ in texts(spec.figure()))


def test_an_axis_label_that_would_be_cut_is_left_out(register: pd.DataFrame) -> None:
    # the longest bar ends at 75 %: on a telephone that label has no room left of the sheet
    rows = register.copy()
    chosen = rows["id"].isin([f"preparation.level.{x}.journalist" for x in ("none", "weak")])
    rows.loc[chosen, "value"] = 0.376
    kept = rows[(rows["group"] == "journalist") & (rows["item"] == "preparation")]
    spec = ReadinessBars(
        kept, "preparation", LEVELS["fr"], {"journalist": "Journalistes"}, width=NARROW
    )
    figure = spec.figure()
    assert all(box.x0 >= -0.5 and box.x1 <= figure.bbox.x1 + 0.5 for _, box in texts(figure))
    labels = [text for text, _ in texts(figure)]
    assert "75\u202f%" not in labels and "0\u202f%" in labels


def test_an_odd_scale_lies_across_the_axis(register: pd.DataFrame) -> None:
    three = {"none": "Bas", "weak": "Milieu", "medium": "Haut"}
    spec = ReadinessBars(register, "preparation", three, GROUPS["fr"])
    drawn = by_gid(spec.figure(), Rectangle)
    middle = drawn["preparation.level.weak.producer"]
    assert middle.get_x() == pytest.approx(-middle.get_width() / 2)
    low = drawn["preparation.level.none.producer"]
    assert low.get_x() + low.get_width() == pytest.approx(middle.get_x())


# -- intervals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_dots_and_intervals_stand_at_their_values(width: int, register: pd.DataFrame) -> None:
    drawn = by_gid(intervals(register, width=width).figure(), Line2D)
    for row in register[register["item"] == "preparation_low"].to_dict("records"):
        dot = drawn[row["id"]]
        assert list(dot.get_xdata()) == [row["value"]]
        line = drawn.get(f"{row['id']}.interval")
        if row["group"] == "expert":
            assert line is None, "unweighted answers have no interval"
            assert dot.get_marker() == "s"
            continue
        assert line is not None and list(line.get_xdata()) == [row["lower"], row["upper"]]
        assert line.get_ydata()[0] == dot.get_ydata()[0]
        low, high = dot.axes.get_xlim()
        assert low <= row["lower"] and row["upper"] <= high
        hollow = row["group"] == "voice_artist"
        assert (dot.get_markerfacecolor() == "white") == hollow


def test_intervals_are_sorted_and_read_as_the_register(register: pd.DataFrame) -> None:
    spec = intervals(register)
    values = [mark.value or 0 for place, mark in spec.table if place.code in GROUPS["fr"]]
    assert values == sorted(values, reverse=True)
    said = " ".join(text for text, _ in texts(spec.figure()))
    for row in register[register["item"] == "preparation_low"].to_dict("records"):
        assert shown(row, "fr") in said
    assert WORDS["fr"]["reference"].format(label="Ensemble") in said


def test_a_revision_shows_both_versions_by_size_of_change(register: pd.DataFrame) -> None:
    spec = revision(register)
    drawn = by_gid(spec.figure(), Line2D)
    later = revised(register).set_index("id")["value"]
    for row in register[register["item"] == "preparation_low"].to_dict("records"):
        if row["group"] == "expert":
            continue
        before, after = drawn[f"{row['id']}.before"], drawn[f"{row['id']}.after"]
        assert list(before.get_xdata()) == [row["value"]]
        assert list(after.get_xdata()) == [later[row["id"]]]
        assert before.get_ydata()[0] == after.get_ydata()[0]
    changes = [abs(new.value - old.value) for _, old, new in spec.table[1:]]
    assert changes == sorted(changes, reverse=True)
    hidden = with_a_suppressed_group(register)
    spec = replace(spec, before=hidden, after=register)
    drawn = by_gid(spec.figure(), Line2D)
    assert not [gid for gid in drawn if "voice_artist" in gid]
    assert "Non publié : Artistes de doublage." in spec.alt()


# -- weights --------------------------------------------------------------------------------------


def test_the_histogram_counts_every_respondent() -> None:
    spec = weights()
    edges, before, after = spec.counts()
    assert before.sum() == after.sum() == 640
    relative = spec.before / spec.before.mean()
    assert before[3] == ((relative >= edges[3]) & (relative < edges[4])).sum()
    steps = by_gid(spec.figure(), StepPatch)
    assert np.array_equal(steps["before"].get_data().values, before)
    assert np.array_equal(steps["after"].get_data().values, after)
    assert np.array_equal(steps["after"].get_data().edges, edges)


def test_gaps_stand_at_their_values() -> None:
    spec = weights()
    drawn = by_gid(spec.figure(), Line2D)
    for row in spec.gaps.to_dict("records"):
        for stage in ("before", "after"):
            dot = drawn[f"{row['variable']}.{row['category']}.{stage}"]
            assert list(dot.get_xdata()) == [row[stage]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"before": np.array([])}, "positive"),
        ({"after": np.array([1.0, np.nan])}, "positive"),
        ({"after": np.array([1.0, 2.0])}, "same respondents"),
        ({"gaps": pd.DataFrame({"variable": ["region"]})}, "columns"),
        ({"variables": {"region": "Région"}}, "no label for margins"),
    ],
)
def test_weights_refuse_what_they_cannot_show(change: dict[str, Any], message: str) -> None:
    with pytest.raises(RenderError, match=message):
        replace(weights(), **change)


def test_equal_weights_are_one_column() -> None:
    same = np.full(50, 3.7)
    spec = replace(weights(), before=same, after=same)
    edges, before, _ = spec.counts()
    assert before.max() == 50 and edges[-1] >= 1
    assert spec.chart().svg


# -- feasible bases -------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_marks_stand_at_the_feasible_bases(width: int) -> None:
    spec = bases(width=width)
    drawn = by_gid(spec.figure(), Line2D)
    claims = {label: (source, kind, figures) for label, source, kind, figures in CLAIMS}
    checked = 0
    for i, row in enumerate(spec.table):
        marks = [int(x) for x in drawn[f"row.{i}"].get_xdata()]
        if row.label in claims:
            _, _, figures = claims[row.label]
            assert marks == [b for b in range(1, 41) if all(can_show(f, b) for f in figures)]
            checked += 1
        hollow = [int(x) for x in drawn[f"row.{i}.missing"].get_xdata()]
        assert hollow == ([12, 15, 22, 25, 28] if row.label == "67/33 et 64 ensemble" else [])
        assert drawn[f"row.{i}.missing"].get_markerfacecolor() == "white"
        marker = {"HACA": "s", "press": "D", "both": "o"}[row.source]
        assert drawn[f"row.{i}"].get_marker() == marker
    assert checked == len(CLAIMS)
    assert set(drawn["reported"].get_xdata()) == {32}


def test_the_reported_base_has_its_caveat_and_sources_are_named() -> None:
    for lang in ("fr", "ar"):
        said = [text.lstrip("\u200f") for text, _ in texts(bases(lang=lang).figure())]
        assert WORDS[lang]["reported"].format(n=32) in said
        assert WORDS[lang]["haca"] in said and WORDS[lang]["press"] in said
        assert said.count("32") == 1


def test_joint_rows_come_last_and_an_empty_row_says_so() -> None:
    spec = bases()
    kinds = [row.joint for row in spec.table]
    assert kinds == sorted(kinds) and True in kinds
    never = [row for row in spec.table if not row.feasible and not row.missing]
    assert [row.label for row in never] == ["Tous les chiffres ensemble"]
    said = [text for text, _ in texts(spec.figure())]
    assert said.count(WORDS["fr"]["none"].format(n=40)) == 1
    assert "Aucune base ne convient à : Tous les chiffres ensemble." in spec.chart().alt


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda d: d.drop(columns="kind"), "columns kind"),
        (lambda d: d.assign(source="blog"), "source 'blog'"),
        (lambda d: d.assign(kind="guess"), "kind 'guess'"),
        (lambda d: d.iloc[1:], "each base from 1 to 40 once"),
        (lambda d: pd.concat([d, d.iloc[:1]]), "each base from 1 to 40 once"),
        (lambda d: pd.concat([d, d.iloc[:40].assign(kind="claim")]), "kind 'set and claim'"),
    ],
)
def test_bases_refuse_incomplete_data(
    damage: Callable[[pd.DataFrame], pd.DataFrame], message: str
) -> None:
    with pytest.raises(RenderError, match=message):
        FeasibleBases(damage(axis_data())).chart()


# -- bad registers --------------------------------------------------------------------------------


def test_register_faults_are_named(register: pd.DataFrame) -> None:
    gone = register[register["id"] != "preparation.level.weak.producer"]
    with pytest.raises(RenderError, match="no share of level 'weak' in group 'producer'"):
        bars(gone).chart()
    twice = pd.concat([register, register[register["id"] == "preparation.level.weak.producer"]])
    with pytest.raises(RenderError, match="two shares for level 'weak'"):
        bars(twice).chart()
    with pytest.raises(RenderError, match="lacks the columns n"):
        bars(register.drop(columns="n")).chart()
    with pytest.raises(RenderError, match="no share of this item"):
        bars(register[register["item"] != "preparation"]).chart()
    hole = register.copy()
    hole.loc[hole["id"] == "preparation.level.weak.producer", "value"] = float("nan")
    with pytest.raises(RenderError, match=r"preparation\.level\.weak\.producer has neither"):
        bars(hole).chart()
    with pytest.raises(RenderError, match=r"in the language .de."):
        replace(bars(register.assign(display_de="")), lang="de").chart()
