"""A form drafted from an XLSForm reads what its tool exports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from readers.writers.every import EXPORTS
from readers.writers.interviews import Interview, interviews
from readers.writers.questionnaire import coded, columns, document
from readiness.bounded import TextLoader, read_yaml_text
from readiness.questionnaire import questionnaire_of
from readiness.questionnaire.writing import write
from readiness.questionnaire.xlsform import from_xlsform, to_xlsform
from readiness.readers import read_export
from readiness.validation import validate


@pytest.fixture(scope="module")
def asked() -> Sequence[Interview]:
    return interviews()[:120]


@pytest.mark.parametrize("name", ["kobo, names, joined", "odk central"])
def test_the_form_reads_what_kobo_and_odk_export(
    name: str, asked: Sequence[Interview], tmp_path: Path
) -> None:
    """Written as a form, read again, and used to read: the table that the first one gives."""
    ending, writer = EXPORTS[name]
    first = questionnaire_of(document(), "first")
    path = tmp_path / "form.xlsx"
    path.write_bytes(to_xlsform(first))
    again = questionnaire_of(read_yaml_text(write(from_xlsform(path)), TextLoader), "again")
    raw = read_export(Path(f"export.{ending}"), again, writer(asked))
    table = validate(raw, again).answers
    for item in first.items:
        same = again.item(item.id)
        table = table.rename(columns=dict(zip(same.columns, item.columns, strict=True)))
        if item.kind == "multi":
            # A form does not say what a row without ticks means.
            table[list(item.columns)] = table[list(item.columns)].replace("_blank", "0")
        else:
            codes = dict(zip(same.codes, item.codes, strict=True))
            table[item.id] = table[item.id].astype(str).replace(codes)
    rows = table[columns()].astype(str).itertuples(index=False, name=None)
    told = sorted(tuple(" ".join(cell.split()) for cell in row) for row in rows)
    assert told == coded(asked)
