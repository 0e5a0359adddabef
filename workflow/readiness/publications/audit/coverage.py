"""How an audit checks each file of a publication, and each column or key of it.

Whoever can write a folder can seal it again, so a hash proves nothing about the content of a file.
Each part of a publication is therefore recomputed, compared with another sealed part, or only
stated. `PARTS` lists which, and the audit names the parts that are only stated. A file that matches
no row belongs to no publication.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from readiness.analysis.recomputing import RECOMPUTE
from readiness.analysis.recomputing_in_r import RECOMPUTE_R
from readiness.publications.audit.model import DATA, NUMBERS, REPORT
from readiness.publications.ledger import CONFIG, DATASETS, INPUTS, LEDGER_COLUMNS, SHOWN
from readiness.publications.log import ERRATUM
from readiness.publications.program import ARCHIVE, ENVIRONMENT
from readiness.publications.seal import LEDGER, SEAL, VALUES
from readiness.register.disclosure_risk import ATTACK

RECORDS = "lineage/*.json"


class Held(StrEnum):
    """Kinds of checks of a publication's parts.

    RECOMPUTED: from the sealed data and settings. COMPARED: with other files of the folder, the
    log, the data or an earlier publication. TEMPLATED: a text that the program wrote from the other
    parts, not checked. STATED: a statement by whoever sealed it, not checked.
    """

    RECOMPUTED = "recomputed"
    COMPARED = "compared"
    TEMPLATED = "templated"
    STATED = "stated"


@dataclass(frozen=True)
class Part:
    """A file (`fnmatch` pattern) of a publication, or some columns or keys of a file.

    It is checked from `level` on. `own_code`: only by the program that sealed it; for others it is
    stated.
    """

    file: str
    names: tuple[str, ...]
    held: Held
    level: int = DATA
    own_code: bool = False


_SEALED = (
    *("id", "run", "lineage", "code", "program", "version", "status", "log", "lock"),
    *("numbers", "datasets", "supersedes", "values", "files", "digest", "format"),
)

PARTS: tuple[Part, ...] = (
    Part(LEDGER, tuple(c for c in LEDGER_COLUMNS if c != "lineage"), Held.RECOMPUTED, NUMBERS),
    Part(LEDGER, ("lineage",), Held.RECOMPUTED, NUMBERS, own_code=True),
    Part(VALUES, (), Held.COMPARED),
    # The settings of the run change numbers; the description of the study changes none.
    Part(CONFIG, (), Held.COMPARED),
    Part(DATASETS, (), Held.COMPARED),
    Part(INPUTS, (), Held.COMPARED),
    Part(SEAL, _SEALED, Held.COMPARED),
    Part(SEAL, ("reviewer", "erratum"), Held.STATED),
    Part(ERRATUM, ("id", "was", "is"), Held.COMPARED),
    Part(ERRATUM, ("why",), Held.STATED),
    Part(ATTACK, (), Held.RECOMPUTED, NUMBERS),
    Part(RECORDS, ("step", "inputs", "parents", "datasets", "keys"), Held.COMPARED),
    Part(RECORDS, ("digest", "lineage"), Held.COMPARED),
    Part(RECORDS, ("outputs",), Held.STATED),
    Part(RECORDS, ("code", "settings"), Held.RECOMPUTED, NUMBERS, own_code=True),
    Part(ARCHIVE, (), Held.RECOMPUTED, NUMBERS, own_code=True),
    Part(ENVIRONMENT, (), Held.STATED),
    *(Part(f"{folder}/*", (), Held.RECOMPUTED, REPORT, own_code=True) for folder in SHOWN),
    *(Part(name, (), Held.TEMPLATED) for name in ("README.md", "CITATION.cff", "codecheck.yml")),
    *(Part(name, (), Held.TEMPLATED) for name in (RECOMPUTE, RECOMPUTE_R)),
)


def find_parts(file: str) -> list[Part]:
    """Return the parts of a file by relative name; empty for files that no publication has."""
    return [part for part in PARTS if fnmatchcase(file, part.file)]


def list_stated(files: Collection[str], level: int, *, own_code: bool) -> Iterator[str]:
    """Yield the parts of a publication that an audit at `level` does not check.

    Each as `file (column, column)`. `files`: the names of its files. `own_code`: whether the
    program that sealed it makes the audit.
    """
    for part in PARTS:
        is_unchecked = part.held in (Held.STATED, Held.TEMPLATED) or (
            part.own_code and not own_code
        )
        # Charts, tables and report are listed in audits at level 3 only.
        is_listed = is_unchecked and part.level <= max(level, NUMBERS)
        if is_listed and (part.file == SEAL or any(fnmatchcase(name, part.file) for name in files)):
            yield f"{part.file} ({', '.join(part.names)})" if part.names else part.file
