"""A real survey from its files to its validated answers: a slice of benchmarks/walk.py."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from project_copy import ROOT
from readiness.cli import main
from readiness.errors import ConfigError
from readiness.plan import load_plan

sys.path.insert(0, str(ROOT / "benchmarks"))
from walk import QUESTIONNAIRE, WAVE, Walk, begin, faults, missing_faults

FIOCRUZ = ROOT.parent / "shared/microdata/fiocruz"
pytestmark = pytest.mark.skipif(
    not FIOCRUZ.is_dir(), reason="the microdata are not beside the project"
)


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    walk = begin(tmp_path_factory.mktemp("walk") / "office", FIOCRUZ)
    with pytest.raises(ConfigError, match=r"a draft; 1\d decisions are marked"):
        load_plan(walk.folder)
    walk.edit()
    walk.call("run", "--cores", "1", "--", f"results/waves/{WAVE}/validate/issues.csv")
    return walk


def test_few_commands_and_few_lines_bring_it_to_its_known_faults(walk: Walk) -> None:
    assert missing_faults(faults(walk)) == []
    # Three commands more make it a released and audited publication.
    assert len(walk.commands) + 4 <= 10
    assert walk.edited <= 60
    assert not list(walk.folder.glob("*.py"))


def test_other_languages_are_refused_with_what_they_lack(walk: Walk) -> None:
    config = walk.folder / "config.yaml"
    before = config.read_text("utf-8")
    for language in ("fr", "ar"):
        config.write_text(f"report: {{languages: [{language}]}}\n{before}", "utf-8")
        with pytest.raises(ConfigError, match=f"languages: {language} needs labels that are miss"):
            load_plan(walk.folder)
    config.write_text(before, "utf-8")
    assert load_plan(walk.folder).languages == ("en",)


def test_the_scale_is_that_of_the_questionnaire(
    walk: Walk, monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Path
) -> None:
    monkeypatch.chdir(walk.folder)
    design = tmp_path / "design.yaml"
    scale = "scales: {outlook: {items: [q3_1, q3_2, q3_3, q3_4, q3_5, q3_6, q3_7]}}"
    design.write_text(f"selection: opt-in\n{scale}\n", "utf-8")
    given = [str(FIOCRUZ / "ai_survey_data.csv"), str(design), "--questionnaire",
             str(walk.folder / QUESTIONNAIRE), "--json"]  # fmt: skip
    assert main(["estimate", *given]) == 0
    whole, *others = json.loads(capsys.readouterr().out)["scales"]
    assert (round(whole["alpha"], 7), whole["n"]) == (0.7711276, 1334)
    assert [row["without"] for row in others] == [f"q3_{number}" for number in range(1, 8)]
