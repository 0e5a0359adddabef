"""Write a finished page as a document for Word, in which an office goes on writing.

Every number of the page was checked before, and none is added. What only a page can do (open a
number, show a drawing to a telephone) is left out; charts are the PNG pictures beside the drawings.
Header and footer of every sheet say whether the report is simulated, and whether it is published.
"""

import io
import os
import tempfile
import zipfile
from pathlib import Path

from markupsafe import escape
from selectolax.lexbor import LexborHTMLParser, LexborNode

from readiness.ground.errors import RenderError
from readiness.rendering.engines import TIMESTAMP, pandoc_path
from readiness.rendering.finish import find_only
from readiness.rendering.process import run_group

# Elements that act on a page alone; contents, which Word makes itself; repeats of a caption.
_LEFT_OUT = (
    "title, nav, script, style, .skip, .bar, .ribbon, .actions, .cue, svg, .behind > summary"
)
# Fixed date for all files within a document, so that renderings are byte-identical.
_ENVIRONMENT = {**os.environ, "SOURCE_DATE_EPOCH": str(TIMESTAMP)}
_LINK = 'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships'
_TYPE = 'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml'
_LETTERS = {"header": "hdr", "footer": "ftr"}
_MARGIN = (
    '<w:{letters} xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:pPr>'
    '<w:jc w:val="center"/></w:pPr><w:r><w:t>{said}</w:t></w:r></w:p></w:{letters}>'
)


def write_word(page: str, charts: Path) -> bytes:
    """Return a .docx with the content of a finished page.

    `charts`: the folder of the page's charts, each as SVG and as PNG. Raises RenderError where a
    chart is missing, and where pandoc fails.
    """
    tree = LexborHTMLParser(page)
    parts = [part for part in tree.css(".status .tag, .status .part") if not part.css("a")]
    margins = {
        "header": " ".join(map(_take_text, tree.css(".ribbon"))),
        "footer": " · ".join(map(_take_text, parts)),
    }
    root_attributes = find_only(tree, "html").attributes
    metadata_options = [
        f"--metadata={name}={root_attributes[name]}"
        for name in ("lang", "dir")
        if name in root_attributes
    ]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        chart_links = tree.css('.actions [href$=".svg"], .actions [data-file$=".svg"]')
        link_attributes = (node.attributes for node in chart_links)
        links = [
            attributes.get("href") or attributes.get("data-file") or ""
            for attributes in link_attributes
        ]
        for drawing, link in zip(tree.css("svg.wide"), links, strict=True):
            picture = charts / f"{link.rpartition('/')[2].removesuffix('.svg')}.png"
            if not picture.is_file():
                raise RenderError(f"{picture}: needed for a document, but not there.")
            (work / picture.name).write_bytes(picture.read_bytes())
            alt = escape(drawing.attributes.get("aria-label") or "")
            image = f'<img src="{picture.name}" alt="{alt}" width="100%">'
            drawing.insert_after(_parse_node(image))
        _simplify(tree)
        (work / "page.html").write_text(tree.html or "", encoding="utf-8")
        _run_pandoc(work, "--output", "plain.docx", "--print-default-data-file", "reference.docx")
        reference = _write_margins((work / "plain.docx").read_bytes(), margins)
        (work / "reference.docx").write_bytes(reference)
        look = ("--reference-doc", "reference.docx")
        _run_pandoc(work, "page.html", *metadata_options, *look, "--output", "page.docx")
        return (work / "page.docx").read_bytes()


def _take_text(node: LexborNode) -> str:
    return " ".join(node.text(deep=True).split())


def _parse_node(html: str) -> LexborNode:
    return find_only(LexborHTMLParser(html), "body > *")


def _simplify(tree: LexborHTMLParser) -> None:
    """Reduce a page to elements that pandoc can convert.

    Titles of boxes and folds become bold, captions get their style, and text below a number gets a
    line of its own.
    """
    for node in tree.css(f"{_LEFT_OUT}, [popover]"):
        node.decompose()
    for node in tree.css("td .ci, td .letter, th .letter"):
        node.insert_before(_parse_node("<br>"))
    for node in tree.css("summary"):
        if node.css_first("h2, h3, h4") is not None:
            node.unwrap()
    for node in tree.css("summary, .box-title"):
        node.replace_with(_parse_node(f"<p><strong>{escape(_take_text(node))}</strong></p>"))
    for node in tree.css("figcaption"):
        caption = f'<div data-custom-style="Caption"><p>{node.inner_html}</p></div>'
        node.replace_with(_parse_node(caption))
    for node in tree.css("a.n"):
        node.unwrap()
    tree.unwrap_tags(["button", "figure", "details"])


def _run_pandoc(work: Path, *arguments: str) -> None:
    command: list[str | Path] = [pandoc_path(), *arguments]
    code, _, messages = run_group(command, cwd=work, environment=_ENVIRONMENT, timeout=120.0)
    if code or "[WARNING]" in messages:
        raise RenderError(f"pandoc could not write a document: {' '.join(messages.split())}")


def _write_margins(reference: bytes, margins: dict[str, str]) -> bytes:
    """Return pandoc's own reference document with a line above and below every sheet."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(reference)) as old, zipfile.ZipFile(written, "w") as new:
        parts = {name: old.read(name).decode() for name in old.namelist()}
        for kind, margin_text in margins.items():
            part = f"{kind}1.xml"
            parts[f"word/{part}"] = _MARGIN.format(letters=_LETTERS[kind], said=escape(margin_text))
            content_type = f'<Override PartName="/word/{part}" {_TYPE}.{kind}+xml"/></Types>'
            relationship = (
                f'<Relationship Id="{kind}" {_LINK}/{kind}" Target="{part}"/></Relationships>'
            )
            section_reference = f'<w:sectPr><w:{kind}Reference w:type="default" r:id="{kind}"/>'
            for name, place, more in (
                ("[Content_Types].xml", "</Types>", content_type),
                ("word/_rels/document.xml.rels", "</Relationships>", relationship),
                ("word/document.xml", "<w:sectPr>", section_reference),
            ):
                parts[name] = parts[name].replace(place, more)
        for name, content in parts.items():
            new.writestr(zipfile.ZipInfo(name), content)
    return written.getvalue()
