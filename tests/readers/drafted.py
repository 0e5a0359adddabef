"""An export's questionnaire as the program drafts it."""

from __future__ import annotations

from pathlib import Path

from readiness.commands.starting.beginnings import _draft_questionnaire
from readiness.commands.starting.export_tables import export_table
from readiness.ground.safe_yaml import TextLoader, read_yaml_text
from readiness.questionnaire import Questionnaire, questionnaire_of
from readiness.questionnaire.items import Export


def draft(path: Path, content: bytes) -> Questionnaire:
    return draft_of(path, content)[0]


def draft_of(path: Path, content: bytes, tool: str | None = None) -> tuple[Questionnaire, str]:
    """The questionnaire, and the text of its file; `tool` as somebody says it."""
    told = Export(tool=tool)
    table = export_table(path, content, told)
    text = _draft_questionnaire(table, path.name, "made", [], "", told)
    return questionnaire_of(read_yaml_text(text, TextLoader), "made-1"), text
