"""Changes of the data: copies, pointers, the register of versions, and the other inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, replace
from pathlib import Path

from readiness.datasets.versions import ERASED, RESTRICTED, Version
from tampering import model, reseal
from tampering.folder import folder, pipe
from tampering.model import MISSING, NOT_CHECKED, Kind, differs, of_a_wave, unseen
from tampering.sealed import HEX
from tampering.tree import Change, Made, Rows, Target, as_csv, copies, other_byte, other_digit

VERSIONS = "data/versions.csv"


def copy_byte(place: str) -> Change:
    """Change one byte of the copy of a dataset version in one place."""

    def change(target: Target) -> Made:
        version = target.version()
        path = copies(version)[place]
        content, k = other_byte(target.draw, target.tree.read(path))
        target.tree.write(path, content)
        return Made(f"{path}: byte {k}", (f"{version.name} in {place} ({path})",))

    return change


def truncated(target: Target) -> Made:
    version = target.version()
    place, path = target.draw.choice(sorted(copies(version).items()))
    content = target.tree.read(path)
    target.tree.write(path, content[: target.draw.randrange(len(content))])
    return Made(f"{path}: cut off", (f"{version.name} in {place} ({path})",))


def swapped(target: Target) -> Made:
    versions = target.draw.sample(all_versions(target), 2)
    first = next((v for v in versions if v in target.versions()), None)
    if first is None:  # at least one of them belongs to the publication
        versions[0] = first = target.version()
        versions[1] = next(v for v in all_versions(target) if v != first)
    place = target.draw.choice(["store store", "DVC cache", "data/raw"])
    paths = [copies(version)[place] for version in versions]
    contents = [target.tree.read(path) for path in paths]
    for path, content in zip(paths, reversed(contents), strict=True):
        target.tree.write(path, content)
    own = [v for v in versions if v in target.versions()]
    return Made(f"{paths[0]} and {paths[1]} change places",
                tuple(f"{v.name} in {place}" for v in own))  # fmt: skip


def all_versions(target: Target) -> list[Version]:
    from readiness.datasets.versions import read_versions

    return list(read_versions(target.tree.root).values())


def copy_removed(target: Target) -> Made:
    path = target.draw.choice(sorted(copies(target.version()).values()))
    target.tree.remove(path)
    return Made(f"{path} removed")


def remove_all(target: Target, version: Version) -> None:
    for path in copies(version).values():
        target.tree.remove(path)


def all_removed(target: Target) -> Made:
    version = target.version()
    remove_all(target, version)
    return Made(f"every copy of {version.name} removed", (version.name,))


def all_damaged(target: Target) -> Made:
    version = target.version()
    for path in copies(version).values():
        target.tree.write(path, other_byte(target.draw, target.tree.read(path))[0])
    places = tuple(f"{version.name} in {place}" for place in copies(version))
    return Made(f"a byte of every copy of {version.name}", (*places, version.name))


def registered(edit: Callable[[Target, dict[str, str]], str]) -> Change:
    """Change one row of the register: that of a dataset version of the publication."""

    def change(target: Target) -> Made:
        version = target.version()
        rows = target_rows(target)
        (row,) = [r for r in rows if (r["dataset"], r["version"]) == astuple(version)[:2]]
        column = edit(target, row)
        target.tree.write(VERSIONS, as_csv(rows))
        return Made(
            f"{VERSIONS}: {version.name}: {column}",
            (f"{VERSIONS}: {version.name}: audit.version.other {column}",),
        )

    return change


def target_rows(target: Target) -> Rows:
    import csv
    import io

    return list(csv.DictReader(io.StringIO(target.tree.text(VERSIONS), newline="")))


def a_digit_of(*columns: str) -> Change:
    def edit(target: Target, row: dict[str, str]) -> str:
        column = target.draw.choice(columns)
        digits = HEX if column in ("md5", "sha256") else "123456789"
        row[column] = other_digit(target.draw, row[column], digits)
        return column

    return registered(edit)


def a_word_of(*columns: str) -> Change:
    def edit(target: Target, row: dict[str, str]) -> str:
        column = target.draw.choice(columns)
        row[column] = RESTRICTED if column == "status" else row[column] + " (changed)"
        return column

    return registered(edit)


def row_removed(target: Target) -> Made:
    version = target.version()
    rows = [r for r in target_rows(target) if f"{r['dataset']}@{r['version']}" != version.name]
    target.tree.write(VERSIONS, as_csv(rows))
    return Made(
        f"{VERSIONS}: {version.name} removed",
        (f"{VERSIONS}: {version.name}: audit.version.no_row",),
    )


def rows_reordered(target: Target) -> Made:
    rows = target_rows(target)
    target.draw.shuffle(rows)
    target.tree.write(VERSIONS, as_csv(rows))
    return Made(f"{VERSIONS}: its rows in another order")


def register_damaged(target: Target) -> Made:
    text = target.tree.text(VERSIONS)
    change = target.draw.choice(["header", "cell", "status", "twice"])
    lines = text.splitlines(keepends=True)
    k = target.draw.randrange(min(1, len(lines) - 1), len(lines))
    if change == "header":
        lines[0] = lines[0].replace("sha256", "sha")
    elif change == "cell":
        lines[k] = lines[k].rstrip("\n") + ",more\n"
    elif change == "status":
        lines[k] = lines[k].replace(",open", ",gone")
    else:
        lines.append(lines[k])
    target.tree.write(VERSIONS, "".join(lines))
    return Made(f"{VERSIONS}: {change}", (f"{VERSIONS}: ",))


def tombstone(target: Target, version: Version) -> None:
    rows = target_rows(target)
    stone = replace(version, status=ERASED, note="a respondent withdrew")
    rows.append({name: str(value) for name, value in vars(stone).items()})
    target.tree.write(VERSIONS, as_csv(rows))


def erased(target: Target) -> Made:
    version = target.version()
    tombstone(target, version)
    remove_all(target, version)
    return Made(f"{version.name} erased", (version.name,))


def erased_but_there(target: Target) -> Made:
    version = target.version()
    tombstone(target, version)
    kept = target.draw.choice(sorted(copies(version)))
    for place, path in copies(version).items():
        if place != kept:
            target.tree.remove(path)
    return Made(
        f"{version.name} erased, but not in {kept}", (f"{version.name} in {kept}", version.name)
    )


def false_tombstone(target: Target) -> Made:
    version = target.version()
    tombstone(target, replace(version, sha256=other_digit(target.draw, version.sha256, HEX)))
    return Made(f"{version.name} erased under another hash", (f"{VERSIONS}: ",))


def restricted(target: Target) -> Made:
    """Sealed as restricted, registered as restricted, and on another machine."""
    version = target.version()
    reseal.restricted(target, version.name)
    remove_all(target, version)
    return Made(f"every copy of {version.name}, restricted, removed", (version.name,))


def pointer_digit(target: Target) -> Made:
    path = str(target.version().pointer_path)
    text = target.tree.text(path)
    lines = text.splitlines(keepends=True)
    k = target.draw.choice([1, 2])
    lines[k] = other_digit(target.draw, lines[k].replace("md5", "MD"), "123456789").replace(
        "MD", "md5"
    )
    target.tree.write(path, "".join(lines))
    return Made(f"{path}: {lines[k].strip()}", (path,))


def pointer_removed(target: Target) -> Made:
    path = str(target.version().pointer_path)
    target.tree.remove(path)
    return Made(f"{path} removed", (path,))


def pointers_swapped(target: Target) -> Made:
    first = target.version()
    second = next(v for v in all_versions(target) if v.name != first.name)
    paths = [str(version.pointer_path) for version in (first, second)]
    texts = [target.tree.text(path) for path in paths]
    for path, text in zip(paths, reversed(texts), strict=True):
        target.tree.write(path, text)
    own = [v for v in (first, second) if v in target.versions()]
    return Made(f"{paths[0]} and {paths[1]} change places",
                tuple(str(v.pointer_path) for v in own))  # fmt: skip


def input_changed(folder: str) -> Change:
    """Change one byte of an input below a folder."""

    def change(target: Target) -> Made:
        path = target.draw.choice([p for p in target.inputs() if p.startswith(folder)])
        content, k = other_byte(target.draw, target.tree.read(path))
        target.tree.write(path, content)
        return Made(f"{path}: byte {k}", (f"{path}: audit.input.other",))

    return change


def input_removed(target: Target) -> Made:
    path = target.draw.choice(target.inputs())
    target.tree.remove(path)
    return Made(f"{path} removed", (f"{path}: audit.input.removed",))


def revises(target: Target) -> bool:
    return any(path.startswith("publications/") for path in target.inputs())


def remotes_unread(target: Target) -> Made:
    path = ".dvc/config"
    target.tree.write(path, target.tree.text(path).replace("[core]", "core", 1))
    return Made(f"{path}: its first line", (path,))


def something_else(make: Callable[[Path], None]) -> Change:
    """Something that is no file, in the place of a copy."""

    def change(target: Target) -> Made:
        version = target.version()
        place, path = target.draw.choice(sorted(copies(version).items()))
        target.tree.remove(path)
        make(target.tree.root / path)
        return Made(f"{path}: {make.__name__}", (f"{version.name} in {place} ({path})",))

    return change


def hole(path: Path) -> None:
    """A file of 64 GB that takes no room."""
    with path.open("wb") as file:
        file.truncate(64 * 2**30)


def longer(target: Target) -> Made:
    version = target.version()
    place, path = target.draw.choice(sorted(copies(version).items()))
    target.tree.write(path, target.tree.read(path) + b"\n")
    return Made(f"{path}: a line more", (f"{version.name} in {place} ({path})",))


def object_added(target: Target) -> Made:
    target.tree.write("data/store/files/md5/ab/" + "0" * 30, b"x\n")
    return Made("data/store: an object more")


def rewritten(path: Callable[[Target], str], edit: Callable[[bytes], bytes]) -> Change:
    """A file of the tree in other bytes."""

    def change(target: Target) -> Made:
        name = path(target)
        target.tree.write(name, edit(target.tree.read(name)))
        return Made(f"{name}: written otherwise", (name,))

    return change


def line_of(folder: str, edit: Callable[[Target, list[str]], str]) -> Change:
    """Change the lines of an input below a folder; the edit says what it did."""

    def change(target: Target) -> Made:
        path = target.draw.choice([p for p in target.inputs() if p.startswith(folder)])
        lines = target.tree.text(path).splitlines(keepends=True)
        what = edit(target, lines)
        target.tree.write(path, "".join(lines))
        return Made(f"{path}: {what}", (f"{path}: audit.input.other",))

    return change


def line_gone(target: Target, lines: list[str]) -> str:
    del lines[target.draw.randrange(min(1, len(lines) - 1), len(lines))]
    return "a line gone"


def line_twice(target: Target, lines: list[str]) -> str:
    k = target.draw.randrange(min(1, len(lines) - 1), len(lines))
    lines.insert(k, lines[k])
    return "a line twice"


def remark(target: Target, lines: list[str]) -> str:
    lines.append("# A remark.\n")
    return "a remark"


def digit_of_line(target: Target, lines: list[str]) -> str:
    k = target.draw.choice([k for k, line in enumerate(lines) if k and any(map(str.isdigit, line))])
    lines[k] = other_digit(target.draw, lines[k])
    return f"a digit of line {k + 1}"


def registers(target: Target) -> str:
    return VERSIONS


def pointer_of(target: Target) -> str:
    return str(target.version().pointer_path)


HAVE = "`dataset@version` and the copy"
AGAIN = (NOT_CHECKED,)

INPUTS = (
    ("questionnaire", "the questionnaire", "data/questionnaires/", of_a_wave),
    ("margins", "the margins", "data/margins/", of_a_wave),
    ("corrections", "the corrections", "data/corrections/", of_a_wave),
    ("structure", "the structure of the claims", "data/claims/", lambda target: not target.wave),
)
EDITS = (
    ("gone", "a line removed", line_gone),
    ("twice", "a line twice", line_twice),
    ("digit", "another digit", digit_of_line),
    ("remark", "a remark at its end", remark),
)

KINDS: tuple[Kind, ...] = (
    differs("workspace-byte", "a byte of the raw data in the workspace (`data/raw`)", 1, HAVE,
            copy_byte("data/raw")),
    differs("cache-byte", "a byte of the object in DVC's cache", 1, HAVE, copy_byte("DVC cache")),
    differs("store-byte", "a byte of the object in the store", 1, HAVE, copy_byte("store store")),
    differs("copy-truncated", "a copy cut off", 1, HAVE, truncated),
    differs("copies-swapped", "two objects of one place change places", 1, HAVE, swapped),
    differs("all-damaged", "every copy damaged", 1, "each copy, and the dataset version",
            all_damaged, also=(MISSING, NOT_CHECKED)),
    unseen("copy-removed", "one copy removed, others left",
           "what is left is the data; `readiness data verify` says what a remote lacks",
           copy_removed),
    Kind("all-removed", "every copy removed", 1, MISSING, (0, 2, 2, 2), "the dataset version",
         all_removed, also=AGAIN),
    Kind("restricted-removed", "every copy of a restricted version removed", 1, model.RESTRICTED,
         (0, 2, 2, 2), "the dataset version", restricted, also=AGAIN),
    Kind("erased", "a version erased: a tombstone in `data/versions.csv`, no copy left", 1,
         model.ERASED, (0, 2, 2, 2), "the dataset version", erased, also=AGAIN),
    differs("erased-but-there", "a version erased, but a copy left", 1, HAVE, erased_but_there,
            also=(model.ERASED, NOT_CHECKED)),
    differs("false-tombstone", "a tombstone with another hash", 1, "`data/versions.csv`",
            false_tombstone),
    differs("pointer", "a digit of a DVC pointer", 1, "the pointer", pointer_digit),
    differs("pointer-removed", "a DVC pointer removed", 1, "the pointer", pointer_removed),
    differs("pointers-swapped", "two DVC pointers change places", 1, "the pointer",
            pointers_swapped),
    differs("register-hash", "`data/versions.csv`: a digit of an MD5 or SHA-256", 1,
            "the row and the column", a_digit_of("md5", "sha256")),
    differs("register-count", "`data/versions.csv`: bytes or rows", 1, "the row and the column",
            a_digit_of("bytes", "rows")),
    differs("register-note", "`data/versions.csv`: note, questionnaire or status", 1,
            "the row and the column", a_word_of("note", "questionnaire", "status")),
    differs("register-row", "`data/versions.csv`: a row removed", 1, "the dataset version",
            row_removed),
    differs("register-damaged", "`data/versions.csv`: a header, a cell too many, a status that "
            "there is not, a row twice", 1, "the file", register_damaged),
    Kind("remotes", "the settings of DVC (`.dvc/config`), unreadable", 1, NOT_CHECKED, (0, 2, 2, 2),
         "the file", remotes_unread),
    unseen("register-order", "`data/versions.csv`: its rows in another order",
           "each row is the sealed one", rows_reordered),
    differs("questionnaire", "a byte of the questionnaire", 1, "the file",
            input_changed("data/questionnaires/"), fits=of_a_wave, also=AGAIN),
    differs("margins", "a byte of the margins file", 1, "the file", input_changed("data/margins/"),
            fits=of_a_wave, also=AGAIN),
    differs("corrections", "a byte of the corrections file", 1, "the file",
            input_changed("data/corrections/"), fits=of_a_wave, also=AGAIN),
    differs("structure", "a byte of the structure of the claims", 1, "the file",
            input_changed("data/claims/"), fits=lambda target: not target.wave, also=AGAIN),
    differs("revised-ledger", "a byte of the revised ledger (of the publication before)", 1,
            "the file", input_changed("publications/"), fits=revises, also=AGAIN),
    differs("copy-pipe", "a copy replaced by a pipe", 1, HAVE, something_else(pipe),
            also=(MISSING,)),
    differs("copy-folder", "a copy replaced by a folder", 1, HAVE, something_else(folder),
            also=(MISSING,)),
    differs("copy-hole", "a copy replaced by a hole of 64 GB", 1, HAVE, something_else(hole)),
    differs("copy-longer", "a line more at the end of a copy", 1, HAVE, longer),
    unseen("object-added", "an object in the store that no pointer names",
           "no publication rests on it", object_added),
    differs("pointer-line-ends", "a DVC pointer with other line ends", 1, "the pointer",
            rewritten(pointer_of, lambda c: c.replace(b"\n", b"\r\n"))),
    differs("pointer-path", "a DVC pointer to another name", 1, "the pointer",
            rewritten(pointer_of, lambda c: c.replace(b"path: ", b"path: ../"))),
    differs("pointer-emptied", "a DVC pointer emptied", 1, "the pointer",
            rewritten(pointer_of, lambda c: b"")),
    differs("register-emptied", "`data/versions.csv` emptied", 1, "the file",
            rewritten(registers, lambda c: b"")),
    differs("register-binary", "`data/versions.csv`: bytes that are no text", 1, "the file",
            rewritten(registers, lambda c: b"\xff\xfe" + c)),
    *(differs(f"{name}-{how}", f"{says}: {what}", 1, "the file", line_of(folder_, edit), fits=fits,
              also=AGAIN)
      for name, says, folder_, fits in INPUTS for how, what, edit in EDITS),
    differs("input-removed", "one of these files removed", 1, "the file", input_removed,
            also=AGAIN),
)  # fmt: skip
