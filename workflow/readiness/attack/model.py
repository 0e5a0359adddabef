"""What is attacked, by whom, and what was found: the words of the attack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from readiness.attack.released import Release, Share
from readiness.attack.system import Classes


class Reader(Enum):
    """What a reader has beside the release."""

    PUBLICATION = "publication"
    RELEASES = "releases"
    FRAME = "frame"
    ANSWERS = "answers"


class How(Enum):
    """What a count was narrowed from."""

    COUNTS = "counts"
    SHARES = "shares"
    WEIGHTS = "weights"
    RELEASES = "releases"
    ANSWERS = "answers"


class Verdict(Enum):
    """What became of a count.

    `BEFORE`: earlier releases alone give it away, to who knows how many people came since, and what
    this one tells of the answers narrows it no further.
    """

    HELD = "held"
    BEFORE = "before"
    GIVEN = "given_away"


@dataclass(frozen=True)
class Rules:
    """What a count must withstand: counts of 1 to `minimum` - 1 are small, and the interval in
    which a withheld one can be put is at least `width` wide. A minimum of 1 protects nobody."""

    minimum: int
    width: int

    def small(self, count: int) -> bool:
        """Whether so few people must not be known."""
        return 0 < count < self.minimum

    def holds(self, lowest: int, highest: int) -> bool:
        """Whether a withheld count stays protected in [lowest, highest].

        A count that is known to be large needs no protection of its own, it was withheld to protect
        another; nor has one of nobody.
        """
        return self.settles(lowest, highest) or self.wide(lowest, highest)

    def settles(self, lowest: int, highest: int) -> bool:
        """Whether a count is known to be large, or of nobody."""
        return lowest >= self.minimum or highest == 0

    def wide(self, lowest: int, highest: int) -> bool:
        """Whether two counts that are both possible show that a withheld one stays protected."""
        if self.minimum <= 1:
            return True
        return highest - lowest >= self.width and not (lowest > 0 and self.small(highest))

    def shows(self, lowest: int, highest: int) -> bool:
        """Whether a published share may stand though its count is known to be in between."""
        return not (lowest > 0 and self.small(highest))

    def beside(self, known: int) -> Rules:
        """The same for a reader who knows some of the answers: what they know is no secret."""
        return Rules(self.minimum, max(1, self.width - known))


@dataclass(frozen=True)
class Cell:
    """One count that must not be narrowed: a withheld one, or the one behind a published share.

    `rest`: whether it is of those who did not give the answer. `withheld`: whether its share is.
    `before`: the name of the earlier release whose count it is, of other data; "" for this one's.
    `came`: whether it is of those who came since.
    """

    item: str
    share: Share
    withheld: bool
    rest: bool = False
    before: str = ""
    came: bool = False

    @property
    def id(self) -> str:
        """The id of its share; with a tilde for those who did not give the answer, after the name
        of the earlier release that it stands in, and a plus for those who came since."""
        name = f"~{self.share.id}" if self.rest else self.share.id
        return f"{'+' * self.came}{self.before}/{name}" if self.before else name


@dataclass(frozen=True)
class Attacked:
    """What was found of one count; `known` names the cell whose answers a reader knew."""

    cell: Cell
    lowest: int
    highest: int
    verdict: Verdict
    reader: Reader
    how: How
    known: str = ""


@dataclass
class Target:
    """What is attacked: the release, the earlier ones in their order, and what readers may know."""

    release: Release
    earlier: Sequence[Release] = ()
    classes: Classes | None = None
    rules: Rules = field(default_factory=lambda: Rules(5, 5))
