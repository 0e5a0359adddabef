"""A survey made to hurt its readers, and full of secrets: nothing acts, and nothing leaves.

One wave in one project, every text of which (labels, headers, titles, notes, reasons, answers) is
an injection, with planted secrets beside; its site is made, opened in a real browser, unpacked and
searched.
"""

import csv
import html
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from injections import EVIL, INJECTIONS, RUNNING, TRACE, Planter

import browser
from project_copy import ROOT, message

sys.path.insert(0, str(ROOT / "benchmarks"))
import planted_secrets as planted

FIELDS = (
    "title",
    "region.label",
    "region.north",
    "region.south",
    "use.source",
    "use.column",
    "said.column",
    "ignored",
    "margins.note",
    "reason",
    "reviewer",
    "note",
    "report",
    "wave",
    "shown",
    "areas.label",
    "areas.letters",
    "areas.sums",
    "areas.maps",
    "years.label",
    "years.unit",
    "use.label",
    "use.daily",
    "use.weekly",
    "use.rarely",
    "use.semaphore",
)
# What a YAML file or a header cannot hold as it is.
NO_LABEL = ("terminal", "format")


class Survey:
    """The project, what was planted where, and what its run said."""

    def __init__(self, folder: Path) -> None:
        self.planter, self.secrets = Planter(), planted.Secrets()
        texts = {name: self.planter.text(name, without=NO_LABEL) for name in FIELDS}
        said = [self.planter.text("answer") for _ in INJECTIONS]
        self.project = planted.make_project(folder / "project", self.secrets, texts, said)
        self.result = self.project.run()
        self.results = self.project.root / "results"

    def files(self, *endings: str) -> list[Path]:
        return [p for p in sorted(self.results.rglob("*")) if p.is_file() and p.suffix in endings]


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    made = Survey(tmp_path_factory.mktemp("hostile"))
    assert made.result.returncode == 0, message(made.result) or made.result.stderr[-3000:]
    return made


