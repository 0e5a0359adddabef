"""What nonresponse could do to a wave: from its answers to its register, and against the truth."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from clinic_wave import Clinic, Tables
from made_questionnaire import document, question
from readiness.analysis.nonresponse import (
    Unanswered,
    describe_nonresponse,
    headlines,
    nonresponse_bounds,
    nonresponse_tables,
)
from readiness.analysis.responding import (
    RespondentCells,
    auxiliaries,
    dispositions,
    response,
    tells,
)
from readiness.analysis.selection import Selection
from readiness.analysis.weighting import weighted_design
from readiness.config import Estimate
from readiness.ground.errors import DataError
from readiness.questionnaire import load_questionnaire, questionnaire_of
from readiness.readers import read_sample
from readiness.readers.wave_tables import ENDED
from readiness.register.disclosure_risk import left_behind
from readiness.register.figures import WITHHELD
from readiness.register.precision import ShareDigits
from readiness.register.rows.respondents import bound_rows, find_merged, missing_rows
from readiness.survey import design
from readiness.survey.nonresponse import DISPOSITIONS, SelectedMoments, mubp, probit_proxy, smub
from readiness.survey.replicates import Replicates


def number(rows: pd.DataFrame, identity: str) -> float:
    return float(rows.loc[identity, "value"])


def test_every_headline_number_stands_between_its_bounds(wave: Clinic, drawn: pd.DataFrame) -> None:
    rows = drawn
    shares = (
        "rating.top.all",
        "shift.day.all",
        "tools.tablet.all",
        "tools.paper.all",
        "beds.mean.all",
    )
    for share in shares:
        low, high = (number(rows, f"{share}.worst.{end}") for end in ("lower", "upper"))
        assert low - 1e-9 <= number(rows, share) <= high + 1e-9, share
        assert not rows.index.str.contains(".selection", regex=False).any()
    # The two sites answered too much alike for a range that rests on the site: of one share a wave
    # it is said, with what nothing assumed leaves.
    (said,) = rows.index[rows.index.str.endswith(".others")]
    assert said == "rating.top.all.others" and rows.loc[said, "value"] == "no_proxy"
    low, high = (number(rows, f"{said}.worst.{end}") for end in ("lower", "upper"))
    assert low < number(rows, "rating.top.all") < high and high - low > 0.2
    # Nobody left it blank: nothing moves it but those who did not answer at all.
    assert number(rows, "rating.top.all.worst.lower") == number(rows, "rating.top.all")
    assert number(rows, "missing.rating.answered") == 1
    # The bounds of a mean are those of blanks that are all 0 beds, or all 60.
    answers = wave.validated.answers
    weighted = answers[answers["base_weight"] != ""]
    blank = (weighted["beds"] == "_blank").mean()
    assert number(rows, "missing.beds.blank") == pytest.approx(blank)
    low, high = (number(rows, f"beds.mean.all.worst.{end}") for end in ("lower", "upper"))
    assert (high - low) / 60 == pytest.approx(blank, abs=0.02)


def test_balance_is_that_of_base_and_final_weights(drawn: pd.DataFrame) -> None:
    hill = 46 * 150 / 60
    before = hill / (hill + 80 * 400 / 120)
    assert number(drawn, "balance.site.hill.before") == pytest.approx(before)
    assert number(drawn, "balance.site.hill.after") == pytest.approx(150 / 550)


def test_where_nobody_could_be_weighted_the_rest_is_told(wave: Clinic) -> None:
    answers = wave.validated.answers.astype(str)
    kept = answers[answers["base_weight"] != ""]
    nobody = pd.DataFrame(columns=["respondent", "stratum", "stratum_population", "weight"])
    d = weighted_design(kept, nobody, Replicates(np.empty((0, 0)), 1.0, np.empty(0)))
    known = describe_nonresponse(d, {}, wave.sample, wave.questionnaire, Selection.PROBABILITY)
    assert known.targets["site"] == pytest.approx({"harbour": 400, "hill": 150})
    made = nonresponse_tables(
        d,
        kept,
        wave.sample,
        wave.questionnaire,
        Estimate(by="site", items=["shift"]),
        known,
        Selection.PROBABILITY,
        5,
    )
    assert made["bounds"].empty and made["balance"].empty
    rates = made["response"].set_index(["measure", "group"])["value"]
    assert rates["rr2", "all"] == pytest.approx(126 / 180)
    assert made["missing"]["respondents"].eq(126).all()


def test_the_sample_may_say_how_the_silent_ended(wave: Clinic) -> None:
    answers = wave.validated.answers
    kept = answers[answers["base_weight"] != ""].astype(str)
    silent = ~wave.sample["token"].isin(kept["respondent"])
    ends = np.resize(["refusal", "non_contact", "ineligible", "unknown_other"], len(silent))
    sample = wave.sample.assign(disposition=np.where(silent, ends, ""))
    ended = pd.Series(dispositions(sample, kept, wave.questionnaire)).value_counts()
    assert ended["complete"] + ended["partial"] == 126
    table = response(sample, kept, wave.questionnaire, Selection.PROBABILITY, 5)
    rates = table[table["group"] == "all"].set_index("measure")["value"]
    counts = {name: int((ends[silent] == name).sum()) for name in np.unique(ends)}
    known = 126 + counts["refusal"] + counts["non_contact"]
    e = known / (known + counts["ineligible"])
    assert rates["rr4"] == pytest.approx(126 / (known + e * counts["unknown_other"]))
    assert np.isnan(rates["rr6"])
    certain = sample.replace({"disposition": {"unknown_other": "other"}})
    table = response(certain, kept, wave.questionnaire, Selection.PROBABILITY, 5)
    assert not table.loc[table["measure"].ne("r_indicator"), "reason"].any()


def test_a_disposition_is_one_of_aapors(wave: Clinic, tmp_path: Path) -> None:
    assert {*ENDED, "complete", "partial"} == set(DISPOSITIONS)
    path = tmp_path / "sample.csv"
    wave.sample.assign(disposition="").to_csv(path, index=False)
    assert (read_sample(path, wave.questionnaire)["disposition"] == "").all()
    wave.sample.assign(disposition="moved").to_csv(path, index=False)
    with pytest.raises(DataError, match="row 2, column disposition: 'moved'; expected nothing"):
        read_sample(path, wave.questionnaire)


def test_half_of_the_questions_make_an_answer_partial(wave: Clinic) -> None:
    answers = wave.validated.answers
    kept = answers[answers["base_weight"] != ""].astype(str).reset_index(drop=True)
    kept.loc[0, ["beds", "rating"]] = "_blank"  # 3 of 5
    kept.loc[1, ["beds", "rating", "shift"]] = "_blank"  # 2 of 5
    kept.loc[2, ["beds", "rating"]] = "_not_asked"  # 3 of 3
    kept.loc[:2, ["role", "tools.tablet", "tools.paper"]] = ["nurse", "1", "0"]
    kept.loc[[0, 2], "shift"] = "_dont_know"
    ended = dispositions(wave.sample, kept, wave.questionnaire)
    by_token = dict(zip(wave.sample["token"], ended, strict=True))
    said = [by_token[token] for token in kept["respondent"][:3]]
    assert said == ["partial", "refusal", "complete"]


def test_bounds_are_withheld_with_their_share(wave: Clinic, made: Tables) -> None:
    bounds = made.nonresponse["bounds"].set_index("item", drop=False)
    assumed = ["selection_lower", "selection_upper", "correlation", "reason"]
    bounds.loc["shift", assumed] = ["0.4", "0.6", "0.3", ""]
    of_all = ["others_lower", "others_upper", "others_worst_lower", "others_worst_upper"]
    bounds.loc["shift", [*of_all, "others_reason"]] = ["0.4", "0.6", "0.1", "0.9", ""]
    digits = ShareDigits()
    told = {row.id: row.value for row in bound_rows(bounds, {}, digits)}
    assert told["shift.day.all.others.upper"] == 0.6
    assert told["shift.day.all.others.worst.upper"] == 0.9
    # A ledger of 1.0 has a range of each number, without error of its own.
    former = {row.id: row.value for row in bound_rows(bounds, {}, digits, former=True)}
    assert former["shift.day.all.selection.upper"] == 0.6
    assert not {name for name in former if ".others" in name}
    hidden = {"shift.day.all": WITHHELD, "shift.dont_know.all": WITHHELD}
    both = [row for f in (False, True) for row in bound_rows(bounds, hidden, digits, former=f)]
    rows = {row.id: row for row in both}
    kinds = ("worst", "selection", "others", "others.worst")
    for end in (f"{kind}.{end}" for kind in kinds for end in ("lower", "upper")):
        row = rows[f"shift.day.all.{end}"]
        assert row.value is None and row.suppressed == WITHHELD
    assert "shift.day.all.selection.correlation" not in rows
    assert rows["rating.top.all.worst.lower"].value is not None
    # A blank and a "don't know" are told apart only where the latter is published.
    missing = made.nonresponse["missing"]
    told = {row.id: row.value for row in missing_rows(missing, hidden, digits)}
    open_ = {row.id: row.value for row in missing_rows(missing, {}, digits)}
    assert "missing.shift.dont_know" in open_ and "missing.shift.dont_know" not in told
    both = open_["missing.shift.dont_know"] + open_["missing.shift.blank"]  # type: ignore[operator]
    assert told["missing.shift.no_answer"] == pytest.approx(both)


def test_who_does_not_know_is_among_the_blanks_of_a_sensitive_question() -> None:
    """Where "don't know" is a missing code, no suppressed share would protect it."""
    options, unsure = {"yes": "Yes", "no": "No"}, {"text": "Not sure"}
    missing = [{**unsure, "means": "dont_know"}]
    health = question("health", "single", "", options, missing=missing, sensitive=True)
    faith = question("faith", "single", "", options, dont_know=unsure, sensitive=True)
    car = question("car", "single", "", options, missing=missing)
    assert find_merged(questionnaire_of(document("q", health, faith, car), "q-1")) == {"health"}


def test_bounds_that_are_put_back_beside_a_withheld_share_are_seen(drawn: pd.DataFrame) -> None:
    rows = drawn.copy()
    rows.loc["shift.day.all", ["value", "se", "lower", "upper", "n_eff", "deff"]] = ""
    rows.loc["shift.day.all", "suppressed"] = WITHHELD
    others = rows.drop(
        index=[i for i in rows.index if i.startswith("shift.day.all.") and ".worst." not in i]
    )
    found = list(left_behind(others.reset_index()))
    assert "shift.day.all: is not published, but shift.day.all.worst.lower is." in found


def test_a_question_for_a_part_has_bounds_and_no_range(wave: Clinic) -> None:
    answers = wave.validated.answers
    data = answers[answers["base_weight"] != ""].astype(str).reset_index(drop=True)
    data.loc[:30, "shift"] = "_not_asked"
    d = design(data.assign(w=data["base_weight"].astype(float)), weights="w")
    known = Unanswered(data["base_weight"].astype(float).to_numpy(), wave.margins, False)
    settings = Estimate(by="site", items=["shift"])
    (row,) = nonresponse_bounds(d, wave.questionnaire, settings, known).to_dict("records")
    assert row["reason"] == "routed" and np.isnan(row["selection_lower"])
    assert row["asked"] == len(data) - 31 and row["worst_lower"] < row["worst_upper"]


def test_the_ranges_are_smub_and_mubp_of_the_categories(wave: Clinic) -> None:
    """Without the shift of a weighted number: the authors' measures on indicators of categories."""
    rng = np.random.default_rng(11)
    data = pd.DataFrame({"site": rng.choice(["harbour", "hill"], 300, p=[0.8, 0.2])})
    hill = (data["site"] == "hill").to_numpy(dtype=float)
    y = (rng.random(300) < 0.3 + 0.4 * hill).astype(float)
    targets = {"site": {"harbour": 400.0, "hill": 500.0}}
    z = auxiliaries(RespondentCells(data, ["site"], np.ones(300)).keep_answered(y), targets)
    assert z is not None and z.others == 600
    p = (500 - hill.sum()) / 600
    np.testing.assert_allclose(z.others_mean, [p])
    np.testing.assert_allclose(z.others_covariance, [[p * (1 - p)]])
    proxy = probit_proxy(y, hill[:, None])
    mean, variance = proxy.moments([p], [[p * (1 - p)]])
    expected = mubp(y, proxy.values, mean, variance, 300 / 900)["share"]
    item = wave.questionnaire.item("shift")
    coded = data.assign(shift=np.where(y == 1, "day", "night"))
    d = design(coded.assign(w=1.0), weights="w")
    known = Unanswered(np.ones(300), targets, False)
    settings = Estimate(by="site", items=["shift"])
    (row,) = nonresponse_bounds(d, wave.questionnaire, settings, known).to_dict("records")
    np.testing.assert_allclose([row[f"phi_{k}"] for k in ("0", "0.5", "1")], expected, rtol=1e-6)
    assert row["selection_lower"] == pytest.approx(min(expected))
    assert next(headlines(item, coded)).level == "day"
    # Of a mean, with the people that answers stand for.
    beds = rng.normal(20 + 5 * hill, 3).round()
    coded = data.assign(beds=beds.astype(int).astype(str))
    d = design(coded.assign(w=1.0), weights="w")
    settings = Estimate(by="site", items=["beds"])
    (row,) = nonresponse_bounds(d, wave.questionnaire, settings, known).to_dict("records")
    expected = smub(SelectedMoments.of(beds, hill[:, None]), [p], 600)["mean"]
    np.testing.assert_allclose([row[f"phi_{k}"] for k in ("0", "0.5", "1")], expected)


