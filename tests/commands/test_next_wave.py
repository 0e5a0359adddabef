"""`readiness plan --next` and `--draw`: what is told, drawn, and refused in one line."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from project_copy import ROOT
from readiness.cli import main
from readiness.language import WHOLE
from readiness.questionnaire import load_questionnaire
from readiness.readers import read_sample

WAVE = "simulated-2026"
GUESSES = ("--share", "0.5", "--deff", "1.2", "--response", "0.5", "--samples", "0")
PROFESSIONS = [
    *("producer", "director", "creator", "advertiser", "journalist", "technician", "voice_artist"),
]


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the settings of what ships, and a frame of 700 persons."""
    for name in ("config.yaml", "data"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    known = {"profession": PROFESSIONS * 100, "region": "north", "size": "solo", "name": "x"}
    frame = pd.DataFrame({"token": [f"k{k:03d}" for k in range(700)]}).assign(**known)
    frame.to_csv("frame.csv", index=False)
    return tmp_path


def said(capsys: Any, code: int, *arguments: object) -> str:
    assert main(["plan", *map(str, arguments)]) == code
    out, err = capsys.readouterr()
    return str(err if code else out)


def test_stated_guesses_make_a_plan_in_every_language(there: Path, capsys: Any) -> None:
    for language in WHOLE:
        call = (WAVE, "--next", *GUESSES, "--margin", 10, "--difference", 15, "--take-all")
        files = ("--out", f"{language}.csv", "--chart", f"{language}.svg", "--language", language)
        text = said(capsys, 0, *call, *files)
        table = pd.read_csv(f"{language}.csv").set_index("group")
        met = table["margin"][1:-1]
        assert (met <= 0.1).all() and (met > 0.099).all() and len(table) == 8
        assert table.loc["voice_artist", ["invited", "whole"]].tolist() == [120, True]
        # Half of those who are asked do not answer: all of their answers are open.
        assert table["open_upper"].sub(table["open_lower"]).between(0.49, 0.51).all()
        assert str(table["answers"]["all"]) in text and len(text.splitlines()) >= 14
        assert (there / f"{language}.svg").read_text("utf-8").count("<circle") >= 21


def test_the_plan_is_printed_as_json(there: Path, capsys: Any) -> None:
    call = (WAVE, "--next", *GUESSES, "--margin", 10, "--take-all")
    plan = json.loads(said(capsys, 0, *call, "--out", "plan.csv", "--json"))
    table = pd.read_csv("plan.csv")
    assert [group["group"] for group in plan["groups"]] == [*table["group"]]
    for group, row in zip(plan["groups"], table.to_dict("records"), strict=True):
        for name in ("invited", "answers", "share", "lower", "upper", "margin", "whole"):
            assert group[name] == pytest.approx(row[name], rel=1e-9), name
    lines = said(capsys, 0, *call).splitlines()
    assert plan["sentences"] and lines[-len(plan["sentences"]) :] == plan["sentences"]
    assert "needs --next" in said(capsys, 2, WAVE, "--json")


def test_a_wave_that_has_run_is_planned_from_what_it_published(there: Path, capsys: Any) -> None:
    home = there / f"results/waves/{WAVE}"
    for folder in ("register", "validate"):
        (home / folder).mkdir(parents=True)
    register = pd.read_csv(ROOT / "publications/simulated-2026-r5/figures.csv", dtype=str)
    own = register["id"].eq("preparation.low.director")
    register.loc[own, "value"] = ""  # withheld: what is told of all stands in
    register.to_csv(home / "register/figures.csv", index=False)
    draw = np.random.default_rng(1).choice
    answered = pd.DataFrame({"profession": PROFESSIONS * 40, "group": "professional"}).assign(
        region=draw(["north", "centre", "south"], 280),
        size=draw(["solo", "small", "medium", "large"], 280),
    )
    answered.to_csv(home / "validate/answers.csv", index=False)
    call = (WAVE, "--next", "--n", 210, "--allocation", "equal", "--samples", 6, "--seed", 3)
    text = said(capsys, 0, *call, "--out", "plan.csv")
    assert "question preparation, answer low" in text and " 6 simulated samples" in text
    table, told = pd.read_csv("plan.csv").set_index("group"), register.set_index("id")["value"]
    for group, of in (("creator", "creator"), ("director", "all")):
        assert table["share"][group] == pytest.approx(float(told[f"preparation.low.{of}"]))
    assert table["answers"].tolist() == [210, *[30] * 7]
    rate = float(told["response.rr2.creator"])
    assert table["invited"]["creator"] == int(np.ceil(30 / rate))


def test_the_page_says_what_the_command_says(there: Path, capsys: Any) -> None:
    page = (ROOT / "docs/adding-a-survey.md").read_text("utf-8")
    calls = [shlex.split(c) for c in re.findall(r"readiness plan (haca-2024 --next .*)", page)]
    said(capsys, 0, *calls[0], "--samples", 0, "--out", "0.csv")
    text = said(capsys, 0, *calls[1], "--samples", 20, "--out", "1.csv")
    for quoted in re.findall(r"^> (.*)$", page[page.index("## The next wave") :], re.M):
        assert quoted in text
    assert "no difference could be detected" in text
    table = pd.read_csv("0.csv")
    needed = re.search(
        r"each profession, (\d+) people must answer, so (\d+) must be asked; "
        r"among the 2,928 journalists, (\d+) answers",
        page,
    )
    assert needed and [int(n) for n in needed.groups()] == [
        *table.loc[1, ["answers", "invited"]],
        table.loc[2, "answers"],
    ]
    few = pd.read_csv("1.csv")[1:]
    assert not few["shown"].any() and few["difference"].isna().all()


def test_a_draw_is_the_sample_of_a_wave_and_repeats_itself(there: Path, capsys: Any) -> None:
    call = (WAVE, "--draw", "frame.csv", *GUESSES, "--margin", 15, "--seed", 7)
    text = said(capsys, 0, *call, "--out", "sample.csv")
    asked = load_questionnaire(Path("data/questionnaires/ai-readiness-1.yaml"))
    sample = read_sample(there / "sample.csv", asked)
    assert "name" not in sample and sample["token"].is_monotonic_increasing
    assert f"{len(sample)} of 700 persons" in text and "with seed 7" in text
    assert (there / "sample.csv").stat().st_mode & 0o077 == 0
    # Backwards it is the same draw; with another seed another one.
    frame = (there / "frame.csv").read_text("utf-8").splitlines()
    (there / "frame.csv").write_text("\n".join([frame[0], *frame[:0:-1]]) + "\n", "utf-8")
    said(capsys, 0, *call, "--out", "again.csv")
    said(capsys, 0, *call[:-1], 8, "--out", "other.csv")
    first, again, other = ((there / f"{n}.csv").read_bytes() for n in ("sample", "again", "other"))
    assert first == again != other


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("nobody", "--next"), 2, "no wave or study 'nobody'"),
        (("haca-2024", "--next", *GUESSES), 2, "--populations: config.yaml: studies.haca-2024"),
        ((WAVE, "--next"), 2, "--share, --deff, --response: not given"),
        ((WAVE, "--next", *GUESSES), 4, "--margin: missing"),
        ((WAVE, "--next", *GUESSES, "--margin", "4"), 4, "Give a larger margin, raise"),
        ((WAVE, "--next", *GUESSES, "--margin", "70"), 2, "--margin 70: expected"),
        ((WAVE, "--next", *GUESSES, "--difference", "99.5"), 2, "--difference 99.5: expected"),
        ((WAVE, "--next", *GUESSES, "--allocation", "equal"), 4, "--n: missing"),
        ((WAVE, "--next", *GUESSES, "--allocation", "equal", "--n", "9999"), 4, "from 14 to"),
        ((WAVE, "--next", *GUESSES, "--margin", "9", "--by", "town"), 2, "--by: 'town'; expected"),
        ((WAVE, "--next", *GUESSES, "--populations", "half.csv"), 2, "lacks advertiser"),
        ((WAVE, "--next", *GUESSES, "--populations", "bad.csv"), 3, "row 2, column tot"),
        ((WAVE, "--draw", "frame.csv", *GUESSES, "--margin", "9"), 2, "--draw needs --out FILE"),
        ((WAVE, "--draw", "twice.csv", *GUESSES, "--margin", "20"), 3, "row 702, column token"),
        ((WAVE, "--draw", "town.csv", *GUESSES, "--margin", "20"), 3, "missing column profession"),
        ((WAVE, "--draw", "frame.csv", *GUESSES, "--margin", "4"), 4, "4 points cannot be"),
        ((WAVE, "--next", "--seal"), 2, "cannot be combined"),
    ],
)
def test_what_cannot_be_planned_is_one_line_and_writes_nothing(
    there: Path, capsys: Any, arguments: tuple[str, ...], code: int, words: str
) -> None:
    frame = (there / "frame.csv").read_text("utf-8")
    (there / "twice.csv").write_text(f"{frame}K001,producer,north,solo,y\n", "utf-8")
    (there / "town.csv").write_text(frame.replace("profession", "town", 1), "utf-8")
    head = "variable,category,total,status,note\n"
    (there / "half.csv").write_text(f"{head}profession,producer,400,register,\n", "utf-8")
    (there / "bad.csv").write_text(f"{head}profession,producer,many,register,\n", "utf-8")
    before = sorted(there.iterdir())
    given = [*arguments]
    if "--out" not in words:
        given += ["--out", "out.csv"]
    text = said(capsys, code, *given)
    assert words in text and text.count("\n") == 1, text
    assert sorted(there.iterdir()) == before
