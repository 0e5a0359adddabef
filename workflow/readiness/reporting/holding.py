"""Judge in which variants of an analysis a finding holds.

A finding is about the share of an item (a side of one half, or the answer that comes first) or the
gap between its groups (pairs that are established, or none). It holds in a variant whose numbers,
by themselves, support the same sentence; with too few answers it is not judged (`UNTOLD`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from readiness.analysis.selection import ANSWERED, Selection
from readiness.analysis.varying import CHOICES, OTHER, OWN, Wave, has_dont_know
from readiness.config import FigureRules
from readiness.ground.facts import NamedNumber
from readiness.ground.figure_id import LIMITS, FigureId, share_id
from readiness.questionnaire import TOTAL, Questionnaire
from readiness.register.figures import Origin, Scheme, make_register, number
from readiness.register.firmness import FAILS, HOLDS, UNTOLD
from readiness.register.precision import ShareDigits, print_precision
from readiness.register.rows.shares import share_rows
from readiness.reporting.banners import Contrasts, TableMaterial
from readiness.reporting.item_findings import (
    DIFFER,
    IN_ANSWERS,
    SIDES,
    Findings,
    are_far,
    find_widest,
)
from readiness.reporting.parts import Register
from readiness.survey.design import Design

WHOLE, GAP = "share", "gap"
# Claims on a share: its side of one half; an answer is first; the first answer exceeds the second.
SIDE = {kind: side for side, kinds in SIDES.items() if side for kind in kinds}
FIRST, APART = "first", "first_apart"
ORDER = {
    "report.finding.first": APART,
    "report.finding.first.shown": FIRST,
    "report.finding.first.alone": FIRST,
    "report.finding.first.open": FIRST,
    "report.finding.first.plain": FIRST,
    "report.finding.first.alone.plain": FIRST,
}
# Claims on groups: pairs differ, pairs differ by much, no pair differs.
HIGHER, FAR_HIGHER, NO_PAIR = "higher", "far", "none"


@dataclass(frozen=True)
class Claim:
    """Claim of a sentence about an item.

    `pairs`: pairs of groups that differ, the higher group first; if no pair differs, the two groups
    that are farthest apart.
    """

    item: str
    finding: str
    kind: str
    level: str
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups whose shares stand for the finding: first pair, or the total."""
        return self.pairs[0] if self.pairs else (TOTAL,)

    @property
    def record(self) -> dict[str, str]:
        """Cells of the claim in a table."""
        return {
            **{"item": self.item, "finding": self.finding, "kind": self.kind, "level": self.level},
            "among": " ".join(self.groups),
            "pairs": " ".join(map(">".join, self.pairs)),
        }


