"""What readers read: languages, catalogues, sentences, numbers and dates, isolation."""

from readiness.language.catalogue import LANGUAGES, Language, has, own_name, text
from readiness.language.telling import tell

__all__ = ["LANGUAGES", "Language", "has", "own_name", "tell", "text"]
