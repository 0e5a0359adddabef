"""Texts for readers: languages, catalogues, sentences, numbers, dates and directions."""

from readiness.language.catalogue import (
    FIRST,
    LANGUAGES,
    WHOLE,
    Language,
    direction,
    own_name,
    strip_marks,
)
from readiness.language.telling import Markup, capitalise, join_texts, show, tell, text
