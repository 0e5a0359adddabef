"""What a document says of a wave: who answered, each item, the weights, what a revision moved."""

from __future__ import annotations

from collections.abc import Iterator

from readiness.facts import Fact, Value
from readiness.language import text
from readiness.questionnaire.model import Item, one_number
from readiness.reporting import participation, statements
from readiness.reporting.banners.model import material_of
from readiness.reporting.blocks import Block, paragraphs
from readiness.reporting.items import in_short, item_block, level_label
from readiness.reporting.markdown import brief, note, plain
from readiness.reporting.shown import ShownWave
from readiness.reporting.weighting import weighting


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
            later=True,
        ),
        Block("weighting", title("report.title.weighting"), lambda: weighting(wave), later=True),
        Block("revision", title("report.title.revision"), lambda: _revision(wave), later=True),
    ]


def wave_summary(wave: ShownWave) -> str:
    """The wave in short: what it is, what its numbers say in three sentences, of whom they are."""
    kind = "report.summary.simulated" if wave.simulated else "report.summary.wave"
    items = [wave.questionnaire.item(name) for name in wave.items]
    said = [wave.register.told(fact) for fact in in_short(material_of(wave), items)]
    return paragraphs([wave.tell(kind), brief(said) if said else "", *_who(wave)])


def _who(wave: ShownWave) -> Iterator[str]:
    """Of whom the sentences speak, and what their intervals are."""
    ids = {name: f"quality.{name}.all" for name in ("invited", "answered")}
    if wave.selection.response_rate:
        ids["rate"] = "response.rr2.all"
    known = {name: identity for name, identity in ids.items() if wave.register.has(identity)}
    values: dict[str, Value] = {name: wave.register.named(own) for name, own in known.items()}
    facts = [statements.answered(wave.selection, values)]
    if wave.selection.intervals:
        facts.append(Fact("report.level", {"level": wave.register.named("settings.level")}))
    yield " ".join(wave.register.told(fact) for fact in facts)


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
    columns = ("report.column.before", "report.column.now", "report.title.revision")

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
    header = [plain(wave.by_text), *map(wave.word, columns)]
    return paragraphs(
        [
            wave.chart(f"{item.id}-revision", caption) if groups else "",
            wave.table("revision", (), groups, caption, header),
            wave.table("revised", ("report.column.question", *columns), totals, whole),
            wave.tell("report.revision"),
        ]
    )
