"""Code the text of one cell.

The codes of a cell depend on its text alone, so each distinct text of a column is read once. A text
stands for an option when it equals one of these, exactly or in normal form (spaces, case,
apostrophes): the option's text; the value that the tool exports for the option; in a column of
codes, the option's code. A text that could stand for two options becomes `_invalid`, unless the
other cells of the column decide. A text that cannot be an answer becomes `_invalid` too, with the
reason. A similar option is printed as a suggestion and never applied.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from math import isinf

from readiness.ground.decimals import DOUBLE_DIGITS, shorten_decimal, write_out
from readiness.ground.facts import Fact, Listed
from readiness.questionnaire import (
    BLANK,
    DONT_KNOW,
    INVALID,
    JOINS,
    REFUSED,
    TICKED,
    Category,
    Item,
    match_key,
    match_options,
    split_joined,
    tidy,
)
from readiness.questionnaire.items import Missing
from readiness.questionnaire.kinds import DATE, MULTI, NUMBER, ORDINAL, SINGLE, TEXT, QuestionKind
from readiness.questionnaire.text import latin_digits
from readiness.readers.moments import DAY_FIRST, MONTH_FIRST, make_moment, match_moment

# Least similarity (difflib's ratio, 0-1) at which an option is suggested for an unknown text.
NEAR = 0.75
_DIGITS = re.compile(r"\d+")
_CODE = re.compile(r"-?\d{1,4}(?:[.,]0+)?")
# Longest text, in characters, that can be a misspelt option.
_LONG = 200


@dataclass(frozen=True)
class ReadCell:
    """Codes of a cell, one for each column of the cell's item, and the faults found.

    `given`: whether the cell holds an answer of any kind, a refusal or "do not know" included.
    """

    values: tuple[str, ...]
    faults: tuple[CellFault, ...] = ()
    given: bool = True


@dataclass(frozen=True)
class Options:
    """Options of an item, by the texts that stand for an option in the item's column.

    `texts`: (code, exported text) of each option, by the normal form of its text. `found`: (code,
    exported text) by the normal form of any text, value or code that a cell of this column may
    hold. `missing`: special code of each declared missing text, by its normal form. `contested`:
    exported texts of the two answers that claim a normal form. `other`: code of the option "other",
    which takes typed text. `dates`: order of day, month and year in the export, where the
    questionnaire states it.
    """

    texts: dict[str, tuple[str, str]]
    found: dict[str, tuple[str, str]]
    missing: dict[str, str]
    contested: dict[str, tuple[str, str]]
    other: str = ""
    dates: str | None = None

    @classmethod
    def of(
        cls,
        item: Item,
        cells: Iterable[str] = (),
        dates: str | None = None,
        contested: Collection[str] | None = None,
    ) -> Options:
        """Return the options of `item` in a column that holds these distinct `cells`.

        `contested`: match keys that stand for two options, where the reader of the tool has already
        replaced codes by option texts; None where the cells are as exported.
        """
        pieces = [piece for cell in cells for piece in cell.split(TICKED)]
        matches = match_options(item, pieces, contested=contested)
        options, missing = dict[str, tuple[str, str]](), dict[str, str]()
        for key, answer in matches.found.items():
            if isinstance(answer, Missing):
                missing[key] = answer.special
            else:
                code = answer.code if isinstance(answer, Category) else DONT_KNOW
                options[key] = (code, answer.text)
        texts = {
            match_key(category.text): (category.code, category.text) for category in item.categories
        }
        if item.dont_know:
            texts[match_key(item.dont_know.text)] = (DONT_KNOW, item.dont_know.text)
        contested_texts = {
            key: (by_text.text, other.text) for key, (by_text, other) in matches.contested.items()
        }
        other = next((category.code for category in item.categories if category.other), "")
        return cls(texts, options, missing, contested_texts, other, dates)

    def find(self, text: str) -> tuple[str, str] | None:
        """Return (code, exported text) of the option that the whole `text` stands for, or None."""
        return self.found.get(match_key(text))

    def is_text(self, text: str) -> bool:
        """Return True if `text` is the text of an option, rather than a value or a code."""
        key = match_key(text)
        return key in self.texts and self.texts[key] == self.found.get(key)

    def find_contested(self, text: str) -> tuple[str, str] | None:
        """Return the texts of the two options that `text`, or one of its ticked pieces, may mean.

        None where no piece is ambiguous.
        """
        if not self.contested:
            return None
        pieces = text.split(TICKED)
        if len(pieces) == 1 and not self.find(text):
            pieces = split_joined(text, self.texts) or pieces
        return next(filter(None, map(self.contested.get, map(match_key, pieces))), None)

    def is_typed(self, text: str) -> bool:
        """Return True if an unknown text may have been typed into the option "other".

        A bare number is an undeclared code instead, unless the options' texts begin with numbers.
        """
        is_bare_number = _CODE.fullmatch(match_key(text)) and not any(
            key[:1].isdigit() for key in self.texts
        )
        return bool(self.other) and not is_bare_number

    def near(self, text: str) -> str:
        """Return the exported text of the most similar option; "" where none is similar enough."""
        key = nearest(text, self.texts)
        return self.texts[key][1] if key else ""

    @cached_property
    def unknown(self) -> Fact:
        """Fact that explains an unknown text; it lists the options and does not quote the text."""
        return Fact("validation.unknown_option", {"options": self.list_texts})

    @property
    def list_texts(self) -> Listed:
        """Exported texts of the options, in the order of the form."""
        return Listed(tuple(exported for _, exported in self.texts.values()), "comma")


def nearest(text: str, keys: Iterable[str]) -> str:
    """Return the key most similar to `text`; "" where none is similar enough.

    A key with other digits is no candidate: "2 years" is not a misspelt "3 years".
    """
    if len(text) > _LONG:
        return ""
    key = match_key(text)
    same_digits = [
        candidate for candidate in keys if _DIGITS.findall(candidate) == _DIGITS.findall(key)
    ]
    return next(iter(difflib.get_close_matches(key, same_digits, n=1, cutoff=NEAR)), "")


def read_cell(item: Item, text: str, options: Options | None = None) -> ReadCell:
    """Return the codes and faults of one exported cell of `item`.

    `options`: the item's options, made from the item alone where None.
    """
    options = options or Options.of(item)
    if not match_key(text):
        return _read_blank(item)
    if claimed := options.find_contested(text):
        values = dict(zip(("by_text", "by_value"), claimed, strict=True))
        fault = CellFault("two_options", Fact("validation.two_options", values))
        return ReadCell((INVALID,) * len(item.columns), (fault,))
    if special := options.missing.get(match_key(text)):
        if special == BLANK:
            return _read_blank(item)
        return ReadCell((special,) * len(item.columns), given=special in (REFUSED, DONT_KNOW))
    return READ_BY_KIND[item.kind](item, text, options)


def _read_one(item: Item, text: str, options: Options) -> ReadCell:
    option = options.find(text)
    if option is None and options.is_typed(text):
        return ReadCell((options.other,), _find_near([text], options))
    if option is None:
        return ReadCell((INVALID,), (CellFault("unknown_option", options.unknown),))
    code, exported = option
    # A value or a code of the option is not a misspelling of the option's text.
    if text == exported or not options.is_text(text):
        return ReadCell((code,))
    return ReadCell((code,), (_make_spelling_fault(exported),))


def _read_blank(item: Item) -> ReadCell:
    if item.kind.is_free_text:
        # Free text is voluntary: an empty cell is no fault.
        return ReadCell((BLANK,), given=False)
    if item.blank_means == "none":
        return ReadCell(("0",) * len(item.categories), given=False)
    fault = CellFault("no_answer", Fact("validation.rule.no_answer"))
    return ReadCell((BLANK,) * len(item.columns), (fault,), given=False)


def _make_spelling_fault(*read: str) -> CellFault:
    return CellFault("spelling", Fact("validation.spelling", {"read": Listed(read, "comma")}))


def _make_cell(read: str | CellFault, text: str) -> ReadCell:
    if isinstance(read, CellFault):
        return ReadCell((INVALID,), (read,))
    return ReadCell((read,), () if read == text else (_make_spelling_fault(read),))


def split_options(text: str, known: dict[str, tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Split the cell of a multiple-response question into option codes and unknown pieces.

    Survey tools join ticked options by `;`, `, ` or `|`, and options may contain commas, so the
    cell is not simply split at separators. At each position the longest known option is taken that
    ends at a separator or at the end of the cell.
    """
    key = match_key(text)
    longest_first = sorted(known, key=len, reverse=True)
    codes: list[str] = []
    pieces: list[str] = []
    position = 0
    while position < len(key):
        if key[position] in f" {JOINS}":
            position += 1
            continue
        for option in longest_first:
            end = position + len(option)
            if key.startswith(option, position) and (
                end == len(key) or key[end:].lstrip()[:1] in JOINS
            ):
                codes.append(known[option][0])
                break
        else:
            stops = [key.find(stop, position) for stop in JOINS]
            end = min([stop for stop in stops if stop >= 0], default=len(key))
            pieces.append(key[position:end].strip())
        position = end
    return codes, pieces


