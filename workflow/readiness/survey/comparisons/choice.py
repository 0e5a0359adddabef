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
from readiness.facts import Fact

Lead = Literal["permutation", "effect_size"]

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
        lead: the primary test: `permutation` or `effect_size`.
        beside: tests shown with it.
        reason: why, as a fact: one of `REASONS`.
    """

    lead: Lead
    beside: tuple[str, ...]
    reason: Fact


def choose(
    n: int,
    group_sizes: Sequence[int],
    effective_sizes: Sequence[float] | None = None,
) -> Choice:
    """The primary test for n answers in groups of these sizes.

    From 20,000 answers it is the effect size, below it the permutation. No rank test is shown
    where a group is small: fewer than 60 answers, or unequal weights leave it fewer than 30
    effective ones.

    Args:
        n: unweighted base.
        group_sizes: unweighted answers of each group.
        effective_sizes: Kish's effective number of answers of each group, if known.

    Raises:
        StatisticsError: no answers, fewer than two groups.
    """
    sizes = [int(s) for s in group_sizes if s > 0]
    if n <= 0 or len(sizes) < 2:
        raise StatisticsError(f"{n} answers in {len(sizes)} groups: there is nothing to compare")
    measured = Fact("report.choice.measured")
    if n < SMALL:
        return Choice("permutation", ("fisher_freeman_halton", "effect_size"), measured)
    effective = [e for e in effective_sizes or () if e > 0]
    small_group = min(sizes) < SAFE_GROUP or min(effective, default=SAFE_EFFECTIVE) < SAFE_EFFECTIVE
    # An asymptotic test stands beside it only where it was seen to keep its level, but for the
    # ordinal logit, which is there for its odds ratios.
    shown = ("rao_scott", *(() if small_group else ("kruskal_wallis",)), "ordinal_logit")
    if n >= LARGE:
        return Choice("effect_size", shown, Fact("report.choice.very_large"))
    return Choice("permutation", (*shown, "effect_size"), measured)
