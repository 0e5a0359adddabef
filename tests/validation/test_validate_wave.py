"""The simulated wave from its real files, end to end: what was planted is what is found."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wave_files import Wave

from readiness.ground.errors import DataError
from readiness.ground.facts import Fact, from_json
from readiness.language import LANGUAGES
from readiness.questionnaire import BLANK, DONT_KNOW, INVALID, NOT_ASKED, Questionnaire
from readiness.validation import ISSUE_COLUMNS, RULES, Validated, sentence, validate
from readiness.validation.validate import NOT_KEPT
from simulated_wave import CLOSES, OPENS

KEY = ["rule", "respondent", "item"]


def test_every_rule_on_cells_and_submissions_has_a_planted_fault(wave: Wave) -> None:
    rules = list(RULES)
    assert set(wave.planted["rule"]) == set(rules[: rules.index("structure")])


@pytest.mark.parametrize("version", [1, 2])
def test_every_planted_fault_is_found_and_few_others(wave: Wave, version: int) -> None:
    """A blank that an answer leads to has a rule of its own; nothing else was planted as such."""
    planted = wave.planted.loc[wave.planted["export"] == version, KEY]
    found = wave.validated[version].issues[KEY]
    found = found.assign(rule=found["rule"].replace("routed_blank", "no_answer"))
    assert len(found) > 250
    missing = set(map(tuple, planted.to_numpy())) - set(map(tuple, found.to_numpy()))
    assert missing == set()
    more = found[~found["rule"].isin(set(planted["rule"]))]["rule"]
    assert set(more) <= {"outlier"} and len(more) < 20


# What the first export counts, and the second.
COUNTS = {
    "received": (580, 689),
    "undated": (1, 1),
    "early": (2, 2),
    "late": (0, 6),
    "unknown_invitation": (2, 3),
    "duplicate": (9, 5),
    "kept": (566, 672),
    "corrections_applied": (5, 6),
    "corrections_unused": (1, 0),
}


def test_counts(wave: Wave) -> None:
    validated = wave.validated[1], wave.validated[2]
    assert {name: tuple(one.count(name) for one in validated) for name in COUNTS} == COUNTS
    for one in validated:
        assert one.count("kept", "professional") + one.count("kept", "expert") == one.count("kept")


@pytest.mark.parametrize("version", [1, 2])
def test_response_by_stratum(wave: Wave, version: int) -> None:
    validated = wave.validated[version]
    answered = validated.answers["stratum"].value_counts()
    drawn = wave.sample["stratum"].value_counts()
    for stratum in drawn.index:
        assert validated.count("answered", stratum) == answered[stratum]
        assert validated.count("invited", stratum) == drawn[stratum]
    assert validated.count("answered", "voice_artist") < 30


def test_issues_name_row_column_and_value(wave: Wave, questionnaire: Questionnaire) -> None:
    raw, issues = wave.exports[2], wave.validated[2].issues
    assert tuple(issues.columns) == ISSUE_COLUMNS
    by_row = raw.set_index("_row")
    for issue in issues[issues["item"] != ""].to_dict("records"):
        item = questionnaire.item(issue["item"])
        assert issue["column"] == item.column
        if issue["rule"] not in ("correction_unused", "differs_from_frame"):
            assert by_row.at[issue["row"], item.id] == issue["value"]
    assert (issues["severity"] == issues["rule"].map(lambda rule: RULES[rule])).all()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_issue_can_be_said_in_every_language(wave: Wave, language: str) -> None:
    said: dict[str, str] = {}
    for issue in wave.validated[2].issues.to_dict("records"):
        said.setdefault(issue["rule"], sentence(issue, language))
    planted = set(wave.planted.loc[wave.planted["export"] == 2, "rule"])
    assert planted <= set(said) <= planted | {"outlier", "routed_blank"}
    # What is said is chosen by what was found, not glued: every rule has a sentence of its own.
    assert len({text.rpartition(". ")[0] for text in said.values()}) == len(said)
    assert all("{" not in text and "\n" not in text for text in said.values())


def test_coded_answers_are_those_behind_the_export(
    wave: Wave, questionnaire: Questionnaire
) -> None:
    """Apart from planted faults, each code is the one that the respondent was given."""
    from simulated_wave import simulate

    truth = simulate(questionnaire).respondents.set_index("token")
    answers = wave.validated[2].answers.set_index("respondent")
    answers = answers[answers["group"] == "professional"]
    assert set(answers.index) == set(truth.index)
    coded = [column for item in questionnaire.items for column in item.columns]
    shared = [column for column in coded if column in truth.columns]
    expected = truth.loc[answers.index, shared].astype(str)
    differs = answers[shared].astype(str) != expected
    harmless = {"spelling", "invitation_spelling", "duplicate", "no_answer"}
    planted = wave.planted[(wave.planted["export"] == 2) & ~wave.planted["rule"].isin(harmless)]
    allowed = set(zip(planted["respondent"], planted["item"], strict=True))
    # A blank `use_ai` was planted with the answer that depends on it.
    allowed |= {(who, "use_ai") for who, item in allowed if item == "use_areas"}
    at = [(who, column.split(".")[0]) for who, column in differs.stack().loc[lambda x: x].index]
    assert set(at) <= allowed
    assert differs.to_numpy().sum() > 10


def test_four_kinds_of_no_answer_are_kept_apart(wave: Wave) -> None:
    answers = wave.validated[2].answers
    experts = answers["group"] == "expert"
    assert (answers.loc[experts, "preparation"] == NOT_ASKED).all()
    assert (answers.loc[~experts, "expert_field"] == NOT_ASKED).all()
    assert (answers.loc[answers["use_ai"] == "no", "use_areas.editing"] == NOT_ASKED).all()
    for code in (BLANK, DONT_KNOW):
        assert (answers.loc[~experts, "preparation"] == code).sum() > 3
    assert (answers["experience_years"] == INVALID).sum() == 7


def test_experts_stand_outside_the_frame(wave: Wave) -> None:
    answers = wave.validated[2].answers
    experts = answers[answers["group"] == "expert"]
    assert len(experts) == 25
    assert (
        (experts[["stratum", "profession", "region", "size", "base_weight"]] == "").to_numpy().all()
    )
    assert (answers.loc[answers["group"] == "professional", "base_weight"] != "").all()


def test_corrections_replace_answers_and_leave_the_export_alone(wave: Wave) -> None:
    answers = wave.validated[2].answers.set_index("respondent")
    for entry in wave.corrections.to_dict("records"):
        assert answers.at[entry["respondent"], entry["item"]] == entry["to"]
        raw = wave.exports[2]
        assert (
            raw.loc[raw["_invitation"] == entry["respondent"], entry["item"]] == (entry["from"])
        ).all()


def test_a_later_version_keeps_every_earlier_respondent(wave: Wave) -> None:
    earlier, later = (set(wave.validated[v].answers["respondent"]) for v in (1, 2))
    assert earlier < later


# --- properties -----------------------------------------------------------------------------


def run(
    wave: Wave,
    questionnaire: Questionnaire,
    raw: pd.DataFrame,
    corrections: pd.DataFrame | None = None,
    **changes: Any,
) -> Validated:
    """`raw` as the wave's export, under its sample and days unless `changes` say others."""
    how = {"opens": OPENS, "closes": CLOSES} | changes
    return validate(raw, questionnaire, wave.sample, corrections, **how)


