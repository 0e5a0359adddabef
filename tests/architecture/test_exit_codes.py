"""docs/commands.md says what the code does."""

import re

from project_copy import ROOT
from readiness.ground import errors

PAGE = ROOT / "docs" / "commands.md"
KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.ReadinessError)
]


def test_the_page_lists_every_exit_code_and_no_other() -> None:
    listed = [int(code) for code in re.findall(r"^\| (\d+) \|", PAGE.read_text("utf-8"), re.M)]
    assert listed == sorted({0, errors.INTERRUPTED, *(kind.exit_code for kind in KINDS)})


def test_only_a_number_that_differs_ends_with_one() -> None:
    codes = {kind.__name__: kind.exit_code for kind in KINDS}
    assert [name for name, code in codes.items() if code == 1] == ["DiffersError"]
    fault = codes.pop("UnforeseenError")
    assert all(1 <= code <= 8 for code in codes.values()) and fault == 70
