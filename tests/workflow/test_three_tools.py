"""The walk of docs/tools.md: dvc, snakemake and quarto alone, to a changed report."""

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from project_copy import ROOT, Project

PAGE = "results/waves/canteen-2025/report/en/report-simulated.html"


@pytest.fixture(scope="module")
def checkout(tiny: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The tiny project as a git checkout in which nothing has run."""
    project = tiny.copy(tmp_path_factory.mktemp("walk") / "project")
    for command in (
        ("git", "init", "--quiet"),
        ("git", "add", "--all"),
        ("git", "-c", "user.name=A", "-c", "user.email=a@b", "commit", "--quiet", "-m", "first"),
    ):
        assert project.call(*command).returncode == 0
    return project


def call(project: Project, program: str, *arguments: str) -> str:
    """Run a program of the environment as its user types it; what it printed, once it succeeded."""
    done = project.call(".venv/bin/python", "-m", program, *arguments)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout + done.stderr


def jobs(printed: str) -> set[str]:
    """The rules of a table of jobs that `snakemake -n` prints."""
    table = printed.rpartition("Job stats:")[2].partition("\ntotal")[0]
    return set(re.findall(r"^(\w+) +\d+$", table, re.M)) - {"default", "all"}


def test_the_walk(checkout: Project) -> None:
    # The data, by DVC alone.
    pointers = sorted((checkout.root / "data/raw").rglob("*.dvc"))
    assert f"{len(pointers)} files added" in call(checkout, "dvc", "pull")
    assert all(pointer.with_suffix("").is_file() for pointer in pointers)
    assert "up to date" in call(checkout, "dvc", "status")
    assert "No changes" in call(checkout, "dvc", "data", "status")
    assert "Everything is up to date" in call(checkout, "dvc", "push")
    call(checkout, "dvc", "gc", "--workspace", "--force")
    assert "up to date" in call(checkout, "dvc", "status")
    # A report by its name, by Snakemake alone.
    call(checkout, "snakemake", "--cores", "2", PAGE)
    assert "Nothing to be done" in call(checkout, "snakemake", "-n", PAGE)
    # A changed document makes the report again, and nothing else.
    sentence = "A sentence of the reader's own."
    cell = "```{python}\nreport.summary()"
    checkout.replace("report.qmd", cell, f"{sentence}\n\n{cell}")
    assert jobs(call(checkout, "snakemake", "-n", PAGE)) == {"report_simulated"}
    call(checkout, "snakemake", "--cores", "2", PAGE)
    main = LexborHTMLParser(checkout.read(PAGE)).css_first("main")
    assert main is not None and "A sentence of the reader’s own." in main.text()
    # A forced rule takes along what follows from it.
    forced = jobs(call(checkout, "snakemake", "-n", "--forcerun", "estimate", "--", PAGE))
    assert {"estimate", "register_wave", "report_simulated"} <= forced
    assert "validate" not in forced and "weight" not in forced
    # Snakemake's own report holds the page.
    call(checkout, "snakemake", "--report", "made.zip", PAGE)
    with zipfile.ZipFile(checkout.root / "made.zip") as made:
        assert any(name.endswith("report-simulated.html") for name in made.namelist())


@pytest.mark.skipif(not shutil.which("quarto"), reason="no Quarto here")
def test_quarto_alone_renders_the_document(checkout: Project) -> None:
    """With the reader's own theme; as a page alone, since Quarto fetches what its PDF needs."""
    checkout.replace("_quarto.yml", "theme: cosmo", "theme: flatly")
    given = ("-P", "run=canteen-2025", "-P", "lang=en", "-M", "lang=en")
    done = checkout.call("quarto", "render", "report.qmd", "--to", "html", *given)
    assert done.returncode == 0, done.stderr
    page = LexborHTMLParser(checkout.read("results/preview/report.html"))
    assert page.css_first(".callout-important") is not None
    assert page.css_first(".quarto-title") is not None


def test_every_command_of_the_page_is_of_the_walk_or_parses() -> None:
    """No command is shown that the walk, or the tests of the docs, do not run or parse."""
    page = (ROOT / "docs/tools.md").read_text("utf-8")
    shown = set(re.findall(r"^\$ (\w+)", page, re.M))
    assert shown == {"dvc", "snakemake", "quarto"}
    walk = Path(__file__).read_text("utf-8")
    for options in re.findall(r"^\$ (?:dvc|snakemake) (-{0,2}[a-z]+)", page, re.M):
        assert f'"{options}"' in walk, options
