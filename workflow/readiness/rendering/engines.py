"""What lays out a page: the embedded renderer (the page by pandoc, the paper by Typst), or Quarto.

The first is for machines without Quarto; every part of it comes with the packages that are
installed anyway. Quarto lays out the Markdown that the cells left, and runs none. Of Quarto 1.9, as
observed: messages go to stderr; `--quiet` hides errors too, so the log file is read; an unresolved
cross-reference is a warning with exit code 0, and an error here; `--output` takes a bare name; it
needs HOME or the XDG folders; killing it alone leaves its children.
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
# Same bytes whenever it is rendered: the file carries no date of its own.
TIMESTAMP = 946_684_800


def pandoc_path() -> Path:
    """The pandoc program that comes with pypandoc-binary."""
    import pypandoc

    return Path(pypandoc.__file__).parent / "files" / "pandoc"


def embedded_version() -> str:
    """Versions of what makes the page, e.g. `pandoc 3.9, typst 0.15.2`."""
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
    """Render `body.md` within `work`, which holds resources and design: the file of each format.

    Raises RenderError for an unresolved reference or a missing picture.
    """
    started = time.monotonic()
    meta = metadata_of(document, language)
    (work / "metadata.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")

    def pandoc(*arguments: str) -> None:
        command: list[str | Path] = [
            pandoc_path(),
            # Wide enough that no pipe table gets the widths of its dashes.
            *("--wrap", "none", "--eol", "lf", "--columns", "100000"),
            *("--syntax-highlighting", "none", *arguments),
        ]
        left = max(1.0, timeout - (time.monotonic() - started))
        code, _, messages = run_group(command, cwd=work, environment=environment, timeout=left)
        warnings = re.findall(r"\[WARNING\] (.*(?:\n {2,}.*)*)", messages)
        if code or warnings:
            raise RenderError(explain_message(document, (warnings or [messages])[0]))

    # The text is read once for page and paper: that takes longer than to write either.
    pandoc("body.md", "--from", "markdown", "--metadata-file", "metadata.json", "-o", "body.json")
    toc = document.front_matter.get("toc", True) is not False
    written = (
        *("body.json", "--standalone", "--toc-depth", "3", *(["--toc"] if toc else [])),
        *("--lua-filter", "structure.lua", "--lua-filter", "references.lua"),
    )
    made: dict[str, Path] = {}
    if "html" in formats:
        made["html"] = work / "page-out.html"
        pandoc(
            *(*written, "--to", "html5", "--template", "page.html", "--embed-resources"),
            *("--mathml", "--section-divs", "--output", "page-out.html"),
        )
    if "pdf" in formats:
        made["pdf"] = work / "page-out.pdf"
        pandoc(*written, "--to", "typst", "--template", "page.typ", "--output", "paper.typ")
        _run_typst(document, work, made["pdf"])
    return made


def metadata_of(document: Document, language: str) -> dict[str, Any]:
    """Metadata for pandoc: the title's parts, the language and the renderer's words in it.

    What whoever renders adds stands for the front matter's own, and is what `when-meta` looks up.
    """
    front_matter: Mapping[str, Any] = {**document.front_matter, **document.metadata}
    words: dict[str, Any] = dict(words_for(language))
    words["number"] = front_matter.get("number-sections", True) is not False
    kept = ("title", "subtitle", "author", "date", "abstract", "kicker")
    meta: dict[str, Any] = {k: front_matter[k] for k in kept if front_matter.get(k) is not None}
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
    """A renderer's message with the line of the .qmd that it is about, in one line."""
    message = re.sub(r"Scripting warning at \S+ line \d+ column \d+: ", "", message)
    message = " ".join(message.split()) or "the renderer failed without a word"
    for name in re.findall(r"@[\w.-]+\w|[\w/.-]+\.(?:svg|png|jpg)|(?<=')[\w-]+(?=')", message):
        for line in document.lines:
            if name in line.text:
                return f"{line}: {message}"
    return f"{document.path.name}: {message}"


