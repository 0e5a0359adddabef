"""Sealing a run: what is refused, what supersedes, and that a refactoring forces nothing."""

import csv
import io
import os
import re
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from pytest import CaptureFixture
from released_tree import copy_released
from resealing import pack_quickly, seal_again, seal_over

from project_copy import ROOT, Project, message
from readiness.cli import main
from readiness.commands.freeze import LOCK
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.locks import lock
from readiness.language import text
from readiness.program.layout import version
from readiness.publications.chain import read_chain, stale, step_folders
from readiness.publications.erratum import count_reasons, erratum_table
from readiness.publications.log import read_log, withdraw
from readiness.publications.program import ARCHIVE, OF_THIS, assemble, present_program, read_archive
from readiness.publications.seal import SEAL, read_seal, sha256
from readiness.publications.superseding import find_superseded
from readiness.register.display import show_row
from readiness.register.figures import read_register
from readiness.register.published import round_register
from releases import SECOND, released_figures
from tiny_project import ERRATUM

SAID = text("report.rendering.draft", "en").partition(": ")[2]
WAVE = "results/waves/canteen-2025"
MORE = ("--wave", "canteen-2025")


def freeze(project: Project, identity: str, *more: str) -> tuple[int, str]:
    result = project.here("freeze", identity, "--cores", "2", *more)
    return result.returncode, message(result)


def test_another_project_is_not_sealed_with_words_of_this_one(tmp_path: Path) -> None:
    """An installed program carries the citation and the reports of its own."""

    def sealed() -> set[str]:
        return {name for name in assemble(tmp_path, "", "", {}, ()) if OF_THIS.match(name)}

    assert sealed() == set()
    (tmp_path / "CITATION.cff").write_text("title: another", "utf-8")
    assert sealed() == {"CITATION.cff"}


def test_a_release_that_supersedes_another(published: Project) -> None:
    released = published.root / "publications/canteen-r2"
    sealed, before = read_seal(released), read_seal(released.with_name("canteen-r1"))
    assert sealed["supersedes"] == {"id": "canteen-r1", "digest": before["digest"]}
    assert (sealed["run"], sealed["status"]) == ("waves/canteen-2025", "released")
    assert set(sealed["program"]) == set(present_program(ROOT, own=True))
    assert sealed["version"] == version()
    # What moved is named, and nothing else.
    rows = (released / "erratum.csv").read_text("utf-8").splitlines()
    moved = {row["id"]: row for row in csv.DictReader(rows)}
    assert {name.partition(".")[0] for name in moved} == {"minutes"}
    assert moved["minutes.mean.all"]["was"] != moved["minutes.mean.all"]["is"]
    assert {row["why"] for row in moved.values()} == {ERRATUM}
    assert no_more_digits(published, "canteen-r2") > 50
    said = published.here("audit", "canteen-r1", "--level", "0").stdout
    assert f"superseded by canteen-r2: {ERRATUM}" in said
    assert "Erratum" in (released / "README.md").read_text("utf-8")
    assert read_log(published.root).latest["canteen-r1"].superseded_by == "canteen-r2"
    append_stranger(published, "menus-r1")


def test_a_draft_says_on_each_of_its_pages_that_it_is_one(released: Project) -> None:
    for name, word in (
        ("README.md", "This is a draft"),
        ("CITATION.cff", "DRAFT: "),
        ("codecheck.yml", "DRAFT: "),
        ("report/en/report.html", SAID),
    ):
        assert word in released.read(f"publications/menus-r2/{name}")
    said = released.here("audit", "menus-r2", "menus-r1", "--level", "1").stdout
    assert "menus-r2 (draft): VALID" in said
    assert "the draft menus-r2 is to supersede it" in said
    assert "menus-r2" not in read_log(released.root).latest


