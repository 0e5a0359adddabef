"""What a publication's own folder tells of it: title, display texts, dataset versions.

An audit may be of a damaged folder, so what cannot be read is left out here: that it is damaged is
for the audit's findings to say.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from readiness.datasets.versions import Version
from readiness.errors import DataError, ReadinessError
from readiness.language import LANGUAGES
from readiness.publications.audit.model import Number
from readiness.publications.audit.numbers import ledger_rows
from readiness.publications.ledger import FOLDER, read_datasets, read_settings
from readiness.publications.outcomes import Outcome
from readiness.register.display import show_row, show_safely
from readiness.terminal import shorten

READS_ALIKE = (Outcome.REPRODUCED, Outcome.WITHIN_ROUNDING, Outcome.JUDGED)


@dataclass(frozen=True)
class Subject:
    """What was audited. `rows` is the ledger by number."""

    identity: str
    title: Mapping[str, str]
    simulated: bool
    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    datasets: Sequence[Version] = ()

    def show_published(self, number: Number, language: str) -> str:
        """The number as readers of the language were shown it; "" when it was not published."""
        row = self.rows.get(number.id)
        return show_safely(row, language) if row else ""

    def shown_now(self, number: Number, language: str) -> str:
        """The recomputed value as readers would be shown it; "" for what is no number."""
        row = self.rows.get(number.id, {})
        if number.recomputed == number.published != "" or number.outcome in READS_ALIKE:
            return self.show_published(number, language)
        try:
            if not re.fullmatch("[0-9]", row.get("digits", "")):
                return ""
            return show_row({**row, "value": number.recomputed, "suppressed": ""}, language)
        except (ReadinessError, KeyError, ValueError):
            return ""


def read_subject(root: Path, identity: str) -> Subject:
    """What `publications/<identity>` of the project at `root` tells of itself, as far as it can."""
    folder = root / FOLDER / identity
    rows = {row["id"]: row for row in ledger_rows(folder)}
    title, simulated = _read_section(folder)
    try:
        datasets = [sealed.version for sealed in read_datasets(folder)]
    except DataError:
        datasets = []
    return Subject(
        identity,
        title,
        simulated or any(row.get("simulated") == "true" for row in rows.values()),
        rows,
        datasets,
    )


def _read_section(folder: Path) -> tuple[dict[str, str], bool]:
    """The title by language, the publication's id where there is none, and whether it is said to
    be simulated.
    """
    title = dict.fromkeys(LANGUAGES, folder.name)
    try:
        kinds = (read_settings(folder, kind) for kind in ("waves", "studies"))
        (section,) = [section for kind in kinds for section in kind.values()]
        given = {
            # Characters of a title that are shown: a page of it would hide the verdict.
            language: shorten(text, 300)
            for language, text in section["title"].items()
            if language in title and isinstance(text, str)
        }
        return title | given, bool(section.get("simulated"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return title, False
