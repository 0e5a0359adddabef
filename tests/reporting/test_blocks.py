"""The document of a wave that shares nothing with the shipped one, for each way of selection."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from test_sentences import DRAWN, FOUND, INTERVAL, RATE, REPRESENTATIVE

from clinic_wave import ANSWERED, ITEMS, Clinic, clinic, register, tables
from full_study import FULL
from readiness.analysis.selection import Selection
from readiness.config import Particulars, parse
from readiness.ground.errors import RenderError
from readiness.ground.facts import Fact, Listed, Quantity
from readiness.language import WHOLE, join_texts
from readiness.questionnaire.items import Routing
from readiness.register.rows.shares import BAND_UNITS, P_BELOW
from readiness.reporting.blocks import Prose
from readiness.reporting.particulars import CALLED, DISCLOSED, NOTED, note_block, write_box
from readiness.reporting.parts import Register, WavePart
from readiness.reporting.passports import Passports
from readiness.reporting.report import section
from readiness.reporting.standing import Standing
from readiness.reporting.study import BLOCKS
from readiness.reporting.wave import PLACES, wave_blocks, wave_summary
from readiness.steps.render import labels

SPAN = re.compile(r'\[([^\[\]]*)\]\{\.n data-id="clinic/([^"]+)"\}')
SHIPPED = re.compile(r"professional|expert|profession|HACA|preparation|2026", re.I)
CHOICES = {
    "rating": ("rao_scott", Fact("report.choice.measured")),
    "shift": ("rao_scott", Fact("report.choice.measured")),
}
STEPS = (
    Fact("weighting.step.raked", {"variables": Listed(("site",))}),
    Fact("weighting.step.inside", {"lower": Quantity("0.2"), "upper": Quantity("4"), "n": 0}),
    Fact("weighting.step.jackknife", {"n": sum(ANSWERED.values())}),
)

# What the compare step made of a wave, by its file.
CONTRASTS: dict[Path, pd.DataFrame] = {}


@pytest.fixture(scope="module")
def wave(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return clinic(tmp_path_factory.mktemp("clinic"))


@pytest.fixture(scope="module")
def registers(wave: Clinic) -> dict[Selection, pd.DataFrame]:
    made = {selection: tables(wave, selection=selection) for selection in Selection}
    CONTRASTS[wave.path] = made[Selection.PROBABILITY].contrasts
    return {
        selection: register(wave, each, selection).reset_index().assign(run="clinic")
        for selection, each in made.items()
    }


def shown(wave: Clinic, rows: pd.DataFrame, selection: Selection, language: str) -> WavePart:
    """The wave as a report shows it, without charts."""
    told = {"run": "clinic", "title": "A wave", "kind": "wave"}
    told["wave"] = {"change": {"from": "clinic-then"}}
    return WavePart(
        Register(rows, language),
        Path("nowhere"),
        told,
        Prose(Path("nowhere")),
        steps=STEPS,
        choices=CHOICES,
        questionnaire=wave.questionnaire,
        variables=("site",),
        selection=selection,
        items=ITEMS,
        contrasts=CONTRASTS[wave.path],
    )


def document(part: WavePart) -> dict[str, str]:
    """Every block with something to say, by its place."""
    found = {block.place: section(part, block, 2) for block in wave_blocks(part)}
    return {place: text for place, text in found.items() if text}


@pytest.mark.parametrize("language", WHOLE)
@pytest.mark.parametrize("selection", Selection)
def test_a_document_of_any_questionnaire_says_what_its_selection_allows(
    wave: Clinic, registers: dict[Selection, pd.DataFrame], selection: Selection, language: str
) -> None:
    rows = registers[selection]
    part = shown(wave, rows, selection, language)
    blocks = document(part)
    assert list(blocks) == [
        *(f"item-{i}" for i in ITEMS),
        "change",
        "answered",
        "nonresponse",
        "weighting",
        "revision",
    ]
    text = wave_summary(part) + "\n\n".join(blocks.values())
    assert not SHIPPED.search(text)
    # Every digit is a number of the register, as its language shows it.
    texts = part.register.spans()
    for number, identity in SPAN.findall(text):
        assert number.replace("\\", "") in texts[f"clinic/{identity}"]
    plain = re.sub(r'^\d\. |\{[^}]*\}|"[^"]*"|RR[1-6]', "", SPAN.sub("", text), flags=re.M)
    assert not re.search(r"\d", plain.replace("A wave", "")), re.findall(r".*\d.*", plain)
    # No interval or p is printed without what a simulation found wrong with it.
    for body in blocks.values():
        for _, identity in SPAN.findall(body):
            said = part.register.warning(identity.removesuffix(".lower"))
            if identity.endswith((".lower", ".p")) and said:
                assert said in body.replace("\\", ""), identity
    # The words of the selection, whatever the block.
    words = SPAN.sub("", text)
    assert bool(re.search(DRAWN[language], words)) == selection.is_drawn
    assert bool(re.search(RATE[language], words)) == selection.response_rate
    assert bool(re.search(INTERVAL[language], words, re.I)) == selection.inference
    assert not re.search(REPRESENTATIVE[language], words)
    assert ('.p"}' in text) == selection.inference
    # A difference is claimed of the items whose leading test is below the level.
    for item in CHOICES if selection.inference else ():
        told = part.register.row(f"{item}.test.rao_scott_f.p")
        value = float(told["value"])
        below = value < 0.05 or (told["unit"] == P_BELOW and value == 0.05)
        claims = re.search(FOUND[language].lstrip("^"), blocks[f"item-{item}"])
        assert bool(claims) == below
        # Beside answers that are withheld the band of its p stands, and why.
        banded = told["unit"] in BAND_UNITS
        assert banded == bool(rows["id"].eq(f"{item}.test.cramers_v").sum() == 0)
        said = part.register.write_fact(Fact("report.difference.banded"))
        assert (said in blocks[f"item-{item}"]) == banded
    units = set(rows.loc[rows["unit"].isin(["p", *BAND_UNITS]), "unit"])
    assert not selection.inference or units & {*BAND_UNITS}


@pytest.mark.parametrize("all_shown", [True, False])
def test_pairs_that_are_not_shown_are_counted_where_there_are_any(
    wave: Clinic, registers: dict[Selection, pd.DataFrame], all_shown: bool
) -> None:
    rows = registers[Selection.PROBABILITY].copy()
    counts = {"family": "3", "shown": "3" if all_shown else "2"}
    for name, count in counts.items():
        rows.loc[rows["id"].str.fullmatch(rf"\w+\.contrast\.{name}"), "value"] = count
    blocks = document(shown(wave, rows, Selection.PROBABILITY, "en"))
    for item in CHOICES:
        assert (f"{item}.contrast.family" in blocks[f"item-{item}"]) != all_shown


def test_a_survey_of_which_nothing_is_published_says_so(
    wave: Clinic, registers: dict[Selection, pd.DataFrame]
) -> None:
    rows = registers[Selection.PROBABILITY]
    gone = rows.assign(suppressed="few", value="")
    for told, said in ((rows, False), (rows.where(rows["kind"] != "estimate", gone), True)):
        summary = wave_summary(shown(wave, told, Selection.PROBABILITY, "en"))
        assert ("No share or mean from this survey is published" in summary) == said
    means = rows["unit"] == "number"
    rough = rows.assign(reliability="suppress").where(~means, gone)
    summary = wave_summary(shown(wave, rough, Selection.PROBABILITY, "en"))
    assert "No share or mean from this survey is precise enough" in summary


def test_a_test_that_does_not_exist_is_said_and_stops_nothing(
    wave: Clinic, registers: dict[Selection, pd.DataFrame]
) -> None:
    rows = registers[Selection.PROBABILITY]
    without = rows[~rows["id"].str.contains(r"\.test\.")]
    part = shown(wave, without, Selection.PROBABILITY, "en")
    # Nor is it silent of whom the question was asked.
    asked = Routing(item="shift", one_of=(wave.questionnaire.item("shift").codes[0],))
    rating = wave.questionnaire.item("rating").model_copy(update={"asked_if": (asked,)})
    items = [rating if item.id == "rating" else item for item in wave.questionnaire.items]
    routed = wave.questionnaire.model_copy(update={"items": tuple(items)})
    text = document(replace(part, questionnaire=routed))["item-rating"]
    assert "could not be computed" in text
    assert "Asked of those whose answer to" in text


def test_what_moved_is_told_by_group_of_the_item_that_is_drawn(
    wave: Clinic, registers: dict[Selection, pd.DataFrame]
) -> None:
    # No number of the first item was revised: it has no table by group, and the totals stay.
    drawn = Selection.PROBABILITY
    text = document(shown(wave, registers[drawn], drawn, "en"))["revision"]
    assert "beds.mean.all" in text and "#tbl-clinic-revised" in text
    assert "#tbl-clinic-revision}" not in text


def test_each_question_moved_or_cannot_be_told_and_one_says_why_it_is_not_compared(
    wave: Clinic, registers: dict[Selection, pd.DataFrame]
) -> None:
    drawn = Selection.PROBABILITY
    rows = registers[drawn].copy()
    said = SPAN.sub("…", document(shown(wave, rows, drawn, "en"))["change"])
    assert "“Fine or Great” moved from … to …" in said
    assert "| Rating: Hill" in said.replace("\\", "")
    assert "we cannot say whether “Day” moved" in said
    assert "| … |" in said and "declared to be the same" not in said  # a number of the register
    rows.loc[rows["id"] == "change.margin", "value"] = "90"
    said = SPAN.sub("…", document(shown(wave, rows, drawn, "en"))["change"])
    assert "moved from … to …, by less than … points" in said
    assert "“Day” stayed within … points" in said


def test_the_digits_of_a_unit_are_words_of_the_questionnaire(wave: Clinic) -> None:
    beds = wave.questionnaire.item("beds")
    assert beds.range is not None
    unit = beds.range.unit.text("en")
    assert unit in labels(wave.questionnaire, "en")


def test_that_a_wave_is_simulated_is_said_by_the_page_and_no_block(
    wave: Clinic, registers: dict[Selection, pd.DataFrame]
) -> None:
    """The ribbon says it, and each picture that leaves the page (`test_above_the_title`)."""
    part = shown(wave, registers[Selection.PROBABILITY], Selection.PROBABILITY, "fr")
    assert part.is_simulated
    text = "\n\n".join([wave_summary(part), *document(part).values()])
    assert len(re.findall(r"\{#tbl-", text)) > 6 and not re.search("simulé|inventé", text)


@pytest.mark.parametrize("language", WHOLE)
def test_the_box_says_who_asked_whom_and_what_of_it_nobody_stated(
    wave: Clinic, registers: dict[Selection, pd.DataFrame], language: str
) -> None:
    part = shown(wave, registers[Selection.PROBABILITY], Selection.PROBABILITY, language)
    box, whole = write_box(part), note_block(part).body()
    missing = f"{part.word('report.study.missing')}\n\n"
    # What the data know is not missing; of a receipt that nobody has nothing is said.
    asked = [key for key in DISCLOSED if key != "invited"]
    names = [part.word(CALLED[key]) for key in asked]
    for text in (box, whole):
        assert text.partition(missing)[2].startswith(":   " + join_texts(names, "comma", language))
        assert 'data-id="clinic/quality.invited.all"' in text
        assert part.word(CALLED["receipt"]) not in text
    full = parse(Particulars, FULL, "config.yaml").model_dump(exclude_defaults=True)
    part.settings["study"] = {**full, "fieldwork": ["2025-03-01", None]}
    box, whole = write_box(part), note_block(part).body()
    assert missing not in box + whole
    assert part.word(CALLED["receipt"]) in box and part.word(CALLED["frame"]) not in box
    assert all(f"{part.word(CALLED[key])}\n\n:   " in whole for key in NOTED)
    assert r"\<b\>Rabat" in box and "](#sec-clinic-answered)" in whole


def test_authors_texts_stand_before_after_or_in_place_of_a_block(tmp_path: Path) -> None:
    for name, text in (
        ("weighting-before", 'Before `{python} n("rating.top.all")`.'),
        ("weighting-after", "After."),
        ("item-beds", "Instead, `{x}` and {.class} stay."),
    ):
        (tmp_path / f"{name}.md").write_text(text + "\n", "utf-8")
    prose = Prose(tmp_path)

    def number(identity: str) -> str:
        return f"<{identity}>"

    assert (
        prose.around("weighting", "Body.", number) == "Before <rating.top.all>.\n\nBody.\n\nAfter."
    )
    assert prose.around("item-beds", "Body.", number) == "Instead, `{x}` and {.class} stay."
    assert prose.around("revision", "Body.", number) == "Body."
    prose.check(["weighting", "item-beds"])
    with pytest.raises(RenderError, match=r"item-beds\.md: no block has this name\. .*weighting"):
        prose.check(["weighting"])


def test_the_shipped_document_shows_every_block(
    wave: Clinic, registers: dict[Selection, pd.DataFrame]
) -> None:
    selection = Selection.PROBABILITY
    made = wave_blocks(shown(wave, registers[selection], selection, "en"))
    own = {block.place for block in made if not block.place.startswith("item-")}
    text = (Path(__file__).parents[2] / "report.qmd").read_text("utf-8")
    named = re.findall(r'^report\.block\("(\w+)"\)', text, re.M)
    assert own == {*PLACES} and {*named} < {*own, *BLOCKS}
    # All that is not named stands behind "How we know".
    assert "\nreport.rest()\n" in text


def test_the_first_screen_has_the_finding_its_picture_and_three_points(
    wave: Clinic, registers: dict[Selection, pd.DataFrame], tmp_path: Path
) -> None:
    selection = Selection.PROBABILITY
    part = shown(wave, registers[selection], selection, "en")
    charts = tmp_path / "charts"
    charts.mkdir()
    for form in ("levels", "intervals"):
        for end in (".svg", "-narrow.svg", ".txt"):
            (charts / f"rating-{form}{end}").write_text("drawn", "utf-8")
    part = replace(part, charts=charts)
    summary, blocks = wave_summary(part), document(part)
    headline = re.search(r"::: \{\.headline\}\n(.*?)\n:::", summary, re.S)
    assert headline is not None and headline[1].startswith("Rating: ")
    assert not headline[1].endswith(".")
    order = ["{.headline}", "rating-levels.svg", "{.brief}", "answers: a response rate"]
    assert [*map(summary.index, order)] == sorted(map(summary.index, order))
    assert len(re.findall(r"^\d\. ", summary, re.M)) <= 3
    # Below it, neither the finding nor its picture is said once more.
    assert "rating-levels.svg" not in "".join(blocks.values())
    assert "rating-intervals.svg" in blocks["item-rating"]
    told = wave_summary(part).partition(headline[1])[2] + "".join(blocks.values())
    assert headline[1].partition(": ")[2].capitalize() not in told


def test_of_all_numbers_a_question_s_headline_stands_first(
    wave: Clinic, registers: dict[Selection, pd.DataFrame]
) -> None:
    rows = Register(registers[Selection.PROBABILITY], "en")
    told = Passports(rows, "A wave", Standing(), wave.questionnaire, by="site")
    names = [one.id for one in sorted(told.all(), key=lambda one: told.place(one.id))]
    rating = [name for name in names if re.fullmatch(r"rating\.\w+\.\w+", name)]
    shares = [name for name in rating if told.rows[name]["kind"] == "estimate"]
    assert shares[0] == "rating.top.all" and shares[1].startswith("rating.top.")
    levels = list(dict.fromkeys(name.split(".")[1] for name in shares))
    assert levels == ["top", *wave.questionnaire.item("rating").codes]