def no_more_digits(project: Project, identity: str) -> int:
    """No sealed file holds a weighted value with more digits than it is shown with; how many
    values were looked for.
    """
    working = read_register(project.root / WAVE / "register/figures.csv")
    ledger = read_register(project.root / "publications" / identity / "figures.csv")
    assert set(working["precision"]) == {"working"} and set(ledger["precision"]) == {"published"}
    columns = ("value", "se", "lower", "upper", "n_eff", "deff")
    long = {
        cell[:10]
        for column in columns
        for cell in working[column]
        if re.fullmatch(r"-?0?\d*\.\d{8,}", cell)
    }
    assert not any(cell in long for column in columns for cell in ledger[column].str[:10])
    for path in sorted((project.root / "publications" / identity).rglob("*")):
        if path.is_file() and path.suffix not in (".xz", ".pdf"):
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
    """A change of the program in the archive, sealed again: the seal contradicts itself."""
    folder = project.root / "publications" / identity
    name = "workflow/rules/common.smk"
    members = read_archive(folder / ARCHIVE)
    (folder / ARCHIVE).write_bytes(pack_quickly({**members, name: members[name] + b"\n"}))
    seal_again(folder)
    result = project.readiness("audit", identity, "--level", "2")
    assert result.returncode == 3 and "(program)" in result.stdout, result.stdout


def test_a_draft_is_frozen_again_and_released_for_good(published: Project) -> None:
    project, folder = published, published.root / "publications/menus-r2"
    assert freeze(project, "menus-r3") == (
        2,
        "readiness freeze: publications/menus-r3: no draft has this name. Say what to publish: "
        "--wave NAME or --study NAME.",
    )
    # From its own configuration, with what was said of it; no draft is in the log.
    strays = ("workflow/sitecustomize.py", "argparse.py", "workflow/any.pth")
    for name in strays:
        (project.root / name).write_text("", "utf-8")
    code, told = freeze(project, "menus-r2")
    assert code == 3 and "could be loaded as code" in told
    for name in strays:
        (project.root / name).unlink()
    result = project.readiness("freeze", "menus-r2", "--release", "--cores", "2")
    assert result.returncode == 0, result.stderr
    sealed = read_seal(folder)
    assert (sealed["status"], sealed["supersedes"]["id"]) == ("released", "menus-r1")
    for name in ("report/en/report.html", "README.md", "CITATION.cff", "config.yaml"):
        text = (folder / name).read_text("utf-8")
        assert SAID not in text and "raft" not in text, name
    assert read_log(project.root).latest["menus-r1"].superseded_by == "menus-r2"
    code, told = freeze(project, "menus-r2", "--study", "menus-2023")
    assert code == 2 and "is released and cannot be changed" in told
    result = project.here("audit", "--level", "0")
    assert result.returncode == 0, result.stdout
    # A released one cannot become a draft again either: the log knows it.
    (folder / SEAL).write_bytes(seal_over(folder, lambda facts: facts.update(status="draft")))
    assert freeze(project, "menus-r2")[0] == 2
    assert project.here("audit", "menus-r2", "--level", "0").returncode == 3


def test_an_erratum_names_every_number_that_moved_and_no_other() -> None:
    before = released_figures(SECOND)
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
    after.loc[shares[5], "se"] = "0.0999999999"
    gone = after.loc[shares[7], "id"]
    after = after.drop(index=shares[7])
    added = after.loc[[shares[9]]].assign(id="a.new.number")
    after = pd.concat([after, added])
    with pytest.raises(ConfigError, match=r"has changed\. Say why"):
        erratum_table(before, after, "", {})
    first, second = before.loc[shares[3], "id"], before.loc[shares[5], "id"]
    text = erratum_table(before, after, "coded twice", {second: "a wrong formula"})
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["id"]: row["why"] for row in rows} == {
        first: "coded twice",
        second: "a wrong formula",
        gone: "coded twice",
    }
    by_id = {row["id"]: row for row in rows}
    assert by_id[first]["was"] == show_row(before.loc[shares[3]], "en")
    assert by_id[first]["is"] == show_row(after.loc[shares[3]], "en")
    assert by_id[gone]["is"] == ""
    # What is released of the new values has no more digits than is shown.
    assert len(by_id[second]["is"]) <= 6
    with pytest.raises(ConfigError, match="no changed number has this name"):
        erratum_table(before, after, "coded twice", {"weighting": "x"})


