"""The faster parser of long tables reads what the other one reads, or leaves it to that one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.ground import tables
from readiness.ground.errors import DataError
from readiness.ground.tables import read_text_table, rows_to_csv

CELLS = st.one_of(
    st.sampled_from(
        ["a\rb", "\n", '"', '""', ",", "\0", " lead", "\ufeff", "\u2028", "", "'", "nan"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
)
# What a parser might read otherwise, beside tables of any cells.
IRREGULAR = (
    "a,b\n1,2\n3\n",
    "a,b\n1,2,3\n",
    'a,b\n"x"y,2\n',
    'a,b\nx"y"z,2\n',
    'a,b\n"x,2\n',
    "a,b\n\n1,2\n",
    'a,b\n"x""y",2\n',
    'a,b\n"x\ny",2\n',
    'a,b\n"",2\n',
    "a,b\n,\n",
    "a,a\n1,2\n",
    ",b\n1,2\n",
    "a,b\r\n1,2\r\n",
    "a,b\n1,2",
    "a,b\nNA,nan\n",
    "a,b\n 1 ,\t2\n",
    'a,b\n""x,2\n',
    "a,b\n#,2\n",
    '"a",b\n1,2\n',
    "a;b\n1;2\n",
    "a,b\n\x1a,2\n",
    "a,b\n\x00,2\n",
    "\ufeffa,b\n1,2\n",
    "a\n1\n",
    'a,b\n"x,""y,",2\n',
    "a,b\n\u2028,\x85\n",
    "a,b\nx'y,\\n\n",
    'a,b\n1,"2',
    "a,b\n1,2\n\n",
    "a,b\n",
)


def both_ways(content: bytes, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    found: list[object] = []
    for long in (0, 1 << 30):
        monkeypatch.setattr(tables, "LONG", long)
        try:
            frame = read_text_table(Path("t.csv"), "the table", content)
            some = read_text_table(Path("t.csv"), "the table", content, columns={"b", "none"})
            assert list(some.columns) == [name for name in frame.columns if name == "b"]
            assert "b" not in some or some["b"].tolist() == frame["b"].tolist()
            found.append((list(frame.columns), frame.to_numpy().tolist(), list(frame.dtypes)))
        except DataError as error:
            found.append(str(error))
    return found


@pytest.mark.parametrize("text", IRREGULAR)
def test_a_long_table_is_read_as_a_short_one(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fast, slow = both_ways(text.encode(), monkeypatch)
    assert fast == slow
    latin, other = both_ways(text.encode() + b"\xe9,2\n", monkeypatch)
    assert latin == other


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6))
def test_any_cells_are_read_alike_by_both_parsers(rows: list[list[str]]) -> None:
    content = rows_to_csv([["a", "b", "c"], *rows]).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "_BLOCK", 16)
        fast, slow = both_ways(content, patch)
    assert fast == slow


def test_the_faster_parser_is_used() -> None:
    """Or the tests above would compare one parser with itself."""
    assert tables._read_plain_header(b'a,b\n"x, ""y""",2\n3,4\n') == ["a", "b"]
    assert tables._read_plain_header(b"a,b\n1\n") == []
