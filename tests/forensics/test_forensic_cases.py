"""The forensic cases, each read from its file and judged by the engine."""

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pytest
from haca_study import figure_set

from readiness.disclosure import escape_cell, p_percent_rule
from readiness.forensics.arithmetic.bases import (
    Convention,
    FigureSet,
    SetKind,
    joint_bases,
    joint_splits,
    smallest_joint_base,
    witness,
    witnesses,
)
from readiness.forensics.arithmetic.figures import (
    NEAREST_ROUNDINGS,
    Rounding,
    debit,
    grim,
    grim_probability,
    grimmer,
    parse_figure,
    print_share,
)
from readiness.forensics.arithmetic.phrases import judge_wording, read_phrase
from readiness.forensics.arithmetic.precision import nchs_presentation, squared_cv, statcan_band
from readiness.forensics.arithmetic.sums import repairs, sum_to_whole
from readiness.survey.intervals import clopper_pearson, wilson
from readiness.survey.nonresponse import DISPOSITIONS, response_table

CASES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("forensic.json").read_text("utf-8")
)

ROUNDINGS = {
    "half_up": (Rounding.HALF_UP,),
    "half_down": (Rounding.HALF_DOWN,),
    "half_even": (Rounding.HALF_EVEN,),
    "half_up_or_half_down": (Rounding.HALF_UP, Rounding.HALF_DOWN),
    "floor": (Rounding.TRUNCATION,),
    "ceiling": (Rounding.CEILING,),
}


def roundings(given: dict[str, Any]) -> tuple[Rounding, ...]:
    return ROUNDINGS[given.get("rounding", "half_up_or_half_down")]


def plain(given: dict[str, Any]) -> tuple[Convention, ...]:
    return tuple(Convention(r) for r in ROUNDINGS[given.get("rounding", "half_up")])


def kind(exhaustive: bool) -> SetKind:
    return SetKind.EXHAUSTIVE if exhaustive else SetKind.EXCLUSIVE


def sets(given: dict[str, Any]) -> list[FigureSet]:
    return [figure_set(s, kind(e)) for s, e in zip(given["sets"], given["exhaustive"], strict=True)]


def near(value: float | Fraction | None, expected: float) -> None:
    assert value is not None
    assert float(value) == pytest.approx(expected, abs=5.1e-5)


def check_aapor(given: Any, expected: Any) -> None:
    keys = ("I", "P", "R", "NC", "O", "UH", "UO")
    ended = [name for name, key in zip(DISPOSITIONS, keys, strict=False) for _ in range(given[key])]
    # As many are ineligible as make the share of the eligible what is given.
    ended += ["ineligible"] * round(len(ended[: -given["UH"] or None]) * (1 / given["e"] - 1))
    rates = response_table(ended).set_index("rate")["unweighted"]
    for k, rate in enumerate(expected["RR"], 1):
        near(rates[f"RR{k}"], rate)


def check_ci(given: Any, expected: Any) -> None:
    k, n, level = given["k"], given["n"], given["level"]
    quantile = NormalDist().inv_cdf((1 + level) / 2)
    assert wilson(k / n, n, quantile) == pytest.approx(expected["wilson"], abs=expected["tol"])
    found = clopper_pearson(k, n, level)
    assert found == pytest.approx(expected["clopper_pearson"], abs=expected["tol"])


def check_common_base(given: Any, expected: Any) -> None:
    assert joint_bases(sets(given), given["n_max"]) == expected["bases"]
    assert smallest_joint_base(sets(given)) == expected["smallest_any_n"]


def check_conflict(given: Any, expected: Any) -> None:
    first, second = (claim["values"] for claim in given["claims"])
    assert sum_to_whole([parse_figure(text) for text in first]).ok
    wrong = sum_to_whole([parse_figure(text) for text in second])
    outlet = given["claims"][1]["source"]
    assert f"{outlet} inconsistent (sum {wrong.total})" == expected["verdict"] and not wrong.ok
    [edit] = repairs(second, first, given["exhaustive"])
    assert expected["unique_one_edit"] and edit.after == expected["repair"]


def check_debit(given: Any, expected: Any) -> None:
    mean, sd = parse_figure(given["x"], per=1), parse_figure(given["sd"], per=1)
    assert debit(mean, sd, given["n"]) is expected["consistent"]


