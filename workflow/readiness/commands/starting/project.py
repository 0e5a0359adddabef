"""A project for another office: the program of this one, without anybody's studies and waves."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from readiness.config import load_config
from readiness.config.documents import GUIDE, guide
from readiness.datasets.versions import COLUMNS, VERSIONS
from readiness.errors import ConfigError, StoppedError
from readiness.publications.ledger import publication_ids
from readiness.publications.program import own_tree, program_files, select_for

TEMPLATES = Path(__file__).parent / "project"
# The files that a project begins with, by their template.
HIDDEN = {
    "gitignore.txt": ".gitignore",
    "gitattributes.txt": ".gitattributes",
    "dvcignore.txt": ".dvcignore",
    "dvc-config.txt": ".dvc/config",
    "config.txt": "config.yaml",
    "readme.txt": "README.md",
    "data-readme.txt": "data/README.md",
    "test-project.txt": "tests/test_project.py",
}
FOLDERS = ("raw", "questionnaires", "margins", "corrections", "claims", "store")
# The guides that are of use in any project.
GUIDES = (
    *("adding-a-survey.md", "any-csv.md", "auditing.md", "commands.md", "first-use.md"),
    *("languages.md", "methods.md", "questionnaire.md", "remotes-and-clusters.md"),
    *("survey-for-r-users.md", "tampering.md"),
)
# What the guides type: a sample of invented answers.
SAMPLE = Path("examples/first-use")
# What the settings of the checks name that a new project does not have.
_ELSEWHERE = (
    (re.compile(r':examples/[\w-]+"'), '"'),
    (re.compile(r', "(?:examples/[\w-]+|benchmarks)"'), ""),
    (re.compile(r'^packages = \["readiness", "\w+"\]$', re.M), 'packages = ["readiness"]'),
)
_LINK = re.compile(r"\[([^\]]+)\]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)")


@contextmanager
def new_project(folder: Path) -> Iterator[Path]:
    """Make a project at `folder`: whole when the context ends well, and not there otherwise.

    Yields the temporary folder that becomes the project. Raises ConfigError where something is in
    the way, or where `folder`, its links and `..` followed, lies in another project.
    """
    # "../office" lies beside the project that it is typed in, though its parents by name are below.
    target = Path(os.path.realpath(folder))
    if os.path.lexists(folder) and (not target.is_dir() or any(target.iterdir())):
        raise ConfigError(f"{folder}: exists, and is not empty; name a new folder.")
    for above in target.parents:
        if (above / "workflow/Snakefile").is_file():
            raise ConfigError(f"{folder}: lies in the project {above}; name a folder outside it.")
    place = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        place.mkdir(parents=True)
        _fill(place, target.name)
        yield place
        if target.is_dir():
            target.rmdir()
        place.rename(target)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _fill(place: Path, name: str) -> None:
    for own, path in select_for(place, program_files()).items():
        copy = place / own
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    _write(place / GUIDE, guide())
    guides = _copy_guides(place)
    _copy_sample(place)
    templates = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    for template, target in HIDDEN.items():
        source = (TEMPLATES / template).read_text("utf-8")
        _write(place / target, templates.from_string(source).render(name=name, guides=guides))
    for folder in FOLDERS:
        _write(place / "data" / folder / ".gitkeep", "")
    _write(place / VERSIONS, ",".join(COLUMNS) + "\n")
    settings = (place / "pyproject.toml").read_text("utf-8")
    for other, mine in _ELSEWHERE:
        settings = other.sub(mine, settings)
    _write(place / "pyproject.toml", settings)
    _init_git(place)


def _copy_guides(place: Path) -> list[str]:
    """Copy the guides that speak of no study, wave or publication; links to others are text."""
    if (tree := own_tree()) is None:
        return []
    config = load_config(tree / "config.yaml")
    names = (*config.studies, *config.waves, *publication_ids(tree))
    paths = {name: tree / "docs" / name for name in GUIDES}
    texts = {name: path.read_text("utf-8") for name, path in paths.items() if path.is_file()}
    there = [name for name, text in texts.items() if not any(own in text for own in names)]
    kept = (*there, "../config/README.md")
    for name in there:
        text = _LINK.sub(lambda link: link[0] if link[2] in kept else link[1], texts[name])
        _write(place / "docs" / name, text)
    return there


def _copy_sample(place: Path) -> None:
    """Copy the sample export that the guides use, where the program lies in a tree that has it."""
    if (tree := own_tree()) is not None and (tree / SAMPLE).is_dir():
        (place / SAMPLE.parent).mkdir()
        shutil.copytree(tree / SAMPLE, place / SAMPLE, ignore=shutil.ignore_patterns("__pycache__"))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _init_git(place: Path) -> None:
    if shutil.which("git") is None:
        return
    done = subprocess.run(
        ["git", "init", "--quiet", "."],
        cwd=place,
        env={name: text for name, text in os.environ.items() if not name.startswith("GIT_")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StoppedError(f"git init: {done.stderr.strip().splitlines()[-1:]}; mend git.")
