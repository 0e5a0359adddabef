"""One task by one program, in a process of its own: called by survey.py, never by hand.

    python survey_programs.py PROGRAM TASK DATA.csv MARGINS.json

Prints one JSON line: seconds (import and reading of the file excluded), peak memory of the process
in MB, and a few numbers of the result, so that the programs can be compared. It imports only the
program it runs, so that another interpreter can hold the peers.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

MARGINS = ["profession", "age", "region", "sex", "employment", "size"]
LEVELS = ["none", "weak", "medium", "good", "full"]
REPLICATES = 500
Prepared = Callable[[], list[float]]


def readiness(task: str, path: str, totals: dict[str, Any], hard: bool) -> Prepared:
    sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))
    import pandas as pd
    import scipy.stats

    import readiness.survey as survey

    assert scipy.stats
    frame = pd.read_csv(path)

    def made() -> survey.Design:
        psu = {"psu": "psu", "nest": True} if hard else {}
        return survey.design(frame, weights="weight", strata="stratum", **psu)

    def rake() -> list[float]:
        weights = survey.rake(made(), totals, tolerance=1e-8).weights
        return [float(weights.min()), float(weights.max())]

    def proportions() -> list[float]:
        table = survey.proportions(made(), "level", LEVELS, by="profession", interval="logit")
        return [*table["estimate"][:2], *table["se"][:2]]

    def rao_scott() -> list[float]:
        d = made()
        return [survey.association(d, "profession", "level", "Chisq").statistic or 0.0]

    def ordinal() -> list[float]:
        d = made()
        terms = ["profession", "hours"] if hard else ["profession"]
        fit = survey.ordinal_model(d, "level", survey.covariates(d, terms), levels=LEVELS)
        return [float(fit.coefficients[0])]

    def means() -> list[float]:
        made_ = survey.means(made(), "minutes", by="cell")
        return [float(made_.values[0]), float(made_.se[0])]

    def bootstrap() -> list[float]:
        made_ = survey.weigh(
            made(), totals, tolerance=1e-8, replicates="subbootstrap", n_replicates=REPLICATES
        )
        p = survey.proportion_estimates(made_.design, "level", LEVELS, by="profession")
        return [float(p.values[0, 0]), float(p.se[0, 0])]

    return {
        "rake": rake,
        "proportions": proportions,
        "rao-scott": rao_scott,
        "ordinal logit": ordinal,
        "means": means,
        "bootstrap": bootstrap,
    }[task]


def svy(task: str, path: str, totals: dict[str, Any], hard: bool) -> Prepared:
    import polars
    import svy

    frame = polars.read_csv(path)

    def made() -> Any:
        psu = {"psu": "psu"} if hard else {}
        return svy.Sample(frame, svy.Design(wgt="weight", stratum="stratum", **psu))

    def rake() -> list[float]:
        done = made().weighting.rake(controls=totals, tol=1e-8, max_iter=1000)
        weights = done.data["rk_wgt"]
        return [weights.min(), weights.max()]

    def proportions() -> list[float]:
        done = made().estimation.prop("level", by="profession").to_polars()
        return [float(done.height)]

    def rao_scott() -> list[float]:
        made().categorical.tabulate("profession", "level")
        return []

    def bootstrap() -> list[float]:
        sample = svy.Sample(
            frame.with_row_index("row"), svy.Design(wgt="weight", stratum="stratum", psu="row")
        )
        sample = sample.weighting.create_bs_wgts(REPLICATES, rstate=1)
        sample = sample.weighting.rake(controls=totals, tol=1e-8, max_iter=1000)
        sample.estimation.prop("level", by="profession", method="replication")
        return []

    return {
        "rake": rake,
        "proportions": proportions,
        "rao-scott": rao_scott,
        "bootstrap": bootstrap,
    }[task]


def ipfn(task: str, path: str, totals: dict[str, Any], hard: bool) -> Prepared:
    import pandas as pd
    from ipfn import ipfn as engine

    frame = pd.read_csv(path, usecols=["weight", *MARGINS])
    aggregates = [pd.Series(totals[m], name="total").rename_axis(m) for m in MARGINS]

    def rake() -> list[float]:
        crossed = frame.groupby(MARGINS, as_index=False)["weight"].sum()
        crossed = crossed.rename(columns={"weight": "total"})
        start = crossed["total"].copy()
        fitted = engine.ipfn(
            crossed, aggregates, [[m] for m in MARGINS], convergence_rate=1e-8, rate_tolerance=0
        ).iteration()
        crossed["factor"] = fitted["total"].to_numpy() / start.to_numpy()
        merged = frame.merge(crossed[[*MARGINS, "factor"]], on=MARGINS, how="left")
        weights = frame["weight"].to_numpy() * merged["factor"].to_numpy()
        return [float(weights.min()), float(weights.max())]

    return {"rake": rake}[task]


def weightipy(task: str, path: str, totals: dict[str, Any], hard: bool) -> Prepared:
    import pandas as pd
    import weightipy as engine

    frame = pd.read_csv(path, usecols=MARGINS)
    shares = {m: {k: 100 * v / sum(t.values()) for k, v in t.items()} for m, t in totals.items()}

    def rake() -> list[float]:
        # It takes no base weights: the nearest it can do.
        parameters = {"convcrit": 1e-8, "max_iterations": 1000}
        scheme = engine.scheme_from_dict(shares, rim_params=parameters)
        weights = engine.weight(frame, scheme)
        return [float(weights.min()), float(weights.max())]

    return {"rake": rake}[task]


def pandas(task: str, path: str, totals: dict[str, Any], hard: bool) -> Prepared:
    import pandas as pd

    frame = pd.read_csv(path)

    def means() -> list[float]:
        weighted = frame.assign(product=frame["minutes"] * frame["weight"])
        sums = weighted.groupby("cell")[["product", "weight"]].sum()
        return [float((sums["product"] / sums["weight"]).iloc[0])]

    return {"means": means}[task]


PROGRAMS = {
    "readiness": readiness,
    "svy": svy,
    "ipfn": ipfn,
    "weightipy": weightipy,
    "pandas": pandas,
}


def peak_memory() -> float:
    """Peak resident memory of this process, in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not ru_maxrss: after a fork it still holds the peak of the parent.
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    program, task, path, margins = sys.argv[1:5]
    totals = json.loads(Path(margins).read_text("utf-8"))
    hard = "hard" in Path(path).name
    run = PROGRAMS[program](task, path, totals, hard)
    # Of the processor, in all threads: another load of the machine changes little of it.
    begin = time.process_time()
    result = run()
    seconds = time.process_time() - begin
    print(json.dumps({"seconds": seconds, "peak_mb": peak_memory(), "result": result}))


if __name__ == "__main__":
    main()
