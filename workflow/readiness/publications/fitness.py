"""Refuse to publish a register that discloses answers of few people or has too small a base."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from readiness.ground.errors import DataError
from readiness.provenance.results_folder import PROVENANCE
from readiness.publications.chain import ATTACKED, read_chain, refuse_stale
from readiness.register.disclosure_risk import (
    ATTACK,
    left_behind,
    not_attacked,
    read_attack,
    refuse_given_away,
    small_groups,
)


def attacked_folder(
    results: Path, run: Path, folders: Mapping[str, Path], files: Mapping[str, Path]
) -> Path:
    """Return the folder of the attack on a wave's register: `run`/attack.

    `results` is the folder of all results, `run` the wave's folder in it; `folders` has the folder
    of each step of the run, `files` the input files that no step wrote, by role. Raises DataError
    where the attack is missing or a result is stale, such as an attack on another register.
    """
    folder = run / ATTACKED
    if not (folder / PROVENANCE).is_file():
        raise DataError(f"{folder} was not created. Run freeze again.")
    folders_with_attack = {**folders, ATTACKED: folder}
    refuse_stale(results, folders_with_attack, read_chain(folders_with_attack), files)
    return folder


def refuse_unfit(
    publication_id: str, run: Path, least: int, figures: pd.DataFrame, attacked: Path
) -> None:
    """Raise DataError unless the register of a wave may be published.

    Refused are a suppressed number that the attack recovered or never attacked, and a base below
    `least` people. `run` is the folder that the error names, `figures` the register as text,
    `attacked` the folder of the attack.
    """
    table = read_attack(attacked / ATTACK)
    refuse_given_away(publication_id, table)
    faults = sorted([*small_groups(figures, least), *left_behind(figures)])
    unattacked_ids = not_attacked(figures, table)
    faults += [f"{name}: is withheld, and was not attacked." for name in unattacked_ids]
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise DataError(
            f"{publication_id}: {faults[0]}{more} The minimum is set by figures.minimum_base.\n"
            "Publish fewer groups or coarser margins; if the register was edited by hand, delete "
            f"{run} and run freeze again."
        )
