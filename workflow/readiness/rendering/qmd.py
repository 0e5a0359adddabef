"""Parse a Quarto document into text and cells, each with its file and line; run the cells.

A checked page takes from Quarto 1.9: YAML front matter, ```` ```{python} ```` cells with `#|`
options, `` `{python} expression` `` in the text, and `{{< include _chapter.qmd >}}` alone on its
line. Anything else that would change the text of the page (cells of other languages, other
shortcodes, a bibliography) is refused by name; options of the look are left to `quarto render`, and
listed. Cells run once, for either engine, in a process of their own with this interpreter; the
result is plain Markdown.

Output that an author's own cell computes, and not a block of the report, is marked: its numbers are
in no register.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import yaml

from readiness.ground.errors import RenderError
from readiness.ground.safe_yaml import read_yaml_text
from readiness.rendering.process import run_group

_CELL = re.compile(r"^\{python\b[^}]*\}$")
_OPTION = re.compile(r"^#\|\s?(.*)$")
# Quarto writes an include that is to be shown, not followed, with three braces.
_INCLUDE = re.compile(r"(?<!\{)\{\{<\s*include\b\s*(.*?)\s*>\}\}")
_SHORTCODE = re.compile(r"(?<!\{)\{\{<\s*([\w-]+)")
# "{r}", "{mermaid}", "{ojs}": a cell that only Quarto runs.
_OTHER_CELL = re.compile(r"^\{([A-Za-z]\w*)\b[^}]*\}$")
# Front matter that a checked page uses, and front matter that would change its text.
_FOLLOWED = {
    *("title", "pagetitle", "subtitle", "author", "date", "abstract", "kicker", "toc", "toc-title"),
    *("number-sections", "execute", "jupyter", "lang", "dir"),
}
_CHANGES_TEXT = {
    *("bibliography", "csl", "nocite", "citeproc", "filters", "shortcodes", "crossref", "params"),
    *("include-before-body", "include-after-body", "metadata-files", "engine", "brand"),
}
# A number of the register, as `n("...")` writes it.
_REGISTERED = re.compile(r"\[[^\]]*\]\{\.n data-id=\"[^\"]*\"\}")
# Functions that code cells written in a report may call: they print only numbers of the register.
_BLOCK_CALLS = {"block", "items", "summary", "reading", "rest", "origin", "brief"}


class SourceLine(NamedTuple):
    """Line of source: file name, line number from 1, text."""

    file: str
    number: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.number}"


@dataclass(frozen=True)
class ProseCell:
    """Markdown between two cells; `line`: its first line in the document (from 1).

    `fenced`: offsets, from 0, of its lines in fenced code, which is never evaluated.
    """

    line: int
    source: str
    fenced: frozenset[int] = frozenset()

    def expressions(self) -> list[tuple[int, re.Match[str]]]:
        """Return the inline expressions in order, each with its line in the document."""
        matches = re.finditer(r"(?<!`)`\{python\}[ \t]+([^`]+)`", self.source)
        offsets = [(self.source.count("\n", 0, match.start()), match) for match in matches]
        return [(self.line + k, match) for k, match in offsets if k not in self.fenced]


@dataclass(frozen=True)
class CodeCell:
    """Python cell; `line`: the line of the document (from 1) where `source` begins."""

    line: int
    source: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """Parsed .qmd: front matter, and blocks in order, with those of its chapters.

    `lines`: the document with each include replaced by the file's lines; `chapters`: names of the
    included files, relative to the document. `metadata`: what the caller adds to the front matter.
    """

    path: Path
    front_matter: Mapping[str, Any]
    blocks: tuple[ProseCell | CodeCell, ...]
    lines: tuple[SourceLine, ...] = ()
    chapters: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def option(self, cell: CodeCell, name: str, default: Any) -> Any:
        """Return a cell option: the cell's own, that of `execute:`, or `default`."""
        shared = self.front_matter.get("execute")
        default = shared.get(name, default) if isinstance(shared, dict) else default
        return cell.options.get(name, default)

    @property
    def left_to_quarto(self) -> list[str]:
        """Keys of the front matter that a checked page ignores: options of the look."""
        return sorted(str(key) for key in self.front_matter if key not in _FOLLOWED)

    def where(self, line: int) -> str:
        """Return the place of a line of the document, for messages: `_chapter.qmd, line 9`."""
        return str(self.lines[min(line, len(self.lines)) - 1])


