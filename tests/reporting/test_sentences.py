"""No sentence says what its number does not support: a grid of numbers, in every language.

What is said is read back here by words of each language, written apart from the catalogues, and
compared with the number.
"""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import product
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from readiness.analysis.selection import Selection
from readiness.ground.facts import Fact, NamedNumber, Quantity, Term, Value
from readiness.ground.figure_id import FigureId
from readiness.language import WHOLE, tell, text
from readiness.language.catalogue import FIRST_STRONG, LEFT_TO_RIGHT, POP
from readiness.questionnaire import Item, Questionnaire
from readiness.questionnaire.load import questionnaire_of
from readiness.reporting import participation, statements
from readiness.reporting.parts import Register, WavePart
from readiness.steps.render import as_set, labels
from readiness.validation.issues import MEANINGS

# The languages whose words are known below.
READ = ("fr", "en", "ar")
P_VALUES = (None, 0.0, 1e-9, 0.001, 0.0099, 0.01, 0.0499999, 0.05, 0.0500001, 0.0999, 0.1, 0.5, 1.0)
LEVELS = (0.9, 0.95, 0.99)

FOUND = {"fr": "Ce test établit", "en": "This test establishes", "ar": "الاختبار، ثبت فرق"}
NOT_FOUND = {
    "fr": "Ce test n.établit pas",
    "en": "This test does not establish",
    "ar": "الاختبار، لم يثبت أي فرق",
}
NO_TEST = {"fr": r"n.a pas pu être calculé", "en": "could not be computed", "ar": "تعذّر حساب"}
EQUAL = {"fr": r"égaux|égales|identique|pareil", "en": r"\bequal|same share", "ar": "متساو"}

# What each way of selecting respondents does not allow to say (docs/methods.md).
DRAWN = {"fr": "tirée?s? au sort|aléatoire", "en": "drawn|at random|random", "ar": "عشوائي"}
RATE = {"fr": "taux de réponse", "en": "response rate", "ar": "نسبة (?:ال)?استجابة"}
INTERVAL = {
    "fr": "intervalle|niveau de confiance",
    "en": "interval|confidence",
    "ar": "المجال|مجال|مستوى ثقة|مستوى الثقة",
}
REPRESENTATIVE = {
    "fr": "représentati|marge d.erreur",
    "en": "representative|margin of error",
    "ar": "تمثيلي|هامش الخطأ",
}


def said(fact: Fact, language: str) -> str:
    """The sentence, without the marks that only set it."""
    return re.sub(f"[{LEFT_TO_RIGHT}{FIRST_STRONG}{POP}]", "", tell(fact, language))


def p(value: float | None) -> dict[str, Value]:
    """What the register shows of a p-value and of the confidence level."""
    shown = {} if value is None else {"p": Quantity.of(value, "p", 3)}
    test = Term("report.name.rao_scott_f")
    return {**shown, "level": Quantity("0.95", "share", 0), "test": test}


def below(value: float, level: float) -> bool:
    """In exact decimals: 1 - 0.95 is 0.05."""
    return Fraction(str(value)) < 1 - Fraction(str(level))


def test_every_language_of_the_program_is_read_here() -> None:
    assert set(READ) == set(WHOLE)


@pytest.mark.parametrize("language", READ)
def test_a_difference_is_claimed_below_the_level_and_nowhere_else(language: str) -> None:
    for value, level in product(P_VALUES, LEVELS):
        text = said(statements.difference(value, level, p(value)), language)
        claims = bool(re.search(FOUND[language], text))
        denies = bool(re.search(NOT_FOUND[language], text))
        unknown = bool(re.search(NO_TEST[language], text))
        if value is None:
            assert (claims, denies, unknown) == (False, False, True), text
        else:
            assert (claims, denies, unknown) == (below(value, level), not claims, False), text
        assert not re.search(EQUAL[language], text), text


@pytest.mark.parametrize("language", READ)
def test_only_established_pairs_are_named(language: str) -> None:
    names = ["Aa", "Bb", "Cc", "Dd", "Ee"]
    pairs = [(a, b) for a in names for b in names if a < b]
    for first, shift in product(range(len(P_VALUES)), range(4)):
        values = [P_VALUES[(first + shift * k) % len(P_VALUES)] for k in range(len(pairs))]
        shown = dict(zip(pairs, values, strict=True))
        text = said(statements.contrasts(shown, 0.95), language)
        found = {pair for pair, value in shown.items() if value is not None and below(value, 0.95)}
        named = {pair for pair in pairs if f"{pair[0]} – {pair[1]}" in text}
        assert named <= found, text
        if 0 < len(found) < statements.MANY_PAIRS:
            assert named == found, text
        if not found:
            assert not named and not re.search(FOUND[language], text), text


