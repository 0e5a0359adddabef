"""The last hand on a checked page: numbers that open, drawings within it, one strict policy."""

import base64
import hashlib
import re

import pandas as pd
import pytest
from selectolax.lexbor import LexborHTMLParser

from readiness.ground.errors import RenderError
from readiness.register.figures import COLUMNS
from readiness.rendering.checks import check_self_contained
from readiness.rendering.finish import finish_page, inline_picture
from readiness.rendering.numbers import numbers_page
from readiness.reporting.parts import Register
from readiness.reporting.passports import Passports
from readiness.reporting.standing import Standing

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30" width="90">{}</svg>'


def row(identity: str, value: object, **more: object) -> dict[str, object]:
    own = {
        "id": identity,
        "kind": "quality",
        "unit": "count",
        "value": value,
        "digits": 0,
        "rounding": "half_even",
        "run": "w",
        "dataset": "d@1",
        "lineage": "ab" * 32,
        "simulated": "false",
        **more,
    }
    return {name: str(own.get(name, "")) for name in COLUMNS}


def passports(language: str = "fr", *, simulated: bool = False) -> Passports:
    share = {"kind": "estimate", "unit": "share", "digits": 1, "item": "use", "level": "yes"}
    rows = [
        row("quality.kept.all", 647),
        row("use.yes.all", 0.446, group="all", n=617, **share),
        row("use.yes.all.lower", 0.4, **{**share, "kind": "interval"}),
        row("use.yes.all.upper", 0.5, **{**share, "kind": "interval"}),
        *(row(f"quality.x{k}.all", k) for k in range(20)),
    ]
    frame = pd.DataFrame(rows).assign(simulated=str(simulated).lower())
    names = type("Names", (), {"items": [], "frame": [], "group_item": ""})()
    return Passports(
        Register(frame, language), "Une *vague* <b>", Standing(publication="w-r1"), names
    )


def number(identity: str, text: str) -> str:
    return f'<span class="n" data-id="w/{identity}">{text}</span>'


def page(body: str) -> str:
    return (
        '<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>t</title>'
        f"<style>p {{ color: red }}</style></head><body><main>{body}</main></body></html>"
    )


def made(body: str, numbers: Passports | None = None) -> LexborHTMLParser:
    html = finish_page(page(body), numbers or passports())
    assert check_self_contained(html) == []
    return LexborHTMLParser(html)


def test_a_number_of_the_summary_opens_and_others_lead_to_their_line() -> None:
    tree = made(
        f'<div class="lead"><p>Soit oui ({number("use.yes.all", "44,6 %")}).</p></div>'
        f'<p><span class="ci">de {number("use.yes.all.lower", "40,0 %")}</span></p>'
        f"<p>{number('use.yes.all.lower', '40,0 %')} et {number('quality.kept.all', '647')}</p>"
    )
    button = tree.css_first(".lead button.n")
    assert button.text() == "44,6 %" and button.attributes["popovertarget"] == "use.yes.all"
    # No bracket and no sign is left alone at the end of a line or its beginning.
    assert tree.css_first(".lead .together").text() == "(44,6 %)."
    note = tree.css_first("#use\\.yes\\.all")
    assert "popover" in note.attributes and note.css_first(".value").text() == "44,6\u202f%"
    told = note.text(separator=" ")
    assert "617 réponses" in told and "readiness which w-r1/use.yes.all" in told and "d@1" in told
    assert "40,0\u202f% à 50,0\u202f%" in told
    assert "40,0 %" in tree.css_first("p > .ci").text() and not tree.css(".ci *")
    links = [node.attributes["href"] for node in tree.css("a.n")]
    assert links == ["numbers.html#use.yes.all", "numbers.html#quality.kept.all"]
    assert not tree.css("[data-id]") and len(tree.css(".pass")) == 1


def test_a_share_and_the_ends_of_its_interval_are_one_stop_of_the_tab_key() -> None:
    """The note of the share has its interval; without the share each end opens by itself."""
    ends = " à ".join(number(f"use.yes.all.{end}", end) for end in ("lower", "upper"))
    tree = made(f'<div class="lead"><p>{number("use.yes.all", "44,6 %")} ({ends})</p></div>')
    (stop,) = tree.css(".lead button, .lead a")
    assert stop.text() == "44,6 %" and "lower à upper" in tree.css_first(".lead").text()
    alone = made(f'<div class="lead"><p>De {ends}</p></div>')
    assert len(alone.css(".lead button")) == 2


def test_the_words_of_the_page_stay_as_they_were_checked() -> None:
    body = f"<h1>Un {number('quality.kept.all', '647')} « à »</h1><p>a &lt; b &amp; c</p>"
    before = LexborHTMLParser(page(body)).css_first("main").text()
    tree = made(body)
    tree.css_first("#numbers").decompose()
    assert tree.css_first("main").text().strip() == before


def test_the_policy_allows_the_styles_of_the_page_alone() -> None:
    html = finish_page(page("<p>x</p>"), passports(), style=".k { fill: red }")
    tree = LexborHTMLParser(html)
    style = tree.css_first("style").text()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    said = tree.css_first("meta[http-equiv]").attributes["content"] or ""
    assert f"style-src 'sha256-{digest}'" in said and "default-src 'none'" in said
    assert "unsafe" not in said and "script-src" not in said and ".k { fill: red }" in style


def test_what_the_policy_would_silence_is_gone() -> None:
    tree = made(
        '<p style="color: red">x</p><script>y()</script>'
        '<table><tr><td style="text-align: right;">1</td></tr></table>'
    )
    assert not tree.css("script, [style]") and tree.css_first("table.nums td").text() == "1"


