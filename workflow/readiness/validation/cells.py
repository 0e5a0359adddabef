"""From the text of one cell to codes.

A cell is read on its own, so each distinct text of a column is read once, however many rows hold
it. A text is an option when it is the option's text to the letter, or in normal form (spaces, case,
apostrophes), or the value that the tool exports for it, or, in a column that holds codes, its code.
What cannot be an answer becomes `_invalid`, with the reason and, where one option is near, that
option as a suggestion: it is shown and never applied.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from readiness.facts import Fact, Listed
from readiness.questionnaire import BLANK, DONT_KNOW, INVALID, Item, match_key
from readiness.questionnaire.text import tidy

_WHOLE_NUMBER = re.compile(r"([+-]?\d+) ?(\D*)")
_SEPARATORS = " ;,"
TICKED = "\x1f"
"""What joins the ticked options of a cell that a reader has split already."""
NEAR = 0.75
"""The least likeness (difflib's ratio, 0-1) at which an option is suggested for an unknown text."""
_LONG = 200
"""Characters above which a text is an essay and no misspelt option."""


@dataclass(frozen=True)
class Fault:
    """Why a cell was not read as it stands; `suggestion` is the option that it may mean."""

    rule: str
    fact: Fact
    suggestion: str = ""


@dataclass(frozen=True)
class Cell:
    """Codes of a cell, one for each column of its item, and its faults."""

    values: tuple[str, ...]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Options:
    """The options of an item by what a cell may hold: `(code, exported text)` of each.

    `texts` by normal form; `others` by value and, in a column of codes, by code, where no option
    has that text.
    """

    texts: dict[str, tuple[str, str]]
    others: dict[str, tuple[str, str]]

    @classmethod
    def of(cls, item: Item, codes: bool = False) -> Options:
        """The options of `item`; with their own codes where the column holds `codes`."""
        options = [(category.code, category.text) for category in item.categories]
        values = [
            (category.value, option)
            for category, option in zip(item.categories, options, strict=True)
        ]
        if item.dont_know:
            options.append((DONT_KNOW, item.dont_know.text))
            values.append((item.dont_know.value, options[-1]))
        texts = {match_key(option[1]): option for option in options}
        others = {match_key(value): option for value, option in values if value}
        if codes:
            others |= {match_key(o[0]): o for o in options if match_key(o[0]) not in others}
        return cls(texts, {key: o for key, o in others.items() if key not in texts})

    def find(self, text: str) -> tuple[str, str] | None:
        """The option that `text` is, as a whole."""
        key = match_key(text)
        return self.texts.get(key) or self.others.get(key)

    def near(self, text: str) -> str:
        """The one option that `text` is nearly, as exported; "" where none is near."""
        if len(text) > _LONG:
            return ""
        found = difflib.get_close_matches(match_key(text), self.texts, n=1, cutoff=NEAR)
        return self.texts[found[0]][1] if found else ""

    @property
    def listed(self) -> Listed:
        """The exported texts, in the order of the form."""
        return Listed(tuple(exported for _, exported in self.texts.values()), "comma")


def holds_codes(item: Item, texts: Iterable[str]) -> bool:
    """Whether a column holds the item's own codes: some of its texts are codes, none is an option's
    text or value."""
    if not item.categories:
        return False
    options, coded = Options.of(item), Options.of(item, codes=True)
    pieces = [piece for text in texts for piece in text.split(TICKED) if match_key(piece)]
    return not any(map(options.find, pieces)) and any(map(coded.find, pieces))


def read_cell(item: Item, text: str, options: Options | None = None) -> Cell:
    """Read the exported `text` of one answer to `item`; `options`: its own, where in hand."""
    options = options or Options.of(item)
    if not match_key(text):
        return _blank(item)
    for entry in item.missing:
        if match_key(text) in (match_key(entry.text), match_key(entry.value or entry.text)):
            return Cell((entry.special,) * len(item.columns))
    if item.kind == "multi":
        return _read_multi(item, text, options)
    if item.kind == "number":
        return _read_number(item, text)
    if item.kind in ("text", "date"):
        return Cell((tidy(text),))
    return _read_single(text, options)


def _blank(item: Item) -> Cell:
    if item.kind == "text":
        # Nobody has to write a remark: an empty one is no fault.
        return Cell((BLANK,))
    if item.blank_means == "none":
        return Cell(("0",) * len(item.categories))
    fault = Fault("no_answer", Fact("validation.no_answer"))
    return Cell((BLANK,) * len(item.columns), (fault,))


def _spelled(*read: str) -> Fault:
    """A text that is read as these options, or this number."""
    return Fault("spelling", Fact("validation.spelling", {"read": Listed(read, "comma")}))


def _read_single(text: str, options: Options) -> Cell:
    option = options.find(text)
    if option is None:
        fact = Fact("validation.unknown_option", {"options": options.listed})
        return Cell((INVALID,), (Fault("unknown_option", fact, options.near(text)),))
    code, exported = option
    # A value or a code is another way of writing the option, not a misspelling of it.
    if text == exported or match_key(text) in options.others:
        return Cell((code,))
    return Cell((code,), (_spelled(exported),))


def _read_number(item: Item, text: str) -> Cell:
    assert item.range is not None  # the questionnaire gives every number item its range
    unit, (low, high) = item.range.written_unit, item.range.bounds
    between = {"low": f"{low:.12g}", "high": f"{high:.12g}"}
    match = _WHOLE_NUMBER.fullmatch(match_key(text))
    if match is None or match[2] not in ("", unit, unit.removesuffix("s")):
        return Cell((INVALID,), (Fault("not_a_number", Fact("validation.not_a_number", between)),))
    # No range needs ten digits, and Python refuses to convert thousands of them.
    number = int(match[1]) if len(match[1]) < 10 else sys.maxsize
    if not low <= number <= high:
        return Cell((INVALID,), (Fault("out_of_range", Fact("validation.out_of_range", between)),))
    if text == str(number):
        return Cell((text,))
    return Cell((str(number),), (_spelled(str(number)),))


def split_options(text: str, known: dict[str, tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Split a checkbox cell into codes of known options and pieces that are none.

    Survey tools join ticked options by `;` or `, ` and options hold commas themselves, so a cell
    cannot be split at its separators: at each place the longest known option that ends at a
    separator (or at the end) is taken.
    """
    key = match_key(text)
    longest_first = sorted(known, key=len, reverse=True)
    codes: list[str] = []
    pieces: list[str] = []
    at = 0
    while at < len(key):
        if key[at] in _SEPARATORS:
            at += 1
            continue
        for option in longest_first:
            end = at + len(option)
            if key.startswith(option, at) and (end == len(key) or key[end:].lstrip()[:1] in ";,"):
                codes.append(known[option][0])
                break
        else:
            stops = [key.find(stop, at) for stop in ";,"]
            end = min([stop for stop in stops if stop >= 0], default=len(key))
            pieces.append(key[at:end].strip())
        at = end
    return codes, pieces


def _ticked(text: str, options: Options) -> tuple[list[str], list[str]]:
    """Codes of the options that a cell holds, and the pieces of it that are none."""
    if TICKED not in text:
        whole = options.find(text)
        return ([whole[0]], []) if whole else split_options(text, options.texts)
    pieces = [piece for piece in text.split(TICKED) if match_key(piece)]
    found = [(piece, options.find(piece)) for piece in pieces]
    return [o[0] for _, o in found if o], [match_key(piece) for piece, o in found if not o]


def _read_multi(item: Item, text: str, options: Options) -> Cell:
    codes, pieces = _ticked(text, options)
    faults = []
    if pieces or not codes:
        said = Listed(tuple(pieces) or (tidy(text),), "comma")
        fact = Fact("validation.unknown_pieces", {"said_pieces": said, "options": options.listed})
        near = options.near(pieces[0]) if len(pieces) == 1 else ""
        faults.append(Fault("unknown_option", fact, near))
    if not codes:
        return Cell((INVALID,) * len(item.columns), tuple(faults))
    if codes == [DONT_KNOW]:
        return Cell((DONT_KNOW,) * len(item.columns), tuple(faults))
    if DONT_KNOW in codes:
        faults.append(Fault("contradiction", Fact("validation.contradiction")))
    exported = [category.text for category in item.categories if category.code in codes]
    split_or_value = TICKED in text or match_key(text) in options.others
    if not (
        pieces or DONT_KNOW in codes or split_or_value or _written_like(text, exported, codes, item)
    ):
        faults.append(_spelled(*exported))
    return Cell(tuple("1" if code in codes else "0" for code in item.codes), tuple(faults))


def _written_like(text: str, exported: list[str], codes: list[str], item: Item) -> bool:
    """Whether the cell holds the options to the letter, in either way of joining them."""
    by_code = {category.code: category.text for category in item.categories}
    as_ticked = [by_code[code] for code in codes]
    return any(text in (sep.join(exported), sep.join(as_ticked)) for sep in (";", ", "))