@browser.needed
def test_nothing_runs_and_nothing_is_fetched(survey: Survey, chromium: Any) -> None:
    # The guides hold nothing of a survey; one stands for the others. Nor does the page that
    # computes as `claims solve` does, the only one with a program: it is the shipped file.
    pages = [p for p in survey.files(".html", ".svg") if p.parent.name != "guides"]
    solving = survey.results / "site/two-numbers.html"
    assert solving.read_bytes() == (ROOT / "docs/two-numbers.html").read_bytes()
    pages.remove(solving)
    pages.append(survey.results / "site/guides/methods.html")
    assert len(pages) > 8
    context = chromium.new_context()
    page = context.new_page()
    trouble: list[str] = []
    page.on("dialog", lambda dialog: [trouble.append(dialog.message), dialog.dismiss()])  # type: ignore[func-returns-value]
    page.on("console", lambda said: trouble.append(said.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda asked: _local(trouble, asked.url))
    page.on("popup", lambda other: trouble.append(f"opens {other.url}"))
    for path in pages:
        page.goto(path.as_uri())
        page.mouse.move(200, 300)
        hit, elements = page.evaluate(
            "() => [window.hit ?? null, document.querySelectorAll('script, iframe, object, base, "
            "form, [onload], [onerror], [onfocus], [onmouseover], a[href^=javascript]').length]"
        )
        assert (hit, elements, page.url) == (None, 0, path.as_uri()), path
        assert not trouble, (path, trouble)
    context.close()


def _local(trouble: list[str], address: str) -> None:
    if not address.startswith(("file:", "data:")):
        trouble.append(f"asks for {address}")


def test_what_was_written_is_shown_as_it_is(survey: Survey) -> None:
    """Else the other tests would show nothing: the texts are there, as text."""
    report = survey.results / f"waves/{planted.WAVE}/report/en/report-simulated.html"
    page = report.read_text("utf-8")
    seen = {mark for mark in survey.planter.planted if mark in page}
    shown = {f.split(":")[0] for mark, f in survey.planter.planted.items() if mark in seen}
    assert {"wave", "use.label", "use.daily", "region.north", "areas.maps"} <= shown
    assert ("&lt;" in page and TRACE not in re.sub(r"<[^>]+>", "", page)) or TRACE in page
    for path in survey.files(".html", ".svg", ".md"):
        for sign in ("\u202e", "\u2066x", "\x1b", "\x9b"):
            assert sign not in path.read_text("utf-8"), (path, sign)


def test_no_policy_allows_what_a_page_does_not_hold(survey: Survey) -> None:
    for path in survey.files(".html"):
        text = path.read_text("utf-8")
        (said,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
        policy = html.unescape(said)
        assert policy.startswith("default-src 'none'") and "unsafe" not in policy, path
        assert "http" not in policy and "*" not in policy, path


def test_no_sheet_computes(survey: Survey) -> None:
    books = survey.files(".xlsx")
    tables = [p for p in survey.files(".csv") if {"tables", "charts"} & set(p.parts)]
    assert books and len(tables) > 5
    for book in books:
        with zipfile.ZipFile(book) as archive:
            for name in archive.namelist():
                xml = archive.read(name).decode("utf-8", "replace")
                assert not re.search(r"<f[ >]", xml), (book, name)
                assert f'Target="http://{EVIL}' not in xml, (book, name)
    number = re.compile(r"[+-]\d[\d.,\s]*(?:\w+|%)?")
    planted_there = False
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    assert not cell.startswith(RUNNING) or number.fullmatch(cell), (path, cell)
                    planted_there |= cell[:1] == "'" and cell[1:].startswith(RUNNING)
    assert planted_there


def test_no_paper_asks_for_anything(survey: Survey) -> None:
    papers = survey.files(".pdf")
    assert papers
    for paper in papers:
        for name, part in planted.parts(str(paper), paper.read_bytes()):
            assert f"/URI (http://{EVIL}".encode() not in part, name
            assert b"/JavaScript" not in part and b"root:x:0" not in part, name


def test_no_line_moves_a_cursor(survey: Survey) -> None:
    said = [survey.result.stdout, survey.result.stderr]
    said += [p.read_text("utf-8") for p in survey.files(".log", ".txt")]
    for text in said:
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_nothing_was_made_elsewhere(survey: Survey) -> None:
    root = survey.project.root
    assert not Path(f"/tmp/{TRACE}").exists() and not Path(f"/tmp/{TRACE}.csv").exists()
    assert not list(root.parent.rglob(f"{TRACE}*"))


def test_no_secret_leaves(survey: Survey) -> None:
    files = planted.for_release(survey.project.root)
    assert len(survey.secrets.all) >= 60 and len(files) > 60
    assert planted.found_in(files, survey.secrets.all) == []
    assert planted.rare_answers(survey.results) == []


def test_the_search_finds_what_is_there(survey: Survey, tmp_path: Path) -> None:
    """As it is, packed, and in base64."""
    import base64
    import gzip

    raw = sorted((survey.results / "inputs").rglob("data.csv"))
    kept = [path for path in raw if WAVE_DATA in str(path)]
    secrets = survey.secrets.all
    assert {line.rpartition(": ")[2] for line in planted.found_in(kept, secrets)} == set(secrets)
    content = b"x" * 50 + secrets[0].encode() + b"y" * 50
    for name, packed in (
        ("a.gz", gzip.compress(content)),
        ("b.json", json.dumps({"x": base64.b64encode(content).decode()}).encode()),
        ("c.csv", secrets[0].upper().encode("utf-16")),
    ):
        (tmp_path / name).write_bytes(packed)
        assert planted.found_in([tmp_path / name], secrets[:1]), name
    with zipfile.ZipFile(tmp_path / "d.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.gz", gzip.compress(content))
    assert planted.found_in([tmp_path / "d.xlsx"], secrets[:1])


WAVE_DATA = planted.WAVE