def counts_behind(percent: str, base: int, how: Sequence[Rounding]) -> set[int]:
    """The counts out of `base` that print as `percent` under one of the roundings."""
    figures = figure_set([percent])
    return {k for rounding in how for (k,) in witnesses(figures, base, Convention(rounding))}


def check_percent_attack(given: Any, expected: Any) -> None:
    found = counts_behind(given["pct"], given["n"], NEAREST_ROUNDINGS)
    assert min(found) == expected["recovered_count"]
    assert (len(found) == 1) is expected["unique"]


def check_export(given: Any, expected: Any) -> None:
    for text, escaped in zip(given["values"], expected["escaped"], strict=True):
        # The one numeric value is text here, and text is escaped; numeric columns are not
        # (test_disclosure).
        wanted = escaped if isinstance(escaped, bool) else True
        assert (escape_cell(text) == f"'{text}") is wanted


def check_grim_mean(given: Any, expected: Any) -> None:
    figure = parse_figure(given["x"], per=1)
    found = grim(figure, given["n"], given.get("items", 1), roundings(given))
    assert found is expected["consistent"]


def check_grim_percent(given: Any, expected: Any) -> None:
    figure = parse_figure(given["pct"], above_whole=True)
    assert grim(figure, given["n"], 1, roundings(given)) is expected["consistent"]


def check_grim_probability(given: Any, expected: Any) -> None:
    figure = parse_figure(given["x"], per=100 if given["percent"] else 1)
    found = grim_probability(figure, given["n"], given["items"])
    assert found == Fraction(str(expected["probability"]))


def check_grimmer(given: Any, expected: Any) -> None:
    mean, sd = parse_figure(given["x"], per=1), parse_figure(given["sd"], per=1)
    assert grimmer(mean, sd, given["n"]) is expected["consistent"]


def check_min_base(given: Any, expected: Any) -> None:
    figures = figure_set(given["pcts"], kind(given["exhaustive"]))
    assert smallest_joint_base([figures]) == expected["n"]
    assert witness(figures, expected["n"], Convention(Rounding.HALF_UP)) == tuple(
        expected["counts"]
    )


def check_nchs(given: Any, expected: Any) -> None:
    assert str(nchs_presentation(given["k"], given["n"])) == expected["verdict"]


def check_percent_bases(given: Any, expected: Any) -> None:
    figures = figure_set([given["pct"]])
    [convention] = plain(given)
    pairs = [
        [k, n] for n in range(1, given["n_max"] + 1) for (k,) in witnesses(figures, n, convention)
    ]
    assert pairs == expected["pairs"]


def check_set_base(given: Any, expected: Any) -> None:
    figures = figure_set(given["pcts"], kind(given["exhaustive"]))
    found = set(witnesses(figures, given["n"], Convention(Rounding.HALF_UP)))
    assert bool(found) is expected["consistent"]
    assert {tuple(counts) for counts in expected["witnesses"]} <= found


def check_set_bases(given: Any, expected: Any) -> None:
    figures = figure_set(given["pcts"], kind(given["exhaustive"]))
    assert joint_bases([figures], given["n_max"], 0, plain(given)) == expected["bases"]
    for n, counts in expected.get("counts", {}).items():
        assert tuple(counts) in set(witnesses(figures, int(n), plain(given)[0]))


def every_count_recovered(decimals: int, base: int) -> bool:
    """Whether printed percentages give every count away on that base, however halves are taken."""
    return all(
        counts_behind(str(print_share(Fraction(k, base), decimals, r)), base, [r]) == {k}
        for r in NEAREST_ROUNDINGS
        for k in range(base + 1)
    )


def check_percent_leak(given: Any, expected: Any) -> None:
    assert given == {"decimals": 0, "n": "<=100"}
    recovered = all(every_count_recovered(0, n) for n in range(1, 101))
    assert recovered is expected["all_counts_recovered"]
    assert not every_count_recovered(0, 101)
    assert all(every_count_recovered(1, n) for n in (101, 640, 999, 1000))
    assert not every_count_recovered(1, 1001)


