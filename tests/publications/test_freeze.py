"""Sealing a run: what is refused, what supersedes, and that a refactoring forces nothing."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from project_copy import ROOT, Project, copy_project, copy_released, message
from readiness.errors import ConfigError, DataError
from readiness.language import text
from readiness.publications.archive import ARCHIVE, pack, present_program, read_archive
from readiness.publications.correcting import erratum_table
from readiness.publications.log import read_log
from readiness.publications.seal import SEAL, make_seal, read_seal
from readiness.publications.succession import superseded
from readiness.register.display import shown
from readiness.register.figures import read_register

# The renderer puts the blanks of the language around the colon.
SAID = text("rendering.draft", "fr").partition(": ")[2]
WAVE = "results/waves/simulated-2026"
REVIEWER = ("--reviewer", "A Reviewer")


def freeze(project: Project, identity: str, *more: str) -> tuple[int, str]:
    result = project.readiness(
        "freeze", identity, "--wave", "simulated-2026", "--cores", "2", *more
    )
    assert "Traceback" not in result.stderr
    return result.returncode, message(result)


@pytest.fixture(scope="module")
def reported(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A finished project with reports in one language, which is frozen in a third of the time."""
    project = finished.copy(tmp_path_factory.mktemp("reported") / "project")
    project.replace("config.yaml", "languages: [fr, ar, en]", "languages: [fr]")
    assert project.run(f"{WAVE}/report/fr/report-simulated.html").returncode == 0
    return project


@pytest.fixture
def ready(reported: Project, tmp_path: Path) -> Project:
    return reported.copy(tmp_path / "project")


def test_a_release_that_supersedes_another(ready: Project) -> None:
    ready.replace("config.yaml", "languages: [fr]", "languages: [fr, en]")
    code, said = freeze(ready, "r3", *REVIEWER, "--supersedes", "simulated-2026-r2",
                        "--erratum", "one answer was coded twice")  # fmt: skip
    assert code == 0, said
    folder = ready.root / "publications/r3"
    sealed = read_seal(folder)
    before = read_seal(ready.root / "publications/simulated-2026-r2")
    assert sealed["supersedes"] == {"id": "simulated-2026-r2", "digest": before["digest"]}
    assert (sealed["reviewer"], sealed["run"]) == ("A Reviewer", "waves/simulated-2026")
    assert (sealed["format"], sealed["status"]) == (3, "draft")
    assert sealed["log"] == read_log(ready.root).head
    assert sealed["program"] == present_program()
    # The same answers were published as r2, with 12 digits and the methods of then.
    rows = ready.read("publications/r3/erratum.csv").splitlines()
    assert rows[0] == "id,was,is,why" and len(rows) > 100
    assert any(row.startswith("preparation.contrast.") for row in rows)
    assert not any(row.startswith("quality.kept.") for row in rows)
    assert no_more_digits(ready) > 1000
    out = ready.readiness("audit", "simulated-2026-r2", "--level", "0").stdout
    assert "the draft r3 is to supersede it: one answer was coded twice" in out
    assert "Erratum" in ready.read("publications/r3/README.md")
    # It says on each of its pages that it is a draft.
    for name, word in (("README.md", "This is a draft"), ("CITATION.cff", "Draft: "),
                       ("codecheck.yml", "Draft: "),
                       ("report/fr/report-simulated.html", SAID)):  # fmt: skip
        assert word in ready.read(f"publications/r3/{name}")
    assert "r3 (draft): VALID" in ready.readiness("audit", "r3", "--level", "1").stdout
    append_stranger(ready, "r3")


