"""What a user can get wrong: one or two lines, the right exit code, and nothing half-written."""

import csv
import subprocess
from collections.abc import Callable

import pytest

from project_copy import Project, message
from readiness.datasets.versions import find_version
from tiny_project import RESULTS

CLAIMS = "results/inputs/menus-2023-claims/1/data.csv"
POINTER = "data/raw/menus-2023-claims/1.csv.dvc"
MARGINS = "data/margins/canteen-1.csv"


def leftovers(project: Project) -> list[str]:
    """Half-written files: everything is written under another name first."""
    return [
        str(path.relative_to(project.root))
        for name in ("data", "results", "publications")
        for path in (project.root / name).rglob("*")
        if path.name.endswith(".tmp") or path.name.startswith("tmp")
    ]


def refused(
    project: Project, result: subprocess.CompletedProcess[str], code: int, *words: str
) -> None:
    """The run ended with `code` and said why, in one or two lines that hold `words`."""
    said = message(result)
    assert result.returncode == code, said or result.stderr[-2000:]
    assert 1 <= len(said.splitlines()) <= 2, said
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in said
    assert leftovers(project) == []


@pytest.fixture(scope="module")
def unrun(tiny: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which nothing has run; a test leaves it as it was."""
    return tiny.copy(tmp_path_factory.mktemp("unrun") / "project")


# --- the configuration ----------------------------------------------------------------------------
ANSWERS = "answers: canteen-2025@1"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("adjust: holm", "adust: holm", ("compare.adust", "did you mean")),
        (ANSWERS, ANSWERS.replace("@1", "@9"), ("canteen-2025@9", "data/versions.csv")),
        ("by: site", "by: job", ("estimate.by", "'job'", "site")),
        ("items: [meal]", "items: [food]", ("compare.items", "'food'")),
        ("questionnaire: canteen-1", "questionnaire: canteen-2", ("canteen-2.yaml", "not found")),
        ('opens: "2025-03-01"', 'opens: "2025-02-31"', ("opens", "2025-02-31", "calendar")),
        ('opens: "2025-03-01"', 'opens: "2025-04-02"', ("validate", "closes on or after")),
        ("level: 0.95", "level: 95", ("estimate.level", "95", "less than 1")),
    ],
)
def test_faults_of_the_configuration_are_one_line_before_anything_runs(
    unrun: Project, old: str, new: str, words: tuple[str, ...]
) -> None:
    before = unrun.read("config.yaml")
    try:
        unrun.replace("config.yaml", old, new)
        refused(unrun, unrun.here("run"), 2, "config.yaml", *words)
        assert not (unrun.root / "results/inputs").exists()
    finally:
        (unrun.root / "config.yaml").write_text(before, "utf-8")


def test_bare_snakemake_says_the_same_line(fresh: Project) -> None:
    fresh.replace("config.yaml", "adjust: holm", "adust: holm")
    result = fresh.call(".venv/bin/python", "-m", "snakemake", "--cores", "1")
    assert result.returncode != 0
    assert "did you mean `adjust`?" in result.stderr


# --- the data -------------------------------------------------------------------------------------
def test_a_damaged_copy_is_told_where_another_one_is_right(fresh: Project) -> None:
    stored = fresh.root / "data/store" / find_version(fresh.root, "menus-2023-claims@1").object_name
    original = stored.read_bytes()
    (fresh.root / POINTER).with_suffix("").write_bytes(original)
    stored.write_bytes(original.replace(b"percent", b"percenT", 1))
    result = fresh.run(CLAIMS)
    assert result.returncode == 0
    assert "menus-2023-claims@1: data/store/files/md5/" in message(result)
    assert "Replace it with a correct copy" in message(result)
    assert (fresh.root / CLAIMS).read_bytes() == original


def test_an_export_of_another_questionnaire(project: Project) -> None:
    export = project.root / "data/store" / find_version(project.root, "canteen-2025@1").object_name
    with export.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = list(csv.reader(file))
    other = project.root / "other.csv"
    with other.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[head[0], *(f"Question {k}" for k in range(1, len(head)))]])
        csv.writer(file).writerows(rows[:40])
    added = project.here("data", "add", "other.csv", "--dataset", "canteen-2025", "--as", "3")
    assert added.returncode == 0, added.stderr
    project.replace("config.yaml", ANSWERS, ANSWERS.replace("@1", "@3"))
    answers = f"{RESULTS}/validate/answers.csv"
    refused(project, project.run(answers), 3, "validate", "canteen-1", "Question 1")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", ("empty",)), (b"a,b\n", ("no rows",)), (b"\xff\xfe\x00", ("UTF-8",))],
)
def test_a_file_that_is_no_table_is_never_added(
    unrun: Project, content: bytes, words: tuple[str, ...]
) -> None:
    (unrun.root / "export.csv").write_bytes(content)
    register = unrun.read("data/versions.csv")
    result = unrun.here("data", "add", "export.csv", "--dataset", "canteen-2025", "--as", "3")
    refused(unrun, result, 3, "export.csv", *words)
    assert unrun.read("data/versions.csv") == register
    assert not (unrun.root / "data/raw/canteen-2025/3.csv.dvc").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("nowhere.csv", "--dataset", "canteen-2025", "--as", "3"), 3, ("nowhere.csv",)),
        (("config.yaml", "--dataset", "canteen-2025", "--as", "1"), 2, ("never overwritten",)),
        (("config.yaml", "--dataset", "../elsewhere", "--as", "1"), 2, ("'../elsewhere'",)),
    ],
)
def test_a_version_is_never_overwritten_nor_put_elsewhere(
    unrun: Project, arguments: tuple[str, ...], code: int, words: tuple[str, ...]
) -> None:
    refused(unrun, unrun.here("data", "add", *arguments), code, *words)


@pytest.mark.parametrize(
    ("spoil", "code", "words"),
    [
        (lambda p: (p.root / "config.yaml").unlink(), 2, ("config.yaml", "not found")),
        (lambda p: (p.root / POINTER).unlink(), 3, ("1.csv.dvc",)),
        (lambda p: p.replace(MARGINS, "site,hill", "site,hil"), 2, ("row 3", "'hil'", "hill")),
        # A file in place of the folder: permission bits would not stop an administrator.
        (lambda p: (p.root / "results").touch(), 7, ("results", "writable")),
    ],
    ids=["no settings", "no pointer", "other margins", "no results"],
)
def test_a_project_that_cannot_run_says_why_before_anything_does(
    fresh: Project, spoil: Callable[[Project], object], code: int, words: tuple[str, ...]
) -> None:
    spoil(fresh)
    refused(fresh, fresh.here("run"), code, *words)


def test_readiness_in_a_folder_that_is_no_project(fresh: Project) -> None:
    result = fresh.call("sh", "-c", 'cd .. && "$OLDPWD/.venv/bin/readiness" run')
    refused(fresh, result, 2, "no Snakefile in this folder")


# --- the publications -----------------------------------------------------------------------------
LEDGER = "publications/menus-r1/figures.csv"


def test_an_altered_published_number_is_named_and_every_result_kept(project: Project) -> None:
    with (project.root / LEDGER).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), reader.fieldnames
    altered = ("verdict.sum.soup.sum", "verdict.bases.fruit.n_max")
    for row in rows:
        row["value"] = "41" if row["id"] in altered else row["value"]
    with (project.root / LEDGER).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns or [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    result = project.run()
    refused(project, result, 1, "menus-r1", "DIFFERS")
    for name in altered:
        assert "different: 2" in result.stdout and name in result.stdout
    assert (project.root / "results/studies/menus-2023/report/en/report.html").is_file()
    verdicts = project.read("results/publications/menus-r1/reproduce/verdicts.csv")
    assert verdicts.count("DIFFERS") == 2


def test_a_missing_ledger_is_said(project: Project) -> None:
    (project.root / LEDGER).unlink()
    refused(project, project.here("run"), 3, LEDGER, "git")
