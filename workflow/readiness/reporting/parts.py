"""What a report shows: the register of a study or of a wave, and what is read beside it."""

import json
import re
from collections.abc import Sequence
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
from readiness.reporting.blocks import EMPTY, Prose, actions, label, picture, plain, table
from readiness.reporting.verdicts import render_verdict

NBSP = "\u00a0"
_PLUS = re.compile("^([\u200e\u200f\u2066\u2068]*)[+]")
Rows = Sequence[Sequence[str]]
_PERCENT_SIGN = re.compile("[\u00a0\u202f\u200e\u2066]*%[\u200e\u2069]*$")
_PERCENT = ("%", f"{NBSP}%", "\u202f%")


@dataclass(frozen=True)
class Register:
    """The figures of one run, shown in one language."""

    rows: pd.DataFrame
    language: Language

    @cached_property
    def run(self) -> str:
        """The run's name, the first part of every id in the report."""
        return str(self.rows["run"].iloc[0])

    def row(self, identity: str) -> dict[str, Any]:
        """The row of an id; RenderError when there is none."""
        if identity not in self.by_id:
            raise RenderError(f"{self.run}: no figure {identity!r} in the register.")
        return self.by_id[identity]

    @cached_property
    def by_id(self) -> dict[str, dict[str, Any]]:
        """Each row by its id, in the order of the register."""
        return {str(row["id"]): row for row in list_rows(self.rows)}

    def has(self, identity: str) -> bool:
        """Whether the register holds the id."""
        return identity in self.by_id

    def span(self, identity: str, *, bare: bool = False) -> str:
        """The number as the check after rendering expects it; `bare`: without a percent sign."""
        text = show_row(self.row(identity), self.language)
        text = _PERCENT_SIGN.sub("", text) if bare else text
        return f'[{plain(text)}]{{.n data-id="{self.run}/{identity}"}}'

    def number(self, identity: str) -> float | None:
        """The value of an id; None where there is none, or where it is not published."""
        if not self.has(identity):
            return None
        value = self.row(identity)["value"]
        return float(value) if str(value) != "" else None

    def name_value(self, identity: str) -> NamedNumber:
        """The value of an id for a fact, under its own name; RenderError when there is none."""
        row = self.row(identity)
        if str(row["value"]) == "":
            return NamedNumber(identity, EMPTY)  # the span shows what stands for it
        digits = int(row["digits"] or 0)
        if row["unit"] in ("count", "base") and not digits:
            return NamedNumber(identity, round(float(row["value"])))
        shown = Quantity(str(row["value"]), row["unit"], digits, row["rounding"])
        return NamedNumber(identity, shown)

    def interval(self, identity: str) -> Fact | None:
        """The limits of a number; None unless both are published."""
        ends = {end: FigureId.parse(identity).with_part(end) for end in LIMITS}
        if any(self.number(name) is None for name in ends.values()):
            return None
        return Fact("language.interval", {end: self.name_value(name) for end, name in ends.items()})

    def name_with_interval(self, identity: str) -> NamedNumber | Fact:
        """The value of an id for a fact, with its limits beside it where both are published."""
        value, interval = self.name_value(identity), self.interval(identity)
        if interval is None:
            return value
        return Fact("language.beside", {"label": value, "what": interval})

    def warning(self, identity: str) -> str:
        """Return the warning about a test (id of its p) or an interval (id of its share).

        Empty unless the measured size or coverage of the procedure misses its aim.
        """
        figure = FigureId.parse(identity)
        limit = figure.with_part(LOWER)
        procedure = procedure_of(limit if self.has(limit) else figure)
        # A change has no base beside that of its share; what is told of all changes has no share.
        share = figure.since("") if figure.family == CHANGE and figure.item else figure
        own = next(filter(self.has, (share, figure)), None)
        said = warn_of(procedure, float(self.row(own)["n"] or 0)) if own else None
        return show(said, self.language) if said else ""

    def write_fact(self, fact: Value, *, bare: bool = False) -> str:
        """A fact, or a value of one, as Markdown: every number of the register in its span, foreign
        text escaped.
        """

        def mark(name: str, text: str) -> str:
            return self.span(name, bare=bare) if self.has(name) else text

        return show(fact, self.language, mark, Markup(name=plain))

    def write_finding(self, fact: Value) -> str:
        """A finding as Markdown: its numbers as sentences have them (`shorten`), in their spans."""

        def mark(name: str, told: str) -> str:
            shown = plain(self.shorten(name)) if self.has(name) else ""
            return f'[{shown}]{{.n data-id="{self.run}/{name}"}}' if shown else told

        return show(fact, self.language, mark, Markup(name=plain))

    def tell_finding(self, fact: Value) -> str:
        """A finding as plain text, with its numbers as sentences have them."""

        def mark(name: str, told: str) -> str:
            return self.shorten(name) if self.has(name) else told

        return show(fact, self.language, mark)

    def shorten(self, identity: str) -> str:
        """The number of an id as a sentence has it: a limit without the unit, which stands beside
        the number that it is of, and a difference without a plus.
        """
        row = self.row(identity)
        shown = show_row(row, self.language)
        limit = FigureId.parse(identity, row["kind"]).part in LIMITS
        if row["unit"] == "points" and row["value"]:
            unit, digits, rounding = row["unit"], int(row["digits"] or 0), row["rounding"]
            if limit:
                given = (str(row["value"]), unit, digits, self.language, rounding)
                shown = numbers.number(*given, noun=False)
            return _PLUS.sub(r"\1", shown)
        return _PERCENT_SIGN.sub("", shown) if limit else shown

    def spans(self) -> dict[str, set[str]]:
        """Every `run/id` with the texts that the report may show for it."""
        texts = {}
        for row in self.by_id.values():
            text = show_row(row, self.language)
            # In a table the caption has the sign once.
            short = self.shorten(str(row["id"]))
            texts[f"{self.run}/{row['id']}"] = {text, _PERCENT_SIGN.sub("", text), short}
            if row["kind"] == "verdict":
                texts[f"{self.run}/{row['id']}"] |= {f"{text}{sign}" for sign in _PERCENT}
        return texts

    @cached_property
    def is_simulated(self) -> bool:
        """Whether no real person gave the answers behind it."""
        return bool((self.rows["simulated"] == "true").any())

    @property
    def is_weighted(self) -> bool:
        """Whether answers have weights: else each counts once, and there are none to tell of."""
        return self.has(weighting_id("cv"))

    @property
    def revises(self) -> bool:
        """Whether it shows how numbers moved since an earlier publication."""
        return bool(self._revision.any())

    @property
    def _revision(self) -> "pd.Series[bool]":
        return self.rows["kind"] == REVISION

    @property
    def datasets(self) -> list[str]:
        """The dataset versions behind any of its numbers, sorted."""
        return sorted({name for cell in self.rows["dataset"] for name in cell.split()})

    @property
    def current_datasets(self) -> list[str]:
        """The same for the numbers themselves, without how they moved since an earlier one."""
        return replace(self, rows=self.rows[~self._revision]).datasets

    @property
    def lineage(self) -> list[str]:
        """The lineage hashes behind any of its numbers, sorted, as the report shows them."""
        return sorted({value[:16] for cell in self.rows["lineage"] for value in cell.split()})


