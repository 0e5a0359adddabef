"""A fact as a sentence.

A template's `{name}` is the value of that name. A message with plurals takes its form from the
value `n`, else from its first whole number. `{name:key}` says the value with a message that counts
(`{missing:count.answer}`: "one answer", "2 answers"), so that a sentence may count several things.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from readiness.errors import RenderError
from readiness.facts import Fact, Label, Listed, Term, Value
from readiness.language.catalogue import Language, text

Mark = Callable[[str, str], str]
"""What is put around a value's text, given its name (`name.1` inside a list): a link, a span."""

_PLACEHOLDER = re.compile(r"\{([a-z0-9_]+)(?::([a-z0-9_.]+))?\}")


def tell(fact: Fact, language: Language, mark: Mark | None = None) -> str:
    """The sentence of a fact; RenderError where the catalogue or the fact lacks something."""
    template = text(fact.kind, language, _counted(fact))

    def replace(match: re.Match[str]) -> str:
        name, key = match[1], match[2]
        if name not in fact.values:
            raise RenderError(f"the text {fact.kind!r} needs {name!r}, which was not given.")
        value = fact.values[name]
        said = show(value, language, mark)
        # The parts of a sentence within a sentence were marked there.
        if mark and not isinstance(value, Fact | Term | Label):
            said = mark(name, said)
        if not key:
            return said
        if not isinstance(value, int):
            raise RenderError(f"the text {fact.kind!r} counts {name!r}, which is no whole number.")
        return text(key, language, value).replace("{n}", said)

    return _PLACEHOLDER.sub(replace, template)


def _counted(fact: Fact) -> int | None:
    n = fact.values.get("n")
    if isinstance(n, int):
        return n
    return next((value for value in fact.values.values() if isinstance(value, int)), None)


def show(value: Value, language: Language, mark: Mark | None = None) -> str:
    """A value as a reader of that language expects it."""
    match value:
        case Fact():
            return tell(value, language, mark)
        case Term(key):
            return text(key, language)
        case Label(texts):
            if language not in texts:
                raise RenderError(f"no label in {language!r}; there is {', '.join(sorted(texts))}.")
            return texts[language]
        case Listed(items, link):
            return _joined([show(item, language, mark) for item in items], link, language)
        case Fraction():
            raise NotImplementedError  # numbers: see language/numbers.py
        case _:
            return str(value)


def _joined(texts: list[str], link: str, language: Language) -> str:
    if len(texts) < 2 or link == "comma":
        return text("language.comma", language).join(texts)
    head = text("language.comma", language).join(texts[:-1])
    return text(f"language.{link}", language).format(head=head, last=texts[-1])
