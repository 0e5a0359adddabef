"""How the results look: tables for the terminal, JSON, and words that follow the selection."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from readiness.analysis.any_csv.classical import CLASSICAL
from readiness.analysis.any_csv.sample import Sample
from readiness.analysis.selection import Selection
from readiness.disclosure.policy import LEAST
from readiness.errors import StatisticsError
from readiness.language import tell

if TYPE_CHECKING:
    import pandas as pd

    from readiness.analysis.any_csv.results import Compared

# Wider than any table: a line is never broken by the width of a window.
_WIDTH = 500
_SIGNIFICANT = 12
_WORDS = {
    Selection.PROBABILITY: "Probability sample: standard errors and intervals are design-based.",
    Selection.CENSUS: "Census: everyone was asked, so there is no sampling error and no "
    "interval. What those who did not answer would have said is not covered.",
    Selection.OPT_IN: "Opt-in sample: intervals and tests are valid if, within weighting cells, "
    "those who answered are like those who did not; selection bias is not covered.",
    Selection.PURPOSIVE: "Purposive sample: the shares are of those who answered and of no one "
    "else; there is no interval.",
}
_LEGEND = {
    "cramers_v": "Cramer's V: 0 no association, 1 complete, less what chance and design add.",
    "probability_of_superiority": "Probability of superiority: that b answers higher than a; half "
    "of the ties count.",
    "odds_ratio": "Odds ratio: of a later one of the declared answers, b against a.",
}
_KNOWN = "As they are commonly computed, unweighted and as of people drawn one by one:"
_AS_IF = (
    "Purposive sample: intervals and tests are shown as if it were a random sample, which it is "
    "not, to show how little n can tell."
)


def sentence(sample: Sample, as_if_random: bool) -> str:
    """What the selection allows one to say."""
    return _AS_IF if as_if_random else _WORDS[Selection(sample.settings.selection)]


def heading(sample: Sample, as_if_random: bool) -> str:
    """The lines above the tables: how many rows, how weighted, what may be said."""
    made = sample.design
    lines = [f"{made.rows} respondents" + (f", {made.n} in the domain" if sample.settings.domain
             else "")]  # fmt: skip
    report = sample.weighting
    if report is not None:
        lines.append(
            f"Weights: {'; '.join(report.method)}. Kish design effect "
            f"{report.final.kish_deff:.2f}, effective n {report.final.n_eff:.0f}."
        )
        if report.largest_gap > 1e-6:
            lines.append(
                f"{report.trimmed} weights were trimmed; the margins are now off by up to "
                f"{100 * report.largest_gap:.1f} %."
            )
    return "\n".join([*lines, sentence(sample, as_if_random)])


def show_estimates(sample: Sample, table: pd.DataFrame, intervals: bool) -> str:
    """The shares, one table a question and crossing; percentages and points with one decimal."""
    level = f"{100 * sample.settings.level:g} % interval"
    words = sample.words
    blocks = []
    for question, by, part in _crossed_parts(sample, table):
        names = {"group": words.question(by), "answer": "answer", "base": "base"}
        bases = part["base"].nunique() > 1
        keys = [*(["base"] if bases else []), *(["group"] if by else []), "answer"]
        header = [*(names[k] for k in keys), "n", "count", "share %"]
        header += ["se", level, "reliability"] if intervals else []
        noted = bool((part["note"] != "").any())
        rows = []
        for row in part.to_dict("records"):
            told = {
                "base": str(row["base"]),
                "group": words.answer(by, str(row["group"])),
                "answer": words.answer(question, str(row["answer"])),
            }
            cells = [told[k] for k in keys]
            cells += [str(row["n"]), str(row["count"]), _percent(row["estimate"])]
            if intervals:
                limits = _limits(row["lower"], row["upper"], 100, 1)
                cells += [_percent(row["se"]), limits, str(row["reliability"])]
            rows.append([*cells, *([row["note"]] if noted else [])])
        header += ["note"] if noted else []
        grid = _grid(header, rows, left={*range(len(keys))})
        blocks.append(f"{words.question(question)}\n{grid}")
    foot = "n: answers in the base; count: answers given; both unweighted."
    if intervals:
        foot += (
            f" se in points. Intervals: {sample.settings.interval}. Reliability: the NCHS "
            "standards for proportions."
        )
    return "\n\n".join([*blocks, foot])


def _crossed_parts(sample: Sample, table: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Question, column of the groups ("" without), and the rows that are shown together.

    The total stands above the groups of the first crossing, and is not repeated.
    """
    for name, part in table.groupby("question", sort=False):
        crossed = [by for by in sample.crossings if part["by"].eq(by).any()]
        first = crossed[0] if crossed else ""
        yield str(name), first, part[part["by"].isin(["", first])]
        for by in crossed[1:]:
            yield str(name), by, part[part["by"].eq(by)]


