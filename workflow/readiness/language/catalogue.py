"""One catalogue a language: a folder of gettext files, one a domain; and how its texts are set.

`catalogues/<language>/<domain>.po`. A message's id is its key, `domain.name`, never an English
sentence: English has a catalogue like any other. A message that counts has `msgid_plural` (the key
again) and one form for each plural of its language. Each language has `language.po` with its own
name, its locale (CLDR), its digits, its direction and its typography: a folder more is a language
more. It need not hold more than the core that a report needs: what it lacks is told in `FIRST`,
marked.

Catalogues are written with plain spaces and without direction marks. Both come in here, in one
place: which spaces do not break, how wide they are, and the isolation of what runs otherwise.
"""

import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from readiness.ground.errors import RenderError

# babel is imported where a text is read: who only plans reads none.
if TYPE_CHECKING:
    from babel import Locale
    from babel.messages.catalog import Catalog

FOLDER = Path(__file__).resolve().parent / "catalogues"

# The code of a language: a folder of the catalogues.
Language = str
# The languages in which the program speaks.
LANGUAGES: tuple[Language, ...] = tuple(sorted(p.name for p in FOLDER.iterdir() if p.is_dir()))
# That of what is said once, of reports on what was asked in no language of the program, and of what
# a language of the core alone lacks.
FIRST: Language = "en"
MARK = f"[{FIRST}] "
# Those that have more than the core: in them the pages of whoever runs a wave are made.
# `closure` takes a text with a point in it for a key: with the whole file name here, each word of
# the site that is translated would rerun every step that tells anything.
_OF_SITE = {name: (FOLDER / name / "site").with_suffix(".po") for name in LANGUAGES}
WHOLE: tuple[Language, ...] = tuple(name for name in LANGUAGES if _OF_SITE[name].is_file())

# The categories of CLDR in the order of a message's forms.
PLURALS = ("zero", "one", "two", "few", "many", "other")


@cache
def read_catalogue(language: Language, domain: str) -> "Catalog":
    """A language's messages of one domain; RenderError where there is none."""
    from babel.messages.pofile import read_po

    path = FOLDER / language / f"{domain}.po"
    try:
        with path.open("rb") as file:
            return read_po(file, locale=language)
    except FileNotFoundError:
        raise RenderError(
            f"no texts for {domain!r} in the language {language!r}; there are "
            f"{', '.join(LANGUAGES)}. Add {path.name} to its catalogue."
        ) from None


@cache
def has(key: str, language: Language) -> bool:
    """Whether the language has the key."""
    domain = key.partition(".")[0]
    there = (FOLDER / language / f"{domain}.po").is_file()
    message = read_catalogue(language, domain).get(key) if there else None
    return message is not None and bool(message.string)


@cache
def raw(key: str, language: Language) -> str | tuple[str, ...]:
    """The text of a key as the catalogue has it, or all its plural forms; RenderError if none."""
    message = read_catalogue(language, key.partition(".")[0]).get(key)
    if message is None or not message.string:
        raise RenderError(f"the language {language!r} has no text {key!r}.")
    return message.string if isinstance(message.string, str) else tuple(message.string)


def keys(language: Language, domain: str) -> tuple[str, ...]:
    """The keys of a language's messages of one domain, sorted."""
    ids = (message.id for message in read_catalogue(language, domain) if message.id)
    return tuple(sorted(each if isinstance(each, str) else each[0] for each in ids))


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
def locale(language: Language) -> "Locale":
    """The CLDR locale of a language, as its catalogue names it."""
    from babel import Locale

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


_NARROW, _FIXED = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
_SPACE = "[ \u00a0\u202f]+"

# Unicode's isolates: what is between the first or second and the third keeps its own order.
LEFT_TO_RIGHT, FIRST_STRONG, POP = "\u2066", "\u2068", "\u2069"

_LATIN = "A-Za-z\u00c0-\u024f"
# One word of letters needs nothing: only a run of several signs could be put in another order.
_RUN = re.compile(
    r"(?P<kept>\{[^{}]*\}|\]\([^)\s]*\)|<[^<>]*>|[\u2066-\u2068][^\u2069]*\u2069)"
    rf"|(?P<code>`[^`]*`)|(?P<run>[{_LATIN}][{_LATIN}0-9_./:+@#=–-]*"
    rf"(?: [{_LATIN}0-9][{_LATIN}0-9_./:+@#=–-]*)*)"
)
_NUMBER = re.compile(r"[\u200e\u200f\u061c]*[-+\u2212]?[\d.,\u00a0\u202f٪%\u0660-\u0669٫٬\u200e]*")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_MARKS = re.compile(r"[\u2066-\u2069\u200e\u200f\u061c]")


def typeset(text: str, language: Language) -> str:
    """The text with the spaces that its language wants before and after signs."""
    for pattern, replacement in _find_spaces(language):
        text = pattern.sub(replacement, text)
    return text


@cache
def _find_spaces(language: Language) -> tuple[tuple[re.Pattern[str], str], ...]:
    rules = (
        ("narrow_before", f"{_SPACE}(?=[{{}}])", _NARROW),
        ("fixed_before", f"{_SPACE}(?=[{{}}])", _FIXED),
        ("fixed_after", f"(?<=[{{}}]){_SPACE}", _FIXED),
    )
    return tuple(
        (re.compile(around.format(re.escape(signs))), space)
        for name, around, space in rules
        if (signs := setting(name, language))
    )


def isolate(text: str, language: Language) -> str:
    """A value from outside (a name, a code, a foreign sentence) as it stands in a sentence.

    In a language from right to left it keeps its own order; numbers and the language's own words
    need nothing. Elsewhere a text from right to left is kept together.
    """
    if not text or text[0] in (LEFT_TO_RIGHT, FIRST_STRONG):
        return text
    right_to_left = bool(_RIGHT_TO_LEFT.search(text))
    if direction(language) == "rtl":
        if _NUMBER.fullmatch(text) or (right_to_left and not re.search(f"[{_LATIN}]", text)):
            return text
        return f"{FIRST_STRONG if right_to_left else LEFT_TO_RIGHT}{text}{POP}"
    return f"{FIRST_STRONG}{text}{POP}" if right_to_left else text


def isolate_runs(text: str, language: Language) -> str:
    """A text of a catalogue with its Latin runs isolated, in a language from right to left.

    Placeholders, addresses of links and tags are left alone; a code span is isolated whole.
    """
    if direction(language) != "rtl":
        return text

    def around(match: re.Match[str]) -> str:
        run = match["code"] or match["run"]
        if match["kept"] or not run or run.isalpha():
            return match[0]
        return f"{LEFT_TO_RIGHT}{match[0]}{POP}"

    return _RUN.sub(around, text)


def strip_marks(text: str) -> str:
    """The text without isolates and direction marks, for what compares texts."""
    return _MARKS.sub("", text)
