"""The codebook of a questionnaire: its questions and options, as a table and as entries of a page.

Labels are in the requested language. Where a label has no text in this language, the exported text
is used.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from readiness.ground.facts import Fact, Listed, Quantity, Term
from readiness.language import Language, show, tell
from readiness.questionnaire.items import DONT_KNOW, Category, Item
from readiness.questionnaire.model import Questionnaire
from readiness.questionnaire.text import strip_markup
from readiness.questionnaire.units import unit_text
from readiness.questionnaire.versions import kind_of

# Catalogue key for the meaning of a missing code.
MEANS = {
    meaning: f"questionnaire.means.{meaning}"
    for meaning in ("refused", "dont_know", "not_asked", "broken_off", "blank")
}
# Columns of the codebook as a table. A row is an option, or an item that has no options.
COLUMNS = (
    *("item", "kind", "question", "variable", "grid", "label", "asked_of"),
    *("code", "value", "text", "option", "note"),
)


@dataclass(frozen=True)
class OptionLine:
    """One line below a question: code, exported value and text, label, notes."""

    code: str
    value: str
    text: str
    label: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodebookEntry:
    """One question of the codebook.

    `grid`, `block`: id and text of the question's grid. `asked_of`: one sentence for each routing
    condition. `notes`: sentences on the question.
    """

    item: str
    kind: str
    question: str
    variable: str
    grid: str
    block: str
    label: str
    asked_of: tuple[str, ...]
    notes: tuple[str, ...]
    options: tuple[OptionLine, ...]


def entries(questionnaire: Questionnaire, language: Language) -> Iterator[CodebookEntry]:
    """Yield the questions in the order of the form, with labels and notes in a language."""
    for item in questionnaire.items:
        grid = questionnaire.grid(item.grid) if item.grid else None
        yield CodebookEntry(
            item.id,
            show(kind_of(item), language),
            item.row.text if item.row else item.column,
            ", ".join(item.slots or item.called[1:-1]),
            item.grid or "",
            grid.column if grid else "",
            _label(item.label.root, language, item.column),
            tuple(tell(fact, language) for fact in list_conditions(questionnaire, item, language)),
            tuple(_list_notes(item, language)),
            tuple(_list_options(item, language)),
        )


def table(questionnaire: Questionnaire, language: Language) -> list[dict[str, str]]:
    """Return the codebook as records with the keys `COLUMNS`.

    There is one record for each option, and one for each item that has no options.
    """
    records = []
    for entry in entries(questionnaire, language):
        question_cells = {
            name: getattr(entry, name) for name in COLUMNS[: COLUMNS.index("asked_of")]
        }
        question_cells["asked_of"] = " ".join(entry.asked_of)
        for option in entry.options or (OptionLine("", "", "", ""),):
            option_cells = {name: getattr(option, name) for name in ("code", "value", "text")}
            note = " ".join([*entry.notes, *option.notes])
            records.append({**question_cells, **option_cells, "option": option.label, "note": note})
    return records


def frame_entries(questionnaire: Questionnaire, language: Language) -> Iterator[CodebookEntry]:
    """Yield the frame variables as entries of the codebook."""
    for variable in questionnaire.frame:
        options = (_make_line(category, language) for category in variable.categories)
        label = _label(variable.label.root, language, variable.id)
        yield CodebookEntry(variable.id, "", "", "", "", "", label, (), (), tuple(options))


def _label(labels: Mapping[str, str], language: Language, own: str) -> str:
    """Return the label in a language; `own` where no label is in this language."""
    return labels.get(language) or own


def list_conditions(questionnaire: Questionnaire, item: Item, language: Language) -> Iterator[Fact]:
    """Yield a fact for each routing condition: the earlier question and the answers required."""
    for routing in item.asked_if:
        source = questionnaire.item(routing.item)
        labels = {c.code: _label(c.labels, language, c.text) for c in source.categories}
        terms = routing.condition_terms
        quoted = tuple(_quote(labels.get(code, code)) for code in terms)
        source_question = strip_markup(_label(source.label.root, language, source.column))
        required_answers = Listed(terms, "and") if routing.of_a_number else Listed(quoted, "or")
        yield Fact(
            "questionnaire.page.asked_of",
            {"item": _quote(source_question), "answers": required_answers},
        )


def _quote(said: str) -> Fact:
    """Return a fact that puts a text between quotes."""
    return Fact("language.quoted", {"what": said})


def _list_notes(item: Item, language: Language) -> Iterator[str]:
    """Yield sentences about an item: required, personal, meaning of blanks, range with unit."""
    flags = (
        ("questionnaire.flag.required", item.required),
        ("questionnaire.flag.personal", item.personal),
        ("questionnaire.flag.none", item.blank_means == "none"),
        ("questionnaire.flag.skipped", item.blank_means == "skipped"),
    )
    yield from (show(Term(flag), language) for flag, applies in flags if applies)
    if item.range is None:
        return
    unit_labels = item.range.unit.root if item.range.unit else {}
    unit = unit_labels.get(language) or item.range.written_unit or unit_text(item.range, language)
    ends = {"questionnaire.page.least": item.range.low, "questionnaire.page.most": item.range.high}
    for key, end in ends.items():
        if end is not None:
            places = len(f"{end:.9f}".rstrip("0").partition(".")[2])
            number = Quantity.of(end, "number", places)
            yield tell(Fact(key, {"number": number, "unit": unit}), language)


def _make_line(category: Category, language: Language) -> OptionLine:
    """Return an option as a line of the codebook, with notes on its flags."""
    flags = (
        ("questionnaire.flag.exclusive", category.exclusive),
        ("questionnaire.flag.other", category.other or category.specify is not None),
        ("questionnaire.flag.screens_out", category.screens_out),
    )
    notes = tuple(show(Term(key), language) for key, applies in flags if applies)
    label = _label(category.labels, language, category.text)
    return OptionLine(category.code, category.value or "", category.text, label, notes)


def _list_options(item: Item, language: Language) -> Iterator[OptionLine]:
    """Yield the lines below a question: options, "don't know", missing codes."""
    yield from (_make_line(category, language) for category in item.categories)
    outside = [(item.dont_know, DONT_KNOW, "questionnaire.flag.outside")] if item.dont_know else []
    missing = [(entry, entry.special, MEANS[entry.means]) for entry in item.missing]
    for answer, code, key in (*outside, *missing):
        label = _label(answer.labels, language, answer.text)
        note = show(Term(key), language)
        yield OptionLine(code, answer.value or "", answer.text, label, (note,))
