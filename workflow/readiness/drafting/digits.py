"""Read numbers as people write them: thousands separators and units."""

import re
import unicodedata
from collections import Counter
from collections.abc import Set

from readiness.questionnaire import match_key
from readiness.readers.tools import words

# Currency signs: as units, they may be before or after the number.
MONEY = "$\u20ac\u00a3\u00a5\u20b9\u20bd\u20ba\u20aa\u20a9\u20a6\u20ab\u0e3f"
_WITH_UNIT = re.compile(rf"[+-]?\d[\d.,\u066c ]*?([^\W\d_]{{1,20}}|[%{MONEY}])\.?")
# From this number of different texts on, percentages are numbers and not options of a form.
_MANY = 12


def _put_sign_behind(text: str) -> str:
    """Return the match key of a text with a leading currency sign moved to its end."""
    key = match_key(text)
    return f"{key[1:].strip()} {key[0]}" if key and key[0] in MONEY else key


def find_thousands(numbers: Set[str]) -> str:
    """Return the point or comma that separates thousands; "" where there is none.

    A separator must precede three digits everywhere, and occur in all numbers of four digits or
    more. No number may begin with 0, because some numbers with three decimals would.
    """
    for separator in ",.":
        with_separator = {n for n in numbers if separator in n}
        pattern = rf"[+-]?[1-9]\d{{0,2}}(?:\{separator}\d{{3}})+(?:[.,]\d+)?"
        others_small = all(
            len(re.split("[.,]", n)[0].lstrip("+-")) < 4 for n in numbers - with_separator
        )
        if (
            len(with_separator) > 2
            and others_small
            and all(re.fullmatch(pattern, n) for n in with_separator)
        ):
            return separator
    return ""


def find_unit(counts: Counter[str]) -> str:
    """Return the unit of numbers: the only word or sign beside them, with or without a final s.

    "" where numbers have no unit, or different units.
    """
    units: Counter[str] = Counter()
    for text, n in counts.items():
        if number_parts := _WITH_UNIT.fullmatch(_put_sign_behind(text)):
            units[number_parts[1]] += n
    commonest = max(units, key=lambda unit: (units[unit], unit), default="")
    alike = {commonest, f"{commonest}s", commonest.removesuffix("s")}
    # A few different percentages, all with the sign, may be the options of a form.
    is_unit = (
        commonest != "%" or len(counts) >= _MANY or any(t.strip()[-1:].isdigit() for t in counts)
    )
    is_half_day = commonest in words.MORNING or commonest in words.EVENING
    return (
        commonest
        if units[commonest] > 1 and set(units) <= alike and is_unit and not is_half_day
        else ""
    )


def strip_unit(text: str, unit: str) -> str:
    """Return the number of a text without its unit; the text itself where it has no unit."""
    number_parts = _WITH_UNIT.fullmatch(_put_sign_behind(text)) if unit else None
    return text if number_parts is None else number_parts.string[: number_parts.start(1)].strip()


def normalise_digits(text: str) -> str:
    """Return a text with the digits 0 to 9 and without spaces between thousands."""
    plain = "".join(str(unicodedata.decimal(c, c)) for c in unicodedata.normalize("NFKC", text))
    thousands = re.fullmatch(r"([+-]?\d{1,3}(?: \d{3})+)(.*)", plain.strip())
    plain = thousands[1].replace(" ", "") + thousands[2] if thousands else plain.strip()
    return plain.replace("\u066b", ".").replace("\u066c", "")
