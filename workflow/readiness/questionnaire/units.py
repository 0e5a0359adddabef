"""The unit of a number in words for readers: apart, as a questionnaire itself tells nothing."""

from readiness.language import Language, text
from readiness.questionnaire.items import Range


def unit_text(number: Range, language: Language) -> str:
    """The unit in a language, or words that say there is none; RenderError without a label."""
    if number.unit is None:
        return text("questionnaire.unit", language)
    return number.unit.text(language)
