"""Lines that close a run: what of each publication was reproduced."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pandas as pd

from readiness.ground.errors import DataError
from readiness.ground.facts import Fact, Listed, Term, Value, of_domain
from readiness.ground.frames import list_rows
from readiness.ground.tables import read_text_table
from readiness.publications.outcome_texts import plain
from readiness.publications.outcomes import UNREADABLE, Outcome
from readiness.publications.reproduce import tally

SHOWN = 10

# Why a publication is not recomputed.
REASONS = {
    Outcome.ERASED: "verdict.outcome.erased",
    Outcome.RESTRICTED: "verdict.outcome.restricted",
    UNREADABLE: "verdict.of.could_not_check",
}


def read_verdicts(paths: Sequence[Path]) -> dict[str, pd.DataFrame]:
    """Read the verdicts of each publication, by id, from files `.../<id>/reproduce/verdicts.csv`.

    Each table has the columns of `reproduce.compare`; `fact` holds Facts or None. Raises DataError
    where a file cannot be read or a cell of `fact` is no fact of an audit.
    """
    return {path.parent.parent.name: _read_summary(path) for path in sorted(paths)}


def _read_summary(path: Path) -> pd.DataFrame:
    table = read_text_table(path, "the verdicts")
    try:
        facts = [of_domain(cell, "audit") if cell else None for cell in table["fact"]]
    except ValueError as error:
        raise DataError(f"{path}: column fact: {error}. Delete the file and run again.") from error
    return table.assign(fact=pd.Series(facts, index=table.index, dtype=object))


def closing_lines(verdicts: dict[str, pd.DataFrame]) -> list[str]:
    """Return an English line for each number that differs, at most `SHOWN` a publication.

    A line has the published and the recomputed value. A last line counts the numbers left out.
    """
    lines = []
    nothing = Term("terminal.nothing")
    for publication, table in verdicts.items():
        differs = table[table["verdict"] == Outcome.DIFFERS]
        lines += [
            plain(
                "audit.closing.differs",
                "en",
                name=publication,
                id=row["id"],
                published=row["published"] or nothing,
                recomputed=row["recomputed"] or nothing,
                why=row["fact"],
            )
            for row in list_rows(differs.head(SHOWN))
        ]
        if len(differs) > SHOWN:
            more = len(differs) - SHOWN
            lines.append(plain("audit.closing.more", "en", name=publication, n=more))
    return lines


def closing_text(
    verdicts: dict[str, pd.DataFrame], unavailable: Mapping[str, str], drafts: Collection[str] = ()
) -> str:
    """Describe the recomputation of all publications in English, one line each.

    Publications without a differing or corrected number share one line. `unavailable` maps the id
    of each publication that was not recomputed to a key of `REASONS`; `drafts` are ids of drafts.
    Raises KeyError for a reason that `REASONS` lacks.
    """
    counts = {name: tally(table) for name, table in verdicts.items()}
    fully_reproduced = [name for name, n in counts.items() if not (n.corrected or n.differs)]
    lines = []
    if fully_reproduced:
        names = tuple(_name(publication_id, drafts) for publication_id in fully_reproduced)
        total = sum(counts[name].reproduced for name in fully_reproduced)
        judged = sum(counts[name].judged for name in fully_reproduced)
        kind = "audit.closing.all_judged" if judged else "audit.closing.all"
        summary_values: dict[str, Value] = {
            "names": Listed(names, "comma"),
            "n": total,
            "judged": judged,
        }
        lines.append(plain(kind, "en", **summary_values))
    for publication_id, n in counts.items():
        if publication_id not in fully_reproduced:
            lines.append(
                plain(
                    "audit.closing.some",
                    "en",
                    name=_name(publication_id, drafts),
                    n=n.reproduced,
                    all=n.reproduced + n.corrected + n.differs,
                    corrected=n.corrected,
                    differs=n.differs,
                )
            )
    for publication_id, reason in sorted(unavailable.items()):
        what = Term(REASONS[reason])
        lines.append(
            plain("language.labelled", "en", label=_name(publication_id, drafts), what=what)
        )
    return "".join(f"{line}\n" for line in lines)


def _name(publication_id: str, drafts: Collection[str]) -> str | Fact:
    """Return the id of a publication, marked where the publication is a draft."""
    return (
        Fact("audit.closing.draft", {"name": publication_id})
        if publication_id in drafts
        else publication_id
    )
