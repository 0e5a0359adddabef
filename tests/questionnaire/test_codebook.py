"""What is made of a questionnaire: codebook, header, what changed since the last one."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from project_copy import ROOT
from readiness.cli import main
from readiness.commands.questionnaire import header
from readiness.ground.safe_yaml import TextLoader, read_yaml_text
from readiness.language import LANGUAGES, tell
from readiness.questionnaire import FrameVariable, Questionnaire, questionnaire_of
from readiness.questionnaire.codebook import COLUMNS, table
from readiness.questionnaire.items import Category, Export, Item, Missing, Range, Routing
from readiness.questionnaire.versions import changes
from readiness.site.codebook import codebook_page

TEXT = Path(__file__).with_name("shop.yaml").read_text("utf-8")


def read(text: str = TEXT) -> Questionnaire:
    document: dict[str, Any] = read_yaml_text(text, TextLoader)
    return questionnaire_of(document, "shop-1.yaml")


def test_the_table_has_a_row_for_each_option() -> None:
    rows = table(read(), "en")
    assert all(tuple(row) == COLUMNS for row in rows)
    by_code = {(row["item"], row["code"]): row for row in rows}
    assert by_code["buys", "no"]["note"] == "Ends the interview"
    assert by_code["buys", "_refused"]["value"] == "9"
    assert by_code["what", "none"]["note"].endswith("Excludes all other options")
    assert by_code["what", "tea"]["asked_of"] == (
        "Asked of those whose answer to “Do you buy?” is “Yes”. "
        "Asked of those whose answer to “Your age” is >= 21."
    )
    assert by_code["age", ""]["note"] == (
        "An answer is required. Minimum: 18 (units as reported by respondents). "
        "Maximum: 99 (units as reported by respondents)."
    )
    assert by_code["rate_2", "good"]["grid"] == "rate"
    assert {row["option"] for row in table(read(), "ar")} >= {"نعم", "No"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_one_file_that_runs_nothing(language: str) -> None:
    page = codebook_page(read(), language, changes=changes(read(), read(TEXT.replace("Tea", "T"))))
    tree = LexborHTMLParser(page)
    assert tree.css_first("html").attributes["lang"] == language
    articles = [node.attributes["id"] for node in tree.css("article")]
    assert articles == ["age", "buys", "what", "rate_1", "rate_2", "note"]
    assert page.count(">Rate us</bdi></h3>") == 1
    assert "<b>" not in page and not tree.css("script, link, img, iframe")
    policy = tree.css_first("meta[http-equiv]").attributes["content"] or ""
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not re.findall(r"""(?:src|href)=["'](?!#)""", page)
    assert len(tree.css_first("section ul").css("li")) == 1


def test_an_empty_header() -> None:
    questionnaire = read()
    assert header(questionnaire) == [
        "Sent",
        "Your age",
        "Do you buy?",
        "Tea bought",
        "None bought",
        "Rate us [Price]",
        "Rate us [Service]",
        "Say more",
    ]


def test_the_ends_of_a_range_have_the_decimals_that_they_have() -> None:
    text = TEXT.replace("low: 18, high: 99", "low: 0.25, high: 99, decimals: 12")
    row = table(read(text), "en")[0]
    assert "Minimum: 0.25 (units" in row["note"] and "Maximum: 99 (units" in row["note"]


CHANGES = [
    ("id: note", "id: more", ["change.renamed"]),
    ("Do you buy?", "Did you buy?", ["change.reworded"]),
    ("code: tea", "code: chai", ["change.recoded"]),
    ("text: Tea,", "text: Green tea,", ["change.option_reworded"]),
    ("rows: [Price, Service]", "rows: [Price]", ["change.removed"]),
    ("low: 18", "low: 16", ["change.keys"]),
    ("at_least: 21", "at_least: 18", ["change.routing"]),
    ("kind: grid", "kind: grid\n    each: single", ["change.kind", "change.kind"]),
    (
        "{code: bad, text: Bad}, {code: good, text: Good}",
        "{code: good, text: Good}, {code: bad, text: Bad}",
        ["change.order", "change.order"],
    ),
    ("  - {id: note", "  - {id: new, kind: text}\n  - {id: note", ["change.added"]),
    ("items:", "group_item: buys\nitems:", ["change.groups"]),
    ("label", "label", []),
]


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES)
def test_what_changed_is_told(old: str, new: str, expected: list[str]) -> None:
    found = changes(read(), read(TEXT.replace(old, new)))
    assert [fact.kind.partition(".")[2] for fact in found] == expected
    assert all(tell(fact, language) for fact in found for language in LANGUAGES)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shop-1.yaml").write_text(TEXT, "utf-8")
    later = TEXT.replace('version: "1"', 'version: "2"').replace("Say more", "More")
    (tmp_path / "shop-2.yaml").write_text(later, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_says_what_is_in_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["questionnaire", "shop-2.yaml", "--since", "shop-1.yaml"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert main(["questionnaire", "shop-2.yaml"]) == 0  # the last version lies beside it
    assert capsys.readouterr().out.splitlines() == said
    assert said[-2] == "Changes since shop-1: 1."
    assert said[0] == "shop-2.yaml: the questionnaire shop-2."
    assert "Questions: 6 (Number: 1, Single choice: 1, Multiple choice: 1, Scale: 2" in said[1]
    assert "Labels missing in ar: 13 (age, buys, buys.no)." in said
    assert said[-1] == "note: now worded “More”, before “Say more”."


def test_the_command_writes_each_form(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("codebook", "table", "header", "yaml"):
        out = f"out.{form}"
        assert main(["questionnaire", "shop-1.yaml", "--to", form, "--out", out]) == 0
    capsys.readouterr()
    assert (folder / "out.yaml").read_text("utf-8") == TEXT
    rows = list(csv.reader(io.StringIO((folder / "out.header").read_text("utf-8"))))
    assert rows == [header(read())]


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["shop-1.yaml", "--to", "table", "--out", "shop-1.yaml"], 2, "is the input file"),
        (["gone-1"], 2, "gone-1: file not found. Name a YAML file (.yaml), an XLSForm"),
        (["shop.csv"], 2, "shop.csv: file not found"),
    ],
)
def test_the_command_refuses(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, expected: str
) -> None:
    assert main(["questionnaire", *arguments]) == code
    assert expected in capsys.readouterr().err
    assert (folder / "shop-1.yaml").read_text("utf-8") == TEXT


def test_a_questionnaire_is_found_by_its_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    (path,) = (ROOT / "data/questionnaires").glob("ai-readiness-1.yaml")
    assert main(["questionnaire", path.stem, "--to", "header"]) == 0
    assert capsys.readouterr().out.count("\n") == 1


GUIDE = ROOT / "docs" / "questionnaire.md"


def test_the_guide_shows_a_questionnaire_and_has_every_key() -> None:
    page = GUIDE.read_text("utf-8")
    whole, groups = re.findall(r"^```yaml\n(.*?)^```$", page, re.M | re.S)
    shown = read(whole)
    assert (
        shown.item("wishes_prices").grid == "wishes" and shown.item("recommend").headline == "top"
    )
    assert set(read_yaml_text(groups, TextLoader)) == {"group_item", "groups", "frame"}
    keys = {
        key
        for model in (Questionnaire, Export, Item, Category, Missing, Range, Routing, FrameVariable)
        for key in model.model_fields
    } - {"grids", "items"}
    assert {key for key in keys if not re.search(rf"\b{key}\b", page)} == set()
