"""What a draft decides of its export, reading uses."""

from __future__ import annotations

from pathlib import Path

from readiness.bounded import TextLoader, read_yaml_text
from readiness.commands.starting.beginnings import ToldExport, _draft_questionnaire, export_table
from readiness.questionnaire import questionnaire_of
from readiness.readers import read_export
from readiness.validation import first_reading, losses


def test_the_tool_is_decided_once(tmp_path: Path) -> None:
    media = ("Radio/Web", "Radio", "Web/Press", "Press", "Radio/Press")
    lines = [f"{k},2026-03-02 10:00:{k:02d},{media[k % 5]}" for k in range(40)]
    path = tmp_path / "export.csv"
    path.write_text("\n".join(["No,Timestamp,Which media do you use?", *lines]) + "\n", "utf-8")
    table = export_table(path, path.read_bytes())
    text, _, _ = _draft_questionnaire(table, path.name, "trial", [], "en")
    asked = questionnaire_of(read_yaml_text(text, TextLoader), "draft")
    assert asked.export.tool == "plain"
    found = first_reading(read_export(path, asked, path.read_bytes()), asked)
    sums = found.reconciliation.set_index(["item", "part"])["n"]
    assert sums[asked.items[0].id, "used"] == len(lines)
    assert not losses(found)
    told = ToldExport(tool="google-forms", encoding="utf-8")
    assert export_table(path, path.read_bytes(), told).tool == "google-forms"
