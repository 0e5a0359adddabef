"""Reading single cells: options with commas, numbers, spellings, what is excluded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_questionnaire_file import ROOT

from made_questionnaire import document, question
from readiness.ground.facts import Listed
from readiness.questionnaire import (
    BLANK,
    DONT_KNOW,
    INVALID,
    SPECIAL_CODES,
    Questionnaire,
    load_questionnaire,
    match_key,
    questionnaire_of,
)
from readiness.validation.cells import read_cell

SHIPPED = load_questionnaire(ROOT / "data/questionnaires/ai-readiness-1.yaml")


def faults(questionnaire: Questionnaire, item: str, text: str) -> list[str]:
    return [fault.rule for fault in read_cell(questionnaire.item(item), text).faults]


@pytest.mark.parametrize(
    ("item", "text", "code", "rules"),
    [
        ("preparation", "Faible", "weak", []),
        ("preparation", " faible\u00a0", "weak", ["spelling"]),
        ("preparation", "FAIBLE", "weak", ["spelling"]),
        ("preparation", "Je ne sais pas", DONT_KNOW, []),
        ("preparation", "", BLANK, ["no_answer"]),
        ("preparation", " \u00a0 ", BLANK, ["no_answer"]),
        ("preparation", "\u200b", BLANK, ["no_answer"]),
        ("preparation", "Très bonne", INVALID, ["unknown_option"]),
        ("preparation", "_dont_know", INVALID, ["unknown_option"]),
        ("preparation", "weak", INVALID, ["unknown_option"]),
        ("use_ai", "Je ne sais pas", INVALID, ["unknown_option"]),
        ("experience_years", "12", "12", []),
        ("experience_years", "0", "0", []),
        ("experience_years", "60", "60", []),
        ("experience_years", "012", "12", ["spelling"]),
        ("experience_years", "12 ans", "12", ["spelling"]),
        ("experience_years", "1 an", "1", ["spelling"]),
        ("experience_years", "١٢", "12", ["spelling"]),
        ("experience_years", "12 mois", INVALID, ["not_a_number"]),
        ("experience_years", "12,5", INVALID, ["not_a_number"]),
        ("experience_years", "1e1", INVALID, ["not_a_number"]),
        ("experience_years", "douze", INVALID, ["not_a_number"]),
        ("experience_years", "61", INVALID, ["out_of_range"]),
        ("experience_years", "-1", INVALID, ["out_of_range"]),
        ("experience_years", "2014", INVALID, ["out_of_range"]),
        ("experience_years", "9" * 5000, INVALID, ["out_of_range"]),
        ("experience_years", "", BLANK, ["no_answer"]),
        ("remark", "", BLANK, []),
        ("remark", " Former d'abord,\npuis équiper. ", "Former d'abord, puis équiper.", []),
    ],
)
def test_one_cell_one_code(
    questionnaire: Questionnaire, item: str, text: str, code: str, rules: list[str]
) -> None:
    cell = read_cell(questionnaire.item(item), text)
    assert cell.values == (code,)
    assert [fault.rule for fault in cell.faults] == rules


@pytest.mark.parametrize(
    ("text", "ticked", "rules"),
    [
        ("Montage", {"editing"}, []),
        ("Doublage, voix off;Montage", {"dubbing", "editing"}, []),
        ("Doublage, voix off, Montage", {"dubbing", "editing"}, []),
        ("Montage;Doublage, voix off", {"dubbing", "editing"}, []),
        ("Transcription, dérushage, Traduction", {"transcription", "translation"}, []),
        ("montage ; traduction", {"editing", "translation"}, ["spelling"]),
        ("Montage;Étalonnage", {"editing"}, ["unknown_option"]),
        ("Étalonnage, Montage", {"editing"}, ["unknown_option"]),
        ("Montages;Traduction", {"translation"}, ["unknown_option"]),
        ("Montage;Je ne sais pas", {"editing"}, ["contradiction"]),
    ],
)
def test_ticked_options(
    questionnaire: Questionnaire, text: str, ticked: set[str], rules: list[str]
) -> None:
    item = questionnaire.item("use_areas")
    cell = read_cell(item, text)
    assert {code for code, value in zip(item.codes, cell.values, strict=True) if value == "1"} == (
        ticked
    )
    assert set(cell.values) <= {"0", "1"}
    assert [fault.rule for fault in cell.faults] == rules


def test_a_cell_without_any_known_option_is_set_aside(questionnaire: Questionnaire) -> None:
    item = questionnaire.item("use_areas")
    cell = read_cell(item, "Étalonnage, mixage")
    assert set(cell.values) == {INVALID}
    said = cell.faults[0].fact.values["said_pieces"]
    assert isinstance(said, Listed) and said.items == ("étalonnage", "mixage")
    separators = read_cell(item, " ; ")
    assert set(separators.values) == {INVALID}
    assert [fault.rule for fault in separators.faults] == ["unknown_option"]
    assert set(read_cell(item, "Je ne sais pas").values) == {DONT_KNOW}


def test_what_a_blank_means_is_said_by_the_questionnaire(questionnaire: Questionnaire) -> None:
    assert set(read_cell(questionnaire.item("use_areas"), "").values) == {BLANK}
    assert faults(questionnaire, "use_areas", "") == ["no_answer"]
    assert set(read_cell(questionnaire.item("regulation"), "").values) == {"0"}
    assert faults(questionnaire, "regulation", "") == []


@given(st.data())
def test_any_set_of_options_survives_any_way_of_joining(data: st.DataObject) -> None:
    item = SHIPPED.item(data.draw(st.sampled_from(["use_areas", "regulation"])))
    chosen = data.draw(st.lists(st.sampled_from(item.categories), min_size=1, unique=True))
    separator = data.draw(st.sampled_from([";", ", ", "; ", " , "]))
    change = data.draw(st.sampled_from([str, str.upper, str.lower]))
    cell = read_cell(item, separator.join(change(category.text) for category in chosen))
    codes = {category.code for category in chosen}
    assert cell.values == tuple("1" if code in codes else "0" for code in item.codes)


@given(st.sampled_from(SHIPPED.items), st.text(max_size=40))
def test_no_text_breaks_a_cell(item: object, text: str) -> None:
    """Whatever is typed: one value a column, and any value that is no answer has its fault."""
    known = SHIPPED.item(item.id)  # type: ignore[attr-defined]
    cell = read_cell(known, text)
    assert len(cell.values) == len(known.columns)
    if INVALID in cell.values:
        assert cell.faults
    if known.kind.takes_one:
        texts = {match_key(category.text) for category in known.categories}
        is_option = match_key(text) in texts
        assert (cell.values[0] not in SPECIAL_CODES) == is_option


def test_a_code_that_nobody_declared_is_no_typed_answer() -> None:
    options = [{"code": "tv", "text": "Television"}, {"code": "else", "text": "?", "other": True}]
    one = question("one", "single", "Media?", categories=options)
    many = question("many", "multi", "All media?", categories=options, blank_means="none")
    asked = questionnaire_of(document("q", one, many), "q-1")
    for item in asked.items:
        assert [fault.rule for fault in read_cell(item, "9").faults] == ["unknown_option"]
        assert read_cell(item, "9").values == ("_invalid",) * len(item.columns)
        assert read_cell(item, "Radio 9").faults == ()


@given(st.data())
def test_options_are_kept_beside_a_typed_text(data: st.DataObject) -> None:
    """An own text beside ticked options, however the tool joins them, takes none of them away."""
    texts = ["Press (daily, weekly)", "Television", "Radio"]
    options = [{"code": f"o{k}", "text": text} for k, text in enumerate(texts)]
    options.append({"code": "else", "text": "Else", "other": True})
    many = question("many", "multi", "All media?", categories=options, blank_means="none")
    (item,) = questionnaire_of(document("q", many), "q-1").items
    ticked = data.draw(st.lists(st.sampled_from(range(3)), min_size=1, unique=True))
    pieces = [*(texts[k] for k in ticked), "my own paper"]
    separator = data.draw(st.sampled_from([";", ", ", "; ", "|", " | "]))
    cell = read_cell(item, separator.join(data.draw(st.permutations(pieces))))
    assert cell.values == (*("1" if k in ticked else "0" for k in range(3)), "1")
    assert cell.faults == ()
