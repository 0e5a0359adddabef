"""Register rows for charts, as `figures.csv` has them: shares counted from made-up answers.

The counts are chosen to show what charts must cope with: a small group, a suppressed one, a level
without answers, unweighted experts.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

LEVELS = {
    "fr": {"none": "Inexistante", "weak": "Faible", "medium": "Moyenne", "good": "Bonne"},
    "ar": {"none": "منعدم", "weak": "ضعيف", "medium": "متوسط", "good": "جيد"},
}
GROUPS = {
    "fr": {
        "producer": "Producteurs",
        "director": "Réalisateurs",
        "creator": "Créateurs de contenus numériques",
        "advertiser": "Publicitaires",
        "journalist": "Journalistes",
        "technician": "Techniciens",
        "voice_artist": "Artistes de doublage",
    },
    "ar": {
        "producer": "المنتجون",
        "director": "المخرجون",
        "creator": "صناع المحتوى الرقمي",
        "advertiser": "المشتغلون بالإشهار",
        "journalist": "الصحفيون",
        "technician": "التقنيون",
        "voice_artist": "فنانو الدبلجة",
    },
}
TOTAL = {"fr": ("all", "Ensemble"), "ar": ("all", "المجموع")}
EXPERTS = {"fr": ("expert", "Experts"), "ar": ("expert", "الخبراء")}
DONT_KNOW = {"fr": ("dont_know", "Ne sait pas"), "ar": ("dont_know", "لا أعرف")}

# none, weak, medium, good, don't know
COUNTS: Mapping[str, tuple[int, int, int, int, int]] = {
    "all": (119, 215, 116, 47, 31),
    "producer": (14, 41, 22, 9, 4),
    "director": (17, 30, 21, 6, 5),
    "creator": (11, 33, 29, 23, 8),
    "advertiser": (24, 38, 12, 3, 6),
    "journalist": (35, 42, 13, 0, 5),
    "technician": (14, 22, 16, 6, 3),
    "voice_artist": (4, 9, 3, 0, 0),
    "expert": (6, 15, 12, 4, 1),
}


def row(item: str, level: str, group: str, count: int, n: int, **more: Any) -> dict[str, Any]:
    """One share of the register, with a simple interval."""
    share = count / n
    spread = 1.96 * (share * (1 - share) / n) ** 0.5
    return {
        "id": f"{item}.{level}.{group}",
        "item": item,
        "level": level,
        "group": group,
        "unit": "share",
        "value": share,
        "lower": max(0.0, share - spread),
        "upper": min(1.0, share + spread),
        "n": n,
        "reliability": "present",
        "suppressed": "",
        "digits": 1,
        "rounding": "half_even",
        "simulated": True,
        **more,
    }


def suppress(rows: pd.DataFrame, ids: list[str]) -> pd.DataFrame:
    """The rows with the values of `ids` suppressed."""
    rows = rows.copy()
    chosen = rows["id"].isin(ids)
    assert chosen.sum() == len(ids)
    rows.loc[chosen, ["value", "lower", "upper"]] = float("nan")
    rows.loc[chosen, "suppressed"] = "base"
    return rows


def make_register() -> pd.DataFrame:
    """Readiness levels by profession."""
    records = []
    for group, counts in COUNTS.items():
        base, asked = sum(counts[:4]), sum(counts)
        for level, count in zip(LEVELS["fr"], counts[:4], strict=True):
            flag = "caution" if group == "technician" and level == "good" else "present"
            records.append(row("preparation", level, group, count, base, reliability=flag))
        records.append(row("preparation", "dont_know", group, counts[4], asked))
        low = row("preparation", "low", group, counts[0] + counts[1], base)
        none = {"lower": float("nan"), "upper": float("nan")} if group == "expert" else {}
        records.append(low | none)
    return pd.DataFrame(records)


def establish_first(rows: pd.DataFrame, level: str) -> pd.DataFrame:
    """The rows, with that of the test by which an answer comes first."""
    test = row("preparation", level, "", 5, 100, id="preparation.test.first.p")
    return pd.concat([rows, pd.DataFrame([test | {"unit": "p_below"}])], ignore_index=True)


def can_show(figure: int, base: int) -> bool:
    """Whether some count out of `base` shows as `figure` %, half up, in exact integers."""
    return any(
        base * (2 * figure - 1) <= 200 * k < base * (2 * figure + 1) for k in range(base + 1)
    )


MISSING = (12, 15, 22, 25, 28)
