"""The pictures of README.md, taken from the report as it was last rendered.

    .venv/bin/python docs/images/take.py

Needs Chromium (CHROMIUM names the program, else `chromium` or `google-chrome` of the PATH) and a
finished `make`. The page is photographed at 1280 pixels; each picture is the part of it between two
anchors, saved with a palette to stay small.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
REPORT = HERE.parents[1] / "results/waves/simulated-2026/report/en/report-simulated.html"
WIDTH = 1280
MARGIN = 16
# Name of the picture: the elements that it shows from the top of the first to the end of the last.
PICTURES = {
    "bases.png": ("#figure-haca-2024-bases",) * 2,
    "preparation.png": ("#figure-simulated-2026-preparation-levels",) * 2,
}
# Chromium prints the document after the page's scripts: the places are written into its title.
PLACES = """<script>addEventListener("load", () => {
  const place = (q) => { const b = document.querySelector(q).getBoundingClientRect();
    return [b.left, b.top, b.right, b.bottom].map((v) => v + 0) };
  document.title = "PLACES" + JSON.stringify([document.documentElement.scrollHeight,
    Object.fromEntries(QUERIES.map((q) => [q, place(q)]))]) + "END";
});</script>"""


def browser() -> str:
    """The browser's program; ends with a message when there is none."""
    for name in (os.environ.get("CHROMIUM", ""), "chromium", "google-chrome"):
        if name and (found := shutil.which(name)):
            return found
    sys.exit("take.py: no Chromium found; name it with CHROMIUM=/path/to/chromium.")


def chromium(page: Path, *options: str) -> str:
    """Run the browser on a page and return what it prints."""
    command = [browser(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    done = subprocess.run(
        [*command, *options, page.as_uri()], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout


def main() -> None:
    """Take the pictures."""
    queries = sorted({query for ends in PICTURES.values() for query in ends})
    with tempfile.TemporaryDirectory() as scratch:
        page, shot = Path(scratch, "report.html"), Path(scratch, "page.png")
        script = PLACES.replace("QUERIES", json.dumps(queries))
        page.write_text(REPORT.read_text("utf-8") + script, "utf-8")
        printed = chromium(page, f"--window-size={WIDTH},2000", "--dump-dom")
        found = re.search(r"PLACES(.*?)END", printed)
        if not found:
            sys.exit(f"take.py: {REPORT} lacks one of {', '.join(queries)}.")
        height, places = json.loads(found[1])
        chromium(page, f"--window-size={WIDTH},{height}", f"--screenshot={shot}")
        whole = Image.open(shot).convert("RGB")
        for name, (first, last) in PICTURES.items():
            left, top, _, _ = places[first]
            _, _, right, bottom = places[last]
            edge = 0 if left <= 0 else MARGIN
            box = (left - edge, top - edge, WIDTH if left <= 0 else right + edge, bottom + MARGIN)
            part = whole.crop(tuple(round(v) for v in box))
            part.quantize(48, method=Image.Quantize.MEDIANCUT).save(HERE / name, optimize=True)
            size = (HERE / name).stat().st_size
            print(f"docs/images/{name}: {part.width} x {part.height}, {size} bytes")


if __name__ == "__main__":
    main()
