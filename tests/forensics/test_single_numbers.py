"""Means, nets and totals as a register declares them."""

from typing import Any

import pytest
from haca_study import sentence

from made_claims import claims_table
from readiness.forensics.judging.structure import parse_structure
from readiness.forensics.judging.study import judge
from readiness.forensics.judging.verdict import Status, Verdict
from readiness.language import WHOLE


def study(values: dict[str, tuple[str, str]], **structure: Any) -> dict[str, Verdict]:
    """Judge claims given as {category: (value, unit)} of one item, `x.item.<category>`."""
    rows = [
        {"claim_id": f"x.item.{name}", "item": "item", "category": name, "value": v, "unit": unit}
        for name, (v, unit) in values.items()
    ]
    content = {
        "study": "x",
        "publisher": "X",
        "claims": "x",
        "version": "1",
        "items": {"item": {"label": {"fr": "question", "en": "question", "ar": "سؤال"}}},
    } | structure
    return {v.id: v for v in judge(claims_table(rows, "X"), parse_structure(content))}


@pytest.mark.parametrize(
    ("mean", "sd", "n", "options", "status", "nearest"),
    [
        ("5.19", None, "28", {}, Status.IMPOSSIBLE, 27),
        ("5.18", None, "28", {}, Status.POSSIBLE, None),
        ("5.18", None, "14", {"items": 2}, Status.POSSIBLE, None),
        ("5.21", "1.6", "28", {}, Status.POSSIBLE, None),
        ("7.22", "5.30", "38", {}, Status.IMPOSSIBLE, 37),
        ("0.19", "0.35", "1683", {"binary": True}, Status.IMPOSSIBLE, None),
        ("0.44", "0.50", "1683", {"binary": True}, Status.POSSIBLE, None),
        ("3.00", "2.60", "10", {"scale": [1, 5]}, Status.IMPOSSIBLE, None),
        ("3.00", "2.00", "10", {"scale": [1, 5]}, Status.POSSIBLE, None),
        ("3.00", "0.5", "1", {}, Status.IMPOSSIBLE, None),
    ],
)
def test_means(
    mean: str, sd: str | None, n: str, options: dict[str, Any], status: Status, nearest: int | None
) -> None:
    values = {"mean": (mean, "mean"), "n": (n, "count")}
    declared: dict[str, Any] = {"id": "m", "mean": "x.item.mean", "n": "x.item.n"} | options
    if sd is not None:
        values["sd"] = (sd, "sd")
        declared["sd"] = "x.item.sd"
    found = study(values, means=[declared])["mean.m"]
    assert found.status is status
    assert found.numbers.get("nearest") == nearest
    assert all(sentence(found, lang) for lang in WHOLE)


@pytest.mark.parametrize(
    ("net", "status"), [("46", Status.POSSIBLE), ("45", Status.POSSIBLE), ("48", Status.IMPOSSIBLE)]
)
def test_nets(net: str, status: Status) -> None:
    values = {"a": ("30", "percent"), "b": ("16", "percent"), "net": (net, "percent")}
    declared = {"id": "top", "net": "x.item.net", "parts": ["x.item.a", "x.item.b"]}
    found = study(values, nets=[declared])["net.top"]
    assert found.status is status and found.numbers["sum"] == "46"


@pytest.mark.parametrize(
    ("counts", "expected"),
    [("unknown", "may be the number"), ("answered", "20 answers"), ("sent", None)],
)
def test_totals_by_what_they_count(counts: str, expected: str | None) -> None:
    values = {"a": ("75", "percent"), "b": ("25", "percent"), "n": ("20", "count")}
    sets = [
        {"id": "item", "item": "item", "kind": "exhaustive", "claims": ["x.item.a", "x.item.b"]}
    ]
    found = study(values, sets=sets, totals=[{"claim": "x.item.n", "counts": counts}])
    if expected is None:
        assert "total.base" not in found
        return
    assert expected in sentence(found["total.base"])
    assert found["total.base"].status is Status.POSSIBLE


def test_outlets_that_differ_by_more_than_a_slip() -> None:
    values = {"a": ("75", "percent"), "b": ("25", "percent")}
    sets = [{"id": "item", "item": "item", "kind": "exclusive", "claims": ["x.item.a"]}]
    assert "outlets.item" not in study(values, sets=sets)
