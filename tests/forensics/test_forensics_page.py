"""The page on forensics: its sentences on HACA's figures are what the code says today."""

import doctest
from pathlib import Path

from haca_study import haca_verdicts, sentence

from readiness.forensics import solve

PAGE = Path(__file__).parents[2] / "docs" / "forensics.md"
SHOWN = ("joint.release", "conventions.release.truncation", "wording.haca.prep_sector.none")


def expected_block() -> str:
    verdicts = haca_verdicts("2")
    return "".join(
        f"- *{verdicts[name].status}, {verdicts[name].nature}.* {sentence(verdicts[name])}\n"
        for name in SHOWN
    )


def test_the_page_says_what_the_code_says() -> None:
    text = PAGE.read_text("utf-8")
    block = text.split("<!-- verdicts: begin -->\n")[1].split("<!-- verdicts: end -->")[0]
    assert block == expected_block(), "paste the new sentences into docs/forensics.md"


def test_the_examples_on_the_page_run() -> None:
    page = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    module = doctest.testmod(solve)
    assert page.attempted == 3 and page.failed == 0
    assert module.attempted == 2 and module.failed == 0
