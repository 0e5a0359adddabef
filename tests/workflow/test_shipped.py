"""Everything that ships, run once: its reports, its gate, a few numbers, and nothing besides."""

import csv
import json
import re
from collections import Counter

import pypdf
import pytest
from selectolax.lexbor import LexborHTMLParser

from page_bases import count_shares, list_bare_shares, read_rows
from project_copy import ROOT, Project, copied_files
from readiness.commands.closing import closing_text
from readiness.plan import load_plan
from readiness.register.disclosure_risk import ATTACK, not_attacked, read_attack
from readiness.register.figures import read_register

WAVE, STUDY = "results/waves/simulated-2026", "results/studies/haca-2024"
# Of the shipped wave, to three digits.
NUMBERS = {
    "use_ai.yes.all": 0.443,
    "use_ai.yes.all.lower": 0.397,
    "preparation.low.all": 0.578,
    "team_trained.yes.all": 0.594,
    "weighting.kish_deff": 1.62,
    "weighting.n": 647,
    "quality.kept.all": 672,
    "use_areas.n.all": 317,
}


# Of all languages that tests ask for, one by default.
spoken = pytest.mark.parametrize("language", ["ar", pytest.param("fr", marks=pytest.mark.thorough)])


def test_the_reports_that_are_shown_are_made_and_no_other(shipped: Project, thorough: bool) -> None:
    languages = ("ar", "fr") if thorough else ("ar",)
    runs = (shipped.root / "results" / kind for kind in ("studies", "waves"))
    made = [path for run in runs for path in sorted(run.glob("*/report/*/report*.html"))]
    names = {"studies/haca-2024": "report", "waves/simulated-2026": "report-simulated"}
    assert [str(path.relative_to(shipped.root / "results")) for path in made] == [
        f"{run}/report/{code}/{name}.html" for run, name in names.items() for code in languages
    ]
    for path in made:
        assert "</html>" in path.read_text("utf-8")
        assert path.with_suffix(".pdf").read_bytes().startswith(b"%PDF-")


@spoken
def test_every_share_of_a_table_has_its_base_and_limits(shipped: Project, language: str) -> None:
    rows = read_rows(shipped.root / WAVE / "register/figures.csv")
    page = shipped.read(f"{WAVE}/report/{language}/report-simulated.html")
    assert count_shares(page, rows) > 400
    assert not list(list_bare_shares(page, rows))
    # A share beside another base, or without limits, is found.
    worse = page.replace("preparation.n.all.with_dont_know", "preparation.n.all")
    assert any(
        "preparation.dont_know.all has no base" in bare for bare in list_bare_shares(worse, rows)
    )
    worse = page.replace('class="ci"', 'class="small"')
    assert len(list(list_bare_shares(worse, rows))) > 300


def test_the_readme_shows_how_a_run_ends(shipped: Project) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    (block,) = re.findall(r"<!-- printed by: make -->\n```text\n(.*?)^```$", readme, re.M | re.S)
    assert block == closing_text(load_plan(shipped.root))
    assert block.count("\n") == 5


def test_every_published_number_comes_out_again(shipped: Project) -> None:
    said = shipped.read("results/gate.txt")
    assert said.count("\n") < 10
    tables = sorted((shipped.root / "results/publications").glob("*/reproduce/verdicts.csv"))

    for table in tables:
        identity = table.parts[-3]
        assert identity in said
        with table.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["verdict"] != "ADDED SINCE"]
        ledger = read_register(shipped.root / "publications" / identity / "figures.csv")
        assert len(rows) == len(ledger)
        assert {row["verdict"] for row in rows} <= {"REPRODUCED", "WITHIN ROUNDING", "JUDGED"}
        # What others published without data is judged and never called reproduced.
        judged = Counter(row["verdict"] for row in rows if row["kind"] == "claim")
        assert set(judged) <= {"JUDGED"}


def test_the_numbers_of_the_wave(shipped: Project) -> None:
    figures = read_register(shipped.root / WAVE / "register/figures.csv").set_index("id")["value"]
    made = {name: float(f"{float(figures[name]):.3g}") for name in NUMBERS}
    assert made == NUMBERS


