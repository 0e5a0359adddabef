"""What the pages show of a terminal is what it prints: each command is run, each line compared.

A block of kind `console` holds commands after `$ ` and below each what it prints. A line `...`
stands for any lines. Commands run in a copy of the project, in the order of the page.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from project_copy import ROOT, Project, copy_project, pattern

CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
PROGRAM = ".venv/bin/readiness"
# Typed line by line by a test of its own (tests/workflow).
TUTORIALS = {"docs/first-use.md"}
PAGES = [
    path.relative_to(ROOT).as_posix()
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
    if CONSOLE.search(path.read_text("utf-8"))
]


def shown(page: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a page with the lines below it."""
    for block in CONSOLE.findall((ROOT / page).read_text("utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, *lines = part.rstrip("\n").split("\n")
            yield command, lines


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copy_project(tmp_path_factory.mktemp("pages") / "program")


@pytest.mark.parametrize("page", [page for page in PAGES if page not in TUTORIALS])
def test_a_page_shows_what_its_commands_print(page: str, place: Project) -> None:
    for command, lines in shown(page):
        program, *words = shlex.split(command)
        assert program == PROGRAM, command
        result = place.here(*words)
        assert result.returncode == 0, (command, result.stderr)
        if lines:
            assert pattern(lines).fullmatch(result.stdout), (command, result.stdout)


def test_the_readme_has_a_door_for_each_reader() -> None:
    commands = [command.removeprefix(f"{PROGRAM} ") for command, _ in shown("README.md")]
    assert [command.split()[0] for command in commands] == ["new", "which", "claims"]
    answered = [bool(lines) for _, lines in shown("README.md")]
    assert answered == [True, True, True]
    assert Path(ROOT / "examples/first-use/invented-answers.csv").is_file()
