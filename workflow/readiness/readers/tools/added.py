"""Recognise columns that a survey tool adds by itself, by their cells.

A name proves nothing: a form may call a question `status` or `email`. A column is the tool's own
where both its name and its cells are what the tool writes.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from readiness.questionnaire import match_key
from readiness.readers.moments import looks_like_moments
from readiness.readers.texts import Texts

# Least share of distinct texts among the filled cells of a column of row identifiers.
APART = 0.9

_PATTERNS: Mapping[str, str] = {
    "address": r"[0-9*x]{1,3}(?:\.[0-9*x]{1,3}){3}(?:\(.*)?|[0-9a-f:]*:[0-9a-f:]*",
    "device": r"(?=\S*\d)[\w.:@{}()+-]{5,80}",
    "duration": r"\d+(?:[.,:]\d+)*",
    "file": r"\S.*\.\w{2,5}",
    "flag": r"true|false|wahr|falsch|[01]",
    "language": r"[a-z]{2,3}(?:[-_][a-z0-9-]+)?|\d{1,3}|.+ \(.+\)",
    "mail": r"anonymous|[^@\s]+@[^@\s]+\.[^@\s]+",
    "number": r"[+-]?\d+(?:[.,]\d+)?(?:e[+-]?\d+)?",
    "order": r"\d+|[\w.-]+(?:\|[\w.-]+)+",
    "per cent": r"\d{1,2}|100",
    "place": r"-?\d{1,3}(?:[.,]\d+)?(?:[ ,;]+-?\d+(?:[.,]\d+)?)*|\[.*\]",
    "review": r"(?:validation_status_)?\w*approved|(?:validation_status_)?on[_ ]hold|rejected|none"
    r"|received|edited|hasissues|null",
    "seed": r"-?\d{4,}",
    "status": r"ip address|survey (?:preview|test)|preview|test|imported|spam|offline.*|email"
    r"|0|1|2|4|8|9|12|16|17|32|40|48",
    "submission": r"submitted_via_web|submitted|complete|incomplete|sent|finali[sz]ed",
    "telephone": r"\+?[\d ./()-]{5,20}",
    "token": r"\S{1,200}",
    "url": r"(?:https?|android-app)://\S+|-1?",
    "uuid": r"(?:uuid:)?[0-9a-f-]{8,36}",
    "whole": r"\d+(?:\.0)?",
}
_COMPILED = {kind: re.compile(pattern) for kind, pattern in _PATTERNS.items()}
# Any cells, below a name that no question of the tool can have.
ANYTHING = "anything"
# Any cells, below the name of a column with persons' names.
PERSON = "person"
# Any cells, below the name of a column that an office added to its list of persons.
OFFICE = "office"
# Times, and identifiers of rows.
MOMENT, ROW = "moment", "row"
# Text typed beside an option: an answer, though a questionnaire need not read it.
ANSWER = "answer"
# Ends of a text that is a question.
ASKS = ("?", "\u061f", "\uff1f", "\u037e")
# Kinds of cells that identify a person or a place.
PERSONAL = frozenset(("address", "device", "mail", "place", "telephone", PERSON))
# Kind of the cells of a column, by the role of the column (`Tool.own`: roles by column name).
OF_ROLES: Mapping[str, str] = {
    **{"started": MOMENT, "ended": MOMENT, "timestamp": MOMENT, "duration": "duration"},
    **{"respondent": ROW, "invitation": "token", "uuid": "uuid", "review": "review"},
    **{"finished": "flag", "status": "status", "channel": "token", "mode": "token"},
}


def fits_kind(kind: str, column: Texts) -> bool:
    """Return whether all filled cells of a column are of a kind; an empty column fits every
    kind.
    """
    filled_texts = [text for text in column.texts if match_key(text)]
    if not filled_texts:
        return True
    if kind == ROW:
        filled = sum(column.where(lambda text: bool(match_key(text))))
        return len(filled_texts) >= APART * filled and fits_texts("token", filled_texts)
    return fits_texts(kind, filled_texts)


def fits_texts(kind: str, texts: Sequence[str]) -> bool:
    """Return whether texts, none of them blank, are of a kind; no text is an ANSWER."""
    rules: Mapping[str, Callable[[Sequence[str]], bool]] = {
        MOMENT: looks_like_moments,
        ROW: lambda texts: fits_texts("token", texts),
        ANYTHING: lambda texts: True,
        PERSON: lambda texts: True,
        OFFICE: lambda texts: True,
        ANSWER: lambda texts: False,
    }
    if kind in rules:
        return rules[kind](texts)
    pattern = _COMPILED[kind]
    return all(pattern.fullmatch(match_key(text)) for text in texts)
