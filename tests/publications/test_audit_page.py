"""The page of an audit: complete, safe, readable, the same everywhere."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import audited
import pytest
from pytest import TempPathFactory
from released_tree import released_root
from selectolax.lexbor import LexborHTMLParser

import browser
from project_copy import PATIENCE, ROOT
from readiness.ground.facts import Fact, decode
from readiness.ground.printable import printable
from readiness.language import tell, text
from readiness.language.catalogue import read_catalogue
from readiness.language.rounding import ROUNDINGS
from readiness.publications.audit.audit import audit
from readiness.publications.audit.model import Audit, Changes, Number
from readiness.publications.audit.numbers import ledger_rows
from readiness.publications.chain import Divergence
from readiness.publications.outcomes import AuditFinding, Outcome, error_fact, rounding_rule
from readiness.publications.presenting.page import Subject, audit_page
from readiness.publications.presenting.summary import sentences
from readiness.publications.presenting.summary_terms import (
    OUTCOMES,
    VERDICTS,
    level_result,
)
from readiness.publications.presenting.terminal import SHOWN, audit_text
from readiness.publications.presenting.writing import Writing, html
from readiness.rendering.checks import check_self_contained

LANGUAGES = ("en", "fr", "ar")
OPEN_ALL = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"


@pytest.fixture(scope="module")
def harmed(tmp_path_factory: TempPathFactory) -> dict[str, Audit]:
    """Audits in which every verdict appears."""
    folder = tmp_path_factory.mktemp("audits")
    gone = audited.without_data(folder)
    return {
        "differing": audited.differing(),
        "under another lock": audited.under_lock(),
        "later": audited.later(),
        "nothing computed": audit(released_root(), audited.STUDY, 1, changes=Changes()),
        "broken": audited.broken(),
        "damaged": audited.damaged(folder),
        **{str(outcome): found for outcome, found in gone.items()},
    }


@pytest.fixture(scope="module")
def held() -> list[Audit]:
    """All that ships, every number as published."""
    return audited.held()


def subjects(*audits: Audit) -> dict[str, Subject]:
    return {one.identity: audited.subject(one.identity) for one in audits}


def page_of(found: Audit, language: str = "en") -> str:
    return audit_page([found], subjects(found), language)


def numbers_on(page: LexborHTMLParser) -> list[str]:
    return [node.text(deep=True) for node in page.css("table.numbers tbody th")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_stands_once(
    language: str, held: Sequence[Audit], harmed: Mapping[str, Audit]
) -> None:
    for audits in (held, *([found] for found in harmed.values())):
        tree = LexborHTMLParser(audit_page(audits, subjects(*audits), language))
        wanted = [number.id for one in audits for number in one.numbers]
        assert sorted(numbers_on(tree)) == sorted(wanted)


def test_a_line_says_what_the_audit_says(harmed: Mapping[str, Audit]) -> None:
    found = harmed["differing"]
    subject = audited.subject(found.identity)
    lines = {}
    for row in LexborHTMLParser(page_of(found, "fr")).css("table.numbers tbody tr"):
        cells = [cell.text(deep=True, separator=" ").strip() for cell in row.css("td")]
        lines[row.css_first("th").text(deep=True)] = cells
    for number in found.numbers:
        line = lines[number.id]
        stored = [part for cell in line for part in cell.split(" ")]
        for value in (number.published, number.recomputed, number.difference):
            assert not value or value in " ".join(line), (number, line)
        shown = subject.show_published(number, "fr")
        assert shown in " ".join(line)
        assert set(number.dataset.split()) <= set(stored)
        assert text(OUTCOMES[number.outcome], "fr") in line[3]
        assert ("A CHANGÉ" in line) == ("CHANGED" in (number.code, number.environment))


def test_a_number_says_what_it_is_beside_the_plan(held: Sequence[Audit]) -> None:
    first, second, *_ = [number.id for number in held[2].numbers]
    marks = {first: Fact("plan.mark.planned"), second: Fact("plan.mark.changed", {"names": "seed"})}
    found = replace(held[2], plan=marks)
    rows = LexborHTMLParser(page_of(found)).css("table.numbers tbody tr")
    said = {row.css_first("th").text(deep=True): row.css("td")[3].text(deep=True) for row in rows}
    assert said[first].endswith("as planned") and said[second].endswith("the plan: seed")
    told = [number["plan"]["detail"] for number in found.as_record()["numbers"]]
    assert told[:2] == ["as planned", "changed since the plan: seed"] and not any(told[2:])


def test_problems_come_first_and_open_and_the_rest_is_folded(harmed: Mapping[str, Audit]) -> None:
    tree = LexborHTMLParser(page_of(harmed["differing"]))
    folds = tree.css("#p1-numbers")[0].parent.css("details")  # type: ignore[union-attr]
    heads = [(fold.css_first("summary").text(), "open" in fold.attributes) for fold in folds]
    assert "DIFFERS" in heads[0][0] and heads[0][1]
    assert heads[1:] and not any(opened for _, opened in heads[1:])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_is_shown_and_explained(
    language: str, held: Sequence[Audit], harmed: Mapping[str, Audit]
) -> None:
    audits = [*held, *harmed.values()]
    seen = {number.outcome for one in audits for number in one.numbers}
    seen |= {finding.outcome for one in audits for finding in one.report}
    # Of a ledger at published precision a number is given again, or it is not.
    assert set(Outcome) - seen <= {Outcome.WITHIN_ROUNDING}
    for one in audits:
        page = page_of(one, language)
        shown = LexborHTMLParser(page).css_first(".verdict").text(deep=True)
        assert text(VERDICTS[one.exit_code], language) in shown
        cards = LexborHTMLParser(page).css("#glossary + .cards > li")
        assert len(cards) == len(Outcome) + 1
        for outcome, card in zip(OUTCOMES, cards, strict=False):
            assert outcome in card.text()


def test_a_page_says_when_data_are_simulated(held: Sequence[Audit]) -> None:
    study, _, wave = held
    assert LexborHTMLParser(page_of(study)).css_first(".simulated") is None
    assert "no real person" in LexborHTMLParser(page_of(wave)).css_first(".simulated").text()


def test_nothing_is_loaded_and_nothing_can_be(harmed: Mapping[str, Audit]) -> None:
    for found in harmed.values():
        page = page_of(found, "ar")
        assert check_self_contained(page) == []
        (script,) = LexborHTMLParser(page).css("script")
        digest = hashlib.sha256(script.text(deep=True).encode()).digest()
        (policy,) = LexborHTMLParser(page).css("meta[http-equiv=Content-Security-Policy]")
        allowed = policy.attributes["content"] or ""
        styles = [one.text(deep=True) for one in LexborHTMLParser(page).css("style")]
        hashed = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in styles]
        assert allowed.startswith(f"default-src 'none'; style-src 'sha256-{hashed[0]}'; ")
        assert len(hashed) == 1 and "unsafe" not in allowed
        assert f"script-src 'sha256-{base64.b64encode(digest).decode()}';" in allowed


HOSTILE = "<script>alert(1)</script>\"'&`|<img src=x onerror=alert(1)>\x1b[2J\x07\u202e\u200b\ud800"


def hostile() -> tuple[Audit, Subject]:
    """Markup wherever somebody else's text can come in."""
    found = audited.differing()
    said = error_fact(HOSTILE)
    number = replace(
        found.numbers[0],
        id=HOSTILE,
        kind=HOSTILE,
        dataset=HOSTILE,
        published=HOSTILE,
        recomputed=HOSTILE,
        difference=HOSTILE,
        digits=HOSTILE,
        rounding=HOSTILE,
        outcome=Outcome.DIFFERS,
        fact=said,
    )
    finding = AuditFinding(HOSTILE, Outcome.DIFFERS, said)
    copied = {"version": HOSTILE, "store": HOSTILE, "path": HOSTILE}
    copy = AuditFinding(Fact("audit.place.store", copied), Outcome.DIFFERS, said)
    note = Fact("language.labelled", {"label": HOSTILE, "what": HOSTILE})
    found = replace(
        found,
        identity=HOSTILE,
        sealed={"digest": HOSTILE, "files": {}},
        seal=(finding,),
        changes=Changes((HOSTILE,), True, (HOSTILE,), (said,)),
        data=(finding, copy),
        numbers=(number, replace(number, outcome=Outcome.REPRODUCED)),
        report=(finding,),
        divergence=Divergence(HOSTILE, (said,)).fact,
        notes=(said, note),
    )
    row = {"id": HOSTILE, "value": HOSTILE, "kind": "claim", "statistic": ""}
    title = dict.fromkeys(LANGUAGES, HOSTILE)
    datasets = [replace(v, dataset=HOSTILE) for v in audited.subject(audited.STUDY).datasets]
    return found, Subject(HOSTILE, title, True, {HOSTILE: row}, datasets)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_becomes_markup(language: str) -> None:
    found, subject = hostile()
    page = audit_page([found], {HOSTILE: subject}, language)
    page.encode("utf-8")
    assert not set(page) & set("\x1b\x07\u202e\u200b") and r"\u202e" in page
    tree, shown = LexborHTMLParser(page), printable(HOSTILE)
    assert len(tree.css("script")) == 1 and tree.css("img") == []
    assert numbers_on(tree) == [shown, shown]
    assert shown in tree.css_first("h2").text()


