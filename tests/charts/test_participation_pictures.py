"""What the pictures of who answered show: people, and nested ranges."""

import pytest
from participation_drawing import COUNTS, SHARES, flow, participation_rows, ranges

from readiness.charts.figures import word
from readiness.charts.picture import Picture
from readiness.charts.sheet import Drawing, Mark


def marks(sheet: Drawing, ending: str) -> dict[str, Mark]:
    return {m.id: m for m in sheet.marks if m.id.endswith(ending) and m.kind != "hatch"}


def steps(picture: Picture) -> list[str]:
    return [str(line["id"]).split(".")[1] for line in picture.table]


def test_the_ranges_of_a_share_lie_within_each_other_as_their_numbers_do() -> None:
    sheet = ranges(participation_rows()).sheet()
    dot = marks(sheet, "rating.top.all")["rating.top.all"]
    worst = marks(sheet, ".worst")["rating.top.all.worst"]
    line = marks(sheet, ".interval")["rating.top.all.interval"]
    # Told apart by height as well as by colour.
    heights = [mark.box[3] - mark.box[1] for mark in (worst, line)]
    assert heights == sorted(heights, reverse=True)
    scale = (worst.box[2] - worst.box[0]) / (0.6 - 0.41)
    zero = worst.box[0] - 0.41 * scale
    assert line.box[0] == pytest.approx(zero + 0.45 * scale, abs=0.02)
    assert line.box[2] == pytest.approx(zero + 0.58 * scale, abs=0.02)
    assert dot.x == pytest.approx(zero + 0.52 * scale, abs=0.02)


def test_the_title_is_the_share_that_blanks_leave_most_open() -> None:
    assert "“Rating”" in ranges(participation_rows(), "en").title
    certain = participation_rows()
    ends = certain["id"].str.contains(".worst.")
    shares = [SHARES[name.partition(".worst")[0]] for name in certain.loc[ends, "id"]]
    certain.loc[ends, "value"] = [str(value) for value in shares]
    spec = ranges(certain, "en")
    assert spec.title == word("participation.caption.bounds", "en")


@pytest.mark.parametrize("language", ["en", "fr", "ar", "es"])
def test_the_alternative_text_ends_its_first_sentence(language: str) -> None:
    picture = ranges(participation_rows(), language)
    described = word("participation.chart.bounds.alt", language)
    assert picture.alt.startswith(f"{picture.title}. {described}")


def test_the_alternative_text_names_the_ranges_that_are_drawn() -> None:
    """A band for missing answers and a line for the interval: nothing else surrounds a dot."""
    picture = ranges(participation_rows(), "en")
    drawn = {mark.id.rpartition(".")[2] for mark in picture.sheet().marks if "rating" in mark.id}
    assert drawn == {"worst", "interval", "all"}
    assert "on a band" in picture.alt and "a line shows it" in picture.alt
    assert "assumption" not in picture.alt and "three" not in picture.alt


def test_of_a_withheld_share_no_range_is_drawn() -> None:
    rows = participation_rows()
    own = rows["id"].str.startswith("rating.top")
    rows.loc[own, ["value", "lower", "upper"]] = ""
    rows.loc[own, "suppressed"] = "few answers, or what they could be computed from"
    spec = ranges(rows, "en")
    sheet, chart = spec.sheet(), spec
    assert not [m for m in sheet.marks if m.id.startswith("rating.top")]
    assert any(m.dashed and m.kind == "rect" for m in sheet.marks)
    assert "“Rating”" not in spec.title and "Rating" in chart.alt
    assert all(line["value"] is None for line in chart.table if "rating" in str(line["id"]))


def test_people_are_counted_from_the_first_step_to_the_last() -> None:
    spec = flow(participation_rows(), "en")
    codes = steps(spec)
    lost = ["duplicate", "early", "unknown_invitation"]
    assert codes == ["invited", "received", *lost, "kept", "answered"]
    bars = marks(spec.sheet(), ".all")
    lengths = {name: bars[f"quality.{name}.all"].box for name in codes}
    unit = (lengths["invited"][2] - lengths["invited"][0]) / COUNTS["invited"]
    for name in ("received", "kept", "answered"):
        assert lengths[name][2] - lengths[name][0] == pytest.approx(unit * COUNTS[name], abs=0.05)
    rows = participation_rows()
    rows.loc[rows["id"] == "quality.answered.all", "value"] = "134"
    assert steps(flow(rows, "en"))[-1] == "kept"
