"""The hash of a step's code: what changes it and what does not."""

import ast
import hashlib
import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from project_copy import ROOT
from readiness.cli import STEPS
from readiness.provenance import closure as module
from readiness.provenance.closure import closure, code_hash, domains

PACKAGE = {
    "steps/__init__.py": '"""Steps."""\n',
    "steps/one.py": """
        from readiness.room import used
        def run(x):
            from readiness.late import helper
            return used(helper(x))
        """,
    "steps/two.py": "import readiness.alone\n",
    "room/__init__.py": """
        from readiness.room.first import used
        from readiness.room.second import unused
        __all__ = ["unused", "used"]
        """,
    "room/first.py": "from readiness.deep import base\ndef used(x):\n    return base(x)\n",
    "room/second.py": "def unused(x):\n    return x\n",
    "late.py": "def helper(x):\n    return x\n",
    "deep.py": '"""Deep."""\ndef base(x):\n    """Said."""\n    return x + 1\n',
    "alone.py": "VALUE = 1\n",
    "__init__.py": "",
}

CACHED = (
    module._find_file,
    module._resolve,
    module._read_memory,
    module._read_source,
    module.closure,
    module.code_hash,
    module._list_catalogues,
    module._hash_messages,
)


class Package:
    """A small package of the same name, whose files a test may change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in PACKAGE.items():
            self.write(name, textwrap.dedent(text))

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        for cached in CACHED:
            cached.cache_clear()

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text("utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    @property
    def hashes(self) -> tuple[str, str]:
        return code_hash("readiness.steps.one"), code_hash("readiness.steps.two")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    monkeypatch.setattr(module, "PACKAGE_FOLDER", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path.parent / f"{tmp_path.name}-cache"))
    return Package(tmp_path)


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """What was read of one package is not known of the next."""
    yield
    for cached in CACHED:
        cached.cache_clear()


def test_imports_inside_functions_and_through_packages_are_followed(package: Package) -> None:
    assert closure("readiness.steps.one") == (
        "readiness.deep",
        "readiness.late",
        "readiness.room.first",
        "readiness.steps.one",
    )
    assert closure("readiness.steps.two") == ("readiness.alone", "readiness.steps.two")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("deep.py", "return x + 1", "return x + 1  # why"),
        ("deep.py", "return x + 1", "\n\n    return (x + 1)"),
        ("deep.py", "Said.", "Said otherwise."),
        ("deep.py", '    """Said."""\n', ""),
        ("deep.py", '"""Deep."""', '"""Deeper."""'),
        ("room/second.py", "return x", "return x * 2"),
        ("room/__init__.py", "from readiness.room.second", "from  readiness.room.second"),
    ],
)
def test_what_the_code_does_not_do_leaves_the_hash(
    package: Package, name: str, old: str, new: str
) -> None:
    before = package.hashes
    package.replace(name, old, new)
    assert package.hashes == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("deep.py", "x + 1", "x + 2"),
        ("deep.py", "x + 1", "x - 1"),
        ("deep.py", "x + 1", "x + 1.0"),
        ("deep.py", "x + 1", "x + True"),
        ("deep.py", "x + 1", "x + None"),
        ("deep.py", "def base(x)", "def base(x, y=None)"),
        ("late.py", "return x", "return 'x'"),
        ("late.py", "return x", "return b'x'"),
        ("room/first.py", "base(x)", "base(x=x)"),
        ("room/__init__.py", "room.first import used", "room.second import unused as used"),
        ("steps/one.py", "def run", "async def run"),
    ],
)
def test_what_the_code_does_changes_the_hash_of_the_steps_that_reach_it(
    package: Package, name: str, old: str, new: str
) -> None:
    one, two = package.hashes
    package.replace(name, old, new)
    assert package.hashes[0] != one
    assert package.hashes[1] == two


TELLING = {
    "language/__init__.py": "from readiness.language.catalogue import text\n",
    "language/catalogue.py": "def text(key):\n    return key\n",
    "facts.py": "def decode(value):\n    return value\n",
    "steps/draw.py": """
        from readiness.language import text
        from readiness.late import helper
        def run(name):
            return text("charts.title") + text(f"charts.{name}")
        """,
    "steps/print.py": """
        from readiness.ground.facts import decode
        from readiness.language import text
        def run(value):
            return text(decode(value))
        """,
    "language/catalogues/fr/charts.po": """
        # a note
        msgid "charts.title"
        msgstr "Titre"

        msgid "charts.few"
        msgstr "Avec {n:count.answer}"
        """,
    "language/catalogues/ar/charts.po": 'msgid "charts.title"\nmsgstr "عنوان"\n',
    "language/catalogues/fr/count.po": """
        msgid "count.answer"
        msgid_plural "count.answer"
        msgstr[0] "une réponse"
        msgstr[1] "{n} réponses"
        """,
    "language/catalogues/fr/audit.po": 'msgid "audit.seal"\nmsgstr "Sceau"\n',
}


@pytest.fixture
def telling(package: Package) -> Package:
    """Two steps more: one draws, one tells facts that it reads from a file."""
    for name, text in TELLING.items():
        package.write(name, textwrap.dedent(text))
    return package


@pytest.mark.parametrize(
    ("name", "old", "new", "moved"),
    [
        ("fr/charts.po", "Titre", "Le titre", {"draw", "print"}),
        ("ar/charts.po", "عنوان", "العنوان", {"draw", "print"}),
        ("fr/charts.po", "Avec {n:", "Et {n:", {"draw", "print"}),
        # A message inside a message of another domain.
        ("fr/count.po", "{n} réponses", "{n} réponse(s)", {"draw", "print"}),
        # A kind that stands in a file may be of any domain.
        ("fr/audit.po", "Sceau", "Cachet", {"print"}),
        ("fr/charts.po", "# a note", "# another note", set()),
        ("fr/charts.po", 'msgid "charts.title"\nmsgstr "Titre"\n', "", {"draw", "print"}),
    ],
)
def test_a_message_is_code_of_the_steps_that_tell_it_and_of_no_other(
    telling: Package, name: str, old: str, new: str, moved: set[str]
) -> None:
    steps = ("one", "two", "draw", "print")
    before = {step: code_hash(f"readiness.steps.{step}") for step in steps}
    telling.replace(f"language/catalogues/{name}", old, new)
    after = {step: code_hash(f"readiness.steps.{step}") for step in steps}
    assert {step for step in steps if before[step] != after[step]} == moved


def test_the_order_of_a_catalogue_is_no_code(telling: Package) -> None:
    before = code_hash("readiness.steps.draw")
    first, second = (
        'msgid "charts.few"\nmsgstr "Avec {n:count.answer}"\n',
        'msgid "charts.title"\nmsgstr "Titre"\n',
    )
    telling.write("language/catalogues/fr/charts.po", f"{first}\n{second}")
    assert code_hash("readiness.steps.draw") == before


def test_steps_that_tell_nothing_know_no_catalogue() -> None:
    """Estimates do not wait for an editor."""
    assert "language" in domains("readiness.steps.draw_wave")
    for step in ("restore", "weight", "estimate", "compare", "register_wave", "register_study"):
        assert domains(f"readiness.steps.{step}") == frozenset(), step
    # What validation refuses is said in its own words, and in no other domain's.
    told = domains("readiness.steps.validate")
    assert "validation" in told and not told & {"audit", "charts", "forensics", "verdict"}


def test_the_memory_of_hashes_changes_none_of_them(package: Package) -> None:
    before = package.hashes
    memory = module.memory_file()
    assert memory is not None
    known = memory.read_text("utf-8")
    for content in (known, "", "[]", "{", known.replace("[", "", 3), known.replace('"', '"x', 5)):
        memory.write_text(content, "utf-8")
        package.write("late.py", PACKAGE["late.py"])
        assert package.hashes == before


def test_the_memory_forgets_what_it_learnt_first(package: Package) -> None:
    memory = module.memory_file()
    assert memory is not None and package.hashes
    old = {f"old{k}": ["", [], []] for k in range(module.REMEMBERED)}
    memory.write_text(json.dumps(old), "utf-8")
    package.write("late.py", PACKAGE["late.py"])
    assert package.hashes
    known = json.loads(memory.read_text("utf-8"))
    assert len(known) == module.REMEMBERED and "old0" not in known


def test_a_memory_in_the_projects_folder_is_not_believed(
    package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that came from elsewhere could say of changed code that it is the sealed one."""
    before = package.hashes
    known = module.memory_file()
    assert known is not None
    package.replace("late.py", "return x", "return x + 1")
    key = hashlib.sha256((package.folder / "late.py").read_bytes() + module.VERSION).hexdigest()
    old = hashlib.sha256(textwrap.dedent(PACKAGE["late.py"]).encode() + module.VERSION).hexdigest()
    memory = json.loads(known.read_text("utf-8"))
    poisoned = json.dumps({key: memory[old]})
    for name in (".cache/closure.json", ".cache/readiness/closure.json"):
        (package.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (package.folder / name).write_text(poisoned, "utf-8")
    for caches in (".cache", str(package.folder / ".cache")):
        monkeypatch.setenv("XDG_CACHE_HOME", caches)
        for cached in CACHED:
            cached.cache_clear()
        assert package.hashes[0] != before[0]


def test_every_step_reaches_what_it_imports_at_run_time() -> None:
    """The modules that Python really loads for a step are in its closure, package files aside."""
    # One process loads the libraries once, then one fork a step loads the step.
    code = (
        "import importlib, os, sys, babel.dates, jinja2, markdown_it, pandas, scipy.stats, yaml\n"
        "from pydantic import BaseModel, TypeAdapter\n"
        "for name in sys.argv[1:]:\n"
        "    if os.fork():\n"
        "        os.wait()\n"
        "        continue\n"
        "    importlib.import_module(name)\n"
        "    print(*sorted(n for n, m in sys.modules.items() if n.startswith('readiness.')\n"
        "        and not m.__file__.endswith('__init__.py')), flush=True)\n"
        "    os._exit(0)\n"
    )
    names = [name for name, _ in STEPS.values()]
    result = subprocess.run(
        [sys.executable, "-c", code, *names],
        cwd=ROOT / "workflow",
        capture_output=True,
        text=True,
        check=True,
    )
    lines = result.stdout.splitlines()
    assert len(lines) == len(names), result.stderr
    for module_name, line in zip(names, lines, strict=True):
        loaded = set(line.split())
        reached = set(closure(module_name))
        # A package file imports all its modules; those that the step has no use for stay out.
        for name in loaded - reached:
            package = name.rpartition(".")[0]
            assert (ROOT / "workflow" / package.replace(".", "/") / "__init__.py").is_file()
            used = [n for n in reached if _names(n) & {name}]
            assert used == [], f"{module_name} uses {name}"


def test_what_the_cells_of_a_report_import_is_code_of_its_step() -> None:
    cells = (ROOT / "report.qmd").read_text("utf-8")
    imported = re.findall(r"(?m)^from (readiness\.\S+) import", cells)
    assert imported and {*imported} <= {*closure("readiness.steps.render")}


@cache
def _names(name: str) -> set[str]:
    path = ROOT / "workflow" / Path(*name.split(".")).with_suffix(".py")
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_the_hash_is_the_same_in_another_process_and_hash_seed() -> None:
    code = (
        "from readiness.provenance.closure import code_hash\n"
        "print(code_hash('readiness.steps.compare'))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT / "workflow",
            capture_output=True,
            text=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            check=True,
        ).stdout.strip()
        for seed in ("0", "1", "random")
    }
    assert printed == {code_hash("readiness.steps.compare")}
