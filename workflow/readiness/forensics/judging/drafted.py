"""Hold back verdicts on figures that a program read, or that may be weighted."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from readiness.forensics.judging.verdict import Status, Verdict
from readiness.ground.facts import Fact

# Kinds of verdicts that weighting cannot change: they judge sums, not numbers of people.
OF_SUMS = ("sum", "net")


def hold_back(
    verdicts: Sequence[Verdict], unconfirmed: Collection[str], unweighted: Collection[str]
) -> list[Verdict]:
    """Return the verdicts on a draft, each with what a person must confirm before its result.

    `unconfirmed`: ids of claims that a program read and nobody confirmed; `unweighted`: ids of
    claims whose source says that they are not weighted. Any other claim cannot be impossible on a
    number of people, because it may be weighted.
    """
    return [_hold_back(verdict, unconfirmed, unweighted) for verdict in verdicts]


def _hold_back(
    verdict: Verdict, unconfirmed: Collection[str], unweighted: Collection[str]
) -> Verdict:
    before = []
    status = verdict.status
    if any(claim in unconfirmed for claim in verdict.claims):
        before.append(Fact("forensics.draft.read"))
    refused = status in (Status.IMPOSSIBLE, Status.INCOMPATIBLE) and verdict.kind not in OF_SUMS
    if refused and not all(claim in unweighted for claim in verdict.claims):
        before.append(Fact("forensics.draft.weighted"))
        status = Status.UNDETERMINED
    return replace(verdict, facts=(*before, *verdict.facts), status=status)
