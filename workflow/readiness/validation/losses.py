"""How much of an export is not used as it came, and when that is too much to go on.

A fault of one answer is listed and counted. The same fault in every twentieth row is not the
respondents': dates of another order, codes that were not exported, an option that was renamed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from readiness.errors import DataError
from readiness.terminal import quoted, shortened
from readiness.validation.validate import NOT_KEPT, Validated

if TYPE_CHECKING:
    import pandas as pd

LARGEST_LOSS = 0.05
"""The share above which a run stops, unless the configuration says another."""
EXPECTED = 80
"""Characters of what was expected; the options of an item may fill a page."""


@dataclass(frozen=True)
class Loss:
    """What is lost of the submissions (`item` is "") or of the answers given to an item.

    `lost` and `of` are counts. `reasons` are the rules with their counts, the largest first, and
    `example` is a row, what it holds and what was expected, of the first of them.
    """

    item: str
    lost: int
    of: int
    reasons: dict[str, int]
    example: str

    @property
    def share(self) -> float:
        """In 0-1."""
        return self.lost / self.of if self.of else 0.0

    def __str__(self) -> str:
        what = f"answers to {self.item} are set aside" if self.item else "submissions are not kept"
        reasons = ", ".join(f"{n} {rule.replace('_', ' ')}" for rule, n in self.reasons.items())
        percent = f"{100 * self.share:.1f} %"
        return f"{self.lost} of {self.of} {what} ({percent}: {reasons}; {self.example})"

    @property
    def is_mass(self) -> bool:
        """Whether its share says anything: one odd answer to an item of few is no mass."""
        return not self.item or self.lost > 1


def losses(result: Validated) -> list[Loss]:
    """What is lost of the submissions, then of each item, the largest share first; none where
    nothing is."""
    of_items = sorted(_of_items(result), key=lambda loss: (-loss.share, loss.item))
    return [*_of_submissions(result), *of_items]


def _of_submissions(result: Validated) -> Iterator[Loss]:
    counts = {rule: result.count(rule) for rule in NOT_KEPT if result.count(rule)}
    if counts:
        yield _loss(result, "", counts, result.count("received"))


def _of_items(result: Validated) -> Iterator[Loss]:
    issues = result.issues
    errors = issues[(issues["severity"] == "error") & (issues["item"] != "")]
    for item, found in errors.groupby("item"):
        counts = {str(rule): int(n) for rule, n in found["rule"].value_counts().items()}
        yield _loss(result, str(item), counts, result.given[str(item)])


def _loss(result: Validated, item: str, counts: dict[str, int], of: int) -> Loss:
    reasons = dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))
    issues = result.issues
    first = issues[(issues["item"] == item) & (issues["rule"] == next(iter(reasons)))].iloc[0]
    return Loss(item, sum(counts.values()), of, reasons, example_of(first))


def example_of(issue: pd.Series[Any]) -> str:
    """One issue in a few words: its row, what it holds, what was expected."""
    expected = shortened(str(issue["expected"]), EXPECTED)
    return f"row {issue['row']} holds {quoted(issue['value'])}, expected {expected}"


def refuse_mass_loss(result: Validated, source: object, largest: float) -> None:
    """DataError naming the first loss whose share is above `largest` (0-1)."""
    for loss in losses(result):
        if loss.is_mass and loss.share > largest:
            raise DataError(
                f"{source}: {loss}, above {100 * largest:g} %.\nMend the export, the questionnaire "
                "or the wave's days; where it is right so, set validate.largest_loss."
            )


def loss_line(result: Validated) -> str:
    """All losses in one line, for the terminal; "" when nothing is lost."""
    found = losses(result)
    if not found:
        return ""
    parts = [str(loss) for loss in found if not loss.item]
    if items := [loss for loss in found if loss.item]:
        rest = f"; {len(items) - 1} more items lose fewer" if len(items) > 1 else ""
        parts.append(f"{items[0]}{rest}")
    return "LOST: " + "; ".join(parts)
