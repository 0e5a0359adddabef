"""A wave of other groups, kinds and codes than the shipped one is drawn, whatever it lacks."""

from pathlib import Path

import pandas as pd
import pytest

from clinic_wave import Clinic, clinic, figures
from readiness.analysis.selection import Selection
from readiness.language import LANGUAGES, text
from readiness.register.published import round_register
from readiness.reporting.standing import Standing
from readiness.steps.draw_wave import DrawnWave, DrawWave, PlannedChart

NAMES = {
    "rating-levels",
    "rating-intervals",
    "shift-intervals",
    "tools-options",
    "beds-means",
    "change",
}


def charts(
    wave: Clinic, rows: pd.DataFrame, language: str, selection: str = "probability", only: str = ""
) -> dict[str, tuple[bytes, str]]:
    """Every chart of the wave by its name: picture and alternative text."""
    made = planned_wave(wave, rows, language, selection, only)
    return {name: (picture.svg(), picture.alt) for name, picture in made.charts().items()}


def planned_wave(
    wave: Clinic, rows: pd.DataFrame, language: str, selection: str, only: str, base: int = 30
) -> DrawnWave:
    """The wave as the step draws it, with every chart of it or only one."""
    items = [wave.questionnaire.item(name) for name in ("rating", "shift", "tools", "beds")]
    planned = [
        PlannedChart(name=f"{item.id}-{form}", form=form, item=item.id)
        for item in items
        for form in item.forms
    ]
    planned.append(PlannedChart(name="change", form="change", item=""))
    planned = [each for each in planned if only in ("", each.name)]
    settings = DrawWave(
        language=language,
        standing=Standing(),
        by="site",
        simulated=False,
        selection=selection,
        reliable_base=base,
        charts=planned,
    )
    return DrawnWave(round_register(rows.reset_index()), wave.questionnaire, settings)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_is_drawn_in_every_language(
    wave: Clinic, drawn: pd.DataFrame, language: str
) -> None:
    made = charts(wave, drawn, language)
    assert set(made) == NAMES
    labels = {**wave.questionnaire.item("role").labels(language)}  # type: ignore[arg-type]
    for name in ("rating-levels", "rating-intervals", "beds-means"):
        alt = made[name][1]
        assert labels["manager"] in alt and labels["nurse"] not in alt
    top = wave.questionnaire.item("rating").labels(language)  # type: ignore[arg-type]
    assert all(top[code] in made["rating-intervals"][1] for code in ("fine", "great"))
    assert top["bad"] not in made["rating-intervals"][1]
    assert text("charts.alt.change", language) in made["change"][1]


def test_words_of_intervals_follow_the_selection(wave: Clinic, drawn: pd.DataFrame) -> None:
    chosen = figures(wave, Selection.PURPOSIVE)
    for selection, rows in ((Selection.OPT_IN, drawn), (Selection.PURPOSIVE, chosen)):
        made = charts(wave, rows, "en", selection.value, only="rating-intervals")
        alt = made["rating-intervals"][1]
        assert ("with its interval" in alt) == selection.inference
        assert ("without interval" in alt) == (not selection.inference)


def words(made: DrawnWave) -> str:
    """Every text of the one chart that is drawn."""
    (drawn,) = made.charts().values()
    return "\n".join(word.text for word in drawn.sheet().words)


@pytest.mark.parametrize("name", ["rating-levels", "rating-intervals"])
def test_flags_of_precision_are_shown_only_of_a_sample_that_was_drawn(
    wave: Clinic, drawn: pd.DataFrame, name: str
) -> None:
    flagged = drawn.assign(reliability="suppress")
    weak = f"†: {text('tables.sign.weak', 'en')}"
    for selection in Selection:
        said = words(planned_wave(wave, flagged, "en", selection.value, name))
        assert selection.is_drawn == (weak in said) == ("†" in said)


@pytest.mark.parametrize("name", ["rating-levels", "rating-intervals"])
def test_few_answers_are_fewer_than_the_reliable_base(
    wave: Clinic, drawn: pd.DataFrame, name: str
) -> None:
    for base in (2, 77):
        said = words(planned_wave(wave, drawn, "en", "probability", name, base))
        assert ("Fewer than 77 answers" in said) == (base == 77)
        assert "Fewer than 2 " not in said and "Fewer than 30" not in said


def test_a_register_without_the_items_is_said_and_stops_nothing(
    wave: Clinic, drawn: pd.DataFrame
) -> None:
    made = charts(wave, drawn[drawn["kind"] == "quality"], "en")
    assert set(made) == NAMES
    assert all("no value is published" in alt for name, (_, alt) in made.items() if "-" in name)


def test_without_a_group_item_no_group_is_apart(tmp_path: Path) -> None:
    made = clinic(tmp_path, apart=False)
    alt = charts(made, figures(made, Selection.PROBABILITY), "en", only="rating-levels")[
        "rating-levels"
    ][1]
    assert "Apart" not in alt and "Harbour" in alt
