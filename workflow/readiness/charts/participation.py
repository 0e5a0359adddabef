"""Draw participation, and the effect that item nonresponse could have on the headline shares.

The chart of nonresponse has two ranges around a share: a line for the confidence interval, a wide
band for the bounds that assume nothing about missing answers. Unpublished shares are not drawn, and
their rows say so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from readiness.charts.figures import (
    AmountAxis,
    BarMark,
    ChartRow,
    Dot,
    DrawnFigure,
    DrawnFigures,
    Gone,
    LineMark,
    Mark,
    TextMark,
    about,
    base_text,
    closing,
    sign_notes,
    word,
)
from readiness.charts.picture import BETWEEN_NOTES, LegendKey, Picture, nothing, table_of
from readiness.charts.rows import Rows
from readiness.ground.facts import Fact
from readiness.ground.figure_id import ANSWERED, LIMITS, quality_id, share_id
from readiness.language import show
from readiness.questionnaire import TOTAL, Item

# Reasons for dropping a submission; a reason without submissions has no row.
LEFT_OUT = (
    *("duplicate", "late", "early", "undated", "unknown_invitation"),
    *("structure", "empty_row", "screened_out", "test_answer"),
)
# Counts of the checks, from invited people on, with their catalogue keys.
STEPS = {
    step: f"participation.chart.{step}"
    for step in ("invited", "received", *LEFT_OUT, "kept", "answered")
}
# Ranges of a share, the widest first, with their colours and heights (parts of a bar).
RANGES = {"worst": ("neutral", 0.9)}
RANGE_KEYS = {"worst": "participation.column.worst"}


def flow(figures: DrawnFigures) -> Picture:
    """Return a bar chart of the number of people at each step, from invited to answered.

    Steps without a published number are skipped, reasons for dropping without submissions, too.
    """
    language, figures_by_step = figures.language, dict[str, DrawnFigure]()
    last = None
    for step in STEPS:
        figure = figures.get(quality_id(step, TOTAL))
        if figure is None or figure.value is None or (step in LEFT_OUT and not figure.value):
            continue
        if step == "answered" and figure.value == last:
            continue  # every kept submission has an answer
        figures_by_step[step], last = figure, figure.value
    with_invited, without_invited = (
        "participation.caption.flow",
        "participation.caption.flow.received",
    )
    title = word(with_invited if "invited" in figures_by_step else without_invited, language)
    if not figures_by_step:
        return nothing(title, language, simulated=figures.simulated)
    left_out = word("participation.chart.left_out", language)
    labels = {step: word(STEPS[step], language) for step in figures_by_step}
    for step in figures_by_step.keys() & {*LEFT_OUT}:
        labels[step] = word("language.labelled", language, label=left_out, what=labels[step])
    rows = []
    for step, figure in figures_by_step.items():
        colour, hatched = ("second", True) if step in LEFT_OUT else ("accent", False)
        bar = BarMark(0.0, figure.value or 0.0, colour, hatched=hatched, id=figure.id)
        rows.append(ChartRow(labels[step], [bar], [figure.text], bold=step == "kept"))
    return Picture(
        title,
        [
            *about("participation.chart.flow.alt", list(labels.values())),
            *closing(simulated=figures.simulated),
        ],
        language,
        [Rows(rows, AmountAxis("number"))],
        simulated=figures.simulated,
        table=table_of((figure, labels[step], title) for step, figure in figures_by_step.items()),
    )


@dataclass(frozen=True)
class _RangedShare:
    """A share with the two ends of its ranges, by kind; kinds without published rows are absent."""

    item: str
    level: str
    figure: DrawnFigure
    ranges: dict[str, tuple[DrawnFigure, DrawnFigure]]

    def ends(self, kind: str) -> tuple[float, float] | None:
        """Return lower and upper end of a range (0-1); None where it is not published."""
        values = [figure.value for figure in self.ranges.get(kind, ()) if figure.value is not None]
        return (values[0], values[1]) if len(values) == 2 else None

    def marks(self) -> Iterator[Mark]:
        """Yield the ranges, the widest first, then interval and dot; or an empty box."""
        figure = self.figure
        if figure.value is None:
            yield Gone()
            return
        for kind, (colour, height) in RANGES.items():
            if ends := self.ends(kind):
                yield BarMark(*ends, colour, height, id=f"{figure.id}.{kind}")
        if figure.lower is not None and figure.upper is not None:
            yield LineMark(figure.lower, figure.upper, id=f"{figure.id}.interval")
        yield Dot(figure.value, id=figure.id)

    def reading(self, language: str) -> Iterator[TextMark]:
        """Yield the text of the share, and its widest range where there is room."""
        yield self.figure.text
        if ends := self.ends("worst"):
            yield self.ranges["worst"][0].between(*ends, language)


def ranges(figures: DrawnFigures, items: Sequence[Item]) -> Picture:
    """Return the chart of the items' headline shares with the bounds that nonresponse leaves.

    Items without bounds in the register are skipped.
    """
    language, simulated = figures.language, figures.simulated
    title = word("participation.caption.bounds", language)
    table = list(_read_shares(figures, items))
    if not table:
        return nothing(title, language, simulated=simulated)
    widths = {row.item: b - a for row in table for a, b in [row.ends("worst") or (0.0, 0.0)]}
    # The title names the share with the widest bounds; not where no bound is wide, or where a
    # suppressed share may have wider ones.
    widest = max(widths, key=lambda label: widths[label])
    has_widest = widths[widest] and all(row.figure.value is not None for row in table)
    moved = [Fact("participation.chart.bounds.widest", {"item": widest})] if has_widest else []
    estimate = word("verdict.page.column.published", language)
    words = {kind: word(key, language) for kind, key in RANGE_KEYS.items()}
    bounded = any(row.figure.lower is not None for row in table)
    kinds_drawn = [kind for kind in words if any(row.ends(kind) for row in table)]
    keys = [
        LegendKey(estimate, "accent", "circle"),
        *[LegendKey(word("numbers.interval", language), "ink", "stroke")] * bounded,
        *(LegendKey(words[kind], RANGES[kind][0]) for kind in kinds_drawn),
    ]
    rows = [
        ChartRow(
            row.item,
            list(row.marks()),
            list(row.reading(language)),
            BETWEEN_NOTES.join(filter(None, (row.level, base_text(row.figure, language)))),
        )
        for row in table
    ]
    hidden, numbers = [row.item for row in table if row.figure.value is None], []
    for row in table:
        numbers.append((row.figure, row.item, estimate))
        for kind, column in words.items():
            numbers += [(figure, row.item, column) for figure in row.ranges.get(kind, ())]
    return Picture(
        show(moved[0] if moved else title, language),
        [
            *(Fact("charts.alt.finding", {"finding": finding}) for finding in moved),
            Fact("participation.chart.bounds.alt"),
            *closing(hidden=hidden, simulated=simulated),
        ],
        language,
        [Rows(rows)],
        simulated=simulated,
        subtitle=title if moved else "",
        keys=keys,
        signs=sign_notes((row.figure for row in table), language),
        table=table_of(numbers),
    )


def _read_shares(figures: DrawnFigures, items: Sequence[Item]) -> Iterator[_RangedShare]:
    """Yield the headline share and its ranges for each single-choice item with bounds."""
    language = figures.language
    for item in (candidate for candidate in items if candidate.kind.takes_one):
        share = share_id(item.id, item.first_level, TOTAL, ANSWERED)
        figure, ends_by_kind = figures.get(share), {}
        for kind in RANGES:
            low, high = (figures.get(share.with_variant(kind, end)) for end in LIMITS)
            if low and high:
                ends_by_kind[kind] = low, high
        if figure is not None and "worst" in ends_by_kind:
            labels = item.labels(language)
            level = " + ".join(labels[code] for code in item.shown_codes)
            yield _RangedShare(item.label.text(language), level, figure, ends_by_kind)
