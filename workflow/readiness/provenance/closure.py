"""The hash of all code that a workflow step can reach.

A step's *closure* is its module and every module of this package that it imports, through others
and within functions, too; `__init__` files hold re-exports alone and are looked through. The hash
walks the syntax tree without docstrings, positions and empty fields: comments, blank lines and
another Python version leave it as it is. Messages to readers count as code: the hash of a step
whose closure writes texts (`language.catalogue`) includes the messages of every language, in the
domains that its modules name. Where the step reads facts from a file, these may be of any domain,
so all domains count.
"""

import ast
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from readiness.ground.files import write_atomically
from readiness.program.layout import PACKAGE_FOLDER

PACKAGE = "readiness"
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
# Version of the hashing; part of the cache's keys.
VERSION = b"2"
# A module that imports one of these functions reads facts from files, with messages of any domain.
READS = {(f"{PACKAGE}.ground.facts", "decode"), (f"{PACKAGE}.ground.facts", "from_json")}
_KEY = re.compile(r"([a-z_]+)\.[a-z0-9_.]*")
_COUNTED = re.compile(r"\{[a-z0-9_]+:([a-z_]+)\.")
# Number of files in the cache, the latest ones: twice those of the program. A cache of years of
# edits would take longer to read than the files.
REMEMBERED = 1000


class SourceFile(NamedTuple):
    """A source file: hash of the syntax tree, imports (dots unresolved), and catalogue domains.

    Each text in the file that may be a key of a catalogue gives a domain: the part before the
    first point.
    """

    tree: str
    imports: tuple[tuple[int, str, str | None, str], ...]
    domains: tuple[str, ...]


@cache
def _find_file(module: str) -> Path | None:
    base = PACKAGE_FOLDER.joinpath(*module.split(".")[1:])
    if base.with_suffix(".py").is_file() and module != PACKAGE:
        return base.with_suffix(".py")
    init = base / "__init__.py"
    return init if init.is_file() else None


def memory_file() -> Path | None:
    """Return the path of the cache in the user's cache folder; None without such a folder.

    Never in the project's folder: the cache is trusted, and a project may come from somebody else.
    """
    named = os.environ.get("XDG_CACHE_HOME") or ""
    caches = Path(named) if named else Path(os.environ.get("HOME") or "") / ".cache"
    if not caches.is_absolute() or caches.resolve().is_relative_to(Path.cwd().resolve()):
        return None
    # Keyed by the SHA-256 of each file's bytes. Reading it is fifty times as fast as parsing.
    return caches / "readiness/closure.json"


@cache
def _read_memory() -> dict[str, list[object]]:
    path = memory_file()
    try:
        known = json.loads(path.read_text("utf-8")) if path else {}
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _remember() -> None:
    """Write the cache; where it cannot be written, files are parsed again next time."""
    path = memory_file()
    try:
        if path:
            write_atomically(path, json.dumps(dict(list(_read_memory().items())[-REMEMBERED:])))
    except OSError:
        return


@cache
def _read_source(path: Path) -> SourceFile:
    content = path.read_bytes()
    key = hashlib.sha256(content + VERSION).hexdigest()
    memory = _read_memory()
    try:
        return _make_source(memory[key])
    except (KeyError, TypeError, ValueError):  # not known yet, or the memory is damaged
        tree = ast.parse(content)
        tokens: list[str] = []
        _flatten(tree, tokens)
        said = "".join(f"{token}\0" for token in tokens).encode("utf-8", "surrogatepass")
        nodes = list(ast.walk(tree))
        texts = (node.value for node in nodes if isinstance(node, ast.Constant))
        keys = (_KEY.fullmatch(text) for text in texts if isinstance(text, str))
        memory[key] = [
            hashlib.sha256(said).hexdigest(),
            list(_find_imports(nodes)),
            sorted({key[1] for key in keys if key}),
        ]
        return _make_source(memory[key])


def _make_source(known: Any) -> SourceFile:
    tree, imports, domains = known
    return SourceFile(
        str(tree),
        tuple((level, module, name, bound) for level, module, name, bound in imports),
        tuple(map(str, domains)),
    )


def _find_imports(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str, str | None, str]]:
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield 0, alias.name, None, alias.asname or alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.level, node.module or "", alias.name, alias.asname or alias.name


def _resolve_imports(module: str) -> Iterator[tuple[str, str | None, str]]:
    """Yield (source, name, bound) of each `from source import name as bound` in a module.

    `import source` has the name None.
    """
    if (path := _find_file(module)) is None:
        return
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for level, source, name, bound in _read_source(path).imports:
        if level:
            parents = package.split(".")[: len(package.split(".")) - level + 1]
            source = ".".join([*parents, source]).rstrip(".")
        yield source, name, bound


