"""The commands: each is listed with one line, explains itself, and refuses what it cannot do."""

import argparse
import importlib
import re
import shlex
from collections.abc import Iterator

import pytest
from pytest import CaptureFixture

from readiness.cli import COMMANDS, GROUPS, STEPS, main
from readiness.commands.parsing import EXAMPLES, Parser


def said(capsys: CaptureFixture[str], code: int, *arguments: str) -> str:
    """What the command prints that ends with this code."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == code, arguments
    out, err = capsys.readouterr()
    return out + err


def parser_of(name: str) -> Parser:
    parser = Parser(prog=f"readiness {name}")
    importlib.import_module(COMMANDS[name][0]).configure(parser)
    return parser


def parsers_of(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """A parser and those of its actions."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from parsers_of(inner)


def test_help_lists_every_command_with_one_line(capsys: CaptureFixture[str]) -> None:
    for arguments, commands in (((), COMMANDS), (("step",), STEPS)):
        shown = said(capsys, 0, *arguments, "--help")
        for name, (_, text) in commands.items():
            assert f"\n  {name:<12}".rstrip() in shown
            line = next(s for s in shown.splitlines() if s.split()[:1] == [name])
            assert line.split(maxsplit=1)[1] == text
            assert len(line) <= 80


def test_commands_stand_in_groups_by_what_a_reader_wants(capsys: CaptureFixture[str]) -> None:
    shown = said(capsys, 0, "--help")
    for title, names in GROUPS.items():
        block = shown.split(f"\n{title}:\n")[1].split("\n\n")[0]
        assert [line.split()[0] for line in block.splitlines()] == list(names)
    assert said(capsys, 0, "help", "audit") == said(capsys, 0, "audit", "--help")


def test_each_command_explains_itself(capsys: CaptureFixture[str]) -> None:
    for name in COMMANDS:
        assert said(capsys, 0, name, "--help").startswith(f"usage: readiness {name}")


@pytest.mark.parametrize("name", COMMANDS)
def test_an_option_is_a_phrase_that_can_be_read_alone(name: str) -> None:
    """Each argument says what it is, with a noun or a verb first, and options say their default."""
    dangling = re.compile(r"(of|by|for|that|which|with which|as|below|beside|in|from|the same)\b")
    for parser in parsers_of(parser_of(name)):
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                continue
            place = (parser.prog, action.dest)
            assert action.help, place
            assert not dangling.match(action.help), (place, action.help)
            # `choices` apart, a value has a name that tells its kind.
            assert action.nargs == 0 or action.choices or action.metavar, place
            if action.default not in (None, False, "", [], argparse.SUPPRESS):
                assert "default" in action.help, place


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_begins_with_one_sentence_and_ends_with_examples(name: str) -> None:
    text = importlib.import_module(COMMANDS[name][0]).__doc__ or ""
    first, _, rest = text.partition("\n")
    assert first.endswith((".", "?")) and rest.startswith("\n")
    examples = text.partition(EXAMPLES)[2].strip().splitlines()
    assert examples
    for line in examples:
        words = shlex.split(re.split(r" {2,}(?! *--)", line.strip())[0])
        assert words[:2] == ["readiness", name]
        parser_of(name).parse_args(words[2:])  # a wrong argument ends in SystemExit, which fails


def test_a_word_that_is_not_known_is_answered_with_the_nearest(
    capsys: CaptureFixture[str],
) -> None:
    for arguments, answer in {
        ("runn",): "readiness: runn: no such command. Did you mean run?",
        ("xyzzy",): "readiness: xyzzy: no such command.",
        ("data", "lst"): "readiness data: lst: no such action. Did you mean list?",
        ("freeze", "a", "--wvae", "b"): "readiness freeze: --wvae: no such option. "
        "Did you mean --wave?",
        ("claims", "solve", "1", "--bse=3"): "readiness claims: --bse: no such option. "
        "Did you mean --base?",
        # Another action has the option: the word itself is no help.
        ("claims", "solve", "1", "--long"): "readiness claims: --long: no such option.",
        ("audit", "--level", "9"): "readiness audit: --level 9: expected 0, 1, 2 or 3.",
        ("audit", "--cores", "x"): "readiness audit: --cores x: expected a whole number.",
        ("claims", "solve", "1", "--base"): "readiness claims solve: --base: needs a value.",
        ("which",): "readiness which: NAME: missing.",
        ("which", "a", "b"): "readiness which: b: one argument too many.",
        ("step", "rendr"): "readiness step: rendr: no such step. Did you mean render?",
    }.items():
        refused = said(capsys, 2, *arguments).splitlines()
        assert refused[0] == answer
        assert len(refused) == 2 and refused[1].startswith("See: readiness")
        assert refused[1].endswith("--help")
    assert "compute every result" in said(capsys, 2)
