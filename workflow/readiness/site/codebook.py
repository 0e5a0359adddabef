"""Render the codebook of a questionnaire as one self-contained page; no files are written."""

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from readiness.ground.facts import Fact
from readiness.language import Language, tell
from readiness.questionnaire import Questionnaire
from readiness.questionnaire.codebook import CodebookEntry, entries, frame_entries
from readiness.rendering.numbers import render_page, render_template

FOLDER = Path(__file__).resolve().parent / "templates"
# Column headers of a question's options.
COLUMNS = tuple(
    f"questionnaire.page.column.{name}" for name in ("code", "value", "text", "label", "note")
)
_CODE, _TEXT = Markup('<code dir="ltr">{}</code>'), Markup("<bdi>{}</bdi>")


def _make_columns(entry: CodebookEntry, own: str) -> dict[str, list[Markup]]:
    """Return the option cells of an entry by column, without empty columns; `own`: export
    language.
    """
    looks = (_CODE, _CODE, Markup('<bdi lang="{}">{{}}</bdi>').format(own), _TEXT, _TEXT)
    rows = []
    for option in entry.options:
        text = option.text if option.text != option.label else ""
        rows.append((option.code, option.value, text, option.label, " · ".join(option.notes)))
    columns: dict[str, list[Markup]] = {}
    # Without options there are no columns.
    for key, look, texts in zip(COLUMNS, looks, zip(*rows, strict=True), strict=False):
        if any(texts):
            columns[key] = [look.format(text) if text else Markup("") for text in texts]
    return columns


def codebook_page(
    questionnaire: Questionnaire,
    language: Language,
    summary: Sequence[str] = (),
    changes: Sequence[Fact] = (),
) -> str:
    """Return the page; `summary`: opening sentences, `changes`: changes since the last version."""

    def render_entry(entry: CodebookEntry) -> Markup:
        columns = _make_columns(entry, questionnaire.language)
        own = {"entry": entry, "own": questionnaire.language, "columns": columns}
        return Markup(render_template(FOLDER, "codebook-entry.html", language, "", **own))

    named = {"title": questionnaire.title.text(language)}
    listed = list(entries(questionnaire, language))
    return render_page(
        "readiness.site",
        "codebook.html",
        "codebook.css",
        language,
        questionnaire=questionnaire,
        heading=tell(Fact("questionnaire.page.title", named), language),
        summary=summary,
        changes=[tell(change, language) for change in changes],
        entries=listed,
        seen=[entry.grid for entry in listed],
        frame=list(frame_entries(questionnaire, language)),
        render_entry=render_entry,
    )
