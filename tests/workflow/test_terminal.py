"""What a run says: how far it is, its last lines, and where it wrote what was asked for."""

import csv
import json
import re
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from pytest import CaptureFixture, MonkeyPatch

from project_copy import Project
from readiness.cli import main
from readiness.commands.closing import closing_text, list_costs
from readiness.ground.errors import DataError
from readiness.plan import load_plan
from readiness.provenance.records import read_lineage
from readiness.running import snakemake_log
from readiness.running.aside import ASIDE, SITE_ASIDE, keeping_pages, keeping_site
from readiness.running.repair import NOTES, rests_on_results
from readiness.running.snakemake_log import show_progress

WAVE = Path("results/waves/canteen-2025")


def test_a_run_ends_with_what_was_kept_and_what_to_open(
    project: Project, monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.root)
    lines = closing_text(load_plan(project.root)).splitlines()
    assert len(lines) <= 5 and max(map(len, lines)) < 200
    with (project.root / WAVE / "validate/reconciliation.csv").open(encoding="utf-8") as file:
        rows = {row["part"]: int(row["n"]) for row in csv.DictReader(file) if not row["item"]}
    dropped = rows["rows"] - rows["header"] - rows.get("empty_row", 0) - rows["kept"]
    kept = f"canteen-2025: {rows['kept']} of {rows['kept'] + dropped} submissions kept"
    assert lines[0].startswith(f"{kept}, {dropped} dropped (" if dropped else kept)
    assert "questions are in the report" in lines[1]
    assert lines[-2] == f"Faults in the answers: {WAVE}/faults/faults-en.html"
    assert lines[-1] == "Open: results/site/index.html"
    for line in lines[-2:]:
        assert (project.root / line.split(": ")[1]).is_file()
    # A run with nothing to do ends in the same lines.
    result = project.run()
    assert result.stdout.splitlines() == lines


def test_questions_that_the_report_leaves_out_are_named(project: Project) -> None:
    questions = project.read("data/questionnaires/canteen-1.yaml").partition("\nitems:\n")[2]
    asked = re.findall(r"^  - id: (\w+)", questions, re.M)
    assert len(asked) >= 3
    named = "    questionnaire: canteen-1"
    project.replace("config.yaml", named, f"{named}\n    show: [meal]")
    (line,) = [s for s in closing_text(load_plan(project.root)).splitlines() if "questions" in s]
    others = [name for name in asked if name != "meal"]
    assert line == (
        f"canteen-2025: 1 of {len(asked)} questions are in the report; "
        f"{len(others)} not listed in show of config.yaml ({', '.join(others)})"
    )


def test_what_protection_costs_is_said(project: Project) -> None:
    path = project.root / WAVE / "register/disclosure.json"
    merger = {"variable": "Site", "small": [["Hill", 4]], "joined": ["Hill + Harbour"]}
    found = json.loads(path.read_text("utf-8"))
    found |= {"hidden": ["wishes"], "mergers": [{**merger, "back": 1, "withheld": 7}]}
    path.write_text(json.dumps(found), "utf-8")
    plan = load_plan(project.root)
    (line,) = [line for line in closing_text(plan).splitlines() if "questions" in line]
    assert line == (
        "canteen-2025: 2 of 3 questions are in the report; "
        "1 not shown, to protect respondents (wishes)"
    )
    (cost,) = list_costs(plan)
    assert cost.startswith("canteen-2025: Site: too few people") and "1 of the 7" in cost


def test_without_a_terminal_a_run_says_each_minute_how_far_it_is(
    monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    now = [1000.0]
    monkeypatch.setattr(snakemake_log, "monotonic", lambda: now[0])
    with show_progress("freeze") as hear:
        hear("job  count\ntotal      12\n")
        now[0] += 30
        hear("2 of 12 steps (17%) done\n")
        assert capsys.readouterr().err == ""
        now[0] += 30
        hear("")
        now[0] += 59
        hear("3 of 12 steps (25%) done\n")
        now[0] += 1
        hear("")
    assert capsys.readouterr().err.splitlines() == [
        "readiness freeze: 2 of 12 steps done after 1 min, about 5 min left",
        "readiness freeze: 3 of 12 steps done after 2 min, about 6 min left",
    ]


def test_pages_made_for_a_publication_leave_those_of_the_run(tmp_path: Path) -> None:
    """Files and Snakemake's notes on them are those of before, also when rendering fails."""
    page = WAVE / "report/en/report.html"
    note = NOTES / "cmVzdWx0cy93YXZlcy9jYW50ZWVuLTIwMjUvcmVwb3J0L2VuL3JlcG9ydC5odG1s"
    other = NOTES / "cmVzdWx0cy9nYXRlLnR4dA=="
    for path, content in ((page, "today"), (note, "{}"), (other, "{}")):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, "utf-8")
    missing = WAVE / "report/fr"
    with pytest.raises(ValueError), keeping_pages(tmp_path, [page.parent, missing]):
        for path, content in ((page, "draft"), (note, "[1]"), (other, "[2]")):
            (tmp_path / path).write_text(content, "utf-8")
        (tmp_path / page.with_suffix(".pdf")).write_text("new", "utf-8")
        raise ValueError
    assert (tmp_path / page).read_text("utf-8") == "today"
    assert (tmp_path / note).read_text("utf-8") == "{}"
    assert (tmp_path / other).read_text("utf-8") == "[2]"
    assert not (tmp_path / page.with_suffix(".pdf")).exists()
    assert not (tmp_path / missing).exists() and not (tmp_path / ASIDE).exists()