def show_alphas(sample: Sample, found: Sequence[Mapping[str, Any]], intervals: bool) -> str:
    """Cronbach's alpha of each scale."""
    level = f"{100 * sample.settings.level:g} % interval"
    header = ["Cronbach's alpha", "items", "n", "alpha", *([level] if intervals else []), ""]
    rows = []
    for line in found:
        alpha = "" if line["alpha"] is None else f"{line['alpha']:.4f}"
        cells = [str(line["scale"]), str(len(line["items"])), str(line["n"] or ""), alpha]
        cells += [_limits(line["lower"], line["upper"], 1, 4)] if intervals else []
        rows.append([*cells, str(line["note"])])
    return _grid(header, rows, left={0, len(header) - 1})


def show_comparisons(sample: Sample, made: Compared, table: pd.DataFrame, inference: bool) -> str:
    """Tests, differences and effect sizes, question by question."""
    blocks = []
    words = sample.words
    for (question, by), comparison in made.items():
        part = table[table["question"].eq(question) & table["by"].eq(by)]
        title = f"{words.question(question)} by {words.question(by)}"
        if isinstance(comparison, StatisticsError):
            blocks.append(f"{title}\nNo result: {comparison}")
            continue
        groups = {name: words.answer(by, str(name)) for name in comparison.group_sizes}
        sizes = ", ".join(f"{groups[name]} {n}" for name, n in comparison.group_sizes.items())
        lines = [f"{title}: {comparison.n} answers ({sizes})"]
        lines += [f"Note: {note}." for note in comparison.notes]
        tests = {row.test for row in comparison.tests}
        if inference:
            lines += [tell(comparison.choice.reason, "en"), _tests(tests, part)]
            lines += [_KNOWN, _tests(CLASSICAL, part)] if part["test"].isin(CLASSICAL).any() else []
        rows = [
            {**row, "a": groups.get(row["a"], row["a"]), "b": groups.get(row["b"], row["b"])}
            for row in part.to_dict("records")
        ]
        lines += _differences(sample, [r for r in rows if r["test"] == "contrast"], inference)
        effects = [r for r in rows if r["test"] not in {"contrast", *tests, *CLASSICAL}]
        lines.append(_effects(sample, effects, inference))
        blocks.append("\n".join(line for line in lines if line))
    shown = set(table["test"])
    legend = [line for test, line in _LEGEND.items() if test in shown]
    return "\n\n".join([*blocks, "\n".join(legend)] if legend else blocks)


def _tests(tests: Collection[str], part: pd.DataFrame) -> str:
    rows = []
    for row in part[part["test"].isin(tests)].to_dict("records"):
        degrees = [_short(row[c]) for c in ("df1", "df2") if row[c] == row[c]]
        name = f"{row['statistic_name']} " if row["statistic_name"] else ""
        value = f"{name}{row['statistic']:.3f}" if row["statistic"] == row["statistic"] else ""
        primary = "primary" if row["leads"] else ""
        rows.append([_plain(row["test"]), value, ", ".join(degrees), _p(row["p_value"]), primary,
                     row["note"]])  # fmt: skip
    return _grid(["test", "statistic", "df", "p", "", ""], rows, left={0, 4, 5})


def _differences(sample: Sample, rows: list[dict[Any, Any]], inference: bool) -> list[str]:
    if not rows:
        return []
    level = f"{100 * sample.settings.level:g} % interval"
    columns = [level, "p", f"{level}, all pairs", "adjusted p"] if inference else []
    header = ["a", "b", "points", *columns, ""]
    cells = []
    for row in rows:
        line = [row["a"], row["b"], _percent(row["effect"], sign=True)]
        if inference:
            line += [_limits(row["lower"], row["upper"], 100, 1), _p(row["p_value"])]
            low, high = (row.get(f"simultaneous_{end}", math.nan) for end in ("lower", "upper"))
            line += [_limits(low, high, 100, 1), _p(row["p_adjusted"])]
        cells.append([*line, row["note"] if inference else ""])
    adjusted = f"; p adjusted by {sample.settings.adjust}" if inference else ""
    return [f"{rows[0]['method']}{adjusted}", _grid(header, cells, left={0, 1, len(header) - 1})]


