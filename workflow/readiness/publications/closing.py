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


def closing_lines(verdicts: dict[str, pd.DataFrame]) -> list[str]:
    """Each number that differs, by publication: what was published and what is recomputed."""
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
    """Describe the recomputation of all publications: those reproduced whole share one line.

    `unavailable` are those that were not recomputed, id to reason: DATA ERASED, DATA RESTRICTED.
    """
    counts = {name: tally(table) for name, table in verdicts.items()}
    whole = [name for name, n in counts.items() if not (n.corrected or n.differs)]
    lines = []
    if whole:
        names = tuple(_name(identity, drafts) for identity in whole)
        total = sum(counts[name].reproduced for name in whole)
        judged = sum(counts[name].judged for name in whole)
        kind = "audit.closing.all_judged" if judged else "audit.closing.all"
        told: dict[str, Value] = {"names": Listed(names, "comma"), "n": total, "judged": judged}
        lines.append(plain(kind, "en", **told))
    for identity, n in counts.items():
        if identity not in whole:
            lines.append(
                plain(
                    "audit.closing.some",
                    "en",
                    name=_name(identity, drafts),
                    n=n.reproduced,
                    all=n.reproduced + n.corrected + n.differs,
                    corrected=n.corrected,
                    differs=n.differs,
                )
            )
    for identity, reason in sorted(unavailable.items()):
        what = Term(REASONS[reason])
        lines.append(plain("language.labelled", "en", label=_name(identity, drafts), what=what))
    return "".join(f"{line}\n" for line in lines)


def _name(identity: str, drafts: Collection[str]) -> str | Fact:
    """Name a publication, and say whether it is a draft."""
    return Fact("audit.closing.draft", {"name": identity}) if identity in drafts else identity
