"""Judge a study's published figures: `verdicts = judge(claims, structure)` runs all checks.

A verdict never claims more than the figures support: see `verdict.Status` and `verdict.Nature`.
"""

from dataclasses import dataclass, replace

import pandas as pd

from readiness.forensics.arithmetic.bases import joint_bases
from readiness.forensics.arithmetic.figures import (
    EITHER_HALF,
    PrintedFigure,
    Rounding,
    debit,
    grim,
    grim_probability,
    grimmer,
)
from readiness.forensics.arithmetic.sums import net_fits
from readiness.forensics.judging import readings
from readiness.forensics.judging.context import DEFAULT_REACH, Study, judge_every, lead, verdict
from readiness.forensics.judging.judgements import (
    judge_set,
    judge_shared,
    judge_sources,
    judge_totals,
)
from readiness.forensics.judging.structure import (
    Claim,
    Mean,
    Net,
    Structure,
    read_register,
)
from readiness.forensics.judging.verdict import Status, Verdict, name_numbers
from readiness.ground.errors import DataError
from readiness.ground.facts import Fact, Value

# Number of fewer answers tried when a mean is not possible on the printed number.
NEARBY = 20


def _read_figure(study: Study, claim: str) -> PrintedFigure:
    figure = study.claims[claim].figure
    assert figure is not None  # read_claims checks that the claim is not one in words
    return figure


def _list_roundings(claims: list[Claim]) -> list[Rounding]:
    declared = {claim.rounding for claim in claims} - {"unknown", ""}
    return [r for r in Rounding if r in declared] or list(EITHER_HALF)


def judge_mean(study: Study, mean: Mean) -> Verdict:
    """Judge a printed mean by GRIM, and by GRIMMER or DEBIT when an SD is printed."""
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

    key = "forensics.mean" if sd is None else "forensics.mean_and_sd"
    printed = name_numbers(mean=str(figure), sd=None if sd is None else str(sd))
    fits = people > 0 and possible(people)
    nearest = next((n for n in range(people - 1, max(people - NEARBY, 1), -1) if possible(n)), None)
    values: dict[str, Value] = {
        "item": study.item(study.claims[mean.mean].item),
        "whose": study.publisher_and_outlet(study.claims[mean.mean]),
        "mean": Fact(key, printed),
        **name_numbers(n=people),
    }
    if fits or nearest is None:
        fact = Fact("forensics.mean.possible" if fits else "forensics.mean.impossible", values)
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
    """Judge whether a net can be the sum of the parts, within rounding."""
    parts = [_read_figure(study, name) for name in net.parts]
    whole = _read_figure(study, net.net)
    claims = [study.claims[name] for name in (net.net, *net.parts)]
    fits = net_fits(parts, whole, roundings=_list_roundings(claims))
    decimals = max(part.decimals for part in parts)
    total = PrintedFigure(sum(p.digits * 10 ** (decimals - p.decimals) for p in parts), decimals)
    values: dict[str, Value] = {
        "item": study.item(claims[0].item),
        "whose": study.publisher_and_outlet(claims[0]),
        **name_numbers(net=str(whole), sum=str(total)),
    }
    return verdict(
        f"net.{net.id}",
        "net",
        Status.POSSIBLE if fits else Status.IMPOSSIBLE,
        [Fact("forensics.net.fits" if fits else "forensics.net.off", values)],
        [claim.claim_id for claim in claims],
    )


def read_study(claims: pd.DataFrame, structure: Structure) -> Study:
    """Read the register and its structure, checked against each other.

    `claims` is the register as text (`structure.COLUMNS`); bases are listed up to the largest
    reported total, or 40 without one. Raises DataError naming faulty rows, or for a total below 1.
    """
    study = Study(read_register(claims, structure), structure, DEFAULT_REACH)
    totals = [study.count_people(total.claim) for total in structure.totals]
    reach = max(totals, default=DEFAULT_REACH)
    if reach < 1:
        raise DataError(f"The largest base is {reach}; expected at least 1.")
    return replace(study, reach=reach)


def judge(claims: pd.DataFrame, structure: Structure) -> list[Verdict]:
    """Return every verdict on a study's published figures, the innocent readings first.

    Figures with a reported number of answers are checked against it; bases are searched only for
    the others. Arguments and errors as in `read_study`. Ids are unique, in a fixed order.
    """
    study = read_study(claims, structure)
    searched = read_study(claims, structure.searched)
    shared, sets = searched.structure.shared_bases, searched.structure.sets
    alone = [] if shared else [s for s in sets if study.describe_weighting([s]) != "yes"]
    return [
        *readings.judge_whole(searched),
        *(verdict for part in shared for verdict in judge_shared(searched, part)),
        *(verdict for part in alone for verdict in judge_every(searched, part.id, [part])),
        *judge_sources(study),
        *judge_totals(study),
        *(verdict for part in structure.sets for verdict in judge_set(searched, part)),
        *(readings.judge_phrase(study, phrase) for phrase in structure.phrases),
        *readings.judge_outlets(study),
        *(judge_mean(study, mean) for mean in structure.means),
        *(judge_net(study, net) for net in structure.nets),
        *readings.judge_cross_tables(study),
        *readings.judge_precision(searched),
        *readings.judge_statements(study),
    ]


@dataclass(frozen=True)
class ReportedBase:
    """A printed number of people: `n`, and the publisher who reports it."""

    n: int
    whose: str
    # Kind of people counted: `sent`, `answered` or `unknown`.
    counts: str


@dataclass(frozen=True)
class LeadBases:
    """The study's own figures on every number of people 1..last, for its one picture.

    `id` of the sets judged together, `items` and `figures` (as printed) of each set, in order;
    `bases`: the numbers that fit if everyone answered, `bases_missing`: those that fit with at most
    `max_missing` missing answers on each question (`bases` among them). `reported`: numbers of
    people that sources report.
    """

    id: str
    items: tuple[str, ...]
    figures: tuple[tuple[str, ...], ...]
    last: int
    bases: tuple[int, ...]
    bases_missing: tuple[int, ...]
    max_missing: int
    reported: tuple[ReportedBase, ...]


# Largest number of people that the picture shows, unless a larger one is reported.
PICTURE = 100


def lead_bases(claims: pd.DataFrame, structure: Structure) -> LeadBases | None:
    """Return the bases to draw in the picture of a study.

    None where exact arithmetic does not apply, or where all numbers of answers are reported. Raises
    as `read_study`.
    """
    structure = structure.searched
    study = read_study(claims, structure)
    shared = lead(structure, {name: c.attributed_to for name, c in study.claims.items()})
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
