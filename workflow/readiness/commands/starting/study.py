"""Begin a study of published figures in a project: claims, structure and section."""

import re
import tempfile
from pathlib import Path

import yaml

from readiness.commands.claims_files import FigureTable
from readiness.commands.starting.beginnings import VERSION, write_all
from readiness.datasets.add import add_version
from readiness.datasets.versions import VERSIONS, read_versions
from readiness.drafting import (
    study_section,
    with_section,
)
from readiness.drafting.study import ClaimSource, begin_study
from readiness.forensics.judging.structure import parse_structure, read_register
from readiness.ground.errors import ConfigError
from readiness.ground.patterns import NAME, WORDS
from readiness.ground.tables import to_csv
from readiness.program.layout import find_config
from readiness.questionnaire import Questionnaire

_HEAD = """\
# How the claims of {study}-claims version 1 hang together: what the register cannot say row by row.
# Never edited once used: a new version is a new file.
"""


def begin(
    root: Path,
    study: str,
    figures: FigureTable,
    where: str,
    source: ClaimSource,
    asked: Questionnaire | None,
) -> int:
    """Begin a study from a table of published figures; return the number of claims.

    `where`: name of the table in messages. Raises ConfigError where the name of the study is taken
    or not valid, DataError naming what cannot be used.
    """
    path = root / f"data/claims/{study}-{VERSION}.yaml"
    dataset = f"{study}-claims"
    if not re.fullmatch(NAME, study):
        raise ConfigError(f"study {study!r}: expected {WORDS[NAME]}.")
    versions = read_versions(root) if (root / VERSIONS).exists() else {}
    if path.exists() or f"{dataset}@{VERSION}" in versions:
        raise ConfigError(
            f"{path.relative_to(root)} or {dataset}@{VERSION} already exists. Choose another name."
        )
    register, document = begin_study(figures.cells, study, source, asked, where, figures.places)
    read_register(register, parse_structure(document, where), where)
    section = study_section(
        study, title=document["publishers"][source.publisher], dataset=dataset, version=VERSION
    )
    config = with_section(find_config(root).read_text("utf-8"), "studies", study, section)
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "claims.csv"
        file.write_text(to_csv(register), "utf-8", newline="")
        note = f"figures of {source.publisher}"
        write_all(
            root,
            config,
            path,
            _HEAD.format(study=study) + text,
            lambda: add_version(root, file, dataset, VERSION, note=note),
        )
    return len(register)
