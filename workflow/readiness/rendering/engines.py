"""Lay out a page: with the embedded renderer (page by pandoc, paper by Typst), or with Quarto.

The embedded renderer is for machines without Quarto; its parts come with packages that are
installed anyway. Quarto lays out the Markdown that the cells left, and runs no cell. Quarto 1.9, as
observed: messages go to stderr; `--quiet` hides errors too, so the log file is read; an unresolved
cross-reference is a warning with exit code 0, and an error here; `--output` takes a bare name;
Quarto needs HOME or the XDG folders; killing Quarto alone leaves its children.
"""

import contextlib
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml

from readiness.ground.errors import RenderError
from readiness.language import direction
from readiness.pages import fonts
from readiness.rendering.process import run_group
from readiness.rendering.qmd import Document
from readiness.reporting.blocks import words_for

ASSETS = Path(__file__).parent
DESIGN = ("structure.lua", "references.lua", "page.html", "page.css", "page.typ")
# Fixed date within files, so that each rendering gives the same bytes.
TIMESTAMP = 946_684_800


def pandoc_path() -> Path:
    """Return the pandoc program that comes with pypandoc-binary."""
    import pypandoc

    return Path(pypandoc.__file__).parent / "files" / "pandoc"


def embedded_version() -> str:
    """Return the versions of the embedded renderer, e.g. `pandoc 3.9, typst 0.15.2`."""
    import pypandoc

    return f"pandoc {pypandoc.get_pandoc_version()}, typst {metadata.version('typst')}"


def render_embedded(
    document: Document,
    work: Path,
    environment: Mapping[str, str],
    formats: tuple[str, ...],
    language: str,
    timeout: float,
) -> dict[str, Path]:
    """Render `body.md` in `work`, beside resources and design; return the file of each format.

    Raises RenderError for an unresolved reference or a missing picture.
    """
    started = time.monotonic()
    meta = metadata_of(document, language)
    (work / "metadata.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")

    def pandoc(*arguments: str) -> None:
        command: list[str | Path] = [
            pandoc_path(),
            # Wide enough that pandoc derives no column widths from the dashes of a table.
            *("--wrap", "none", "--eol", "lf", "--columns", "100000"),
            *("--syntax-highlighting", "none", *arguments),
        ]
        seconds_left = max(1.0, timeout - (time.monotonic() - started))
        code, _, messages = run_group(
            command, cwd=work, environment=environment, timeout=seconds_left
        )
        warnings = re.findall(r"\[WARNING\] (.*(?:\n {2,}.*)*)", messages)
        if code or warnings:
            raise RenderError(explain_message(document, (warnings or [messages])[0]))

    # Read the text once for page and paper: reading takes longer than writing either.
    pandoc("body.md", "--from", "markdown", "--metadata-file", "metadata.json", "-o", "body.json")
    toc = document.front_matter.get("toc", True) is not False
    shared_arguments = (
        *("body.json", "--standalone", "--toc-depth", "3", *(["--toc"] if toc else [])),
        *("--lua-filter", "structure.lua", "--lua-filter", "references.lua"),
    )
    rendered: dict[str, Path] = {}
    if "html" in formats:
        rendered["html"] = work / "page-out.html"
        pandoc(
            *(*shared_arguments, "--to", "html5", "--template", "page.html", "--embed-resources"),
            *("--mathml", "--section-divs", "--output", "page-out.html"),
        )
    if "pdf" in formats:
        rendered["pdf"] = work / "page-out.pdf"
        pandoc(
            *shared_arguments, "--to", "typst", "--template", "page.typ", "--output", "paper.typ"
        )
        _run_typst(document, work, rendered["pdf"])
    return rendered


def metadata_of(document: Document, language: str) -> dict[str, Any]:
    """Return metadata for pandoc: the title's parts, the language and the layout's words.

    Metadata of the caller replaces that of the front matter, and is what `when-meta` looks up.
    """
    front_matter: Mapping[str, Any] = {**document.front_matter, **document.metadata}
    words: dict[str, Any] = dict(words_for(language))
    words["number"] = front_matter.get("number-sections", True) is not False
    title_keys = ("title", "subtitle", "author", "date", "abstract", "kicker")
    meta: dict[str, Any] = {
        k: front_matter[k] for k in title_keys if front_matter.get(k) is not None
    }
    if "date" in meta:
        meta["date"] = str(meta["date"])
    return {
        **document.metadata,
        **meta,
        "pagetitle": str(front_matter.get("pagetitle", meta.get("title", ""))),
        "lang": language,
        "script": language.partition("-")[0],
        **({"dir": "rtl"} if direction(language) == "rtl" else {}),
        "toc-title": front_matter.get("toc-title", words["toc"]),
        "skip": words["skip"],
        "boxes": words["boxes"],
        "words": words,
    }


def explain_message(document: Document, message: str) -> str:
    """Return a renderer's message in one line, with the line of the .qmd that it is about."""
    message = re.sub(r"Scripting warning at \S+ line \d+ column \d+: ", "", message)
    message = " ".join(message.split()) or "the renderer failed without a word"
    for name in re.findall(r"@[\w.-]+\w|[\w/.-]+\.(?:svg|png|jpg)|(?<=')[\w-]+(?=')", message):
        for line in document.lines:
            if name in line.text:
                return f"{line}: {message}"
    return f"{document.path.name}: {message}"


