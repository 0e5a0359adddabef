"""Personal data: which of it there is, and names that tell respondents apart and name nobody.

In free text it is seen, said where, never deleted: e-mail addresses, telephone and identity numbers
by templates (`#` a digit, `@` a capital letter, `[5-7]`) between which blanks and signs may stand,
bank accounts (IBAN, ISO 13616: check digits of ISO 7064 mod 97-10). No pattern is unbounded.

Pseudonyms are HMAC-SHA256 (RFC 2104, FIPS 198-1) under a secret key, cut to 80 bits: two of a
million respondents share one with a probability below 1e-12. No number depends on a pseudonym, nor
on its order: whoever recomputes them without the key uses one made of the data (`key_from_data`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import pandas as pd

from readiness.patterns import TEMPLATE

EMAIL, TELEPHONE, IDENTITY, IBAN = "email", "telephone", "identity", "iban"
# What can be seen, in the order in which it is told.
KINDS = (EMAIL, TELEPHONE, IDENTITY, IBAN)

_GAP = r"[ ./()-]{0,3}"
_EMAIL = re.compile(
    r"[\w.+'-]{1,64} ?(?:@|\(at\)|\[at\]) ?(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?!\w)"
)
# A number as E.164 has it: at most fifteen digits, the country's first.
_ABROAD = re.compile(rf"(?<![\w+])(?:\+|00){_GAP}[1-9](?:{_GAP}\d){{7,13}}(?!\d)")
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d\d(?:[ -]?[A-Z0-9]){11,30}")
# What any pattern needs: most texts hold none of it.
_SUSPECT = re.compile(r"@|\(at\)|\[at\]|\d(?:[^\d]{0,3}\d){3}", re.IGNORECASE)


@dataclass(frozen=True)
class Detectors:
    """Templates (`TEMPLATE`) of what is looked for beside addresses, accounts and telephones."""

    telephone: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()

    def ready(self) -> Callable[[str], tuple[str, ...]]:
        """What sees them: for a text the kinds that it holds, in the order of `KINDS`."""
        patterns = {
            EMAIL: [_EMAIL],
            TELEPHONE: [_ABROAD, *map(_compile_template, self.telephone)],
            IDENTITY: [_compile_template(template, re.IGNORECASE) for template in self.identity],
        }

        def seen(text: str) -> tuple[str, ...]:
            plain = _normalise(text)
            found = set()
            if _SUSPECT.search(plain):
                found |= {k for k, each in patterns.items() if any(p.search(plain) for p in each)}
                accounts = (account[0] for account in _IBAN.finditer(plain.upper()))
                found |= {IBAN} if any(map(_is_iban, accounts)) else set()
            return tuple(kind for kind in KINDS if kind in found)

        return seen


def personal_data_seen(cells: pd.DataFrame, detectors: Detectors) -> pd.DataFrame:
    """Where a table of text holds personal data.

    Returns one row a cell that does: `at` (its index in `cells`), `column`, `kinds` (a tuple of
    `KINDS`), in the order of columns, then rows. Nothing of a cell is in it.
    """
    see = detectors.ready()
    parts = []
    for column in cells.columns:
        cell = cells[column]
        if kinds := {text: found for text in cell.unique() if (found := see(str(text)))}:
            told = cell.astype(object).map(kinds).dropna()
            parts.append(pd.DataFrame({"at": told.index, "column": column, "kinds": told.array}))
    none = pd.DataFrame({"at": [], "column": [], "kinds": []}, dtype=object)
    return pd.concat(parts, ignore_index=True) if parts else none


def _compile_template(template: str, flags: int = 0) -> re.Pattern[str]:
    if not re.fullmatch(TEMPLATE, template):
        raise ValueError(f"{template!r}: not a template of a number")
    parts = {"#": r"\d", "@": "[A-Z]", "+": r"\+"}
    body = _GAP.join(parts.get(part, part) for part in re.findall(r"\[[0-9]-[0-9]\]|.", template))
    return re.compile(rf"(?<![\w+]){body}(?!\w)", flags)


def _normalise(text: str) -> str:
    """The text with the digits 0 to 9, single spaces, and without marks that take no room."""
    if text.isascii():
        return " ".join(text.split())
    kept = (
        str(unicodedata.decimal(c)) if c.isdecimal() else c
        for c in unicodedata.normalize("NFKC", text)
        if unicodedata.category(c) != "Cf"
    )
    return " ".join("".join(kept).split())


def _is_iban(candidate: str) -> bool:
    """Whether an account begins the candidate: the whole of it, or without words that follow."""
    joined = re.sub("[ -]", "", candidate)
    gaps = [gap.start() for gap in re.finditer("[ -]", candidate)]
    ends = [len(re.sub("[ -]", "", candidate[:end])) for end in (*gaps, len(candidate))]

    def checks(account: str) -> bool:
        # ISO 7064 mod 97-10: letters are 10 to 35, the first four characters stand last.
        return int("".join(str(int(c, 36)) for c in account[4:] + account[:4])) % 97 == 1

    return any(15 <= n <= len(joined) and checks(joined[:n]) for n in ends)


# Of a key: as many as SHA-256 gives, below which RFC 2104 discourages keys.
KEY_BYTES = 32


# How a key made of the data is named (`key_from_data`).
FROM_DATA = "data"


def pseudonyms(ids: pd.Series[str], key: bytes) -> pd.Series[str]:
    """A pseudonym for each id, aligned with `ids`; an empty id keeps having none.

    Equal ids have equal pseudonyms: `P` and 16 capitals or digits. Nothing is sorted. Raises
    ValueError for a key that is not `KEY_BYTES` long.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key of {len(key)} bytes; expected {KEY_BYTES}")
    named = {"": ""}
    for text in {str(each) for each in ids.unique()} - {""}:
        digest = hmac.digest(key, text.encode("utf-8"), "sha256")[:10]
        named[text] = f"P{base64.b32encode(digest).decode()}"
    found: pd.Series[str] = ids.astype(object).map(named)
    return found


