"""What the numbers of a text are of, among the publications of this project."""

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from project_copy import ROOT
from readiness.cli import main
from readiness.publications.ledger import read_words_in

RELEASE = "simulated-2026-r6"
FOLDER = ROOT / "publications" / RELEASE


def quoted(capsys: Any, path: Path, text: str) -> list[dict[str, Any]]:
    path.write_text(text, "utf-8")
    assert main(["quote", str(path), "--publication", RELEASE, "--json"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_a_published_number_is_named_and_no_other_is(
    capsys: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str
) -> None:
    """Each estimate with labels, in a sentence of its labels: as published, and of this number."""
    monkeypatch.chdir(ROOT)
    with (FOLDER / "figures.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    labels = read_words_in(FOLDER, language)
    estimates = [
        row
        for row in rows
        if row["kind"] == "estimate"
        and row["unit"] == "share"
        and row["value"]
        and labels.get(row["id"])
        and row["id"].count(".") == 2
    ][::12]
    assert len(estimates) >= 40
    shown = {row["id"]: str(Decimal(row["value"]) * 100).split(".")[0] for row in estimates}
    text = "\n\n".join(f"{labels[row['id']]}: {shown[row['id']]} %." for row in estimates)
    found = quoted(capsys, tmp_path / "text.txt", text)
    # Numbers of people in the labels follow the shares.
    assert [number["printed"] for number in found][: len(shown)] == list(shown.values())
    found = found[: len(shown)]
    named = [
        f"{RELEASE}/{name}" in number["of"] and number["how"] == "as published"
        for name, number in zip(shown, found, strict=True)
    ]
    assert sum(named) / len(named) >= 0.95
    assert "not ours" not in {number["how"] for number in found}
    [foreign] = quoted(capsys, tmp_path / "text.txt", "99.73 % of all said so.")
    assert foreign["how"] == "not ours" and not foreign["of"]
