"""What would be published from another dataset version: the same run, one version replaced.

The publication's own configuration and today's code, in a scratch folder: the frozen publication,
the project's results and its data are only read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from readiness.config import DatasetVersion, Study, Wave
from readiness.datasets.pointers import check_pointer
from readiness.datasets.store import find_object
from readiness.datasets.versions import Version, find_version
from readiness.errors import DataError
from readiness.publications.archive import assemble
from readiness.publications.chain import REGISTER
from readiness.publications.ledger import versions_table
from readiness.publications.material import frozen_config
from readiness.publications.scratch import run_in, scratch_project
from readiness.publications.seal import LEDGER
from readiness.register.display import said
from readiness.register.figures import read_register
from readiness.register.published import gives_row
from readiness.register.same import number

COLUMNS = ["id", "kind", "unit", "published", "would_be", "difference", "shown", "would_show"]

KINDS = ("claim", "estimate", "test", "count", "weighting", "quality", "revision", "interval")
"""In the order in which a reader would ask for them; the others come last."""
UNITS = ("share", "points", "p", "number")
"""Differences of different units cannot be ordered by size: shares first, counts last."""


def datasets_of(section: Wave | Study) -> dict[str, DatasetVersion]:
    """The dataset versions that a configuration names, by key."""
    values = {field: getattr(section, field) for field in type(section).model_fields}
    return {field: value for field, value in values.items() if isinstance(value, DatasetVersion)}


def with_version(section: Wave | Study, old: str, new: Version) -> Wave | Study:
    """The configuration of a run with the dataset version `new` in the place of `old`."""
    replaced = {
        key: DatasetVersion(dataset=new.dataset, version=new.version)
        for key, named in datasets_of(section).items()
        if named.name == old
    }
    return section.model_copy(update=replaced)


def recompute(
    root: Path, name: str, section: Wave | Study, files: Iterable[Path], *, cores: str
) -> pd.DataFrame:
    """The register of a run, made in a scratch folder with today's code; nothing else is touched.

    `name` is the run's name in its configuration `section`, `files` are the inputs that no step
    made (questionnaire, margins, ...), from the project's root. Raises DataError when a dataset
    cannot be had, or saying why the run stopped.
    """
    names = sorted({dataset.name for dataset in datasets_of(section).values()})
    versions = [find_version(root, name) for name in names]
    objects = {check_pointer(root, version): find_object(root, version) for version in versions}
    project = assemble(
        root,
        frozen_config(name, section),
        versions_table(versions),
        {v.pointer_path: (root / v.pointer_path).read_text("utf-8") for v in versions},
        files,
    )
    register = f"results/{'waves' if isinstance(section, Wave) else 'studies'}/{name}/{REGISTER}"
    with scratch_project(project, objects) as scratch:
        failure = run_in(scratch, [f"{register}/{LEDGER}"], cores)
        if failure:
            raise DataError(failure)
        return read_register(scratch / register / LEDGER)


def moved(published: pd.DataFrame, would_be: pd.DataFrame) -> pd.DataFrame:
    """The numbers that would not be published as they were: columns `COLUMNS`, largest first.

    Both are registers as text. A number moves when its value or its text in any language would be
    another (`figures.published`), and when only one register has it. `difference` is would-be minus
    published, in the number's own unit ("" where one of them is no number, or is withheld). Ordered
    by kind and unit, in them by the size of the difference.
    """
    before = {row["id"]: row for row in published.to_dict("records")}
    after = {row["id"]: row for row in would_be.to_dict("records")}
    rows = []
    for identity in before.keys() | after.keys():
        old, new = before.get(identity), after.get(identity)
        if old and new and gives_row(old, new):
            continue
        either = old or new or {}
        rows.append(
            {
                "id": identity,
                "kind": either["kind"],
                "unit": either["unit"],
                "published": old["value"] if old else "",
                "would_be": new["value"] if new else "",
                "difference": _difference(old, new),
                "shown": said(old, "en") if old else "",
                "would_show": said(new, "en") if new else "",
            }
        )
    rows.sort(key=_weight)
    return pd.DataFrame(rows, columns=COLUMNS)


def _number(text: str) -> float:
    value = number(text)
    return math.nan if value is None else value


def _difference(old: Mapping[object, str] | None, new: Mapping[object, str] | None) -> str:
    if not old or not new:
        return ""
    difference = _number(new["value"]) - _number(old["value"])
    return "" if math.isnan(difference) else format(difference, ".12g")


def _weight(row: Mapping[str, str]) -> tuple[int, int, float, str]:
    kind, unit = row["kind"], row["unit"]
    size = abs(_number(row["difference"]))
    return (
        KINDS.index(kind) if kind in KINDS else len(KINDS),
        UNITS.index(unit) if unit in UNITS else len(UNITS),
        # Last, what has none: a text, or a number that one side withholds or does not have.
        math.inf if math.isnan(size) else -size,
        row["id"],
    )
