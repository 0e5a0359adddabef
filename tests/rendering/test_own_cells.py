"""Cells of an author's own are marked where no register knows their numbers."""

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser
from small_report import html_of, write

from readiness.ground.errors import RenderError
from readiness.language import LANGUAGES
from readiness.rendering.checks import check_numbers, find_unchecked
from readiness.rendering.qmd import parse
from readiness.reporting.blocks import words_for

OWN = """
# Mine {#sec-mine}

See @tbl-mine.

```{python}
#| label: tbl-mine
#| tbl-cap: Of my own
import pandas as pd
pd.DataFrame({"count": [41, 43], "a_b": [1.5, 2.5]}, index=["first*", "second"])
```

```{python}
print("no number at all")
```

```{python}
print('[640]{.n data-id="w/base"} answers, by the register')
```
"""
ASIS = "title: Essai\nexecute: {echo: false, output: asis}"


def test_numbers_of_an_own_cell_are_marked_and_nothing_else_is(
    tmp_path: Path, engine: Path | None
) -> None:
    page = html_of(write(tmp_path, OWN, ASIS), engine)
    tree = LexborHTMLParser(page)
    (marked,) = tree.css(".own")
    shown = " ".join(marked.text(deep=True).split())
    words = words_for("fr")
    assert shown.startswith(" ".join(f"{words['own']} {words['own_text']}".split()))
    assert "41" in shown and "first*" in shown and "Of my own" in shown
    # A cross-reference to it, as to every other table.
    assert tree.css_first('a.quarto-xref[href="#table-mine"]') is not None
    assert check_numbers(page, {"w/base": "640"}) == []
    assert len(find_unchecked(page)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mark_is_said_in_every_language(tmp_path: Path, language: str) -> None:
    source = write(tmp_path, "```{python}\nprint(41)\n```", ASIS)
    page = html_of(source, language=language)
    assert words_for(language)["own"] in find_unchecked(page)[0]
    assert check_numbers(page, {}) == []


@pytest.mark.parametrize(
    "body",
    [
        # The class without its mark, as raw HTML; a number of the register that is another one.
        '```{=html}\n<div class="own">41</div>\n```',
        '::: {.own}\n[641]{.n data-id="w/base"}\n:::',
        # Output that ends its own box early.
        '```{python}\nprint(":" * 12)\nprint("41 of them")\n```',
        # What is typed, and what a sentence computes, is no cell.
        "There are 41.",
        "There are `{python} 40 + 1`.",
    ],
)
def test_no_other_number_gets_round_the_check(tmp_path: Path, body: str) -> None:
    page = html_of(write(tmp_path, body, ASIS))
    assert check_numbers(page, {"w/base": "640"})


def test_a_picture_of_an_own_cell_is_refused_by_name(tmp_path: Path) -> None:
    body = "```{python}\nclass Figure:\n    def savefig(self): ...\nFigure()\n```"
    with pytest.raises(RenderError, match=r"line \d+: .*a Figure is a picture.*quarto render"):
        html_of(write(tmp_path, body))


@pytest.mark.parametrize(
    ("body", "front", "said"),
    [
        ("x\n\n```{mermaid}\na --> b\n```", "title: A", r"line 7: .*a \{mermaid\} cell"),
        ("x\n\n```{r}\n1\n```", "title: A", r"line 7: .*a \{r\} cell"),
        ("{{< video x.mp4 >}}", "title: A", r"line 5: .*shortcode \{\{< video >\}\}"),
        ("x", "title: A\nbibliography: x.bib", r"line 3: .*'bibliography'.*_quarto\.yml"),
        ("x", "title: A\nfilters: [x.lua]", r"line 3: .*'filters'"),
    ],
)
def test_what_only_quarto_does_is_refused_with_its_line(
    tmp_path: Path, body: str, front: str, said: str
) -> None:
    with pytest.raises(RenderError, match=said):
        html_of(write(tmp_path, body, front))


def test_what_is_shown_as_code_is_not_refused(tmp_path: Path) -> None:
    shown = "````\n```{mermaid}\n{{< video x >}}\n```\n````\n\n{{{< video x >}}}"
    assert "mermaid" in html_of(write(tmp_path, shown))


def test_options_of_the_look_are_named_and_leave_the_text(tmp_path: Path) -> None:
    plain = html_of(write(tmp_path, "# One\n\nText.", "title: A"))
    front = "title: A\ntheme: cosmo\nformat: {html: {css: a.css}}"
    source = write(tmp_path, "# One\n\nText.", front)
    assert html_of(source) == plain
    assert parse(source).left_to_quarto == ["format", "theme"]