def texts(domain: str, language: str) -> dict[str, str]:
    """Every text of a domain by its key, all forms of a plural in one."""
    found = {}
    for message in read_catalogue(language, domain):
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            forms = (message.string,) if isinstance(message.string, str) else message.string
            found[key] = "\n".join(forms)
    return found


OUTSIDE = "a<b>&\"'`|*_[x](y)#\ue000\\ \u202eleft\u2069"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_from_outside_is_written_and_nothing_of_it_is_read(language: str) -> None:
    """In each markup, whatever kind of text it is: a name, a foreign sentence, a quotation."""
    fact = Fact("publication.title", {"text_title": OUTSIDE, "text_name": OUTSIDE})
    for name, inner in (("said", "audit.error"), ("name", "audit.other")):
        value = Fact(inner, {name: OUTSIDE}) if inner == "audit.error" else OUTSIDE
        told = Fact("audit.both", {"first": value, "second": fact})
        written = Writing(language, html()).tell(told)
        shown = LexborHTMLParser(f"<p>{written}</p>")
        assert {node.tag for node in shown.css("p *")} <= {"bdi", "code"}
        assert shown.text().count("a<b>&\"'`|*_[x](y)#\ue000") == 3
        assert "\u202e" not in written and "\\u202eleft\\u2069" in shown.text()


