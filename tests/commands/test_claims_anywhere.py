"""Published figures without a project: one small file, the folder of a study, errors."""

import json
from pathlib import Path
from typing import Any

import pytest

from readiness.cli import main

YAML = """\
publisher: The Journal
base: 1500
figures:
  Do you use AI?: {Yes: 30.86, No: 69.14}
  Is your team trained?: {No: 12.35}
  Do you have plans?: {base: 1500, answers: {More: 35.80}}
"""
CSV = """\
item,answer,value,base
use,yes,30.86,1500
use,no,69.14,1500
trained,no,12.35,1500
plans,more,35.80,1500
"""
ALL = "All 4 figures fit 81, and no other number below 162."
WHY = "If 1,500 people were asked and 81 answered, the figures are possible."


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def said(capsys: Any, *words: str, code: int = 0) -> list[str]:
    assert main(["claims", *words]) == code
    found = capsys.readouterr()
    return (found.err if code else found.out).splitlines()


@pytest.mark.parametrize(("name", "text"), [("figures.yaml", YAML), ("figures.csv", CSV)])
def test_a_small_file_is_judged_together(capsys: Any, name: str, text: str) -> None:
    Path(name).write_text(text, "utf-8")
    lines = said(capsys, "check", name)
    assert lines[0].startswith("What follows holds if the shares are unweighted and rounded")
    assert lines[1].startswith("3 of the 4 figures cannot come from 1,500 people: ")
    assert lines[2:4] == [ALL, WHY]
    # A figure of a YAML keeps its decimals as written: 35.80, not 35.8.
    assert "35.80" in said(capsys, "check", name, "--json")[-1] or any(
        "35.80" in line for line in said(capsys, "check", name, "--json")
    )
    assert [path.name for path in Path().iterdir()] == [name]


def test_solve_says_the_same_as_check(capsys: Any) -> None:
    lines = said(capsys, "solve", "30.86/69.14", "12.35", "35.80", "--base", "1500")
    assert lines[2:4] == [ALL, WHY]


def test_solve_prints_its_readings_as_json(capsys: Any) -> None:
    words = ("claims", "solve", "67/33", "64")
    assert main([*words, "--json", "--n-max", "40"]) == 0
    said = json.loads(capsys.readouterr().out)
    first = said["readings"][0]
    assert first["kind"] == "together" and first["bases"] == [33, 36, 39]
    assert all(0 <= reading["power"] <= 1 for reading in said["readings"])
    assert main([*words, "--json", "--base", "32"]) == 0
    beside = json.loads(capsys.readouterr().out)
    assert beside["fits"] is False and beside["explanations"][1]["bases"] == [12, 15, 22, 25, 28]
    assert main([*words, "--base", "32"]) == 0
    assert capsys.readouterr().out.splitlines() == beside["sentences"]


def test_a_study_is_added_to_a_folder_and_checked(capsys: Any) -> None:
    Path("figures.yaml").write_text(YAML, "utf-8")
    words = ["add", "journal", "--from", "figures.yaml", "--source", "https://example.org/a"]
    assert said(capsys, *words) == [
        "journal/: 7 claims written",
        "Then: readiness claims check journal",
    ]
    assert said(capsys, "check", "journal")[2:4] == [ALL, WHY]
    assert "journal already exists" in said(capsys, *words, code=2)[0]
    (verdict,) = [
        each
        for each in json.loads("\n".join(said(capsys, "check", "journal", "--json")))
        if each["id"].startswith("total.source")
    ]
    assert verdict["numbers"]["fewer" if "fewer" in verdict["numbers"] else "first"] == 81


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.csv", CSV.replace("12.35", "~12"), "a.csv, row 4, column value: '~12'"),
        ("a.csv", CSV.replace("value", "percent"), "is column 'percent' meant as value?"),
        ("a.csv", CSV.replace("value", "valeu"), "is column 'valeu' meant as value?"),
        (
            "a.csv",
            CSV.replace("1500\nplans", "15x\nplans"),
            "a.csv, row 4, column base: '15x' of trained",
        ),
        (
            "a.yaml",
            YAML.replace("12.35", "none"),
            "a.yaml, figures, Is your team trained?, No, col",
        ),
        (
            "a.yaml",
            YAML.replace("figures:", "numbers:"),
            "unknown key 'numbers'; expected publisher",
        ),
        (
            "a.yaml",
            YAML.replace("{No: 12.35}", "12.35"),
            "figures, Is your team trained?: expected",
        ),
        ("a.yaml", "[1]", "a.yaml: expected publisher"),
        ("a.yaml", "figures: {a: {b: 1", "a.yaml line"),
    ],
)
def test_an_error_names_the_place(capsys: Any, name: str, text: str, expected: str) -> None:
    Path(name).write_text(text, "utf-8")
    (line,) = said(capsys, "check", name, code=2 if expected.endswith("line") else 3)
    assert expected in line


def test_what_is_not_there_is_named(capsys: Any) -> None:
    assert "b.csv: file not found" in said(capsys, "check", "b.csv", code=3)[0]
    assert (
        "this folder is not a project, and there is no file 'haca'"
        in said(capsys, "check", "haca", code=2)[0]
    )
    Path("figures.csv").write_text(CSV, "utf-8")
    assert "--publisher" in said(capsys, "add", "j", "--from", "figures.csv", code=2)[0]