def test_no_count_of_the_wave_is_given_away(shipped: Project) -> None:
    verdict = json.loads(shipped.read(f"{WAVE}/attack/verdict.json"))
    assert verdict["attacked"] > 100
    assert (verdict["given_away"], verdict["first"]) == (0, "")
    figures = read_register(shipped.root / WAVE / "register/figures.csv")
    assert not not_attacked(figures, read_attack(shipped.root / WAVE / "attack" / ATTACK))


def test_a_run_writes_nothing_below_data_or_publications(shipped: Project) -> None:
    for name in ("data", "publications"):
        there = {p.relative_to(shipped.root) for p in (shipped.root / name).rglob("*")}
        made = {path for path in there if (shipped.root / path).is_file()}
        assert made == {path for path in copied_files() if path.parts[0] == name}


def test_the_guide_to_the_wave_has_the_numbers_of_its_register(shipped: Project) -> None:
    """What benchmarks/nonresponse.py wrote is what the wave says today."""
    register = read_register(shipped.root / WAVE / "register/figures.csv").set_index("id")["value"]
    mark = "written by benchmarks/nonresponse.py"
    (guide,) = [p for p in (ROOT / "docs").glob("*.md") if mark in p.read_text("utf-8")]
    table = guide.read_text("utf-8").partition(mark)[2]
    for share in ("use_ai.yes", "team_trained.yes", "preparation.low", "revolution.social"):
        (line,) = re.findall(rf"^\| `{share.partition('.')[0]}` .* to .*", table, re.M)
        told = f"{share}.all.others.lower" in register.index
        kinds = ("", ".worst", ".others") if told else ("", ".worst")
        ids = ["", *(f"{kind}.{end}" for kind in kinds for end in ("lower", "upper"))]
        said = re.findall(r"\d+\.\d", line)[1:]
        assert said == [f"{100 * float(register[f'{share}.all{end}']):.1f}" for end in ids]
        assert line.rstrip().endswith("| - |") is not told


@spoken
def test_the_first_screen_of_a_study_is_short(shipped: Project, language: str) -> None:
    """No paragraph above 90 words, no sentence above 35: title, lead and the three cards."""
    tree = LexborHTMLParser(shipped.read(f"{STUDY}/report/{language}/report.html"))
    lead = tree.css_first("#title-block-header .lead")
    title = tree.css_first("h1")
    assert title is not None and lead is not None
    said = [title, lead, *tree.css(".three .card")]
    assert len(said) == 5
    for node in said:
        text = node.text(separator=" ")
        assert 5 < len(re.findall(r"\w+", text)) <= 90, text
        parts = re.split(r"(?<=[.?؟!])\s", text)
        assert all(len(re.findall(r"\w+", part)) <= 35 for part in parts), text


@spoken
def test_simulated_answers_are_said_to_be_once_a_page_and_in_each_picture(
    shipped: Project, language: str
) -> None:
    """The title and the ribbon say it, which stays on screen; no caption says it once more."""
    tree = LexborHTMLParser(shipped.read(f"{WAVE}/report/{language}/report-simulated.html"))
    word = {"fr": "simulé", "ar": "محاك"}[language]
    captions = [node.text(strip=True).lower() for node in tree.css("figcaption")]
    assert len(captions) > 10
    assert [caption for caption in captions if word in caption] == []
    for place in ("title", ".ribbon"):
        node = tree.css_first(place)
        assert node is not None and word in node.text().lower()
    # A picture that leaves the page says it itself.
    pictures = sorted((shipped.root / f"{WAVE}/charts/{language}").glob("*.svg"))
    assert pictures and all(word in picture.read_text("utf-8").lower() for picture in pictures)


@spoken
def test_a_brief_is_two_printed_pages_at_most(shipped: Project, language: str) -> None:
    for folder, name in ((WAVE, "brief-simulated"), (STUDY, "brief")):
        paper = pypdf.PdfReader(shipped.root / f"{folder}/report/{language}/{name}.pdf")
        assert len(paper.pages) <= 2, name
        tree = LexborHTMLParser(shipped.read(f"{folder}/report/{language}/{name}.html"))
        assert not tree.css("details")  # nothing is folded
        assert tree.css_first("h1") is not None and tree.css_first(".box") is not None
