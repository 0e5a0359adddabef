"""Random harm to a file of a publication: bytes, text, structure, and what is no file at all."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Draw = random.Random
# The bytes of a file, harmed.
Harm = Callable[[Draw, bytes], bytes]

NOISE = (
    b"\0",
    b",",
    b'"',
    b"\n",
    b"\r",
    b"\r\n",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xe2\x80",
    b"- [",
    b"{",
    b"<script>",
    b"]]>",
    b"&amp",
    b"'",
    b"\x1b[31m",
    "\u202e".encode(),
    "\u2066".encode(),
    "\u0663\u0664".encode(),
    b"1_000",
    b"1e999",
    b"-0",
    b"nan",
    b"../../",
    b"0" * 40,
    b"A" * 70000,
)
STRANGE: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
    float("nan"),
    10**400,
    "",
    "x",
    "\ud800",
    "\x1b[2J",
    "\u202e",
    [],
    {},
    [[]],
    {"": None},
    "../..",
    "/etc/passwd",
    "a\0b",
    "٣",
    [None, 1],
    {"md5": 1},
    "n" * 10000,
)
CELLS = (
    "",
    "nan",
    "inf",
    "-1",
    "1_0",
    "٣",
    "５",
    "1e999",
    "1/0",
    " 0.5",
    "0.5 ",
    "+0.5",
    "0x1",
    "x" * 200000,
    "\x1b[31mred",
    "\u202e05",
    "a\0b",
    '"',
    "\r",
    "=1+1",
    "../../x",
    "true",
    "\ufeff",
    "9" * 400,
)


def flipped(draw: Draw, content: bytes) -> bytes:
    if not content:
        return b"x"
    k = draw.randrange(len(content))
    return content[:k] + bytes([content[k] ^ draw.randrange(1, 256)]) + content[k + 1 :]


def noisy(draw: Draw, content: bytes) -> bytes:
    k = draw.randrange(len(content) + 1)
    noise = draw.choice(NOISE)
    return content[:k] + noise + content[k + draw.choice([0, len(noise)]) :]


def cut(draw: Draw, content: bytes) -> bytes:
    return content[: draw.randrange(len(content))] if content else b"x"


def twice(draw: Draw, content: bytes) -> bytes:
    return content + content


def recoded(draw: Draw, content: bytes) -> bytes:
    code = draw.choice(["utf-16", "cp1252", "utf-7", "utf-8-sig"])
    return content.decode("utf-8", "replace").encode(code, "replace")


def line_ends(draw: Draw, content: bytes) -> bytes:
    return content.replace(b"\n", draw.choice([b"\r\n", b"\r", b"\n\n", b"\x0b\n"]))


def replaced(draw: Draw, content: bytes) -> bytes:
    return draw.choice(
        [
            b"",
            b"\n",
            b"\0" * 4096,
            b"[" * 100_000,
            b"{" * 100_000,
            b'{"a":' * 20_000,
            b"1" * 100_000,
            b"- " * 50_000,
            BOMB,
            b"\xff" * 64,
            b"null",
            b"[]",
            b'"x"',
            b"0",
            b"{}",
            b"%PDF-1.4",
            b"<html>",
            b"PK\3\4",
            b"\x1f\x8b\x08",
        ]
    )


# A billion laughs.
BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9)) for c in range(ord("b"), ord("k"))
)


def list_places(node: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner: Any = enumerate(node) if isinstance(node, list) else ()
    if isinstance(node, dict):
        inner = node.items()
    return [at, *(place for key, value in inner for place in list_places(value, (*at, key)))]


def of_json(draw: Draw, content: bytes) -> bytes:
    """Another value, or none, or a key twice, anywhere in the structure."""
    try:
        record = json.loads(content)
    except (ValueError, RecursionError):
        return noisy(draw, content)
    place = draw.choice(list_places(record))
    if not place:
        record = draw.choice(STRANGE)
    else:
        node = record
        for key in place[:-1]:
            node = node[key]
        how = draw.choice(["value", "value", "value", "gone", "key"])
        if how == "value":
            node[place[-1]] = draw.choice(STRANGE)
        elif how == "gone":
            del node[place[-1]]
        elif isinstance(node, dict):
            node[draw.choice(["", "\ud800", "more", "../x", "\x1b[2J"])] = node.pop(place[-1])
    return (
        json.dumps(record, sort_keys=True, ensure_ascii=draw.random() < 0.5, indent=1).encode(
            "utf-8", "surrogatepass"
        )
        + b"\n"
    )


def of_yaml(draw: Draw, content: bytes) -> bytes:
    """Another value in one line of it."""
    lines = content.decode("utf-8", "replace").splitlines(keepends=True)
    if not lines:
        return b"a: 1\n"
    k = draw.randrange(len(lines))
    key, colon, _ = lines[k].partition(":")
    values = (
        "",
        " null",
        " []",
        " {}",
        " 1e400",
        " -1",
        " !!python/object/apply:os.system [id]",
        " &a [*a]",
        " !!int x",
        " 2024-99-99",
        ' "\\uD800"',
        " *b",
        " {a: &x [*x, *x]}",
        " 0o9",
        " .nan",
        " " + "9" * 5000,
        " |\n  x",
        " !!binary x",
        ' "\\x1b[2J"',
        " \u202e0",
    )
    lines[k] = key + (colon or ":") + draw.choice(values) + "\n"
    return "".join(lines).encode()


def of_csv(draw: Draw, content: bytes) -> bytes:
    """Another cell, column or row."""
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8", "replace"), newline="")))
    except csv.Error:
        return noisy(draw, content)
    if not rows or not rows[0]:
        return b"a,b\n1\n"
    k, j = draw.randrange(len(rows)), draw.randrange(len(rows[0]))
    how = draw.choice(
        ["cell", "cell", "cell", "column", "name", "short", "long", "row", "twice", "header"]
    )
    if how == "cell":
        rows[k] = [*rows[k][:j], draw.choice(CELLS), *rows[k][j + 1 :]]
    elif how == "column":
        rows = [row[:j] + row[j + 1 :] for row in rows]
    elif how == "name":
        rows[0][j] = draw.choice(["", rows[0][0], "id", " value", "\x1b[2J", "x" * 200_000])
    elif how == "short":
        rows[k] = rows[k][:j]
    elif how == "long":
        rows[k] = rows[k] + ["1"] * draw.choice([1, 2000])
    elif how == "row":
        del rows[k]
    elif how == "twice":
        rows.insert(k, rows[k])
    else:
        rows = rows[:1]
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode("utf-8", "replace")


def of_tar(draw: Draw, content: bytes) -> bytes:
    """A member more that should not be there, or one of them otherwise."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        try:
            with tarfile.open(fileobj=io.BytesIO(content)) as old:
                members = [(m, old.extractfile(m)) for m in old]
                if draw.random() < 0.3:
                    del members[draw.randrange(len(members))]
                for member, file in members:
                    archive.addfile(member, file)
        except tarfile.TarError:
            return flipped(draw, content)
        name = draw.choice(
            [
                "../out",
                "/tmp/out",
                "a/../../out",
                "workflow/readiness/cli.py",
                "sitecustomize.py",
                "x" * 300,
                "\x1b[2J",
                "\u202e.py",
            ]
        )
        extra = tarfile.TarInfo(name)
        extra.type = draw.choice(
            [
                tarfile.REGTYPE,
                tarfile.SYMTYPE,
                tarfile.LNKTYPE,
                tarfile.FIFOTYPE,
                tarfile.CHRTYPE,
                tarfile.DIRTYPE,
            ]
        )
        extra.linkname = draw.choice(["/etc/passwd", "../../x", name])
        extra.size = 2 if extra.isreg() else 0
        archive.addfile(extra, io.BytesIO(b"x\n"))
    return buffer.getvalue()


