"""Changes of the folder of a publication: what is no file, names, bytes that carry no text; and of
publications as a whole."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from readiness.publications.log import Entry, Log
from tampering import reseal
from tampering.model import DIFFERS, NOT_CHECKED, Kind, broken, unseen
from tampering.tree import Change, Made, Target

LOG = "publications/index.json"


def instead(make: Callable[[Path], None], detail: str) -> Change:
    """Something else in the place of a file."""

    def change(target: Target) -> Made:
        name = target.draw.choice(target.files())
        target.tree.remove(target.name(name))
        make(target.tree.root / target.name(name))
        where = f"{name}: " if name == "seal.json" else f"{name}: {detail}"
        return Made(f"{name} is something else: {make.__name__}", (where,))

    return change


def pipe(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def named(name: str, shown: str = "") -> Change:
    """A file more, under a name of its own."""

    def change(target: Target) -> Made:
        target.tree.write(target.name(name), "x\n")
        return Made(f"{name!r} added", (f"{shown or name}: audit.seal.added",))

    return change


def lookalike(target: Target) -> Made:
    """A file whose name looks like that of a sealed one: a letter of another script."""
    name = "t\u0430bles.csv"  # a Cyrillic letter
    target.tree.write(target.name(name), "x\n")
    return Made(f"{name} added", (f"{name}: audit.seal.added",))


def other_case(target: Target) -> Made:
    target.tree.write(target.name("Figures.csv"), target.tree.read(target.name("figures.csv")))
    return Made("Figures.csv added", ("Figures.csv: audit.seal.added",))


def rewritten(edit: Callable[[bytes], bytes], *names: str) -> Change:
    """The same text in other bytes."""

    def change(target: Target) -> Made:
        name = target.draw.choice(names)
        target.tree.write(target.name(name), edit(target.tree.read(target.name(name))))
        return Made(f"{name}: written otherwise", (f"{name}: audit.seal.changed",))

    return change


def times(target: Target) -> Made:
    name = target.draw.choice(target.files())
    content = target.tree.read(target.name(name))
    target.tree.write(target.name(name), content)
    path = target.tree.root / target.name(name)
    path.chmod(0o755)
    os.utime(path, (0, 0))
    return Made(f"{name}: other times and permissions")


def empty_folder(target: Target) -> Made:
    target.tree.write(target.name("more/x"), "")
    (target.tree.root / target.name("more/x")).unlink()
    return Made("more/: an empty folder")


def hard_link(target: Target) -> Made:
    name = target.draw.choice(target.files())
    target.tree.write("aside", target.tree.read(target.name(name)))
    target.tree.remove(target.name(name))
    os.link(target.tree.root / "aside", target.tree.root / target.name(name))
    return Made(f"{name} is a second name of a file elsewhere")


def emptied(target: Target, keep: tuple[str, ...] = ()) -> None:
    for name in target.files():
        if name not in keep:
            target.tree.remove(target.name(name))


def without_marks(target: Target) -> Made:
    """Neither seal nor configuration nor digests: the figures alone, and those falsified."""
    for name in ("seal.json", "config.yaml", "values.csv"):
        target.tree.remove(target.name(name))
    text = target.text("figures.csv")
    target.tree.write(target.name("figures.csv"), text.replace("0.1", "0.9"))
    return Made(
        "no seal, configuration, digests; the figures falsified", ("seal.json: audit.seal.missing",)
    )


def figures_alone(target: Target) -> Made:
    emptied(target, ("figures.csv",))
    return Made("all but the figures removed", ("seal.json: audit.seal.missing",))


def report_alone(target: Target) -> Made:
    emptied(target, tuple(n for n in target.files() if n.startswith("report/")))
    return Made("all but the report removed", ("seal.json: audit.seal.missing",))


def other_id(target: Target) -> Made:
    """The whole folder once more, under another id."""
    for name in target.files():
        target.tree.write(f"publications/other/{name}", target.tree.read(target.name(name)))
    return Made("copied to publications/other", (f"audit.seal.of_another {target.identity}",))


def exchanged(target: Target) -> Made:
    """Two publications change places."""
    others = {p.split("/")[0] for p in target.tree.files("publications") if "/" in p}
    other = target.draw.choice(sorted(others - {target.identity}))
    one, two = (
        {
            n: target.tree.read(f"publications/{i}/{n}")
            for n in target.tree.files(f"publications/{i}")
        }
        for i in (target.identity, other)
    )
    for identity, files, gone in ((target.identity, two, one), (other, one, two)):
        for name in gone.keys() - files.keys():
            target.tree.remove(f"publications/{identity}/{name}")
        for name, content in files.items():
            target.tree.write(f"publications/{identity}/{name}", content)
    return Made(
        f"{target.identity} and {other} change places",
        (f"audit.seal.of_another {other}", f"audit.seal.of_another {target.identity}"),
    )


def revised(target: Target) -> bool:
    """Whether another publication has read its ledger."""
    names = [n for n in target.tree.files("publications") if n.endswith("/inputs.csv")]
    return any(f"{target.folder}/" in target.tree.text(f"publications/{n}") for n in names)


def vanished(target: Target) -> Made:
    emptied(target)
    shutil.rmtree(target.tree.root / target.folder)
    return Made(f"{target.identity} removed", ("audit.log.not_here",))


def unlisted(target: Target) -> Made:
    """A publication more, with a seal that holds, and not a word of it in the log."""
    other = replace(target, identity="more")
    for name in target.files():
        target.tree.write(other.name(name), target.tree.read(target.name(name)))
    record = json.loads(other.text("seal.json"))
    record["id"] = "more"
    target.tree.write(other.name("seal.json"), json.dumps(record))
    reseal.sealed_as(other, {})
    return Made("publications/more, sealed", ("audit.log.unlisted",))


def log_removed(target: Target) -> Made:
    target.tree.remove(LOG)
    return Made(f"{LOG} removed", (f"{LOG}: ",))


Record = dict[str, Any]


def in_log(edit: Callable[[list[Record]], object], *, again: bool = False) -> Change:
    """Change the entries of the log; `again`: each hash fits again."""

    def change(target: Target) -> Made:
        record = json.loads(target.tree.text(LOG))
        edit(record["entries"])
        if again:
            log = Log()
            for entry in record["entries"]:
                cells = {**entry, "previous": log.head}
                del cells["head"]
                log = Log((*log.entries, Entry(**cells)))
            target.tree.write(LOG, log.as_text())
        else:
            text = json.dumps(record, sort_keys=True, ensure_ascii=False, indent=1) + "\n"
            target.tree.write(LOG, text)
        return Made(f"{LOG}: otherwise", (f"{LOG}: ",))

    return change


def zero(key: str, k: int = -1) -> Callable[[list[Record]], None]:
    def edit(entries: list[Record]) -> None:
        entries[k][key] = "0" * 64

    return edit


FILE, LOG_FILE = "the file", "`publications/index.json`"
LOGGED = (
    ("seal", "the hash of a seal", zero("seal")),
    ("head", "the hash of an entry", zero("head")),
    ("previous", "the hash of the entry before", zero("previous")),
    ("id", "a name", lambda entries: entries[0].update(id="other")),
    ("superseded", "a successor", lambda entries: entries[-1].update(superseded_by="other")),
    ("less", "an entry less", lambda entries: entries.pop(0)),
    ("twice", "an entry twice", lambda entries: entries.append(entries[-1])),
    ("order", "its entries in another order", lambda entries: entries.reverse()),
    ("type", "a number in the place of a name", lambda entries: entries[0].update(id=1)),
)
RELOGGED = (
    ("seal", "the hash of a seal", zero("seal", 0)),
    ("less", "an entry less", lambda entries: entries.pop(0)),
)

KINDS: tuple[Kind, ...] = (
    broken("pipe", "a file replaced by a pipe", FILE, instead(pipe, "audit.seal.no_file")),
    broken("folder", "a file replaced by a folder", FILE, instead(folder, "")),
    broken("link-loop", "a file replaced by a link to itself", FILE,
           instead(loop, "audit.seal.no_file")),
    broken("link-endless", "a file replaced by a link to a device", FILE,
           instead(endless, "audit.seal.no_file")),
    broken("named-hidden", "a hidden file added (`.DS_Store`)", FILE, named(".DS_Store")),
    broken("named-cache", "compiled code added (`__pycache__`)", FILE,
           named("__pycache__/figures.cpython-311.pyc")),
    broken("named-looks-like", "a file added whose name looks like a sealed one", FILE, lookalike),
    broken("named-case", "a file added under a sealed name in other case", FILE, other_case),
    broken("named-temporary", "what an editor leaves (`figures.csv~`)", FILE,
           named("figures.csv~")),
    broken("named-deep", "a file added ten folders deep", FILE, named("a/b/c/d/e/f/g/h/i/j/k.txt")),
    broken("line-ends", "other line ends", FILE,
           rewritten(lambda c: c.replace(b"\n", b"\r\n"), "figures.csv", "config.yaml")),
    broken("byte-order-mark", "a byte order mark", FILE,
           rewritten(lambda c: b"\xef\xbb\xbf" + c, "figures.csv", "config.yaml", "inputs.csv")),
    broken("last-line", "the line end at the end of a file gone", FILE,
           rewritten(lambda c: c[:-1], "figures.csv", "inputs.csv", "environment.json")),
    broken("compressed", "a file compressed in its place", FILE,
           rewritten(lambda c: gzip.compress(c, mtime=0), "README.md", "figures.csv")),
    unseen("times", "times and permissions of a file", "the bytes are the sealed ones", times),
    unseen("hard-link", "a second name of a file outside", "the bytes are the sealed ones",
           hard_link),
    unseen("empty-folder", "an empty folder added", "it holds nothing", empty_folder),
    broken("other-id", "a publication once more, under another id", "whose seal it is", other_id,
           every=True),
    broken("exchanged", "two publications change places", "whose seal it is", exchanged,
           also=(NOT_CHECKED, DIFFERS), every=True),
    broken("without-marks", "no seal, no configuration, no digests: false figures left",
           "the publication", without_marks, every=True, also=(NOT_CHECKED, DIFFERS)),
    broken("figures-alone", "all but the figures removed", "the publication", figures_alone,
           every=True),
    broken("report-alone", "all but the report removed", "the publication", report_alone,
           every=True, also=(NOT_CHECKED, DIFFERS)),
    Kind("vanished", "a publication removed altogether", 0, NOT_CHECKED, (2, 2, 2, 2),
         "the publication", vanished, fits=lambda target: not revised(target), every=True),
    broken("unlisted", "a publication added that is in no log", "the publication", unlisted,
           every=True),
    Kind("log-removed", "`publications/index.json` removed", 0, NOT_CHECKED, (2, 2, 2, 2), LOG_FILE,
         log_removed, every=True),
    *(broken(f"log-{name}", f"`publications/index.json`: {says}", LOG_FILE, in_log(edit),
             every=True)
      for name, says, edit in LOGGED),
    *(broken(f"relog-{name}", f"`publications/index.json`: {says}, its hashes made again", LOG_FILE,
             in_log(edit, again=True), every=True)
      for name, says, edit in RELOGGED),
)  # fmt: skip
