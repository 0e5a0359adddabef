"""Which test is the primary one at which n, and the fact that says why.

The rule rests on a simulation under the null hypothesis (docs/coverage.md), and the reasons say
what it showed and no more: in small samples and small groups asymptotic tests rejected more often
than their level, a permutation of the answers did not. With very many answers even a small
difference has a small p-value, so the size of the effect is read first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from readiness.errors import StatisticsError
from readiness.facts import Fact, Term
from readiness.survey.options import one_of

Lead = Literal["permutation", "rao_scott", "effect_size"]
Band = Literal["small", "medium", "large"]

SMALL = 100
LARGE = 20_000
SAFE_GROUP = 60
SAFE_EFFECTIVE = 30.0

REASONS = tuple(
    f"report.choice.{why}" for why in ("small_sample", "small_group", "large_groups", "very_large")
)
"""Kinds of the fact that says why, where the number of answers decides."""
TESTS = tuple(f"report.test.{lead}" for lead in get_args(Lead))
"""Terms of the tests that may be primary."""


@dataclass(frozen=True)
class Choice:
    """Which test is primary, and why.

    Attributes:
        lead: the primary test: `permutation`, `rao_scott` or `effect_size`.
        beside: tests shown with it.
        band: `small`, `medium` or `large` n.
        reason: why, as a fact: one of `REASONS`, or `report.choice.set` with the term `test`.
        overridden: set by the user, not by n.
    """

    lead: Lead
    beside: tuple[str, ...]
    band: Band
    reason: Fact
    overridden: bool = False


def choose(
    n: int,
    group_sizes: Sequence[int],
    effective_sizes: Sequence[float] | None = None,
    override: Lead | None = None,
) -> Choice:
    """The primary test for n answers in groups of these sizes.

    Below 100 answers it is the permutation, from 20,000 the effect size, and in between Rao-Scott's
    F, unless a group is small (fewer than 60 answers, or unequal weights leave it fewer than 30
    effective ones): then the permutation.

    Args:
        n: unweighted base.
        group_sizes: unweighted answers of each group.
        effective_sizes: Kish's effective number of answers of each group, if known.
        override: a primary test chosen in the config.

    Raises:
        StatisticsError: no answers, fewer than two groups, an unknown override.
    """
    sizes = [int(s) for s in group_sizes if s > 0]
    if n <= 0 or len(sizes) < 2:
        raise StatisticsError(f"{n} answers in {len(sizes)} groups: there is nothing to compare")
    if override is not None:
        one_of(override, Lead, "primary test")
    band: Band = "small" if n < SMALL else "large" if n >= LARGE else "medium"
    effective = [e for e in effective_sizes or () if e > 0]
    small_group = min(sizes) < SAFE_GROUP or min(effective, default=SAFE_EFFECTIVE) < SAFE_EFFECTIVE
    lead: Lead
    if band == "small":
        lead, why = "permutation", "small_sample"
    elif band == "large":
        lead, why = "effect_size", "very_large"
    elif small_group:
        lead, why = "permutation", "small_group"
    else:
        lead, why = "rao_scott", "large_groups"
    beside = _beside(band, len(sizes), small_group)
    reason = Fact(f"report.choice.{why}")
    if override is not None:
        lead = override
        reason = Fact("report.choice.set", {"test": Term(f"report.test.{override}")})
    others = tuple(test for test in beside if test != lead)
    return Choice(lead, others, band, reason, overridden=override is not None)


def _beside(band: Band, groups: int, small_group: bool) -> tuple[str, ...]:
    """Tests worth showing: no asymptotic test over many groups in a small sample."""
    if band == "small":
        asymptotic = ("rao_scott", "kruskal_wallis") if groups <= 3 else ()
        return ("permutation", "fisher_freeman_halton", *asymptotic, "effect_size")
    tests = ("rao_scott", "kruskal_wallis", "ordinal_logit", "effect_size")
    return (*tests, "permutation") if small_group else tests