BYTES: tuple[Harm, ...] = (flipped, noisy, cut, twice, recoded, line_ends, replaced)
SHAPES: dict[str, tuple[Harm, ...]] = {
    ".json": (of_json, of_json, of_json),
    ".jsonl": (of_json, of_json),
    ".csv": (of_csv, of_csv, of_csv),
    ".yaml": (of_yaml, of_yaml),
    ".yml": (of_yaml,),
    ".cff": (of_yaml, of_yaml),
    ".tar": (of_tar,),
}


def harm_file(draw: Draw, name: str, content: bytes) -> tuple[str, bytes]:
    """The harm that was done to a file, and its bytes after it."""
    harm = draw.choice(BYTES + SHAPES.get(Path(name).suffix, ()) * 2)
    return harm.__name__, harm(draw, content)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.mkdir()


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _nowhere(path: Path) -> None:
    path.symlink_to("nowhere")


def _outside(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(64 * 2**30)


def _forbidden(path: Path) -> None:
    path.write_bytes(b"x")
    path.chmod(0)


# What can lie in the place of a file.
NO_FILE: tuple[Callable[[Path], None], ...] = (
    _pipe,
    _folder,
    _loop,
    _endless,
    _nowhere,
    _outside,
    _sparse,
    _forbidden,
)


def replace_file(draw: Draw, path: Path) -> str:
    """Put something else in the place of a file that is gone; what it is."""
    make = draw.choice(NO_FILE)
    make(path)
    return make.__name__.strip("_")
