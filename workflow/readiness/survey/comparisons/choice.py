"""Which test is the primary one, and the fact that says why.

The rule looks at numbers of answers and at weights, never at answers, so that it keeps the level of
the test that it picks. It rests on a simulation with the workflow's own weights
(docs/measurements.md), and the reasons say what that showed and no more: from thirty answers to
three thousand, in groups alike and unlike, the permutation test with studentised statistics kept
its level, and found differences of small groups and of large ones; no asymptotic test did both.
With very many answers even a small difference has a small p-value, so the size of the effect is
read first.
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

# Kinds of the fact that says why, where the number of answers decides.
REASONS = ("report.choice.measured", "report.choice.very_large")
# Terms of the tests that may be primary.
TESTS = tuple(f"report.test.{lead}" for lead in get_args(Lead))


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

    From 20,000 answers it is the effect size, below it the permutation. No rank test is shown
    where a group is small: fewer than 60 answers, or unequal weights leave it fewer than 30
    effective ones.

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
    lead: Lead = "effect_size" if band == "large" else "permutation"
    reason = Fact("report.choice.very_large" if band == "large" else "report.choice.measured")
    if override is not None:
        lead = override
        reason = Fact("report.choice.set", {"test": Term(f"report.test.{override}")})
    others = tuple(test for test in _beside(band, small_group) if test != lead)
    return Choice(lead, others, band, reason, overridden=override is not None)


def _beside(band: Band, small_group: bool) -> tuple[str, ...]:
    """Tests worth showing: an asymptotic one only where it was seen to keep its level, but for the
    ordinal logit, which is there for its odds ratios."""
    if band == "small":
        return ("permutation", "fisher_freeman_halton", "effect_size")
    ranks = () if small_group else ("kruskal_wallis",)
    first = () if band == "large" else ("permutation",)
    return (*first, "rao_scott", *ranks, "ordinal_logit", "effect_size")
