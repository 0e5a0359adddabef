"""A page is judged by what it says and does, whatever made its bytes, and by nothing less."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pypdf
import pytest
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

from readiness.facts import Fact
from readiness.language import tell
from readiness.publications.audit import alike
from readiness.publications.audit.alike import (
    Terms,
    page_change,
    picture_change,
    table_change,
    terms_of,
    text_change,
)
from readiness.publications.audit.paper import paper_change
from readiness.publications.audit.report import ALIKE, OTHER, _compare
from readiness.publications.chain import Chain, frozen_chain
from readiness.publications.outcomes import Outcome
from readiness.register.figures import read_register

FOLDER = Path(__file__).parents[2] / "publications" / "simulated-2026-r2"
PAGE = (FOLDER / "report.html").read_text("utf-8")
CHART = (FOLDER / "charts/weights.svg").read_text("utf-8")
PAPER = (FOLDER.parent / "haca-2024/report.pdf").read_bytes()


def said(change: Fact | None) -> str:
    return tell(change, "en") if change else ""


SCRIPT, DRAWN = said(alike.SCRIPT), said(alike.DRAWN)


@cache
def chain() -> Chain:
    return frozen_chain(FOLDER)


@cache
def terms() -> Terms:
    """The terms of a run on another processor: every hash of its lineage is another one."""
    hashes = {lineage.hash: step for step, lineage in chain().items()}
    published = {digest: f"lineage:{step}" for digest, step in hashes.items()}
    made = {digest[::-1]: name for digest, name in published.items()}
    return Terms(_short(published), _short(made))


def _short(names: dict[str, str]) -> dict[str, str]:
    return names | {digest[:16]: name for digest, name in names.items()}


def moved(text: str) -> str:
    """What another processor and another build of the renderer make of a page."""
    for digest in (lineage.hash for lineage in chain().values()):
        text = text.replace(digest[:16], digest[::-1][:16])
    return text.replace("pandoc 3.9, typst 0.15.2", "pandoc 3.10.1, typst 0.16.0")


def page(change: Callable[[str], str]) -> str:
    """What is said of a page that somebody changed: against the one that comes out elsewhere."""
    changed = change(PAGE)
    assert changed != PAGE
    return said(page_change(changed.encode(), moved(PAGE).encode(), terms()))


def test_the_same_page_made_elsewhere() -> None:
    assert moved(PAGE) != PAGE
    assert page_change(PAGE.encode(), moved(PAGE).encode(), terms()) is None
    found = _compare("report.html", PAGE.encode(), moved(PAGE).encode(), terms(), False)
    assert (found.outcome, found.fact) == (Outcome.REPRODUCED, ALIKE)
    # In the recorded build the same code gives the same bytes.
    found = _compare("report.html", PAGE.encode(), moved(PAGE).encode(), terms(), True)
    assert (found.outcome, found.fact) == (Outcome.DIFFERS, OTHER)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: re.sub(r"moteur de rendu intégré \([^)]*\)", "Quarto 1.9.36", t),
        lambda t: t.replace("<main", "<div><section><main").replace("</main>", "</main></section>"),
        lambda t: t.replace("\u00a0%", "\u202f%").replace("\u2212", "-"),
        lambda t: t.replace('"generator" content="readiness"', '"generator" content="quarto-1.9"'),
        lambda t: t.replace("<body>", '<body class="quarto-light" data-number="1">\n\n'),
        lambda t: t.replace("<p>", "<p>\n  ").replace("</p>", "\n</p>"),
    ],
    ids=["engine", "wrappers", "typography", "generator", "names no style knows", "blanks"],
)  # fmt: skip
def test_what_a_renderer_does_is_no_difference(change: Callable[[str], str]) -> None:
    assert page(change) == ""


SENTENCE = "<p>Quatre-vingt-dix-neuf pour cent sont prêts.</p>"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.replace("</main>", f"{SENTENCE}</main>"), "Quatre-vingt-dix-neuf"),
        (lambda t: t.replace("</body>", "<script>document.body.remove()</script></body>"), SCRIPT),
        (lambda t: t.replace("</style>", "main{display:none}</style>"), SCRIPT),
        (lambda t: t.replace("</head>", "<style>p::after{content:'99 %'}</style></head>"), SCRIPT),
        (lambda t: t.replace("<body>", '<body onload="alert(1)">'), SCRIPT),
        (lambda t: t.replace("<h2", '<h2 onclick="alert(1)"', 1), SCRIPT),
        (lambda t: t.replace('href="#', 'href="javascript:alert(1)//', 1), SCRIPT),
        (lambda t: t.replace("<strong>", '<strong style="display:none">', 1), "display:none"),
        (lambda t: t.replace("<strong>", "<strong hidden>", 1), "hidden"),
        (lambda t: t.replace("<p>", '<p class="skip">', 1), "class=skip"),
        (lambda t: t.replace("<strong>", "<del>", 1).replace("</strong>", "</del>", 1), "del"),
        (lambda t: t.replace("<h3", "<template><h3"), "was added"),
        (lambda t: t.replace("</main>", '<iframe srcdoc="99 %"></iframe></main>'), "iframe"),
        (lambda t: t.replace("</main>", '<img src="data:image/png;base64,AAAA"></main>'), "img"),
        (lambda t: t.replace("<head>", '<head><base href="https://x/">'), "base"),
        (lambda t: t.replace("<head>", '<head><meta http-equiv="refresh" content="0">'), "meta"),
        (lambda t: t.replace("<head>", '<head><link rel="stylesheet" href="data:,p{}">'), "link"),
        (lambda t: re.sub(r'alt="([^"]{9})', r'alt="Autre: \1', t, count=1), "Autre"),
        (lambda t: re.sub(r'data-id="([^"]+)"', r'data-id="x\1"', t, count=1), "data-id"),
        (lambda t: re.sub(r"(\d),(\d)(?=\s%)", r"\2,\1", t, count=1), "became"),
        (lambda t: t.replace("</main>", "\u202e</main>"), "\u202e"),
        (lambda t: re.sub(r"\b[0-9a-f]{16}\b", "0" * 16, t, count=1), "0" * 16),
    ],
)  # fmt: skip
def test_a_forged_page_differs(change: Callable[[str], str], said: str) -> None:
    """Whatever its environment.json says: no comparison asks for it."""
    told = page(change)
    assert told and said in told


def test_a_forged_picture_in_a_page_differs() -> None:
    def forge(text: str) -> str:
        found = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', text)
        assert found
        drawn = base64.b64decode(found[1]).decode()
        wrong = re.sub(r"M (\d+)\.(\d)", r"M \1.9\2", drawn, count=1)
        assert wrong != drawn
        return text.replace(found[1], base64.b64encode(wrong.encode()).decode())

    assert page(forge) == said(alike.PICTURE)


def picture(change: Callable[[str], str]) -> str:
    changed = change(CHART)
    assert changed != CHART
    return said(picture_change(changed.encode(), CHART.encode(), terms()))


def test_a_picture_is_text_and_geometry_to_a_millionth() -> None:
    def shift(by: float) -> Callable[[str], str]:
        return lambda t: re.sub(
            r"(?<=L )(\d+\.\d{6})", lambda m: f"{float(m[1]) + by:.6f}", t, count=3
        )

    assert picture(shift(0.000001)) == ""
    assert picture(lambda t: re.sub(r"\bm([0-9a-f]{10})\b", r"m\1"[:-1] + "0", t)) in ("", DRAWN)
    assert picture(lambda t: t.replace("p46fcc5622b", "p56fcc5622b")) == ""  # a name of its own
    assert picture(shift(0.00001)) == DRAWN
    assert picture(lambda t: t.replace("#c44e00", "#c44e01", 1)) == DRAWN
    assert picture(lambda t: t.replace("#c44e00", "#1e3000", 1)) == DRAWN
    assert picture(lambda t: t.replace("</svg>", "<script>alert(1)</script></svg>")) == DRAWN
    assert picture(lambda t: t.replace("<g ", '<g onload="alert(1)" ', 1)) == DRAWN
    assert picture(lambda t: t.replace("</svg>", '<use xlink:href="#a"/></svg>')) == DRAWN
    label = re.search(r"<!-- (.*?) -->", CHART)
    assert label
    assert "Autre" in picture(lambda t: t.replace(label[0], "<!-- Autre -->", 1))


def test_the_words_of_a_picture_with_real_text() -> None:
    chart = (
        b'<svg><title id="a">Chart</title><rect width="9.5"/><text x="1.5" data-id="w/q.a.all">'
        b"20,9</text><desc>Bars</desc></svg>"
    )

    def became(old: bytes, new: bytes, known: Terms | None = None) -> str:
        assert old in chart
        return said(picture_change(chart, chart.replace(old, new), known or terms()))

    assert became(b"20,9", b"21,9") and became(b"20,9", b"21,9") != DRAWN
    assert "Other" in became(b"Chart", b"Other") and "Other" in became(b"Bars", b"Other")
    assert became(b"20,9", b"21,0", Terms(given=frozenset({("20,9", "21,0")}))) == ""
    assert became(b"9.5", b"9.6") == DRAWN and became(b"w/q.a.all", b"w/q.b.all") == DRAWN
    assert became(b"20,9", b"20,9<tspan>5</tspan>") != ""
    assert became(b"20,9</text>", b"20,9</text><text>more</text>") != ""


def test_tables_cell_by_cell() -> None:
    table = b"id,value,text\na,0.346058960868,34.6%\nb,12,12\n"
    assert table_change(table, table.replace(b"868", b"869"), terms()) is None
    assert table_change(table, table.replace(b"0.34605896", b"0.34605897"), terms())
    moved_cell = table_change(table.replace(b"b,12", b"b,13"), table, terms())
    assert said(moved_cell) == "“13” became “12”"
    assert table_change(table + b"c,1,1\n", table, terms())
    assert table_change(table, table.replace(b",text", b""), terms())
    assert table_change(b'a,"b', b"a,b", terms())
    assert text_change("41,9\u00a0%\n".encode(), "41,9\u202f%\n".encode(), terms()) is None
    assert "41,8" in said(text_change(b"41,8 %\n", b"41,9 %\n", terms()))


def test_at_a_boundary_of_rounding_both_texts_are_the_number() -> None:
    """In page, picture and table; and for no other number that happens to look like it."""
    rows = read_register(FOLDER / "figures.csv").to_dict("records")
    tie = next(row for row in rows if row["value"] == "0.5455" and row["unit"] == "share")
    other = {**tie, "value": "0.545499999999", "display_fr": "54,5\u00a0%", "display_en": "54.5%"}
    assert tie["display_fr"] == "54,6\u00a0%"
    both = terms_of(chain(), chain(), [tie], [other])
    assert both.given and not terms_of(chain(), chain(), rows, rows).given
    shown = f'<p><span class="n" data-id="{tie["id"]}">{{}}</span> de tous</p>'
    for was, became, same in (("54,6 %", "54,5 %", True), ("54,6 %", "54,4 %", False)):
        change = page_change(shown.format(was).encode(), shown.format(became).encode(), both)
        assert (change is None) is same
        label = f"<svg><!-- {was} --></svg>".encode(), f"<svg><!-- {became} --></svg>".encode()
        assert (picture_change(*label, both) is None) is same


# --- the PDF --------------------------------------------------------------------------------------
def paper(change: Callable[[pypdf.PdfWriter], None]) -> str:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(PAPER))
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    assert target.getvalue() != PAPER
    return said(paper_change(target.getvalue(), PAPER, terms()))


def drawing(writer: pypdf.PdfWriter, number: int, content: bytes) -> None:
    """Add to what a page draws."""
    one = writer.pages[number]
    contents = one.get_contents()
    assert contents is not None
    stream = DecodedStreamObject()
    stream.set_data(contents.get_data() + b"\n" + content)
    one[NameObject("/Contents")] = writer._add_object(stream)


def test_the_same_paper_in_other_bytes() -> None:
    assert paper(lambda writer: writer.add_metadata({"/Producer": "another"})) == ""
    assert paper(lambda writer: drawing(writer, 0, b"q Q")) == ""


def test_a_forged_paper_differs() -> None:
    def open_action(writer: pypdf.PdfWriter) -> None:
        action = {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("x"),
        }
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)

    def link(writer: pypdf.PdfWriter) -> None:
        action = DictionaryObject({
            NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject("http://x"),
        })  # fmt: skip
        writer.pages[0]["/Annots"][0].get_object()[NameObject("/A")] = action  # type: ignore[index]

    text = b"BT /f0 12 Tf 1 0 0 1 90 90 Tm <00010002> Tj ET"
    assert "became" in paper(lambda writer: drawing(writer, 0, text))
    assert paper(lambda writer: drawing(writer, 0, b"90 90 m 120 90 l S")) == DRAWN
    assert "/OpenAction" in paper(open_action)
    assert "http://x" in paper(link)
    assert "/EmbeddedFiles" in paper(lambda writer: writer.add_attachment("a.txt", b"x"))
    assert paper(lambda writer: writer.remove_page(5)) == "5 pages became 6"
    for content in (PAPER[: len(PAPER) // 2], b"99 %"):
        assert said(paper_change(content, PAPER, terms())) == "cannot be read as a PDF"
