"""Draw the levels of an item by group as stacked bars: diverging for a scale, else from zero on.

Low levels of a scale stand left of the axis and high levels right of it (Robbins and Heiberger
2011); the middle level of an odd scale lies across the axis. "Don't know" is no level: it stands in
a separate panel, on the same scale of lengths. Suppressed levels are always two or more, and their
sum follows from the other levels: side by side on one side of the axis they are drawn as one piece;
otherwise the row has no bar, because the place and length of each piece would hint at the
suppressed shares.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from readiness.charts import palette
from readiness.charts.figures import (
    AmountAxis,
    BarMark,
    ChartRow,
    DrawnFigure,
    DrawnFigures,
    DrawnGroup,
    Gone,
    Rule,
    about,
    against_half,
    base_text,
    closing,
    explain_sign,
    foremost,
    in_sections,
    quote_labels,
    sign_notes,
    word,
)
from readiness.charts.picture import BETWEEN_NOTES, LegendKey, Picture, nothing, table_of
from readiness.charts.rows import Rows
from readiness.ground.errors import RenderError
from readiness.ground.facts import Fact, Listed, Value
from readiness.ground.figure_id import ANSWERED, WITH_DONT_KNOW, share_id
from readiness.language import show
from readiness.register.display import Sign


@dataclass(frozen=True)
class Levels:
    """An item's levels: code to label, from low to high or in listed order.

    `title`: the item's label; `ordered`: whether the levels are a scale; `boxes`: codes of levels
    whose joint share the register has, by the name of that share, the headline first; `dont_know`:
    code and label of "don't know".
    """

    item: str
    title: str
    labels: Mapping[str, str]
    ordered: bool = True
    boxes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    dont_know: tuple[str, str] | None = None

    @property
    def across(self) -> int:
        """1 for an ordered scale with a middle level, which lies across the axis; otherwise 0."""
        return len(self.labels) % 2 if self.ordered else 0

    @property
    def count_left(self) -> int:
        """Number of levels left of the axis."""
        return len(self.labels) // 2 if self.ordered else 0

    @property
    def sides(self) -> tuple[list[str], list[str]]:
        """Labels of the levels left and right of the axis."""
        names = list(self.labels.values())
        return names[: self.count_left], names[self.count_left + self.across :]

    @property
    def headline(self) -> Sequence[str]:
        """Codes of the levels of the headline share; empty without one."""
        return next(iter(self.boxes.values()), ())

    @property
    def colours(self) -> list[str]:
        """One colour per level: brown left, green right, the outermost darkest, grey across.

        Levels without an order have colours that differ in lightness from their neighbours.
        """
        if not self.ordered:
            some = palette.CATEGORIES
            return [some[k % len(some)] for k in range(len(self.labels))]
        right = palette.shades(palette.HIGH, len(self.labels) - self.count_left - self.across)
        left = palette.shades(palette.LOW, self.count_left)
        return [*left, *["neutral"] * self.across, *reversed(right)]

    def answers(self, figures: DrawnFigures, group: DrawnGroup) -> "DrawnAnswers | None":
        """Return a group's numbers; None where the register has no level of the group.

        Raises RenderError when the register has some levels and not others.
        """
        item = group.item or self.item
        ids = {level: share_id(item, level, group.code, ANSWERED) for level in self.labels}
        figures_by_level = {level: figures.get(figure_id) for level, figure_id in ids.items()}
        level_figures = [figure for figure in figures_by_level.values() if figure is not None]
        if not level_figures:
            return None
        if len(level_figures) < len(figures_by_level):
            missing_level = next(
                level for level, figure in figures_by_level.items() if figure is None
            )
            raise RenderError(
                f"chart of {item!r}: the register has no share of level {missing_level!r} in group "
                f"{group.code!r}; what is not published needs a suppressed row."
            )
        codes, boxes = list(self.labels), []
        for name, members in self.boxes.items():
            box = figures.get(share_id(item, name, group.code, ANSWERED))
            places = sorted(codes.index(member) for member in members)
            if box and places == list(range(places[0], places[-1] + 1)):
                boxes.append((places, box))
        dont_know = self.dont_know and figures.get(
            share_id(item, self.dont_know[0], group.code, WITH_DONT_KNOW)
        )
        return DrawnAnswers(group, level_figures, dont_know or None, boxes, self)


@dataclass(frozen=True)
class DrawnAnswers:
    """A group's numbers: `levels` from low to high, "don't know" if asked, and joint shares.

    `boxes`: places of the levels that a joint share adds, and that share, the headline first.
    """

    group: DrawnGroup
    levels: list[DrawnFigure]
    dont_know: DrawnFigure | None
    boxes: list[tuple[list[int], DrawnFigure]]
    scale: Levels

    @property
    def hidden(self) -> list[int]:
        """Positions of the levels that are not published."""
        return [k for k, figure in enumerate(self.levels) if figure.value is None]

    @property
    def has_values(self) -> bool:
        """True if at least one level is published."""
        return len(self.hidden) < len(self.levels)

    @property
    def together(self) -> list[int]:
        """Places of the suppressed levels that are drawn as one piece; may be empty."""
        run, scale = self.hidden, self.scale
        if len(run) < 2 or not self.has_values or run != list(range(run[0], run[-1] + 1)):
            return []
        one_side = run[-1] < scale.count_left or run[0] >= scale.count_left + scale.across
        return run if one_side else []

    @property
    def box(self) -> DrawnFigure | None:
        """Published joint share of exactly the levels drawn as one piece, or None."""
        run = self.together
        return next((box for places, box in self.boxes if run == places and box.display), None)

    @property
    def head(self) -> DrawnFigure | None:
        """Headline share of the group; None for a register without one."""
        return self.boxes[0][1] if self.boxes else None

    def is_small(self, small: int) -> bool:
        """Return whether the unweighted base of the levels is below `small`."""
        return self.levels[0].n is not None and self.levels[0].n < small

    def bars(self, small: int) -> list[BarMark]:
        """Return the pieces of the bar from left to right; [] where the row has no bar.

        Pieces are hatched where the base is below `small` or the precision is too low.
        """
        if not self.has_values or (self.hidden and not self.together):
            return []
        scale, few = self.scale, self.is_small(small)
        values = [figure.value or 0.0 for figure in self.levels]
        if self.together:
            values[self.together[0]] = max(0.0, 1 - sum(values))
        middle = sum(values[scale.count_left : scale.count_left + scale.across])
        low, bars = -sum(values[: scale.count_left]) - middle / 2, []
        for k, (figure, value) in enumerate(zip(self.levels, values, strict=True)):
            if figure.value is not None:
                look: dict[str, Any] = {
                    "colour": scale.colours[k],
                    "outline": "paper",
                    "hatched": few or figure.sign is Sign.WEAK,
                }
                bars.append(BarMark(low, low + value, text=figure.plain, id=figure.id, **look))
            elif k == self.together[0]:
                name = self.box.id if self.box else f"{figure.id}.together"
                bars.append(BarMark(low, low + value, text=figure.plain, id=name))
            low += value
        return [bar for bar in bars if bar.high > bar.low]

    def row(self, small: int, language: str) -> ChartRow:
        """Return the group's row: its bar, small text with the base, headline, "don't know"
        aside.
        """
        bars, outside = self.bars(small), self.dont_know
        hidden = next((figure for figure in self.levels if figure.value is None), None)
        head, aside = self.head if self.scale.ordered else None, None
        if outside:
            weak = self.is_small(small) or outside.sign is Sign.WEAK
            look: dict[str, Any] = {"hatched": weak, "text": outside.plain, "id": outside.id}
            aside = BarMark(0.0, outside.value or 0.0, "unsaid", **look)
        return ChartRow(
            self.group.label,
            bars or [Gone(hidden.plain if hidden else None)],
            small=base_text(self.levels[0], language, unweighted=self.group.apart),
            head=replace(head.plain, bold=True) if head and head.display else None,
            aside=aside,
        )


def level_bars(
    figures: DrawnFigures,
    levels: Levels,
    groups: Iterable[DrawnGroup],
    *,
    small: int,
    subtitle: str = "",
) -> Picture:
    """Return the chart of an item's levels by group, or of items of one scale.

    `subtitle`: unit and base. Groups without a row in the register are skipped. Bars of fewer than
    `small` answers are hatched, as are shares whose precision is too low. Raises RenderError as
    `Levels.answers`.
    """
    language, simulated = figures.language, figures.simulated
    table = [answers for group in groups if (answers := levels.answers(figures, group)) is not None]
    if not table:
        return nothing(levels.title, language, simulated=simulated)
    finding = _find_firm(figures, levels, table[0])
    left, right = (show(Listed(tuple(side), "or"), language) for side in levels.sides)
    rules = [Rule(0.0, "axis", dashed=False)]
    axis = AmountAxis(unit="", rules=rules, sides=(left, right) if levels.ordered else None)
    low = list(levels.labels)[: levels.count_left + levels.across]
    rows = in_sections((entry.group, entry.row(small, language)) for entry in table)
    few = [row for row in table if row.bars(small) and row.is_small(small)]
    keys = [LegendKey(*entry) for entry in zip(levels.labels.values(), levels.colours, strict=True)]
    if levels.dont_know and any(row.dont_know for row in table):
        keys.append(LegendKey(levels.dont_know[1], "unsaid"))
    if few:
        keys.append(LegendKey(word("charts.small", language, n=small), "muted", "hatch"))
    shown = [entry for row in table for entry in (*row.levels, row.dont_know) if entry is not None]
    if any(entry.sign is Sign.WEAK for entry in shown):
        keys.append(LegendKey(explain_sign(Sign.WEAK, language), "muted", "hatch"))
    # Explain above the bars what their numbers measure: readers see notes below the chart last.
    read_first = [subtitle]
    if any(row.head for row in rows):
        bold = quote_labels([levels.labels[code] for code in levels.headline])
        read_first.append(word("charts.bold", language, levels=bold))
    if levels.dont_know and any(row.dont_know for row in table):
        label = quote_labels([levels.dont_know[1]])
        read_first.append(word("charts.outside", language, label=label))
    return Picture(
        show(finding or levels.title, language),
        [
            *_state_facts(levels, table, finding, small),
            *closing(
                few=[row.group.label for row in few],
                partly=[row.group.label for row in table if row.has_values and row.hidden],
                hidden=[row.group.label for row in table if not row.has_values],
                simulated=simulated,
            ),
        ],
        language,
        [Rows(rows, axis, head_left={*levels.headline} <= {*low})],
        simulated=simulated,
        subtitle=BETWEEN_NOTES.join(filter(None, read_first)),
        keys=keys,
        keys_fixed=True,
        # The legend explains the sign of weak numbers, beside its hatching.
        signs=sign_notes([entry for entry in shown if entry.sign is not Sign.WEAK], language),
        table=table_of(_list_numbers(levels, table, language)),
    )


def _find_firm(figures: DrawnFigures, levels: Levels, first: DrawnAnswers) -> Fact | None:
    """Return the finding for the title, from the row of the total; None for no firm finding."""
    if not first.group.total:
        return None
    if levels.ordered:
        headline = quote_labels([levels.labels[code] for code in levels.headline])
        return against_half(figures, first.head, levels.title, headline)
    labelled = zip(levels.labels.values(), first.levels, strict=True)
    order = sorted(labelled, key=lambda each: -(each[1].value or 0.0))
    return foremost(figures, order, levels.title, exclusive=True)


def _state_facts(
    levels: Levels, table: Sequence[DrawnAnswers], finding: Fact | None, small: int
) -> Iterator[Fact]:
    """Yield the facts of the alternative text: finding, axis, order of rows, total, groups
    apart.
    """
    if finding:
        yield Fact("charts.alt.finding", {"finding": finding})
    if drawn := [row.group for row in table if row.bars(small)]:
        yield _describe_axis(levels)
    among = [group.label for group in drawn if not group.total and not group.apart]
    yield from about("charts.alt.order", among)
    if table[0].group.total:
        yield Fact("charts.alt.total_first", {"label": table[0].group.label})
    if levels.dont_know and any(row.dont_know for row in table):
        yield Fact("charts.alt.dont_know", {"label": levels.dont_know[1]})
    yield from about("charts.alt.apart", [row.group.label for row in table if row.group.apart])


def _describe_axis(levels: Levels) -> Fact:
    """Return the fact that describes on which side of the axis the levels stand."""
    names = tuple(levels.labels.values())
    if not levels.ordered:
        return Fact("charts.alt.stacked", {"item": levels.title, "levels": Listed(names)})
    low, high = (Listed(tuple(side)) for side in levels.sides)
    values: dict[str, Value] = {"item": levels.title, "low": low, "high": high}
    if not levels.across:
        return Fact("charts.alt.levels", values)
    return Fact("charts.alt.levels_across", {**values, "middle": names[levels.count_left]})


def _list_numbers(
    levels: Levels, table: Sequence[DrawnAnswers], language: str
) -> Iterator[tuple[DrawnFigure, str, str]]:
    """Yield the drawn numbers with row and column label, levels first, then joint shares."""
    for row in table:
        for figure, label in zip(row.levels, levels.labels.values(), strict=True):
            yield figure, row.group.label, label
        if row.dont_know is not None and levels.dont_know:
            yield row.dont_know, row.group.label, levels.dont_know[1]
    for row in table:
        if head := row.head or row.box:
            codes = levels.boxes[head.share.level]
            labels = Listed(tuple(levels.labels[code] for code in codes), "or")
            yield head, row.group.label, show(labels, language)
