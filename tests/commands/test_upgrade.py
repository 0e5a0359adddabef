"""`readiness upgrade`: which wheels it takes, for which line a number moves, how it is undone."""

import io
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from project_copy import ROOT
from readiness.cli import main
from readiness.commands.starting.office import new_office
from readiness.commands.upgrading import change as changing
from readiness.commands.upgrading.change import apply_change, plan_change
from readiness.commands.upgrading.moving import find_note, read_notes
from readiness.commands.upgrading.wheel import is_running, read_wheel
from readiness.program.layout import version
from readiness.program.wheel import make_wheel
from readiness.publications.releases import RELEASES

CHANGELOG = """\
# Changelog

## [Unreleased]

- **One effective sample size of a question in a group**, `ITEM.n_eff.GROUP`,
  and no other.
- Smaller.

### Also

- Means are halved: `minutes.mean.all`.

## [1.0.1] - 2026-12-01

- Older: `use.yes.all`.
"""


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    name, content = make_wheel()
    (tmp_path / name).write_bytes(content)
    return tmp_path / name


@pytest.fixture
def office(tmp_path: Path) -> Path:
    with new_office(tmp_path / "office"):
        pass
    return tmp_path / "office"


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_the_wheel_is_the_same_bytes_and_known_as_the_program_that_runs(wheel: Path) -> None:
    assert make_wheel()[1] == wheel.read_bytes()
    found = read_wheel(wheel)
    assert is_running(found) and found.version == version()
    assert "## [" in found.text("CHANGELOG.md")


def test_a_file_that_is_no_wheel_of_the_program_is_refused(
    wheel: Path, office: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    before = contents(office)
    monkeypatch.chdir(office)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readiness/../../out.py", "")
    (wheel.parent / "readiness-9.9-py3-none-any.whl").write_bytes(out.getvalue())
    (wheel.parent / "readiness-9.8-py3-none-any.whl").write_bytes(b"no zip")
    shutil.copy(wheel, wheel.parent / "readiness-9.7-py3-none-any.whl")
    (wheel.parent / "other.zip").write_bytes(b"")
    for name, code, said in (
        ("other.zip", 2, "expected a file such as readiness-1.1.0"),
        ("readiness-1.0-py3-none-any.whl", 3, "file not found. Correct the name"),
        ("readiness-9.9-py3-none-any.whl", 3, "not a valid wheel"),
        ("readiness-9.8-py3-none-any.whl", 3, "not a valid wheel"),
        (
            "readiness-9.7-py3-none-any.whl",
            3,
            f"the file name says version 9.7, but the program in it is {version()}",
        ),
        (wheel.name, 2, "no installed program to compare with"),
    ):
        assert main(["upgrade", f"../{name}"]) == code, name
        err = capsys.readouterr().err
        assert said in err and len(err.splitlines()) == 1, err
    assert contents(office) == before


def test_a_number_is_of_the_first_line_that_names_it() -> None:
    notes = read_notes(CHANGELOG, "1.0.1")
    assert [note.split(" ")[0] for note in notes] == ["**One", "Smaller.", "Means"]
    assert find_note("use.n_eff.press", notes).endswith("`ITEM.n_eff.GROUP`, and no other.")
    assert find_note("minutes.mean.all", notes).startswith("Means are halved")
    assert find_note("use.n_eff.press.asked", notes) == find_note("use.yes.all", notes) == ""
    assert find_note("use.yes.all", read_notes(CHANGELOG, "0.9")).startswith("Older")


def test_a_thin_office_changes_its_wheel_its_lock_and_what_is_of_the_program(
    office: Path, wheel: Path
) -> None:
    other = office / "readiness-0.9.0-py3-none-any.whl"
    (office / wheel.name).rename(other)
    (office / "Makefile").write_text("old", "utf-8")
    (office / "Snakefile").write_text("of the office", "utf-8")
    (office / "report.qmd").write_text("of the office", "utf-8")
    change = plan_change(office, read_wheel(wheel))
    assert (change.version, change.removed) == ("0.9.0", (other.name,))
    assert set(change.written) == {wheel.name, "Makefile"}
    apply_change(office, change)
    found = contents(office)
    assert found[wheel.name] == wheel.read_bytes() and other.name not in found
    assert found["Snakefile"] == found["report.qmd"] == b"of the office"
    assert plan_change(office, read_wheel(wheel)).written == {}


def test_what_fails_in_the_middle_is_undone(
    office: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (office / wheel.name).rename(office / "readiness-0.9.0-py3-none-any.whl")
    (office / "Makefile").write_text("old", "utf-8")
    before, change = contents(office), plan_change(office, read_wheel(wheel))
    real, written = changing.write_atomically, list[str]()

    def failing(path: Path, content: bytes) -> None:
        written.append(path.name)
        if len(written) == 2:
            raise OSError(28, "No space left on device", str(path))
        real(path, content)

    monkeypatch.setattr(changing, "write_atomically", failing)
    with pytest.raises(OSError, match="No space left"):
        apply_change(office, change)
    assert len(written) > 1 and contents(office) == before


def test_a_copy_whose_program_was_changed_is_refused(office: Path, wheel: Path) -> None:
    """What it has of its own would be lost."""
    module = office / "workflow/readiness/cli.py"
    module.parent.mkdir(parents=True)
    shutil.copy(ROOT / "workflow/readiness/cli.py", module)
    with pytest.raises(changing.ConfigError, match="would discard its changes") as error:
        plan_change(office, read_wheel(wheel))
    assert all(one.version in str(error.value) for one in RELEASES)