HANDS = {
    "en": r"hand\b|faith|purpose|intent|fault|whom|accus\w+ (?!nobody)",
    "fr": r"main\b|bonne foi|dessein|intention|par qui",
    "ar": "يدوي|بحسن نية|عن قصد|قصد|مَن|بسبب من",
}
ACCUSING = r"fraud|falsif|forg|manipul|tamper|truqu|lie\b|mensong|تزوير|تلاعب|غش"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_accused_and_no_motive_guessed(
    language: str, harmed: Mapping[str, Audit]
) -> None:
    """An audit says what differs and the innocent explanations; why, it does not know."""
    apart = ("restricted.says", "reproduced.says_not")  # of access; of faults of data and method
    own = texts("verdict", language)
    left = tuple(f"verdict.outcome.{name}" for name in apart)
    said = [told for key, told in own.items() if ".says" in key and not key.startswith(left)]
    assert len(said) > 50
    pages = {
        name: LexborHTMLParser(page_of(found, language)).css_first("main")
        for name, found in harmed.items()
    }
    said.append(pages["differing"].css_first(".verdict").text(deep=True))
    assert [told for told in said if re.search(HANDS[language], told, re.I)] == []
    said += [page.text() for page in pages.values()]
    for domain in ("verdict", "terminal"):
        said += texts(domain, language).values()
    assert [told for told in said if re.search(ACCUSING, told, re.I)] == []
    if language == "en":
        for name, found in harmed.items():
            if found.exit_code in (1, 3):
                assert "simplest explanations" in pages[name].text()


