"""The embedded renderer on a real document: what is on the page and on paper."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader
from pytest import MonkeyPatch
from selectolax.lexbor import LexborHTMLParser
from small_report import CHARTS, DISPLAYS, PAGE, gone, html_of, wait_for_text, write

from project_copy import PATIENCE, hear_ctrl_c
from readiness.ground.errors import RenderError
from readiness.rendering.checks import check_numbers, check_self_contained
from readiness.rendering.render import Rendering, render

WORKFLOW = Path(__file__).parents[2] / "workflow"


def test_every_kind_of_block_is_on_the_page(page: str) -> None:
    tree = LexborHTMLParser(page)
    assert tree.css_first("html").attributes["lang"] == "fr"
    assert tree.css_first(".box-warning .box-title").text(strip=True) == (
        "Ce que l’échantillon ne permet pas de dire"
    )
    assert [node.text() for node in tree.css("a.quarto-xref")] == [
        "Figure\u00a01",
        "Tableau\u00a01",
        "section\u00a02",
    ]
    assert (
        tree.css_first("figure#figure-parts figcaption")
        .text(strip=True)
        .startswith("Figure\u00a01\u00a0:")
    )
    assert tree.css_first("figure#figure-parts img").attributes["alt"].startswith("Barres")
    assert (
        tree.css_first("figure#table-parts figcaption")
        .text(strip=True)
        .startswith("Tableau\u00a01\u00a0:")
    )
    assert len(tree.css("figure#table-parts tbody tr")) == 3
    double = [node.attributes["class"] for node in tree.css("figure#figure-double img")]
    assert double == ["wide", "narrow"]
    assert tree.css_first("div[lang=ar]").attributes["dir"] == "rtl"
    assert [node.text() for node in tree.css("nav#TOC > ul > li > a")] == [
        "1 L’essentiel",
        "2 Méthode",
    ]
    assert tree.css_first("math") is not None
    assert "echo: false" not in page and "import os" not in page


def test_its_numbers_and_parts_are_known(page: str, rendering: Rendering) -> None:
    assert check_numbers(page, DISPLAYS, provenance={rendering.engine}) == []
    assert check_self_contained(page) == []
    assert rendering.engine.startswith("moteur de rendu intégré (")
    assert rendering.engine in page


def test_the_paper_holds_the_same_text_and_is_accessible(rendering: Rendering) -> None:
    assert rendering.pdf is not None
    content = rendering.pdf.read_bytes()
    assert content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")
    assert b"pdfuaid:part" in content
    if not (tool := __import__("shutil").which("pdftotext")):
        pytest.skip("pdftotext is not installed")
    text = subprocess.run(
        [tool, "-layout", str(rendering.pdf), "-"], capture_output=True, check=True
    ).stdout.decode("utf-8")
    for expected in ("67,3 %", "Tableau 1", "Ce que l’échantillon", "Sommaire"):
        assert expected in text.replace("\u00a0", " ")


@pytest.mark.parametrize(("text", "says"), [("차기 😀", True), ("déjà القراءة", False)])
def test_a_paper_says_that_it_lacks_letters(tmp_path: Path, text: str, says: bool) -> None:
    made = render(write(tmp_path, text), tmp_path / "out", quarto=None, language="en")
    assert made.pdf is not None and made.html is not None
    assert (b"pdfuaid:part" in made.pdf.read_bytes()) == (not says)
    assert ("empty boxes" in PdfReader(made.pdf).pages[0].extract_text()) == says
    page = made.html.read_text("utf-8")
    assert text in page and "empty boxes" not in page


def test_same_bytes_twice_in_another_folder_locale_and_zone(
    rendering: Rendering, tmp_path: Path
) -> None:
    """HOME unset, a path with spaces and Arabic letters, LC_ALL=C, a read-only source folder."""
    folder = tmp_path / "dossier القراءة 2"
    (folder / "tmp").mkdir(parents=True)
    (folder / "source").mkdir()
    source = folder / "source" / "page.qmd"
    source.write_bytes(PAGE.read_bytes())
    (folder / "source").chmod(0o500)
    environment = {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C",
        "TZ": "Pacific/Apia",
        "TMPDIR": str(folder / "tmp"),
        "PYTHONPATH": str(WORKFLOW),
        "PYTHONHASHSEED": "7",
    }
    program = (
        "import sys; from pathlib import Path; from readiness.rendering.render import render;"
        "render(Path(sys.argv[1]), Path(sys.argv[2]), resources={'charts': Path(sys.argv[3])},"
        " quarto=None)"
    )
    arguments = [str(source), str(folder / "out"), str(CHARTS["charts"])]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    assert rendering.html is not None and rendering.pdf is not None
    assert (folder / "out" / "page.html").read_bytes() == rendering.html.read_bytes()
    assert (folder / "out" / "page.pdf").read_bytes() == rendering.pdf.read_bytes()
    assert list((folder / "tmp").iterdir()) == []
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["page.html", "page.pdf"]


def test_inline_expressions_follow_quarto(tmp_path: Path) -> None:
    body = """```{python}
class Markdown(str):
    def _repr_markdown_(self):
        return str(self)
x = 1
```

