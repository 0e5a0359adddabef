"""Changes of a publication's files, of publications as a whole, and of their log."""

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from readiness.publications.log import Log, LogEntry
from tampering.reseal import reseal, seal_as
from tampering.tree import Change, Made, Target, change_byte, change_digit, change_hash

CHANGED = "audit.seal.changed"
LOG = "publications/index.json"
PAGE = "report/en/report*.html"
Edit = Callable[[Target, bytes], bytes]

# A file in other bytes.


def edit_file(edit: Edit, *patterns: str, said: str = CHANGED) -> Change:
    """Change a file whose name fits one of the patterns."""

    def change(target: Target) -> Made:
        fitting = [n for n in target.files() if any(fnmatchcase(n, p) for p in patterns)]
        name = target.draw.choice([n for n in fitting if target.tree.read(target.name(n))])
        target.tree.write(target.name(name), edit(target, target.tree.read(target.name(name))))
        return Made(f"{name}: written otherwise", (f"{name}: {said}",))

    return change


def edit_match(pattern: str, edit: Callable[[Target, str], str]) -> Edit:
    """Change one occurrence of a pattern's first group."""

    def change(target: Target, content: bytes) -> bytes:
        text = content.decode()
        match = target.draw.choice(list(re.finditer(pattern, text)))
        return (text[: match.start(1)] + edit(target, match[1]) + text[match.end(1) :]).encode()

    return change


def reseal_file(ending: str) -> Change:
    """One byte of a page, a chart or a table: it shows another thing, or nothing at all."""

    def change(target: Target) -> Made:
        names = [n for n in target.files() if n.endswith(ending) and n.count("/") == 2]
        name = target.draw.choice(names)
        reseal(target, {name: change_byte(target, target.tree.read(target.name(name)))})
        return Made(f"{name}: a byte", (name,))

    return change


def reseal_script(target: Target) -> Made:
    """A page that says another thing once it is opened, and an environment that is said to be
    another one: then nobody compares pages, and the audit says so.
    """
    name = target.draw.choice([n for n in target.files() if fnmatchcase(n, "*/report*.html")])
    script = "<script>document.body.innerHTML = '99 %'</script></body>"
    other = re.sub(r'"python": "3', '"python": "9', target.text("environment.json"))
    changed = target.text(name).replace("</body>", script)
    reseal(target, {name: changed.encode(), "environment.json": other.encode()})
    return Made(f"{name}: a script", ("environment: python",))


def reseal_page(target: Target) -> Made:
    name = target.draw.choice(["README.md", "CITATION.cff", "codecheck.yml"])
    reseal(target, {name: target.tree.read(target.name(name)) + b"\n# more\n"})
    return Made(f"{name}: a line more")


# A file more or less, or in another place.


def remove_file(*names: str, said: str = "removed") -> Change:
    def change(target: Target) -> Made:
        own = names or [name for name in target.files() if name != "seal.json"]
        name = target.draw.choice(own)
        target.tree.remove(target.name(name))
        return Made(f"{name} removed", (f"{name}: audit.seal.{said}",))

    return change


def add_file(*names: str, said: str = "audit.seal.added") -> Change:
    """A file more, under one of these names."""

    def change(target: Target) -> Made:
        name = target.draw.choice(names)
        target.tree.write(target.name(name), "{}\n")
        return Made(f"{name!r} added", (f"{name}: {said}",))

    return change


def reseal_further(target: Target) -> Made:
    """A file that no run makes."""
    name = target.draw.choice(["corrected.html", "tables/corrected.csv", "charts/corrected.svg"])
    reseal(target, {name: b"99 %\n"})
    return Made(f"{name}: added", (name,))


def swap_files(target: Target) -> Made:
    names = [name for name in target.files() if name != "seal.json"]
    first, second = target.draw.sample(names, 2)
    one, two = (target.tree.read(target.name(name)) for name in (first, second))
    target.tree.write(target.name(first), two)
    target.tree.write(target.name(second), one)
    said = "audit.seal.bytes_of"
    return Made("two files swapped", (f"{first}: {said} {second}", f"{second}: {said} {first}"))


def copy_seal(target: Target) -> Made:
    others = [p for p in target.tree.files("publications") if p.endswith("/seal.json")]
    other = target.draw.choice([p for p in others if not p.startswith(f"{target.identity}/")])
    target.tree.write(target.name("seal.json"), target.tree.read(f"publications/{other}"))
    return Made(f"seal.json of {other}", (f"audit.seal.of_another {other.partition('/')[0]}",))


