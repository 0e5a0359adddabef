"""The unit of a number in words for readers: apart, as a questionnaire itself tells nothing."""

from readiness.language import Language, text
from readiness.questionnaire.items import Range


def unit_text(number: Range, language: Language) -> str:
    """The unit in a language; where the questionnaire gives none, words that say so.

    Raises RenderError where it has no label in the language.
    """
    if number.unit is None:
        return text("questionnaire.unit", language)
    return number.unit.text(language)
