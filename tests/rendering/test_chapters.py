"""Included chapters: their text, cells and references; the faults of one, by file and line."""

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser
from small_report import html_of

from readiness.ground.errors import RenderError
from readiness.rendering.qmd import parse

FRONT = "---\ntitle: Essai\nexecute:\n  echo: false\n---\n\n"


def write(folder: Path, **files: str) -> Path:
    """Files of a document by name, `main` with front matter: `ch` is `parts/_ch.qmd`."""
    (folder / "parts").mkdir(exist_ok=True)
    for name, body in files.items():
        path = folder / "main.qmd" if name == "main" else folder / f"parts/_{name}.qmd"
        path.write_text((FRONT if name == "main" else "") + body, "utf-8")
    return folder / "main.qmd"


def whole(folder: Path) -> Path:
    # Nothing stands between the includes and the headings around them but their own lines.
    return write(
        folder,
        main="Voir @sec-b.\n{{< include parts/_a.qmd >}}\n# Fin {#sec-fin}\n"
        "{{< include parts/_b.qmd >}}\nEt {{{< include montré >}}}.\n",
        a="```{python}\nx = 41\n```\n\nDe a : `{python} x`.",
        b="# Chapitre b {#sec-b}\n\nDe b : `{python} x + 1`, après @sec-fin.",
    )


def test_chapters_share_cells_and_references(tmp_path: Path, engine: Path | None) -> None:
    tree = LexborHTMLParser(html_of(whole(tmp_path), engine))
    main = tree.css_first("#content")
    assert main is not None
    text = " ".join(main.text(separator=" ").split())
    assert "De a : 41" in text.replace("\u00a0", " ") and "De b : 42" in text.replace("\u00a0", " ")
    assert [node.text(strip=True) for node in main.css("h2")] == ["1Fin", "2Chapitre b"]
    links = [(node.text(), node.attributes["href"]) for node in main.css("a.quarto-xref")]
    assert links == [("section\u00a02", "#sec-b"), ("section\u00a01", "#sec-fin")]


def test_a_document_says_what_it_includes(tmp_path: Path) -> None:
    document = parse(whole(tmp_path))
    assert document.chapters == ("parts/_a.qmd", "parts/_b.qmd")
    places = [str(line) for line in document.lines if "De b" in line.text]
    assert places == ["parts/_b.qmd, line 3"]


INCLUDE = "{{< include parts/_a.qmd >}}"
FAILING = "a\n\n```{python}\nb = 1\nb / 0\n```"


@pytest.mark.parametrize(
    ("main", "chapter", "place", "said"),
    [
        ("un\n\n{{< include parts/_no.qmd >}}", "", "main.qmd, line 9", "_no.qmd was not found"),
        ("{{< include parts >}}", "", "main.qmd, line 7", "parts was not found"),
        ("{{< include >}}", "", "main.qmd, line 7", "cannot include"),
        ("{{< include ../a.qmd >}}", "", "main.qmd, line 7", "below the folder of main.qmd"),
        (f"un {INCLUDE}", "a", "main.qmd, line 7", "alone on its line"),
        (f"```\n{INCLUDE}\n```", "a", "main.qmd, line 8", "outside of code"),
        (INCLUDE, f"a\n\n{INCLUDE}", "parts/_a.qmd, line 3", "cannot include another. Include it"),
        (INCLUDE, "---\ntitle: b\n---\n", "parts/_a.qmd, line 1", "no front matter"),
        (INCLUDE, "a\n\n```{python}\n1\n", "parts/_a.qmd, line 3", "never closed"),
        (f"un\n\n{INCLUDE}", FAILING, "parts/_a.qmd, line 5", "ZeroDivisionError"),
        (f"{INCLUDE}\n\n`{{python}} inconnu`", "a\n\nb\n", "main.qmd, line 9", "NameError"),
        (INCLUDE, "a\n\nb @sec-absente.", "parts/_a.qmd, line 3", "reference @sec-absente"),
    ],
)
def test_a_fault_is_one_line_with_file_and_line(
    tmp_path: Path, main: str, chapter: str, place: str, said: str
) -> None:
    source = write(tmp_path, main=main, **({"a": chapter} if chapter else {}))
    with pytest.raises(RenderError) as caught:
        html_of(source)
    message = str(caught.value)
    assert message.startswith(f"{place}: ") and said in message
    assert len(message.splitlines()) == 1
    assert not (tmp_path / "out").exists()


CONDITIONAL = """# Toujours

::: {.content-visible when-meta="revises"}
# Révision {#sec-r}

Ce qui a changé.
:::

# Fin

Une tuile [(simulée)]{.content-visible when-meta="simulated"}.
"""


@pytest.mark.parametrize("there", [True, False])
def test_a_part_is_there_only_when_it_holds(
    tmp_path: Path, engine: Path | None, there: bool
) -> None:
    metadata: dict[str, str | bool] = {"revises": there}
    if there:
        metadata |= {"simulated": True, "kicker": "Tout est simulé"}
    page = html_of(write(tmp_path, main=CONDITIONAL), engine, metadata=metadata)
    tree = LexborHTMLParser(page)
    titles = ["1Toujours", "2Révision", "3Fin"] if there else ["1Toujours", "2Fin"]
    assert [node.text(strip=True) for node in tree.css("main h2")] == titles
    assert ("(simulée)" in page) is there
    assert ("Tout est simulé" in page) is there
