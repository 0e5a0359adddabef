"""The form of a survey, as a questionnaire, reads what its tool exports."""

from pathlib import Path

import pytest
import xlsxwriter

from readers.drafted import draft
from readers.seeded.exports import make_plain
from readiness.ground.safe_yaml import TextLoader, read_yaml_text
from readiness.questionnaire import Questionnaire, questionnaire_of
from readiness.questionnaire.writing import write
from readiness.questionnaire.xlsform import from_xlsform
from readiness.readers import read_export
from readiness.validation import validate

TYPES = {"single": "select_one", "ordinal": "select_one", "multi": "select_multiple"}


def write_form(asked: Questionnaire, path: Path) -> None:
    """The form with these questions and options, in the order of the questionnaire."""
    survey = [["type", "name", "label::English (en)", "appearance", "relevant"]]
    choices = [["list_name", "name", "label::English (en)"]]
    for item in asked.items:
        kind = TYPES.get(item.kind.name, item.kind.name)
        if item.kind.is_number:
            kind = "decimal" if item.range and item.range.decimals else "integer"
        listed = f"{kind} {item.id}" if item.codes else kind
        look = "likert" if item.kind.is_ordered else ""
        routed = [f"${{{r.item}}} = '{code}'" for r in item.asked_if for code in r.one_of]
        survey.append([listed, item.id, item.column, look, " or ".join(routed)])
        choices += [[item.id, category.code, category.text] for category in item.categories]
    book = xlsxwriter.Workbook(path)
    for name, rows in (("survey", survey), ("choices", choices)):
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()


@pytest.mark.parametrize("name", ["kobo, names, split", "odk central"])
def test_the_form_reads_what_kobo_and_odk_export(name: str, tmp_path: Path) -> None:
    """The table that the first one gives."""
    export = make_plain(name, people=120)
    first = draft(Path("export.csv"), export.content)
    path = tmp_path / "form.xlsx"
    write_form(first, path)
    again = questionnaire_of(read_yaml_text(write(from_xlsform(path)), TextLoader), "again")
    # A form has no word of what is not read.
    export_of = again.export.model_copy(update={"ignored": first.export.ignored})
    again = again.model_copy(update={"export": export_of})
    tables = [
        validate(read_export(Path("export.csv"), asked, export.content), asked).answers
        for asked in (first, again)
    ]
    assert len(tables[0]) == 120
    for item in first.items:
        same = again.item(item.id)
        for column, other in zip(item.columns, same.columns, strict=True):
            told = [t[c].astype(str) for t, c in zip(tables, (column, other), strict=True)]
            if item.kind.takes_several:
                # A form does not say what a row without ticks means.
                told = [cells.replace("_blank", "0") for cells in told]
            elif item.codes:
                told[1] = told[1].replace(dict(zip(same.codes, item.codes, strict=True)))
            assert told[0].tolist() == told[1].tolist(), item.id
