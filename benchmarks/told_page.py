"""Read what a page says: each text with the place where it stands and the question it is about.

Knows the page's HTML only: `html.parser`, no code of the program.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from reading_back import tidy

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
# Elements whose text is one text of the page; what is nested in one and is such an element itself
# is a text of its own.
BLOCKS = {"h1", "h2", "h3", "h4", "p", "li", "summary", "figcaption", "dt", "dd", "td", "th"}
UNREAD = {"style", "script", "template"}


@dataclass(frozen=True)
class Said:
    """A text of a page.

    place: headline, title (of a survey), heading, point (of the brief), finding, alt, caption,
    cell, value (in the box of a number), base (a row's label and its number of answers), contents,
    origin (where numbers come from), status (a line of names), or text.
    about: the question, as the page's anchors write it: "" outside of questions.
    """

    place: str
    about: str
    text: str


@dataclass
class _Element:
    tag: str
    id: str
    classes: set[str]
    words: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[_Element] = []
        self.said: list[Said] = []
        self.chart: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        classes = set((own.get("class") or "").split())
        label = own.get("aria-label") or own.get("alt")
        if tag in ("svg", "img") and label:
            self.said.append(Said("alt", self.about(), tidy(label)))
        if tag not in VOID:
            self.stack.append(_Element(tag, own.get("id") or "", classes))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        while self.stack:
            element = self.stack.pop()
            self.close(element)
            if element.tag == tag:
                return

    def handle_data(self, data: str) -> None:
        tags = {element.tag for element in self.stack}
        # Provenance quotes ids and commands on purpose, set as code.
        if tags & UNREAD or "code" in tags:
            return
        if "svg" in tags:
            if self.stack[-1].tag == "text":
                self.stack[-1].words.append(data)
            return
        for element in reversed(self.stack):
            if element.tag in BLOCKS:
                element.words.append(data)
                return

    def close(self, element: _Element) -> None:
        text = tidy("".join(element.words))
        if element.tag == "text":
            self.chart.append(text)
        elif element.tag == "svg":
            # The narrow picture of the same chart stands beside the wide one.
            wide = self.chart if "narrow" not in element.classes else []
            for name, base in pairwise(wide):
                if re.fullmatch(r"n = [\d., ]+|ن = [\d., ]+", base) and not re.match(
                    "[nن] = ", name
                ):
                    self.said.append(Said("base", self.about(), f"{name}: {base}"))
            self.chart = []
        elif element.tag in BLOCKS and text:
            self.said.append(Said(self.place(element), self.about(), text))

    def place(self, element: _Element) -> str:
        classes = set().union(*(each.classes for each in self.stack), element.classes)
        if "passes" in classes:
            return "value"
        ids = {each.id for each in self.stack}
        if "sec-origin" in ids:
            return "origin"
        if "TOC" in ids:
            return "contents"
        if "status" in classes:
            return "status"
        by_tag = {"h1": "headline", "figcaption": "caption", "td": "cell", "th": "cell"}
        if element.tag in by_tag:
            return by_tag[element.tag]
        if element.tag in ("h2", "h3", "h4"):
            return "heading"
        if element.tag == "li" and "brief" in classes:
            return "point"
        if "finding" in classes:
            return "finding"
        return "title" if "title" in element.classes else "text"

    def about(self) -> str:
        for element in reversed(self.stack):
            if found := re.match(r"sec-.*?-(?:item|grid)-(.+)", element.id):
                return found[1]
            if found := re.match(r"figure-(.+)", element.id):
                return f"figure-{found[1]}"
        return ""


def read_page(page: str) -> Iterator[Said]:
    """Yield the texts of a page in the order in which they end."""
    reader = _Reader()
    reader.feed(page)
    yield from reader.said