@pytest.mark.parametrize("language", READ)
@pytest.mark.parametrize("selection", Selection)
@pytest.mark.parametrize(("raked", "complete"), list(product((True, False), repeat=2)))
def test_the_words_follow_the_selection(
    language: str, selection: Selection, raked: bool, complete: bool
) -> None:
    numbers: dict[str, Value] = {"invited": 1740, "answered": 647}
    numbers["rate"] = Quantity("0.372", "share", 1)
    selected = statements.describe_selection(selection, raked=raked, complete=complete)
    facts = [statements.describe_response(selection, numbers), selected]
    if not selection.inference:
        facts.append(Fact(f"report.no_test.{selection.key}"))
    text = " ".join(said(fact, language) for fact in facts)
    assert bool(re.search(DRAWN[language], text)) == selection.is_drawn, text
    if language == "en":
        nonresponse = re.search("onresponse|not answer|raking", said(selected, language))
        known = (selection.inference and raked) or selection is Selection.CENSUS
        unsaid = (selection.response_rate and complete) or not known
        plain = "not corrected" in said(selected, language)
        assert plain == (selection.is_drawn and not raked and not complete)
        assert bool(nonresponse) == (not unsaid or plain)
    assert bool(re.search(RATE[language], text)) == selection.response_rate, text
    assert bool(re.search(INTERVAL[language], text)) == selection.inference, text
    assert not re.search(REPRESENTATIVE[language], text), text


@pytest.mark.parametrize("language", READ)
def test_what_was_excluded_is_counted_and_nothing_else(language: str) -> None:
    rules = [key.rpartition(".")[2] for key in statements.EXCLUDED]
    several = (0, 2, 0, 3, 0, 0, 7, 87, 0), (5, 11, 2, 100, 3, 4, 9, 6, 8)
    for counts in ((0,) * 9, (1, *(0,) * 8), *several):
        shown: dict[str, tuple[int, Value]] = {
            rule: (n, n) for rule, n in zip(rules, counts, strict=True)
        }
        text = said(statements.describe_exclusions(shown), language)
        digits = {int(found) for found in re.findall(r"\d+", text)}
        # Arabic says one and two by the noun alone.
        assert digits <= set(counts) and digits >= {n for n in counts if n > 2}, text
        assert bool(text) and (any(counts) or not digits)


@pytest.mark.parametrize("language", READ)
def test_issues_are_told_by_what_and_how_many(language: str) -> None:
    found = {"straight_line": 377, "same_content": 77, "routed_out": 12, "spelling": 3}
    rows = [
        {"id": f"quality.issues.{rule}", "value": str(n), "unit": "count", "digits": "0"}
        for rule, n in found.items()
    ]
    wave = SimpleNamespace(register=Register(pd.DataFrame(rows), language), language=language)
    kinds = participation._list_kinds(cast(WavePart, wave))
    assert kinds is not None
    assert not [key for key in MEANINGS.values() if re.search("[`_]", text(key, language))]
    told = [kind.values for kind in kinds.items if isinstance(kind, Fact)]
    # A full stop within the list would end its line.
    assert not [each for each in told if str(each["what"]).endswith(".")]
    names = [value.name for each in told if isinstance(value := each["n"], NamedNumber)]
    assert names == [f"quality.issues.{rule}" for rule in list(found)[:3]]
    assert all(
        each["what"] == text(MEANINGS[rule], language).rstrip(".")
        for each, rule in zip(told, found, strict=False)
    )


@pytest.mark.parametrize("language", READ)
def test_what_lacks_answers_is_said_of_what_lacks_some(language: str) -> None:
    """By its option, and of nothing where all who were asked answered."""
    shares: dict[str, tuple[Any, Any]] = {"a": (0.3, 0.3), "b": (0.5, 0.5)}

    def tell() -> list[str]:
        known = {"unit": "share", "digits": "1", "rounding": "half_even", "run": "w"}
        rows = [
            {"id": f"q.{option}.all{end}", "value": str(value), **known}
            for option, ends in shares.items()
            for end, value in zip(("", ".worst.lower", ".worst.upper"), (0.4, *ends), strict=True)
        ]
        wave = SimpleNamespace(register=Register(pd.DataFrame(rows), language))
        facts = [Fact("language.labelled", {"label": "Which? [1]", "what": o}) for o in shares]
        named = [
            (fact, FigureId.parse(f"q.{option}.all"))
            for fact, option in zip(facts, shares, strict=True)
        ]
        return list(participation._tell_lacking(cast(WavePart, wave), named))

    assert tell() == []
    shares["b"] = ("", "")  # withheld, of a question that all answered
    assert tell() == []
    shares["b"] = (0.5, 0.75)
    widest, reading = tell()
    assert re.search(r"Which\? \\\[1\\\][^a]*b", widest) and "0." not in reading
    shares["a"] = (0.2, "")  # withheld, and it may lack more
    assert len(tell()) == 1


