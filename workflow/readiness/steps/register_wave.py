"""Register: every publishable number of a wave, with its display text and its origin."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any

import pandas as pd
from pydantic import Field

from readiness.analysis.domain import add_domain, find_inside
from readiness.analysis.selection import Selection, variable_of
from readiness.attack import AttackTarget, Classes
from readiness.config import Change, Disclosure, FigureRules, SelectionName, StrictModel
from readiness.disclosure import Policy
from readiness.disclosure.suppress import Decisions
from readiness.ground.figure_id import CHANGE, FIRMNESS, REVISION
from readiness.ground.frames import list_rows
from readiness.ground.tables import read_text_table
from readiness.provenance.digests import canonical_json
from readiness.provenance.records import Lineage, read_lineage
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
from readiness.register.earlier import Earlier, earlier_release
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
from readiness.register.merging import find_merger
from readiness.register.precision import ShareDigits, print_precision
from readiness.register.rows.changes import change_rows, match_groups, match_items
from readiness.register.rows.respondents import (
    answers_are_weighted,
    find_merged,
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
from readiness.register.withholding import Withheld, find_telling_differences, withhold
from readiness.running.step import Job, log


class WaveRegister(StrictModel):
    """Settings: the run's name and the rules for its figures.

    `where`: whom all figures describe. `beside`: whom other numbers of the same answers describe,
    None for everybody; the difference of both must not disclose few people.
    """

    run: str
    simulated: bool
    figures: FigureRules
    level: float
    selection: SelectionName
    disclosure: Disclosure
    by: str | list[str] | None
    where: dict[str, list[str]] | None = None
    beside: list[dict[str, list[str]] | None] = Field(default_factory=list)
    change: Change | None = None


TABLES = (
    *("estimates", "comparisons", "summary", "steps", "margins", "counts", "issues"),
    *("bounds", "response", "balance", "missing", "scales"),
)
# Inputs from which the numbers of each kind are computed.
MADE_FROM: Mapping[str, tuple[str, ...]] = {
    "estimate": ("estimates",),
    "interval": ("estimates",),
    "count": ("estimates",),
    "effective": ("estimates",),
    "revision": ("estimates",),
    CHANGE: ("estimates",),
    # Bases of the estimates decide which comparisons are suppressed.
    "test": ("comparisons", "estimates"),
    "weighting": ("summary", "steps", "margins"),
    "quality": ("counts", "issues"),
    "setting": (),
    # Estimates decide what is suppressed.
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
    # Inputs that decide what is suppressed, beside the estimates.
    *("questionnaire", "answers", "weights"),
    *("published?", "earlier*", "before?", "asked_before?", "firmness?", "varied?"),
    # Ledger of the publication that is recomputed.
    "sealed?",
)
SETTINGS = WaveRegister


@dataclass(frozen=True)
class _Origins:
    """Dataset versions and provenance behind each row of a register.

    Attributes:
        steps: provenance records of the steps that wrote the inputs, by input.
        revised: origin of each number of the release that is revised, by id.
        earlier_wave: origin of all numbers of the wave that changes are measured from.
    """

    steps: Mapping[str, Lineage]
    revised: Mapping[str, Origin]
    earlier_wave: Origin

    def of(self, row: FigureRow) -> Origin:
        """Return the origin of a row."""
        step_origin = Origin.of(*(self.steps[name] for name in MADE_FROM[row.kind]))
        if row.kind == CHANGE:
            # Changes rest on the earlier wave as a whole; the questionnaires say on which numbers.
            return step_origin | self.earlier_wave
        if row.kind == REVISION:
            # A revision also rests on the sources of the revised number.
            return step_origin | self.revised[row.id.share()]
        return step_origin

    def list_earlier_datasets(self) -> tuple[str, ...]:
        """Return the dataset versions behind the earlier release and wave, sorted."""
        earlier = (*self.revised.values(), self.earlier_wave)
        return tuple(sorted({name for origin in earlier for name in origin.datasets}))


@dataclass(frozen=True)
class _Wave:
    """A wave as its register is made of it, with all inputs read.

    Attributes:
        job: the step's settings and input files.
        tables: outputs of earlier steps, as text, by role.
        questionnaire: of the wave.
        published: register of the release that this one revises, or None.
        past: register of the earlier wave that changes are measured from, or None.
        respondents: coded answers of those who are weighted, with `weight`.
        strata: sampling stratum of each of the respondents.
        apart: coded answers of the groups outside every total.
        variables: the variables that groups are of, the compared one first.
        digits: the digits of shares.
        policy: of disclosure control.
        releases: earlier releases of the wave, as bounds of its counts.
        varied: weights of the respondents in each variant.
        classes: known numbers of people by the weights of the release; `finer_classes`: by those of
            the variants, too.
        disclosing: ids of numbers whose difference from other numbers of the same answers discloses
            few people.
        origins: of the rows of the register.
    """

    job: Job[WaveRegister]
    tables: Mapping[str, pd.DataFrame]
    questionnaire: Questionnaire
    published: pd.DataFrame | None
    past: pd.DataFrame | None
    respondents: pd.DataFrame
    strata: pd.Series
    apart: pd.DataFrame
    variables: Sequence[str]
    digits: ShareDigits
    policy: Policy
    releases: Sequence[Earlier]
    varied: Mapping[str, pd.Series]
    classes: Mapping[str, Classes]
    finer_classes: Mapping[str, Classes]
    disclosing: frozenset[str]
    origins: _Origins

    @property
    def settings(self) -> WaveRegister:
        """Settings of the step."""
        return self.job.settings

    def register(self, withholding: Withholding) -> pd.DataFrame:
        """Return the register without the suppressed numbers of `withholding`."""
        return make_register(
            _make_rows(self, withholding),
            run=self.settings.run,
            origin=self.origins.of,
            simulated=self.settings.simulated,
        )

    def target(self, withholding: Withholding) -> AttackTarget:
        """Return the register without suppressed numbers, as the attack reads it."""
        figures = self.register(withholding).astype(str)
        check_bases(figures)
        return read_target(
            figures,
            self.job.inputs["earlier"],
            self.finer_classes if withholding.firm else self.classes,
            self.questionnaire,
            self.policy,
            self.varied,
            self.respondents,
        )

    def withhold(self, demand: Demand | None, decided: Decisions | None) -> Withheld:
        """Return what the policy suppresses; with a demand, beyond what was decided."""
        if demand:
            log.info("suppressing more numbers of: %s", ", ".join(sorted(demand.items or ())))
        return withhold(
            self.tables["estimates"],
            self.respondents,
            self.apart,
            self.questionnaire,
            self.variables,
            self.settings.figures,
            self.digits,
            self.policy,
            self.releases,
            demand or Demand(hidden=self.disclosing),
            decided,
        )

    def with_publishable_variants(self, withholding: Withholding) -> "_Wave":
        """Return the wave with those variants alone that can be published beside a register."""
        if FIRMNESS not in self.tables:
            return self
        respondents = self.respondents.assign(stratum=self.strata)
        even_variables = {
            variant: find_even(respondents.assign(weight=weights), self.variables)
            for variant, weights in self.varied.items()
        }
        variants = find_told(self.tables[FIRMNESS], self.register(withholding), even_variables)
        return replace(self, tables={**self.tables, FIRMNESS: variants})


def _make_rows(wave: _Wave, withheld: Withholding) -> list[FigureRow]:
    """Return every row of the register; `withheld`: what is suppressed."""
    settings, rules, tables = wave.settings, wave.settings.figures, wave.tables
    questionnaire, scheme = wave.questionnaire, Scheme.of(wave.questionnaire)
    selection, weighted = Selection(settings.selection), answers_are_weighted(tables["steps"])
    digits = replace(wave.digits, exact=withheld.former)
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
    if wave.published is not None:
        rows += list(revision_rows(rows, wave.published, digits))
    if wave.past is not None and settings.change is not None:
        earlier_questionnaire = load_questionnaire(wave.job["asked_before"])
        published_items = dict.fromkeys(row.item for row in rows if row.kind == "estimate")
        items = frozenset(wave.past.loc[wave.past["kind"] == "estimate", "item"])
        matched = [
            *match_items(
                earlier_questionnaire, questionnaire, [*published_items], settings.change.map, items
            )
        ]
        by = settings.by if isinstance(settings.by, str) else next(iter(settings.by or ()), "")
        groups = match_groups(earlier_questionnaire, questionnaire, by)
        change_settings = (groups, questionnaire, digits, settings.change, settings.level)
        rows += [*change_rows(rows, wave.past, matched, *change_settings)]
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
        *settings_rows(settings.level, rules, selection, wave.policy),
        *quality_rows(tables["counts"], tables["issues"], selection, apart=scheme.apart),
        *nonresponse_rows(
            tables,
            map_reasons(rows),
            digits,
            withheld.merged | find_merged(questionnaire),
            former=withheld.former,
        ),
        *scale_rows(tables["scales"], rules),
        *(firmness_rows(tables["firmness"], withheld.firm) if withheld.firm else ()),
    ]


def _list_variables(by: str | list[str] | None, groups: Iterable[str]) -> list[str]:
    """Return the variables that groups are of, the one that is compared first."""
    compared = [by] if isinstance(by, str) else (by or [])[:1]
    return list(dict.fromkeys([*compared, *filter(None, map(variable_of, groups))]))


def _read_register_of(job: Job[WaveRegister], role: str) -> pd.DataFrame | None:
    """Return the register in the input of a role; None without such an input."""
    path = job.get(role)
    return read_register(path) if path else None


def _map_origins(register: pd.DataFrame) -> dict[str, Origin]:
    """Return the origin of each number of a register (as text), by id."""
    return {row["id"]: Origin.read_from(row) for row in list_rows(register)}


def _read_wave(job: Job[WaveRegister]) -> _Wave:
    """Read the inputs of a wave's register."""
    settings = job.settings
    inputs = {name: job[name] for name in TABLES}
    if firmness := job.get(FIRMNESS):
        inputs[FIRMNESS] = firmness
    tables = {name: read_text_table(path, f"the {name}") for name, path in inputs.items()}
    steps = {name: read_lineage(path.parent / PROVENANCE) for name, path in inputs.items()}
    questionnaire = load_questionnaire(job["questionnaire"])
    published, past = _read_register_of(job, "published"), _read_register_of(job, "before")
    revised = {} if published is None else _map_origins(published)
    past_origins = {} if past is None else _map_origins(past[past["kind"] == "estimate"])
    earlier_wave = reduce(or_, past_origins.values(), Origin())
    answers = read_text_table(job["answers"], "the coded answers")
    everybody = answers
    answers, questionnaire = add_domain(answers, questionnaire, settings.where)
    columns = ("respondent", "stratum", "weight")
    weights = read_text_table(job["weights"], "the weights", columns=columns)
    weight = dict(zip(weights["respondent"], weights["weight"].astype(float), strict=True))
    strata = dict(zip(weights["respondent"], weights["stratum"], strict=True))
    weighted = answers[answers["respondent"].isin(list(weight))].reset_index(drop=True)
    respondents = weighted.assign(weight=weighted["respondent"].map(weight).astype(float))
    apart = answers["group"].isin(questionnaire.groups_apart)
    data = " ".join(sorted(steps["estimates"].datasets))
    variables = _list_variables(settings.by, tables["estimates"]["group"])
    varied = read_varied(job.get("varied"), respondents)
    digits = ShareDigits.of_wave(len(respondents), settings.figures.rounding)
    policy = Policy.of(
        settings.disclosure.model_dump(exclude_none=True), settings.figures.minimum_base
    )
    disclosing = frozenset[str]()
    if settings.beside:
        given = everybody[everybody["respondent"].isin(list(weight))].reset_index(drop=True)
        given = given.assign(weight=respondents["weight"])
        domains = [find_inside(given, where) for where in (settings.where, *settings.beside)]
        disclosing = find_telling_differences(
            tables["estimates"], given, questionnaire, variables, domains, digits, policy
        )
    return _Wave(
        job=job,
        tables=tables,
        questionnaire=questionnaire,
        published=published,
        past=past,
        respondents=respondents,
        strata=weighted["respondent"].map(strata),
        apart=answers[apart].reset_index(drop=True),
        variables=variables,
        digits=digits,
        policy=policy,
        releases=[earlier_release(read_register(path), data) for path in job.inputs["earlier"]],
        varied=varied,
        classes=known_classes(respondents, questionnaire, variables, {}),
        # Cells of the frame by the weights of all variants, which are finer.
        finer_classes=known_classes(respondents, questionnaire, variables, varied),
        disclosing=disclosing,
        origins=_Origins(steps, revised, earlier_wave),
    )


