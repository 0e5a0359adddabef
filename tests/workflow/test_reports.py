"""The reports of runs, those of publications made on request: what is its own and nothing else."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from selectolax.lexbor import LexborHTMLParser

from project_copy import Project, message

WAVE, STUDY = "waves/simulated-2026", "studies/haca-2024"
FIRST, SECOND = "publications/simulated-2026-r1", "publications/simulated-2026-r2"
SHOWN = "  show: [haca-2024, simulated-2026]\n  languages: [fr, ar, en]\n"
RUNS = (WAVE, STUDY, FIRST, SECOND, "publications/haca-2024")


def page_of(run: str) -> str:
    """Its page; the name of a simulated wave's says so, what was published before keeps its own."""
    return f"results/{run}/report/fr/report{'-simulated' if run == WAVE else ''}.html"


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


def test_the_default_target_makes_those_that_are_shown(finished: Project) -> None:
    made = {"/".join(p.parts[-3:-1]) for p in (finished.root / "results").glob("*/*/report")}
    assert {name for name in made if not name.startswith("site/")} == {STUDY, WAVE}


def test_the_page_of_the_simulated_wave_has_the_numbers_of_its_register(finished: Project) -> None:
    """What benchmarks/nonresponse.py wrote of the shipped wave is what the wave says today."""
    register = pd.read_csv(
        finished.root / f"results/{WAVE}/register/figures.csv", dtype=str, keep_default_na=False
    ).set_index("id")["value"]
    page = finished.read("docs/simulated-wave.md")
    table = page[page.index("written by benchmarks/nonresponse.py") :]
    for share in ("use_ai.yes", "team_trained.yes", "preparation.low", "revolution.social"):
        (line,) = re.findall(rf"^\| `{share.partition('.')[0]}` .* to .*", table, re.M)
        told = f"{share}.all.selection.lower" in register.index
        kinds = ("", ".worst", ".selection") if told else ("", ".worst")
        ids = ["", *(f"{kind}.{end}" for kind in kinds for end in ("lower", "upper"))]
        said = re.findall(r"\d+\.\d", line.rpartition("|")[0].rpartition("|")[0])[1:]
        assert said == [f"{100 * float(register[f'{share}.all{end}']):.1f}" for end in ids]
        assert ("not computable" in line) is not told


@pytest.mark.parametrize("run", RUNS)
def test_each_run_has_a_report_of_its_own(reports: Project, run: str) -> None:
    folder = reports.root / f"results/{run}/report/fr"
    name = Path(page_of(run)).stem
    made = {path.name for path in folder.iterdir()}
    assert made >= {"lineage.json", f"{name}.html", f"{name}.pdf"}
    assert (folder / f"{name}.pdf").read_bytes().startswith(b"%PDF-")
    of_study = run in (STUDY, "publications/haca-2024")
    page = reports.read(page_of(run))
    text = words(page)
    linked = set(re.findall(r'href="numbers\.html#([^"]+)"', page))
    numbers = (folder / "numbers.html").read_text("utf-8")
    assert linked and linked <= set(re.findall(r'<tr id="([^"]+)"', numbers))
    assert ("HACA" in text) is of_study
    assert ("simulée" in text) is not of_study
    assert "seconde partie" not in text and "première partie" not in text
    inputs = json.loads((folder / "lineage.json").read_text("utf-8"))["inputs"]
    assert any("/prose/" in name and name.endswith(".md") for name in inputs)


def test_the_first_screen_of_a_study_is_short(reports: Project) -> None:
    """No paragraph above 90 words, no sentence above 35: title, lead and the three cards."""
    tree = LexborHTMLParser(reports.read(page_of(STUDY)))
    lead = tree.css_first("#title-block-header .lead")
    assert "à partir de 94" in tree.css_first("h1").text()
    said = [tree.css_first("h1"), lead, *tree.css(".three .card")]
    assert len(said) == 5
    for node in said:
        text = node.text(separator=" ")
        assert 5 < len(re.findall(r"\w+", text)) <= 90, text
        parts = re.split(r"(?<=[.?!])\s", text)
        assert all(len(re.findall(r"\w+", part)) <= 35 for part in parts), text


def test_every_caption_of_simulated_answers_says_so(reports: Project) -> None:
    tree = LexborHTMLParser(reports.read(page_of(WAVE)))
    captions = [node.text(strip=True) for node in tree.css("figcaption")]
    assert len(captions) > 10
    assert [caption for caption in captions if not caption.endswith("(données simulées)")] == []
    assert not tree.css(".key-figures")  # no large number is of simulated answers
    assert "simulé" in tree.css_first("title").text().lower()
    assert "simulées" in tree.css_first(".ribbon").text().lower()


def test_only_a_revision_has_its_chapter(reports: Project) -> None:
    titles = {
        run: [
            node.text(strip=True).lstrip("0123456789.")
            for node in LexborHTMLParser(reports.read(page_of(run))).css("main h2")
        ]
        for run in (FIRST, SECOND, WAVE)
    }
    assert "Révision" in titles[SECOND] and "Révision" in titles[WAVE]
    assert titles[FIRST] == [title for title in titles[SECOND] if title != "Révision"]