@dataclass(frozen=True)
class ReportPart:
    """A run that a report shows: its figures, the folder of its charts, its settings.

    `prose`: the author's own texts by place.
    """

    register: Register
    charts: Path
    settings: dict[str, Any]
    prose: Prose

    @property
    def run(self) -> str:
        """The run's name, the first part of every id of its numbers."""
        return str(self.settings["run"])

    @property
    def language(self) -> Language:
        """The language of the report."""
        return self.register.language

    @property
    def is_simulated(self) -> bool:
        """Whether no real person gave the answers behind it."""
        return self.register.is_simulated

    def tell(self, kind: str, **values: Value) -> str:
        """The sentence of a kind of the domain `report`, as Markdown."""
        return self.register.write_fact(Fact(kind, values))

    def word(self, key: str) -> str:
        """A text of the catalogues."""
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
        """A table of the run, "" without rows: its columns by their keys, `more` by their names.

        `look`: as of `blocks.table`.
        """
        if not rows:
            return ""
        header = [*map(self.word, columns), *more]
        return table(header, rows, label("tbl", self.run, name), caption, **look)

    def chart(self, name: str, caption: str) -> str:
        """A chart of the run, with its alternative text; nothing where none was drawn."""
        wide, narrow, words = (
            self.charts / f"{name}{end}" for end in (".svg", "-narrow.svg", ".txt")
        )
        if not wide.is_file():
            return ""
        alternative, own = words.read_text("utf-8"), label("fig", self.run, name)
        drawn = picture(wide.as_posix(), narrow.as_posix(), alternative, own, caption)
        # The files of a chart that a reader can take along.
        start = f"../../charts/{self.language}/{name}"
        files = [(end.upper(), f"{start}.{end}") for end in ("png", "svg", "csv")]
        return f"{drawn}\n\n{actions(files)}"


