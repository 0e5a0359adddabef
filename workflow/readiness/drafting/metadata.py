"""Find columns that are no questions: timestamps, ids, personal data, a tool's additions."""

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

# Midnight: programs add this time to a date without a time, as in the answers to a date question.
_MIDNIGHT = re.compile(r"[T ]00?:00(:00)?(\.0+)?$")
_TOKEN = re.compile(r"(?=\S*\d)[\w.:{}-]{6,64}|[A-Za-z0-9]{8,64}")
# A geographic point as forms write it, or the network address of a device.
_PLACE = re.compile(
    r"-?\d{1,3}\.\d{3,12}[ ,;]+-?\d{1,3}\.\d{3,12}(?:[ ,;].*)?|(?:\d{1,3}\.){3}\d{1,3}(?:\(.*)?"
)
# A telephone number in national format, or the number of a device: no amount, no date.
_HOME_NUMBER = re.compile(r"(?=(?:\D*\d){9,15}\D*$)[+0][\d ./()-]+|\d{14,20}")
_DECIMAL = re.compile(r"-?\d+([.,]\d+)?")
_OWN_ID = re.compile(r"(?i)(?:.*[\W_])?id")
_NAMELESS = re.compile(r"column \d+|Unnamed: \d+")
_UUID = re.compile(r"(?:uuid:)?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")
# Role of a column without answers. Only the columns of an option or a row are read all the same.
EMPTY = "empty"
_MOST = 0.9
# Largest number of distinct texts that are searched for personal data.
LOOK = 2_000
# A column is personal if more than this share of answers has an address or number of a person.
_PERSONAL = 0.2
# Numbers may be weights from this number of rows on, if their mean is this close to 1.
LEAST_WEIGHTS = 20
NEAR_ONE = 0.001
# Up to this many different numbers are answers, not ids.
FEW_NUMBERS = 20
# Roles that a name alone suggests; the column's label may contradict it.
BY_NAME = ("ignored", "complete", "duration")


@dataclass(frozen=True)
class MetadataColumns:
    """Role of a column that is no question, and the reason for the role.

    Attributes:
        role: a key of the questionnaire's `export` (`timestamp`, ...), `ignored`, `personal`,
            `weight`, `repeated` (an id that occurs in several rows), `empty`, or `own` (a column
            that the reader knows as added by the tool).
        why: the reason, for the analyst.
    """

    role: str
    why: str


def find_metadata(table: ExportTable) -> dict[int, MetadataColumns]:
    """Return the columns that are no questions, by place in the file."""
    roles: dict[int, MetadataColumns] = {}
    roles_taken: set[str] = set()
    moments: list[ExportColumn] = []
    # If the tool adds timestamps, any other timestamp is an answer.
    asked_moments = any(
        column.own and column.texts and all(map(_tells_hour, column.texts))
        for column in table.columns
    )
    for column in table.columns:
        known = _find_known(column)
        if known is None and not table.rows and column.values:
            continue  # the labels of a file without answers are enough for a question
        known = known or _find_empty_or_personal(column)
        if known is None and not asked_moments and _is_moment(column):
            known = _find_partial_moment(column, table.rows)
            if known is None:
                moments.append(column)
                continue
        known = known or _find_named(column, roles_taken) or _find_by_values(column, roles_taken)
        if known is not None:
            roles[column.at] = known
    roles.update(_find_moments(moments))
    return dict(sorted(roles.items()))


def _find_known(column: ExportColumn) -> MetadataColumns | None:
    """Return the role of an id with repeated values, or of a column that the reader knows."""
    has_repeats = _MOST * column.total <= len(column.texts) < column.total
    if has_repeats and find_role(column.header) == "respondent":
        return MetadataColumns("repeated", "rows share a value of it")
    return MetadataColumns("own", "the tool's own") if column.own else None


def _find_empty_or_personal(column: ExportColumn) -> MetadataColumns | None:
    """Return the role of a column without an answer, or with personal data."""
    if not column.total:
        return MetadataColumns(EMPTY, "empty throughout")
    if not column.values and all(find_special(text) == "not_asked" for text in column.texts):
        return MetadataColumns(EMPTY, "nobody was asked")
    reason = _find_personal(column)
    return MetadataColumns("personal", reason) if reason else None


