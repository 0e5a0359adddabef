"""The codebook of a questionnaire as one self-contained page; pure: the text is returned."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path

from markupsafe import Markup, escape

from readiness.facts import Fact
from readiness.language import Language, direction, tell, text
from readiness.questionnaire import Questionnaire
from readiness.questionnaire.codebook import Entry, entries, frame_entries
from readiness.rendering.policy import guarded
from readiness.templating import environment

FOLDER = Path(__file__).resolve().parent / "templates"
COLUMNS = tuple(
    f"questionnaire.page.column.{name}" for name in ("code", "value", "text", "label", "note")
)
"""What stands over the options of a question."""


def codebook_page(
    questionnaire: Questionnaire,
    language: Language,
    summary: Sequence[str] = (),
    changes: Sequence[Fact] = (),
) -> str:
    """The page; `summary` are sentences to put first, `changes` what is new in this version."""
    css = "".join(
        files(room).joinpath(name).read_text("utf-8")
        for room, name in (("readiness.rendering", "page.css"), ("readiness.site", "codebook.css"))
    )
    templates = environment(FOLDER, escape)
    say = partial(text, language=language)
    one = templates.get_template("codebook-entry.html")

    def shown(entry: Entry) -> Markup:
        return Markup(one.render(entry=entry, own=questionnaire.language, columns=COLUMNS, t=say))

    title = questionnaire.title.root
    named = {"title": title.get(language) or next(iter(title.values()))}
    listed = list(entries(questionnaire, language))
    page = templates.get_template("codebook.html").render(
        questionnaire=questionnaire,
        language=language,
        direction=direction(language),
        heading=tell(Fact("questionnaire.page.title", named), language),
        style=Markup(css),
        summary=summary,
        changes=[tell(change, language) for change in changes],
        entries=listed,
        seen=[entry.grid for entry in listed],
        frame=list(frame_entries(questionnaire, language)),
        shown=shown,
        t=say,
    )
    return guarded(page)
