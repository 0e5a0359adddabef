"""Unit of a number, in words for readers."""

from readiness.language import Language, text
from readiness.questionnaire.items import Range


def unit_text(number: Range, language: Language) -> str:
    """Return the unit in a language, or the catalogue's words for a number without a unit.

    Where no label of the unit is in this language, the first label is returned.
    """
    if number.unit is None:
        return text("questionnaire.unit", language)
    return number.unit.text(language)
