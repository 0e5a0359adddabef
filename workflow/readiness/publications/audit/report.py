"""Level 3: charts, tables and the report, made again by the frozen code, against the sealed ones.

The same bytes are the same. Other bytes are compared by what they say: words, numbers with their
ids, pictures by text and geometry, tables cell by cell, and whatever acts in a page. Nothing that
the publication states of its environment switches that off; only where processor, libraries and
renderer are the recorded ones, the bytes have to be the same as well.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import yaml

from readiness.attack import given_away
from readiness.bounded import read_yaml_text
from readiness.errors import DataError
from readiness.facts import Fact
from readiness.files import files_below, read_file
from readiness.language import LANGUAGES, Language
from readiness.publications.archive import ARCHIVE
from readiness.publications.audit.alike import (
    Terms,
    page_change,
    picture_change,
    table_change,
    text_change,
    workbook_change,
)
from readiness.publications.audit.paper import paper_change
from readiness.publications.audit.rerun import Rerun
from readiness.publications.documents import shown
from readiness.publications.environment import ENVIRONMENT
from readiness.publications.figure_tables import figure_tables, languages_of
from readiness.publications.ledger import CONFIG, DATASETS, INPUTS
from readiness.publications.outcomes import Finding, Outcome
from readiness.publications.seal import ATTESTATIONS, LEDGER, SEAL, VALUES, WITHHELD
from readiness.register.disclosure_risk import ATTACK, not_attacked, read_attack
from readiness.tables import to_csv

SAME = Fact("audit.page.same")
ALIKE = Fact("audit.page.alike")
OTHER = Fact("audit.page.other")
NOT_COMPARED = Finding("report", Outcome.NOT_COMPARED, Fact("audit.page.not_compared"))
"""Said once where today's code ran: its charts, tables and pages may be others by intent."""
BESIDE = {
    SEAL, ATTESTATIONS, WITHHELD, VALUES, LEDGER, CONFIG, DATASETS, INPUTS, ENVIRONMENT, ARCHIVE,
    "README.md", "CITATION.cff", "codecheck.yml", "erratum.csv",
}  # fmt: skip
"""What a publication holds beside its charts, tables and pages; other levels hold it to account, or
nothing recomputes it. Any further file is one that no run makes."""
_COMPARE: Mapping[str, Callable[[bytes, bytes, Terms], Fact | None]] = {
    "html": page_change,
    "svg": picture_change,
    "pdf": paper_change,
    "csv": table_change,
    "xlsx": workbook_change,
    "txt": text_change,
}


def check_report(
    folder: Path, again: Rerun, terms: Terms, *, same_build: bool
) -> Iterator[Finding]:
    """One finding a chart, table and report of the publication in `folder`.

    `same_build`: whether processor, libraries and renderer are the recorded ones.
    """
    made = {name: read_file(path) for name, path in shown(again.folders)}
    for name, table in figure_tables(again.figures, _languages(folder)).items():
        made[f"tables/{name}.csv"] = to_csv(table).encode()
    if _of_a_wave(folder):
        made[ATTACK] = _attack(folder, again)
    exact = same_build and not _has_pseudonyms(folder)
    kept = {path.relative_to(folder).as_posix(): path for path in files_below(folder)}
    kept = {n: path for n, path in kept.items() if n not in BESIDE and not n.startswith("lineage/")}
    for name in sorted(made.keys() | kept.keys()):
        if name not in made:
            yield Finding(name, Outcome.DIFFERS, Fact("audit.page.no_longer"))
        elif name not in kept:
            yield Finding(name, Outcome.DIFFERS, Fact("audit.page.new"))
        else:
            yield _compare(name, read_file(kept[name]), made[name], terms, exact)


def _has_pseudonyms(folder: Path) -> bool:
    """Whether a key made pseudonyms: then tables between the data and the numbers have other bytes
    wherever it is not, and so other hashes stand in the pages."""
    try:
        return bool((read_yaml_text(read_file(folder / CONFIG)).get("privacy") or {}).get("key"))
    except (ValueError, yaml.YAMLError, AttributeError, OSError):
        return False


def _attack(folder: Path, again: Rerun) -> bytes:
    """The table of the disclosure-risk check as it should be.

    It rests on what readers had then, earlier releases among it: the table that was kept is held to
    attack every withheld share once and to have given none away. Where it does not, none does.
    """
    kept = folder / ATTACK
    if not kept.is_file():
        return b""
    table = read_attack(kept)
    rows = table.loc[table["published"] == "no", ["id", "counted"]]
    whole = not not_attacked(again.figures, table)
    if whole and not rows.duplicated().any() and not len(given_away(table)):
        return read_file(kept)
    return to_csv(table.iloc[:0]).encode()


def _of_a_wave(folder: Path) -> bool:
    """Whether it is a wave's publication: a study publishes no shares of its own."""
    # Read as it stands: the configuration's own code may be older than today's.
    try:
        return bool(read_yaml_text(read_file(folder / CONFIG)).get("waves"))
    except (ValueError, yaml.YAMLError, AttributeError):
        raise DataError(f"{folder / CONFIG}: cannot be read") from None


def _languages(folder: Path) -> tuple[Language, ...]:
    """The languages of the sealed tables: those of its time."""
    for path in sorted((folder / "tables").glob("*.csv")):
        with suppress(OSError, ValueError):
            return languages_of(next(csv.reader(read_file(path).decode("utf-8").splitlines()), []))
    return LANGUAGES


def _compare(name: str, published: bytes, made: bytes, terms: Terms, exact: bool) -> Finding:
    if published == made:
        return Finding(name, Outcome.REPRODUCED, SAME)
    compare = _COMPARE.get(name.rpartition(".")[2])
    change = compare(published, made, terms) if compare else OTHER
    if not change and exact:
        change = OTHER
    return Finding(name, Outcome.DIFFERS if change else Outcome.REPRODUCED, change or ALIKE)
