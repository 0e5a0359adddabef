"""The codebook of a questionnaire as one self-contained page; pure: the text is returned."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from readiness.facts import Fact
from readiness.language import Language, tell
from readiness.questionnaire import Questionnaire
from readiness.questionnaire.codebook import CodebookEntry, OptionLine, entries, frame_entries
from readiness.rendering.numbers import render_template
from readiness.templating import add_policy, stylesheet

FOLDER = Path(__file__).resolve().parent / "templates"
# What stands over the options of a question.
COLUMNS = tuple(
    f"questionnaire.page.column.{name}" for name in ("code", "value", "text", "label", "note")
)
_CODE = Markup('<code dir="ltr">{}</code>')
_TEXT = Markup("<bdi>{}</bdi>")


@dataclass(frozen=True)
class _OptionColumn:
    """A column of the options, left out where a question has nothing for it."""

    key: str
    of: Callable[[OptionLine], str]
    markup: Markup

    def cell(self, option: OptionLine) -> Markup:
        return self.markup.format(self.of(option)) if self.of(option) else Markup("")

    def is_shown(self, entry: CodebookEntry) -> bool:
        return any(self.of(option) for option in entry.options)


def _columns(own: str) -> tuple[_OptionColumn, ...]:
    """`own`: the language of what is exported."""
    exported = Markup('<bdi lang="{}">{{}}</bdi>').format(own)
    reads: tuple[tuple[Callable[[OptionLine], str], Markup], ...] = (
        (lambda o: o.code, _CODE),
        (lambda o: o.value, _CODE),
        (lambda o: o.text if o.text != o.label else "", exported),
        (lambda o: o.label, _TEXT),
        (lambda o: " · ".join(o.notes), _TEXT),
    )
    return tuple(_OptionColumn(key, *read) for key, read in zip(COLUMNS, reads, strict=True))


def codebook_page(
    questionnaire: Questionnaire,
    language: Language,
    summary: Sequence[str] = (),
    changes: Sequence[Fact] = (),
) -> str:
    """The page; `summary` are sentences to put first, `changes` what is new in this version."""
    columns = _columns(questionnaire.language)

    def shown(entry: CodebookEntry) -> Markup:
        own = {"entry": entry, "own": questionnaire.language, "columns": columns}
        return Markup(render_template(FOLDER, "codebook-entry.html", language, "", **own))

    title = questionnaire.title.root
    named = {"title": title.get(language) or next(iter(title.values()))}
    listed = list(entries(questionnaire, language))
    page = render_template(
        FOLDER,
        "codebook.html",
        language,
        stylesheet("readiness.site", "codebook.css"),
        questionnaire=questionnaire,
        heading=tell(Fact("questionnaire.page.title", named), language),
        summary=summary,
        changes=[tell(change, language) for change in changes],
        entries=listed,
        seen=[entry.grid for entry in listed],
        frame=list(frame_entries(questionnaire, language)),
        shown=shown,
    )
    return add_policy(page)
