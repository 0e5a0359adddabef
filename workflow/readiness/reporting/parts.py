"""Parts of a report: the register of a study or wave, its charts, settings and tables."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from readiness.analysis.measured import procedure_of, warn_of
from readiness.analysis.selection import Selection
from readiness.config import read_yaml
from readiness.forensics.judging.context import lead
from readiness.forensics.judging.structure import SharedBase, Structure, parse_structure
from readiness.forensics.judging.verdict import facts_of
from readiness.ground.errors import RenderError
from readiness.ground.facts import Fact, NamedNumber, Quantity, Value, from_json, of_domain
from readiness.ground.figure_id import (
    ANSWERED,
    CHANGE,
    LIMITS,
    LOWER,
    REVISION,
    FigureId,
    base_id,
    weighting_id,
)
from readiness.ground.frames import list_rows
from readiness.ground.tables import read_text_table
from readiness.language import Language, Markup, numbers, show, text
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.register.display import show_row
from readiness.register.figures import read_register
from readiness.reporting.blocks import (
    EMPTY,
    Prose,
    actions,
    label,
    mark,
    picture,
    plain,
    table,
    write_name,
)
from readiness.reporting.verdicts import render_verdict

NBSP = "\u00a0"
# The word between the limits of an interval: "53 to 63" must not be broken over two lines.
_BETWEEN_LIMITS = re.compile(r"(?<=\}) (\w+) (?=\[[^\]]*\]\{\.n )")
_PLUS = re.compile("^([\u200e\u200f\u2066\u2068]*)[+]")
Rows = Sequence[Sequence[str]]
_PERCENT_SIGN = re.compile("[\u00a0\u202f\u200e\u2066]*%[\u200e\u2069]*$")
_PERCENT = ("%", f"{NBSP}%", "\u202f%")


@dataclass(frozen=True)
class Register:
    """Register of one run, shown in one language."""

    rows: pd.DataFrame
    language: Language

    @cached_property
    def run(self) -> str:
        """Name of the run, the first part of every id in the report."""
        return str(self.rows["run"].iloc[0])

    def row(self, figure_id: str) -> dict[str, Any]:
        """Return the row of an id.

        Raises RenderError where the register has no such id.
        """
        if figure_id not in self.by_id:
            raise RenderError(f"{self.run}: no figure {figure_id!r} in the register.")
        return self.by_id[figure_id]

    @cached_property
    def by_id(self) -> dict[str, dict[str, Any]]:
        """Rows by id, in the order of the register."""
        return {str(row["id"]): row for row in list_rows(self.rows)}

    def has(self, figure_id: str) -> bool:
        """Return whether the register has an id."""
        return figure_id in self.by_id

    def span(self, figure_id: str, *, bare: bool = False) -> str:
        """Return a number as a Markdown span with its id, for the check after rendering.

        `bare`: without a percent sign.
        """
        text = show_row(self.row(figure_id), self.language)
        text = _PERCENT_SIGN.sub("", text) if bare else text
        return f'[{plain(text)}]{{.n data-id="{self.run}/{figure_id}"}}'

    def number(self, figure_id: str) -> float | None:
        """Return the value of an id; None where the id is absent or its value not published."""
        if not self.has(figure_id):
            return None
        value = self.row(figure_id)["value"]
        return float(value) if str(value) != "" else None

    def name_value(self, figure_id: str) -> NamedNumber:
        """Return the value of a row of the register as a number that a fact can show.

        The number is named by the id of the row.

        Raises RenderError where the register has no row with the id.
        """
        row = self.row(figure_id)
        if str(row["value"]) == "":
            return NamedNumber(figure_id, EMPTY)  # the span shows the sign for a missing value
        digits = int(row["digits"] or 0)
        if row["unit"] in ("count", "base") and not digits:
            return NamedNumber(figure_id, round(float(row["value"])))
        shown = Quantity(str(row["value"]), row["unit"], digits, row["rounding"])
        return NamedNumber(figure_id, shown)

    def interval(self, figure_id: str) -> Fact | None:
        """Return the limits of a number as a fact; None unless both are published."""
        ends = {end: FigureId.parse(figure_id).with_part(end) for end in LIMITS}
        if any(self.number(name) is None for name in ends.values()):
            return None
        return Fact("language.interval", {end: self.name_value(name) for end, name in ends.items()})

    def limits_below(self, figure_id: str, *, bare: bool = False) -> str:
        """Return the limits of a number as Markdown for the line below it in a cell.

        "" unless both are published. `bare`: without percent signs.
        """
        interval = self.interval(figure_id)
        return f" {mark('ci', self.write_fact(interval, bare=bare))}" if interval else ""

    def share_and_base(self, share: FigureId) -> tuple[str, str]:
        """Return two cells of a table: a share of the answers with its limits, and its base."""
        base = base_id(share.item, share.group, ANSWERED)
        return self.span(share) + self.limits_below(share), self.span(base)

    def name_with_interval(self, figure_id: str) -> NamedNumber | Fact:
        """Return the value of an id for a fact, with its limits where both are published."""
        value, interval = self.name_value(figure_id), self.interval(figure_id)
        if interval is None:
            return value
        return Fact("language.beside", {"label": value, "what": interval})

    def warning(self, figure_id: str) -> str:
        """Return the warning about a test (id of its p) or an interval (id of its share).

        Empty unless the simulated size of the test, or coverage of the interval, misses its target.
        """
        figure = FigureId.parse(figure_id)
        limit = figure.with_part(LOWER)
        procedure = procedure_of(limit if self.has(limit) else figure)
        # A change has no n of its own: the share's holds. Figures on all changes together have no
        # share.
        share = figure.since("") if figure.family == CHANGE and figure.item else figure
        counted_id = next(filter(self.has, (share, figure)), None)
        warning = warn_of(procedure, float(self.row(counted_id)["n"] or 0)) if counted_id else None
        return show(warning, self.language) if warning else ""

    def warnings(self, figure_ids: Iterable[str]) -> list[str]:
        """Return the warnings about these numbers as Markdown, each once."""
        return [plain(each) for each in dict.fromkeys(map(self.warning, figure_ids)) if each]

    def write_fact(self, fact: Value, *, bare: bool = False) -> str:
        """Return a fact or a value as Markdown: register numbers in spans, foreign text escaped."""

        def mark(name: str, text: str) -> str:
            return self.span(name, bare=bare) if self.has(name) else text

        return show(fact, self.language, mark, Markup(name=write_name))

    def write_finding(self, fact: Value) -> str:
        """Return a finding as Markdown, with numbers in the short form (`shorten`)."""

        def mark(name: str, default: str) -> str:
            number_text = plain(self.shorten(name)) if self.has(name) else ""
            return f'[{number_text}]{{.n data-id="{self.run}/{name}"}}' if number_text else default

        said = show(fact, self.language, mark, Markup(name=write_name))
        return _BETWEEN_LIMITS.sub(f"{NBSP}\\1{NBSP}", said)

    def tell_finding(self, fact: Value) -> str:
        """Return a finding as plain text, with its numbers in the short form of sentences."""

        def mark(name: str, default: str) -> str:
            return self.shorten(name) if self.has(name) else default

        return show(fact, self.language, mark)

    def shorten(self, figure_id: str) -> str:
        """Return a number in the short form of sentences.

        A limit has no unit, since the estimate beside it has; a difference has no plus sign.
        """
        row = self.row(figure_id)
        number_text = show_row(row, self.language)
        limit = FigureId.parse(figure_id, row["kind"]).part in LIMITS
        if row["unit"] == "points" and row["value"]:
            unit, digits, rounding = row["unit"], int(row["digits"] or 0), row["rounding"]
            if limit:
                arguments = (str(row["value"]), unit, digits, self.language, rounding)
                number_text = numbers.number(*arguments, noun=False)
            return _PLUS.sub(r"\1", number_text)
        return _PERCENT_SIGN.sub("", number_text) if limit else number_text

    def spans(self) -> dict[str, set[str]]:
        """Return the texts that the report may show for each `run/id`."""
        texts = {}
        for row in self.by_id.values():
            text = show_row(row, self.language)
            # A table shows the percent sign once, in its caption.
            short = self.shorten(str(row["id"]))
            texts[f"{self.run}/{row['id']}"] = {text, _PERCENT_SIGN.sub("", text), short}
            if row["kind"] == "verdict":
                texts[f"{self.run}/{row['id']}"] |= {f"{text}{sign}" for sign in _PERCENT}
        return texts

    @cached_property
    def is_simulated(self) -> bool:
        """True where the answers are simulated, given by no real person."""
        return bool((self.rows["simulated"] == "true").any())

    @property
    def is_weighted(self) -> bool:
        """True where answers have weights; else each counts once."""
        return self.has(weighting_id("cv"))

    @property
    def revises(self) -> bool:
        """True where the register says how numbers moved since an earlier publication."""
        return bool(self._revision.any())

    @property
    def _revision(self) -> "pd.Series[bool]":
        return self.rows["kind"] == REVISION

    @property
    def datasets(self) -> list[str]:
        """Dataset versions behind the numbers, sorted."""
        return sorted({name for cell in self.rows["dataset"] for name in cell.split()})

    @property
    def current_datasets(self) -> list[str]:
        """Dataset versions behind the numbers, without those that only a revision compares with."""
        return replace(self, rows=self.rows[~self._revision]).datasets

    @property
    def lineage(self) -> list[str]:
        """Lineage hashes behind the numbers, sorted, the 16 digits that the report shows."""
        return sorted({value[:16] for cell in self.rows["lineage"] for value in cell.split()})


@dataclass(frozen=True)
class ReportPart:
    """Run in a report: figures, folder of charts, settings.

    `prose`: the author's texts by place.
    """

    register: Register
    charts: Path
    settings: dict[str, Any]
    prose: Prose

    @property
    def run(self) -> str:
        """Name of the run, the first part of every id of its numbers."""
        return str(self.settings["run"])

    @property
    def language(self) -> Language:
        """Language of the report."""
        return self.register.language

    @property
    def is_simulated(self) -> bool:
        """True where the answers are simulated, given by no real person."""
        return self.register.is_simulated

    def tell(self, kind: str, **values: Value) -> str:
        """Return the sentence of a catalogue key, filled with values, as Markdown."""
        return self.register.write_fact(Fact(kind, values))

    def word(self, key: str) -> str:
        """Return a text of the catalogues in the report's language."""
        return text(key, self.language)

    def table(
        self,
        name: str,
        columns: Sequence[str],
        rows: Rows,
        caption: str,
        more: Sequence[str] = (),
        **look: Any,
    ) -> str:
        """Return a table of the run as Markdown, "" without rows.

        `columns`: catalogue keys of the headers; `more`: further headers, as texts; `look`: options
        of `blocks.table`.
        """
        if not rows:
            return ""
        header = [*map(self.word, columns), *more]
        return table(header, rows, label("tbl", self.run, name), caption, **look)

    def chart(self, name: str, caption: str) -> str:
        """Return a chart with alternative text and downloads; "" where none was drawn."""
        wide, narrow, words = (
            self.charts / f"{name}{end}" for end in (".svg", "-narrow.svg", ".txt")
        )
        if not wide.is_file():
            return ""
        alternative, chart_label = words.read_text("utf-8"), label("fig", self.run, name)
        chart = picture(wide.as_posix(), narrow.as_posix(), alternative, chart_label, caption)
        # Files that a reader can download beside the chart, and that a publication keeps.
        start = f"../../charts/{self.language}/{name}"
        files = [(end.upper(), f"{start}.{end}") for end in ("svg", "csv")]
        return f"{chart}\n\n{actions(files)}"


