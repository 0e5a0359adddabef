"""Restore: the bytes of one dataset version, proved by MD5, SHA-256, size and rows."""

from pathlib import Path

from readiness.config import StrictModel
from readiness.datasets.store import restore
from readiness.datasets.versions import find_version
from readiness.ground.files import write_atomically
from readiness.provenance.digests import KEY, make_key
from readiness.running.step import Job, log


class Registered(StrictModel):
    """Settings: the dataset version (`name@version`), with its hashes in `data/versions.csv`."""

    version: str
    sha256: str
    md5: str


DATA = "data.csv"
INPUTS = ()
SETTINGS = Registered


def run(job: Job[Registered]) -> None:
    """Write `data.csv`, and the key for digests of results computed from the data."""
    root, settings = Path.cwd(), job.settings
    version = find_version(root, settings.version)
    job.hide()
    restore(root, version, job.out / DATA)
    job.names.append(DATA)
    write_atomically(job.out / KEY, make_key((job.out / DATA).read_bytes()), private=True)
    job.names.append(KEY)
    # The plain hashes of these bytes are registered already.
    job.public = True
    # The place where the bytes were found (store, cache, workspace) is no part of the lineage: the
    # bytes are the same.
    job.datasets = (version.name,)
    log.info("restored %s: %d rows, sha256 %s", version.name, version.rows, version.sha256)
