"""A Quarto document as text and cells, each with its line.

The part of Quarto's format that a report of this project uses (Quarto 1.9 guide, "Execution
options" and "Inline code"): YAML front matter, ```` ```{python} ```` cells with `#|` options, and
`` `{python} expression` `` in the text. Fenced blocks that are not cells stay text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from readiness.errors import RenderError

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})\s*(.*?)\s*$")
_CELL = re.compile(r"^\{python\b[^}]*\}$")
_OPTION = re.compile(r"^#\|\s?(.*)$")
INLINE = re.compile(r"(?<!`)`\{python\}[ \t]+([^`]+)`")


@dataclass(frozen=True)
class Text:
    """Markdown between two cells; `line` is the line (from 1) of its first line.

    `fenced` holds the offsets, from 0, of its lines that stand in fenced code: nothing is
    evaluated there.
    """

    line: int
    source: str
    fenced: frozenset[int] = frozenset()

    def expressions(self) -> list[tuple[int, re.Match[str]]]:
        """The inline expressions in order, each with its line in the document."""
        found: list[tuple[int, re.Match[str]]] = []
        for match in INLINE.finditer(self.source):
            offset = self.source.count("\n", 0, match.start())
            if offset not in self.fenced:
                found.append((self.line + offset, match))
        return found


@dataclass(frozen=True)
class Cell:
    """A Python cell; `line` is the line (from 1) of the first line of `source`."""

    line: int
    source: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """A parsed .qmd: front matter and the blocks in order."""

    path: Path
    front_matter: Mapping[str, Any]
    blocks: tuple[Text | Cell, ...]

    def option(self, cell: Cell, name: str, default: Any) -> Any:
        """A cell option: the cell's own, else that of `execute:` in the front matter."""
        execute = self.front_matter.get("execute")
        shared = execute if isinstance(execute, dict) else {}
        return cell.options.get(name, shared.get(name, default))


def parse(path: Path) -> Document:
    """Read and split a .qmd.

    Raises RenderError, with the line, for a file that is missing or not UTF-8, for front matter or
    cell options that are not YAML, and for a cell that is never closed.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise RenderError(f"{path}: the report's source was not found.") from None
    except UnicodeDecodeError as error:
        raise RenderError(f"{path}: not UTF-8 (byte {error.start}). Save it as UTF-8.") from None
    front_matter, start = _front_matter(path, lines)
    return Document(path, front_matter, tuple(_blocks(path, lines, start)))


def _yaml(path: Path, line: int, text: str, what: str) -> dict[str, Any]:
    try:
        values = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = line + (mark.line if mark else 0)
        raise RenderError(
            f"{path.name}, line {where}: the {what} is not YAML: {_problem(error)}"
        ) from None
    if not isinstance(values, dict):
        raise RenderError(f"{path.name}, line {line}: the {what} must be lines of `key: value`.")
    return values


def _problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error)


def _front_matter(path: Path, lines: list[str]) -> tuple[dict[str, Any], int]:
    if not lines or lines[0].rstrip() != "---":
        return {}, 0
    for end in range(1, len(lines)):
        if lines[end].rstrip() in ("---", "..."):
            return _yaml(path, 2, "\n".join(lines[1:end]), "front matter"), end + 1
    raise RenderError(f"{path.name}, line 1: the front matter is never closed by a line `---`.")


def _blocks(path: Path, lines: list[str], start: int) -> list[Text | Cell]:
    blocks: list[Text | Cell] = []
    text_start, fenced, at = start, set[int](), start
    while at < len(lines):
        fence = _FENCE.match(lines[at])
        if fence is None:
            at += 1
            continue
        end = _closing(lines, at, fence[1])
        if _CELL.match(fence[2]):
            if end is None:
                raise RenderError(f"{path.name}, line {at + 1}: this cell is never closed.")
            blocks.append(_text(lines, text_start, at, fenced))
            blocks.append(_cell(path, lines, at + 1, end))
            text_start, fenced = end + 1, set()
        else:
            end = len(lines) - 1 if end is None else end
            fenced.update(range(at - text_start, end + 1 - text_start))
        at = end + 1
    blocks.append(_text(lines, text_start, len(lines), fenced))
    return [block for block in blocks if block.source.strip() or isinstance(block, Cell)]


def _closing(lines: list[str], start: int, fence: str) -> int | None:
    pattern = re.compile(rf"^\s*{re.escape(fence[0])}{{{len(fence)},}}\s*$")
    return next((at for at in range(start + 1, len(lines)) if pattern.match(lines[at])), None)


def _text(lines: list[str], start: int, end: int, fenced: set[int]) -> Text:
    return Text(start + 1, "\n".join(lines[start:end]), frozenset(fenced))


def _cell(path: Path, lines: list[str], start: int, end: int) -> Cell:
    options = []
    while start < end and (match := _OPTION.match(lines[start])):
        options.append(match[1])
        start += 1
    first = start - len(options) + 1
    while start < end and not lines[start].strip():
        start += 1  # Python's messages would not count them
    values = _yaml(path, first, "\n".join(options), "cell's options")
    return Cell(start + 1, "\n".join(lines[start:end]), values)
