"""What a draft decides of its export, reading uses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from readiness.commands.starting.beginnings import _draft_questionnaire
from readiness.commands.starting.export_tables import export_table
from readiness.datasets.versions import Version
from readiness.ground.files import write_atomically
from readiness.ground.safe_yaml import TextLoader, read_yaml_text
from readiness.publications.audit.data import _find_rows_fault
from readiness.questionnaire import questionnaire_of
from readiness.questionnaire.items import Export
from readiness.readers import read_export
from readiness.validation import first_reading, losses


def test_the_tool_is_decided_once(tmp_path: Path) -> None:
    media = ("Radio/Web", "Radio", "Web/Press", "Press", "Radio/Press")
    # One answer in a column an option; several in lines of a cell.
    more = [
        f'{sex},"{each}"' for sex in ("Male,", ",Female") for each in ("A\nB", "B\nC", "A", "C")
    ]
    lines = [f"{k},2026-03-02 10:00:{k:02d},{media[k % 5]},{more[k % 8]}" for k in range(40)]
    path = tmp_path / "export.csv"
    head = "No,Timestamp,Which media do you use?,Sex [Male],Sex [Female],Which?"
    path.write_text("\n".join([head, *lines]) + "\n", "utf-8")
    table = export_table(path, path.read_bytes())
    text = _draft_questionnaire(table, path.name, "trial", [], "en")
    asked = questionnaire_of(read_yaml_text(text, TextLoader), "draft")
    assert asked.export.tool == "plain"
    found = first_reading(read_export(path, asked, path.read_bytes()), asked)
    sums = found.reconciliation.set_index(["item", "part"])["n"]
    assert [sums[item.id, "used"] for item in asked.items] == [len(lines)] * 3
    assert [item.kind.name for item in asked.items] == ["multi", "single", "multi"]
    assert not losses(found)
    told = Export(tool="google-forms", encoding="cp1250", header_rows=3)
    path.write_bytes(path.read_bytes().replace(b"?", b"\x8c\xe6"))
    table = export_table(path, path.read_bytes(), told)
    assert table.tool == "google-forms"
    text = _draft_questionnaire(table, path.name, "trial", [], "en", told)
    write_atomically(tmp_path / "data/questionnaires/trial-1.yaml", text)
    version = Version("trial", "1", "", "", 0, 38, "trial-1", "")
    assert _find_rows_fault(path, version, tmp_path) is None
    assert _find_rows_fault(path, replace(version, rows=40), tmp_path)
