"""The check of the page's numbers: each way to get a number past it, tried."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from readiness.ground.errors import RenderError
from readiness.language import LANGUAGES
from readiness.rendering.checks import check_numbers, check_self_contained, words_for
from readiness.steps.render import _check_page

DISPLAYS = {"w/a": "67,3 %", "w/b": {"640", "six cent quarante"}, "w/c": "< 30", "w/d": "−0,42"}
ALLOWED = [re.compile(r"(?<![\d.,])20[0-3]\d(?![\d.,]?\d)"), re.compile(r"\bsimulated-2026\b")]
PROVENANCE = {"simulated-2026@2 · 9f3a01"}
GOOD = """<html><head><title>Vague 2026</title></head><body>
<h2 id="s"><span class="header-section-number">1</span> Essentiel</h2>
<p>Soit <span class="n" data-id="w/a">67,3 %</span>, base <span class="n" data-id="w/b">640</span>
(<span class="n" data-id="w/b">six cent
quarante</span>), moins de <span class="n" data-id="w/c">&lt; 30</span>, en 2026.</p>
<p>De <span class="n" data-id="w/a">67,3&nbsp;%</span></p>
<figure id="fig-a"><img src="data:image/png;base64,AA12" data-ids="w/d"
alt="Écart de −0,42 sur 640.">
<figcaption><span class="caption-label"><strong>Figure&nbsp;1&nbsp;:</strong></span> Base
<span class="n" data-id="w/b">640</span></figcaption></figure>
<p>Voir <a class="quarto-xref" href="#fig-a">Figure&nbsp;1</a> et la
<a class="quarto-xref" href="#s">section&nbsp;1</a>.
<span class="prov">simulated-2026@2 · 9f3a01</span></p></body></html>"""


def problems(html: str) -> list[str]:
    displays = {**DISPLAYS, "w/a": {"67,3 %", "67,3\u00a0%"}}
    return [problem.text for problem in check_numbers(html, displays, ALLOWED, PROVENANCE)]


def test_a_good_page_has_no_problem() -> None:
    assert problems(GOOD) == []


SMUGGLED = (Path(__file__).parent / "smuggled.tsv").read_text("utf-8").splitlines()


@pytest.mark.parametrize("case", SMUGGLED)
def test_each_smuggled_digit_is_found(case: str) -> None:
    """Each with the text that is to be reported first."""
    text, _, smuggled = case.partition("\t")
    found = problems(GOOD.replace("</body>", f"<h3>Ajout</h3>{smuggled}</body>"))
    assert found, smuggled
    assert found[0] == text


def test_title_and_description_are_read_too() -> None:
    assert problems(GOOD.replace("Vague 2026", "Vague de 640 avis")) == ["640"]
    head = '<meta name="description" content="640 avis"></head>'
    assert problems(GOOD.replace("</head>", head)) == ["640"]


def test_a_problem_says_where() -> None:
    html = GOOD.replace(
        "</body>", "<h3>Ajout tardif</h3><p>On compte douze, ou 12 avis.</p></body>"
    )
    (problem,) = check_numbers(
        html, {**DISPLAYS, "w/a": {"67,3 %", "67,3\u00a0%"}}, ALLOWED, PROVENANCE
    )
    assert problem.heading == "Ajout tardif"
    assert "ou 12 avis" in problem.context
    assert "“12”" in str(problem) and "Ajout tardif" in str(problem)


@pytest.mark.parametrize(
    "part",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="https://fonts.example/css">',
        '<link rel="stylesheet" href="page.css">',
        '<img src="http://example.org/a.png">',
        '<img srcset="https://example.org/a.png 2x">',
        "<style>@import 'https://fonts.example/css';</style>",
        "<style>@font-face { src: url(https://fonts.example/f.woff2) }</style>",
        '<p style="background: url(//example.org/a.png)">x</p>',
        '<svg><image href="https://example.org/a.png"/></svg>',
        "<script>fetch('/x')</script>",
        '<iframe src="https://example.org"></iframe>',
        '<object data="a.pdf"></object>',
    ],
)
def test_what_would_be_loaded_is_found(part: str) -> None:
    assert check_self_contained(GOOD) == []
    assert len(check_self_contained(GOOD.replace("</body>", f"{part}</body>"))) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_known_in_every_language_and_counted_again(language: str) -> None:
    """As the language's catalogue has them; a number that is no count is found."""

    def page(number: int) -> str:
        label, section = (words_for(language)[name] for name in ("tbl", "sec"))
        label, section = label.replace("{n}", "1"), section.replace("{n}", str(number))
        caption = words_for(language)["label"].replace("{label}", label).replace(" ", "\u00a0")
        return (
            '<h2 id="s"><span class="header-section-number">1</span> A</h2>'
            f'<figure id="t"><figcaption>{caption} A</figcaption></figure>'
            f'<p><a class="quarto-xref" href="#t">{label}</a>'
            f'<a class="quarto-xref" href="#s">{section}</a></p>'
        )

    assert check_numbers(page(1), {}) == []
    assert [problem.text for problem in check_numbers(page(2), {})] == ["2"]


def test_marks_of_direction_hide_no_sign() -> None:
    isolated = '\u2066<span class="n" data-id="w/b">640</span>\u2069'
    assert problems(GOOD.replace("</body>", f"<p>{isolated}</p></body>")) == []
    assert problems(GOOD.replace("</body>", f"<p>−{isolated}</p></body>")) == ["−640"]
    assert problems(GOOD.replace("</body>", f"<p>{isolated}%</p></body>")) == ["640%"]


def test_a_question_is_known_without_the_point_that_a_colon_took_the_place_of() -> None:
    register = SimpleNamespace(spans=dict)
    part = SimpleNamespace(words=["As in 5."], provenance=(), register=register)
    _check_page(Path("page"), "<html><body><p>As in 5: yes</p></body></html>", part, "")  # type: ignore[arg-type]
    with pytest.raises(RenderError, match="no number of the register"):
        _check_page(Path("page"), "<html><body><p>As in 6: yes</p></body></html>", part, "")  # type: ignore[arg-type]
