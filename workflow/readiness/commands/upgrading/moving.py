"""Describe which numbers another program moves, by lines of its changelog."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from readiness.commands.upgrading.measuring import Measured
from readiness.commands.upgrading.wheel import Wheel
from readiness.ground.frames import list_rows
from readiness.ground.printable import one_line, shorten
from readiness.publications.erratum import find_corrected
from readiness.publications.log import describe_change
from readiness.register.published import round_register

# Most numbers that are named for each run and line of the changelog.
MOST_NUMBERS = 8
# Longest quote of a changelog line, in characters.
LONGEST = 160
NO_LINE = "no line of the changelog names them"
# Name of numbers in the changelog: an id in which words in capitals stand for any text.
NAME = re.compile(r"`([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+)`")
# Any text between two dots of an id: an answer's code may have blanks.
ANY = r"[^.]+"


def describe(before: Measured, after: Measured, version: str, wheel: Wheel) -> str:
    """Return the table of numbers that move from the office's `version` to that of the wheel."""
    lines = [f"readiness {version or 'of an unknown version'} -> {wheel.version}"]
    notes = read_notes(wheel.text("CHANGELOG.md"), version)
    moved_somewhere = False
    for run in sorted(before.registers.keys() | after.registers.keys()):
        moved = list(_find_moved(before.registers.get(run), after.registers.get(run)))
        moved_somewhere = moved_somewhere or bool(moved)
        lines += _describe_run(run, moved, notes)
    if not moved_somewhere:
        lines.append("No number of today's waves and studies moves.")
    lines += _describe_publications(before, after)
    return "\n".join(map(one_line, lines))


def read_notes(changelog: str, version: str) -> list[str]:
    """Return the lines of a changelog that are newer than `version`; all lines without it.

    A line is an item of a list, its continuation joined.
    """
    newer = (
        re.split(rf"^## \[{re.escape(version)}\]", changelog, flags=re.M)[0]
        if version
        else (changelog)
    )
    items = re.findall(r"^- (.*(?:\n  .*)*)", newer, re.M)
    return [" ".join(item.split()) for item in items]


def find_note(figure_id: str, notes: list[str]) -> str:
    """Return the first line that names a number by its id; "" where no line does."""
    for note in notes:
        for name in NAME.findall(note):
            parts = [ANY if part.isupper() else re.escape(part) for part in name.split(".")]
            if re.fullmatch(r"\.".join(parts), figure_id):
                return note
    return ""


# A number that moved: id, old value, new value.
Moved = tuple[str, str, str]


def _find_moved(old: pd.DataFrame | None, new: pd.DataFrame | None) -> Iterator[Moved]:
    if old is None or new is None:
        return
    rounded = round_register(old)
    for figure_id, was, now in find_corrected(rounded, new):
        first, second = describe_change(was, now)
        yield figure_id, first, second or "gone"
    old_ids, rows = {*old["id"]}, list_rows(round_register(new))
    yield from ((row["id"], "-", str(row["value"])) for row in rows if row["id"] not in old_ids)


def _describe_run(run: str, moved: list[Moved], notes: list[str]) -> Iterator[str]:
    """Yield the numbers of a run that move, by line of the changelog."""
    by_note: Mapping[str, list[Moved]] = defaultdict(list)
    for move in moved:
        by_note[find_note(move[0], notes)].append(move)
    for note in sorted(by_note, key=lambda text: (text == "", text)):
        moves = by_note[note]
        yield f"{run}: numbers that would move: {len(moves)}. {_quote(note)}"
        width = max(len(figure_id) for figure_id, _, _ in moves[:MOST_NUMBERS])
        for figure_id, was, now in moves[:MOST_NUMBERS]:
            yield f"  {figure_id:<{width}}  {was} -> {now}"
        if len(moves) > MOST_NUMBERS:
            yield f"  and {len(moves) - MOST_NUMBERS} more"


def _quote(note: str) -> str:
    return f"Changelog: {shorten(note, LONGEST)}" if note else f"Changelog: {NO_LINE}."


def _describe_publications(before: Measured, after: Measured) -> Iterator[str]:
    for name in sorted(before.tallies.keys() | after.tallies.keys()):
        yield f"publications/{name}: {_describe_tally(after.tallies.get(name))}"


def _describe_tally(counts: Any) -> str:
    """Return in words how many numbers of a publication come out again."""
    if counts is None:
        return "is not recomputed by the new program"
    if counts.differs:
        return (
            f"{counts.differs} of its numbers differ by the new program, {counts.reproduced} come "
            "out again; what is published stays, a correction is a new publication"
        )
    judged = f", {counts.judged} published claims judged alike" if counts.judged else ""
    return f"all {counts.reproduced} numbers come out again{judged}"