@pytest.mark.parametrize("language", READ)
def test_exceptions_to_the_rule_on_few_answers_are_named_where_the_wave_has_them(
    language: str,
) -> None:
    ids = {"health": "dont_know", "food": "low", "settings.reliable_base.all": ""}
    usual = {
        "kind": "estimate",
        "suppressed": "",
        "run": "r",
        "digits": "0",
        "rounding": "half_even",
    }
    rows = [
        {"id": name, "level": level, "group": "guests", "n": "25", "value": "30", **usual}
        for name, level in ids.items()
    ]
    rows[-1] |= {"kind": "setting", "unit": "base", "id": "settings.reliable_base"}
    rows[1] |= {"n": ""}
    item = SimpleNamespace(sensitive=False, label=SimpleNamespace(text=lambda _: "Health"))
    asked = SimpleNamespace(item=lambda _: item, label_apart=lambda _: {"guests": "Guests"})
    wave = SimpleNamespace(questionnaire=asked, language=language, items=["health"])

    def name_exceptions() -> list[str]:
        wave.register = Register(pd.DataFrame(rows), language)
        return [fact.kind for fact in participation._name_exceptions(cast(WavePart, wave))]

    assert name_exceptions() == ["report.hidden.dont_know", "report.hidden.apart"]
    item.sensitive = True
    assert name_exceptions() == ["report.hidden.dont_know.except", "report.hidden.apart"]
    rows[0] |= {"level": "high", "n": "30"}
    assert name_exceptions() == []


@pytest.mark.parametrize("language", READ)
def test_questions_that_no_table_counts_are_named(language: str) -> None:
    kinds = {"why": "text", "since": "date", "who": "text", "age": "number"}
    items = [
        Item.model_validate(
            {"id": name, "kind": kind, "label": {language: name}, "personal": name == "who"}
        )
        for name, kind in kinds.items()
    ]
    asked = SimpleNamespace(items=items)
    wave = SimpleNamespace(questionnaire=asked, language=language)
    named = participation._name_uncounted(cast(WavePart, wave))
    assert re.findall("(?m)^- (.*)", named) == ["why", "since"]
    asked.items = items[2:]
    assert participation._name_uncounted(cast(WavePart, wave)) == ""


@pytest.mark.parametrize(("column", "asked"), [("q1_1", "Label"), ("What then?", "What then?")])
def test_a_question_is_quoted_by_its_text_and_no_name(column: str, asked: str) -> None:
    label = dict.fromkeys(READ, "Label")
    item = Item.model_validate({"id": "q1_1", "kind": "text", "column": column, "label": label})
    quoted = statements.quote_question(cast(Questionnaire, None), item, "en")
    assert quoted.values == {"question": asked}
    untold = item.model_copy(update={"column": "Label"})
    said = statements.quote_question(cast(Questionnaire, None), untold, "en")
    assert (said.kind, said.values) == ("tables.line.untold", {"column": "Label"})


@pytest.mark.parametrize("language", READ)
def test_a_question_keeps_its_own_sign_at_the_end(language: str) -> None:
    for asked in ("Where?", "It will...", "Sex"):
        text = said(Fact("tables.caption.share", {"item": asked}), language)
        assert f"{asked}." in text if asked == "Sex" else f"{asked} " in text


def test_the_row_of_a_grid_is_quoted_with_its_stem() -> None:
    row, stem = {"id": "q3_1", "text": "Less work", "column": "q3_1"}, "In 10 years it will"
    many = {"en": "men of 65 and more"}
    options = [{"code": code, "text": code, "plural": many} for code in ("yes", "no")]
    grid = {
        "id": "q3",
        "kind": "grid",
        "each": "single",
        "column": "In 10 years it will",
        "label": {"en": "In 9 years"},
        "rows": [row],
    }
    content = {
        "name": "made-up",
        "version": "1",
        "language": "en",
        "title": {"en": "T"},
        "items": [{**grid, "categories": options}],
    }
    questionnaire = questionnaire_of(content, "made up")
    quoted = statements.quote_question(questionnaire, questionnaire.item("q3_1"), "en")
    known = labels(questionnaire, "en")
    assert {stem, *many.values(), "In 9 years"} <= known  # their digits are not results
    assert as_set("Men of 65").search("among men of 65, 3")  # nor where a sentence holds them
    assert quoted.values == {"question": "In 10 years it will [Less work]"}


@pytest.mark.parametrize("language", READ)
def test_none_has_words_of_its_own(language: str) -> None:
    for kind in ("report.issues", "report.corrections"):
        for n in (0, 1, 2, 3, 11, 100, 354):
            text = said(statements.count_or_none(kind, n, n), language)
            # Arabic says one and two by the noun alone.
            assert re.findall(r"\d+", text) in (
                [[str(n)]] if n > 2 else [[str(n)] if n else [], []]
            )
