"""Estimates of the reference: KIND -> function(case, data, design) that asserts."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from reference_designs import close, replicated, taylor

from readiness.survey import Design, means, proportion_estimates, ratio, totals, variance
from readiness.survey.estimates.means import Estimates, quantiles
from readiness.survey.intervals import (
    clopper_pearson,
    effective_size,
    nchs_effective_size,
    proportion_interval,
    t_quantile,
    wilson,
)

Case = dict[str, Any]


def _same(estimates: Estimates, result: Case, *, deff: bool = True) -> None:
    close(estimates.values, result["estimate"])
    close(estimates.se, result["se"])
    if "vcov" in result:
        close(estimates.covariance, result["vcov"])
    assert estimates.degrees_of_freedom == result.get("df", estimates.degrees_of_freedom)
    if "ci_lower" in result:
        lower, upper = estimates.interval(0.95)
        close(lower, result["ci_lower"])
        close(upper, result["ci_upper"])
    if "cv" in result:
        close(estimates.cv, result["cv"])
    if deff and "deff" in result and estimates.deff is not None:
        close(estimates.deff, result["deff"])


def degf(case: Case, data: pd.DataFrame, d: Design) -> None:
    assert d.degrees_of_freedom == case["result"]["degf"]
    assert d.n == case["result"]["n"]


def mean(case: Case, data: pd.DataFrame, d: Design) -> None:
    _same(means(d, case["args"]["y"], deff="without-replacement"), case["result"])


def mean_deff_replace(case: Case, data: pd.DataFrame, d: Design) -> None:
    _same(means(d, case["args"]["y"], deff="replace"), case["result"])


def mean_narm(case: Case, data: pd.DataFrame, d: Design) -> None:
    result = case["result"]
    m = means(d, case["args"]["y"], missing="drop")
    close([m.values[0], m.se[0]], [result["estimate"], result["se"]])
    # R keeps the degrees of freedom of the design with its missing rows; ours are the domain's.
    assert d.degrees_of_freedom == result["df"]
    close(m.interval(0.95, df=result["df"]), [[result["ci_lower"]], [result["ci_upper"]]])


def total(case: Case, data: pd.DataFrame, d: Design) -> None:
    _same(totals(d, case["args"]["y"], deff="without-replacement"), case["result"])


def var(case: Case, data: pd.DataFrame, d: Design) -> None:
    _same(variance(d, case["args"]["y"]), case["result"])


def ratio_(case: Case, data: pd.DataFrame, d: Design) -> None:
    _same(ratio(d, case["args"]["num"], case["args"]["den"]), case["result"])


def by_mean(case: Case, data: pd.DataFrame, d: Design) -> None:
    _same(means(d, case["args"]["y"], by=_by(case, data, d)), case["result"])


def by_total(case: Case, data: pd.DataFrame, d: Design) -> None:
    _same(totals(d, case["args"]["y"], by=_by(case, data, d)), case["result"])


def _by(case: Case, data: pd.DataFrame, d: Design) -> Any:
    """The grouping column, or the crossing of two in the order of R's keys (first one fastest)."""
    by = case["args"]["by"]
    if isinstance(by, str):
        return by
    return np.array([tuple(row) for row in data[by[::-1]].to_numpy()] + [None], dtype=object)[:-1]


def _categories(data: pd.DataFrame, d: Design, y: str) -> list[Any]:
    return sorted(data.loc[d.mask, y].dropna().unique().tolist())


def prop(case: Case, data: pd.DataFrame, d: Design) -> None:
    result, y = case["result"], case["args"]["y"]
    p = proportion_estimates(d, y, _categories(data, d, y))
    close(p.values[0], result["estimate"])
    close_variance(p.se[0], result["se"], result["estimate"])
    close_variance(p.covariance, result["vcov"], np.square(result["estimate"]))
    n = p.n[0]
    size = d.weights.sum()
    srs = p.values[0] * (1 - p.values[0]) / (n - 1) * (size - n) / size
    close_variance(p.se[0] ** 2 / srs, result["deff"], 1.0)