def test_of_what_the_frame_does_not_tell_there_is_no_range() -> None:
    """The level of the test is kept: noise passes for a proxy in one of twenty samples."""
    rng = np.random.default_rng(8)
    passed = []
    for _ in range(200):
        data = pd.DataFrame({v: rng.choice(["p", "q", "r"], 300) for v in ("a", "b")})
        targets = {v: dict.fromkeys(("p", "q", "r"), 400.0) for v in ("a", "b")}
        y = (rng.random(300) < 0.5).astype(float)
        answered = RespondentCells(data, ["a", "b"], rng.uniform(1, 3, 300)).keep_answered(y)
        z = auxiliaries(answered, targets)
        assert z is not None and answered.effective < 300
        passed.append(tells(answered, z))
    assert 0.01 <= np.mean(passed) <= 0.1


TWO = """\
name: two
version: "1"
title: {en: Two}
language: en
export: {timestamp: Sent, invitation: Code}
frame:
  - {id: a, label: {en: A}, categories: [{code: x, text: X}, {code: y, text: Y}]}
  - id: b
    label: {en: B}
    categories: [{code: p, text: P}, {code: q, text: Q}, {code: r, text: R}]
items:
  - id: use
    kind: single
    column: Use
    label: {en: Use}
    categories: [{code: "yes", text: "Yes"}, {code: "no", text: "No"}]
"""


