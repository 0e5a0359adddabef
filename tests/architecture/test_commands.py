"""The commands: each is listed with one line, explains itself, and refuses what it cannot do."""

from __future__ import annotations

import subprocess
import sys

import pytest

from project_copy import ROOT
from readiness.cli import COMMANDS, STEPS


def readiness(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "readiness", *arguments],
        cwd=ROOT,
        env=None,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_help_lists_every_command_with_one_line() -> None:
    for arguments, commands in (((), COMMANDS), (("step",), STEPS)):
        result = readiness(*arguments, "--help")
        assert result.returncode == 0
        for name, (_, text) in commands.items():
            assert f"\n  {name:<12}".rstrip() in result.stdout
            line = next(s for s in result.stdout.splitlines() if s.split()[:1] == [name])
            assert line.split(maxsplit=1)[1] == text
            assert len(line) <= 100


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_command_explains_itself(name: str) -> None:
    result = readiness(name, "--help")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"usage: readiness {name}")


def test_an_unknown_command_is_refused_with_the_known_ones() -> None:
    result = readiness("runn")
    assert result.returncode == 2
    assert "runn" in result.stderr and "run" in result.stderr
    assert "Traceback" not in result.stderr


def test_no_command_at_all_shows_the_help() -> None:
    result = readiness()
    assert result.returncode == 2
    assert "run the whole workflow safely" in result.stdout
