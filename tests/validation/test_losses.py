"""Mass loss: a fault of every twentieth row stops the run, fewer are said in one loud line."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from wave_files import Wave

from readiness.cli import main
from readiness.ground.errors import DataError
from readiness.questionnaire import Questionnaire
from readiness.validation import LARGEST_LOSS, losses, refuse_mass_loss, validate, write_loss_line
from readiness.validation.losses import Loss
from simulated_wave import CLOSES, OPENS

ROOT = Path(__file__).parents[2]
Change = Callable[[pd.DataFrame], pd.DataFrame]


def us_dates(raw: pd.DataFrame) -> pd.DataFrame:
    swapped = pd.to_datetime(
        raw["_submitted"].astype(str), format="%Y-%d-%mT%H:%M:%S", errors="coerce"
    )
    texts = swapped.dt.strftime("%Y-%m-%dT%H:%M:%S").fillna("")
    return raw.assign(
        _timestamp=[f"{t[3:5]}/{t[:2]}{t[5:]}" for t in raw["_timestamp"]], _submitted=texts
    )


def no_codes(raw: pd.DataFrame) -> pd.DataFrame:
    return raw.assign(_invitation="")


def one_code(raw: pd.DataFrame) -> pd.DataFrame:
    return raw.assign(_invitation=raw["_invitation"].iloc[50])


def renamed_option(raw: pd.DataFrame) -> pd.DataFrame:
    return raw.assign(use_ai=raw["use_ai"].astype(object).replace("Oui", "Oui, souvent"))


def years_of_birth(raw: pd.DataFrame) -> pd.DataFrame:
    return raw.assign(experience_years="1980")


def checked(wave: Wave, questionnaire: Questionnaire, change: Change, largest: float) -> None:
    result = validate(
        change(wave.exports[2]), questionnaire, wave.sample, opens=OPENS, closes=CLOSES
    )
    refuse_mass_loss(result, "export.csv", largest)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            us_dates,
            "Submissions not kept: 635 of 689 (92.2%; no readable date: 335, too late: 216, "
            "too early: 84). Row 2, Horodateur: '02/28/2026 17:00:00'. The timestamp cannot be "
            "read. The submission ",
        ),
        (
            no_codes,
            "no known invitation: 655, too late: 6, too early: 2, no readable date: 1). Row 4, ",
        ),
        (one_code, "Submissions not kept: 688 of 689 (99.9%; duplicates: 679"),
        (
            renamed_option,
            "more than 5 % would be dropped: Answers to use_ai excluded: 331 of 633 (52.3%; "
            "unknown option: 331). Row 4, ",
        ),
        (years_of_birth, "Answers to experience_years excluded: 672 of 672 (100.0%"),
    ],
)
def test_mass_loss_stops(
    wave: Wave, questionnaire: Questionnaire, change: Change, said: str
) -> None:
    with pytest.raises(DataError) as caught:
        checked(wave, questionnaire, change, LARGEST_LOSS)
    assert said in str(caught.value)
    assert "validate.largest_loss" in str(caught.value)
    # Whoever says that it is right so goes on.
    checked(wave, questionnaire, change, 1.0)


def test_times_of_another_form_are_shown(wave: Wave, questionnaire: Questionnaire) -> None:
    iso = wave.exports[2].assign(_timestamp="week 10, Thursday", _submitted="")
    expected = (
        r"689 undated; Row 2, Horodateur: 'week 10, Thursday'\. .* a date and a time, "
        "such as dd/mm/yyyy HH:MM:SS"
    )
    with pytest.raises(DataError, match=expected):
        validate(iso, questionnaire, wave.sample, opens=OPENS, closes=CLOSES)


def test_the_shipped_waves_lose_little_and_say_it(wave: Wave) -> None:
    for version, of in ((1, 580), (2, 689)):
        result = wave.validated[version]
        refuse_mass_loss(result, "export", LARGEST_LOSS)
        first, *items = losses(result)
        assert first.of == of and first.lost == of - result.count("kept")
        assert all(loss.item and loss.share < 0.02 for loss in items)
        line = write_loss_line(result, {})
        assert (
            line.startswith(f"LOST: Submissions not kept: {first.lost} of {of} (")
            and "\n" not in line
        )
    # The first export must lose more than a limit below what it loses.
    with pytest.raises(DataError, match=r"more than 2 % would be dropped: .* 14 of 580 "):
        refuse_mass_loss(wave.validated[1], "export", 0.02)


def test_one_odd_answer_is_no_mass() -> None:
    assert not Loss("item", 1, 12, {"unknown_option": 1}, {}).is_mass
    assert Loss("", 1, 12, {"undated": 1}, {}).is_mass
    assert Loss("item", 2, 12, {"unknown_option": 2}, {}).is_mass


def step(folder: Path, wave: Wave, answers: Path, **settings: object) -> int:
    section = {"opens": "2026-03-02", "closes": "2026-03-31", "duplicates": "last"}
    read = {
        "answers": answers,
        "sample": wave.path("sample"),
        "questionnaire": ROOT / "data/questionnaires/ai-readiness-1.yaml",
        "corrections": wave.path("corrections"),
    }
    made = {"log": folder / "step.log", "code": "x", "out": folder / "out"}
    words = [word for name, value in (read | made).items() for word in (f"--{name}", str(value))]
    return main(["step", "validate", *words, "--settings", json.dumps({**section, **settings})])


def test_the_step_says_it_and_its_lineage_does_not(
    wave: Wave, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = wave.path("export_2")
    assert step(tmp_path, wave, answers, simulated=True, largest_loss=0.01) == 3
    assert "more than 1 % would be dropped" in capsys.readouterr().err
    assert not (tmp_path / "out/lineage.json").exists()
    assert step(tmp_path, wave, answers, simulated=True, largest_loss=None) == 0
    err = capsys.readouterr().err
    assert (
        err.startswith("readiness validate: LOST: Submissions not kept: 17 of 689")
        and err.count("\n") == 1
    )
    assert "WARNING LOST: Submissions not kept: 17 of 689" in (tmp_path / "step.log").read_text(
        "utf-8"
    )
    settings = json.loads((tmp_path / "out/lineage.json").read_text("utf-8"))["settings"]
    # By what a run is stopped is nothing that a number rests on.
    assert settings == {"opens": "2026-03-02", "closes": "2026-03-31", "duplicates": "last"}
    assert step(tmp_path, wave, answers, simulated=False, largest_loss=None) == 3
    assert "simulated: false" in capsys.readouterr().err


def test_a_step_never_writes_into_the_folder_that_it_reads(
    wave: Wave, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = tmp_path / "out/answers.csv"
    answers.parent.mkdir()
    before = wave.path("export_2").read_bytes()
    answers.write_bytes(before)
    assert step(tmp_path, wave, answers, simulated=True, largest_loss=None) == 2
    assert "out: " in capsys.readouterr().err and answers.read_bytes() == before
    (tmp_path / "elsewhere").mkdir()
    log = tmp_path / "elsewhere/step.log"
    log.write_bytes(before)
    assert step(log.parent, wave, log, simulated=True, largest_loss=None) == 2
    assert "--log" in capsys.readouterr().err and log.read_bytes() == before
