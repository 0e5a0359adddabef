"""The pictures of README.md and of first screens, taken from the pages as they were last rendered.

    .venv/bin/python docs/images/take.py

Needs Chromium (CHROMIUM names the program, else `chromium` or `google-chrome` of the PATH) and a
finished `make`. Each picture is a page at 1100 pixels from one element to another.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
RESULTS = HERE.parents[1] / "results"
STUDY = RESULTS / "studies/haca-2024/report/en/report.html"
WAVE = RESULTS / "waves/simulated-2026/report/en"
INDEX = RESULTS / "site/en/index.html"
WIDTH, MARGIN = 1100, 12
# Name of the picture: its page, the elements that it shows from the first to the end of the last.
PICTURES = {
    "study.png": (STUDY, "#content", "#figure-haca-2024-bases svg:visible"),
    "wave.png": (
        WAVE / "report-simulated.html",
        "#title-block-header",
        "#figure-simulated-2026-preparation-levels svg:visible",
    ),
    "brief.png": (WAVE / "brief-simulated.html", "#title-block-header", ".brief"),
    "index.png": (INDEX, "h1", ".pubs li img"),
}


def browser() -> str:
    """Return the browser's program; end with a message when there is none."""
    for name in (os.environ.get("CHROMIUM", ""), "chromium", "google-chrome"):
        if name and (found := shutil.which(name)):
            return found
    sys.exit("take.py: no Chromium found; name it with CHROMIUM=/path/to/chromium.")


def take(page: Page, first: str, last: str, picture: Path) -> None:
    """Save the page from the top of an element to the end of another."""
    above, below = (page.locator(query).first.bounding_box() for query in (first, last))
    if not above or not below:
        sys.exit(f"take.py: {page.url} lacks {first} or {last}.")
    top = max(0.0, above["y"] - MARGIN)
    height = below["y"] + below["height"] + MARGIN - top
    clip = {"x": 0, "y": top, "width": WIDTH, "height": height}
    page.screenshot(full_page=True, clip=clip, path=picture)


def main() -> None:
    """Take the pictures."""
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        for name, (path, first, last) in PICTURES.items():
            page = chromium.new_page(viewport={"width": WIDTH, "height": 900})
            page.goto(path.as_uri())
            take(page, first, last, HERE / name)
            print(f"docs/images/{name}: {(HERE / name).stat().st_size} bytes")
        chromium.close()


if __name__ == "__main__":
    main()
