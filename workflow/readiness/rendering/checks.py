"""Check that every number on a page comes from the register, and report those that do not.

A digit is any character of Unicode's categories Nd, Nl and No: also ٣, Ⅳ, ² and ½. Numbers that a
renderer counts itself (sections, figures, tables, footnotes) are counted again from the page's own
structure, so that a false one (a "section 32" in a page of five) is found. The words around such
numbers come from the catalogues.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from re import Pattern
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from readiness.language import LANGUAGES, strip_marks
from readiness.reporting.blocks import words_for

_SPACE = r"[\s\u00a0\u202f]"


@cache
def number_patterns(*names: str, label: bool = False) -> tuple[re.Pattern[str], ...]:
    """Return patterns of numbered names in every language: `Figure 3`, with the group `number`.

    `names`: of `fig`, `tbl`, `sec`. `label`: match the label that opens a caption; else match a
    whole text.
    """
    patterns = []
    for language in LANGUAGES:
        words = words_for(language)
        for name in names:
            phrase = words["label"].replace("{label}", words[name]) if label else words[name]
            before, _, after = phrase.partition("{n}")
            pattern = rf"{_allow_spaces(before)}(?P<number>\d+(?:\.\d+)*){_allow_spaces(after)}"
            patterns.append(rf"^\s*{pattern}" if label else rf"^{pattern}$")
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in dict.fromkeys(patterns))


def _allow_spaces(text: str) -> str:
    """Return a pattern for a text, with no-break spaces allowed in place of spaces."""
    return re.sub(r"(?:\\ |\u00a0|\u202f)+", lambda _: _SPACE, re.escape(text))


HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
CAPTIONS = ("fig", "tbl")
_BARE = re.compile(r"^(?P<number>\d+(?:\.\d+)*)$")


class Counted:
    """Correct numbers of a page's sections, figures and tables, by anchor."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._numbers: dict[str, str] = {}
        self._headings: dict[int, str] = {}
        self._captions: dict[int, str] = {}
        self._count_sections(tree)
        self._count_captions(tree)

    def _count_sections(self, tree: LexborHTMLParser) -> None:
        """Number the headings that show a number, as a renderer does."""
        numbered = ".header-section-number, .toc-section-number"
        headings = [
            (node, HEADINGS.index(str(node.tag)))
            for node in tree.css(", ".join(HEADINGS))
            if node.css_first(numbered) is not None
        ]
        counters: list[int] = []
        for node, level in headings:
            depth = level - min(least for _, least in headings) + 1
            counters = [*counters[:depth], *[0] * (depth - len(counters))]
            counters[-1] += 1
            number = ".".join(str(count) for count in counters if count)
            self._headings[node.mem_id] = number
            self._name(node, number)

    def _count_captions(self, tree: LexborHTMLParser) -> None:
        counts: dict[str, int] = {}
        for node in tree.css("figcaption, caption"):
            kind, _ = _split_label(node.text(deep=True))
            if kind:
                counts[kind] = counts.get(kind, 0) + 1
                self._captions[node.mem_id] = str(counts[kind])
                self._name(node, str(counts[kind]))

    def _name(self, node: LexborNode, number: str) -> None:
        """Store a number under every anchor around a heading or a caption; the nearest one wins."""
        at: LexborNode | None = node
        while at is not None and at.tag not in ("body", "main"):
            for name in ("id", "data-anchor-id"):
                if anchor := at.attributes.get(name):
                    self._numbers.setdefault(anchor, number)
            at = at.parent

    def heading_number(self, node: LexborNode) -> bool:
        """Return whether a shown section number is right, for a heading or for a link's target."""
        shown_number, parent = node.text(deep=True).strip(), node.parent
        if parent is None or (node.prev is not None and (node.prev.text(deep=True) or "").strip()):
            return False
        if parent.tag == "a":
            return self._numbers.get(_find_target(parent)) == shown_number
        return self._headings.get(parent.mem_id) == shown_number

    def caption_label(self, node: LexborNode) -> str | None:
        """Return the label (`Figure 1`) that opens a caption here; None for a wrong number."""
        at: LexborNode | None = node
        while at is not None and at.tag not in ("figcaption", "caption"):
            if at.prev and (at.prev.prev is not None or at.prev.text(deep=True).strip()):
                break  # other text comes first
            at = at.parent
        number = self._captions.get(at.mem_id) if at is not None else None
        _, match = _split_label(node.text(deep=True))
        return match[0] if match and match["number"] == number else None

    def reference(self, node: LexborNode) -> bool:
        """Return whether a link shows the right number of a section, figure, table or note."""
        shown_text = node.text(deep=True).strip()
        match = _BARE.match(shown_text) or _find_first_match(
            number_patterns(*CAPTIONS, "sec"), shown_text
        )
        if match is None:
            return False
        target = _find_target(node)
        note = re.fullmatch(r"fn(\d+)", target)
        return match["number"] == (note[1] if note else self._numbers.get(target))


