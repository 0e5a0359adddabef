"""How a command fails: a code, a line, a stream that is gone, a fault of the program itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest import CaptureFixture, MonkeyPatch

from project_copy import ROOT
from readiness.cli import main
from readiness.ground.printable import LONGEST_LINE, cut_lines, one_line, printable, quote_cell

PYTHON = sys.executable
READINESS = f"{PYTHON} -m readiness"


def shell(line: str, folder: Path = ROOT, **more: str) -> subprocess.CompletedProcess[str]:
    """A line of bash; `readiness` in it is the command. The code is that of `readiness` itself."""
    program = f'set -o pipefail; readiness() {{ {READINESS} "$@"; }}; {line}'
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow")} | more
    return subprocess.run(
        ["bash", "-c", program],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def with_fault(folder: Path, fault: str) -> str:
    """A command line that runs `readiness data list` with a fault planted in what it calls."""
    program = folder / "planted.py"
    program.write_text(
        "import sys\nimport readiness.commands.data as data\n"
        f"def planted(*_):\n    {fault}\n"
        "data.read_versions = planted\n"
        "from readiness.cli import main\nsys.exit(main(['data', 'list']))\n"
    )
    return f"{PYTHON} {program}"


# --- a fault of the program -----------------------------------------------------------------------
def test_an_uncaught_exception_has_a_code_a_line_and_a_file(tmp_path: Path) -> None:
    (tmp_path / "results/logs").mkdir(parents=True)
    done = shell(with_fault(tmp_path, "raise TypeError('no such\\nthing \\x1b[2J')"), tmp_path)
    assert done.returncode == 70
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line == (
        "readiness data: a fault of the program: TypeError: no such\\nthing \\u001b[2J. "
        "Please report it, with results/logs/data.traceback."
    )
    kept = (tmp_path / "results/logs/data.traceback").read_text("utf-8")
    assert kept.startswith("Traceback") and "in planted" in kept


def test_without_a_folder_for_logs_the_traceback_is_a_temporary_file(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    done = shell(with_fault(tmp_path, "1 / 0"), tmp_path, TMPDIR=str(scratch))
    assert done.returncode == 70
    (kept,) = scratch.iterdir()
    assert str(kept) in done.stderr and "ZeroDivisionError" in kept.read_text("utf-8")
    assert kept.stat().st_mode & 0o077 == 0
    assert not (tmp_path / "results").exists()


# --- the codes that docs/commands.md promises -----------------------------------------------------
LIBRARY = "tests/commands/any_csv/library.csv"


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        # The command line cannot be used: no data are at fault.
        ("claims solve abc", 2, "'abc' is not a figure"),
        ("claims solve 67 33 --n-max 0", 2, "expected n_max from 1 to 100000"),
        ("claims solve 67/33 64 --base 0", 2, "base 0: expected a number from 1 to 99000"),
        ("claims solve 67 33 --rounding up", 2, "rounding 'up': expected nearest"),
        ("data get nowhere@1", 2, "no dataset version is called nowhere@1. The versions are"),
        (
            "data diff nowhere@1 nowhere@2",
            2,
            "no dataset version is called nowhere@1. The versions are",
        ),
        ("data key nowhere@1", 2, "no dataset version is called nowhere@1. The versions are"),
        ("affected nowhere@1", 2, "no dataset version is called nowhere@1. The versions are"),
        (f"estimate {LIBRARY} none.yaml", 2, "none.yaml: file not found. Correct the name"),
        (f"compare {LIBRARY} none.yaml", 2, "none.yaml: file not found. Correct the name"),
        (f"estimate {LIBRARY} --questionnaire none.yaml", 2, "none.yaml: file not found. Correct"),
        (f"validate {LIBRARY} --questionnaire none.yaml", 2, "none.yaml: file not found. Correct"),
        # The data are not there.
        (
            "estimate none.csv tests/commands/any_csv/library.yaml",
            3,
            "none.csv: file not found. Correct the name",
        ),
        ("claims check none.csv", 3, "none.csv: file not found. Name a CSV"),
    ],
)
def test_a_command_fails_with_the_code_of_its_reason(
    line: str, code: int, said: str, monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(line.split()) == code
    err = capsys.readouterr().err
    assert said in err and "with git" not in err
    assert len(err.splitlines()) <= 2


# --- streams that are closed, full or left --------------------------------------------------------
@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("readiness data list | true", 0, ""),
        ("readiness data list >&-", 0, ""),
        ("readiness data list >&- 2>&- <&-", 0, ""),
        ("readiness data list >/dev/full", 7, "standard output: No space left on device"),
        ("readiness data list >/dev/full 2>&1", 7, ""),
        ("readiness which nothing 2>/dev/full", 2, ""),
        ("readiness which nothing 2>&-", 2, ""),
        ("readiness --help >&-", 0, ""),
    ],
)
def test_a_stream_that_is_gone_changes_no_verdict(line: str, code: int, said: str) -> None:
    done = shell(line)
    assert done.returncode == code, done.stderr
    assert said in done.stderr and (said or not done.stderr), done.stderr
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr


def test_a_closed_stream_is_no_file_of_the_command(tmp_path: Path) -> None:
    """The next file that is opened would take the number of a closed one, and be printed into."""
    table, design = ROOT / "tests/commands/any_csv/library.csv", "tests/commands/any_csv"
    words = f"estimate {table} {ROOT / design}/library.yaml --csv {tmp_path}/out.csv"
    assert main(words.split()) == 0
    right = (tmp_path / "out.csv").read_bytes()
    (tmp_path / "out.csv").unlink()
    assert shell(f"readiness {words} >&- 2>&- <&-").returncode == 0
    assert (tmp_path / "out.csv").read_bytes() == right


# --- what is printed ------------------------------------------------------------------------------
HOSTILE = "a\x1b]0;owned\x07b\u202ec\x9bd\r\u2067e"


def test_escapes_of_a_name_never_reach_a_terminal(
    tmp_path: Path, monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    name = str(tmp_path / f"{HOSTILE}.csv")
    for words in (
        ["estimate", name, "x.yaml"],
        ["data", "add", name, "--dataset", "a", "--as", "1"],
        ["which", HOSTILE],
        [HOSTILE],
        ["run", "--cores", HOSTILE],
    ):
        try:
            code: object = main(words)
        except SystemExit as ended:
            code = ended.code
        out, err = capsys.readouterr()
        assert code in (2, 3), err
        assert not set(out + err) & set("\x1b\x07\x9b\r\u202e\u2067"), words
        assert "owned" in err or "not found" in err


def test_printable_is_reversible_json_and_leaves_languages_alone() -> None:
    import json

    assert json.loads(f'"{printable(HOSTILE)}"') == HOSTILE
    assert printable("tab\tend\n") == "tab\tend\n" and one_line("a\nb\tc") == "a\\nb\\tc"
    for text in ("Médias prêts – 67 %", "جاهزية وسائل الإعلام", "a\u200f\u200eb"):
        assert printable(text) == text
    assert printable("\udcff") == "\\udcff"


def test_long_cells_are_cut_and_both_ends_of_a_message_kept() -> None:
    message = f"row 3, column x: {'y' * 10_000_000!r}; expected a number.\nMend it, then run again."
    first, second = cut_lines(message).split("\n")
    assert len(first) < LONGEST_LINE and second == "Mend it, then run again."
    assert first.startswith("row 3, column x: 'yyy") and first.endswith("; expected a number.")
    assert cut_lines("short") == "short"
    assert quote_cell("a" * 10**6) == repr("a" * 59 + "…") and quote_cell("a'b") == '"a\'b"'


# --- what a command line must have ----------------------------------------------------------------
def test_version() -> None:
    import tomllib

    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    done = shell("readiness --version")
    assert done.returncode == 0
    assert done.stdout.split()[:2] == ["readiness", version]


def test_bash_completes_commands_options_and_files(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").touch()
    (tmp_path / "complete").write_text(shell("readiness --print-completion bash").stdout, "utf-8")

    def completed(*words: str) -> list[str]:
        typed = " ".join(f"'{word}'" for word in words)
        done = subprocess.run(
            [
                "bash",
                "-c",
                f"source ./complete; COMP_WORDS=(readiness {typed}); "
                f"COMP_CWORD={len(words)}; _shtab_readiness; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        return [word.rstrip() for word in done.stdout.splitlines()]

    assert completed("au") == ["audit"]
    assert completed("data", "er") == ["erase"]
    assert completed("audit", "--lev") == ["--level"]
    assert completed("audit", "--code", "fro") == ["frozen"]
    assert completed("estimate", "ans") == ["answers.csv"]


def test_from_a_subfolder_the_root_is_found_and_paths_go_along(
    tmp_path: Path, monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    below = ROOT / "tests" / "commands" / "any_csv"

    def called(folder: Path, line: str) -> tuple[int, str]:
        monkeypatch.chdir(folder)
        code = main(line.split())
        return code, "".join(capsys.readouterr())

    assert called(below, "data list") == called(ROOT, "data list")
    line = f"estimate library.csv library.yaml --csv {tmp_path}/out.csv"
    assert called(below, line)[0] == 0
    assert (
        "tests/commands/any_csv/nowhere.csv"
        in (called(below, "estimate nowhere.csv library.yaml")[1])
    )
    code, said = called(tmp_path, "run")
    assert code == 2 and "no Snakefile in this folder" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only an administrator can give a folder away")
def test_a_root_of_another_user_is_not_gone_to(tmp_path: Path) -> None:
    for name in ("Snakefile", "config.yaml"):
        (tmp_path / name).write_text("raise SystemExit('run by another')\n")
    mine = tmp_path / "mine"
    mine.mkdir()
    os.chown(tmp_path, 12345, 12345)
    done = shell("readiness run", mine)
    assert (done.returncode, "another user" in done.stderr) == (2, True), done.stderr
