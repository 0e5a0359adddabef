"""Build the program's source archive: the files of its wheel as they lie in a tree.

The wheel that is built from the archive is the wheel of the tree, byte for byte. Tests, data and
publications belong to the repository, not to the program. Members are sorted, dated alike, owned by
nobody and stored as they are, so that the archive depends on no library that compresses.
https://packaging.python.org/specifications/source-distribution-format/
"""

import calendar
import io
import struct
import tarfile
import zlib

from readiness.program.layout import program_files, project_files
from readiness.program.wheel import BESIDE, DATE, LAUNCHER, NAME, read_settings, write_metadata

# The most bytes that one block of a deflate stream can store.
BLOCK = 65_535
# RFC 1952: a deflate stream without name and date, from no system in particular.
GZIP_HEADER = bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])


def make_sdist() -> tuple[str, bytes]:
    """Return the name and the bytes of the source archive of the program that runs."""
    settings = read_settings()
    home = f"{NAME}-{settings['version']}"
    around = project_files()
    members = {name: path.read_bytes() for name, path in program_files().items()}
    members |= {name: (around / name).read_bytes() for name in BESIDE}
    members["PKG-INFO"] = write_metadata(settings).encode()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in sorted(members.items()):
            member = tarfile.TarInfo(f"{home}/{name}")
            member.size = len(content)
            member.mode = 0o755 if name == LAUNCHER else 0o644
            member.mtime = calendar.timegm(DATE)
            archive.addfile(member, io.BytesIO(content))
    return f"{home}.tar.gz", _store_as_gzip(buffer.getvalue())


def _store_as_gzip(content: bytes) -> bytes:
    """Return bytes as a gzip file that stores them (RFC 1951, 3.2.4)."""
    starts = range(0, len(content), BLOCK)
    stream = io.BytesIO()
    stream.write(GZIP_HEADER)
    for start in starts:
        block = content[start : start + BLOCK]
        is_last = start == starts[-1]
        stream.write(struct.pack("<BHH", is_last, len(block), len(block) ^ 0xFFFF))
        stream.write(block)
    stream.write(struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF))
    return stream.getvalue()
