"""Pages of random surveys do not contradict themselves, and a planted contradiction is found."""

import pandas as pd
import pytest

from project_copy import benchmark_module
from readiness.analysis import comparing


@pytest.fixture
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "PERMUTATIONS", 19)


@pytest.mark.usefixtures("few_draws")
def test_the_pages_of_a_random_survey_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = benchmark_module("contradictions")
    part = bench.make_part(0)
    assert list(bench.find_contradictions(part)) == []
    # Were pairs told whatever the leading test says, the program would see it.
    contrasts = part.contrasts.assign(p_adjusted=0.001)
    beside = pd.Series(
        part.register.rows["id"].str.fullmatch(r"\w+\.test\.(rao_scott|multiple_marginal)_f\.p")
    )
    rows = part.register.rows.copy()
    rows.loc[beside, ["value", "unit"]] = ["0.5", "p"]
    planted = bench.WavePart(
        **{
            **{name: getattr(part, name) for name in part.__dataclass_fields__},
            "register": bench.Register(rows, "en"),
            "contrasts": contrasts,
        }
    )
    found = list(bench.find_contradictions(planted))
    assert any("letters" in said for said in found) and any("gap" in said for said in found)
