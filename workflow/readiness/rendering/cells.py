"""Run the cells of a document and put what they say into its text: once, whatever the engine.

They run in a program of their own, which is this interpreter: its folder of packages is the one
that was tested. What comes out is plain Markdown, which every engine lays out.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readiness.errors import RenderError
from readiness.rendering.process import run_group
from readiness.rendering.qmd import Cell, Document, Text


@dataclass
class Run:
    """Where and how the cells run: work folder, environment, seconds left."""

    work: Path
    environment: Mapping[str, str]
    timeout: float


@dataclass(frozen=True)
class _Piece:
    """Python to run in one go, and the document's line (from 1) of its first line."""

    source: str
    line: int
    inline: bool = False


def execute(document: Document, run: Run) -> str:
    """The document's body as plain Markdown, every cell and inline expression evaluated in order.

    Raises RenderError that names the line of the .qmd when a cell fails or time runs out; the
    program and its children end in every case.
    """
    pieces = list(_pieces(document))
    results = iter(_results(document, pieces, run) if pieces else [])
    parts = []
    for block in document.blocks:
        if isinstance(block, Text):
            parts.append(_text(block, results))
        else:
            ran = document.option(block, "eval", True) is not False
            parts.append(_cell(document, block, next(results) if ran else []))
    return "\n".join(parts)


def _pieces(document: Document) -> Iterator[_Piece]:
    for block in document.blocks:
        if isinstance(block, Text):
            yield from (_Piece(match[1], line, True) for line, match in block.expressions())
        elif document.option(block, "eval", True) is not False:
            yield _Piece(block.source, block.line)


def _results(document: Document, pieces: list[_Piece], run: Run) -> list[list[dict[str, str]]]:
    """What each piece showed; RenderError for the first that failed."""
    asked, answered = run.work / "cells.json", run.work / "shown.jsonl"
    content = [{"source": piece.source, "inline": piece.inline} for piece in pieces]
    asked.write_text(json.dumps(content), encoding="utf-8")
    code, printed, messages = run_group(
        [sys.executable, "-m", "readiness.rendering.running", str(asked), str(answered)],
        cwd=run.work,
        environment=run.environment,
        timeout=run.timeout,
        name=f"{document.path.name}: what its cells run",
    )
    # What a library warns of is for who renders, not for who reads.
    sys.stderr.write(printed + messages)
    lines = answered.read_text("utf-8").splitlines() if answered.is_file() else []
    results: list[Any] = [json.loads(line) for line in lines]
    if results and isinstance(results[-1], dict):
        raise RenderError(_said(document, pieces[len(results) - 1], results[-1]))
    if len(results) < len(pieces):
        where = document.where(pieces[len(results)].line)
        raise RenderError(
            f"{where}: the program that runs the cells died while it ran this one (exit code "
            f"{code}). Look for too little memory or a call to exit."
        )
    return results


def _said(document: Document, piece: _Piece, error: Mapping[str, Any]) -> str:
    last = piece.line + piece.source.count("\n")
    where = document.where(min(piece.line + int(error["line"]) - 1, last))
    first = (str(error["said"]).strip().splitlines() or [""])[0]
    return f"{where}: the cell failed with {error['error']}: {first}"


def _text(block: Text, results: Iterator[list[dict[str, str]]]) -> str:
    text, at = [], 0
    for _, match in block.expressions():
        text += [block.source[at : match.start()], next(results)[0]["markdown"]]
        at = match.end()
    return "".join([*text, block.source[at:]])


def _cell(document: Document, cell: Cell, outputs: list[dict[str, str]]) -> str:
    if document.option(cell, "include", True) is False:
        return ""
    parts = []
    if document.option(cell, "echo", True) is not False:
        parts.append(_fenced(cell.source, "python"))
    wanted = document.option(cell, "output", True)
    if wanted is not False:
        for output in outputs:
            ((kind, text),) = output.items()
            asis = kind == "markdown" or (kind == "printed" and wanted == "asis")
            parts.append(text if asis else _fenced(text))
    body = "\n\n".join(part for part in parts if part)
    return f"\n{body}\n"


def _fenced(text: str, language: str = "") -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
