"""An export's questionnaire as the program drafts it."""

from __future__ import annotations

from pathlib import Path

from readiness.bounded import TextLoader, read_yaml_text
from readiness.commands.starting.beginnings import _draft_questionnaire, export_table
from readiness.questionnaire import Questionnaire, questionnaire_of


def draft(path: Path, content: bytes) -> Questionnaire:
    table = export_table(path, content)
    text = _draft_questionnaire(table, path.name, "made", [], "")
    return questionnaire_of(read_yaml_text(text, TextLoader), "made-1")
