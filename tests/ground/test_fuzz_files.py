"""A slice of benchmarks/fuzz_files.py: broken settings, claims, ledgers, registers."""

import sys
from collections import Counter

import pytest

from project_copy import ROOT, Project

sys.path.insert(0, str(ROOT / "benchmarks"))

import fuzz_files


@pytest.fixture(scope="module", autouse=True)
def _tree(released: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    fuzz_files.use(released.copy(tmp_path_factory.mktemp("fuzz") / "tree").root)


def test_broken_files_are_read_or_refused_in_words(thorough: bool) -> None:
    cases = 5000 if thorough else 70
    ends = [fuzz_files.shoot(7, number) for number in range(cases)]
    faults = [
        f"case {n} ({kind}): {said}" for n, (kind, end, said) in enumerate(ends) if end == "fault"
    ]
    assert faults == []
    assert {kind for kind, _, _ in ends} == set(fuzz_files.SOURCES)
    assert Counter(end for _, end, _ in ends).keys() == {"read", "refused"}
