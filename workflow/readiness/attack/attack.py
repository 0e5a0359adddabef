"""Attack a release: compute what each kind of reader can prove of the suppressed counts.

The attack reads the published files alone: the register at its printed digits, the questionnaire,
and the earlier releases of the same survey. It shares no code with the suppression, so it does not
repeat its faults. Each kind of reader knows more than the one before:

- `publication`: this release; `releases`: the earlier releases too;
- `frame`: the frame cell of every respondent, and so every weight;
- `answers`: one or two of the answers, their own among them.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from readiness.attack.knowledge import (
    LISTED,
    Attacked,
    AttackedCell,
    AttackReader,
    AttackTarget,
    CountVerdict,
    HeldDoubt,
    How,
    Knowledge,
    Sums,
    attack_table,
)
from readiness.attack.released import ANSWERED, ASKED, DONT_KNOW, Release, ReleasedTable
from readiness.attack.solving import (
    CAME,
    MARGIN,
    PEOPLE,
    REST,
    UNBOUNDED,
    WEIGHT,
    Judge,
    ReaderBounds,
    Solver,
    narrow,
)
from readiness.ground.frames import list_rows

_HOW = {
    AttackReader.PUBLICATION: How.SHARES,
    AttackReader.RELEASES: How.RELEASES,
    AttackReader.FRAME: How.WEIGHTS,
    AttackReader.ANSWERS: How.ANSWERS,
}

# Largest number of answers in a cell that an insider is assumed to know.
KNOWN_ANSWERS = 2


def attack(
    target: AttackTarget, items: Collection[str] = (), counts: Collection[str] = ()
) -> list[Attacked]:
    """Attack the suppressed counts of a release, and the counts behind its published shares.

    Returns a result for every suppressed count, and for every published share whose count is
    disclosed. `items`: names of the items to attack; `counts`: ids of the counts to attack; all if
    empty.

    Raises DataError where published numbers contradict each other.
    """
    return [
        attacked
        for item, table in target.release.tables.items()
        if not items or item in items
        for attacked in _ItemAttack(target, item, table).attack_cells(counts)
    ]


def cells_of(
    table: ReleasedTable, before: str = "", *, sensitive: bool = False
) -> Iterator[AttackedCell]:
    """Yield the tested counts of a table, each count once.

    An option of a multiple-response question has shares of two bases, but one count. `before`: the
    name of the earlier release that the table belongs to. `sensitive`: whether "don't know" is
    protected as an answer is; else it is not tested.
    """
    yielded: set[tuple[str, str]] = set()
    has_rest = len(table.levels) + bool(table.boxes) > 2 or table.several
    for share in table.shares:
        if (share.level, share.group) in yielded or (
            share.base == ASKED and share.value is not None
        ):
            continue
        if share.level == DONT_KNOW and not sensitive:
            continue
        yielded.add((share.level, share.group))
        withheld = share.value is None
        yield AttackedCell(table.item, share, withheld, before=before)
        # Where a question has two answers, the people who did not give one gave the other.
        if share.level != DONT_KNOW and has_rest:
            yield AttackedCell(table.item, share, withheld, rest=True, before=before)


def doubt_held(
    target: AttackTarget, table: pd.DataFrame
) -> dict[tuple[str, str], tuple[HeldDoubt, int, int]]:
    """Doubt the held rows of an attack's table that another version of the attack made.

    An attack searches no further than to an interval that is wide enough, so two versions end at
    two intervals. But both ends are counts that the published numbers allow, whoever searches.

    `table`: rows with the columns of `COLUMNS`, as text. Returns, by id and `counted` of a doubtful
    row, the reason and the least and greatest count that the published numbers allow (people; 0 and
    0 where the row is of no suppressed count). Raises DataError where numbers are contradictory.
    """
    doubts: dict[tuple[str, str], tuple[HeldDoubt, int, int]] = {}
    rows = {(row["id"], row["counted"]): row for row in list_rows(table)}
    for item, numbers in target.release.tables.items():
        own = [key for key, row in rows.items() if row["item"] == item]
        item_attack = _ItemAttack(target, item, numbers)
        cells = cells_of(numbers, sensitive=True) if own else ()
        counts = {(cell.id, _name_counted(cell)): cell for cell in cells if cell.withheld}
        for key in (key for key in own if key in counts):
            row = rows.pop(key)
            if doubt := item_attack.doubt(counts[key], row):
                doubts[key] = doubt
    return doubts | dict.fromkeys(rows, (HeldDoubt.OTHER, 0, 0))


def _name_counted(cell: AttackedCell) -> str:
    """Return whom a count is of, as the attack's table states it."""
    return "rest" if cell.rest else "answer"


