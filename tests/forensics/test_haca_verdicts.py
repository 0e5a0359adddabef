"""The verdicts on HACA's figures: right, fair, traceable, in three languages."""

import re
from fractions import Fraction

import pytest
from haca_study import haca_claims, haca_verdicts, sentence

from readiness.forensics.judging.verdict import Status, Verdict
from readiness.language import WHOLE
from readiness.reporting.verdicts import render_verdict


def test_release_alone() -> None:
    """Without a known number of answers nothing is impossible: 33 people, or 12 with one silent."""
    verdicts = haca_verdicts("1")
    release = verdicts["joint.release"]
    assert release.status is Status.POSSIBLE
    assert release.numbers["first"] == 33
    assert release.numbers["first_missing"] == 12
    assert not any(v.status is Status.IMPOSSIBLE for v in verdicts.values())


def test_twelve_people_fit_all_but_two_figures() -> None:
    reading = haca_verdicts("2")["simplest.reading"]
    bases = {k.removesuffix("_base"): n for k, n in reading.numbers.items() if k.endswith("_base")}
    assert {name for name, base in bases.items() if base != 12} == {"team_trained", "cost"}
    assert [reading.numbers[f"prep_sector_count_{c}"] for c in ("weak", "none")] == [8, 4]
    misfits = {v for k, v in reading.numbers.items() if k.startswith("misfit")}
    assert misfits == {"3", "60"}


def test_sources_are_outlets_beside_the_publisher_each_once() -> None:
    register = haca_claims("2").set_index("claim_id")
    verdicts = haca_verdicts("2")
    for name in ("use", "prep_sector"):
        found = verdicts[f"outlets.{name}"]
        assert found.facts[0].kind == "forensics.outlets.agree"
        same = register.loc[list(found.claims)]
        assert found.numbers["outlets"] == same[same.outlet != same.attributed_to].outlet.nunique()


def every_verdict() -> list[Verdict]:
    return [v for version in ("1", "2") for v in haca_verdicts(version).values()]


@pytest.mark.parametrize("language", WHOLE)
def test_every_number_is_traceable(language: str) -> None:
    """No digit stands in a sentence but as a named number, and every number is told."""
    for found in every_verdict():
        seen: set[str] = set()

        def mark(name: str, text: str, seen: set[str] = seen) -> str:
            seen.add(name)
            return f"[{text}]"

        marked = render_verdict(found.facts, language, mark)
        assert not re.search(r"\d", re.sub(r"\[[^\]]*\]", "", marked)), (found.id, marked)
        assert marked.replace("[", "").replace("]", "") == render_verdict(found.facts, language)
        # "One missing answer" may be told in words: a number that a message counts.
        assert set(found.numbers) - seen <= {"missing", "silent"}, (found.id, language)
        assert not re.search("[{}<>]", marked)


def test_names_and_types() -> None:
    for found in every_verdict():
        assert re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", found.id)
        for name, value in found.numbers.items():
            assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
            assert isinstance(value, int | Fraction | str | tuple)
        assert found.power is None or 0 <= found.power <= 1


def test_conclusion_and_assumptions_share_a_sentence() -> None:
    """Arithmetic on unknown weighting is conditional, and says so where it concludes."""
    for found in every_verdict():
        if found.kind in ("bases", "joint", "total", "groups", "simplest", "robustness"):
            assert "if the shares are unweighted" in sentence(found), found.id
            assert "si les parts ne sont pas pondérées" in sentence(found, "fr"), found.id
            assert re.search("غير مرجَّحة|بلا ترجيح", sentence(found, "ar")), found.id
        assert not re.search("(?<![Ii]f )(?<!and )everyone answered", sentence(found)), found.id


def test_nobody_is_accused() -> None:
    for found in every_verdict():
        text = " ".join(sentence(found, language) for language in WHOLE).lower()
        for word in (
            "fraud",
            "fabricat",
            "false",
            "mensong",
            "faux",
            "erreur de la haca",
            "truqu",
            "manipul",
            "invent",
            "كذب",
            "تزوير",
            "margin of error",
            "représentatif",
            "representative",
        ):
            assert not re.search(rf"\b{word}", text), (found.id, word)


def test_innocent_reading_first() -> None:
    text = sentence(haca_verdicts("2")["joint.release"], "fr")
    assert text.index("sont compatibles si") < text.index("aucun groupe de")
    assert next(iter(haca_verdicts("2"))) == "simplest.reading"


def test_no_private_source_and_no_copied_notes() -> None:
    frame = haca_claims("2")
    everything = frame.to_csv()
    assert "blogspot" not in everything and "hakki" not in everything
    for word in ("ERROR", "CONFLICT", "SHIFT", "MISREPORT", "impossible", "Proof"):
        assert word not in everything
    assert len(frame) == 62
    alone = haca_claims("1")
    assert set(alone["outlet"]) == {"HACA"}
    # Version 2 adds rows and changes none.
    assert frame.head(len(alone)).equals(alone)