def _run_typst(document: Document, work: Path, output: Path, *, boxes: bool = False) -> None:
    """Write the paper; `boxes`: with a note, since no font here has some of its characters."""
    import typst

    compiler = typst.Compiler(
        input=str(work / "paper.typ"),
        root=str(work),
        font_paths=[str(fonts.own_folder())],
        ignore_system_fonts=True,
        sys_inputs={"boxes": "yes"} if boxes else {},
    )
    try:
        compiler.compile(
            output=str(output),
            format="pdf",
            # PDF/UA-1 requires a glyph for every character.
            pdf_standards=[] if boxes else ["ua-1"],
            timestamp=TIMESTAMP,
        )
    except typst.TypstError as error:
        if not boxes and "could not be displayed with font" in str(error):
            return _run_typst(document, work, output, boxes=True)
        hints = " ".join(getattr(error, "hints", None) or [])
        message = f"Typst: {getattr(error, 'message', None) or error} {hints}"
        raise RenderError(explain_message(document, message)) from None


def find_quarto() -> Path | None:
    """Return the Quarto program, None without one.

    By QUARTO_PATH, by PATH, then in the environment's `bin`.

    Raises RenderError where QUARTO_PATH names no program.
    """
    if configured := os.environ.get("QUARTO_PATH"):
        for path in (
            Path(configured),
            Path(configured) / "quarto",
            Path(configured) / "bin" / "quarto",
        ):
            if path.is_file() and os.access(path, os.X_OK):
                return path.absolute()
        raise RenderError(
            f"QUARTO_PATH={configured} is not a program. Unset it for the embedded renderer."
        )
    conda = os.environ.get("CONDA_PREFIX")
    folders = [str(Path(home) / "bin") for home in (sys.prefix, conda) if home]
    search = os.pathsep.join([os.environ.get("PATH", os.defpath), *folders])
    program = shutil.which("quarto", path=search)
    return Path(program).absolute() if program else None


def quarto_version(program: Path, timeout: float) -> str:
    """Return the version that `quarto --version` prints.

    Raises RenderError when it prints none.
    """
    code, out, err = run_group(
        [program, "--version"], cwd=Path.cwd(), environment=os.environ, timeout=min(timeout, 60.0)
    )
    if code or not re.match(r"\d", out.strip()):
        last = (err.strip().splitlines() or ["no message"])[-1]
        raise RenderError(
            f"{program} --version failed ({last}). Repair it, or unset QUARTO_PATH and take it "
            "off PATH to use the embedded renderer."
        )
    return out.strip()


def render_quarto(
    program: Path,
    document: Document,
    work: Path,
    environment: Mapping[str, str],
    formats: tuple[str, ...],
    language: str,
    timeout: float,
) -> dict[str, Path]:
    """Render `body.md` in `work`, beside resources and design; return the file of each format.

    Raises RenderError as the embedded renderer does.
    """
    started = time.monotonic()
    settings = {
        **metadata_of(document, language),
        "toc": document.front_matter.get("toc", True) is not False,
        "toc-depth": 3,
        "number-sections": False,
        "crossref": False,
        "columns": 100000,
        # Before Quarto's own filters, so that both engines show the same words and numbers.
        "filters": [{"path": f"{n}.lua", "at": "pre-ast"} for n in ("structure", "references")],
        # The cells have run: text that looks like a cell is text.
        "engine": "markdown",
        "format": {
            "html": {
                "embed-resources": True,
                "html-math-method": "mathml",
                "minimal": True,
                # A minimal page has sections only with this option.
                "section-divs": True,
                "template": "page.html",
            },
            "typst": {
                "template": "page.typ",
                "shift-heading-level-by": 0,
                # A path that begins with a slash would be searched below the document's folder.
                "font-paths": [os.path.relpath(fonts.own_folder().resolve(), work.resolve())],
            },
        },
    }
    (work / "settings.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    rendered: dict[str, Path] = {}
    for name in formats:
        rendered[name] = work / f"page-out.{name}"
        log = work / f"{name}.log"
        command: list[str | Path] = [
            program,
            *("render", "body.md", "--to", {"html": "html", "pdf": "typst"}[name]),
            *("--output", rendered[name].name, "--metadata-file", "settings.yml"),
            *("--no-execute", "--log", log.name, "--log-format", "json-stream"),
        ]
        seconds_left = max(1.0, timeout - (time.monotonic() - started))
        code, _, messages = run_group(
            command, cwd=work, environment=environment, timeout=seconds_left
        )
        _judge_log(document, code, _read_log(log), messages, rendered[name])
    return rendered


def _read_log(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    records = []
    for line in path.read_text("utf-8", "replace").splitlines():
        with contextlib.suppress(json.JSONDecodeError):
            records.append(json.loads(line))
    return [record for record in records if isinstance(record, dict)]


def _judge_log(
    document: Document, code: int, log: list[dict[str, Any]], messages: str, output: Path
) -> None:
    """Raise RenderError for an error in Quarto's log, even if Quarto exits with 0."""
    everything = plain("\n".join([str(record.get("msg", "")) for record in log] + [messages]))
    pattern = r"(?:Unable to resolve crossref|unresolved cross-reference) (@[\w.-]+)"
    if unresolved := re.search(pattern, everything):
        raise RenderError(explain_message(document, f"unresolved cross-reference {unresolved[1]}"))
    if code or not output.is_file():
        errors = [
            plain(str(record.get("msg", ""))).strip()
            for record in log
            if str(record.get("levelName", "")).upper() in ("ERROR", "CRITICAL")
        ]
        lines = [line for line in (errors or everything.splitlines()) if line.strip()]
        last_lines = " ".join(" ".join(line.split()) for line in (lines or ["no message"])[-2:])
        stopped = f"Quarto stopped with exit code {code}: {last_lines[:300]}"
        raise RenderError(explain_message(document, stopped))


def plain(text: str) -> str:
    """Return a text without a terminal's colour codes."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
