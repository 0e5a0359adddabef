"""Quarto: the wrapper against the real program, or what stands for it, and against broken ones."""

import sys
from pathlib import Path

import pypdf
import pytest
from selectolax.lexbor import LexborHTMLParser
from small_report import CHARTS, DISPLAYS, PAGE, html_of, write

from readiness.ground.errors import RenderError
from readiness.rendering.checks import check_numbers, check_self_contained
from readiness.rendering.engines import find_quarto
from readiness.rendering.render import Rendering, render

SAME = ("section", "#TOC a", ".box-warning")


def program(folder: Path, script: str) -> Path:
    """A program that stands where Quarto would: `--version` works, the rest is `script`."""
    path = folder / "bin" / "quarto"
    path.parent.mkdir()
    path.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo 1.9.9; exit 0; fi\n{script}\n', "utf-8"
    )
    path.chmod(0o755)
    return path


def fonts_of(paper: Path) -> set[str]:
    """The families of a paper's letters."""
    pages = [page["/Resources"].get_object() for page in pypdf.PdfReader(paper).pages]
    fonts = [font for page in pages for font in page.get("/Font", {}).values()]
    return {str(font.get_object()["/BaseFont"]).split("+")[1].split("-")[0] for font in fonts}


def test_both_engines_make_the_same_page(
    rendering: Rendering, page: str, quarto: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "dossier القراءة 2"
    made = render(PAGE, folder, resources=CHARTS, quarto=quarto)
    assert made.engine.startswith("Quarto ")
    assert made.html is not None and made.pdf is not None
    text = made.html.read_text("utf-8")
    assert check_numbers(text, DISPLAYS, provenance={made.engine}) == []
    assert check_self_contained(text) == []
    assert rendering.pdf is not None and fonts_of(made.pdf) == fonts_of(rendering.pdf)
    ours, theirs = (LexborHTMLParser(html).css_first("#content") for html in (page, text))
    assert ours is not None and theirs is not None
    words = [" ".join(node.text(separator=" ").split()) for node in (ours, theirs)]
    assert words[0].replace(rendering.engine, made.engine) == words[1]
    for selector in (*SAME, "figure", "a.quarto-xref", "table", "math"):
        assert len(ours.css(selector)) == len(theirs.css(selector)) > 0, selector


def test_quarto_s_failures_name_their_line_and_leave_nothing(quarto: Path, tmp_path: Path) -> None:
    with pytest.raises(RenderError) as caught:
        html_of(write(tmp_path, "un\n\ndeux @fig-absente."), quarto)
    said = "unresolved cross-reference @fig-absente"
    assert str(caught.value).startswith("essai.qmd, line 9: ") and said in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_it_is_given_what_the_cells_left(tmp_path: Path) -> None:
    """So both engines lay out the same text, and the cells run for neither of them."""
    source = write(tmp_path, "Dit : `{python} 20 + 22`.\n\n```{python}\n1 / 1\n```")
    script = "cat body.md settings.yml > page-out.html; ls >> page-out.html"
    made = render(source, tmp_path / "out", formats=["html"], quarto=program(tmp_path, script))
    assert made.html is not None
    given = made.html.read_text("utf-8")
    assert "Dit : 42." in given and "1.0" in given and "{python}" not in given
    assert "title: Essai" in given and "report.qmd" not in given


def test_it_is_found_by_variable_path_and_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, nowhere = program(tmp_path, "exit 0"), str(tmp_path / "nowhere")
    for found, names in (
        (None, {}),
        (path, {"CONDA_PREFIX": str(tmp_path)}),
        (path, {"prefix": str(tmp_path)}),
        (path, {"PATH": str(path.parent)}),
        (path, {"QUARTO_PATH": str(path)}),
        (path, {"QUARTO_PATH": str(tmp_path)}),
    ):
        monkeypatch.setattr(sys, "prefix", names.get("prefix", nowhere))
        monkeypatch.setenv("PATH", names.get("PATH", nowhere))
        for name in ("CONDA_PREFIX", "QUARTO_PATH"):
            monkeypatch.setenv(name, names.get(name, ""))
        assert find_quarto() == found, names
    monkeypatch.setenv("QUARTO_PATH", str(tmp_path / "absent"))
    with pytest.raises(RenderError, match="is not a program"):
        find_quarto()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo half > page-out.html; echo 'disk full' >&2; exit 1", "exit code 1: disk full"),
        ("exit 0", "exit code 0: no message"),
        ("kill -9 $$", "exit code -9"),
        ("printf '' > page-out.html", "empty file"),
    ],
)
def test_one_that_stops_half_way_leaves_nothing(tmp_path: Path, script: str, said: str) -> None:
    source = write(tmp_path, "x")
    with pytest.raises(RenderError) as caught:
        render(source, tmp_path / "out", formats=["html"], quarto=program(tmp_path, script))
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 2
    assert not (tmp_path / "out").exists()


def test_one_that_cannot_say_its_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "quarto"
    path.write_text("#!/bin/sh\necho 'no deno here' >&2; exit 3\n", "utf-8")
    path.chmod(0o755)
    with pytest.raises(RenderError, match="--version failed"):
        render(write(tmp_path, "x"), tmp_path / "out", quarto=path)
    path.write_text("not a program", "utf-8")
    with pytest.raises(RenderError, match="cannot be started"):
        render(write(tmp_path, "x"), tmp_path / "out", quarto=path)
