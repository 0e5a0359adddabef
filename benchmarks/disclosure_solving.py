"""What a reader can work out of a register with a solver alone: shares no code with the attack.

The individual table: how many people of each frame cell and weight gave each pair of answers to a
question and the one that it is asked after. Shares, bases and the report on missing answers are
rows of one integer program (`scipy.optimize.milp`), which is asked for the least and the largest
count. It stops by its nodes; what it then says is what it proved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from readiness.questionnaire import Questionnaire

NODES = 60
SILENT = {"blank": "_blank", "refused": "_refused", "dont_know": "_dont_know"}
OUTSIDE = "_not_asked"


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
        own = [*self.answers, *SILENT.values()]
        if self.before is None:
            return [("", each) for each in own]
        _, leading, answers = self.before
        every = [*answers, *SILENT.values()]
        # Of whom it is unclear whether they were asked, an answer is kept.
        unclear = product(SILENT.values(), own)
        return [
            *product(leading, own),
            *unclear,
            *((e, OUTSIDE) for e in every if e not in leading),
        ]


class TableSolver:
    """What the rows of a register (as text) say of one question; `cells`: a column for each
    variable of the groups, as they are called in the register, with `people` and `weight`.
    """

    def __init__(self, figures: pd.DataFrame, asked: Asked, cells: pd.DataFrame) -> None:
        self.asked, self.cells, self.patterns = asked, cells, asked.patterns()
        self._rows: list[tuple[np.ndarray, float, float]] = []
        for at, people in enumerate(cells["people"]):
            only = np.zeros((len(cells), len(self.patterns)))
            only[at] = 1.0
            self._rows.append((only, people, people))
        before = asked.before
        for row in figures[figures["suppressed"] == ""].to_dict("records"):
            if row["item"] == asked.item and row["level"] in ("", asked.level or row["level"]):
                self._read(row, 1, asked.answers, asked.boxes)
            elif before and row["item"] == before[0]:
                self._read(row, 0, before[2], {})

    def count(self, group: str, levels: Collection[str], at: int = 1) -> np.ndarray:
        """Which cells and patterns make a count: of `group`, of one of these answers."""
        inside = np.ones(len(self.cells), dtype=bool)
        if group != "all":
            inside = (self.cells.drop(columns=["people", "weight"]) == group).any(axis=1).to_numpy()
        gave = np.array([pattern[at] in levels for pattern in self.patterns])
        return np.outer(inside, gave).astype(float)

    def interval(self, group: str, level: str, *, rest: bool = False) -> tuple[int, int] | None:
        """Between which numbers the count of an answer, or of the `rest` of its base, must lie;
        None where no table fits (somebody answered who was not asked).
        """
        own = self.asked.boxes.get(level, (level,))
        if rest:
            own = tuple(each for each in self.asked.answers if each not in own)
        wanted = self.count(group, own).ravel()
        most = np.repeat(self.cells["people"].to_numpy(dtype=float), len(self.patterns))
        rows = LinearConstraint(
            np.array([row.ravel() for row, *_ in self._rows]),
            np.array([low for _, low, _ in self._rows]) - 1e-6,
            np.array([high for *_, high in self._rows]) + 1e-6,
        )
        ends = []
        for sign in (1, -1):
            found = milp(
                sign * wanted,
                integrality=np.ones(len(wanted)),
                bounds=Bounds(0, most),
                constraints=rows,
                options={"node_limit": NODES},
            )
            if found.status == 2:
                return None
            proved = found.mip_dual_bound
            ends.append(proved if proved is not None else (0 if sign > 0 else -most.sum()))
        return int(np.ceil(ends[0] - 1e-6)), int(np.floor(-ends[1] + 1e-6))

    def _read(
        self, row: dict, at: int, answers: Collection[str], boxes: dict[str, tuple[str, ...]]
    ) -> None:
        """The rows that a number of the register is."""
        bases = {"answered": answers, "with_dont_know": (*answers, "_dont_know")}
        bases["asked"] = (*answers, *SILENT.values())
        says, _, base = row["statistic"].replace(" (unweighted)", "").partition(" of ")
        if row["kind"] == "estimate" and says == "share" and base in bases and row["level"]:
            own = SILENT.get(row["level"]) or row["level"]
            if self.asked.level:
                own = "1"
            gave = self.count(row["group"], boxes.get(own, (own,)), at)
            every = self.count(row["group"], bases[base], at)
            if row["n"]:
                self._rows.append((every, float(row["n"]), float(row["n"])))
            weight = self.cells["weight"].to_numpy()[:, None]
            low, high = self._ends(row)
            self._rows.append(((gave - low * every) * weight, 0.0, np.inf))
            self._rows.append(((gave - high * every) * weight, -np.inf, 0.0))
        elif row["kind"] == "count" and "(" in row["statistic"]:
            says, _, base = row["statistic"].removesuffix(")").partition(" (")
            if says == "answers" and base in bases and row["value"]:
                every = self.count(row["group"], bases[base], at)
                self._rows.append((every, float(row["value"]), float(row["value"])))
        elif row["kind"] == "missing" and row["n"]:
            own = {"answered": answers, "not_asked": (OUTSIDE,)}
            own |= {name: (code,) for name, code in SILENT.items()}
            if row["level"] in own:
                ends = [end * float(row["n"]) for end in self._ends(row)]
                self._rows.append((self.count(row["group"], own[row["level"]], at), *ends))

    @staticmethod
    def _ends(row: dict) -> tuple[float, float]:
        half = 0.5 * 10.0 ** -(int(row["digits"]) + 2)
        return float(row["value"]) - half, float(row["value"]) + half


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
