"""Register: every publishable number of a wave, with its display text and its origin."""

from collections.abc import Mapping

import pandas as pd
from pydantic import Field

from readiness.analysis.names import variable_of
from readiness.analysis.selection import Selection
from readiness.config import Disclosure, FigureRules, SelectionName, StrictModel
from readiness.disclosure import Policy
from readiness.lineage import PROVENANCE, canonical_json, read_lineage
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.register.earlier import earlier_release
from readiness.register.figures import FigureRow, Origin, make_register, read_register
from readiness.register.protection import Scheme
from readiness.register.rows.respondents import (
    are_weighted,
    map_reasons,
    nonresponse_rows,
    quality_rows,
    settings_rows,
    weighting_rows,
)
from readiness.register.rows.shares import comparison_rows, revision_rows, scale_rows, share_rows
from readiness.register.withholding import Withheld, withhold
from readiness.running.step import Job, log
from readiness.tables import read_text_table


class WaveRegister(StrictModel):
    """The settings of this step: the run's name and the rules for its figures."""

    run: str
    simulated: bool
    figures: FigureRules = Field()
    level: float
    selection: SelectionName
    disclosure: Disclosure
    by: str | list[str] | None


TABLES = (
    *("estimates", "comparisons", "summary", "steps", "margins", "counts", "issues"),
    *("bounds", "response", "balance", "missing", "scales"),
)
# What decides what is withheld, beside the estimates.
OF_RESPONDENTS = ("questionnaire", "answers", "weights")
# The inputs that the numbers of each kind are made from.
MADE_FROM: Mapping[str, tuple[str, ...]] = {
    "estimate": ("estimates",),
    "interval": ("estimates",),
    "count": ("estimates",),
    "revision": ("estimates",),
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
}


INPUTS = (*TABLES, *OF_RESPONDENTS, "published?", "earlier*")
SETTINGS = WaveRegister


def _find_withheld(
    job: Job[WaveRegister],
    estimates: pd.DataFrame,
    questionnaire: Questionnaire,
    policy: Policy,
    data: str,
) -> Withheld:
    """What the policy withholds, from the respondents' answers and weights, after what was released
    before; `data`: the versions of the data behind the estimates."""
    settings = job.settings
    told = [variable for group in estimates["group"] if (variable := variable_of(group))]
    first = [settings.by] if isinstance(settings.by, str) else (settings.by or [])[:1]
    variables = list(dict.fromkeys([*first, *told]))
    answers = read_text_table(job["answers"], "the coded answers")
    weights = read_text_table(job["weights"], "the weights", columns=("respondent", "weight"))
    weight = dict(zip(weights["respondent"], weights["weight"].astype(float), strict=True))
    inside = answers[answers["respondent"].isin(list(weight))].reset_index(drop=True)
    respondents = inside.assign(weight=inside["respondent"].map(weight).astype(float))
    apart = answers[answers["group"].isin(questionnaire.groups_apart)].reset_index(drop=True)
    return withhold(
        estimates,
        respondents,
        apart,
        questionnaire,
        variables,
        settings.figures,
        policy,
        [earlier_release(read_register(path), data) for path in job.inputs["earlier"]],
    )


def run(job: Job[WaveRegister]) -> None:
    """Write `figures.csv`, and `disclosure.csv` and `.json`, which are not for release."""
    settings = job.settings
    inputs = {name: job[name] for name in TABLES}
    tables = {name: read_text_table(path, f"the {name}") for name, path in inputs.items()}
    steps = {name: read_lineage(path.parent / PROVENANCE) for name, path in inputs.items()}
    questionnaire = load_questionnaire(job["questionnaire"])
    scheme = Scheme.of(questionnaire)
    rules = settings.figures
    policy = Policy.of(settings.disclosure.model_dump(exclude_none=True), rules.minimum_base)
    data = " ".join(sorted(steps["estimates"].datasets))
    hidden = _find_withheld(job, tables["estimates"], questionnaire, policy, data)
    selection = Selection(settings.selection)
    weighted = are_weighted(tables["steps"])
    shown = (rules, scheme, selection, hidden.ids)
    rows = list(share_rows(tables["estimates"], *shown, weighted_bases=weighted))
    before: dict[str, Origin] = {}
    if revised := job.get("published"):
        published = read_register(revised)
        before = {row["id"]: Origin.read_from(row) for row in published.to_dict("records")}
        rows += list(revision_rows(rows, published, rules))
    compared = (tables["comparisons"], tables["estimates"], *shown)
    rows += comparison_rows(*compared, settings.level)
    rows += weighting_rows(
        tables["summary"] if weighted else tables["summary"].iloc[:0],
        tables["steps"],
        tables["margins"],
        selection,
        simulated=settings.simulated,
    )
    rows += settings_rows(settings.level, rules, selection)
    rows += quality_rows(tables["counts"], tables["issues"], selection, apart=scheme.apart)
    rows += nonresponse_rows(tables, map_reasons(rows), rules)
    rows += scale_rows(tables["scales"], rules)

    def origin(row: FigureRow) -> Origin:
        own = Origin.of(*(steps[name] for name in MADE_FROM[row.kind]))
        # A revision also rests on whatever the number that it revises rests on.
        return (
            own | before[row.id.removeprefix("revision.").removesuffix(".before")]
            if row.kind == "revision"
            else own
        )

    register = make_register(rows, run=settings.run, origin=origin, simulated=settings.simulated)
    job.csv("figures.csv", register)
    job.csv("disclosure.csv", hidden.facts)
    summary = hidden.summary(policy, tables["estimates"])
    job.file("disclosure.json", canonical_json(summary) + "\n")
    if hidden.decisions.unprotected:
        log.warning(
            "%d protected counts can be known too well, whatever is withheld; disclosure.json",
            len(hidden.decisions.unprotected),
        )
    job.datasets = tuple(sorted({name for one in before.values() for name in one.datasets}))
    log.info("registered: %d figures", len(register))
