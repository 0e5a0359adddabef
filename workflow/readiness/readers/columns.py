"""Which column of an export holds which question.

A tool writes a header in its own way: the text of a question, its name, both; with the row of a
grid or a ticked option behind it. All that a questionnaire's columns may be called is listed here
by rank, and a header is looked up, never taken apart: a question may hold any sign itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from readiness.questionnaire import Item, Questionnaire, match_key


@dataclass(frozen=True)
class Target:
    """An item, or the option of a multiple-choice item that has a column of its own."""

    item: str
    option: str | None = None


@dataclass(frozen=True)
class Found:
    """A column of the sheet and what it holds; a lower `rank` is a name nearer to the given one."""

    at: int
    target: Target
    rank: tuple[int, int]


Names = dict[str, Target | None]

_BESIDE = (
    "{} [{}]",
    "{}[{}]",
    "{}/{}",
    "{} - {}",
    "{}: {}",
    "{} {}",
    "{}_{}",
    "{}.{}",
    "{}-{}",
    "[{1}] {0}",
)
"""How a question and its row or option are written beside each other; a space before `[` goes."""

_TEXTS, _NAMES = ("{0} [{1}]", "{0} - {1}", "{0}-{1}"), ("{0}_{1}", "{0}[{1}]", "{0}/{1}")
_ROW_IN_HEADER = re.compile(r"(.+?) ?\[([^\[\]]+)\]", re.DOTALL)


def names_of(questionnaire: Questionnaire, *, numbered: bool) -> tuple[Names, ...]:
    """Match keys of all that each column may be called, the surest first.

    A key that means two things at one rank means neither there (None). `numbered`: the tool also
    writes the place of a row or option in its list (`q4_2`, `q4[SQ002]`): the least sure, so last.
    """
    own: list[tuple[str, Target]] = []
    variables: list[tuple[str, Target]] = []
    ids: list[tuple[str, Target]] = []
    rows: list[tuple[str, Target]] = []
    spread: list[tuple[str, Target]] = []
    alone: list[tuple[str, Target]] = []
    places: list[tuple[str, Target]] = []
    typed = {
        category.specify: (item, number)
        for item in questionnaire.items
        for number, category in enumerate(item.categories, 1)
        if category.specify
    }
    counts: dict[str, int] = {}
    for item in questionnaire.items:
        target = Target(item.id)
        own.append((item.column, target))
        ids.append((item.id, target))
        if item.variable:
            variables.append((item.variable, target))
        called = [item.column, *([item.variable] if item.variable else []), item.id]
        blocks, parts = _row_names(item, questionnaire)
        if blocks:
            counts[blocks[0]] = counts.get(blocks[0], 0) + 1
            rows += [(name, target) for name in _beside(blocks, parts)]
            # A box in a row of a grid: texts stand beside texts, names beside names.
            called += _beside(blocks[:1], parts[:1], _TEXTS) if item.kind == "multi" else ()
            called += _beside(blocks[1:], parts[1:], _NAMES) if item.kind == "multi" else ()
            alone.append((parts[0], target))
            places += [(name, target) for name in _places(blocks, counts[blocks[0]])]
        if item.kind == "multi":
            for number, (code, texts) in enumerate(_option_names(item), 1):
                option = Target(item.id, code)
                own += [(c.column, option) for c in item.categories if c.code == code and c.column]
                spread += [(name, option) for name in _beside(called, texts)]
                places += [(name, option) for name in _places(called, number)]
        if item.id in typed:
            rows += [(name, target) for name in _typed_names(*typed[item.id])]
    ranks = [own, variables, ids, rows, spread, alone, *([places] if numbered else [])]
    return tuple(_unambiguous(rank) for rank in ranks)


def _unambiguous(names: Iterable[tuple[str, Target]]) -> Names:
    made: Names = {}
    for name, target in names:
        key = match_key(name)
        made[key] = target if made.get(key, target) == target else None
    return made


def _beside(
    called: Iterable[str], parts: Sequence[str], forms: Sequence[str] = _BESIDE
) -> Iterable[str]:
    for name in called:
        for part in parts:
            for form in forms:
                yield form.format(name, part)


def _row_names(item: Item, questionnaire: Questionnaire) -> tuple[list[str], list[str]]:
    """What the grid and its row are called; nothing for an item that is no row of a grid."""
    if item.grid is None or item.row is None:
        found = _ROW_IN_HEADER.fullmatch(item.column)
        return ([found[1]], [found[2]]) if found else ([], [])
    block = questionnaire.grid(item.grid)
    blocks = [name for name in (block.column, block.variable, block.id) if name]
    start = f"{item.grid}_"
    code = item.id.removeprefix(start) if item.id.startswith(start) else None
    parts = (item.row.text, item.row.value, item.variable, item.id, code)
    return blocks, [name for name in parts if name]


def _option_names(item: Item) -> list[tuple[str, list[str]]]:
    """Code -> what the option is called in a header."""
    named = [(c.code, [c.text, *([c.value] if c.value else []), c.code]) for c in item.categories]
    if item.dont_know:
        value = getattr(item.dont_know, "value", None)
        named.append(("_dont_know", [item.dont_know.text, *([value] if value else [])]))
    return named


def _places(called: Iterable[str], number: int) -> Iterable[str]:
    for name in called:
        yield from (f"{name}_{number}", f"{name}[SQ{number:03d}]", f"{name}_SQ{number:03d}")


def _typed_names(item: Item, number: int) -> Iterable[str]:
    """What the column of an answer typed beside an option is called."""
    for name in (item.column, *([item.variable] if item.variable else []), item.id):
        yield from (
            f"{name}[other]", f"{name} [other]", f"{name}_other", f"{name}/other",
            f"{name}_{number}_TEXT", f"{name}_TEXT",
        )  # fmt: skip
        for words in (item.categories[number - 1].text, "other"):
            yield f"{name} - {words} - Text"


def find(headings: Sequence[Sequence[str]], names: Sequence[Names]) -> list[Found]:
    """What each column holds; `headings` are the names of each, as the tool writes them.

    A column is given the surest of its names; one that holds nothing known is left out.
    """
    found = []
    for at, heading in enumerate(headings):
        keys = [match_key(name) for name in heading]
        hits = (
            Found(at, target, (rank, place))
            for rank, known in enumerate(names)
            for place, key in enumerate(keys)
            if key and (target := known.get(key)) is not None
        )
        if (hit := next(hits, None)) is not None:
            found.append(hit)
    return found


def surest(found: Iterable[Found]) -> dict[Target, list[Found]]:
    """By target, the columns whose names are the surest: more than one is a header given twice."""
    made: dict[Target, list[Found]] = {}
    for hit in found:
        held = made.setdefault(hit.target, [])
        if held and hit.rank < held[0].rank:
            held.clear()
        if not held or hit.rank == held[0].rank:
            held.append(hit)
    return made