def _find_near(texts: Iterable[str], options: Options) -> tuple[CellFault, ...]:
    """Return a fault if one of the texts typed for "other" is similar to an option."""
    fault = CellFault("near_option", Fact("validation.rule.near_option"))
    return (fault,) if any(map(options.near, texts)) else ()


def _split_ticked(text: str, options: Options) -> tuple[list[str], list[str]]:
    if TICKED not in text:
        if option := options.find(text):
            return [option[0]], []
        if (keys := split_joined(text, options.texts)) is None:
            return split_options(text, options.texts)
        return [options.found.get(key, options.texts[key])[0] for key in keys], []
    pieces = [piece for piece in text.split(TICKED) if match_key(piece)]
    option_of_piece = [(piece, options.find(piece)) for piece in pieces]
    return [o[0] for _, o in option_of_piece if o], [
        match_key(piece) for piece, o in option_of_piece if not o
    ]


def _read_multi(item: Item, text: str, options: Options) -> ReadCell:
    codes, pieces = _split_ticked(text, options)
    faults: list[CellFault] = []
    if pieces and all(map(options.is_typed, pieces)):
        faults += _find_near(pieces, options)
        codes = [*dict.fromkeys([*codes, options.other])]
    elif pieces or not codes:
        unknown_texts = Listed(tuple(pieces) or (tidy(text),), "comma")
        values = {"said_pieces": unknown_texts, "options": options.list_texts}
        faults.append(CellFault("unknown_option", Fact("validation.unknown_pieces", values)))
    if not codes:
        return ReadCell((INVALID,) * len(item.columns), tuple(faults))
    if codes == [DONT_KNOW]:
        return ReadCell((DONT_KNOW,) * len(item.columns), tuple(faults))
    if DONT_KNOW in codes:
        faults.append(CellFault("contradiction", Fact("validation.rule.contradiction")))
    exclusive_ticked = [c for c in item.categories if c.exclusive and c.code in codes]
    if exclusive_ticked and len(set(codes) - {DONT_KNOW}) > 1:
        fact = Fact("validation.exclusive", {"option": exclusive_ticked[0].text})
        faults.append(CellFault("exclusive", fact))
        codes = [
            code for code in codes if code not in {category.code for category in exclusive_ticked}
        ]
        if not codes:
            return ReadCell((INVALID,) * len(item.columns), tuple(faults))
    exported = [category.text for category in item.categories if category.code in codes]
    by_code = {category.code: category.text for category in item.categories}
    as_ticked = [by_code.get(code, "") for code in codes]
    to_the_letter = any(text in (s.join(exported), s.join(as_ticked)) for s in (";", ", "))
    as_value = TICKED in text or (options.find(text) and not options.is_text(text))
    contradicts = bool(exclusive_ticked and faults) or DONT_KNOW in codes
    if not (pieces or contradicts or as_value or to_the_letter):
        faults.append(_make_spelling_fault(*exported))
    return ReadCell(tuple("1" if code in codes else "0" for code in item.codes), tuple(faults))