def test_a_drawing_is_of_the_page_and_can_do_nothing() -> None:
    acts = (
        "<script>alert(1)</script><style>p { color: red }</style><foreignObject/>"
        '<g id="a" onclick="x()" style="fill: red" fill="red" class="s-ink" stroke="#000">'
        "<text>Ar <tspan>oui</tspan></text>"
        '<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="#a"/>'
        '<rect fill="url(#a)" stroke="url(http://x/y)"/><a href="javascript:x">z</a></g>'
    )
    drawing = inline_picture(SVG.format(acts), "c1", 'dit "x" < y', "wide")
    tree = LexborHTMLParser(f"<figure>{drawing}</figure>")
    root = tree.css_first("svg")
    assert root.attributes["viewBox"] == "0 0 90 30" and root.attributes["class"] == "wide"
    assert root.attributes["aria-label"] == 'dit "x" < y' and root.attributes["role"] == "img"
    group = tree.css_first("g")
    # The page's stylesheet has the colour of the class.
    assert group.attributes == {"id": "c1-a", "fill": "red", "class": "s-ink"}
    assert tree.css_first("rect").attributes == {"fill": "url(#c1-a)"}
    assert "Ar oui" in root.text() and not tree.css("script, style, foreignObject, use, a")
    assert "javascript" not in drawing and "http:" not in drawing
    with pytest.raises(RenderError, match="no SVG"):
        inline_picture("<html/>", "c1", "", "")


def test_tables_say_what_heads_what() -> None:
    tree = made(
        '<figure class="tbl stack"><div class="table-scroll" tabindex="0"><table><thead><tr>'
        "<th>Mots</th><th>Qui</th></tr></thead><tbody><tr><th>a</th><td>b</td></tr></tbody></table>"
        "</div><figcaption>Les mots</figcaption></figure>"
    )
    assert [node.attributes["scope"] for node in tree.css("th")] == ["col", "col", "row"]
    assert tree.css_first("td").attributes["data-h"] == "Qui"
    region = tree.css_first("[role=region]")
    assert tree.css_first(f"#{region.attributes['aria-labelledby']}").text() == "Les mots"


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_page_of_all_numbers_has_each_once(language: str) -> None:
    numbers = passports(language, simulated=True)
    menu = [{"href": "numbers.html", "lang": "fr", "name": "Français", "current": True}]
    html = numbers_page(numbers, menu, "report.html", "SIMULÉ")
    assert check_self_contained(html) == []
    tree = LexborHTMLParser(html)
    ids = [node.attributes["id"] for node in tree.css("tbody tr")]
    own = [i for i in numbers.rows if not re.search(r"\.(lower|upper)$", i)]
    assert sorted(ids) == sorted(own) and len(set(ids)) == len(ids)
    # By question: estimates stand open and first, all else is folded; each has its choice.
    assert ids[0] == "use.yes.all" and not tree.css("details tr#use\\.yes\\.all")
    assert len(tree.css(".only > input")) == len(tree.css("section")) + 1
    line = tree.css_first("#use\\.yes\\.all").text(separator=" ")
    assert "44,6" in line and "40,0" in line and "50,0" in line and "617" in line
    assert "<b>" not in tree.css_first("h1").html and tree.css_first(".ribbon").text() == "SIMULÉ"
    assert tree.css_first("html").attributes.get("dir") == ("rtl" if language == "ar" else None)
    assert ("data:font/woff" in html) is (language == "ar")


def test_a_page_that_is_saved_alone_has_no_link_that_leads_nowhere() -> None:
    """Files beside it are named, its own anchors and the web stay, numbers are text or open."""
    body = (
        '<nav class="langs"><a href="../ar/report.html">ar</a></nav>'
        '<p class="status"><span class="part"><a href="../../../status/w-r1.html#fr">Now</a></span>'
        '<span class="part"><a href="#sec-origin">Cite</a></span></p>'
        '<div class="actions"><ul><li><a href="../../charts/fr/use.svg">SVG</a></li></ul></div>'
        f"<p>{number('quality.x1.all', '1')} <a href='https://example.org/x'>web</a></p>"
        f'<div class="lead"><p>{number("use.yes.all", "44,6 %")}</p></div>'
    )
    shown = LexborHTMLParser(finish_page(page(body), passports(), alone=True))
    addresses = [node.attributes["href"] or "" for node in shown.css("a[href]")]
    assert "https://example.org/x" in addresses
    assert all(address.startswith(("#", "https://")) for address in addresses)
    named = {node.text() for node in shown.css("[data-file]")}
    assert named == {"Now: status/w-r1.html", "SVG: charts/fr/use.svg"}
    assert len(shown.css("button.n")) == 1 and shown.css_first(".langs") is None
    usual = LexborHTMLParser(finish_page(page(body), passports()))
    assert usual.css_first('a.n[href^="numbers.html"]') is not None


def test_a_section_that_is_folded_opens_by_its_heading() -> None:
    body = '<section class="level3 folded" id="s"><h3>How</h3><p>Thus.</p></section>'
    shown = LexborHTMLParser(finish_page(page(body), passports()))
    assert shown.css_first("section#s > details > summary > h3") is not None
    assert shown.css_first("section#s > details > p") is not None
    assert shown.css_first("details[open]") is None


@pytest.mark.parametrize("count", [12, 13])
def test_long_contents_are_closed(count: int) -> None:
    links = "".join(f'<li><a href="#s{k}">{k}</a></li>' for k in range(count))
    toc = f'<nav id="TOC" aria-labelledby="toc-title"><p id="toc-title">C</p><ul>{links}</ul></nav>'
    body = f"<main>{toc}<section><h2>A</h2></section></main>"
    shown = LexborHTMLParser(finish_page(page(body), passports()))
    assert (shown.css_first("#TOC > details > summary#toc-title") is not None) is (count > 12)
