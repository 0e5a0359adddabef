"""The guides: the Markdown pages of `docs/` as pages of the site."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_READER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True)
class Guide:
    """A guide: the name of its file without ending, its title, its text as HTML."""

    name: str
    title: str
    body: Markup


def guide(name: str, source: str, guides: Collection[str], files: Collection[str]) -> Guide:
    """The guide that a Markdown text is.

    `guides` are the names of all guides and `files` those of pictures beside them: links to them
    hold in the site, links to other files of the project are shown as text. Markup in the text is
    shown, not used.
    """
    tokens = _READER.parse(source)
    title = name
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            said = _said(inline)
            token.attrSet("id", _anchor(said))
            if token.tag == "h1":
                title = said
        if token.type == "table_open":
            token.attrSet("class", "plain")
    for token in tokens:
        if token.type in ("th_open", "td_open") and str(token.attrs.pop("style", "")).endswith(
            "right"
        ):
            # The page's policy lets no style stand in an element.
            token.attrSet("class", "end")
    for token in tokens:
        if token.children:
            token.children = list(_linked(token.children, guides, files))
    return Guide(name, title, Markup(_READER.renderer.render(tokens, _READER.options, {})))


def _said(inline: Token) -> str:
    return "".join(t.content for t in inline.children or () if t.type in ("text", "code_inline"))


def _anchor(said: str) -> str:
    """The anchor of a heading, as the links between the guides spell it."""
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", said.lower()).strip())


def _linked(children: list[Token], guides: Collection[str], files: Collection[str]) -> list[Token]:
    """The parts of a paragraph, each link led to its page, or none where the site has none."""
    kept, dropped = [], 0
    for token in children:
        if token.type == "link_open":
            target = _target(str(token.attrGet("href") or ""), guides, files)
            if target is None:
                dropped += 1
                continue
            token.attrSet("href", target)
        elif token.type == "link_close" and dropped:
            dropped -= 1
            continue
        elif token.type == "image" and str(token.attrGet("src")) not in files:
            continue
        kept.append(token)
    return kept


def _target(href: str, guides: Collection[str], files: Collection[str]) -> str | None:
    path, mark, anchor = href.partition("#")
    if not path or _OUTSIDE.match(path):
        return href if not path or path.startswith("https:") else None
    if path.endswith(".md") and path[:-3] in guides:
        return f"{path[:-3]}.html{mark}{anchor}"
    return path if path in files else None
