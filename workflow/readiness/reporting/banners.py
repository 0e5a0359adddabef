"""Banner tables: one question by every group, in a page, a workbook and a tidy table.

A table holds ids of the register, no numbers: page and workbook look each up, so all say the same.

An upper-case letter names a column that the share is higher than at the 95 % level, a lower-case
letter at the 90 % level; p-values are adjusted within one question and variable. Groups whose
share is not published are in no comparison that is shown.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import compress, islice, product
from string import ascii_uppercase

import pandas as pd

from readiness.analysis.selection import ANSWERED, WITH_DONT_KNOW, Selection, group_name
from readiness.ground.facts import Listed
from readiness.ground.figure_id import (
    ASKED,
    WEIGHTED,
    base_id,
    effective_id,
    share_id,
    weighting_id,
)
from readiness.language import Language, show, text
from readiness.language.rounding import round_amount
from readiness.questionnaire import OF_NUMBERS, TOTAL, FrameVariable, Item, Questionnaire
from readiness.register.figures import DONT_KNOW, answer_order, group_order, number
from readiness.reporting.parts import Register, WavePart

# The adjusted p-values below which a letter is upper case, and lower case.
UPPER, LOWER = 0.05, 0.10
# What the statistics of a number are called.
NUMBERS = {level: f"report.column.{level}" for level in OF_NUMBERS}


@dataclass(frozen=True)
class Gap:
    """That the share of `higher` exceeds that of `lower`, two groups of one variable.

    `effect`: by how much (0-1); `least`: the lower simultaneous limit of it, None where there is
    none; `p`: adjusted.
    """

    higher: str
    lower: str
    effect: float
    least: float | None
    p: float


@dataclass(frozen=True)
class Contrasts:
    """Every pair of groups that was compared: rows of `contrasts.csv`, as text."""

    rows: Sequence[Mapping[str, str]] = ()

    @classmethod
    def of(cls, table: pd.DataFrame) -> "Contrasts":
        """The contrasts of a table of the compare step."""
        return cls([{str(k): v for k, v in row.items()} for row in table.to_dict("records")])

    def gaps(
        self, item: str, level: str, variable: str, published: Collection[str], below: float = UPPER
    ) -> list[Gap]:
        """The pairs of published groups whose adjusted p is below a bound, the widest gap first.

        `effect` of a row is the share of `b` less that of `a`.
        """
        found = []
        for row in self.of_table(item, level, variable):
            effect, p = number(row["effect"]), number(row["p_adjusted"])
            if (
                effect is None
                or p is None
                or p >= below
                or not {row["a"], row["b"]} <= {*published}
            ):
                continue
            ends = [number(row.get(f"{end}_simultaneous", "")) for end in ("lower", "upper")]
            # The limit that is nearer to none: of a gap that is turned around, the other one.
            least = ends[0] if effect > 0 else (None if ends[1] is None else -ends[1])
            higher, lower = (row["b"], row["a"]) if effect > 0 else (row["a"], row["b"])
            found.append(Gap(higher, lower, abs(effect), least, p))
        return sorted(found, key=lambda gap: (-gap.effect, gap.higher, gap.lower))

    def of_table(self, item: str, level: str, variable: str) -> Iterator[Mapping[str, str]]:
        """The rows of one item, answer and variable."""
        key = (item, level, variable)
        return (row for row in self.rows if (row["item"], row["level"], row["by"]) == key)

    def has_tests(self, item: str, level: str, variable: str) -> bool:
        """Whether any pair was tested."""
        return any(
            number(row["p_adjusted"]) is not None for row in self.of_table(item, level, variable)
        )


def column_names(count: int) -> list[str]:
    """A, B, ..., Z, AA, AB, ...: as spreadsheets name columns."""
    lengths = range(1, 2 + count // len(ascii_uppercase))
    every = (
        "".join(name) for length in lengths for name in product(ascii_uppercase, repeat=length)
    )
    return list(islice(every, count))


def letters(gaps: Sequence[Gap], names: Mapping[str, str]) -> dict[str, str]:
    """What stands beside the share of each group: the letters of the groups it is higher than.

    `names`: the letter of each group. Letters of more than one sign are set apart by commas.
    """
    apart = "," if any(len(name) > 1 for name in names.values()) else ""
    found: dict[str, list[tuple[str, str]]] = {}
    for gap in gaps:
        name = names[gap.lower]
        said = name if gap.p < UPPER else name.lower()
        found.setdefault(gap.higher, []).append((name, said))
    return {
        group: apart.join(said for _, said in sorted(each, key=lambda one: (len(one[0]), one[0])))
        for group, each in found.items()
    }


# What the ids of weights begin with; without weights a weighted base says nothing.
WEIGHTS = "weighting"
# Answers from which on a single choice is told by each of them, and not by one alone.
MANY = 2


@dataclass(frozen=True)
class TableMaterial:
    """What the tables of a wave are made of, in one language.

    `variables`: by whose categories answers are told, the compared one first. `contrasts`: the
    pairs of groups that were compared.
    """

    register: Register
    questionnaire: Questionnaire
    variables: tuple[str, ...]
    selection: Selection
    contrasts: Contrasts

    @property
    def language(self) -> Language:
        """The language of labels and numbers."""
        return self.register.language


def material_of(wave: WavePart) -> TableMaterial:
    """What the tables of a wave are made of, as a report shows it."""
    return TableMaterial(
        wave.register,
        wave.questionnaire,
        wave.variables,
        wave.selection,
        Contrasts.of(wave.contrasts),
    )


@dataclass(frozen=True)
class BannerColumn:
    """A group: its code in ids, what it is called, its letter ("" where nothing is compared).

    `variable`: the id of the variable whose category it is; "" for the total and groups apart.
    `base`: of whose answers the shares are.
    """

    group: str
    label: str
    letter: str = ""
    variable: str = ""
    base: str = ANSWERED
    apart: bool = False


@dataclass(frozen=True)
class BannerLine:
    """A row: what it is, and the id of each of its cells; "" where the register has none.

    `kind`: `main` (the headline figure), `net` (another sum of answers), `answer`, `outside` (a
    share of a wider base), `base`. `letters`: of each cell, "" for none.
    """

    kind: str
    label: str
    ids: tuple[str, ...]
    letters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Banner:
    """The table of one item. `tested`: the variables whose groups were compared."""

    item: Item
    columns: tuple[BannerColumn, ...]
    lines: tuple[BannerLine, ...]
    tested: frozenset[str] = frozenset()

    @property
    def left_out(self) -> tuple[str, ...]:
        """The labels of the groups whose share is not published, which no letter compares."""
        return tuple(
            column.label
            for column in self.columns
            if column.variable in self.tested and not column.letter
        )

    def of(self, variable: str, *, apart: bool = False) -> "Banner":
        """The same table with the columns of one variable, the total first; with those `apart`."""
        kept = [
            column.variable == variable or column.group == TOTAL or (apart and column.apart)
            for column in self.columns
        ]
        lines = []
        for line in self.lines:
            ids, said = (tuple(compress(cells, kept)) for cells in (line.ids, line.letters))
            if any(ids):
                lines.append(replace(line, ids=ids, letters=said))
        return replace(self, columns=tuple(compress(self.columns, kept)), lines=tuple(lines))

    def short(self) -> "Banner":
        """The same table with the headline, else the answers, and the number of them."""
        bases = [line for line in self.lines if line.kind == "base"]
        headlines = [line for line in self.lines if line.kind in ("main", "net")]
        answers = [line for line in self.lines if line.kind == "answer"]
        return replace(self, lines=(*(headlines or answers), *bases[:1]))


def banner(material: TableMaterial, item: Item) -> Banner:
    """The table of an item; its columns are those of which the register has anything."""
    return _Maker(material, item).banner()


class _Maker:
    def __init__(self, material: TableMaterial, item: Item) -> None:
        self.material, self.item, self.register = material, item, material.register
        self.value, self.language = self.register.number, material.language

    def banner(self) -> Banner:
        columns = self._make_columns()
        return Banner(
            self.item,
            tuple(columns),
            tuple(line for line in self._make_lines(columns) if any(line.ids)),
            frozenset(name for name in self.material.variables if self._is_compared(name)),
        )

    # Columns.

    def _make_columns(self) -> list[BannerColumn]:
        columns = [BannerColumn(TOTAL, self._write_word("report.total"))]
        if self.item.kind.takes_several and any(
            self.value(share_id(self.item.id, code, TOTAL, ASKED))
            != self.value(share_id(self.item.id, code, TOTAL, ANSWERED))
            for code in self.item.codes
        ):
            label = self._write_word("report.column.among_asked")
            columns.append(BannerColumn(TOTAL, label, base=ASKED))
        names = iter(column_names(sum(len(v.codes) for v in self._variables)))
        for variable in self._variables:
            columns += self._make_variable_columns(variable, names)
        for code, label in self.material.questionnaire.label_apart(self.language).items():
            if self._has_any(code):
                columns.append(BannerColumn(code, label, apart=True))
        return columns

    @property
    def _variables(self) -> list[FrameVariable]:
        return [self.material.questionnaire.grouping(v) for v in self.material.variables]

    def _make_variable_columns(
        self, variable: FrameVariable, names: Iterator[str]
    ) -> Iterator[BannerColumn]:
        # In ids the code of a category stands as it is for the variable that is compared.
        prefix = "" if variable.id == self.material.variables[0] else group_name(variable.id, "")
        labels = variable.labels(self.language)
        for code in group_order(
            self.value,
            self.item.id,
            self.item.first_level,
            variable.codes,
            ordered=variable.ordered,
            prefix=prefix,
        ):
            group = prefix + code
            if self._has_any(group):
                tested = self._is_compared(variable.id) and any(
                    self._is_published(group, level) for level in self._compared_levels
                )
                yield BannerColumn(group, labels[code], next(names) if tested else "", variable.id)

    def _has_any(self, group: str) -> bool:
        levels = (self.item.first_level, *self.item.codes)
        return any(self.register.has(share_id(self.item.id, lv, group, ANSWERED)) for lv in levels)

    def _is_published(self, group: str, level: str = "") -> bool:
        level = level or self.item.first_level
        return self.value(share_id(self.item.id, level, group, ANSWERED)) is not None

    # Letters.

    @property
    def _compared_levels(self) -> tuple[str, ...]:
        """Of a scale its headline alone, of a choice each answer."""
        codes = () if self.item.kind.is_ordered else self.item.codes
        return (self.item.first_level, *codes)

    def _is_compared(self, variable: str) -> bool:
        return self.material.selection.inference and any(
            self.material.contrasts.has_tests(self.item.id, level, variable)
            for level in self._compared_levels
        )

    def _find_letters(self, level: str, columns: Sequence[BannerColumn]) -> tuple[str, ...]:
        said: dict[str, str] = {}
        if self.material.selection.inference:
            for variable in self.material.variables:
                names = {
                    column.group: column.letter
                    for column in columns
                    if column.variable == variable and column.letter
                    if self._is_published(column.group, level)
                }
                codes = {group.rpartition(":")[2]: group for group in names}
                gaps = self.material.contrasts.gaps(self.item.id, level, variable, codes, LOWER)
                by_code = letters(gaps, {code: names[group] for code, group in codes.items()})
                said |= {codes[code]: text for code, text in by_code.items()}
        return tuple(said.get(c.group, "") if c.base == ANSWERED else "" for c in columns)

    # Rows.

    def _make_lines(self, columns: Sequence[BannerColumn]) -> Iterator[BannerLine]:
        yield from self._make_answer_lines(columns)
        if self.item.dont_know:
            ids = [share_id(self.item.id, DONT_KNOW, c.group, WITH_DONT_KNOW) for c in columns]
            yield self._line("outside", self.item.dont_know.label(self.language), ids)
        item = self.item.id
        bases = [base_id(item, c.group, c.base) for c in columns]
        yield self._line("base", self._write_word("tables.row.base"), bases)
        if self.register.has(weighting_id("n")):
            weighted = [name.with_variant(WEIGHTED) for name in bases]
            yield self._line("base", self._write_word("tables.row.weighted"), weighted)
        effective = [effective_id(item, c.group, c.base) for c in columns]
        yield self._line("base", self._write_word("tables.row.effective"), effective)

    def _make_answer_lines(self, columns: Sequence[BannerColumn]) -> Iterator[BannerLine]:
        item, labels = self.item, self.item.labels(self.language)
        if item.kind.is_number:
            for level in OF_NUMBERS:
                kind = "main" if level == item.first_level else "answer"
                yield self._make_share_line(kind, self._write_word(NUMBERS[level]), level, columns)
            return
        for place, (box, levels) in enumerate(item.levels_of.items()):
            named = Listed(tuple(labels[code] for code in levels), "or")
            yield self._make_share_line(
                "net" if place else "main", show(named, self.language), box, columns
            )
        first = item.kind.is_nominal and len(item.codes) == MANY
        ordered = item.kind.is_ordered or first
        for code in answer_order(self.value, item.id, item.codes_beside, ordered=ordered):
            kind = "main" if first and code == item.first_level else "answer"
            yield self._make_share_line(kind, labels[code], code, columns)

    def _make_share_line(
        self, kind: str, label: str, level: str, columns: Sequence[BannerColumn]
    ) -> BannerLine:
        ids = [share_id(self.item.id, level, c.group, c.base) for c in columns]
        return self._line(kind, label, ids, self._find_letters(level, columns))

    def _line(
        self, kind: str, label: str, ids: Sequence[str], marks: tuple[str, ...] = ()
    ) -> BannerLine:
        known = tuple(name if self.register.has(name) else "" for name in ids)
        return BannerLine(kind, label, known, marks if any(marks) else ())

    def _write_word(self, key: str) -> str:
        return text(key, self.language)


def adds_up(register: Register, table: Banner) -> bool:
    """Whether the shares of every column add to 100 and each box to its answers, as they are shown.

    A column in which something is withheld does not speak against it.
    """
    for c in table.columns:
        shown = {
            level: _read_shown(register, share_id(table.item.id, level, c.group, c.base))
            for level in (*table.item.codes, *table.item.levels_of)
        }
        sums: list[tuple[Decimal | None, Sequence[str]]] = [
            (shown[box], levels) for box, levels in table.item.levels_of.items()
        ]
        if table.item.kind.takes_one:
            sums.append((Decimal(1), table.item.codes))
        for whole, levels in sums:
            parts = [shown[level] for level in levels]
            known = [part for part in parts if part is not None]
            if whole is not None and len(known) == len(parts) and sum(known) != whole:
                return False
    return True


def _read_shown(register: Register, identity: str) -> Decimal | None:
    if register.number(identity) is None:
        return None
    row = register.row(identity)
    return round_amount(float(row["value"]), int(row["digits"]) + 2, row["rounding"])
