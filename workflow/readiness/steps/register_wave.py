"""Register: every publishable number of a wave, with its display text and its origin."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_

import pandas as pd

from readiness.analysis.selection import Selection, variable_of
from readiness.attack import AttackTarget
from readiness.config import Change, Disclosure, FigureRules, SelectionName, StrictModel
from readiness.disclosure import Policy
from readiness.disclosure.suppress import Decisions
from readiness.ground.figure_id import CHANGE, FIRMNESS, REVISION
from readiness.ground.frames import list_rows
from readiness.ground.tables import read_text_table
from readiness.provenance.digests import canonical_json
from readiness.provenance.records import read_lineage
from readiness.provenance.results_folder import PROVENANCE
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.register.attacking import (
    check_bases,
    find_even,
    known_classes,
    read_target,
    read_varied,
    withhold_until_held,
)
from readiness.register.earlier import earlier_release
from readiness.register.figures import (
    FigureRow,
    Origin,
    Scheme,
    find_hidden_items,
    make_register,
    read_register,
)
from readiness.register.firmness import find_told, firmness_rows, tell_until_held
from readiness.register.linked import Demand
from readiness.register.merging import Merger, find_merger
from readiness.register.precision import ShareDigits, print_precision
from readiness.register.rows.changes import change_rows, match_groups, match_items
from readiness.register.rows.respondents import (
    are_weighted,
    map_reasons,
    nonresponse_rows,
    quality_rows,
    settings_rows,
    weighting_rows,
)
from readiness.register.rows.shares import (
    comparison_rows,
    find_unpublished,
    revision_rows,
    scale_rows,
    share_rows,
)
from readiness.register.sealed import Withholding, follow_ledger, read_withholding
from readiness.register.withholding import Withheld, withhold
from readiness.running.step import Job, log


class WaveRegister(StrictModel):
    """The settings of this step: the run's name and the rules for its figures."""

    run: str
    simulated: bool
    figures: FigureRules
    level: float
    selection: SelectionName
    disclosure: Disclosure
    by: str | list[str] | None
    change: Change | None = None


TABLES = (
    *("estimates", "comparisons", "summary", "steps", "margins", "counts", "issues"),
    *("bounds", "response", "balance", "missing", "scales"),
)
# The inputs that the numbers of each kind are made from.
MADE_FROM: Mapping[str, tuple[str, ...]] = {
    "estimate": ("estimates",),
    "interval": ("estimates",),
    "count": ("estimates",),
    "effective": ("estimates",),
    "revision": ("estimates",),
    CHANGE: ("estimates",),
    # What compares a group is held back by the bases of the estimates.
    "test": ("comparisons", "estimates"),
    "weighting": ("summary", "steps", "margins"),
    "quality": ("counts", "issues"),
    "setting": (),
    # What is withheld, the estimates decide.
    "bound": ("bounds", "estimates"),
    "selection": ("bounds", "estimates"),
    "missing": ("missing", "estimates"),
    "response": ("response",),
    "balance": ("balance",),
    "scale": ("scales",),
    FIRMNESS: ("firmness", "estimates"),
}


INPUTS = (
    *TABLES,
    # What decides what is withheld, beside the estimates.
    *("questionnaire", "answers", "weights"),
    *("published?", "earlier*", "before?", "asked_before?", "firmness?", "varied?"),
    # The ledger of the publication that is recomputed.
    "sealed?",
)
SETTINGS = WaveRegister