@dataclass(frozen=True)
class StudyPart(ReportPart):
    """Figures of a study, with verdicts on possible bases and the printed claims."""

    verdicts: dict[str, dict[str, Any]]
    claims: pd.DataFrame
    structure: Structure

    def verdict(self, verdict_name: str) -> str:
        """Return a verdict's sentences as Markdown.

        Raises RenderError where the study has no such verdict.
        """
        if verdict_name not in self.verdicts:
            raise RenderError(f"no verdict {verdict_name!r}; there are {', '.join(self.verdicts)}.")
        facts = facts_of(self.verdicts[verdict_name])

        def mark(name: str, text: str) -> str:
            return f'[{plain(text)}]{{.n data-id="{self.run}/verdict.{verdict_name}.{name}"}}'

        markup = Markup(name=write_name)
        return _join_percent_signs(render_verdict(facts, self.language, mark, markup))

    def write_value(self, value: Value) -> str:
        """Return a fact or a value as Markdown, each number in the span of its id."""
        return _join_percent_signs(self.register.write_fact(value))

    @cached_property
    def lead(self) -> SharedBase | None:
        """Sets that the study is about, with their shared base.

        None where there is none, or where each set has its reported base.
        """
        whose = dict(zip(self.claims["claim_id"], self.claims["attributed_to"], strict=True))
        return lead(self.structure.searched, whose)

    @cached_property
    def printed_claims(self) -> pd.DataFrame:
        """Claims that are figures and not texts, in the order of their register."""
        return self.claims[self.claims["unit"] != "text"]

    def claim(self, claim_name: str) -> "pd.Series[str]":
        """Return the row of a claim.

        Raises RenderError where the study has no such claim.
        """
        rows = self.claims[self.claims["claim_id"] == claim_name]
        if rows.empty:
            raise RenderError(f"{self.run}: no claim {claim_name!r}.")
        return rows.iloc[0]

    def answer(self, item: str, category: str) -> str:
        """Return the study's label of an answer to an item, else its code with spaces."""
        label = self.structure.answer(item, category)
        return show(label, self.language) if label else category.replace("_", " ")

    def sentences(self, *kinds: str) -> list[str]:
        """Return the sentences of the verdicts of these kinds, in their order."""
        return [self.verdict(name) for name, v in self.verdicts.items() if v["kind"] in kinds]

    def item(self, code: str) -> str:
        """Return the study's label of an item, else its code with spaces."""
        entry = self.structure.items.get(code)
        return entry.label[self.language] if entry else code.replace("_", " ")

    def publisher(self, whose: str) -> str:
        """Return the name of who issued a figure: the press, or a publisher."""
        return show(self.structure.whose(whose), self.language)


