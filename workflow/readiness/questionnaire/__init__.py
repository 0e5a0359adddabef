"""Questionnaires: items, scales, routing, languages, versions.

A questionnaire is a YAML file that never changes once a wave used it (a new version is a new file);
`load_questionnaire` reads it into a typed, frozen model.
"""

from readiness.questionnaire.items import (
    BLANK,
    BROKEN_OFF,
    DONT_KNOW,
    INVALID,
    MEAN,
    MEDIAN,
    NOT_ASKED,
    OF_NUMBERS,
    OF_TABLES,
    QUARTILES,
    REFUSED,
    SPECIAL_CODES,
    TOTAL,
    Category,
    Item,
    Routing,
    group_rows,
)
from readiness.questionnaire.kinds import KINDS, QuestionKind
from readiness.questionnaire.labels import Label
from readiness.questionnaire.load import expand, load_questionnaire, questionnaire_of
from readiness.questionnaire.matching import (
    Matches,
    list_ambiguous_keys,
    list_answers,
    list_own_keys,
    match_options,
)
from readiness.questionnaire.model import FrameVariable, Questionnaire
from readiness.questionnaire.text import JOINS, TICKED, match_key, split_joined, tidy
