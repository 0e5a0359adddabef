"""What the catalogues hold and what the program asks of them, read from the files."""

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from project_copy import ROOT
from readiness.language.catalogue import FOLDER, LANGUAGES, PLURALS

PACKAGE = ROOT / "workflow" / "readiness"
MODULES = sorted(PACKAGE.rglob("*.py"))
TEMPLATES = sorted(
    path
    for pattern in ("*.html", "*.md", "*.typ", "*.lua", "*.qmd", "*.j2")
    for path in (*PACKAGE.rglob(pattern), *ROOT.glob(pattern), *(ROOT / "reports").rglob(pattern))
)
DOMAINS = sorted({path.stem for path in FOLDER.glob("*/*.po")})
KEY = re.compile(rf"(?:{'|'.join(DOMAINS)})\.[a-z0-9_.]*[a-z0-9_]")
SUFFIXES = (
    "csv",
    "css",
    "html",
    "json",
    "md",
    "pdf",
    "po",
    "py",
    "qmd",
    "smk",
    "svg",
    "tsv",
    "txt",
    "typ",
    "yaml",
)
PLACEHOLDER = re.compile(r"\{([a-z0-9_]+)(?::([a-z0-9_.]+))?\}")


@cache
def read(language: str, domain: str) -> Catalog:
    with (FOLDER / language / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=language)


@cache
def plurals(language: str) -> tuple[str, ...]:
    """The categories of a language's plurals, in the order of a message's forms."""
    locale = Locale.parse(str(messages(language)["language.locale"].string))
    found = {*locale.plural_form.tags, "other"}
    return tuple(tag for tag in PLURALS if tag in found)


@cache
def messages(language: str) -> dict[str, Message]:
    """Every message of a language by its key."""
    return {
        _key(message): message
        for domain in DOMAINS
        if (FOLDER / language / f"{domain}.po").is_file()
        for message in read(language, domain)
        if message.id
    }


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def forms(message: Message) -> list[str]:
    """The texts of a message: one, or one a plural form."""
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def names(text: str) -> set[str]:
    """The placeholders of a text."""
    return {match[1] for match in PLACEHOLDER.finditer(text)}


def counted(text: str) -> set[str]:
    """The keys of the messages that count inside a text."""
    return {match[2] for match in PLACEHOLDER.finditer(text) if match[2]}


def is_key(text: str) -> bool:
    return bool(KEY.fullmatch(text)) and text.rpartition(".")[2] not in SUFFIXES


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(
        ".__init__"
    )


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All that a module is made of."""
    return tuple(ast.walk(ast.parse(path.read_bytes())))


def texts(path: Path) -> Iterator[ast.Constant]:
    """The texts of a module, its docstrings apart."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = set()
    for node in nodes(path):
        body = getattr(node, "body", None)
        if isinstance(node, documented) or isinstance(body, list):
            # A text that stands alone documents what stands before it.
            docstrings |= {
                id(line.value)
                for line in body or []
                if isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)
            }
    for node in nodes(path):
        documents = id(node) in docstrings
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not documents:
            yield node


@cache
def tells(path: Path) -> bool:
    """Whether a module has to do with texts at all: its ids of figures may look like keys."""
    rooms = ("readiness.language", "readiness.ground.facts", "readiness.publications.presenting")
    return any(
        (node.module or "").startswith(rooms)
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom)
    )


def whole_keys(path: Path) -> set[str]:
    """The keys that stand whole in a module."""
    if not tells(path):
        return set()
    inside = {
        id(part) for node in nodes(path) if isinstance(node, ast.JoinedStr) for part in node.values
    }
    plain = [n.value for n in texts(path) if id(n) not in inside and isinstance(n.value, str)]
    return {text for text in plain if is_key(text)}


def built_keys(path: Path) -> list[str]:
    """The keys that a module builds, as regular expressions."""
    found: list[str] = []
    for node in nodes(path) if tells(path) else ():
        if not isinstance(node, ast.JoinedStr):
            continue
        first = node.values[0]
        start = first.value if isinstance(first, ast.Constant) else ""
        if not re.fullmatch(rf"(?:{'|'.join(DOMAINS)})\.[a-z0-9_.]*", str(start)):
            continue
        parts = [
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z0-9_.]+"
            for part in node.values
        ]
        found.append("".join(parts))
    return found


@cache
def declared_keys(path: Path) -> tuple[str, ...]:
    """All keys that a module which builds some has in its constants: tuples, values of mappings."""
    if not built_keys(path):
        return ()
    found: list[str] = []
    for value in vars(importlib.import_module(module_name(path))).values():
        if isinstance(value, tuple | frozenset | dict):
            values = value.values() if isinstance(value, dict) else value
            found += [text for text in values if isinstance(text, str) and is_key(text)]
    return tuple(sorted(set(found)))


def template_keys(path: Path) -> set[str]:
    """The keys that stand in quotes in a template or a document."""
    text = path.read_text("utf-8")
    return {key for key in re.findall(r"[\"']([a-z_]+\.[a-z0-9_.]+)[\"']", text) if is_key(key)}


@cache
def asked() -> dict[str, set[str]]:
    """Every key that the program asks for, with where it does."""
    found: dict[str, set[str]] = {}
    for path in MODULES:
        for key in whole_keys(path) | set(declared_keys(path)):
            found.setdefault(key, set()).add(module_name(path))
    for path in TEMPLATES:
        for key in template_keys(path):
            found.setdefault(key, set()).add(path.name)
    for language in LANGUAGES:
        for name, message in messages(language).items():
            for text in forms(message):
                for key in counted(text):
                    found.setdefault(key, set()).add(name)
    return found