def _split_label(text: str) -> tuple[str, re.Match[str] | None]:
    """Return the kind of caption that a text opens with (`fig`, `tbl`), and the match.

    In any language; ("", None) where the text opens with no label.
    """
    for kind in CAPTIONS:
        if match := _find_first_match(number_patterns(kind, label=True), text):
            return kind, match
    return "", None


def _find_first_match(patterns: Iterable[re.Pattern[str]], text: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.match(text))), None)


def _find_target(node: LexborNode) -> str:
    return unquote((node.attributes.get("href") or "").removeprefix("#"))


_UNSEEN = frozenset({"style", "script", "annotation"})
# Attributes that readers meet: read aloud, shown on hovering, in a field, in search results.
_SPOKEN = ("alt", "title", "aria-label", "aria-description", "placeholder", "summary", "label")
_SPACES = re.compile(r"[ \t\r\n\f\u00a0\u202f]+")


@dataclass(frozen=True)
class Problem:
    """A number that the register does not have: text, reason, surrounding text, heading."""

    text: str
    reason: str
    context: str
    heading: str

    def __str__(self) -> str:
        where = f" (under “{self.heading}”)" if self.heading else ""
        return f"“{self.text}” {self.reason}: … {self.context} …{where}"


def has_digit(text: str) -> bool:
    """Return whether any character is a digit or another numeral, in any script."""
    return any(unicodedata.category(character) in ("Nd", "Nl", "No") for character in text)


def _normalise(text: str) -> str:
    """Return a text for comparison: white space as one space, without marks of direction."""
    return _SPACES.sub(" ", strip_marks(text)).strip(" ")


