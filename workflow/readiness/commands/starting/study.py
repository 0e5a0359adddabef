"""A study of published figures in a project: its claims registered, its structure, its section."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pandas as pd
import yaml

from readiness.commands.starting.undoing import all_or_nothing, put_back
from readiness.datasets.add import add_version
from readiness.datasets.versions import VERSIONS, read_versions
from readiness.drafting import study_section, with_section
from readiness.errors import ConfigError
from readiness.files import write_atomically
from readiness.forensics.beginning import Source, begin_study
from readiness.forensics.judging.claims import read_register
from readiness.forensics.judging.structure import parse_structure
from readiness.patterns import NAME, WORDS
from readiness.questionnaire import Questionnaire
from readiness.readers import read_sheet
from readiness.tables import to_csv

VERSION = "1"
_HEAD = """\
# How the claims of {study}-claims version 1 hang together: what the register cannot say row by row.
# Never edited once used: a new version is a new file.
"""


def begin(root: Path, study: str, table: Path, source: Source, asked: Questionnaire | None) -> int:
    """Start a study from a table of published figures; returns how many claims there are.

    Raises ConfigError where the name is taken or none, DataError naming what of the table cannot be
    used.
    """
    path = root / f"data/claims/{study}-{VERSION}.yaml"
    dataset = f"{study}-claims"
    if not re.fullmatch(NAME, study):
        raise ConfigError(f"study {study!r}: expected {WORDS[NAME]}.")
    versions = read_versions(root) if (root / VERSIONS).exists() else {}
    if path.exists() or f"{dataset}@{VERSION}" in versions:
        raise ConfigError(f"{path.relative_to(root)} or {dataset}@{VERSION} exists; another name.")
    sheet = read_sheet(table)
    cells = pd.DataFrame({name.strip(): sheet.texts(at) for at, name in enumerate(sheet.columns)})
    register, document = begin_study(cells, study, source, asked, str(table))
    read_register(register, parse_structure(document, str(table)), str(table))
    section = study_section(
        study, title=document["publishers"][source.publisher], dataset=dataset, version=VERSION
    )
    config = with_section((root / "config.yaml").read_text("utf-8"), "studies", study, section)
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)
    with all_or_nothing() as undo, tempfile.TemporaryDirectory() as folder:
        write_atomically(path, _HEAD.format(study=study) + text)
        undo.append(lambda: path.unlink(missing_ok=True))
        register_versions = root / VERSIONS
        before = register_versions.read_bytes() if register_versions.exists() else None
        undo.append(lambda: put_back(register_versions, before))
        file = Path(folder) / "claims.csv"
        file.write_text(to_csv(register), "utf-8", newline="")
        added = add_version(root, file, dataset, VERSION, note=f"figures of {source.publisher}")
        undo.append(lambda: (root / added.pointer_path).unlink(missing_ok=True))
        write_atomically(root / "config.yaml", config)
    return len(register)