def _is_moment(column: ExportColumn) -> bool:
    """Return True if nearly all cells are dates with a time, and not all times are midnight."""
    return (
        looks_like_moments(column.texts)
        and sum(column.counts[text] for text in filter(_tells_hour, column.texts))
        >= _MOST * column.total
        and not all(map(_MIDNIGHT.search, column.texts))
    )


def _find_partial_moment(column: ExportColumn, rows: int) -> MetadataColumns | None:
    """Return the role `ignored` for a timestamp with missing cells; None for a complete one.

    A time of submission must be complete, because a submission without a time would be excluded.
    """
    rows_with_moment = sum(n for text, n in column.counts.items() if not find_special(text))
    if rows_with_moment >= rows:
        return None
    return MetadataColumns("ignored", f"a moment that {rows - rows_with_moment} rows do not have")


def _find_named(column: ExportColumn, roles_taken: set[str]) -> MetadataColumns | None:
    """Return the role that a column's name suggests and its values do not contradict.

    Only one column can have a role of the export: such a role is added to `roles_taken`.
    """
    role = find_role(column.header)
    if not role or not _fits(column, role):
        return None
    if role not in roles_taken:
        if role in (*OF_EXPORT, "complete"):
            roles_taken.add(role)
        return MetadataColumns(role, "by its name")
    if role == "respondent":
        return MetadataColumns("ignored", "a further name of the row")
    return None


def _find_by_values(column: ExportColumn, roles_taken: set[str]) -> MetadataColumns | None:
    """Return the role that a column's values alone suggest: weights, ids, drawn numbers.

    The first column that names every row takes the role `respondent`.
    """
    if _is_weight(column):
        return MetadataColumns("weight", "by its numbers")
    if _names_rows(column):
        role = "ignored" if "respondent" in roles_taken else "respondent"
        roles_taken.add("respondent")
        return MetadataColumns(role, "every row another value")
    if column.total and all(map(_UUID.fullmatch, column.texts)):
        return MetadataColumns("ignored", "names that programs give")
    if _are_drawn(column.texts):
        return MetadataColumns("personal", "numbers of people or of cases")
    return None


def _tells_hour(text: str) -> bool:
    """Return True for a date with a time."""
    moment = match_moment(text)
    return moment is not None and moment["hour"] is not None


def _find_moments(columns: list[ExportColumn]) -> dict[int, MetadataColumns]:
    """Return the roles of timestamp columns: `timestamp`, `started` or `ignored`.

    Names decide. Without a telling name, the last column is the time of submission, and the first
    of the other columns is the time of the start.
    """
    places_by_role = {find_role(column.header): column.at for column in reversed(columns)}
    sent = places_by_role.get("timestamp", columns[-1].at if columns else -1)
    started = places_by_role.get("started", next((c.at for c in columns if c.at != sent), -1))
    roles = {sent: "timestamp", started: "started"}
    why = {"timestamp": "when an answer was sent", "started": "when it was begun"}
    role_by_place = {c.at: roles.get(c.at, "ignored") for c in columns}
    return {at: MetadataColumns(r, why.get(r, "another moment")) for at, r in role_by_place.items()}


def _find_personal(column: ExportColumn) -> str:
    """Return the reason why a column holds personal data; "" where it holds none."""
    has_personal_name = find_role(column.header) == "personal" or column.like_own in PERSONAL
    if has_personal_name and _fits(column, "personal"):
        return "personal by its name"
    if column.like_own == OFFICE and not _says_otherwise(column):
        return "what an office knows of people, by its name"
    answers = {text: n for text, n in column.counts.items() if not find_special(text)}
    mostly_distinct = 2 * len(answers) > sum(answers.values())
    names = (column.header, column.label)
    # If the file has a label for every answer, the answers are not names of people.
    if not _is_listed(column) and any(asks_who(text, various=mostly_distinct) for text in names):
        return "says who somebody is, by its name"
    if all(map(_PLACE.fullmatch, column.texts)):
        return "holds places or addresses of devices"
    if all(map(_is_home_number, column.texts)):
        return "holds numbers of people or of devices"
    is_personal = Detectors().ready()
    searched = dict(islice(column.counts.items(), LOOK))
    personal_count = sum(n for text, n in searched.items() if is_personal(text))
    most = _PERSONAL * sum(searched.values())
    return "holds addresses or numbers of people" if personal_count > most else ""