def key_id(key: bytes) -> str:
    """The name of a key: the first digits of a SHA-256 of it, hexadecimal."""
    # Hexadecimal digits by which a key is named; it is not found from them.
    return hashlib.sha256(b"readiness: name of a key\0" + key).hexdigest()[:16]


def key_from_data(sha256: str) -> bytes:
    """A key for whoever recomputes numbers without the secret one, made of the export's SHA-256.

    Only who holds the export can make it, and who holds the export needs no pseudonym undone.
    """
    return hashlib.sha256(f"readiness: key of the data\0{sha256}".encode()).digest()


def names_people(
    invitation: str | None, respondent: str | None, personal: Iterable[str] = ()
) -> bool:
    """Whether an export has a column that names its respondents: one of codes (`invitation`,
    `respondent`), or an item that is marked as `personal`.
    """
    return bool(invitation or respondent or any(personal))


# --- Personal answers and free text, kept apart from the table that goes on. Nothing is sorted
# and no row leaves: what is computed is the same whoever holds the key, and whether anybody does.

# What stands in a table for an answer that is kept apart: it was given.
GIVEN = "_given"


def kept_apart(
    answers: pd.DataFrame, items: Collection[str], specials: Collection[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table with `GIVEN` for answers to these items, and the answers themselves: one row an
    answer kept apart, `respondent`, `item`, `value`.

    `answers`: one row a respondent, all text, with the column `respondent`. `items`: the columns of
    personal items and of free text. `specials`: codes that are no answers and stay ("_blank").
    """
    found = []
    table = answers.copy()
    for item in (column for column in answers.columns if column in items):
        said = ~answers[item].isin(list(specials))
        who, given = answers["respondent"][said], answers[item][said]
        found.append(pd.DataFrame({"respondent": who, "item": item, "value": given}))
        table[item] = answers[item].astype(object).where(~said, GIVEN)
    columns = ["respondent", "item", "value"]
    return table, pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def without_values(
    table: pd.DataFrame, at: pd.Series[bool], columns: Collection[str]
) -> pd.DataFrame:
    """The table with `GIVEN` in these columns of the rows of `at`, where they hold anything."""
    shown = table.copy()
    for column in columns:
        shown[column] = shown[column].astype(object).where(~(at & shown[column].ne("")), GIVEN)
    return shown


def with_pseudonyms(table: pd.DataFrame, columns: Collection[str], key: bytes) -> pd.DataFrame:
    """The table with pseudonyms in these of its columns."""
    named = {name: pseudonyms(table[name], key) for name in columns if name in table.columns}
    return table.assign(**named)