def parse(path: Path) -> Document:
    """Read and split a .qmd, with its chapters.

    Raises RenderError, with file and line, for a file that is missing or not UTF-8; for front
    matter or cell options that are not YAML; for front matter, a cell or a shortcode that only
    Quarto could follow; for a cell that is never closed; and for an include that is within code,
    text or an included file, or names a file outside the folder.
    """
    lines = _read_lines(path, path.name, f"{path}: the report's source was not found.")
    front_matter, start = _read_front_matter(lines)
    _refuse_front_matter(lines, front_matter)
    all_lines, chapters = _include_chapters(path, lines, start)
    _refuse_what_only_quarto_does(all_lines, start)
    blocks = tuple(_split_blocks(all_lines, start))
    return Document(path, front_matter, blocks, tuple(all_lines), tuple(dict.fromkeys(chapters)))


def _read_lines(path: Path, name: str, missing: str) -> list[SourceLine]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        raise RenderError(missing) from None
    except UnicodeDecodeError as error:
        raise RenderError(f"{path}: not UTF-8 (byte {error.start}). Save it as UTF-8.") from None
    return [SourceLine(name, number, line) for number, line in enumerate(text.splitlines(), 1)]


def _refuse_front_matter(lines: Sequence[SourceLine], front_matter: Mapping[str, Any]) -> None:
    """Raise RenderError for a key of the front matter that would change the text of the page."""
    for key in front_matter:
        if key in _CHANGES_TEXT:
            line = next(
                line for line in lines if re.match(rf"\s*[\"']?{re.escape(key)}\b", line.text)
            )
            raise RenderError(
                f"{line}: the key {key!r} cannot be used in a checked page. Move it to "
                "_quarto.yml, which only `quarto render` reads."
            )


def _refuse_what_only_quarto_does(lines: Sequence[SourceLine], start: int) -> None:
    """Raise RenderError for a cell of another language, or a shortcode other than an include."""
    code: set[int] = set()
    for opening, closing, info in _find_fences(lines, start):
        code.update(range(opening, len(lines) if closing is None else closing + 1))
        if (cell := _OTHER_CELL.match(info)) and cell[1] != "python":
            raise RenderError(
                f"{lines[opening]}: only `quarto render` runs a {{{cell[1]}}} cell. Take it out of "
                "the report, or keep it in a document of its own."
            )
    for k, line in enumerate(lines[start:], start=start):
        if k not in code and (used := _SHORTCODE.search(line.text)) and used[1] != "include":
            raise RenderError(
                f"{line}: only `quarto render` knows the shortcode {{{{< {used[1]} >}}}}. Write "
                "its text, or keep it in a document of its own."
            )


def _include_chapters(
    path: Path, lines: list[SourceLine], start: int
) -> tuple[list[SourceLine], list[str]]:
    """Return the lines with each include replaced by its file, and the files' names."""
    all_lines, names = lines[:start], []
    code = {
        k
        for opening, closing, _ in _find_fences(lines, start)
        for k in range(opening, len(lines) if closing is None else closing + 1)
    }
    for k, line in enumerate(lines[start:], start=start):
        if (match := _INCLUDE.search(line.text)) is None:
            all_lines.append(line)
            continue
        if k in code or match[0] != line.text.strip():
            raise RenderError(
                f"{line}: an include must stand alone on its line, outside of code. "
                "To show one, write it with three braces: {{{< include … >}}}."
            )
        names.append(match[1])
        blank = line._replace(text="")
        # Blank lines keep the file's text apart from the text around the include.
        all_lines += [blank, *_read_chapter(path, line, match[1]), blank]
    return all_lines, names


def _read_chapter(path: Path, line: SourceLine, name: str) -> list[SourceLine]:
    """Return the lines of an included file; raise RenderError for one that is not allowed."""
    if not name or PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise RenderError(
            f"{line}: cannot include {name or 'nothing'!r}; expected a file below the folder of "
            f"{path.name}, named from there."
        )
    missing = f"{line}: the included file {name} was not found. Restore it, or correct its name."
    lines = _read_lines(path.parent / name, name, missing)
    if lines and lines[0].text.rstrip() == "---":
        raise RenderError(f"{lines[0]}: an included file has no front matter; {path.name} has it.")
    for inner in lines:
        if _INCLUDE.search(inner.text):
            raise RenderError(
                f"{inner}: an included file cannot include another. Include it in {path.name}."
            )
    for opening, closing, _ in _find_fences(lines, 0):
        if closing is None:
            raise RenderError(f"{lines[opening]}: this block of code is never closed.")
    return lines


