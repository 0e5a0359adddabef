"""What the page of a study says first: the fairest thing that its figures allow, and no more.

The real study of the repository, and small ones whose figures were chosen so that each case of the
arithmetic comes up. Nothing is rendered: the Markdown has the words.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from project_copy import ROOT
from readiness.forensics.arithmetic.bases import FigureSet, SetKind, apportioned_mask
from readiness.forensics.arithmetic.figures import PrintedFigure
from readiness.forensics.judging.structure import COLUMNS, Structure, parse_structure
from readiness.forensics.judging.study import judge
from readiness.forensics.judging.verdict import record
from readiness.language import WHOLE, tell, text
from readiness.language.catalogue import strip_marks
from readiness.register.figures import Origin, make_register
from readiness.register.study_rows import claim_rows, verdict_rows
from readiness.reporting.blocks import Prose
from readiness.reporting.parts import Register, StudyPart
from readiness.reporting.passports import NAMES, Passports
from readiness.reporting.report import section
from readiness.reporting.sources import APPROXIMATE, find_outlets, state_sources
from readiness.reporting.standing import Standing
from readiness.reporting.study import study_blocks, study_summary

SPAN = re.compile(r'\[([^\]]*)\]\{\.n data-id="study/([^"]+)"\}')
STORED = ROOT / "data/store/files/md5/fd/e5c3777607cb30f50d08cb82c85a7b"
ACCUSING = {
    "fr": "erreur|faux|trompe|fraud|mensong|invent",
    "en": r"\bwrong\b|false|mislead|fraud|\blied\b|fabricat",
    "ar": "كذب|تزوير|مضلل|احتيال",
}


def judged(claims: pd.DataFrame, structure: Structure) -> tuple[list[dict[str, Any]], pd.DataFrame]:
    """The verdicts as they are recorded, and their register."""
    verdicts = [record(verdict) for verdict in judge(claims, structure)]
    register = make_register(
        [*claim_rows(claims), *verdict_rows(verdicts)],
        run="study",
        origin=lambda row: Origin(),
        simulated=False,
    )
    return verdicts, register.astype(str)


def shown(
    claims: pd.DataFrame,
    structure: Structure,
    language: str,
    verdicts: list[dict[str, Any]],
    register: pd.DataFrame,
) -> StudyPart:
    """A study as its page shows it, without charts."""
    return StudyPart(
        Register(register, language),
        Path("nowhere"),
        {"run": "study", "title": "A study"},
        Prose(Path("nowhere")),
        verdicts={v["id"]: v for v in verdicts},
        claims=claims,
        structure=structure,
    )


@cache
def haca() -> tuple[pd.DataFrame, Structure, list[dict[str, Any]], pd.DataFrame]:
    claims = pd.read_csv(STORED, dtype=str, keep_default_na=False)
    structure = parse_structure(
        yaml.safe_load((ROOT / "data/claims/haca-2024-6.yaml").read_text("utf-8"))
    )
    return claims, structure, *judged(claims, structure)


def small(
    *questions: tuple[str, ...],
    language: str = "en",
    total: str = "",
    weighted: str = "unknown",
    **more: Any,
) -> StudyPart:
    """A study of some questions, each with its figures; `total`: a reported number of people."""
    rows, sets = [], []
    for place, figures in enumerate(questions):
        names = [f"paper.q{place}.a{k}" for k in range(len(figures))]
        kind = "exhaustive" if len(figures) > 1 else "exclusive"
        sets.append({"id": f"q{place}", "item": f"q{place}", "kind": kind, "claims": names})
        rows += [
            {
                "claim_id": name,
                "item": f"q{place}",
                "category": f"a{k}",
                "value": figure,
                "unit": "percent",
                "exactness": "printed",
                "rounding": "unknown",
                "weighted": weighted,
            }
            for k, (name, figure) in enumerate(zip(names, figures, strict=True))
        ]
    if total:
        rows.append(
            {
                "claim_id": "paper.size.n",
                "item": "size",
                "category": "n",
                "value": total,
                "unit": "count",
            }
        )
        counts, based = more.pop("counts", "unknown"), more.pop("based", [])
        more["totals"] = [{"claim": "paper.size.n", "counts": counts, "sets": based}]
    common = {
        "source": "https://paper.example",
        "outlet": "Paper",
        "date": "unknown",
        "language": "en",
        "attributed_to": "Paper",
        "status": "documented",
    }
    claims = pd.DataFrame(
        [dict.fromkeys(COLUMNS, "") | common | row for row in rows], columns=list(COLUMNS)
    )
    items = {row["item"]: {"label": dict.fromkeys(WHOLE, row["item"])} for row in rows}
    together = [{"id": "all", "sets": [s["id"] for s in sets]}] if len(sets) > 1 else []
    content = {
        "study": "small",
        "publisher": "Paper",
        "claims": "small",
        "version": "1",
        "items": items,
        "sets": sets,
        "shared_bases": together,
    }
    structure = parse_structure({**content, **more})
    return shown(claims, structure, language, *judged(claims, structure))


def words_of(markdown: str) -> str:
    """The text without spans, fences and marks."""
    text = SPAN.sub(r"\1", markdown)
    text = re.sub(r"\[([^\]]*)\]\{[^}]*\}", r"\1", text)
    text = re.sub(r"^[ >]*:{3,}.*$", "", text, flags=re.M)
    return strip_marks(text).replace("\u00a0", " ").replace("\u202f", " ").replace("**", "")


def headline(study: StudyPart) -> str:
    found = re.search(r"::: \{\.headline\}\n(.*?)\n:::", study_summary(study), re.S)
    assert found is not None
    return words_of(found[1]).strip()


def cards(study: StudyPart) -> list[str]:
    """The three cards, in their order."""
    found = re.findall(
        r"::: \{\.card \.(sure|plain|open)\}\n(.*?)\n:::", study_summary(study), re.S
    )
    assert [kind for kind, _ in found] == ["sure", "plain", "open"]
    assert all(len(words_of(body).split("\n\n", 1)[1].split()) > 3 for _, body in found)
    return [words_of(body) for _, body in found]


# --- the real study -------------------------------------------------------------------------------
SAID = {
    "fr": "Les pourcentages de la HACA peuvent venir de 12 personnes seulement ; on "
    "ignore combien ont répondu",
    "en": "HACA’s percentages can come from as few as 12 people; how many answered was not "
    "published",
    "ar": "نسب الهاكا يمكن أن تصدر عن أجوبة 12 شخصًا فقط؛ ولم يُنشر عدد من أجابوا",
}


@pytest.fixture(scope="module", params=WHOLE)
def real(request: pytest.FixtureRequest) -> StudyPart:
    claims, structure, verdicts, register = haca()
    return shown(claims, structure, request.param, verdicts, register)


def test_the_finding_of_haca_stands_first(real: StudyPart) -> None:
    assert headline(real) == SAID[real.language]
    sure, simple, _ = cards(real)
    assert re.findall(r"\d+", sure) == ["32", "33"]
    one = [] if real.language == "ar" else ["1"]  # Arabic counts one by the noun alone
    assert re.findall(r"\d+", simple) == [*one, "12", "15", "22", "25", "28", "32"]


# A number, or a list of them: "12, 15, 22, 25 or 28" is one.
LISTED = r"\d[\d.,/]*(?:(?:,|،| or| ou| أو) \d[\d.,]*)*"


def test_what_stands_first_is_short(real: StudyPart) -> None:
    for block in (study_summary(real), *(section(real, b, 2) for b in study_blocks(real))):
        summary = block == study_summary(real)
        for paragraph in words_of(block).split("\n\n"):
            if paragraph.lstrip().startswith(("|", "-", ":", "#", "1. ")) or "|" in paragraph:
                continue  # tables, lists, definitions, headings
            reading = real.sentences("simplest")[0] in block
            count = len(paragraph.split())
            assert count <= 90 or (reading and not summary), paragraph
            for sentence in re.split(r"(?<=[.?!؟])\s+", paragraph):
                assert len(sentence.split()) <= (35 if summary else 40), sentence
                assert len(re.findall(LISTED, strip_marks(sentence))) <= 6, sentence


def test_every_number_is_of_the_register_under_its_id(real: StudyPart) -> None:
    spans = real.register.spans()
    for block in (study_summary(real), *(section(real, b, 2) for b in study_blocks(real))):
        for number, identity in SPAN.findall(block):
            allowed = {strip_marks(t) for t in spans[f"study/{identity}"]}
            assert strip_marks(number.replace("\\", "")) in allowed, identity
        left = re.sub(
            r"\[[^\[\]]*\]\{\.prov(?: \.said)?\}|\]\([^)]*\)|\{#[^}]*\}", "", SPAN.sub("", block)
        )
        left = re.sub(r"^(\d+)\. |\{\.row \.k\d\}", "", left, flags=re.M)
        digits = re.search(r".{0,40}\d.{0,20}", left)
        assert digits is None, digits[0]


def test_nobody_is_accused(real: StudyPart) -> None:
    text = words_of("\n".join([study_summary(real), *(b.body() for b in study_blocks(real))]))
    # The page says once that nothing says that the figures are wrong, and once that it accuses not.
    found = re.findall(ACCUSING[real.language], text)
    assert len(found) <= 1, found


def test_every_verdict_stands_in_the_one_table(real: StudyPart) -> None:
    table = next(b for b in study_blocks(real) if b.place == "verdicts").body()
    rows = [line for line in table.splitlines() if line.startswith("| [](") or "{.row" in line]
    assert len(rows) == len(real.verdicts)
    marks = dict(re.findall(r"\{\.row \.(k\d)\}([^|]+?) \|", table))
    chosen = [line[2:] for line in table.splitlines() if line.startswith("- ")]
    assert list(dict(sorted(marks.items())).values()) == chosen[1:]


# --- other figures --------------------------------------------------------------------------------
def test_a_study_of_one_question() -> None:
    study = small(("71", "29"))
    assert headline(study) == (
        "The published percentages can come from as few as 7 people; how many answered was not "
        "published"
    )
    assert "as printed" in cards(study)[1]


def test_a_missing_answer_is_named_where_it_explains_something() -> None:
    assert "nothing to explain" in cards(small(("71", "29"), ("43",)))[1]  # 7 people either way
    assert "left a question unanswered" in cards(small(("67", "33"), ("64",)))[1]  # 12, not 33


def test_figures_that_go_together_as_printed() -> None:
    study = small(("50", "50"), ("25",), total="40", counts="answered")
    # How many answered was published.
    assert headline(study) == "The published percentages are compatible"
    sure, simple, _ = cards(study)
    assert sure.rstrip().count("4") and "nothing to explain" in simple
    assert "Figures published for a total of 40 answers" in words_of(study_summary(study))


def test_figures_that_no_missing_answer_reconciles() -> None:
    study = small(("67", "33"), ("64",), total="11")
    sure, simple, unknown = cards(study)
    assert "No group of 11 people or fewer" in sure and "a group of 33 could" in sure
    assert "not have been put to the same people" in simple
    # What the total may count stands beside the figures, above the picture.
    lead = re.search(r"::: \{\.lead\}\n(.*?)\n:::", study_summary(study), re.S)
    assert lead is not None and "total of 11" in words_of(lead[1]) and "11" not in unknown
    # Whatever the total, the finding is what is possible.
    assert "can come from as few as 12 people" in headline(study)


def test_figures_that_nothing_reconciles() -> None:
    study = small(("32", "33", "33"))
    assert "count several answers per person" in headline(study)
    assert "no number of answers fits these figures" in cards(study)[0]


def test_questions_that_nothing_reconciles() -> None:
    study = small(("32", "33", "33"), ("50",))
    assert "may come from different people" in headline(study)


def test_weighted_figures() -> None:
    study = small(("67", "33"), ("64",), weighted="yes")
    assert "are weighted" in headline(study)
    assert "the number of answers cannot be worked out" in cards(study)[0]


def test_nothing_but_a_number() -> None:
    study = small(total="32")
    assert headline(study) == "The published percentages allow no exact check"
    assert "may be the number of questionnaires" not in cards(study)[2]


def test_a_base_that_was_published_is_not_called_unknown() -> None:
    figures = (("50", "50"), ("25", "75"))
    for based, words in (([], "each question"), (["q0"], "of the other questions")):
        said = cards(small(*figures, total="32", counts="answered", based=based))[2]
        assert re.search(f"{words} was not published", said), said
    every = cards(small(*figures, total="32", counts="answered", based=["q0", "q1"]))[2]
    assert "not published" not in every and "was published" in every


def test_a_base_is_searched_only_where_none_is_registered() -> None:
    """A question of base 768 was explained as 27 and 53 out of 80."""
    figures = (("34", "66"), ("12", "88"))
    some = small(*figures, total="768", counts="answered", based=["q0"])
    assert not {"bases.q0", "precision.q0"} & set(some.verdicts) and "bases.q1" in some.verdicts
    assert "q0" not in some.verdict("simplest.reading") and "768" not in some.verdict("every.q1")
    assert "without a number of answers" in study_summary(some)
    both = small(*figures, total="768", counts="answered", based=["q0", "q1"])
    kinds = {verdict["kind"] for verdict in both.verdicts.values()}
    assert kinds == {"total", "sum"} and "can be shares" in study_summary(both)
    off = study_summary(small(*figures, total="31", counts="answered", based=["q0", "q1"]))
    assert "not all shares" in off and "cannot be shares of that number" in off
    assert "nothing to explain" not in off


def test_percentages_made_to_add_to_100_are_no_accusation() -> None:
    """115, 222 and 333 of 670, by largest remainders: 222 of 670 is 33.13 by itself."""
    figures = ("17.16", "33.14", "49.70")
    for based, name in ((["q0"], "total.base.q0"), ([], "conventions.q0.largest_remainder")):
        study = small(figures, total="670", counts="answered", based=based)
        assert study.verdicts[name]["status"] == "possible"
        assert "largest-remainder rule" in study.verdict(name) and "670" in study.verdict(name)
    off = small(figures, total="671", counts="answered", based=["q0"])
    assert off.verdicts["total.base.q0"]["status"] == "impossible"
    plain = small(("17.16", "33.13", "49.70"), total="670", counts="answered", based=["q0"])
    assert "largest-remainder rule" not in plain.verdict("total.base.q0")


@given(st.lists(st.integers(0, 40), min_size=2, max_size=5).filter(any))
def test_counts_by_largest_remainders_are_found_again(counts: list[int]) -> None:
    n = sum(counts)
    cut = [divmod(100 * count, n) for count in counts]
    rank = sorted(range(len(counts)), key=lambda k: -cut[k][1])
    raised = set(rank[: 100 - sum(whole for whole, _ in cut)])
    shown = [PrintedFigure(whole + (k in raised), 0) for k, (whole, _) in enumerate(cut)]
    assert apportioned_mask(FigureSet(tuple(shown), SetKind.EXHAUSTIVE), n)[n]


def test_the_numbers_of_verdicts_say_what_they_are(real: StudyPart) -> None:
    passports = Passports(real.register, "A study", Standing(), structure=real.structure)
    for own, more in (("every", 2), ("least", 2), ("silent", 2), ("fits_missing", 2)):
        told = passports.of(f"verdict.every.release.{own}").what
        assert told.startswith(text(NAMES[own], real.language))
        assert sum(real.item(one) in told for one in ("prep_sector", "team_trained")) == more
    # In a sentence of another kind the same name is another thing: the smallest sum allowed.
    told = passports.of("verdict.sum.prep_sector.least").what
    assert real.item("prep_sector") in told
    assert text("study.number.least", real.language) not in told


def test_a_source_counts_for_what_it_printed_alone() -> None:
    """ "About 64" is not 64, and who prints one answer has not printed the other beside it."""
    claims, structure, _, _ = haca()
    trained, replace = (structure.set_named(name).claims for name in ("team_trained", "replace"))
    [exact] = trained
    assert "detafour.com" not in find_outlets(claims, exact)
    assert find_outlets(claims, exact, APPROXIMATE) == ["detafour.com"]
    first, rest = (find_outlets(claims, name) for name in replace)
    assert {*rest} < {*first} | {"atlasinfo.fr"} and len(rest) < len(first)
    assert "atlasinfo.fr" in rest and "atlasinfo.fr" not in first  # it prints 3, not 83
    # Counted from the raw table by another way than the module's own.
    rows = claims[claims["exactness"] == "printed"].itertuples()
    printed = {
        (row.claim_id.split(".")[-1], row.value, row.outlet)
        for row in rows
        if row.item == "replace" and row.outlet != row.attributed_to
    }
    for name, found in zip(replace, (first, rest), strict=True):
        own = structure.set_named("replace").item, name.split(".")[-1]
        value = claims.loc[claims["claim_id"] == name, "value"].iloc[0]
        assert {o for category, v, o in printed if (category, v) == (own[1], value)} == {*found}
    said = strip_marks(tell(state_sources(claims, trained), "en"))
    assert said == "64%: 3 sources, “about 64%”: 1 source"
    use = structure.set_named("use").claims
    assert strip_marks(tell(state_sources(claims, use), "en")) == "2 sources print them"
