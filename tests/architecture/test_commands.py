"""The commands: each is listed with one line, explains itself, and refuses what it cannot do."""

import pytest
from pytest import CaptureFixture

from readiness.cli import COMMANDS, STEPS, main


def said(capsys: CaptureFixture[str], code: int, *arguments: str) -> str:
    """What the command prints that ends with this code."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == code, arguments
    out, err = capsys.readouterr()
    return out + err


def test_help_lists_every_command_with_one_line(capsys: CaptureFixture[str]) -> None:
    for arguments, commands in (((), COMMANDS), (("step",), STEPS)):
        shown = said(capsys, 0, *arguments, "--help")
        for name, (_, text) in commands.items():
            assert f"\n  {name:<12}".rstrip() in shown
            line = next(s for s in shown.splitlines() if s.split()[:1] == [name])
            assert line.split(maxsplit=1)[1] == text
            assert len(line) <= 100


def test_each_command_explains_itself(capsys: CaptureFixture[str]) -> None:
    for name in COMMANDS:
        assert said(capsys, 0, name, "--help").startswith(f"usage: readiness {name}")


def test_an_unknown_command_or_none_is_refused_with_the_known_ones(
    capsys: CaptureFixture[str],
) -> None:
    refused = said(capsys, 2, "runn")
    assert "runn" in refused and "'run'" in refused
    assert "run the whole workflow safely" in said(capsys, 2)
