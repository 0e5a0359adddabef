"""What each kind of reader knows of one item, each a system with its solver, made once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from readiness.attack.model import Target
from readiness.attack.released import Release, untold
from readiness.attack.solving import MOST_CELLS, Solver
from readiness.attack.system import GROWTHS, Classes, build
from readiness.errors import DataError


class Knowledge:
    """The readers of an item of a release; `data`: the versions of the data behind its shares."""

    def __init__(self, target: Target, item: str, data: str) -> None:
        self._target, self._item, self._data = target, item, data
        self._solvers: dict[tuple[bool, bool, bool], Solver] = {}

    def solver(self, *, earlier: bool = False, frame: bool = False, shares: bool = True) -> Solver:
        """What a reader knows who has the `earlier` releases, too, or knows the `frame` cell of
        everybody; `shares`: whether he uses shares, or the numbers of people alone.

        DataError where the published numbers contradict each other.
        """
        key = (earlier, frame, shares)
        if key not in self._solvers:
            release, classes = self._target.release, self._target.classes
            releases = [*(self._target.earlier if earlier else ()), release]
            known = {release.name: classes} if frame and classes is not None else None
            found = self.possible(releases, known, shares=shares)
            # Where releases contradict each other it is this one that a reader believes.
            solver = found or self.possible([release], known, shares=shares)
            if solver is None:
                raise DataError(
                    f"{self._item}: the published numbers contradict each other, so what they give "
                    "away cannot be told. Were they changed by hand? Make the register again."
                )
            if frame and solver.counts(self._data) <= MOST_CELLS:
                solver.search_frames()
            self._solvers[key] = solver
        return self._solvers[key]

    @cached_property
    def before(self) -> Solver | None:
        """What is known without anything that this release tells of the answers: from the earlier
        ones, and how many people responded since; None where they contradict each other."""
        return self.possible([*self._target.earlier, untold(self._target.release)])

    def possible(
        self,
        releases: Sequence[Release],
        known: Mapping[str, Classes] | None = None,
        *,
        shares: bool = True,
    ) -> Solver | None:
        """The system of releases that supposes most of how they follow each other without a
        contradiction; None where they contradict each other by themselves."""
        for growth in GROWTHS:
            solver = Solver(build(releases, self._item, known, shares=shares, growth=growth))
            if solver.possible():
                return solver
        return None
