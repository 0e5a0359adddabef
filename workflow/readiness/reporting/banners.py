"""Banner tables: one question by every group, in a page, a workbook and a tidy table.

A table holds ids of the register, no numbers: page and workbook look up the same ids.

An upper-case letter names a column with a lower share at the 95 % level, a lower-case letter at the
90 % level; p-values are adjusted within one question and variable, or follow the column tests of
market research (`MARKET`). Groups whose share is not published are in no comparison that is shown.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import compress, islice, product
from string import ascii_uppercase

import pandas as pd

from readiness.analysis.selection import ANSWERED, WITH_DONT_KNOW, Selection, group_name
from readiness.ground.facts import Fact, Listed
from readiness.ground.figure_id import (
    ASKED,
    WEIGHTED,
    base_id,
    effective_id,
    share_id,
)
from readiness.language import Language, show, text
from readiness.language.rounding import round_amount
from readiness.questionnaire import OF_NUMBERS, TOTAL, FrameVariable, Item, Questionnaire
from readiness.register.figures import DONT_KNOW, answer_order, group_order, number
from readiness.reporting.parts import Register, WavePart

# Significance levels: a letter is upper case where the adjusted p-value is below UPPER, else lower
# case where it is below LOWER.
UPPER, LOWER = 0.05, 0.10
# Tests customary in market research: each pair by itself, without adjustment for multiple tests.
MARKET = ("pooled", "unpooled")
# Catalogue keys for the meaning of letters, by rule.
LETTERS = {
    "adjusted": ("tables.note.letters",),
    "pooled": ("tables.note.letters.pooled", "tables.note.letters.market"),
    "unpooled": ("tables.note.letters.unpooled", "tables.note.letters.market"),
}
# Catalogue keys for the statistics of a number.
NUMBERS = {level: f"report.column.{level}" for level in OF_NUMBERS}


@dataclass(frozen=True)
class Gap:
    """Difference between two groups of one variable: the share of `higher` exceeds that of `lower`.

    `effect`: size (0-1); `least`: its lower simultaneous limit, None where there is none; `p`:
    adjusted p-value.
    """

    higher: str
    lower: str
    effect: float
    least: float | None
    p: float


@dataclass(frozen=True)
class Contrasts:
    """Compared pairs of groups: rows of `contrasts.csv`, as text."""

    rows: Sequence[Mapping[str, str]] = ()

    @classmethod
    def of(cls, table: pd.DataFrame) -> "Contrasts":
        """Return the contrasts in a table of the compare step."""
        return cls([{str(k): v for k, v in row.items()} for row in table.to_dict("records")])

    @property
    def rule(self) -> str:
        """Rule of the letters: `adjusted`, or a test of market research (`analysis.lettering`)."""
        named = {name for row in self.rows[:1] for name in row}
        return next((rule for rule in MARKET if f"p_{rule}" in named), "adjusted")

    def gaps(
        self,
        item: str,
        level: str,
        variable: str,
        published: Collection[str],
        below: float = UPPER,
        rule: str = "adjusted",
    ) -> list[Gap]:
        """Return pairs of published groups with a p below a bound, the widest gap first.

        A row's `effect` is the share of `b` minus that of `a`. `rule`: whose p counts.
        """
        gaps = []
        for row in self.of_table(item, level, variable):
            effect, p = number(row["effect"]), number(row[f"p_{rule}"])
            if (
                effect is None
                or p is None
                or p >= below
                or not {row["a"], row["b"]} <= {*published}
            ):
                continue
            ends = [number(row.get(f"{end}_simultaneous", "")) for end in ("lower", "upper")]
            # Limit nearer to 0; a gap that is turned around takes the other limit, with its sign
            # changed.
            least = ends[0] if effect > 0 else (None if ends[1] is None else -ends[1])
            higher, lower = (row["b"], row["a"]) if effect > 0 else (row["a"], row["b"])
            gaps.append(Gap(higher, lower, abs(effect), least, p))
        return sorted(gaps, key=lambda gap: (-gap.effect, gap.higher, gap.lower))

    def of_table(self, item: str, level: str, variable: str) -> Iterator[Mapping[str, str]]:
        """Return the rows of one item, answer and variable."""
        key = (item, level, variable)
        return (row for row in self.rows if (row["item"], row["level"], row["by"]) == key)

    def has_tests(self, item: str, level: str, variable: str) -> bool:
        """Return whether any pair of groups was tested."""
        return any(
            number(row["p_adjusted"]) is not None for row in self.of_table(item, level, variable)
        )


def column_names(count: int) -> list[str]:
    """Return the first names of a spreadsheet's columns: A, B, ..., Z, AA, AB, ..."""
    lengths = range(1, 2 + count // len(ascii_uppercase))
    every = (
        "".join(name) for length in lengths for name in product(ascii_uppercase, repeat=length)
    )
    return list(islice(every, count))


def letters(gaps: Sequence[Gap], names: Mapping[str, str]) -> dict[str, str]:
    """Return the letters beside the share of each group: those of the groups with a lower share.

    `names`: the letter of each group. Commas separate the letters where one has several characters.
    """
    separator = "," if any(len(name) > 1 for name in names.values()) else ""
    letters_by_group: dict[str, list[tuple[str, str]]] = {}
    for gap in gaps:
        name = names[gap.lower]
        letter = name if gap.p < UPPER else name.lower()
        letters_by_group.setdefault(gap.higher, []).append((name, letter))
    return {
        group: separator.join(
            letter for _, letter in sorted(pairs, key=lambda pair: (len(pair[0]), pair[0]))
        )
        for group, pairs in letters_by_group.items()
    }


# Most answers of a choice that one headline share can describe.
MANY = 2


@dataclass(frozen=True)
class TableMaterial:
    """Material of a wave's tables, in one language.

    `variables`: grouping variables, the compared one first. `contrasts`: compared pairs of groups.
    `has_domain`: whether the figures describe part of the respondents.
    """

    register: Register
    questionnaire: Questionnaire
    variables: tuple[str, ...]
    selection: Selection
    contrasts: Contrasts
    has_domain: bool = False

    @property
    def language(self) -> Language:
        """Language of labels and numbers."""
        return self.register.language


def material_of(wave: WavePart) -> TableMaterial:
    """Return the material of a wave's tables, as a report shows the wave."""
    return TableMaterial(
        wave.register,
        wave.questionnaire,
        wave.variables,
        wave.selection,
        Contrasts.of(wave.contrasts),
        wave.has_domain,
    )


@dataclass(frozen=True)
class BannerColumn:
    """Column of a banner, with the figures of one group.

    `group`: code of the group in ids. `letter`: letter of the column; "" for a column that is not
    compared. `variable`: id of the variable with this category; "" for the total and groups apart.
    `base`: base of the shares.
    """

    group: str
    label: str
    letter: str = ""
    variable: str = ""
    base: str = ANSWERED
    apart: bool = False


@dataclass(frozen=True)
class BannerLine:
    """Row of a banner.

    `kind`: `main` (headline figure), `net` (another sum of answers), `answer`, `outside` (share of
    a wider base), `base`. `ids`: id of the figure in each cell; "" for an empty cell. `letters`:
    letters beside each figure; "" for none.
    """

    kind: str
    label: str
    ids: tuple[str, ...]
    letters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Banner:
    """Banner table of one item. `tested`: variables whose groups were compared."""

    item: Item
    columns: tuple[BannerColumn, ...]
    lines: tuple[BannerLine, ...]
    tested: frozenset[str] = frozenset()

    @property
    def left_out(self) -> tuple[str, ...]:
        """Labels of the groups whose share is not published, which no letter compares."""
        return tuple(
            column.label
            for column in self.columns
            if column.variable in self.tested and not column.letter
        )

    def of(self, variable: str, *, apart: bool = False) -> "Banner":
        """Return the table with the columns of one variable, the total first.

        `apart`: with groups apart.
        """
        is_kept = [
            column.variable == variable or column.group == TOTAL or (apart and column.apart)
            for column in self.columns
        ]
        lines = []
        for line in self.lines:
            ids, marks = (tuple(compress(cells, is_kept)) for cells in (line.ids, line.letters))
            if any(ids):
                lines.append(replace(line, ids=ids, letters=marks))
        return replace(self, columns=tuple(compress(self.columns, is_kept)), lines=tuple(lines))

    def short(self) -> "Banner":
        """Return the table with headline rows, else answers, and the number of respondents."""
        bases = [line for line in self.lines if line.kind == "base"]
        headlines = [line for line in self.lines if line.kind in ("main", "net")]
        answers = [line for line in self.lines if line.kind == "answer"]
        return replace(self, lines=(*(headlines or answers), *bases[:1]))


def banner(material: TableMaterial, item: Item) -> Banner:
    """Return the banner of an item; columns without a figure in the register are left out."""
    return _Maker(material, item).banner()


class _Maker:
    """Maker of one item's banner: columns with a figure, letters, rows."""

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

    def _make_columns(self) -> list[BannerColumn]:
        """Return the columns: total, total of those asked, groups, groups apart."""
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
        """Yield the columns of a variable's groups with a figure; `names`: letters still free."""
        # In ids, categories of the compared variable have no prefix.
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

    @property
    def _compared_levels(self) -> tuple[str, ...]:
        """Levels that are compared: the headline of a scale; all answers of a choice question."""
        codes = () if self.item.kind.is_ordered else self.item.codes
        return (self.item.first_level, *codes)

    def _is_compared(self, variable: str) -> bool:
        return self.material.selection.inference and any(
            self.material.contrasts.has_tests(self.item.id, level, variable)
            for level in self._compared_levels
        )

    def _find_letters(self, level: str, columns: Sequence[BannerColumn]) -> tuple[str, ...]:
        """Return the letters beside the share of each column, for one answer."""
        marks: dict[str, str] = {}
        if self.material.selection.inference:
            for variable in self.material.variables:
                names = {
                    column.group: column.letter
                    for column in columns
                    if column.variable == variable and column.letter
                    if self._is_published(column.group, level)
                }
                codes = {group.rpartition(":")[2]: group for group in names}
                contrasts = self.material.contrasts
                gaps = contrasts.gaps(self.item.id, level, variable, codes, LOWER, contrasts.rule)
                by_code = letters(gaps, {code: names[group] for code, group in codes.items()})
                marks |= {codes[code]: text for code, text in by_code.items()}
        return tuple(marks.get(c.group, "") if c.base == ANSWERED else "" for c in columns)

    def _make_lines(self, columns: Sequence[BannerColumn]) -> Iterator[BannerLine]:
        """Yield the rows: answers, bases, effective sample size; "don't know" and its base."""
        yield from self._make_answer_lines(columns)
        item = self.item.id
        bases = [base_id(item, c.group, c.base) for c in columns]
        has_asked = any(c.base == ASKED for c in columns)
        base_key = "tables.row.base_asked" if has_asked else "tables.row.base"
        yield self._line("base", self._write_word(base_key), bases)
        weighted = [name.with_variant(WEIGHTED) for name in bases]
        # Every weighted base is suppressed where each would disclose a count.
        if any(self.value(name) is not None for name in weighted):
            yield self._line("base", self._write_word("tables.row.weighted"), weighted)
        effective = [effective_id(item, c.group, c.base) for c in columns]
        yield self._line("base", self._write_word("tables.row.effective"), effective)
        if self.item.dont_know:
            label = self.item.dont_know.label(self.language)
            ids = [share_id(item, DONT_KNOW, c.group, WITH_DONT_KNOW) for c in columns]
            yield self._line("outside", label, ids)
            bases = [base_id(item, c.group, WITH_DONT_KNOW) for c in columns]
            with_dont_know = show(Fact("tables.row.base_with", {"label": label}), self.language)
            yield self._line("base", with_dont_know, bases)

    def _make_answer_lines(self, columns: Sequence[BannerColumn]) -> Iterator[BannerLine]:
        """Yield the rows of an item's answers, the headline first."""
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
        present_ids = tuple(name if self.register.has(name) else "" for name in ids)
        return BannerLine(kind, label, present_ids, marks if any(marks) else ())

    def _write_word(self, key: str) -> str:
        return text(key, self.language)


def adds_up(register: Register, table: Banner) -> bool:
    """Return whether the shares of every column, as shown, add to 100 % and boxes to their answers.

    Sums with a suppressed share are not checked.
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
            published = [part for part in parts if part is not None]
            if whole is not None and len(published) == len(parts) and sum(published) != whole:
                return False
    return True


def _read_shown(register: Register, figure_id: str) -> Decimal | None:
    if register.number(figure_id) is None:
        return None
    row = register.row(figure_id)
    return round_amount(float(row["value"]), int(row["digits"]) + 2, row["rounding"])
