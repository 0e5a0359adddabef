"""Whether two pages, pictures, tables or texts say the same, whatever made their bytes.

A page is judged by its words, its numbers with their ids, its pictures, and by everything that can
hide, move or act on them: elements, classes that its style knows, attributes, scripts. What another
processor, library or renderer moves is no difference: the hashes of lineage that are printed, the
renderer's name and version, wrappers without a meaning, typography, the last digits of a drawing.

The pages are read, never run; they may have been made to mislead.
"""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
import io
import math
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any
from urllib.parse import unquote_to_bytes

from readiness.facts import Fact
from readiness.language import LANGUAGES
from readiness.publications.chain import Chain
from readiness.register.display import said
from readiness.register.same import plain, same_cell, same_text
from readiness.rendering.words import words_for

GEOMETRY = 1e-6
"""How far a coordinate of a picture may be moved, in its own unit or relative to a large one."""
LARGEST_BOOK = 1 << 27
"""Bytes of the parts of a workbook that is read."""
QUOTED = 80
"""How much of a text is quoted, around the first letter that differs."""
SCRIPT = Fact("audit.page.script")
DRAWN = Fact("audit.page.drawn")
PICTURE = Fact("audit.page.picture")
SHOWN_HASH = 16
"""How many digits of a lineage hash a page shows."""

_NEUTRAL = {"html", "body", "div", "section", "span", "tbody"}
"""Elements that say nothing by themselves: one renderer wraps a text in them, another does not."""
_UNSEEN = {"xmlns", "xml:lang", "charset"}
_READ = {"alt", "aria-label", "title"}
_NUMBER = re.compile(
    r"(?<![\w#.])[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:e[+-]?\d{1,2})?(?![\w.])"
)
# Names that a picture gives its own parts; matplotlib makes them of the drawn numbers.
_OWN_NAME = re.compile(r"\b[a-z][0-9a-f]{10}\b")
_ENGINE = re.compile(
    "|".join(
        [r"Quarto \d[\d.]{0,20}"]
        + [
            re.escape(words_for(language)["embedded"])
            + r" \(pandoc \d[\d.]{0,20}, typst \d[\d.]{0,20}\)"
            for language in LANGUAGES
        ]
    )
)
# A comment, or what stands in a text, a title or a description and holds no element.
_WORDS = re.compile(r"<!--(.*?)-->|(?<=>)([^<>]+)(?=</(?:text|title|desc)>)", re.DOTALL)
_HASH = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{16})\b")
_BASE64 = re.compile(r"base64,[A-Za-z0-9+/=]+")
_BREAKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Terms:
    """What two folders call alike: lineage hashes by the step, and texts that one number gives.

    `published` and `made` map a hash to what stands for it; `given` holds pairs of a published word
    and a made one that the same value gives at a rounding boundary.
    """

    published: Mapping[str, str] = field(default_factory=dict)
    made: Mapping[str, str] = field(default_factory=dict)
    given: frozenset[tuple[str, str]] = frozenset()

    def same(self, published: str, made: str) -> bool:
        """Whether two normalised texts hold the same words."""
        if published == made:
            return True
        first, second = published.split(" "), made.split(" ")
        return len(first) == len(second) and all(
            one == two or any(one == two.replace(was_made, was) for was, was_made in self.given)
            for one, two in zip(first, second, strict=True)
        )

    def lineage_change(self, published: bytes | str, made: bytes | str) -> Fact | None:
        """The hashes that two texts show, where they are not those of the same steps."""
        texts = (
            t if isinstance(t, str) else t.decode("utf-8", "replace") for t in (published, made)
        )
        before, after = (
            sorted(hashes.get(digest, digest) for digest in _HASH.findall(_BASE64.sub("", text)))
            for text, hashes in zip(texts, (self.published, self.made), strict=True)
        )
        if before == after:
            return None
        return changed(" ".join(before), " ".join(after))


def terms_of(
    frozen: Chain,
    present: Chain,
    published: Iterable[Mapping[Any, str]] = (),
    made: Iterable[Mapping[Any, str]] = (),
) -> Terms:
    """The terms of a publication and its recomputation: their provenance records, their rows."""
    steps = frozen.keys() & present.keys()
    before, after = ({step: chain[step].hash for step in steps} for chain in (frozen, present))
    new = {row["id"]: row for row in made}
    given = set()
    for row in published:
        other = new.get(row["id"])
        for language in LANGUAGES if other else ():
            assert other is not None
            was, became = said(row, language), said(other, language)
            if was != became and same_text(was, other, language):
                words = zip(normal(was).split(), normal(became).split(), strict=False)
                given |= {pair for pair in words if pair[0] != pair[1]}
    return Terms(_hashes(before), _hashes(after), frozenset(given))


