"""Render the report: with Quarto where it is installed, else with the embedded renderer.

The cells run once; the resulting Markdown is laid out by either engine, in a work folder with a
HOME of its own; finished files are moved to the output folder at the end. So a read-only source, an
unset HOME, a failure half-way or Ctrl-C leave nothing half-written.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from readiness.ground.errors import RenderError
from readiness.ground.files import write_atomically
from readiness.rendering import engines
from readiness.rendering.process import terminated_like_interrupted
from readiness.rendering.qmd import CellRun, Document, execute, parse
from readiness.reporting.blocks import words_for

FORMATS = ("html", "pdf")


@dataclass(frozen=True)
class Rendering:
    """Rendered files and the engine; `html` or `pdf` is None when it was not asked for."""

    engine: str
    html: Path | None
    pdf: Path | None


def render(
    source: Path,
    output_folder: Path,
    *,
    resources: Mapping[str, Path] | None = None,
    metadata: Mapping[str, Any] | None = None,
    formats: Sequence[str] = FORMATS,
    language: str = "fr",
    timeout: float = 300.0,
    quarto: Path | Literal["auto"] | None = "auto",
) -> Rendering:
    """Render a .qmd to `output_folder/<stem>.html` and `.pdf`.

    `resources`: files and folders to copy beside the document, by relative name. `metadata`: added
    to the front matter; a part of the text with `when-meta="name"` is kept only if `name` is true
    in it. `quarto`: a program, "auto" to look for one, None for the embedded renderer. `timeout`:
    seconds for the whole. READINESS_ENGINE tells the cells which engine runs. Raises RenderError,
    naming the line of the .qmd where there is one.
    """
    wanted_formats = tuple(name for name in FORMATS if name in formats)
    if unknown := sorted(set(formats) - set(FORMATS)):
        raise RenderError(f"No such format: {', '.join(unknown)}. Expected: {', '.join(FORMATS)}.")
    document = replace(parse(source), metadata=metadata or {})
    program = engines.find_quarto() if quarto == "auto" else quarto
    version = engines.quarto_version(program, timeout) if program else engines.embedded_version()
    engine_name = words_for(language)["embedded"]
    engine = f"Quarto {version}" if program else f"{engine_name} ({version})"
    with terminated_like_interrupted():
        started, work = time.monotonic(), Path(tempfile.mkdtemp(prefix="readiness-"))
        try:
            folder = _fill_folder(work / "page", document, resources or {})
            settings = _make_environment(work, engine)
            body = execute(document, CellRun(folder, settings, timeout))
            (folder / "body.md").write_text(body, encoding="utf-8", newline="\n")
            for name in engines.DESIGN:
                shutil.copyfile(engines.ASSETS / name, folder / name)
            seconds_left = max(1.0, timeout - (time.monotonic() - started))
            arguments = (document, folder, settings, wanted_formats, language, seconds_left)
            if program:
                rendered = engines.render_quarto(program, *arguments)
            else:
                rendered = engines.render_embedded(*arguments)
            delivered = _deliver_files(rendered, output_folder, source.stem)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return Rendering(engine, delivered.get("html"), delivered.get("pdf"))


def present_engine() -> str:
    """Return the engine that renders here, as "Quarto 1.9.2".

    Raises RenderError as `find_quarto` does.
    """
    if (program := engines.find_quarto()) is None:
        return f"embedded ({engines.embedded_version()})"
    return f"Quarto {engines.quarto_version(program, 60.0)}"


def _fill_folder(folder: Path, document: Document, resources: Mapping[str, Path]) -> Path:
    """Copy the resources into a new folder; return the folder."""
    folder.mkdir()
    for name, path in sorted(resources.items()):
        target = folder / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise RenderError(f"The resource {name} must be named relative to the report.")
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, target, copy_function=shutil.copyfile, dirs_exist_ok=True)
        elif path.is_file():
            shutil.copyfile(path, target)
        else:
            raise RenderError(f"{path}: needed to render {document.path.name} but not there.")
    return folder


def _make_environment(work: Path, engine: str) -> dict[str, str]:
    """Return the environment of all programs: home in the work folder, this package first."""
    home = work / "home"
    kinds = ("cache", "config", "data")
    folders = {"HOME": home, **{f"XDG_{kind.upper()}_HOME": home / kind for kind in kinds}}
    folders["XDG_RUNTIME_DIR"] = home / "runtime"
    for path in folders.values():
        path.mkdir(parents=True, exist_ok=True)
    # Link to this package alone, so that cells cannot import files beside the package.
    library = work / "library"
    library.mkdir()
    (library / "readiness").symlink_to(Path(__file__).resolve().parents[1])
    return {
        **os.environ,
        **{name: str(path) for name, path in folders.items()},
        "PYTHONPATH": str(library),
        "PYTHONSAFEPATH": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": "0",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "READINESS_ENGINE": engine,
    }


def _deliver_files(rendered: Mapping[str, Path], output_folder: Path, stem: str) -> dict[str, Path]:
    """Move all finished files to the output folder, each whole or not at all.

    Raises RenderError for an empty file.
    """
    contents = {name: path.read_bytes() for name, path in rendered.items()}
    if empty := sorted(name for name, content in contents.items() if not content):
        raise RenderError(f"The renderer wrote an empty file ({', '.join(empty)}).")
    targets = {name: output_folder / f"{stem}.{name}" for name in contents}
    for name, path in targets.items():
        write_atomically(path, contents[name])
    return targets
