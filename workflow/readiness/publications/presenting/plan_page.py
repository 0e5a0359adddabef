"""The plan of a wave as a person reads it: Markdown, in the order in which a survey is done."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from readiness.analysis.selection import Selection
from readiness.config import PERMUTATIONS
from readiness.disclosure import Policy
from readiness.facts import Fact, Listed, Quantity, Term, Value
from readiness.language import Language
from readiness.publications.presenting.writing import Writing, markdown, render
from readiness.questionnaire.versions import KINDS
from readiness.register.planned import ORDER, PlanOutcome
from readiness.reporting.particulars import CALLED, list_statements
from readiness.reporting.planned import AREAS, list_deviations, state_plans

# What a plan says in words of each value of a setting.
SELECTED = {one: f"plan.selection.{one.key}" for one in Selection}
KEPT = {kept: f"plan.duplicates.{kept}" for kept in ("last", "first", "most_answered")}
READERS = {name: f"plan.reader.{name}" for name in ("public", "researchers", "internal")}


def write_plan(
    name: str,
    tree: Mapping[str, Any],
    outcome: PlanOutcome,
    language: Language,
) -> str:
    """The plan of the wave `name`: what it is told (`tree`), and what became of it."""
    writing = Writing(language, markdown(language))
    title = tree["title"].get(language) or next(iter(tree["title"].values()))
    lines = _PlanLines(tree, language)
    parts = {
        area: [writing.tell(fact) for fact in getattr(lines, area)()]
        for area in AREAS
        if hasattr(lines, area)
    }
    return render(
        "plan.md",
        writing.form,
        t=writing.text,
        title=writing.text("plan.title", text_title=title, name=name),
        state=[writing.tell(fact) for fact in state_plans(outcome.entries, name)],
        became=[writing.tell(fact) for fact in list_deviations(outcome)],
        parts=[(writing.text(AREAS[area]), told) for area, told in parts.items() if told],
    )


def _list_names(names: Sequence[Any]) -> Listed:
    return Listed(tuple(map(str, names)), "comma")


def _label(label: Value, what: Value) -> Fact:
    return Fact("language.labelled", {"label": label, "what": what})


class _PlanLines:
    """The lines of each part of a plan, as facts."""

    def __init__(self, tree: Mapping[str, Any], language: Language) -> None:
        self.tree, self.language = tree, language

    def population(self) -> Iterator[Fact]:
        tree = self.tree
        yield Fact(SELECTED[Selection(tree["selection"])])
        for key, said in list_statements(
            tree["study"], self.language, ("population", "frame", "mode")
        ):
            yield Fact("plan.stated", {"label": Term(CALLED[key]), "text": said})
        if tree.get("drawn"):
            yield Fact("plan.drawn", {"name": tree["sample"], "n": tree["drawn"]["rows"]})
        elif tree.get("sample"):
            yield Fact("plan.undrawn", {"name": tree["sample"]})
        for variable, totals in tree.get("margins", {}).items():
            told = tuple(_label(category, total) for category, total in totals.items())
            yield Fact("plan.margin", {"name": variable, "totals": Listed(told, "comma")})

    def questionnaire(self) -> Iterator[Fact]:
        tree = self.tree
        named = {"name": tree["questionnaire"], "digest": tree["files"]["asked"]}
        yield Fact("plan.questionnaire", {**named, "n": len(tree["items"].get(ORDER, ()))})
        for name in tree["items"].get(ORDER, ()):
            item = tree["items"][name]
            kind = str(item.get("kind"))
            codes = item.get("categories", {}).get(ORDER, ())
            yield Fact(
                "plan.item_options" if codes else "plan.item",
                {
                    "name": name,
                    "kind": Term(KINDS[kind]) if kind in KINDS else kind,
                    "text": self._word(item),
                    "codes": _list_names(codes),
                },
            )
        for name in tree["derive"].get(ORDER, ()):
            yield Fact("plan.derived", {"name": name, "text": self._word(tree["derive"][name])})

    def _word(self, item: Mapping[str, Any]) -> str:
        label = item.get("label")
        words = label.get(self.language) if isinstance(label, Mapping) else None
        return str(words or item.get("column") or item.get("variable") or "")

    def answers(self) -> Iterator[Fact]:
        rules = self.tree["validate"]
        yield Fact("plan.answers", {"name": self.tree["answers"]})
        for _, days in list_statements(
            {"fieldwork": [rules.get("opens"), rules.get("closes")]}, self.language, ("fieldwork",)
        ):
            yield Fact("plan.stated", {"label": Term(CALLED["fieldwork"]), "text": days})
        yield Fact(KEPT[rules["duplicates"]])
        if self.tree.get("corrections"):
            yield Fact("plan.corrections", {"name": self.tree["corrections"]})

    def weights(self) -> Iterator[Fact]:
        weight = self.tree["weight"]
        if weight == "none":
            yield Fact("plan.weights.none")
            return
        if weight.get("given"):
            yield Fact("plan.weights.given", {"name": weight["given"]})
            return
        yield Fact(
            "plan.weights.margins" if weight.get("margins") else "plan.weights.strata",
            {"name": weight.get("margins", "")},
        )
        low, high = (Quantity(str(end), "number", 2) for end in weight["trim"])
        yield Fact("plan.weights.limits", {"low": low, "high": high})
        for variable, merges in weight["collapse"].items():
            for merge in merges:
                yield Fact("plan.weights.merged", {"name": variable, "codes": _list_names(merge)})
        yield Fact("plan.weights.small")

    def estimates(self) -> Iterator[Fact]:
        estimate, figures = self.tree["estimate"], self.tree["figures"]
        yield Fact(
            "plan.estimated",
            {"n": len(estimate["items"]), "names": _list_names([*estimate["items"]])},
        )
        by = estimate.get("by")
        names = [by] if isinstance(by, str) else by or []
        yield Fact("plan.groups" if names else "plan.groups_none", {"names": _list_names(names)})
        if Selection(self.tree["selection"]).inference:
            level = Quantity(str(estimate["level"]), "share", 1)
            yield Fact("plan.limits", {"name": estimate["interval"], "level": level})
        bases = {"least": figures["minimum_base"], "reliable": figures["reliable_base"]}
        yield Fact("plan.bases", bases)

    def tests(self) -> Iterator[Fact]:
        compare = self.tree["compare"]
        if not compare["items"]:
            yield Fact("plan.tests_none")
            return
        yield Fact(
            "plan.tests", {"n": len(compare["items"]), "names": _list_names([*compare["items"]])}
        )
        yield Fact("plan.families")
        yield Fact("plan.adjust", {"name": compare["adjust"]})
        yield Fact("plan.seed", {"seed": str(compare["seed"]), "n": PERMUTATIONS})

    def change(self) -> Iterator[Fact]:
        if change := self.tree.get("change"):
            margin = Quantity(str(change["margin"]), "number", 1)
            yield Fact("plan.change", {"name": change["from"], "margin": margin})
        if self.tree.get("revises"):
            yield Fact("plan.revises", {"name": self.tree["revises"]})

    def protection(self) -> Iterator[Fact]:
        policy = Policy.of(self.tree.get("disclosure"), self.tree["figures"]["minimum_base"])
        yield Fact(READERS[policy.reader])
        yield Fact("plan.smallest", {"n": policy.minimum_cell})
        if policy.identifiers:
            yield Fact("plan.identifiers", {"names": _list_names(policy.identifiers)})

    def report(self) -> Iterator[Fact]:
        yield Fact("plan.blocks", {"names": _list_names(self.tree["report"])})
        if self.tree.get("show"):
            yield Fact("plan.shown", {"names": _list_names(self.tree["show"])})

    def code(self) -> Iterator[Fact]:
        yield Fact("plan.code")
        for step, digest in self.tree["code"].items():
            yield _label(step, digest)
