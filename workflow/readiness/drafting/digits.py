"""How people write numbers: what tells their thousands apart, and their unit."""

import re
import unicodedata
from collections import Counter
from collections.abc import Set

from readiness.questionnaire import match_key

# A word of letters behind a number, or the sign of per cents: its unit, maybe.
_WITH_UNIT = re.compile(r"[+-]?\d[\d.,\u066c ]*?([^\W\d_]{1,20}|%)\.?")


def find_thousands(numbers: Set[str]) -> str:
    """The point or comma that stands before three digits wherever it does, and in all numbers that
    are large; "" where there is none. A number of three decimals would begin with 0 now and then.
    """
    for sign in ",.":
        grouped = {n for n in numbers if sign in n}
        whole = rf"[+-]?[1-9]\d{{0,2}}(?:\{sign}\d{{3}})+(?:[.,]\d+)?"
        small = all(len(re.split("[.,]", n)[0].lstrip("+-")) < 4 for n in numbers - grouped)
        if len(grouped) > 2 and small and all(re.fullmatch(whole, n) for n in grouped):
            return sign
    return ""


def find_unit(counts: Counter[str]) -> str:
    """The one word that stands behind numbers, with or without an s; "" where there is none."""
    units: Counter[str] = Counter()
    for text, n in counts.items():
        if found := _WITH_UNIT.fullmatch(match_key(text)):
            units[found[1]] += n
    best = max(units, key=lambda unit: (units[unit], unit), default="")
    alike = {best, f"{best}s", best.removesuffix("s")}
    # Where the sign stands behind all of them, they may be options.
    bare = best != "%" or any(text.strip()[-1:].isdigit() for text in counts)
    return best if units[best] > 1 and set(units) <= alike and bare else ""


def strip_unit(text: str, unit: str) -> str:
    """The number of a text alone, where the unit stands behind it."""
    found = _WITH_UNIT.fullmatch(match_key(text)) if unit else None
    return text if found is None else match_key(text)[: found.start(1)].strip()


def normalise_digits(text: str) -> str:
    """The text with the digits 0 to 9, and without the blanks that tell thousands apart."""
    plain = "".join(str(unicodedata.decimal(c, c)) for c in unicodedata.normalize("NFKC", text))
    thousands = re.fullmatch(r"([+-]?\d{1,3}(?: \d{3})+)(.*)", plain.strip())
    plain = thousands[1].replace(" ", "") + thousands[2] if thousands else plain.strip()
    return plain.replace("\u066b", ".").replace("\u066c", "")