def _fits(column: ExportColumn, role: str) -> bool:
    """Return True if cells and label of a column are consistent with the role of its header."""
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
        # Two values among many respondents: "do you have a telephone?", and not its number.
        return column.total <= FEW_NUMBERS or sum(not find_special(t) for t in column.texts) != 2
    if role == "duration":
        return all(re.fullmatch(r"\d+([.,:]\d+)*", text) for text in column.texts)
    # Timestamps are recognised by their cells.
    return role not in ("timestamp", "started")


def _is_home_number(text: str) -> bool:
    """Return whether a text is a national telephone number or a device number."""
    amount = _DECIMAL.fullmatch(text) and not text.isdigit()
    return bool(_HOME_NUMBER.fullmatch(text)) and not amount and not match_moment(text)


def is_named_as_own(column: ExportColumn) -> bool:
    """Return True for a question without labels whose name tools give to their own columns."""
    has_tool_name = column.like_own or find_role(column.header) in BY_NAME
    return bool(has_tool_name) and not _is_listed(column)


def _is_listed(column: ExportColumn) -> bool:
    """Return True if the file has a label for each answer in a column."""
    return {*column.texts} <= {*column.values, *column.values.values()}


def _says_otherwise(column: ExportColumn) -> bool:
    """Return True if the file shows that a column is a question, whatever its name.

    The column has a label with a text that no tool gives to its own columns, or the file has a
    label for each answer.
    """
    label, header = ("".join(filter(str.isalnum, text)) for text in (column.label, column.header))
    label_key = match_key(label)
    if label_key in ("", match_key(header)) or list_kinds(label_key) or find_role(column.label):
        return bool(column.texts) and _is_listed(column)
    return True


def _is_weight(column: ExportColumn) -> bool:
    """Return True if a column holds weights.

    No number is below 0, most are not whole, and either their mean is 1 or the header means weight.
    """
    if column.total < LEAST_WEIGHTS or not all(map(_DECIMAL.fullmatch, column.texts)):
        return False
    values = {text: float(text.replace(",", ".")) for text in column.texts}
    mean = sum(values[text] * n for text, n in column.counts.items()) / column.total
    fractional = sum(n for text, n in column.counts.items() if not values[text].is_integer())
    is_named_or_normed = abs(mean - 1) < NEAR_ONE or names_weight(column.header)
    return min(values.values()) >= 0 and 2 * fractional > column.total and is_named_or_normed


def _are_drawn(texts: Sequence[str]) -> bool:
    """Return whether texts are ids: numbers in millions that are rarely rounded, unlike amounts."""
    if len(texts) <= FEW_NUMBERS or not all(re.fullmatch(r"\d{1,18}", text) for text in texts):
        return False
    numbers = sorted(map(int, texts))
    n_round = sum(number % 10 == 0 for number in numbers)
    return numbers[len(numbers) // 2] >= 10**6 and 4 * n_round < len(numbers)


def _names_rows(column: ExportColumn) -> bool:
    """Return whether each row has a unique token: an id, or a running number."""
    if column.total < max(_MOST * len(column.codes), 3) or len(column.texts) < column.total:
        return False
    texts = column.texts
    if _OWN_ID.fullmatch(column.header) and not all(map(match_moment, texts)):
        return True  # few rows are no evidence, but the header says id
    if all(re.fullmatch(r"\d{1,18}", text) for text in texts):
        row_numbers = [int(text) for text in texts]
        numbers = sorted(row_numbers)
        # Running numbers have no gaps. Numbers that a program wrote into a column without a header
        # may have gaps, if there are many; a few must have both: no gaps, and no header.
        is_gapless = numbers[-1] - numbers[0] == len(numbers) - 1
        nameless = row_numbers == numbers and _NAMELESS.fullmatch(column.header) is not None
        is_running = (
            is_gapless or nameless if len(numbers) > FEW_NUMBERS else is_gapless and nameless
        )
        return is_running or _are_drawn(texts)
    # Distinct amounts or dates are answers, not ids of rows.
    answers = all(map(_DECIMAL.fullmatch, texts)) or all(map(match_moment, texts))
    return not answers and all(map(_TOKEN.fullmatch, texts)) and len(texts) > 2
