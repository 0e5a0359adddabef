"""Changes of the data: copies, pointers, the register of versions, and the other inputs."""

import csv
import io
import os
import re
from collections.abc import Callable
from pathlib import Path

from resealing import add_tombstone

from readiness.datasets.versions import RESTRICTED, Version, read_versions
from tampering.reseal import restrict
from tampering.tree import (
    Change,
    Made,
    Rows,
    Target,
    as_csv,
    change_byte,
    change_digit,
    change_hash,
    copies,
)

VERSIONS = "data/versions.csv"
Edit = Callable[[Target, bytes], bytes]

# Copies of a dataset version.


def change_copy(make: Callable[[Target, str], object], place: str = "") -> Change:
    """Change one copy of a dataset version: that in `place`, or any."""

    def change(target: Target) -> Made:
        version = target.version()
        where = place or target.draw.choice(sorted(copies(version)))
        path = copies(version)[where]
        make(target, path)
        return Made(f"{path}: otherwise", (f"{version.name} in {where} ({path})",))

    return change


def edit_copy(edit: Edit, place: str = "") -> Change:
    return change_copy(
        lambda target, path: target.tree.write(path, edit(target, target.tree.read(path))), place
    )


def replace_copy(make: Callable[[Path], object]) -> Change:
    """Something that is no file, in the place of a copy."""
    return change_copy(lambda target, path: target.tree.put(path, make))


def cut_off(target: Target, content: bytes) -> bytes:
    return content[: target.draw.randrange(len(content))]


def make_hole(path: Path) -> None:
    """A file of 64 GB that takes no room."""
    with path.open("wb") as file:
        file.truncate(64 * 2**30)


def pick_another(target: Target, first: Version) -> Version:
    """A version that is not that one."""
    versions = read_versions(target.tree.root).values()
    return target.draw.choice([v for v in versions if v.name != first.name])


def swap(path: Callable[[Version], str], place: str) -> Change:
    """What belongs to two versions changes places; named are those of the publication."""

    def change(target: Target) -> Made:
        first = target.version()
        pair = (first, pick_another(target, first))
        contents = [target.tree.read(path(version)) for version in pair]
        for version, content in zip(pair, reversed(contents), strict=True):
            target.tree.write(path(version), content)
        own = [v for v in pair if v in target.versions()]
        named = tuple(place.format(name=v.name, path=path(v)) for v in own)
        return Made(f"{pair[0].name} and {pair[1].name} change places", named)

    return change


def remove_copy(target: Target) -> Made:
    path = target.draw.choice(sorted(copies(target.version()).values()))
    target.tree.remove(path)
    return Made(f"{path} removed")


def remove_all(target: Target, version: Version) -> None:
    for path in copies(version).values():
        target.tree.remove(path)


def lose(target: Target) -> Made:
    version = target.version()
    remove_all(target, version)
    return Made(f"every copy of {version.name} removed", (version.name,))


def add_object(target: Target) -> Made:
    """An object in the store that no pointer names."""
    target.tree.write(f"data/store/files/md5/ab/{'0' * 30}", "x\n")
    return Made("data/store: an object more")


def damage_all(target: Target) -> Made:
    version = target.version()
    for path in copies(version).values():
        target.tree.write(path, change_byte(target, target.tree.read(path)))
    places = tuple(f"{version.name} in {place}" for place in copies(version))
    return Made(f"a byte of every copy of {version.name}", (*places, version.name))


def lose_restricted(target: Target) -> Made:
    """Sealed as restricted, registered as restricted, and on another machine."""
    version = target.version()
    restrict(target, version.name)
    remove_all(target, version)
    return Made(f"every copy of {version.name}, restricted, removed", (version.name,))


# The register of versions.


def read_rows(target: Target) -> Rows:
    return list(csv.DictReader(io.StringIO(target.tree.text(VERSIONS), newline="")))


def edit_row(*columns: str) -> Change:
    """Change one cell in the row of a dataset version of the publication."""

    def change(target: Target) -> Made:
        version = target.version()
        rows = read_rows(target)
        (row,) = [r for r in rows if f"{r['dataset']}@{r['version']}" == version.name]
        column = target.draw.choice(columns)
        if column in ("md5", "sha256"):
            row[column] = change_hash(target, row[column])
        elif column in ("bytes", "rows"):
            row[column] = change_digit(target, row[column], "123456789")
        else:
            row[column] = RESTRICTED if column == "status" else row[column] + " (changed)"
        target.tree.write(VERSIONS, as_csv(rows))
        place = f"{VERSIONS}: {version.name}: audit.version.other {column}"
        return Made(f"{VERSIONS}: {version.name}: {column}", (place,))

    return change


def remove_row(target: Target) -> Made:
    name = target.version().name
    rows = [r for r in read_rows(target) if f"{r['dataset']}@{r['version']}" != name]
    target.tree.write(VERSIONS, as_csv(rows))
    return Made(f"{VERSIONS}: {name} gone", (f"{VERSIONS}: {name}: audit.version.no_row",))


def shuffle_rows(target: Target) -> Made:
    rows = read_rows(target)
    target.draw.shuffle(rows)
    target.tree.write(VERSIONS, as_csv(rows))
    return Made(f"{VERSIONS}: its rows in another order")


