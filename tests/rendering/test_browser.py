"""The page in a real browser: nothing is cut off or scrolls sideways, on a desk or on a phone."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from readiness.rendering.render import Rendering

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
    "--virtual-time-budget=3000",
    "--window-size=1400,900",
]
# A window of the browser is never as narrow as a phone; a frame is.
FRAME = """<!doctype html><title>?</title>
<iframe src="page.html" style="border:0;width:{width}px;height:800px"></iframe>
<script>
const frame = document.querySelector("iframe");
frame.onload = () => {{
  const page = frame.contentDocument, root = page.documentElement;
  const scrolls = (node) => node.closest(".table-scroll, figure, pre, math, #TOC, .skip") !== null;
  const cut = [...page.querySelectorAll("body *")].filter((node) =>
    !scrolls(node) && node.getBoundingClientRect().right > {width} + 1);
  const names = cut.map((node) => node.outerHTML).join();
  document.body.innerText = `wide=${{root.scrollWidth}} cut=${{names}};`;
}};
</script>"""


@pytest.mark.skipif(BROWSER is None, reason="no chromium or google-chrome on this machine")
@pytest.mark.parametrize("width", [1280, 768, 390, 320])
def test_the_page_never_scrolls_sideways(rendering: Rendering, tmp_path: Path, width: int) -> None:
    assert rendering.html is not None and BROWSER is not None
    shutil.copyfile(rendering.html, tmp_path / "page.html")
    (tmp_path / "frame.html").write_text(FRAME.format(width=width), encoding="utf-8")
    done = subprocess.run(
        [
            BROWSER,
            *FLAGS,
            f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom",
            (tmp_path / "frame.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    found = re.search(r"wide=(\d+) cut=(.*?);", done.stdout, re.DOTALL)
    assert found is not None, done.stdout[-500:] + done.stderr[-500:]
    assert int(found[1]) <= width
    assert found[2] == ""
