"""The charts of who answered, drawn from rows that say so of the made-up clinic."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from clinic_wave import QUESTIONNAIRE
from readiness.charts import participation
from readiness.charts.figures import DrawnFigures
from readiness.charts.picture import Picture
from readiness.questionnaire import Questionnaire, load_questionnaire

EMPTY: dict[str, Any] = dict.fromkeys(
    ("lower", "upper", "n", "reliability", "suppressed", "rounding"), ""
)
SHARES = {
    "rating.top.all": 0.52,
    "rating.top.all.worst.lower": 0.41,
    "rating.top.all.worst.upper": 0.6,
    "shift.day.all": 0.71,
    "shift.day.all.worst.lower": 0.7,
    "shift.day.all.worst.upper": 0.72,
}
COUNTS = {
    "invited": 180,
    "received": 140,
    "duplicate": 3,
    "late": 0,
    "early": 1,
    "undated": 0,
    "unknown_invitation": 2,
    "kept": 134,
    "answered": 126,
}


@cache
def questionnaire() -> Questionnaire:
    with TemporaryDirectory() as folder:
        path = Path(folder, "clinic-1.yaml")
        path.write_text(QUESTIONNAIRE, "utf-8")
        return load_questionnaire(path)


def participation_rows(simulated: str = "true") -> pd.DataFrame:
    rows = [
        {**EMPTY, "id": name, "unit": "share", "value": str(value), "digits": "1"}
        for name, value in SHARES.items()
    ]
    rows[0] |= {"lower": "0.45", "upper": "0.58"}
    rows += [
        {**EMPTY, "id": f"quality.{name}.all", "unit": "count", "value": str(n), "digits": "0"}
        for name, n in COUNTS.items()
    ]
    return pd.DataFrame(rows).assign(simulated=simulated, run="clinic")


def _items() -> list[Any]:
    return [questionnaire().item(name) for name in ("rating", "shift", "tools", "beds")]


def ranges(rows: pd.DataFrame, lang: str = "fr") -> Picture:
    return participation.ranges(DrawnFigures(rows, lang), _items())


def flow(rows: pd.DataFrame, lang: str = "fr") -> Picture:
    return participation.flow(DrawnFigures(rows, lang))