def check_sdc_primary(given: Any, expected: Any) -> None:
    found = p_percent_rule(given["largest"], given["total"], Fraction(given["p"], 100))
    assert found is expected["sensitive"]
    # The rule is about this estimate: sensitive exactly where its error is below p.
    first, second = sorted(given["largest"], reverse=True)[:2]
    assert given["total"] - second == expected["upper_estimate"]
    error = 100 * Fraction(given["total"] - second - first, first)
    assert error == Fraction(str(expected["relative_error_pct"])) and found is (error < given["p"])


def check_statcan(given: Any, expected: Any) -> None:
    cv = float(squared_cv(given["k"], given["n"])) ** 0.5
    assert round(100 * cv, 1) == expected["cv"]
    assert statcan_band(given["k"], given["n"]) == expected["band"]


def check_sum(given: Any, expected: Any) -> None:
    if "counts" in given:
        for name in ("half_up", "half_even"):
            [rounding] = ROUNDINGS[name]
            shares = [Fraction(k, given["n"]) for k in given["counts"]]
            shown = [print_share(share, given["decimals"], rounding).digits for share in shares]
            assert [*shown, sum(shown)] == expected[name]
        return
    figures = [parse_figure(text) for text in given["pcts"]]
    found = sum_to_whole(figures, NEAREST_ROUNDINGS)
    assert found.ok is expected["ok"]
    assert found.shares is not None and sum(found.shares) == 1
    for figure, share in zip(figures, found.shares, strict=True):
        assert abs(share - figure.share) <= Fraction(1, 2 * figure.scale)
    if "allowed" in expected:
        assert [figure.digits for figure in found.allowed] == expected["allowed"]


def check_joint_split(given: Any, expected: Any) -> None:
    found = joint_splits(sets(given), given["total"], given["max_missing"], plain(given))
    assert [[smaller, given["total"] - smaller] for smaller in found] == expected["splits"]


def check_mean_split(given: Any, expected: Any) -> None:
    means = [parse_figure(given[name], per=1) for name in ("x1", "x2")]
    half = given["total"] // 2
    splits = [[half - k, given["total"] - half + k] for k in range(given["dispersion"] + 1)]
    for name, order in (("forth", means), ("back", means[::-1])):
        found = [split for split in splits if all(map(grim, order, split))]
        assert found == expected[name]


def check_wording(given: Any, expected: Any) -> None:
    reading = read_phrase(given["phrase"], given["lang"])
    highest = given.get("n_max", given.get("n"))
    found = judge_wording(reading, parse_figure(given["pct"]), highest)
    strict, loose = (
        [list(pair) for pair in pairs if pair[1] >= given.get("n", 1)]
        for pairs in (found.strict, found.loose)
    )
    verdict = "compatible" if strict else "compatible_loosely" if loose else "incompatible"
    assert verdict == expected["verdict"]
    assert strict == expected.get("witnesses", [[12, 18]])


def batch(check: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    def each(given: Any, expected: Any) -> None:
        for one, wanted in zip(given, expected, strict=True):
            check(one, {"consistent": wanted})

    return each


CHECKS: dict[str, Callable[[Any, Any], None]] = {
    "aapor": check_aapor,
    "ci_proportion": check_ci,
    "common_base": check_common_base,
    "conflict": check_conflict,
    "debit": check_debit,
    "debit_batch": batch(check_debit),
    "disclosure_by_percent": check_percent_attack,
    "export_escape": check_export,
    "grim_mean": check_grim_mean,
    "grim_mean_batch": batch(check_grim_mean),
    "grim_percent": check_grim_percent,
    "grim_percent_batch": batch(check_grim_percent),
    "grim_probability": check_grim_probability,
    "grimmer": check_grimmer,
    "min_base": check_min_base,
    "nchs_presentation": check_nchs,
    "percent_bases": check_percent_bases,
    "percent_set_base": check_set_base,
    "percent_set_bases": check_set_bases,
    "property": check_percent_leak,
    "sdc_primary": check_sdc_primary,
    "statcan_cv": check_statcan,
    "sum100": check_sum,
    "two_group_joint_split": check_joint_split,
    "two_group_split": check_mean_split,
    "wording": check_wording,
}


def test_every_case_is_here() -> None:
    assert len(CASES) == 59
    assert {case["kind"] for case in CASES} == set(CHECKS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: dict[str, Any]) -> None:
    CHECKS[case["kind"]](case["input"], case["expected"])