def test_what_was_corrected_or_added_since_is_no_difference(harmed: Mapping[str, Audit]) -> None:
    found = harmed["later"]
    # Asked at level 3, where pages could not be compared.
    assert found.exit_code == 2
    numbers_alone = replace(found, level=2, report=())
    assert numbers_alone.exit_code == 4 and numbers_alone.verdict == "CORRECTED"
    counts = found.counts
    assert (counts[Outcome.CORRECTED], counts[Outcome.ADDED]) == (1, 1)
    text = audit_text(found)
    assert "corrected in r-9: an answer was coded twice" in text
    # No headline names a level that nobody looked at.
    head = "CORRECTED at level 2 (numbers recomputed; pages not compared), this program;"
    assert text.startswith(f"{found.identity}: {head}")
    told = {fact.kind.removeprefix("verdict.says."): fact.values for fact in sentences(found)}
    published = len(found.numbers) - 1
    assert told["numbers_as_published"] == {"n": published - 1, "all": published}
    assert told["corrected"] == told["added"] == {"n": 1} and next(iter(told)) == "corrected"
    assert "pages_not_compared" in told and "report_valid" not in told
    assert level_result(found, 3) is None


def test_a_terminal_says_once_what_is_true_of_many(harmed: Mapping[str, Audit]) -> None:
    found = harmed[str(Outcome.MISSING)]
    whole = audit_text(found)
    gone = [n for n in found.numbers if n.outcome is Outcome.MISSING]
    assert len(gone) > SHOWN
    assert f"DATA MISSING numbers ({len(gone)}): {tell(gone[0].fact, 'en')}\n" in whole
    assert gone[0].id not in whole and len(whole.splitlines()) < SHOWN
    folded = audit_text(found, width=80)
    assert max(map(len, folded.splitlines())) <= 80 and " ".join(whole.split()) == " ".join(
        folded.split()
    )


def test_somebody_elses_figures_get_no_tick_and_no_bare_verdict() -> None:
    study = replace(audit(released_root(), audited.STUDY, 0, changes=Changes()), level=2)
    judged = [replace(n, outcome=Outcome.JUDGED, code="same") for n in study.numbers]
    study = replace(study, numbers=tuple(judged))
    page = LexborHTMLParser(audit_page([study, study], subjects(study), "en"))
    row = page.css_first("#summary").parent.css_first("tbody td").text()
    assert "judged by arithmetic and not recomputed" in row


@pytest.mark.parametrize("level", [0, 1])
def test_low_levels_say_that_no_number_was_recomputed(level: int) -> None:
    found = audit(released_root(), audited.STUDY, level, changes=Changes())
    assert found.exit_code == 0
    page = LexborHTMLParser(page_of(found))
    assert "no number was recomputed" in page.css_first(".verdict .first").text()
    cards = page.css("#p1-levels + .cards > li")
    assert "not looked at" in cards[2].text() and "VALID" not in cards[2].text()


def test_nothing_recomputed_is_never_called_recomputed(harmed: Mapping[str, Audit]) -> None:
    for outcome in (Outcome.MISSING, Outcome.RESTRICTED, Outcome.ERASED):
        found = harmed[str(outcome)]
        # At level 3 nothing was found of the report, for nothing was made.
        for level in (2, 3):
            page = LexborHTMLParser(page_of(replace(found, level=level)))
            text = page.css_first("main").text()
            assert "No number was recomputed." in text and "were recomputed with" not in text
            for card in page.css("#p1-levels + .cards > li")[2:]:
                assert "VALID" not in card.text()
        assert "not reached" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_the_data_and_has_lines_to_sign_on_paper(
    language: str, harmed: Mapping[str, Audit]
) -> None:
    found = harmed["differing"]
    page = LexborHTMLParser(page_of(found, language))
    facts = page.css_first("dl.facts").text()
    assert found.sealed["digest"] in facts
    for version in audited.subject(found.identity).datasets:
        assert version.sha256 in facts
    assert len(page.css("section.paper p.line")) == 3


