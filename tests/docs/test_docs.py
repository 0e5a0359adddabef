"""The pages keep their promises: links resolve, commands parse, named files and modules exist."""

import argparse
import importlib
import re
import shlex
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from readiness.cli import COMMANDS, STEPS
from readiness.config import Config, parse
from readiness.datasets.versions import read_versions

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "config/README.md")
    if path.is_file()
)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def text(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def prose(page: str) -> str:
    return FENCE.sub("", text(page))


def slug(heading: str) -> str:
    """The anchor that a forge gives a heading."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    kept = (c for c in plain if c in " -_" or unicodedata.category(c)[0] in "LNM")
    return "".join(kept).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    content = FENCE.sub("", path.read_text("utf-8"))
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", content, re.M)}


@pytest.mark.parametrize("page", PAGES)
def test_links_resolve(page: str) -> None:
    broken = []
    for target in LINK.findall(prose(page)):
        if "://" in target or target.startswith("mailto:"):
            continue
        name, _, anchor = target.partition("#")
        path = (ROOT / page).parent / name if name else ROOT / page
        found = path.exists() and (not anchor or anchor in anchors(path))
        if not found:
            broken.append(target)
    assert not broken


def code_lines(page: str) -> Iterator[str]:
    """The lines of the unnamed code blocks, that is of commands and small files."""
    for language, block in FENCE.findall(text(page)):
        if language in ("", "sh", "bash", "console"):
            yield from (line.strip().removeprefix("$ ") for line in block.splitlines())


def commands(page: str, program: str) -> list[list[str]]:
    """The words of each shown call of a program, its name left out."""
    found = []
    for line in code_lines(page):
        words = shlex.split(line, comments=True) if line.startswith((".venv", program)) else []
        if words and words[0] in (program, f".venv/bin/{program}"):
            found.append(words[1:])
    return found


def parser_of(name: str, table: Mapping[str, tuple[str, str]]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"readiness {name}")
    importlib.import_module(table[name][0]).configure(parser)
    return parser


@pytest.mark.parametrize("page", PAGES)
def test_shown_commands_parse(page: str) -> None:
    for name, *arguments in commands(page, "readiness"):
        if name == "step":
            parser, arguments = parser_of(arguments[0], STEPS), arguments[1:]
        else:
            parser = parser_of(name, COMMANDS)
        if "--help" in arguments:
            with pytest.raises(SystemExit) as stop:
                parser.parse_args(arguments)
            assert stop.value.code == 0
        else:
            parser.parse_args(arguments)  # a wrong argument ends in SystemExit, which fails


@pytest.mark.parametrize("page", PAGES)
def test_commands_within_sentences_exist(page: str) -> None:
    named = re.findall(r"`(?:\.venv/bin/)?readiness ([a-z][a-z-]*)", prose(page))
    assert not {*named} - {*COMMANDS, "step"}


def test_shown_dvc_commands_parse() -> None:
    from dvc.cli.parser import get_main_parser

    shown = [words for page in PAGES for words in commands(page, "dvc")]
    # The table of remotes has its commands within cells.
    cells = re.findall(r"`\.venv/bin/dvc ([^`]+)`", text("docs/remotes-and-clusters.md"))
    shown += [shlex.split(cell) for cell in cells]
    assert len(shown) >= 10
    for words in shown:
        get_main_parser().parse_args(words)


@pytest.mark.parametrize("page", PAGES)
def test_shown_make_targets_exist(page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.M))
    for words in commands(page, "make"):
        named = {word for word in words if "=" not in word}
        assert named <= targets


def test_every_guide_is_in_the_contents_once() -> None:
    """Under what a reader wants to do; a page that is learnt from and looked up stands in both."""
    listed = [target.partition("#")[0] for target in LINK.findall(text("docs/README.md"))]
    guides = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    # Translations are reached from the page that they translate.
    assert {name for name in guides if name.count(".") == 1} <= set(listed)
    headings = re.findall(r"^## (\w+)", text("docs/README.md"), re.M)
    assert headings == ["Learn", "Do", "Look", "Understand"]


def test_the_page_of_commands_says_what_each_command_says() -> None:
    rows = dict(re.findall(r"^\| `([a-z]+)` \| (.*) \|$", text("docs/commands.md"), re.M))
    for name, (module, _) in COMMANDS.items():
        docstring = importlib.import_module(module).__doc__ or ""
        assert rows[name] == docstring.partition("\n")[0]


def test_the_readme_shows_both_commands() -> None:
    shown = commands("README.md", "make")
    assert [] in shown
    assert ["test"] in shown


@pytest.mark.parametrize("page", PAGES)
def test_versions_in_commands_are_registered(page: str) -> None:
    known = read_versions(ROOT)
    named = {word for words in commands(page, "readiness") for word in words if "@" in word}
    assert named <= set(known)


@pytest.mark.parametrize(
    "page", [*PAGES, "CITATION.cff", ".ci/run", ".pre-commit-config.yaml", "requirements.lock"]
)
def test_no_registry_and_no_machine(page: str) -> None:
    # In brackets, so that this file names none either.
    hosts = r"p[y]pi[.]org|p[y]thonhosted|a[n]aconda[.]org|index-url|c[r]ates[.]io|n[p]mjs"
    paths = r"(?<![\w.])/(?:work|root|home|tmp|Users)/"
    assert not re.search(f"{hosts}|{paths}", text(page))


@pytest.mark.parametrize("page", ["docs/methods.md", "docs/design-decisions.md"])
def test_named_modules_exist(page: str) -> None:
    package = ROOT / "workflow/readiness"
    names = {path.name for path in package.rglob("*.py")}
    for path in re.findall(r"`([\w/]+\.py)`", prose(page)):
        found = any((folder / path).is_file() for folder in (package, package / "survey", ROOT))
        assert found if "/" in path else path in names, path
    for folder in re.findall(r"`([a-z]+)/`", text("docs/methods.md")):
        assert (package / folder).is_dir(), folder


def test_every_dependency_has_its_reason() -> None:
    settings = tomllib.loads(text("pyproject.toml"))
    project = settings["project"]
    listed = [*project["dependencies"], *settings["dependency-groups"]["checks"]]
    listed += [item for extra in project["optional-dependencies"].values() for item in extra]
    # The extra of the workflow brings that of the statistics.
    declared = {re.split(r"[\[<>=]", item)[0] for item in listed} - {project["name"]}
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", text("docs/design-decisions.md"), re.M)
    explained = {name.strip() for row in rows for name in row.split(",")}
    assert declared <= explained
    assert explained - {"package", "---"} <= declared


def test_every_room_is_on_the_map() -> None:
    package = ROOT / "workflow/readiness"
    rooms = {path.stem for path in package.iterdir() if not path.name.startswith("_")}
    table = text("docs/architecture.md").split("## Rooms")[1].split("\n## ")[0]
    named = {
        name
        for row in re.findall(r"^\|([^|]+)\|", table, re.M)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert named == rooms


def test_the_shown_wave_is_a_valid_configuration() -> None:
    blocks = {
        block.split(":")[0]: block
        for language, block in FENCE.findall(text("docs/adding-a-survey.md"))
        if language == "yaml"
    }
    config = parse(Config, yaml.safe_load(blocks["waves"]), "docs/adding-a-survey.md")
    assert list(config.waves) == ["ai-2027"]


def test_citation_changelog_and_project_agree() -> None:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    citation = yaml.safe_load(text("CITATION.cff"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"]
    assert f"## [{project['version']}]" in text("CHANGELOG.md")


def test_hooks_are_the_checks_of_make() -> None:
    """Each command of `make check` is a hook, by program and first options; none is fetched."""
    (repository,) = yaml.safe_load(text(".pre-commit-config.yaml"))["repos"]
    assert repository["repo"] == "local"
    assert {hook["language"] for hook in repository["hooks"]} == {"system"}
    entries = [hook["entry"] for hook in repository["hooks"]]
    recipe = text("Makefile").split("\ncheck:")[1].split("\n\n")[0]
    checks = re.findall(r"\$\(BIN\)/((?:python -m )?[a-z]+(?: check| format)?(?: --\w+)*)", recipe)
    assert len(checks) == len(entries)
    for check in checks:
        assert any(f".venv/bin/{check}" in entry for entry in entries), check


def test_ci_calls_make_test_and_nothing_else() -> None:
    lines = [line for line in text(".ci/run").splitlines() if not line.startswith("#")]
    assert lines == [
        "set -euo pipefail",
        'cd "$(dirname "${BASH_SOURCE[0]}")/.."',
        "export CI=true",
        "exec make test",
    ]


def test_pictures_are_small_and_shown() -> None:
    pictures = sorted((ROOT / "docs/images").glob("*.png"))
    pages = [text("README.md"), *(path.read_text("utf-8") for path in ROOT.glob("docs/*.md"))]
    assert pictures
    for picture in pictures:
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert picture.stat().st_size < 200_000
        assert any(f"images/{picture.name})" in page for page in pages), picture.name
