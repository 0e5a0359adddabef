"""Registers of claims: good ones read, bad ones refused with the row and what was expected."""

from typing import Any

import pandas as pd
import pytest
from haca_study import haca_claims, haca_structure, sentence
from hypothesis import given, settings
from hypothesis import strategies as st

from made_claims import claims_table
from readiness.forensics.judging.structure import (
    COLUMNS,
    parse_structure,
    read_claims,
    read_register,
)
from readiness.forensics.judging.study import judge
from readiness.forensics.judging.verdict import Status
from readiness.ground.errors import ConfigError, DataError, ReadinessError

STRUCTURE: dict[str, Any] = {
    "study": "trial",
    "publisher": "ACME",
    "claims": "trial-claims",
    "version": "1",
    "items": {
        "rating": {
            "label": {"fr": "note", "en": "rating", "ar": "تقييم"},
            "categories": ["high", "low"],
        },
        "people": {"label": {"fr": "effectif", "en": "people", "ar": "عدد"}},
    },
    "sets": [
        {
            "id": "rating",
            "item": "rating",
            "kind": "exhaustive",
            "claims": ["acme.rating.high", "acme.rating.low"],
        }
    ],
    "totals": [{"claim": "acme.people.all", "counts": "answered"}],
}


SOUND = parse_structure(STRUCTURE)


def register(**changes: str) -> pd.DataFrame:
    """Two figures and a total; `changes` alter the first row."""
    high, low = ({"claim_id": f"acme.rating.{c}", "category": c} for c in ("high", "low"))
    whole = {"claim_id": "acme.people.all", "item": "people", "category": "all", "value": "20"}
    rows = [
        {"item": "rating", "value": "75", **high, **changes},
        {"item": "rating", "value": "25", **low},
        {"unit": "count", **whole},
    ]
    return claims_table(rows, "ACME")


def test_the_register_is_sound() -> None:
    claims = read_register(register(), SOUND)
    assert list(claims) == ["acme.rating.high", "acme.rating.low", "acme.people.all"]
    assert [v.status for v in judge(register(), SOUND)]


@pytest.mark.parametrize("version", ["1", "2"])
def test_haca_registers_are_sound(version: str) -> None:
    assert read_claims(haca_claims(version), haca_structure(version))[1] == []


@pytest.mark.parametrize(
    ("changes", "column", "expected"),
    [
        ({"value": "~60"}, "value", "approximate"),
        ({"value": "75", "decimals": "1"}, "decimals", "shows 0"),
        ({"item": "mood"}, "item", "unknown item 'mood'"),
        ({"category": "middling"}, "category", "expected one of high, low"),
        ({"item": "Rating"}, "item", "lower-case"),
        ({"claim_id": "acme rating"}, "claim_id", "dotted lower-case"),
        ({"claim_id": "acme.rating.low"}, "claim_id", "already in row 2"),
        ({"unit": "share"}, "unit", "percent, count, mean, sd, text"),
        ({"unit": "text"}, "value", "expected an empty value"),
        ({"unit": "count", "value": "7.5"}, "value", "whole number"),
        ({"weighted": "maybe"}, "weighted", "yes, no, unknown"),
        ({"rounding": "up"}, "rounding", "half_up"),
        ({"exactness": ""}, "exactness", "printed, approximate"),
        ({"language": "French"}, "language", "such as fr"),
        ({"date": "13/03/2024"}, "date", "2024-03-13"),
        ({"date": "2024-13"}, "date", "2024-03"),
        ({"source": "ACME"}, "source", "https"),
        ({"source": "http://[broken"}, "source", "https"),
        ({"outlet": ""}, "outlet", "empty"),
        ({"attributed_to": ""}, "attributed_to", "empty"),
        ({"status": "sure"}, "status", "documented, inferred"),
    ],
)
def test_faults_name_row_and_expectation(
    changes: dict[str, str], column: str, expected: str
) -> None:
    faults = read_claims(register(**changes), SOUND)[1]
    assert faults
    assert any(f.column == column and expected in f.message for f in faults), faults
    assert all(f.row in (2, 3) for f in faults)
    with pytest.raises(DataError, match=r"row [23], column"):
        read_register(register(**changes), SOUND)


def test_columns_and_emptiness() -> None:
    frame = register()
    [fault] = read_claims(frame.drop(columns="value"), SOUND)[1]
    assert "missing value" in fault.message
    [fault] = read_claims(frame.assign(opinion=""), SOUND)[1]
    assert "unknown opinion" in fault.message
    [fault] = read_claims(frame.head(0), SOUND)[1]
    assert "no row" in fault.message


