"""The log of publications: nothing is missing, nothing was added, nothing went back."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from pytest import CaptureFixture, MonkeyPatch
from released_tree import DRAFT, FIRST, SECOND, STUDY, copy_released
from resealing import seal_over

from readiness.cli import main
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.facts import Fact
from readiness.publications.freeze import refuse_released
from readiness.publications.log import (
    LOG,
    Log,
    check_listed,
    listed_ids,
    open_log,
    read_log,
    with_publication,
    withdraw,
)
from readiness.publications.seal import SEAL


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: MonkeyPatch) -> Path:
    """The publications that ship, in a folder that a test may change; the commands run there."""
    copy_released(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def audited(capsys: CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["audit", "--level", "0", *words])
    return code, capsys.readouterr().out


def sealed_as(folder: Path, **facts: object) -> None:
    """The publication in `folder` sealed again, with other facts."""
    other = {"id": folder.name, **facts}
    (folder / SEAL).write_bytes(seal_over(folder, lambda stated: stated.update(other)))


def new(tree: Path, identity: str, log: str, status: str = "released") -> Path:
    """A publication of format 2."""
    folder = tree / "publications" / identity
    shutil.copytree(tree / "publications" / STUDY, folder)
    sealed_as(folder, status=status, log=log, program={})
    return folder


def test_what_ships_is_listed_in_the_order_of_succession(tree: Path) -> None:
    log = read_log(tree)
    assert [e.id for e in log.entries] == [STUDY, FIRST, SECOND, FIRST]
    assert log.latest[FIRST].superseded_by == SECOND
    assert all(check_listed(tree, name, log) == [] for name in listed_ids(tree))


@pytest.mark.parametrize("names", [(), ("seal.json", "config.yaml", "values.csv")])
def test_a_publication_that_is_gone_or_lost_its_seal(
    tree: Path, capsys: CaptureFixture[str], names: tuple[str, ...]
) -> None:
    """All of it, or what a folder was known by: falsified figures may be left in it."""
    folder = tree / "publications" / SECOND
    for name in names:
        (folder / name).unlink()
    if not names:
        shutil.rmtree(folder)
    for words in ((), (SECOND,)):
        code, said = audited(capsys, *words)
        assert code == (3 if names else 2), said
        assert f"{SECOND}: " in said
        assert ("not found" if names else "lists this publication, which is not here") in said
    assert main(["affected", "canteen-2025@2"]) == 3
    assert SECOND in capsys.readouterr().err


def test_an_added_publication(tree: Path, capsys: CaptureFixture[str]) -> None:
    new(tree, "menus-2025", read_log(tree).head)
    code, said = audited(capsys)
    assert code == 3 and "does not list this publication, though it is released" in said
    # A draft says of itself that it is one, and is in no log.
    shutil.rmtree(tree / "publications/menus-2025")
    new(tree, "menus-2025", read_log(tree).head, "draft")
    code, said = audited(capsys)
    assert code == 0, said


@pytest.mark.parametrize("edit", ["entry", "order", "layout", "cut", "empty", "half", "fifo"])
def test_a_log_that_was_changed(tree: Path, capsys: CaptureFixture[str], edit: str) -> None:
    record = json.loads((tree / LOG).read_text("utf-8"))
    if edit == "entry":
        record["entries"][1]["seal"] = "0" * 64
    if edit == "half":
        record["entries"][1]["id"] = "\ud800"
    if edit == "order":
        record["entries"].reverse()
    text = json.dumps(record, sort_keys=True, indent=1) + "\n"
    text = {"layout": text.replace("\n", " "), "cut": text[:300], "empty": ""}.get(edit, text)
    (tree / LOG).write_text(text, "utf-8")
    if edit == "fifo":
        (tree / LOG).unlink()
        os.mkfifo(tree / LOG)
    code, said = audited(capsys)
    assert code == (2 if edit == "fifo" else 3), said
    assert f"{LOG}: " in said
    with pytest.raises(DataError):
        open_log(tree)
    assert main(["affected", "canteen-2025@2"]) == 3


def test_a_log_that_is_missing_is_told(tree: Path, capsys: CaptureFixture[str]) -> None:
    (tree / LOG).unlink()
    for words in ((), (STUDY,)):
        code, said = audited(capsys, *words)
        assert code == 2 and "nobody can tell whether a publication is missing" in said


def test_a_second_history(tree: Path, capsys: CaptureFixture[str]) -> None:
    """The log written again without a publication: each later seal states the hash of before."""
    log = open_log(tree)
    folder = new(tree, "menus-2025", log.head)
    (tree / LOG).write_text(with_publication(folder, log).as_text(), "utf-8")
    assert audited(capsys)[0] == 0
    chain = read_log(tree)
    shutil.rmtree(tree / "publications" / SECOND)
    forged = Log()
    for entry in chain.entries:
        if SECOND not in (entry.id, entry.superseded_by):
            forged = Log((*forged.entries, replace(entry, previous=forged.head)))
    (tree / LOG).write_text(forged.as_text(), "utf-8")
    assert read_log(tree).fault is None
    code, said = audited(capsys)
    assert code == 3 and "sealed under another log" in said
    # Nor can it be taken away: what was sealed with one cannot be checked without.
    (tree / LOG).unlink()
    assert audited(capsys, "menus-2025")[0] == 2
    with pytest.raises(DataError, match="Restore it with git"):
        open_log(tree)


def test_nothing_is_listed_twice(tree: Path) -> None:
    log = open_log(tree)
    with pytest.raises(DataError, match="already lists menus-r1"):
        with_publication(tree / "publications" / STUDY, log)
    twice = Log((*log.entries, replace(log.entries[0], seal="0" * 64, previous=log.head)))
    (tree / LOG).write_text(twice.as_text(), "utf-8")
    assert read_log(tree).fault == Fact("audit.seal.rewritten")


def test_what_is_withdrawn_stays_in_the_log(tree: Path, capsys: CaptureFixture[str]) -> None:
    """Its id is never used again, and its folder may go: the commands say what became of it."""
    before = read_log(tree)
    words = ("freeze", SECOND, "--withdraw", "the export was of another office")
    assert main([*words, "--successor", "canteen-r3"]) == 0
    after = read_log(tree)
    assert after.entries[:-1] == before.entries and after.fault is None
    last = after.entries[-1]
    assert (last.id, last.seal) == (SECOND, before.latest[SECOND].seal)
    assert (last.withdrawn, last.superseded_by) == (words[-1], "canteen-r3")
    # An entry of before has the bytes that it had, and so its hash.
    assert before.as_text().partition("entries")[2][:-20] in after.as_text()
    capsys.readouterr()
    told = f"{SECOND} was withdrawn: {words[-1]}; superseded by canteen-r3"
    code, said = audited(capsys)
    assert code == 0 and told in said
    shutil.rmtree(tree / "publications" / SECOND)
    assert main(["audit", "--level", "0"]) == 0
    assert told in capsys.readouterr().err
    assert main(["audit", SECOND, "--level", "0"]) == 2
    assert main(["affected", "canteen-2025@2"]) == 0
    assert f"{told}; its numbers are not here." in capsys.readouterr().out
    assert main(["which", f"{SECOND}/meal.hot.all"]) == 2
    assert told in capsys.readouterr().err
    with pytest.raises(ConfigError, match="was withdrawn, and an id cannot be reused"):
        refuse_released(tree, SECOND)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((DRAFT, "--withdraw", "x"), "is a draft, and only a release can be withdrawn"),
        ((FIRST, "--withdraw", "x", "--successor", FIRST), "that publication is withdrawn"),
        ((FIRST, "--withdraw", "x", "--successor", "R 2"), "not an id"),
        ((FIRST, "--withdraw", " "), "expected one line of text"),
        ((FIRST, "--withdraw", "x", "--release"), "can be combined only with --successor"),
        ((FIRST, "--successor", SECOND), "--successor needs --withdraw TEXT"),
    ],
)
def test_what_cannot_be_withdrawn(
    tree: Path, capsys: CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    text = (tree / LOG).read_text("utf-8")
    assert main(["freeze", *words]) == 2
    assert said in capsys.readouterr().err
    assert (tree / LOG).read_text("utf-8") == text


def test_nothing_comes_after_a_withdrawal(tree: Path) -> None:
    withdraw(tree, STUDY, "the figures were of another year")
    log = open_log(tree)
    with pytest.raises(ConfigError, match="already been withdrawn"):
        withdraw(tree, STUDY, "again")
    for more in ({"withdrawn": ""}, {"withdrawn": "another reason"}, {"seal": "0" * 64}):
        entry = replace(log.entries[-1], previous=log.head, **more)
        (tree / LOG).write_text(Log((*log.entries, entry)).as_text(), "utf-8")
        assert read_log(tree).fault == Fact("audit.seal.rewritten")


def test_no_circle_of_successors(tree: Path, capsys: CaptureFixture[str]) -> None:
    """Each of two says that the other took its place: every hash fits, and neither is in force."""
    log = read_log(tree)
    entry = replace(log.latest[SECOND], superseded_by=FIRST, previous=log.head)
    circle = Log((*log.entries, entry))
    (tree / LOG).write_text(circle.as_text(), "utf-8")
    found = read_log(tree)
    assert found.entries == () and found.fault is not None
    assert found.fault.kind == "audit.log.circle"
    for words in ((), (FIRST,), (SECOND,)):
        code, said = audited(capsys, *words)
        assert code in (2, 3) and f"in force: {FIRST}, {SECOND}" in said, said


def test_no_withdrawal_makes_a_circle(tree: Path) -> None:
    """In favour of what it has itself succeeded."""
    with pytest.raises(ConfigError, match=f"{SECOND} is its successor"):
        withdraw(tree, SECOND, "wrong", FIRST)
    assert read_log(tree).latest[SECOND].withdrawn == ""