def no_more_digits(project: Project) -> int:
    """No sealed file holds a weighted value with more digits than it is shown with; how many
    values were looked for."""
    working = read_register(project.root / WAVE / "register/figures.csv")
    ledger = read_register(project.root / "publications/r3/figures.csv")
    assert set(working["precision"]) == {"working"} and set(ledger["precision"]) == {"published"}
    columns = ("value", "se", "lower", "upper", "n_eff", "deff")
    long = {
        cell[:10]
        for column in columns
        for cell in working[column]
        if re.fullmatch(r"-?0?\d*\.\d{8,}", cell)
    }
    assert not any(cell in long for column in columns for cell in ledger[column].str[:10])
    for path in sorted((project.root / "publications/r3").rglob("*")):
        if path.is_file() and path.suffix not in (".tar", ".pdf", ".png"):
            text = parts_of(path) if path.suffix == ".xlsx" else path.read_text("utf-8")
            if path.name == "erratum.csv":
                # What it was stands with the digits in which it was released before.
                text = "\n".join(row["is"] for row in csv.DictReader(io.StringIO(text)))
            found = {number[:10] for number in re.findall(r"-?0?\d*\.\d{8,}", text)}
            assert not found & long, path
    return len(long)


def parts_of(workbook: Path) -> str:
    """All parts of a workbook, one after the other."""
    with zipfile.ZipFile(workbook) as archive:
        return "\n".join(archive.read(name).decode("utf-8") for name in archive.namelist())


def append_stranger(project: Project, identity: str) -> None:
    """A file in the archive that Python would load, sealed again: it is told, and not run."""
    folder = project.root / "publications" / identity
    sealed = read_seal(folder)
    files = {name: (folder / name).read_bytes() for name in sealed["files"]}
    code = {**read_archive(folder / ARCHIVE), "workflow/sitecustomize.py": b"1 / 0\n"}
    facts = {k: v for k, v in sealed.items() if k not in ("format", "files", "values", "digest")}
    for name, said in (("workflow/sitecustomize.py", "neither code nor"),
                       ("workflow/rules/common.smk", "its program")):  # fmt: skip
        files[ARCHIVE] = pack({**read_archive(folder / ARCHIVE), name: code.get(name, b"") + b"\n"})
        (folder / ARCHIVE).write_bytes(files[ARCHIVE])
        (folder / SEAL).write_text(make_seal(files, facts), "utf-8")
        result = project.readiness("audit", identity, "--level", "2", "--code", "frozen")
        assert result.returncode == 3 and said in result.stdout, result.stdout
        assert "the frozen code is not run" in result.stdout


def test_a_draft_is_frozen_again_and_released_for_good(ready: Project) -> None:
    project = ready

    def study(identity: str, *more: str) -> tuple[int, str]:
        result = project.readiness("freeze", identity, "--cores", "2", *more)
        return result.returncode, message(result)

    assert study("h2") == (
        2, "readiness freeze: publications/h2: no such draft; name a run: --wave NAME or --study "
        "NAME."
    )  # fmt: skip
    said = ("--supersedes", "haca-2024", "--erratum", "a source was misread")
    code, told = study("h2", "--study", "haca-2024", *said)
    assert code == 0, told
    folder = project.root / "publications/h2"
    assert SAID in (folder / "report/fr/report.html").read_text("utf-8")
    # From its own configuration, with what was said of it; no draft is in the log.
    for name in ("workflow/sitecustomize.py", "argparse.py", "workflow/any.pth"):
        (project.root / name).write_text("", "utf-8")
        code, told = study("h2")
        assert code == 3 and f"{name}: lies where code is loaded from" in told
        (project.root / name).unlink()
    code, told = study("h2", "--release")
    assert code == 0, told
    sealed = read_seal(folder)
    assert (sealed["status"], sealed["erratum"]) == ("released", "a source was misread")
    for name in ("report/fr/report.html", "README.md", "CITATION.cff", "config.yaml"):
        text = (folder / name).read_text("utf-8")
        assert SAID not in text and "raft" not in text, name
    latest = read_log(project.root).latest
    assert latest["haca-2024"].superseded_by == "h2" and "h2" in latest
    for more in ((), ("--study", "haca-2024"), ("--release",)):
        code, told = study("h2", *more)
        assert code == 2 and "is released and never changes" in told
    result = project.readiness("audit", "--level", "0")
    assert result.returncode == 0, result.stdout
    # A released one cannot become a draft again either: the log knows it.
    files = {name: (folder / name).read_bytes() for name in sealed["files"]}
    facts = {k: v for k, v in sealed.items() if k not in ("format", "files", "values", "digest")}
    (folder / SEAL).write_text(make_seal(files, {**facts, "status": "draft"}), "utf-8")
    assert study("h2")[0] == 2
    assert project.readiness("audit", "h2", "--level", "0").returncode == 3


