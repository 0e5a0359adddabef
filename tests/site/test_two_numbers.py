"""The page "two numbers and a minute": the program's answers, word for word, on a phone."""

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from browser import CUT, chromium, needed, opened, violations
from honest_tables import KINDS, honest_table
from project_copy import ROOT
from readiness.forensics.arithmetic.figures import Rounding
from readiness.forensics.solve import solve
from readiness.ground.facts import encode
from readiness.language import WHOLE, tell
from readiness.reporting.verdicts import render_solution
from readiness.site.two_numbers import page_texts, two_numbers_page

NODE = shutil.which("node")
CORE = ROOT / "workflow/readiness/site/solve.js"
COPY = ROOT / "docs/two-numbers.html"
# What node does with the core: every case solved, its facts and its sentences written.
RUN = """
const fs = require("fs");
const core = new Function(fs.readFileSync(process.argv[1], "utf8") + "; return Readiness")();
const { cases, texts } = JSON.parse(fs.readFileSync(0, "utf8"));
const out = cases.map(({ figures, options, language }) => {
  try {
    const facts = core.solve(figures, options);
    const lines = facts.map((fact) => core.tell(fact, texts[language]) + "\\n");
    return { facts, text: lines.join("") };
  } catch (problem) {
    if (problem instanceof Error) throw problem;
    return { refused: true };
  }
});
process.stdout.write(JSON.stringify(out));
"""


def random_case(draw: random.Random) -> dict[str, Any]:
    """Figures as somebody could type them, and what is asked of them."""
    if draw.random() < 0.4:
        table = honest_table(draw.choice(KINDS), draw)
        figures = ["/".join(map(str, figure_set.figures)) for figure_set in table.sets]
        base = draw.choice([table.printed, table.printed, draw.randint(1, 300), None])
    else:
        figures = ["/".join(random_figures(draw)) for _ in range(draw.randint(1, 4))]
        base = draw.choice([draw.randint(1, 60), draw.randint(1, 1600), None])
    rounding = "nearest" if draw.random() < 0.8 else draw.choice([str(r) for r in Rounding])
    # The strength of a check is counted for few figures here: in the program it takes long.
    few = sum(len(each.split("/")) for each in figures) < 3 and draw.random() < 0.1
    n_max = draw.choice([10, 32, 100]) if few else draw.choice([1001, 1200, 1500])
    return {
        "figures": figures,
        "base": base,
        "n_max": n_max,
        "max_missing": draw.choice([0, 1, 1, 2]),
        "rounding": rounding,
    }


def random_figures(draw: random.Random) -> list[str]:
    decimals, parts = draw.choice((0, 0, 1, 2)), draw.choice((1, 1, 2, 2, 3, 4))
    if parts == 1 or draw.random() < 0.2:
        return [f"{draw.uniform(0, 100):.{decimals}f}" for _ in range(parts)]
    cuts = sorted(draw.uniform(0, 100) for _ in range(parts - 1))
    shares = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
    figures = [f"{share:.{decimals}f}" for share in shares]
    # In digits of readers of Arabic now and then, with a decimal comma.
    return [in_arabic(each) if draw.random() < 0.1 else each for each in figures]


def in_arabic(figure: str) -> str:
    return "".join("٠١٢٣٤٥٦٧٨٩"[int(sign)] if sign.isdigit() else "٫" for sign in figure)


def answers_of_the_page(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    given = [
        {
            "figures": case["figures"],
            "options": {
                "base": case["base"],
                "nMax": case["n_max"],
                "maxMissing": case["max_missing"],
                "rounding": case["rounding"],
            },
            "language": case["language"],
        }
        for case in cases
    ]
    texts = {language: page_texts(language) for language in WHOLE}
    assert NODE is not None
    done = subprocess.run(
        [NODE, "-e", RUN, str(CORE)],
        input=json.dumps({"cases": given, "texts": texts}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


@pytest.mark.skipif(NODE is None, reason="no node on this machine")
def test_the_page_answers_as_the_program_does(thorough: bool) -> None:
    """Facts and sentences; 10,000 cases with --thorough, else a slice of them."""
    draw = random.Random("two numbers")
    tried = 10_000 if thorough else 400
    cases = [{**random_case(draw), "language": draw.choice(WHOLE)} for _ in range(tried)]
    kinds = set()
    for case, answer in zip(cases, answers_of_the_page(cases), strict=True):
        solution = solve(**{name: value for name, value in case.items() if name != "language"})
        assert answer["facts"] == [encode(fact) for fact in solution.facts], case
        assert answer["text"] == render_solution(solution, case["language"]), case
        kinds |= {fact.kind for fact in solution.facts}
    assert len(kinds) > 14


@pytest.mark.skipif(NODE is None, reason="no node on this machine")
@pytest.mark.parametrize(
    "figures", [["~60"], ["101"], ["-5"], [""], ["67/"], ["1.1234567"], ["1" * 13]]
)
def test_the_page_refuses_what_the_program_refuses(figures: list[str]) -> None:
    case = {"figures": figures, "base": None, "n_max": 40, "max_missing": 1, "rounding": "nearest"}
    assert answers_of_the_page([{**case, "language": "en"}]) == [{"refused": True}]


def test_the_copy_in_the_documents_is_the_page() -> None:
    """Make it again: `python -m readiness.site.two_numbers docs/two-numbers.html`."""
    assert COPY.read_text("utf-8") == two_numbers_page()


def test_the_page_loads_nothing() -> None:
    page = two_numbers_page()
    assert "default-src 'none'" in page and "http" not in page.replace("http-equiv", "")
    assert "src=" not in page and "@import" not in page and "url(" not in page


ASKED = """([language, questions, base]) => {
  document.querySelector(`[data-language=${language}]`).click();
  const inputs = [...document.querySelectorAll("#questions input")];
  questions.forEach((text, place) => { inputs[place].value = text; });
  document.getElementById("base").value = base;
  document.querySelector("button[type=submit]").click();
}"""


@needed
@pytest.mark.parametrize("language", WHOLE)
def test_the_page_on_a_phone(tmp_path: Path, language: str) -> None:
    path = tmp_path / "two-numbers.html"
    path.write_text(two_numbers_page(), "utf-8")
    expected = [tell(fact, language) for fact in solve(["67/33", "64"], base=1500).facts]
    with chromium() as browser:
        page = opened(browser, path)
        page.set_viewport_size({"width": 390, "height": 844})
        page.evaluate(ASKED, [language, ["67 % 33 %", "64 %"], "1500"])
        page.locator("#answer p").nth(len(expected) - 1).wait_for()
        lines = "[...document.querySelectorAll('#answer p')].map(line => line.textContent)"
        assert page.evaluate(lines) == expected
        direction = "rtl" if language == "ar" else "ltr"
        assert page.evaluate("document.documentElement.dir") == direction
        assert page.evaluate(CUT) == [] and violations(page) == []
        # Targets for a thumb, and an error that says which figure it is about.
        targets = "[...document.querySelectorAll('button, input')]"
        assert (
            page.evaluate(f"Math.min(...{targets}.map(n => n.getBoundingClientRect().height))")
            >= 44
        )
        page.evaluate(ASKED, [language, ["67", "abc"], ""])
        page.locator("#answer.wrong").wait_for()
        assert "abc" in page.evaluate("document.getElementById('answer').textContent")
        # A number of people in words is not one that was left out.
        page.evaluate(ASKED, [language, ["67", "33"], "trente-deux"])
        refusal = page_texts(language)["texts"]["site.solve.bad_number"]
        assert page.evaluate("document.getElementById('answer').textContent") == refusal
        assert page.trouble == []
