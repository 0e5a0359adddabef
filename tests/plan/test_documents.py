"""What a project's report shows, in which languages, and what is refused."""

import json
import re
from pathlib import Path

import pytest
from settings_tree import copy_settings

from project_copy import Project
from readiness.ground.errors import ConfigError
from readiness.language import WHOLE
from readiness.plan import load_plan
from readiness.publications.frozen_config import frozen_config

SHOWN = "  languages: [fr, ar, en]\n"
QUESTIONNAIRE = "data/questionnaires/ai-readiness-1.yaml"

RUN = "waves/simulated-2026"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The project's settings, with its publications' configurations, to be changed."""
    copy_settings(tmp_path, "publications")
    config = (tmp_path / "config.yaml").read_text("utf-8")
    config = re.sub(r"  languages: .*\n", "  languages: [fr, ar, en]\n", config)
    (tmp_path / "config.yaml").write_text(config, "utf-8")
    return tmp_path


def test_without_a_word_everything_is_shown_in_every_language(tree: Path) -> None:
    Project(tree).replace("config.yaml", SHOWN, "")
    plan = load_plan(tree)
    assert [run.name for run in plan.runs_with_reports] == ["haca-2024", "simulated-2026"]
    assert plan.languages == WHOLE


def test_what_is_shown_and_in_which_order_is_said(tree: Path) -> None:
    Project(tree).replace("config.yaml", SHOWN, "  show: [simulated-2026]\n  languages: [en]\n")
    plan = load_plan(tree)
    assert plan.page_files[0] == "results/waves/simulated-2026/report/en/report-simulated.html"
    part = json.loads(plan.settings("render", RUN, "en"))["part"]
    assert (part["run"], part["title"]) == ("simulated-2026", "Simulated wave 2026")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (SHOWN, "  show: [haca-2025]\n", ("report.show", "'haca-2025'", "haca-2024, simulated")),
        (SHOWN, "  show: []\n", ("report.show: got []; expected",)),
        (SHOWN, "  languages: [fr, xx]\n", ("no texts in 'xx'", "ar, en, es, fr")),
        (
            "      en: The figures",
            "      es: The figures",
            ("report.languages: en needs", "config.yaml: studies.haca-2024.title"),
        ),
        ("    en: Readiness", "    es: Readiness", ("en needs labels", "report.title")),
        ("show: [preparation, use_ai,", "show: [jobs, use_ai,", ("show: 'jobs' is not estimated",)),
    ],
)
def test_what_cannot_be_shown_is_refused(
    tree: Path, old: str, new: str, words: tuple[str, ...]
) -> None:
    Project(tree).replace("config.yaml", old, new)
    with pytest.raises(ConfigError) as caught:
        load_plan(tree)
    for word in words:
        assert word in str(caught.value)


def test_labels_that_a_language_lacks_are_listed_and_leave_it_out(tree: Path) -> None:
    claims = "data/claims/haca-2024-6.yaml"
    Project(tree).replace(claims, 'en: "preparation of the sector", ', "")
    Project(tree).replace(claims, 'fr: "faible", en: "weak"', 'fr: "faible"')
    with pytest.raises(ConfigError) as caught:
        load_plan(tree)
    said = str(caught.value)
    assert f"en needs labels that are missing: {claims}: items.prep_sector.label" in said
    assert f"{claims}: items.prep_sector.categories.weak" in said
    Project(tree).replace("config.yaml", "  languages: [fr, ar, en]\n", "")
    assert load_plan(tree).languages == ("ar", "fr")


def test_the_items_of_a_wave_come_in_the_order_in_which_they_are_compared(tree: Path) -> None:
    def items() -> list[str]:
        settings = json.loads(load_plan(tree).settings("render", RUN, "fr"))
        return [str(item) for item in settings["part"]["items"]]

    assert items()[:2] == ["preparation", "use_ai"]
    text = (tree / "config.yaml").read_text("utf-8")
    (tree / "config.yaml").write_text(text[: text.index("    show:")], "utf-8")
    assert items()[:3] == ["preparation", "use_ai", "team_trained"]


def test_a_title_in_another_language_changes_no_other_document(tree: Path) -> None:
    def settings() -> str:
        return load_plan(tree).settings("render", RUN, "fr")

    before = settings()
    Project(tree).replace(
        "config.yaml", "en: Simulated wave 2026", "en: The simulated wave of 2026"
    )
    assert settings() == before


def test_a_publication_of_todays_settings_is_not_computed_twice(tree: Path) -> None:
    plan = load_plan(tree)
    own = plan.runs["waves/simulated-2026"]
    folder = tree / "publications/simulated-2026-r9"
    folder.mkdir(parents=True)
    (folder / "figures.csv").touch()
    (folder / "config.yaml").write_text(frozen_config(own.name, own.section, ["fr"]), "utf-8")
    run = "publications/simulated-2026-r9"
    made, own_ledger = load_plan(tree), f"{run}/figures.csv"
    assert made.computed_as(run) == "waves/simulated-2026"
    assert made.files(run, "answers") == made.files("waves/simulated-2026", "answers")
    # What is told of it is not today's decision: its ledger says what it withholds.
    assert made.register_of("simulated-2026-r9") == f"results/{run}/register/figures.csv"
    assert made.files(run, "sealed") == own_ledger
    assert made.files("waves/simulated-2026", "sealed") == []
    # A publication keeps the languages in which it was sealed.
    assert load_plan(tree).languages_of("publications/simulated-2026-r9") == ("fr",)
    Project(tree).replace("config.yaml", "by: profession", "by: profession\n      level: 0.9")
    assert load_plan(tree).computed_as(run) == run
