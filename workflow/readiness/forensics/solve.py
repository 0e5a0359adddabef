"""A journalist with two numbers and a minute: which numbers of people can stand behind them?

>>> solve(["67", "33"], n_max=32).rows["bases"][0]
'3 6 9 12 15 18 21 24 27 30'
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from readiness.errors import DataError
from readiness.forensics.arithmetic.bases import (
    NEAREST,
    Convention,
    FigureSet,
    SetKind,
    conventions,
    joint_bases,
    smallest_joint_base,
)
from readiness.forensics.arithmetic.figures import Figure, Rounding, parse_figure
from readiness.forensics.arithmetic.power import joint_power
from readiness.forensics.arithmetic.sums import sum_to_whole
from readiness.forensics.judging.verdict import display

COLUMNS = ["reading", "figures", "missing", "bases", "count", "smallest", "power"]
DEFAULT_N_MAX = 40
LARGEST_N_MAX = 100_000
LISTED = 20

READINGS = {
    "exhaustive": {
        "fr": "réponses d’une même question, une par personne",
        "en": "answers to one question, one a person",
        "ar": "أجوبة عن سؤال واحد، جواب لكل شخص",
    },
    "together": {
        "fr": "questions différentes, mêmes personnes",
        "en": "different questions, the same people",
        "ar": "أسئلة مختلفة، الأشخاص أنفسهم",
    },
    "alone": {"fr": "seul", "en": "alone", "ar": "منفردا"},
}
LINES = {
    "head": {
        "fr": "Nombres de personnes possibles jusqu’à {n_max}, si les parts ne sont pas pondérées "
        "et sont {rounding} :",
        "en": "Possible numbers of people up to {n_max}, if the shares are not weighted and are "
        "{rounding}:",
        "ar": "أعداد الأشخاص الممكنة إلى حدود {n_max}، إذا كانت النسب غير مرجَّحة و{rounding}:",
    },
    "nearest": {
        "fr": "arrondies au plus proche",
        "en": "rounded to the nearest value",
        "ar": "مقرَّبة إلى أقرب قيمة",
    },
    "given": {"fr": "arrondies ainsi : ", "en": "rounded so: ", "ar": "مقرَّبة هكذا: "},
    "none": {
        "fr": "aucun jusqu’à {n_max} ; le premier est {smallest}",
        "en": "none up to {n_max}; the first is {smallest}",
        "ar": "لا شيء إلى حدود {n_max}؛ أولها {smallest}",
    },
    "never": {
        "fr": "aucun, à aucun nombre",
        "en": "none at any number",
        "ar": "لا شيء مهما كان العدد",
    },
    "many": {
        "fr": "{count} nombres, dont {first}…",
        "en": "{count} numbers, among them {first}…",
        "ar": "{count} أعداد، منها {first}…",
    },
    "missing": {
        "fr": "avec au plus {missing} sans réponse par question",
        "en": "with at most {missing} silent on each question",
        "ar": "مع امتناع {missing} على الأكثر عن كل سؤال",
    },
    "power": {
        "fr": "  (des chiffres quelconques passeraient dans {power} % des cas)",
        "en": "  (arbitrary figures would pass in {power}% of cases)",
        "ar": "  (تجتاز أرقام عشوائية في {power}% من الحالات)",
    },
    "tail": {
        "fr": "« Aucun » a d’abord des raisons innocentes : réponses manquantes, autre base, "
        "pondération, coquille.",
        "en": "“None” has innocent reasons first: missing answers, another base, weights, a slip "
        "of the keyboard.",
        "ar": "لعبارة «لا شيء» أسباب بريئة أولا: أجوبة ناقصة أو قاعدة أخرى أو ترجيح أو خطأ مطبعي.",
    },
}


@dataclass(frozen=True)
class Solution:
    """What two or more figures allow: a table, and the same as text for a terminal.

    `rows` columns: reading, figures, missing (silent people allowed on each question), bases
    (numbers separated by spaces, all of them), count, smallest ("" when there is none), power
    (share of arbitrary figures that would pass, as an exact fraction; "" when not counted).
    """

    rows: pd.DataFrame
    text: str


def solve(
    figures: Sequence[str],
    n_max: int = DEFAULT_N_MAX,
    max_missing: int = 1,
    rounding: str = "nearest",
    language: str = "en",
) -> Solution:
    """Which numbers of people up to `n_max` can stand behind printed percentages.

    Figures that add to a whole are read as answers to one question first; then as figures of
    different questions, with 0..max_missing silent people on each; then each one alone.
    `rounding` is nearest or one of half_up, half_down, half_even, truncation, ceiling.
    Raises DataError for a figure, a rounding or a bound that cannot be used.
    """
    if not figures:
        raise DataError("No figure to solve; give at least one, such as 67.")
    if not 1 <= n_max <= LARGEST_N_MAX or not 0 <= max_missing <= n_max:
        raise DataError(
            f"n_max {n_max}, missing {max_missing}: expected n_max from 1 to {LARGEST_N_MAX} and "
            "missing from 0 to n_max."
        )
    if rounding != "nearest" and rounding not in list(Rounding):
        raise DataError(
            f"rounding {rounding!r}: expected nearest, {', '.join(r.value for r in Rounding)}."
        )
    if language not in ("fr", "en", "ar"):
        raise DataError(f"language {language!r}: expected fr, en or ar.")
    allowed = NEAREST if rounding == "nearest" else conventions([Rounding(rounding)], True)
    parsed = [parse_figure(text) for text in figures]
    records = [
        _row(reading, sets, missing, n_max, allowed)
        for reading, sets, missing in _readings(parsed, max_missing, allowed)
    ]
    rows = pd.DataFrame(records, columns=COLUMNS)
    return Solution(rows, _text(rows, n_max, rounding, language))


def _readings(
    figures: list[Figure], max_missing: int, allowed: Sequence[Convention]
) -> list[tuple[str, list[FigureSet], int]]:
    roundings = list(dict.fromkeys(convention.rounding for convention in allowed))
    found: list[tuple[str, list[FigureSet], int]] = []
    if len(figures) > 1 and _adds_up(figures, roundings):
        found.append(("exhaustive", [FigureSet(tuple(figures), SetKind.EXHAUSTIVE)], 0))
    alone = [FigureSet((figure,), SetKind.EXCLUSIVE) for figure in figures]
    if len(figures) > 1:
        found += [("together", alone, missing) for missing in range(max_missing + 1)]
    distinct = dict.fromkeys(alone)
    return found + [("alone", [single], 0) for single in distinct]


def _adds_up(figures: list[Figure], roundings: list[Rounding]) -> bool:
    total = sum((figure.share for figure in figures), Fraction(0))
    return total == 1 or sum_to_whole(figures, roundings).ok


def _row(
    reading: str,
    sets: list[FigureSet],
    missing: int,
    n_max: int,
    allowed: Sequence[Convention],
) -> tuple[str, str, int, str, int, str, str]:
    found = joint_bases(sets, n_max, missing, allowed)
    smallest = found[0] if found else smallest_joint_base(sets, missing, allowed, LARGEST_N_MAX)
    power = joint_power(sets, n_max, missing, allowed) if n_max <= 1000 else None
    texts = " ".join(str(figure) for s in sets for figure in s.figures)
    return (
        reading, texts, missing, " ".join(map(str, found)), len(found),
        "" if smallest is None else str(smallest), "" if power is None else str(power),
    )  # fmt: skip


def _text(rows: pd.DataFrame, n_max: int, rounding: str, language: str) -> str:
    words = {name: texts[language] for name, texts in LINES.items()}
    how = words["nearest"] if rounding == "nearest" else words["given"] + rounding
    lines = [words["head"].format(n_max=n_max, rounding=how)]
    for row in rows.itertuples(index=False):
        label = READINGS[str(row.reading)][language]
        if row.missing:
            label += ", " + words["missing"].format(missing=row.missing)
        numbers = [int(text) for text in str(row.bases).split()]
        if not numbers:
            key = "none" if row.smallest else "never"
            said = words[key].format(n_max=n_max, smallest=row.smallest)
        elif len(numbers) <= LISTED:
            said = display(tuple(numbers), language)
        else:
            first = ", ".join(map(str, numbers[:8]))
            said = words["many"].format(count=len(numbers), first=first)
        if row.power:
            share = Fraction(str(row.power))
            said += words["power"].format(power=display(share, language))
        shown = " / ".join(display(text, language) for text in str(row.figures).split())
        lines.append(f"  {shown} ({label}): {said}")
    return "\n".join([*lines, words["tail"]]) + "\n"
