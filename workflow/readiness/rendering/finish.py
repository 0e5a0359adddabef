"""Finish a page whose numbers were checked: charts as elements, numbers that open, policy.

Pages of both renderers are alike afterwards: no style attributes, no `data-id`. The text of the
page stays as it was checked; additions come from the register alone.

A chart becomes part of the page as elements, without scripts, loads or styles; names of the
drawing's parts get the chart's own prefix, since a page has several charts.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

from markupsafe import escape
from selectolax.lexbor import LexborHTMLParser, LexborNode

from readiness.ground.errors import RenderError
from readiness.language import text
from readiness.pages.content_policy import add_policy
from readiness.rendering.numbers import PAGE, letters, passports_html
from readiness.reporting.blocks import FOLDED
from readiness.reporting.passports import Passports, anchor

SVG = "{http://www.w3.org/2000/svg}"
# Elements and attributes of charts (`charts.sheet`); all others are left out.
_DRAWN = {
    f"{SVG}{name}" for name in ("defs", "g", "path", "pattern", "rect", "circle", "text", "tspan")
}
_KEPT = frozenset(
    (
        *("class", "id", "d", "x", "y", "dx", "dy", "width", "height", "rx", "cx", "cy", "r"),
        *("fill", "stroke", "stroke-width", "stroke-dasharray", "text-anchor", "font-size"),
        *("font-weight", "direction", "viewBox", "patternUnits", "patternTransform"),
    )
)
# Colours that the page's stylesheet sets for a class (`charts.palette`).
_STYLED = {"fill": "k-", "stroke": "s-"}
_ADDRESS = re.compile(r"url\((#?)", re.IGNORECASE)


def inline_picture(
    source: str, prefix: str, alternative: str, classes: str, named: str = ""
) -> str:
    """Return the SVG of a chart as an element of an HTML page.

    The element is named by its alternative text, or by the drawing whose prefix is `named`. Raises
    RenderError for content that is no SVG.
    """
    try:
        # The chart is this program's own; expat refuses entities that grow without bound.
        root = ElementTree.fromstring(source)  # noqa: S314
    except ElementTree.ParseError as error:
        raise RenderError(f"a chart is no SVG: {error}") from None
    if root.tag != f"{SVG}svg":
        raise RenderError(f"a chart is no SVG: it begins with <{root.tag}>.")
    for node in root.iter():
        for child in [child for child in node if child.tag not in _DRAWN]:
            node.remove(child)
        kinds, attributes = node.get("class", "").split(), dict(node.attrib)
        node.attrib.clear()
        for name, value in attributes.items():
            styled = any(kind.startswith(_STYLED.get(name, " ")) for kind in kinds)
            if name in _KEPT and not styled and "" not in _ADDRESS.findall(value):
                new_value = f"{prefix}-{value}" if name == "id" else value
                node.set(name, _ADDRESS.sub(rf"url(#{prefix}-", new_value))
        node.tag = node.tag.removeprefix(SVG)
        node.tail = None if node.tail and not node.tail.strip() else node.tail
    look = " ".join(dict.fromkeys(f"{classes} {root.get('class', '')}".split()))
    name_attributes = {"aria-labelledby": named} if named else {"aria-label": alternative}
    other_attributes = {
        k: v for k, v in root.items() if k not in ("class", "id", "width", "height")
    }
    root.attrib.clear()
    root.attrib.update(
        {"id": prefix, "class": look, "role": "img", **name_attributes, **other_attributes}
    )
    return ElementTree.tostring(root, encoding="unicode")


# Number of headings from which the contents are closed at first.
MANY_HEADINGS = 12
# Number of characters from which a number, then a list of numbers, may break over lines.
LONG_NUMBER = 24
_STANDING = ("lead", "finding", "card", "brief", "status")
_STATUS = re.compile(r'<div class="status">\s*<p>.*?(?=</p>)', re.DOTALL)
_SIGNS = re.compile(r"[,.;:)،؛]+")


@dataclass
class _Numbers:
    """Numbers of one page: which of them open, and how many in each section."""

    passports: Passports
    alone: bool = False
    opened: dict[str, None] = field(default_factory=dict)
    counted: dict[int, int] = field(default_factory=dict)

    def opens(self, node: LexborNode) -> bool | None:
        """Return whether a number opens: prominent numbers do, up to a limit for each section.

        None for the end of an interval whose number opens or leads on.
        """
        figure_id = self.identity(node.attributes.get("data-id") or "")
        parent_element = next(_list_above(node), None)
        is_below_number = (
            parent_element is not None
            and "ci" in (parent_element.attributes.get("class") or "").split()
        )
        if is_below_number and self.passports.parent(figure_id) != figure_id:
            return None  # the end of an interval below its number
        if figure_id not in self.passports.rows or not _is_prominent(node):
            return False
        parent = self.passports.parent(figure_id)
        if parent != figure_id and parent in self.opened:
            return None  # the number of this interval opens: one stop of the tab key for both
        section = _find_section(node)
        self.counted[section] = self.counted.get(section, 0) + 1
        # Most numbers of a section that open, since each is a stop of the tab key. The others are
        # links.
        if self.counted[section] > 12:
            return False
        self.opened[figure_id] = None
        return True

    def identity(self, name: str) -> str:
        """Return the id of a number in the register of the run."""
        return name.removeprefix(f"{self.passports.register.run}/")

    def opening(self, name: str, opens: bool | None, number_text: str) -> tuple[str, str]:
        """Return the tags around a number: of a button, a link or a span, or none."""
        if opens is None:
            return "", ""
        figure_id, kind = self.identity(name), "n long" if len(number_text) > LONG_NUMBER else "n"
        tag, target = "span", ""
        if opens:
            tag, target = "button", f' popovertarget="{escape(anchor(figure_id))}"'
        elif figure_id in self.passports.rows and not self.alone:
            line = escape(anchor(self.passports.parent(figure_id)))
            tag, target = "a", f' href="{PAGE}#{line}"'
        return f'<{tag} class="{kind}"{target}>', f"</{tag}>"


def finish_page(html: str, passports: Passports, *, style: str = "", alone: bool = False) -> str:
    """Return the finished page for readers.

    `style`: further rules for its stylesheet (those of its charts); `alone`: no links to the files
    beside the page, for readers who save the page by itself.
    """
    tree = LexborHTMLParser(html)
    _drop_silenced(tree)
    if alone:
        _name_files(tree)
    pictures = list(_find_pictures(tree))
    _mark_tables(tree)
    _fold_tables(tree)
    _fold_sections(tree)
    _move_contents(tree)
    numbers = _Numbers(passports, alone)
    opens = [numbers.opens(node) for node in tree.css("span.n[data-id]")]
    page = _link_numbers(tree.html or "", numbers, opens)
    for place, drawing in pictures:
        page = page.replace(place, drawing)
    notes = [passports.of(figure_id) for figure_id in numbers.opened]
    language = passports.language
    if notes:
        # The line on top explains the dots below a number, where there is any.
        hint = f'<span class="part opens">{escape(text("numbers.opens", language))}</span>'
        page = _STATUS.sub(lambda found: f"{found[0]} {hint}", page, count=1)
        page = page.replace("</main>", passports_html(notes, language) + "</main>", 1)
    if title := tree.css_first("h1"):
        description = escape(" ".join(title.text(deep=True).split()))
        page = page.replace(
            "</title>", f'</title>\n<meta name="description" content="{description}">', 1
        )
    page = page.replace("</style>", f"{style}{letters(language)}</style>", 1)
    return add_policy(page)


def _link_numbers(page: str, numbers: _Numbers, opens: list[bool | None]) -> str:
    """Return the page with every number's span as a button or a link.

    Raises RenderError where a number is written in another way. A number contains no elements.
    """
    parts = re.split(r'<span class="n" data-id="([^"]*)">', page)
    pieces = [parts[0]]
    if len(parts) != 2 * len(opens) + 1:
        raise RenderError("a number of the page is not written as the renderer writes it.")
    for name, rest, opening in zip(parts[1::2], parts[2::2], opens, strict=True):
        number_text, _, after = rest.partition("</span>")
        before, close = numbers.opening(name, opening, number_text)
        bracket, sign = pieces[-1].endswith("("), _SIGNS.match(after)
        if bracket or (sign and before):
            # A line may break at either end of a button; keep brackets and signs with the button.
            after = after[sign.end() :] if sign else after
            before = f'<span class="together">{"(" if bracket else ""}{before}'
            close += f"{sign[0] if sign else ''}</span>"
            pieces[-1] = pieces[-1].removesuffix("(")
        pieces.append(f"{before}{number_text}{close}{after}")
    return "".join(pieces)


def _list_above(node: LexborNode) -> Iterator[LexborNode]:
    at = node.parent
    while at is not None and at.tag not in ("body", "-undef", None):
        yield at
        at = at.parent


def _is_prominent(node: LexborNode) -> bool:
    for at in _list_above(node):
        classes = set((at.attributes.get("class") or "").split())
        if classes & set(_STANDING) or at.tag == "h1":
            return True
        if at.tag == "tr":
            return "main" in classes
    return False


def _find_section(node: LexborNode) -> int:
    section = 0
    for at in _list_above(node):
        if at.tag in ("section", "header") or "three" in (at.attributes.get("class") or "").split():
            section = at.mem_id
    return section


def _drop_silenced(tree: LexborHTMLParser) -> None:
    """Remove what the policy would silence: scripts and style attributes.

    A cell that a renderer aligns to the right gets a class instead.
    """
    for node in tree.css("script"):
        node.decompose()
    for node in tree.css("[style]"):
        style = node.attributes.get("style") or ""
        if node.tag in ("td", "th") and re.search(r"text-align:\s*right", style):
            node.attrs["class"] = f"{node.attributes.get('class') or ''} num".strip()
        del node.attrs["style"]


def _find_pictures(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Replace each chart by a placeholder; yield the placeholder and the chart's elements."""
    wide_number = 0
    for k, node in enumerate(tree.css("img"), 1):
        source = node.attributes.get("src") or ""
        if not source.startswith("data:image/svg+xml"):
            continue
        head, _, body = source.partition(",")
        content = base64.b64decode(body) if head.endswith("base64") else unquote_to_bytes(body)
        alternative = node.attributes.get("alt") or node.attributes.get("aria-label") or ""
        classes = node.attributes.get("class") or ""
        place = f"\ue000chart-{k}\ue001"
        # The narrow drawing is named by the wide one, so that the text is read once.
        named = f"c{wide_number}" if "narrow" in classes.split() and wide_number else ""
        yield place, inline_picture(content.decode("utf-8"), f"c{k}", alternative, classes, named)
        wide_number = k
        node.replace_with(place)


