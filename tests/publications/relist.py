"""The log of publications as somebody leaves it who seals one again and knows of the log."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from readiness.publications.log import LOG, Log, read_log
from readiness.publications.seal import SEAL, sha256


def relisted(root: Path) -> str:
    """The log's text, every entry with the seal that lies there now."""
    log = Log()
    for entry in read_log(root).entries:
        path = root / "publications" / entry.id / SEAL
        seal = sha256(path.read_bytes()) if path.is_file() else entry.seal
        log = Log((*log.entries, replace(entry, seal=seal, previous=log.head)))
    return log.as_text()


def relist(root: Path) -> None:
    """Write it."""
    (root / LOG).write_text(relisted(root), "utf-8")
