"""Restore: the bytes of one dataset version, proved by MD5, SHA-256, size and rows."""

from __future__ import annotations

import argparse
from pathlib import Path

from readiness.datasets.store import restore
from readiness.datasets.versions import find_version
from readiness.lineage import leave_lineage
from readiness.running.step import log


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    parser.add_argument("--version-name", required=True, help="dataset@version")
    parser.add_argument("--code", required=True)
    parser.add_argument("--out", type=Path, required=True)


def run(arguments: argparse.Namespace) -> int:
    """Place `data.csv` in the folder, with its lineage."""
    root = Path.cwd()
    version = find_version(root, arguments.version_name)
    restore(root, version, arguments.out / "data.csv")
    # Where the bytes were found (store, cache, workspace) is no part of the lineage: they are the
    # same bytes wherever they were.
    leave_lineage(
        "restore",
        arguments.out,
        code=arguments.code,
        settings={"version": version.name, "sha256": version.sha256, "md5": version.md5},
        inputs={},
        outputs=["data.csv"],
        datasets=(version.name,),
    )
    log.info("restored %s: %d rows, sha256 %s", version.name, version.rows, version.sha256)
    return 0
