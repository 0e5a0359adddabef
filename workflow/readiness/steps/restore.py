"""Restore: the bytes of one dataset version, proved by MD5, SHA-256, size and rows."""

from pathlib import Path

from readiness.config import StrictModel
from readiness.datasets.store import restore
from readiness.datasets.versions import find_version
from readiness.ground.files import write_atomically
from readiness.provenance.digests import KEY, make_key
from readiness.running.step import Job, log


class Registered(StrictModel):
    """The dataset version (`name@version`), and its hashes as `data/versions.csv` has them."""

    version: str
    sha256: str
    md5: str


DATA = "data.csv"
INPUTS = ()
SETTINGS = Registered


def run(job: Job[Registered]) -> None:
    """Place `data.csv` in the folder, and beside it the key for digests of what is made of it."""
    root, told = Path.cwd(), job.settings
    version = find_version(root, told.version)
    job.hide()
    restore(root, version, job.out / DATA)
    job.names.append(DATA)
    write_atomically(job.out / KEY, make_key((job.out / DATA).read_bytes()), private=True)
    job.names.append(KEY)
    # The plain hashes of these bytes are registered.
    job.public = True
    # Where the bytes were found (store, cache, workspace) is no part of the lineage: they are the
    # same bytes wherever they were.
    job.datasets = (version.name,)
    log.info("restored %s: %d rows, sha256 %s", version.name, version.rows, version.sha256)
