"""Whether a wave's figures may be published: what gives respondents away, or wants a review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from readiness.config import Wave
from readiness.errors import ConfigError, DataError
from readiness.lineage import PROVENANCE
from readiness.publications.chain import ATTACKED, read_chain, refuse_stale
from readiness.register.disclosure_risk import (
    ATTACK,
    left_behind,
    not_attacked,
    read_attack,
    refuse_given_away,
    small_groups,
)


@dataclass(frozen=True)
class Judged:
    """A wave's figures before they leave: its folder of results, its section, the release's id."""

    identity: str
    run: Path
    wave: Wave

    def attacked(self, folders: Mapping[str, Path], files: Mapping[str, Path]) -> Path:
        """The folder of the attack on it.

        DataError where it was not made, or is of another register. `folders` are those of the
        run's steps, `files` the inputs that no step made.
        """
        folder = self.run / ATTACKED
        if not (folder / PROVENANCE).is_file():
            raise DataError(f"{folder}: not made. Run freeze again.")
        whole = {**folders, ATTACKED: folder}
        refuse_stale(whole, read_chain(whole), files)
        return folder

    def refuse(self, figures: pd.DataFrame, attacked: Path, reviewer: str) -> None:
        """What must not be published: what gives people away, figures for review without a
        reviewer."""
        table = read_attack(attacked / ATTACK)
        refuse_given_away(self.identity, table)
        least = self.wave.figures.minimum_base
        faults = sorted([*small_groups(figures, least), *left_behind(figures)])
        for name in not_attacked(figures, table):
            faults.append(f"{name}: is withheld, and was not attacked.")
        if faults:
            more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
            raise DataError(
                f"{self.identity}: {faults[0]}{more} The minimum is figures.minimum_base.\n"
                "Publish fewer groups or coarser margins; where the register was changed by hand, "
                f"delete {self.run} and freeze again."
            )
        review = figures[(figures["reliability"] == "review") & (figures["suppressed"] == "")]
        if len(review) and not reviewer:
            raise ConfigError(
                f"{self.identity}: {len(review)} figures are marked for review, the first "
                f"{review['id'].iloc[0]}. Name who reviewed them: --reviewer NAME."
            )