def test_headings_ids_and_tables_are_in_order(harmed: Mapping[str, Audit]) -> None:
    audits = [harmed["differing"], harmed["damaged"]]
    tree = LexborHTMLParser(audit_page(audits, subjects(*audits), "fr"))
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))
    for link in tree.css("#TOC a, main a"):
        assert (link.attributes["href"] or "").removeprefix("#") in ids
    levels = [int((node.tag or "h0")[1]) for node in tree.css("h1, h2, h3, h4")]
    assert levels[0] == 1 and all(after <= before + 1 for before, after in pairwise(levels))
    for table in tree.css("table"):
        assert table.css_first("caption") is not None
        assert all("scope" in cell.attributes for cell in table.css("th"))


def test_the_command_writes_the_same_bytes_anywhere(tmp_path: Path) -> None:
    made = []
    elsewhere = {"PYTHONHASHSEED": "2", "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    for k, variables in enumerate(({"PYTHONHASHSEED": "1"}, elsewhere)):
        page = tmp_path / f"{k}/a.html"
        words = [audited.STUDY, "--level", "0", "--json", "--language", "ar", "--html", str(page)]
        done = subprocess.run(
            [sys.executable, "-m", "readiness", "audit", *words],
            cwd=released_root(),
            env={**os.environ, "PYTHONPATH": str(ROOT / "workflow"), **variables},
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)[0]["verdict"] == "VALID"
        made.append(page.read_bytes())
    assert made[0] == made[1]
    assert b'lang="ar" dir="rtl"' in made[0]


def test_the_terminal_speaks_the_language_that_is_asked_for(harmed: Mapping[str, Audit]) -> None:
    for name, found in harmed.items():
        lines = {language: audit_text(found, language).splitlines() for language in LANGUAGES}
        assert len({len(some) for some in lines.values()}) == 1, name
        for language in LANGUAGES:
            # Where pages alone lack, the first line gives the verdict of the level below.
            reached = found.reached
            assert text(VERDICTS[reached.exit_code], language) in lines[language][0]
            # A terminal shows marks of direction as signs.
            assert not set("".join(lines[language])) & set("\u2066\u2067\u2068\u2069\u200e")


@browser.needed
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_never_scrolls_sideways(
    language: str, harmed: Mapping[str, Audit], chromium: Any, tmp_path: Path
) -> None:
    audits = [harmed["differing"], harmed["damaged"]]
    path = tmp_path / "page.html"
    path.write_text(audit_page(audits, subjects(*audits), language), "utf-8")
    page = browser.opened(chromium, path)
    for width in (*browser.WIDTHS, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(OPEN_ALL)
        assert page.evaluate(browser.CUT) == [], width
    assert page.trouble == []
    page.context.close()


@browser.needed
def test_a_number_is_found_by_its_id(
    harmed: Mapping[str, Audit], chromium: Any, tmp_path: Path
) -> None:
    """The page's own policy lets its script run."""
    found = harmed["differing"]
    path = tmp_path / "page.html"
    path.write_text(page_of(found), "utf-8")
    page = browser.opened(chromium, path)
    page.evaluate(OPEN_ALL)
    page.fill(".find input", "minutes")
    fitting = sum("minutes" in number.id for number in found.numbers)
    assert 0 < fitting < len(found.numbers)
    rows = "[...document.querySelectorAll('table.numbers tbody tr')]"
    assert page.evaluate(f"{rows}.filter((row) => !row.hidden).length") == fitting
    told = page.locator(".find [role=status]")
    assert told.locator("> *").last.text_content() == str(fitting)
    page.context.close()


# What is told, by its kind for other programs, and how a terminal shows it.


def list_facts(audit: Audit) -> Iterator[Fact]:
    """All that one audit tells of."""
    for one in (*audit.seal, *audit.signatures, *audit.data, *audit.report):
        yield one.fact
        if isinstance(one.place, Fact):
            yield one.place
    yield from (number.fact for number in audit.numbers if number.fact)
    yield from (rule for number in audit.numbers if (rule := rounding_rule(vars(number))))
    yield from audit.notes
    yield from audit.changes.environment
    if audit.divergence:
        yield audit.divergence


def test_every_finding_is_told_in_every_language(harmed: Mapping[str, Audit]) -> None:
    """Only what another program or an analyst wrote is as it was written."""
    found = {fact for found in harmed.values() for fact in list_facts(found)}
    assert len({fact.kind for fact in found}) > 30
    # An error says itself what to do: here that of a pointer which was made none.
    errors = [str(fact.values["said"]) for fact in found if fact.kind == "audit.error"]
    assert len(errors) == 1 and "expected a DVC pointer" in errors[0]
    for fact in found:
        told = [tell(fact, language) for language in LANGUAGES]
        assert all(told)
        # A foreign sentence may be all of it, and so may a name with its versions.
        if fact.kind.partition(".")[2].split(".")[0] not in ("error", "change"):
            assert len(set(told)) == len(LANGUAGES), told


def test_a_record_holds_the_kind_and_the_values_beside_the_english(
    harmed: Mapping[str, Audit],
) -> None:
    for found in harmed.values():
        record = found.as_record()
        for name in ("seal", "data", "report", "numbers"):
            for one, finding in zip(record[name], getattr(found, name), strict=True):
                fact = decode(one["fact"]) if one["fact"] else None
                assert fact == finding.fact
                assert one["detail"] == (tell(finding.fact, "en") if finding.fact else "")
        assert decode(record["divergence"]["fact"] or "") == (found.divergence or "")


def test_a_number_without_a_rounding_rule_has_none() -> None:
    for digits, rounding in (("", "half_even"), ("1", ""), ("1", "<b>"), ("10" * 40, "half_up")):
        assert rounding_rule({"digits": digits, "rounding": rounding}) is None
    for name in ROUNDINGS:
        rule = rounding_rule({"digits": "1", "rounding": name})
        assert rule is not None and all(tell(rule, language) for language in LANGUAGES)


NEAR = Number(
    "a", "", "", "1", "", "2", "1", "", "", "", "", Outcome.WITHIN_ROUNDING, error_fact("near")
)


def test_every_cell_of_a_ledger_is_read(tmp_path: Path) -> None:
    text = "id,value,value\na,1,2\n,3\nb,4,,5\n,,\n"
    (tmp_path / "figures.csv").write_text(text, "utf-8")
    assert ledger_rows(tmp_path) == [
        {"id": "a", "value": "1", "value 2": "2"},
        {"id": "", "value": "3", "value 2": ""},
        {"id": "b", "value": "4", "value 2": "", "": "5"},
    ]


def test_a_line_stays_a_line() -> None:
    harm = replace(NEAR, id="a\n\x1b[2Jb\t", outcome=Outcome.DIFFERS, fact=error_fact("\u202e"))
    found = audit_text(Audit("p", 2, {}, Changes(), numbers=(harm,)))
    assert found.count("a\\n\\u001b[2Jb\\t") == 1
    assert not set(found) & set("\x1b\t\u202e")


def test_what_differs_is_named_before_what_is_within_rounding() -> None:
    differs = replace(NEAR, id="z", outcome=Outcome.DIFFERS, fact=error_fact("far"))
    numbers = (*(replace(NEAR, fact=error_fact(f"near {k}")) for k in range(2 * SHOWN)), differs)
    page = audit_text(Audit("p", 2, {}, Changes(), numbers=numbers))
    assert "DIFFERS      z (no data): published 1, recomputed 2; far" in page.splitlines()[3]
