"""What a later version of the data changed: two dots and a line for each group.

A revision is shown and never tested: both versions hold mostly the same answers. Where one is not
published neither is drawn, for the other's place would tell of it.
"""

from __future__ import annotations

from readiness.charts.figures import Figure, Figures
from readiness.charts.frame import Key
from readiness.charts.groups import Groups, in_sections
from readiness.charts.intervals import by_group
from readiness.charts.marks import Axis, Dot, Line, Row, Text
from readiness.charts.picture import Picture, nothing, table_of
from readiness.charts.rows import Rows
from readiness.charts.words import about, base_text, closing, word
from readiness.facts import Fact


def revision(
    figures: Figures, item: str, level: str, groups: Groups, axis: str, *, subtitle: str = ""
) -> Picture:
    """Two dots of one number a group, before and after; `axis`: what the number is.

    `figures` are of a run that revises a publication, and hold the numbers of that.
    """
    language, simulated = figures.language, figures.simulated
    table = [
        (group, figures.get(f"revision.{figure.id}.before"), figure)
        for group, figure in by_group(figures, item, level, groups)
        if not group.apart
    ]
    both = {group for group, old, new in table if old and old.display and new.display}
    if not both:
        return nothing(axis, language, simulated=simulated)
    before, after = (
        word(key, language) for key in ("charts.revision.before", "charts.revision.after")
    )
    rows = in_sections(
        (group, _row(group.label, old if group in both else None, new, language))
        for group, old, new in table
    )
    return Picture(
        axis,
        [
            Fact("charts.alt.revision", {"item": axis}),
            *about("charts.alt.order", [group.label for group, *_ in table if group in both]),
            Fact("charts.revision.note"),
            *closing(
                hidden=[group.label for group, *_ in table if group not in both],
                simulated=simulated,
            ),
        ],
        language,
        [Rows(rows, Axis(table[0][2].counts, from_zero=False))],
        simulated=simulated,
        subtitle=subtitle,
        keys=[Key(before, "second", "diamond", filled=False), Key(after, "accent", "circle")],
        notes=[word("charts.revision.note", language)],
        table=table_of(
            (figure, group.label, stage)
            for group, old, new in table
            for figure, stage in ((old, before), (new, after))
            if figure is not None
        ),
    )


def _row(label: str, old: Figure | None, new: Figure, language: str) -> Row:
    small = base_text(new, language)
    if old is None or old.value is None or new.value is None:
        return Row(label, (), [Text(word("charts.suppressed", language), muted=True)], small)
    marks = (
        Line(old.value, new.value, "muted"),
        Dot(old.value, "diamond", "second", filled=False, id=f"{new.id}.before"),
        Dot(new.value, id=f"{new.id}.after"),
    )
    was = Text(old.text.text, old.place, wide=True)
    arrow = Text(word("charts.revision.arrow", language), wide=True)
    return Row(label, marks, [was, arrow, new.text], small)