def test_an_erratum_names_every_number_that_moved_and_no_other() -> None:
    before = read_register(ROOT / "publications/simulated-2026-r2/figures.csv")
    same = before.copy()
    shares = before.index[(before["kind"] == "estimate") & (before["suppressed"] == "")]
    # The last of the stored digits decides nothing.
    same.loc[shares[0], "value"] = format(
        float(before.loc[shares[0], "value"]) * (1 + 1e-11), ".12g"
    )
    assert erratum_table(before, same, "", {}) == "id,was,is,why\n"
    after = same.copy()
    row = after.loc[shares[3]]
    value = format(float(row["value"]) + 0.01, ".12g")
    after.loc[shares[3], "value"] = value
    after = after.drop(columns=[name for name in after if name.startswith("display_")])
    after.loc[shares[5], "se"] = "0.0999999999"
    gone = after.loc[shares[7], "id"]
    after = after.drop(index=shares[7])
    added = after.loc[[shares[9]]].assign(id="a.new.number")
    after = pd.concat([after, added])
    with pytest.raises(ConfigError, match="is another number now; say why"):
        erratum_table(before, after, "", {})
    first, second = before.loc[shares[3], "id"], before.loc[shares[5], "id"]
    text = erratum_table(before, after, "coded twice", {second: "a wrong formula"})
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["id"]: row["why"] for row in rows} == {
        first: "coded twice", second: "a wrong formula", gone: "coded twice"
    }  # fmt: skip
    by_id = {row["id"]: row for row in rows}
    assert by_id[first]["was"] == before.loc[shares[3], "display_en"]
    assert by_id[first]["is"] == shown(after.loc[shares[3]], "en")
    assert by_id[gone]["is"] == ""
    # What is released of the new values has no more digits than is shown.
    assert len(by_id[second]["is"]) <= 6
    with pytest.raises(ConfigError, match="no number of that name moved"):
        erratum_table(before, after, "coded twice", {"weighting": "x"})


def test_refused_when_the_id_exists(ready: Project) -> None:
    code, said = freeze(ready, "simulated-2026-r1", *REVIEWER)
    assert code == 2 and "is released and never changes" in said


def test_refused_without_a_reviewer(ready: Project) -> None:
    code, said = freeze(ready, "r3")
    assert code == 2 and "marked for review" in said and "--reviewer" in said
    assert not (ready.root / "publications/r3").exists()


def test_refused_when_the_remote_lacks_the_data(ready: Project) -> None:
    shutil.rmtree(ready.root / "data/store/files/md5/1d")
    code, said = freeze(ready, "r3", *REVIEWER)
    assert code == 3 and "simulated-2026@2" in said


def test_refused_when_a_result_was_edited(ready: Project) -> None:
    """A run makes edited results again by itself; what it cannot see, the freeze sees."""
    from readiness.publications.chain import read_chain, stale, step_folders

    folders = step_folders(
        ready.root / "results", "waves/simulated-2026",
        ["simulated-2026@2", "simulated-2026-sample@1"],
    )  # fmt: skip
    margins = ready.root / "data/margins/simulated-2026-1.csv"
    chain = read_chain(folders)
    assert list(stale(folders, chain, {"margins": margins})) == []
    path = ready.root / WAVE / "estimate/estimates.csv"
    path.write_text(path.read_text("utf-8").replace("0.5", "0.6", 1), "utf-8")
    margins.write_text(margins.read_text("utf-8") + "\n", "utf-8")
    faults = list(stale(folders, chain, {"margins": margins}))
    assert [fault for fault in faults if "estimates.csv: changed after it was made" in fault]
    assert [fault for fault in faults if "made from another" in fault]


def test_refused_when_the_report_has_a_number_of_its_own(ready: Project) -> None:
    ready.replace("reports/simulated-2026/fr/opening-after.md", "documenté", "de 4321 personnes")
    code, said = freeze(ready, "r3", *REVIEWER)
    assert code == 5 and "4321" in said


