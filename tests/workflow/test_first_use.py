"""The guide of the first use, typed line by line in a fresh folder, and its sample export."""

import re
import runpy
import subprocess
from pathlib import Path

import pytest

from project_copy import ROOT, STAMP, Project, copy_project, pattern, set_up_office
from readiness.questionnaire.writing import open_decisions

PAGE = (ROOT / "docs/first-use.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.M | re.S)
SAMPLE = ROOT / "examples/first-use"


def type_line(project: Project, line: str) -> subprocess.CompletedProcess[str]:
    done = project.call("bash", "-c", line)
    assert done.returncode == 0, (line, done.stdout[-2000:], done.stderr[-2000:])
    return done


def settle(project: Project, section: str) -> None:
    """Edit the two files as the page says."""
    [draft] = (project.root / "data/questionnaires").glob("*.yaml")
    assert draft.relative_to(project.root).as_posix() in PAGE
    text = draft.read_text("utf-8")
    assert open_decisions(text) == 1
    assert "The example has one open decision:" in " ".join(PAGE.split())
    draft.write_text(text.replace("draft: true\n", ""), "utf-8")
    config = project.root / "config.yaml"
    before, waves, _ = config.read_text("utf-8").partition("waves:\n")
    assert waves
    config.write_text(before + section, "utf-8")


def test_every_line_of_the_page_does_what_it_says(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "program")
    assert project.call("sh", "-c", STAMP).returncode == 0
    said: dict[str, str] = {}
    for language, block in BLOCKS:
        if language == "yaml":
            settle(project, block)
            continue
        if language == "console":
            # What is shown of a forgery: the audit fails, and its words are those of the page.
            command, *lines = block.removeprefix("$ ").rstrip("\n").split("\n")
            done = project.call("bash", "-c", command)
            assert done.returncode == 3 and pattern(lines).fullmatch(done.stdout), done.stdout
            said[command] = done.stdout
            continue
        for line in block.splitlines():
            if folder := re.fullmatch(r"cd (\S+)", line):
                project = set_up_office((project.root / folder[1]).resolve())
                said[line] = ""
            else:
                said[line] = type_line(project, line).stdout
            if line == "make":
                # Each result that the page names.
                named = set(re.findall(r"`(results/[^`]+)`", PAGE))
                assert len(named) == 2
                assert {p for p in named if not (project.root / p).is_file()} == set()
                assert said[line].endswith("Open: results/site/index.html\n")
    assert next(iter(said)) == "make setup" and len(said) == 12
    assert project.root == tmp_path / "office"
    report = project.read("results/waves/invented-answers/report/en/report-simulated.html")
    assert "240" in report
    status = said[".venv/bin/readiness status"]
    assert "Next:  readiness freeze invented-answers-r1 --wave invented-answers" in status
    assert "VALID" in said[".venv/bin/readiness audit"]
    # Nothing of the program but its wheel is in the office's git: 25 files and 400 lines at most,
    # without lock, wheel and what the wave brings.
    assert project.call("git", "add", "-A").returncode == 0
    files = project.call("git", "ls-files").stdout.split()
    apart = re.compile(r"requirements\.lock|.*\.whl|data/(raw|questionnaires)/|publications/")
    own = [name for name in files if not apart.match(name)]
    assert len(own) <= 25 and sum(project.read(name).count("\n") for name in own) <= 400
    assert {name.split("/")[1] for name in files if name.startswith("publications/")} == {
        *("index.json", "invented-answers-r1")
    }
    tested = project.call("make", "test")
    assert tested.returncode == 0, tested.stdout[-2000:]
    assert "4 passed" in tested.stdout and "good condition" in tested.stderr + tested.stdout


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_tutorial_types_the_same_in_every_language(language: str) -> None:
    page = (ROOT / f"docs/first-use.{language}.md").read_text("utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.M | re.S)
    typed, shown = (
        [
            line.removeprefix("$ ").replace(f" --language {language}", "")
            for kind, block in these
            for line in block.splitlines()
            if kind == "" or line.startswith("$ ")
        ]
        for these in (blocks, BLOCKS)
    )
    assert typed == shown
    assert [b for kind, b in blocks if kind == "yaml"] == [b for k, b in BLOCKS if k == "yaml"]


def test_the_sample_is_what_its_script_invents() -> None:
    made = runpy.run_path(str(SAMPLE / "make_sample.py"))["make_sample"]()
    assert made.encode() == (SAMPLE / "invented-answers.csv").read_bytes()
    assert made.count("\n") == 241
    assert "Nobody gave the 240 answers" in (SAMPLE / "README.md").read_text("utf-8")
    for page in ("first-use", "adding-a-survey"):
        text = (ROOT / f"docs/{page}.md").read_text("utf-8")
        assert "--from examples/first-use/invented-answers.csv" in text and "invented" in text