@settings(max_examples=8)
@given(seed=st.integers(0, 2**32 - 1))
def test_row_order_does_not_matter(wave: Wave, questionnaire: Questionnaire, seed: int) -> None:
    raw = wave.exports[2]
    order = np.random.Generator(np.random.PCG64(seed)).permutation(len(raw))
    shuffled = run(wave, questionnaire, raw.iloc[order], wave.corrections)
    for name in ("answers", "issues", "counts"):
        expected = getattr(wave.validated[2], name)
        pd.testing.assert_frame_equal(getattr(shuffled, name), expected)


@settings(max_examples=15)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(40, 300),
    closes=st.dates(date(2026, 3, 10), date(2026, 4, 10)),
    keep=st.sampled_from(["last", "first", "most_answered"]),
)
def test_kept_and_dropped_are_all_that_was_received(
    wave: Wave, questionnaire: Questionnaire, seed: int, size: int, closes: date, keep: str
) -> None:
    """Rows drawn with replacement, so with many duplicates, under any closing day and rule."""
    raw = wave.exports[2]
    rows = np.random.Generator(np.random.PCG64(seed)).integers(0, len(raw), size)
    drawn = raw.iloc[rows].assign(_row=range(2, size + 2))
    validated = run(wave, questionnaire, drawn, closes=closes, duplicates=keep)
    dropped = validated.issues[validated.issues["rule"].isin(NOT_KEPT)]
    assert len(validated.answers) + len(dropped) == size
    assert sum(validated.count(rule) for rule in NOT_KEPT) == len(dropped)
    assert dropped["row"].is_unique


# --- rules for duplicates ---------------------------------------------------------------------


def two_submissions(wave: Wave, first: dict[str, str], second: dict[str, str]) -> pd.DataFrame:
    """Two submissions of one respondent, an hour apart, from a real row."""
    raw = wave.exports[2]
    planted = set(wave.planted["respondent"])
    clean = raw[raw["_invitation"].isin(wave.sample["token"]) & ~raw["_invitation"].isin(planted)]
    row = clean.iloc[[0]]
    early = row.assign(_row=2, _submitted="2026-03-10T09:00:00", **first)
    late = row.assign(_row=3, _submitted="2026-03-10T10:00:00", **second)
    return pd.concat([early, late], ignore_index=True)


