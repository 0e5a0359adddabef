"""The page of verdicts: one self-contained HTML file, from `templates/verdicts.html`.

Pure: the text is returned, and nothing written.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup, escape

from readiness.facts import Fact, Term
from readiness.forensics.judging.verdict import Verdict
from readiness.forensics.reporting import NATURE, STATUS, told
from readiness.language import Language, direction, show, tell, text
from readiness.language import Markup as Pieces
from readiness.templating import environment

FOLDER = Path(__file__).resolve().parent / "templates"
HTML = Pieces(plain=html.escape, name=html.escape)


def verdict_html(
    verdicts: Sequence[Verdict], study: str, language: Language = "en", picture: str = ""
) -> str:
    """The page of a study's verdicts; `picture` is an SVG to put first, trusted as it is."""
    heading = Term("forensics.page.heading")
    title = Fact("forensics.page.title", {"heading": heading, "study": study})
    return (
        environment(FOLDER, escape)
        .get_template("verdicts.html")
        .render(
            language=language,
            direction=direction(language),
            title=Markup(tell(title, language, markup=HTML)),
            intro=text("forensics.page.intro", language),
            picture=Markup(picture),
            verdicts=[_shown(verdict, language) for verdict in verdicts],
        )
    )


def _shown(verdict: Verdict, language: Language) -> dict[str, str]:
    """A verdict's names and sentences; each of its numbers carries its id in the register."""
    span = Markup('<span data-id="verdict.{}.{}">{}</span>')

    def mark(name: str, written: str) -> str:
        # A plain text again: markup would escape what it is joined with.
        return str(span.format(verdict.id, name, Markup(written)))

    return {
        "id": verdict.id,
        "status": str(verdict.status),
        "status_name": show(STATUS[verdict.status], language),
        "nature_name": show(NATURE[verdict.nature], language),
        "said": Markup(told(verdict.facts, language, mark, HTML)),
    }