A `{python} x` B `{python} "*étoile*"` C `{python} Markdown("**gras**")` D ``{python} x``.

```python
`{python} not_run`
```

```{python}
x = 2
```

E `{python} x`.
"""
    text = html_of(write(tmp_path, body))
    assert "A 1 B *étoile* C <strong>gras</strong>" in text
    assert "E 2." in text
    assert "{python} not_run" in text and "<code>{python} x</code>" in text


def test_cell_options(tmp_path: Path) -> None:
    body = """```{python}
#| echo: true
print("dit")
```

```{python}
#| include: false
print("tu")
```

```{python}
#| eval: false
raise SystemError
```
"""
    tree = LexborHTMLParser(html_of(write(tmp_path, body)))
    assert [node.text(strip=True) for node in tree.css("pre")] == ['print("dit")', "dit"]


def test_warnings_are_for_who_renders(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    body = """```{python}
#| output: asis
import os, subprocess, sys
print("| a |")
print("a warning", file=sys.stderr)
subprocess.run(["echo", "by another program"])
print("|---|")
print("| b |")
```"""
    text = html_of(write(tmp_path, body))
    assert text.count("<table") == 1 and "| b |" not in text
    assert "a warning" not in text and "by another" not in text
    seen = capfd.readouterr().err
    assert "a warning" in seen and "by another program" in seen


def test_cells_run_once_for_page_and_paper(tmp_path: Path) -> None:
    body = """```{python}
from pathlib import Path
with Path("%s").open("a") as file:
    file.write("x")
```

