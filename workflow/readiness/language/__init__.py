"""What readers read: languages, catalogues, sentences, numbers and dates, isolation."""

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
