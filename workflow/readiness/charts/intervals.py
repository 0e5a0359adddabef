"""Draw one number per row, as a dot with its interval; rows are groups, or the answers to an item.

The register decides whether a number has an interval. How the interval may be called depends on how
respondents were selected: the caller knows and passes the note below the chart. Groups counted
apart have a square and no interval.

The change of shares since an earlier wave is a dot with its limits per row, beside the line of no
change and the margin within which a share counts as stable.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from readiness.charts.figures import (
    AmountAxis,
    ChartRow,
    Dot,
    DrawnFigure,
    DrawnFigures,
    DrawnGroup,
    Gone,
    GroupLabels,
    LineMark,
    Mark,
    Rule,
    TextMark,
    Unit,
    about,
    against_half,
    base_text,
    closing,
    foremost,
    in_sections,
    sign_notes,
    word,
)
from readiness.charts.picture import LegendKey, Picture, nothing, table_of
from readiness.charts.rows import Rows
from readiness.charts.sheet import Shape
from readiness.ground.facts import Fact, Value
from readiness.ground.figure_id import ANSWERED, CHANGE, FigureId, share_id
from readiness.language import show
from readiness.register.display import Sign

Numbers = Sequence[tuple[DrawnGroup, DrawnFigure]]


def by_group(figures: DrawnFigures, item: str, level: str, groups: GroupLabels) -> Numbers:
    """Return one number by group; groups without a row in the register are skipped."""
    figures_by_group = (
        (group, figures.get(share_id(item, level, group.code, ANSWERED))) for group in groups
    )
    return [(group, figure) for group, figure in figures_by_group if figure is not None]


def by_answer(figures: DrawnFigures, item: str, levels: Mapping[str, str], group: str) -> Numbers:
    """Return the shares of an item's answers in one group, in the order of `levels` (code to
    label).

    Answers without a row in the register are skipped.
    """
    figures_by_answer = (
        (DrawnGroup(level, label), figures.get(share_id(item, level, group, ANSWERED)))
        for level, label in levels.items()
    )
    return [(answer, figure) for answer, figure in figures_by_answer if figure is not None]


def intervals(
    figures: DrawnFigures,
    table: Numbers,
    axis: str,
    *,
    small: int,
    title: str = "",
    subtitle: str = "",
    levels: Value | None = None,
    note: str = "",
) -> Picture:
    """Return a chart of dots with intervals, rows as in `table`; a dashed line marks the total.

    `axis`: name of the number; `title`: the question, empty where another picture states the
    finding; `subtitle`: unit and base. `levels`: the answers whose share is drawn, for the finding
    on the total; None where the first row leads (answers of one group) or the number is no share.
    `note`: meaning of the intervals. An open circle marks fewer than `small` answers, or too low a
    precision.
    """
    language, simulated = figures.language, figures.simulated
    if not table:
        return nothing(axis, language, simulated=simulated)
    total = next((figure for group, figure in table if group.total), None)
    finding = None
    if levels is not None:
        finding = against_half(figures, total, title, levels)
    elif title and total is None:
        labelled = [(group.label, figure) for group, figure in table]
        finding = foremost(figures, labelled, title, exclusive=False)
    bases = [base_text(figure, language, unweighted=group.apart) for group, figure in table]
    notes = [note] if note else []
    rules = []
    if total is not None and total.value is not None:
        rules = [Rule(total.value, "reference", "accent", 1.0)]
        notes.insert(0, word("charts.reference", language, label=table[0][0].label))
    if len(bases) > 1 and len(set(bases)) == 1:  # a base that all rows share is stated once
        notes.insert(0, bases[0])
        bases = [""] * len(bases)
    few = [group.label for group, figure in table if figure.display and is_small(figure, small)]
    hidden, rows = [group.label for group, figure in table if figure.value is None], []
    for (group, figure), base in zip(table, bases, strict=True):
        marks = list(_make_marks(group, figure, small))
        rows.append((group, ChartRow(group.label, marks, _write_reading(figure, language), base)))
    unit: Unit = "share" if table[0][1].unit == "share" else "number"
    key = LegendKey(word("charts.small", language, n=small), "accent", "circle", filled=False)
    return Picture(
        show(finding or axis, language),
        [
            *_state_facts(table, axis, finding),
            *closing(few=few, hidden=hidden, simulated=simulated),
        ],
        language,
        [Rows(in_sections(rows), AmountAxis(unit, rules=rules))],
        simulated=simulated,
        subtitle=subtitle,
        keys=[key] if few else [],
        notes=notes,
        signs=sign_notes((figure for _, figure in table), language),
        table=table_of((figure, group.label, axis) for group, figure in table),
    )


def is_small(figure: DrawnFigure, small: int) -> bool:
    """Return whether the unweighted base is below `small`; False where it is unknown."""
    return figure.n is not None and figure.n < small


def _make_marks(group: DrawnGroup, figure: DrawnFigure, small: int) -> Iterator[Mark]:
    """Yield a row's marks: interval and dot, or an empty box for an unpublished number."""
    if figure.value is None:
        yield Gone()
        return
    if figure.lower is not None and figure.upper is not None:
        weight, name = 3.0 if group.total else 2.0, f"{figure.id}.interval"
        yield LineMark(figure.lower, figure.upper, weight=weight, id=name)
    shape: Shape = "square" if group.apart else "circle"
    colour = "muted" if group.apart else "accent"
    firm = not is_small(figure, small) and figure.sign is not Sign.WEAK
    yield Dot(figure.value, shape, colour, firm, id=figure.id)