@dataclass(frozen=True)
class WavePart(ReportPart):
    """Figures of a wave, with tests, questionnaire and weighting.

    `choices`: the primary test of each compared item, and a fact with the reason. `steps`: facts on
    how the answers were weighted. `variables`: grouping variables, the compared one first.
    `contrasts`: compared pairs of groups (rows of `contrasts.csv`).
    """

    choices: dict[str, tuple[str, Fact]]
    steps: tuple[Fact, ...]
    questionnaire: Questionnaire
    variables: tuple[str, ...]
    selection: Selection
    items: list[str]
    contrasts: pd.DataFrame

    @cached_property
    def tables(self) -> dict[str, list[str]]:
        """Grids that are reported as one table, each with its items."""
        return self.questionnaire.find_tables(self.items)

    @property
    def domain(self) -> Mapping[str, list[str]]:
        """The answers that choose whom the figures describe, by item; empty for everybody."""
        return self.settings.get("wave", {}).get("estimate", {}).get("where") or {}

    @property
    def has_domain(self) -> bool:
        """Whether the figures describe part of the respondents."""
        return bool(self.domain)

    @property
    def by(self) -> str:
        """Variable whose categories are compared, "" where the report has totals alone."""
        return self.variables[0] if self.variables else ""

    @property
    def by_text(self) -> str:
        """Label of the compared variable, "" where there is none."""
        return self.questionnaire.grouping(self.by).label.text(self.language) if self.by else ""

    @property
    def group_labels(self) -> dict[str, str]:
        """Label of each group by its code, the groups apart (`groups_apart`) last."""
        labels = self.questionnaire.grouping(self.by).labels(self.language) if self.by else {}
        return {**labels, **self.questionnaire.label_apart(self.language)}

    def groups(self, item: str) -> dict[str, str]:
        """Return the group labels of an item's tables as Markdown.

        The total, each group, and the groups apart that answered.
        """
        group_labels = {"all": f"**{text('report.total', self.language)}**"}
        for code, name in self.group_labels.items():
            if code not in self.questionnaire.groups_apart:
                group_labels[code] = plain(name)
            elif self.register.has(base_id(item, code, ANSWERED)):
                group_labels[code] = f"*{self.tell('report.apart', group=name)}*"
        return group_labels


