"""Write a fact as a sentence.

A template's `{name}` is replaced by the value of that name. A message with plurals takes its form
from the value `n`, else from its first whole number. `{name:key}` writes the value with a message
that counts (`{missing:count.answer}`: "one answer", "2 answers"), so that a sentence may count
several things.
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
    setting,
    typeset,
)

# Function from a value's name and text to the wrapped text: a link, a span.
Mark = Callable[[str, str], str]


def _keep_text(text: str) -> str:
    return text


@dataclass(frozen=True)
class Markup:
    """Functions that escape the pieces of a sentence for the markup of a page.

    `plain` escapes catalogue texts and numbers, `name` content from outside: names, codes, foreign
    sentences, labels.
    """

    plain: Callable[[str], str] = _keep_text
    name: Callable[[str], str] = _keep_text


LINKS = {link: f"language.{link}" for link in ("and", "or", "comma", "slash")}
# Characters that end a sentence.
CALLED = ("?", "!", "\u061f")
CLOSED = (".", "\u2026", *CALLED)
_COLON = re.compile("[ \u00a0\u202f]?:")
_POINT = re.compile(r"(?<![.\s])\s*[.:]$")
_PLACEHOLDER = re.compile(r"\{([a-z0-9_]+)(?::([a-z0-9_.]+))?\}")


def text(key: str, language: Language, n: int | Decimal | None = None) -> str:
    """Return the text of a key, in the plural form for `n`, typeset for its language.

    Placeholders stay as they are: `{name}`. A text that the language lacks is given in the language
    `FIRST`, marked. Raises RenderError where neither has it.
    """
    template = _read_template(key, language, n)
    return template if has(key, language) else isolate(MARK + template, language)


def _read_template(key: str, language: Language, n: int | Decimal | None) -> str:
    spoken = language if has(key, language) else FIRST
    return _typeset_template(form(key, spoken, n), spoken)


@cache
def _typeset_template(template: str, language: Language) -> str:
    return isolate_runs(typeset(template, language), language)


def tell(
    fact: Fact, language: Language, mark: Mark | None = None, markup: Markup | None = None
) -> str:
    """Return the sentence of a fact. Raises RenderError where a text or a value is missing.

    `mark(name, text)` may wrap each value, except sentences within the sentence, whose own values
    are wrapped; `markup` escapes the pieces for a page.
    """
    markup = markup or Markup()
    template = _read_template(fact.kind, language, _find_count(fact))
    pieces, end, after_question = [], 0, False
    for match in _PLACEHOLDER.finditer(template):
        between = template[end : match.start()]
        pieces.append(markup.plain(between))
        piece = _tell_piece(fact, match[1], match[2], language, mark, markup)
        # A fact right after a question is a sentence of its own.
        begins_sentence = (
            after_question and not between.strip() and isinstance(fact.values[match[1]], Fact)
        )
        piece = capitalise(piece) if begins_sentence else piece
        # A question keeps its question mark: no full stop or colon follows. After any other text, a
        # colon replaces the text's own full stop.
        end, last, after_question = match.end(), piece.rstrip(POP), False
        if colon := _COLON.match(template, end):
            if last.endswith(CALLED):
                end, after_question = colon.end(), True
            elif _POINT.search(last):
                piece = _POINT.sub("", last) + piece[len(last) :]
        elif last.endswith(CLOSED) and template.startswith(".", end):
            end += 1
        pieces.append(piece)
    sentence = "".join([*pieces, markup.plain(template[end:])])
    if has(fact.kind, language):
        return sentence
    # One mark for the whole sentence, none for the sentences within.
    label = markup.plain(MARK)
    return isolate(label + sentence.replace(label, ""), language)


def capitalise(sentence: str) -> str:
    """Return the sentence with a capital first letter, in scripts that have capitals."""
    return sentence[:1].upper() + sentence[1:]


def _tell_piece(
    fact: Fact, name: str, key: str | None, language: Language, mark: Mark | None, markup: Markup
) -> str:
    if name not in fact.values:
        raise RenderError(f"the text {fact.kind!r} needs {name!r}, which was not given.")
    value = fact.values[name]
    shown = show(value, language, mark, markup)
    # The values of a sentence within a sentence were wrapped there.
    if mark and not _is_composed(value):
        shown = mark(name, shown)
    if not key:
        return shown
    value = _drop_name(value)
    if not isinstance(value, int):
        raise RenderError(f"the text {fact.kind!r} counts {name!r}, which is no whole number.")
    # A form may omit its number: one answer, two answers in Arabic. Within a sentence in the
    # language FIRST, this part is in FIRST, too.
    form_language = language if has(fact.kind, language) else FIRST
    return shown.join(markup.plain(part) for part in text(key, form_language, value).split("{n}"))


def _is_composed(value: Value) -> bool:
    if isinstance(value, Listed):
        return any(_is_composed(item) for item in value.items)
    # A number with a name of its own is wrapped where it is shown.
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
    """Return a value as text in a language, escaped for the markup.

    Raises RenderError for a label without that language, and as `tell`.
    """
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
            shown_items = [show(item, language, mark, markup) for item in items]
            return join_texts(shown_items, link, language)
        case NamedNumber(name, number):
            shown = show(number, language, None, markup)
            return mark(name, shown) if mark else shown
        case str():
            written, whole = markup.name(value), isolate(value, language)
            return written if whole == value else f"{whole[0]}{written}{whole[-1]}"
        case Fraction():
            shown = numbers.percentage(value, language)
        case Quantity(amount, unit, digits, rounding):
            shown = numbers.number(amount, unit, digits, language, rounding)
        case Printed(figure):
            shown = numbers.print_figure(figure, language)
        case Day(iso):
            shown = numbers.day(iso, language)
        case _:
            shown = numbers.whole(value, language)
    return markup.plain(shown)


def join_texts(texts: list[str], link: str, language: Language) -> str:
    """Join texts: "a, b and c"; `link` is `and`, `or`, `comma` or `slash`.

    Raises RenderError for any other link.
    """
    if link not in LINKS:
        raise RenderError(f"a list is linked by one of {', '.join(LINKS)}, not by {link!r}.")
    if link == "slash":
        return text("language.slash", language).join(texts)
    comma = text("language.comma", language)
    if len(texts) < 2 or link == "comma":
        return comma.join(texts)
    # Arabic says "and" before each item, not before the last alone.
    between = (setting("and_between", language) if link == "and" else "") or comma
    return text(LINKS[link], language).format(head=between.join(texts[:-1]), last=texts[-1])