def _effects(sample: Sample, rows: list[dict[Any, Any]], inference: bool) -> str:
    level = f"{100 * sample.settings.level:g} % interval"
    header = ["effect size", "a", "b", "value", *([level] if inference else []), "", ""]
    cells = []
    for row in rows:
        value = f"{row['effect']:.3f}" if row["effect"] == row["effect"] else ""
        line = [_plain(row["test"]), row["a"], row["b"], value]
        line += [_limits(row["lower"], row["upper"], 1, 3)] if inference else []
        primary = "primary" if row["leads"] else ""
        cells.append([*line, primary, row["note"] if inference else ""])
    return _grid(header, cells, left={0, 1, 2, len(header) - 2, len(header) - 1}) if cells else ""


def as_json(sample: Sample, as_if_random: bool, name: str, table: pd.DataFrame, **more: Any) -> str:
    """The results with what they rest on; missing numbers are null, shares in 0-1."""
    report = sample.weighting
    weighting = None
    if report is not None:
        weighting = {
            "method": list(report.method),
            "kish_deff": report.final.kish_deff,
            "n_eff": report.final.n_eff,
            "trimmed": report.trimmed,
            "largest_gap": report.largest_gap,
        }
    document = {
        "settings": sample.settings.model_dump(),
        "respondents": sample.design.rows,
        "in_domain": sample.design.n,
        "sentence": sentence(sample, as_if_random),
        "weighting": weighting,
        **more,
        name: table.astype(object).to_dict("records"),
    }
    return json.dumps(_clean(document), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _clean(value: Any) -> Any:
    """Plain numbers of 12 significant digits; null for what is missing."""
    if isinstance(value, dict):
        return {str(k): _clean(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(v) for v in value]
    if value is None or isinstance(value, (bool, str, int)):
        return value
    import pandas as pd

    if pd.isna(value):
        return None
    number = value.item() if hasattr(value, "item") else value
    if isinstance(number, float):
        return float(f"{number:.{_SIGNIFICANT}g}")
    return number


def _grid(header: Sequence[str], rows: Sequence[Sequence[str]], left: set[int]) -> str:
    """Columns of text, without the ones that are empty throughout."""
    from rich.console import Console
    from rich.table import Table

    used = [i for i, name in enumerate(header) if name or any(row[i] for row in rows)]
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for i in used:
        grid.add_column(header[i], justify="left" if i in left else "right", no_wrap=True)
    for row in rows:
        grid.add_row(*(row[i] for i in used))
    text = io.StringIO()
    console = Console(file=text, width=_WIDTH, color_system=None, markup=False, emoji=False,
                      highlight=False, force_terminal=False)  # fmt: skip
    console.print(grid)
    return "\n".join(f"  {line.rstrip()}" for line in text.getvalue().splitlines())


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _short(value: float) -> str:
    """At most two decimals, none for a whole number."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _percent(value: Any, *, sign: bool = False) -> str:
    if value is None or value != value:
        return ""
    return f"{100 * value:{'+' if sign else ''}.1f}"


def _limits(lower: Any, upper: Any, scale: float, digits: int) -> str:
    if lower is None or upper is None or lower != lower or upper != upper:
        return ""
    return f"{scale * lower:.{digits}f} to {scale * upper:.{digits}f}"


def _p(value: Any) -> str:
    if value is None or value != value:
        return ""
    return f"{value:.4f}" if value >= 0.0001 else "<0.0001"


def few(table: pd.DataFrame) -> str:
    """What to know before the numbers are passed on: how many of these estimates stand for few
    people, or for all but few; "" where none does."""
    count, n = table["count"].astype(int), table["n"].astype(int)
    small = count.between(1, LEAST - 1) | (n - count).between(1, LEAST - 1)
    if not small.any():
        return ""
    return (
        f"{small.sum()} of {len(table)} shares stand for fewer than {LEAST} people, or for all but "
        "so few: somebody may be recognised.\nNothing is withheld here; a wave of a project "
        "protects them (docs/disclosure.md)."
    )
