"""What a reader can work out of a register with a solver alone: shares no code with the attack.

The individual table: how many people of each frame cell and weight gave each pair of answers to a
question and the one that it is asked after. Shares, bases and the report on missing answers are
rows of one integer program (`scipy.optimize.milp`), which is asked for the least and the largest
count. It stops by its nodes, and then says what it proved and what it found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from readiness.questionnaire import Questionnaire

NODES = 200
SILENT = {"blank": "_blank", "refused": "_refused", "dont_know": "_dont_know"}
# Who stopped before the question: reported among the blank ones, in no base.
STOPPED = "_broken_off"
OUTSIDE = "_not_asked"
# Status of `milp` where nothing fits.
INFEASIBLE = 2


@dataclass(frozen=True)
class CountEnds:
    """Between which numbers a count must lie: `lowest` to `highest` are proved, and `least` and
    `most` are counts of tables that fit. Where the search came to its end, both are the same;
    a search that found no table has the middle of what it proved twice.
    """

    lowest: int
    highest: int
    least: int
    most: int


@dataclass(frozen=True)
class Asked:
    """A question of one answer, or an option of several (`answers` 1 and 0 of its column): its
    answers, `boxes` of them, and those of the one `before` it that lead to it.
    """

    item: str
    level: str
    answers: tuple[str, ...]
    boxes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    before: tuple[str, tuple[str, ...], tuple[str, ...]] | None = None

    def patterns(self) -> list[tuple[str, str]]:
        """Pairs of an answer to the question before ("" where there is none) and to this one."""
        silent = (*SILENT.values(), STOPPED)
        own = [*self.answers, *silent]
        if self.before is None:
            return [("", each) for each in own]
        _, leading, answers = self.before
        every = [*answers, *silent]
        # Of whom it is unclear whether they were asked, an answer is kept.
        unclear = product(silent, own)
        return [
            *product(leading, own),
            *unclear,
            *((e, OUTSIDE) for e in every if e not in leading),
        ]


class TableSolver:
    """What the rows of a register (as text) say of one question; `cells`: a column for each
    variable of the groups, as they are called in the register, with `people` and `weight`.

    `earlier`: an earlier register, which some of the people are not in; of its shares those are
    read that are not of weights, for the weights were others.
    """

    def __init__(
        self,
        figures: pd.DataFrame,
        asked: Asked,
        cells: pd.DataFrame,
        earlier: pd.DataFrame | None = None,
    ) -> None:
        self.asked, self.patterns = asked, asked.patterns()
        self._rows: list[tuple[np.ndarray, float, float]] = []
        parts = [cells] if earlier is None else [cells, cells]
        self.cells = pd.concat(parts, ignore_index=True)
        # Who is in the earlier release, of each cell; the others joined after it.
        early = np.arange(len(self.cells)) < len(cells)
        for at, people in enumerate(cells["people"]):
            only = np.zeros((len(self.cells), len(self.patterns)))
            only[at :: len(cells)] = 1.0
            self._rows.append((only, people, people))
        self._read_register(figures, np.ones(len(self.cells), dtype=bool))
        if earlier is not None:
            # A share of weights names its measure without "(unweighted)".
            weighted = ~earlier["statistic"].str.contains("(unweighted)", regex=False)
            shares = earlier["kind"].eq("estimate") & weighted & (cells["weight"].nunique() > 1)
            told = earlier.assign(value=earlier["value"].mask(shares, ""))
            self._read_register(told, early)

    def _read_register(self, figures: pd.DataFrame, members: np.ndarray) -> None:
        """Read the rows on the question and on the one before it; `members`: of which cells."""
        asked, before = self.asked, self.asked.before
        for row in figures[figures["suppressed"] == ""].to_dict("records"):
            if row["item"] == asked.item and row["level"] in ("", asked.level or row["level"]):
                self._read(row, 1, asked.answers, asked.boxes, members)
            elif before and row["item"] == before[0]:
                self._read(row, 0, before[2], {}, members)

    def count(
        self, group: str, levels: Collection[str], at: int = 1, members: np.ndarray | None = None
    ) -> np.ndarray:
        """Which cells and patterns make a count: of `group`, of one of these answers."""
        inside = np.ones(len(self.cells), dtype=bool) if members is None else members.copy()
        if group != "all":
            groups = self.cells.drop(columns=["people", "weight"])
            inside &= (groups == group).any(axis=1).to_numpy()
        gave = np.array([pattern[at] in levels for pattern in self.patterns])
        return np.outer(inside, gave).astype(float)

    def interval(self, group: str, level: str, *, rest: bool = False) -> CountEnds | None:
        """Between which numbers the count of an answer, or of the `rest` of its base, must lie;
        None where no table fits (somebody answered who was not asked).
        """
        own = self.asked.boxes.get(level, (level,))
        if rest:
            own = tuple(each for each in self.asked.answers if each not in own)
        wanted = self.count(group, own).ravel()
        most = np.repeat(self.cells["people"].to_numpy(dtype=float), len(self.patterns))
        proved, found = [], []
        for sign in (1, -1):
            result = milp(
                sign * wanted,
                integrality=np.ones(len(wanted)),
                bounds=Bounds(0, most),
                constraints=self._constraint,
                options={"node_limit": NODES},
            )
            if result.status == INFEASIBLE:
                return None
            bound = result.mip_dual_bound
            proved.append(bound if bound is not None else (0 if sign > 0 else -most.sum()))
            if result.x is not None:
                found.append(round(float(wanted @ result.x)))
        lowest, highest = int(np.ceil(proved[0] - 1e-6)), int(np.floor(-proved[1] + 1e-6))
        found = found or [(lowest + highest) // 2]
        return CountEnds(lowest, highest, min(found), max(found))

    @cached_property
    def _constraint(self) -> LinearConstraint:
        """The rows, each once: many numbers of a register say the same."""
        table = np.array([[low, high, *row.ravel()] for row, low, high in self._rows])
        table = np.unique(table, axis=0)
        return LinearConstraint(table[:, 2:], table[:, 0] - 1e-6, table[:, 1] + 1e-6)

    def _read(
        self,
        row: dict,
        at: int,
        answers: Collection[str],
        boxes: dict[str, tuple[str, ...]],
        members: np.ndarray,
    ) -> None:
        """The rows that a number of the register is."""
        bases = {"answered": answers, "with_dont_know": (*answers, "_dont_know")}
        bases["asked"] = (*answers, *SILENT.values())
        says, _, base = row["statistic"].replace(" (unweighted)", "").partition(" of ")
        if row["kind"] == "estimate" and says == "share" and base in bases and row["level"]:
            own = SILENT.get(row["level"]) or row["level"]
            if self.asked.level:
                own = "1"
            gave = self.count(row["group"], boxes.get(own, (own,)), at, members)
            every = self.count(row["group"], bases[base], at, members)
            if row["n"]:
                self._rows.append((every, float(row["n"]), float(row["n"])))
            if not row["value"]:
                return
            weight = self.cells["weight"].to_numpy()[:, None]
            low, high = self._ends(row)
            self._rows.append(((gave - low * every) * weight, 0.0, np.inf))
            self._rows.append(((gave - high * every) * weight, -np.inf, 0.0))
        elif row["kind"] == "count" and "(" in row["statistic"]:
            says, _, base = row["statistic"].removesuffix(")").partition(" (")
            if says == "answers" and base in bases and row["value"]:
                every = self.count(row["group"], bases[base], at, members)
                self._rows.append((every, float(row["value"]), float(row["value"])))
        elif row["kind"] == "missing" and row["n"]:
            own = {"answered": answers, "not_asked": (OUTSIDE,)}
            own |= {name: (code,) for name, code in SILENT.items()}
            own["blank"] = (SILENT["blank"], STOPPED)
            if row["level"] in own:
                ends = [end * float(row["n"]) for end in self._ends(row)]
                gave = self.count(row["group"], own[row["level"]], at, members)
                self._rows.append((gave, *ends))

    @staticmethod
    def _ends(row: dict) -> tuple[float, float]:
        """Between which numbers the share lies that is printed; the register has it unrounded."""
        places = int(row["digits"]) + 2
        printed, half = round(float(row["value"]), places), 0.5 * 10.0**-places
        return printed - half, printed + half


def list_asked(questionnaire: Questionnaire, items: Collection[str]) -> Iterator[Asked]:
    """The questions of a questionnaire, each option of several by itself."""
    for name in items:
        item = questionnaire.item(name)
        if item.kind.takes_several:
            yield from (Asked(name, code, ("1", "0")) for code in item.codes)
            continue
        boxes = {box: tuple(levels) for box, levels in item.levels_of.items()}
        before = None
        if item.asked_if:
            (condition,) = item.asked_if
            there = questionnaire.item(condition.item)
            before = (condition.item, condition.one_of, tuple(there.codes))
        yield Asked(name, "", tuple(item.codes), boxes, before)