def count(case: Case, data: pd.DataFrame, d: Design) -> None:
    result, y = case["result"], case["args"]["y"]
    categories = _categories(data, d, y)
    for i, category in enumerate(categories):
        one = totals(d, (data[y] == category).to_numpy().astype(float))
        close(one.values, np.atleast_1d(result["estimate"])[i])
        close_variance(one.se, np.atleast_1d(result["se"])[i], one.values)


def by_prop(case: Case, data: pd.DataFrame, d: Design) -> None:
    result, y = case["result"], case["args"]["y"]
    p = proportion_estimates(d, y, _categories(data, d, y), by=_by(case, data, d))
    groups, k = p.values.shape
    # R runs through the groups first, then through the categories.
    order = np.arange(groups * k).reshape(groups, k).T.ravel()
    close(p.values.ravel()[order], result["estimate"])
    close_variance(p.se.ravel()[order], result["se"], result["estimate"])
    close_variance(p.covariance[np.ix_(order, order)], result["vcov"], 1.0)


def close_variance(actual: Any, expected: Any, scale: Any) -> None:
    """As `close`, with rounding of 1e-9 of `scale` where the expected value is 0."""
    wanted = np.asarray(expected, dtype=float)
    got = np.asarray(actual, dtype=float).reshape(wanted.shape)
    floor = 1e-9 * float(np.max(np.abs(scale)))
    np.testing.assert_allclose(got, wanted, rtol=1e-8, atol=floor if (wanted == 0).any() else 1e-16)


def ciprop(case: Case, data: pd.DataFrame, d: Design) -> None:
    result, args = case["result"], case["args"]
    share, df = _share(d, args), result["df"]
    assert d.degrees_of_freedom == df
    p, se = share.values, share.se
    close(p, result["estimate"])
    close(se, result["se"])
    method = args["method"]
    if method == "wilson_neff_t":
        n_eff = effective_size(p, se)
        close(n_eff, result["n_eff"])
        limits = wilson(p, n_eff, t_quantile(0.95, df))
    elif method == "likelihood":
        limits = proportion_interval("likelihood", p, se, d.n, df)
        # R reads the limits off a spline through ten points of the profile: good to 2e-4 only.
        close(limits[0], result["ci_lower"], 2e-4)
        close(limits[1], result["ci_upper"], 2e-4)
        return
    else:
        if method == "kg_nchs":
            close(nchs_effective_size(p, se, d.n, df), result["n_eff"])
        ours = {"mean": "wald", "xlogit": "logit", "kg_nchs": "korn-graubard"}.get(method, method)
        limits = proportion_interval(ours, p, se, d.n, df)  # type: ignore[arg-type]
    close(limits[0], result["ci_lower"])
    close(limits[1], result["ci_upper"])


def _share(d: Design, args: Case) -> Estimates:
    values = d.numeric(args["y"])
    return means(d.subset(~np.isnan(values)), (values == args["event"]).astype(float))


def by_ciprop(case: Case, data: pd.DataFrame, d: Design) -> None:
    args = case["args"]
    levels = d.column(args["by"])
    for row in case["result"]["rows"]:
        domain = d.subset(np.array([str(v) == row["level"] for v in levels]))
        share = _share(domain, args)
        assert domain.n == row["n"]
        assert domain.degrees_of_freedom == row["domain_df"]
        close(share.values, row["estimate"])
        close(share.se, row["se"])
        # R's beta method takes the degrees of freedom of the domain, whatever `df` says.
        given = row["domain_df"] if args["method"] == "beta" else d.degrees_of_freedom
        for df, end in ((given, ""), (row["domain_df"], "_domain_df")):
            n = domain.n
            limits = proportion_interval(args["method"], share.values, share.se, n, df)
            close(limits[0], row["ci_lower" + end])
            close(limits[1], row["ci_upper" + end])


def quantile(case: Case, data: pd.DataFrame, d: Design) -> None:
    result, args = case["result"], case["args"]
    q = quantiles(d, args["y"], result["p"], rule=args["qrule"])
    close(q["estimate"], result["estimate"])
    close(q["lower"], result["ci_lower"])
    close(q["upper"], result["ci_upper"])
    close(q["se"], result["se"])


