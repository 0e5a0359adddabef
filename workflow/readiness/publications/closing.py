"""The table that ends a run: what was reproduced, what differs, what was judged."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from readiness.errors import DataError
from readiness.facts import Term, of_domain
from readiness.language import Language
from readiness.language.numbers import whole
from readiness.publications.outcomes import UNREADABLE, Outcome, plain
from readiness.publications.reproduce import tally
from readiness.tables import read_text_table
from readiness.terminal import one_line

SHOWN = 10
# Why a publication is not recomputed.
REASONS = {
    Outcome.ERASED: "verdict.outcome.erased",
    Outcome.RESTRICTED: "verdict.outcome.restricted",
    UNREADABLE: "verdict.of.could_not_check",
}
CORRECTED = "closing.column.corrected"


def read_verdicts(paths: Sequence[Path]) -> dict[str, pd.DataFrame]:
    """The verdicts of each publication, from `.../<id>/reproduce/verdicts.csv`.

    As `reproduce.compare` made them: `fact` holds facts, None where there is none. DataError where
    a cell is none of an audit.
    """
    return {path.parent.parent.name: _read_summary(path) for path in sorted(paths)}


def _read_summary(path: Path) -> pd.DataFrame:
    table = read_text_table(path, "the verdicts")
    try:
        facts = [of_domain(cell, "audit") if cell else None for cell in table["fact"]]
    except ValueError as error:
        raise DataError(f"{path}: column fact: {error}. Delete the file and run again.") from error
    return table.assign(fact=pd.Series(facts, index=table.index, dtype=object))


def closing_lines(verdicts: dict[str, pd.DataFrame], language: Language = "en") -> list[str]:
    """Each number that differs, by publication: what was published and what is recomputed."""
    lines = []
    nothing = Term("terminal.nothing")
    for publication, table in verdicts.items():
        differs = table[table["verdict"] == Outcome.DIFFERS]
        lines += [
            plain(
                "closing.differs",
                language,
                name=publication,
                id=row["id"],
                published=row["published"] or nothing,
                recomputed=row["recomputed"] or nothing,
                why=row["fact"],
            )
            for row in differs.head(SHOWN).to_dict("records")
        ]
        if len(differs) > SHOWN:
            more = len(differs) - SHOWN
            lines.append(plain("closing.more", language, name=publication, n=more))
    return [one_line(line) for line in lines]


def closing_text(
    verdicts: dict[str, pd.DataFrame],
    summaries: Sequence[Path],
    unavailable: Mapping[str, str],
    drafts: Collection[str] = (),
    language: Language = "en",
) -> str:
    """What each study's figures can mean, then the table of publications.

    `unavailable` are those that were not recomputed, id to reason: DATA ERASED, DATA RESTRICTED.
    """
    from rich.console import Console
    from rich.table import Table

    page = io.StringIO()
    console = Console(file=page, width=100, highlight=False)
    for summary in summaries:
        console.print(summary.read_text("utf-8"), markup=False)
    if not verdicts and not unavailable:
        return page.getvalue()
    says = partial(plain, language=language)
    table = Table(title=says("closing.title"), title_justify="left")
    table.add_column(says("page.publication"), no_wrap=True)
    table.add_column(says("page.column.dataset"), no_wrap=True)
    columns = ["closing.column.reproduced", "closing.column.differs", "closing.column.judged"]
    lines = {publication: tally(publication, frame) for publication, frame in verdicts.items()}
    # Only where there are any: how many differ as a later publication's erratum says.
    if any(line.corrected for line in lines.values()):
        columns.insert(1, CORRECTED)
    for column in columns:
        table.add_column(says(column), justify="right")
    named = {
        name: says("closing.draft", name=name) if name in drafts else name
        for name in (*lines, *unavailable)
    }
    for line in lines.values():
        counts = [line.reproduced, line.differs, line.judged]
        if CORRECTED in columns:
            counts.insert(1, line.corrected)
        cells = (whole(count, language) for count in counts)
        table.add_row(named[line.publication], "\n".join(line.datasets), *cells)
    for publication, reason in sorted(unavailable.items()):
        unchecked = [says("closing.not_checked")] * (len(columns) - 1)
        table.add_row(named[publication], says(REASONS[reason]), *unchecked, "")
    console.print(table)
    return page.getvalue()


def site_text(site: Path, language: Language = "en") -> str:
    """Where reading begins, in one line."""
    return plain("closing.site", language, page=str(site)) + "\n"
