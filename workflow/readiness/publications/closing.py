"""The table that ends a run: what was reproduced, what differs, what was judged."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from readiness.publications.outcomes import Outcome
from readiness.publications.reproduce import tally
from readiness.tables import read_text_table

SHOWN = 10


def read_verdicts(paths: Sequence[Path]) -> dict[str, pd.DataFrame]:
    """The verdicts of each publication, from `.../<id>/reproduce/verdicts.csv`."""
    return {
        path.parent.parent.name: read_text_table(path, "the verdicts") for path in sorted(paths)
    }


def closing_lines(verdicts: dict[str, pd.DataFrame]) -> list[str]:
    """Each number that differs, by publication: what was published and what is recomputed."""
    lines = []
    for publication, table in verdicts.items():
        differs = table[table["verdict"] == Outcome.DIFFERS]
        for row in differs.head(SHOWN).to_dict("records"):
            lines.append(
                f"{publication}: {row['id']} DIFFERS: published {row['published'] or '-'}, "
                f"recomputed {row['recomputed'] or '-'} ({row['detail']})"
            )
        if len(differs) > SHOWN:
            lines.append(f"{publication}: and {len(differs) - SHOWN} more numbers differ")
    return lines


def closing_text(
    verdicts: dict[str, pd.DataFrame],
    summaries: Sequence[Path],
    unavailable: Mapping[str, str],
    drafts: Collection[str] = (),
) -> str:
    """What each study's figures can mean, then the table of publications.

    `unavailable` are those that were not recomputed, id to reason: DATA ERASED, DATA RESTRICTED.
    """
    page = io.StringIO()
    console = Console(file=page, width=100, highlight=False)
    for summary in summaries:
        console.print(summary.read_text("utf-8"), markup=False)
    table = Table(title="Publications recomputed with today's code", title_justify="left")
    table.add_column("publication", no_wrap=True)
    table.add_column("dataset versions", no_wrap=True)
    columns = ["our numbers reproduced", "our numbers that differ", "published claims judged"]
    lines = {publication: tally(publication, frame) for publication, frame in verdicts.items()}
    # Only where there are any: how many differ as a later publication's erratum says.
    if any(line.corrected for line in lines.values()):
        columns.insert(1, "corrected since")
    for column in columns:
        table.add_column(column, justify="right")
    for line in lines.values():
        counts = [line.reproduced, line.differs, line.judged]
        if "corrected since" in columns:
            counts.insert(1, line.corrected)
        table.add_row(_named(line.publication, drafts), "\n".join(line.datasets), *map(str, counts))
    for publication, reason in sorted(unavailable.items()):
        table.add_row(
            _named(publication, drafts), reason, *["not checked"] * (len(columns) - 1), ""
        )
    console.print(table)
    return page.getvalue()


def pages_text(pages: Iterable[Path]) -> str:
    """Where the report is: its pages, one line for each language."""
    return "".join(f"Report: {page} and {page.with_suffix('.pdf').name}\n" for page in pages)


def _named(publication: str, drafts: Collection[str]) -> str:
    """A publication's id, with its status where it is no released one."""
    return f"{publication} (draft)" if publication in drafts else publication
