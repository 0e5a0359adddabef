"""Describe a grid: range, chart and table of its rows, ordered by their headline share."""

from collections.abc import Sequence

from readiness.analysis.selection import ANSWERED
from readiness.ground.facts import Fact, Listed, Value
from readiness.ground.figure_id import (
    base_id,
    share_id,
)
from readiness.language import capitalise, show, text
from readiness.questionnaire import TOTAL, Item
from readiness.register.display import show_row
from readiness.register.figures import row_order
from readiness.register.wording import Wording
from readiness.reporting.banners import Banner, BannerColumn, BannerLine, TableMaterial, material_of
from readiness.reporting.blocks import (
    ReportBlock,
    block,
    label,
    paragraphs,
    plain,
)
from readiness.reporting.item import (
    CAPTION_BY_FORM,
    banner_table,
)
from readiness.reporting.item_findings import (
    Findings,
    level_label,
)
from readiness.reporting.parts import WavePart

# Sentences on the range of a share over the rows: all rows; all rows, in an order that may be
# chance; some of the rows.
RANGE = ("report.finding.rows", "report.finding.rows.open", "report.finding.rows.shown")


def grid_block(wave: WavePart, grid_id: str) -> ReportBlock:
    """Return the block of a grid that is reported as one table (`Questionnaire.find_tables`)."""
    title = wave.questionnaire.grid(grid_id).label.text(wave.language)
    return ReportBlock(f"grid-{grid_id}", plain(title), lambda: _write_grid(wave, grid_id, title))


def _write_grid(wave: WavePart, grid_id: str, title: str) -> str:
    """Return the block of a grid as Markdown: finding, chart, table of rows."""
    items = [wave.questionnaire.item(name) for name in wave.tables[grid_id]]
    rows, material = row_order(wave.register.number, items), material_of(wave)
    of_all = sum(item.grid == grid_id for item in wave.questionnaire.items)
    range_fact = _compare_rows(material, rows, of_all)
    first = rows[0]
    caption = wave.tell(
        CAPTION_BY_FORM[first.forms[0]], item=title, level=level_label(first, wave.language)
    )
    table = _tabulate(material, rows)
    table_caption = wave.tell("tables.caption.share", item=title)
    name = label("tbl", wave.run, grid_id, "rows")
    return paragraphs(
        [
            block("finding", capitalise(wave.register.write_fact(range_fact)))
            if range_fact
            else "",
            wave.chart(f"grid-{grid_id}", caption),
            banner_table(material, table, name, table_caption, head="tables.head.question"),
        ]
    )


def _compare_rows(material: TableMaterial, rows: Sequence[Item], of_all: int) -> Fact | None:
    """Return the range of the headline share over the rows that are reliable, as a fact.

    None where fewer than two rows are, or where the highest and the lowest print the same. `rows`:
    the reported rows, the largest share first; `of_all`: number of rows of the question.
    """
    register = material.register
    reliable = [
        (item, share)
        for item in rows
        for share in [share_id(item.id, item.first_level, TOTAL, ANSWERED)]
        if Findings(material, item).is_reliable(share)
    ]
    if len(reliable) < 2:
        return None
    (first, high), (last, low) = reliable[0], reliable[-1]
    highest_text, lowest_text = (
        show_row(register.row(share), register.language) for share in (high, low)
    )
    if highest_text == lowest_text:
        return None
    wording = Wording(register.by_id.get, material.selection.is_drawn)
    kind = 0 if wording.are_ordered(first.grid or "", first.id, last.id) else 1
    values: dict[str, Value] = {"level": level_label(first, material.language)}
    for end, item, share in (("first", first, high), ("last", last, low)):
        values |= {end: _name_row(material, item), f"{end}_share": register.name_value(share)}
    return Fact(RANGE[2 if len(reliable) < of_all else kind], values)


def _name_row(material: TableMaterial, item: Item) -> str:
    assert item.row is not None
    return item.row.label(material.language)


def _tabulate(material: TableMaterial, rows: Sequence[Item]) -> Banner:
    """Return the total shares, one row for each item: headline of a scale, answers, base."""
    first, register, language = rows[0], material.register, material.language
    labels = first.labels(language)
    boxes = {
        box: show(Listed(tuple(labels[code] for code in codes), "or"), language)
        for box, codes in first.levels_of.items()
    }
    levels, lines = {**boxes, **{code: labels[code] for code in first.codes_beside}}, []
    for item in rows:
        shares = (share_id(item.id, level, TOTAL, ANSWERED) for level in levels)
        ids = (*shares, base_id(item.id, TOTAL, ANSWERED))
        present_ids = tuple(name if register.has(name) else "" for name in ids)
        lines.append(BannerLine("answer", _name_row(material, item), present_ids))
    base = BannerColumn("n", text("tables.row.base", language))
    return Banner(
        first,
        (*(BannerColumn(*level_and_label) for level_and_label in levels.items()), base),
        tuple(lines),
    )
