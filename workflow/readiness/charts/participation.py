"""Who took part: from those who were asked to the answers that are kept, what they left out, and
what those without an answer could do.

The last has three ranges around a share, from the narrowest line to the widest band: the interval,
the range by assumption, the bounds that assume nothing. Each has its own height as well as its own
colour, so that a grey print tells them apart. Whatever is not published of a share is not drawn,
and its row says so.

What validation found of the answers is drawn by the same bars: faults by how much they cost.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from readiness.charts.figures import DrawnFigure, DrawnFigures, about, closing, sign_notes, word
from readiness.charts.marks import (
    AmountAxis,
    BarMark,
    ChartRow,
    Dot,
    Gone,
    LineMark,
    Mark,
    TextMark,
)
from readiness.charts.picture import LegendKey, Picture, nothing, table_of
from readiness.charts.rows import Rows
from readiness.facts import Fact
from readiness.language import Language, numbers, show
from readiness.questionnaire.model import TOTAL, Item

# Why a submission is not kept: a row only where there is one.
LEFT_OUT = ("duplicate", "late", "early", "undated", "unknown_invitation")
# The quantities of the checks from those who were asked on, each with its words.
STEPS = {
    step: f"participation.chart.{step}"
    for step in ("invited", "received", *LEFT_OUT, "kept", "answered")
}
# What a respondent did with a question, each with its words.
STATUS = {
    name: f"participation.status.{name}"
    for name in ("answered", "dont_know", "blank", "no_answer", "not_asked")
}
# How bad a fault is, the worst first.
SEVERITIES = {name: f"validation.severity.{name}" for name in ("error", "warning", "note")}
COLOURS = {
    "answered": "accent",
    "dont_know": "low2",
    "blank": "low1",
    "no_answer": "low1",
    "not_asked": "cell",
    "error": "second",
    "warning": "low2",
    "note": "cell",
}
# Pieces of bars that a grey print could not tell apart.
HATCHED = ("blank", "no_answer", "warning")
# Pieces as light as the paper.
OUTLINED = ("not_asked", "note")
LOST = ("dont_know", "blank", "no_answer")
# The ranges of a share, the widest first, with their colours and heights.
RANGES = {"worst": ("neutral", 0.9), "selection": ("high2", 0.45)}
RANGE_KEYS = {name: f"participation.column.{name}" for name in ("selection", "worst")}


def flow(figures: DrawnFigures) -> Picture:
    """Bars of people, one a step."""
    language, found = figures.language, dict[str, DrawnFigure]()
    last = None
    for step in STEPS:
        figure = figures.get(f"quality.{step}.all")
        if figure is None or figure.value is None or (step in LEFT_OUT and not figure.value):
            continue
        if step == "answered" and figure.value == last:
            continue  # nobody came without being asked
        found[step], last = figure, figure.value
    listed = "invited" in found
    title = word(
        "participation.caption.flow" if listed else "participation.caption.flow.received", language
    )
    if not found:
        return nothing(title, language, simulated=figures.simulated)
    left_out = word("participation.chart.left_out", language)
    labels = {step: word(STEPS[step], language) for step in found}
    for step in found.keys() & {*LEFT_OUT}:
        labels[step] = word("language.labelled", language, label=left_out, what=labels[step])
    rows = []
    for step, figure in found.items():
        lost = step in LEFT_OUT
        colour = "second" if lost else "accent"
        bar = BarMark(0.0, figure.value or 0.0, colour, hatched=lost, id=figure.id)
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
        table=table_of((figure, labels[step], title) for step, figure in found.items()),
    )


def missing(figures: DrawnFigures, items: Sequence[Item]) -> Picture:
    """What respondents did with each question, a bar a question; `items` in their order."""
    language, simulated = figures.language, figures.simulated
    title = word("participation.caption.missing", language)
    table: list[tuple[str, dict[str, DrawnFigure]]] = []
    for item in items:
        found = {status: figures.get(f"missing.{item.id}.{status}") for status in STATUS}
        there = {status: figure for status, figure in found.items() if figure is not None}
        if "answered" in there:
            table.append((item.label.text(language), there))
    if not table:
        return nothing(title, language, simulated=simulated)
    lost = [sum(there[s].value or 0.0 for s in there if s in LOST) for _, there in table]
    # Which question was most often left without an answer; none where none was.
    most = table[lost.index(max(lost))][0]
    finding = Fact("participation.chart.missing.most", {"item": most}) if any(lost) else None
    words = {status: word(key, language) for status, key in STATUS.items()}
    rows = [
        ChartRow(
            label,
            stack_pieces({s: (figure.value or 0.0, figure.id) for s, figure in there.items()}),
            [there["answered"].text],
        )
        for label, there in table
    ]
    return Picture(
        show(finding or title, language),
        [
            *([finding] if finding else []),
            Fact("participation.chart.missing.alt"),
            *closing(simulated=simulated),
        ],
        language,
        [Rows(rows)],
        simulated=simulated,
        subtitle=title if finding else "",
        keys=list_keys(
            words, {s for _, there in table for s, figure in there.items() if figure.value}
        ),
        table=table_of(
            (figure, label, words[status])
            for label, there in table
            for status, figure in there.items()
        ),
    )


def stack_pieces(amounts: Mapping[str, tuple[float, str]]) -> list[BarMark]:
    """Bars side by side from zero on, one a kind, each with its amount and its id."""
    bars, low = list[BarMark](), 0.0
    for kind, (amount, identity) in amounts.items():
        if amount:
            outline = "muted" if kind in OUTLINED else ""
            ends = (low, low + amount, COLOURS[kind])
            bars.append(BarMark(*ends, outline=outline, hatched=kind in HATCHED, id=identity))
            low += amount
    return bars


def list_keys(words: Mapping[str, str], there: Collection[str]) -> list[LegendKey]:
    """The keys of the kinds that are drawn."""
    return [
        LegendKey(said, COLOURS[kind], "hatch" if kind in HATCHED else "patch")
        for kind, said in words.items()
        if kind in there
    ]


@dataclass(frozen=True)
class _RangedShare:
    """A share with the ends of its ranges, by kind; a kind without one is not there."""

    item: str
    level: str
    figure: DrawnFigure
    ranges: dict[str, tuple[DrawnFigure, DrawnFigure]]

    def ends(self, kind: str) -> tuple[float, float] | None:
        """From where to where a range goes, where it is published."""
        values = [figure.value for figure in self.ranges.get(kind, ()) if figure.value is not None]
        return (values[0], values[1]) if len(values) == 2 else None

    def marks(self) -> Iterator[Mark]:
        """The ranges, the widest first, and the dot on them."""
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
        """The share, and its widest range where there is room."""
        yield self.figure.text
        if ends := self.ends("worst"):
            yield self.ranges["worst"][0].between(*ends, language)


def ranges(figures: DrawnFigures, items: Sequence[Item]) -> Picture:
    """The headline shares, of items that have one, with what nonresponse could do."""
    language, simulated = figures.language, figures.simulated
    title = word("participation.caption.bounds", language)
    table = list(_shares(figures, items))
    if not table:
        return nothing(title, language, simulated=simulated)
    widths = {row.item: b - a for row in table for a, b in [row.ends("worst") or (0.0, 0.0)]}
    # Which share its missing answers leave most open; none where none is moved.
    widest = max(widths, key=lambda label: widths[label])
    finding = None
    if widths[widest]:
        finding = Fact("participation.chart.bounds.widest", {"item": widest})
    estimate = word("verdict.page.column.published", language)
    words = {kind: word(key, language) for kind, key in RANGE_KEYS.items()}
    keys = [LegendKey(estimate, "accent", "circle")]
    if any(row.figure.lower is not None for row in table):
        keys.append(LegendKey(word("numbers.interval", language), "ink", "stroke"))
    keys += [
        LegendKey(words[kind], RANGES[kind][0])
        for kind in words
        if any(row.ends(kind) for row in table)
    ]
    return Picture(
        show(finding or title, language),
        [
            *([finding] if finding else []),
            Fact("participation.chart.bounds.alt"),
            *closing(
                hidden=[row.item for row in table if row.figure.value is None], simulated=simulated
            ),
        ],
        language,
        [
            Rows(
                [
                    ChartRow(row.item, list(row.marks()), list(row.reading(language)), row.level)
                    for row in table
                ]
            )
        ],
        simulated=simulated,
        subtitle=title if finding else "",
        keys=keys,
        notes=sign_notes((row.figure for row in table), language),
        table=table_of(
            (figure, row.item, column)
            for row in table
            for column, found in (
                (estimate, [row.figure]),
                *((words[kind], row.ranges.get(kind, ())) for kind in words),
            )
            for figure in found
        ),
    )


def _shares(figures: DrawnFigures, items: Sequence[Item]) -> Iterator[_RangedShare]:
    """The shares of which the widest range is known."""
    language = figures.language
    for item in items:
        if item.kind not in ("single", "ordinal"):
            continue
        share = f"{item.id}.{item.first_level}.{TOTAL}"
        figure = figures.get(share)
        ends = {
            kind: (figures.get(f"{share}.{kind}.lower"), figures.get(f"{share}.{kind}.upper"))
            for kind in RANGES
        }
        found = {kind: (low, high) for kind, (low, high) in ends.items() if low and high}
        if figure is not None and "worst" in found:
            labels = item.labels(language)
            level = " + ".join(labels[code] for code in item.shown_codes)
            yield _RangedShare(item.label.text(language), level, figure, found)


def faults(
    counts: pd.DataFrame, items: Sequence[Item], language: Language, *, simulated: bool
) -> Picture:
    """Faults by question and severity; `counts`: columns `item`, `severity`, `n`.

    `items`: the questions in their order, of which those without a fault have no bar.
    """
    title = word("validation.page.by_question", language)
    words = {severity: word(key, language) for severity, key in SEVERITIES.items()}
    known = {
        (str(item), str(severity)): int(n)
        for item, severity, n in zip(counts["item"], counts["severity"], counts["n"], strict=True)
    }
    table: list[tuple[str, Mapping[str, tuple[float, str]]]] = []
    for item in items:
        found: dict[str, tuple[float, str]] = {
            s: (known[item.id, s], f"{item.id}.{s}") for s in words if (item.id, s) in known
        }
        if any(n for n, _ in found.values()):
            table.append((item.label.text(language), found))
    if not table:
        return nothing(title, language, simulated=simulated)
    rows = []
    for label, pieces in table:
        total = numbers.whole(sum(int(n) for n, _ in pieces.values()), language)
        rows.append(ChartRow(label, stack_pieces(pieces), [TextMark(total, bold=True)]))
    return Picture(
        title,
        [
            *about("validation.page.by_question.alt", [label for label, _ in table]),
            *closing(simulated=simulated),
        ],
        language,
        [Rows(rows, AmountAxis("number"))],
        simulated=simulated,
        keys=list_keys(words, {severity for _, found in table for severity in found}),
        table=[
            {"question": label, "severity": words[severity], "n": int(n)}
            for label, found in table
            for severity, (n, _) in found.items()
        ],
    )
