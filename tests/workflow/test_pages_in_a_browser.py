"""The reports of the project in a real browser: wide and narrow, dark, on paper; every number
opens by mouse, key and touch; axe-core has nothing to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import browser
from project_copy import Project

pytestmark = browser.needed

RUNS = {"studies/haca-2024": "report.html", "waves/simulated-2026": "report-simulated.html"}
REPORTS = [(run, language) for run in RUNS for language in ("ar", "fr")]
# Those that are judged in the dark and on a telephone too: one of each kind and direction.
DARK = [("studies/haca-2024", "ar"), ("waves/simulated-2026", "fr")]
MOST_BYTES = 600_000
# Half of the 31 screens of a telephone that the page was long, and what is stated of the survey.
PHONE_SCREENS = 16


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser.chromium() as opened:
        yield opened


def report(project: Project, run: str, language: str) -> Path:
    return project.root / f"results/{run}/report/{language}/{RUNS[run]}"


@pytest.mark.parametrize(("run", "language"), REPORTS)
def test_a_report_fits_every_window(
    shipped: Project, chromium: Any, run: str, language: str
) -> None:
    path = report(shipped, run, language)
    assert path.stat().st_size <= MOST_BYTES
    page = browser.opened(chromium, path)
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


@pytest.mark.parametrize(("run", "language"), REPORTS)
def test_a_report_is_accessible(shipped: Project, chromium: Any, run: str, language: str) -> None:
    page = browser.opened(chromium, report(shipped, run, language))
    assert browser.violations(page) == []
    if (run, language) in DARK:
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": 390, "height": 844})
        assert browser.violations(page) == []
    page.context.close()


@pytest.mark.parametrize(("run", "language"), [REPORTS[0], REPORTS[-1]])
def test_the_page_of_all_numbers_too(
    shipped: Project, chromium: Any, run: str, language: str
) -> None:
    path = report(shipped, run, language).with_name("numbers.html")
    assert path.stat().st_size < 3_000_000
    page = browser.opened(chromium, path)
    for width in browser.WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate(browser.CUT) == []
    if run.startswith("studies"):  # of the same template, and a tenth as long
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


def test_a_number_opens_by_mouse_key_and_touch(shipped: Project, chromium: Any) -> None:
    path = report(shipped, "waves/simulated-2026", "fr")
    page = browser.opened(chromium, path)
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
    page.goto(f"{path.as_uri()}#{number.get_attribute('popovertarget')}")
    assert page.locator(".pass:target .value").is_visible()
    page.locator("a.n").first.click()
    page.wait_for_url("**/numbers.html#*")
    page.locator("tr:target").wait_for(state="visible")
    page.context.close()
    phone = browser.opened(chromium, path, has_touch=True, is_mobile=True, reduced_motion="reduce")
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.locator("button.n").first.tap()
    phone.locator(":popover-open").wait_for(state="visible")
    box = phone.locator(":popover-open").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 391 and box["y"] + box["height"] <= 845
    phone.context.close()
