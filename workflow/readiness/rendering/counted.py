"""The numbers that a renderer counts itself: sections, figures, tables, footnotes.

They are counted again from the page's own structure, so a number that is only dressed as one of
them (a "section 32" in a page of five sections) is found.

The words that say them, and the few others that a renderer adds, come from the catalogues.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from readiness.language import LANGUAGES, Language, text
from readiness.language.catalogue import setting

KEYS = (
    "rendering.toc",
    "rendering.skip",
    "rendering.embedded",
    "rendering.fig",
    "rendering.tbl",
    "rendering.sec",
    "rendering.label",
    "rendering.note",
    "rendering.tip",
    "rendering.warning",
    "rendering.important",
    "rendering.caution",
    "rendering.cue",
)
SPACES = ("narrow_before", "fixed_before", "fixed_after")
_SPACE = r"[\s\u00a0\u202f]"


@cache
def words_for(language: Language) -> dict[str, str]:
    """The words in a language, by the last part of their keys; RenderError where it has none.

    `fig`, `tbl` and `sec` hold `{n}`, the number; `label` holds `{label}`, one of the first two.
    Also the signs around which the language has spaces that end no line, as `language.po` has them.
    """
    words = {key.partition(".")[2]: text(key, language) for key in KEYS}
    spaces = {name: setting(name, language) for name in SPACES}
    return {**words, **{name: signs for name, signs in spaces.items() if signs}}


@cache
def number_patterns(*names: str, label: bool = False) -> tuple[re.Pattern[str], ...]:
    """What says a number of these names in any language: `Figure 3`, its number as `number`.

    `label`: as it opens a caption, at the beginning of a text. Else: as a whole text.
    """
    patterns = []
    for language in LANGUAGES:
        words = words_for(language)
        for name in names:
            said = words["label"].replace("{label}", words[name]) if label else words[name]
            before, _, after = said.partition("{n}")
            pattern = rf"{_space_pattern(before)}(?P<number>\d+(?:\.\d+)*){_space_pattern(after)}"
            patterns.append(rf"^\s*{pattern}" if label else rf"^{pattern}$")
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in dict.fromkeys(patterns))


def _space_pattern(text: str) -> str:
    """A pattern of a text in which every space may be one that does not break."""
    return re.sub(r"(?:\\ |\u00a0|\u202f)+", lambda _: _SPACE, re.escape(text))


HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
CAPTIONS = ("fig", "tbl")
_BARE = re.compile(r"^(?P<number>\d+(?:\.\d+)*)$")
_NUMBER_CLASSES = (".header-section-number", ".toc-section-number")


class Counted:
    """What the sections, figures and tables of a page must be numbered, by their anchors."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._numbers: dict[str, str] = {}
        self._headings: dict[int, str] = {}
        self._captions: dict[int, str] = {}
        self._count_sections(tree)
        self._count_captions(tree)

    def _count_sections(self, tree: LexborHTMLParser) -> None:
        headings = [node for node in tree.css(", ".join(HEADINGS)) if _own_number(node) is not None]
        levels = [HEADINGS.index(str(node.tag)) for node in headings]
        counters: list[int] = []
        for node, level in zip(headings, levels, strict=True):
            depth = level - min(levels) + 1
            counters = [*counters[:depth], *[0] * (depth - len(counters))]
            counters[-1] += 1
            number = ".".join(str(count) for count in counters if count)
            self._headings[node.mem_id] = number
            self._name(node, number)

    def _count_captions(self, tree: LexborHTMLParser) -> None:
        counts: dict[str, int] = {}
        for node in tree.css("figcaption, caption"):
            kind, _ = _split_label(node.text(deep=True))
            if not kind:
                continue
            counts[kind] = counts.get(kind, 0) + 1
            self._captions[node.mem_id] = str(counts[kind])
            self._name(node, str(counts[kind]))

    def _name(self, node: LexborNode, number: str) -> None:
        """Every anchor around a heading or a caption leads to its number; the nearest wins."""
        at: LexborNode | None = node
        while at is not None and at.tag not in ("body", "main"):
            names = [at.attributes.get("id"), at.attributes.get("data-anchor-id")]
            for name in filter(None, names):
                self._numbers.setdefault(name, number)
            at = at.parent

    def heading_number(self, node: LexborNode) -> bool:
        """Whether a span of a section number shows the number of its heading, or of its target."""
        shown = node.text(deep=True).strip()
        at = node.parent
        if at is None or (node.prev is not None and (node.prev.text(deep=True) or "").strip()):
            return False
        if at.tag == "a":
            return self._numbers.get(_target(at)) == shown
        return self._headings.get(at.mem_id) == shown

    def caption_label(self, node: LexborNode) -> str | None:
        """The label (`Figure 1`) that opens a caption at this node, where its number is right."""
        at: LexborNode | None = node
        while at is not None and _first(at) and at.tag not in ("figcaption", "caption"):
            at = at.parent
        number = self._captions.get(at.mem_id) if at is not None else None
        _, match = _split_label(node.text(deep=True))
        return match[0] if match and match["number"] == number else None

    def reference(self, node: LexborNode) -> bool:
        """Whether a link shows the number of the section, figure, table or note it leads to."""
        shown = node.text(deep=True).strip()
        match = _BARE.match(shown) or _first_match(number_patterns(*CAPTIONS, "sec"), shown)
        if match is None:
            return False
        target = _target(node)
        note = re.fullmatch(r"fn(\d+)", target)
        return match["number"] == (note[1] if note else self._numbers.get(target))


def _split_label(text: str) -> tuple[str, re.Match[str] | None]:
    """Which kind of caption a text opens with (`fig`, `tbl`), in any language; ("", None): none."""
    for kind in CAPTIONS:
        if match := _first_match(number_patterns(kind, label=True), text):
            return kind, match
    return "", None


def _first_match(patterns: Iterable[re.Pattern[str]], text: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.match(text))), None)


def _first(node: LexborNode) -> bool:
    """Whether nothing but white space stands before a node in its parent."""
    return node.prev is None or (node.prev.prev is None and not node.prev.text(deep=True).strip())


def _own_number(node: LexborNode) -> LexborNode | None:
    return next((node.css_first(name) for name in _NUMBER_CLASSES if node.css_first(name)), None)


def _target(node: LexborNode) -> str:
    from urllib.parse import unquote

    return unquote((node.attributes.get("href") or "").removeprefix("#"))
