"""One catalogue a language: a folder of gettext files, one a domain.

`catalogues/<language>/<domain>.po`. A message's id is its key, `domain.name`, never an English
sentence: English has a catalogue like any other. A message that counts has `msgid_plural` (the key
again) and one form for each plural of its language. Each language has `language.po` with its own
name, its locale (CLDR), its digits, its direction and its typography: a folder more is a language
more.
"""

from decimal import Decimal
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from readiness.errors import RenderError

FOLDER = Path(__file__).resolve().parent / "catalogues"

# The code of a language: a folder of the catalogues.
Language = str

# The languages in which the program speaks.
LANGUAGES: tuple[Language, ...] = tuple(sorted(p.name for p in FOLDER.iterdir() if p.is_dir()))

# The categories of CLDR in the order of a message's forms.
PLURALS = ("zero", "one", "two", "few", "many", "other")


@cache
def read_catalogue(language: Language, domain: str) -> Catalog:
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
    message = read_catalogue(language, key.partition(".")[0]).get(key)
    return message is not None and bool(message.string)


@cache
def raw(key: str, language: Language) -> str | tuple[str, ...]:
    """The text of a key as the catalogue has it: one, or all its plural forms.

    RenderError where there is none.
    """
    message = read_catalogue(language, key.partition(".")[0]).get(key)
    if message is None or not message.string:
        raise RenderError(f"the language {language!r} has no text {key!r}.")
    return message.string if isinstance(message.string, str) else tuple(message.string)


def form(key: str, language: Language, n: int | Decimal | None = None) -> str:
    """The text of a key in the plural form that goes with `n`, as the catalogue has it."""
    found = raw(key, language)
    if isinstance(found, str):
        return found
    tag = "other" if n is None else locale(language).plural_form(n)
    place = plurals(language).index(tag)
    if place >= len(found) or not found[place]:
        raise RenderError(f"the language {language!r} has no form {tag!r} of the text {key!r}.")
    return found[place]


@cache
def plurals(language: Language) -> tuple[str, ...]:
    """The categories of a language's plurals: a message that counts has a form for each."""
    found = {*locale(language).plural_form.tags, "other"}
    return tuple(tag for tag in PLURALS if tag in found)


@cache
def locale(language: Language) -> Locale:
    """The CLDR locale of a language, as its catalogue names it."""
    return Locale.parse(form("language.locale", language))


def own_name(language: Language) -> str:
    """What the language calls itself."""
    return form("language.name", language)


def direction(language: Language) -> str:
    """`ltr` or `rtl`."""
    return form("language.direction", language)


def setting(name: str, language: Language) -> str:
    """What a language's catalogue sets under `language.<name>`; "" where it sets nothing."""
    key = f"language.{name}"
    return form(key, language) if has(key, language) else ""
