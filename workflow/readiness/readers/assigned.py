"""Assign columns of a sheet to items, and report columns that the questionnaire does not expect."""

import difflib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from readiness.ground.errors import DataError
from readiness.ground.printable import quote_cell
from readiness.questionnaire import Item, Questionnaire, match_key
from readiness.readers.table import Sheet, name_each_once


@dataclass
class Assigned:
    """Assignment of a sheet's columns, by position: items, options, roles, rankings, or unknown."""

    items: dict[str, int] = field(default_factory=dict)
    options: dict[str, dict[str, int]] = field(default_factory=dict)
    roles: dict[str, int] = field(default_factory=dict)
    rankings: dict[str, list[int]] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)


def name_apart(
    headings: Sequence[tuple[str, ...]], wanted: Collection[str]
) -> list[tuple[str, ...]]:
    """Return headings with a unique name for a column without header or with a repeated one.

    A column without a header is `column 4`. The second column of one header is `Header (2)` where
    that name is `wanted` (match keys); otherwise both keep the header, and are refused later.
    """
    named = []
    for heading, name in zip(headings, name_each_once([each[0] for each in headings]), strict=True):
        is_repeated = match_key(heading[0]) not in ("", match_key(name))
        with_name = heading if match_key(heading[0]) else (name, *heading[1:])
        named.append((name,) if is_repeated and match_key(name) in wanted else with_name)
    return named


def is_row_number(sheet: Sheet, at: int) -> bool:
    """Return whether a column without a header numbers the rows, as data frames are written."""
    if match_key(sheet.columns[at]) not in ("", "unnamed: 0"):
        return False
    numbers = sheet.texts(at).tolist()
    return any(numbers == [str(n + start) for n in range(len(sheet))] for start in (0, 1))


def refuse_other_columns(
    sheet: Sheet, questionnaire: Questionnaire, assigned: Assigned, title: str
) -> None:
    """Raise DataError where columns are missing, unknown or repeated; `title` is the tool's."""
    if assigned.twice:
        first = sorted(assigned.twice)[0].strip()
        raise DataError(
            f"{sheet.path}: {some(sorted(assigned.twice))}: named more than once. Name each "
            f"column once (the second of two questions is `{first} (2)` in the "
            "questionnaire)."
        )
    unknown = [" ".join(sheet.columns[k].split()) or f"column {k + 1}" for k in assigned.unknown]
    if not assigned.missing and not unknown:
        return
    wanted = len(questionnaire.headers)
    parts = [f"{sheet.path}: not an export of {questionnaire.id}"]
    if assigned.missing:
        parts.append(f"missing {some(assigned.missing)}")
    if unknown:
        close = difflib.get_close_matches(unknown[0], assigned.missing, n=1, cutoff=0.7)
        hint = f" (did the wording of {close[0]!r} change? A new version, then)" if close else ""
        parts.append(f"unknown {some(unknown)}{hint}")
    parts.append(
        f"{wanted - len(assigned.missing)} of {wanted} columns recognised, read as {title}"
    )
    advice = ""
    if unknown and not assigned.missing:
        listed = ", ".join(json.dumps(name, ensure_ascii=False) for name in unknown[:3])
        more = ", ..." if len(unknown) > 3 else ""
        advice = (
            f"\nNo questions? Add to the questionnaire, under export: `ignored: [{listed}{more}]`."
        )
    raise DataError("; ".join(parts) + "." + advice)


def whole(item: Item, columns: Mapping[str, int]) -> bool:
    """Return whether every option of an item, or each of several answers, has a column."""
    return set(item.slots or item.codes) <= set(columns)


def find_missing_items(questionnaire: Questionnaire, assigned: Assigned) -> list[str]:
    """Return headers of the items without a column, each with its first missing option."""
    missing = []
    for item in questionnaire.items:
        option_columns = assigned.options.get(item.id, {})
        if (
            item.grid in assigned.rankings
            or item.id in assigned.items
            or (item.codes and whole(item, option_columns))
        ):
            continue
        missing_options = (
            [c.text for c in item.categories if c.code not in option_columns]
            if option_columns
            else []
        )
        missing_options = [
            name for name in item.slots if name not in option_columns
        ] or missing_options
        missing.append(f"{item.column} ({missing_options[0]})" if missing_options else item.column)
    return missing


def some(texts: Sequence[str]) -> str:
    """Return the first three texts, in quotes, and how many more there are."""
    shown = ", ".join(quote_cell(text) for text in texts[:3])
    rest = len(texts) - 3
    return shown + (f" and {rest} more" if rest > 0 else "")