def _read_yaml_lines(
    lines: Sequence[SourceLine], first: int, text: str, what: str
) -> dict[str, Any]:
    """Return the keys and values of YAML; raise RenderError with the line at fault."""
    try:
        try:
            values = read_yaml_text(text) or {}
        except yaml.YAMLError:
            # The parser in Python names the line at fault, the parser in C the line where it
            # noticed.
            read_yaml_text(text, yaml.SafeLoader)
            raise
    except yaml.YAMLError as error:
        mark, problem = (getattr(error, name, None) for name in ("problem_mark", "problem"))
        where = lines[min(first + (mark.line if mark else 0), len(lines) - 1)]
        raise RenderError(f"{where}: the {what} is not YAML: {problem or error}") from None
    if not isinstance(values, dict):
        raise RenderError(f"{lines[first]}: the {what} must be lines of `key: value`.")
    return values


def _read_front_matter(lines: list[SourceLine]) -> tuple[dict[str, Any], int]:
    if not lines or lines[0].text.rstrip() != "---":
        return {}, 0
    for end in range(1, len(lines)):
        if lines[end].text.rstrip() in ("---", "..."):
            text = "\n".join(line.text for line in lines[1:end])
            return _read_yaml_lines(lines, 1, text, "front matter"), end + 1
    raise RenderError(f"{lines[0]}: the front matter is never closed by a line `---`.")


def _find_fences(lines: Sequence[SourceLine], start: int) -> Iterator[tuple[int, int | None, str]]:
    """Yield the fences of code: opening line, closing line (None: open), info text."""
    at = start
    while at < len(lines):
        if (fence := re.match(r"^\s*(`{3,}|~{3,})\s*(.*?)\s*$", lines[at].text)) is None:
            at += 1
            continue
        close = re.compile(rf"^\s*{re.escape(fence[1][0])}{{{len(fence[1])},}}\s*$")
        end = next((k for k in range(at + 1, len(lines)) if close.match(lines[k].text)), None)
        yield at, end, fence[2]
        at = len(lines) if end is None else end + 1


def _split_blocks(lines: Sequence[SourceLine], start: int) -> list[ProseCell | CodeCell]:
    """Return prose and cells in order, without empty prose."""
    blocks: list[ProseCell | CodeCell] = []
    text_start, fenced = start, set[int]()
    for opening, closing, info in _find_fences(lines, start):
        if _CELL.match(info):
            if closing is None:
                raise RenderError(f"{lines[opening]}: this cell is never closed.")
            blocks.append(_make_prose(lines, text_start, opening, fenced))
            blocks.append(_make_code(lines, opening + 1, closing))
            text_start, fenced = closing + 1, set()
        else:
            last = len(lines) - 1 if closing is None else closing
            fenced.update(range(opening - text_start, last + 1 - text_start))
    blocks.append(_make_prose(lines, text_start, len(lines), fenced))
    return [block for block in blocks if block.source.strip() or isinstance(block, CodeCell)]


def _make_prose(lines: Sequence[SourceLine], start: int, end: int, fenced: set[int]) -> ProseCell:
    source = "\n".join(line.text for line in lines[start:end])
    return ProseCell(start + 1, source, frozenset(fenced))


def _make_code(lines: Sequence[SourceLine], start: int, end: int) -> CodeCell:
    first, options = start, []
    while start < end and (match := _OPTION.match(lines[start].text)):
        options.append(match[1])
        start += 1
    while start < end and not lines[start].text.strip():
        start += 1  # line numbers of Python's messages would not count these
    values = _read_yaml_lines(lines, first, "\n".join(options), "cell's options")
    return CodeCell(start + 1, "\n".join(line.text for line in lines[start:end]), values)


@dataclass
class CellRun:
    """Conditions of a run of cells: work folder, environment, seconds left."""

    work: Path
    environment: Mapping[str, str]
    timeout: float


def execute(document: Document, run: CellRun) -> str:
    """Run every cell and inline expression in order; return the body as plain Markdown.

    Raises RenderError that names the line of the .qmd when a cell fails or time runs out; the
    program and its children end in every case.
    """
    # Pieces of Python for one run: source, line in the document (from 1), whether inline.
    pieces: list[tuple[str, int, bool]] = []
    for block in document.blocks:
        if isinstance(block, ProseCell):
            pieces += [(match[1], line, True) for line, match in block.expressions()]
        elif document.option(block, "eval", True) is not False:
            pieces.append((block.source, block.line, False))
    results = iter(_read_results(document, pieces, run) if pieces else [])
    parts = []
    for block in document.blocks:
        if isinstance(block, ProseCell):
            text, at = [], 0
            for _, match in block.expressions():
                text += [block.source[at : match.start()], next(results)[0]["markdown"]]
                at = match.end()
            parts.append("".join([*text, block.source[at:]]))
        else:
            was_run = document.option(block, "eval", True) is not False
            parts.append(_fill_cell(document, block, next(results) if was_run else []))
    return "\n".join(parts)


