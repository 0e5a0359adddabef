"""Argument parser of all commands: layout of help, and hints in errors."""

import argparse
import re
import shutil
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import partial
from typing import NoReturn

# Most columns of a terminal that help is laid out for.
WIDEST = 100
# Width of the column with the names of options.
OPTION_COLUMN = 30
EXAMPLES = "\nExamples:\n"
# Messages of argparse on a value, option or argument.
_CHOICE = re.compile(r"argument (.+): invalid choice: '?(.*?)'? \(choose from (.*)\)", re.S)
_TYPE = re.compile(r"argument (.+): invalid (\w+) value: '(.*)'", re.S)
_NO_VALUE = re.compile(r"argument (.+): expected (?:one|at least one) argument")
_UNKNOWN = re.compile(r"unrecognized arguments: (.*)", re.S)
_MISSING = re.compile(r"the following arguments are required: (.*)", re.S)
TYPES = {"int": "a whole number", "float": "a number"}


class Parser(argparse.ArgumentParser):
    """Argument parser with wide help, which suggests the nearest word for an unknown one."""

    def __init__(self, **settings: object) -> None:
        columns = min(shutil.get_terminal_size().columns, WIDEST)
        layout = partial(
            argparse.RawDescriptionHelpFormatter,
            width=columns,
            max_help_position=OPTION_COLUMN,
        )
        super().__init__(**{"formatter_class": layout, **settings})  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """Print the fault and where to find help, on standard error; exit with code 2."""
        self.exit(2, f"{self.prog}: {self._explain(message)}\nSee: {self.prog} --help\n")

    def _explain(self, message: str) -> str:
        """Return a message of argparse in this program's words, with a hint."""
        if matched := _CHOICE.fullmatch(message):
            return _explain_choice(matched[1], matched[2], re.findall(r"[^\s,']+", matched[3]))
        if matched := _TYPE.fullmatch(message):
            return f"{matched[1]} {matched[3]}: expected {TYPES.get(matched[2], matched[2])}."
        if matched := _NO_VALUE.fullmatch(message):
            return f"{matched[1]}: needs a value."
        if matched := _UNKNOWN.fullmatch(message):
            words = matched[1].split()
            option = next((word for word in words if word.startswith("-")), "")
            if option:
                name = option.partition("=")[0]
                # `self` knows the options of all its subcommands: another one may have this option.
                known = list(list_options(self))
                return f"{name}: no such option.{'' if name in known else suggest(name, known)}"
            return f"{' '.join(words)}: one argument too many."
        if matched := _MISSING.fullmatch(message):
            return f"{matched[1]}: missing."
        return f"{message}."


def _explain_choice(name: str, word: str, choices: list[str]) -> str:
    if name in ("COMMAND", "STEP", "ACTION"):
        return f"{word}: no such {name.lower()}.{suggest(word, choices)}"
    return f"{name} {word}: expected {', '.join(choices[:-1])} or {choices[-1]}."


def suggest(word: str, words: Iterable[str]) -> str:
    """Return " Did you mean ...?" with the known word nearest to the given one, else ""."""
    near = get_close_matches(word, list(words), n=1)
    return f" Did you mean {near[0]}?" if near else ""


def list_options(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield the long options of a parser and of its actions."""
    for action in parser._actions:
        yield from (name for name in action.option_strings if name.startswith("--"))
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from list_options(inner)


def split_examples(docstring: str) -> tuple[str, str]:
    """Split a command's docstring into its description and its examples ("" without any)."""
    description, _, examples = docstring.partition(EXAMPLES)
    return description, f"examples:\n{examples.rstrip()}" if examples else ""
