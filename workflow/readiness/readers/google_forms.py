"""CSV exports as Google Forms writes them.

UTF-8 with or without a byte-order mark, comma-separated, one header row of question texts, one row
a submission, several ticked boxes in one cell. Nothing is interpreted here: cells stay the text
that was exported, under the ids of the questionnaire.
"""

from __future__ import annotations

import difflib
from collections import Counter
from pathlib import Path

import pandas as pd

from readiness.errors import DataError
from readiness.questionnaire import Questionnaire, match_key
from readiness.tables import read_rows
from readiness.terminal import quoted

ROW = "_row"
TIMESTAMP = "_timestamp"
INVITATION = "_invitation"
AGAIN = "Download the CSV from the form again; do not save it from a spreadsheet."


def read_export(
    path: Path,
    questionnaire: Questionnaire,
    content: bytes | None = None,
    *,
    simulated: bool | None = None,
) -> pd.DataFrame:
    """Read an export of `questionnaire`: one row a submission, every cell as exported text.

    Columns: `_row` (the row as a spreadsheet numbers it, header = 1), `_timestamp`, `_invitation`
    and one a questionnaire item, named by its id. `content` are the file's bytes where they are in
    hand already; `simulated` is what the configuration says of it (None: it says nothing).

    Raises DataError, in one line naming the file and the columns, when the file is missing, empty,
    not UTF-8, not a comma-separated table, has other columns than the questionnaire, or when its
    marker of simulated answers and the configuration do not agree.
    """
    header, rows = read_rows(path, "the export", content, advice=AGAIN)
    if not rows:
        raise DataError(f"{path}: a header and no answers; expected one row a submission.")
    columns = _recognise(path, header, questionnaire)
    frame = pd.DataFrame(
        {name: [cells[position] for _, cells in rows] for name, position in columns.items()},
        dtype=object,
    )
    for name in (INVITATION, TIMESTAMP):
        if name not in frame:
            frame.insert(0, name, "")
    frame.insert(0, ROW, [number for number, _ in rows])
    marked = _is_marked(path, header, rows, questionnaire)
    if simulated is not None:
        _check_agreement(path, marked, simulated, questionnaire)
    return frame


def _recognise(path: Path, header: list[str], questionnaire: Questionnaire) -> dict[str, int]:
    """Position of each column that the questionnaire knows; refuses any other table."""
    keys = [match_key(text) for text in header]
    times = Counter(keys)
    twice = sorted({text for text, key in zip(header, keys, strict=True) if times[key] > 1})
    if twice:
        raise DataError(f"{path}: {_some(twice)}: given more than once; expected each column once.")
    export = questionnaire.export
    own = {TIMESTAMP: export.timestamp, INVITATION: export.invitation}
    wanted = {match_key(text): name for name, text in own.items() if text}
    wanted |= {match_key(item.column): item.id for item in questionnaire.items}
    optional = {match_key(text) for text in (*export.ignored, export.marker or "")}
    # In the order of the form.
    missing = [text for text in questionnaire.headers if match_key(text) not in times]
    unknown = [
        text.strip()
        for text, key in zip(header, keys, strict=True)
        if key not in wanted and key not in optional
    ]
    if missing or unknown:
        raise DataError(_other_columns(path, missing, unknown, questionnaire))
    return {name: keys.index(key) for key, name in wanted.items()}


def _other_columns(
    path: Path, missing: list[str], unknown: list[str], questionnaire: Questionnaire
) -> str:
    known = len(questionnaire.headers) - len(missing)
    parts = [f"{path}: not an export of {questionnaire.id}"]
    if missing:
        parts.append(f"missing {_some(missing)}")
    if unknown:
        close = difflib.get_close_matches(unknown[0], missing, n=1, cutoff=0.7)
        hint = f" (did the wording of {close[0]!r} change? A new version, then)" if close else ""
        parts.append(f"unknown {_some(unknown)}{hint}")
    parts.append(f"{known} of {len(questionnaire.headers)} columns recognised")
    return "; ".join(parts) + "."


def _some(texts: list[str], limit: int = 3) -> str:
    shown = ", ".join(quoted(text) for text in texts[:limit])
    rest = len(texts) - limit
    return shown + (f" and {rest} more" if rest > 0 else "")


def _is_marked(
    path: Path, header: list[str], rows: list[tuple[int, list[str]]], questionnaire: Questionnaire
) -> bool:
    """Whether the answers are marked as simulated: every row, or the file mixes two sources."""
    export = questionnaire.export
    if export.marker is None:
        return False
    key = match_key(export.marker)
    position = next((i for i, text in enumerate(header) if match_key(text) == key), None)
    if position is None:
        return False
    for number, cells in rows:
        if match_key(cells[position]) != match_key(export.marked):
            raise DataError(
                f"{path}, row {number}: column {export.marker!r} holds {quoted(cells[position])}; "
                f"expected {export.marked!r} in every row, or no such column."
            )
    return True


def _check_agreement(
    path: Path, marked: bool, simulated: bool, questionnaire: Questionnaire
) -> None:
    """What the data say of themselves is what the configuration says of them, both ways."""
    marker = questionnaire.export.marker
    if marked and not simulated:
        raise DataError(
            f"{path}: column {marker!r} marks every answer as simulated, the configuration says "
            "simulated: false. Set simulated: true, or name the export of the real answers."
        )
    if simulated and not marked and marker is not None:
        raise DataError(
            f"{path}: the configuration says simulated: true, but no column {marker!r} marks the "
            "answers as simulated. Set simulated: false, or name the simulated export."
        )
