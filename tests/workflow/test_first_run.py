"""The whole chain on a fresh copy, and the same chain on another machine, as far as one can be."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from project_copy import ROOT, Project, copied_files

PUBLICATIONS = ("haca-2024", "simulated-2026-r1", "simulated-2026-r2")


def results(project: Project) -> dict[str, bytes]:
    """Every result by its path, without logs and times."""
    folder = project.root / "results"
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.relative_to(folder).parts[0] not in ("logs", "benchmarks")
        and not path.name.startswith(".")
    }


def test_the_first_run_makes_the_reports(finished: Project) -> None:
    for name in (
        "studies/haca-2024/report/fr/report",
        "waves/simulated-2026/report/ar/report-simulated",
    ):
        page, paper = (finished.root / f"results/{name}.{kind}" for kind in ("html", "pdf"))
        assert "</html>" in page.read_text("utf-8")
        assert paper.read_bytes().startswith(b"%PDF-")


def test_every_published_number_comes_out_again(finished: Project) -> None:
    folders = [p.name for p in (finished.root / "publications").iterdir() if p.is_dir()]
    assert sorted(folders) == sorted(PUBLICATIONS)
    for publication in PUBLICATIONS:
        verdicts = finished.root / f"results/publications/{publication}/reproduce/verdicts.csv"
        with verdicts.open(encoding="utf-8", newline="") as file:
            rows = [r for r in csv.DictReader(file) if r["verdict"] != "ADDED SINCE"]
        with (ROOT / f"publications/{publication}/figures.csv").open(encoding="utf-8") as file:
            assert len(rows) == len(list(csv.DictReader(file)))
        assert {row["verdict"] for row in rows} <= {"REPRODUCED", "WITHIN ROUNDING", "JUDGED"}
        # What others published without data is judged and never called reproduced.
        judged = {row["verdict"] for row in rows if row["kind"] == "claim"}
        assert judged == ({"JUDGED"} if publication == "haca-2024" else set())


def test_a_second_run_has_nothing_to_do_and_says_how_things_stand(project: Project) -> None:
    before = {path: path.stat().st_mtime_ns for path in (project.root / "results").rglob("*.csv")}
    result = project.run()
    assert result.returncode == 0, result.stderr
    assert "Nothing to be done" in result.stderr
    for publication in PUBLICATIONS:
        line = next(line for line in result.stdout.splitlines() if f" {publication} " in line)
        numbers = re.findall(r"[│|]\s+([\d,]+)(?= )", line)
        assert len(numbers) == 3 and numbers[1] == "0"
    assert before == {p: p.stat().st_mtime_ns for p in (project.root / "results").rglob("*.csv")}


def test_a_run_writes_nothing_below_data_or_publications(finished: Project) -> None:
    for name in ("data", "publications"):
        made = {
            path.relative_to(finished.root)
            for path in (finished.root / name).rglob("*")
            if path.is_file()
        }
        assert made == {path for path in copied_files() if path.parts[0] == name}


def test_the_same_bytes_in_another_folder_locale_and_zone_and_on_one_core(
    finished: Project, abroad: Project
) -> None:
    here, there = results(finished), results(abroad)
    assert list(here) == list(there)
    assert sum(name.endswith("lineage.json") for name in here) > 20
    assert sum(name.endswith("register/figures.csv") for name in here) == 5
    assert [name for name in here if here[name] != there[name]] == []


def test_a_zip_of_the_tree_runs_without_git_and_without_home(abroad: Project) -> None:
    assert not (abroad.root / ".git").exists()
    assert (abroad.root / "results/gate.txt").is_file()
    result = abroad.run()
    assert result.returncode == 0, result.stderr
    assert "Nothing to be done" in result.stderr


def test_no_result_names_this_machine(finished: Project) -> None:
    for name, content in results(finished).items():
        for place in (finished.root, ROOT, Path.home() / ""):
            assert f"{place}/".encode() not in content, f"{name} names {place}"
