"""The scan of a document: figures and bases in three languages, drafts, hostile files."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import typst

from readiness.cli import main
from readiness.pages.fonts import own_folder

ENGLISH = """\
<html><head><script>alert("99%")</script></head><body><p>We surveyed 1,002 adults. The figures are
not weighted. Some 67% of respondents use it, and prices rose by 5%.</p>
<p>24 of the 36 editors (67%) agreed. Among women, 45% did. A further 12% (n = 54) <b>left</b>.</p>
<p>Use of AI</p><table><tr><th>Answer</th><th>n</th><th>%</th></tr>
<tr><td>Yes</td><td>12</td><td>60 %</td></tr><tr><td>No</td><td>8</td><td>40 %</td></tr>
<tr><td>Total</td><td>20</td><td>100 %</td></tr></table></body></html>
"""
FRENCH = """\
Enquête réalisée auprès de 1 002 personnes. Les données sont redressées. Près de 61,5 % l'utilisent.

Parmi les 54 femmes interrogées, 33 % refusent, contre 12 % des cadres. Il a gagné 3 % en un an.

| | Hommes (n = 40) | Femmes (n = 60) |
|---|---|---|
| Oui | 25 % | 30 % |
| Non | 75 % | 70 % |
"""
ARABIC = """\
شملت العينة ٢١٥ صحفيا. يستخدم ٦٧٫٤٪ من المستجوبين التطبيق.

أجاب 12 من أصل 36 صحفيا (33 في المائة) بالنفي. وبلغ هامش الخطأ 3 في المائة.
"""
SET = """\
We surveyed 1,002 adults. Some 67% of respondents use it.

Use of AI
#table(columns: 3, [Answer], [n], [%], [Yes], [12], [60 %], [No], [8], [40 %], [Total], [20],
  [100 %])

24 of the 36 editors (67%) agreed. A further 12% (n = 54) left.
"""
EXPECTED = {
    "page.html": [
        ("67", 1002, "carried"),
        ("67", 36, "beside"),
        ("45", None, ""),
        ("12", 54, "beside"),
        ("60", 20, "table"),
        ("40", 20, "table"),
    ],
    "texte.md": [
        ("61.5", 1002, "carried"),
        ("33", 54, "sentence"),
        ("12", None, ""),
        ("25", 40, "table"),
        ("30", 60, "table"),
        ("75", 40, "table"),
        ("70", 60, "table"),
    ],
    "page.pdf": [
        ("67", 1002, "carried"),
        ("60", 20, "table"),
        ("40", 20, "table"),
        ("67", 36, "beside"),
        ("12", 54, "beside"),
    ],
    "nass.pdf": [("67.4", 215, "carried"), ("33", 36, "beside")],
    "nass.docx": [("67.4", 215, "carried"), ("33", 36, "beside")],
}


def write_word(path: Path, *paragraphs: str, head: str = "") -> None:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    xml = f'{head}<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", xml)


@pytest.fixture(autouse=True)
def _documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("page.html").write_text(ENGLISH, "utf-8")
    Path("texte.md").write_text(FRENCH, "utf-8")
    write_word(Path("nass.docx"), *ARABIC.split("\n\n"))
    style = '#set text(font: "IBM Plex Sans Arabic", lang: "ar")\n'
    typst.compile(SET.encode(), output="page.pdf")
    typst.compile((style + ARABIC).encode(), output="nass.pdf", font_paths=[str(own_folder())])


def said(capsys: Any, *words: str, code: int = 0) -> str:
    assert main(["claims", *words]) == code
    found = capsys.readouterr()
    return str(found.err if code else found.out)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_share_is_read_with_its_base(capsys: Any, name: str) -> None:
    found = json.loads(said(capsys, "scan", name, "--json"))
    shares = [figure for figure in found["figures"] if not figure["apart"]]
    assert [(s["value"], s["base"], s["paired"]) for s in shares] == EXPECTED[name]
    assert all(len(figure["words"].split()) <= 12 for figure in found["figures"])


def test_a_draft_judges_nothing_before_a_person_does(capsys: Any) -> None:
    """64% of 12 people is no share: carried, it is not judged; confirmed, it is named."""
    text = "We surveyed 12 adults.{}\n\nOf all respondents, 64% agree."
    for weighting, refused in ((" The figures are unweighted.", True), ("", False)):
        Path("a.txt").write_text(text.format(weighting), "utf-8")
        said(capsys, "scan", "a.txt", "--out", "a.yaml")
        found = json.loads(said(capsys, "check", "a.yaml", "--json"))
        assert "impossible" not in {verdict["status"] for verdict in found}
        assert "read by a program" in found[0]["sentence"]
        draft = Path("a.yaml").read_text("utf-8")
        Path("a.yaml").write_text(draft.replace("    paired", "    confirmed: true\n    paired"))
        found = json.loads(said(capsys, "check", "a.yaml", "--json"))
        assert ("impossible" in {verdict["status"] for verdict in found}) == refused
        assert ("unless the shares are unweighted" in str(found)) != refused


def test_a_page_shows_the_figures_and_runs_nothing(capsys: Any) -> None:
    Path("a.txt").write_text("We asked 50 people: 64% said <script>alert(1)</script>.", "utf-8")
    said(capsys, "scan", "a.txt", "--html", "a.html")
    page = Path("a.html").read_text("utf-8")
    assert '<mark title="50 (sentence)">64</mark>' in page.replace("64%</mark>", "64</mark>")
    assert "<script" not in page and "&lt;script&gt;" in page


def test_a_hostile_document_ends_in_one_line(capsys: Any) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "64%"><!ENTITY b "&a;&a;">]>'
    write_word(Path("entities.docx"), "&b;", head=bomb)
    write_word(Path("large.docx"), "a" * (40 << 20))
    Path("cut.docx").write_bytes(Path("nass.docx").read_bytes()[:200])
    Path("empty.html").write_text("<script>1%</script>", "utf-8")
    Path("bytes.txt").write_bytes(bytes(range(256)))
    Path("sheet.xls").write_bytes(b"")
    Path("cut.pdf").write_bytes(Path("page.pdf").read_bytes()[:900])
    typst.compile(b"#for at in range(501) [64% #pagebreak()]", output="long.pdf")
    for name in ("cut.pdf", "long.pdf"):
        (line,) = said(capsys, "scan", name, code=3).splitlines()
        assert line.startswith(f"readiness claims: {name}: ")
    for name in ("entities.docx", "large.docx", "cut.docx", "empty.html", "bytes.txt", "sheet.xls"):
        (line,) = said(capsys, "scan", name, code=3).splitlines()
        assert line.startswith(f"readiness claims: {name}: ")
