"""Response, cooperation, refusal and contact rates as AAPOR defines them, in exact fractions.

AAPOR (2023), Standard Definitions, 10th edition: I complete, P partial interviews; R refusals,
NC non-contacts, O others; UH unknown if eligible, UO unknown, other; e the share of the unknown
that is taken to be eligible.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction

from readiness.errors import StatisticsError


@dataclass(frozen=True)
class Dispositions:
    """How each sampled case ended: counts, 0 or more; None where the number is not known."""

    complete: int | None
    partial: int | None = 0
    refusal: int | None = 0
    non_contact: int | None = 0
    other: int | None = 0
    unknown_household: int | None = 0
    unknown_other: int | None = 0

    def __post_init__(self) -> None:
        for part in fields(self):
            count = getattr(self, part.name)
            if count is None:
                continue
            if isinstance(count, bool) or not isinstance(count, int):
                raise StatisticsError(
                    f"{part.name} is {count!r}: a number of cases is a whole number, or None where "
                    "it is not known."
                )
            if count < 0:
                raise StatisticsError(f"{part.name} is negative: a number of cases is 0 or more.")

    @property
    def unknown(self) -> tuple[str, ...]:
        """The counts that are not known; with any of them no rate can be computed."""
        return tuple(part.name for part in fields(self) if getattr(self, part.name) is None)


@dataclass(frozen=True)
class Rates:
    """AAPOR rates as fractions of 1; None where the denominator is 0 (no case of that kind) or a
    count is not known.
    """

    response: tuple[Fraction | None, ...]
    """RR1 to RR6."""
    cooperation: tuple[Fraction | None, ...]
    """COOP1 to COOP4."""
    refusal: tuple[Fraction | None, ...]
    """REF1 to REF3."""
    contact: tuple[Fraction | None, ...]
    """CON1 to CON3."""


def response_rates(cases: Dispositions, eligible: Fraction | int | str = 1) -> Rates:
    """Every AAPOR rate; `eligible` is e, a share of 1 (a string such as "0.5" stays exact).

    Raises StatisticsError when e is not between 0 and 1 or cannot be read.
    """
    try:
        e = Fraction(eligible)
    except (ValueError, ZeroDivisionError):
        raise StatisticsError(f"e = {eligible!r}: expected a share such as 0.5 or 1/2.") from None
    if not 0 <= e <= 1:
        raise StatisticsError(f"e = {eligible}: expected a share between 0 and 1.")
    if cases.unknown:
        return Rates((None,) * 6, (None,) * 4, (None,) * 3, (None,) * 3)
    counts = {part.name: int(getattr(cases, part.name)) for part in fields(cases)}
    complete, answered = counts["complete"], counts["complete"] + counts["partial"]
    refused = answered + counts["refusal"]
    known = refused + counts["non_contact"] + counts["other"]
    unknown = counts["unknown_household"] + counts["unknown_other"]
    reached = refused + counts["other"]
    wholes = (known + unknown, known + e * unknown, known)
    return Rates(
        response=tuple(_share(part, whole) for whole in wholes for part in (complete, answered)),
        cooperation=(
            _share(complete, reached),
            _share(answered, reached),
            _share(complete, refused),
            _share(answered, refused),
        ),
        refusal=tuple(_share(counts["refusal"], whole) for whole in wholes),
        contact=tuple(_share(reached, whole) for whole in wholes),
    )


def _share(part: int, whole: int | Fraction) -> Fraction | None:
    return Fraction(part) / whole if whole else None
