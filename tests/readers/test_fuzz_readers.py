"""A slice of the fuzz over the readers of all tools (benchmarks/fuzz_readers.py)."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import pytest

import fuzz_readers


def test_broken_exports_of_every_tool_are_read_whole_or_refused_in_words() -> None:
    ends = [fuzz_readers.shoot(14, number) for number in range(60)]
    faults = [
        f"case {n} ({kind}): {said}" for n, (kind, end, said) in enumerate(ends) if end == "fault"
    ]
    assert faults == []
    assert {"read", "refused"} <= {end for _, end, _ in ends}


def test_the_fuzz_of_readers_sees_what_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that is lost, and an exception of somebody else's, are faults to it."""
    read = fuzz_readers.read_export
    content = fuzz_readers.export("plain")
    assert fuzz_readers._accounted(content, fuzz_readers.survey("plain")) == fuzz_readers.PEOPLE
    monkeypatch.setattr(fuzz_readers, "read_export", lambda *a, **k: read(*a, **k).iloc[1:])
    monkeypatch.setattr(fuzz_readers, "_in_cells", lambda content, draw: content)
    monkeypatch.setattr(fuzz_readers, "_in_bytes", lambda content, draw: content)
    ends = [fuzz_readers.shoot(14, number) for number in range(12)]
    assert any(end == "fault" and "24 rows of 25" in said for _, end, said in ends)
    monkeypatch.setattr(fuzz_readers, "read_export", lambda *a, **k: {}["no such key"])
    assert {end for _, end, _ in (fuzz_readers.shoot(14, n) for n in range(5))} == {"fault"}
