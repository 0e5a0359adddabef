"""A publication made to hurt whoever reads it: pipes, bombs, holes, escapes, files that change.

Every attack is on a copy of a shipped publication, mostly sealed again: what the seal catches is no
attack on what reads after it.
"""

import base64
import csv
import io
import json
import lzma
import os
import re
import shutil
import signal
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml
from pytest import CaptureFixture, MonkeyPatch
from released_tree import STUDY, released_root
from resealing import seal_again, seal_over

from project_copy import PATIENCE, Project
from readiness.cli import main
from readiness.datasets.pointers import parse_pointer
from readiness.ground.errors import DataError
from readiness.ground.files import files_below, read_file, reading_once
from readiness.ground.safe_yaml import read_yaml_text
from readiness.ground.tables import rows_to_csv
from readiness.provenance.digests import hash_record, readable_json
from readiness.publications.attest import attest
from readiness.publications.bundle.contents import _refuse_unsound, gather
from readiness.publications.log import LOG, Log, read_log
from readiness.publications.outcomes import AuditFinding
from readiness.publications.presenting.page import read_subject
from readiness.publications.program import ARCHIVE, members, read_archive
from readiness.publications.seal import ATTESTATIONS, SEAL, check_seal, sha256
from readiness.publications.signing_keys import new_key, private_key
from readiness.register.disclosure_risk import read_attack


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: MonkeyPatch) -> Path:
    """A project that holds one publication and its data."""
    root = tmp_path / "tree"
    shutil.copytree(released_root() / "publications" / STUDY, root / "publications" / STUDY)
    for name in ("requirements.lock", "config.yaml", ".dvc/config"):
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(released_root() / name, root / name)
    shutil.copytree(released_root() / "data", root / "data")
    # It was released first, so the log is whole up to it.
    (root / LOG).write_text(Log(read_log(released_root()).entries[:1]).as_text(), "utf-8")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def folder(tree: Path) -> Path:
    return tree / "publications" / STUDY


Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def run(tree: Path) -> Run:
    """Runs a command in the tree, which has to end in time."""

    def hang(_number: int, _frame: object) -> None:
        raise AssertionError(f"no end after {PATIENCE} seconds")

    def command(*arguments: str) -> CompletedProcess[str]:
        before = signal.signal(signal.SIGALRM, hang)
        signal.alarm(PATIENCE)
        try:
            return Project(tree).here(*arguments)
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)

    return command


# What is no file.


def test_a_pipe_is_refused_and_never_waited_for(run: Run, folder: Path) -> None:
    os.mkfifo(folder / ATTESTATIONS)
    assert "signatures cannot be read" in run("audit", "--level", "1").stdout
    assert run("which", STUDY).returncode != 0
    (folder / ATTESTATIONS).unlink()
    for path in files_below(folder):
        if path.name != SEAL:
            path.unlink()
            os.mkfifo(path)
    result = run("audit", "--level", "0", "--html", "page.html")
    assert result.returncode == 3 and "not a regular file" in result.stdout
    assert run("bundle", STUDY).returncode == 3
    (folder / SEAL).unlink()
    os.mkfifo(folder / SEAL)
    assert run("audit", "--level", "0").returncode == 3


def test_a_device_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "zero").symlink_to("/dev/zero")
    with pytest.raises(OSError, match="not a file"):
        read_file(tmp_path / "zero")
    with pytest.raises(OSError, match="not a file"):
        read_file(tmp_path)


# What is larger than it looks, or looks larger than it is.


def test_a_file_with_a_hole_is_not_read_whole(run: Run, folder: Path) -> None:
    os.truncate(folder / "report/en/report.html", 1 << 40)
    os.truncate(folder / "config.yaml", 1 << 40)
    result = run("audit", "--level", "1", "--html", "page.html")
    assert result.returncode in (2, 3) and "larger than" in result.stdout


