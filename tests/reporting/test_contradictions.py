"""Pages of random surveys do not contradict themselves, and a planted contradiction is found."""

from dataclasses import replace

import pytest

from project_copy import benchmark_module
from readiness.analysis import comparing


def test_the_pages_of_a_random_survey_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "PERMUTATIONS", 19)
    bench = benchmark_module("contradictions")
    part = bench.make_part(9)
    assert list(bench.find_contradictions(part)) == []
    # Were pairs told whatever the leading test says, the program would see it.
    rows = part.register.rows.copy()
    leading = rows["id"].str.fullmatch(r"\w+\.test\.(rao_scott|multiple_marginal)_f\.p")
    rows.loc[leading, ["value", "unit"]] = ["0.5", "p"]
    contrasts = part.contrasts.assign(p_adjusted=0.001)
    planted = replace(part, register=bench.Register(rows, "en"), contrasts=contrasts)
    found = list(bench.find_contradictions(planted))
    assert any("letters" in said for said in found) and any("gap" in said for said in found)