def _join_percent_signs(markdown: str) -> str:
    """Return a text with each percent sign moved into the span of its number."""

    def join(matched: re.Match[str]) -> str:
        unit = matched[3] or matched[4].replace(" ", NBSP)
        return f"[{matched[1]}{unit}]{{{matched[2]}}}"

    # A verdict's template has the percent sign behind the number; the page check reads both as one.
    # In right-to-left text the sign may stand between isolating marks (U+2066, U+2069).
    return re.sub(r"\[([^\]]*)\]\{([^}]*)\}(?:\u2066(%)\u2069|([\u00a0\u202f ]?%))", join, markdown)


def open_part(settings: dict[str, Any], language: Language) -> StudyPart | WavePart:
    """Open the study or wave of a report.

    `settings`: those of the render step, with paths in `files` by role.
    """
    files = {role: Path(name) for role, name in settings["files"].items()}
    register = Register(read_register(files["figures"]), language)
    shared = register, files["charts"], settings, Prose(Path("reports", settings["run"], language))
    if settings["kind"] == "study":
        verdicts = json.loads(files["verdicts"].read_text("utf-8"))
        return StudyPart(
            *shared,
            verdicts={verdict["id"]: verdict for verdict in verdicts},
            claims=read_text_table(files["claims"], "the claims"),
            structure=parse_structure(read_yaml(files["structure"])),
        )
    choices = read_text_table(files["choices"], "the choices of tests")
    steps = read_text_table(files["steps"], "the steps of the weighting")
    rows = zip(choices["item"], choices["lead"], choices["fact"], strict=True)
    return WavePart(
        *shared,
        steps=tuple(of_domain(fact, "weighting") for fact in steps["fact"]),
        choices={item: (lead, from_json(fact)) for item, lead, fact in rows},
        questionnaire=load_questionnaire(files["questionnaire"]),
        variables=tuple(settings["variables"]),
        selection=Selection(settings["selection"]),
        items=list(settings["items"]),
        contrasts=read_text_table(files["contrasts"], "the contrasts"),
    )
