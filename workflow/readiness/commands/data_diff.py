"""Print what changed between two dataset versions (`readiness data diff`)."""

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

from readiness.datasets.diff import KeyedTable, RowDiff, diff_rows, table_by
from readiness.datasets.store import find_object
from readiness.datasets.versions import Version, find_version
from readiness.ground.tables import read_text_table
from readiness.questionnaire import load_questionnaire
from readiness.readers import read_cells, read_export
from readiness.validation.rows import submissions

# Most keys of rows that are printed, unless all are asked for.
SHOWN_KEYS = 8
EVER = {"opens": date(1900, 1, 1), "closes": date(2199, 12, 31)}


def run_diff(root: Path, arguments: argparse.Namespace) -> None:
    """Print the difference of two versions, as text or as JSON."""
    versions = [find_version(root, name) for name in (arguments.before, arguments.after)]
    rows = diff_rows(*(read_keyed(root, version, arguments.key) for version in versions))
    if arguments.json:
        record: dict[str, Any] = {
            "before": versions[0].name,
            "after": versions[1].name,
            "key": rows.key_name,
            "rows": {"before": rows.before, "after": rows.after},
            "added": list(rows.added),
            "removed": list(rows.removed),
            "changed": rows.changed,
            "changed_cells": rows.by_column,
            "columns_added": list(rows.columns_added),
            "columns_removed": list(rows.columns_removed),
            **({"cells": rows.changes.to_dict("records")} if arguments.rows else {}),
        }
        print(json.dumps(record, ensure_ascii=False, indent=1))
    else:
        lines = rows_lines(rows, cells=arguments.rows)
        print(f"{versions[0].name} -> {versions[1].name}", *lines, sep="\n")


def read_keyed(root: Path, version: Version, key: str | None) -> KeyedTable:
    """Read a version's rows, each with the key that identifies it.

    For an export of a questionnaire: the respondent, named as in validation (by invitation code,
    for an open link by timestamp). For any other table: the column `key`, or the first column.
    """
    path = find_object(root, version)
    if not version.questionnaire:
        return table_by(read_text_table(path, version.name), key, version.name)
    questionnaire = load_questionnaire(root / f"data/questionnaires/{version.questionnaire}.yaml")
    cells = read_cells(path, questionnaire)
    if key is None:
        raw = read_export(path, questionnaire)
        if questionnaire.export.invitation or "_id" in raw or "_submitted" in raw:
            # Without the sample every code counts: an unknown code is a respondent's, too.
            named_rows, _ = submissions(raw, questionnaire, None, **EVER, keep="last")
            timestamps = named_rows["submitted"].dt.strftime("%Y-%m-%d %H:%M:%S").fillna("")
            return KeyedTable(
                cells, named_rows["respondent"].tolist(), timestamps.tolist(), "respondent"
            )
    return table_by(cells, key, version.name)


def rows_lines(rows: RowDiff, *, cells: bool) -> list[str]:
    """Return the difference as lines of text; `cells`: with every key and every changed cell."""
    lines = [f"rows   {rows.before} -> {rows.after}, matched by {rows.key_name}"]
    for what, keys in (("added", rows.added), ("removed", rows.removed)):
        shown_keys = keys if cells else keys[:SHOWN_KEYS]
        more = f", ... ({len(keys) - len(shown_keys)} more)" if len(keys) > len(shown_keys) else ""
        lines.append(f"  {what:<8} {len(keys):>5}  {', '.join(shown_keys)}{more}".rstrip())
    lines.append(f"  changed  {rows.changed:>5}")
    lines += [f"    {count:>5} cells  {column}" for column, count in rows.by_column.items()]
    for what, columns in (("added", rows.columns_added), ("removed", rows.columns_removed)):
        lines += [f"  column {what}: {column}" for column in columns]
    if cells:
        lines += [
            f"  {change['key']}  {change['column']}: {change['before']!r} -> {change['after']!r}"
            for change in rows.changes.to_dict("records")
        ]
    return lines
