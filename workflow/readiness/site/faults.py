"""Render the faults of an export as one self-contained page; no files are written.

The page quotes answers of single respondents, so it is marked as internal and never published.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from readiness.ground.errors import DataError, RenderError
from readiness.ground.facts import Fact, of_domain
from readiness.ground.printable import one_line, shorten
from readiness.language import Language, numbers, tell, text
from readiness.questionnaire import Questionnaire
from readiness.rendering.numbers import render_page
from readiness.validation import MEANINGS, SEVERITIES
from readiness.validation.issue_summary import by_rule, sort_issues

# Largest number of rows in a list on the page; the tables have all rows.
MOST = 500
# Longest cell in characters; an uncut answer could fill a page.
LONGEST = 120
COUNTED = {
    "received": "participation.chart.received",
    "kept": "participation.chart.kept",
    "quarantined": "validation.page.aside",
}


def faults_page(
    questionnaire: Questionnaire,
    issues: pd.DataFrame,
    counts: pd.DataFrame,
    quarantine: pd.DataFrame,
    language: Language,
) -> str:
    """Return the results of validation as a page; a missing label is shown in another language.

    Raises DataError when a fault cannot be written, as the tables are of another version.
    """
    labels = {item.id: item.label.text(language) for item in questionnaire.items}
    say = partial(text, language=language)
    title_values = {"title": questionnaire.title.text(language)}
    count = partial(numbers.whole, language=language)
    try:
        rows = []
        for issue in _take_first(sort_issues(issues)):
            row, severity = str(issue["row"]), str(issue["severity"])
            cells = {
                "row": "" if row == "0" else row,
                "respondent": _make_cell(issue["respondent"]),
                "question": labels.get(str(issue["item"]), _make_cell(issue["column"])),
                "value": _make_cell(issue["value"]),
                "what": tell(of_domain(issue["fact"], "validation"), language),
                "suggestion": _make_cell(issue.get("suggestion", "")),
                "severity": say(SEVERITIES[severity]),
                "level": severity,
            }
            rows.append(cells)
        aside = [_make_aside(row, language) for row in _take_first(quarantine)]
    except (ValueError, RenderError) as error:
        raise DataError(f"a fault cannot be described ({error}). Run again.") from None
    rules = [
        (r["rule"], say(SEVERITIES[r["severity"]]), say(MEANINGS[r["rule"]]), count(r["n"]))
        for r in by_rule(issues).to_dict("records")
    ]
    return render_page(
        "readiness.site",
        "faults.html",
        "codebook.css",
        language,
        questionnaire=questionnaire,
        heading=tell(Fact("validation.page.title", title_values), language),
        counts=[(say(key), count(_count(counts, name))) for name, key in COUNTED.items()],
        rules=rules,
        faults=rows,
        more=_tell_more(len(issues), language),
        aside=aside,
        more_aside=_tell_more(len(quarantine), language),
    )


def _take_first(table: pd.DataFrame) -> list[dict[Any, Any]]:
    return table.head(MOST).to_dict("records")


def _tell_more(n: int, language: Language) -> str:
    remaining = n - MOST
    return tell(Fact("validation.page.more", {"n": remaining}), language) if remaining > 0 else ""


def _make_aside(row: Mapping[Any, Any], language: Language) -> dict[str, str]:
    fact = str(row["fact"])
    why = tell(of_domain(fact, "validation"), language) if fact else ""
    return {
        "row": str(row["row"]),
        "respondent": _make_cell(row["respondent"]),
        "submitted": _make_cell(row["submitted"]),
        "why": why or text(MEANINGS[str(row["rule"])], language),
    }


def _make_cell(value: object) -> str:
    """Return a text on one line, shortened, without characters that change the writing
    direction.
    """
    return one_line(shorten(str(value), LONGEST))


def _count(counts: pd.DataFrame, quantity: str) -> int:
    at = (counts["quantity"] == quantity) & (counts["group"] == "all")
    return int(counts.loc[at, "value"].iloc[0]) if at.any() else 0
