"""A light installation: what each extra brings is enough for what it is for, and no import more."""

import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from project_copy import ROOT

FIGURES = "item,answer,value,base\nuse,yes,30.86,1500\nuse,no,69.14,1500\ntrained,no,12.35,1500\n"
LIBRARY = [str(ROOT / f"tests/commands/any_csv/library.{kind}") for kind in ("csv", "yaml")]
# Run a command where no package can be imported but those that are named.
RUN = """
import json, sys
allowed = set(json.loads(sys.argv[1]))
known = set(json.loads(sys.argv[2]))

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in known - allowed:
            raise ModuleNotFoundError(f"refused: {name}", name=name)

sys.meta_path.insert(0, Refuse())
sys.path.insert(0, sys.argv[3])
from readiness.cli import main
sys.exit(main(sys.argv[4:]))
"""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def declared() -> dict[str, tuple[str, ...]]:
    """What each extra requires by pyproject.toml; "" is the plain installation."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {"": tuple(project["dependencies"])} | {
        name: tuple(items) for name, items in project["optional-dependencies"].items()
    }


def distributions_of(extra: str) -> set[str]:
    """The distributions of an extra, with all that they need; those of the plain one with it."""
    found: set[str] = set()
    left = [(item, frozenset[str]()) for item in (*declared()[""], *declared()[extra])]
    while left:
        text, wanted = left.pop()
        requirement = Requirement(text)
        name = normal(requirement.name)
        if name == "readiness":
            left += [(item, frozenset()) for own in requirement.extras for item in declared()[own]]
            continue
        markers = [{"extra": each} for each in (wanted or {""})]
        if requirement.marker and not any(map(requirement.marker.evaluate, markers)):
            continue
        if name not in found or requirement.extras:
            found.add(name)
            left += [(item, frozenset(requirement.extras)) for item in requires(name) or ()]
    return found


@cache
def modules() -> dict[str, set[str]]:
    """The names under which each distribution of this environment is imported."""
    return {
        module: {normal(name) for name in names}
        for module, names in packages_distributions().items()
        if module != "readiness"
    }


def run_with(extra: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    allowed = distributions_of(extra)
    names = [module for module, owners in modules().items() if owners & allowed]
    given = [json.dumps(sorted(names)), json.dumps(sorted(modules())), str(ROOT / "workflow")]
    return subprocess.run(
        [sys.executable, "-I", "-X", "utf8", "-c", RUN, *given, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("extra", "words", "expected"),
    [
        ("", ["claims", "solve", "67/33", "64", "--base", "32"], "32 people were asked"),
        ("", ["claims", "check", "figures.csv", "--long", "--language", "ar"], "81"),
        ("", ["claims", "check", "figures.csv"], "All 3 figures fit 81"),
        ("", ["claims", "scan", "release.md"], "base: 54"),
        ("survey", ["estimate", *LIBRARY], "240 respondents"),
    ],
)
def test_an_extra_is_enough_for_what_it_is_for(
    tmp_path: Path, extra: str, words: list[str], expected: str
) -> None:
    (tmp_path / "figures.csv").write_text(FIGURES, "utf-8")
    (tmp_path / "release.md").write_text("Some 12% (n = 54) agreed.", "utf-8")
    done = run_with(extra, tmp_path, *words)
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["estimate", *LIBRARY], "pip install '.[survey]'"),
        (["audit"], "pip install '.[run]'"),
        (["claims", "scan", "release.pdf"], "pip install '.[scan]'"),
    ],
)
def test_what_is_not_installed_is_named_with_the_extra(
    tmp_path: Path, words: list[str], expected: str
) -> None:
    (tmp_path / "release.pdf").write_bytes(b"%PDF-1.7")
    done = run_with("", tmp_path, *words)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert expected in line


def test_the_extras_hold_each_other() -> None:
    plain, survey, whole = (distributions_of(extra) for extra in ("", "survey", "run"))
    assert plain < survey < whole
    assert "scipy" not in plain and "snakemake" not in survey and "dvc" not in survey


def test_the_lock_pins_what_the_extras_need() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pinned = {normal(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}
    assert distributions_of("run") <= pinned
    assert "://" not in lock
