"""Changes of pages and charts that are sealed again: what a reader sees, and what shows it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable

from tampering import reseal
from tampering.model import Kind, differs
from tampering.tree import Change, Made, Target, other_digit

Edit = Callable[[Target, str], str]


def of_file(name: str, edit: Edit) -> Change:
    """Change the text of a page or of a chart, sealed again."""

    def change(target: Target) -> Made:
        names = [n for n in target.files() if re.fullmatch(name, n)]
        chosen = target.draw.choice(names)
        text = target.text(chosen)
        other = edit(target, text)
        assert other != text, f"{chosen}: nothing to change"
        reseal.reseal(target, {chosen: other.encode()})
        return Made(f"{chosen}: {len(other) - len(text):+d} letters", (chosen,))

    return change


def elsewhere(change: Change) -> Change:
    """The same, and a package of the environment edited, so that makers count as others."""

    def both(target: Target) -> Made:
        record = json.loads(target.text("environment.json"))
        name = target.draw.choice(["numpy", "pandas"])
        record["packages"][name] = "0.0.1"
        text = json.dumps(record, sort_keys=True, indent=1) + "\n"
        reseal.reseal(target, {"environment.json": text.encode()})
        return change(target)

    return both


def before(mark: str, added: str) -> Edit:
    """Something put before the first occurrence of a mark."""
    return lambda _, text: text.replace(mark, added + mark, 1)


def swapped(pattern: str, edit: Edit) -> Edit:
    """One occurrence of a pattern's first group, changed."""

    def change(target: Target, text: str) -> str:
        match = target.draw.choice(list(re.finditer(pattern, text)))
        return text[: match.start(1)] + edit(target, match[1]) + text[match.end(1) :]

    return change


def digit(target: Target, text: str) -> str:
    return other_digit(target.draw, text)


def word(target: Target, text: str) -> str:
    return text[::-1] + "x"


def redrawn(target: Target, text: str) -> str:
    """A picture in a page, with a bar more."""
    picture = base64.b64decode(text).decode()
    return base64.b64encode(before("</svg>", BAR)(target, picture).encode()).decode()


BAR = '<rect x="40" y="40" width="200" height="20" fill="#0b4f6c"/>'
HTML, SVG = r"report\.html", r"charts/.*\.svg"
SCRIPT = "<script>document.body.textContent='99 %'</script>"
SEEN = (
    (
        "html-number",
        "`report.html`: a number",
        HTML,
        swapped(r'<span class="n"[^>]*>[^<>]*?([0-9]+)', digit),
    ),
    ("html-word", "`report.html`: a word", HTML, swapped(r"<p>[^<>]*?\b([a-z]{5,12})\b", word)),
    ("html-title", "`report.html`: its title", HTML, swapped(r"<title>([^<]+)</title>", word)),
    ("html-heading", "`report.html`: a heading", HTML, before("</h1>", " (corrected)")),
    ("html-table", "`report.html`: a cell of a table", HTML, before("</td>", "9")),
    (
        "html-alt",
        "`report.html`: what a picture says to who cannot see it",
        HTML,
        swapped(r'(?:alt|aria-label)="([^"]{8,})"', word),
    ),
    ("svg-text", "a chart: a word that it shows", SVG, swapped(r"<!-- ([^<>]{4,}?) -->", word)),
)
"""A word or a number: seen with any code, in any environment."""
MADE = (
    ("html-script", "`report.html`: a script that rewrites it", HTML, before("</body>", SCRIPT)),
    (
        "html-source",
        "`report.html`: a script from elsewhere",
        HTML,
        before("</body>", "<script src='https://example.org/x.js'></script>"),
    ),
    (
        "html-style",
        "`report.html`: a style that hides and adds",
        HTML,
        before("</style>", "p{display:none} body::before{content:'99 %'}"),
    ),
    (
        "html-event",
        "`report.html`: an event attribute",
        HTML,
        lambda _, text: text.replace("<body", "<body onload=\"this.textContent='99 %'\"", 1),
    ),
    (
        "html-hidden",
        "`report.html`: a paragraph hidden",
        HTML,
        lambda _, text: text.replace("<p>", '<p style="display:none">', 1),
    ),
    (
        "html-frame",
        "`report.html`: a page inside it",
        HTML,
        before("</body>", "<iframe srcdoc='99 %'></iframe>"),
    ),
    (
        "html-refresh",
        "`report.html`: leads elsewhere by itself",
        HTML,
        before("<title", "<meta http-equiv=refresh content='0;url=https://example.org'>"),
    ),
    (
        "html-base",
        "`report.html`: all links lead elsewhere",
        HTML,
        before("<title", "<base href='https://example.org/'>"),
    ),
    (
        "html-prov",
        "`report.html`: a sentence among the hashes (`.prov`)",
        HTML,
        lambda _, text: re.sub(r'(class="prov"[^>]*>)', r"\1 99 % ", text, count=1),
    ),
    (
        "html-picture",
        "`report.html`: a line of a picture in it",
        HTML,
        swapped(r'src="data:image/svg\+xml;base64,([^"]+)"', redrawn),
    ),
    ("svg-script", "a chart: a script", SVG, before("</svg>", SCRIPT)),
    (
        "svg-added",
        "a chart: a bar more",
        SVG,
        before("</svg>", '<rect x="40" y="40" width="200" height="20" fill="#0b4f6c"/>'),
    ),
    ("svg-geometry", "a chart: the length of a bar", SVG, swapped(r'<path d="M ([0-9.]+) ', digit)),
    (
        "svg-colour",
        "a chart: a colour",
        SVG,
        swapped(
            r"(?:fill|stroke): ?#([0-9a-f]{6})",
            lambda target, text: other_digit(target.draw, text, "0123456789abcdef"),
        ),
    ),
    (
        "svg-hidden",
        "a chart: a part hidden",
        SVG,
        lambda _, text: text.replace("<path ", '<path visibility="hidden" ', 1),
    ),
    (
        "svg-moved",
        "a chart: a part moved",
        SVG,
        lambda _, text: text.replace("<path ", '<path transform="translate(9)" ', 1),
    ),
)
"""What makes a reader see another thing though words and numbers are there."""
PAGE = "the page or chart"

RESEALED: tuple[Kind, ...] = (
    *(differs(f"resealed-{name}", f"{what} (`--code frozen`)", 3, PAGE, of_file(file, edit),
              code="frozen")
      for name, what, file, edit in (*SEEN, *MADE)),
    *(differs(f"elsewhere-{name}", f"{what}, and a package in `environment.json`", 3, PAGE,
              elsewhere(of_file(file, edit)), code="frozen", also=("CHANGED", "NOT CHECKED"))
      for name, what, file, edit in (*SEEN, *MADE)),
)  # fmt: skip