@pytest.mark.parametrize("by_answer", [False, True])
def test_the_truth_is_in_the_range_whatever_drove_response(tmp_path: Path, by_answer: bool) -> None:
    """An unequal draw from strata, and response by the frame alone or by the answer itself."""
    path = tmp_path / "two-1.yaml"
    path.write_text(TWO, "utf-8")
    questionnaire = load_questionnaire(path)
    rng = np.random.default_rng(5)
    n = 200_000
    a, b = rng.choice(["x", "y"], n, p=[0.8, 0.2]), rng.choice(["p", "q", "r"], n)
    frame_part = 1.2 * (a == "y") + 0.9 * (b == "q") - 0.9 * (b == "r")
    latent = frame_part + rng.standard_normal(n)
    drives = latent if by_answer else frame_part
    drawn = rng.random(n) < np.where(a == "y", 0.5, 0.125)
    answered = drawn & (rng.random(n) < stats.norm.cdf(0.8 * drives - 0.6))
    data = pd.DataFrame({"a": a, "b": b, "use": np.where(latent > 0.3, "yes", "no")})[answered]
    data = data.reset_index(drop=True)
    base = np.where(data["a"] == "y", 2.0, 8.0)
    d = design(data.assign(w=base), weights="w")
    targets = {
        v: {k: float(c) for k, c in pd.Series(x).value_counts().items()}
        for v, x in (("a", a), ("b", b))
    }
    known = Unanswered(base, targets, False)
    settings = Estimate(by="a", items=["use"])
    (row,) = nonresponse_bounds(d, questionnaire, settings, known).to_dict("records")
    truth = float((latent > 0.3).mean())
    assert row["estimate"] - truth > 0.08
    held = row["phi_1"] if by_answer else row["phi_0"]
    # The model's normal proxy is six points here: at phi = 1 it is near, and the range holds it.
    assert held == pytest.approx(truth, abs=0.04 if by_answer else 0.01)
    assert row["selection_lower"] - 0.02 <= truth <= row["selection_upper"] + 0.02
