"""A finding says what its numbers bear: by rule, on a grid, read back in words."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from readiness.analysis.selection import Selection
from readiness.charts.figures import DrawnFigures, GroupLabels, against_half
from readiness.charts.levels import Levels, level_bars
from readiness.language import WHOLE, capitalise
from readiness.language.catalogue import strip_marks
from readiness.questionnaire import Item, Questionnaire
from readiness.reporting.banners import Contrasts, TableMaterial
from readiness.reporting.item_findings import Findings, in_short
from readiness.reporting.parts import Register

CHOICE = {
    "id": "degree",
    "kind": "single",
    "column": "Which degree?",
    "label": {"fr": "Diplôme", "en": "Degree", "ar": "الشهادة"},
    "categories": [
        {"code": c, "text": c, "fr": c, "en": c, "ar": c} for c in ("first", "second", "third")
    ],
}
ITEM: dict[str, Any] = {
    "id": "rating",
    "kind": "ordinal",
    "column": "How good?",
    "source": "made up",
    "status": "inferred",
    "label": {"fr": "Note", "en": "Rating", "ar": "التقييم"},
    "categories": [
        {"code": code, "text": code, "fr": code, "en": code, "ar": code} for code in ("bad", "good")
    ],
}
FRAME = {
    "id": "site",
    "label": {"fr": "Site", "en": "Site", "ar": "الموقع"},
    "categories": [{"code": c, "text": c, "fr": c, "en": c, "ar": c} for c in ("x", "y", "z")],
}
QUESTIONNAIRE = Questionnaire.model_validate(
    {
        "name": "made-up",
        "version": "1",
        "export": {"timestamp": "Sent", "invitation": "Code"},
        "title": {"fr": "T", "en": "T", "ar": "T"},
        "frame": [FRAME],
        "items": [ITEM, CHOICE, {**ITEM, "id": "other", "column": "How?"}],
    }
)
MORE = {"fr": "lus de la moitié", "en": "ore than half", "ar": "أكثر من النصف|أكثر من نصف"}
HALF = {"fr": "nviron la moitié", "en": "bout half", "ar": "نحو النصف"}
LESS = {"fr": "oins de la moitié", "en": "ewer than half", "ar": "أقل من النصف|أقل من نصف"}
GRID = (
    *((0.51, 0.6, 0.7), (0.5, 0.6, 0.7), (0.2, 0.3, 0.49), (0.3, 0.4, 0.5), (0.4, 0.5, 0.6)),
    *((0.49, 0.64, 0.772), (0.45, 0.5, 0.55), (0.45, 0.5, 0.551), (0.449, 0.5, 0.55)),
    (0.5004, 0.6, 0.7),
)
FAR = {"fr": "bien plus", "en": "far more", "ar": "بكثير"}


def row(identity: str, value: float, **more: Any) -> dict[str, Any]:
    usual = {
        "kind": "estimate",
        "unit": "share",
        "digits": "1",
        "rounding": "half_even",
        "suppressed": "",
        "reliability": "present",
        "run": "made-up",
        "simulated": "false",
    }
    return {"id": identity, "value": str(value), **usual, **more}


def contrast(a: str, b: str, effect: float, p: float, least: float = 0.01) -> dict[str, str]:
    return {
        "item": "rating",
        "level": "low",
        "by": "site",
        "a": a,
        "b": b,
        "effect": str(effect),
        "p_adjusted": str(p),
        "lower_simultaneous": str(least),
        "upper_simultaneous": str(effect + 0.2),
    }


def material(
    rows: list[dict[str, Any]], pairs: list[dict[str, str]], language: str, selection: Selection
) -> TableMaterial:
    # A share has its limits beside it, and as rows of their own.
    known = {each["id"]: each["value"] for each in rows}
    rows = [
        {
            **each,
            **{
                end: known[f"{each['id']}.{end}"]
                for end in ("lower", "upper")
                if f"{each['id']}.{end}" in known
            },
        }
        for each in rows
    ]
    # Each share has its base: 100 people, unless a test says otherwise.
    bases = {
        f"{item}.n.{group}"
        for item, level, group in (name.split(".")[:3] for name in known if name.count(".") > 1)
        if level not in ("contrast", "n")
    }
    rows += [row(n, 100, kind="count", unit="base", digits="0") for n in sorted(bases - {*known})]
    return TableMaterial(
        Register(pd.DataFrame(rows, dtype=object).fillna(""), language),
        QUESTIONNAIRE,
        ("site",),
        selection,
        Contrasts.of(pd.DataFrame(pairs)),
    )


@pytest.mark.parametrize("language", WHOLE)
def test_a_half_needs_its_limits_and_a_reliable_share(language: str) -> None:
    for lower, share, upper in GRID:
        for flag in ("present", "review", "suppress"):
            ends = {"lower": lower, "upper": upper}
            rows = [row("rating.low.all", share, reliability=flag)]
            rows += [row(f"rating.low.all.{end}", limit) for end, limit in ends.items()]
            own = material(rows, [], language, Selection.PROBABILITY)
            fact = Findings(own, QUESTIONNAIRE.item("rating")).whole()
            if flag != "present":
                assert fact is None
                continue
            assert fact is not None
            said = own.register.write_fact(fact)
            assert bool(re.search(MORE[language], said)) == (lower > 0.501), said
            assert bool(re.search(LESS[language], said)) == (upper < 0.5), said
            near = lower >= 0.45 and upper <= 0.55
            assert bool(re.search(HALF[language], said)) == near, said
            assert all(f"rating.low.all{end}" in said for end in ("", ".lower", ".upper"))


@pytest.mark.parametrize("language", WHOLE)
def test_only_established_pairs_of_published_groups_are_named(language: str) -> None:
    rows = [
        row(f"rating.low.{group}", value)
        for group, value in zip("xyz", (0.2, 0.5, 0.7), strict=True)
    ]
    pairs = [
        contrast("x", "y", 0.3, 0.04),
        contrast("x", "z", 0.5, 0.001, 0.25),
        contrast("y", "z", 0.2, 0.06),
    ]
    item = QUESTIONNAIRE.item("rating")

    def said(rows: list[dict[str, Any]], pairs: list[dict[str, str]], drawn: bool = True) -> str:
        selection = Selection.PROBABILITY if drawn else Selection.CENSUS
        own = material(rows, pairs, language, selection)
        fact = Findings(own, item).groups()
        return "" if fact is None else own.register.write_fact(fact)

    text = said(rows, pairs)
    assert re.search(r"z.*y.*x", text) and not re.search(FAR[language], text)
    # Far above: the simultaneous limit of every gap that is named.
    assert re.search(FAR[language], said(rows, [pairs[1]]))
    # A group whose share is withheld or weak is in no sentence.
    for gone in ({"suppressed": "few", "value": ""}, {"reliability": "suppress"}):
        without = [*rows[:2], {**rows[2], **gone}]
        assert not re.search(r"\bz\b", re.sub(r"\{[^}]*\}", "", said(without, pairs)))
    none = said(rows, [{**pair, "p_adjusted": "0.05"} for pair in pairs])
    assert none and not re.search(r"\b[xyz]\b", none)
    assert said(rows, []) == "" and said(rows, pairs, drawn=False) == ""


FIRST = {
    "fr": "réponse la plus fréquente[.,](?! parmi)|arrivent en tête|trop faible",
    "en": "more than gave any other|come first|too close to call",
    "ar": "الجواب الأكثر ورودًا|في المقدمة|الفارق أصغر|الفارق لا يكفي",
}
SHOWN = {"fr": "pas présentée", "en": "not shown", "ar": "غير معروض"}
TESTED = {"fr": "test", "en": "test", "ar": "اختبار"}


def test_what_was_typed_comes_neither_first_nor_second() -> None:
    typed = {
        **CHOICE,
        "categories": [*CHOICE["categories"][:2], {**CHOICE["categories"][2], "other": True}],
    }
    item = QUESTIONNAIRE.items[0].model_validate(typed)

    def said(*shares: float) -> str:
        rows = [row(f"degree.{c}.all", s) for c, s in zip(item.codes, shares, strict=True)]
        own = material(rows, [], "en", Selection.PROBABILITY)
        fact = Findings(own, item).whole()
        return "" if fact is None else own.register.write_fact(fact)

    assert said(0.3, 0.1, 0.6) == ""
    assert "“first”" in said(0.6, 0.1, 0.3) and "third" not in said(0.6, 0.1, 0.3)


def test_a_mean_that_few_numbers_carry_off_is_told_with_the_median() -> None:
    item = Item.model_validate({"id": "years", "kind": "number", "label": {"en": "Y"}, "range": {}})

    def kind(selection: Selection = Selection.PROBABILITY, **numbers: float) -> str:
        rows = [row(f"years.{name.replace('_of', '.all.')}", n) for name, n in numbers.items()]
        rows = [{**each, "id": each["id"] + ".all" * (".all" not in each["id"])} for each in rows]
        rows.append(row("years.n.all", 40, unit="base", digits="0"))
        fact = Findings(material(rows, [], "en", selection), item).whole()
        return fact.kind if fact else ""

    middle = {"lower_quartile": 3, "median": 6.5, "upper_quartile": 16}
    ends = {"mean_oflower": -20, "mean_ofupper": 90}
    assert kind(mean=35, **ends, **middle) == "report.finding.mean.outside"
    # Who came in by themselves: the number, how many answered, and no interval.
    assert kind(Selection.OPT_IN, mean=35, **ends, **middle) == "report.finding.mean.outside"
    assert kind(Selection.OPT_IN, mean=15, **ends, **middle) == "report.finding.mean.plain"
    assert kind(mean=15, **ends, **middle) == "report.finding.mean"
    assert kind(mean=35, **{**ends, "mean_oflower": 9}, **middle) == "report.finding.mean"


@pytest.mark.parametrize("language", WHOLE)
def test_an_answer_comes_first_where_none_that_is_withheld_can_be_larger(language: str) -> None:
    def said(*shares: float | None) -> str:
        codes = ("first", "second", "third")
        rows = [
            row(f"degree.{code}.all", share) if share is not None else hidden(f"degree.{code}.all")
            for code, share in zip(codes, shares, strict=True)
        ]
        own = material(rows, [], language, Selection.PROBABILITY)
        fact = Findings(own, QUESTIONNAIRE.item("degree")).whole()
        assert fact is not None
        text = re.sub(r"\{[^}]*\}", "", own.register.write_fact(fact))
        assert not re.search(TESTED[language], text), text  # no test of two shares was made
        return text

    def hidden(identity: str) -> dict[str, Any]:
        return {**row(identity, 0.0), "value": "", "suppressed": "few"}

    assert re.search(FIRST[language], said(0.5, 0.3, 0.2))
    assert "second" in said(0.5, 0.3, 0.2)
    # What is not shown is 20 %: less than the first, perhaps more than the second.
    alone = said(0.65, 0.15, None)
    assert "second" not in alone and re.search(FIRST[language], alone)
    for shares in ((0.331, 0.079, None), (0.5, None, None)):
        assert SHOWN[language] in said(*shares) and not re.search(FIRST[language], said(*shares))
    assert {"first", "second"} <= set(re.findall(r"\w+", said(0.4, 0.4, 0.2)))


# Shares, None where one is withheld; the answer and the band of the paired test, if it is told; and
# whether the first answer is said to come first.
ORDERS = (
    ((0.4, 0.38, 0.22), ("first", "p_below"), True),
    ((0.5, 0.3, 0.2), ("first", "p_not_below"), False),
    ((0.5, 0.3, 0.2), None, False),
    # The test of another answer says nothing of this one.
    ((0.5, 0.3, 0.2), ("second", "p_below"), False),
    # An answer that is withheld itself has 20 % at most, or 47 %: no test is told.
    ((0.5, 0.3, None), None, False),
    ((0.5, 0.03, None), None, False),
)


@pytest.mark.parametrize("selection", [*Selection])
@pytest.mark.parametrize(("shares", "test", "established"), ORDERS)
def test_a_picture_and_a_sentence_find_the_same_answer_first(
    shares: tuple[float | None, ...],
    test: tuple[str, str] | None,
    established: bool,
    selection: Selection,
) -> None:
    cells = {"lower": "", "upper": "", "n": "", "level": ""}
    rows = [row("degree.n.all", 90, **{**cells, "unit": "base", "digits": "0"})]
    for code, share in zip(("first", "second", "third"), shares, strict=True):
        gone = {} if share is not None else {"value": "", "suppressed": "few"}
        ends = {} if share is None else {"lower": share - 0.08, "upper": share + 0.08}
        rows.append({**row(f"degree.{code}.all", share or 0.0, **cells), **ends, **gone})
        rows += [row(f"degree.{code}.all.{e}", v, **cells) for e, v in ends.items()]
    if test:
        told = {**cells, "kind": "test", "unit": test[1], "level": test[0], "digits": "2"}
        rows.append(row("degree.test.first.p", 0.05, **told))
    item, figures = QUESTIONNAIRE.item("degree"), pd.DataFrame(rows, dtype=object).fillna("")
    own = material(rows, [], "en", selection)
    fact = Findings(own, item).whole()
    assert fact is not None
    # Where nobody was drawn the largest share is that of those who answered.
    drawn = selection.is_drawn
    assert fact.kind.endswith(".open") == (drawn and not established)
    assert "90" in own.register.write_fact(fact)
    told_by = DrawnFigures(figures, "en", is_drawn=drawn)
    levels = Levels(item.id, "Degree", item.labels("en"), ordered=False)
    picture = level_bars(told_by, levels, GroupLabels({}, ("all", "All")), small=0)
    assert ("most frequent" in picture.title) == (established or not drawn)


def test_a_half_needs_limits_that_are_told() -> None:
    """A share whose interval is withheld is neither more nor less than a half."""
    item = QUESTIONNAIRE.item("rating")
    rows = [row("rating.low.all", 0.7, lower="", upper="", n="")]
    rows.append(row("rating.n.all", 60, lower="", upper="", n="", unit="base", digits="0"))
    for selection, kind in (
        (Selection.PROBABILITY, "report.finding.share.withheld"),
        (Selection.CENSUS, "report.finding.majority.plain"),
        (Selection.OPT_IN, "report.finding.majority.plain"),
    ):
        fact = Findings(material(rows, [], "en", selection), item).whole()
        assert fact is not None and fact.kind == kind
        figures = DrawnFigures(pd.DataFrame(rows), "en", is_drawn=selection.is_drawn)
        told = against_half(figures, figures.get("rating.low.all"), "Rating", "low")
        assert bool(told) != selection.is_drawn


@pytest.mark.parametrize("language", WHOLE)
def test_a_side_of_one_half_looks_at_the_answers_that_lack_too(language: str) -> None:
    """59 % of those who answered, between 54 and 65; a quarter gave no answer: 43 to 71 %."""
    limits = {"lower": 0.54, "upper": 0.65}

    def say(least: float, most: float, selection: Selection) -> tuple[str, str, str]:
        cells = {"digits": "0", "n": ""}
        rows = [row("rating.low.all", 0.59, **limits, **cells)]
        more = {"lower": 0.54, "upper": 0.65, "worst.lower": least, "worst.upper": most}
        rows += [row(f"rating.low.all.{end}", value, **cells) for end, value in more.items()]
        for name, value, unit in (
            ("rating.n.all", 300, "base"),
            ("rating.n_eff.all", 280, "count"),
            ("settings.level", 0.95, "share"),
        ):
            rows.append(row(name, value, **{**cells, "unit": unit}))
        own = material(rows, [], language, selection)
        fact = Findings(own, QUESTIONNAIRE.item("rating")).whole()
        assert fact is not None
        figures = DrawnFigures(
            pd.DataFrame(rows, dtype=object).fillna(""), language, is_drawn=selection.is_drawn
        )
        told = against_half(figures, figures.get("rating.low.all"), "Rating", "low")
        return fact.kind, own.register.write_fact(fact), "" if told is None else told.kind

    kind, said, title = say(0.43, 0.71, Selection.PROBABILITY)
    assert kind == "report.finding.majority.depends" and not title
    assert "worst.lower" in said and "worst.upper" in said
    # The least is above one half, and its own sampling error reaches below it.
    assert say(0.53, 0.62, Selection.PROBABILITY)[0] == "report.finding.majority.depends"
    kind, said, title = say(0.58, 0.60, Selection.PROBABILITY)
    assert kind == "report.finding.majority" and title == "charts.finding.more"
    assert "worst" not in said
    # Nobody left it empty.
    assert say(0.59, 0.59, Selection.PROBABILITY)[0] == "report.finding.majority"
    for selection in (Selection.OPT_IN, Selection.CENSUS, Selection.PURPOSIVE):
        kind, said, _ = say(0.43, 0.71, selection)
        assert kind == "report.finding.majority.plain" and "rating.n.all" in said
        assert "lower" not in said and re.search(MORE[language], said)


def test_of_one_level_that_few_chose_the_level_that_most_chose_is_told() -> None:
    best = {**ITEM["categories"][1], "code": "best", "text": "best"}
    shares = {"low": 0.1, "bad": 0.06, "good": 0.04, "best": 0.9}
    own = material(
        [
            each
            for level, share in shares.items()
            for each in (
                row(f"rating.{level}.all", share),
                row(f"rating.{level}.all.lower", share - 0.03),
                row(f"rating.{level}.all.upper", share + 0.03),
            )
        ],
        [],
        "en",
        Selection.PROBABILITY,
    )
    for low, level in ((["bad"], "best"), (["bad", "good"], "low")):
        scale = {**ITEM, "categories": [*ITEM["categories"], best], "boxes": {"low": low}}
        fact = Findings(own, Item.model_validate(scale)).whole()
        assert fact is not None and f"rating.{level}.all" in own.register.write_fact(fact)


def test_of_gaps_the_strongest_that_was_compared_is_told() -> None:
    rows = [
        row(f"{item}.low.{group}", share)
        for item in ("rating", "other")
        for group, share in (("x", 0.2), ("z", 0.7))
    ]
    pairs = [contrast("x", "z", 0.5, 0.013), {**contrast("x", "z", 0.5, 0.0002), "item": "other"}]
    own = material(rows, pairs, "en", Selection.PROBABILITY)
    items = [QUESTIONNAIRE.item(name) for name in ("rating", "other")]

    def told(*compared: str) -> list[str]:
        said = " ".join(own.register.write_fact(f) for f in in_short(own, items, compared))
        return sorted(set(re.findall(r"(\w+)\.low\.z", said)))

    assert told("rating", "other") == ["other"] and told("rating") == ["rating"] and told() == []


def test_whether_groups_differ_and_which_are_two_questions() -> None:
    rows = [row(f"rating.low.{group}", 0.4) for group in "xyz"]
    pairs = [contrast("x", "y", 0.05, 0.4)]
    own = material(rows, pairs, "en", Selection.PROBABILITY)
    for differs, words in (
        (False, "^no two of the groups shown can be told apart"),
        (True, "^the groups differ when"),
    ):
        fact = Findings(own, QUESTIONNAIRE.item("rating"), differs=differs).groups()
        assert fact is not None and re.search(words, own.register.write_fact(fact))
    alone = material(rows[:1], pairs, "en", Selection.PROBABILITY)
    vague = [row("rating.low.x", 0.1, reliability="low"), row("rating.low.y", 0.9)]
    there = [contrast("x", "y", 0.8, 0.001)]
    for shown in (alone, material(vague, there, "en", Selection.PROBABILITY)):
        assert Findings(shown, QUESTIONNAIRE.item("rating")).groups() is None


def test_a_difference_is_told_of_its_own_answer_alone() -> None:
    """The register has those of the answer told first: beside another they are false."""
    rows = [
        *(row(f"degree.second.{group}", share) for group, share in (("x", 0.1), ("z", 0.6))),
        *(row(f"degree.contrast.x.z{end}", 0.2, unit="points") for end in ("", ".lower", ".upper")),
    ]
    pairs = [{**contrast("x", "z", 0.5, 0.001), "item": "degree", "level": "second"}]
    own = material(rows, pairs, "en", Selection.PROBABILITY)
    fact = Findings(own, QUESTIONNAIRE.item("degree")).groups()
    assert fact is not None and "degree.contrast" not in own.register.write_fact(fact)


def test_what_matters_most_begins_with_its_question() -> None:
    rows = [
        row("rating.low.all", 0.6),
        row("rating.low.all.lower", 0.55),
        row("rating.low.all.upper", 0.65),
        row("rating.low.x", 0.2),
        row("rating.low.z", 0.7),
        *(row(f"rating.n.{group}", 100, unit="base", digits="0") for group in ("all", "x", "z")),
        row("rating.contrast.x.z", 0.5, unit="points"),
        row("rating.contrast.x.z.lower", 0.3, unit="points"),
        row("rating.contrast.x.z.upper", 0.7, unit="points"),
    ]
    shares, gaps = rows[:-3], rows[-3:]
    own = material(rows, [contrast("x", "z", 0.5, 0.001)], "en", Selection.PROBABILITY)
    items = [QUESTIONNAIRE.item("rating")]
    said = [own.register.write_fact(fact) for fact in in_short(own, items, ["rating"])]
    assert len(said) == 2 and all(line.startswith("Rating: ") for line in said)
    assert all(f"rating.contrast.x.z{end}" in said[1] for end in ("", ".lower", ".upper"))
    # Where the group that has more is listed first, the one that has less is spoken of.
    turned = [
        {**each, "id": each["id"].replace("x.z", "z.x"), "value": f"-{each['value']}"}
        for each in gaps
    ]
    other = replace(own, register=Register(pd.DataFrame([*shares, *turned]), "en"))
    said = [other.register.write_fact(fact) for fact in in_short(other, items, ["rating"])]
    group = r"people in the group “{}” \(n = .*"
    words = f"of {group.format('x')} and .* of {group.format('z')} answered .*: a difference of"
    assert re.search(words, said[1]), said
    bare = replace(own, register=Register(pd.DataFrame(shares), "en"))
    assert "a difference of" not in " ".join(
        bare.register.write_fact(fact) for fact in in_short(bare, items, ["rating"])
    )


def test_what_was_compared_comes_first_and_names_alone_come_last() -> None:
    rows = [
        row(f"{item}.low.all{end}", share)
        for item in ("rating", "other", "place")
        for end, share in (("", 0.6), (".lower", 0.55), (".upper", 0.65))
    ]
    own = material(rows, [], "en", Selection.PROBABILITY)
    rating = QUESTIONNAIRE.item("rating")
    place = rating.model_copy(update={"id": "place", "column": "Rating"})

    def told(*compared: str) -> list[str]:
        items = [place, rating, QUESTIONNAIRE.item("other")]
        said = " ".join(own.register.write_fact(f) for f in in_short(own, items, compared))
        return re.findall(r"(\w+)\.low\.all(?![.\w])", said)

    assert told() == ["rating", "other", "place"]
    assert told("other", "place") == ["other", "place", "rating"]


@pytest.mark.parametrize("language", WHOLE)
def test_groups_are_called_what_people_call_them(language: str) -> None:
    words = {code: dict.fromkeys(WHOLE, f"{code}-people") for code in "xz"}
    site = QUESTIONNAIRE.frame[0]
    called = tuple(c.model_copy(update={"plural": words.get(c.code, {})}) for c in site.categories)
    asked = QUESTIONNAIRE.model_copy(
        update={"frame": (site.model_copy(update={"categories": called}),)}
    )
    shares = zip("xyz", (0.2, 0.5, 0.7), strict=True)
    rows = [row(f"rating.low.{group}", value) for group, value in shares]
    for a, b in (("x", "z"), ("y", "z")):
        own = material(rows, [contrast(a, b, 0.2, 0.001)], language, Selection.PROBABILITY)
        fact = Findings(replace(own, questionnaire=asked), asked.item("rating")).groups()
        assert fact is not None
        # A hyphen is escaped in Markdown.
        said = own.register.write_fact(fact).replace("\\-", "-")
        # One that nobody gave a name is in "the group y".
        assert "z-people" in said and ("x-people" in said) == (a == "x"), said


def test_of_a_list_the_answer_with_the_strongest_gap_is_told() -> None:
    item = QUESTIONNAIRE.item("degree")
    *listed, last = item.categories
    # What a list leaves open is no answer of which a gap is told.
    item = item.model_copy(
        update={"categories": [*listed, last.model_copy(update={"other": True})]}
    )
    rows = [
        row(f"degree.{code}.{group}", share)
        for code in item.codes
        for group, share in zip("xy", (0.2, 0.5), strict=True)
    ]
    pairs = [
        contrast("x", "y", 0.3, p) | {"item": "degree", "level": code}
        for code, p in (("first", 0.04), ("second", 0.01), ("third", 0.001))
    ]
    own = material(rows, pairs, "en", Selection.PROBABILITY)
    fact = Findings(own, item).groups()
    assert fact is not None and fact.kind == "report.finding.pair"
    assert own.register.write_fact(fact).endswith(
        ' of people in the group “x” (n = [100]{.n data-id="made-up/degree.n.x"}).'
    )
    assert Findings(own, item, compared=False).groups() is None


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "More than half, 60%, say that it is bad (55 to 65; n = 100)"),
        ("fr", "Plus de la moitié, 60 %, trouvent que c’est mauvais (55 à 65 ; n = 100)"),
        ("ar", "أكثر من النصف، أي 60%، أجابوا بـ«bad» (من 55 إلى 65؛ عدد الأجوبة: 100)"),
    ],
)
def test_a_sentence_is_about_people_with_the_unit_once(language: str, said: str) -> None:
    """A level has a form for sentences in some languages; else its own words are quoted."""
    forms = {"en": "say that it is bad", "fr": "trouvent que c’est mauvais"}
    item = QUESTIONNAIRE.item("rating")
    shown = [c.model_copy(update={"said": forms}) for c in item.categories]
    item = item.model_copy(update={"categories": tuple(shown)})
    assert len(item.shown_codes) == 1
    ends = (("", 0.6), (".lower", 0.55), (".upper", 0.65))
    rows = [row(f"rating.low.all{end}", share, digits="0") for end, share in ends]
    own = material(rows, [], language, Selection.PROBABILITY)
    fact = Findings(own, item).whole()
    assert fact is not None
    told = strip_marks(capitalise(own.register.tell_finding(fact))).rstrip(".")
    assert re.sub("[\u00a0\u202f]", " ", told) == said
    # On a page each number stands under its id, in a form that the check after rendering allows.
    known = own.register.spans()
    for number, identity in re.findall(
        r'\[([^\]]*)\]\{\.n data-id="([^"]+)"\}', own.register.write_finding(fact)
    ):
        assert number.replace("\\", "") in known[identity]


def test_a_gap_is_told_of_both_groups_without_a_plus() -> None:
    shares = {"x": 0.4, "z": 0.8}
    rows = [row(f"rating.low.{group}", share, digits="0") for group, share in shares.items()]
    points = {"unit": "points", "digits": "0"}
    for end, value in (("", 0.4), (".lower", 0.1), (".upper", 0.7)):
        rows.append(row(f"rating.contrast.x.z{end}", value, **points))
    own = material(rows, [contrast("x", "z", 0.4, 0.001)], "en", Selection.PROBABILITY)
    found = Findings(own, QUESTIONNAIRE.item("rating")).gap()
    assert found is not None
    assert own.register.tell_finding(found[1]).replace("\u00a0", " ") == (
        "80% of people in the group “z” (n = 100) and 40% of people in the group “x” (n = 100) "
        "answered “bad”: "
        "40 points more (10 to 70)."
    )