def test_many_faults_stay_short() -> None:
    frame = pd.concat([register(value="~60")] * 40, ignore_index=True)
    with pytest.raises(DataError) as raised:
        read_register(frame, SOUND, "data/x.csv")
    assert "more" in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sets": [*STRUCTURE["sets"], STRUCTURE["sets"][0] | {"id": "twice"}]}, "not overlap"),
        ({"sets": [STRUCTURE["sets"][0], STRUCTURE["sets"][0]]}, "declared twice"),
        ({"sets": [STRUCTURE["sets"][0] | {"item": "mood"}]}, "unknown item 'mood'"),
        ({"sets": [STRUCTURE["sets"][0] | {"kind": "loose"}]}, "sets.0.kind"),
        ({"sets": [STRUCTURE["sets"][0] | {"claims": []}]}, "sets.0.claims"),
        ({"set": []}, "at set"),
        ({"shared_bases": [{"id": "all", "sets": ["ratings"]}]}, "no set 'ratings'"),
        ({"group_sets": ["ratings"]}, "no set 'ratings'"),
        ({"max_missing": -1}, "max_missing"),
        ({"phrases": [{"claim": "x.y", "phrase": "z", "language": "Fr"}]}, "phrases.0.language"),
    ],
)
def test_bad_structures(change: dict[str, Any], expected: str) -> None:
    with pytest.raises(ConfigError, match=expected) as raised:
        parse_structure(STRUCTURE | change)
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"totals": [{"claim": "acme.people.none"}]}, "not in the register"),
        ({"totals": [{"claim": "acme.rating.low"}]}, "needs a count"),
        ({"phrases": [{"claim": "acme.people.all", "phrase": "z", "language": "fr"}]}, "percent"),
        (
            {
                "sets": [
                    {"id": "p", "item": "people", "kind": "multi", "claims": ["acme.rating.low"]}
                ]
            },
            "is about 'people'",
        ),
    ],
)
def test_structure_and_register_must_agree(change: dict[str, Any], expected: str) -> None:
    with pytest.raises(DataError, match=expected):
        read_register(register(), parse_structure(STRUCTURE | change))


def test_a_phrase_that_is_not_understood_is_refused() -> None:
    phrases = [{"claim": "acme.rating.low", "phrase": "pas mal de gens", "language": "fr"}]
    with pytest.raises(DataError, match="not understood"):
        judge(register(), parse_structure(STRUCTURE | {"phrases": phrases}))


def test_weighted_figures_are_not_judged() -> None:
    frame = register()
    frame.loc[:1, "weighted"] = "yes"
    verdicts = {v.id: v for v in judge(frame, SOUND)}
    assert verdicts["bases.rating"].status is Status.NOT_APPLICABLE
    assert "total.base" not in verdicts
    frame.loc[:1, "weighted"] = "no"
    said = {v.id: v for v in judge(frame, SOUND)}["bases.rating"]
    assert "weighted" not in sentence(said)


def test_declared_rounding_is_followed() -> None:
    frame = register(value="33")
    frame.loc[1, "value"] = "67"
    structure = SOUND
    nearest = {v.id: v for v in judge(frame, structure)}["bases.rating"]
    frame.loc[:1, "rounding"] = "truncation"
    cut = {v.id: v for v in judge(frame, structure)}["bases.rating"]
    assert nearest.numbers["bases"] == (3, 6, 9, 12, 15, 18)
    # 2/3 is cut to 66, so 67 and 33 need the second as one hundred minus the first.
    assert cut.numbers["bases"] == (3, 6, 9, 12, 15, 18)
    assert "rounded as declared" in sentence(cut)


cell = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "",
            "percent",
            "count",
            "text",
            "unknown",
            "yes",
            "67",
            "~60",
            "٦٧",
            "-1",
            "1e9",
            "rating",
            "high",
            "acme.rating.high",
            "https://example.org",
            "fr",
            "2024-03",
            "printed",
            "\x00",
            "=1+1",
            "9" * 20,
        ]
    ),
)


@given(rows=st.lists(st.lists(cell, min_size=len(COLUMNS), max_size=len(COLUMNS)), max_size=4))
def test_any_register_is_judged_or_refused(rows: list[list[str]]) -> None:
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    faults = read_claims(frame, SOUND)[1]
    assert all("\n" not in str(fault) for fault in faults)
    if not faults:
        judge(frame, SOUND)


percents = st.integers(0, 100).map(str)


@settings(max_examples=40)
@given(
    high=st.one_of(percents, st.decimals(0, 100, places=1).map(str)),
    low=percents,
    total=st.integers(1, 200).map(str),
    kind=st.sampled_from(["exhaustive", "exclusive", "multi"]),
    counts=st.sampled_from(["sent", "answered", "unknown"]),
    rounding=st.sampled_from(["unknown", "half_up", "truncation", "ceiling"]),
    weighted=st.sampled_from(["yes", "no", "unknown"]),
)
def test_any_figures_are_judged(
    high: str, low: str, total: str, kind: str, counts: str, rounding: str, weighted: str
) -> None:
    """No pair of figures, total or convention makes the engine stumble."""
    frame = register(value=high, rounding=rounding, weighted=weighted)
    frame.loc[1, "value"] = low
    frame.loc[2, "value"] = total
    change = {
        "sets": [STRUCTURE["sets"][0] | {"kind": kind}],
        "totals": [{"claim": "acme.people.all", "counts": counts, "groups": ["a", "b"]}],
        "shared_bases": [{"id": "all", "sets": ["rating"]}],
        "group_sets": ["rating"],
        "phrases": [{"claim": "acme.rating.high", "phrase": "plus de la moitié", "language": "fr"}],
        "cross_tables": [{"id": "itself", "rows": "rating", "columns": "rating"}],
    }
    try:
        verdicts = judge(frame, parse_structure(STRUCTURE | change))
    except ReadinessError as error:
        assert "\n" not in str(error)
    else:
        assert len({v.id for v in verdicts}) == len(verdicts)
