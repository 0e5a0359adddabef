"""The page for the data protection officer: what it tells, of counts alone, on one sheet."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from selectolax.lexbor import LexborHTMLParser

import browser
from project_copy import ROOT
from readiness.language import WHOLE
from readiness.questionnaire import load_questionnaire
from readiness.rendering.checks import check_self_contained
from readiness.site.dpo import Protection, dpo_page
from readiness.steps.dpo import DpoPages, protection

QUESTIONNAIRE = load_questionnaire(ROOT / "data/questionnaires/ai-readiness-1.yaml")
VERDICT = {"attacked": 188, "before": 9, "given_away": 0, "held": 179, "minimum": 5, "width": 6}
WITHHELD = {
    "numbers": 872,
    "primary": 87,
    "complementary": 69,
    "reliability": 50,
    "reader": "researchers",
    "by_group": {
        "voice_artist": {"of": 57, "withheld": 51},
        "region:south": {"of": 57, "withheld": 23},
    },
}
TABLES = {
    "figures": pd.DataFrame(
        {
            "kind": ["estimate"] * 3 + ["quality"],
            "item": ["trust", "trust", "use", ""],
            "group": ["all", "all", "all", ""],
            "suppressed": ["", "few answers", "", ""],
            "dataset": ["w@2 s@1", "w@2", "w@2", "w@2"],
        }
    ),
    "attack": pd.DataFrame({"reader": ["frame", "answers", "frame", "releases", "publication"]}),
    "issues": pd.DataFrame({"rule": ["personal_data_seen", "no_answer"]}),
}


def settings(**changes: Any) -> DpoPages:
    told: dict[str, Any] = {
        "languages": ["fr"],
        "titles": {"fr": "Vague"},
        "simulated": False,
        "pseudonyms": True,
        "reader": "public",
        "study": {"controller": "Office <b>7</b>", "receipt": "D-12"},
        "signed_off_by": "A. <i>Reader</i>",
    }
    return DpoPages(**{**told, **changes})


def made(withheld: dict[str, Any] | None = None, **changes: Any) -> Protection:
    found = WITHHELD if withheld is None else withheld
    return protection(settings(**changes), QUESTIONNAIRE, TABLES, VERDICT, found, "fr")


def words(page: str) -> str:
    body = LexborHTMLParser(page).css_first("main")
    assert body is not None
    return " ".join(body.text(separator=" ").split()).replace("\u202f", " ").replace("\xa0", " ")


def test_it_says_what_was_hidden_why_and_against_whom() -> None:
    said = words(dpo_page(made(), "Vague", "fr"))
    assert "Nombres non publiés : 206 sur 874 (23,6 %)" in said
    for part in (
        "peu de personnes : 87",
        "s’en déduiraient : 69",
        "peu de réponses : 50",
        *("Comédien de doublage", "51", "Sud"),
        "chercheurs habilités",
        "moins de 5 personnes",
        "au moins 6 personnes",
        "une ou deux personnes",
        "attaqués",
        "Aucun n’est révélé",
        "antérieures, quoi que contienne celle-ci : 9",
        "conservées à part",
        "signalées : 1",
    ):
        assert part in said, part
    assert "Base légale" in said and "D-12" in said
    assert "Lu et approuvé par A. <i>Reader</i>" in said


def test_what_was_given_away_and_who_did_not_sign_is_said() -> None:
    nobody = {"invitation": None, "respondent": None}
    found = protection(
        settings(signed_off_by="", simulated=True),
        QUESTIONNAIRE.model_copy(update={"export": QUESTIONNAIRE.export.model_copy(update=nobody)}),
        TABLES,
        {**VERDICT, "given_away": 8},
        {},
        "fr",
    )
    said = words(dpo_page(found, "Vague", "fr"))
    for part in (
        "Révélés : 8. Cette diffusion ne doit pas être publiée",
        *("simulées", "Nombres non publiés : 1 sur 3"),
        *("Personne n’a encore approuvé", "Il n’y a pas de pseudonymes"),
    ):
        assert part in said, part


@browser.needed
def test_it_is_one_sheet_that_loads_nothing(tmp_path: Path) -> None:
    with browser.chromium() as opened:
        for language in WHOLE:
            page = dpo_page(made(), "<script>window.hit=1</script>", language)
            assert check_self_contained(page) == [] and "<script" not in page
            path = tmp_path / f"{language}.html"
            path.write_text(page, "utf-8")
            shown = browser.opened(opened, path)
            assert shown.trouble == [] and shown.evaluate(browser.CUT) == []
            paper = shown.pdf(prefer_css_page_size=True)
            assert paper.count(b"/Type /Page\n") == 1, language


@pytest.mark.parametrize("language", WHOLE)
def test_each_language_says_as_much(language: str) -> None:
    page = LexborHTMLParser(dpo_page(made(), "Vague", language))
    assert (len(page.css("li")), len(page.css("h2")), len(page.css("tbody tr"))) == (14, 4, 2)
