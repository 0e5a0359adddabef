"""The order of the rooms: every arrow points down, and none forms a circle."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from project_copy import ROOT, shipped_files

PACKAGE = ROOT / "workflow" / "readiness"

# Each room may import the rooms on the lines below its own, and those beside it on its line as long
# as no circle comes of it (a test looks for circles between modules and between rooms).
LEVELS = (
    ("__main__",),
    ("cli",),
    ("commands",),
    ("plan",),
    ("steps",),
    ("running",),
    ("publications", "rendering", "site"),
    ("reporting",),
    ("charts",),
    ("register",),
    ("analysis", "drafting", "scanning"),
    ("forensics", "validation", "readers"),
    ("survey", "questionnaire", "datasets", "disclosure", "privacy", "attack"),
    ("config",),
    ("provenance", "pages"),
    ("language",),
    ("program",),
    ("ground",),
)
LEVEL = {room: k for k, rooms in enumerate(LEVELS) for room in rooms}

# Pure rooms: anyone can import them for other work.
PURE = ("survey", "forensics", "disclosure", "privacy", "attack")
NOT_PURE = {
    "config",
    "plan",
    "datasets",
    "provenance",
    "running",
    "steps",
    "commands",
    "publications",
}
# Of the ground: what reads, writes, locks and prints.
NOT_PURE_GROUND = {
    f"readiness.ground.{name}" for name in ("files", "locks", "safe_yaml", "tables", "terminal")
}

MODULES = sorted(path for path in PACKAGE.rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    return [*module.split("."), ""][1]


@cache
def parsed(path: Path) -> list[ast.AST]:
    """Every node of a module."""
    return [*ast.walk(ast.parse(path.read_bytes()))]


def imports_of(path: Path) -> set[str]:
    """The modules of this package that a file imports (the finest name that is a module)."""
    found = set()
    for node in parsed(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("readiness")}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("readiness"):
            assert node.level == 0
            for alias in node.names:
                finer = PACKAGE.parent.joinpath(*f"{node.module}.{alias.name}".split("."))
                is_module = finer.with_suffix(".py").is_file() or (finer / "__init__.py").is_file()
                found.add(f"{node.module}.{alias.name}" if is_module else str(node.module))
    return found


@cache
def graph() -> dict[str, set[str]]:
    return {module_of(path): imports_of(path) - {"readiness"} for path in MODULES}


def circle(edges: dict[str, set[str]]) -> list[str]:
    """One circle of the graph, or nothing."""
    done: set[str] = set()

    def visit(node: str, way: list[str]) -> list[str]:
        if node in way:
            return [*way[way.index(node) :], node]
        if node in done:
            return []
        for other in sorted(edges.get(node, ())):
            if found := visit(other, [*way, node]):
                return found
        done.add(node)
        return []

    for start in sorted(edges):
        if found := visit(start, []):
            return found
    return []


def test_every_room_has_its_place() -> None:
    rooms = {room_of(module_of(path)) for path in MODULES} - {""}
    assert rooms == set(LEVEL)


def test_no_arrow_runs_back_up() -> None:
    wrong = [
        f"{module} imports {other}"
        for module, others in graph().items()
        for other in sorted(others)
        if room_of(module) and LEVEL[room_of(other)] < LEVEL[room_of(module)]
    ]
    assert wrong == []


def test_no_circle_between_rooms_nor_modules() -> None:
    edges = graph()
    assert circle({m: o for m, o in edges.items() if not _is_package(m)}) == []
    between: dict[str, set[str]] = {}
    for module, others in edges.items():
        for other in others:
            if room_of(other) != room_of(module) and room_of(module):
                between.setdefault(room_of(module), set()).add(room_of(other))
    assert circle(between) == []


def _is_package(module: str) -> bool:
    return (PACKAGE.parent.joinpath(*module.split(".")) / "__init__.py").is_file()


def test_the_test_of_circles_finds_one() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert circle({"a": {"b"}, "b": {"c"}}) == []


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_knows_nothing_of_files_waves_or_settings(room: str) -> None:
    wrong = [
        f"{module} imports {other}"
        for module, others in graph().items()
        for other in sorted(others)
        if room_of(module) == room and (room_of(other) in NOT_PURE or other in NOT_PURE_GROUND)
    ]
    assert wrong == []


# The only arrows from forensics to a room above the ground; docs/architecture.md says why.
FORENSICS_MAY_IMPORT = {
    # The words of a phrase ("a bit more than a third") are read by the catalogue's patterns.
    ("readiness.forensics.arithmetic.phrases", "readiness.language.catalogue"),
    # The limits of a share and the thresholds of a scale have one home.
    ("readiness.forensics.arithmetic.precision", "readiness.survey.intervals"),
}


def test_forensics_stands_on_the_ground_but_for_named_exceptions() -> None:
    arrows = {
        (module, other)
        for module, others in graph().items()
        for other in others
        if room_of(module) == "forensics" and room_of(other) not in ("forensics", "ground")
    }
    assert arrows == FORENSICS_MAY_IMPORT


def test_package_files_hold_re_exports_only() -> None:
    """The hash of a step's code looks through them name by name: code in one would be missed."""
    for path in PACKAGE.rglob("__init__.py"):
        for node in ast.parse(path.read_bytes()).body:
            is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            is_all = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
            is_import = isinstance(node, ast.ImportFrom | ast.Import)
            assert is_text or is_all or is_import, f"{path} line {node.lineno}"


def test_no_star_imports_and_no_imports_by_name() -> None:
    """Both would hide code from the hash of a step; only the command line imports by name."""
    for path in MODULES:
        text = path.read_text("utf-8")
        assert not re.search(r"^\s*from \S+ import \*", text, re.M), path
        if path.name != "cli.py":
            assert "importlib.import_module(" not in text and "__import__(" not in text, path


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("readiness.cli", {"pandas", "numpy", "scipy", "yaml", "pydantic", "snakemake"}),
        ("readiness.plan", {"pandas", "scipy"}),  # every call of Snakemake waits for it
    ],
)
def test_what_starts_often_imports_nothing_heavy(module: str, heavy: set[str]) -> None:
    code = f"import sys, {module}\nprint(*sorted({heavy} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "workflow", capture_output=True, text=True
    )
    assert (result.returncode, result.stdout.strip()) == (0, ""), result.stderr


def test_the_package_never_imports_snakemake() -> None:
    for path in MODULES:
        for node in parsed(path):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not any(name.split(".")[0] == "snakemake" for name in names), path


def test_nothing_names_a_package_index() -> None:
    """Set-up takes packages from whatever index the machine is configured for."""
    # In brackets, so that this file names none either.
    hosts = re.compile(r"p[y]pi[.]org|p[y]thonhosted|n[p]mjs|d[e]b[.]debian[.]|a[n]aconda[.]org")
    for name in shipped_files():
        text = (ROOT / name).read_bytes().decode("utf-8", "replace")
        assert not hosts.search(text), f"{name} names the host of a package registry"