@dataclass
class _Check:
    """Check of one page: texts that may be shown, and problems so far."""

    displays: Mapping[str, Collection[str]]
    allowed: Sequence[Pattern[str]]
    provenance: Collection[str]
    counted: Counted
    heading: str = ""
    problems: list[Problem] = field(default_factory=list)

    def report(self, text: str, reason: str, context: str) -> None:
        self.problems.append(Problem(text, reason, _normalise(context)[:160], self.heading))

    def text(self, text: str, context: str, shown_texts: Collection[str] = ()) -> None:
        """Report each digit of `text` outside of the allow-list and of the `shown_texts`."""
        if not has_digit(text):
            return
        covered = bytearray(len(text))
        # Known texts, where these are no part of a longer number.
        known_patterns = [
            re.compile(rf"(?<![\w.,−-]){re.escape(value)}(?!\w|[.,]\d)")
            for value in shown_texts
            if has_digit(value)
        ]
        for pattern in [*self.allowed, *known_patterns]:
            for match in pattern.finditer(text):
                covered[match.start() : match.end()] = b"\1" * (match.end() - match.start())
        for match in re.finditer(r"\S+", text):
            start, token = match.start(), match[0]
            if any(has_digit(sign) and not covered[k] for k, sign in enumerate(token, start)):
                surroundings = text[max(0, start - 50) : start + 70]
                quote = context if token in context and context != text else surroundings
                self.report(token, "is no number of the register", quote)

    def number(self, node: LexborNode) -> None:
        """Check the text of a span of class `n` against the register."""
        name, context = node.attributes.get("data-id") or "", _quote_around(node)
        shown_text, expected = _normalise(node.text(deep=True)), self.displays.get(name)
        if not name:
            self.report(shown_text, "names no id of the register", context)
        elif expected is None:
            self.report(shown_text, f"names {name}, which is not in the register", context)
        elif shown_text not in {_normalise(value) for value in expected}:
            values = " or ".join(f"“{value}”" for value in sorted(expected))
            self.report(
                shown_text, f"is not what the register shows for {name} ({values})", context
            )
        else:
            # Signs that touch a number change it: `-[5]`, `[67]%`, `[67],3`.
            before, after = (
                strip_marks(at.text(deep=True)) if at and at.tag != "-comment" else ""
                for at in (node.prev, node.next)
            )
            if re.search(r"(?:^|[\s(])[-−+±]$|[−+±٫.,]$", before):
                self.report(
                    before[-1:] + shown_text, "has a sign outside the register's text", context
                )
            if re.match(r"[\s\u00a0\u202f]?[%‰٪]|[.,٫]\w", after):
                self.report(
                    shown_text + after[:2], "has a unit outside the register's text", context
                )

    def attributes(self, node: LexborNode) -> None:
        """Check spoken attributes, which may show numbers of `data-ids` or of the figure."""
        spoken = [name for name in _SPOKEN if has_digit(node.attributes.get(name) or "")]
        if node.tag == "meta" and (node.attributes.get("name") or "") != "viewport":
            spoken += ["content"] if has_digit(node.attributes.get("content") or "") else []
        if node.tag in ("input", "button", "meter", "progress", "data", "li"):
            spoken += ["value"] if has_digit(node.attributes.get("value") or "") else []
        if node.tag == "ol" and "start" in node.attributes:
            spoken.append("start")
        if not spoken:
            return
        names = (node.attributes.get("data-ids") or "").split()
        at: LexborNode | None = node
        while at is not None and at.tag != "figure":
            at = at.parent
        if at is not None:
            names += [str(span.attributes.get("data-id")) for span in at.css("span.n[data-id]")]
        known_texts = [text for name in names for text in self.displays.get(name, ())]
        for name in spoken:
            value = node.attributes.get(name) or ""
            self.text(value, f"{name} of <{node.tag}>: {value}", known_texts)

    def made_by_renderer(self, node: LexborNode) -> bool:
        """Return whether an element shows a number that the renderer counted, correctly."""
        classes = _list_classes(node)
        if classes & {"header-section-number", "toc-section-number"}:
            return self.counted.heading_number(node)
        link = node.tag == "a" and classes & {"quarto-xref", "footnote-ref"}
        return bool(link) and self.counted.reference(node)

    def inside(self, node: LexborNode) -> None:
        """Check the attributes of all elements within a node."""
        for child in node.css("*"):
            if child.mem_id != node.mem_id:
                self.attributes(child)


def check_numbers(
    html: str,
    displays: Mapping[str, Collection[str] | str],
    allowed: Sequence[Pattern[str]] = (),
    provenance: Collection[str] = (),
) -> list[Problem]:
    """Return every number on a page that the register does not show, in the order of the page.

    A number of the register is `<span class="n" data-id="id">text</span>`.
    An attribute that is read aloud (alt, title, ...) may also hold two kinds of numbers: those of
    the ids in the `data-ids` of the element, and those shown in the same figure.
    Section numbers, labels of captions and references must match a count of the headings and
    captions of the page.
    The list is empty for a page without a problem.

    Args:
        html: the page.
        displays: the text, or the texts, that the register shows, by id.
        allowed: other numbers (years, names of datasets), each found within one run of text.
        provenance: whole texts that a `<span class="prov">` may hold.
    """
    tree = LexborHTMLParser(html)
    texts_by_id = {k: (frozenset({v}) if isinstance(v, str) else v) for k, v in displays.items()}
    check = _Check(texts_by_id, allowed, provenance, Counted(tree))
    if tree.root is not None:
        _walk(tree.root, check)
    return check.problems


