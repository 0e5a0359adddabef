"""Pieces of Markdown: numbers as spans, tables, pictures, notes. Nothing here knows a survey."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

EMPTY = "–"
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~^@$])")
_UNSAFE = re.compile(r"[^a-z0-9]+")


class Markdown(str):
    """Text that a document shows as Markdown and that a cell can print."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return str(self)


def plain(text: str) -> str:
    """The text with nothing in it that Markdown would read as markup."""
    return _MARKUP.sub(r"\\\1", text)


def label(*parts: str) -> str:
    """The label of a table, a figure or a section, from names: `tbl-wave-item`."""
    return "-".join(_UNSAFE.sub("-", part.lower()).strip("-") for part in parts)


def heading(level: int, title: str, name: str) -> str:
    """A heading that links can name."""
    return f"{'#' * level} {title} {{#{name}}}"


def note(kind: str, title: str, body: str) -> str:
    """A box: `note` or `warning`."""
    return f"::: {{.callout-{kind}}}\n## {title}\n\n{body}\n:::"


def listed(lines: Iterable[str]) -> str:
    """A list of sentences, one a line."""
    return "\n".join(f"- {line}" for line in lines)


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    name: str,
    caption: str,
    words: Sequence[int] = (0,),
) -> str:
    """A table: numbers to the right, the columns `words` to the left."""
    lines = ["| " + " | ".join(header) + " |"]
    lines.append("|" + "|".join(":--" if i in words else "--:" for i in range(len(header))) + "|")
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([*lines, "", f": {caption} {{#{name}}}"])


def picture(path: str, alternative: str, name: str, caption: str, narrow: str = "") -> str:
    """A chart, with a narrow drawing of it for telephones where there is one."""
    alt = " ".join(alternative.split()).replace('"', "'")
    parts = [f"::: {{#{name}}}", f'![]({path}){{.wide fig-alt="{alt}"}}']
    if narrow:
        parts += [
            '::: {.content-visible when-format="html"}',
            f'![]({narrow}){{.narrow fig-alt="{alt}"}}',
            ":::",
        ]
    return "\n\n".join([*parts, caption, ":::"])


def cards(texts: Iterable[tuple[str, str]]) -> str:
    """Large numbers, each with what it is."""
    tiles = [f"::: {{}}\n{number}\n\n{words}\n:::" for number, words in texts]
    return "\n".join(["::: {.key-figures}", *tiles, ":::"])
