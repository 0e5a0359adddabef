"""What every step does alike: its arguments, its log, its output folder and its lineage."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readiness.files import write_atomically
from readiness.lineage import Lineage, leave_lineage

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger("readiness")


def add_step_arguments(
    parser: argparse.ArgumentParser, *inputs: str, settings: bool = True
) -> None:
    """The arguments every step has: `--out`, `--code`, `--settings` and one file for each input.

    `inputs` are names such as `answers`; a name that ends in `?` may be left out.
    """
    for name in inputs:
        optional = name.endswith("?")
        parser.add_argument(f"--{name.rstrip('?')}", type=Path, required=not optional)
    if settings:
        parser.add_argument("--settings", required=True, help="the step's settings, as JSON")
    parser.add_argument("--code", required=True, help="hash of the step's code")
    parser.add_argument("--out", type=Path, required=True, help="folder of the outputs")


@dataclass
class Outputs:
    """The files that one run of a step leaves in its folder, and the record beside them."""

    step: str
    folder: Path

    def __post_init__(self) -> None:
        self.names: list[str] = []

    def csv(self, name: str, frame: pd.DataFrame) -> None:
        """Write a table."""
        from readiness.tables import write_csv

        write_csv(frame, self.folder / name)
        self.names.append(name)

    def file(self, name: str, content: bytes | str) -> None:
        """Write a file."""
        write_atomically(self.folder / name, content)
        self.names.append(name)

    def finish(
        self,
        *,
        code: str,
        settings: Mapping[str, Any],
        inputs: Mapping[str, Path],
        datasets: Sequence[str] = (),
    ) -> Lineage:
        """Write the lineage provenance record; the step is complete with it."""
        lineage = leave_lineage(
            self.step,
            self.folder,
            code=code,
            settings=settings,
            inputs=inputs,
            outputs=self.names,
            datasets=tuple(datasets),
        )
        log.info("%s: lineage %s", self.step, lineage.hash)
        return lineage
