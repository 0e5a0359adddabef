"""In which variants of an analysis a finding holds: the check that lets its sentence be said.

A finding is the share of an item (a side of one half, or the answer that comes first) or the gap
between its groups (pairs that are established, or none). It holds in a variant where the variant's
own numbers, by themselves, let the same be said; on too few answers nothing can be said.
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
# What is claimed of a share: a side of one half, that an answer is first, and apart from the next.
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
# What is claimed of groups: that pairs differ, by much, or that none does.
HIGHER, FAR_HIGHER, NO_PAIR = "higher", "far", "none"


@dataclass(frozen=True)
class Claim:
    """What a sentence claims of an item.

    `pairs`: the groups that are told apart, each with the one below it; of those of which none
    differs the two that are farthest apart.
    """

    item: str
    finding: str
    kind: str
    level: str
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups whose shares stand for the finding: those of its first pair, or all."""
        return self.pairs[0] if self.pairs else (TOTAL,)

    @property
    def record(self) -> dict[str, str]:
        """The same as cells of a table."""
        return {
            **{"item": self.item, "finding": self.finding, "kind": self.kind, "level": self.level},
            "among": " ".join(self.groups),
            "pairs": " ".join(map(">".join, self.pairs)),
        }


class Judged(NamedTuple):
    """A finding in one variant: whether it holds, its groups' shares (0-1), and the limits."""

    state: str
    first: float | None = None
    second: float | None = None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class Judge:
    """Says of tables of estimates and contrasts which claims can be made, and whether they hold.

    `digits`, `level`: decimals of shares and level of confidence, by which limits are printed.
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
        """Whether a claim holds in a varied wave, by each of the tests."""
        if claim.finding == WHOLE:
            made = wave.estimate_totals(varied, self.questionnaire, claim.item, tests)
            for test, totals in zip(tests, made, strict=True):
                # The other kind of interval is what this variant is about.
                yield self.share(claim, totals if test == OTHER else self.print(totals))
        elif not {*chain(*claim.pairs)} <= {*self.questionnaire.grouping(self.by).codes}:
            yield from (Judged(UNTOLD) for _ in tests)  # its groups are merged
        else:
            both = wave.contrast_groups(varied, self.questionnaire, claim.item, tests)
            yield from (self.gap(claim, *tables) for tables in both)

    def print(self, estimates: pd.DataFrame) -> pd.DataFrame:
        """Return estimates with the precision that a register prints."""
        answers_of = {item.id: item.codes for item in self.questionnaire.items}
        return print_precision(estimates, answers_of, self.digits, self.level)

    def findings(self, item: str, estimates: pd.DataFrame, contrasts: pd.DataFrame) -> Findings:
        """Return what can be said of an item where nothing is suppressed."""
        scheme = Scheme.of(self.questionnaire)
        shown = (self.rules, self.digits, scheme, self.selection, frozenset[str]())
        rows = share_rows(estimates, *shown, confidence=self.level)
        table = make_register(rows, run=item, origin=lambda row: Origin(), simulated=False)
        register = Register(table, self.questionnaire.language)
        by, known = (self.by,) if self.by else (), Contrasts.of(contrasts)
        material = TableMaterial(register, self.questionnaire, by, self.selection, known)
        return Findings(material, self.questionnaire.item(item))

    def share(self, claim: Claim, totals: pd.DataFrame) -> Judged:
        """Whether a claim on the share of all holds."""
        found = self.findings(claim.item, totals, pd.DataFrame())
        identity = share_id(claim.item, claim.level, TOTAL, ANSWERED)
        if not found.is_reliable(identity):
            return Judged(UNTOLD)
        numbers = [found.material.register.number(identity.with_part(end)) for end in ("", *LIMITS)]
        own = claim_of_share(found)
        same = own is not None and own.level == claim.level
        kinds = (FIRST, APART) if claim.kind == FIRST else (claim.kind,)
        state = HOLDS if same and own is not None and own.kind in kinds else FAILS
        return Judged(state, numbers[0] or 0.0, None, *numbers[1:])

    def gap(self, claim: Claim, shares: pd.DataFrame, contrasts: pd.DataFrame) -> Judged:
        """Whether a claim on groups holds."""
        printed = self.print(shares)
        found = self.findings(claim.item, printed[printed["level"] == claim.level], contrasts)
        ids = [share_id(claim.item, claim.level, group, ANSWERED) for group in claim.groups]
        named = {share_id(claim.item, claim.level, g, ANSWERED) for p in claim.pairs for g in p}
        pair = {claim.groups, claim.groups[::-1]}
        rows = found.material.contrasts.of_table(claim.item, claim.level, self.by)
        row = next((each for each in rows if (each["a"], each["b"]) in pair), None)
        if row is None or not all(map(found.is_reliable, named)) or number(row["effect"]) is None:
            return Judged(UNTOLD)
        there = {(gap.higher, gap.lower): gap for gap in found.find_gaps(claim.level)}
        holds = not there if claim.kind == NO_PAIR else {*claim.pairs} <= there.keys()
        if holds and claim.kind == FAR_HIGHER:
            holds = are_far([there[pair] for pair in claim.pairs])
        limits = [number(row[f"{end}_simultaneous"]) for end in ("lower", "upper")]
        if row["b"] != claim.groups[0]:
            limits = [None if limit is None else -limit for limit in limits[::-1]]
        values = [found.material.register.number(name) or 0.0 for name in ids]
        return Judged(HOLDS if holds else FAILS, *(*values, None)[:2], *limits)


def claim_of_share(found: Findings) -> Claim | None:
    """What the sentence of all who answered claims; None where it claims nothing."""
    said, item = found.whole(), found.item
    kind = "" if said is None else SIDE.get(said.kind) or ORDER.get(said.kind, "")
    if said is None or not kind:
        return None
    share = said.values["share"]
    assert isinstance(share, NamedNumber)
    level = FigureId.parse(share.name, "estimate").level
    return Claim(item.id, WHOLE, kind, level)


def claim_of_groups(found: Findings) -> Claim | None:
    """What the sentence of groups claims; None where it claims nothing of a pair."""
    item, said = found.item, found.groups()
    if said is None or said.kind in (DIFFER, IN_ANSWERS):
        return None
    if "first_share" in said.values:
        ids = [said.values[name] for name in ("first_share", "other_share")]
        first, other = (
            FigureId.parse(each.name, "estimate") for each in ids if isinstance(each, NamedNumber)
        )
        return Claim(item.id, GAP, HIGHER, first.level, ((first.group, other.group),))
    level = item.first_level
    if gaps := found.find_gaps(level):
        *_, named = find_widest(gaps)
        kind = FAR_HIGHER if are_far(named) else HIGHER
        return Claim(item.id, GAP, kind, level, tuple((gap.higher, gap.lower) for gap in named))
    rows = [
        (effect, row["a"], row["b"])
        for row in found.material.contrasts.of_table(item.id, level, found.material.variables[0])
        for effect in [number(row["effect"])]
        if effect is not None
        and all(
            found.is_reliable(share_id(item.id, level, row[side], ANSWERED)) for side in ("a", "b")
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
    """What the report would claim of each item, by the estimates and contrasts of the wave."""
    estimates, contrasts = tables
    for item in (name for name in items if not wave.questionnaire.item(name).kind.is_number):
        found = judge.findings(item, judge.print(estimates[estimates["item"] == item]), contrasts)
        yield from filter(None, [claim_of_share(found)])
        if wave.by and item != wave.by and item in wave.compare.items:
            yield from filter(None, [claim_of_groups(found)])


def changes(wave: Wave, claim: Claim, name: str, choice: str) -> bool:
    """Whether a choice of a dimension can change a claim."""
    if name == "base":
        return choice == OWN or has_dont_know(wave.questionnaire.item(claim.item))
    return name != "groups" or choice == OWN or claim.finding == GAP


def judge_all(
    wave: Wave, judge: Judge, claims: Sequence[Claim], choices: Mapping[str, tuple[str, ...]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every claim in every variant of the choices that can change it, and what people weigh.

    Returns columns `COLUMNS`, shares 0-1; and a row a respondent, with a column for each choice of
    weights. Weights that come out as others did make no variant.
    """
    rows: list[dict[str, Any]] = []
    weighted: dict[str, pd.Series[float]] = {}
    for interviews, weights in product(choices["interviews"], choices["weights"]):
        if (design := wave.weigh(weights, interviews)) is None:
            continue
        made = design.data.set_index("respondent")["weight"].astype(float)
        same = (each for each in weighted.values() if made.index.equals(each.index))
        if any(np.allclose(made, each) for each in same):
            continue
        weighted[f"{weights}-{interviews}"] = made
        for base, groups in product(choices["base"], choices["groups"]):
            varied, asked = wave.vary(design, base, groups)
            chosen = {"weights": weights, "base": base, "groups": groups, "interviews": interviews}
            for claim in claims:
                if not all(changes(wave, claim, *each) for each in chosen.items()):
                    continue
                judging = replace(judge, questionnaire=asked)
                told = judging.judge(claim, wave, varied, choices["test"])
                for test, judged in zip(choices["test"], told, strict=True):
                    rows.append({**claim.record, **chosen, "test": test, **judged._asdict()})
    table = pd.DataFrame(rows, columns=COLUMNS)
    place = {(claim.item, claim.finding): k for k, claim in enumerate(claims)}
    keys = pd.Series([place[key] for key in zip(table["item"], table["finding"], strict=True)])
    table = table.iloc[keys.argsort(kind="stable")].reset_index(drop=True)
    end = f"-{OWN}"
    whole = {name.removesuffix(end): of for name, of in weighted.items() if name.endswith(end)}
    return table, pd.DataFrame(whole).rename_axis("respondent").reset_index()


def find_common(variants: pd.DataFrame) -> dict[str, list[str]]:
    """The choices in which all variants of a finding lie in which it fails, where those are not all
    there are: by their dimension. `variants`: with a column for each, and `state`.
    """
    told, failed = (variants[variants["state"].isin(of)] for of in ((HOLDS, FAILS), (FAILS,)))
    return {
        name: list(of)
        for name in CHOICES
        if 0 < len(of := failed[name].unique()) < told[name].nunique()
    }
