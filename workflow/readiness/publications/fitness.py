"""Refuse to publish a register that gives people away or shows too small a base."""

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
    """The folder of the attack on a wave's register, in its folder `run` of the `results`.

    DataError where it was not made, or is of another register. `folders` are those of the run's
    steps, `files` the inputs that no step made.
    """
    folder = run / ATTACKED
    if not (folder / PROVENANCE).is_file():
        raise DataError(f"{folder} was not created. Run freeze again.")
    whole = {**folders, ATTACKED: folder}
    refuse_stale(results, whole, read_chain(whole), files)
    return folder


def refuse_unfit(
    identity: str, run: Path, least: int, figures: pd.DataFrame, attacked: Path
) -> None:
    """Refuse what must not be published: what gives people away, or shows a base below `least`."""
    table = read_attack(attacked / ATTACK)
    refuse_given_away(identity, table)
    faults = sorted([*small_groups(figures, least), *left_behind(figures)])
    unseen = not_attacked(figures, table)
    faults += [f"{name}: is withheld, and was not attacked." for name in unseen]
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise DataError(
            f"{identity}: {faults[0]}{more} The minimum is set by figures.minimum_base.\n"
            "Publish fewer groups or coarser margins; if the register was edited by hand, delete "
            f"{run} and run freeze again."
        )