def lonely_mean(case: Case, data: pd.DataFrame, d: Design) -> None:
    result = case["result"]
    d = taylor(case["design"], lonely_psu=case["args"]["option"])
    m, t = means(d, "score"), totals(d, "score")
    close([m.values[0], m.se[0]], [result["mean"], result["mean_se"]])
    close([t.values[0], t.se[0]], [result["total"], result["total_se"]])


def domain_lonely(case: Case, data: pd.DataFrame, d: Design) -> None:
    d = taylor(case["design"], lonely_psu="adjust", adjust_domain_lonely=True)
    domain = d.subset((data["profession"] == "pr") & (data["age"] == "65+"))
    assert domain.n == case["result"]["n"]
    _same(means(domain, "score"), case["result"])


def rep_mean(case: Case, data: pd.DataFrame, d: Design) -> None:
    d = replicated(case["design"], case["result"])
    assert d.degrees_of_freedom == case["result"]["degf"]
    _same(means(d, case["args"]["y"]), case["result"])


def rep_total(case: Case, data: pd.DataFrame, d: Design) -> None:
    if "csv" in case["result"]:
        made = replicated(case["design"], case["result"])
        _same(totals(made, case["args"]["y"]), case["result"])
        return
    d = _scd()
    result = case["result"]
    for i, y in enumerate(case["args"]["y"]):
        one = totals(d, y)
        close([one.values[0], one.se[0]], [result["estimate"][i], result["se"][i]])


def _scd() -> Design:
    from reference_designs import reference

    from readiness.survey import with_replicates

    spec = reference()["designs"]["scd"]
    weights = np.array(spec["repweights"], dtype=float)
    return with_replicates(
        taylor("scd"), weights, scale=1 / weights.shape[1], combined=spec["combined_weights"]
    )


def rep_ratio(case: Case, data: pd.DataFrame, d: Design) -> None:
    _same(ratio(_scd(), case["args"]["num"], case["args"]["den"]), case["result"])


def rep_by_mean(case: Case, data: pd.DataFrame, d: Design) -> None:
    from reference_designs import reference

    # The constants stand in the case of the mean with the same replicates.
    prefix = "/".join(case["id"].split("/")[:2])
    twin = next(c for c in reference()["cases"] if c["id"].startswith(prefix + "/mean/"))
    d = replicated(case["design"], twin["result"])
    _same(means(d, case["args"]["y"], by=case["args"]["by"]), case["result"])


def clopper(case: Case, data: pd.DataFrame, d: Design) -> None:
    result = case["result"]
    close(clopper_pearson(result["x"], result["n"]), result["ci"])
    if "wilson" in result:
        _wilson(result["x"], result["n"], result["wilson"])


def wilson_(case: Case, data: pd.DataFrame, d: Design) -> None:
    _wilson(case["result"]["x"], case["result"]["n"], case["result"]["ci"])


def _wilson(x: int, n: int, expected: Any) -> None:
    close(wilson(x / n, n, t_quantile(0.95, np.inf)), expected)


KINDS: dict[str, Callable[[Case, pd.DataFrame, Design], None]] = {
    "degf": degf,
    "mean": mean,
    "mean_deff_replace": mean_deff_replace,
    "mean_narm": mean_narm,
    "total": total,
    "var": var,
    "ratio": ratio_,
    "by_mean": by_mean,
    "by_total": by_total,
    "prop": prop,
    "count": count,
    "by_prop": by_prop,
    "ciprop": ciprop,
    "by_ciprop": by_ciprop,
    "quantile": quantile,
    "lonely_mean": lonely_mean,
    "domain_lonely": domain_lonely,
    "rep_mean": rep_mean,
    "rep_total": rep_total,
    "rep_ratio": rep_ratio,
    "rep_by_mean": rep_by_mean,
    "clopper_pearson": clopper,
    "wilson": wilson_,
}