def damage_register(target: Target) -> Made:
    """A header, a cell too many, a status that there is not, a row twice."""
    lines = target.tree.text(VERSIONS).splitlines(keepends=True)
    k = target.draw.randrange(1, len(lines))
    how = target.draw.randrange(4)
    if how == 0:
        lines[0] = lines[0].replace("sha256", "sha")
    elif how == 3:
        lines.append(lines[k])
    else:
        lines[k] = lines[k].replace(",open\n", (",open,more\n", ",gone\n")[how - 1])
    target.tree.write(VERSIONS, "".join(lines))
    return Made(f"{VERSIONS}: damaged ({how})", (f"{VERSIONS}: ",))


def bury(target: Target, version: Version, **other: str) -> None:
    target.tree.keep(VERSIONS)
    add_tombstone(target.tree.root / VERSIONS, version.name, **other)


def erase(target: Target) -> Made:
    version = target.version()
    bury(target, version)
    remove_all(target, version)
    return Made(f"{version.name} erased", (version.name,))


def erase_in_part(target: Target) -> Made:
    version = target.version()
    bury(target, version)
    kept = target.draw.choice(sorted(copies(version)))
    for place, path in copies(version).items():
        if place != kept:
            target.tree.remove(path)
    return Made(f"not erased in {kept}", (f"{version.name} in {kept}", version.name))


def erase_falsely(target: Target) -> Made:
    version = target.version()
    bury(target, version, sha256=change_hash(target, version.sha256))
    return Made(f"{version.name} erased under another hash", (f"{VERSIONS}: ",))


# Any file of the tree, and the other inputs.


def edit_path(pick: Callable[[Target], str], edit: Edit) -> Change:
    """A file of the tree in other bytes."""

    def change(target: Target) -> Made:
        name = pick(target)
        target.tree.write(name, edit(target, target.tree.read(name)))
        return Made(f"{name}: written otherwise", (name,))

    return change


def pick_pointer(target: Target) -> str:
    return str(target.version().pointer_path)


def remove_pointer(target: Target) -> Made:
    path = pick_pointer(target)
    target.tree.remove(path)
    return Made(f"{path} removed", (path,))


def edit_pointer_line(target: Target, content: bytes) -> bytes:
    lines = content.decode().splitlines(keepends=True)
    k = target.draw.choice(
        [k for k, line in enumerate(lines) if re.match("[- ]+(md5|size): ", line)]
    )
    key, value = lines[k].split(": ")
    lines[k] = f"{key}: {change_digit(target, value, '123456789')}"
    return "".join(lines).encode()


def edit_input(folder: str, edit: Edit) -> Change:
    """Change an input below a folder."""

    def change(target: Target) -> Made:
        path = target.draw.choice([p for p in target.inputs() if p.startswith(folder)])
        target.tree.write(path, edit(target, target.tree.read(path)))
        return Made(f"{path}: otherwise", (f"{path}: audit.input.other",))

    return change


def remove_input(target: Target) -> Made:
    path = target.draw.choice(target.inputs())
    target.tree.remove(path)
    return Made(f"{path} removed", (f"{path}: audit.seal.removed",))


FOLDERS = {
    "questionnaire": "data/questionnaires/",
    "margins": "data/margins/",
    "corrections": "data/corrections/",
    "structure": "data/claims/",
}

CHANGES: dict[str, Change] = {
    "workspace-byte": edit_copy(change_byte, "data/raw"),
    "cache-byte": edit_copy(change_byte, "DVC cache"),
    "store-byte": edit_copy(change_byte, "store store"),
    "copy-truncated": edit_copy(cut_off),
    "copy-longer": edit_copy(lambda target, content: content + b"\n"),
    "copy-pipe": replace_copy(os.mkfifo),
    "copy-folder": replace_copy(Path.mkdir),
    "copy-hole": replace_copy(make_hole),
    "copies-swapped": swap(lambda version: copies(version)["store store"], "{name} in store store"),
    "all-damaged": damage_all,
    "copy-removed": remove_copy,
    "all-removed": lose,
    "restricted-removed": lose_restricted,
    "erased": erase,
    "erased-but-there": erase_in_part,
    "false-tombstone": erase_falsely,
    "pointer": edit_path(pick_pointer, edit_pointer_line),
    "pointer-removed": remove_pointer,
    "pointers-swapped": swap(lambda version: str(version.pointer_path), "{path}"),
    "pointer-line-ends": edit_path(pick_pointer, lambda t, c: c.replace(b"\n", b"\r\n")),
    "pointer-path": edit_path(pick_pointer, lambda t, c: c.replace(b"path: ", b"path: ../")),
    "pointer-emptied": edit_path(pick_pointer, lambda t, c: b""),
    "register-hash": edit_row("md5", "sha256"),
    "register-count": edit_row("bytes", "rows"),
    "register-note": edit_row("note", "questionnaire", "status"),
    "register-row": remove_row,
    "register-damaged": damage_register,
    "register-order": shuffle_rows,
    "register-emptied": edit_path(lambda t: VERSIONS, lambda t, c: b""),
    "register-binary": edit_path(lambda t: VERSIONS, lambda t, c: b"\xff\xfe" + c),
    "remotes": edit_path(lambda t: ".dvc/config", lambda t, c: c.replace(b"[core]", b"core", 1)),
    "object-added": add_object,
    **{name: edit_input(folder, change_byte) for name, folder in FOLDERS.items()},
    "revised-ledger": edit_input("publications/", change_byte),
    "input-removed": remove_input,
}
