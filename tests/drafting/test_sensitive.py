"""What many rather keep to themselves is proposed as sensitive, and asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_drafting import drafted, export_table

from readiness.drafting.wordings import names_sensitive
from readiness.questionnaire.writing import CHECK


@pytest.mark.parametrize(
    "question",
    [
        "What is your religion?",
        "Have you ever been diagnosed with a mental health disorder?",
        "Êtes-vous membre d'un syndicat ?",
        "¿Tiene usted alguna enfermedad?",
        "ما هي ديانتك؟ (الديانة)",
        "Did you vote in the last election?",
    ],
)
def test_questions_of_the_special_categories_are_known(question: str) -> None:
    assert names_sensitive(question)


@pytest.mark.parametrize(
    "question",
    [
        "How ready is your sector?",
        "Votre participation au projet ?",
        "Combien de dinars ?",
        "كم دينارا تدفع؟",
    ],
)
def test_others_are_not(question: str) -> None:
    assert not names_sensitive(question)


def test_a_draft_proposes_it_where_somebody_did_not_know(tmp_path: Path) -> None:
    path = tmp_path / "secret.csv"
    rows = ["How much does your religion matter?,How much does your car matter?"]
    rows += [f"{k % 5 + 1},{(k * 3) % 5 + 1}" for k in range(40)] + ["Not sure,Not sure"] * 5
    path.write_text("\n".join(rows) + "\n", "utf-8")
    _, asked, text = drafted(export_table(path, path.read_bytes()))
    assert [item.sensitive for item in asked.items] == [True, False]
    assert f"{CHECK}sensitive: true protects" in text


def test_a_draft_proposes_it_where_not_knowing_is_a_missing_code(tmp_path: Path) -> None:
    path = tmp_path / "secret.csv"
    rows = ["Do you have a disability?,Do you have a car?"]
    rows += [("Yes,No", "No,Yes")[k % 2] for k in range(40)] + ["I don't know,I don't know"] * 5
    path.write_text("\n".join(rows) + "\n", "utf-8")
    _, asked, text = drafted(export_table(path, path.read_bytes()))
    assert [item.dont_know for item in asked.items] == [None, None]
    assert [item.sensitive for item in asked.items] == [True, False]
    assert f'{CHECK}sensitive: true protects who said "I don\'t know", too' in text