def test_an_erratum_has_a_reason_for_each_kind_of_change() -> None:
    before = round_register(released_figures(SECOND))
    after = before.copy()
    shares = before.index[(before["kind"] == "estimate") & (before["suppressed"] == "")]
    fewer = [at for at in shares if float(before.loc[at, "value"]) * 100 % 1 > 0.1]
    changes = dict(zip(["moved", "withheld", "gone", "beside", "shown"], shares[1:6], strict=True))
    changes["rounded"] = next(at for at in fewer if at not in changes.values())
    limits = before.index[before["id"].str.endswith(".upper") & (before["value"] != "")]
    changes["limit"] = limits[0]
    for kind in ("moved", "limit"):
        value = float(before.loc[changes[kind], "value"]) + 0.03
        after.loc[changes[kind], "value"] = format(value, ".12g")
    after.loc[changes["rounded"], "digits"] = "0"
    after.loc[changes["withheld"], ["value", "suppressed"]] = ["", "few answers"]
    before.loc[changes["shown"], ["value", "suppressed"]] = ["", "few answers"]
    after.loc[changes["beside"], "se"] = "0.0999999999"
    after = after.drop(index=changes["gone"])
    reasons = {f"kind:{kind}": f"a reason for {kind}" for kind in changes}
    table = erratum_table(before, after, "", reasons)
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(table))}
    ids = {before.loc[at, "id"]: kind for kind, at in changes.items()}
    assert {name: row["why"] for name, row in rows.items()} == {
        name: f"a reason for {kind}" for name, kind in ids.items()
    }
    assert count_reasons(table) == sorted((reason, 1) for reason in reasons.values())
    with pytest.raises(ConfigError, match="kinds: gone, withheld"):
        erratum_table(before, after, "x", {"kind:other": "y"})


def test_refused_when_the_remote_lacks_the_data_or_there_is_nothing_to_correct(
    project: Project,
) -> None:
    code, said = freeze(project, "r3", *MORE, "--erratum", "wrong")
    assert code == 2 and "--supersedes" in said
    code, said = freeze(project, "r3", *MORE, "--supersedes", "nothing")
    assert code == 2 and "no publication has this id" in said
    shutil.rmtree(project.root / "data/store/files")
    code, said = freeze(project, "r3", *MORE)
    assert code == 3 and "canteen-2025@1" in said


def test_refused_when_a_result_was_edited(project: Project) -> None:
    """A run makes edited results again by itself; what it cannot see, the freeze sees."""
    folders = step_folders(
        project.root / "results", "waves/canteen-2025", ["canteen-2025@1", "canteen-2025-sample@1"]
    )
    margins = project.root / "data/margins/canteen-1.csv"
    chain = read_chain(folders)
    assert list(stale(project.root / "results", folders, chain, {"margins": margins})) == []
    path = project.root / WAVE / "estimate/estimates.csv"
    path.write_text(path.read_text("utf-8").replace("0.4", "0.6", 1), "utf-8")
    margins.write_text(margins.read_text("utf-8") + "\n", "utf-8")
    faults = list(stale(project.root / "results", folders, chain, {"margins": margins}))
    assert [fault for fault in faults if "estimates.csv: changed after it was made" in fault]
    assert [fault for fault in faults if "made from another" in fault]


def test_a_release_shows_no_number_of_an_own_cell(published: Project) -> None:
    """A draft may, and its page says so; what is final shows numbers of the register alone."""
    document = published.root / "report.qmd"
    own = document.read_text("utf-8")
    document.write_text(f"{own}\n```{{python}}\nprint(40 + 1)\n```\n", "utf-8")
    code, said = freeze(published, "menus-r3", "--study", "menus-2023", "--release")
    assert code == 2, said
    assert "results/studies/menus-2023/report/en/report.html: a code cell of report.qmd" in said
    assert not (published.root / "publications/menus-r3").exists()