def _make_rows(
    job: Job[WaveRegister],
    tables: Mapping[str, pd.DataFrame],
    questionnaire: Questionnaire,
    published: pd.DataFrame | None,
    past: pd.DataFrame | None,
    digits: ShareDigits,
    policy: Policy,
    withheld: Withholding,
) -> list[FigureRow]:
    """Return every row of the register, of which this is `withheld`; `digits`: those of shares."""
    settings, rules, scheme = job.settings, job.settings.figures, Scheme.of(questionnaire)
    selection, weighted = Selection(settings.selection), are_weighted(tables["steps"])
    shown = (rules, scheme, selection, withheld.ids)
    decimals = {item.id: item.range.decimals for item in questionnaire.items if item.range}
    printed = tables["estimates"]
    if not withheld.former:
        answers_of = {item.id: item.codes for item in questionnaire.items}
        unpublished = find_unpublished(printed, rules, scheme, withheld.ids)
        printed = print_precision(printed, answers_of, digits, settings.level, unpublished)
    rows = [
        *share_rows(
            printed,
            rules,
            digits,
            scheme,
            selection,
            withheld.ids,
            weighted_bases=weighted,
            decimals=decimals,
            former=withheld.former,
            confidence=settings.level,
        )
    ]
    if published is not None:
        rows += list(revision_rows(rows, published, digits))
    if past is not None and settings.change is not None:
        then = load_questionnaire(job["asked_before"])
        told = dict.fromkeys(row.item for row in rows if row.kind == "estimate")
        items = frozenset(past.loc[past["kind"] == "estimate", "item"])
        matched = [*match_items(then, questionnaire, [*told], settings.change.map, items)]
        by = settings.by if isinstance(settings.by, str) else next(iter(settings.by or ()), "")
        groups = match_groups(then, questionnaire, by)
        told_of = (groups, questionnaire, digits, settings.change, settings.level)
        rows += [*change_rows(rows, past, matched, *told_of)]
    compared = (tables["comparisons"], tables["estimates"], *shown, settings.level)
    return [
        *rows,
        *comparison_rows(*compared, banded=withheld.banded, exact=withheld.exact, led=withheld.led),
        *weighting_rows(
            tables["summary"] if weighted else tables["summary"].iloc[:0],
            tables["steps"],
            tables["margins"],
            selection,
            digits,
            simulated=settings.simulated,
        ),
        *settings_rows(settings.level, rules, selection, policy),
        *quality_rows(tables["counts"], tables["issues"], selection, apart=scheme.apart),
        *nonresponse_rows(
            tables, map_reasons(rows), digits, withheld.merged, former=withheld.former
        ),
        *scale_rows(tables["scales"], rules),
        *(firmness_rows(tables["firmness"], withheld.firm) if withheld.firm else ()),
    ]


