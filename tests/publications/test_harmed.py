"""Publications with random harm, each through one command: nothing breaks, and none is believed.

A slice of benchmarks/fuzz_publications.py: no exception that nobody handles, no hang, no gigabyte,
no escape code; no command takes a publication for whole of which a sealed file is another one.
"""

from __future__ import annotations

import pytest
from tampering.harmed import Range


def test_no_harm_to_a_publication_upsets_or_deceives(
    tmp_path_factory: pytest.TempPathFactory, thorough: bool
) -> None:
    ground = Range.at(tmp_path_factory.mktemp("harmed"))
    shots = [ground.shoot(20260304, number) for number in range(1000 if thorough else 40)]
    assert len({shot.words[0] for shot in shots}) > 5
    assert [shot.line() for shot in shots if shot.faults] == []