class Judged(NamedTuple):
    """Result of a finding in one variant: state, shares of the groups (0-1), limits."""

    state: str
    first: float | None = None
    second: float | None = None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class Judge:
    """Judge of claims: which claims tables of estimates and contrasts support.

    `digits`: decimals of shares; `level`: confidence level. Both decide how limits are printed.
    """

    questionnaire: Questionnaire
    selection: Selection
    rules: FigureRules
    digits: ShareDigits
    level: float
    by: str

    def judge(
        self, claim: Claim, wave: Wave, varied: Design, tests: Sequence[str]
    ) -> Iterator[Judged]:
        """Yield for each test whether a claim holds in a varied wave."""
        if claim.finding == WHOLE:
            totals_by_test = wave.estimate_totals(varied, self.questionnaire, claim.item, tests)
            for test, totals in zip(tests, totals_by_test, strict=True):
                # For the other kind of interval, judge the computed limits: printing would replace
                # these limits by the usual ones.
                yield self.share(claim, totals if test == OTHER else self.print(totals))
        elif not {*chain(*claim.pairs)} <= {*self.questionnaire.grouping(self.by).codes}:
            yield from (
                Judged(UNTOLD) for _ in tests
            )  # groups of the claim are merged in this variant
        else:
            both = wave.contrast_groups(varied, self.questionnaire, claim.item, tests)
            yield from (self.gap(claim, *tables) for tables in both)

    def print(self, estimates: pd.DataFrame) -> pd.DataFrame:
        """Return estimates with the precision that a register prints."""
        answers_of = {item.id: item.codes for item in self.questionnaire.items}
        return print_precision(estimates, answers_of, self.digits, self.level)

    def findings(self, item: str, estimates: pd.DataFrame, contrasts: pd.DataFrame) -> Findings:
        """Return the findings on an item, without any suppression."""
        scheme = Scheme.of(self.questionnaire)
        options = (self.rules, self.digits, scheme, self.selection, frozenset[str]())
        rows = share_rows(estimates, *options, confidence=self.level)
        table = make_register(rows, run=item, origin=lambda row: Origin(), simulated=False)
        register = Register(table, self.questionnaire.language)
        by, compared = (self.by,) if self.by else (), Contrasts.of(contrasts)
        material = TableMaterial(register, self.questionnaire, by, self.selection, compared)
        return Findings(material, self.questionnaire.item(item))

    def share(self, claim: Claim, totals: pd.DataFrame) -> Judged:
        """Judge a claim on the share of all respondents; return the state, the share and limits."""
        findings = self.findings(claim.item, totals, pd.DataFrame())
        figure_id = share_id(claim.item, claim.level, TOTAL, ANSWERED)
        if not findings.is_reliable(figure_id):
            return Judged(UNTOLD)
        numbers = [
            findings.material.register.number(figure_id.with_part(end)) for end in ("", *LIMITS)
        ]
        supported = claim_of_share(findings)
        same_level = supported is not None and supported.level == claim.level
        kinds = (FIRST, APART) if claim.kind == FIRST else (claim.kind,)
        state = HOLDS if same_level and supported is not None and supported.kind in kinds else FAILS
        return Judged(state, numbers[0] or 0.0, None, *numbers[1:])

    def gap(self, claim: Claim, shares: pd.DataFrame, contrasts: pd.DataFrame) -> Judged:
        """Return whether a claim on groups holds, their shares, and limits of the difference."""
        printed = self.print(shares)
        findings = self.findings(claim.item, printed[printed["level"] == claim.level], contrasts)
        ids = [share_id(claim.item, claim.level, group, ANSWERED) for group in claim.groups]
        group_ids = {share_id(claim.item, claim.level, g, ANSWERED) for p in claim.pairs for g in p}
        pair = {claim.groups, claim.groups[::-1]}
        rows = findings.material.contrasts.of_table(claim.item, claim.level, self.by)
        row = next((contrast for contrast in rows if (contrast["a"], contrast["b"]) in pair), None)
        if (
            row is None
            or not all(map(findings.is_reliable, group_ids))
            or number(row["effect"]) is None
        ):
            return Judged(UNTOLD)
        established = {(gap.higher, gap.lower): gap for gap in findings.find_gaps(claim.level)}
        holds = not established if claim.kind == NO_PAIR else {*claim.pairs} <= established.keys()
        if holds and claim.kind == FAR_HIGHER:
            holds = are_far([established[pair] for pair in claim.pairs])
        limits = [number(row[f"{end}_simultaneous"]) for end in ("lower", "upper")]
        if row["b"] != claim.groups[0]:
            limits = [None if limit is None else -limit for limit in limits[::-1]]
        values = [findings.material.register.number(name) or 0.0 for name in ids]
        return Judged(HOLDS if holds else FAILS, *(*values, None)[:2], *limits)


def claim_of_share(findings: Findings) -> Claim | None:
    """Return the claim of the sentence on all respondents; None for no sentence, or no claim."""
    fact, item = findings.whole(), findings.item
    kind = "" if fact is None else SIDE.get(fact.kind) or ORDER.get(fact.kind, "")
    if fact is None or not kind:
        return None
    share = fact.values["share"]
    assert isinstance(share, NamedNumber)
    level = FigureId.parse(share.name, "estimate").level
    return Claim(item.id, WHOLE, kind, level)


def claim_of_groups(findings: Findings) -> Claim | None:
    """Return the claim of the sentence on groups; None if it claims no difference."""
    item, fact = findings.item, findings.groups()
    if fact is None or fact.kind in (DIFFER, IN_ANSWERS):
        return None
    if "first_share" in fact.values:
        ids = [fact.values[name] for name in ("first_share", "other_share")]
        first, lower = (
            FigureId.parse(value.name, "estimate")
            for value in ids
            if isinstance(value, NamedNumber)
        )
        return Claim(item.id, GAP, HIGHER, first.level, ((first.group, lower.group),))
    level = item.first_level
    if gaps := findings.find_gaps(level):
        *_, named = find_widest(gaps)
        kind = FAR_HIGHER if are_far(named) else HIGHER
        return Claim(item.id, GAP, kind, level, tuple((gap.higher, gap.lower) for gap in named))
    rows = [
        (effect, row["a"], row["b"])
        for row in findings.material.contrasts.of_table(
            item.id, level, findings.material.variables[0]
        )
        for effect in [number(row["effect"])]
        if effect is not None
        and all(
            findings.is_reliable(share_id(item.id, level, row[side], ANSWERED))
            for side in ("a", "b")
        )
    ]
    if not rows:
        return None
    effect, a, b = max(rows, key=lambda row: abs(row[0]))
    return Claim(item.id, GAP, NO_PAIR, level, ((b, a) if effect > 0 else (a, b),))


