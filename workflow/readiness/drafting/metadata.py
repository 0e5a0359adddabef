"""Columns that are no questions: moments, ids, personal data, what a tool adds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from readiness.drafting.table import ExportColumn, ExportTable
from readiness.drafting.wordings import (
    OF_EXPORT,
    asks_who,
    find_role,
    find_special,
    names_weight,
    tells_completion,
)
from readiness.privacy.detecting import Detectors
from readiness.questionnaire import match_key
from readiness.readers.moments import looks_like_moments, match_moment
from readiness.readers.tools.added import OFFICE, PERSONAL, fits_texts
from readiness.readers.tools.every import list_kinds

# The time of a day that has none: a date that was asked.
_MIDNIGHT = re.compile(r"[T ]00?:00(:00)?(\.0+)?$")
_TOKEN = re.compile(r"(?=\S*\d)[\w.:{}-]{6,64}|[A-Za-z0-9]{8,64}")
# A column without an answer: not read, unless it is an option or a row of a question.
# A point on a map, as forms write it, or the address of a device in the network.
_PLACE = re.compile(
    r"-?\d{1,3}\.\d{3,12}[ ,;]+-?\d{1,3}\.\d{3,12}(?:[ ,;].*)?|(?:\d{1,3}\.){3}\d{1,3}(?:\(.*)?"
)
# A telephone as people write it at home, or the number of a device: no amount, no day.
_HOME_NUMBER = re.compile(r"(?=(?:\D*\d){9,15}\D*$)[+0][\d ./()-]+|\d{14,20}")
_DECIMAL = re.compile(r"-?\d+([.,]\d+)?")
_OWN_ID = re.compile(r"(?i)(?:.*[\W_])?id")
_NAMELESS = re.compile(r"column \d+|Unnamed: \d+")
_UUID = re.compile(r"(?:uuid:)?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")
EMPTY = "empty"
_MOST = 0.9
# Distinct texts of a column by which it is judged to be of people.
LOOK = 2_000
# Share of the answers that hold an address or a number of a person: a column of such.
_PERSONAL = 0.2
# Rows by which numbers are judged to be weights, and how far from 1 the mean of weights may be.
LEAST_WEIGHTS = 20
NEAR_ONE = 0.001
# Numbers by which they may be seen to be names; fewer are answers.
FEW_NUMBERS = 20
# What a name alone may tell of a column that is no question; a text of the column's may deny it.
BY_NAME = ("ignored", "complete", "duration")


@dataclass(frozen=True)
class MetadataColumns:
    """What a column is beside the questions, and why it is thought so.

    Attributes:
        role: a key of the questionnaire's `export` (`timestamp`, ...), `ignored`, `personal`,
            `weight`, `repeated` (a name that rows share), `empty`, or `own`: the tool's for
            certain, which its reader knows.
        why: for the analyst.
    """

    role: str
    why: str


def find_metadata(table: ExportTable) -> dict[int, MetadataColumns]:
    """By place, the columns that are no questions."""
    found: dict[int, MetadataColumns] = {}
    given: set[str] = set()
    moments: list[ExportColumn] = []
    # Where the tool has its own moments, any other is an answer.
    asked_moments = any(
        column.own and column.texts and all(map(_tells_hour, column.texts))
        for column in table.columns
    )
    for column in table.columns:
        most = _MOST * column.total
        few = most <= len(column.texts) < column.total  # stand in several rows
        if few and find_role(column.header) == "respondent":
            found[column.at] = MetadataColumns("repeated", "rows share a value of it")
        elif column.own:
            found[column.at] = MetadataColumns("own", "the tool's own")
        elif not table.rows and column.values:
            continue  # what a file without answers says of it is enough for a question
        elif not column.total or (
            not column.values and all(find_special(t) == "not_asked" for t in column.texts)
        ):
            why = "nobody was asked" if column.total else "empty throughout"
            found[column.at] = MetadataColumns(EMPTY, why)
        elif reason := _find_personal(column):
            found[column.at] = MetadataColumns("personal", reason)
        elif (
            not asked_moments
            and looks_like_moments(column.texts)
            and sum(column.counts[t] for t in filter(_tells_hour, column.texts)) >= most
            and not all(map(_MIDNIGHT.search, column.texts))
        ):
            # A row without the moment at which it was sent would be set aside.
            told = sum(n for text, n in column.counts.items() if not find_special(text))
            if told < table.rows:
                why = f"a moment that {table.rows - told} rows do not have"
                found[column.at] = MetadataColumns("ignored", why)
            else:
                moments.append(column)
        elif (role := find_role(column.header)) == "respondent" in given and _fits(column, role):
            found[column.at] = MetadataColumns("ignored", "a further name of the row")
        elif role and _fits(column, role) and role not in given:
            given |= {role} if role in (*OF_EXPORT, "complete") else set()
            found[column.at] = MetadataColumns(role, "by its name")
        elif _is_weight(column):
            found[column.at] = MetadataColumns("weight", "by its numbers")
        elif _names_rows(column):
            role = "ignored" if "respondent" in given else "respondent"
            given.add("respondent")
            found[column.at] = MetadataColumns(role, "every row another value")
        elif column.total and all(map(_UUID.fullmatch, column.texts)):
            found[column.at] = MetadataColumns("ignored", "names that programs give")
        elif _are_drawn(column.texts):
            found[column.at] = MetadataColumns("personal", "numbers of people or of cases")
    found.update(_find_moments(moments))
    return dict(sorted(found.items()))


def _tells_hour(text: str) -> bool:
    found = match_moment(text)
    return found is not None and found["hour"] is not None


def _find_moments(columns: list[ExportColumn]) -> dict[int, MetadataColumns]:
    """Of several moments in a row the one named so, else the last, is when an answer was sent."""
    named = {find_role(column.header): column.at for column in reversed(columns)}
    sent = named.get("timestamp", columns[-1].at if columns else -1)
    begun = named.get("started", next((c.at for c in columns if c.at != sent), -1))
    roles = {sent: "timestamp", begun: "started"}
    why = {"timestamp": "when an answer was sent", "started": "when it was begun"}
    told = {c.at: roles.get(c.at, "ignored") for c in columns}
    return {at: MetadataColumns(r, why.get(r, "another moment")) for at, r in told.items()}


def _find_personal(column: ExportColumn) -> str:
    named = find_role(column.header) == "personal" or column.like_own in PERSONAL
    if named and _fits(column, "personal"):
        return "personal by its name"
    if column.like_own == OFFICE and not _says_otherwise(column):
        return "what an office knows of people, by its name"
    said = {text: n for text, n in column.counts.items() if not find_special(text)}
    various = 2 * len(said) > sum(said.values())
    names = (column.header, column.label)
    # Answers that the file has a label for, each, are nobody's name.
    if not _is_listed(column) and any(asks_who(text, various=various) for text in names):
        return "says who somebody is, by its name"
    if all(map(_PLACE.fullmatch, column.texts)):
        return "holds places or addresses of devices"
    if all(map(_is_home_number, column.texts)):
        return "holds numbers of people or of devices"
    seen = Detectors().ready()
    looked_at = dict(islice(column.counts.items(), LOOK))
    hit = sum(n for text, n in looked_at.items() if seen(text))
    most = _PERSONAL * sum(looked_at.values())
    return "holds addresses or numbers of people" if hit > most else ""


def _fits(column: ExportColumn, role: str) -> bool:
    """Whether the cells can be what the header says, and no text of the column denies it."""
    distinct = len(column.texts)
    if role in BY_NAME and _says_otherwise(column):
        return False
    if role == "complete":
        return tells_completion(column.counts)
    if role == "ignored" and (kinds := list_kinds(match_key(column.header))):
        return any(fits_texts(kind, column.texts) for kind in kinds)
    if role == "respondent":
        return distinct == column.total
    if role == "invitation":
        return distinct >= _MOST * column.total
    if role == "personal":
        # Of many people, two values tell whether they have a telephone.
        return column.total <= FEW_NUMBERS or sum(not find_special(t) for t in column.texts) != 2
    if role == "duration":
        return all(re.fullmatch(r"\d+([.,:]\d+)*", text) for text in column.texts)
    # Moments are told by their cells.
    return role not in ("timestamp", "started")


def _is_home_number(text: str) -> bool:
    amount = _DECIMAL.fullmatch(text) and not text.isdigit()
    return bool(_HOME_NUMBER.fullmatch(text)) and not amount and not match_moment(text)


def is_named_as_own(column: ExportColumn) -> bool:
    """Whether a question has the name of a column that tools add, and a file does not label it."""
    named = column.like_own or find_role(column.header) in BY_NAME
    return bool(named) and not _is_listed(column)


def _is_listed(column: ExportColumn) -> bool:
    """Whether the file has a label for each answer."""
    return {*column.texts} <= {*column.values, *column.values.values()}


def _says_otherwise(column: ExportColumn) -> bool:
    """Whether the file says that a column is a question, whatever its name: a text, or labels."""
    label, header = ("".join(filter(str.isalnum, text)) for text in (column.label, column.header))
    told = match_key(label)
    if told in ("", match_key(header)) or list_kinds(told) or find_role(column.label):
        return bool(column.texts) and _is_listed(column)
    return True


def _is_weight(column: ExportColumn) -> bool:
    """Whether no cell is below 0, most are no whole numbers, and the mean 1 or the name says so."""
    if column.total < LEAST_WEIGHTS or not all(map(_DECIMAL.fullmatch, column.texts)):
        return False
    values = {text: float(text.replace(",", ".")) for text in column.texts}
    mean = sum(values[text] * n for text, n in column.counts.items()) / column.total
    broken = sum(n for text, n in column.counts.items() if not values[text].is_integer())
    called = abs(mean - 1) < NEAR_ONE or names_weight(column.header)
    return min(values.values()) >= 0 and 2 * broken > column.total and called


def _are_drawn(texts: Sequence[str]) -> bool:
    """Whether texts are numbers in millions of which every digit is drawn: people round theirs."""
    if len(texts) <= FEW_NUMBERS or not all(re.fullmatch(r"\d{1,18}", text) for text in texts):
        return False
    numbers = sorted(map(int, texts))
    round_ones = sum(number % 10 == 0 for number in numbers)
    return numbers[len(numbers) // 2] >= 10**6 and 4 * round_ones < len(numbers)


def _names_rows(column: ExportColumn) -> bool:
    """Whether each row has a token of its own: an id, or a running number."""
    if column.total < max(_MOST * len(column.codes), 3) or len(column.texts) < column.total:
        return False
    texts = column.texts
    if _OWN_ID.fullmatch(column.header) and not all(map(match_moment, texts)):
        return True  # few rows prove nothing, but their column is called so
    if all(re.fullmatch(r"\d{1,18}", text) for text in texts):
        given = [int(text) for text in texts]
        numbers = sorted(given)
        # Without a gap; rows that a program numbered, and nobody named, may have some, or be few.
        whole = numbers[-1] - numbers[0] == len(numbers) - 1
        nameless = given == numbers and _NAMELESS.fullmatch(column.header) is not None
        counted = whole or nameless if len(numbers) > FEW_NUMBERS else whole and nameless
        return counted or _are_drawn(texts)
    # Each spent or began another day: an answer, and no name of a row.
    answers = all(map(_DECIMAL.fullmatch, texts)) or all(map(match_moment, texts))
    return not answers and all(map(_TOKEN.fullmatch, texts)) and len(texts) > 2