# Separators of thousands: a space or the Arabic separator, and the declared comma or point.
_THOUSANDS = {
    sign: re.compile(rf"(?<=\d)[ \u066c{sign}](?=\d{{3}}(?!\d))") for sign in ("", ",", ".")
}
_WHOLE = re.compile(r"([+-]?)(\d+)(?:[.,]0+)? ?(\D*)")
_DECIMAL = re.compile(r"([+-]?)(\d+)(?:[.,\u066b](\d+))? ?(\D*)")
# Message for a number out of range, by the limits that the range states.
_OUTSIDE = {
    (): "validation.too_long",
    ("low",): "validation.below",
    ("high",): "validation.above",
    ("low", "high"): "validation.out_of_range",
}
# Order of day and month, by the questionnaire's `dates`. Dates that begin with the year need none.
ORDERS = {"dmy": DAY_FIRST, "mdy": MONTH_FIRST}


@dataclass(frozen=True)
class CellFault:
    """A rule that a cell breaks, and the fact that explains it."""

    rule: str
    fact: Fact


def read_number(item: Item, text: str) -> str | CellFault:
    """Return a number as the coded table writes numbers, or the fault.

    The decimal mark may be a point or a comma; the item's unit may stand before or after the
    number. A number with more digits than a double holds is shortened to `DOUBLE_DIGITS`.
    """
    assert item.range is not None  # the questionnaire gives every number item a range
    low, high = item.range.bounds
    digits = item.range.decimals
    fact = Fact("validation.rule.not_a_number")
    if digits:
        fact = Fact("validation.not_a_decimal", {"digits": str(digits)})
    elif not (isinf(low) or isinf(high)):
        fact = Fact("validation.not_a_number", {"low": f"{low:.12g}", "high": f"{high:.12g}"})
    unit = match_key(item.range.written_unit)
    # A currency sign stands before its number.
    without_unit = match_key(text).removeprefix(unit).strip()
    plain = _THOUSANDS[item.range.thousands or ""].sub("", write_out(without_unit))
    match = (_DECIMAL if digits else _WHOLE).fullmatch(plain)
    if match is None or match[match.re.groups] not in ("", unit, unit.removesuffix("s")):
        return CellFault("not_a_number", fact)
    whole = latin_digits(match[2]).lstrip("0") or "0"
    decimals = latin_digits(match[3] or "").rstrip("0") if digits else ""
    if len(whole + decimals) > DOUBLE_DIGITS:
        whole, _, decimals = shorten_decimal(f"{whole}.{decimals}").partition(".")
    if len(decimals) > digits:
        return CellFault("not_a_number", fact)
    number = f"{whole}.{decimals}" if decimals else whole
    if match[1] == "-" and number != "0":
        number = f"-{number}"
    if len(whole) > DOUBLE_DIGITS or not low <= float(number) <= high:
        both_limits = (("low", low), ("high", high))
        limits = {name: f"{end:.12g}" for name, end in both_limits if not isinf(end)}
        return CellFault("out_of_range", Fact(_OUTSIDE[tuple(limits)], limits))
    return number