def _mark_tables(tree: LexborHTMLParser) -> None:
    """Mark tables: scopes of headers, the column of each cell of a card, names of regions."""
    for part, scope in (("thead", "col"), ("tbody", "row")):
        for node in tree.css(f"{part} th"):
            node.attrs["scope"] = scope
    for table in tree.css("table"):
        cells = table.css("tbody td")
        if cells and all(cell.attributes.get("class") == "num" for cell in cells):
            table.attrs["class"] = "nums"  # one class for the table, not one for each cell
            for cell in (*cells, *table.css("thead th.num")):
                del cell.attrs["class"]
    for table in tree.css(".stack table"):
        heads = [node.text(deep=True).strip() for node in table.css("thead th")]
        for row in table.css("tbody tr"):
            for head, cell in zip(heads, row.css("th, td"), strict=False):
                if cell.tag == "td" and head:
                    cell.attrs["data-h"] = head
    for k, figure in enumerate(tree.css("figure"), 1):
        region, caption = figure.css_first(".table-scroll"), figure.css_first("figcaption")
        if region is not None and caption is not None:
            caption.attrs["id"] = f"caption-{k}"
            region.attrs["role"] = "region"
            region.attrs["aria-labelledby"] = f"caption-{k}"


def _fold_tables(tree: LexborHTMLParser) -> None:
    """Fold wide tables, with the note below, except tables within a fold."""
    for figure in tree.css("figure.banner"):
        caption = figure.css_first("figcaption")
        if caption is None or any(at.tag == "details" for at in _list_above(figure)):
            continue
        with_note, after = [figure], next(_list_siblings(figure), None)
        if after is not None and after.tag == "p" and after.css_first("p > .small:only-child"):
            with_note.append(after)
        fold_page = LexborHTMLParser('<details class="behind"><summary></summary></details>')
        figure.insert_before(
            find_only(fold_page, "details")
        )  # inserts a copy, as the calls below do
        fold = figure.prev
        assert fold is not None
        find_only(fold, "summary").insert_child(" ".join(caption.text(deep=True).split()))
        for node in with_note:
            fold.insert_child(node)
            node.decompose()