def test_an_object_with_a_hole_is_not_hashed_to_its_end(run: Run, tree: Path) -> None:
    objects = [path for path in (tree / "data/store").rglob("*") if path.is_file()]
    registered = tree / "data/versions.csv"
    lines = registered.read_text("utf-8").splitlines()
    cells = next(line for line in lines if line.startswith("menus-2023-claims,1,")).split(",")
    (path,) = [p for p in objects if p.parent.name + p.name == cells[2]]
    path.chmod(0o644)
    os.truncate(path, 1 << 40)
    size = cells[4]
    registered.write_text(
        "\n".join(line.replace(f",{size},", f",{1 << 40},") for line in lines) + "\n", "utf-8"
    )
    pointer = tree / "data/raw/menus-2023-claims/1.csv.dvc"
    pointer.write_text(pointer.read_text("utf-8").replace(size, str(1 << 40)), "utf-8")
    assert run("data", "verify").returncode == 3
    assert run("data", "get", "menus-2023-claims@1", "--to", "x.csv").returncode == 3
    assert run("audit", "--level", "1").returncode == 1


def _tar(members: Iterator[tarfile.TarInfo], content: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member in members:
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _sparse() -> Iterator[tarfile.TarInfo]:
    """An ordinary file to its type; its headers say that it is 1 TiB of nothing."""
    member = tarfile.TarInfo("Snakefile")
    member.pax_headers = {
        "GNU.sparse.major": "0",
        "GNU.sparse.minor": "1",
        "GNU.sparse.name": "Snakefile",
        "GNU.sparse.size": str(1 << 40),
        "GNU.sparse.map": f"{1 << 40},0",
    }
    yield member


def test_an_archive_that_fills_the_disk_is_not_unpacked(tmp_path: Path) -> None:
    """Sparse by its headers, with a hole, of countless files."""
    archive = tmp_path / ARCHIVE
    hole = tarfile.TarInfo("Snakefile")
    hole.size = 1 << 40
    countless = _tar(tarfile.TarInfo(f"d/{k}") for k in range(6_000))
    for content in (_tar(_sparse()), hole.tobuf(tarfile.PAX_FORMAT), countless):
        archive.write_bytes(lzma.compress(content))
        with pytest.raises(DataError, match="more than an archive may hold"):
            read_archive(archive)


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


def test_a_table_that_is_no_text_is_said(run: Run, folder: Path) -> None:
    for name in ("datasets.csv", "inputs.csv", "figures.csv"):
        before = (folder / name).read_bytes()
        (folder / name).write_bytes(before.replace(b"a", b"\xe9", 1))
        seal_again(folder)
        result = run("audit", STUDY, "--level", "1")
        assert result.returncode in (1, 2, 3) and name in result.stdout + result.stderr
        (folder / name).write_bytes(before)


def test_an_alias_bomb_in_a_title_costs_nothing(run: Run, tree: Path, folder: Path) -> None:
    path = folder / "config.yaml"
    head, _, rest = path.read_text("utf-8").partition("title:")
    indent = rest.splitlines()[1].partition("en:")[0]
    for title in ("*i", "[" * 5_000 + "]" * 5_000, f"{{en: {'x' * 1_000_000}}}"):
        path.write_text(f"{BOMB}{head}title: {title}\n{indent}", "utf-8")
        seal_again(folder)
        result = run("audit", "--level", "1", "--html", "page.html", "--force")
        assert (tree / "page.html").stat().st_size < 10_000_000
        assert result.returncode in (0, 1, 2, 3), result.stdout


def test_yaml_is_read_within_bounds_each_alias_written_out() -> None:
    assert read_yaml_text("a: &x [1, 2]\nb: *x\nc: {<<: {d: *x}}") == {
        "a": [1, 2],
        "b": [1, 2],
        "c": {"d": [1, 2]},
    }

    assert read_yaml_text("a: [1, {b: ب}]") == {"a": [1, {"b": "ب"}]}
    for text in (
        BOMB,
        "a: &a [*a]",
        "a: 1\na: 2",
        "[" * 100 + "]" * 100,
        "d: 2026-99-99",
        "n: " + "9" * 5_000,
        "- a\n" * 300_000,
    ):
        with pytest.raises(yaml.YAMLError):
            read_yaml_text(text)


# What no program can write down, and what is not there.


def test_half_a_character_in_a_provenance_is_a_damaged_provenance(run: Run, folder: Path) -> None:
    path = folder / "lineage/register.json"
    record = json.loads(path.read_text("utf-8"))
    for digest in (True, False):
        if not digest:
            record.pop("digest", None)
        for key in ("step", "code"):
            told = json.dumps({**record, key: "\ud800"})
            path.write_text(told, "utf-8")
            seal_again(folder)
            for arguments in (
                ("audit", "--level", "1"),
                ("which", "report/en/report.html"),
                ("bundle", STUDY),
            ):
                assert run(*arguments).returncode != 0


def test_a_seal_without_one_of_its_facts_is_none(run: Run, folder: Path) -> None:
    """Nor is one of a run elsewhere, nor one that states no digest of any number."""
    stated = json.loads((folder / SEAL).read_text("utf-8"))
    stated = {k: v for k, v in stated.items() if k not in ("digest", "values")}
    forged = [readable_json({"digest": hash_record(stated), **stated}).encode()]
    forged.append(seal_over(folder, lambda facts: facts.update(run="../../../etc")))
    for name in ("numbers", "datasets", "run", "code", "lock", "id"):
        forged.append(seal_over(folder, lambda facts, name=name: facts.pop(name)))  # type: ignore[misc]
    for k, content in enumerate(forged):
        (folder / SEAL).write_bytes(content)
        for said, arguments in (
            ("not a seal", ("audit", "--level", "1")),
            ("not a valid seal", ("bundle", STUDY)),
        ):
            result = run(*arguments)
            assert result.returncode == 3 and said in result.stdout + result.stderr, k


def test_a_long_title_hides_no_verdict(tree: Path, folder: Path) -> None:
    path = folder / "config.yaml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"\n      (fr|en|ar): .*", rf"\n      \1: {'w' * 5_000}", text), "utf-8")
    title = read_subject(tree, STUDY).title["en"]
    assert len(title) == 300 and title.endswith("…")


def test_a_table_of_disclosure_risk_without_a_column_is_said(tmp_path: Path) -> None:
    table = tmp_path / "attack.csv"
    table.write_text("id,recovered,everyone\na,True,False\n", "utf-8")
    with pytest.raises(DataError, match="no column item, level"):
        read_attack(table)


# What changes while it is read.


def test_within_one_reading_a_file_has_one_content(tmp_path: Path) -> None:
    home = tmp_path / "p"
    home.mkdir()
    (home / "a").write_text("first")
    with reading_once(home):
        assert read_file(home / "a") == b"first"
        with pytest.raises(FileNotFoundError):
            read_file(home / "b")
        assert files_below(home) == [home / "a"]
        (home / "a").write_text("second")
        (home / "b").write_text("new")
        with reading_once(home):
            assert read_file(home / "a") == b"first"
        with pytest.raises(FileNotFoundError):
            read_file(home / "b")
        assert files_below(home) == [home / "a"]
        (tmp_path / "c").write_text("one")
        assert read_file(tmp_path / "c") == b"one"
        (tmp_path / "c").write_text("two")
        assert read_file(tmp_path / "c") == b"two"
    assert read_file(home / "a") == b"second"


def test_the_page_shows_the_ledger_that_was_judged(
    tree: Path, folder: Path, monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    """As by a program that runs beside it: once it is judged, the ledger is another one."""
    import readiness.commands.audit as command

    judged = command.audit

    def audit_then_forge(*arguments: Any, **options: Any) -> Any:
        found = judged(*arguments, **options)
        ledger = folder / "figures.csv"
        text = ledger.read_text("utf-8")
        assert "71" in text
        ledger.write_text(text.replace("71", "9999"), "utf-8")
        return found

    monkeypatch.setattr(command, "audit", audit_then_forge)
    code = main(["audit", STUDY, "--level", "1", "--html", "page.html"])
    assert code == 0, capsys.readouterr().out
    assert "9999" not in (tree / "page.html").read_text("utf-8")
    assert check_seal(folder) != []


def test_what_is_signed_is_what_was_checked(
    folder: Path, tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    """A seal that is exchanged once it was found good is not what the key stands for."""
    office = tmp_path / "office"
    new_key(office, folder.parents[1])
    good = (folder / SEAL).read_bytes()

    def check_then_forge(where: Path) -> list[AuditFinding]:
        found = check_seal(where)
        seal_again(folder, lambda facts: facts.update(reviewer="somebody else"))
        return found

    monkeypatch.setattr("readiness.publications.attest.check_seal", check_then_forge)
    attest(folder, private_key(office))
    assert (folder / SEAL).read_bytes() != good
    (line,) = (folder / ATTESTATIONS).read_text("utf-8").splitlines()
    said = json.loads(base64.b64decode(json.loads(line)["payload"]))
    assert said["subject"][0]["digest"] == {"sha256": sha256(good)}


def test_what_is_bundled_is_what_was_checked(tree: Path, monkeypatch: MonkeyPatch) -> None:
    report = tree / "publications" / STUDY / "report/en/report.html"
    before = report.read_bytes()
    for name in ("Snakefile", "pyproject.toml", "publications/index.json"):
        shutil.copyfile(released_root() / name, tree / name)

    def check_then_forge(root: Path, identity: str) -> None:
        _refuse_unsound(root, identity)
        report.write_bytes(b"forged")

    monkeypatch.setattr("readiness.publications.bundle.contents._refuse_unsound", check_then_forge)
    assert gather(tree, STUDY).files[f"publications/{STUDY}/report/en/report.html"] == before


def test_a_name_makes_no_line_of_its_own(run: Run, folder: Path) -> None:
    edit_column(folder / "figures.csv", "value", "5\nmenus-r1: VALID")
    seal_again(folder)
    for command in (("which", "n.bases"), ("affected", "menus-2023-claims@1")):
        assert "menus-r1: VALID" not in run(*command).stdout.splitlines()


def edit_column(path: Path, column: str, value: str) -> None:
    """The same in every row of a column."""
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
    for row in rows[1:]:
        row[rows[0].index(column)] = value
    path.write_text(rows_to_csv(rows), "utf-8")


def test_a_pointer_states_its_size_in_digits() -> None:
    text = f"outs:\n- md5: {'a' * 32}\n  size: SIZE\n  hash: md5\n  path: 1.csv\n"
    assert parse_pointer(text.replace("SIZE", "534"), "p").size == 534
    for size in ("5_3_4", "\u0665", "' 5'", "-1", "9" * 5_000):
        with pytest.raises(DataError, match="expected a DVC pointer"):
            parse_pointer(text.replace("SIZE", size), "p")


def test_a_rule_of_countless_decimals_is_none(folder: Path, run: Run) -> None:
    edit_column(folder / "figures.csv", "digits", "9" * 5_000)
    assert run("audit", STUDY, "--level", "1", "--html", "page.html").returncode == 3


def test_a_ledger_without_a_column_is_said(run: Run, folder: Path) -> None:
    path = folder / "figures.csv"
    head, rest = path.read_text("utf-8").split("\n", 1)
    for column in ("id", "dataset", "lineage", "kind"):
        path.write_text(head.replace(column, "x", 1) + "\n" + rest, "utf-8")
        seal_again(folder)
        for command in (("which", "n.bases"), ("affected", "menus-2023-claims@1")):
            assert run(*command).returncode in (0, 1, 2, 3), column
        assert run("audit", STUDY, "--level", "1").returncode != 0, column


def test_a_configuration_that_cannot_be_read_has_not_changed(run: Run, folder: Path) -> None:
    (folder / "config.yaml").unlink()
    (folder / "config.yaml").symlink_to("config.yaml")
    result = run("audit", STUDY, "--level", "1")
    assert result.returncode == 3 and "no longer configured" not in result.stdout


def test_a_configuration_of_no_run_ends_no_audit(run: Run, folder: Path) -> None:
    (folder / SEAL).unlink()
    (folder / "config.yaml").write_text("waves: {}\n", "utf-8")
    result = run("audit", STUDY, "--level", "2")
    assert result.returncode == 3 and "it has neither a wave nor a study" in result.stdout


def test_an_archive_is_read_up_to_the_last_byte_that_is_allowed() -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in (("a.txt", b"abcd"), ("b.txt", b"xyz")):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    with tarfile.open(fileobj=io.BytesIO(packed.getvalue())) as tar:
        read = [(name, text.read()) for name, text in members(tar, most_bytes=7, most_files=2)]
    assert read == [("a.txt", b"abcd"), ("b.txt", b"xyz")]
