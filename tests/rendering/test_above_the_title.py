"""What stands above a report's title: that it is a draft, that it is simulated, its languages."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import readiness.rendering as page
from readiness.analysis.selection import Selection
from readiness.language import WHOLE, text
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
    told_of = {"run": "w", "id": "a", "kind": "count", "simulated": str(simulated).lower()}
    rows = pd.DataFrame([told_of])
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
    real = above(language=language)
    assert "ribbon" not in real and real["pagetitle"] == real["title"] == "Titre"


@pytest.mark.parametrize("language", WHOLE)
def test_a_page_says_how_people_were_selected(language: str) -> None:
    """Of answers nobody can tell whether they are real: no page says that they are."""
    said = [
        Standing.model_validate({"selection": way}).line(language, simulated=False)
        for way in ("", *(selection.value for selection in Selection))
    ]
    assert len(set(said)) == len(said) == 5
    for way in Selection:
        told = text(f"report.rendering.status.{way.key}", language)
        own = Standing.model_validate({"selection": way.value})
        assert told in own.line(language, simulated=False)
        assert told not in own.line(language, simulated=True)
    assert not re.search("real|réel|حقيقي", " ".join(said), re.IGNORECASE)
    assert ".tag.real" not in Path(page.__file__).with_name("page.css").read_text("utf-8")


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
