"""A wave that shares no item, group, category or frame with the shipped one, made in memory.

Two groups are weighted, two are counted apart; an ordinal item reports its top box, and none its
lowest; a number has a mean. `clinic(apart=False)` is the same wave without a group item;
`clinic(everyone=True)` is one that asked all, and all answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd

from readiness.analysis import comparing
from readiness.analysis.comparing import contrast_items
from readiness.analysis.estimating import estimate
from readiness.analysis.nonresponse import describe_nonresponse, nonresponse_tables
from readiness.analysis.selection import Selection
from readiness.analysis.weighting import (
    margins_table,
    people,
    read_replicates,
    replicates_file,
    steps_table,
    summary_table,
    weigh_wave,
    weighted_design,
    weighted_part,
    weights_table,
)
from readiness.config import Change, Compare, Estimate, FigureRules, Weight
from readiness.disclosure import Policy
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.readers import read_export, read_sample
from readiness.register.disclosure_risk import left_behind
from readiness.register.figures import Origin, Scheme, make_register
from readiness.register.precision import ShareDigits, print_precision
from readiness.register.rows.changes import MAPPED, REWORDED, change_rows
from readiness.register.rows.respondents import (
    map_reasons,
    nonresponse_rows,
    quality_rows,
    settings_rows,
    weighting_rows,
)
from readiness.register.rows.shares import comparison_rows, revision_rows, share_rows
from readiness.validation import Validated, validate

QUESTIONNAIRE = Path(__file__).with_suffix(".yaml").read_text("utf-8")
GROUPS = "group_item: role\ngroups: {weighted: [nurse, midwife], apart: [manager, visitor]}\n"
POPULATION = {"harbour": 400, "hill": 150}
DRAWN = {"harbour": 120, "hill": 60}
ANSWERED = {"harbour": 80, "hill": 46}
APART = {"Manager": 12, "Visitor": 7}
DAYS = {"opens": date(2025, 5, 1), "closes": date(2025, 5, 31)}


@dataclass(frozen=True)
class Clinic:
    """The wave, read and validated."""

    questionnaire: Questionnaire
    sample: pd.DataFrame
    export: pd.DataFrame
    validated: Validated
    margins: dict[str, dict[str, float]]
    path: Path


def clinic(
    folder: Path,
    *,
    apart: bool = True,
    everyone: bool = False,
    all_asked: bool = False,
    answered: Mapping[str, int] = ANSWERED,
) -> Clinic:
    """Write the files into `folder`, read and validate them.

    `everyone`: the respondents are all there is; `all_asked`: everybody was invited; `answered`:
    respondents by site.
    """
    path = folder / "clinic-1.yaml"
    path.write_text(QUESTIONNAIRE if apart else QUESTIONNAIRE.replace(GROUPS, ""), "utf-8")
    questionnaire = load_questionnaire(path)
    drawn, population = (ANSWERED, ANSWERED) if everyone else (DRAWN, POPULATION)
    drawn = population if all_asked else drawn
    people = [(f"T{site[:2].upper()}{k:03}", site) for site, n in drawn.items() for k in range(n)]
    sample_file = folder / "sample.csv"
    pd.DataFrame(
        [
            (token, site, site, population[site], drawn[site], population[site] / drawn[site])
            for token, site in people
        ],
        columns=["token", "stratum", "site", "stratum_population", "stratum_drawn", "base_weight"],
    ).to_csv(sample_file, index=False)
    export_file = folder / "export.csv"
    _export(people, apart=apart, answered=answered).to_csv(export_file, index=False)
    sample = read_sample(sample_file, questionnaire)
    export = read_export(export_file, questionnaire)
    validated = validate(export, questionnaire, sample, None, **DAYS)
    margins = {"site": {site: float(n) for site, n in population.items()}}
    return Clinic(questionnaire, sample, export, validated, margins, path)


def _export(
    people: list[tuple[str, str]], *, apart: bool, answered: Mapping[str, int]
) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    rows = []

    def row(token: str, role: str, night: float) -> None:
        minute = len(rows)
        rows.append(
            (
                f"04/05/2025 {minute // 60:02}:{minute % 60:02}:00",
                token,
                role,
                rng.choice(["Bad", "Fair", "Fine", "Great"], p=[0.2, 0.3, 0.3, 0.2]),
                rng.choice(["Day", "Night", "No idea"], p=[0.9 - night, night, 0.1]),
                rng.choice(["Tablet", "Paper", "Tablet;Paper", ""], p=[0.3, 0.3, 0.3, 0.1]),
                str(rng.integers(0, 40)) if rng.random() < 0.95 else "",
            )
        )

    left = dict(answered)
    for token, site in people:
        if left[site]:
            left[site] -= 1
            row(token, str(rng.choice(["Nurse", "Midwife"])), 0.25 if site == "hill" else 0.5)
    # Two do not say what they are: they were invited, so they are weighted all the same.
    for place in (p for p in (3, 90) if p < len(rows)):
        rows[place] = (*rows[place][:2], "", *rows[place][3:])
    for role, n in APART.items() if apart else ():
        for _ in range(n):
            row("", role, 0.4)
    header = [
        "Sent",
        "Code",
        "You are",
        "How good is it?",
        "Which shift?",
        "Which tools?",
        "How many beds?",
    ]
    return pd.DataFrame(rows, columns=header)


ITEMS = ["rating", "shift", "tools", "beds"]
RULES = FigureRules()
# What is withheld of it for few answers; the rest where a group is counted apart.
HIDDEN = frozenset(
    f"{name}.{site}{end}"
    for name, end in (
        ("rating.bad", ""),
        ("rating.fair", ""),
        ("shift.dont_know", ""),
        ("shift.n", ".with_dont_know"),
    )
    for site in ("harbour", "hill")
)
HIDDEN_APART = frozenset(
    [
        *(f"rating.{level}.visitor" for level in ("bad", "fair", "fine", "great", "top")),
        *(f"rating.{level}.manager" for level in ("fair", "fine", "top")),
        *(f"shift.{level}.{who}" for level in ("day", "night") for who in ("manager", "visitor")),
        *(f"tools.{tool}.visitor{end}" for tool in ("paper", "tablet") for end in ("", ".asked")),
        *(f"tools.paper.manager{end}" for end in ("", ".asked")),
    ]
)
WEIGHT = Weight(margins="clinic-1")


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """A table as the next step reads it."""
    return table.astype(object).where(table.notna(), "").astype(str)


@dataclass(frozen=True)
class Tables:
    """What the steps of a wave hand to its register, as text."""

    estimates: pd.DataFrame
    comparisons: pd.DataFrame
    summary: pd.DataFrame
    steps: pd.DataFrame
    margins: pd.DataFrame
    counts: pd.DataFrame
    issues: pd.DataFrame
    nonresponse: dict[str, pd.DataFrame]
    contrasts: pd.DataFrame


def tables(
    wave: Clinic,
    items: list[str] = ITEMS,
    level: float = 0.95,
    weight: Weight | None = WEIGHT,
    selection: Selection = Selection.PROBABILITY,
) -> Tables:
    """The steps without their files."""
    questionnaire, validated = wave.questionnaire, wave.validated
    answers, counts = as_text(validated.answers), as_text(validated.counts)
    table = weighted_part(answers, counts, questionnaire.groups_apart)
    weighed = weigh_wave(table, people(counts), wave.margins, weight, selection)
    weights = as_text(weights_table(table, weighed))
    file = wave.path.with_name("replicates.npz")
    file.write_bytes(replicates_file(weighed.replicates))
    design = weighted_design(answers, weights, read_replicates(file))
    apart = answers[answers["group"].isin(questionnaire.groups_apart)]
    asked = Estimate(by="site", items=items, level=level)
    estimates = as_text(estimate(design, apart, questionnaire, asked))
    closed = [name for name in items if name in ("rating", "shift", "tools")]
    known = describe_nonresponse(design, wave.margins, wave.sample, questionnaire, selection)
    respondents = answers[~answers["group"].isin(questionnaire.groups_apart)]
    nonresponse = nonresponse_tables(
        design, respondents, wave.sample, questionnaire, asked, known, selection, 5
    )
    settings = Compare(items=closed, seed=1)
    contrasts = contrast_items(
        design,
        questionnaire,
        ["site"],
        closed,
        level=level,
        interval=asked.interval,
        selection=Selection.PROBABILITY,
    )
    # So many permutations as a test needs; a wave has a hundred times more.
    with mock.patch.object(comparing, "PERMUTATIONS", 99):
        compared = comparing.compare_items(
            design, questionnaire, "site", settings, level, contrasts
        )
    comparisons = as_text(compared[0])
    margins = as_text(margins_table(weighed))
    summary = as_text(summary_table(weighed))
    return Tables(
        estimates,
        comparisons,
        summary,
        as_text(steps_table(weighed)),
        margins,
        counts,
        as_text(validated.issues),
        {name: as_text(table) for name, table in nonresponse.items()},
        as_text(comparing.close_pairs(contrasts, level)),
    )


def register(wave: Clinic, made: Tables, selection: Selection) -> pd.DataFrame:
    """The register of the wave, as text, by id."""
    scheme = Scheme.of(wave.questionnaire)
    hidden = HIDDEN | (HIDDEN_APART if scheme.apart else frozenset())
    digits = ShareDigits()
    answers_of = {item.id: item.codes for item in wave.questionnaire.items}
    printed = print_precision(made.estimates, answers_of, digits, 0.95, hidden)
    shown = (RULES, digits, scheme, selection, hidden)
    rows = list(share_rows(printed, *shown, weighted_bases=True))
    published = pd.DataFrame({"id": ["beds.mean.all"], "value": ["18"], "digits": ["0"]})
    rows += revision_rows(rows, published, digits)
    then = make_register(rows, run="clinic-then", origin=lambda _: Origin(), simulated=True)
    then = then.astype(str).replace("nan", "")
    then.loc[then["id"] == "rating.top.all", ["value", "lower", "upper"]] = ["0.1", "0.05", "0.2"]
    matched = [("rating", "rating", MAPPED), ("shift", "shift", ""), ("tools", "", REWORDED)]
    change, own = Change.model_validate({"from": "clinic-then"}), wave.questionnaire
    rows += change_rows(rows, then, matched, own.grouping("site").codes, own, digits, change, 0.95)
    compared = (RULES, scheme, selection, hidden)
    rows += comparison_rows(made.comparisons, made.estimates, *compared, 0.95)
    rows += weighting_rows(
        made.summary, made.steps, made.margins, selection, digits, simulated=True
    )
    rows += quality_rows(made.counts, made.issues, selection)
    rows += nonresponse_rows(made.nonresponse, map_reasons(rows), digits)
    rows += settings_rows(0.95, RULES, selection, Policy())
    table = make_register(rows, run="waves/clinic", origin=lambda _: Origin(), simulated=True)
    assert not list(left_behind(table.astype(str)))
    return table.astype(str).set_index("id")


def figures(wave: Clinic, selection: Selection, items: list[str] = ITEMS) -> pd.DataFrame:
    """The register of the wave, from its answers on."""
    return register(wave, tables(wave, items, selection=selection), selection)
