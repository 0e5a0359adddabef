"""The attack on a release: what each kind of reader can prove of the counts that are withheld.

Against the published files alone: the register at its printed digits, the questionnaire, and the
earlier releases of the same survey. No code is shared with what withholds, so a fault there is not
repeated here. Each kind of reader knows more than the one before:

- `publication`: this release; `releases`: the earlier ones beside it;
- `frame`: the frame cell of every respondent, and so every weight;
- `answers`: one or two of the answers, their own among them.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

import numpy as np

from readiness.attack.knowledge import (
    LISTED,
    Attacked,
    AttackedCell,
    AttackReader,
    AttackTarget,
    CountVerdict,
    How,
    Knowledge,
    Sums,
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

_HOW = {
    AttackReader.PUBLICATION: How.SHARES,
    AttackReader.RELEASES: How.RELEASES,
    AttackReader.FRAME: How.WEIGHTS,
    AttackReader.ANSWERS: How.ANSWERS,
}

# How many answers of others a reader is taken to know.
KNOWN_ANSWERS = 2


def attack(
    target: AttackTarget, items: Collection[str] = (), counts: Collection[str] = ()
) -> list[Attacked]:
    """Every withheld count of a release, and every published share whose count is given away.

    `items`, and `counts` by their ids: all when empty. DataError where numbers contradict.
    """
    return [
        found
        for item, table in target.release.tables.items()
        if not items or item in items
        for found in _ItemAttack(target, item, table).attack_cells(counts)
    ]


def cells_of(
    table: ReleasedTable, before: str = "", *, sensitive: bool = False
) -> Iterator[AttackedCell]:
    """Yield the counts of a table that are tested, each once: an option of several has two bases.

    `before`: the name of the earlier release that the table is of. `sensitive`: whether "don't
    know" is protected as an answer is; else it is no secret.
    """
    seen: set[tuple[str, str]] = set()
    ordinary = len(table.levels) + bool(table.boxes) > 2 or table.several
    for share in table.shares:
        if (share.level, share.group) in seen or (share.base == ASKED and share.value is not None):
            continue
        if share.level == DONT_KNOW and not sensitive:
            continue
        seen.add((share.level, share.group))
        withheld = share.value is None
        yield AttackedCell(table.item, share, withheld, before=before)
        # Of two answers the one is the rest of the other.
        if share.level != DONT_KNOW and ordinary:
            yield AttackedCell(table.item, share, withheld, rest=True, before=before)


class _ItemAttack:
    def __init__(self, target: AttackTarget, item: str, table: ReleasedTable) -> None:
        self.target, self.item, self.table = target, item, table
        self.rules = target.rules
        self.sensitive = item in target.sensitive
        self.knowledge = Knowledge(target, item, table.key)

    def attack_cells(self, counts: Collection[str] = ()) -> Iterator[Attacked]:
        """Each cell, attacked by one reader after the other until one of them learns too much."""
        for cell in cells_of(self.table, sensitive=self.sensitive):
            asked = not counts or cell.id in counts
            if cell.share.whole or not asked or (not cell.withheld and self._large(cell)):
                continue
            result = self._one(cell)
            if cell.withheld or result.verdict is not CountVerdict.HELD:
                yield result
        for release in self.target.earlier:
            yield from self._difference_earlier(release, counts)

    def _difference_earlier(self, release: Release, counts: Collection[str]) -> Iterator[Attacked]:
        """The withheld counts of an earlier release, of fewer people, that this one gives away, and
        the answers of the few who came since.
        """
        table = release.tables.get(self.item)
        if table is None or table.data == self.table.data:
            return
        for cell in cells_of(table, release.name, sensitive=self.sensitive):
            if counts and cell.id not in counts:
                continue
            if cell.withheld:
                yield from self._find_given_away(cell)
            if not cell.rest and self._few_came(release, table, cell.share.group):
                yield from self._find_given_away(replace(cell, came=True))

    def _find_given_away(self, cell: AttackedCell) -> Iterator[Attacked]:
        """A count of an earlier release, or of who came since, where this one gives it away."""
        found = self._interval(cell, earlier=True)
        if self._by(cell, self.rules.holds)(found.lowest, found.highest):
            return
        strongest = self._strongest(cell)
        if strongest is not None and self.rules.settles(strongest.lowest, strongest.highest):
            return
        result = self._settle_verdict(cell, found, AttackReader.RELEASES)
        if result.verdict is CountVerdict.GIVEN:
            yield result

    def _few_came(self, release: Release, table: ReleasedTable, group: str) -> bool:
        """Whether a group has few people, or answers, more than in an earlier release."""
        last, base = self.target.release, (ANSWERED, group)
        pairs = (
            (release.respondents.get(group), last.respondents.get(group)),
            (table.bases.get(base), self.table.bases.get(base)),
        )
        return any(
            old is not None and new is not None and self.rules.small(new - old)
            for old, new in pairs
        )

    def _of(self, cell: AttackedCell) -> tuple[Release, ReleasedTable]:
        """The release that a count stands in, and its table of the item."""
        found = next((r for r in self.target.earlier if r.name == cell.before), None)
        return (found, found.tables[self.item]) if found else (self.target.release, self.table)

    def _one(self, cell: AttackedCell) -> Attacked:
        """One cell, by whoever has all releases, by who knows the frame, by who knows answers."""
        held = self._by(cell, self.rules.holds)
        several, strongest = bool(self.target.earlier), self._strongest(cell)
        if strongest is not None and self.rules.settles(strongest.lowest, strongest.highest):
            # Narrow or not to who has less: it is not of few people.
            ends, reader = (strongest.lowest, strongest.highest), AttackReader.FRAME
            return Attacked(cell, *ends, CountVerdict.HELD, reader, _HOW[reader])
        last = AttackReader.RELEASES if several else AttackReader.PUBLICATION
        # A reader who knows the frame knows all that other readers know. Where his interval stays
        # wide enough after whole numbers narrow it, theirs are wide enough, too.
        if strongest is None or not self._amply(cell, strongest):
            found = self._interval(cell, earlier=several)
            if not held(found.lowest, found.highest):
                return self._judge_publications(cell, found)
        if strongest is not None:
            last, found = AttackReader.FRAME, strongest
            if not held(found.lowest, found.highest):
                return self._settle_verdict(cell, found, last)
        if cell.withheld and not cell.rest and (known := self._insider(cell)):
            return known
        return Attacked(cell, found.lowest, found.highest, CountVerdict.HELD, last, _HOW[last])

    def _strongest(self, cell: AttackedCell) -> ReaderBounds | None:
        """What who knows the frame says of a count; None where it has none."""
        classes = self.target.classes
        if classes is None or not classes.knows(cell.share.group):
            return None
        return self._interval(cell, earlier=bool(self.target.earlier), frame=True)

    def _amply(self, cell: AttackedCell, found: ReaderBounds) -> bool:
        """Whether an interval is wide enough whatever whole numbers take away."""
        wide, (least, most) = self._by(cell, self.rules.wide), (found.least, found.most)
        seen = least is not None and most is not None and wide(least, most)
        return seen or wide(found.lowest + MARGIN, found.highest - MARGIN)

    def _by(self, cell: AttackedCell, rule: Judge) -> Judge:
        """The rule of a withheld count; that of a published one, and of who came, is another."""
        if cell.withheld and not cell.came:
            return self._or_nothing_learned(cell, rule)
        return self.rules.shows

    def _or_nothing_learned(self, cell: AttackedCell, judge: Judge, known: int = 0) -> Judge:
        """The same, but for a count of so few people that no interval of it can be wide enough.

        How many answered is told; of a group of one person that is all there is to know. Where they
        are no more than an interval is to be wide, a count is held that may be of nobody beside
        those whose answers are `known`: it tells of no other person that they gave the answer. How
        many gave another answer is a count of its own, of which the same is asked. Of more people
        the rule itself can be met.
        """
        group, classes = cell.share.group, self.target.classes
        most = self._count_told(cell)
        if most is None and classes is not None and classes.knows(group) and not cell.before:
            most = int(classes.people[classes.inside(group)].sum())
        if most is None or most > self.rules.width:
            return judge

        def held(low: int, high: int) -> bool:
            return judge(low, high) or low <= known

        return held

    def _count_told(self, cell: AttackedCell) -> int | None:
        """Return how many people could have given an answer, as it is told whatever is withheld.

        Where the base is not told: those who answered the question before it, or the group.
        """
        release, table = self._of(cell)
        group = cell.share.group
        if (base := table.bases.get((cell.share.base, group))) is not None:
            return base
        before = [
            release.tables[route.after].bases.get((ANSWERED, group))
            for route in self.target.routes
            if route.item == self.item and route.after in release.tables
        ]
        known = [n for n in (*before, release.respondents.get(group)) if n is not None]
        return min(known, default=None)

    def _judge_publications(self, cell: AttackedCell, found: ReaderBounds) -> Attacked:
        """A count that publications alone narrow too far: from what the least reader needs."""
        held = self._by(cell, self.rules.holds)
        if self.target.earlier:
            alone = self._interval(cell)
            if held(alone.lowest, alone.highest):
                return self._settle_verdict(cell, found, AttackReader.RELEASES)
            found = alone
        counts = self._interval(cell, shares=False)
        how = How.SHARES if held(counts.lowest, counts.highest) else How.COUNTS
        return self._settle_verdict(cell, found, AttackReader.PUBLICATION, how)

    def _settle_verdict(
        self, cell: AttackedCell, found: ReaderBounds, reader: AttackReader, how: How | None = None
    ) -> Attacked:
        """The verdict on a count that is narrowed too far: by this release, or before it."""
        low, high = found.lowest, found.highest
        solver = self.knowledge.before if self.target.earlier else None
        if solver is not None and (column := self._column(solver, cell)) is not None:
            before = narrow(solver, column, lambda low, high: False, lambda low, high: False)
            if before.lowest >= low and before.highest <= high:
                reader, verdict = AttackReader.RELEASES, CountVerdict.BEFORE
                return Attacked(cell, before.lowest, before.highest, verdict, reader, How.RELEASES)
        return Attacked(cell, low, high, CountVerdict.GIVEN, reader, how or _HOW[reader])

    def _column(self, solver: Solver, cell: AttackedCell) -> int | None:
        kind = CAME if cell.came else REST if cell.rest else PEOPLE
        key = self._of(cell)[1].key
        return solver.system.names.get((kind, key, cell.share.level, cell.share.group))

    def _interval(
        self, cell: AttackedCell, *, earlier: bool = False, frame: bool = False, shares: bool = True
    ) -> ReaderBounds:
        """Where a reader can put a count, as far as it must be known to judge it."""
        held = self._by(cell, self.rules.holds)
        solver = self.knowledge.solver(earlier=earlier, frame=frame, shares=shares)
        if (column := self._column(solver, cell)) is None:
            return ReaderBounds(0, UNBOUNDED)
        wide = self._by(cell, self.rules.wide)
        if not frame:
            return narrow(solver, column, held, wide)
        if solver.searches is not None:
            return narrow(solver, column, held, wide, margin=None)
        low, high = solver.bound_by_relaxation(column, wide)
        if held(low, high) and not (cell.rest or cell.before):
            low, high = self._knapsack(solver, cell, low, high)
        return ReaderBounds(low, high)

    def _knapsack(self, solver: Solver, cell: AttackedCell, low: int, high: int) -> tuple[int, int]:
        """The numbers of people whose known weights can add to what the system leaves."""
        classes, share = self.target.classes, cell.share
        name = (WEIGHT, f"{self.item} {self.target.release.name}", share.level, share.group)
        weight = solver.system.names.get(name)
        if classes is None or weight is None:
            return low, high
        inside = classes.inside(share.group)
        if np.log10(classes.people[inside] + 1.0).sum() > LISTED:
            return low, high
        worlds = Sums.of(classes.people[inside], classes.weights[inside])

        def counts(ends: tuple[float, float]) -> tuple[int, int]:
            fits = [n for n in worlds.count_people(*ends) if low <= n <= high]
            return (min(fits), max(fits)) if fits else (low, high)

        # Between sums of weights that were found to be possible all others are.
        seen = solver.points[:, weight]
        found = counts((float(seen.min()), float(seen.max()))) if len(seen) else None
        if found and self._by(cell, self.rules.holds)(*found):
            return found
        return counts(solver.ends(weight))

    def _large(self, cell: AttackedCell) -> bool:
        """Whether the count behind a published share is large whoever reads it.

        So many of the heaviest weights are needed for the share.
        """
        share = cell.share
        base = self.table.bases.get((share.base, share.group))
        if share.value is None or base is None:
            return False
        part = 1 - share.value.high if cell.rest else share.value.low
        # The heaviest weight of the group in those of its lightest.
        classes, release, ratio = self.target.classes, self.target.release, 1.0
        if share.weighted and classes is not None and classes.knows(share.group):
            weights = classes.weights[classes.inside(share.group)]
            ratio = float(weights.max() / weights.min())
        elif share.weighted:
            ratio = release.heaviest / release.lightest if release.lightest else np.inf
        # k people of n have at most k r / (k r + n - k) of the weight.
        least = part * base / (part + (1 - part) * ratio) if part > 0 else 0
        return least > self.rules.minimum - 1

    def _insider(self, cell: AttackedCell) -> Attacked | None:
        """What a reader learns who knows one or two answers of a withheld cell."""
        solver = self.knowledge.solver()
        if (column := self._column(solver, cell)) is None:
            return None
        for other in self.table.shares:
            place = solver.system.names.get((PEOPLE, self.table.key, other.level, other.group))
            # Two cells tell of each other that stand in one sum: of a group, or of an answer.
            linked = cell.share.group == other.group or cell.share.level == other.level
            if other.value is not None or place is None or not linked:
                continue
            for known in range(KNOWN_ANSWERS, 0, -1):
                # What a reader knows is no secret.
                rules = replace(self.rules, width=max(1, self.rules.width - known))
                wide, holds = (
                    self._or_nothing_learned(cell, judge, known)
                    for judge in (rules.wide, rules.holds)
                )
                found = solver.supposing(column, place, known, wide)
                if not found or holds(*found):
                    break
                reader, how = AttackReader.ANSWERS, How.ANSWERS
                knows = f"{known} {other.id}"
                worst = Attacked(cell, *found, CountVerdict.GIVEN, reader, how, knows)
            else:
                return worst
        return None
