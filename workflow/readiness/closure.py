"""The hash of all code that a workflow step can reach.

A step's *closure* is its module and every module of this package that it imports, directly or
through others, function-local imports included. The hash walks the syntax tree itself, without
docstrings, positions and empty fields, so a comment, a blank line or another Python version leaves
it as it is, and any change of what the code does changes it.

Package `__init__` files hold nothing but a docstring and re-exports (a test holds them to that):
they are looked through name by name and are not part of a closure themselves.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = "readiness"
PACKAGE_FOLDER = Path(__file__).resolve().parent


def _file_of(module: str) -> Path | None:
    """The file of a module of this package, or None when there is no such module."""
    base = PACKAGE_FOLDER.joinpath(*module.split(".")[1:])
    if base.with_suffix(".py").is_file() and module != PACKAGE:
        return base.with_suffix(".py")
    init = base / "__init__.py"
    return init if init.is_file() else None


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


def _imports(module: str) -> Iterator[tuple[str, str | None, str]]:
    """(module, name or None, name it is bound to) for each import of this package's code."""
    path = _file_of(module)
    if path is None:
        return
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, None, alias.asname or alias.name
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                source = ".".join([*parents, source]).rstrip(".")
            for alias in node.names:
                yield source, alias.name, alias.asname or alias.name


def _resolve(module: str, name: str | None) -> set[str]:
    """The modules that `from module import name` (or `import module`) makes use of."""
    path = _file_of(module)
    if path is None:
        return set()
    if name is not None and _file_of(f"{module}.{name}"):
        return _resolve(f"{module}.{name}", None)
    if path.name != "__init__.py":
        return {module}
    found: set[str] = set()
    for source, original, bound in _imports(module):
        if name in (None, "*", bound) and source != module:
            found |= _resolve(source, original)
    return found


@cache
def closure(module: str) -> tuple[str, ...]:
    """The names of all modules of this package that `module` can reach, itself included, sorted."""
    reached: set[str] = set()
    waiting = sorted(_resolve(module, None))
    while waiting:
        current = waiting.pop()
        if current in reached:
            continue
        reached.add(current)
        for source, name, _ in _imports(current):
            if source.split(".")[0] == PACKAGE:
                waiting.extend(_resolve(source, name) - reached)
    return tuple(sorted(reached))


def _strip_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        return body[1:]
    return body


def _walk(node: object) -> Iterator[str]:
    """The tree as a flat sequence of tokens, alike in every Python version."""
    if isinstance(node, ast.AST):
        yield f"({type(node).__name__}"
        documented = isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        )
        for field in sorted(node._fields):
            value = getattr(node, field, None)
            if field == "body" and documented:
                value = _strip_docstring(value or [])
            if value is None and not isinstance(node, ast.Constant):
                continue
            if value == [] or field in ("type_comment", "kind"):
                continue
            yield f"{field}="
            yield from _walk(value)
        yield ")"
    elif isinstance(node, list):
        yield "["
        for item in node:
            yield from _walk(item)
        yield "]"
    else:
        yield f"{type(node).__name__}:{node!r}"


@cache
def module_hash(module: str) -> str:
    """SHA-256 of one module's syntax tree (not of what it imports)."""
    path = _file_of(module)
    assert path is not None, module
    digest = hashlib.sha256()
    for token in _walk(_tree(path)):
        digest.update(token.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()


def code_hash(module: str) -> str:
    """SHA-256 over the closure of `module`: names and syntax trees, in sorted order."""
    lines = [f"{name} {module_hash(name)}" for name in closure(module)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