def _walk(node: LexborNode, check: _Check) -> None:
    """Check an element and everything within it, in the order of the page."""
    tag = node.tag or ""
    if tag == "-text":
        text = node.text(deep=False)
        check.text(text.removeprefix(check.counted.caption_label(node) or ""), _quote_around(node))
        return
    if tag.startswith(("-", "_", "!")):
        return
    check.attributes(node)
    _check_hidden_text(node, check)
    if tag in _UNSEEN:
        return
    if tag in HEADINGS:
        check.heading = _normalise(node.text(deep=True))
    if _check_as_whole(node, check):
        check.inside(node)
    elif is_marked_unchecked(node):
        for number in node.css("span.n"):
            check.number(number)
    else:
        for child in node.iter(include_text=True):
            _walk(child, check)


def _check_hidden_text(node: LexborNode, check: _Check) -> None:
    """Check the text that a style sheet generates, or that a template holds."""
    if node.tag == "style":
        for content in re.findall(r"content\s*:\s*([^;}]*)", node.text(deep=True)):
            check.text(" ".join(re.findall(r"[\"']([^\"']*)[\"']", content)), f"style: {content}")
    elif node.tag == "template":
        # The parsed tree has no nodes for the content of a template.
        # A page may show the content all the same, in a shadow root.
        check.text(re.sub(r"<[^>]*>", " ", node.html or ""), "a template")


def _check_as_whole(node: LexborNode, check: _Check) -> bool:
    """Check an element whose text is one number; return False for any other element.

    Such an element is a number of the register, the provenance of one, or a number that the
    renderer counted.
    """
    classes = _list_classes(node)
    if "n" in classes:
        check.number(node)
        return True
    if "prov" in classes:
        shown_text = _normalise(node.text(deep=True))
        if has_digit(shown_text) and shown_text not in {
            _normalise(value) for value in check.provenance
        }:
            check.report(shown_text, "is no provenance of this report", _quote_around(node))
        return True
    return check.made_by_renderer(node)


def is_marked_unchecked(node: LexborNode) -> bool:
    """Return whether an element tells readers that the numbers in it were not checked.

    Both the title and the sentence of that mark, in one language, must open the element: the class
    alone takes no number out of the check.
    """
    if "own" not in _list_classes(node):
        return False
    shown_text = _normalise(node.text(deep=True))
    layout_words = (words_for(language) for language in LANGUAGES)
    openings = ((_normalise(words["own"]), _normalise(words["own_text"])) for words in layout_words)
    return any(
        re.match(rf"{re.escape(title)}\s*{re.escape(sentence)}", shown_text)
        for title, sentence in openings
    )


def find_unchecked(html: str) -> list[str]:
    """Return the first 200 characters of each part of a page that is marked as unchecked."""
    return [_normalise(node.text(deep=True))[:200] for node in LexborHTMLParser(html).css(".own")]


def _list_classes(node: LexborNode) -> set[str]:
    return set((node.attributes.get("class") or "").split())


def _quote_around(node: LexborNode) -> str:
    return _normalise((node if node.parent is None else node.parent).text(deep=True))


def check_self_contained(html: str) -> list[Problem]:
    """Return everything that a page would load from elsewhere; links to follow are allowed."""
    problems: list[Problem] = []

    def report(address: str, what: str) -> None:
        problems.append(Problem(address[:100], "would be loaded", what, ""))

    for node in LexborHTMLParser(html).css("*"):
        for name, value in node.attributes.items():
            if not value or (node.tag in ("a", "area") and name == "href"):
                continue
            if name in ("src", "href", "xlink:href", "poster", "data", "action", "background"):
                if not re.match(r"\s*(?:data:|#|about:blank)", value):
                    report(value, f"{name} of <{node.tag}>")
            elif name == "srcset" and not value.lstrip().startswith("data:"):
                report(value, f"srcset of <{node.tag}>")
            elif name == "style":
                _check_css(value, report, f"style of <{node.tag}>")
        if node.tag == "style":
            _check_css(node.text(deep=True), report, "<style>")
        elif node.tag == "script" and re.search(
            r"https?://|\bfetch\s*\(|\bimport\s*\(", node.text(deep=True) or ""
        ):
            report("script", "a script that can load")
    return problems


def _check_css(css: str, report: Callable[[str, str], None], what: str) -> None:
    for address in re.findall(r"url\(\s*[\"']?([^\"')]+)", css):
        if not re.match(r"\s*(?:data:|#)", address):
            report(address, what)
    for address in re.findall(r"@import\s+([^;]+)", css):
        report(address, what)
