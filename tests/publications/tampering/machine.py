"""What lies in a folder so as to be run by whoever audits it, and archives that reach out of it.

A file that is run writes the canary, which no audit may leave behind.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

from tampering import reseal
from tampering.data import remove_all
from tampering.model import MISSING, NOT_CHECKED, Kind, contradicts, unseen
from tampering.tree import Change, Made, Target


def canary(target: Target) -> Path:
    return target.tree.root.parent / "canary"


def python(target: Target) -> str:
    return f"open({str(canary(target))!r}, 'a').write(__file__)\n"


def planted(name: str, text: Callable[[Target], str] = python) -> Change:
    """A file that writes the canary when it is run."""

    def change(target: Target) -> Made:
        before = target.tree.text(name) if target.tree.has(name) else ""
        target.tree.write(name, text(target) + before)
        return Made(f"{name}: writes the canary")

    return change


def remote(name: str) -> Change:
    """A remote whose settings name a program that gives the password; and no copy of the data."""

    def change(target: Target) -> Made:
        settings = target.tree.root.parent / "aws"
        settings.write_text(f"[default]\ncredential_process = touch {canary(target)}\n")
        text = "['remote \"other\"']\n    url = s3://bucket/data\n"
        text += f"    configpath = {settings}\n[core]\n    remote = other\n"
        target.tree.write(name, text)
        version = target.version()
        remove_all(target, version)
        return Made(f"{name}: a remote; every copy of {version.name} removed", (version.name,))

    return change


def shell(target: Target) -> str:
    return f"echo here >>{canary(target)}\n"


def packed(place: str, *members: tuple[str, bytes, str]) -> Change:
    """An archive of the code with further members (name, type, where a link leads), sealed."""

    def change(target: Target) -> Made:
        content = target.tree.read(target.name("code.tar.xz"))
        buffer = io.BytesIO()
        with (
            tarfile.open(fileobj=io.BytesIO(content)) as old,
            tarfile.open(fileobj=buffer, mode="w:xz", format=tarfile.PAX_FORMAT) as new,
        ):
            for member in old:
                new.addfile(member, old.extractfile(member))
            for name, kind, leads in members:
                info = tarfile.TarInfo(name)
                info.type, info.linkname = kind, leads
                body = python(target).encode() if kind == tarfile.REGTYPE else b""
                info.size = len(body)
                new.addfile(info, io.BytesIO(body))
        reseal.sealed_as(target, {"code.tar.xz": buffer.getvalue()})
        return Made(f"code.tar.xz: {members[0][0]}", (place,))

    return change


NEVER = "nothing of the folder is run"
LIBRARIES = ("argparse.py", "sitecustomize.py", "yaml.py", "workflow/sitecustomize.py",
             "workflow/usercustomize.py", "workflow/json.py")  # fmt: skip
FILE = tarfile.REGTYPE
MEMBERS = (
    ("traversal", "a path that leads out of it", ("../../canary.py", FILE, "")),
    ("absolute", "an absolute path", ("/tmp/canary.py", FILE, "")),
    ("link", "a link that leads out of it", ("workflow/more.py", tarfile.SYMTYPE, "/etc")),
    ("hard-link", "a second name of a file outside",
     ("workflow/more.py", tarfile.LNKTYPE, "/etc/passwd")),
    ("device", "a device", ("workflow/readiness/null", tarfile.CHRTYPE, "")),
    ("pipe", "a pipe", ("workflow/readiness/pipe", tarfile.FIFOTYPE, "")),
)  # fmt: skip
BESIDE = (
    ("customize", "code that Python's start runs", ("workflow/sitecustomize.py", FILE, "")),
    ("library", "a file in the name of a library", ("workflow/json.py", FILE, "")),
    ("unknown", "a file that is none of the program's", ("notes/more.py", FILE, "")),
)
KINDS: tuple[Kind, ...] = (
    *(unseen(f"machine-{name.replace('/', '-').removesuffix('.py')}", f"`{name}`, for a library",
             NEVER, planted(name), program=True)
      for name in LIBRARIES),
    unseen("machine-snakefile", "`Snakefile`: code at its beginning (levels 0 and 1)", NEVER,
           planted("Snakefile"), program=True),
    unseen("machine-setup", "`workflow/setup.sh`: a command at its beginning", NEVER,
           planted("workflow/setup.sh", shell), program=True),
    *(Kind(f"machine-remote-{k}", f"`{name}`: a remote whose settings name a program; no copy here",
           1, MISSING, (0, 2, 2, 2), "the dataset version", remote(name), program=True,
           also=(NOT_CHECKED,))
      for k, name in enumerate((".dvc/config", ".dvc/config.local"))),
)  # fmt: skip
RESEALED: tuple[Kind, ...] = (
    *(Kind(f"archive-{name}", f"`code.tar.xz`: {says}", 1, NOT_CHECKED, (0, 2, 2, 2), "the archive",
           packed("code.tar.xz", member))
      for name, says, member in MEMBERS),
    *(contradicts(f"archive-{name}", f"`code.tar.xz`: {says}", "the file in the archive",
                  packed(f"code.tar.xz: audit.states.no_code {member[0]}", member))
      for name, says, member in BESIDE),
    contradicts("archive-package", "`code.tar.xz`: a module more in the package", "`seal.json`",
                packed("seal.json", ("workflow/readiness/more.py", FILE, ""))),
)  # fmt: skip
