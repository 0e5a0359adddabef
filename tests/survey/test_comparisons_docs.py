"""The examples of docs/methods.md run as they stand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "comparisons.md"


def test_the_examples_run() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.S)
    assert len(blocks) >= 4
    names: dict[str, Any] = {}
    for block in blocks:
        exec(block, names)
    assert names["made"].lead.p_value < 0.05
    assert names["fit"].n == 400


def test_every_function_named_there_exists() -> None:
    import readiness.survey as comparisons

    table = re.findall(r"^\| `(\w+)\(", PAGE.read_text(encoding="utf-8"), flags=re.M)
    assert len(table) >= 8
    assert not [name for name in table if not hasattr(comparisons, name)]