@dataclass(frozen=True)
class StudyPart(ReportPart):
    """A study's figures, what they can mean, and who printed them."""

    verdicts: dict[str, dict[str, Any]]
    claims: pd.DataFrame
    structure: Structure

    def verdict(self, identity: str) -> str:
        """A verdict's sentences as Markdown; RenderError where there is no such verdict."""
        if identity not in self.verdicts:
            raise RenderError(f"no verdict {identity!r}; there are {', '.join(self.verdicts)}.")
        facts = facts_of(self.verdicts[identity])

        def mark(name: str, text: str) -> str:
            return f'[{plain(text)}]{{.n data-id="{self.run}/verdict.{identity}.{name}"}}'

        return _join_percent_signs(render_verdict(facts, self.language, mark, Markup(name=plain)))

    def write_value(self, value: Value) -> str:
        """A fact, or a value of one, as Markdown: each number under its id in the register."""
        return _join_percent_signs(self.register.write_fact(value))

    @cached_property
    def lead(self) -> SharedBase | None:
        """The sets that the study is about; None also where each has its reported base."""
        whose = dict(zip(self.claims["claim_id"], self.claims["attributed_to"], strict=True))
        return lead(self.structure.searched, whose)

    @cached_property
    def printed_claims(self) -> pd.DataFrame:
        """The claims that are figures, in the order of their register."""
        return self.claims[self.claims["unit"] != "text"]

    def claim(self, identity: str) -> "pd.Series[str]":
        """The row of a claim; RenderError where there is none."""
        found = self.claims[self.claims["claim_id"] == identity]
        if found.empty:
            raise RenderError(f"{self.run}: no claim {identity!r}.")
        return found.iloc[0]

    def answer(self, item: str, category: str) -> str:
        """What the study calls an answer to an item."""
        label = self.structure.answer(item, category)
        return show(label, self.language) if label else category.replace("_", " ")

    def sentences(self, *kinds: str) -> list[str]:
        """The verdicts of these kinds, in their order."""
        return [self.verdict(name) for name, v in self.verdicts.items() if v["kind"] in kinds]

    def item(self, code: str) -> str:
        """What the study calls an item."""
        found = self.structure.items.get(code)
        return found.label[self.language] if found else code.replace("_", " ")

    def publisher(self, whose: str) -> str:
        """Whose a figure is: the press, or what a publisher is called."""
        return show(self.structure.whose(whose), self.language)


@dataclass(frozen=True)
class WavePart(ReportPart):
    """A wave's figures, why which test is primary, and what was asked of whom.

    `choices`: the primary test of each compared item, and the fact that says why. `steps`: what was
    done to weight the answers. `variables`: by whose categories answers are told, the compared one
    first. `contrasts`: the pairs of groups that were compared (rows of `contrasts.csv`).
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
        """The grids that are told as one, each with the items that are its rows."""
        return self.questionnaire.find_tables(self.items)

    @property
    def by(self) -> str:
        """The variable whose categories are compared; "" where there are totals alone."""
        return self.variables[0] if self.variables else ""

    @property
    def by_text(self) -> str:
        """What the groups are; "" where there are none."""
        return self.questionnaire.grouping(self.by).label.text(self.language) if self.by else ""

    @property
    def group_labels(self) -> dict[str, str]:
        """The label of each group by its code, those counted apart last."""
        own = self.questionnaire.grouping(self.by).labels(self.language) if self.by else {}
        return {**own, **self.questionnaire.label_apart(self.language)}

    def groups(self, item: str) -> dict[str, str]:
        """The groups of an item, as Markdown: all, each, and those counted apart that answered."""
        shown = {"all": f"**{text('report.total', self.language)}**"}
        for code, name in self.group_labels.items():
            if code not in self.questionnaire.groups_apart:
                shown[code] = plain(name)
            elif self.register.has(base_id(item, code, ANSWERED)):
                shown[code] = f"*{self.tell('report.apart', group=name)}*"
        return shown


def _join_percent_signs(said: str) -> str:
    def one(found: re.Match[str]) -> str:
        unit = found[3] or found[4].replace(" ", NBSP)
        return f"[{found[1]}{unit}]{{{found[2]}}}"

    # A verdict's template has the percent sign behind the number; on the page they are one.
    # From right to left it is isolated, where it stands in foreign words.
    return re.sub(r"\[([^\]]*)\]\{([^}]*)\}(?:\u2066(%)\u2069|([\u00a0\u202f ]?%))", one, said)


def open_part(settings: dict[str, Any], language: Language) -> StudyPart | WavePart:
    """The study or wave of which the render step was told, `files` by role among it."""
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
