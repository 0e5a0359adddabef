"""Spanish is a core of messages: what it lacks is told in English, marked; no code knows it."""

from fractions import Fraction

import pytest
from catalogues import forms, messages, names

from project_copy import Project
from readiness.cli import main
from readiness.ground.facts import Day, Fact, Listed, Printed, Quantity, Term
from readiness.language import Markup, direction, own_name, show, tell, text


def test_every_message_of_the_core_is_told_in_it() -> None:
    """Numbers as its readers write them, all plural forms, no mark."""
    assert (own_name("es"), direction("es")) == ("Español", "ltr")
    values = {
        1234567: "1.234.567",
        Fraction(1, 8): "12,5",
        Quantity("0.673", "share", 1): "67,3\u00a0%",
        Quantity("-0.015", "points", 1): "\u22121,5\u00a0puntos",
        Printed("67.5"): "67,5",
        Day("2024-03-05"): "5 de marzo de 2024",
        Listed(("a", "b", "c"), "and"): "a, b y c",
        Listed((12, 15), "or"): "12 o 15",
    }
    assert {value: show(value, "es") for value in values} == values
    facts = {
        key: set().union(*map(names, forms(message)))
        for key, message in messages("es").items()
        if not key.startswith("language.")
    }
    told = [
        tell(Fact(key, {**dict.fromkeys(found, 3), **({"n": n} if "n" in found else {})}), "es")
        for key, found in facts.items()
        for n in (1, 2, 1000000)
    ]
    assert len(told) > 1000
    assert not [said for said in told if "{" in said or not said or "[en]" in said]


def test_what_the_core_lacks_is_told_in_english_and_marked_once() -> None:
    """The values in the reader's own language; what counts inside goes with its sentence."""
    assert text("site.title", "es") == show(Term("site.title"), "es")
    assert text("site.title", "es") == "[en] " + text("site.title", "en")
    values = {"item": Fact("forensics.data.answered", {"n": 1234}), "mean": Fraction(1, 8)}
    fact = Fact("forensics.mean.nearby", values | {"whose": "Amt", "nearest": 1, "n": 2000})
    html = Markup(plain=lambda said: said.replace("[", "&#91;"))
    assert tell(fact, "es", None, html) == (
        "&#91;en] “the 1.234 people who answered”: a few missing answers would explain the mean "
        "12,5 (Amt). It is possible with 1 answer, but not with 2.000 unweighted answers in "
        "whole numbers."
    )


def test_it_is_no_copy_of_another() -> None:
    """A real translation: what reads alike in English is a name, a number or a sign."""
    spanish, english = messages("es"), messages("en")
    alike = [
        key
        for key in spanish
        if key in english
        and forms(spanish[key]) == forms(english[key])
        and any(len(word) > 4 for word in forms(english[key])[0].split())
    ]
    bare = [key for key in alike if not names(forms(english[key])[0])]
    assert len(bare) < 12, bare


def test_a_publication_is_audited_in_it(
    released: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sealed where nobody made a report in it."""
    words = ["audit", str(released.root), "canteen-r1", "--level", "1", "--language", "es"]
    assert main(words) == 0
    told = capsys.readouterr().out
    assert "[en] canteen-r1: VALID at level 1" in told and "[en] seal  " in told
