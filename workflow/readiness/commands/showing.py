"""Show results: tables for the terminal, JSON, and sentences that follow the selection."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from readiness.analysis.any_csv.results import sizes
from readiness.analysis.any_csv.sample import Sample
from readiness.analysis.measured import warn_of
from readiness.analysis.selection import Selection
from readiness.disclosure.policy import LEAST
from readiness.ground.decimals import SIGNIFICANT_DIGITS
from readiness.ground.errors import ConfigError, RenderError
from readiness.ground.facts import from_json
from readiness.language import show, tell
from readiness.questionnaire import DONT_KNOW, TOTAL, Item
from readiness.survey.comparisons.classical import CLASSICAL
from readiness.survey.design import FEW

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
_CLUSTERS = {
    True: "{} clusters: standard errors of shares by CR2 (Bell, McCaffrey), on Satterthwaite "
    "degrees of freedom.",
    False: "{} clusters: standard errors are not corrected for so few; that takes two clusters or "
    "more of each stratum, one stage, and no margins.",
}
_KNOWN = "As they are commonly computed, unweighted and as of people drawn one by one:"


# Column of a printed table: a column of the results (None: the whole row), and its format. Texts,
# with the format `str`, are aligned to the left.
Column = tuple[str | None, Callable[[Any], str]]
Columns = dict[str, Column]


@dataclass(frozen=True, eq=False)
class Shown:
    """A sample to be shown: in which language, and with or without inference."""

    sample: Sample
    language: str
    selection: Selection

    def sentence(self) -> str:
        """Return a sentence on the inference that the selection of respondents permits.

        With few clusters, a second sentence names the variance estimator.
        """
        design, selection_text = self.sample.design, _WORDS[self.selection]
        units = design.stages[0].units
        if not self.selection.inference or units.identity or units.size > FEW:
            return selection_text
        return f"{selection_text} {_CLUSTERS[design.has_few_clusters].format(units.size)}"

    def title(self, name: str) -> str:
        """Return the name of a question or variable, with its label where that differs."""
        label = self._translate(self.sample.questionnaire.variable(name).label.text)
        return name if label == name else f"{name}: {label}"

    def answers(self, name: str) -> dict[str, str]:
        """Return the labels of a question's levels, or of a variable's groups, by code."""
        variable = self.sample.questionnaire.variable(name)
        labels = {TOTAL: TOTAL, **self._translate(variable.labels)}
        if isinstance(variable, Item):
            for box, codes in variable.levels_of.items():
                labels[box] = " + ".join(labels[code] for code in codes)
            if variable.dont_know:
                labels[DONT_KNOW.strip("_")] = self._translate(variable.dont_know.label)
        return labels

    def _translate(self, text: Any) -> Any:
        try:
            return text(self.language)
        except RenderError as error:
            raise ConfigError(f"--language {self.language}: {error}") from None

    def heading(self) -> str:
        """Return the lines above the tables: number of rows, weights, inference."""
        design, domain = self.sample.design, self.sample.settings.domain
        lines = [f"{design.rows} respondents" + (f", {design.n} in the domain" if domain else "")]
        if (report := self.sample.weighting) is not None:
            lines.append(
                f"Weights: {'; '.join(report.method)}. Kish design effect "
                f"{report.final.kish_deff:.2f}, effective n {report.final.n_eff:.0f}."
            )
            if report.largest_gap > 1e-6:
                lines.append(
                    f"{report.trimmed} weights were trimmed; the margins are now off by up to "
                    f"{100 * report.largest_gap:.1f} %."
                )
        return "\n".join([*lines, self.sentence()])

    def estimates(self, table: pd.DataFrame) -> str:
        """Return the tables of shares, one for each question and crossing, in percent."""
        blocks = []
        numbers: Columns = {
            "answer": ("level", str),
            "n": ("n", _whole),
            "count": ("count", _whole),
            "share %": ("estimate", _write_percent),
            "se": ("se", _write_percent),
            **self._join_interval(100, 1),
            "reliability": ("reliability", format),
            "note": ("note", str),
        }
        for item in self.sample.items:
            part = table[table["item"].eq(item.id)]
            crossed = [by for by in self.sample.settings.by if part["by"].eq(by).any()]
            for place, by in enumerate(crossed or [""]):
                groups = {TOTAL: TOTAL, **(self.answers(by) if by else {})}
                # The first crossing begins with the total, which the others leave out.
                rows = part[part["by"].isin([by] if place else ["", by])]
                at = rows["group"].map({group: at for at, group in enumerate(groups)})
                rows = rows.assign(at=at).sort_values(["base", "at"], kind="stable")
                rows = rows.assign(
                    level=rows["level"].map(self.answers(item.id)), group=rows["group"].map(groups)
                )
                keys: Columns = {"base": ("base", str)} if rows["base"].nunique() > 1 else {}
                keys |= {self.title(by): ("group", str)} if by else {}
                blocks.append(f"{self.title(item.id)}\n{_align_columns(rows, {**keys, **numbers})}")
        foot = "n: answers in the base; count: answers given; both unweighted."
        if self.selection.inference:
            foot += (
                f" se in points. Intervals: {self.sample.settings.interval}. Reliability: the NCHS "
                "standards for proportions."
            )
        return "\n\n".join([*blocks, foot])

    def _join_interval(
        self, scale: float, digits: int, kind: str = "", suffix: str = ""
    ) -> Columns:
        def limits(row: Any) -> str:
            ends = [row[f"{end}{kind}"] for end in ("lower", "upper")]
            limit_texts = [f"{scale * end:.{digits}f}" for end in ends if not _is_missing(end)]
            return " to ".join(limit_texts) if len(limit_texts) == 2 else ""

        return {f"{100 * self.sample.settings.level:g} % interval{suffix}": (None, limits)}

    def scales(self, table: pd.DataFrame) -> str:
        """Return the table of Cronbach's alpha of each scale, with warnings."""
        interval_sizes = table.loc[table["lower"].notna(), "n"]
        warnings = dict.fromkeys(
            warning for n in interval_sizes if (warning := warn_of("interval: alpha", n))
        )
        columns: Columns = {
            "Cronbach's alpha": ("item", str),
            "without": ("without", str),
            "items": ("items", _whole),
            "n": ("n", _whole),
            "alpha": ("alpha", "{:.4f}".format),
            **self._join_interval(1, 4),
            "note": ("note", str),
        }
        return "\n".join(
            [_align_columns(table, columns), *(show(warning, "en") for warning in warnings)]
        )

    def comparisons(self, table: pd.DataFrame, choices: pd.DataFrame) -> str:
        """Return tests, differences and effect sizes, a block for each question and crossing."""
        blocks = []
        for name, by, fact in zip(choices["item"], choices["by"], choices["fact"], strict=True):
            part = table[table["item"].eq(name) & table["by"].eq(by)]
            title = f"{self.title(name)} by {self.title(by)}"
            failed = part[part["test"].eq("comparison")]
            if len(failed):
                why = failed["note"].iloc[0].removeprefix("no result: ")
                blocks.append(f"{title}\nNo result: {name}: {why}")
                continue
            item, groups = self.sample.questionnaire.item(name), self.answers(by)
            counted = sizes(self.sample, item, by)
            group_counts = ", ".join(f"{groups[code]} {n}" for code, n in counted.items())
            lines = [f"{title}: {sum(counted.values())} answers ({group_counts})"]
            # Tests of the design name the option of a multiple-response question in `b`.
            effect, contrast = part["test"].isin(_LEGEND), part["test"].eq("contrast")
            option = part["answer"].where(part["answer"].ne("") | effect, part["b"])
            part = part.assign(
                answer=option.map(self.answers(name)),
                a=part["a"].replace(groups),
                b=part["b"].replace(groups),
                test=part["test"].str.replace("_", " "),
                leads=part["leads"].map({True: "primary", False: ""}),
            )
            is_classical = part["test"].isin([test.replace("_", " ") for test in CLASSICAL])
            design_tests = part[~effect & ~contrast & ~is_classical]
            if len(design_tests):
                lines += [tell(from_json(fact), "en"), _align_columns(design_tests, _TESTS)]
                lines += (
                    [_KNOWN, _align_columns(part[is_classical], _TESTS)]
                    if is_classical.any()
                    else []
                )
            lines += self._write_differences(part[contrast])
            columns: Columns = {"effect size": ("test", str), "a": ("a", str), "b": ("b", str)}
            columns |= {"value": ("effect", "{:.3f}".format)} | self._join_interval(1, 3) | _NOTED
            lines += [_align_columns(part[effect], columns)] if effect.any() else []
            blocks.append("\n".join(lines))
        legend = [line for test, line in _LEGEND.items() if table["test"].eq(test).any()]
        legend += dict.fromkeys(
            f"{row['test'].replace('_', ' ').capitalize()}: {show(warning, 'en')}"
            for row in table.to_dict("records")
            for kind, column in (("test", "p_value"), ("interval", "lower"))
            if not _is_missing(row[column])
            if (warning := warn_of(f"{kind}: {row['test']}", row["n"]))
        )
        return "\n\n".join([*blocks, "\n".join(legend)] if legend else blocks)

    def _write_differences(self, rows: pd.DataFrame) -> list[str]:
        """Return the table of differences between groups, after its heading."""
        if rows.empty:
            return []
        several = rows["answer"].nunique() > 1
        what = "each answer" if several else rows["answer"].iloc[0]
        adjusted = "; p adjusted by max-t" if self.selection.inference else ""
        columns: Columns = {"answer": ("answer", str)} if several else {}
        columns |= {
            "a": ("a", str),
            "b": ("b", str),
            "points": ("effect", lambda value: f"{100 * value:+.1f}"),
            **self._join_interval(100, 1),
            "p": ("p_value", _write_p),
            **self._join_interval(100, 1, "_simultaneous", ", all pairs"),
            "adjusted p": ("p_adjusted", _write_p),
            **_NOTED,
        }
        head = f"Difference in the share of {what} (b - a){adjusted}"
        return [head, _align_columns(rows, columns)]

    def as_json(self, **tables: pd.DataFrame) -> str:
        """Return results and settings as JSON; missing numbers are null, shares in 0-1."""
        report, design = self.sample.weighting, self.sample.design
        weighting = (
            None
            if report is None
            else {
                "method": list(report.method),
                "kish_deff": report.final.kish_deff,
                "n_eff": report.final.n_eff,
                "trimmed": report.trimmed,
                "largest_gap": report.largest_gap,
            }
        )
        document = {
            "settings": self.sample.settings.model_dump(),
            "respondents": design.rows,
            "in_domain": design.n,
            "sentence": self.sentence(),
            "weighting": weighting,
            **{name: table.astype(object).to_dict("records") for name, table in tables.items()},
        }
        return json.dumps(_clean(document), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _clean(value: Any) -> Any:
    """Return a value for JSON: missing numbers as None, floats at fixed precision."""
    if isinstance(value, dict):
        return {str(k): _clean(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(v) for v in value]
    if isinstance(value, (bool, str, int)):
        return value
    if pd.isna(value):
        return None
    number = value.item() if hasattr(value, "item") else value
    return float(f"{number:.{SIGNIFICANT_DIGITS}g}") if isinstance(number, float) else number


def _align_columns(rows: pd.DataFrame, columns: Columns) -> str:
    """Return rows as an aligned table, without columns that are empty."""
    cells = {
        header: [
            form(row) if column is None else "" if _is_missing(row[column]) else form(row[column])
            for row in rows.to_dict("records")
        ]
        for header, (column, form) in columns.items()
    }
    used = [header for header, column in cells.items() if any(column)]
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for header in used:
        left = columns[header][1] is str
        grid.add_column(header.strip("_"), justify="left" if left else "right", no_wrap=True)
    for row in zip(*(cells[header] for header in used), strict=True):
        grid.add_row(*row)
    text = io.StringIO()
    console = Console(
        file=text,
        # Wider than any table, so that no line is wrapped to the window.
        width=500,
        color_system=None,
        markup=False,
        emoji=False,
        highlight=False,
        force_terminal=False,
    )
    console.print(grid)
    return "\n".join(f"  {line.rstrip()}" for line in text.getvalue().splitlines())


def _is_missing(value: Any) -> bool:
    return value is None or value != value


_whole = "{:.0f}".format


def _write_percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _write_p(value: float) -> str:
    return f"{value:.4f}" if value >= 0.0001 else "<0.0001"


def _write_statistic(row: Any) -> str:
    value = row["statistic"]
    return "" if _is_missing(value) else f"{row['statistic_name']} {value:.3f}".strip()


def _write_degrees(row: Any) -> str:
    degrees = [row[name] for name in ("df1", "df2") if not _is_missing(row[name])]
    return ", ".join(f"{df:.2f}".rstrip("0").rstrip(".") for df in degrees)


_NOTED: Columns = {"_": ("leads", str), "__": ("note", str)}
_TESTS: Columns = {
    "test": ("test", str),
    "answer": ("answer", str),
    "statistic": (None, _write_statistic),
    "df": (None, _write_degrees),
    "p": ("p_value", _write_p),
    **_NOTED,
}


def few(table: pd.DataFrame) -> str:
    """Return a warning where shares stand for few people, or for all but few; "" otherwise."""
    count, n = table["count"].astype(int), table["n"].astype(int)
    small = count.between(1, LEAST - 1) | (n - count).between(1, LEAST - 1)
    if not small.any():
        return ""
    return (
        f"{small.sum()} of {len(table)} shares stand for fewer than {LEAST} people, or for all but "
        "so few: somebody may be recognised.\nNothing is withheld here; a wave of a project "
        "protects them (docs/disclosure.md)."
    )