def _hashes(steps: Mapping[str, str]) -> dict[str, str]:
    names = {digest: f"lineage:{step}" for step, digest in sorted(steps.items())}
    return names | {digest[:SHOWN_HASH]: name for digest, name in names.items()}


def normal(text: str) -> str:
    """A text without typography, with one name for every renderer and for every hash."""
    words = (plain(word) for word in _BREAKS.sub(" ", text).split(" "))
    told = _ENGINE.sub("renderer", " ".join(word for word in words if word))
    return _HASH.sub("lineage", told)


def page_change(published: bytes, made: bytes, terms: Terms) -> Fact | None:
    """The first thing that two pages (HTML) do not say alike; None for none."""
    before, after = (list(_merged(_page(content))) for content in (published, made))
    # What acts and what is read before what stands around it: a reader is told that.
    for kinds in ({"code"}, {"text", "read"}, {"code", "text", "read", "shown", "picture"}):
        pairs = ([event for event in events if event[0] in kinds] for events in (before, after))
        for old, new in zip_longest(*pairs, fillvalue=("", "")):
            if change := _event_change(old, new, terms):
                return change
    return terms.lineage_change(published, made)


Event = tuple[str, str]
"""What a reader meets: "text", text that is "read" aloud, "code", a "picture", and what is "shown"
by an element or an attribute."""


def _event_change(old: Event, new: Event, terms: Terms) -> Fact | None:
    if old == new:
        return None
    if "code" in (old[0], new[0]):
        return SCRIPT
    if old[0] == new[0] == "picture":
        change = picture_change(old[1].encode(), new[1].encode(), terms)
        return PICTURE if change == DRAWN else change
    if old[0] == new[0] and old[0] in ("text", "read") and terms.same(old[1], new[1]):
        return None
    return changed(_told(old), _told(new))


def _told(event: Event) -> str:
    return "picture" if event[0] == "picture" else event[1]


def _merged(events: Iterable[Event]) -> Iterator[Event]:
    """Texts with nothing between them as one."""
    texts: list[str] = []
    for kind, text in events:
        if kind == "text":
            texts.append(text)
            continue
        if whole := " ".join(" ".join(texts).split()):
            yield "text", whole
        texts = []
        yield kind, text
    if whole := " ".join(" ".join(texts).split()):
        yield "text", whole


