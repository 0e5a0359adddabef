"""Passport of a number: its meaning and its sources, on a page and in the list of all numbers.

A passport puts the register's row into words: value, interval, base, versions of the data, steps,
how to cite the number, and the command that traces it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import Any

from readiness.analysis.selection import variable_of
from readiness.forensics.judging.structure import Structure
from readiness.ground.facts import Fact, Listed, TranslatedText
from readiness.ground.figure_id import LIMITS, FigureId, effective_id, split_groups
from readiness.language import Language, show, tell, text
from readiness.questionnaire import OF_NUMBERS, TOTAL, FrameVariable, Item, Questionnaire
from readiness.register.display import show_row, show_with_sign
from readiness.register.figures import read_statistic
from readiness.register.planned import PlanOutcome
from readiness.reporting.item_findings import level_label
from readiness.reporting.participation import MEASURES, NOT_ASKED, NOT_INSIDE
from readiness.reporting.parts import Register
from readiness.reporting.planned import mark_number
from readiness.reporting.standing import Standing

# Catalogue keys of the numbers of verdicts, by their names in a sentence; others have none.
NAMES = {
    **{
        name: f"study.number.{name}"
        for name in (
            *("first", "reconciled", "fits", "every", "every_missing", "least", "silent"),
            *("missing", "n_max", "bases", "people", "total", "power", "power_missing"),
            *("low", "high", "outlets"),
        )
    },
    "fits_missing": "study.number.reconciled",
}
# Kinds of verdicts in whose sentences these names have this meaning.
VERDICT_KINDS = (
    *("every", "joint", "bases", "conventions", "robustness", "total"),
    *("simplest", "groups", "unpublished", "precision", "outlets"),
)


def verdict_names(
    row: Mapping[str, Any], structure: Structure, language: Language
) -> Iterator[str]:
    """Yield the name of a verdict's number, and the questions that the verdict is about."""
    statistic = str(row["statistic"])
    if statistic in NAMES and row["item"] in VERDICT_KINDS:
        yield text(NAMES[statistic], language)
    sets = {claim_set.id: claim_set.item for claim_set in structure.sets}
    sets_by_name = {
        **{name: (name,) for name in sets},
        **{s.id: s.sets for s in structure.shared_bases},
    }
    # Parts of the verdict's name, behind its kind.
    parts = FigureId.parse(str(row["id"])).item.split(".")[1:]
    if set_ids := next((sets_by_name[part] for part in parts if part in sets_by_name), ()):
        labels = (TranslatedText(structure.items[sets[set_id]].label) for set_id in set_ids)
        quoted = tuple(Fact("forensics.item", {"item": label}) for label in labels)
        yield show(Listed(quoted), language)


# Command that traces a published number.
TRACE = "readiness which"


# Kinds of numbers with their own name and description of steps.
KINDS_WITH_STEPS = (
    *("estimate", "interval", "count", "test", "quality", "revision", "bound", "selection"),
    *("response", "scale", "claim", "verdict", "change", "firmness"),
)
# Catalogue keys of the kinds of a register; other kinds have `OTHER_KIND`.
KINDS = {
    **{kind: f"numbers.kind.{kind}" for kind in (*KINDS_WITH_STEPS, "setting")},
    "revision": "report.title.revision",
    "change": "report.title.change",
    "firmness": "report.title.firmness",
    "weighting": "report.title.weighting",
    "balance": "participation.caption.balance",
    "missing": "participation.caption.missing",
    "effective": "tables.row.effective",
}
OTHER_KIND = "numbers.kind.other"
# Kinds that come after all others: worst cases.
LAST_KINDS = ("selection", "bound")
# Catalogue keys: how a number of each kind is made.
STEPS = {
    kind: f"numbers.steps.{kind}" for kind in (*KINDS_WITH_STEPS, "weighting", "balance", "missing")
}
# Catalogue keys where answers have no weights.
UNWEIGHTED = {
    kind: f"numbers.steps.{kind}.unweighted" for kind in ("estimate", "interval", "test", "scale")
}
# Kinds left unnamed where the number itself has names.
UNNAMED_KINDS = ("estimate", "interval", "count", "claim", "verdict")
# Catalogue keys of levels that are no answers of a questionnaire.
LEVELS = {
    "dont_know": "numbers.level.dont_know",
    **{level: f"numbers.level.{level}" for level in OF_NUMBERS},
    "alpha": "numbers.level.alpha",
    "_unknown": "weighting.unknown",
    **MEASURES,
}


@dataclass(frozen=True)
class Passport:
    """Texts about one number; "" where a text is lacking.

    `facts`: lines of a label and a text; lines whose key is in `CODES` are for programs.
    """

    id: str
    anchor: str
    value: str
    what: str
    interval: str
    base: str
    effective: str
    data: str
    plan: str
    facts: tuple[tuple[str, str], ...] = ()


