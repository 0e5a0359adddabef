"""The coded answers as files of SPSS and Stata, for those who may have them."""

import io
import stat
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from made_questionnaire import document, question
from project_copy import Project
from readiness.cli import main
from readiness.questionnaire import questionnaire_of
from readiness.validation.labelled import labelled_file
from tiny_project import RESULTS


def labelled(code: str, kind: str, column: str, *args: Any, **more: Any) -> dict[str, Any]:
    return question(code, kind, column, *args, label={"en": column}, **more)


DEGREES = [
    {"code": "never", "text": "Never", "labels": {"en": "Never"}},
    {"code": "daily", "text": "Daily", "labels": {"en": "Every day"}},
]
DISHES = {"soup": "Soup", "fish": "Fish"}
ASKED = document(
    "meals",
    labelled("often", "ordinal", "How often?", categories=DEGREES),
    labelled("dish", "multi", "Which dishes?", DISHES, blank_means="skipped"),
    labelled("degrees", "number", "How cold?"),
    labelled("remark", "text", "Why?"),
)
ANSWERS = pd.DataFrame(
    {
        "respondent": ["A", "B", "C"],
        "often": ["daily", "_not_asked", "_refused"],
        "dish.soup": ["1", "0", "_blank"],
        "dish.fish": ["0", "1", "_blank"],
        "degrees": ["-7.5", "3", "_dont_know"],
        "remark": ["لذيذ", "_blank", "ok"],
        "weight": ["1.25", "", "0.75"],
    }
)


@pytest.mark.parametrize(
    ("ending", "read", "not_asked", "unknown"),
    [(".sav", pyreadstat.read_sav, -2.0, -11.0), (".dta", pyreadstat.read_dta, "b", "c")],
)
def test_labelled_files_say_what_the_codes_mean(
    ending: str, read: object, not_asked: object, unknown: object
) -> None:
    content = labelled_file(ANSWERS, questionnaire_of(ASKED, "meals-1"), ending, "en")
    frame, about = read(io.BytesIO(content), user_missing=True)  # type: ignore[operator]
    assert frame["often"].tolist()[:2] == [2.0, not_asked]
    assert frame["dish_fish"].tolist()[:2] == [0.0, 1.0]
    assert frame["degrees"].tolist() == [-7.5, 3.0, unknown]
    assert frame["remark"].tolist() == ["لذيذ", "", "ok"]
    assert frame["weight"].tolist()[::2] == [1.25, 0.75]
    assert about.column_names_to_labels["dish_fish"] == "Which dishes?: Fish"
    named = about.variable_value_labels["often"]
    assert (named[2.0], named[not_asked]) == ("Every day", "No answer: not asked")
    # Whoever computes with it does not count what is no answer.
    plain, _ = read(io.BytesIO(content))  # type: ignore[operator]
    assert plain["often"].count() == 1 and plain["degrees"].mean() == -2.25


def test_the_answers_of_a_run_go_to_nobody_else(
    finished: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(finished.root)
    asked = [str(p) for p in finished.root.glob("data/questionnaires/*.yaml")]
    call = ["validate", f"{RESULTS}/validate/answers.csv", "--questionnaire", *asked, "--labelled"]
    out = tmp_path / "answers.sav"
    assert main([*call, str(out)]) == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    frame, _ = pyreadstat.read_sav(out)
    assert len(frame) == len(frame["weight"].dropna()) > 20
    for place in ("results/site/answers.sav", "publications/answers.sav", "answers.dta", "x.csv"):
        assert main([*call, place]) == 2
        assert not Path(place).exists()
