"""From the text of one cell to codes.

A cell is read on its own, so each distinct text of a column is read once, however many rows hold
it. What cannot be an answer becomes `_invalid`, with the reason; nothing is guessed beyond spaces,
case, apostrophes and the unit written after a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from readiness.facts import Fact, Listed
from readiness.questionnaire import BLANK, DONT_KNOW, INVALID, Item, match_key
from readiness.questionnaire.text import tidy

_WHOLE_NUMBER = re.compile(r"([+-]?\d+) ?(\D*)")
_SEPARATORS = " ;,"


@dataclass(frozen=True)
class Fault:
    """Why a cell was not read as it stands."""

    rule: str
    fact: Fact


@dataclass(frozen=True)
class Cell:
    """Codes of a cell, one for each column of its item, and its faults."""

    values: tuple[str, ...]
    faults: tuple[Fault, ...] = ()


def read_cell(item: Item, text: str) -> Cell:
    """Read the exported `text` of one answer to `item`."""
    if not match_key(text):
        return _blank(item)
    if item.kind == "multi":
        return _read_multi(item, text)
    if item.kind == "number":
        return _read_number(item, text)
    if item.kind == "text":
        return Cell((tidy(text),))
    return _read_single(item, text)


def _blank(item: Item) -> Cell:
    if item.kind == "text":
        # Nobody has to write a remark: an empty one is no fault.
        return Cell((BLANK,))
    if item.blank_means == "none":
        return Cell(("0",) * len(item.categories))
    fault = Fault("no_answer", Fact("validation.no_answer"))
    return Cell((BLANK,) * len(item.columns), (fault,))


def _options(item: Item) -> dict[str, tuple[str, str]]:
    """Match key of each option -> its code and its exported text."""
    options = {match_key(c.text): (c.code, c.text) for c in item.categories}
    if item.dont_know:
        options[match_key(item.dont_know.text)] = (DONT_KNOW, item.dont_know.text)
    return options


def _listed(item: Item) -> Listed:
    return Listed(tuple(exported for _, exported in _options(item).values()), "comma")


def _spelled(*read: str) -> Fault:
    """A text that is read as these options, or this number."""
    return Fault("spelling", Fact("validation.spelling", {"read": Listed(read, "comma")}))


def _read_single(item: Item, text: str) -> Cell:
    option = _options(item).get(match_key(text))
    if option is None:
        fact = Fact("validation.unknown_option", {"options": _listed(item)})
        return Cell((INVALID,), (Fault("unknown_option", fact),))
    code, exported = option
    if text == exported:
        return Cell((code,))
    return Cell((code,), (_spelled(exported),))


def _read_number(item: Item, text: str) -> Cell:
    assert item.range is not None  # the questionnaire gives every number item its range
    low, high, unit = item.range.low, item.range.high, item.range.written_unit
    between = {"low": str(low), "high": str(high)}
    match = _WHOLE_NUMBER.fullmatch(match_key(text))
    if match is None or match[2] not in ("", unit, unit.removesuffix("s")):
        return Cell((INVALID,), (Fault("not_a_number", Fact("validation.not_a_number", between)),))
    # No range needs ten digits, and Python refuses to convert thousands of them.
    number = int(match[1]) if len(match[1]) < 10 else high + 1
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


def _read_multi(item: Item, text: str) -> Cell:
    known = _options(item)
    codes, pieces = split_options(text, known)
    faults = []
    if pieces or not codes:
        said = Listed(tuple(pieces) or (tidy(text),), "comma")
        fact = Fact("validation.unknown_pieces", {"said_pieces": said, "options": _listed(item)})
        faults.append(Fault("unknown_option", fact))
    if not codes:
        return Cell((INVALID,) * len(item.columns), tuple(faults))
    if codes == [DONT_KNOW]:
        return Cell((DONT_KNOW,) * len(item.columns), tuple(faults))
    if DONT_KNOW in codes:
        faults.append(Fault("contradiction", Fact("validation.contradiction")))
    exported = [category.text for category in item.categories if category.code in codes]
    if not pieces and DONT_KNOW not in codes and not _written_like(text, exported, codes, item):
        faults.append(_spelled(*exported))
    return Cell(tuple("1" if code in codes else "0" for code in item.codes), tuple(faults))


def _written_like(text: str, exported: list[str], codes: list[str], item: Item) -> bool:
    """Whether the cell holds the options to the letter, in either way of joining them."""
    by_code = {category.code: category.text for category in item.categories}
    as_ticked = [by_code[code] for code in codes]
    return any(text in (sep.join(exported), sep.join(as_ticked)) for sep in (";", ", "))
