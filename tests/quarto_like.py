"""Stands where Quarto would, and does with a page what Quarto 1.9 does with it.

As observed of the real program: sections are written only where `section-divs` asks for them (a
minimal page has none by itself); a font folder that begins with `/` is looked for below the
document's folder, and a paper then takes what fonts it finds; a warning ends with exit code 0.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

VERSION = "1.9.38"


def install(folder: Path) -> Path:
    """The program `quarto` in a folder."""
    path = folder / "quarto"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nexec {sys.executable} {Path(__file__).resolve()} "$@"\n', "utf-8")
    path.chmod(0o755)
    return path


def render(to: str, output: str, log: Path) -> int:
    """Lay out `body.md`, by the settings beside it."""
    import pypandoc
    import typst
    import yaml

    settings: dict[str, Any] = yaml.safe_load(Path("settings.yml").read_text("utf-8"))
    own = settings.pop("format")[to]
    Path("metadata.json").write_text(json.dumps({**settings, **own}), "utf-8")
    made = output if to == "html" else "paper.typ"
    command = [
        *(str(Path(pypandoc.__file__).parent / "files/pandoc"), "body.md", "--from", "markdown"),
        *("--to", "html5" if to == "html" else to, "--template", own["template"]),
        *("--metadata-file", "metadata.json", "--wrap", "none", "--standalone", "--output", made),
        *("--columns", str(settings["columns"]), "--toc-depth", str(settings["toc-depth"])),
        *(word for one in settings["filters"] for word in ("--lua-filter", one["path"])),
        *(["--toc"] if settings["toc"] else []),
        *(["--section-divs"] if own.get("section-divs") else []),
        *(["--mathml", "--embed-resources"] if to == "html" else []),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    record = {"levelName": "ERROR" if done.returncode else "WARN", "msg": done.stderr}
    log.write_text(json.dumps(record) + "\n", "utf-8")
    if not done.returncode and to == "typst":
        folders = [f".{path}" if path.startswith("/") else path for path in own["font-paths"]]
        # The real program also takes fonts of the machine, which tests must not depend on.
        typst.compile(made, output=output, font_paths=folders, ignore_system_fonts=True)
    return done.returncode


if __name__ == "__main__":
    given = dict(zip(sys.argv, sys.argv[1:], strict=False))
    if "--version" in sys.argv:
        print(VERSION)
    else:
        sys.exit(render(given["--to"], given["--output"], Path(given["--log"])))
