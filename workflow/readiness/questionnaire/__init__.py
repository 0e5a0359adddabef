"""What was asked: items, scales, routing, languages, versions.

A questionnaire is a YAML file that never changes once a wave used it (a new version is a new file);
`load_questionnaire` reads it into a typed, frozen model.
"""

from readiness.questionnaire.items import MEAN, OF_NUMBERS, TOTAL
from readiness.questionnaire.labels import Label
from readiness.questionnaire.load import expand, load_questionnaire, questionnaire_of
from readiness.questionnaire.model import (
    BLANK,
    BROKEN_OFF,
    DONT_KNOW,
    INVALID,
    NOT_ASKED,
    REFUSED,
    SPECIAL_CODES,
    Category,
    FrameVariable,
    Item,
    Questionnaire,
)
from readiness.questionnaire.text import TICKED, match_key, split_joined, tidy

__all__ = [
    "BLANK",
    "BROKEN_OFF",
    "DONT_KNOW",
    "INVALID",
    "MEAN",
    "NOT_ASKED",
    "OF_NUMBERS",
    "REFUSED",
    "SPECIAL_CODES",
    "TICKED",
    "TOTAL",
    "Category",
    "FrameVariable",
    "Item",
    "Label",
    "Questionnaire",
    "expand",
    "load_questionnaire",
    "match_key",
    "questionnaire_of",
    "split_joined",
    "tidy",
]
