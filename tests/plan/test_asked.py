"""What a plan knows of a questionnaire, and what of a wave it refuses against it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from made_questionnaire import document, question
from readiness.config import Compare, WaveSettings, parse
from readiness.ground.errors import ConfigError
from readiness.plan.checks import check_wave, read_outline
from readiness.plan.runs import PlannedRun
from readiness.plan.settings import asked_of, charts_of, missing_labels, told_items, variables_of


def same(*codes: str) -> dict[str, str]:
    return {code: code for code in codes}


HILL = {"id": "site", "label": {"en": "Site"}, "categories": [{"code": "hill", "text": "Hill"}]}
QUESTIONNAIRE = document(
    "made",
    question("role", "single", options=same("staff", "guest")),
    question("rating", "ordinal", options=same("bad", "fine", "great")),
    question("tools", "multi", options=same("saw", "pen"), blank_means="none"),
    question("whole", "single", options=same("all", "part")),
    question("name", "single", options=same("ann", "bob"), personal=True),
    question("age", "number"),
    question("born", "date"),
    group_item="role",
    groups={"weighted": ["staff"], "apart": ["guest"]},
    frame=[HILL],
)
OPEN: dict[str, Any] = {
    "title": {"en": "Made"},
    "simulated": True,
    "selection": "opt-in",
    "answers": "made@1",
    "questionnaire": "made-1",
    "estimate": {"items": ["rating"]},
}
SAMPLE = "made-sample@1"
Made = Callable[..., PlannedRun]


@pytest.fixture
def run_of(tmp_path: Path) -> Made:
    """A run of the open wave with other keys, its questionnaire in a folder."""
    path = tmp_path / "data/questionnaires/made-1.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(QUESTIONNAIRE), "utf-8")

    def make(**keys: Any) -> PlannedRun:
        run = PlannedRun("waves/made", "made", parse(WaveSettings, {**OPEN, **keys}, "config.yaml"))
        assert isinstance(run.section, WaveSettings)
        check_wave(tmp_path, run.key, run.section, asked_of(tmp_path, run))
        return run

    return make


def test_groups_are_what_is_known_of_respondents(tmp_path: Path, run_of: Made) -> None:
    known = read_outline(tmp_path, Path("data/questionnaires/made-1.yaml"))
    wave = run_of().section
    drawn = run_of(sample=SAMPLE, selection="probability").section
    assert isinstance(wave, WaveSettings) and isinstance(drawn, WaveSettings)
    assert set(known.groupings(wave)) == {"role", "rating", "whole"}
    assert known.groupings(wave)["role"] == ["staff"]  # who is counted apart is in no group
    assert set(known.groupings(drawn)) == {"role", "rating", "whole", "site"}
    assert wave.weight is None and drawn.weight is not None
    assert variables_of(tmp_path, run_of()) == ()
    by = {"by": "rating", "items": ["tools"]}
    assert variables_of(tmp_path, run_of(estimate=by)) == ("rating",)
    assert variables_of(tmp_path, run_of(estimate=by, sample=SAMPLE)) == ("rating", "site")


def test_a_grid_is_named_by_its_rows(tmp_path: Path, run_of: Made) -> None:
    wave = run_of().section
    assert isinstance(wave, WaveSettings)
    known = read_outline(tmp_path, Path("data/questionnaires/made-1.yaml"))
    wave = wave.model_copy(update={"compare": Compare(items=["block"])})
    with pytest.raises(ConfigError, match="It is a grid; name its rows: rating"):
        check_wave(tmp_path, "waves.made", wave, replace(known, grids={"rating": "block"}))


def test_a_question_without_groups_has_one_picture(tmp_path: Path, run_of: Made) -> None:
    def forms(**estimate: Any) -> list[str]:
        run = run_of(estimate={"items": ["rating"], **estimate})
        return [chart.form for chart in charts_of(tmp_path, run) if chart.item]

    assert forms() == ["levels"] == forms(by="rating")
    assert forms(by="role") == ["levels", "intervals"]


DERIVE = [
    {"id": "high", "label": {"en": "High"}, "any": [{"item": "rating", "top": 1}]},
    {
        "id": "ages",
        "label": {"en": "Ages", "fr": "Âges"},
        "bands": {
            "item": "age",
            "categories": [
                {"code": "young", "label": {"en": "Young"}, "below": 30},
                {"code": "old", "label": {"en": "Old"}, "at_least": 30},
            ],
        },
    },
]


def test_derived_variables_are_items_of_the_plan(tmp_path: Path, run_of: Made) -> None:
    estimate = {"by": "ages", "items": ["high", "rating"]}
    run = run_of(derive=DERIVE, estimate=estimate)
    assert variables_of(tmp_path, run) == ("ages",)
    assert told_items(tmp_path, run) == ["rating", "high"]
    assert run.answers.endswith("/derive/answers.csv") and run.derives
    lacking = missing_labels(tmp_path, run, "fr", stated=False)
    assert "config.yaml: waves.made.derive.high" in lacking
    assert "config.yaml: waves.made.derive.ages.young" in lacking
    assert "config.yaml: waves.made.derive.ages" not in lacking
    assert not missing_labels(tmp_path, run, "en", stated=False)
    # Where nothing was translated a report that is wanted quotes what was asked.
    assert missing_labels(tmp_path, run, "fr", stated=True) == []


def one(**way: Any) -> dict[str, Any]:
    return {"derive": [{"id": "new", "label": {"en": "New"}, **way}]}


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"selection": "probability"}, "the drawn sample of a probability sample"),
        ({"weight": {}}, "margins to weight to, weights given, a sample"),
        ({"estimate": {"by": "site", "items": ["rating"]}}, "variable of the sample"),
        ({"estimate": {"by": "tools", "items": ["rating"]}}, "nor a single-answer item"),
        ({"estimate": {"by": "whole", "items": ["rating"]}}, "reserved for the total"),
        ({"estimate": {"by": "name", "items": ["rating"]}}, "nor a single-answer item"),
        ({"estimate": {"items": ["name"]}}, "personal data"),
        ({"estimate": {"items": ["born"]}}, "a 'date' item"),
        ({"compare": {"items": ["rating"]}}, "no groups to compare"),
        (
            {"estimate": {"by": "rating", "items": ["tools"]}, "compare": {"items": ["rating"]}},
            "defines the groups",
        ),
        (one(any=[{"item": "rating", "top": 3}]), "3 levels of rating, which has 3"),
        (one(any=[{"item": "rating", "of": ["poor"]}]), "no answer 'poor'"),
        (one(any=[{"item": "site", "of": ["hill"]}]), "variable of the sample"),
        (one(any=[{"item": "name", "of": ["ann"]}]), "personal data"),
        (one(scale={"items": ["rating", "tools"]}), "expected ordinal or number"),
        (
            one(bands={"item": "rating", "categories": DERIVE[1]["bands"]["categories"]}),  # type: ignore[index]
            "expected number",
        ),
        (
            {
                "derive": [
                    {"id": "age", "label": {"en": "A"}, "any": [{"item": "rating", "top": 1}]}
                ]
            },
            "is already an id",
        ),
    ],
)
def test_what_the_wave_has_not_is_refused_in_one_line(
    run_of: Made, keys: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        run_of(**keys)
    assert "\n" not in str(caught.value) and str(caught.value).startswith("config.yaml: ")
