"""Tables: what is written is what is read again, on every Python; what is no table is refused."""

import io
import os
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from project_copy import ROOT
from readiness.ground.errors import DataError
from readiness.ground.tables import read_text_table, records_to_csv, to_csv, write_csv

FILES = Path(__file__).parent / "broken"
NASTY = [
    "a\rb",
    "\r",
    "\n",
    "\r\n",
    '"',
    '""',
    ",",
    "\0",
    "a\0b",
    "\u202eabc\u202c",
    "\u2066x",
    "=1+1",
    "@cmd",
    "-2",
    "+3",
    " lead",
    "trail ",
    "\ufeff",
    "\u2028",
    "\x1c",
    "é",
    "استبيان",
    "",
    "'",
    "\t",
    ";",
    "\\",
    "nan",
    "NA",
    "None",
    "0012",
    "1e5",
]
CELLS = st.one_of(
    st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
)
NAMES = st.lists(CELLS.filter(bool), min_size=1, max_size=4, unique=True)


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    # A single name of several parts is refused: semicolons seem to separate it.
    names = draw(NAMES.filter(lambda names: len(names) > 1 or ";" not in names[0].strip("; ")))
    rows = draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), max_size=5))
    return pd.DataFrame(rows, columns=names, dtype=str)


@given(tables())
def test_a_table_that_was_written_is_read_again_as_it_was(table: pd.DataFrame) -> None:
    text = to_csv(table)
    again = read_text_table(Path("table.csv"), "the table", text.encode("utf-8"))
    pd.testing.assert_frame_equal(again, table)
    assert to_csv(again) == text


@pytest.mark.parametrize("name", [";", ";;", " ; ", "a;"])
def test_semicolons_may_be_in_the_name_of_an_only_column(tmp_path: Path, name: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(to_csv(pd.DataFrame({name: [";", "x"]})), "utf-8")
    assert list(read_text_table(path, "the table")[name]) == [";", "x"]


def test_the_bytes_of_ordinary_content_are_those_of_pandas() -> None:
    """Published tables were written so, and must come out the same."""
    table = pd.DataFrame(
        {
            "text": ["x", None, "y,z", 'q"', "l\nm", ""],
            "real": [1.5, float("nan"), float("inf"), -0.0, 1e300, 1 / 3],
            "flag": [True, False, True, True, False, True],
            "count": [1, 2, 3, 4, 5, 6],
            "some": pd.array([1, None, 3, 4, 5, 6], dtype="Int64"),
            "one of each": [1, None, "x", True, 2, ""],
        }
    )
    for frame in (table, table[["text"]], table.iloc[:0], pd.DataFrame()):
        buffer = io.StringIO()
        frame.to_csv(buffer, index=False, float_format="%.12g", lineterminator="\n")
        assert to_csv(frame) == buffer.getvalue()


# Of the writer and the reader alone, which need no library: any Python of the machine can run it.
SAME = """
import hashlib, random
from pathlib import Path
from readiness.ground.tables import read_rows, rows_to_csv
draw, digest = random.Random(1), hashlib.sha256()
for _ in range(1000):
    rows = [[draw.choice(NASTY) for _ in range(4)] for _ in range(draw.randint(1, 5))]
    text = rows_to_csv([["a", "b", "c", "d"], *rows])
    header, again = read_rows(Path("t.csv"), "the table", text.encode())
    assert [cells for _, cells in again] == rows, rows
    digest.update(text.encode())
print(digest.hexdigest())
"""


@pytest.mark.parametrize("name", ["python3.11", "python3.12", "python3.13"])
def test_every_python_writes_the_same(name: str) -> None:
    python = shutil.which(name)
    # A shim of pyenv is there for versions that are not.
    if python is None or subprocess.run([python, "-c", ""], capture_output=True).returncode:
        pytest.skip(f"no {name} here")
    code = f"NASTY = {NASTY!r}\nimport sys\nsys.path.insert(0, {str(ROOT / 'workflow')!r})\n{SAME}"
    told = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout
    here: dict[str, object] = {"NASTY": NASTY}
    exec(SAME.replace("print(", "said = ("), here)
    assert told == f"{here['said']}\n"


def test_a_lone_carriage_return_makes_no_row(tmp_path: Path) -> None:
    write_csv(pd.DataFrame({"value": ["a\rb", "c"], "rule": ["spelling", "late"]}), tmp_path / "t")
    assert len(read_text_table(tmp_path / "t", "the issues")) == 2
    assert records_to_csv([{"note": "a\rb"}]) == 'note\n"a\rb"\n'


def test_a_mark_that_is_part_of_the_first_name_stays() -> None:
    """The file's own mark is dropped, one more is a character of the name."""
    table = read_text_table(Path("t.csv"), "the table", b"\xef\xbb\xbf\xef\xbb\xbfa,b\n1,2\n")
    assert list(table.columns) == ["\ufeffa", "b"]
    again = read_text_table(Path("t.csv"), "the table", to_csv(table).encode())
    assert again.equals(table) and to_csv(table).startswith('"')


def test_header_checks_are_linear() -> None:
    header = ",".join(f"column {at}" for at in range(20_000))
    content = f"{header}\n{',' * 19_999}\n".encode()
    assert read_text_table(Path("wide.csv"), "the table", content).shape == (1, 20_000)
    with pytest.raises(DataError, match="two columns are named 'column 7'"):
        read_text_table(Path("wide.csv"), "the table", f"{header},column 7\n".encode())


BROKEN = {
    "short_row.csv": "row 3: 2 cells where the header has 3",
    "long_row.csv": "row 3: 4 cells where the header has 3",
    "cut_in_mid_row.csv": "row 3: 2 cells where the header has 3",
    "cut_in_a_quote.csv": "row 3: a quote that is not closed; the file may be truncated",
    "text_after_a_quote.csv": "row 2: not a CSV table",
    "named_twice.csv": "two columns are named 'answer'",
    "windows_1252.csv": "not UTF-8 (byte 1)",
    "utf_16.csv": "not UTF-8 (byte 0)",
    "empty.csv": "is empty",
    "blank_lines.csv": "is empty",
    "gzip.csv": "compressed (gzip); expected a CSV",
    "spreadsheet.csv": "a spreadsheet or an archive; expected a CSV",
}


def refusal(path: Path, content: bytes | None = None) -> str:
    with pytest.raises(DataError) as caught:
        read_text_table(path, "the table", content)
    message = str(caught.value)
    assert message.startswith(str(path)) and "\n" not in message
    assert len(message) < 200 + len(str(path))
    return message


@pytest.mark.parametrize("path", sorted(FILES.glob("*")), ids=lambda path: path.name)
def test_what_is_no_table_is_refused_with_its_row(path: Path) -> None:
    assert BROKEN[path.name] in refusal(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n\n1,2\n\n3", "row 5: 1 cell where the header has 2"),
        (b"a,b\n1," + b"x" * 200_000, "row 2: a cell of more than 131072 characters"),
        (b"a" * 200_000, "row 1: a cell of more than 131072 characters"),
    ],
)
def test_blank_lines_count_and_no_cell_is_endless(content: bytes, said: str) -> None:
    assert said in refusal(Path("table.csv"), content)


def test_a_pipe_is_no_table(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(DataError, match="cannot be read"):
        read_text_table(tmp_path / "pipe.csv", "the table")
