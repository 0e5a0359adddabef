"""Writing the simulated wave to the files that the repository ships."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from readiness.ground.files import write_atomically
from readiness.ground.tables import rows_to_csv, to_csv
from readiness.questionnaire import load_questionnaire
from simulated_wave import scenario
from simulated_wave.describe import PAGE, with_tables
from simulated_wave.simulate import Simulation, simulate

QUESTIONNAIRE = "data/questionnaires/ai-readiness-1.yaml"
# Path below the root of the repository -> attribute of `Simulation`.
EXPORTS = {
    "data/raw/simulated-2026/1.csv": "export_1",
    "data/raw/simulated-2026/2.csv": "export_2",
}
TABLES = {
    "data/raw/simulated-2026-sample/1.csv": "sample",
    "data/margins/simulated-2026-1.csv": "margins",
    "data/corrections/simulated-2026-1.csv": "corrections",
}


def export_bytes(table: pd.DataFrame) -> bytes:
    """An export as the form tool writes it: byte-order mark, every cell quoted."""
    rows = [list(table.columns), *table.to_numpy().tolist()]
    return rows_to_csv(rows, quote_all=True).encode("utf-8-sig")


def file_bytes(questionnaire: Path, seed: int = scenario.SEED) -> dict[str, bytes]:
    """The bytes of every shipped file of the simulated wave, by its path in the repository."""
    return _contents(simulate(load_questionnaire(questionnaire), seed))


def _contents(simulation: Simulation) -> dict[str, bytes]:
    files = {path: export_bytes(getattr(simulation, name)) for path, name in EXPORTS.items()}
    files |= {path: to_csv(getattr(simulation, name)).encode() for path, name in TABLES.items()}
    return files


def write(folder: Path, seed: int = scenario.SEED) -> list[Path]:
    """Write the files of the simulated wave below `folder`, the root of the repository.

    The questionnaire is read from there; the tables of the documentation page are renewed if it is
    there. Returns the paths written. Same seed, same bytes.
    """
    simulation = simulate(load_questionnaire(folder / QUESTIONNAIRE), seed)
    written = []
    for name, content in _contents(simulation).items():
        write_atomically(folder / name, content)
        written.append(folder / name)
    page = folder / PAGE
    if page.exists():
        write_atomically(page, with_tables(page.read_text(encoding="utf-8"), simulation))
        written.append(page)
    return written
