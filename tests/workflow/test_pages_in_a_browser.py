"""The reports of the project in a real browser: wide and narrow, dark, on paper; every number
opens by mouse, key and touch; axe-core has nothing to say.
"""

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import browser

pytestmark = browser.needed

more = partial(pytest.param, marks=pytest.mark.thorough)
# A short page from left to right, and those that ship, with the longest questions and tables.
WAVE, STUDY = "waves/simulated-2026/report", "studies/haca-2024/report"
REPORTS = [
    ("finished", "waves/canteen-2025/report/en/report-simulated.html"),
    ("shipped", f"{STUDY}/ar/report.html"),
    ("shipped", f"{WAVE}/ar/report-simulated.html"),
    more(("shipped", f"{STUDY}/fr/report.html")),
    more(("shipped", f"{WAVE}/fr/report-simulated.html")),
]
MOST_BYTES = 600_000
SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
# Half of the 31 screens of a telephone that the page was long, and what is stated of the survey.
PHONE_SCREENS = 16


@pytest.fixture(params=REPORTS, ids=lambda case: case[1])
def report(request: pytest.FixtureRequest) -> Path:
    project, name = request.param
    path: Path = request.getfixturevalue(project).root / "results" / name
    return path


def test_a_report_fits_every_window(report: Path, chromium: Any) -> None:
    assert report.stat().st_size <= MOST_BYTES
    page = browser.opened(chromium, report)
    for width in browser.WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(browser.CUT) == [], width
        assert page.evaluate(browser.OVERLAPS) == [], width
        if width >= 1280:
            assert page.evaluate(CUT_TABLES) == [], width
    assert page.evaluate("document.documentElement.scrollHeight") / 844 <= PHONE_SCREENS
    assert page.evaluate(browser.MISSING) == []
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 900})
    assert page.evaluate(browser.CUT) == []
    assert page.evaluate(CLOSED) == 0
    assert page.trouble == []
    page.context.close()


def test_a_report_is_accessible(report: Path, chromium: Any) -> None:
    """In the dark and on a telephone, too."""
    page = browser.opened(chromium, report)
    assert browser.violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    assert browser.violations(page) == []
    page.context.close()


SITE = "site/simulated-2026/report"


@pytest.mark.parametrize("name", ["site/ar/index.html", more("site/fr/index.html")])
def test_an_index_is_accessible_too(shipped: Any, chromium: Any, name: str) -> None:
    page = browser.opened(chromium, shipped.root / "results" / name)
    _check_width(page)
    assert browser.violations(page) == []
    assert page.trouble == []
    page.context.close()


def test_a_page_without_script_is_accessible(shipped: Any, chromium: Any, tmp_path: Path) -> None:
    """Axe-core waits for timers, which never end where scripts are off: it reads the page as it
    stands then, without its scripts, in a window that runs axe-core's.
    """
    name = shipped.root / f"results/{SITE}/ar/brief-simulated.html"
    page = browser.opened(chromium, name, java_script_enabled=False)
    _check_width(page)
    still = tmp_path / "still.html"
    still.write_text(SCRIPT.sub("", page.content()), encoding="utf-8")
    assert page.trouble == []
    page.context.close()
    page = browser.opened(chromium, still)
    assert page.evaluate("document.scripts.length") == 0
    assert browser.violations(page) == []
    assert page.trouble == []
    page.context.close()


def _check_width(page: Any) -> None:
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


# Every kind of page that a reader may open first; French with --thorough alone.
FIRST = [
    "site/ar/index.html",
    "site/haca-2024/report/ar/report.html",
    "site/haca-2024/report/ar/brief.html",
    f"{SITE}/ar/report-simulated.html",
    f"{SITE}/ar/brief-simulated.html",
    more("site/haca-2024/report/fr/brief.html"),
    more(f"{SITE}/fr/report-simulated.html"),
]
# How much of the first picture a window shows, in pixels, and where the headline ends.
FIRST_PICTURE = """() => {
  const drawn = [...document.querySelectorAll("main svg, main img")]
    .filter((node) => node.checkVisibility() && node.getBoundingClientRect().width > 150);
  const headline = document.querySelector("h1, .found").getBoundingClientRect();
  return [innerHeight - drawn[0].getBoundingClientRect().top, innerHeight - headline.bottom];
}"""


@pytest.mark.parametrize("name", FIRST)
def test_the_first_screen_has_the_finding_and_its_picture(
    shipped: Any, chromium: Any, name: str
) -> None:
    page = browser.opened(chromium, shipped.root / "results" / name)
    for width, height in ((1280, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        picture, headline = page.evaluate(FIRST_PICTURE)
        assert headline > 0 and picture >= 180, (width, picture)
    page.context.close()


@pytest.mark.parametrize("report", REPORTS[:3], indirect=True, ids=["short", "study", "wave"])
def test_the_page_of_all_numbers_too(report: Path, chromium: Any) -> None:
    path = report.with_name("numbers.html")
    assert path.stat().st_size < 3_000_000
    page = browser.opened(chromium, path)
    for width in browser.WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate(browser.CUT) == []
    if report.name == "report.html":  # of a study: the same template, and a tenth as long
        assert browser.violations(page) == []
    assert page.trouble == []
    page.context.close()


# Tables of which a wide window hides a part, in folds too.
CUT_TABLES = """(() => {
  const shut = [...document.querySelectorAll("details:not([open])")];
  shut.forEach((fold) => { fold.open = true });
  const cut = [...document.querySelectorAll(".table-scroll")]
    .filter((t) => t.scrollWidth > t.clientWidth + 1).map((t) => t.closest("figure").id);
  shut.forEach((fold) => { fold.open = false });
  return cut;
})()"""
# Folds of which paper would show the line to open them and nothing more.
CLOSED = """[...document.querySelectorAll("details")].filter((fold) =>
  ![...fold.children].some((n) => n.tagName !== "SUMMARY" && n.offsetHeight)).length"""
OPEN = "document.querySelectorAll(':popover-open').length"


@pytest.mark.parametrize("report", REPORTS[:1], indirect=True, ids=["short"])
def test_a_number_opens_by_mouse_key_and_touch(report: Path, chromium: Any) -> None:
    page = browser.opened(chromium, report)
    number = page.locator("button.n").first
    shown = number.inner_text()
    number.click()
    assert page.evaluate(OPEN) == 1
    note = page.locator(":popover-open")
    assert note.locator(".value").inner_text() == shown
    assert note.bounding_box()["y"] >= 0 and "dvc pull" in note.inner_text()
    page.keyboard.press("Escape")
    assert page.evaluate(OPEN) == 0
    number.focus()
    page.keyboard.press("Enter")
    assert page.evaluate(OPEN) == 1
    note.locator("button.close").click()
    assert page.evaluate(OPEN) == 0
    # A permanent link shows it within the page; the others lead to the page of all numbers.
    page.goto(f"{report.as_uri()}#{number.get_attribute('popovertarget')}")
    assert page.locator(".pass:target .value").is_visible()
    page.locator("a.n").first.click()
    page.wait_for_url("**/numbers.html#*")
    page.locator("tr:target").wait_for(state="visible")
    page.context.close()
    phone = browser.opened(
        chromium, report, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.locator("button.n").first.tap()
    phone.locator(":popover-open").wait_for(state="visible")
    box = phone.locator(":popover-open").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 391 and box["y"] + box["height"] <= 845
    phone.context.close()
