"""The same interviews, drafted from what each tool exports: each draft reads all of its export."""

from __future__ import annotations

from pathlib import Path

import pytest

from readers.writers.every import EXPORTS
from readers.writers.interviews import interviews
from readiness.bounded import TextLoader, read_yaml_text
from readiness.commands.starting.beginnings import (
    ToldExport,
    _draft_questionnaire,
    export_table,
)
from readiness.drafting import document_of, draft_text, make_draft
from readiness.questionnaire import questionnaire_of
from readiness.readers import read_export
from readiness.validation import first_reading, losses

INTERVIEWS = interviews(80)


@pytest.mark.parametrize("name", EXPORTS)
def test_a_draft_reads_the_export_it_was_made_of(name: str, tmp_path: Path) -> None:
    ending, write = EXPORTS[name]
    content = write(INTERVIEWS)
    path = tmp_path / f"export.{ending}"
    path.write_bytes(content)
    table = export_table(path, content)
    draft = make_draft(table, "trial", name, language="fr")
    text = draft_text(document_of(draft), name)
    asked = questionnaire_of(read_yaml_text(text, TextLoader), "draft")
    kinds = [item.kind for item in asked.items]
    # Role, readiness, training, tasks, three effects, years, a remark.
    assert len(kinds) == 9 and kinds[7] == "number"
    tasks = asked.items[3]
    assert (tasks.kind, len(tasks.codes)) == ("multi", 4)
    found = first_reading(read_export(path, asked, content), asked)
    assert found.count("kept") == len(INTERVIEWS)
    assert "unknown_option" not in set(found.issues["rule"])


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
