"""Pages in the Chromium of this machine: what a reader would see, asked of the page itself."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from project_copy import PATIENCE

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
WIDTHS = (1280, 768, 390)
WAIT = PATIENCE * 1000
needed = pytest.mark.skipif(CHROMIUM is None, reason="no chromium or google-chrome on this machine")

# What runs over the edge of the window, apart from what scrolls in a frame of its own.
CUT = """() => {
  const frame = ".table-scroll, pre, math, #TOC, .skip, svg, .vh";
  const edge = document.documentElement.clientWidth + 1;
  const out = [...document.querySelectorAll("body *")].filter((node) => {
    const box = node.getBoundingClientRect();
    return box.width > 0 && (box.right > edge || box.left < -1) && node.closest(frame) === null;
  });
  const wide = document.documentElement.scrollWidth > edge ? ["the page"] : [];
  return wide.concat(out.slice(0, 3).map((node) => node.outerHTML.slice(0, 120)));
}"""
# Lines of text that lie on each other by more than a third of the lower one.
OVERLAPS = """() => {
  const lines = [], range = document.createRange();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const hidden = "#TOC, .vh, .skip, .ribbon, style, script, thead, .banner th:first-child";
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.data.trim() || node.parentElement.closest(hidden)) continue;
    if (!node.parentElement.checkVisibility({ visibilityProperty: true })) continue;
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width > 1 && box.height > 1) lines.push({ box, node });
    }
  }
  lines.sort((one, two) => one.box.top - two.box.top);
  const found = [];
  for (let i = 0; i < lines.length; i++) {
    const a = lines[i].box;
    for (let j = i + 1; j < lines.length && lines[j].box.top < a.bottom; j++) {
      const b = lines[j].box;
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - b.top;
      if (across > 2 && down > 0.4 * Math.min(a.height, b.height)) {
        const both = [lines[i].node, lines[j].node];
        const frames = both.map((node) => node.parentElement.closest(".table-scroll"));
        if (frames[0] === frames[1])
          found.push(both.map((node) => node.data.trim().slice(0, 40)).join(" / "));
      }
    }
  }
  return found.slice(0, 5);
}"""
# Letters for which the page has no glyph: they are drawn as the sign for a letter that nobody has.
MISSING = """() => {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  canvas.width = canvas.height = 40;
  const drawn = (letter, family) => {
    context.clearRect(0, 0, 40, 40);
    context.font = "24px " + family;
    context.fillText(letter, 4, 30);
    return context.getImageData(0, 0, 40, 40).data.join();
  };
  const family = getComputedStyle(document.body).fontFamily;
  const nobody = drawn("\\uffff", family);
  const drawings = [...document.querySelectorAll("svg text")].map((node) => node.textContent);
  const letters = new Set(document.body.innerText + drawings.join(""));
  const blank = /[\\s\\u200b-\\u200f\\u202a-\\u202f\\u2060-\\u2069\\u00ad\\p{Mn}]/u;
  return [...letters].filter((letter) => !blank.test(letter) && drawn(letter, family) === nobody);
}"""


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser, for as many pages as a module looks at."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"], timeout=WAIT
        )
        yield browser
        browser.close()


def opened(browser: Any, path: Path, **options: Any) -> Any:
    """A page of the disk in a window of its own; what it loads, logs or breaks is an error."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
    context.set_default_timeout(WAIT)
    page = context.new_page()
    page.trouble = []
    page.on("console", lambda message: page.trouble.append(message.text))
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    page.on("request", lambda request: _local(page, request.url))
    page.goto(path.as_uri())
    return page


def _local(page: Any, address: str) -> None:
    if not address.startswith(("file:", "data:")):
        page.trouble.append(f"asks for {address}")


def violations(page: Any, *without: str) -> list[str]:
    """What axe-core finds on a page, by rule and element."""
    from axe_playwright_python.sync_playwright import Axe

    rules = {name: {"enabled": False} for name in without}
    found = Axe().run(page, options={"resultTypes": ["violations"], "rules": rules})
    return [
        f"{rule['id']}: {node['html'][:150]} {node.get('failureSummary', '')[:200]}"
        for rule in found.response["violations"]
        for node in rule["nodes"][:3]
    ]