def test_the_site_outlives_what_a_freeze_computes(tmp_path: Path) -> None:
    """Also a freeze that ends with an error, or was killed; a site built meanwhile stays."""
    index = tmp_path / "results/site/index.html"
    index.parent.mkdir(parents=True)
    index.write_text("of the last run", "utf-8")
    with suppress(DataError), keeping_site(tmp_path):
        assert not index.exists()
        raise DataError("refused")
    assert index.read_text("utf-8") == "of the last run"
    index.parent.rename(tmp_path / SITE_ASIDE)
    with keeping_site(tmp_path):
        index.parent.mkdir()
        index.write_text("built meanwhile", "utf-8")
    assert index.read_text("utf-8") == "built meanwhile"
    assert not (tmp_path / SITE_ASIDE).exists()
    shutil.rmtree(index.parent)
    with keeping_site(tmp_path):
        pass
    assert not index.parent.exists()


def test_a_freeze_speaks_like_a_run_and_leaves_nothing_to_render(project: Project) -> None:
    """What Snakemake says stays in its log; the run's own pages are not made again."""
    page = project.root / WAVE / "report/en"
    before = {path.name: path.stat().st_mtime_ns for path in page.iterdir()}
    result = project.here("freeze", "canteen-r9", "--wave", "canteen-2025", "--cores", "2")
    assert result.returncode == 0, result.stderr
    said = result.stdout.splitlines()
    assert said[0] == "Rendering the report (en), then proving it."
    assert said[-1].startswith("publications/canteen-r9: ") and len(said) < 8
    assert "Building DAG" not in result.stdout + result.stderr
    assert {path.name: path.stat().st_mtime_ns for path in page.iterdir()} == before
    again = project.here("run", "--", "-n", f"{WAVE}/report/en/report-simulated.html")
    assert "Nothing to be done" in again.stdout


def test_pages_of_earlier_numbers_make_way_for_those_of_the_publication(project: Project) -> None:
    """Pages show other numbers than a register that was made again: they do not come back."""
    folder = WAVE / "report/en"
    assert rests_on_results(project.root, folder)
    record = project.root / WAVE / "register/lineage.json"
    made_again = replace(read_lineage(record), code="0" * 64)
    record.write_text(made_again.as_json(), "utf-8")
    assert not rests_on_results(project.root, folder)
    page = project.root / folder / "report-simulated.html"
    with keeping_pages(project.root, [folder]):
        page.write_text("of the publication", "utf-8")
    assert page.read_text("utf-8") == "of the publication"


def test_a_freeze_that_is_refused_has_rendered_nothing(project: Project) -> None:
    done = project.here("freeze", "canteen-r9", "--wave", "canteen-2025", "--cores", "2")
    assert done.returncode == 0
    project.here("freeze", "canteen-r9", "--release", "--cores", "2")
    folder = project.root / "publications/canteen-r9"
    assert folder.is_dir()
    project.replace("config.yaml", "level: 0.95", "level: 0.9")
    log = project.root / "results/logs/snakemake.log"
    refused = project.here(
        "freeze", "canteen-r10", "--wave", "canteen-2025", "--supersedes", "canteen-r9"
    )
    assert refused.returncode == 2 and "--erratum" in refused.stderr
    assert "report" not in log.read_text("utf-8")


def test_documents_for_word_are_named(project: Project) -> None:
    result = project.here("run", "--cores", "2", "--", "docx")
    assert result.returncode == 0, result.stderr
    label, _, names = result.stdout.strip().rpartition("Word documents: ")
    assert not label and all((project.root / name).is_file() for name in names.split())
    assert all(name.endswith(".docx") for name in names.split()) and names


def test_json_wherever_something_is_listed(project: Project, capsys: CaptureFixture[str]) -> None:
    for words in (("data", "list"), ("data", "verify")):
        result = project.here(*words, "--json")
        assert result.returncode == 0
        rows = json.loads(result.stdout)
        assert len(rows) >= 3 and all(isinstance(row, dict) for row in rows)
    assert main(["data", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["sha256"]
