"""The site: every link leads to a file of it, nothing needs a network or a script."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from markupsafe import Markup
from selectolax.lexbor import LexborHTMLParser

from project_copy import ROOT, Project
from readiness.datasets.versions import Version
from readiness.language import WHOLE
from readiness.publications.reproduce import Tally
from readiness.site.pages import (
    OTHER_READERS,
    READERS,
    TWO_NUMBERS,
    Dataset,
    Guide,
    Published,
    Site,
    group_guides,
    guide,
    guide_page,
    index_page,
    status_page,
)

OUTSIDE = ("https:", "http:", "mailto:", "data:")


@pytest.fixture(scope="module")
def site(shipped: Project) -> Path:
    return shipped.root / "results/site"


def own_pages(site: Path) -> list[Path]:
    """The pages of the site itself, and its copies of today's reports.

    The one page that computes has tests of its own (`test_two_numbers.py`).
    """
    pages = [p for p in sorted(site.rglob("*.html")) if "publications" not in p.parts]
    assert site / TWO_NUMBERS in pages
    return [page for page in pages if page.name != TWO_NUMBERS]


def test_every_link_leads_somewhere(site: Path) -> None:
    ids: dict[Path, set[str]] = {}

    def anchors(path: Path) -> set[str]:
        if path not in ids:
            tree = LexborHTMLParser(path.read_text("utf-8"))
            ids[path] = {str(node.attributes.get("id")) for node in tree.css("[id]")}
        return ids[path]

    broken, seen = [], 0
    for page in own_pages(site):
        tree = LexborHTMLParser(page.read_text("utf-8"))
        for node in tree.css("a[href], img[src]"):
            target = str(node.attributes.get("href") or node.attributes.get("src"))
            if target.startswith(OUTSIDE):
                continue
            seen += 1
            path, _, anchor = target.partition("#")
            file = (page.parent / unquote(path)).resolve() if path else page
            if not file.is_file() or (
                anchor and file.suffix == ".html" and unquote(anchor) not in anchors(file)
            ):
                broken.append(f"{page.relative_to(site)}: {target}")
    assert broken == [] and seen > 200


def test_its_pages_load_nothing_and_run_nothing(site: Path) -> None:
    for page in own_pages(site):
        text = page.read_text("utf-8")
        tree = LexborHTMLParser(text)
        assert tree.css("script, iframe, link[rel=stylesheet]") == [], page
        if "report" in page.parts:  # a report has its own policy
            continue
        (policy,) = tree.css('meta[http-equiv="Content-Security-Policy"]')
        assert "default-src 'none'" in str(policy.attributes["content"]), page


def test_a_report_leads_back_to_the_index(site: Path) -> None:
    reports = [p for p in own_pages(site) if p.stem.startswith("report")]
    assert {page.stem for page in reports} == {"report", "report-simulated"}
    # One of each in every language that was made.
    assert len(reports) == 2 * len({page.parent.name for page in reports})
    for page in reports:
        header = LexborHTMLParser(page.read_text("utf-8")).css_first("header.bar")
        assert header is not None
        brand = header.css_first("a.brand")
        assert brand is not None and page.parent.name in str(brand.attributes["href"]), page
        # One state, said once: what is no preview is offered in words that name it.
        (link,) = LexborHTMLParser(page.read_text("utf-8")).css('.status a[href*="/publications/"]')
        assert (page.parent / str(link.attributes["href"])).resolve().is_file(), page
        assert len(header.text().split()) < 40, page


def test_a_run_of_today_leads_to_what_is_published_of_it(finished: Project) -> None:
    index = LexborHTMLParser(finished.read("results/site/en/index.html"))
    sections = [str(node.attributes["id"]) for node in index.css("h2")]
    assert sections[:2] == ["publications", "reports"]
    runs = " ".join(node.text() for node in index.css("section[aria-labelledby=reports] li"))
    assert "Cite the released edition menus-r1 (same numbers)" in runs
    (page,) = (finished.root / "results/site/menus-2023/report/en").glob("report*.html")
    status = LexborHTMLParser(page.read_text("utf-8")).css_first(".status")
    assert status is not None and "Preview, not to be cited" in status.text()
    assert "Cite the released edition menus-r1" in status.text()
    assert [node.text() for node in status.css("a")][-1] == "Download"
    (published,) = status.css('a[href*="/publications/"]')
    target = (page.parent / str(published.attributes["href"])).resolve()
    assert target.is_file() and "publications/menus-r1" in str(target)


def test_a_run_of_today_cites_nothing(finished: Project) -> None:
    pages = sorted((finished.root / "results/waves").glob("*/report/*/*.html"))
    trees = [LexborHTMLParser(page.read_text("utf-8")) for page in pages]
    assert {node.text() for tree in trees for node in tree.css("span.cite")} == {
        "Preview, not to be cited"
    }
    assert not any("readiness which" in page.read_text("utf-8") for page in pages)


def test_a_sealed_page_leads_to_what_became_of_it(finished: Project) -> None:
    site = finished.root / "results/site"
    for page in sorted((site / "publications/menus-r1/report").rglob("*.html")):
        tree = LexborHTMLParser(page.read_text("utf-8"))
        if page.name == "numbers.html":
            continue
        # A released page names the file: saved alone it has no link that leads nowhere.
        named = tree.css_first('.status [data-file*="/status/"]')
        assert named is not None, page
        path, _, language = str(named.attributes["data-file"]).partition("#")
        links = [str(node.attributes["href"]) for node in tree.css("a[href]")]
        assert links and all(link.startswith(("#", "https:", "http:")) for link in links)
        now = LexborHTMLParser((page.parent / path).read_text("utf-8")).css_first(f"#{language}")
        assert now is not None and "CURRENT EDITION" in now.text() and "released on" in now.text()
        assert "readiness audit menus-r1 --level 3" in now.text() and "dvc pull" in now.text()
    for name in ("menus-r1.bib", "menus-r1.ris"):
        assert "The readiness tests" in (site / "publications/status" / name).read_text()


@pytest.mark.parametrize(
    ("own", "says", "cited"),
    [
        ({"draft": True}, "DRAFT", False),
        ({}, "CURRENT EDITION", True),
        ({"successor": "w-r2"}, "REPLACED BY w-r2", True),
        ({"withdrawn": "it counted twice"}, "was withdrawn: it counted twice", False),
    ],
)
def test_what_became_of_a_publication(own: dict[str, Any], says: str, cited: bool) -> None:
    later = Published("w-r2", [], title={"en": "Second"})
    told: dict[str, Any] = {"datasets": ["x@1"], "check": Tally(3, 0, 0, 1), **own}
    one = Published("w-r1", [], title={"en": "First"}, released="2026-01-02", **told)
    data = [Dataset(Version("x", "1", "a" * 32, "b" * 64, 9, 7, "", "a note"), ["w-r1"])]
    site = Site(["en", "ar"], {"en": "Office", "ar": "x"}, [], [later, one], [], data, [])
    for shown in (status_page(site, one), index_page(site, "en")):
        text = LexborHTMLParser(shown).css_first("main").text()
        assert says in text and "Recomputed: all 3 numbers match." in text
    assert "dvc pull data/raw/x/1.csv.dvc  # md5 aaaa" in status_page(site, one)
    assert "a note" in index_page(site, "en") and "b" * 12 in index_page(site, "en")
    page = LexborHTMLParser(status_page(site, one))
    assert (page.css_first('a[href="w-r1.bib"]') is not None) is cited
    assert (page.css_first('a[href="w-r2.html#ar"]') is not None) is ("successor" in own)
    # What is in force stands first.
    first = LexborHTMLParser(index_page(site, "en")).css_first("li.pub")
    assert first is not None and (first.attributes["id"] == "w-r1") is (not own)


def test_each_publication_stands_there_with_its_last_check(finished: Project) -> None:
    english = LexborHTMLParser(finished.read("results/site/en/index.html"))
    first = english.css_first("li#menus-r1")
    assert first is not None
    assert re.search(r"Recomputed: all \d\d numbers match\.", first.text())


def test_a_translated_guide_says_its_language() -> None:
    site = Site(("en", "fr"), {"en": "x", "fr": "y"}, [], [], [], [], [])
    for name, language, direction in (
        ("auditing", "en", "ltr"),
        ("auditing.fr", "fr", "ltr"),
        ("auditing.ar", "ar", "rtl"),
    ):
        page = LexborHTMLParser(guide_page(site, guide(name, "# x\n", [name], [])))
        article = page.css_first("article.guide")
        assert article is not None
        assert (article.attributes["lang"], article.attributes["dir"]) == (language, direction)
        # What stands around it, too, where the site has the language.
        around = page.css_first("html")
        assert around is not None
        assert around.attributes["lang"] == ("en" if language == "ar" else language)


def test_a_guide_leads_to_guides_alone_and_shows_markup() -> None:
    source = "# One <b>x</b>\n\n[a](other.md#b) [c](../Makefile) [d](https://e.org) <i>no</i>\n\n"
    source += "## B c\n"
    made = guide("one", source, ["one", "other"], [])
    assert made.title == "One <b>x</b>"
    assert '<a href="other.html#b">a</a> c <a href="https://e.org">d</a>' in made.body
    assert "<i>" not in made.body and 'id="b-c"' in made.body


def test_the_index_shows_what_each_publication_in_force_found(finished: Project) -> None:
    for language in ("en",):
        index = LexborHTMLParser(finished.read(f"results/site/{language}/index.html"))
        card = index.css_first("li#menus-r1")
        assert card is not None and len((card.css_first(".found") or card).text().split()) > 5
        picture = card.css_first("img")
        assert picture is not None and str(picture.attributes["alt"]).strip()
        home = finished.root / "results/site" / language
        assert (home / str(picture.attributes["src"])).resolve().is_file()
    # Previews, and what is no longer in force, stand behind a line.
    for report in index.css("section[aria-labelledby=reports] li"):
        above = []
        at = report.parent
        while at is not None and at.tag != "body":
            above.append(at.tag)
            at = at.parent
        assert "details" in above


def test_every_guide_stands_below_who_reads_it() -> None:
    """Once in each language: as it was translated, else in English."""
    names = [path.stem for path in sorted((ROOT / "docs").glob("*.md"))]
    guides = [Guide(name, name, Markup()) for name in names]
    listed = {}
    for language in WHOLE:
        groups = group_guides(guides, language)
        listed[language] = [guide.name for found in groups.values() for guide in found]
        assert len({*listed[language]}) == len(listed[language])
    assert len({len(found) for found in listed.values()}) == 1
    assert {name for found in listed.values() for name in found} == {*names}
    assert "first-use.ar" in listed["ar"] and "first-use" not in listed["ar"]
    assert {name for chosen in READERS.values() for name in chosen} <= {*names}
    assert set(groups) == {*READERS, OTHER_READERS}