COLUMNS = [
    *("item", "finding", "kind", "level", "among", "pairs", *CHOICES),
    *("state", "first", "second", "lower", "upper"),
]


def claims_of(
    wave: Wave, judge: Judge, items: Sequence[str], tables: tuple[pd.DataFrame, pd.DataFrame]
) -> Iterator[Claim]:
    """Yield the claims that the report makes on each item, by the wave's estimates and contrasts.

    Items that are numbers have none.
    """
    estimates, contrasts = tables
    for item in (name for name in items if not wave.questionnaire.item(name).kind.is_number):
        findings = judge.findings(
            item, judge.print(estimates[estimates["item"] == item]), contrasts
        )
        yield from filter(None, [claim_of_share(findings)])
        if wave.by and item != wave.by and item in wave.compare.items:
            yield from filter(None, [claim_of_groups(findings)])


def changes(wave: Wave, claim: Claim, name: str, choice: str) -> bool:
    """Return whether option `choice` in dimension `name` of the variants can change a claim.

    Dimensions and their options: `varying.CHOICES`.
    """
    if name == "base":
        return choice == OWN or has_dont_know(wave.questionnaire.item(claim.item))
    return name != "groups" or choice == OWN or claim.finding == GAP


def judge_all(
    wave: Wave, judge: Judge, claims: Sequence[Claim], choices: Mapping[str, tuple[str, ...]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Judge every claim in each variant that can change the claim.

    Returns a row for each claim and variant (columns `COLUMNS`, shares 0-1), and a row for each
    respondent with a column for each choice of weights. A choice of weights that gives the weights
    of an earlier choice makes no variant.
    """
    rows: list[dict[str, Any]] = []
    weighted: dict[str, pd.Series[float]] = {}
    for interviews, weights in product(choices["interviews"], choices["weights"]):
        if (design := wave.weigh(weights, interviews)) is None:
            continue
        variant_weights = design.data.set_index("respondent")["weight"].astype(float)
        comparable = (
            earlier for earlier in weighted.values() if variant_weights.index.equals(earlier.index)
        )
        if any(np.allclose(variant_weights, earlier) for earlier in comparable):
            continue
        weighted[f"{weights}-{interviews}"] = variant_weights
        for base, groups in product(choices["base"], choices["groups"]):
            varied, asked = wave.vary(design, base, groups)
            chosen = {"weights": weights, "base": base, "groups": groups, "interviews": interviews}
            for claim in claims:
                if not all(changes(wave, claim, *choice) for choice in chosen.items()):
                    continue
                judging = replace(judge, questionnaire=asked)
                judgements = judging.judge(claim, wave, varied, choices["test"])
                for test, judged in zip(choices["test"], judgements, strict=True):
                    rows.append({**claim.record, **chosen, "test": test, **judged._asdict()})
    table = pd.DataFrame(rows, columns=COLUMNS)
    place = {(claim.item, claim.finding): k for k, claim in enumerate(claims)}
    keys = pd.Series([place[key] for key in zip(table["item"], table["finding"], strict=True)])
    table = table.iloc[keys.argsort(kind="stable")].reset_index(drop=True)
    end = f"-{OWN}"
    whole = {
        name.removesuffix(end): column for name, column in weighted.items() if name.endswith(end)
    }
    return table, pd.DataFrame(whole).rename_axis("respondent").reset_index()


def find_common(variants: pd.DataFrame) -> dict[str, list[str]]:
    """Return by dimension the choices in which all failing variants lie.

    Only dimensions in which the judged variants have more choices. `variants`: a column for each
    dimension, and `state`.
    """
    judged, failed = (
        variants[variants["state"].isin(states)] for states in ((HOLDS, FAILS), (FAILS,))
    )
    return {
        name: list(choices)
        for name in CHOICES
        if 0 < len(choices := failed[name].unique()) < judged[name].nunique()
    }