def run(job: Job[WaveRegister]) -> None:
    """Write `figures.csv`, and `disclosure.csv` and `.json`, which are not for release.

    Of a publication that is recomputed its ledger, `sealed`, says what is withheld: nothing is
    decided, and both tell of nothing.
    """
    settings = job.settings
    inputs = {name: job[name] for name in TABLES}
    if firmness := job.get(FIRMNESS):
        inputs[FIRMNESS] = firmness
    tables = {name: read_text_table(path, f"the {name}") for name, path in inputs.items()}
    steps = {name: read_lineage(path.parent / PROVENANCE) for name, path in inputs.items()}
    questionnaire = load_questionnaire(job["questionnaire"])
    rules, estimates = settings.figures, tables["estimates"]
    policy = Policy.of(settings.disclosure.model_dump(exclude_none=True), rules.minimum_base)
    published, past = (
        read_register(path) if (path := job.get(role)) else None for role in ("published", "before")
    )
    revised = [] if published is None else list_rows(published)
    before = {row["id"]: Origin.read_from(row) for row in revised}
    since = [] if past is None else list_rows(past[past["kind"] == "estimate"])
    # Changes rest on the earlier wave as a whole: which of its numbers, the questionnaires say.
    behind = reduce(or_, map(Origin.read_from, since), Origin())

    def origin(row: FigureRow) -> Origin:
        own = Origin.of(*(steps[name] for name in MADE_FROM[row.kind]))
        if row.kind == CHANGE:
            return own | behind
        if row.kind == REVISION:
            # It also rests on whatever the number that it revises rests on.
            return own | before[row.id.share()]
        return own

    told = [variable for group in estimates["group"] if (variable := variable_of(group))]
    first = [settings.by] if isinstance(settings.by, str) else (settings.by or [])[:1]
    variables = list(dict.fromkeys([*first, *told]))
    answers = read_text_table(job["answers"], "the coded answers")
    columns = ("respondent", "stratum", "weight")
    weights = read_text_table(job["weights"], "the weights", columns=columns)
    weight = dict(zip(weights["respondent"], weights["weight"].astype(float), strict=True))
    inside = answers[answers["respondent"].isin(list(weight))].reset_index(drop=True)
    respondents = inside.assign(weight=inside["respondent"].map(weight).astype(float))
    apart = answers[answers["group"].isin(questionnaire.groups_apart)].reset_index(drop=True)
    data = " ".join(sorted(steps["estimates"].datasets))
    digits = ShareDigits.of_wave(len(respondents), rules.rounding)
    known = (respondents, apart, questionnaire, variables, rules, digits, policy)
    releases = [earlier_release(read_register(path), data) for path in job.inputs["earlier"]]
    varied = read_varied(job.get("varied"), respondents)
    classes = known_classes(respondents, questionnaire, variables, {})
    # The cells of the frame by all weights, of which there are more.
    finer = known_classes(respondents, questionnaire, variables, varied)
    strata = dict(zip(weights["respondent"], weights["stratum"], strict=True))
    people = respondents.assign(stratum=inside["respondent"].map(strata))

    def register(withheld: Withholding) -> pd.DataFrame:
        shown = replace(digits, exact=withheld.former)
        rows = _make_rows(job, tables, questionnaire, published, past, shown, policy, withheld)
        return make_register(rows, run=settings.run, origin=origin, simulated=settings.simulated)

    def find_told_variants(figures: pd.DataFrame) -> pd.DataFrame:
        alike = {n: find_even(people.assign(weight=own), variables) for n, own in varied.items()}
        return find_told(tables[FIRMNESS], figures, alike)

    def tell(withheld: Withholding) -> AttackTarget:
        figures, own = register(withheld).astype(str), finer if withheld.firm else classes
        check_bases(figures)
        known = (questionnaire, policy, varied, respondents)
        return read_target(figures, job.inputs["earlier"], own, *known)

    def decide(demand: Demand | None, decided: Decisions | None) -> Withheld:
        if demand:
            log.info("withholding more of: %s", ", ".join(sorted(demand.items or ())))
        return withhold(estimates, *known, releases, demand, decided)

    if sealed := job.get("sealed"):
        withheld = read_withholding(read_register(sealed))
        if FIRMNESS in tables:
            tables[FIRMNESS] = find_told_variants(register(replace(withheld, firm=frozenset())))
        hidden = Withheld(withheld.ids)
    else:
        hidden = withhold_until_held(decide, lambda ids: tell(Withholding(ids)), estimates)
        withheld = Withholding(hidden.ids)
        if FIRMNESS in tables:
            tables[FIRMNESS] = find_told_variants(register(withheld))
            found = dict.fromkeys(tables[FIRMNESS]["item"])
            firm = tell_until_held(
                found, lambda items: tell(replace(withheld, firm=frozenset(items)))
            )
            log.info("firmness told of: %s", ", ".join(sorted(firm)) or "nothing")
            withheld = replace(withheld, firm=firm)
    figures = register(withheld)
    if sealed:
        figures = follow_ledger(figures.astype(str), read_register(sealed))
    job.csv("figures.csv", figures)
    job.csv("disclosure.csv", hidden.facts, private=True)
    summary = hidden.summary(policy, estimates)
    if not sealed:
        items = list(dict.fromkeys(estimates["item"]))
        mergers = _find_mergers(respondents, questionnaire, variables, items, rules, policy)
        summary["mergers"] = [merger.label(questionnaire, "en") for merger in mergers]
        hidden_items = find_hidden_items(figures.astype(str))
        summary["hidden"] = [questionnaire.item(name).label.text("en") for name in hidden_items]
    job.file("disclosure.json", f"{canonical_json(summary)}\n", private=True)
    origins = [*before.values(), behind]
    job.datasets = tuple(sorted({name for one in origins for name in one.datasets}))
    log.info("registered: %d figures", len(figures))


def _find_mergers(
    respondents: pd.DataFrame,
    questionnaire: Questionnaire,
    variables: Sequence[str],
    items: Sequence[str],
    rules: FigureRules,
    policy: Policy,
) -> list[Merger]:
    """Return how small groups of each variable would be merged, where shares come back with it."""
    found = (
        find_merger(respondents, questionnaire, items, variable, rules, policy)
        for variable in variables
    )
    return [merger for merger in found if merger]