def test_an_erratum_needs_what_it_is_about(ready: Project) -> None:
    code, said = freeze(ready, "r3", "--erratum", "wrong")
    assert code == 2 and "--supersedes" in said
    code, said = freeze(ready, "r3", *REVIEWER, "--supersedes", "nothing")
    assert code == 2 and "no such publication" in said


@pytest.mark.parametrize(
    ("identity", "more", "said"),
    [
        ("../r3", (), "not an id"),
        ("", (), "not an id"),
        ("a b", (), "not an id"),
        ("منشور", (), "not an id"),
        ("a" * 300, (), "'aaaaaaaaaaaaaaaaaaaa'...: not an id"),
        ("r3", ("--reviewer", " "), "--reviewer ' '"),
        ("r3", ("--reviewer", "one\ntwo"), "one line of text"),
        ("r3", ("--supersedes", ""), "--supersedes ''"),
        ("r3", ("--cores", "0"), "--cores 0"),
    ],
)
def test_what_no_publication_can_be_called_or_say(
    identity: str, more: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from readiness.cli import main

    assert main(["freeze", identity, "--wave", "simulated-2026", *more]) == 2
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1


def test_a_publication_has_one_successor_and_never_itself(tmp_path: Path) -> None:
    copy_released(tmp_path)
    digest = read_seal(tmp_path / "publications/simulated-2026-r2")["digest"]
    assert superseded(tmp_path, "r3", "simulated-2026-r2") == {
        "id": "simulated-2026-r2", "digest": digest
    }  # fmt: skip
    # What is sealed again goes on superseding what it has superseded.
    assert superseded(tmp_path, "simulated-2026-r2", "simulated-2026-r1")
    assert superseded(tmp_path, "r3", "") is None
    for identity, before, said in (
        ("r3", "nothing", "no such publication"),
        ("r3", "../publications/haca-2024", "no such publication"),
        ("r3", ".", "no such publication"),
        ("r3", "simulated-2026-r1", "simulated-2026-r2 supersedes it already"),
        ("haca-2024", "haca-2024", "would supersede itself"),
        ("simulated-2026-r1", "simulated-2026-r2", "would supersede itself"),
    ):
        with pytest.raises(ConfigError, match=said):
            superseded(tmp_path, identity, before)
    (tmp_path / "publications/haca-2024/report.html").write_text("other", "utf-8")
    with pytest.raises(DataError, match=r"haca-2024: report.html: changed: the seal .* is broken"):
        superseded(tmp_path, "r3", "haca-2024")


def test_one_freeze_at_a_time(tmp_path: Path) -> None:
    """Two would write into one scratch folder, and each would blame the results."""
    from readiness.commands.freeze import LOCK
    from readiness.files import lock

    project = copy_project(tmp_path / "project")
    held = lock(project.root / LOCK)
    code, said = freeze(project, "r3", *REVIEWER)
    os.close(held)
    assert code == 6 and "another freeze is at work" in said
    assert not (project.root / "publications/.new").exists()


def test_a_refactoring_forces_no_new_seal(ready: Project) -> None:
    """Another name inside a step: its code hash changes, no value does, every verdict stays."""

    def audited() -> tuple[int, dict[str, Any]]:
        result = ready.readiness("audit", "haca-2024", "--level", "2", "--json")
        (record,) = json.loads(result.stdout)
        return result.returncode, record

    before = audited()[1]
    name = "workflow/readiness/steps/judge.py"
    renamed = re.sub(r"\barguments\b", "given", ready.read(name))
    assert renamed != ready.read(name)
    (ready.root / name).write_text(renamed, "utf-8")
    code, record = audited()
    assert code == 0 and record["divergence"] == before["divergence"]
    assert set(record["changes"]["code"]) == {*before["changes"]["code"], "judge"}
    assert record["counts"] == before["counts"]
    verdicts = {n["id"] for n in record["numbers"] if n["kind"] == "verdict"}
    assert verdicts
    assert {n["id"] for n in record["numbers"] if n["code"] == "CHANGED"} >= verdicts
