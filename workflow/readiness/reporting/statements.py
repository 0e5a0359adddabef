"""What a report says of a number: a fact whose kind the number chooses.

Nothing here prints. A sentence that the number does not support has no way to be chosen: the
templates of the catalogue hold no conclusion, and each function below has one kind a case.
"""

from collections.abc import Mapping

from readiness.analysis.selection import Selection
from readiness.charts.participation import LEFT_OUT
from readiness.ground.facts import Fact, Listed, Term, Value
from readiness.language import Language
from readiness.questionnaire import Item, Questionnaire
from readiness.questionnaire.text import strip_markup
from readiness.reporting.parts import Register

# What the leading test says where it establishes a difference.
ESTABLISHED = "report.difference.established"
SELECTION = (
    *(f"report.selection.{selection.key}" for selection in Selection),
    "report.selection.probability.complete",
    "report.selection.probability.unraked",
    "report.selection.census.complete",
    "report.selection.opt_in.unraked",
)
# Who answered; the last are of samples and censuses of which there is no list.
ANSWERED = (
    *(f"report.answered.{selection.key}" for selection in Selection),
    *(f"report.answered.{s.key}.unlisted" for s in Selection if s.response_rate),
)
EXCLUDED = tuple(f"participation.chart.{rule}" for rule in LEFT_OUT)
# The tests of which a p-value may be told, by their names in the register: those that lead first.
TEST_NAMES = (
    *("multiple_marginal_f", "rao_scott_f", "rao_scott_answer", "contrasts_max_t"),
    "permutation_combined",
    *("permutation_categories", "fisher_freeman_halton", "kruskal_wallis_design"),
    *("ordinal_logit_term", "proportional_odds_check", "linear_model", "rao_scott_chisq"),
    "multiple_marginal_chisq",
)
TESTS = tuple(f"report.name.{test}" for test in TEST_NAMES)
NONE = tuple(f"report.{what}.none" for what in ("issues", "corrections"))
# From so many pairs on, a sentence names none: the table does.
MANY = 6


def state_condition(selection: Selection, register: Register) -> Fact | None:
    """The condition under which intervals and tests hold of those who came in by themselves.

    It stands with the tables that have them. None of other selections.
    """
    if not selection.inference or selection.is_drawn:
        return None
    return Fact("tables.note.opt_in", {"level": register.name_value("settings.level")})


def significant(p: float, level: float) -> bool:
    """Whether a p-value is below the error that a confidence level leaves (0.05 for 0.95)."""
    return p < round(1 - level, 12)


def difference(
    p: float | None, level: float, values: Mapping[str, Value], *, withheld: bool = False
) -> Fact:
    """What the leading test says of the groups, or why it says nothing.

    `values`: `p` as the register shows it, `level`; `withheld`: it was computed, and is not told.
    """
    if p is None:
        return Fact("report.difference.withheld" if withheld else "report.difference.not_computed")
    established = significant(p, level)
    return Fact(ESTABLISHED if established else "report.difference.not_established", values)


def contrasts(
    pairs: Mapping[tuple[str, str], float | None], level: float, *, differ: bool = False
) -> Fact:
    """Which pairs of groups differ after adjustment.

    `pairs`: the adjusted p of each pair shown, by the labels of its groups; None where a pair has
    no test. `differ`: whether the leading test establishes that groups differ.
    """
    tested = {pair: p for pair, p in pairs.items() if p is not None}
    if not tested:
        return Fact("report.contrasts.untested")
    found = [pair for pair, p in tested.items() if significant(p, level)]
    if not found:
        return Fact("report.contrasts.between" if differ else "report.contrasts.none")
    if len(found) >= MANY:
        return Fact("report.contrasts.many")
    named = tuple(Fact("report.pair", {"first": a, "second": b}) for a, b in found)
    return Fact("report.contrasts.some", {"pairs": Listed(named, "comma")})


def describe_selection(selection: Selection, *, raked: bool, complete: bool) -> Fact:
    """What the selection of respondents lets the figures say.

    `raked`: whether the answers are weighted to margins; `complete`: whether all who were asked
    answered. Of what did not happen nothing is said.
    """
    kind = f"report.selection.{selection.key}"
    if selection.response_rate and complete:
        return Fact(f"{kind}.complete")
    return Fact(f"{kind}.unraked") if selection.inference and not raked else Fact(kind)


def describe_response(selection: Selection, values: Mapping[str, Value]) -> Fact:
    """Who answered, in the words of the selection: `invited`, `answered`, `rate`.

    A rate without a selection that gives one is not said, nor of whom there is no list.
    """
    kind = f"report.answered.{selection.key}"
    if selection.response_rate and "invited" not in values:
        return Fact(f"{kind}.unlisted", dict(values))
    rated = selection.response_rate
    return Fact(kind, {n: value for n, value in values.items() if rated or n != "rate"})


def describe_exclusions(counts: Mapping[str, tuple[int, Value]]) -> Fact:
    """What of the received file was excluded, by rule: how many, and the value to show."""
    found = tuple(
        Fact("language.beside", {"label": Term(f"participation.chart.{rule}"), "what": value})
        for rule, (n, value) in counts.items()
        if n
    )
    told = Fact("report.excluded", {"excluded": Listed(found)})
    return told if found else Fact("report.excluded.none")


def count_or_none(kind: str, n: int, value: Value) -> Fact:
    """How many issues the checks found, or corrections were applied; that there was none."""
    return Fact(kind, {"n": value}) if n else Fact(f"{kind}.none")


def find_stem(questionnaire: Questionnaire, item: Item) -> str:
    """What the rows of an item's grid are asked together; "" for an item of its own."""
    return questionnaire.grid(item.grid).column if item.grid else ""


def has_only_name(item: Item) -> bool:
    """Whether nothing says how an item was asked but the name of its column."""
    is_name = not item.derived_from and " " not in item.column.strip()
    return is_name and item.column in item.label.root.values()


def name_question(questionnaire: Questionnaire, item: Item, language: Language) -> str:
    """Return what a picture shows: the question, as it was asked where that was in `language`, else
    the item's label.
    """
    own = item.column if language == questionnaire.language else ""
    asked = "" if item.derived_from or has_only_name(item) else strip_markup(own)
    return asked if " " in asked else item.label.text(language)


def quote_question(questionnaire: Questionnaire, item: Item, language: Language) -> Fact:
    """The question as it was asked; of what was computed, of which questions.

    Where the header of the export is a name and no text, the codebook's text was asked, and where
    there is none, that is said; of a grid its stem and the row, as form tools write them.
    """
    if has_only_name(item):
        return Fact("tables.line.untold", {"column": item.column})
    if not item.derived_from:
        own = strip_markup(item.column)
        asked = item.label.text(language) if " " not in own else own
        stem = find_stem(questionnaire, item)
        asked = asked if stem in asked else f"{stem} [{asked}]"
        return Fact("tables.line.question", {"question": asked})
    labels = [questionnaire.variable(name).label.text(language) for name in item.derived_from]
    return Fact("tables.line.derived", {"items": Listed(tuple(labels), "slash")})


def name_test(test: str) -> Term:
    """What a test is called; `test` is its name in the register, one of `TESTS`."""
    return Term(f"report.name.{test}")
