"""What a document says of a wave: who answered, each item, the weights, what a revision moved."""

from __future__ import annotations

from collections.abc import Iterator

from readiness.language import text
from readiness.questionnaire.model import Item, one_number
from readiness.reporting import participation
from readiness.reporting.blocks import Block, paragraphs
from readiness.reporting.items import item_block, level_label
from readiness.reporting.markdown import cards, label, note, plain, table
from readiness.reporting.shown import ShownWave
from readiness.reporting.weighting import weighting

CARDS = 2
"""How many shares stand in large numbers in the summary."""


def wave_blocks(wave: ShownWave) -> list[Block]:
    """The blocks of a wave's chapter, in order."""

    def title(key: str) -> str:
        return text(key, wave.language)

    return [
        Block("opening", "", lambda: _opening(wave)),
        Block("answered", title("report.title.answered"), lambda: participation.answered(wave)),
        *(item_block(wave, item) for item in wave.items),
        Block(
            "nonresponse",
            title("participation.title.nonresponse"),
            lambda: participation.nonresponse(wave),
        ),
        Block("weighting", title("report.title.weighting"), lambda: weighting(wave)),
        Block("revision", title("report.title.revision"), lambda: _revision(wave)),
    ]


def wave_summary(wave: ShownWave) -> str:
    """The wave in short: what it is, how many answered, the first shares."""
    kind = "report.summary.simulated" if wave.simulated else "report.summary.wave"
    mark = f" {text('report.simulated.mark', wave.language)}" if wave.simulated else ""
    tiles = [(number, f"{words}{mark}") for number, words in _cards(wave)]
    lines = [f"**{wave.title}.** {wave.tell(kind)}", cards(tiles) if tiles else ""]
    return paragraphs(lines)


def _cards(wave: ShownWave) -> Iterator[tuple[str, str]]:
    """The published headline share of the first items, and the answers that were kept."""
    shown = 0
    for name in wave.items:
        item = wave.questionnaire.item(name)
        figure = f"{name}.{item.shown}.all"
        if item.kind not in ("ordinal", "single") or wave.register.number(figure) is None:
            continue
        said = _share_of(wave, item)
        yield wave.register.span(figure), said
        shown += 1
        if shown == CARDS:
            break
    if wave.register.has("quality.answered.all"):
        yield wave.register.span("quality.answered.all"), wave.tell("report.card.answered")


def _share_of(wave: ShownWave, item: Item) -> str:
    label_of = item.label.text(wave.language)
    return wave.tell("report.share_of", item=label_of, level=level_label(item, wave.language))


def _opening(wave: ShownWave) -> str:
    if not wave.simulated:
        return ""
    title = text("report.simulated.title", wave.language)
    return note("warning", title, text("report.simulated.note", wave.language))


def _revision(wave: ShownWave) -> str:
    """How the first item moved by group, and the totals of all, since what the wave revises."""
    register = wave.register
    told = [item for item in map(wave.questionnaire.item, wave.items) if one_number(item.kind)]
    moved = [item for item in told if register.has(f"revision.{item.id}.{item.shown}.all")]
    if not moved:
        return ""
    columns = ("report.column.before", "report.column.now", "report.column.revision")
    words = [text(name, wave.language) for name in columns]

    def spans(figure: str) -> list[str]:
        ids = (f"revision.{figure}.before", figure, f"revision.{figure}")
        return [register.span(identity) for identity in ids]

    item = told[0]
    groups = [
        [name, *spans(f"{item.id}.{item.shown}.{group}")]
        for group, name in wave.groups(item.id).items()
        if register.has(f"revision.{item.id}.{item.shown}.{group}")
    ]
    totals = []
    for other in moved:
        totals.append([_share_of(wave, other), *spans(f"{other.id}.{other.shown}.all")])
    caption = wave.caption("report.caption.revision", item=item.label.text(wave.language))
    whole = wave.caption("report.caption.revision_totals")
    by = plain(wave.by_text)
    question = text("report.column.question", wave.language)
    return paragraphs(
        [
            wave.chart(f"{item.id}-revision", caption) if groups else "",
            table([by, *words], groups, label("tbl", wave.run, "revision"), caption)
            if groups
            else "",
            table([question, *words], totals, label("tbl", wave.run, "revised"), whole),
            wave.tell("report.revision"),
        ]
    )
