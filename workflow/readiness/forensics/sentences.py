"""Words for the verdicts in French, English and Arabic, and how they are put together.

Each figure carries the name of whoever printed it: the publisher, or the press.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

LANGUAGES = ("fr", "en", "ar")
# French puts a space that does not break before these signs, and after the opening quote.
_FRENCH_SPACES = re.compile(r" (?=[;:%»?!])|(?<=«) ")
_WORDS = re.compile(r"<([a-z_]+)>")

PRESS = {"fr": "presse", "en": "press", "ar": "الصحافة"}
OR = {"fr": " ou ", "en": " or ", "ar": " أو "}
AND = {"fr": " et ", "en": " and ", "ar": " و"}
COMMA = {"fr": ", ", "en": ", ", "ar": "، "}
QUOTES = {"fr": "« {} »", "en": "“{}”", "ar": "«{}»"}
FIGURES = {"fr": " / ", "en": " / ", "ar": " / "}
LABEL = {
    "fr": "« <item> » (<figures>, <whose>)",
    "en": "“<item>” (<figures>, <whose>)",
    "ar": "«<item>» (<figures>، <whose>)",
}

ASSUMPTIONS = {
    "unweighted": {
        "fr": "si les parts ne sont pas pondérées",
        "en": "if the shares are not weighted",
        "ar": "إذا كانت النسب غير مرجَّحة",
    },
    "nearest": {
        "fr": "si elles sont arrondies au plus proche",
        "en": "if they are rounded to the nearest value",
        "ar": "إذا كانت مقرَّبة إلى أقرب قيمة",
    },
    "nearest_alone": {
        "fr": "si les parts sont arrondies au plus proche",
        "en": "if the shares are rounded to the nearest value",
        "ar": "إذا كانت النسب مقرَّبة إلى أقرب قيمة",
    },
    "declared": {
        "fr": "avec l’arrondi déclaré",
        "en": "with the rounding as declared",
        "ar": "مع التقريب المصرَّح به",
    },
}

ANCHORS = {
    Fraction(1, 10): {"fr": "un dixième", "en": "a tenth", "ar": "العُشر"},
    Fraction(1, 5): {"fr": "un cinquième", "en": "a fifth", "ar": "الخُمس"},
    Fraction(1, 4): {"fr": "un quart", "en": "a quarter", "ar": "الربع"},
    Fraction(1, 3): {"fr": "un tiers", "en": "a third", "ar": "الثلث"},
    Fraction(1, 2): {"fr": "la moitié", "en": "a half", "ar": "النصف"},
    Fraction(2, 3): {"fr": "deux tiers", "en": "two thirds", "ar": "الثلثين"},
    Fraction(3, 4): {"fr": "trois quarts", "en": "three quarters", "ar": "ثلاثة أرباع"},
}
SLIPS = {
    "insertion": {"fr": "un chiffre perdu", "en": "one digit lost", "ar": "سقوط رقم واحد"},
    "deletion": {"fr": "un chiffre de trop", "en": "one digit too many", "ar": "رقم واحد زائد"},
    "substitution": {"fr": "un chiffre changé", "en": "one digit changed", "ar": "تغير رقم واحد"},
    "transposition": {
        "fr": "deux chiffres échangés",
        "en": "two digits swapped",
        "ar": "تبادل رقمين",
    },
}
"""The slip behind an edit: inserting a digit mends one that was lost."""
BOUND = {"fr": "la borne", "en": "the bound", "ar": "الحد"}
HOW = {
    "truncation": {"fr": "tronquées", "en": "truncated", "ar": "مبتورة"},
    "ceiling": {"fr": "arrondies vers le haut", "en": "rounded up", "ar": "مقرَّبة إلى الأعلى"},
}
ROUNDING_NAMES = {
    "half_up": {"fr": "moitié vers le haut", "en": "halves up", "ar": "الأنصاف إلى الأعلى"},
    "half_even": {"fr": "moitié vers le pair", "en": "halves to even", "ar": "الأنصاف إلى الزوجي"},
    "half_down": {"fr": "moitié vers le bas", "en": "halves down", "ar": "الأنصاف إلى الأسفل"},
    "truncation": {"fr": "troncature", "en": "truncation", "ar": "البتر"},
    "ceiling": {"fr": "vers le haut", "en": "rounding up", "ar": "التقريب إلى الأعلى"},
}
NCHS = {
    "suppress": {
        "fr": "le barème du NCHS ne la publierait pas",
        "en": "the NCHS scale would not publish it",
        "ar": "سلّم NCHS ما كان لينشرها",
    },
    "review": {
        "fr": "le barème du NCHS la ferait réexaminer",
        "en": "the NCHS scale would have it reviewed",
        "ar": "سلّم NCHS كان ليعيد فحصها",
    },
    "present": {
        "fr": "le barème du NCHS la publierait",
        "en": "the NCHS scale would publish it",
        "ar": "سلّم NCHS كان لينشرها",
    },
}
STATCAN = {
    "acceptable": {
        "fr": "celui de Statistique Canada sans réserve",
        "en": "Statistics Canada’s without reserve",
        "ar": "سلّم هيئة الإحصاء الكندية دون تحفظ",
    },
    "E": {
        "fr": "celui de Statistique Canada avec prudence",
        "en": "Statistics Canada’s with caution",
        "ar": "سلّم هيئة الإحصاء الكندية بحذر",
    },
    "F": {
        "fr": "celui de Statistique Canada la dirait trop peu fiable",
        "en": "Statistics Canada’s would call it too unreliable",
        "ar": "سلّم هيئة الإحصاء الكندية يعدّها غير موثوقة",
    },
}


def compose(template: Mapping[str, str], **words: Mapping[str, str] | str) -> dict[str, str]:
    """The template in each language with its `<name>` filled with words; `{name}` stays."""

    def fill(language: str) -> str:
        def replace(match: re.Match[str]) -> str:
            word = words[match[1]]
            return word if isinstance(word, str) else word[language]

        text = _WORDS.sub(replace, template.get(language, ""))
        return _FRENCH_SPACES.sub("\u00a0", text) if language == "fr" else text

    return {language: fill(language) for language in LANGUAGES}


def join(parts: Sequence[Mapping[str, str]], last_word: Mapping[str, str] = AND) -> dict[str, str]:
    """Words listed as a sentence lists them: "A, B et C" (or "A, B ou C" with `OR`)."""
    joined = {}
    for language in LANGUAGES:
        texts = [part[language] for part in parts]
        head, last = COMMA[language].join(texts[:-1]), texts[-1] if texts else ""
        joined[language] = f"{head}{last_word[language]}{last}" if head else last
    return joined