def run(job: Job[WaveRegister]) -> None:
    """Write `figures.csv`, and `disclosure.csv` and `.json`, which are not for release.

    For a publication that is recomputed, its ledger (`sealed`) says what is suppressed: nothing is
    decided, and both of these files are empty of decisions.
    """
    wave = _read_wave(job)
    sealed = job.get("sealed")
    if sealed:
        ledger = read_register(sealed)
        withholding = read_withholding(ledger)
        suppressed = Withheld(withholding.ids)
        wave = wave.with_publishable_variants(replace(withholding, firm=frozenset()))
        figures = follow_ledger(wave.register(withholding).astype(str), ledger)
    else:
        suppressed = withhold_until_held(
            wave.withhold, lambda ids: wave.target(Withholding(ids)), wave.tables["estimates"]
        )
        withholding = Withholding(suppressed.ids)
        wave = wave.with_publishable_variants(withholding)
        withholding = _publish_variants(wave, withholding)
        figures = wave.register(withholding)
    job.csv("figures.csv", figures)
    job.csv("disclosure.csv", suppressed.facts, private=True)
    summary = suppressed.summary(wave.policy, wave.tables["estimates"])
    if not sealed:
        summary["mergers"] = _list_mergers(wave)
        hidden_items = find_hidden_items(figures.astype(str))
        summary["hidden"] = [
            wave.questionnaire.item(name).label.text("en") for name in hidden_items
        ]
    job.file("disclosure.json", f"{canonical_json(summary)}\n", private=True)
    job.datasets = wave.origins.list_earlier_datasets()
    log.info("registered: %d figures", len(figures))


def _publish_variants(wave: _Wave, withholding: Withholding) -> Withholding:
    """Return the suppression with the variants of findings that disclose no count.

    The variants are those that can be published beside the register of `withholding`.
    """
    if FIRMNESS not in wave.tables:
        return withholding
    items = dict.fromkeys(wave.tables[FIRMNESS]["item"])
    firm = tell_until_held(
        items, lambda some: wave.target(replace(withholding, firm=frozenset(some)))
    )
    log.info("robustness published for: %s", ", ".join(sorted(firm)) or "nothing")
    return replace(withholding, firm=firm)


def _list_mergers(wave: _Wave) -> list[dict[str, Any]]:
    """Return how to merge small groups of each variable, where merging saves shares."""
    items = list(dict.fromkeys(wave.tables["estimates"]["item"]))
    mergers = (
        find_merger(
            wave.respondents,
            wave.questionnaire,
            items,
            variable,
            wave.settings.figures,
            wave.policy,
        )
        for variable in wave.variables
    )
    return [merger.label(wave.questionnaire, "en") for merger in mergers if merger]
