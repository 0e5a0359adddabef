"""The unit of a number in words for readers."""

from __future__ import annotations

from readiness.language import Language
from readiness.language import text as told
from readiness.questionnaire.items import Range


def unit_text(range_: Range, language: Language) -> str:
    """The unit in a language; where the questionnaire gives none, words that say so.

    Raises RenderError where it has no label in the language.
    """
    if range_.unit is None:
        return told("questionnaire.unit", language)
    return range_.unit.text(language)
