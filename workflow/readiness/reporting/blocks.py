"""A block: what a document says of one thing, under a name by which its author can reach it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from readiness.language import text
from readiness.reporting.markdown import heading, label, later
from readiness.reporting.shown import Part


@dataclass(frozen=True)
class Block:
    """`place` names it, `title` is its heading (none where empty), `body` makes its Markdown.

    `later`: who reads on a telephone asks for it.
    """

    place: str
    title: str
    body: Callable[[], str]
    later: bool = False


def section(part: Part, block: Block, level: int) -> str:
    """A block with its heading and its author's texts; "" where there is nothing to say."""
    body = part.prose.around(block.place, block.body(), part.register.span)
    if not body:
        return ""
    if not block.title:
        return body
    if block.later:
        body = later(text("report.later", part.language), body)
    return f"{heading(level, block.title, label('sec', part.run, block.place))}\n\n{body}"


def paragraphs(parts: Iterable[str]) -> str:
    """Paragraphs, without those that are empty."""
    return "\n\n".join(part for part in parts if part)
