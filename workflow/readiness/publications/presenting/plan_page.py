"""Write the plan of a wave as Markdown, in the order in which a survey is done."""

from collections.abc import Iterable, Mapping
from typing import Any

from readiness.analysis.selection import Selection
from readiness.config import PERMUTATIONS, SHARE_INTERVAL
from readiness.disclosure import Policy
from readiness.ground.facts import Fact, Listed, Quantity, Term
from readiness.language import Language
from readiness.publications.presenting.writing import Writing, markdown
from readiness.questionnaire.versions import KIND_LABELS
from readiness.register.planned import ORDER, PlanOutcome
from readiness.reporting.particulars import CALLED, list_statements
from readiness.reporting.planned import list_deviations, state_plans

# Catalogue keys of the values of settings.
SELECTED = {one.value: f"plan.selection.{one.key}" for one in Selection}
KEPT = {kept: f"plan.duplicates.{kept}" for kept in ("last", "first", "most_answered")}
READERS = {name: f"plan.reader.{name}" for name in ("public", "researchers", "internal")}


def write_plan(name: str, tree: Mapping[str, Any], outcome: PlanOutcome, language: Language) -> str:
    """Return the plan of the wave `name` as Markdown.

    `tree`: its settings. `outcome`: its amendments and deviations.
    """
    writing = Writing(language, markdown(language))
    rules = tree["validate"]
    stated = {**tree["study"], "fieldwork": [rules.get("opens"), rules.get("closes")]}

    def word(item: Mapping[str, Any]) -> str:
        label = item.get("label")
        words = label.get(language) if isinstance(label, Mapping) else None
        return str(words or item.get("column") or item.get("variable") or "")

    def listed(names: str | Iterable[object]) -> Listed:
        return Listed((names,) if isinstance(names, str) else tuple(map(str, names)), "comma")

    def pairs(totals: Mapping[str, str]) -> Listed:
        labelled = (
            Fact("language.labelled", {"label": label, "what": total})
            for label, total in totals.items()
        )
        return Listed(tuple(labelled), "comma")

    return writing.render(
        "plan.md",
        p=tree,
        name=name,
        title=tree["title"].get(language) or next(iter(tree["title"].values())),
        state=[writing.tell(fact) for fact in state_plans(outcome.entries, name)],
        became=[writing.tell(fact) for fact in list_deviations(outcome)],
        policy=Policy.of(tree.get("disclosure"), tree["figures"]["minimum_base"]),
        inference=Selection(tree["selection"]).inference,
        draws=PERMUTATIONS,
        # The default: a plan sealed by an earlier version states its own method.
        share_interval=SHARE_INTERVAL,
        order=ORDER,
        selected=SELECTED,
        kept=KEPT,
        readers=READERS,
        kind=lambda kind: Term(KIND_LABELS[kind]) if kind in KIND_LABELS else str(kind),
        stated=lambda *keys: [
            (Term(CALLED[key]), text) for key, text in list_statements(stated, language, keys)
        ],
        number=lambda value, unit, digits: Quantity(str(value), unit, digits),
        word=word,
        listed=listed,
        pairs=pairs,
    )
