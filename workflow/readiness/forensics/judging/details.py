"""Judgements of single printed numbers: means with their SDs, nets, differences of two groups."""

from __future__ import annotations

from fractions import Fraction

from readiness.facts import Fact, Value
from readiness.forensics.arithmetic.figures import (
    PrintedFigure,
    Rounding,
    count_interval,
    print_share,
)
from readiness.forensics.arithmetic.grim import EITHER_HALF, debit, grim, grim_probability, grimmer
from readiness.forensics.arithmetic.precision import difference_of_groups
from readiness.forensics.arithmetic.sums import net_fits
from readiness.forensics.judging.claims import Claim
from readiness.forensics.judging.context import Study, verdict
from readiness.forensics.judging.structure import Difference, Mean, Net
from readiness.forensics.judging.verdict import Nature, Status, Verdict, name_numbers

# How many answers fewer are tried when a mean is not possible on the printed number.
NEARBY = 20


def _figure(study: Study, claim: str) -> PrintedFigure:
    figure = study.claims[claim].figure
    assert figure is not None  # read_claims: not a claim in words
    return figure


def _roundings(claims: list[Claim]) -> list[Rounding]:
    said = {claim.rounding for claim in claims} - {"unknown", ""}
    return [r for r in Rounding if r in said] or list(EITHER_HALF)


def judge_mean(study: Study, mean: Mean) -> Verdict:
    """GRIM, and GRIMMER or DEBIT when an SD is printed: can so many whole numbers give this?"""
    claims = [study.claims[name] for name in (mean.mean, mean.sd, mean.n) if name is not None]
    figure, people = _figure(study, mean.mean), _figure(study, mean.n).digits
    sd = _figure(study, mean.sd) if mean.sd is not None else None
    roundings = _roundings(claims)

    def possible(n: int) -> bool:
        if sd is None or n < 2:
            return grim(figure, n, mean.items, roundings) and sd is None
        if mean.binary:
            return debit(figure, sd, n, roundings)
        return grimmer(figure, sd, n, mean.items, roundings, mean.scale)

    printed_mean = Fact("forensics.mean", name_numbers(mean=str(figure)))
    if sd is not None:
        printed_mean = Fact("forensics.mean_and_sd", name_numbers(mean=str(figure), sd=str(sd)))
    fits = people > 0 and possible(people)
    nearest = next((n for n in range(people - 1, max(people - NEARBY, 1), -1) if possible(n)), None)
    values: dict[str, Value] = {
        "item": study.item(study.claims[mean.mean].item),
        "whose": study.whose_where(study.claims[mean.mean]),
        "mean": printed_mean,
        **name_numbers(n=people),
    }
    if fits:
        fact = Fact("forensics.mean.possible", values)
    elif nearest is None:
        fact = Fact("forensics.mean.impossible", values)
    else:
        fact = Fact("forensics.mean.nearby", values | name_numbers(nearest=nearest))
    power = 1 - grim_probability(figure, people, mean.items) if people else None
    return verdict(
        f"mean.{mean.id}",
        "mean",
        Status.POSSIBLE if fits else Status.IMPOSSIBLE,
        [fact],
        [claim.claim_id for claim in claims],
        power=power if sd is None else None,
    )


def judge_net(study: Study, net: Net) -> Verdict:
    """Whether a net can be the sum of its parts, within what rounding allows."""
    parts = [_figure(study, name) for name in net.parts]
    whole = _figure(study, net.net)
    claims = [study.claims[name] for name in (net.net, *net.parts)]
    fits = net_fits(parts, whole, roundings=_roundings(claims))
    decimals = max(part.decimals for part in parts)
    total = PrintedFigure(sum(p.digits * 10 ** (decimals - p.decimals) for p in parts), decimals)
    values: dict[str, Value] = {
        "item": study.item(claims[0].item),
        "whose": study.whose_where(claims[0]),
        **name_numbers(net=str(whole), sum=str(total)),
    }
    return verdict(
        f"net.{net.id}",
        "net",
        Status.POSSIBLE if fits else Status.IMPOSSIBLE,
        [Fact("forensics.net.fits" if fits else "forensics.net.off", values)],
        [claim.claim_id for claim in claims],
    )


def judge_difference(study: Study, pair: Difference) -> Verdict:
    """Whether two groups of different people can differ so by chance, if both were random."""
    names = (pair.first, pair.second)
    claims = [study.claims[name] for name in names]
    people = [_figure(study, name).digits for name in (pair.n_first, pair.n_second)]
    weighted = any(claim.weighted == "yes" for claim in claims)
    possible = [
        _counts(_figure(study, name), n, _roundings(claims))
        for name, n in zip(names, people, strict=True)
    ]
    values: dict[str, Value] = {
        "item": study.item(claims[0].item),
        "whose": study.whose_where(claims[0]),
        **name_numbers(first=str(claims[0].figure), n_first=people[0]),
        **name_numbers(second=str(claims[1].figure), n_second=people[1]),
    }
    if weighted:
        status, fact = Status.NOT_APPLICABLE, Fact("forensics.difference.weighted", values)
    elif not all(possible):
        status, fact = Status.IMPOSSIBLE, Fact("forensics.difference.none", values)
    else:
        found = difference_of_groups(*possible)
        range_of_p = name_numbers(p_low=_p(found.low), p_high=_p(found.high))
        status, fact = Status.UNDETERMINED, Fact("forensics.difference", values | range_of_p)
    return verdict(
        f"groups.difference.{pair.id}",
        "group_difference",
        status,
        [fact],
        [*names, pair.n_first, pair.n_second],
        nature=Nature.INFERENCE,
    )


def _counts(figure: PrintedFigure, n: int, roundings: list[Rounding]) -> list[tuple[int, int]]:
    found: set[int] = set()
    for rounding in roundings:
        low, high = count_interval(figure, n, rounding)
        found |= set(range(max(low, 0), min(high, n) + 1))
    # The p-value moves one way along the counts, but not exactly: the ends and all between.
    return [(k, n) for k in sorted(found)][:50] if n else []


def _p(value: Fraction) -> str:
    return str(print_share(value, 3, Rounding.HALF_EVEN, per=1))
