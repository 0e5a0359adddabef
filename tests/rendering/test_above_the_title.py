"""What stands above a report's title: that it is a draft, and which answers are simulated."""

from __future__ import annotations

import pandas as pd
import pytest

from readiness.language import LANGUAGES
from readiness.reporting.shown import Register
from readiness.steps.render import Part, RenderSettings, metadata_of


def above(*, simulated: bool, draft: bool = False, language: str = "fr") -> object:
    rows = pd.DataFrame({"run": ["w"], "id": ["a"], "simulated": [str(simulated).lower()]})
    told = {"run": "w", "kind": "wave", "title": "Titre"}
    part = Part(Register(rows, language), {}, set(), set(), told)
    settings = RenderSettings(language=language, part=told, draft=draft)
    return metadata_of(part, settings).get("kicker")


def test_only_simulated_answers_are_said_to_be() -> None:
    said = above(simulated=True)
    assert said == "La vague de ce rapport est simulée\u00a0: aucune réponse n’y est réelle"
    assert above(simulated=False) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_says_so_first(language: str) -> None:
    both = str(above(simulated=True, draft=True, language=language)).split(" · ")
    assert len(both) == 2 and both[1] == above(simulated=True, language=language)
