"""`readiness data diff`: what changed between two dataset versions, and what that would move."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from readiness.datasets.diff import KeyedTable, RowDiff, diff_rows, table_by
from readiness.datasets.store import find_object
from readiness.datasets.versions import Version, find_version
from readiness.errors import DataError
from readiness.plan import Plan, Run, input_files, load_plan
from readiness.publications.seal import LEDGER
from readiness.publications.what_if import moved, recompute, with_version
from readiness.questionnaire import load_questionnaire
from readiness.readers import read_cells, read_export
from readiness.register.figures import read_register
from readiness.tables import read_text_table
from readiness.validation.rows import submissions

RESPONDENT = "respondent"
EVER = {"opens": date(1900, 1, 1), "closes": date(2199, 12, 31)}
SHOWN_KEYS = 8
LARGEST = 10


@dataclass(frozen=True)
class Moved:
    """What one publication would say with `new` in the place of `old`; or why nobody can tell."""

    publication: str
    old: str
    new: str
    published: pd.DataFrame
    numbers: pd.DataFrame
    failure: str = ""

    @property
    def are_new(self) -> pd.Series[bool]:
        """Which of `numbers` the publication does not have."""
        return ~self.numbers["id"].isin(self.published["id"])


def run_diff(root: Path, arguments: argparse.Namespace) -> None:
    """Print the difference of two versions, as text or as JSON.

    Raises DataError, after all is printed, when a publication could not be recomputed.
    """
    versions = [find_version(root, name) for name in (arguments.before, arguments.after)]
    before, after = (read_keyed(root, version, arguments.key) for version in versions)
    rows = diff_rows(before, after)
    if not arguments.json:
        print(f"{versions[0].name} -> {versions[1].name}")
        print("\n".join(rows_lines(rows, cells=arguments.rows)), flush=True)
    figures = None if arguments.no_figures else list(moved_figures(root, *versions))
    if arguments.json:
        record: dict[str, Any] = {"before": versions[0].name, "after": versions[1].name}
        record |= rows_record(rows, cells=arguments.rows)
        if figures is not None:
            record["publications"] = [figures_record(found) for found in figures]
        print(json.dumps(record, ensure_ascii=False, indent=1))
    elif figures is not None:
        print("\n".join(figures_lines(figures, versions, every=arguments.all)))
    failed = [found for found in figures or () if found.failure]
    if failed:
        raise DataError(
            f"publications/{failed[0].publication} cannot be computed with {failed[0].new}; the "
            "reason stands above."
        )


def moved_figures(root: Path, before: Version, after: Version) -> Iterator[Moved]:
    """Every publication that rests on `before`, with `after` in its place.

    When none does, those that rest on `after`, with `before` in its place.
    """
    plan = load_plan(root)
    old, new = before, after
    chosen = _resting_on(plan, old)
    if not chosen:
        old, new = after, before
        chosen = _resting_on(plan, old)
    for run in chosen:
        identity = run.folder.removeprefix("publications/")
        published = read_register(root / run.folder / LEDGER)
        section = with_version(run.section, old.name, new)
        files = input_files(section).values()
        try:
            would_be = recompute(root, run.name, section, files, cores="all")
        except DataError as error:
            numbers, failure = moved(published, published), str(error).replace("\n", " ")
        else:
            numbers, failure = moved(published, would_be), ""
        yield Moved(identity, old.name, new.name, published, numbers, failure)


def _resting_on(plan: Plan, version: Version) -> list[Run]:
    return [
        run
        for folder, run in plan.runs.items()
        if folder.startswith("publications/") and version.name in run.datasets
    ]


def figures_record(found: Moved) -> dict[str, Any]:
    """What would move in one publication, for a machine: every number."""
    return {
        "id": found.publication,
        "replaced": found.old,
        "by": found.new,
        "numbers": len(found.published),
        "failure": found.failure,
        "moved": _by_kind(found.numbers),
        "new": int(found.are_new.sum()),
        "figures": found.numbers.to_dict("records"),
    }


def figures_lines(figures: list[Moved], versions: list[Version], *, every: bool) -> list[str]:
    """The same for people: the ten largest of each publication, or `every` one."""
    if not figures:
        return [f"No publication rests on {versions[0].name} or {versions[1].name}."]
    lines = []
    for found in figures:
        lines.append(f"publications/{found.publication} with {found.new} instead of {found.old}:")
        if found.failure:
            lines.append(f"  cannot be computed: {found.failure}")
            continue
        total = found.published["kind"].value_counts()
        of_before = found.numbers[~found.are_new]
        new = f", {found.are_new.sum()} would be new" if found.are_new.any() else ""
        lines.append(f"  {len(of_before)} of {len(found.published)} numbers would move{new}")
        for kind, count in _by_kind(of_before).items():
            lines.append(f"    {count:>5} of {total[kind]:>5}  {kind}")
        without = int((found.numbers["difference"] == "").sum())
        if without:
            lines.append(
                f"    {without:>5} of these have no difference: a text, or withheld or missing once"
            )
        shown = found.numbers if every else found.numbers.head(LARGEST)
        if len(shown) < len(found.numbers):
            lines.append(f"  the {LARGEST} that move most, shares first (--all for every one):")
        for row in shown.to_dict("records"):
            change = f"{float(row['difference']):+.4g}" if row["difference"] else ""
            was, would_be = row["shown"] or "not there", row["would_show"] or "not there"
            lines.append(f"    {row['id']}  {was} -> {would_be}  {change}".rstrip())
    return lines


def _by_kind(numbers: pd.DataFrame) -> dict[str, int]:
    """How many numbers of each kind, in the order of the table."""
    return {str(kind): int(n) for kind, n in numbers["kind"].value_counts(sort=False).items()}


def read_keyed(root: Path, version: Version, key: str | None) -> KeyedTable:
    """A version's rows, with what tells whose they are.

    The export of a questionnaire: the respondent, named as validation names one (the invitation
    code, for an open link the moment of submission). Any other table: `key`, or its first column.
    """
    path = find_object(root, version)
    if not version.questionnaire:
        return table_by(read_text_table(path, version.name), key, version.name)
    questionnaire = load_questionnaire(root / f"data/questionnaires/{version.questionnaire}.yaml")
    cells = read_cells(path, questionnaire)
    if key is None:
        raw = read_export(path, questionnaire)
        if questionnaire.export.invitation or "_id" in raw or "_submitted" in raw:
            # Without the sample, every code counts: one that is unknown is a respondent's, too.
            named, _ = submissions(raw, questionnaire, None, **EVER, keep="last")
            moments = named["submitted"].dt.strftime("%Y-%m-%d %H:%M:%S").fillna("")
            return KeyedTable(cells, named["respondent"].tolist(), moments.tolist(), RESPONDENT)
    return table_by(cells, key, version.name)


def rows_record(rows: RowDiff, *, cells: bool) -> dict[str, Any]:
    """The difference of the rows, for a machine; with every changed cell when `cells`."""
    record: dict[str, Any] = {
        "key": rows.key_name,
        "rows": {"before": rows.before, "after": rows.after},
        "added": list(rows.added),
        "removed": list(rows.removed),
        "changed": rows.changed,
        "changed_cells": rows.by_column,
        "columns_added": list(rows.columns_added),
        "columns_removed": list(rows.columns_removed),
    }
    if cells:
        record["cells"] = rows.changes.to_dict("records")
    return record


def rows_lines(rows: RowDiff, *, cells: bool) -> list[str]:
    """The same for people; with every key and every changed cell when `cells`."""
    lines = [f"rows   {rows.before} -> {rows.after}, matched by {rows.key_name}"]
    for what, keys in (("added", rows.added), ("removed", rows.removed)):
        shown = keys if cells else keys[:SHOWN_KEYS]
        more = f", ... ({len(keys) - len(shown)} more)" if len(keys) > len(shown) else ""
        lines.append(f"  {what:<8} {len(keys):>5}  {', '.join(shown)}{more}".rstrip())
    lines.append(f"  changed  {rows.changed:>5}")
    for column, count in rows.by_column.items():
        lines.append(f"    {count:>5} cells  {column}")
    for what, columns in (("added", rows.columns_added), ("removed", rows.columns_removed)):
        lines += [f"  column {what}: {column}" for column in columns]
    if cells:
        lines += [
            f"  {change['key']}  {change['column']}: {change['before']!r} -> {change['after']!r}"
            for change in rows.changes.to_dict("records")
        ]
    return lines
