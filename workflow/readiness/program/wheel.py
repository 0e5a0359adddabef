"""Build the program's wheel: the same bytes from a tree, and from where it is installed.

`readiness new` leaves it with the office that it makes. Members are sorted, dated alike and stored
as they are: how well a zip library compresses is not part of the program.
https://packaging.python.org/specifications/binary-distribution-format/
"""

import base64
import hashlib
import io
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from readiness.program.layout import PACKAGE, PROJECT, program_files, project_files

NAME = "readiness"
# Files that the wheel holds in addition to the code: shown by an upgrade, and by package indexes.
BESIDE = ("CHANGELOG.md", "README.md")
LAUNCHER = "workflow/bin/readiness"
# Earliest date that the zip format can store.
DATE = (1980, 1, 1, 0, 0, 0)
WHEEL = f"Wheel-Version: 1.0\nGenerator: {NAME}\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def make_wheel() -> tuple[str, bytes]:
    """Return the name and the bytes of the wheel of the program that runs."""
    around = project_files()
    settings = read_settings()
    home = f"{NAME}-{settings['version']}"
    members = {_member(name): path.read_bytes() for name, path in program_files().items()}
    members |= {f"{NAME}/{PROJECT}/{name}": (around / name).read_bytes() for name in BESIDE}
    launcher = f"{home}.data/scripts/{NAME}"
    members[launcher] = (around / LAUNCHER).read_bytes()
    described = {
        "METADATA": write_metadata(settings),
        "WHEEL": WHEEL,
        "licenses/LICENSE": (around / "LICENSE").read_text("utf-8"),
    }
    members |= {f"{home}.dist-info/{name}": text.encode() for name, text in described.items()}
    record = f"{home}.dist-info/RECORD"
    rows = [_write_row(name, content) for name, content in sorted(members.items())]
    members[record] = "".join([*rows, f"{record},,\n"]).encode()
    return f"{home}-py3-none-any.whl", _pack(members, {launcher})


def _member(name: str) -> str:
    """Return where a file of the program lies in the wheel."""
    package = f"{PACKAGE.as_posix()}/"
    if name.startswith(package):
        return f"{NAME}/{name.removeprefix(package)}"
    return f"{NAME}/{PROJECT}/{name}"


def read_settings() -> dict[str, Any]:
    """Return the `[project]` table of pyproject.toml."""
    stated = tomllib.loads((project_files() / "pyproject.toml").read_text("utf-8"))
    return dict(stated["project"])


def write_metadata(settings: Mapping[str, Any]) -> str:
    """Return the core metadata of the package, with its README as the description.

    https://packaging.python.org/specifications/core-metadata/
    """
    readme = (project_files() / settings["readme"]).read_text("utf-8")
    return "".join(_write_fields(settings)) + f"\n{readme}"


def _write_fields(settings: Mapping[str, Any]) -> Iterator[str]:
    yield f"Metadata-Version: 2.4\nName: {settings['name']}\nVersion: {settings['version']}\n"
    yield f"Summary: {settings['description']}\nLicense-Expression: {settings['license']}\n"
    yield from (f"Author: {author['name']}\n" for author in settings["authors"])
    yield f"Keywords: {','.join(settings['keywords'])}\n"
    yield from (f"Classifier: {name}\n" for name in settings["classifiers"])
    yield f"License-File: LICENSE\nRequires-Python: {settings['requires-python']}\n"
    yield from (f"Requires-Dist: {item}\n" for item in settings["dependencies"])
    for extra, items in settings["optional-dependencies"].items():
        yield f"Provides-Extra: {extra}\n"
        yield from (f'Requires-Dist: {item} ; extra == "{extra}"\n' for item in items)
    yield "Description-Content-Type: text/markdown\n"


def _write_row(name: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}\n"


def _pack(members: Mapping[str, bytes], programs: set[str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(members.items()):
            member = zipfile.ZipInfo(name, DATE)
            # A file of Unix, also where the wheel is built on another system.
            member.create_system = 3
            member.external_attr = (0o100755 if name in programs else 0o100644) << 16
            archive.writestr(member, content)
    return buffer.getvalue()
