"""The reports of runs, those of publications made on request: what is its own and nothing else."""

import csv
import json
import re
import subprocess
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest
import yaml
from selectolax.lexbor import LexborHTMLParser

import quarto_like
from project_copy import PATIENCE, ROOT, Project, message
from readiness.ground.errors import RenderError
from readiness.rendering.engines import pandoc_path
from readiness.rendering.qmd import CellRun, execute, parse
from readiness.rendering.word import write_word
from readiness.reporting.study import BLOCKS
from readiness.reporting.wave import PLACES
from tiny_project import RESULTS, TINY

WAVE, STUDY, PUBLISHED = "waves/canteen-2025", "studies/menus-2023", "publications/menus-r1"
SHOWN = "  languages: [en]\n  show: [menus-2023, canteen-2025]\n"
RUNS = (WAVE, STUDY, PUBLISHED)


def page_of(run: str) -> str:
    """Its page; the name of a simulated wave's says so."""
    return f"results/{run}/report/en/report{'-simulated' if run == WAVE else ''}.html"


@pytest.fixture(scope="module")
def reports(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A finished project with the report of every run. Never change it: copy it."""
    project = finished.copy(tmp_path_factory.mktemp("reports") / "project")
    result = project.run(*map(page_of, RUNS))
    assert result.returncode == 0, result.stderr
    return project


def words(page: str) -> str:
    """What a reader sees of a page."""
    body = LexborHTMLParser(page).body
    assert body is not None
    for node in body.css("svg, style"):
        node.decompose()
    return " ".join(body.text(separator=" ").replace("\u00a0", " ").split())


@pytest.mark.parametrize("run", RUNS)
def test_each_run_has_a_report_of_its_own(reports: Project, run: str) -> None:
    folder = reports.root / f"results/{run}/report/en"
    name = Path(page_of(run)).stem
    made = {path.name for path in folder.iterdir()}
    assert made >= {"lineage.json", f"{name}.html", f"{name}.pdf"}
    assert (folder / f"{name}.pdf").read_bytes().startswith(b"%PDF-")
    page = reports.read(page_of(run))
    text = words(page)
    linked = set(re.findall(r'href="numbers\.html#([^"]+)"', page))
    numbers = (folder / "numbers.html").read_text("utf-8")
    # A sealed page that is saved alone leads nowhere.
    assert linked or run.startswith("publications/")
    assert linked <= set(re.findall(r'<tr id="([^"]+)"', numbers))
    assert ("Menu Observatory" in text) is (run != WAVE)
    assert ("simulated" in text.lower()) is (run == WAVE)


OPEN = ("main > section", "#TOC a", "button.n", ".pass", "figure", "details")


def list_titles(outline: Any) -> list[str]:
    """Return the titles of an outline of a PDF, those of its lower levels among them."""
    return [
        title
        for mark in outline
        for title in (list_titles(mark) if isinstance(mark, list) else [mark["/Title"]])
    ]


def test_what_authors_write_and_move_is_in_every_output(reports: Project, tmp_path: Path) -> None:
    """A text of their own, and a paragraph and a moved section of the document."""
    project = reports.copy(tmp_path / "project")
    prose = project.root / "reports/canteen-2025/en/weighting-after.md"
    prose.parent.mkdir(parents=True)
    prose.write_text("One sentence more.\n", "utf-8")
    assert project.to_do() == {f"report_simulated {WAVE}@en", "site", "gate"}
    said = 'Of the invited, `{python} n("quality.answered.all")` answered, in a sentence of my own.'
    moved, place = 'report.block("weighting")\n', "```{python}\n# Of a study of published figures."
    project.replace("report.qmd", place, f"{said}\n\n```{{python}}\n{moved}```\n\n{place}")
    program = quarto_like.install(tmp_path / "bin")
    counted, letters = [], []
    for variables in ({}, {"QUARTO_PATH": str(program)}):
        result = project.run(page_of(WAVE), **variables)
        assert result.returncode == 0, result.stderr
        tree = LexborHTMLParser(project.read(page_of(WAVE)))
        paper = pypdf.PdfReader(project.root / page_of(WAVE).replace(".html", ".pdf"))
        sheets = [" ".join(page.extract_text().split()) for page in paper.pages]
        text = " ".join(sheets)
        titles = [node.text(strip=True) for node in tree.css("main h2")]
        for shown, order in (
            (words(project.read(page_of(WAVE))), titles),
            (text, list_titles(paper.outline)),
        ):
            assert re.search(r"Of the invited, \d+ answered, in a sentence of my own", shown)
            assert "One sentence more." in shown
            assert order.index("Weighting") < order.index("How we know")
        # Page one of the paper has the picture, and the contents behind it.
        assert 0 < text.index("Figure 1:") < text.index("Contents")
        assert "Figure 1:" in sheets[0]
        counted.append([len(tree.css(selector)) for selector in OPEN])
        fonts = [page["/Resources"]["/Font"].values() for page in paper.pages]
        letters.append({str(f.get_object()["/BaseFont"])[7:] for each in fonts for f in each})
    assert counted[0] == counted[1] and all(counted[0]) and letters[0] == letters[1]
    assert "Quarto 1.9.38" in words(project.read(page_of(WAVE)))
    lineage = json.loads(project.read(f"{RESULTS}/report/en/lineage.json"))
    assert any(name.endswith("weighting-after.md") for name in lineage["inputs"])


def test_the_document_is_read_in_the_project_as_quarto_does(
    reports: Project, fresh: Project
) -> None:
    run = CellRun(reports.root, reports.environment(), PATIENCE)
    for name, given in (("canteen-2025", "en"), ("menus-2023", ""), ("", "")):
        source = reports.read("report.qmd").replace('lang = ""', f'lang = "{given}"')
        path = reports.root / "named.qmd"
        path.write_text(source.replace('run = ""', f'run = "{name}"'), "utf-8")
        body = execute(parse(path), run)
        assert body.count("\n# ") >= 3 and f'data-id="{name}' in body
        drawn = re.findall(r"!\[\]\((results/[^)]+)\)", body)
        assert drawn and all((reports.root / picture).is_file() for picture in drawn)
        # What a document says of itself is enough: no template and no filter of ours.
        page = subprocess.check_output(
            [pandoc_path(), "--standalone", "--to", "html"], input=body, cwd=reports.root, text=True
        )
        tree = LexborHTMLParser(page)
        assert tree.css_first('html[lang="en"][dir="ltr"]') is not None
        preview = tree.css_first(".callout-important")
        assert preview is not None
        checked = re.search(r"results/\S+\.html", preview.text())
        assert checked is not None and (reports.root / checked[0]).is_file()
        assert ".narrow" in page and "Preview" in tree.css_first(".status").text()
    with pytest.raises(RenderError, match=r"no report of any run was made\. Run `make`"):
        execute(parse(fresh.root / "report.qmd"), replace(run, work=fresh.root))


def test_the_options_of_quarto_are_the_reader_s_own() -> None:
    """No option of the project's takes a theme, a cross-reference or a filter away."""
    stated = yaml.safe_load((ROOT / "_quarto.yml").read_text("utf-8"))
    assert {*stated} == {"project", "toc", "format"}
    assert {*stated["format"]["html"]} == {"theme"}


def test_the_document_lists_its_blocks_and_their_names(reports: Project) -> None:
    """The comments of report.qmd name every block, and how what it holds can be referred to."""
    listed = reports.read("report.qmd").split("---")[1]
    places = {*PLACES, *BLOCKS, "note"}
    after = re.findall(r"of (?:a wave|a study|both):\s+(.+)", listed)
    assert {name for line in after for name in re.findall(r"[a-z]+(?=[,;]|$)", line)} >= places
    shapes = re.findall(r"@([a-z]+-[^\s;,.]+)", listed)
    patterns = [re.sub(r"<[a-z]+>", "[a-z0-9-]+", shape) for shape in shapes]
    run = CellRun(reports.root, reports.environment(), PATIENCE)
    for name in ("canteen-2025", "menus-2023"):
        source = reports.read("report.qmd").replace('run = ""', f'run = "{name}"')
        path = reports.root / "listed.qmd"
        path.write_text(source.replace('lang = ""', 'lang = "en"'), "utf-8")
        made = re.findall(r"\{#((?:sec|fig|tbl)-[^\s}]+)", execute(parse(path), run))
        assert made
        for label in made:
            assert any(re.fullmatch(pattern, label) for pattern in patterns), label


def test_only_a_revision_has_its_chapter(finished: Project, released: Project) -> None:
    titles = []
    sealed = f"publications/canteen-r2/report/en/{Path(page_of(WAVE)).name}"
    for project, page, version in ((finished, page_of(WAVE), "1"), (released, sealed, "2")):
        tree = LexborHTMLParser(project.read(page))
        origin = tree.css_first("#sec-origin")
        assert origin is not None
        assert version in re.findall(r"canteen-2025@(\d)", origin.text())
        found = tree.css("main h2, main summary h3")
        titles.append([node.text(strip=True).lstrip("0123456789.") for node in found])
    assert "Revision" in titles[1]
    assert titles[0] == [title for title in titles[1] if title != "Revision"]


def test_a_missing_chapter_is_one_line_before_anything_runs(fresh: Project) -> None:
    own = fresh.read("report.qmd")
    (fresh.root / "report.qmd").write_text(f"{own}\n{{{{< include reports/own.qmd >}}}}\n", "utf-8")
    result = fresh.here("run")
    assert result.returncode == 5, result.stderr
    line = len(own.splitlines()) + 2
    assert f"report.qmd, line {line}: the included file reports/own.qmd" in message(result)
    assert not (fresh.root / "results/inputs").exists()


def test_a_wave_of_real_answers_alone_is_a_report_too(project: Project) -> None:
    project.replace("config.yaml", SHOWN, "  languages: [en]\n  show: [canteen-2025]\n")
    project.replace("config.yaml", "simulated: true", "simulated: false")
    project.replace("config.yaml", "en: Canteens in 2025", "en: 'Canteens in 2025, in 3 parts'")
    # Real answers do not have the column that marks simulated ones.
    with (TINY / "exports/canteen-2025@1.csv").open(encoding="utf-8", newline="") as file:
        rows = [row[:-1] for row in csv.reader(file)]
    with (project.root / "real.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    added = project.here("data", "add", "real.csv", "--dataset", "canteen-2025", "--as", "3")
    assert added.returncode == 0, added.stderr
    project.replace("config.yaml", "answers: canteen-2025@1", "answers: canteen-2025@3")
    keys = {"READINESS_KEYS": str(project.root.with_name("keys"))}
    made = project.readiness("data", "key", "canteen-2025@3", **keys)
    assert made.returncode == 0, made.stderr
    page = f"{RESULTS}/report/en/report.html"
    project.make(page, **keys)
    text = words(project.read(page))
    assert "Menu Observatory" not in text and "Canteens in 2025, in 3 parts" in text
    # The note of the sample says so of itself; nothing is said of the answers.
    assert "describe no real population" not in text and "simulated answers" not in text.lower()


def test_a_publication_keeps_its_own_document(project: Project) -> None:
    frozen = f"{PUBLISHED}/config.yaml"
    project.replace(frozen, "report:\n", "report:\n  show: [another]\n")
    result = project.here("run")
    assert result.returncode == 2
    assert f"{frozen}: report.show: no study or wave is called 'another'" in message(result)


def test_a_document_for_word_says_what_its_page_says(reports: Project, tmp_path: Path) -> None:
    """On request, with whose numbers they are and that they are simulated on every sheet."""
    project = reports.copy(tmp_path / "project")
    result = project.run("docx")
    assert result.returncode == 0, result.stderr

    folder = project.root / f"results/{WAVE}"
    made = folder / "word/en/report-simulated/report-simulated.docx"
    page = LexborHTMLParser(project.read(page_of(WAVE)))
    with zipfile.ZipFile(made) as document:
        parts = {name: document.read(name) for name in document.namelist()}
    said = subprocess.run(
        [pandoc_path(), made, "--to", "plain"], capture_output=True, text=True, check=True
    ).stdout
    shown = [node.text() for node in page.css("main > section .n")]
    assert len(shown) > 50
    assert Counter(re.findall(r"\d+", " ".join(shown))) <= Counter(re.findall(r"\d+", said))
    pictures = [parts[name] for name in sorted(parts) if name.startswith("word/media/")]
    charts = {path.read_bytes() for path in (folder / "charts/en").glob("*.png")}
    assert len(pictures) == len(page.css("svg.wide")) > 0
    assert set(pictures) <= charts
    ribbon, status = page.css_first(".ribbon"), page.css_first(".status .prov")
    assert ribbon is not None and ribbon.text() in parts["word/header1.xml"].decode()
    assert status is not None and status.text() in parts["word/footer1.xml"].decode()
    assert made.read_bytes() == write_word(project.read(page_of(WAVE)), folder / "charts/en")
    (folder / "charts/en" / "participation.png").unlink()
    with pytest.raises(RenderError, match=r"participation\.png: needed"):
        write_word(project.read(page_of(WAVE)), folder / "charts/en")
