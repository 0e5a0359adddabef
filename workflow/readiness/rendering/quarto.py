"""Quarto as a program: find it, run it, and read what it says.

It lays out the Markdown that the cells left, and runs none. Of Quarto 1.9, as observed: messages go
to stderr; `--quiet` hides errors too, so the log file is read; an unresolved cross-reference is a
warning with exit code 0, and an error here; `--output` takes a bare name; it needs HOME or the XDG
folders; killing it alone leaves its children.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from readiness import fonts
from readiness.errors import RenderError
from readiness.rendering.embedded import ASSETS, DESIGN, explained, metadata_of
from readiness.rendering.process import run_group
from readiness.rendering.qmd import Document

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def find_quarto() -> Path | None:
    """Quarto by QUARTO_PATH (the program or its folder), PATH, then the environment's `bin`.

    Raises RenderError when QUARTO_PATH names nothing that can be run.
    """
    if named := os.environ.get("QUARTO_PATH"):
        for path in (Path(named), Path(named) / "quarto", Path(named) / "bin" / "quarto"):
            if path.is_file() and os.access(path, os.X_OK):
                return path.absolute()
        raise RenderError(
            f"QUARTO_PATH={named} is not a program. Unset it for the embedded renderer."
        )
    folders = [Path(sys.prefix) / "bin"]
    if conda := os.environ.get("CONDA_PREFIX"):
        folders.append(Path(conda) / "bin")
    search = os.pathsep.join([os.environ.get("PATH", os.defpath), *map(str, folders)])
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
    """Render `body.md` within `work`, which holds the resources: the file of each format.

    Raises RenderError as the embedded renderer does.
    """
    started = time.monotonic()
    for name in DESIGN:
        shutil.copyfile(ASSETS / name, work / name)
    settings = _settings(document, language)
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
        _judged(document, code, _log(log), messages, made[name])
    return made


def _settings(document: Document, language: str) -> dict[str, Any]:
    """What Quarto adds to the front matter: the page and the paper of the embedded renderer.

    Our filters run before Quarto's own, so that both engines show the same words and numbers.
    """
    toc = document.front_matter.get("toc", True) is not False
    filters = [{"path": name, "at": "pre-ast"} for name in ("structure.lua", "references.lua")]
    return {
        **metadata_of(document, language),
        "toc": toc,
        "toc-depth": 3,
        "number-sections": False,
        "crossref": False,
        "columns": 100000,
        "filters": filters,
        # The cells have run: what looks like one by now is a text.
        "engine": "markdown",
        "format": {
            "html": {
                "embed-resources": True,
                "html-math-method": "mathml",
                "minimal": True,
                "template": "page.html",
            },
            "typst": {
                "template": "page.typ",
                "shift-heading-level-by": 0,
                "font-paths": [str(fonts.own_folder())],
            },
        },
    }


def _log(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    records = []
    for line in path.read_text("utf-8", "replace").splitlines():
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(record, dict):
            records.append(record)
    return records


def _judged(
    document: Document, code: int, log: list[dict[str, Any]], messages: str, output: Path
) -> None:
    """Raise RenderError for what went wrong, with its line, also where Quarto exits 0."""
    said = [str(record.get("msg", "")) for record in log] + [messages]
    everything = plain("\n".join(said))
    unresolved = re.search(
        r"(?:Unable to resolve crossref|unresolved cross-reference) (@[\w.-]+)", everything
    )
    if unresolved:
        raise RenderError(explained(document, f"unresolved cross-reference {unresolved[1]}"))
    if code == 0 and output.is_file():
        return
    raise RenderError(_failure(document, code, everything, log))


def _failure(document: Document, code: int, text: str, log: list[dict[str, Any]]) -> str:
    errors = [
        plain(str(record.get("msg", ""))).strip()
        for record in log
        if str(record.get("levelName", "")).upper() in ("ERROR", "CRITICAL")
    ]
    lines = [line for line in (errors or text.splitlines()) if line.strip()]
    said = " ".join(" ".join(line.split()) for line in (lines or ["no message"])[-2:])
    return explained(document, f"Quarto stopped with exit code {code}: {said[:300]}")


def plain(text: str) -> str:
    """The text without a terminal's colours."""
    return _ANSI.sub("", text)