def _read_results(
    document: Document, pieces: list[tuple[str, int, bool]], run: CellRun
) -> list[list[dict[str, str]]]:
    """Run the pieces in a process of their own; return the outputs of each."""
    pieces_file, results_file = run.work / "cells.json", run.work / "shown.jsonl"
    content = [{"source": source, "inline": inline} for source, _, inline in pieces]
    pieces_file.write_text(json.dumps(content), encoding="utf-8")
    code, printed, messages = run_group(
        [sys.executable, "-m", "readiness.rendering.running", str(pieces_file), str(results_file)],
        cwd=run.work,
        environment=run.environment,
        timeout=run.timeout,
        name=f"{document.path.name}: what its cells run",
    )
    # Warnings of libraries concern authors, not readers: print them on the terminal.
    sys.stderr.write(printed + messages)
    lines = results_file.read_text("utf-8").splitlines() if results_file.is_file() else []
    results: list[Any] = [json.loads(line) for line in lines]
    if results and isinstance(results[-1], dict):
        (source, line, _), error = pieces[len(results) - 1], results[-1]
        where = document.where(line + min(int(error["line"]) - 1, source.count("\n")))
        first = (str(error["said"]).strip().splitlines() or [""])[0]
        raise RenderError(f"{where}: the cell failed with {error['error']}: {first}")
    if len(results) < len(pieces):
        where = document.where(pieces[len(results)][1])
        raise RenderError(
            f"{where}: the program that runs the cells died while it ran this one (exit code "
            f"{code}). Look for too little memory or a call to exit."
        )
    return results


def _fill_cell(document: Document, cell: CodeCell, outputs: list[dict[str, str]]) -> str:
    """Return the Markdown in place of a cell: source if shown, then output."""
    if document.option(cell, "include", True) is False:
        return ""
    parts = []
    if document.option(cell, "echo", True) is not False:
        parts.append(_fence_text(cell.source, "python"))
    output_option = document.option(cell, "output", True)
    if output_option is not False:
        output_parts = []
        for output in outputs:
            ((kind, text),) = output.items()
            asis = kind == "markdown" or (kind == "printed" and output_option == "asis")
            output_parts.append(text if asis else _fence_text(text))
        parts.append(_label_output(cell, "\n\n".join(filter(None, output_parts))))
    body = "\n\n".join(filter(None, parts))
    if not _calls_blocks_alone(cell.source) and _has_unregistered_number(body):
        body = f"{_OWN_FENCE} {{.own}}\n{body}\n{_OWN_FENCE}"
    return f"\n{body}\n"


# Longer than most fences within the output. An output that closes this fence early leaves its rest
# to the check of numbers, like any other text.
_OWN_FENCE = ":" * 12


def _label_output(cell: CodeCell, output: str) -> str:
    """Return the output as the figure or table that the cell's `label` and caption ask for."""
    name = str(cell.options.get("label", ""))
    kind = name.partition("-")[0]
    caption = cell.options.get(f"{kind}-cap")
    if kind not in ("fig", "tbl") or not caption or not output:
        return output
    return f"::: {{#{name}}}\n{output}\n\n{caption}\n:::"


def _has_unregistered_number(markdown: str) -> bool:
    return any(character.isnumeric() for character in _REGISTERED.sub("", markdown))


def _calls_blocks_alone(source: str) -> bool:
    """Return whether a cell only opens the report and prints blocks, with literal arguments.

    The output of such a cell has checked numbers alone; any other code computes something.
    """
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return False  # a cell that is shown, and not run
    return all(map(_is_of_the_report, statements))


def _is_of_the_report(statement: ast.stmt) -> bool:
    """Return whether a statement only prepares the report or prints a block of the report.

    To prepare the report is to import it, to open it, or to give a name to an attribute or a
    literal. To print a block is to call a function of `_BLOCK_CALLS` with literal arguments.
    """
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "readiness.reporting.report"
    if isinstance(statement, ast.Assign):
        value = statement.value
        opens = isinstance(value, ast.Call) and ast.unparse(value.func) == "ReportPage.open"
        return opens or isinstance(value, ast.Constant | ast.Attribute)
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    call = statement.value
    is_method_call = isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    return (
        is_method_call
        and ast.unparse(call.func).removeprefix("report.") in _BLOCK_CALLS
        and all(isinstance(value, ast.Constant) for value in arguments)
    )


def _fence_text(text: str, language: str = "") -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
