"""One catalogue a language: a folder of gettext files, one a domain.

`catalogues/<language>/<domain>.po`. A message's id is its key, `domain.name`, never an English
sentence: English has a catalogue like any other. A message that counts has `msgid_plural` (the key
again) and one form for each plural of its language. Each language has `language.po` with its own
name, its locale (CLDR) and its direction: a folder more is a language more.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from readiness.errors import RenderError

FOLDER = Path(__file__).resolve().parent / "catalogues"

Language = str
"""The code of a language: a folder of the catalogues."""

LANGUAGES: tuple[Language, ...] = tuple(sorted(p.name for p in FOLDER.iterdir() if p.is_dir()))
"""The languages in which the program speaks."""


@cache
def read(language: Language, domain: str) -> Catalog:
    """A language's messages of one domain; RenderError where there is none."""
    path = FOLDER / language / f"{domain}.po"
    try:
        with path.open("rb") as file:
            return read_po(file, locale=language)
    except FileNotFoundError:
        raise RenderError(
            f"no texts for {domain!r} in the language {language!r}; there are "
            f"{', '.join(LANGUAGES)}. Add {path.name} to its catalogue."
        ) from None


def has(key: str, language: Language) -> bool:
    """Whether the language has the key."""
    message = read(language, key.partition(".")[0]).get(key)
    return message is not None and bool(message.string)


def text(key: str, language: Language, n: int | None = None) -> str:
    """The text of a key, in the plural form that goes with `n`; RenderError where there is none.

    Placeholders stay as they are: `{name}`.
    """
    catalogue = read(language, key.partition(".")[0])
    message = catalogue.get(key)
    if message is None or not message.string:
        raise RenderError(f"the language {language!r} has no text {key!r}.")
    if isinstance(message.string, str):
        return message.string
    form = 0 if n is None else _form(language, n)
    return message.string[form]


def locale(language: Language) -> Locale:
    """The CLDR locale of a language, as its catalogue names it."""
    return Locale.parse(text("language.locale", language))


def own_name(language: Language) -> str:
    """What the language calls itself."""
    return text("language.name", language)


def _form(language: Language, n: int) -> int:
    """The place of n's plural form: the categories of CLDR in their order."""
    return _categories(language).index(locale(language).plural_form(n))


@cache
def _categories(language: Language) -> tuple[str, ...]:
    found = {*locale(language).plural_form.tags, "other"}
    return tuple(tag for tag in ("zero", "one", "two", "few", "many", "other") if tag in found)
