"""The page for R users runs as written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "survey-for-r-users.md"


def test_every_block_of_the_page_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), flags=re.S)
    assert len(blocks) == 4
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), names)
    assert names["table"]["estimate"].between(0, 1).all()
    hours = names["means"](names["made"].design, "hours")
    assert abs(hours.values[0] - names["mean"]) < 1e-12
    # Replicates against their linearised influence: close, not equal.
    assert abs(hours.se[0] / names["se"] - 1) < 0.05


def test_every_name_in_the_tables_exists() -> None:
    import readiness.survey as survey

    text = PAGE.read_text("utf-8")
    rows = [line.split("|")[2] for line in text.splitlines() if line.startswith("| `")]
    called = {name for row in rows for name in re.findall(r"`(\w+)\(", row)}
    assert called and called <= set(dir(survey)), called - set(dir(survey))
