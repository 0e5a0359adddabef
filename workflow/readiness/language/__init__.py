"""What readers read: languages, catalogues, sentences, numbers and dates, isolation."""

from readiness.language.catalogue import LANGUAGES, Language, direction, has, own_name
from readiness.language.telling import Markup, joined, show, tell, text

__all__ = [
    "LANGUAGES", "Language", "Markup", "direction", "has", "joined", "own_name", "show", "tell",
    "text",
]  # fmt: skip
