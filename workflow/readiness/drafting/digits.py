"""How people write numbers: what tells their thousands apart, and their unit."""

import re
import unicodedata
from collections import Counter
from collections.abc import Set

from readiness.questionnaire import match_key
from readiness.readers.tools import words

# A word of letters behind a number, or a sign: its unit, maybe. That of money may stand before it.
MONEY = "$\u20ac\u00a3\u00a5\u20b9\u20bd\u20ba\u20aa\u20a9\u20a6\u20ab\u0e3f"
_WITH_UNIT = re.compile(rf"[+-]?\d[\d.,\u066c ]*?([^\W\d_]{{1,20}}|[%{MONEY}])\.?")
# Different texts from which on per cents are no options of a form.
_MANY = 12


def _put_sign_behind(text: str) -> str:
    key = match_key(text)
    return f"{key[1:].strip()} {key[0]}" if key and key[0] in MONEY else key


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
        if found := _WITH_UNIT.fullmatch(_put_sign_behind(text)):
            units[found[1]] += n
    best = max(units, key=lambda unit: (units[unit], unit), default="")
    alike = {best, f"{best}s", best.removesuffix("s")}
    # Where the sign stands behind all of them, they may be options.
    bare = best != "%" or len(counts) >= _MANY or any(t.strip()[-1:].isdigit() for t in counts)
    hours = best in words.MORNING or best in words.EVENING
    return best if units[best] > 1 and set(units) <= alike and bare and not hours else ""


def strip_unit(text: str, unit: str) -> str:
    """The number of a text alone, where the unit stands behind it."""
    found = _WITH_UNIT.fullmatch(_put_sign_behind(text)) if unit else None
    return text if found is None else found.string[: found.start(1)].strip()


def normalise_digits(text: str) -> str:
    """The text with the digits 0 to 9, and without the blanks that tell thousands apart."""
    plain = "".join(str(unicodedata.decimal(c, c)) for c in unicodedata.normalize("NFKC", text))
    thousands = re.fullmatch(r"([+-]?\d{1,3}(?: \d{3})+)(.*)", plain.strip())
    plain = thousands[1].replace(" ", "") + thousands[2] if thousands else plain.strip()
    return plain.replace("\u066b", ".").replace("\u066c", "")