# Catalogue key of the label before a number's plan mark.
PLAN = "plan.label"
# Labels of texts that are written from left to right in every language.
CODES = ("numbers.data", "numbers.pull", "numbers.id", "numbers.trace", "numbers.lineage")


def anchor(figure_id: str) -> str:
    """Return the HTML id of a number's provenance note (passport) or row of a table, for links."""
    return figure_id.replace(" ", "_")


@dataclass(frozen=True)
class Passports:
    """Passports of a run's numbers, in the language of the register.

    `standing`: of the document. For a wave: its `questionnaire`, `by` (the compared variable), the
    outcome of its `plan`, and whether it `has_domain` (its figures describe part of the
    respondents). For a study: its `structure`.
    """

    register: Register
    title: str
    standing: Standing
    questionnaire: Questionnaire | None = None
    structure: Structure | None = None
    by: str = ""
    plan: PlanOutcome | None = None
    has_domain: bool = False
    _names: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def language(self) -> Language:
        """Language of the passports."""
        return self.register.language

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """Rows of the register by id, in its order."""
        return self.register.by_id

    def parent(self, figure_id: str) -> str:
        """Return the number in whose line a limit stands; any other number itself."""
        figure = FigureId.parse(figure_id, str(self.rows[figure_id]["kind"]))
        whole_figure = figure.without_part()
        return whole_figure if figure.part in LIMITS and whole_figure in self.rows else figure_id

    def of(self, figure_id: str) -> Passport:
        """Return the passport of a number.

        Raises KeyError where the register has no such id.
        """
        row = self.rows[figure_id]
        ends = [self._name_part(figure_id, end) for end in LIMITS]
        limits, n = Fact("language.interval", dict(zip(LIMITS, ends, strict=True))), row["n"]
        passport = Passport(
            figure_id,
            anchor(figure_id),
            show_with_sign(row, self.language),
            self.what(row),
            tell(limits, self.language) if all(ends) else "",
            tell(Fact("count.answer", {"n": round(float(n))}), self.language) if n else "",
            self._find_effective(row),
            ", ".join(str(row["dataset"]).split()),
            tell(mark_number(self.plan, row), self.language) if self.plan else "",
        )
        return replace(passport, facts=self._list_facts(row, passport))

    def all(self) -> Iterator[Passport]:
        """Yield the passport of each number with a line of its own, in the register's order."""
        for figure_id in self.rows:
            if self.parent(figure_id) == figure_id:
                yield self.of(figure_id)

    def kind(self, figure_id: str) -> str:
        """Return the name of a number's kind."""
        return self._write_word(KINDS.get(str(self.rows[figure_id]["kind"]), OTHER_KIND))

    def section(self, figure_id: str) -> str:
        """Return the section of a number on the page of numbers: its question, else its kind."""
        name = self._name_item(str(self.rows[figure_id]["item"]))
        return self._label(name) if name in self._questions else self.kind(figure_id)

    def place(self, figure_id: str) -> tuple[int, int, int, bool]:
        """Return the sort key of a number on the page of all numbers.

        By question as asked, estimates first and bounds last, the headline before the answers as
        listed, totals before groups.
        """
        row = self.rows[figure_id]
        item, kind, level = self._name_item(str(row["item"])), str(row["kind"]), str(row["level"])
        order = [name for name in KINDS if name not in LAST_KINDS] + [*LAST_KINDS]
        kinds = order.index(kind) if kind in order else len(order)
        question = self._questions.get(item, len(self._questions))
        levels: tuple[str, ...] = ()
        if self.questionnaire and item in self._questions:
            asked = self.questionnaire.items[question]
            levels = (asked.first_level, *asked.levels_of, *asked.codes)
        answer = levels.index(level) if level in levels else len(levels)
        return question, kinds, answer, row["group"] != TOTAL

    @cached_property
    def _questions(self) -> dict[str, int]:
        items = self.questionnaire.items if self.questionnaire else ()
        return {item.id: k for k, item in enumerate(items)}

    def what(self, row: Mapping[str, Any]) -> str:
        """Return what a row's number is of: question, answer, group."""
        names = self._name_wave_row(row) if self.questionnaire else self._name_study_row(row)
        parts = [name for name in names if name]
        if not parts or row["kind"] not in UNNAMED_KINDS:
            parts.insert(0, self.kind(str(row["id"])))
        return show(Listed(tuple(parts), "comma"), self.language)

    def _list_facts(
        self, row: Mapping[str, Any], passport: Passport
    ) -> tuple[tuple[str, str], ...]:
        """Return the labelled lines of a passport; "" for a line without a text."""
        simulated = self._write_word("numbers.simulated") if self.register.is_simulated else ""
        steps_by_kind = STEPS if self.register.is_weighted else {**STEPS, **UNWEIGHTED}
        steps = steps_by_kind.get(str(row["kind"]))
        figure = FigureId.parse(str(row["id"]), str(row["kind"]))
        name, state = figure.in_release(self.standing.publication), self.standing.state
        if self.standing.released:
            values = {
                "title": self.title,
                "name": name,
                "value": passport.value,
                "data": passport.data,
            }
            state = Fact("numbers.cited" if passport.data else "numbers.cited_alone", values)
        return (
            *[("numbers.nature", simulated)] * self.register.is_simulated,
            ("numbers.interval", passport.interval),
            ("study.term.base", passport.base),
            ("numbers.effective", passport.effective),
            ("numbers.measured", self.register.warning(str(row["id"]))),
            (PLAN, passport.plan),
            ("numbers.data", passport.data),
            *(
                ("numbers.pull", self.standing.pull(dataset))
                for dataset in str(row["dataset"]).split()
            ),
            ("numbers.id", str(row["id"])),
            ("numbers.steps", self._write_word(steps) if steps else ""),
            # The first 16 digits of a lineage hash, as the report shows them.
            ("numbers.lineage", " ".join(digest[:16] for digest in str(row["lineage"]).split())),
            ("numbers.cite", tell(state, self.language)),
            ("numbers.trace", f"{TRACE} {name}" if self.standing.publication else ""),
        )

    def _name_part(self, figure_id: str, part: str) -> str:
        row = self.rows.get(
            FigureId.parse(figure_id, str(self.rows[figure_id]["kind"])).with_part(part)
        )
        return show_row(row, self.language) if row is not None else ""

    def _find_effective(self, row: Mapping[str, Any]) -> str:
        """Return the effective sample size behind a share, as it is printed; "" for none."""
        if row["kind"] != "estimate":
            return ""
        base = read_statistic(str(row["statistic"]))[1]
        effective_row = self.rows.get(effective_id(str(row["item"]), str(row["group"]), base))
        return show_row(effective_row, self.language) if effective_row is not None else ""

    def _write_word(self, key: str) -> str:
        return text(key, self.language)

    def _name_wave_row(self, row: Mapping[str, Any]) -> Iterator[str]:
        """Yield question, answer and group of a wave's number."""
        assert self.questionnaire is not None
        name, level = self._name_item(str(row["item"])), str(row["level"] or "")
        yield self._label(name)
        items = {item.id: item for item in self.questionnaire.items}
        if level and name in items and level == items[name].first_level:
            yield show(level_label(items[name], self.language), self.language)
        elif level:
            yield self._label_answers(name).get(level, self._describe_box(name, level))
        if row["group"]:
            yield self._group(str(row["group"]))

    def _name_item(self, name: str) -> str:
        return next((part for part in name.split(":") if part in self._questions), name)

    def _describe_box(self, name: str, level: str) -> str:
        variable = self._find_variable(name)
        if isinstance(variable, Item) and level in variable.levels_of:
            labels = self._label_answers(name)
            joined = Listed(tuple(labels[code] for code in variable.levels_of[level]), "or")
            return show(joined, self.language)
        key = LEVELS.get(level, "")
        if key == NOT_ASKED and self.has_domain:
            key = NOT_INSIDE
        return self._write_word(key) if key else level.replace("_", " ")

    def _find_variable(self, name: str) -> Item | FrameVariable | None:
        assert self.questionnaire is not None
        variables = chain[Item | FrameVariable](self.questionnaire.items, self.questionnaire.frame)
        return next((variable for variable in variables if variable.id == name), None)

    def _label(self, name: str) -> str:
        variable = self._find_variable(name)
        return variable.label.text(self.language) if variable else re.sub("[_:]", " ", name)

    def _label_answers(self, name: str) -> dict[str, str]:
        if name not in self._names:
            variable = self._find_variable(name)
            self._names[name] = variable.labels(self.language) if variable else {}
        return self._names[name]

    def _group(self, group: str) -> str:
        """Return the label of a group, or of a pair of groups, by its code in ids."""
        assert self.questionnaire is not None
        if group == TOTAL:
            return self._write_word("report.total")
        groups = self._label_answers(self.questionnaire.group_item or "")
        labels = self._label_answers(self.by) | groups
        if group in labels:
            return labels[group]
        if variable := variable_of(group):
            category = group.rpartition(":")[2]
            return self._label_answers(variable).get(category, category.replace("_", " "))
        pair = split_groups(group)
        if len(pair) == 2 and all(code in labels for code in pair):
            return f"{labels[pair[0]]} – {labels[pair[1]]}"
        return group.replace("_", " ")

    def _name_study_row(self, row: Mapping[str, Any]) -> Iterator[str]:
        """Yield publisher, question and answer of a claim, or the names of a verdict's number."""
        assert self.structure is not None
        if row["kind"] == "verdict":
            yield from verdict_names(row, self.structure, self.language)
        if row["kind"] != "claim":
            return
        item = self.structure.items.get(str(row["item"]))
        yield show(self.structure.whose(str(row["group"])), self.language)
        yield item.label[self.language] if item else str(row["item"]).replace("_", " ")
        answers = item.categories if item and isinstance(item.categories, dict) else {}
        level = str(row["level"] or "")
        yield answers[level][self.language] if level in answers else level.replace("_", " ")
