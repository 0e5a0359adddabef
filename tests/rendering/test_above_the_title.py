"""What stands above a report's title: that it is a draft, that it is simulated, its languages."""

from typing import Any

import pandas as pd
import pytest

from readiness.language import WHOLE
from readiness.language.catalogue import strip_marks
from readiness.reporting.parts import Register
from readiness.reporting.standing import Standing
from readiness.steps.render import PageSource, RenderSettings, metadata_of


def above(
    *,
    simulated: bool = False,
    draft: bool = False,
    language: str = "fr",
    others: tuple[str, ...] = (),
) -> dict[str, Any]:
    rows = pd.DataFrame({"run": ["w"], "id": ["a"], "simulated": [str(simulated).lower()]})
    told = {"run": "w", "kind": "wave", "title": "Titre"}
    part = PageSource(Register(rows, language), {}, set(), set(), told)
    settings = RenderSettings(
        language=language,
        part=told,
        standing=Standing(publication="w-r1" if draft else ""),
        languages=list(others),
    )
    return metadata_of(part, settings)


@pytest.mark.parametrize("language", WHOLE)
def test_only_simulated_answers_are_said_to_be(language: str) -> None:
    said = above(simulated=True, language=language)
    assert said["ribbon"] and said["pagetitle"] != said["title"] == "Titre"
    assert strip_marks(str(said["pagetitle"])).startswith("Titre")
    assert not {"ribbon", "pagetitle"} & above(language=language).keys()


@pytest.mark.parametrize("language", WHOLE)
def test_a_draft_says_so(language: str) -> None:
    assert above(draft=True, language=language)["kicker"]
    assert "kicker" not in above(simulated=True, language=language)


def test_the_menu_has_the_languages_that_there_are() -> None:
    entries = above(others=("fr", "ar"))["menu"]
    assert [entry["href"] for entry in entries] == ["report.html", "../ar/report.html"]
    assert [entry["name"] for entry in entries] == ["Français", "العربية"]
    assert [entry["current"] for entry in entries] == [True, False]
    assert above(others=("fr",))["menu"] == []
