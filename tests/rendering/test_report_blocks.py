"""The blocks that a report is made of: the same content on the page and on paper."""

import pypandoc
import pytest
from selectolax.lexbor import LexborHTMLParser
from small_report import write

from readiness.rendering.render import render
from readiness.reporting import blocks as md

HEADER = ["Réponse", "Ensemble", "Nord"]
ROWS = [
    ["faible", f"[61]{{.n}}{md.mark('ci', 'de 53 à 62')}", f"[70]{{.n}}{md.mark('letter', 'B')}"],
    ["forte", "[39]{.n}", "[30]{.n}"],
    ["base", "[640]{.n}", "[80]{.n}"],
]
PIECES = [
    md.status([("simu", "SIMULÉ"), ("", "une vague")]),
    md.block("headline", "Plus de la moitié *hésitent*"),
    md.block("lead", "Deux phrases. Pas plus."),
    md.heading(1, "En bref", "sec-brief"),
    md.three([("sure", "Établi", "Un."), ("plain", "Simple", "Deux."), ("open", "Inconnu", "?")]),
    md.write_numbered("brief", ["Première chose.", "Seconde chose."]),
    md.heading(1, "Une question", "sec-item"),
    md.block("finding", "Les uns plus que les autres"),
    md.table(HEADER, ROWS, "tbl-banner", "La part", kind="banner", marks=["main", "", "base"]),
    md.fold("Tests et **précision**", f"{md.table(HEADER, ROWS, 'tbl-plain', 'Encore')}\n\nFin."),
    md.write_filtered(
        ["Tout", "possible", "indéterminé"],
        md.table(
            ["Énoncé", "Verdict"],
            [["Un énoncé", "possible"], ["Un autre", "indéterminé"]],
            "tbl-cards",
            "Les énoncés",
            words=(0, 1),
            kind="stack",
            marks=["k1", "k2"],
        ),
    ),
    md.write_numbered("ask", ["Combien ?"]),
    md.glossary([("Base", "le nombre de réponses"), ("Part", "sur la base")]),
    md.actions([("Le PDF", "report.pdf")]),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[LexborHTMLParser, str]:
    folder = tmp_path_factory.mktemp("blocks")
    source = write(folder, "\n\n".join(PIECES), "title: La vague")
    rendering = render(source, folder / "out", quarto=None)
    assert rendering.html is not None and rendering.pdf is not None
    import pypdf

    reader = pypdf.PdfReader(rendering.pdf)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "fr"  # tagged
    assert [mark["/Title"] for mark in reader.outline] == ["1 En bref", "2 Une question"]
    paper = "\n".join(page.extract_text() for page in reader.pages)
    return LexborHTMLParser(rendering.html.read_text("utf-8")), " ".join(paper.split())


def test_the_finding_is_the_title(made: tuple[LexborHTMLParser, str]) -> None:
    tree, paper = made
    assert tree.css_first("h1").text().strip() == "Plus de la moitié hésitent"
    head = tree.css_first("#title-block-header")
    assert [node.text().strip() for node in head.css(".tag, .title, .lead")] == [
        "SIMULÉ",
        "La vague",
        "Deux phrases. Pas plus.",
    ]
    assert paper.index("La vague") < paper.index("Plus de la moitié") < paper.index("Deux phrases")


def test_tables_name_their_rows_and_need_no_styles(made: tuple[LexborHTMLParser, str]) -> None:
    tree, paper = made
    table = tree.css_first("figure.banner table")
    assert [row.attributes.get("class") for row in table.css("tbody tr")] == ["main", None, "base"]
    assert [node.text() for node in table.css("tbody th")] == ["faible", "forte", "base"]
    assert len(table.css("td.num")) == 6 and len(table.css("thead th.num")) == 2
    assert table.css_first("td .ci").text() == "de 53 à 62"
    assert not tree.css("[style]")
    assert tree.css_first("figure.banner .cue") is not None
    assert "de 53 à 62" in paper and "Glissez" not in paper


def test_folds_are_closed_on_the_page_and_open_on_paper(made: tuple[LexborHTMLParser, str]) -> None:
    tree, paper = made
    fold = tree.css_first("details")
    assert fold.css_first("summary").text().strip() == "Tests et précision"
    assert fold.css_first("table") is not None and "open" not in fold.attributes
    assert "Tests et précision" in paper and "Encore" in paper and "Fin." in paper


def test_rows_are_chosen_without_a_script(made: tuple[LexborHTMLParser, str]) -> None:
    tree, paper = made
    choices = tree.css(".filter > input")
    assert [node.attributes["class"] for node in choices] == ["k0", "k1", "k2"]
    named = {node.attributes["for"] for node in tree.css(".filter > label")}
    assert named == {node.attributes["id"] for node in choices}
    assert [row.attributes["class"] for row in tree.css(".filter tbody tr")] == ["k1", "k2"]
    assert "Un énoncé" in paper and "Tout" not in paper


def test_the_rest_is_there_on_both(made: tuple[LexborHTMLParser, str]) -> None:
    tree, paper = made
    kinds = [node.attributes["class"] for node in tree.css(".three > .card")]
    assert kinds == ["card sure", "card plain", "card open"]
    assert len(tree.css(".brief li")) == 2 and len(tree.css(".gloss dt")) == 2
    assert tree.css_first(".actions a").attributes["href"] == "report.pdf"
    for text in ("Établi", "Inconnu", "Seconde chose", "Combien", "le nombre de réponses"):
        assert text in paper
    assert "Le PDF" not in paper


@pytest.mark.parametrize(
    "text", ["1. Which", "a) Which", "(2) Which", "- Which", "IV. Which", ": x"]
)
def test_a_label_that_begins_like_a_list_stays_a_text(text: str) -> None:
    """A caption that is a list ended the page."""
    written = pypandoc.convert_text(md.plain(text), "html", format="markdown").strip()
    assert written == f"<p>{text}</p>"
