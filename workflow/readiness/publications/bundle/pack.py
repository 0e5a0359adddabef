"""The zip of a bundle: the same bytes for the same tree, on any machine.

Names are sorted, times are those of the format's beginning, modes are one, and nothing is
compressed: what a compressor makes depends on its version.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from readiness.errors import DataError
from readiness.publications.bundle.contents import Contents
from readiness.publications.bundle.crate import DESCRIPTION, crate_text
from readiness.publications.bundle.pages import README, readme

BEGINNING = (1980, 1, 1, 0, 0, 0)
MODE = 0o100644
UNIX = 3


def bundle(root: Path, contents: Contents, date: str = "") -> bytes:
    """The zip of these contents, with its README and the description as a research object.

    `date` is the day of publication, YYYY-MM-DD, "" when none is known. DataError when the finished
    zip names a respondent of data that were left out.
    """
    files = dict(contents.files)
    files[README] = readme(root, contents, date).encode()
    files[DESCRIPTION] = crate_text(root, contents, files, date).encode()
    content = zipped(files)
    # Not what was meant to go in, but what is in it.
    if place := contents.people.named_in("the bundle", content):
        raise DataError(
            f"{place}: names a respondent of data that must not leave; nothing was written. "
            "Take the code out of it."
        )
    return content


def zipped(files: Mapping[str, bytes]) -> bytes:
    """An uncompressed zip of files by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(files.items()):
            member = zipfile.ZipInfo(name, BEGINNING)
            member.create_system = UNIX
            member.external_attr = MODE << 16
            archive.writestr(member, content)
    return buffer.getvalue()
