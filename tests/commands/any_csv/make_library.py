"""The invented answers of docs/any-csv.md: .venv/bin/python tests/commands/any_csv/make_library.py

A library asks its readers: 240 answers in three branches, drawn at unequal rates. Nobody gave them.
"""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
READERS = {"centre": 2400, "harbour": 900, "hill": 300}
DRAWN = {"centre": 100, "harbour": 80, "hill": 60}
USE = ["never", "monthly", "weekly", "daily"]


def make_library(seed: int = 20270115) -> pd.DataFrame:
    """One row a reader; every cell as the CSV holds it."""
    generator = np.random.Generator(np.random.PCG64(seed))
    rows = []
    for branch, n in DRAWN.items():
        for _ in range(n):
            age = str(generator.choice(["15-29", "30-59", "60+"], p=[0.2, 0.45, 0.35]))
            shift = {"15-29": 0.9, "30-59": 0.3, "60+": -0.8}[age]
            use = USE[int(np.digitize(generator.logistic() + shift, [-1.0, 0.4, 1.6]))]
            if generator.random() < 0.05:
                use = "don't know"
            member = "yes" if generator.random() < 0.6 else "no"
            where = ["x" if generator.random() < p else "" for p in (0.5, 0.15)]
            blank = "" if generator.random() < 0.04 else member
            weight = READERS[branch] / n
            rows.append([branch, READERS[branch], f"{weight:g}", age, use, blank, *where])
    columns = ["branch", "readers", "weight", "age", "use", "member", "at_home", "travel"]
    return pd.DataFrame(rows, columns=columns)


if __name__ == "__main__":
    make_library().to_csv(HERE / "library.csv", index=False, lineterminator="\n")
