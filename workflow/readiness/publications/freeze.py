"""Keep the figures of a run as a publication: the ledger that later runs are held against.

A publication holds its own configuration, its figures, the dataset versions they rest on (with the
text of their DVC pointers, so that no `.dvc` file lies here for `dvc pull` to fill) and a page for
whoever checks it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from readiness.config import Study, Wave
from readiness.datasets.versions import Version
from readiness.errors import ConfigError, DataError
from readiness.figures.register import read_register
from readiness.files import write_atomically
from readiness.lineage import SIDECAR, read_lineage, sha256_of
from readiness.publications.attacker import ATTACK, attack
from readiness.tables import to_csv

LEDGER = "figures.csv"


def frozen_config(name: str, section: Wave | Study) -> str:
    """The configuration of one run, alone, as YAML."""
    kind = "waves" if isinstance(section, Wave) else "studies"
    content: dict[str, Any] = {
        kind: {name: section.model_dump(mode="json", by_alias=True, exclude_none=True)}
    }
    head = "# Frozen with the publication; never edited. Paths are from the project's root.\n"
    return head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def datasets_table(root: Path, versions: list[Version]) -> str:
    """The dataset versions behind a publication, with their hashes and pointers, as CSV."""
    rows = [
        {
            "dataset": version.dataset,
            "version": version.version,
            "md5": version.md5,
            "sha256": version.sha256,
            "bytes": version.bytes,
            "rows": version.rows,
            "pointer": (root / version.pointer_path).read_text("utf-8"),
        }
        for version in versions
    ]
    return to_csv(pd.DataFrame(rows))


def readme(
    identity: str, section: Wave | Study, figures: pd.DataFrame, versions: list[Version]
) -> str:
    """The page for whoever opens the publication's folder."""
    what = (
        "The answers are simulated: no real person gave them."
        if isinstance(section, Wave) and section.simulated
        else "The data behind these figures were never published: they are judged, not reproduced."
    )
    listed = "\n".join(f"- `{v.name}`: {v.rows} rows, SHA-256 `{v.sha256}`" for v in versions)
    return (
        f"# {section.title['en']} ({identity})\n\n{what}\n\n"
        f"`figures.csv` holds {len(figures)} numbers, one a row, each with its value, precision, "
        "display text in French, English and Arabic, dataset version and lineage hash. "
        "`config.yaml` is the configuration that made them, `datasets.csv` the versions of the "
        "data:\n\n"
        f"{listed}\n\n"
        "`make` at the project's root recomputes every number from these data and says which one "
        f"differs, if any: `results/publications/{identity}/reproduce/verdicts.csv`.\n"
    )


def refuse_existing(root: Path, identity: str) -> None:
    """ConfigError when the publication exists."""
    if (root / "publications" / identity).exists():
        raise ConfigError(
            f"publications/{identity} exists and is never overwritten; choose another id."
        )


def freeze(
    root: Path,
    identity: str,
    name: str,
    section: Wave | Study,
    versions: list[Version],
    results: Path,
    *,
    anew: bool = False,
) -> int:
    """Write `publications/<identity>/` from a finished run; returns the number of its figures.

    `results` is the run's folder below `results/`. Raises ConfigError when the publication exists
    (unless `anew`), DataError when the run's register is missing or was changed after it was made.
    """
    folder = root / "publications" / identity
    if not anew:
        refuse_existing(root, identity)
    register = results / "register"
    figures = read_register(register / LEDGER)
    lineage = read_lineage(register / SIDECAR)
    if lineage.outputs[LEDGER] != sha256_of(register / LEDGER):
        raise DataError(
            f"{register / LEDGER}: changed after it was made; delete it and run `make`."
        )
    # Assembled beside, then renamed: nothing half-written is ever a publication.
    scratch = folder.with_name(f".{identity}.tmp")
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        write_atomically(scratch / "config.yaml", frozen_config(name, section))
        write_atomically(scratch / LEDGER, (register / LEDGER).read_bytes())
        write_atomically(scratch / "datasets.csv", datasets_table(root, versions))
        if isinstance(section, Wave):
            attacked = attack(figures, section.figures.minimum_base)
            write_atomically(scratch / ATTACK, to_csv(attacked))
        write_atomically(scratch / "README.md", readme(identity, section, figures, versions))
        if folder.exists():
            shutil.rmtree(folder)
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return len(figures)
