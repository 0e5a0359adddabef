"""What a publication says of the numbers of the one that it supersedes: `erratum.csv`.

Columns: `id` of the number; `was`, its value or text as it was published; `is`, what it is now;
`why`. Anybody can put a folder beside a publication, so it counts only from a released one that the
log lists and whose seal holds, and only where what it says a number `is` is what is recomputed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from readiness.errors import DataError
from readiness.files import read_file
from readiness.publications.ledger import FOLDER
from readiness.publications.log import check_listed, read_log, read_seals
from readiness.publications.outcomes import Outcome
from readiness.publications.seal import check_seal, read_seal, sha256

ERRATUM = "erratum.csv"
COLUMNS = ("id", "was", "is", "why")
# What may move of a number whose value stays.
BESIDE = ("lower", "upper", "se", "n", "n_eff", "deff", "reliability", "suppressed", "note")


@dataclass(frozen=True)
class Correction:
    """One number that a later publication, `by`, names as corrected: what it was and now is."""

    id: str
    was: str
    now: str
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

    def gives(self, old: Mapping[Any, str], new: Mapping[Any, str] | None) -> bool:
        """Whether the recomputed row `new` (rounded as published; None for none) is what the
        published row `old` was corrected to."""
        from readiness.language import LANGUAGES
        from readiness.register.display import show_safely
        from readiness.register.published import plain, same_cell

        if new is None or plain(self.now) == plain(describe_change(old, new)[1]):
            return new is not None or not self.now
        if same_cell(old["value"], new["value"]):
            return False  # what moved stands beside the value, and is not what was named
        return same_cell(self.now, new["value"]) or any(
            plain(self.now) == plain(show_safely(new, language)) for language in LANGUAGES
        )


def find_moves(old: Mapping[Any, str], new: Mapping[Any, str]) -> list[str]:
    """The columns beside the value in which two rows of a number differ."""
    return [name for name in BESIDE if old.get(name) != new[name]]


def describe_change(old: Mapping[Any, str], new: Mapping[Any, str] | None) -> tuple[str, str]:
    """`was` and `is` of a number: as shown in English, or as stored where both are shown alike,
    and with what moved beside it where the value is the same; `is` is "" where it is gone."""
    from readiness.register.display import show_safely

    texts = show_safely(old, "en"), show_safely(new, "en") if new else ""
    if new and texts[0] == texts[1]:
        texts = old["value"], new["value"]
    if new and texts[0] == texts[1]:
        moves = find_moves(old, new)
        texts = texts[0], f"{texts[1]} ({', '.join(f'{c} {new[c]}' for c in moves)})"
    return texts


def errata_of(root: Path, identity: str) -> list[Path]:
    """The errata on a publication, in the order of the log: each a file of one that supersedes it,
    or a successor of it, under its present seal; released, listed, not withdrawn, unchanged."""
    seals, log = read_seals(root), read_log(root)
    known = [{"id": identity, "digest": seals.get(identity, {}).get("digest", "")}]
    paths = []
    for name, entry in log.latest.items():
        sealed = seals.get(name, {})
        if sealed.get("supersedes") not in known or entry.withdrawn:
            continue
        folder = root / FOLDER / name
        broken = any(finding.outcome is Outcome.BROKEN for finding in check_seal(folder))
        if not broken and not check_listed(root, name, log):
            known.append({"id": name, "digest": sealed["digest"]})
            paths.append(folder / ERRATUM)
    return [path for path in paths if path.is_file()]


def read_errata(paths: Iterable[Path]) -> dict[str, Correction]:
    """The corrections in these files, by the number's id; of one that was corrected again, what it
    was at first and is at last.

    DataError when one is no table of an erratum, or not the one that was sealed.
    """
    # Loaded where they are needed: the plan of a run asks for the names alone.
    from readiness.tables import read_text_table

    found: dict[str, Correction] = {}
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
            said = Correction(row["id"], row["was"], row["is"], row["why"], path.parent.name)
            before = found.get(said.id, said)
            found[said.id] = replace(said, was=before.was)
    return found
