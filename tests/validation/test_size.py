"""Coded answers that the steps after validation could not read are refused before those steps."""

import re
from pathlib import Path

import pandas as pd
import pytest

from readiness.cli import main
from readiness.ground.errors import DataError
from readiness.ground.tables import LARGEST, read_text_table
from readiness.validation.size import count_bytes, refuse_large_answers


def test_the_size_is_that_of_the_file(tmp_path: Path) -> None:
    answers = pd.DataFrame({"respondent": ["a", "bb", "c"], "rôle": ["متفق", "_blank", ""]})
    for kept in (answers, answers.astype("category"), answers.iloc[:0]):
        path = tmp_path / "answers.csv"
        kept.to_csv(path, index=False, lineterminator="\n")
        assert count_bytes(kept) == path.stat().st_size
        refuse_large_answers(kept, path, path.stat().st_size)
        with pytest.raises(DataError, match=f"{len(kept)} coded answers take {count_bytes(kept)}"):
            refuse_large_answers(kept, path, path.stat().st_size - 1)


def test_more_than_a_gibibyte_is_refused_with_the_number() -> None:
    """More than is read afterwards: so many people with long answers, without their bytes."""
    text = "x" * 100_000
    people = pd.DataFrame({"why": pd.Categorical.from_codes([0] * 11_000, categories=[text])})
    assert count_bytes(people) > LARGEST
    with pytest.raises(DataError) as refused:
        refuse_large_answers(people, "export.csv")
    assert f"{count_bytes(people):,} bytes" in str(refused.value)
    assert "at most 1,073,741,824 bytes (1 GiB)" in str(refused.value)
    refuse_large_answers(people.iloc[:10_000], "export.csv")


def test_a_file_that_large_is_not_read(tmp_path: Path) -> None:
    """The bound is that of the reading: a sparse file of one byte more."""
    path = tmp_path / "answers.csv"
    with path.open("wb") as file:
        file.write(b"respondent\n")
        file.truncate(LARGEST + 1)
    with pytest.raises(DataError, match="cannot be read"):
        read_text_table(path, "the coded answers")


@pytest.mark.parametrize("command", ["validate", "new"])
def test_commands_refuse_before_anything_is_computed(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The bound alone is lowered; what counts and refuses is the program's own."""
    export = tmp_path / "votes.csv"
    rows = "".join(f"{k},{('yes', 'no', 'perhaps')[k % 3]}\n" for k in range(200))
    export.write_text(f"number,vote\n{rows}", "utf-8")
    folder = tmp_path / "office"
    words = ["new", str(folder), "--from", str(export), "--wave", "votes"]
    if command == "validate":
        assert main(words) == 0
        [asked] = (folder / "data/questionnaires").glob("*.yaml")
        words = ["validate", str(export), "--questionnaire", str(asked)]
        assert main(words) == 0
    capsys.readouterr()
    monkeypatch.setattr(refuse_large_answers, "__defaults__", (1_000,))
    assert main(words) == 3
    said = capsys.readouterr().err
    assert re.search(r"coded answers take [\d,]+ bytes, and at most 1,000 bytes", said), said
    assert command == "validate" or not folder.exists()