def _page(content: bytes) -> Iterator[Event]:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(content.decode("utf-8", "replace"))
    style = "".join(node.text() or "" for node in tree.css("style"))
    styled = set(re.findall(r"[.#]([\w-]+)", style))
    waiting: list[Any] = [tree.root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield "shown", node
        elif node.is_text_node:
            yield "text", normal(node.text_content or "")
        elif node.is_element_node:
            if node.tag in ("script", "style"):
                yield "code", _digest(f"{sorted(node.attributes.items())}{node.text(deep=True)}")
                continue
            told = list(_element(node, styled))
            yield from told
            if told:
                waiting.append(f"</{node.tag}>")
            waiting += reversed(list(node.iter(include_text=True)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _element(node: Any, styled: set[str]) -> Iterator[Event]:
    """What an element is and does, less what no reader meets."""
    attributes = {name: value or "" for name, value in sorted(node.attributes.items())}
    if node.tag == "meta" and attributes.get("name") == "generator":
        return
    events: list[Event] = []
    for name, value in attributes.items():
        if name.startswith("on") or "script:" in value.lower():
            events.append(("code", _digest(f"{name}={value}")))
        elif name in _READ:
            events.append(("read", normal(value)))
        elif name == "class" or name == "id":
            events += [("shown", f"{name}={v}") for v in value.split() if v in styled]
        elif name == "src" and (picture := _embedded(value)) is not None:
            events.append(("picture", picture))
        elif name == "data-id" or not (name in _UNSEEN or name.startswith("data-")):
            events.append(("shown", f"{name}={normal(value)}"))
    if node.tag not in _NEUTRAL or events:
        yield "shown", f"<{node.tag}>"
        yield from events


def _embedded(source: str) -> str | None:
    """The text of a picture that stands in an address, None for any other address."""
    head, _, body = source.partition(",")
    if not head.lower().startswith("data:image/svg+xml"):
        return None
    try:
        content = base64.b64decode(body) if head.endswith("base64") else unquote_to_bytes(body)
    except (binascii.Error, ValueError):
        return None
    return content.decode("utf-8", "replace")


def picture_change(published: bytes, made: bytes, terms: Terms) -> Fact | None:
    """The first thing in which two pictures (SVG) are not alike; None for none.

    Its words are texts; in one of before, which drew letters as paths, they stand in a comment
    before each.
    """
    before, after = (_picture(content) for content in (published, made))
    said = [["".join(words) for words in _WORDS.findall(text)] for text in (before, after)]
    for old, new in zip_longest(*said, fillvalue=""):
        texts = normal(old), normal(new)
        if not terms.same(*texts):
            return changed(*texts)
    # Words are compared; what is left is elements, names and numbers.
    shapes = [_WORDS.sub("", text) for text in (before, after)]
    return None if _same_shapes(*shapes) else DRAWN


def _picture(content: bytes) -> str:
    """The text of a picture, its own parts named in the order in which they come."""
    names: dict[str, str] = {}
    return _OWN_NAME.sub(
        lambda match: names.setdefault(match[0], f"part-{len(names)}"),
        content.decode("utf-8", "replace"),
    )


def _same_shapes(published: str, made: str) -> bool:
    if _NUMBER.sub("0", published) != _NUMBER.sub("0", made):
        return False
    numbers = (map(float, _NUMBER.findall(text)) for text in (published, made))
    return all(_near(old, new) for old, new in zip(*numbers, strict=True))


def _near(old: float, new: float) -> bool:
    # A last digit that is rounded the other way is a whole step of 1e-6, and a bit of the float.
    return math.isclose(old, new, rel_tol=GEOMETRY, abs_tol=GEOMETRY * 1.001)


def text_change(published: bytes, made: bytes, terms: Terms) -> Fact | None:
    """The first line that two texts do not say alike; None for none."""
    before, after = (
        content.decode("utf-8", "replace").splitlines() for content in (published, made)
    )
    for old, new in zip_longest(before, after, fillvalue=""):
        texts = normal(old), normal(new)
        if not terms.same(*texts):
            return changed(*texts)
    return terms.lineage_change(published, made)


def table_change(published: bytes, made: bytes, terms: Terms) -> Fact | None:
    """The first cell that two tables (CSV) do not have alike; None for none."""
    before, after = (_rows(content) for content in (published, made))
    for old_row, new_row in zip_longest(before, after, fillvalue=[""]):
        for old, new in zip_longest(old_row, new_row, fillvalue=""):
            texts = normal(old), normal(new)
            if not (same_cell(old, new) or terms.same(*texts)):
                return changed(old, new)
    return terms.lineage_change(published, made)


def workbook_change(published: bytes, made: bytes, terms: Terms) -> Fact | None:
    """The first part that two workbooks (XLSX) do not say alike; None for none."""
    before, after = _parts(published), _parts(made)
    for name in sorted(before.keys() | after.keys()):
        if change := text_change(before.get(name, b""), after.get(name, b""), terms):
            return change
    return None if before and after else changed("XLSX", "")


def _parts(content: bytes) -> dict[str, bytes]:
    """The parts of a workbook; none of what is no workbook, or larger than ours are."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            if sum(part.file_size for part in book.infolist()) > LARGEST_BOOK:
                return {}
            return {part.filename: book.read(part) for part in book.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, EOFError, zlib.error):
        return {}


def _rows(content: bytes) -> list[list[str]]:
    text = content.decode("utf-8", "replace")
    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return [text.splitlines()]


def changed(old: str, new: str) -> Fact:
    """What was said and what is said now, around the first letter that differs."""
    if not old or not new:
        kind = "audit.page.added" if new else "audit.page.gone"
        return Fact(kind, {"text": (old or new)[:QUOTED]})
    pairs = enumerate(zip(old, new, strict=False))
    at = next((k for k, (x, y) in pairs if x != y), min(len(old), len(new)))
    start = max(0, at - QUOTED // 2)
    cut = slice(start, start + QUOTED)
    return Fact("audit.page.became", {"text_old": old[cut], "text_new": new[cut]})
