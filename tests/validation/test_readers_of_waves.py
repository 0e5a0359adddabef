"""Reading exports, samples, corrections and margins; what a wrong file is told."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from wave_files import Wave

from readiness.ground.errors import DataError
from readiness.ground.tables import rows_to_csv
from readiness.questionnaire import Questionnaire
from readiness.readers import read_corrections, read_export, read_margins, read_sample

Rows = list[list[str]]
Refused = Callable[[str, bytes], str]


def to_bytes(rows: Rows) -> bytes:
    return rows_to_csv(rows).encode()


def rows_of(path: Path) -> Rows:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


READ = {
    "export": read_export,
    "sample": read_sample,
    "corrections": read_corrections,
    "margins": read_margins,
}


@pytest.fixture
def refused(questionnaire: Questionnaire, tmp_path: Path) -> Refused:
    """What is said of a file of a kind that holds these bytes."""

    def message(kind: str, content: bytes) -> str:
        path = tmp_path / "file.csv"
        path.write_bytes(content)
        with pytest.raises(DataError) as caught:
            READ[kind](path, questionnaire)
        said = str(caught.value)
        assert said.startswith(str(path)) and "\n" not in said
        return said

    return message


def test_cells_stay_as_exported(wave: Wave, questionnaire: Questionnaire) -> None:
    path = wave.path("export_2")
    raw = wave.exports[2]
    exported = rows_of(path)
    assert len(raw) == len(exported) - 1
    assert raw["_row"].tolist() == list(range(2, len(exported) + 1))
    for name, column in (("_timestamp", 0), ("_invitation", 1), ("respondent_group", 2)):
        assert raw[name].tolist() == [row[column] for row in exported[1:]]
    assert set(raw.columns) == {
        "_row",
        "_timestamp",
        "_submitted",
        "_invitation",
        *(item.id for item in questionnaire.items),
    }


def test_columns_in_another_order_and_spelling(
    wave: Wave, questionnaire: Questionnaire, tmp_path: Path
) -> None:
    rows = [list(reversed(row)) for row in rows_of(wave.path("export_1"))]
    rows[0] = [header.upper().replace("'", "’") for header in rows[0]]
    for number, row in enumerate(rows):
        row.append("Score" if number == 0 else "0")
    path = tmp_path / "turned.csv"
    path.write_bytes(to_bytes(rows))
    turned = read_export(path, questionnaire)
    assert turned.equals(wave.exports[1])


def test_blank_lines_count_as_rows_of_the_sheet(
    wave: Wave, questionnaire: Questionnaire, tmp_path: Path
) -> None:
    rows = rows_of(wave.path("export_1"))[:3]
    path = tmp_path / "gap.csv"
    path.write_bytes(to_bytes(rows[:2]) + b"\n" + to_bytes(rows[2:]))
    assert read_export(path, questionnaire)["_row"].tolist() == [2, 4]


def _drop_column(rows: Rows) -> Rows:
    return [row[:5] + row[6:] for row in rows]


def _rename(rows: Rows) -> Rows:
    rows[0][12] = "Utilisez-vous souvent l'IA dans votre travail ?"
    return rows


def _double(rows: Rows) -> Rows:
    return [[*row, row[3]] for row in rows]


def _other_form(rows: Rows) -> Rows:
    return [["Timestamp", "Nom", "Ville"], ["1", "2", "3"]]


def _ragged(rows: Rows) -> Rows:
    rows[6] = rows[6][:-2]
    return rows


def test_a_row_of_another_width_is_told_and_not_read(
    wave: Wave, questionnaire: Questionnaire, tmp_path: Path
) -> None:
    path = tmp_path / "ragged.csv"
    path.write_bytes(to_bytes(_ragged(rows_of(wave.path("export_1")))))
    raw = read_export(path, questionnaire)
    assert len(raw) == 580
    assert raw.loc[raw["_fault"] != "", ["_row", "_fault", "_timestamp"]].to_numpy().tolist() == [
        [7, "20 cells where the header has 22", ""]
    ]


def _mixed_marker(rows: Rows) -> Rows:
    rows[4][-1] = "non"
    return rows


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_drop_column, "missing 'Depuis combien d'années exercez-vous ce métier ?'"),
        (_drop_column, "20 of 21 columns recognised"),
        (_rename, "did the wording of"),
        (_double, "'Quel est votre métier principal ?': named more than once"),
        (_other_form, "not an export of ai-readiness-1; missing 'Horodateur'"),
        (_other_form, "and 18 more; unknown 'Timestamp', 'Nom', 'Ville'; 0 of 21"),
        (_mixed_marker, "row 5: column 'Données simulées' holds 'non'"),
        (lambda rows: rows[:1], "a header but no answers"),
    ],
)
def test_an_export_of_another_shape_is_refused(
    wave: Wave, refused: Refused, change: Callable[[Rows], Rows], expected: str
) -> None:
    content = to_bytes(change(rows_of(wave.path("export_1"))))
    assert expected in refused("export", content).replace('"', "'")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the export is empty"),
        (b"\xef\xbb\xbf\n\n", "the export is empty"),
        (b"Horodateur;Sexe\n1;2\n", "unknown 'Sexe'; 1 of 21 columns recognised"),
        ("Horodateur,Métier\n".encode("latin-1"), "a header but no answers"),
        ("Horodateur\n".encode("utf-16"), "a header but no answers"),
        (b'"a","b"\n"x"y,"z"\n', "row 2: not a CSV table"),
        (b'"a","b"\n"x,\n', "row 2: a quote that is not closed"),
    ],
)
def test_a_file_that_is_no_export_is_refused(
    refused: Refused, content: bytes, expected: str
) -> None:
    assert expected in refused("export", content)


def test_missing_export(questionnaire: Questionnaire, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"the export: file not found"):
        read_export(tmp_path / "none.csv", questionnaire)
    with pytest.raises(DataError, match="cannot be read"):
        read_export(tmp_path, questionnaire)


def test_sample_is_read_with_its_weights(wave: Wave) -> None:
    sample = wave.sample
    expected = sample["stratum_population"] / sample["stratum_drawn"]
    assert (sample["base_weight"] - expected).abs().max() < 1e-9
    totals = sample.groupby("stratum")["base_weight"].sum()
    assert totals.sum() == pytest.approx(12_000)


def _set(path: Path, row: int, column: str, value: str) -> bytes:
    """The file with one cell changed; `row` as a spreadsheet numbers it."""
    rows = rows_of(path)
    rows[row - 1][rows[0].index(column)] = value
    return to_bytes(rows)


@pytest.mark.parametrize(
    ("kind", "row", "column", "value", "expected"),
    [
        ("sample", 3, "token", "", "row 3, column token: ''; expected an invitation code"),
        ("sample", 9, "token", "23r8wzep", "row 9, column token: '23R8WZEP'; expected an"),
        ("sample", 3, "region", "ouest", "row 3, column region: 'ouest'; expected one of north"),
        ("sample", 4, "base_weight", "-1", "row 4, column base_weight: '-1'; expected a positive"),
        ("sample", 4, "base_weight", "", "row 4, column base_weight: ''; expected a positive"),
        ("sample", 4, "stratum_drawn", "inf", "row 4, column stratum_drawn: 'inf'"),
        ("sample", 4, "stratum_drawn", "7", "drawn: 7; expected one number for its"),
        ("sample", 4, "base_weight", "12.35", "base_weight: 12.35; expected population over drawn"),
        ("sample", 1, "stratum", "strate", "missing column stratum"),
        ("corrections", 2, "item", "age", "row 2, column item: 'age'; expected an item of"),
        ("corrections", 3, "reason", " ", "row 3, column reason: ''; expected who, why"),
        ("corrections", 3, "reviewer", "", "row 3, column reviewer: ''"),
        ("corrections", 5, "to", "150", "row 5, column to: '150'; expected another"),
        ("corrections", 1, "from", "avant", "missing column from"),
        ("margins", 2, "variable", "age", "row 2, column variable: 'age'; expected a frame"),
        ("margins", 2, "category", "mason", "row 2, column category: 'mason'; expected one of"),
        ("margins", 3, "category", "producer", "row 3, column category: 'producer'; expected each"),
        ("margins", 2, "total", "0", "row 2, column total: '0'; expected a positive number"),
        ("margins", 2, "total", "1501", "do not add up to one population: profession 12001, reg"),
    ],
)
def test_a_wrong_cell_is_told_where(
    wave: Wave, refused: Refused, kind: str, row: int, column: str, value: str, expected: str
) -> None:
    assert expected in refused(kind, _set(wave.path(kind), row, column, value))


Change = Callable[[list[str], dict[str, int]], list[str]]


def _in_stratum(path: Path, change: Change) -> bytes:
    """The sample with every row of its first stratum changed, or left out where it is empty."""
    head, *rows = rows_of(path)
    at = {name: position for position, name in enumerate(head)}
    first = rows[0][at["stratum"]]
    changed = [change(row, at) if row[at["stratum"]] == first else row for row in rows]
    return to_bytes([head, *(row for row in changed if row)])


def _with(**cells: str) -> Change:
    def change(row: list[str], at: dict[str, int]) -> list[str]:
        for name, cell in cells.items():
            row[at[name]] = cell
        return row

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_with(stratum_population="4200.5"), "row 2, column stratum_population: 4200.5; expected"),
        (_with(stratum_drawn="340.5"), "row 2, column stratum_drawn: 340.5; expected a whole"),
        (_with(stratum_drawn="0"), "row 2, column stratum_drawn: '0'; expected a positive number"),
        (_with(stratum_drawn="341", base_weight="12.3167155425"), "an invited person, 340."),
        (_with(stratum_population="300"), "column stratum_drawn: 340; expected at most the"),
        (_with(stratum_population="8400"), "12.3529411765; expected population over drawn, 24.7"),
        (lambda row, at: [] if row[at["token"]] == "23R8WZEP" else row, "person, 339."),
    ],
)
def test_a_sample_is_held_against_itself(
    wave: Wave, refused: Refused, change: Change, expected: str
) -> None:
    assert expected in refused("sample", _in_stratum(wave.path("sample"), change))


def test_a_sample_cut_in_mid_row(wave: Wave, refused: Refused) -> None:
    content = wave.path("sample").read_bytes()
    cut = content[: content.index(b"\n", len(content) // 2) - 30]
    row = cut.count(b"\n") + 1
    message = refused("sample", cut)
    assert f"row {row}: " in message and "cells where the header has" in message


def test_the_marker_and_the_configuration_agree(
    wave: Wave, questionnaire: Questionnaire, tmp_path: Path
) -> None:
    path = wave.path("export_1")
    assert len(read_export(path, questionnaire, simulated=True)) == 580
    with pytest.raises(DataError, match="'Données simulées' marks every answer as simulated"):
        read_export(path, questionnaire, simulated=False)
    real = tmp_path / "real.csv"
    real.write_bytes(to_bytes([row[:-1] for row in rows_of(path)]))
    assert len(read_export(real, questionnaire, simulated=False)) == 580
    with pytest.raises(DataError, match="column 'Données simulées' is not there"):
        read_export(real, questionnaire, simulated=True)
    # What marks a simulated answer is the questionnaire's to say.
    export = questionnaire.export.model_copy(update={"marker": "Invented", "marked": "yes"})
    other = questionnaire.model_copy(update={"export": export})
    rows = rows_of(path)
    marked = [[*row[:-1], "Invented" if number == 0 else "YES"] for number, row in enumerate(rows)]
    real.write_bytes(to_bytes(marked))
    assert len(read_export(real, other, simulated=True)) == 580
    with pytest.raises(DataError, match="'Invented' marks every answer as simulated"):
        read_export(real, other, simulated=False)


def test_what_is_twice_and_what_lacks(wave: Wave, refused: Refused) -> None:
    rows = rows_of(wave.path("corrections"))
    message = refused("corrections", to_bytes([*rows, rows[1]]))
    assert "row 8" in message and "one row for each answer" in message
    margins = to_bytes(rows_of(wave.path("margins"))[:-1])
    assert "margin size lacks large" in refused("margins", margins)


def test_margins_add_up_to_the_population(wave: Wave, questionnaire: Questionnaire) -> None:
    margins = read_margins(wave.path("margins"), questionnaire)
    assert list(margins) == ["profession", "region", "size"]
    assert {sum(margin.values()) for margin in margins.values()} == {12_000.0}
