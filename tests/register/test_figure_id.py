"""The id of a published number: what is spelled is read again, part by part."""

import csv
import pickle
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from project_copy import ROOT
from readiness.ground.errors import DataError
from readiness.ground.figure_id import (
    ANSWERED,
    ASKED,
    CHANGE,
    FAMILIES,
    LIMITS,
    MOVED,
    OTHERS,
    REVISION,
    WITH_DONT_KNOW,
    WORST,
    FigureId,
    base_id,
    comparison_id,
    effective_id,
    share_id,
    weighted_id,
)


def sealed_rows() -> Iterator[dict[str, str]]:
    """Every row of every ledger below publications/."""
    for path in sorted(ROOT.glob("publications/*/figures.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines)


def test_every_sealed_id_is_read_and_spelled_alike() -> None:
    rows = list(sealed_rows())
    assert len(rows) > 4000
    for row in rows:
        for kind in (row["kind"], ""):
            identity = FigureId.parse(row["id"], kind)
            assert type(identity) is FigureId
            assert identity == row["id"]


def test_parts_of_a_sealed_id_are_the_columns_of_its_row() -> None:
    seen = set()
    for row in sealed_rows():
        identity = FigureId.parse(row["id"])
        seen.add(identity.family)
        if identity.family in ("", *MOVED, "balance", "missing"):
            assert identity.item in row["item"].split(":"), row["id"]
        if identity.is_share():
            assert (identity.level, identity.group) == (row["level"], row["group"]), row["id"]
        if row["kind"] in ("count", "effective"):
            assert (identity.statistic[0], identity.group) == ("n", row["group"])
        if row["group"] and row["kind"] == "test":
            assert identity.group == row["group"]
    assert {"", REVISION, "claim", "verdict", "quality", "weighting"} <= seen


WORD = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
# Words that an id has for parts of its own: a code may be called so, too.
CODE = st.one_of(WORD, st.sampled_from(["p", "lower", "family", "selection", "asked", "before"]))
ITEM = WORD.filter(lambda word: word not in FAMILIES)


@given(ITEM, CODE, CODE, st.sampled_from(["", ASKED]), st.sampled_from(["", WORST, "others.worst"]))
def test_a_share_is_read_as_it_was_made(
    item: str, level: str, group: str, base: str, variant: str
) -> None:
    share = share_id(item, level, group, base or ANSWERED)
    for made in (share, *(share.with_variant(variant, part) for part in ("", *LIMITS))):
        for moved in (made, made.since(CHANGE), made.since(REVISION)):
            read = FigureId.parse(str(moved), "estimate" if moved is made else "")
            assert vars(read) == vars(moved)


@given(ITEM, WORD, WORD, WORD, st.sampled_from(["", "p", "lower"]))
def test_a_comparison_is_read_as_it_was_made(
    item: str, test: str, a: str, b: str, part: str
) -> None:
    for made in (
        comparison_id(item, test, a, b),
        comparison_id(item, test, a),
        comparison_id(item, test),
    ):
        made = made.with_part(part)
        if test not in ("n", "n_eff", "alpha") and not {a, b} & {"p", "lower", "without"}:
            read = FigureId.parse(str(made))
            assert read == made
            assert (read.item, read.statistic) == (item, test)


@given(st.text(alphabet="ab./ n_p", max_size=12))
def test_any_text_is_an_id_that_spells_it_or_refused(text: str) -> None:
    try:
        identity = FigureId.parse(text)
    except DataError:
        return
    assert identity == text


@pytest.mark.parametrize(
    ("identity", "text"),
    [
        (share_id("use", "yes", "all", ANSWERED), "use.yes.all"),
        (share_id("use", "yes", "all", WITH_DONT_KNOW), "use.yes.all"),
        (share_id("use", "yes", "region:north", ASKED), "use.yes.region:north.asked"),
        (share_id("use", "yes", "all", ASKED).with_part("lower"), "use.yes.all.asked.lower"),
        (base_id("use", "all", ANSWERED), "use.n.all"),
        (base_id("use", "all", WITH_DONT_KNOW), "use.n.all.with_dont_know"),
        (effective_id("use", "all", ASKED), "use.n_eff.all.asked"),
        (weighted_id("use", "all"), "use.n.all.weighted"),
        (comparison_id("use", "rao_scott_f").with_part("p"), "use.test.rao_scott_f.p"),
        (comparison_id("use", "contrast", "a", "b").with_part("upper"), "use.contrast.a.b.upper"),
        (
            share_id("use", "yes", "all", ANSWERED).with_variant(f"{OTHERS}.{WORST}", "lower"),
            "use.yes.all.others.worst.lower",
        ),
        (FigureId(item="use", level="yes", group="all", release="w-r1"), "w-r1/use.yes.all"),
    ],
)
def test_spelling(identity: FigureId, text: str) -> None:
    assert str(identity) == text
    assert vars(FigureId.parse(text)) == vars(identity)


@pytest.mark.parametrize("text", ["verdict.every.both.least", "claim.paper.use", "settings.level"])
def test_any_number_may_be_asked_for_its_limits(text: str) -> None:
    assert FigureId.parse(text).with_part("lower") == f"{text}.lower"


def test_a_part_is_not_taken_for_the_number_that_it_stands_beside() -> None:
    odds = comparison_id("use", "odds_ratio", "a", "b")
    assert odds.with_part("p").with_part("lower") == "use.odds_ratio.a.b.p.lower"
    assert odds.with_part("p").without_part() == odds


def test_a_question_may_be_called_as_a_family() -> None:
    """The kind of its row tells a question called `quality` from the family."""
    assert FigureId.parse("quality.kept.all").family == "quality"
    own = FigureId.parse("quality.kept.all.lower", "interval")
    assert (own.family, own.item, own.level, own.part) == ("", "quality", "kept", "lower")
    assert FigureId.parse("use.test.all", "estimate").level == "test"


def test_order_and_equality_are_those_of_the_text() -> None:
    texts = ["use.yes.all", "use.n.all", "use.yes.all.lower", "quality.kept.all"]
    assert sorted(map(FigureId.parse, texts)) == sorted(texts)
    assert FigureId.parse(texts[0]) in set(texts)


def test_an_id_keeps_its_parts_in_another_process() -> None:
    identity = share_id("use", "yes", "all", ASKED)
    assert vars(pickle.loads(pickle.dumps(identity))) == vars(identity)


@pytest.mark.parametrize("text", ["", "use", "use.yes", "use..all", ".yes.all", "use.yes.all."])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="figure id"):
        FigureId.parse(text)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"item": "use", "level": "yes"}, "no group in item 'use', level 'yes'"),
        ({"family": "people", "item": "use"}, "unknown family 'people'; expected revision,"),
        ({"family": "missing", "item": "use", "level": "a", "group": "all"}, "group does not fit"),
    ],
)
def test_parts_that_make_no_id_are_named(parts: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        FigureId(**parts)