def _name_files(tree: LexborHTMLParser) -> None:
    """Replace links to files beside the page by the names of the files; drop the menu of languages.

    A file is named by its path in the publication: `charts/en/ITEM-levels.svg`.
    """
    for node in tree.css(".langs"):
        node.decompose()
    for link in tree.css("a[href]"):
        address = link.attributes.get("href") or ""
        if address.startswith(("#", "https:", "http:", "mailto:")):
            continue
        path = address.partition("#")[0]
        file = "/".join(part for part in path.split("/") if part != "..")
        link_text = escape(" ".join(link.text(deep=True).split()))
        name = f'<code dir="ltr">{escape(file)}</code>'
        replacement = f'<span data-file="{escape(address)}">{link_text}: {name}</span>'
        link.replace_with(find_only(LexborHTMLParser(replacement), "span"))


def _fold_sections(tree: LexborHTMLParser) -> None:
    """Fold closed sections, with the heading as the summary."""
    for section in tree.css(f"section.{FOLDED}"):
        title = section.css_first("h2, h3, h4")
        if title is None:
            continue
        heading = title.html or ""
        title.decompose()
        section.inner_html = f"<details><summary>{heading}</summary>{section.inner_html}</details>"


def find_only(tree: LexborHTMLParser | LexborNode, name: str) -> LexborNode:
    """Return the first node that a selector matches, where there must be one."""
    node = tree.css_first(name)
    assert node is not None
    return node


def _move_contents(tree: LexborHTMLParser) -> None:
    """Move the contents behind the summary, which a reader in a hurry wants first.

    A summary without a title of its own ends where the first section begins.
    """
    contents, first = tree.css_first("#TOC"), tree.css_first("main > section")
    if contents is None or first is None:
        return
    nodes_before = [node for node in _list_siblings(first, backwards=True) if node.tag != "header"]
    is_first = all(node.mem_id == contents.mem_id for node in nodes_before)
    place = next(_list_siblings(first), first) if is_first else first
    if len(contents.css("#TOC > ul > li")) > MANY_HEADINGS:
        title = find_only(contents, "#toc-title")
        title_text = title.text(deep=True)
        title.decompose()
        summary = f'<summary id="toc-title">{escape(title_text)}</summary>'
        contents.inner_html = f"<details>{summary}{contents.inner_html}</details>"
    place.insert_before(contents)  # inserts a copy
    contents.decompose()


def _list_siblings(node: LexborNode, *, backwards: bool = False) -> Iterator[LexborNode]:
    at = node.prev if backwards else node.next
    while at is not None:
        if at.tag not in ("-text", "-comment"):
            yield at
        at = at.prev if backwards else at.next
