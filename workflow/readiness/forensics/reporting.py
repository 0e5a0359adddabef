"""Verdicts for people and programs: a page, a terminal text, JSON; and a new claim.

Pure functions: they return text or a table, and write nothing.
"""

import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill

import pandas as pd
from markupsafe import Markup as Html
from markupsafe import escape

from readiness.errors import DataError
from readiness.facts import Fact, Term
from readiness.forensics.judging.claims import COLUMNS, read_register
from readiness.forensics.judging.structure import Structure
from readiness.forensics.judging.verdict import (
    Nature,
    Status,
    Verdict,
    numbers_of,
    record,
)
from readiness.language import Language, Markup, direction, show, tell, text
from readiness.language.telling import Mark
from readiness.templating import environment

STATUS = {status: Term(f"forensics.status.{status}") for status in Status}
NATURE = {nature: Term(f"forensics.nature.{nature}") for nature in Nature}
KEYS = (*(term.key for term in STATUS.values()), *(term.key for term in NATURE.values()))


def render_verdict(
    facts: Sequence[Fact],
    language: Language,
    mark: Mark | None = None,
    markup: Markup | None = None,
) -> str:
    """The sentences of a verdict; `mark(name, text)` may wrap each of its numbers."""
    own = numbers_of(facts)

    def only_numbers(name: str, text: str) -> str:
        return mark(name, text) if mark and name in own else text

    return " ".join(tell(fact, language, only_numbers, markup) for fact in facts)


def summary_ids(verdicts: Sequence[Verdict], lead: str) -> list[str]:
    """The verdicts that make one fair paragraph, in the order to read them: what the figures that
    the study is about (`lead`) can share, and what is not known."""
    own = (f"joint.{lead}", f"bases.{lead}")
    return [v.id for v in verdicts if v.id in own or v.kind == "unknown"]


def summary_text(
    verdicts: Sequence[Verdict], lead: str, language: str = "en", width: int = 96
) -> str:
    """One fair paragraph for a terminal: the sentences of `summary_ids`, wrapped."""
    by_id = {v.id: v for v in verdicts}
    sentences = " ".join(
        render_verdict(by_id[name].facts, language) for name in summary_ids(verdicts, lead)
    )
    return fill(sentences, width, break_long_words=False, break_on_hyphens=False) + "\n"


def verdict_json(verdicts: Sequence[Verdict], language: str = "en") -> str:
    """The verdicts as JSON: facts, witnesses, and their sentences in one language.

    Numbers exact (a fraction as "a/b"), keys sorted, the same bytes.
    """
    content = [
        {
            **record(v),
            "sentence": render_verdict(v.facts, language),
            "numbers": v.numbers,
            "witnesses": [dict(w) for w in v.witnesses],
        }
        for v in verdicts
    ]
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"


def add_claim(
    register: pd.DataFrame, fields: Mapping[str, str], structure: Structure
) -> pd.DataFrame:
    """The register with one more claim, checked whole; the register given is not changed.

    `fields` are register columns; those left out are empty, except `status` (documented) and, for a
    percentage, `rounding`, `weighted` (unknown) and `exactness` (printed). Raises DataError for an
    unknown column or a row that the register refuses. A register in use is never edited: the longer
    one is a new version of the dataset.
    """
    unknown = [name for name in fields if name not in COLUMNS]
    if unknown:
        raise DataError(
            f"claim: unknown {', '.join(sorted(unknown))}; expected {', '.join(COLUMNS)}."
        )
    defaults = dict.fromkeys(COLUMNS, "") | {"status": "documented", "date": "unknown"}
    if fields.get("unit") == "percent":
        defaults |= {"rounding": "unknown", "weighted": "unknown", "exactness": "printed"}
    row = defaults | dict(fields)
    longer = pd.concat(
        [register, pd.DataFrame([row], columns=list(COLUMNS), dtype=object)], ignore_index=True
    ).fillna("")
    read_register(longer, structure, "claims register with the new claim")
    return longer


FOLDER = Path(__file__).resolve().parent / "templates"
HTML = Markup(plain=html.escape, name=html.escape)


def verdict_html(
    verdicts: Sequence[Verdict], study: str, language: Language = "en", picture: str = ""
) -> str:
    """The page of a study's verdicts; `picture` is an SVG to put first, trusted as it is."""
    heading = Term("forensics.page.heading")
    title = Fact("language.labelled", {"label": heading, "what": study})
    return (
        environment(FOLDER, escape)
        .get_template("verdicts.html")
        .render(
            language=language,
            direction=direction(language),
            title=Html(tell(title, language, markup=HTML)),
            intro=text("forensics.page.intro", language),
            picture=Html(picture),
            verdicts=[_render_parts(verdict, language) for verdict in verdicts],
        )
    )


def _render_parts(verdict: Verdict, language: Language) -> dict[str, str]:
    """A verdict's names and sentences; each of its numbers carries its id in the register."""
    span = Html('<span data-id="verdict.{}.{}">{}</span>')

    def mark(name: str, written: str) -> str:
        # A plain text again: markup would escape what it is joined with.
        return str(span.format(verdict.id, name, Html(written)))

    return {
        "id": verdict.id,
        "status": str(verdict.status),
        "status_name": show(STATUS[verdict.status], language),
        "nature_name": show(NATURE[verdict.nature], language),
        "said": Html(render_verdict(verdict.facts, language, mark, HTML)),
    }