@pytest.mark.parametrize(
    ("keep", "kept"), [("last", "Bonne"), ("first", "Faible"), ("most_answered", "Faible")]
)
def test_duplicates_are_kept_by_the_declared_rule(
    wave: Wave, questionnaire: Questionnaire, keep: str, kept: str
) -> None:
    raw = two_submissions(wave, {"preparation": "Faible"}, {"preparation": "Bonne", "jobs": ""})
    validated = run(wave, questionnaire, raw, duplicates=keep)
    code = {"Bonne": "good", "Faible": "weak"}[kept]
    assert validated.answers["preparation"].tolist() == [code]
    issue = validated.issues[validated.issues["rule"] == "duplicate"].iloc[0]
    assert issue["row"] == (2 if kept == "Bonne" else 3)
    kind = f"validation.duplicate.{keep}"
    assert from_json(issue["fact"]) == Fact(kind, {"row": "3" if kept == "Bonne" else "2"})


def test_a_late_second_submission_does_not_displace_the_first(
    wave: Wave, questionnaire: Questionnaire
) -> None:
    raw = two_submissions(wave, {"preparation": "Faible"}, {"preparation": "Bonne"})
    raw.loc[1, "_submitted"] = "2026-04-01T00:00:00"
    validated = run(wave, questionnaire, raw)
    assert validated.answers["preparation"].tolist() == ["weak"]
    assert validated.count("late") == 1
    assert validated.count("duplicate") == 0


def test_the_last_second_of_the_closing_day_counts(
    wave: Wave, questionnaire: Questionnaire
) -> None:
    raw = two_submissions(wave, {}, {}).iloc[[0]]
    raw = raw.assign(_submitted="2026-03-31T23:59:59")
    assert len(run(wave, questionnaire, raw).answers) == 1


def test_a_wave_without_a_frame(wave: Wave, questionnaire: Questionnaire) -> None:
    """An opt-in wave: no sample, everyone by an open link or with a code of his own."""
    raw = wave.exports[2].assign(_invitation="")
    validated = validate(raw, questionnaire, opens=OPENS, closes=CLOSES)
    dropped = sum(validated.count(rule) for rule in NOT_KEPT)
    assert len(validated.answers) == len(raw) - dropped
    assert validated.answers["respondent"].str.startswith("open-").all()
    assert "stratum" not in validated.answers.columns


# --- what stops validation --------------------------------------------------------------------


def correct(wave: Wave, **changes: str) -> pd.DataFrame:
    entry = wave.corrections.iloc[0].to_dict() | {
        key.removesuffix("_"): value for key, value in changes.items()
    }
    return pd.DataFrame([entry])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"from_": "director"}, "not 'director' as `from` says"),
        ({"from_": "journalist", "to": "technician"}, "already the corrected one"),
        ({"to": "mason"}, "`to` is 'mason'; declared_profession has producer"),
        ({"respondent": "NOBODY"}, "'NOBODY' is neither a respondent nor an invited person"),
    ],
)
def test_a_correction_that_does_not_fit_stops(
    wave: Wave, questionnaire: Questionnaire, changes: dict[str, str], expected: str
) -> None:
    with pytest.raises(DataError) as caught:
        run(wave, questionnaire, wave.exports[2], correct(wave, **changes))
    assert str(caught.value).startswith("corrections, row 2: ")
    assert expected in str(caught.value)


def test_a_correction_may_give_the_code_that_was_exported(
    wave: Wave, questionnaire: Questionnaire
) -> None:
    corrections = correct(wave, from_="technician")
    validated = run(wave, questionnaire, wave.exports[2], corrections)
    assert validated.count("corrections_applied") == 1


def test_an_impossible_number_cannot_be_corrected_to_another(
    wave: Wave, questionnaire: Questionnaire
) -> None:
    corrections = wave.corrections[wave.corrections["item"] == "experience_years"].copy()
    corrections["to"] = "2015"
    with pytest.raises(DataError, match="is not a possible answer to experience_years"):
        run(wave, questionnaire, wave.exports[2], corrections)


def test_an_expert_corrected_to_professional_needs_a_frame(
    wave: Wave, questionnaire: Questionnaire
) -> None:
    answers = wave.validated[2].answers
    expert = answers.loc[answers["group"] == "expert", "respondent"].iloc[0]
    corrections = correct(
        wave, respondent=expert, item="respondent_group", from_="expert", to="professional"
    )
    with pytest.raises(DataError, match="outside the sample"):
        run(wave, questionnaire, wave.exports[2], corrections)


def test_a_wave_with_no_submission_in_time(wave: Wave, questionnaire: Questionnaire) -> None:
    with pytest.raises(DataError, match=r"no submission of 689 can be kept \(.*early"):
        run(wave, questionnaire, wave.exports[2], opens=date(2027, 1, 1), closes=date(2027, 2, 1))
    with pytest.raises(DataError, match=r"opens .* after it closes"):
        run(wave, questionnaire, wave.exports[2], opens=CLOSES, closes=OPENS)
