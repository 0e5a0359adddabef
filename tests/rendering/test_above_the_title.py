"""What stands above a report's title: that it is a draft, and which answers are simulated."""

from __future__ import annotations

import pandas as pd
import pytest

from readiness.language import LANGUAGES
from readiness.reporting.shown import Register
from readiness.steps.render import Part, RenderSettings, metadata_of


def part(run: str, kind: str, *, simulated: bool) -> Part:
    rows = pd.DataFrame({"run": [run], "id": ["a"], "simulated": [str(simulated).lower()]})
    told = {"run": run, "kind": kind, "title": f"Titre {run}"}
    return Part(Register(rows, "fr"), {}, set(), set(), told)


def above(*parts: Part, draft: bool = False, language: str = "fr") -> object:
    settings = RenderSettings(language=language, title="Titre", parts=[], draft=draft)
    return metadata_of(parts, settings).get("kicker")


def test_one_simulated_wave_beside_a_study() -> None:
    study = part("s", "study", simulated=False)
    said = above(study, part("w", "wave", simulated=True))
    assert said == "La vague de ce rapport est simulée\u00a0: aucune réponse n’y est réelle"
    assert above(study, part("w", "wave", simulated=False)) is None


def test_of_several_waves_the_simulated_ones_are_named() -> None:
    real, made = part("w", "wave", simulated=False), part("v", "wave", simulated=True)
    said = str(above(real, made))
    assert "Titre v" in said and "Titre w" not in said and said.startswith("Vague simulée")
    assert str(above(made, part("u", "wave", simulated=True))).startswith("Vagues simulées")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_says_so_first(language: str) -> None:
    made = part("v", "wave", simulated=True)
    both = str(above(made, draft=True, language=language)).split(" · ")
    assert len(both) == 2 and both[1] == above(made, language=language)