def test_what_no_publication_can_be_called_or_say(capsys: CaptureFixture[str]) -> None:
    for identity, more, said in (
        ("../r3", (), "not a valid id"),
        ("", (), "not a valid id"),
        ("a b", (), "not a valid id"),
        ("a/../../b", (), "not a valid id"),
        ("a\x1b[31m", (), "not a valid id"),
        ("منشور", (), "not a valid id"),
        ("a" * 300, (), "'aaaaaaaaaaaaaaaaaaaa'...: not a valid id"),
        ("r3", ("--reviewer", " "), "--reviewer ' '"),
        ("r3", ("--reviewer", "one\ntwo"), "one line of text"),
        ("r3", ("--supersedes", ""), "--supersedes ''"),
        ("r3", ("--cores", "0"), "--cores 0"),
    ):
        assert main(["freeze", identity, *MORE, *more]) == 2, identity
        err = capsys.readouterr().err
        assert said in err and err.count("\n") == 1 and "\x1b" not in err


def test_a_publication_has_one_successor_and_never_itself(tmp_path: Path) -> None:
    copy_released(tmp_path)
    digest = read_seal(tmp_path / "publications/canteen-r2")["digest"]
    assert find_superseded(tmp_path, "r3", "canteen-r2") == {"id": "canteen-r2", "digest": digest}
    # What is sealed again goes on superseding what it has superseded.
    assert find_superseded(tmp_path, "canteen-r2", "canteen-r1")
    assert find_superseded(tmp_path, "r3", "") is None
    for identity, before, said in (
        ("r3", "nothing", "no publication has this id"),
        ("r3", "../publications/menus-r1", "no publication has this id"),
        ("r3", ".", "no publication has this id"),
        ("r3", "canteen-r1", "canteen-r2 already supersedes it"),
        ("menus-r1", "menus-r1", "would supersede itself"),
        ("canteen-r1", "canteen-r2", "would supersede itself"),
    ):
        with pytest.raises(ConfigError, match=said):
            find_superseded(tmp_path, identity, before)
    # Of one that was withdrawn and is not here, the log knows the seal.
    withdraw(tmp_path, "canteen-r2", "of another office")
    assert find_superseded(tmp_path, "r3", "canteen-r2")
    seal = sha256((tmp_path / "publications/canteen-r2" / SEAL).read_bytes())
    shutil.rmtree(tmp_path / "publications/canteen-r2")
    with pytest.raises(ConfigError, match=r"Say what is corrected with --erratum TEXT"):
        find_superseded(tmp_path, "r3", "canteen-r2")
    found = find_superseded(tmp_path, "r3", "canteen-r2", erratum="all of it")
    assert found == {"id": "canteen-r2", "seal": seal}
    (tmp_path / "publications/menus-r1/README.md").write_text("other", "utf-8")
    with pytest.raises(DataError, match=r"menus-r1: SEAL BROKEN README.md: changed\. Only a valid"):
        find_superseded(tmp_path, "r3", "menus-r1")


def test_a_draft_supersedes_a_draft_and_what_is_released_a_released_one(released: Project) -> None:
    found = find_superseded(released.root, "menus-r3", "menus-r2")
    assert found is not None and found["id"] == "menus-r2"
    with pytest.raises(ConfigError, match=r"is a draft\. Release it first"):
        find_superseded(released.root, "menus-r3", "menus-r2", status="released")


def test_one_freeze_at_a_time(fresh: Project) -> None:
    """Two would write into one scratch folder, and each would blame the results."""
    held = lock(fresh.root / LOCK)
    code, said = freeze(fresh, "r3", *MORE)
    os.close(held)
    assert code == 6 and "another freeze is at work" in said
    assert not (fresh.root / "publications/.new").exists()
