"""The guide of the first use, typed line by line in a fresh folder, and its sample export."""

import re
import runpy
import subprocess
from pathlib import Path

from project_copy import ROOT, Project, add_environment, copy_project
from readiness.questionnaire.writing import open_decisions

PAGE = (ROOT / "docs/first-use.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.M | re.S)
SAMPLE = ROOT / "examples/first-use"
# The stamp by which the Makefile knows that the environment is set up, so that it asks no network.
STAMP = 'touch ".venv/.ready-$({ cat requirements.lock; pwd; } | cksum | cut -d " " -f 1)"'


def set_up(project: Project) -> None:
    """Do what the set-up does, with the environment that runs the tests."""
    add_environment(project.root)
    assert project.call("sh", "-c", STAMP).returncode == 0


def type_line(project: Project, line: str) -> subprocess.CompletedProcess[str]:
    done = project.call("bash", "-c", line)
    assert done.returncode == 0, (line, done.stdout[-2000:], done.stderr[-2000:])
    return done


def settle(project: Project, section: str) -> None:
    """Edit the two files as the page says."""
    [draft] = (project.root / "data/questionnaires").glob("*.yaml")
    assert draft.relative_to(project.root).as_posix() in PAGE
    text = draft.read_text("utf-8")
    assert open_decisions(text) == 1 and "The sample asks one:" in PAGE
    draft.write_text(text.replace("draft: true\n", ""), "utf-8")
    config = project.root / "config.yaml"
    before, waves, _ = config.read_text("utf-8").partition("waves:\n")
    assert waves
    config.write_text(before + section, "utf-8")


def test_every_line_of_the_page_does_what_it_says(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "program")
    assert project.call("sh", "-c", STAMP).returncode == 0
    typed, last = [], None
    for language, block in BLOCKS:
        if language == "yaml":
            settle(project, block)
            continue
        for line in block.splitlines():
            typed.append(line)
            if folder := re.fullmatch(r"cd (\S+)", line):
                project = Project((project.root / folder[1]).resolve())
                set_up(project)
            else:
                last = type_line(project, line)
            if line == "make":
                # Each result that the page names, but documents, which are made on request.
                named = {p for p in re.findall(r"`(results/[^`]+)`", PAGE) if "/word" not in p}
                assert len(named) == 2
                assert {p for p in named if not (project.root / p).is_file()} == set()
    assert typed[:2] == ["make setup", typed[1]] and "new ../office --from examples" in typed[1]
    assert project.root == tmp_path / "office" and len(typed) == 7
    report = project.read("results/waves/invented-answers/report/en/report-simulated.html")
    assert "240" in report
    assert last is not None and "VALID" in last.stdout
    # The project has the guide and what the guide types.
    assert (project.root / "docs/first-use.md").is_file()
    assert (project.root / SAMPLE.relative_to(ROOT) / "invented-answers.csv").is_file()


def test_the_sample_is_what_its_script_invents() -> None:
    made = runpy.run_path(str(SAMPLE / "make_sample.py"))["make_sample"]()
    assert made.encode() == (SAMPLE / "invented-answers.csv").read_bytes()
    assert made.count("\n") == 241
    assert "Nobody gave the 240 answers" in (SAMPLE / "README.md").read_text("utf-8")
    for page in ("first-use", "adding-a-survey"):
        text = (ROOT / f"docs/{page}.md").read_text("utf-8")
        assert "--from examples/first-use/invented-answers.csv" in text and "invented" in text
