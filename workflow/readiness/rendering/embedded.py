"""The embedded renderer: the page by pandoc, the paper by Typst.

For machines without Quarto; every part comes with the packages that are installed anyway.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from readiness import fonts
from readiness.errors import RenderError
from readiness.language import LANGUAGES, Language, direction, own_name
from readiness.rendering.counted import words_for
from readiness.rendering.process import run_group
from readiness.rendering.qmd import Document

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
    """Render `body.md` within `work`, which holds the resources: the finished file of each format.

    Raises RenderError for an unresolved reference or a missing picture.
    """
    started = time.monotonic()
    for name in DESIGN:
        shutil.copyfile(ASSETS / name, work / name)
    meta = metadata_of(document, language)
    (work / "metadata.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")

    def pandoc(*arguments: str) -> None:
        left = max(1.0, timeout - (time.monotonic() - started))
        _pandoc(document, work, environment, left, arguments)

    made: dict[str, Path] = {}
    if "html" in formats:
        made["html"] = work / "page-out.html"
        pandoc(
            *("--to", "html5", "--template", "page.html", "--embed-resources", "--standalone"),
            *("--mathml", "--section-divs", "--output", "page-out.html"),
        )
    if "pdf" in formats:
        made["pdf"] = work / "page-out.pdf"
        pandoc("--to", "typst", "--template", "page.typ", "--standalone", "--output", "paper.typ")
        _typst(document, work, made["pdf"])
    return made


def metadata_of(document: Document, language: str) -> dict[str, Any]:
    """Metadata for pandoc: the title's parts, the language and the renderer's words in it.

    What whoever renders adds stands for the front matter's own, and is what `when-meta` looks up.
    """
    front_matter: Mapping[str, Any] = {
        key: in_language(document, key, value, language)
        for key, value in {**document.front_matter, **document.metadata}.items()
    }
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
        "words": words,
    }


def in_language(document: Document, key: str, value: Any, language: Language) -> Any:
    """A value of the front matter: where it is a mapping by language, the one of this language."""
    if not isinstance(value, dict) or not value.keys() & set(LANGUAGES):
        return value
    if language not in value:
        raise RenderError(
            f"{document.path.name}: {key}: there is none in {own_name(language)} ({language}); "
            f"there is {', '.join(map(str, value))}."
        )
    return value[language]


def _pandoc(
    document: Document,
    work: Path,
    environment: Mapping[str, str],
    timeout: float,
    arguments: tuple[str, ...],
) -> None:
    toc = document.front_matter.get("toc", True) is not False
    command: list[str | Path] = [
        pandoc_path(),
        *("body.md", "--from", "markdown", "--metadata-file", "metadata.json"),
        *("--lua-filter", "structure.lua", "--lua-filter", "references.lua"),
        # Wide enough that no pipe table gets the widths of its dashes.
        *("--wrap", "none", "--eol", "lf", "--columns", "100000"),
        *("--syntax-highlighting", "none", "--toc-depth", "3"),
        *(["--toc"] if toc else []),
        *arguments,
    ]
    code, _, messages = run_group(command, cwd=work, environment=environment, timeout=timeout)
    warnings = re.findall(r"\[WARNING\] (.*(?:\n {2,}.*)*)", messages)
    if code or warnings:
        raise RenderError(explained(document, (warnings or [messages])[0]))


def explained(document: Document, message: str) -> str:
    """A renderer's message with the line of the .qmd that it is about, in one line."""
    message = re.sub(r"Scripting warning at \S+ line \d+ column \d+: ", "", message)
    message = " ".join(message.split()) or "the renderer failed without a word"
    for name in re.findall(r"@[\w.-]+\w|[\w/.-]+\.(?:svg|png|jpg)|(?<=')[\w-]+(?=')", message):
        for line in document.lines:
            if name in line.text:
                return f"{line}: {message}"
    return f"{document.path.name}: {message}"


def _typst(document: Document, work: Path, output: Path) -> None:
    import typst

    compiler = typst.Compiler(
        input=str(work / "paper.typ"),
        root=str(work),
        font_paths=[str(fonts.own_folder())],
        ignore_system_fonts=True,
    )
    try:
        compiler.compile(
            output=str(output), format="pdf", pdf_standards=["ua-1"], timestamp=TIMESTAMP
        )
    except typst.TypstError as error:
        hints = " ".join(getattr(error, "hints", None) or [])
        raise RenderError(
            explained(document, f"Typst: {getattr(error, 'message', None) or error} {hints}")
        ) from None