def read_date(text: str, order: str | None) -> str | CellFault:
    """Return the day of a date, with or without a time, as `2026-03-31`; or the fault.

    `order`: order of day, month and year that the questionnaire states; None where the
    questionnaire states no order. A date such as 03/04/2026 is then a fault, not a guess.
    """
    if (date_parts := match_moment(text)) is None:
        return CellFault("not_a_date", Fact("validation.not_a_date"))
    orders = [ORDERS[order]] if order in ORDERS else ORDERS.values()
    moments = [make_moment(date_parts, parts_order) for parts_order in orders]
    if not (days := {moment.date().isoformat() for moment in moments if moment is not None}):
        return CellFault("impossible_date", Fact("validation.rule.impossible_date"))
    ambiguous = CellFault("not_a_date", Fact("validation.ambiguous_date"))
    return ambiguous if len(days) > 1 else days.pop()


# Function that reads the answer in a cell, by the kind of the item. Blank cells and missing codes
# are read before.
READ_BY_KIND: dict[QuestionKind, Callable[[Item, str, Options], ReadCell]] = {
    SINGLE: _read_one,
    ORDINAL: _read_one,
    MULTI: _read_multi,
    NUMBER: lambda item, text, _: _make_cell(read_number(item, text), text),
    DATE: lambda _, text, options: _make_cell(read_date(text, options.dates), text),
    TEXT: lambda _, text, __: ReadCell((tidy(text),)),
}
