"""Studies of other publishers, in other languages: named as they are, and by nobody else's name."""

import re
from typing import Any

import pandas as pd
import pytest
from haca_study import haca_claims, haca_structure, sentence

from made_claims import claims_table
from readiness.forensics.judging.structure import Structure, parse_structure
from readiness.forensics.judging.study import judge
from readiness.forensics.judging.verdict import Verdict, facts_of, numbers_of, record
from readiness.ground.errors import RenderError
from readiness.register.study_rows import claim_rows, verdict_rows
from readiness.reporting.verdicts import render_verdict

TEXTS = {
    "fr": ("vélo", "quotidien", "parfois", "La méthode n’est pas connue."),
    "en": ("cycling", "daily", "at times", "The method is not known."),
    "ar": ("الدراجة", "يوميا", "أحيانا", "المنهجية غير معروفة."),
    "es": ("bicicleta", "a diario", "a veces", "No se conoce el método."),
}


def structure(*languages: str, **changes: Any) -> Structure:
    item, daily, times, unknown = (
        {language: TEXTS[language][k] for language in languages} for k in range(4)
    )
    content = {
        "study": "cycling",
        "publisher": "Tiefbauamt",
        "claims": "cycling",
        "version": "1",
        "items": {
            "cycling": {"label": item, "categories": {"daily": daily, "times": times}},
            "people": {"label": item},
        },
        "sets": [
            {
                "id": "city",
                "item": "cycling",
                "kind": "exhaustive",
                "claims": ["city.daily", "city.times"],
            },
            {"id": "club", "item": "cycling", "kind": "exclusive", "claims": ["club.daily"]},
        ],
        "shared_bases": [{"id": "both", "sets": ["city", "club"]}],
        "totals": [{"claim": "city.people", "counts": "answered"}],
        "unknown": [{"id": "method", "statement": unknown}],
    }
    return parse_structure(content | changes)


def claims() -> pd.DataFrame:
    """Two publishers in one study: the city's office, and a club whose figures it reprints."""
    rows = [
        {"claim_id": "city.daily", "item": "cycling", "category": "daily", "value": "62"},
        {"claim_id": "city.times", "item": "cycling", "category": "times", "value": "38"},
        {"claim_id": "club.daily", "item": "cycling", "category": "daily", "value": "57"},
        {"claim_id": "city.people", "item": "people", "category": "all", "value": "21"},
    ]
    rows[2] |= {"outlet": "Veloclub", "attributed_to": "Veloclub"}
    rows[3] |= {"unit": "count"}
    return claims_table(rows, "Tiefbauamt")


def judged(*languages: str, **changes: Any) -> dict[str, Verdict]:
    return {v.id: v for v in judge(claims(), structure(*languages, **changes))}


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
def test_each_figure_carries_the_name_of_its_own_publisher(language: str) -> None:
    found = judged("fr", "en", "ar")
    text = " ".join(sentence(v, language) for v in found.values())
    assert "Tiefbauamt" in text and "Veloclub" in text
    assert "HACA" not in text
    # Nobody here is the press.
    for press in ("presse", "press", "الصحافة"):
        assert not re.search(rf"\b{press}\b", text)
    joint = sentence(found["joint.both"], language)
    assert joint.index("Tiefbauamt") < joint.index("Veloclub")


def test_a_set_of_one_figure_says_of_which_answer() -> None:
    text = sentence(judged("en", "fr", "ar")["bases.club"], "en")
    assert text.startswith("“cycling: daily” (57%, Veloclub): ")


def test_a_publisher_may_have_another_name_in_another_language() -> None:
    names = {"Tiefbauamt": {"fr": "Ville", "en": "City", "ar": "المدينة"}}
    found = judged("fr", "en", "ar", publishers=names)
    assert "(62% / 38%، المدينة)" in sentence(found["bases.city"], "ar")
    assert "(57%، Veloclub)" in sentence(found["bases.club"], "ar")


def test_a_study_has_the_languages_that_its_labels_have() -> None:
    assert structure("fr", "en").languages == ("en", "fr")
    assert structure("es").languages == ("es",)
    names = {"Tiefbauamt": {"fr": "Ville"}}
    lacking = structure("fr", "en", publishers=names)
    assert lacking.languages == ("fr",)
    assert lacking.missing("en") == ["publishers.Tiefbauamt"]
    assert structure("fr").missing("en") == [
        "items.cycling.label",
        "items.cycling.categories.daily",
        "items.cycling.categories.times",
        "items.people.label",
        "unknown.method.statement",
    ]
    with pytest.raises(RenderError, match="no label in 'en'"):
        sentence(judged("fr")["bases.city"], "en")


def test_labels_change_no_number() -> None:
    """Whatever language its labels are in, a study gives the same numbers."""
    numbers = [{k: v.numbers for k, v in judged(language).items()} for language in ("fr", "es")]
    assert numbers[0] == numbers[1]


def test_the_register_says_whose_each_figure_is() -> None:
    rows = list(claim_rows(claims()))
    assert [row.group for row in rows] == ["Tiefbauamt", "Tiefbauamt", "Veloclub", "Tiefbauamt"]
    records = [record(v) for v in judged("es").values()]
    ids = [row.id for row in verdict_rows(records)]
    assert len(set(ids)) == len(ids)
    assert "verdict.total.base.total" in ids and "verdict.joint.both.city_daily" in ids


def test_a_verdict_goes_through_a_file_unchanged() -> None:
    for found in judge(haca_claims("2"), haca_structure("2")):
        facts = facts_of(record(found))
        assert facts == found.facts
        assert numbers_of(facts) == found.numbers
        assert render_verdict(facts, "fr") == render_verdict(found.facts, "fr")


def test_the_study_is_told_in_three_languages() -> None:
    assert haca_structure("2").languages == ("ar", "en", "fr")
