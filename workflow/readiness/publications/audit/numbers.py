"""One line a number: what was published, what was reproduced, and why it may be another one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from readiness.facts import Fact
from readiness.files import read_file
from readiness.lineage import Lineage
from readiness.publications.audit.data import Availability
from readiness.publications.audit.model import Number
from readiness.publications.audit.rerun import Rerun
from readiness.publications.chain import ancestors
from readiness.publications.erratum import Correction
from readiness.publications.outcomes import PASSING, AuditFinding, Outcome
from readiness.publications.reproduce import compare
from readiness.publications.seal import LEDGER, MORE_NUMBERS, SEAL
from readiness.register.display import show_safely
from readiness.register.figures import PRECISION

NumberLine = TypeVar("NumberLine", Number, AuditFinding)

SAME, CHANGED = "same", "CHANGED"


def ledger_rows(folder: Path) -> list[dict[str, str]]:
    """The rows of a ledger as text, by column; none when it cannot be read.

    A damaged row may have too few cells, or too many: those stand under the column "". A column
    whose name stands there before does so with its place, so that no cell is passed over.
    """
    try:
        text = read_file(folder / LEDGER).decode("utf-8")
        head, *lines = csv.reader(io.StringIO(text, newline=""))
    except (OSError, ValueError, csv.Error):
        return []
    names = [f"{n} {k}" if n in head[:k] else n for k, n in enumerate(head)]
    rows = []
    for cells in lines:
        row = {"id": "", **dict(zip_longest(names, cells[: len(names)], fillvalue=""))}
        if beyond := "".join(cells[len(names) :]):
            row[""] = beyond
        if any(row.values()):
            rows.append(row)
    return rows


def list_unchecked(
    rows: Sequence[Mapping[str, str]],
    seal: Sequence[AuditFinding],
    why: Fact,
    missing: Mapping[str, Availability] | None = None,
) -> list[Number]:
    """The numbers where nothing was computed: NOT CHECKED, or SEAL BROKEN.

    `missing`: the datasets that cannot be had; of what rests on them it is said why not.
    """
    numbers = []
    for row in rows:
        names = row.get("dataset", "").split()
        gone = next((missing[name] for name in names if name in missing), None) if missing else None
        number = Number(
            id=row["id"],
            kind=row.get("kind", ""),
            dataset=row.get("dataset", ""),
            published=row.get("value", ""),
            shown=show_safely(row, "en"),
            recomputed="",
            difference="",
            digits=row.get("digits", ""),
            rounding=row.get("rounding", ""),
            code="",
            environment="",
            outcome=gone.outcome if gone else Outcome.NOT_CHECKED,
            fact=gone.fact if gone else why,
        )
        numbers.append(number)
    return _under(seal, numbers)


def _under(seal: Sequence[AuditFinding], numbers: list[Number]) -> list[Number]:
    """The same numbers with what a broken seal says of them."""
    found = [finding for finding in seal if finding.outcome is Outcome.BROKEN]
    if not found:
        return numbers
    broken = broken_numbers(found)
    under = []
    for number in numbers:
        fact = Fact("audit.number.ledger") if broken is None else broken.get(number.id)
        if broken and fact and number.outcome is Outcome.DIFFERS and number.fact:
            fact = Fact("audit.both", {"first": number.fact, "second": fact})
        under.append(replace(number, outcome=Outcome.BROKEN, fact=fact) if fact else number)
    return under


def broken_numbers(seal: Sequence[AuditFinding]) -> Mapping[str, Fact] | None:
    """What the seal says of single numbers, by id; None when it says it of all of them."""
    places = {f.place: f.fact for f in seal if isinstance(f.place, str)}
    if SEAL in places:
        return None
    prefix = f"{LEDGER}: "
    named = {p.removeprefix(prefix): d for p, d in places.items() if p.startswith(prefix)}
    more = [f for f in seal if f.place == LEDGER and f.fact.kind == MORE_NUMBERS]
    if LEDGER in places and (more or not named):
        return None
    return named


def compare_recomputed(
    rows: Sequence[Mapping[str, str]],
    again: Rerun,
    frozen: Mapping[str, Lineage],
    environment: Sequence[Fact],
    seal: Sequence[AuditFinding],
    *,
    today: bool = False,
    errata: Mapping[str, Correction] | None = None,
) -> list[Number]:
    """Every number of the ledger or of the rerun, by id.

    `environment` is in what today's environment is another one than the frozen one; `today` whether
    today's code ran, which may compute more, and `errata` what later publications have corrected.
    """
    published = ledger_table(rows, again.figures.columns)
    compared = compare(published, again.figures, today=today, errata=errata)
    verdicts = compared.to_dict("records")
    by_id = {row["id"]: row for row in rows}
    new = {row["id"]: row for row in again.figures.to_dict("records")}
    behind: dict[str, str] = {}
    # The frozen code leaves the same steps behind each number, whatever their hashes are here.
    step_of = [
        {lineage.hash: step for step, lineage in chain.items()} for chain in (frozen, again.chain)
    ]
    numbers = []
    for verdict in verdicts:
        row: Mapping[Any, str] = by_id.get(verdict["id"]) or new[verdict["id"]]
        hashes = row.get("lineage", "")
        if hashes not in behind:
            behind[hashes] = _code(hashes.split(), frozen, again.chain)
        numbers.append(
            Number(
                id=verdict["id"],
                kind=verdict["kind"],
                dataset=row.get("dataset", ""),
                published=verdict["published"],
                shown=show_safely(row, "en"),
                recomputed=verdict["recomputed"],
                difference=verdict["difference"],
                digits=verdict["digits"],
                rounding=verdict["rounding"],
                code=behind[hashes],
                environment=CHANGED if environment else SAME,
                outcome=Outcome(verdict["verdict"]),
                fact=verdict["fact"],
            )
        )
        made = new.get(verdict["id"], row)
        # What a row of the ledger says and the reproduced one does not.
        beside = [c for c in row if c not in made and row[c] and c != PRECISION]
        told = None
        if beside:
            more = beside[0] or Fact("audit.number.beyond")
            told = Fact("audit.number.beside", {"column": more})
        if not told and not today and made is not row and _strays(row, made, *step_of):
            told = Fact("audit.number.lineage")
        if told and numbers[-1].outcome in {*PASSING, Outcome.CORRECTED}:
            numbers[-1] = replace(numbers[-1], outcome=Outcome.DIFFERS, fact=told)
    return _under(seal, numbers)


def _strays(
    row: Mapping[Any, str],
    made: Mapping[Any, str],
    sealed: Mapping[str, str],
    present: Mapping[str, str],
) -> bool:
    """Whether other steps stand behind a row than behind the reproduced one.

    `sealed` and `present` are the names of the steps by their hash in either chain.
    """
    before, after = (
        sorted(steps.get(digest, digest) for digest in cells.get("lineage", "").split())
        for cells, steps in ((row, sealed), (made, present))
    )
    return before != after


def _code(
    hashes: Iterable[str], frozen: Mapping[str, Lineage], present: Mapping[str, Lineage]
) -> str:
    """Whether the code of all steps behind a number is the sealed one."""
    steps = ancestors(frozen, hashes)
    same = all(step in present and present[step].code == frozen[step].code for step in steps)
    return SAME if same else CHANGED


def in_another_environment(
    lines: Iterable[NumberLine], environment: Sequence[Fact]
) -> list[NumberLine]:
    """What differs with the frozen code, with the environment where that is another one.

    `environment` is in what it is another one.
    """
    return [
        replace(
            line,
            fact=Fact("audit.another_environment", {"what": line.fact, "change": environment[0]}),
        )
        if environment and line.outcome is Outcome.DIFFERS and line.fact
        else line
        for line in lines
    ]


def ledger_table(rows: Sequence[Mapping[str, str]], made: Iterable[str]) -> pd.DataFrame:
    """A ledger's rows with the columns of a register, and their precision."""
    columns = list(dict.fromkeys([*made, PRECISION]))
    return pd.DataFrame(rows, columns=columns, dtype=object).fillna("")