class _ItemAttack:
    """Attack on the counts of one item."""

    def __init__(self, target: AttackTarget, item: str, table: ReleasedTable) -> None:
        self.target = target
        self.item = item
        self.table = table
        self.rules = target.rules
        self.sensitive = item in target.sensitive
        self.knowledge = Knowledge(target, item, table.key)

    def attack_cells(self, counts: Collection[str] = ()) -> Iterator[Attacked]:
        """Attack each count by one reader after the other, until a reader learns too much.

        The suppressed counts of earlier releases are attacked last.
        """
        for cell in cells_of(self.table, sensitive=self.sensitive):
            is_selected = not counts or cell.id in counts
            if cell.share.whole or not is_selected or (not cell.withheld and self._is_large(cell)):
                continue
            result = self._attack_cell(cell)
            if cell.withheld or result.verdict is not CountVerdict.HELD:
                yield result
        for release in self.target.earlier:
            yield from self._difference_earlier(release, counts)

    def doubt(
        self, cell: AttackedCell, row: Mapping[Any, str]
    ) -> tuple[HeldDoubt, int, int] | None:
        """Return why a held row on a count is doubtful and what is allowed; None for no doubt."""
        lowest, highest = int(row["lowest"]), int(row["highest"] or UNBOUNDED)
        reader = next((one for one in _HOW if one.value == row["reader"]), None)
        if reader is None:
            return HeldDoubt.OTHER, 0, 0
        made = Attacked(cell, lowest, highest, CountVerdict.HELD, reader, _HOW[reader])
        solver = self.knowledge.solver()
        column = self._find_column(solver, cell)
        least, most = (0, UNBOUNDED) if column is None else solver.bound_by_relaxation(column)
        if list_rows(attack_table([made])) != [dict(row)]:
            return HeldDoubt.OTHER, least, most
        if lowest < least or highest > most:
            return HeldDoubt.IMPOSSIBLE, least, most
        # Only the published numbers can prove here that a count is large.
        wide = self._find_rule(cell, self.rules.wide)(lowest, highest)
        if not wide and not self.rules.settles(least, most):
            return HeldDoubt.NARROW, least, most
        return None

    def _difference_earlier(self, release: Release, counts: Collection[str]) -> Iterator[Attacked]:
        """Attack an earlier release of other data by differencing with this release.

        Yields its suppressed counts that this release discloses, and the disclosed answers of the
        few people who came since.
        """
        table = release.tables.get(self.item)
        if table is None or table.data == self.table.data:
            return
        for cell in cells_of(table, release.name, sensitive=self.sensitive):
            if counts and cell.id not in counts:
                continue
            if cell.withheld:
                yield from self._find_disclosed(cell)
            if not cell.rest and self._has_few_newcomers(release, table, cell.share.group):
                yield from self._find_disclosed(replace(cell, came=True))

    def _find_disclosed(self, cell: AttackedCell) -> Iterator[Attacked]:
        """Yield a count of an earlier release, or of newcomers, if this release discloses it."""
        bounds = self._bound_count(cell, earlier=True)
        if self._find_rule(cell, self.rules.holds)(bounds.lowest, bounds.highest):
            return
        frame_bounds = self._bound_by_frame(cell)
        if frame_bounds is not None and self.rules.settles(
            frame_bounds.lowest, frame_bounds.highest
        ):
            return
        result = self._settle_verdict(cell, bounds, AttackReader.RELEASES)
        if result.verdict is CountVerdict.GIVEN:
            yield result

    def _has_few_newcomers(self, release: Release, table: ReleasedTable, group: str) -> bool:
        """Return whether a small number of people or answers joined a group since a release."""
        this_release = self.target.release
        base_key = (ANSWERED, group)
        pairs = (
            (release.respondents.get(group), this_release.respondents.get(group)),
            (table.bases.get(base_key), self.table.bases.get(base_key)),
        )
        return any(
            old is not None and new is not None and self.rules.is_too_small(new - old)
            for old, new in pairs
        )

    def _find_table(self, cell: AttackedCell) -> tuple[Release, ReleasedTable]:
        """Return the release that a count belongs to, and its table of the item."""
        earlier_release = next((r for r in self.target.earlier if r.name == cell.before), None)
        if earlier_release is None:
            return self.target.release, self.table
        return earlier_release, earlier_release.tables[self.item]

    def _attack_cell(self, cell: AttackedCell) -> Attacked:
        """Attack one count: by all releases, then by the frame, then by known answers."""
        holds = self._find_rule(cell, self.rules.holds)
        has_earlier = bool(self.target.earlier)
        frame_bounds = self._bound_by_frame(cell)
        if frame_bounds is not None and self.rules.settles(
            frame_bounds.lowest, frame_bounds.highest
        ):
            # A count known to be large or 0 needs no protection from any reader.
            limits = (frame_bounds.lowest, frame_bounds.highest)
            reader = AttackReader.FRAME
            return Attacked(cell, *limits, CountVerdict.HELD, reader, _HOW[reader])
        last_reader = AttackReader.RELEASES if has_earlier else AttackReader.PUBLICATION
        # A reader of the frame knows all that the readers of publications know. Where whole numbers
        # leave his interval wide enough, theirs are wide enough too.
        if frame_bounds is None or not self._is_amply_wide(cell, frame_bounds):
            bounds = self._bound_count(cell, earlier=has_earlier)
            if not holds(bounds.lowest, bounds.highest):
                return self._judge_publications(cell, bounds)
        if frame_bounds is not None:
            last_reader = AttackReader.FRAME
            bounds = frame_bounds
            if bounds.undecided or not holds(bounds.lowest, bounds.highest):
                return self._settle_verdict(cell, bounds, last_reader)
        if cell.withheld and not cell.rest and (insider_result := self._attack_by_insider(cell)):
            return insider_result
        return Attacked(
            cell, bounds.lowest, bounds.highest, CountVerdict.HELD, last_reader, _HOW[last_reader]
        )

    def _bound_by_frame(self, cell: AttackedCell) -> ReaderBounds | None:
        """Return the interval for a reader who knows the frame; None for a group outside it."""
        classes = self.target.classes
        if classes is None or not classes.knows(cell.share.group):
            return None
        return self._bound_count(cell, earlier=bool(self.target.earlier), frame=True)

    def _is_amply_wide(self, cell: AttackedCell, bounds: ReaderBounds) -> bool:
        """Return whether an interval is wide enough however much whole numbers narrow it."""
        is_wide = self._find_rule(cell, self.rules.wide)
        least, most = bounds.least, bounds.most
        worlds_apart = least is not None and most is not None and is_wide(least, most)
        return worlds_apart or is_wide(bounds.lowest + MARGIN, bounds.highest - MARGIN)

    def _find_rule(self, cell: AttackedCell, rule: Judge) -> Judge:
        """Return the rule for a count.

        A suppressed count must pass `rule`, extended for groups of few people. Published counts and
        counts of newcomers may be known unless they are proven small.
        """
        if cell.withheld and not cell.came:
            return self._extend_for_few_people(cell, rule)
        return self.rules.shows

    def _extend_for_few_people(
        self, cell: AttackedCell, judge: Judge, known_answers: int = 0
    ) -> Judge:
        """Return `judge`, extended for counts of so few people that no interval can be wide enough.

        Where at most `width` people could have given the answer, a count is also protected if at
        most `known_answers` can be behind it: the reader then learns of no other person that
        they gave the answer. The counts of the other answers are tested by the same rule. How many
        people answered is published. For more people the rule itself can be met.
        """
        group, classes = cell.share.group, self.target.classes
        most = self._count_possible_people(cell)
        if most is None and classes is not None and classes.knows(group) and not cell.before:
            most = int(classes.people[classes.inside(group)].sum())
        if most is None or most > self.rules.width:
            return judge

        def holds_or_reveals_nobody(low: int, high: int) -> bool:
            return judge(low, high) or low <= known_answers

        return holds_or_reveals_nobody

    def _count_possible_people(self, cell: AttackedCell) -> int | None:
        """Return how many people could have given an answer, from numbers never suppressed.

        The base; where it is not published the smaller of two numbers: answers to the question that
        routes to this one, and respondents of the group. None where none of them is published.
        """
        release, table = self._find_table(cell)
        group = cell.share.group
        if (base := table.bases.get((cell.share.base, group))) is not None:
            return base
        routing_bases = [
            release.tables[route.after].bases.get((ANSWERED, group))
            for route in self.target.routes
            if route.item == self.item and route.after in release.tables
        ]
        published = [
            count for count in (*routing_bases, release.respondents.get(group)) if count is not None
        ]
        return min(published, default=None)

    def _judge_publications(self, cell: AttackedCell, bounds: ReaderBounds) -> Attacked:
        """Return the verdict on a count that publications alone disclose.

        The verdict names the reader with the fewest publications who learns it.
        """
        holds = self._find_rule(cell, self.rules.holds)
        if self.target.earlier:
            this_release_alone = self._bound_count(cell)
            if holds(this_release_alone.lowest, this_release_alone.highest):
                return self._settle_verdict(cell, bounds, AttackReader.RELEASES)
            bounds = this_release_alone
        from_counts = self._bound_count(cell, shares=False)
        how = How.SHARES if holds(from_counts.lowest, from_counts.highest) else How.COUNTS
        return self._settle_verdict(cell, bounds, AttackReader.PUBLICATION, how)

    def _settle_verdict(
        self, cell: AttackedCell, bounds: ReaderBounds, reader: AttackReader, how: How | None = None
    ) -> Attacked:
        """Return whether this release or earlier ones alone disclose a count, as a result."""
        low, high = bounds.lowest, bounds.highest
        solver = self.knowledge.before if self.target.earlier else None
        if solver is not None and (column := self._find_column(solver, cell)) is not None:
            before = narrow(solver, column, lambda low, high: False, lambda low, high: False)
            if before.lowest >= low and before.highest <= high:
                reader, verdict = AttackReader.RELEASES, CountVerdict.BEFORE
                return Attacked(cell, before.lowest, before.highest, verdict, reader, How.RELEASES)
        return Attacked(cell, low, high, CountVerdict.GIVEN, reader, how or _HOW[reader])

    def _find_column(self, solver: Solver, cell: AttackedCell) -> int | None:
        """Return the index of a count's variable (matrix column) in a solver's system, or None."""
        kind = CAME if cell.came else REST if cell.rest else PEOPLE
        key = self._find_table(cell)[1].key
        return solver.system.names.get((kind, key, cell.share.level, cell.share.group))

    def _bound_count(
        self, cell: AttackedCell, *, earlier: bool = False, frame: bool = False, shares: bool = True
    ) -> ReaderBounds:
        """Return the interval in which a reader can put a count.

        It is computed no more exactly than the verdict needs.
        """
        holds = self._find_rule(cell, self.rules.holds)
        solver = self.knowledge.solver(earlier=earlier, frame=frame, shares=shares)
        if (column := self._find_column(solver, cell)) is None:
            return ReaderBounds(0, UNBOUNDED)
        is_wide = self._find_rule(cell, self.rules.wide)
        if not frame:
            return narrow(solver, column, holds, is_wide)
        if solver.searches is not None:
            return self._search_whole_numbers(solver, column, holds, is_wide)
        low, high = solver.bound_by_relaxation(column, is_wide)
        if holds(low, high) and not (cell.rest or cell.before):
            low, high = self._narrow_by_weights(solver, cell, low, high)
        return ReaderBounds(low, high)

    def _search_whole_numbers(
        self, solver: Solver, column: int, holds: Judge, is_wide: Judge
    ) -> ReaderBounds:
        """Return the interval of a count; `undecided` where the searches ended too early."""
        low, high = solver.bound_by_relaxation(column)
        if self.rules.settles(low, high):
            # Whole numbers narrow the interval, and so leave it settled.
            return ReaderBounds(low, high)
        bounds = narrow(solver, column, holds, is_wide, margin=None)
        least, most = bounds.least, bounds.most
        if least is not None and most is not None and is_wide(least, most):
            return bounds
        low, high = bounds.lowest, bounds.highest
        return replace(bounds, undecided=holds(low, high) and not self.rules.settles(low, high))

    def _narrow_by_weights(
        self, solver: Solver, cell: AttackedCell, low: int, high: int
    ) -> tuple[int, int]:
        """Narrow a count to the numbers of people whose known weights can add to its weight."""
        weight_classes, share = self.target.classes, cell.share
        name = (WEIGHT, f"{self.item} {self.target.release.name}", share.level, share.group)
        weight = solver.system.names.get(name)
        if weight_classes is None or weight is None:
            return low, high
        inside = weight_classes.inside(share.group)
        if np.log10(weight_classes.people[inside] + 1.0).sum() > LISTED:
            return low, high
        weight_sums = Sums.of(weight_classes.people[inside], weight_classes.weights[inside])

        def counts(ends: tuple[float, float]) -> tuple[int, int]:
            possible = [count for count in weight_sums.count_people(*ends) if low <= count <= high]
            return (min(possible), max(possible)) if possible else (low, high)

        # Every sum of weights between two possible sums is possible in real numbers.
        point_weights = solver.points[:, weight]
        if len(point_weights):
            from_points = counts((float(point_weights.min()), float(point_weights.max())))
            if self._find_rule(cell, self.rules.holds)(*from_points):
                return from_points
        return counts(solver.ends(weight))

    def _is_large(self, cell: AttackedCell) -> bool:
        """Return whether the count behind a published share is large for every reader.

        The count is least if its people have the heaviest weight and all others the lightest.
        """
        share = cell.share
        base = self.table.bases.get((share.base, share.group))
        if share.value is None or base is None:
            return False
        fraction = 1 - share.value.high if cell.rest else share.value.low
        # The heaviest weight of the group, in multiples of the lightest.
        classes = self.target.classes
        release = self.target.release
        ratio = 1.0
        if share.weighted and classes is not None and classes.knows(share.group):
            weights = classes.weights[classes.inside(share.group)]
            ratio = float(weights.max() / weights.min())
        elif share.weighted:
            ratio = release.heaviest / release.lightest if release.lightest else np.inf
        # k people of n have at most k r / (k r + n - k) of the weight.
        least_count = fraction * base / (fraction + (1 - fraction) * ratio) if fraction > 0 else 0
        return least_count > self.rules.minimum - 1

    def _attack_by_insider(self, cell: AttackedCell) -> Attacked | None:
        """Return the disclosure of a suppressed cell to a reader who knows one or two answers.

        The reader knows answers of another suppressed cell of the same group or the same answer.
        None where that discloses too little.
        """
        solver = self.knowledge.solver()
        if (column := self._find_column(solver, cell)) is None:
            return None
        for known_share in self.table.shares:
            known_column = solver.system.names.get(
                (PEOPLE, self.table.key, known_share.level, known_share.group)
            )
            # Two cells narrow each other only if they add to one total: of a group or an answer.
            linked = cell.share.group == known_share.group or cell.share.level == known_share.level
            if known_share.value is not None or known_column is None or not linked:
                continue
            for known_answers in range(KNOWN_ANSWERS, 0, -1):
                # Require less width, by the number of answers that the reader knows anyway.
                rules = replace(self.rules, width=max(1, self.rules.width - known_answers))
                is_wide, holds = (
                    self._extend_for_few_people(cell, judge, known_answers)
                    for judge in (rules.wide, rules.holds)
                )
                limits = solver.bound_supposing(column, known_column, known_answers, is_wide)
                if limits is None:
                    # No table has `known_answers` people of the cell who gave the answer.
                    continue
                if holds(*limits):
                    # Fewer known answers prove less: the width is concave in their number.
                    break
                reader, how = AttackReader.ANSWERS, How.ANSWERS
                knows = f"{known_answers} {known_share.id}"
                return Attacked(cell, *limits, CountVerdict.GIVEN, reader, how, knows)
        return None
