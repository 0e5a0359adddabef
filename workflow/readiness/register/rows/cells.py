"""Cells of the tables that steps write."""

from __future__ import annotations

import math
from typing import Any


def number(value: Any) -> float | None:
    """A cell as a number; None where it is empty."""
    if value in ("", None):
        return None
    found = float(value)
    return None if math.isnan(found) else found
