"""Words put together, for the pages of audits that do not use the catalogues yet."""

from __future__ import annotations

import re
from collections.abc import Mapping

LANGUAGES = ("fr", "en", "ar")
# French puts a space that does not break before these signs, and after the opening quote.
_FRENCH_SPACES = re.compile(r" (?=[;:%»?!])|(?<=«) ")
_WORDS = re.compile(r"<([a-z_]+)>")

ROUNDING_NAMES = {
    "half_up": {"fr": "moitié vers le haut", "en": "halves up", "ar": "الأنصاف إلى الأعلى"},
    "half_even": {"fr": "moitié vers le pair", "en": "halves to even", "ar": "الأنصاف إلى الزوجي"},
    "half_down": {"fr": "moitié vers le bas", "en": "halves down", "ar": "الأنصاف إلى الأسفل"},
    "truncation": {"fr": "troncature", "en": "truncation", "ar": "البتر"},
    "ceiling": {"fr": "vers le haut", "en": "rounding up", "ar": "التقريب إلى الأعلى"},
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
