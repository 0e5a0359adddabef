"""A slice of benchmarks/fuzz_data.py: broken data through every reader, from a fixed seed."""

import sys
from collections import Counter

from project_copy import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))

import fuzz_data


def test_broken_data_is_read_whole_or_refused_in_words(thorough: bool) -> None:
    cases = 5000 if thorough else 90
    ends = [fuzz_data.shoot(5, number) for number in range(cases)]
    faults = [
        f"case {n} ({kind}): {said}" for n, (kind, end, said) in enumerate(ends) if end == "fault"
    ]
    assert faults == []
    # Each kind is both read and refused: or nothing is shown of one of them.
    seen = Counter((kind, end) for kind, end, _ in ends)
    assert all(seen[kind, end] for kind in fuzz_data.KINDS for end in ("read", "refused")), seen


def test_the_fuzz_sees_what_it_is_for() -> None:
    """A reader that loses a row, and a writer that leaves a lone CR bare, are faults to it."""
    import pandas as pd
    import pytest

    frame = pd.DataFrame({"a": ["x\ry"]})
    fuzz_data.read_again(frame, "whole")
    bare = frame.to_csv(index=False, lineterminator="\n").replace('"', "").encode()
    assert len(fuzz_data.read_text_table(fuzz_data.NAME, "bare", bare)) == 2
    ground = fuzz_data.shipped()
    raw = fuzz_data.read_export(
        fuzz_data.NAME, ground.questionnaire, fuzz_data.rows_to_csv(ground.export).encode()
    )
    result = fuzz_data.first_reading(raw, ground.questionnaire)
    fuzz_data.accounted(result, len(raw), raw.attrs)
    with pytest.raises(fuzz_data.FaultError, match="submissions read"):
        fuzz_data.accounted(result, len(raw) + 1, raw.attrs)
