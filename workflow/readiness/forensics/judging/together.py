"""State which figures agree with the number of people printed beside them, as facts.

`claims check` and `claims solve` state the same facts; they name the figures in different ways.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from readiness.forensics.arithmetic.bases import FigureSet
from readiness.forensics.arithmetic.figures import parse_figure
from readiness.forensics.arithmetic.together import (
    How,
    Misprint,
    Together,
    TogetherReading,
    Who,
)
from readiness.forensics.judging.verdict import name, name_numbers
from readiness.ground.facts import Fact, Listed, NamedNumber, Term, Value

# A longer list of numbers or figures is described by its first entries.
LONGEST_LIST = 15
FIRST_SHOWN = 8
# Largest number of questions whose separate bases are described one by one.
MOST_QUESTIONS = 5
MOST_MISPRINTS = 3
MOST_REPAIRS = 4

HOW = {
    How.LARGEST_REMAINDER: Term("forensics.clause.largest_remainder"),
    How.TRUNCATION: Term("forensics.clause.truncation"),
    How.CEILING: Term("forensics.clause.ceiling"),
}

# Function that names figures of a set: position of the set, positions of the figures in it.
Naming = Callable[[int, Sequence[int]], Value]


def state_together(
    found: Together, sets: Sequence[FigureSet], naming: Naming, *, weighted: str = "unknown"
) -> list[Fact]:
    """State the result of `judge_together`, one sentence a fact: misfits, other bases, and causes.

    `weighted`: "no" where the source reports that its shares are not weighted.
    """
    count = sum(len(figures.figures) for figures in sets)
    base = name_numbers(base=found.base)
    if found.fits:
        if count == 1:
            return [Fact("forensics.together.fits_one", base | {"which": naming(0, [0])})]
        return [Fact("forensics.together.fits", base | name_numbers(figures=count))]
    facts = list(_state_misfit(found, sets, naming, count))
    smaller = next((r for r in found.readings if r.who is Who.FEWER and r.how is How.PLAIN), None)
    facts.append(_state_smaller(smaller, found.base, count))
    for reading in found.readings:
        facts += _state_reading(reading, found.base, sets, naming)
    if not found.readings:
        facts.append(Fact("forensics.together.unexplained"))
    if weighted != "no":
        facts.append(Fact("forensics.together.weights"))
    return facts


def state_strength(power: Fraction | None) -> list[Fact]:
    """State the strength of a check; [] where the power was not counted.

    `power`: the share of made-up figures of the same shape that would pass the check, 0 to 1.
    """
    if power is None:
        return []
    percent = Fraction(round(power * 100), 100)
    if power == 1:
        return [Fact("forensics.strength.none")]
    if percent == 1:
        return [Fact("forensics.strength.nearly_none")]
    if power < Fraction(1, 1000):
        return [Fact("forensics.strength.strongest")]
    if power < Fraction(1, 100):
        percent = Fraction(round(power * 1000), 1000)
    kind = "forensics.strength.strong"
    if power >= Fraction(1, 2):
        kind = "forensics.strength.weak"
    elif power >= Fraction(1, 20):
        kind = "forensics.strength.fair"
    return [Fact(kind, name_numbers(power=percent))]


def state_numbers(own: str, numbers: Sequence[int]) -> Value:
    """Return numbers of people as a value of a fact.

    A list longer than `LONGEST_LIST` is shortened to its first numbers, its last, and its length.
    `own`: name of the number in the fact.
    """
    if len(numbers) <= LONGEST_LIST:
        return name(own, tuple(numbers))
    return Fact(
        "forensics.numbers.many",
        {
            "shown": NamedNumber(own, Listed(tuple(numbers[:FIRST_SHOWN]), "comma")),
            "largest": name(f"{own}_last", numbers[-1]),
            "count": name(f"{own}_count", len(numbers)),
        },
    )


def _state_misfit(
    found: Together, sets: Sequence[FigureSet], naming: Naming, count: int
) -> Iterator[Fact]:
    """State which figures, or which questions, are not possible on the printed number."""
    base = name_numbers(base=found.base)
    places: dict[int, list[int]] = {}
    for position, place in found.refused:
        places.setdefault(position, []).append(place)
    which = Listed(
        tuple(naming(position, figure_places) for position, figure_places in places.items()),
        "comma",
    )
    refused = len(found.refused)
    numbers = {"n": name("refused", refused), **name_numbers(figures=count)}
    if count == 1 and refused:
        yield Fact("forensics.together.refused_one", base | {"which": which})
    elif refused == count:
        yield Fact("forensics.together.refused_all", base | name_numbers(figures=count))
    elif refused > LONGEST_LIST:
        yield Fact("forensics.together.refused_many", base | numbers)
    elif refused:
        yield Fact("forensics.together.refused", base | numbers | {"which": which})
    if found.unfit:
        unfit = found.unfit[:MOST_QUESTIONS]
        questions = (
            naming(figure_places, range(len(sets[figure_places].figures)))
            for figure_places in unfit
        )
        yield Fact("forensics.together.sum", base | {"which": Listed(tuple(questions), "comma")})
    if not found.refused and not found.unfit:
        yield Fact("forensics.together.conventions", base)


def _state_smaller(reading: TogetherReading | None, base: int, count: int) -> Fact:
    """State the numbers of people below the printed number that fit all figures."""
    figures: dict[str, Value] = {"n": name("figures", count)}
    if reading is None:
        return Fact("forensics.together.smaller_none", figures | name_numbers(base=base))
    if len(reading.bases) > LONGEST_LIST:
        first, following = reading.bases[:2]
        numbers = name_numbers(first=first, next=following)
        return Fact("forensics.together.smaller_next", figures | numbers)
    numbers = {"fewer": name("fewer", reading.bases), **name_numbers(base=base)}
    return Fact("forensics.together.smaller", figures | numbers)


def _state_reading(
    reading: TogetherReading, base: int, sets: Sequence[FigureSet], naming: Naming
) -> Iterator[Fact]:
    how: list[Value] = [HOW[reading.how]] if reading.how in HOW else []
    if reading.who is Who.FILTER:
        filtered = [position for position, bases in enumerate(reading.own) if bases]
        if len(filtered) > MOST_QUESTIONS:
            clauses = (
                *how,
                Fact("forensics.clause.own_many", name_numbers(questions=len(filtered))),
            )
            yield Fact("forensics.together.if", {"clauses": Listed(clauses)})
            return
        for position in filtered:
            numbers = state_numbers(f"own_{position + 1}", reading.own[position])
            clauses = (*how, Fact("forensics.clause.own", {"numbers": numbers}))
            which = naming(position, range(len(sets[position].figures)))
            yield Fact("forensics.together.if_own", {"which": which, "clauses": Listed(clauses)})
        return
    if reading.misprints:
        yield Fact("forensics.together.if", {"clauses": _state_misprints(reading.misprints, sets)})
        return
    clause = _state_who(reading, base)
    clauses = (*how, *([clause] if clause else []))
    yield Fact("forensics.together.if", {"clauses": Listed(clauses)})


def _state_who(reading: TogetherReading, base: int) -> Value | None:
    asked = name_numbers(base=base)
    missing = name_numbers(missing=reading.missing)
    shown = reading.bases[:1] if len(reading.bases) > LONGEST_LIST else reading.bases
    if reading.who is Who.FEWER:
        return Fact("forensics.clause.fewer", asked | {"fewer": name("answered", shown)})
    if reading.who is Who.FEWER_MISSING:
        numbers = asked | missing | {"fewer": name("answered_missing", shown)}
        return Fact("forensics.clause.fewer_missing", numbers)
    if reading.who is Who.BLANKS:
        return Fact("forensics.clause.blanks", name_numbers(blanks=reading.missing))
    if reading.who is Who.SEVERAL:
        return Term("forensics.clause.several")
    if reading.who is Who.SEVERAL_FEWER:
        numbers = {"fewer": name("answered_several", shown)}
        return Fact("forensics.clause.several_fewer", numbers)
    if reading.who is Who.OTHER:
        return Fact("forensics.clause.other", asked | name_numbers(above=reading.bases[0]))
    return None


def _state_misprints(misprints: Sequence[Misprint], sets: Sequence[FigureSet]) -> Value:
    """State which figures may be misprints, with the nearest figures that may have been meant."""
    if len(misprints) > MOST_MISPRINTS:
        return Term("forensics.clause.misprint_any")
    described = []
    for number, misprint in enumerate(misprints, 1):
        figure = sets[misprint.position].figures[misprint.figure]
        repairs = [parse_figure(text) for text in misprint.repairs]
        nearest = sorted(repairs, key=lambda each: (abs(each.digits - figure.digits), each.digits))
        chosen = sorted(nearest[:MOST_REPAIRS], key=lambda each: each.digits)
        kind = "forensics.clause.misprint"
        if len(repairs) > MOST_REPAIRS:
            kind = "forensics.clause.misprint_some"
        values: dict[str, Value] = {
            "printed": name(f"misprint_{number}", str(figure)),
            "repairs": Listed(
                tuple(
                    name(f"repair_{number}_{place}", str(repair))
                    for place, repair in enumerate(chosen, 1)
                ),
                "or",
            ),
        }
        described.append(Fact(kind, values))
    return Listed(tuple(described), "or")
