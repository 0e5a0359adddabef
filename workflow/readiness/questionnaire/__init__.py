"""What was asked: items, scales, routing, languages, versions.

A questionnaire is a YAML file that never changes once a wave used it (a new version is a new file);
`load_questionnaire` reads it into a typed, frozen model.
"""

from readiness.questionnaire.expansion import expand
from readiness.questionnaire.labels import Label, Language
from readiness.questionnaire.load import load_questionnaire, questionnaire_of
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
from readiness.questionnaire.naming import item_id, option_code
from readiness.questionnaire.statistical import from_labels, sav_labels
from readiness.questionnaire.text import match_key
from readiness.questionnaire.writing import without_comments, write
from readiness.questionnaire.xlsform import from_xlsform, is_xlsform, to_xlsform

__all__ = [
    "BLANK",
    "BROKEN_OFF",
    "DONT_KNOW",
    "INVALID",
    "NOT_ASKED",
    "REFUSED",
    "SPECIAL_CODES",
    "Category",
    "FrameVariable",
    "Item",
    "Label",
    "Language",
    "Questionnaire",
    "expand",
    "from_labels",
    "from_xlsform",
    "is_xlsform",
    "item_id",
    "load_questionnaire",
    "match_key",
    "option_code",
    "questionnaire_of",
    "sav_labels",
    "to_xlsform",
    "without_comments",
    "write",
]
