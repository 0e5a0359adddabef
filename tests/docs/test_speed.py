"""What the docs say of speed holds together."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
MEASUREMENTS = (ROOT / "docs/measurements.md").read_text("utf-8")
PAGE = MEASUREMENTS.split("\n## Speed of the survey core")[1].split("\n## ")[0]


def rows(text: str) -> list[str]:
    """The lines of the tables of a page."""
    return re.findall(r"^\|.*\|$", text, re.M)


def test_each_ratio_is_that_of_the_times_beside_it() -> None:
    found = 0
    times: dict[tuple[str, ...], float] = {}
    for line in rows(PAGE.split("### At the largest")[1])[2:]:
        case, task, n, program, seconds, _, ratio = (c.strip() for c in line.strip("|").split("|"))
        if program == "readiness":
            times[case, task, n] = float(seconds)
        else:
            ours = times[case, task, n]
            # Both are rounded to a thousandth of a second, the ratio to a tenth.
            error = 0.05 + 0.0006 * (1 / ours + 1 / float(seconds)) * float(ratio)
            assert abs(float(seconds) / ours - float(ratio)) <= error
            found += 1
    assert found >= 9
