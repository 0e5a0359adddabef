"""The same 500 simulated interviews, as every tool exports them, are one and the same table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from readers.writers.every import EXPORTS
from readers.writers.interviews import Interview, interviews
from readers.writers.questionnaire import coded, columns, document
from readiness.questionnaire import questionnaire_of
from readiness.readers import read_export
from readiness.validation import validate


@pytest.fixture(scope="module")
def asked() -> Sequence[Interview]:
    return interviews()


@pytest.mark.parametrize("name", EXPORTS)
def test_every_tool_gives_the_same_coded_table(name: str, asked: Sequence[Interview]) -> None:
    ending, write = EXPORTS[name]
    questionnaire = questionnaire_of(document(), "simulated-formats-1")
    raw = read_export(Path(f"export.{ending}"), questionnaire, write(asked))
    result = validate(raw, questionnaire)
    assert result.count("received") == result.count("kept") == len(asked)
    table = result.answers[columns()].astype(str)
    rows = sorted(
        tuple(" ".join(cell.split()) for cell in row)
        for row in table.itertuples(index=False, name=None)
    )
    assert rows == coded(asked)