def _run_typst(document: Document, work: Path, output: Path, *, boxes: bool = False) -> None:
    """The paper; `boxes`: of a text with letters that no font here has, which it says itself."""
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
            # A paper that all can read shows every letter.
            pdf_standards=[] if boxes else ["ua-1"],
            timestamp=TIMESTAMP,
        )
    except typst.TypstError as error:
        if not boxes and "could not be displayed with font" in str(error):
            return _run_typst(document, work, output, boxes=True)
        hints = " ".join(getattr(error, "hints", None) or [])
        said = f"Typst: {getattr(error, 'message', None) or error} {hints}"
        raise RenderError(explain_message(document, said)) from None


def find_quarto() -> Path | None:
    """Quarto by QUARTO_PATH (RenderError if it names none), PATH, then the environment's `bin`."""
    if named := os.environ.get("QUARTO_PATH"):
        for path in (Path(named), Path(named) / "quarto", Path(named) / "bin" / "quarto"):
            if path.is_file() and os.access(path, os.X_OK):
                return path.absolute()
        raise RenderError(
            f"QUARTO_PATH={named} is not a program. Unset it for the embedded renderer."
        )
    conda = os.environ.get("CONDA_PREFIX")
    folders = [str(Path(home) / "bin") for home in (sys.prefix, conda) if home]
    search = os.pathsep.join([os.environ.get("PATH", os.defpath), *folders])
    found = shutil.which("quarto", path=search)
    return Path(found).absolute() if found else None


def quarto_version(program: Path, timeout: float) -> str:
    """The version that `quarto --version` prints; RenderError when it prints none."""
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
    """Render `body.md` within `work`, which holds resources and design: the file of each format.

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
        # Before Quarto's own, so that both engines show the same words and numbers.
        "filters": [{"path": f"{n}.lua", "at": "pre-ast"} for n in ("structure", "references")],
        # The cells have run: what looks like one by now is a text.
        "engine": "markdown",
        "format": {
            "html": {
                "embed-resources": True,
                "html-math-method": "mathml",
                "minimal": True,
                # A minimal page has no sections by itself.
                "section-divs": True,
                "template": "page.html",
            },
            "typst": {
                "template": "page.typ",
                "shift-heading-level-by": 0,
                # One that begins with a slash is looked for below the document's folder.
                "font-paths": [os.path.relpath(fonts.own_folder().resolve(), work.resolve())],
            },
        },
    }
    (work / "settings.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    made: dict[str, Path] = {}
    for name in formats:
        made[name] = work / f"page-out.{name}"
        log = work / f"{name}.log"
        command: list[str | Path] = [
            program,
            *("render", "body.md", "--to", {"html": "html", "pdf": "typst"}[name]),
            *("--output", made[name].name, "--metadata-file", "settings.yml"),
            *("--no-execute", "--log", log.name, "--log-format", "json-stream"),
        ]
        left = max(1.0, timeout - (time.monotonic() - started))
        code, _, messages = run_group(command, cwd=work, environment=environment, timeout=left)
        _judge_log(document, code, _read_log(log), messages, made[name])
    return made


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
    """Raise RenderError for what went wrong, with its line, also where Quarto exits 0."""
    everything = plain("\n".join([str(record.get("msg", "")) for record in log] + [messages]))
    told = r"(?:Unable to resolve crossref|unresolved cross-reference) (@[\w.-]+)"
    if unresolved := re.search(told, everything):
        raise RenderError(explain_message(document, f"unresolved cross-reference {unresolved[1]}"))
    if code or not output.is_file():
        errors = [
            plain(str(record.get("msg", ""))).strip()
            for record in log
            if str(record.get("levelName", "")).upper() in ("ERROR", "CRITICAL")
        ]
        lines = [line for line in (errors or everything.splitlines()) if line.strip()]
        said = " ".join(" ".join(line.split()) for line in (lines or ["no message"])[-2:])
        stopped = f"Quarto stopped with exit code {code}: {said[:300]}"
        raise RenderError(explain_message(document, stopped))


def plain(text: str) -> str:
    """The text without a terminal's colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
