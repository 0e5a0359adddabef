"""Make the page "two numbers and a minute": one file that answers as `readiness claims solve` does.

It needs no network: it contains the same arithmetic in JavaScript, and the texts of the catalogues
in every complete language.
"""

import json
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from markupsafe import Markup

from readiness.ground.files import write_atomically
from readiness.language import WHOLE, Language, own_name, text
from readiness.language.catalogue import (
    FIRST,
    direction,
    form,
    isolate_runs,
    keys,
    plurals,
    raw,
    typeset,
)
from readiness.language.numbers import print_figure, whole
from readiness.pages.content_policy import add_policy
from readiness.rendering.numbers import render_template
from readiness.site.pages import FOLDER

# Prefixes of the keys of texts that `solve` uses.
SAID = (
    "forensics.solve.",
    "forensics.reading.",
    "forensics.rounded.",
    "forensics.rounding.",
    "forensics.together.",
    "forensics.clause.",
    "forensics.numbers.",
    "forensics.strength.",
    "forensics.people_of",
    "forensics.missing_answers",
    "count.person",
    "language.comma",
    "language.slash",
    "language.and",
    "language.or",
    "site.solve.",
)
LABELS = tuple(
    f"site.solve.{name}"
    for name in (
        *("title", "lead", "question", "hint", "base", "base_hint", "check", "more", "fair"),
        *("offline", "bad_figure", "bad_number", "needs_script", "short"),
    )
)


def two_numbers_page() -> str:
    """Return the whole page; equal code gives equal bytes."""
    package = files("readiness.site")

    def read(name: str) -> Markup:
        # Not escaped: the file is part of the package, with no content from outside.
        return Markup(package.joinpath(name).read_text("utf-8"))

    texts = {language: page_texts(language) for language in WHOLE}
    written = json.dumps(texts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    page = render_template(
        FOLDER,
        "two-numbers.html",
        FIRST,
        read("two-numbers.css"),
        languages=[(language, own_name(language)) for language in WHOLE],
        without=[(language, text("site.solve.needs_script", language)) for language in WHOLE],
        texts=Markup(written.replace("<", "\\u003c")),
        core=read("solve.js"),
        form=read("two-numbers.js"),
    )
    return add_policy(page)


def page_texts(language: Language) -> dict[str, Any]:
    """Return the texts, plural categories and number format that the page needs for a language.

    A text that counts is a list of forms, in the order of `plurals`.
    """
    return {
        "locale": form("language.locale", language).replace("_", "-"),
        "direction": direction(language),
        "plurals": list(plurals(language)),
        "group": whole(1000, language)[1:-3],
        "decimal": print_figure("0.5", language)[1:-1],
        "texts": dict(_list_texts(language)),
    }


def _list_texts(language: Language) -> Iterator[tuple[str, str | list[str]]]:
    for domain in dict.fromkeys(start.partition(".")[0] for start in SAID):
        for key in keys(language, domain):
            if key.startswith(SAID):
                texts = raw(key, language)
                if isinstance(texts, str):
                    yield key, _set_text(texts, language)
                else:
                    yield key, [_set_text(plural_form, language) for plural_form in texts]


def _set_text(found: str, language: Language) -> str:
    return isolate_runs(typeset(found, language), language)


if __name__ == "__main__":
    write_atomically(Path(sys.argv[1]), two_numbers_page())
