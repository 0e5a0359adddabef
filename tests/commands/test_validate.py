"""`readiness validate` and `data add --questionnaire`: the same words, before all is written."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from project_copy import ROOT
from readiness.cli import main
from readiness.datasets.versions import read_versions
from readiness.ground.tables import rows_to_csv

QUESTIONNAIRE = "ai-readiness-1"
EXPORT = ROOT / "data/store/files/md5/1d/808e527ae8fb1dd021cf24959dab32"
SAMPLE = ROOT / "data/store/files/md5/19/78e9260db2910861003b7880945756"
Rows = list[list[str]]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (".dvc/config", f"data/questionnaires/{QUESTIONNAIRE}.yaml", "config.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows_of(path: Path) -> Rows:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def without_column(rows: Rows) -> Rows:
    return [row[:5] + row[6:] for row in rows]


def in_column(position: int, text: str | Callable[[str], str]) -> Callable[[Rows], Rows]:
    def change(rows: Rows) -> Rows:
        for row in rows[1:]:
            row[position] = text if isinstance(text, str) else text(row[position])
        return rows

    return change


def no_moment(text: str) -> str:
    """Half of the moments as nobody can read them."""
    return text if text[:2] <= "12" else f"week {text}"


KINDS: list[tuple[Callable[[Rows], Rows | bytes], str]] = [
    (without_column, "20 of 21 columns recognised"),
    (in_column(0, no_moment), "no readable date: 335"),
    (in_column(2, "Autre"), "Answers to respondent_group excluded"),
    (lambda rows: b"PK\x03\x04xl/", "the workbook or archive is damaged"),
]


@pytest.mark.parametrize(("change", "said"), KINDS)
def test_what_a_run_would_refuse_is_never_registered(
    root: Path, capsys: Any, change: Callable[[Rows], Rows | bytes], said: str
) -> None:
    changed = change(rows_of(EXPORT))
    content = changed if isinstance(changed, bytes) else rows_to_csv(changed).encode()
    (root / "export.csv").write_bytes(content)
    before = sorted(root.rglob("*"))
    assert main(["validate", "export.csv", "--questionnaire", QUESTIONNAIRE]) == 3
    validated = capsys.readouterr().err
    add = ["data", "add", "export.csv", "--dataset", "x", "--as", "1"]
    assert main([*add, "--questionnaire", QUESTIONNAIRE]) == 3
    added = capsys.readouterr().err
    assert said in validated and "Traceback" not in validated
    assert added.removeprefix("readiness data: ") == validated.removeprefix("readiness validate: ")
    assert [path for path in sorted(root.rglob("*")) if ".dvc/tmp" not in str(path)] == before


def test_what_would_be_kept_is_said_before_it_is_registered(root: Path, capsys: Any) -> None:
    shutil.copyfile(EXPORT, root / "export.csv")
    before = sorted(root.rglob("*"))
    assert main(["validate", "export.csv", "--questionnaire", QUESTIONNAIRE]) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "export.csv: an export of ai-readiness-1. Submissions: 689.\n"
        "Submissions that would be kept, before dates and sample are checked: 681 "
        "(professional: 656, expert: 25)\n"
        "Submissions not kept: 8 of 689 (1.2%; duplicates: 6, no readable date: 1, "
    )
    assert "unknown_option            7  error: Not an option of the question: excluded.\n" in out
    assert sorted(root.rglob("*")) == before
    add = ["data", "add", "export.csv", "--dataset", "x", "--as", "1"]
    assert main([*add, "--questionnaire", QUESTIONNAIRE]) == 0
    assert capsys.readouterr().out.startswith(out)
    assert read_versions(root)["x@1"].questionnaire == QUESTIONNAIRE


def test_counts_and_faults_are_printed_as_json(root: Path, capsys: Any) -> None:
    """Its faults are those of the table that --csv writes, its counts those of the sentences."""
    words = ["validate", str(EXPORT), "--questionnaire", QUESTIONNAIRE]
    assert main([*words, "--csv", "faults.csv"]) == 0
    text = capsys.readouterr().out
    assert main([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    table = rows_of(root / "faults.csv")
    at = [table[0].index(name) for name in ("row", "rule", "item", "value")]
    written = [[row[place] for place in at] for row in table[1:]]
    listed = [[str(f[n]) for n in ("row", "rule", "item", "value")] for f in said["faults"]]
    assert listed == written and len(listed) > 100
    assert sum(rule["n"] for rule in said["rules"]) == len(listed)
    assert said["received"] - said["kept"] == sum(said["dropped"].values()) > 0
    assert str(said["received"]) in text and str(said["kept"]) in text
    assert main(["validate", str(SAMPLE), "--questionnaire", QUESTIONNAIRE, "--json"]) == 0
    sample = json.loads(capsys.readouterr().out)
    assert sample["invited"] == len(rows_of(SAMPLE)) - 1 and "faults" not in sample


def test_a_larger_loss_that_the_wave_allows_is_registered(root: Path, capsys: Any) -> None:
    rows = in_column(0, no_moment)(rows_of(EXPORT))
    (root / "export.csv").write_text(rows_to_csv(rows), "utf-8")
    config = (root / "config.yaml").read_text("utf-8")
    (root / "config.yaml").write_text(
        config.replace("    validate: {", "    validate: {largest_loss: 0.6, "), "utf-8"
    )
    assert main(["validate", "export.csv", "--questionnaire", QUESTIONNAIRE]) == 0
    assert "Submissions not kept: 339 of 689" in capsys.readouterr().out


def test_a_drawn_sample_is_read_as_one(root: Path, capsys: Any) -> None:
    shutil.copyfile(SAMPLE, root / "sample.csv")
    assert main(["validate", "sample.csv", "--questionnaire", QUESTIONNAIRE]) == 0
    assert "Invited: 1,740; strata: 7; population: 12,000." in (capsys.readouterr().out)
    (root / "sample.csv").write_text(rows_to_csv(rows_of(SAMPLE)[:-1]), "utf-8")
    add = ["data", "add", "sample.csv", "--dataset", "x", "--as", "1"]
    assert main([*add, "--questionnaire", QUESTIONNAIRE]) == 3
    assert "row 11, column stratum_drawn: 280; expected its rows" in capsys.readouterr().err
    assert not (root / "data/versions.csv").exists()