Dit : `{python} Path.cwd().name`.""" % (tmp_path / "ran")
    made = render(write(tmp_path, body), tmp_path / "out", quarto=None)
    assert made.html is not None and made.pdf is not None
    assert (tmp_path / "ran").read_text() == "x"


def test_a_program_that_a_cell_leaves_behind_is_ended(tmp_path: Path) -> None:
    body = """```{python}
import pathlib, subprocess
child = subprocess.Popen(["sleep", "600"])
pathlib.Path("%s").write_text(str(child.pid))
```""" % (tmp_path / "pid")
    html_of(write(tmp_path, body))
    assert gone(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize(
    "part",
    [
        '::: {.content-visible when-format="pdf"}\nIl y a 4321 personnes.\n:::',
        '::: {.content-hidden when-format="html"}\nIl y a ٤٣٢١ personnes.\n:::',
        '::: {.content-visible when-format="typst"}\n```\n4321\n```\n:::',
        'Il y a [4321]{.content-visible when-format="pdf"} personnes.',
        "```{=typst}\n4321 personnes\n```",
        "Il y a `4321`{=typst} personnes.",
    ],
)
def test_no_number_stands_on_paper_alone(tmp_path: Path, part: str) -> None:
    """The page is compared with the register, the PDF is not read again."""
    with pytest.raises(RenderError, match="stands on paper alone, where no number is checked"):
        render(write(tmp_path, f"{part}\n"), tmp_path / "out", quarto=None)


def test_parts_for_paper_may_hold_words_and_layout(tmp_path: Path) -> None:
    body = (
        '::: {.content-visible when-format="pdf"}\npapier\n:::\n\n```{=typst}\n#pagebreak()\n```\n'
        '\n::: {.content-hidden when-format="pdf"}\n12\n:::\n'
        '\n::: {.content-hidden when-format="html"}\ncaché\n:::\n'
        '\n::: {.content-visible when-format="html"}\npage\n:::\n'
    )
    made = render(write(tmp_path, body), tmp_path / "out", quarto=None)
    assert made.html is not None and made.pdf is not None
    text = made.html.read_text("utf-8")
    assert "page" in text and "papier" not in text and "caché" not in text


def test_an_arabic_page_runs_from_right_to_left(tmp_path: Path) -> None:
    body = "## عنوان {#sec-a}\n\nانظر @sec-a.\n"
    made = render(write(tmp_path, body), tmp_path / "out", language="ar", quarto=None)
    assert made.html is not None and made.pdf is not None
    text = made.html.read_text(encoding="utf-8")
    assert '<html lang="ar" dir="rtl">' in text
    assert "المحتويات" in text and "القسم\u00a01" in text


@pytest.mark.parametrize(
    ("body", "line", "said"),
    [
        ("un\n\n```{python}\na = 1\nb = a / 0\n```", 11, "ZeroDivisionError: division by zero"),
        ("```{python}\n#| echo: true\n\nif True\n```", 10, "SyntaxError"),
        ("```{python}\ndef f():\n    raise KeyError\n```\n\n```{python}\n\nf()\n```", 14, "Key"),
        ("un\n\ndeux `{python} 1` trois\n`{python} inconnu` quatre", 10, "NameError"),
        ("un\n`{python} (1` deux", 8, "SyntaxError"),
        ("un\n\ndeux @fig-absente.", 9, "unresolved cross-reference @fig-absente"),
        ("un\n\n![x](charts/absent.svg)", 9, "charts/absent.svg"),
        ("```{python}\n1\n", 7, "never closed"),
        ("```{python}\n#| echo: [\n1\n```", 8, "options is not YAML"),
        ("```{python}\n1\n```\n\n```{python}\nimport os\nos._exit(3)\n```", 12, "died while"),
        ("```{python}\n1\nraise SystemExit(0)\n```", 9, "SystemExit: 0"),
    ],
)
def test_what_fails_names_its_line_and_leaves_nothing(
    tmp_path: Path, body: str, line: int, said: str
) -> None:
    with pytest.raises(RenderError) as caught:
        render(write(tmp_path, body), tmp_path / "out", quarto=None)
    message = str(caught.value)
    assert message.startswith(f"essai.qmd, line {line}: ") and said in message
    assert len(message.splitlines()) <= 2
    assert not (tmp_path / "out").exists()


def test_a_bad_source_says_so(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="was not found"):
        render(tmp_path / "absent.qmd", tmp_path, quarto=None)
    (tmp_path / "a.qmd").write_bytes(b"---\ntitle: \xe9\n---\n")
    with pytest.raises(RenderError, match="not UTF-8"):
        render(tmp_path / "a.qmd", tmp_path, quarto=None)
    with pytest.raises(RenderError, match="front matter is not YAML"):
        render(write(tmp_path, "x", "title: [a"), tmp_path, quarto=None)
    with pytest.raises(RenderError, match="needed to render"):
        render(write(tmp_path, "x"), tmp_path, resources={"a": tmp_path / "no"}, quarto=None)
    with pytest.raises(RenderError, match="No such format"):
        render(write(tmp_path, "x"), tmp_path, formats=["docx"], quarto=None)


SLEEPER = """```{python}
import pathlib, subprocess, time
child = subprocess.Popen(["sleep", "600"])
pathlib.Path("%s").write_text(str(child.pid))
time.sleep(600)
```"""


def test_out_of_time_ends_the_whole_group(tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    """Here the time is out once the child is there, however long its start takes."""
    source, wait = write(tmp_path, SLEEPER % (tmp_path / "pid")), subprocess.Popen.wait

    def run_out(process: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        if timeout is not None:
            wait_for_text(tmp_path / "pid")
        return wait(process, timeout and 0.01)

    monkeypatch.setattr(subprocess.Popen, "wait", run_out)
    with pytest.raises(RenderError, match="did not finish within 10 s"):
        render(source, tmp_path / "out", timeout=10, quarto=None)
    assert gone(int((tmp_path / "pid").read_text()))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, 143)]
)
def test_interrupted_it_cleans_up(tmp_path: Path, number: signal.Signals, code: int) -> None:
    (tmp_path / "tmp").mkdir()
    out = tmp_path / "out"
    out.mkdir()
    (out / "essai.html").write_text("before")
    source = write(tmp_path, SLEEPER % (tmp_path / "pid"))
    program = (
        "import sys; from pathlib import Path; from readiness.rendering.render import render;"
        "render(Path(sys.argv[1]), Path(sys.argv[2]), quarto=None)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(source), str(out)],
        env={**os.environ, "PYTHONPATH": str(WORKFLOW), "TMPDIR": str(tmp_path / "tmp")},
        stderr=subprocess.PIPE,
        preexec_fn=hear_ctrl_c,
    )
    child = int(wait_for_text(tmp_path / "pid"))
    process.send_signal(number)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == code
    assert gone(child)
    assert list((tmp_path / "tmp").iterdir()) == []
    assert [path.name for path in out.iterdir()] == ["essai.html"]
    assert (out / "essai.html").read_text() == "before"


def test_french_signs_keep_their_spaces(tmp_path: Path) -> None:
    """As the language's own catalogue has it; a digit of a number keeps its own."""
    body = "Vrai ? « Oui » : dit-il ; non ! Et 50 % des gens.\n"
    text = LexborHTMLParser(html_of(write(tmp_path, body))).css_first("main p").text()
    assert text == (
        "Vrai\u202f? «\u00a0Oui\u00a0»\u00a0: dit-il\u202f; non\u202f! Et 50\u202f% des gens."
    )
    english = render(write(tmp_path, "Who ?\n"), tmp_path / "en", language="en", quarto=None)
    assert english.html is not None and "Who ?" in english.html.read_text("utf-8")
