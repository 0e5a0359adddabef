"""A fact as a sentence.

A template's `{name}` is the value of that name. A message with plurals takes its form from the
value `n`, else from its first whole number. `{name:key}` says the value with a message that counts
(`{missing:count.answer}`: "one answer", "2 answers"), so that a sentence may count several things.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache

from readiness.ground.errors import RenderError
from readiness.ground.facts import (
    Day,
    Fact,
    Listed,
    NamedNumber,
    Printed,
    Quantity,
    Term,
    TranslatedText,
    Value,
)
from readiness.language import numbers
from readiness.language.catalogue import (
    FIRST,
    MARK,
    POP,
    Language,
    form,
    has,
    isolate,
    isolate_runs,
    typeset,
)

# What is put around a value's text, given its name: a link, a span.
Mark = Callable[[str, str], str]


def _keep_text(text: str) -> str:
    return text


@dataclass(frozen=True)
class Markup:
    """How the pieces of a sentence are written in the markup of a page.

    `plain` writes what the catalogue says and numbers, `name` what came from outside: names, codes,
    foreign sentences, labels. Both make a text safe in the markup.
    """

    plain: Callable[[str], str] = _keep_text
    name: Callable[[str], str] = _keep_text


LINKS = {link: f"language.{link}" for link in ("and", "or", "comma", "slash")}
# What ends a sentence.
CALLED = ("?", "!", "\u061f")
CLOSED = (".", "\u2026", *CALLED)
_COLON = re.compile("[ \u00a0\u202f]?:")
_POINT = re.compile(r"(?<![.\s])\s*[.:]$")
_PLACEHOLDER = re.compile(r"\{([a-z0-9_]+)(?::([a-z0-9_.]+))?\}")


def text(key: str, language: Language, n: int | Decimal | None = None) -> str:
    """The text of a key, in the plural form that goes with `n`; RenderError where there is none.

    Set as its language wants it (spaces, isolates). Placeholders stay as they are: `{name}`. What
    the language lacks is told in the first one, marked.
    """
    said = _read_template(key, language, n)
    return said if has(key, language) else isolate(MARK + said, language)


def _read_template(key: str, language: Language, n: int | Decimal | None) -> str:
    spoken = language if has(key, language) else FIRST
    return _typeset_template(form(key, spoken, n), spoken)


@cache
def _typeset_template(template: str, language: Language) -> str:
    return isolate_runs(typeset(template, language), language)


def tell(
    fact: Fact, language: Language, mark: Mark | None = None, markup: Markup | None = None
) -> str:
    """The sentence of a fact; RenderError where the catalogue or the fact lacks something.

    `mark(name, text)` may wrap each value (not a sentence within the sentence, whose own values it
    wraps); `markup` makes the pieces safe for a page.
    """
    markup = markup or Markup()
    template = _read_template(fact.kind, language, _find_count(fact))
    pieces, end, asked = [], 0, False
    for match in _PLACEHOLDER.finditer(template):
        between = template[end : match.start()]
        pieces.append(markup.plain(between))
        said = _tell_piece(fact, match[1], match[2], language, mark, markup)
        # What is said right behind a question is a sentence of its own.
        begins = asked and not between.strip() and isinstance(fact.values[match[1]], Fact)
        said = capitalise(said) if begins else said
        # A question keeps its own sign at the end: no full stop or colon behind it. Of another text
        # the colon takes the place of its own.
        end, last, asked = match.end(), said.rstrip(POP), False
        if colon := _COLON.match(template, end):
            if last.endswith(CALLED):
                end, asked = colon.end(), True
            elif _POINT.search(last):
                said = _POINT.sub("", last) + said[len(last) :]
        elif last.endswith(CLOSED) and template.startswith(".", end):
            end += 1
        pieces.append(said)
    told = "".join([*pieces, markup.plain(template[end:])])
    if has(fact.kind, language):
        return told
    # One mark for a sentence and for those within it.
    label = markup.plain(MARK)
    return isolate(label + told.replace(label, ""), language)


def capitalise(sentence: str) -> str:
    """The sentence with a capital at its beginning, in scripts that have them."""
    return sentence[:1].upper() + sentence[1:]


def _tell_piece(
    fact: Fact, name: str, key: str | None, language: Language, mark: Mark | None, markup: Markup
) -> str:
    if name not in fact.values:
        raise RenderError(f"the text {fact.kind!r} needs {name!r}, which was not given.")
    value = fact.values[name]
    said = show(value, language, mark, markup)
    # The values of a sentence within a sentence were marked there.
    if mark and not _is_composed(value):
        said = mark(name, said)
    if not key:
        return said
    value = _drop_name(value)
    if not isinstance(value, int):
        raise RenderError(f"the text {fact.kind!r} counts {name!r}, which is no whole number.")
    # A form may do without its number: one answer, two answers in Arabic.
    # Within a sentence of the first language it is told in that one, too.
    spoken = language if has(fact.kind, language) else FIRST
    return said.join(markup.plain(part) for part in text(key, spoken, value).split("{n}"))


def _is_composed(value: Value) -> bool:
    if isinstance(value, Listed):
        return any(_is_composed(item) for item in value.items)
    # A number with a name of its own is marked where it is shown.
    return isinstance(value, Fact | Term | TranslatedText | NamedNumber)


def _drop_name(value: Value) -> Value:
    return value.value if isinstance(value, NamedNumber) else value


def _find_count(fact: Fact) -> int | None:
    own = [fact.values["n"]] if "n" in fact.values else []
    values = map(_drop_name, (*own, *fact.values.values()))
    return next((value for value in values if isinstance(value, int)), None)


def show(
    value: Value, language: Language, mark: Mark | None = None, markup: Markup | None = None
) -> str:
    """A value as a reader of that language expects it, safe in the markup."""
    markup = markup or Markup()
    match value:
        case Fact():
            return tell(value, language, mark, markup)
        case Term(key):
            return markup.plain(text(key, language))
        case TranslatedText(texts):
            if language not in texts:
                raise RenderError(f"no label in {language!r}; there is {', '.join(sorted(texts))}.")
            return markup.name(texts[language])
        case Listed(items, link):
            told = [show(item, language, mark, markup) for item in items]
            return join_texts(told, link, language)
        case NamedNumber(name, number):
            said = show(number, language, None, markup)
            return mark(name, said) if mark else said
        case str():
            written, whole = markup.name(value), isolate(value, language)
            return written if whole == value else f"{whole[0]}{written}{whole[-1]}"
        case Fraction():
            said = numbers.percentage(value, language)
        case Quantity(amount, unit, digits, rounding):
            said = numbers.number(amount, unit, digits, language, rounding)
        case Printed(figure):
            said = numbers.print_figure(figure, language)
        case Day(iso):
            said = numbers.day(iso, language)
        case _:
            said = numbers.whole(value, language)
    return markup.plain(said)


def join_texts(texts: list[str], link: str, language: Language) -> str:
    """Texts in one place: "a, b and c"; `link` is `and`, `or`, `comma` or `slash`."""
    if link not in LINKS:
        raise RenderError(f"a list is linked by one of {', '.join(LINKS)}, not by {link!r}.")
    if link == "slash":
        return text("language.slash", language).join(texts)
    comma = text("language.comma", language)
    if len(texts) < 2 or link == "comma":
        return comma.join(texts)
    return text(LINKS[link], language).format(head=comma.join(texts[:-1]), last=texts[-1])
