"""What a publication says of the numbers of the one that it supersedes: `erratum.csv`.

Columns: `id` of the number; `was`, its value or text as it was published; `is`, what it is now;
`why`. It is sealed with the successor, so it counts only as far as that seal does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readiness.errors import DataError
from readiness.files import read_file
from readiness.publications.ledger import FOLDER
from readiness.publications.log import read_seals
from readiness.publications.seal import read_seal, sha256

ERRATUM = "erratum.csv"
COLUMNS = ("id", "was", "is", "why")


@dataclass(frozen=True)
class Correction:
    """One number that a later publication, `by`, names as corrected: what it was, and why."""

    id: str
    was: str
    why: str
    by: str

    def is_about(self, row: Mapping[Any, str]) -> bool:
        """Whether the number of a ledger's row is the one that is named: as it was published."""
        from readiness.language import LANGUAGES
        from readiness.register.display import show_safely
        from readiness.register.published import plain, same_cell

        return same_cell(self.was, row["value"]) or any(
            plain(self.was) == plain(show_safely(row, language)) for language in LANGUAGES
        )


def errata_of(root: Path, identity: str) -> list[Path]:
    """The errata on a publication, each a file of one that supersedes it under its present seal."""
    seals = read_seals(root)
    own = {"id": identity, "digest": seals.get(identity, {}).get("digest", "")}
    paths = [root / FOLDER / n / ERRATUM for n, s in seals.items() if s.get("supersedes") == own]
    return [path for path in paths if path.is_file()]


def read_errata(paths: Iterable[Path]) -> dict[str, Correction]:
    """The corrections in these files, by the number's id.

    DataError when one is no table of an erratum, or not the one that was sealed.
    """
    # Loaded where they are needed: the plan of a run asks for the names alone.
    from readiness.tables import read_text_table

    found = {}
    for path in paths:
        sealed = read_seal(path.parent)["files"].get(ERRATUM)
        try:
            content = read_file(path)
        except OSError as error:
            raise DataError(f"{path}: {error.strerror}. Restore it with git.") from None
        if sha256(content) != sealed:
            raise DataError(f"{path}: changed after it was sealed. Restore it with git.")
        table = read_text_table(path, "the erratum", content)
        if missing := [name for name in COLUMNS if name not in table.columns]:
            raise DataError(f"{path}: lacks the columns {', '.join(missing)}.")
        for row in table.to_dict("records"):
            found[row["id"]] = Correction(row["id"], row["was"], row["why"], path.parent.name)
    return found
