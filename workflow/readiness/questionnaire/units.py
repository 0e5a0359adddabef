"""The unit of a number in words for readers; the one module here that needs the catalogue."""

from readiness.language import Language, text
from readiness.questionnaire.items import Range


def unit_text(number: Range, language: Language) -> str:
    """Return the unit in a language, or the catalogue's words for a number without unit.

    A unit without a label in the language has its first label.
    """
    if number.unit is None:
        return text("questionnaire.unit", language)
    return number.unit.text(language)