@cache
def _resolve(module: str, name: str | None) -> frozenset[str]:
    if (path := _find_file(module)) is None:
        return frozenset()
    if name is not None and _find_file(f"{module}.{name}"):
        return _resolve(f"{module}.{name}", None)
    if path.name != "__init__.py":
        return frozenset({module})
    found: set[str] = set()
    for source, original, bound in _resolve_imports(module):
        if name in (None, "*", bound) and source != module:
            found |= _resolve(source, original)
    return frozenset(found)


@cache
def closure(module: str) -> tuple[str, ...]:
    """Return the sorted names of all modules of this package that `module` imports, directly or
    not, with `module` itself.
    """
    reached: set[str] = set()
    waiting = sorted(_resolve(module, None))
    while waiting:
        current = waiting.pop()
        if current in reached:
            continue
        reached.add(current)
        for source, name, _ in _resolve_imports(current):
            if source.split(".")[0] == PACKAGE:
                waiting.extend(_resolve(source, name) - reached)
    return tuple(sorted(reached))


def _flatten(node: object, tokens: list[str]) -> None:
    """Append the tree as a flat sequence of tokens, alike in every Python version."""
    if isinstance(node, ast.AST):
        kind = type(node)
        tokens.append(f"({kind.__name__}")
        documented = isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None
        for field in sorted(node._fields):
            value: Any = getattr(node, field, None)
            if field == "body" and documented:
                value = value[1:]
            absent = value is None and kind is not ast.Constant
            if absent or value == [] or field in ("type_comment", "kind"):
                continue
            tokens.append(f"{field}=")
            _flatten(value, tokens)
        tokens.append(")")
    elif isinstance(node, list):
        tokens.append("[")
        for item in node:
            _flatten(item, tokens)
        tokens.append("]")
    else:
        tokens.append(f"{type(node).__name__}:{node!r}")


@cache
def _hash_messages(path: Path) -> tuple[str, tuple[str, ...]]:
    content = path.read_bytes()
    key = hashlib.sha256(content + VERSION).hexdigest()
    memory = _read_memory()
    try:
        digest, domains = memory[key]
        return str(digest), tuple(map(str, domains))  # type: ignore[call-overload]
    except (KeyError, TypeError, ValueError):  # not known yet, or the memory is damaged
        from babel.messages.pofile import read_po  # takes a while: only where a text is new

        messages = {str(m.id): m.string for m in read_po(BytesIO(content)) if m.id}
        said = json.dumps(messages, ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(said.encode()).hexdigest()
        memory[key] = [digest, sorted(set(_COUNTED.findall(said)))]
        return digest, tuple(sorted(set(_COUNTED.findall(said))))


@cache
def _list_catalogues() -> dict[str, tuple[Path, ...]]:
    found: dict[str, tuple[Path, ...]] = {}
    for path in sorted((PACKAGE_FOLDER / "language/catalogues").glob("*/*.po")):
        found[path.stem] = (*found.get(path.stem, ()), path)
    return found


def domains(module: str) -> frozenset[str]:
    """Return the catalogue domains of the messages that a module or its imports may write."""
    modules = closure(module)
    # Only a module whose closure has the catalogue writes texts.
    if f"{PACKAGE}.language.catalogue" not in modules:
        return frozenset()
    if any(imported[:2] in READS for name in modules for imported in _resolve_imports(name)):
        return frozenset(_list_catalogues())
    sources = [path for name in modules if (path := _find_file(name))]
    waiting = {domain for path in sources for domain in _read_source(path).domains}
    reached: set[str] = set()
    while waiting := waiting & _list_catalogues().keys() - reached:
        reached |= waiting
        files = [path for name in waiting for path in _list_catalogues()[name]]
        waiting = {domain for path in files for domain in _hash_messages(path)[1]}
    return frozenset(reached)


@cache
def code_hash(module: str) -> str:
    """Return the SHA-256 of the closure of `module`: names, syntax trees and messages, sorted."""
    known = len(_read_memory())
    files = ((name, path) for name in closure(module) if (path := _find_file(name)))
    lines = [f"{name} {_read_source(path).tree}" for name, path in files]
    lines += [
        f"{path.relative_to(PACKAGE_FOLDER).as_posix()} {_hash_messages(path)[0]}"
        for domain in sorted(domains(module))
        for path in _list_catalogues()[domain]
    ]
    if len(_read_memory()) != known:
        _remember()
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
