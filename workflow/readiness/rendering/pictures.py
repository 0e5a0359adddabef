"""A chart within a page: its SVG as elements of the page, with nothing that acts, loads or styles.

What a page's policy forbids is gone: styles of elements become attributes of the same name. Names
that the drawing gives its parts get the chart's own prefix, since a page holds several.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from readiness.errors import RenderError

SVG = "http://www.w3.org/2000/svg"
CHART = "chart"
"""The class of a drawing whose classes the page's stylesheet knows (`charts.palette`)."""
_STYLED = {"k-": "fill", "s-": "stroke"}
_XLINK = "{http://www.w3.org/1999/xlink}href"
_NAME = re.compile(rf"^\{{{re.escape(SVG)}\}}(\w+)$")
_DRAWN = frozenset(
    {
        "a", "circle", "clipPath", "defs", "ellipse", "g", "line", "linearGradient", "marker",
        "mask", "path", "pattern", "polygon", "polyline", "radialGradient", "rect", "stop",
        "symbol", "svg", "text", "textPath", "tspan", "use",
    }
)  # fmt: skip
"""Elements that draw; any other (script, style, foreignObject, metadata) is left out whole."""
_REFERENCE = re.compile(r"url\(\s*['\"]?#([^'\")]+)['\"]?\s*\)")
_ADDRESS = re.compile(r"url\(\s*(?!['\"]?#)", re.IGNORECASE)


def inlined(source: str, prefix: str, alternative: str, classes: str, named: str = "") -> str:
    """The SVG as an element of an HTML page, named by its alternative text.

    `named`: the prefix of a drawing of the same, whose name it has.

    Raises RenderError for what is no SVG.
    """
    try:
        root = ElementTree.fromstring(source)
    except ElementTree.ParseError as error:
        raise RenderError(f"a chart is no SVG: {error}") from None
    if root.tag != f"{{{SVG}}}svg":
        raise RenderError(f"a chart is no SVG: it begins with <{root.tag}>.")
    _clean(root, prefix)
    if "viewBox" not in root.attrib and {"width", "height"} <= root.attrib.keys():
        sides = (re.sub(r"[a-z]+$", "", root.attrib[side]) for side in ("width", "height"))
        root.set("viewBox", "0 0 " + " ".join(sides))
    if CHART in root.get("class", "").split():
        for node in root.iter():
            _leave_to_style(node)
        root.attrib.pop("font-family", None)
    own = {name: root.attrib[name] for name in sorted(root.attrib) if name not in _REPLACED}
    root.attrib.clear()
    names = " ".join(dict.fromkeys(f"{classes} {own.pop('class', '')}".split()))
    name = ("aria-labelledby", named) if named else ("aria-label", alternative)
    root.attrib.update(dict([("id", prefix), ("class", names), ("role", "img"), name]) | own)
    return _written(root)


def _leave_to_style(node: ElementTree.Element) -> None:
    """Take off the colours that the page's stylesheet has for the node's classes."""
    for kind in node.get("class", "").split():
        for start, attribute in _STYLED.items():
            if kind.startswith(start):
                node.attrib.pop(attribute, None)


_REPLACED = (
    *("width", "height", "x", "y", "id", "version"),
    *("role", "aria-label", "aria-labelledby", "aria-describedby"),
)


def _clean(node: ElementTree.Element, prefix: str) -> None:
    node.attrib.update(_attributes(node.attrib, prefix))
    for name in [name for name in node.attrib if not _kept(name, node.attrib[name])]:
        del node.attrib[name]
    for child in list(node):
        match = _NAME.match(child.tag) if isinstance(child.tag, str) else None
        if match and match[1] in _DRAWN:
            _clean(child, prefix)
        else:
            _remove(node, child)


def _remove(node: ElementTree.Element, child: ElementTree.Element) -> None:
    """Take a child out, and leave the text that follows it."""
    at = list(node).index(child)
    if child.tail and at:
        node[at - 1].tail = (node[at - 1].tail or "") + child.tail
    elif child.tail:
        node.text = (node.text or "") + child.tail
    node.remove(child)


def _attributes(given: Mapping[str, str], prefix: str) -> dict[str, str]:
    """The attributes, those of a `style` among them, with the prefix before every own name."""
    attributes = dict(given)
    for declaration in attributes.pop("style", "").split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            attributes[name.strip()] = value.strip()
    if reference := attributes.pop(_XLINK, None):
        attributes["href"] = reference
    if "id" in attributes:
        attributes["id"] = f"{prefix}-{attributes['id']}"
    for name, value in attributes.items():
        attributes[name] = _REFERENCE.sub(lambda m: f"url(#{prefix}-{m[1]})", value)
    if attributes.get("href", "").startswith("#"):
        attributes["href"] = f"#{prefix}-{attributes['href'][1:]}"
    return attributes


def _kept(name: str, value: str) -> bool:
    """Whether an attribute draws: none that acts, loads, styles or comes from another namespace."""
    if name.startswith(("{", "on", "data-")) or name == "style":
        return False
    if name == "href":
        return value.startswith("#")
    return _ADDRESS.search(value) is None


def _written(root: ElementTree.Element) -> str:
    for node in root.iter():
        node.tag = node.tag.removeprefix(f"{{{SVG}}}")
        node.tail = None if node.tail and not node.tail.strip() else node.tail
    return ElementTree.tostring(root, encoding="unicode")
