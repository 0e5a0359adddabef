"""A study's published figures, judged: the whole engine behind one call.

    verdicts = judge(claims, structure)

A verdict never says more than the figures: see `verdict.Status` and `verdict.Nature`. Single
printed numbers (means with their SDs, nets) are judged here as well.
"""

from dataclasses import dataclass, replace

import pandas as pd

from readiness.errors import DataError
from readiness.facts import Fact, Value
from readiness.forensics.arithmetic.bases import joint_bases
from readiness.forensics.arithmetic.figures import PrintedFigure, Rounding
from readiness.forensics.arithmetic.grim import EITHER_HALF, debit, grim, grim_probability, grimmer
from readiness.forensics.arithmetic.sums import net_fits
from readiness.forensics.judging import readings
from readiness.forensics.judging.claims import Claim, read_register
from readiness.forensics.judging.context import DEFAULT_REACH, Study, judge_every, lead, verdict
from readiness.forensics.judging.judgements import judge_set, judge_shared, judge_totals
from readiness.forensics.judging.structure import Mean, Net, Structure
from readiness.forensics.judging.verdict import Status, Verdict, name_numbers

# How many answers fewer are tried when a mean is not possible on the printed number.
NEARBY = 20


def _read_figure(study: Study, claim: str) -> PrintedFigure:
    figure = study.claims[claim].figure
    assert figure is not None  # read_claims: not a claim in words
    return figure


def _list_roundings(claims: list[Claim]) -> list[Rounding]:
    said = {claim.rounding for claim in claims} - {"unknown", ""}
    return [r for r in Rounding if r in said] or list(EITHER_HALF)


def judge_mean(study: Study, mean: Mean) -> Verdict:
    """GRIM, and GRIMMER or DEBIT when an SD is printed: can so many whole numbers give this?"""
    claims = [study.claims[name] for name in (mean.mean, mean.sd, mean.n) if name is not None]
    figure, people = _read_figure(study, mean.mean), _read_figure(study, mean.n).digits
    sd = _read_figure(study, mean.sd) if mean.sd is not None else None
    roundings = _list_roundings(claims)

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
    parts = [_read_figure(study, name) for name in net.parts]
    whole = _read_figure(study, net.net)
    claims = [study.claims[name] for name in (net.net, *net.parts)]
    fits = net_fits(parts, whole, roundings=_list_roundings(claims))
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


def read_study(claims: pd.DataFrame, structure: Structure, n_max: int | None = None) -> Study:
    """The register and its structure, checked against each other.

    `claims` is the register as text (`register.COLUMNS`); bases are listed up to `n_max`, by
    default the largest reported total, or 40 when there is none. Raises DataError naming the
    faulty rows.
    """
    study = Study(read_register(claims, structure), structure, n_max or DEFAULT_REACH)
    totals = [study.count_people(total.claim) for total in structure.totals]
    reach = n_max if n_max is not None else max(totals, default=DEFAULT_REACH)
    if reach < 1:
        raise DataError(f"The largest base is {reach}; expected 1 or more.")
    return replace(study, reach=reach)


def judge(claims: pd.DataFrame, structure: Structure) -> list[Verdict]:
    """Every verdict on a study's published figures, the innocent readings first.

    Of what has a reported number of answers the figures are checked against it; only of the others
    bases are searched. Arguments and errors as in `read_study`. Verdict ids are unique; their order
    is fixed.
    """
    study = read_study(claims, structure)
    searched = read_study(claims, structure.searched)
    found: list[Verdict] = list(readings.judge_whole(searched))
    for shared in searched.structure.shared_bases:
        found += judge_shared(searched, shared)
    if not searched.structure.shared_bases:
        for claim_set in searched.structure.sets:
            if study.describe_weighting([claim_set]) != "yes":
                found += judge_every(searched, claim_set.id, [claim_set])
    found += judge_totals(study)
    for claim_set in structure.sets:
        found += judge_set(searched, claim_set)
    found += [readings.judge_phrase(study, phrase) for phrase in structure.phrases]
    found += readings.judge_outlets(study)
    found += [judge_mean(study, mean) for mean in structure.means]
    found += [judge_net(study, net) for net in structure.nets]
    found += readings.judge_cross_tables(study)
    found += readings.judge_precision(searched)
    found += readings.judge_statements(study)
    return found


@dataclass(frozen=True)
class ReportedBase:
    """A number of people that somebody printed: `n`, and whose number it is."""

    n: int
    whose: str
    # What it counts: `sent`, `answered` or `unknown`.
    counts: str


@dataclass(frozen=True)
class LeadBases:
    """The study's own figures on every number of people 1..last: what its one picture shows.

    `id` of the sets judged together, `items` and `figures` (as printed) of each set, in order;
    `bases`: the numbers that fit if everyone answered, `bases_missing`: those that fit with at most
    `max_missing` missing answers on each question (the former among them). `reported`: numbers of
    people up to `last`.
    """

    id: str
    items: tuple[str, ...]
    figures: tuple[tuple[str, ...], ...]
    last: int
    bases: tuple[int, ...]
    bases_missing: tuple[int, ...]
    max_missing: int
    reported: tuple[ReportedBase, ...]


# The numbers of people that the picture shows, at least up to the largest reported.
PICTURE = 100


def lead_bases(claims: pd.DataFrame, structure: Structure) -> LeadBases | None:
    """What the one picture of a study shows; None where exact arithmetic does not apply to it, or
    every number of answers is reported.

    Errors as in `read_study`.
    """
    structure = structure.searched
    study = read_study(claims, structure)
    attributed = {name: claim.attributed_to for name, claim in study.claims.items()}
    shared = lead(structure, attributed)
    sets = [structure.set_named(name) for name in shared.sets] if shared else []
    if shared is None or study.describe_weighting(sets) == "yes":
        return None
    figures, allowed = [study.figures(s) for s in sets], study.conventions(sets)
    last = max(PICTURE, study.reach)
    totals = [(study.claims[t.claim].attributed_to, t) for t in structure.totals]
    return LeadBases(
        shared.id,
        tuple(s.item for s in sets),
        tuple(tuple(str(f) for f in s.figures) for s in figures),
        last,
        tuple(joint_bases(figures, last, 0, allowed)),
        tuple(joint_bases(figures, last, structure.max_missing, allowed)),
        structure.max_missing,
        tuple(ReportedBase(study.count_people(t.claim), whose, t.counts) for whose, t in totals),
    )
