"""A copy of the project in which one thing at a time is changed, audited, and put back."""

import contextlib
import csv
import io
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from readiness import cli
from readiness.datasets.versions import Version
from readiness.program import layout
from readiness.publications import program
from readiness.publications import scratch as trees
from readiness.publications.audit import numbers
from readiness.publications.ledger import SealedDataset, read_datasets
from tampering import told

Rows = list[dict[str, str]]
RULES = layout.rules_file()


@dataclass
class Tree:
    """A project folder. `undo` knows of changes that go through `write`, `remove` or `put`."""

    root: Path
    before: dict[str, bytes | None] = field(default_factory=dict)

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def text(self, name: str) -> str:
        return self.read(name).decode()

    def has(self, name: str) -> bool:
        return (self.root / name).exists()

    def files(self, folder: str) -> list[str]:
        """The files below a folder, relative to it, sorted."""
        base = self.root / folder
        return sorted(p.relative_to(base).as_posix() for p in base.rglob("*") if p.is_file())

    def _remember(self, name: str) -> Path:
        path = self.root / name
        if name not in self.before:
            self.before[name] = path.read_bytes() if path.is_file() else None
        _clear(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, name: str, content: bytes | str) -> None:
        content = content.encode() if isinstance(content, str) else content
        # A new file, not the old one overwritten: nothing that is linked to it changes.
        self._remember(name).write_bytes(content)

    def remove(self, name: str) -> None:
        self._remember(name)

    def put(self, name: str, make: Callable[[Path], object]) -> None:
        """Make something else in the place of a file: a link, a pipe, a folder."""
        make(self._remember(name))

    def keep(self, *names: str) -> None:
        """Write files anew as they are, for what changes them without this tree's knowledge."""
        for name in names:
            self.write(name, self.read(name))

    def undo(self) -> None:
        """Put back all that was changed."""
        for name, content in self.before.items():
            path = self.root / name
            _clear(path)
            if content is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            else:
                with contextlib.suppress(OSError):  # the folders that were made for it
                    os.removedirs(path.parent)
        self.before.clear()

    def audit(self, identity: str, level: int, *, own_program: bool = False) -> tuple[int, str]:
        """Exit code of `readiness audit` and what it found (`told`), by this program or by the
        tree's own one; behind that whatever else it said.
        """
        words = ["audit", *identity.split(), "--level", str(level), "--cores", "2"]
        if own_program:
            done = subprocess.run(
                [str(self.root / ".venv/bin/readiness"), *words, "--json"],
                cwd=self.root,
                capture_output=True,
                text=True,
                encoding="utf-8",
                stdin=subprocess.DEVNULL,
            )
            return done.returncode, told.describe_audits(done.stdout) + done.stderr
        status, printed, errors = self.call([*words, "--json"])
        return status, told.describe_audits(printed) + errors

    def call(self, words: Sequence[str]) -> tuple[int, str, str]:
        """Exit code and both outputs of a command, by this program, as if the tree were its own."""
        pages = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
        with (
            contextlib.chdir(self.root),
            contextlib.redirect_stdout(pages[0]),
            contextlib.redirect_stderr(pages[1]),
            mock.patch.object(trees, "is_own", lambda root: root == self.root),
            # The program that a seal knows is the tree's: this one has reports of its own.
            mock.patch.object(layout, "own_tree", lambda: self.root),
            # A run that is made again is one of the program in this process, by its own rules.
            mock.patch.object(numbers, "rules_file", lambda: RULES),
            contextlib.ExitStack() as stack,
        ):
            # It is kept for the whole process: neither tree's may serve for the other.
            for kept in (program.read_program, program.present_program):
                kept.cache_clear()
                stack.callback(kept.cache_clear)
            status = cli.main(words)
        for page in pages:
            page.seek(0)
        return status, pages[0].read(), pages[1].read()


def _clear(path: Path) -> None:
    """Whatever lies there, away with it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.is_symlink() or path.exists():
        path.unlink()


@dataclass(frozen=True)
class Target:
    """A publication of a tree, from which changes are drawn."""

    tree: Tree
    identity: str
    draw: random.Random

    @property
    def folder(self) -> str:
        return f"publications/{self.identity}"

    @property
    def wave(self) -> bool:
        return self.has("attack.csv")

    def name(self, file: str) -> str:
        return f"{self.folder}/{file}"

    def has(self, file: str) -> bool:
        return self.tree.has(self.name(file))

    def files(self) -> list[str]:
        return [name for name in self.tree.files(self.folder) if name != "attestation.jsonl"]

    def text(self, file: str) -> str:
        return self.tree.text(self.name(file))

    def table(self, file: str) -> Rows:
        return list(csv.DictReader(io.StringIO(self.text(file), newline="")))

    def ledger(self) -> Rows:
        return self.table("figures.csv")

    def datasets(self) -> list[SealedDataset]:
        return read_datasets(self.tree.root / self.folder)

    def versions(self) -> list[Version]:
        return [dataset.version for dataset in self.datasets()]

    def version(self) -> Version:
        return self.draw.choice(self.versions())

    def inputs(self) -> list[str]:
        return [row["path"] for row in self.table("inputs.csv")]


def as_csv(rows: Rows, columns: Sequence[str] = ()) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns or list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def change_digit(target: Target, text: str, digits: str = "0123456789") -> str:
    """The text with one of its digits replaced by another one."""
    k = target.draw.choice([k for k, character in enumerate(text) if character in digits])
    return text[:k] + target.draw.choice([d for d in digits if d != text[k]]) + text[k + 1 :]


def change_hash(target: Target, text: str) -> str:
    """The text with one of its hexadecimal digits replaced by another one."""
    return change_digit(target, text, "0123456789abcdef")


def change_first(target: Target, text: str) -> str:
    """Another first digit that counts, whatever precision it is published with."""
    k = next((k for k, c in enumerate(text) if c in "123456789"), text.find("0"))
    return text[:k] + change_digit(target, text[k]) + text[k + 1 :]


def change_byte(target: Target, content: bytes) -> bytes:
    """The content with one byte replaced by another one."""
    k = target.draw.randrange(len(content))
    byte = (content[k] + target.draw.randrange(1, 256)) % 256
    return content[:k] + bytes([byte]) + content[k + 1 :]


def copies(version: Version) -> Mapping[str, str]:
    """Where a dataset version lies in a tree that has pulled it, by the audit's word for it."""
    name = f"files/md5/{version.md5[:2]}/{version.md5[2:]}"
    return {
        "store store": f"data/store/{name}",
        "DVC cache": f".dvc/cache/{name}",
        "data/raw": str(version.pointer_path.with_suffix("")),
    }


def pull(root: Path, versions: Mapping[str, Version]) -> None:
    """Fill DVC's cache and the workspace from the store, as `dvc pull` does."""
    for version in versions.values():
        places = copies(version)
        for place in ("DVC cache", "data/raw"):
            (root / places[place]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / places["store store"], root / places[place])


Change = Callable[[Target], "Made"]


@dataclass(frozen=True)
class Made:
    """A change that was made: what and where, and the places that the audit must name.

    `later` are the places that it must name as well once it has run the numbers again.
    """

    what: str
    places: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
