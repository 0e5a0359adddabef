"""Where a publication has its charts, tables and pages, and what it keeps of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness.errors import DataError
from readiness.publications.chain import step_folders
from readiness.publications.documents import (
    folder_of_step,
    kept_as,
    languages_of,
    pages_of,
    shown,
    steps_shown,
)


def publication(folder: Path, config: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.yaml").write_text(config, "utf-8")
    return folder


def test_nothing_is_kept_twice() -> None:
    languages = ("ar", "en", "fr")
    assert kept_as("charts-fr", "bases.svg", languages) == "charts/fr/bases.svg"
    assert kept_as("tables-fr", "codebook.csv", languages) == "tables/fr/codebook.csv"
    assert kept_as("register", "figures.csv", languages) == ""
    for copy in ("bases-narrow.svg", "bases.png"):
        assert kept_as("charts-fr", copy, languages) == ""
    kept = [kept_as(f"tables-{language}", "numbers.csv", languages) for language in languages]
    assert kept == ["", "tables/en/numbers.csv", ""]
    assert kept_as("tables-ar", "numbers.csv", ("ar", "fr")) == "tables/ar/numbers.csv"


def test_a_new_one_has_a_place_for_each_language(tmp_path: Path) -> None:
    folder = publication(tmp_path, "report:\n  languages: [fr, ar]\n")
    assert languages_of(folder) == ("ar", "fr")
    names = [
        f"report/{lang}/report-simulated.{kind}"
        for lang in ("ar", "fr")
        for kind in ("html", "pdf")
    ]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("a")
    assert pages_of(folder) == names
    assert set(steps_shown(languages_of(folder))) >= {
        "charts-ar",
        "charts-fr",
        "report-ar",
        "report-fr",
    }


@pytest.mark.parametrize("languages", ["[../../etc]", "[fr/..]", "5", "[[fr]]", "{a: b", "['']"])
def test_what_names_no_language_is_an_error(tmp_path: Path, languages: str) -> None:
    folder = publication(tmp_path, f"report:\n  languages: {languages}\n")
    with pytest.raises(DataError, match=r"report\.languages"):
        languages_of(folder)


def test_what_a_run_left_is_found_under_its_name(tmp_path: Path) -> None:
    run = tmp_path / "results/waves/w"
    for name in ("register", "charts/fr", "report/pt-BR", "reproduce"):
        (run / name).mkdir(parents=True)
        (run / name / "lineage.json").write_text("{}")
    (run / "charts/fr/a.svg").write_text("a")
    (run / "report/pt-BR/report.html").write_text("b")
    (run / "register/figures.csv").write_text("c")
    folders = step_folders(tmp_path / "results", "waves/w", [])
    assert {step: path.relative_to(run).as_posix() for step, path in folders.items()} == {
        step: folder_of_step(step) for step in ("register", "charts-fr", "report-pt-BR")
    }
    assert [name for name, _ in shown(folders)] == [
        "charts/fr/a.svg", "report/pt-BR/report.html",
    ]  # fmt: skip
