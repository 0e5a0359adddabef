"""The page for R users runs as written."""

import re
from pathlib import Path
from typing import Any

PAGE = (Path(__file__).parents[2] / "docs" / "survey-for-r-users.md").read_text("utf-8")
ESTIMATES, TESTS = PAGE.split("\n## Tests and models")
TESTS = TESTS.split("\n## ")[0]


def run_blocks(text: str) -> dict[str, Any]:
    """The names that the Python blocks of a text leave."""
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", text, flags=re.S):
        exec(compile(block, "survey-for-r-users.md", "exec"), names)
    return names


def test_every_block_of_the_estimates_runs() -> None:
    names = run_blocks(ESTIMATES)
    assert names["table"]["estimate"].between(0, 1).all()
    hours = names["means"](names["made"].design, "hours")
    assert abs(hours.values[0] - names["mean"]) < 1e-12
    # Replicates against their linearised influence: close, not equal.
    assert abs(hours.se[0] / names["se"] - 1) < 0.05


def test_every_block_of_the_tests_runs() -> None:
    names = run_blocks(TESTS)
    assert names["made"].lead.p_value < 0.05
    assert names["fit"].n == 400


def test_every_name_in_the_tables_exists() -> None:
    import readiness.survey as survey

    rows = [line.split("|")[2] for line in ESTIMATES.splitlines() if line.startswith("| `")]
    called = {name for row in rows for name in re.findall(r"`(\w+)\(", row)}
    assert called and called <= set(dir(survey)), called - set(dir(survey))
    compared = set(re.findall(r"^\| `(\w+)\(", TESTS, flags=re.M))
    assert len(compared) >= 8 and compared <= set(dir(survey))
