"""Read the catalogues of texts, and typeset and isolate their messages.

A catalogue is a folder of gettext files, one for each domain: `catalogues/<language>/<domain>.po`.
A message's id is its key, `domain.name`, never an English sentence: English has a catalogue like
any other. A message that counts has `msgid_plural` (the key again) and one form for each plural of
its language. Each language has `language.po` with its own name, its locale (CLDR), its digits, its
direction and its typography: another folder adds another language. A language need not have more
than the core that a report needs: a missing text is shown in the language `FIRST`, marked.

Catalogues are written with plain spaces and without direction marks. Both are added here, in one
place: non-breaking spaces, their widths, and the isolation of text in the other direction.
"""

import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from readiness.ground.errors import RenderError

# babel is imported on first use: a plan reads no texts.
if TYPE_CHECKING:
    from babel import Locale
    from babel.messages.catalog import Catalog

FOLDER = Path(__file__).resolve().parent / "catalogues"

# Code of a language: the name of a folder of the catalogues.
Language = str
# Languages of the program.
LANGUAGES: tuple[Language, ...] = tuple(sorted(p.name for p in FOLDER.iterdir() if p.is_dir()))
# Language of texts that exist once, of reports on a questionnaire in no language of the program,
# and of texts that a core language lacks.
FIRST: Language = "en"
MARK = f"[{FIRST}] "
# Languages with more than the core: they have the pages for the people who run a wave. `closure`
# takes a text with a point for a key: with the whole file name here, each translated word of the
# site would rerun every step that writes text.
_OF_SITE = {name: (FOLDER / name / "site").with_suffix(".po") for name in LANGUAGES}
WHOLE: tuple[Language, ...] = tuple(name for name in LANGUAGES if _OF_SITE[name].is_file())

# Plural categories of CLDR, in the order of a message's forms.
PLURALS = ("zero", "one", "two", "few", "many", "other")


@cache
def read_catalogue(language: Language, domain: str) -> "Catalog":
    """Return a language's messages of one domain. Raises RenderError where there is none."""
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
    """Return whether the language has a text for the key."""
    domain = key.partition(".")[0]
    there = (FOLDER / language / f"{domain}.po").is_file()
    message = read_catalogue(language, domain).get(key) if there else None
    return message is not None and bool(message.string)


@cache
def raw(key: str, language: Language) -> str | tuple[str, ...]:
    """Return the text of a key as the catalogue has it, or all its plural forms.

    Raises RenderError where the language has no such text.
    """
    message = read_catalogue(language, key.partition(".")[0]).get(key)
    if message is None or not message.string:
        raise RenderError(f"the language {language!r} has no text {key!r}.")
    return message.string if isinstance(message.string, str) else tuple(message.string)


def keys(language: Language, domain: str) -> tuple[str, ...]:
    """Return the keys of a language's messages of one domain, sorted."""
    ids = (message.id for message in read_catalogue(language, domain) if message.id)
    return tuple(
        sorted(message_id if isinstance(message_id, str) else message_id[0] for message_id in ids)
    )


def form(key: str, language: Language, n: int | Decimal | None = None) -> str:
    """Return the text of a key in the plural form for `n`, as the catalogue has it.

    None takes the form `other`. Raises RenderError where the text or the form is missing.
    """
    forms = raw(key, language)
    if isinstance(forms, str):
        return forms
    tag = "other" if n is None else locale(language).plural_form(n)
    place = plurals(language).index(tag)
    if place >= len(forms) or not forms[place]:
        raise RenderError(f"the language {language!r} has no form {tag!r} of the text {key!r}.")
    return forms[place]


@cache
def plurals(language: Language) -> tuple[str, ...]:
    """Return the plural categories of a language, in the order of a message's forms."""
    categories = {*locale(language).plural_form.tags, "other"}
    return tuple(tag for tag in PLURALS if tag in categories)


@cache
def locale(language: Language) -> "Locale":
    """Return the CLDR locale of a language."""
    from babel import Locale

    return Locale.parse(form("language.locale", language))


def own_name(language: Language) -> str:
    """Return the name of a language in that language."""
    return form("language.name", language)


def direction(language: Language) -> str:
    """Return the direction of a language's script, `ltr` or `rtl`."""
    return form("language.direction", language)


def setting(name: str, language: Language) -> str:
    """Return a language's setting `language.<name>`; "" where there is none."""
    key = f"language.{name}"
    return form(key, language) if has(key, language) else ""


_NARROW, _FIXED = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
_SPACE = "[ \u00a0\u202f]+"

# Unicode's isolates: text between the first or second mark and the third keeps its own direction.
LEFT_TO_RIGHT, FIRST_STRONG, POP = "\u2066", "\u2068", "\u2069"

_LATIN = "A-Za-z\u00c0-\u024f"
# A single word of letters is safe: only a run of several characters could be reordered.
_RUN = re.compile(
    r"(?P<kept>\{[^{}]*\}|\]\([^)\s]*\)|<[^<>]*>|[\u2066-\u2068][^\u2069]*\u2069)"
    rf"|(?P<code>`[^`]*`)|(?P<run>[{_LATIN}][{_LATIN}0-9_./:+@#=–-]*"
    rf"(?: [{_LATIN}0-9][{_LATIN}0-9_./:+@#=–-]*)*)"
)
_NUMBER = re.compile(r"[\u200e\u200f\u061c]*[-+\u2212]?[\d.,\u00a0\u202f٪%\u0660-\u0669٫٬\u200e]*")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_MARKS = re.compile(r"[\u2066-\u2069\u200e\u200f\u061c]")


def typeset(text: str, language: Language) -> str:
    """Return the text with the non-breaking spaces that its language puts beside punctuation."""
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
    """Return a value from outside (a name, a code, a foreign sentence) isolated for a sentence.

    In a language from right to left the value keeps its own direction; numbers and words of the
    language need no isolation. Elsewhere only text from right to left is isolated.
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
    """Return a catalogue text with its Latin runs isolated, in a language from right to left.

    Placeholders, addresses of links and tags are not changed; a code span is isolated whole.
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
    """Return the text without isolates and direction marks, for comparing texts."""
    return _MARKS.sub("", text)