def replace_file(make: Callable[[Path], object], said: str = "audit.seal.no_file") -> Change:
    """Something else in the place of a file."""

    def change(target: Target) -> Made:
        name = target.draw.choice(target.files())
        target.tree.put(target.name(name), make)
        return Made(f"{name} is no file", (f"{name}: {'' if name == 'seal.json' else said}",))

    return change


def link_bytes(target: Target) -> Made:
    """A link to the same bytes."""
    name = target.draw.choice(target.files())
    target.tree.write("aside", target.tree.read(target.name(name)))
    aside = target.tree.root / "aside"
    target.tree.put(target.name(name), lambda path: path.symlink_to(aside))
    return Made(f"{name} is a link to the same bytes", (f"{name}: audit.seal.no_file",))


def link_hard(target: Target) -> Made:
    name = target.draw.choice(target.files())
    target.tree.write("aside", target.tree.read(target.name(name)))
    target.tree.put(target.name(name), lambda path: os.link(target.tree.root / "aside", path))
    return Made(f"{name} is a second name of a file elsewhere")


def touch_file(target: Target) -> Made:
    name = target.draw.choice(target.files())
    target.tree.keep(target.name(name))
    path = target.tree.root / target.name(name)
    path.chmod(0o755)
    os.utime(path, (0, 0))
    return Made(f"{name}: other times and permissions")


def add_folder(target: Target) -> Made:
    target.tree.write(target.name("more/x"), "")
    (target.tree.root / target.name("more/x")).unlink()
    return Made("more/: an empty folder")


# Publications as a whole.


def leave_alone(pattern: str) -> Change:
    """All is removed but the files whose names fit."""

    def change(target: Target) -> Made:
        for name in target.files():
            if not fnmatchcase(name, pattern):
                target.tree.remove(target.name(name))
        return Made(f"all but {pattern} removed", ("seal.json: audit.seal.missing",))

    return change


def remove_marks(target: Target) -> Made:
    """Neither seal nor configuration nor digests: the figures alone, and those falsified."""
    for name in ("seal.json", "config.yaml", "values.csv"):
        target.tree.remove(target.name(name))
    text = target.text("figures.csv")
    target.tree.write(target.name("figures.csv"), text.replace("0.1", "0.9"))
    return Made("no marks; the figures falsified", ("seal.json: audit.seal.missing",))


def copy_whole(target: Target, identity: str) -> Target:
    for name in target.files():
        target.tree.write(f"publications/{identity}/{name}", target.tree.read(target.name(name)))
    return replace(target, identity=identity)


def rename_copy(target: Target) -> Made:
    """The whole folder once more, under another id."""
    copy_whole(target, "other")
    return Made("copied to publications/other", (f"audit.seal.of_another {target.identity}",))


def add_unlisted(target: Target) -> Made:
    """A publication more, with a seal that holds, and not a word of it in the log."""
    seal_as(copy_whole(target, "more"), edit=lambda facts: facts.update(id="more"))
    return Made("publications/more, sealed", ("audit.log.unlisted",))


def exchange(target: Target) -> Made:
    """Two publications change places."""
    others = {p.split("/")[0] for p in target.tree.files("publications") if "/" in p}
    other = replace(target, identity=target.draw.choice(sorted(others - {target.identity})))
    pair = (target, other)
    one, two = ({n: t.tree.read(t.name(n)) for n in t.files()} for t in pair)
    for moved, files, gone in ((target, two, one), (other, one, two)):
        for name in gone.keys() - files.keys():
            moved.tree.remove(moved.name(name))
        for name, content in files.items():
            moved.tree.write(moved.name(name), content)
    said = "audit.seal.of_another"
    return Made("two publications swapped", tuple(f"{said} {t.identity}" for t in pair))


def remove_whole(target: Target) -> Made:
    leave_alone("")(target)
    shutil.rmtree(target.tree.root / target.folder)
    return Made(f"{target.identity} removed", ("audit.log.not_here",))


# The log.

Record = dict[str, Any]


def edit_log(edit: Callable[[list[Record]], object], *, again: bool = False) -> Change:
    """Change the entries of the log; `again`: each hash fits again."""

    def change(target: Target) -> Made:
        record = json.loads(target.tree.text(LOG))
        edit(record["entries"])
        text = json.dumps(record, sort_keys=True, ensure_ascii=False, indent=1) + "\n"
        if again:
            log = Log()
            for entry in record["entries"]:
                cells = {k: v for k, v in {**entry, "previous": log.head}.items() if k != "head"}
                log = Log((*log.entries, LogEntry(**cells)))
            text = log.as_text()
        target.tree.write(LOG, text)
        return Made(f"{LOG}: otherwise", (f"{LOG}: ",))

    return change