def _write_reading(figure: DrawnFigure, language: str) -> list[TextMark]:
    """Return the texts beside a row: the number and, where there is one, the interval."""
    if figure.lower is None or figure.upper is None:
        return [figure.text]
    return [figure.text, figure.between(figure.lower, figure.upper, language)]


def _state_facts(table: Numbers, axis: str, finding: Fact | None) -> Iterator[Fact]:
    """Yield the facts of the alternative text: finding, kind of chart, order of rows, groups
    apart.
    """
    if finding:
        yield Fact("charts.alt.finding", {"finding": finding})
    if published := [(group, figure) for group, figure in table if figure.value is not None]:
        with_interval = any(figure.lower is not None for _, figure in published)
        yield Fact("charts.alt.intervals" if with_interval else "charts.alt.dots", {"item": axis})
    among = [group.label for group, _ in published if not group.total and not group.apart]
    yield from about("charts.alt.order", among)
    for group, _ in published:
        if group.total:
            yield Fact("charts.alt.reference", {"label": group.label})
    yield from about("charts.alt.apart", [group.label for group, _ in table if group.apart])


def changes(
    figures: DrawnFigures,
    title: str,
    questions: Iterable[tuple[str, Mapping[FigureId, str]]],
    margin: float,
) -> Picture:
    """Return a chart of the change of each share since an earlier wave, question by question.

    `questions`: each question's text, and the label of each answer by the id of its share; answers
    without a change in points are skipped. `margin`: in percentage points, drawn on both sides of
    0.
    """
    language, simulated = figures.language, figures.simulated
    rows: list[ChartRow] = []
    table = []
    for question, answers in questions:
        labelled = [(label, figures.get(share.since(CHANGE))) for share, label in answers.items()]
        if changed := [
            (label, figure) for label, figure in labelled if figure and figure.unit == "points"
        ]:
            rows.append(ChartRow(question, bold=True, section=bool(rows)))
        for label, figure in changed:
            marks = list(_make_marks(DrawnGroup("", label), figure, 0))
            rows.append(ChartRow(label, marks, _write_reading(figure, language)))
            table.append((figure, f"{question}: {label}", title))
    if not rows:
        return nothing(title, language, simulated=simulated)
    points = margin / 100
    rules = [
        Rule(0.0, "same", "ink", 1.0, dashed=False),
        *(Rule(at, f"margin{at}", "muted", 1.0) for at in (-points, points)),
    ]
    return Picture(
        title,
        [Fact("charts.alt.change"), Fact("charts.change.note"), *closing(simulated=simulated)],
        language,
        [Rows(rows, AmountAxis("points", rules=rules))],
        simulated=simulated,
        subtitle=word("charts.subtitle.change", language),
        notes=[word("charts.change.note", language)],
        table=table_of(table),
    )
