"""Detect personal data in free text.

Found: e-mail addresses; telephone and identity numbers by templates (`#` a digit, `@` a capital
letter, `[5-7]`), with spaces and punctuation between their characters; bank accounts (IBAN, ISO
13616: check digits of ISO 7064 mod 97-10). Their place is reported; nothing is deleted. Every
pattern has a bounded length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from readiness.ground.patterns import TEMPLATE

EMAIL, TELEPHONE, IDENTITY, IBAN = "email", "telephone", "identity", "iban"
# Kinds of personal data, in reporting order.
KINDS = (EMAIL, TELEPHONE, IDENTITY, IBAN)

_GAP = r"[ ./()-]{0,3}"
_EMAIL = re.compile(
    r"[\w.+'-]{1,64} ?(?:@|\(at\)|\[at\]) ?(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?!\w)"
)
# International telephone number (E.164): at most fifteen digits, country code first.
_ABROAD = re.compile(rf"(?<![\w+])(?:\+|00){_GAP}[1-9](?:{_GAP}\d){{7,13}}(?!\d)")
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d\d(?:[ -]?[A-Z0-9]){11,30}")
# Quick test before the patterns: every pattern needs one of these, and most texts have none.
_SUSPECT = re.compile(r"@|\(at\)|\[at\]|\d(?:[^\d]{0,3}\d){3}", re.IGNORECASE)


@dataclass(frozen=True)
class Detectors:
    """Detectors of personal data, with templates (`TEMPLATE`) for numbers of a country."""

    telephone: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()

    def ready(self) -> Callable[[str], tuple[str, ...]]:
        """Function that returns the kinds of personal data in a text, in the order of `KINDS`."""
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
    """Find the cells of a table of text that hold personal data.

    Returns one row per such cell, in the order of columns, then rows: `at` (its index in `cells`),
    `column`, `kinds` (a tuple of `KINDS`). The content of a cell is not returned.
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
    """Return a text with digits 0 to 9, single spaces, and without invisible characters."""
    if text.isascii():
        return " ".join(text.split())
    kept = (
        str(unicodedata.decimal(c)) if c.isdecimal() else c
        for c in unicodedata.normalize("NFKC", text)
        if unicodedata.category(c) != "Cf"
    )
    return " ".join("".join(kept).split())


def _is_iban(candidate: str) -> bool:
    """Return whether the candidate is an IBAN, or begins with one that words follow."""
    joined = re.sub("[ -]", "", candidate)
    gaps = [gap.start() for gap in re.finditer("[ -]", candidate)]
    ends = [len(re.sub("[ -]", "", candidate[:end])) for end in (*gaps, len(candidate))]

    def checks(account: str) -> bool:
        # ISO 7064 mod 97-10: letters are 10 to 35, the first four characters stand last.
        return int("".join(str(int(c, 36)) for c in account[4:] + account[:4])) % 97 == 1

    return any(15 <= n <= len(joined) and checks(joined[:n]) for n in ends)


def names_people(
    invitation: str | None, respondent: str | None, personal: Iterable[str] = ()
) -> bool:
    """Return whether an export has a column that identifies respondents.

    That is a column of codes (`invitation`, `respondent`), or an item marked as `personal`.
    """
    return bool(invitation or respondent or any(personal))