def zero(key: str, k: int = -1) -> Callable[[list[Record]], None]:
    return lambda entries: entries[k].update({key: "0" * 64})


def remove_log(target: Target) -> Made:
    target.tree.remove(LOG)
    return Made(f"{LOG} removed", (f"{LOG}: ",))


def spoil_word(target: Target, word: str) -> str:
    return word[::-1] + "x"


CHANGES: dict[str, Change] = {
    "values": edit_file(edit_match(r",([0-9a-f]{16})\n", change_hash), "values.csv"),
    "seal-byte": edit_file(change_byte, "seal.json", said=""),
    "seal-removed": remove_file("seal.json", said="missing"),
    "seal-of-another": copy_seal,
    "table": edit_file(change_byte, "tables/*"),
    "chart": edit_file(change_byte, "*.svg"),
    "alternative-text": edit_file(change_byte, "charts/*.txt"),
    "report-number": edit_file(
        edit_match(r">[^<>]*?([0-9]+[.,]?[0-9]*)[^<>]*<", change_digit), PAGE
    ),
    "report-text": edit_file(edit_match(r">[^<>]*?\b([a-z]{4,12})\b[^<>]*<", spoil_word), PAGE),
    "report-pdf": edit_file(change_byte, "report/*.pdf"),
    "config": edit_file(change_byte, "config.yaml"),
    "datasets-hash": edit_file(edit_match(r",([0-9a-f]{64}),", change_hash), "datasets.csv"),
    "datasets-pointer": edit_file(
        edit_match(r"md5: '?([0-9a-f]{32})", change_hash), "datasets.csv"
    ),
    "inputs": edit_file(edit_match(r",([0-9a-f]{64})\n", change_hash), "inputs.csv"),
    "record": edit_file(change_byte, "lineage/*.json"),
    "environment": edit_file(change_byte, "environment.json"),
    "pages": edit_file(change_byte, "README.md", "CITATION.cff", "codecheck.yml"),
    "attack": edit_file(change_byte, "attack.csv"),
    "archive": edit_file(change_byte, "code.tar.xz"),
    "emptied": edit_file(lambda target, content: b"", "[!s]*"),
    "removed": remove_file(),
    "added": add_file("notes.txt", "charts/more.svg", ".hidden", "tables/x/y.csv"),
    "no-signature": add_file("attestation.jsonl", said=""),
    "swapped": swap_files,
    "linked": link_bytes,
    "pipe": replace_file(os.mkfifo),
    "folder": replace_file(Path.mkdir, ""),
    "link-loop": replace_file(lambda path: path.symlink_to(path.name)),
    "link-endless": replace_file(lambda path: path.symlink_to("/dev/zero")),
    "named-looks-like": add_file("t\u0430bles.csv"),  # a Cyrillic letter
    "named-case": add_file("Figures.csv"),
    "times": touch_file,
    "hard-link": link_hard,
    "empty-folder": add_folder,
    "other-id": rename_copy,
    "exchanged": exchange,
    "without-marks": remove_marks,
    "figures-alone": leave_alone("figures.csv"),
    "report-alone": leave_alone("report/*"),
    "vanished": remove_whole,
    "unlisted": add_unlisted,
    "log-removed": remove_log,
    "log-seal": edit_log(zero("seal")),
    "log-head": edit_log(zero("head")),
    "log-previous": edit_log(zero("previous")),
    "log-id": edit_log(lambda entries: entries[0].update(id="other")),
    "log-superseded": edit_log(lambda entries: entries[-1].update(superseded_by="other")),
    "log-less": edit_log(lambda entries: entries.pop(0)),
    "log-twice": edit_log(lambda entries: entries.append(entries[-1])),
    "log-order": edit_log(lambda entries: entries.reverse()),
    "log-type": edit_log(lambda entries: entries[0].update(id=1)),
    "relog-seal": edit_log(zero("seal", 0), again=True),
    "relog-less": edit_log(lambda entries: entries.pop(0), again=True),
    "resealed-chart": reseal_file(".svg"),
    "resealed-alternative-text": reseal_file(".txt"),
    "resealed-table": reseal_file(".csv"),
    "resealed-workbook": reseal_file(".xlsx"),
    "resealed-report": reseal_file(".html"),
    "resealed-pdf": reseal_file(".pdf"),
    "resealed-further": reseal_further,
    "resealed-script": reseal_script,
    "resealed-page": reseal_page,
}