def test_the_versions_of_the_data_are_those_of_the_release(reports: Project) -> None:
    for run, version in ((FIRST, "1"), (SECOND, "2")):
        status = LexborHTMLParser(reports.read(page_of(run))).css_first(".status")
        assert status is not None
        assert re.findall(r"simulated-2026@(\d)", status.text()) == [version]


def test_an_authors_text_renders_what_has_it(reports: Project, tmp_path: Path) -> None:
    project = reports.copy(tmp_path / "project")
    target = [page_of(run) for run in RUNS]

    def to_do() -> set[str]:
        command = (".venv/bin/python", "-m", "snakemake", "--dry-run", "--cores", "1")
        result = project.call(*command, "--quiet", "host", "--", *target)
        assert result.returncode == 0, result.stderr
        return set(re.findall(r"wildcards: run=([^\s,]+)", result.stdout + result.stderr))

    assert to_do() == set() and project.to_do() == set()
    prose = project.root / "reports/simulated-2026/fr/weighting-after.md"
    prose.write_text("Une phrase de plus.\n", "utf-8")
    assert to_do() == {WAVE, FIRST, SECOND}
    assert project.to_do() == {f"render_simulated {WAVE}@fr", "site", "gate"}


def test_a_missing_chapter_is_one_line_before_anything_runs(fresh: Project) -> None:
    own = fresh.read("report.qmd")
    (fresh.root / "report.qmd").write_text(f"{own}\n{{{{< include reports/own.qmd >}}}}\n", "utf-8")
    result = fresh.run()
    assert result.returncode == 5, result.stderr
    line = len(own.splitlines()) + 2
    assert f"report.qmd, line {line}: the included file reports/own.qmd" in message(result)
    assert not (fresh.root / "results/inputs").exists()


def test_a_text_of_no_block_is_refused(reports: Project, tmp_path: Path) -> None:
    project = reports.copy(tmp_path / "project")
    folder = project.root / "reports/simulated-2026/fr"
    (folder / "item-use_ai-befor.md").write_text("Un mot.\n", "utf-8")
    result = project.run(page_of(WAVE))
    assert result.returncode == 5, result.stderr
    assert "item-use_ai-befor.md: there is no such block; there are summary" in message(result)


def test_a_wave_of_real_answers_alone_is_a_report_too(project: Project) -> None:
    project.replace("config.yaml", SHOWN, "  show: [simulated-2026]\n  languages: [fr]\n")
    shutil.rmtree(project.root / "reports/simulated-2026")
    # What the released waves give away, this one would repeat for other data.
    real = "simulated: false\n    disclosure: internal"
    project.replace("config.yaml", "simulated: true", real)
    project.replace("config.yaml", "fr: Vague simulée 2026", "fr: Vague 2026, en 3 parties")
    # Real answers do not have the column that marks simulated ones.
    got = project.readiness("data", "get", "simulated-2026@2", "--to", "answers.csv")
    assert got.returncode == 0, got.stderr
    answers = pd.read_csv(project.root / "answers.csv", dtype=str, keep_default_na=False)
    answers.drop(columns="Données simulées").to_csv(project.root / "real.csv", index=False)
    added = project.readiness("data", "add", "real.csv", "--dataset", "simulated-2026", "--as", "3")
    assert added.returncode == 0, added.stderr
    project.replace("config.yaml", 'simulated-2026, version: "2"', 'simulated-2026, version: "3"')
    keys = {"READINESS_KEYS": str(project.root.with_name("keys"))}
    made = project.readiness("data", "key", "simulated-2026@3", **keys)
    assert made.returncode == 0, made.stderr
    result = project.run(**keys)
    assert result.returncode == 0, result.stderr
    text = words(project.read(f"results/{WAVE}/report/fr/report.html"))
    assert "HACA" not in text and "Vague 2026, en 3 parties" in text
    assert "simulé" not in text.lower()


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ("show: []", "report.show: got []; expected"),
        ("show: [haca-2025]", "report.show: no study or wave 'haca-2025'; there are haca-2024"),
        ("languages: [xx]", "report.languages: no texts in 'xx'; there are ar, en, fr"),
        ("source: reports/own.qmd", "reports/own.qmd not found"),
    ],
)
def test_a_report_of_nothing_known_is_refused(fresh: Project, report: str, said: str) -> None:
    fresh.replace(
        "config.yaml",
        SHOWN,
        f"  {report}\n",
    )
    result = fresh.run()
    assert result.returncode == 2
    assert said in message(result)


def test_a_publication_keeps_its_own_document(fresh: Project) -> None:
    frozen = f"{FIRST}/config.yaml"
    fresh.replace(frozen, "  wave: simulated-2026\n", "  wave: another\n")
    result = fresh.run()
    assert result.returncode == 2
    assert f"{frozen}: report.show: no study or wave 'another'" in message(result)
