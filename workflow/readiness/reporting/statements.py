"""Choose sentences on numbers: the number decides the kind of the fact.

Nothing here prints. A sentence that the number does not support cannot be chosen: the templates of
the catalogue hold no conclusion, and each function has one kind for each case.
"""

from collections.abc import Mapping

from readiness.analysis.selection import Selection
from readiness.charts.participation import LEFT_OUT
from readiness.ground.facts import Fact, Listed, Term, Value
from readiness.language import Language
from readiness.questionnaire import Item, Questionnaire
from readiness.questionnaire.text import strip_markup
from readiness.reporting.parts import Register

# Catalogue key where the leading test establishes a difference.
ESTABLISHED = "report.difference.established"
SELECTION = (
    *(f"report.selection.{selection.key}" for selection in Selection),
    "report.selection.probability.complete",
    "report.selection.probability.unraked",
    "report.selection.census.complete",
    "report.selection.opt_in.unraked",
)
# Catalogue keys on who answered; the last are for samples and censuses without a sampling frame.
ANSWERED = (
    *(f"report.answered.{selection.key}" for selection in Selection),
    *(f"report.answered.{s.key}.unlisted" for s in Selection if s.response_rate),
)
EXCLUDED = tuple(f"participation.chart.{rule}" for rule in LEFT_OUT)
# Tests whose p-value may be published, by their names in the register: leading tests first.
TEST_NAMES = (
    *("multiple_marginal_f", "rao_scott_f", "rao_scott_answer", "contrasts_max_t"),
    "permutation_combined",
    *("permutation_categories", "fisher_freeman_halton", "kruskal_wallis_design"),
    *("ordinal_logit_term", "proportional_odds_check", "linear_model", "rao_scott_chisq"),
    "multiple_marginal_chisq",
)
TESTS = tuple(f"report.name.{test}" for test in TEST_NAMES)
NONE = tuple(f"report.{what}.none" for what in ("issues", "corrections"))
# Number of pairs from which a sentence names none and leaves them to the table.
MANY_PAIRS = 6


def state_condition(selection: Selection, register: Register) -> Fact | None:
    """Return the condition under which intervals and tests of an opt-in sample are valid.

    It is printed below tables with intervals or tests. None for samples that are not opt-in.
    """
    if not selection.inference or selection.is_drawn:
        return None
    return Fact("tables.note.opt_in", {"level": register.name_value("settings.level")})


def significant(p: float, level: float) -> bool:
    """Return whether a p-value is below the error of a confidence level (0.05 for 0.95)."""
    return p < round(1 - level, 12)


def difference(
    p: float | None, level: float, values: Mapping[str, Value], *, withheld: bool = False
) -> Fact:
    """Return what the leading test establishes on the groups, or why there is no result.

    `values`: `p` as the register shows it, `level`; `withheld`: the test was computed and is
    suppressed.
    """
    if p is None:
        return Fact("report.difference.withheld" if withheld else "report.difference.not_computed")
    established = significant(p, level)
    return Fact(ESTABLISHED if established else "report.difference.not_established", values)


def contrasts(
    pairs: Mapping[tuple[str, str], float | None], level: float, *, differ: bool = False
) -> Fact:
    """Return which pairs of groups differ after adjustment.

    `pairs`: the adjusted p of each pair shown, by the labels of its groups; None where a pair has
    no test. `differ`: whether the leading test establishes that groups differ.
    """
    tested = {pair: p for pair, p in pairs.items() if p is not None}
    if not tested:
        return Fact("report.contrasts.untested")
    differing = [pair for pair, p in tested.items() if significant(p, level)]
    if not differing:
        return Fact("report.contrasts.between" if differ else "report.contrasts.none")
    if len(differing) >= MANY_PAIRS:
        return Fact("report.contrasts.many")
    pair_facts = tuple(Fact("report.pair", {"first": a, "second": b}) for a, b in differing)
    return Fact("report.contrasts.some", {"pairs": Listed(pair_facts, "comma")})


def describe_selection(selection: Selection, *, raked: bool, complete: bool) -> Fact:
    """Return which inference the selection of respondents supports.

    `raked`: whether the answers are weighted to margins; `complete`: whether all who were asked
    answered.
    """
    kind = f"report.selection.{selection.key}"
    if selection.response_rate and complete:
        return Fact(f"{kind}.complete")
    return Fact(f"{kind}.unraked") if selection.inference and not raked else Fact(kind)


def describe_response(selection: Selection, values: Mapping[str, Value]) -> Fact:
    """Return who answered, worded for the selection.

    `values`: `invited`, `answered`, `rate`, as far as known. A selection without a response rate
    leaves out `rate`; a sample or census without `invited` has a sentence of its own.
    """
    kind = f"report.answered.{selection.key}"
    if selection.response_rate and "invited" not in values:
        return Fact(f"{kind}.unlisted", dict(values))
    rated = selection.response_rate
    return Fact(kind, {n: value for n, value in values.items() if rated or n != "rate"})


def describe_exclusions(counts: Mapping[str, tuple[int, Value]]) -> Fact:
    """Return what was excluded from the received file, by rule.

    `counts`: of each rule the number, and the value to show.
    """
    exclusions = tuple(
        Fact("language.beside", {"label": Term(f"participation.chart.{rule}"), "what": value})
        for rule, (n, value) in counts.items()
        if n
    )
    fact = Fact("report.excluded", {"excluded": Listed(exclusions)})
    return fact if exclusions else Fact("report.excluded.none")


def count_or_none(kind: str, n: int, value: Value) -> Fact:
    """Return the number of issues, or of corrections applied, or a sentence that there was none."""
    return Fact(kind, {"n": value}) if n else Fact(f"{kind}.none")


def find_stem(questionnaire: Questionnaire, item: Item) -> str:
    """Return the stem of an item's grid; "" for an item outside of grids."""
    return questionnaire.grid(item.grid).column if item.grid else ""


def has_only_name(item: Item) -> bool:
    """Return whether only the name of its column says how an item was asked."""
    is_name = not item.derived_from and " " not in item.column.strip()
    return is_name and item.column in item.label.root.values()


def name_question(questionnaire: Questionnaire, item: Item, language: Language) -> str:
    """Return the question as it was asked, if in `language`, else the item's label."""
    header = item.column if language == questionnaire.language else ""
    question = "" if item.derived_from or has_only_name(item) else strip_markup(header)
    return question if " " in question else item.label.text(language)


def quote_question(questionnaire: Questionnaire, item: Item, language: Language) -> Fact:
    """Return the question as it was asked; for a derived item, the questions behind it.

    Where the export's header is a name, the label stands for the question; where the label is that
    name too, the fact says so. A row of a grid comes with its stem, as form tools write both.
    """
    if has_only_name(item):
        return Fact("tables.line.untold", {"column": item.column})
    if not item.derived_from:
        header = strip_markup(item.column)
        question = item.label.text(language) if " " not in header else header
        stem = find_stem(questionnaire, item)
        question = question if stem in question else f"{stem} [{question}]"
        return Fact("tables.line.question", {"question": question})
    labels = [questionnaire.variable(name).label.text(language) for name in item.derived_from]
    return Fact("tables.line.derived", {"items": Listed(tuple(labels), "slash")})


def name_test(test: str) -> Term:
    """Return the name of a test; `test`: its name in the register, one of `TEST_NAMES`."""
    return Term(f"report.name.{test}")
