"""What a document says of a wave: who answered, each item, what was done to the weights and what it
cost, what a revision moved.
"""

from collections.abc import Iterator
from dataclasses import replace

from readiness.analysis.weighting import UNKNOWN
from readiness.facts import Fact, Listed, Value
from readiness.language import text
from readiness.questionnaire import FrameVariable
from readiness.register.firmness import FIRMNESS
from readiness.register.rows.respondents import (
    OF_PRECISION,
    UNWEIGHTED,
    WEIGHTS,
    numbers_of,
    step_name,
)
from readiness.reporting import participation, statements
from readiness.reporting.banners import material_of
from readiness.reporting.blocks import (
    ReportBlock,
    label,
    note,
    paragraphs,
    plain,
    table,
    write_numbered,
)
from readiness.reporting.change import describe_change
from readiness.reporting.firmness import describe_firmness
from readiness.reporting.grid import grid_block
from readiness.reporting.item import item_block
from readiness.reporting.item_findings import in_short, level_label
from readiness.reporting.parts import WavePart
from readiness.reporting.planned import plan_block
from readiness.survey.weighting.margins import JOINED

MARGINS = tuple(f"report.column.{name}" for name in ("margin", "target", "raked", "trimmed"))
NO_ANSWER = "weighting.unknown"


def weighting(wave: WavePart) -> str:
    """The block of the weights; "" where nothing is known of them."""
    register = wave.register
    told = " ".join(register.write_fact(fact) for fact in _state_steps(wave))
    if any(step_name(fact) == UNWEIGHTED for fact in wave.steps) or not register.has(
        f"{WEIGHTS}.n"
    ):
        return told
    ends = {end: register.name_value(f"{WEIGHTS}.{end}") for end in ("minimum", "maximum")}
    cost = [Fact("report.weighting.range", ends)]
    if wave.selection.inference:
        parts = {
            name: register.name_value(f"{WEIGHTS}.{name}") for name in ("kish_deff", "n_eff", "n")
        }
        cost.insert(0, Fact("report.weighting.effect", parts))
    said = " ".join(register.write_fact(fact) for fact in cost)
    return paragraphs([told, said, _write_margins(wave)])


def _state_steps(wave: WavePart) -> Iterator[Fact]:
    for fact in wave.steps:
        if step_name(fact) not in OF_PRECISION or wave.selection.inference:
            ids = numbers_of(fact)
            values = {
                name: wave.register.name_value(ids[name])
                if name in ids
                else _name_codes(wave, fact, name)
                for name in fact.values
            }
            yield Fact(fact.kind, values)


def _name_categories(wave: WavePart, variable: FrameVariable) -> Iterator[tuple[str, Value]]:
    start = f"{WEIGHTS}.target.{variable.id}."
    labels = {**variable.labels(wave.language), UNKNOWN: text(NO_ANSWER, wave.language)}
    order = {code: place for place, code in enumerate(labels)}
    ids = [str(i) for i in wave.register.rows["id"] if str(i).startswith(start)]
    found = {i.removeprefix(start): i.removeprefix(start).split(JOINED) for i in ids}
    for code, parts in sorted(found.items(), key=lambda pair: [order.get(c, 0) for c in pair[1]]):
        names = tuple(labels.get(part, part) for part in parts)
        yield code, names[0] if len(names) == 1 else Listed(names)


def _name_codes(wave: WavePart, fact: Fact, name: str) -> Value:
    value = fact.values[name]
    known = {v.id: v for v in wave.questionnaire.groupings}
    if name == "variable" and value in known:
        return known[str(value)].label.text(wave.language)
    if not isinstance(value, Listed):
        return value
    if name == "variables":
        return Listed(tuple(known[str(v)].label.text(wave.language) for v in value.items), "comma")
    labels = _find_labels(wave, fact, [str(code) for code in value.items])
    return Listed(tuple(labels.get(str(code), str(code)) for code in value.items), value.link)


def _find_labels(wave: WavePart, fact: Fact, codes: list[str]) -> dict[str, str]:
    """The labels of categories: of the step's variable; strata are a variable that has them all."""
    own = str(fact.values.get("variable", ""))
    for variable in wave.questionnaire.groupings if own else wave.questionnaire.frame:
        if variable.id == own or (not own and set(codes) <= set(variable.codes)):
            return {**variable.labels(wave.language), UNKNOWN: text(NO_ANSWER, wave.language)}
    return {}


def _write_margins(wave: WavePart) -> str:
    """Each margin's target and what is left of the gap after raking, and after trimming; "" where
    every category meets its own target, as the steps say.
    """
    register, rows = wave.register, []
    # Whether trimming moved the margins: what was only kept within limits meets them.
    moved = any(step_name(fact) == "trimmed" for fact in wave.steps)
    if not moved and not any(step_name(fact) in ("merged", "declared") for fact in wave.steps):
        return ""
    for variable in wave.questionnaire.groupings:
        for code, name in _name_categories(wave, variable):
            gap = f"{WEIGHTS}.gap.{variable.id}.{code}"
            ids = [f"{WEIGHTS}.target.{variable.id}.{code}", f"{gap}.raked"]
            margin = wave.tell(
                "language.labelled", label=variable.label.text(wave.language), what=name
            )
            rows.append([margin, *map(register.span, [*ids, *([gap] if moved else [])])])
    if not rows:
        return ""
    header = [text(name, wave.language) for name in (MARGINS if moved else MARGINS[:-1])]
    kind = "report.caption.margins" if moved else "report.caption.margins_raked"
    return table(header, rows, label("tbl", wave.run, "margins"), wave.caption(kind))


# Its blocks beside those of its items.
PLACES = ("opening", "answered", "change", FIRMNESS, "nonresponse", "weighting", "revision", "plan")


def wave_blocks(wave: WavePart) -> list[ReportBlock]:
    """The blocks of a wave's chapter, in order."""
    title = wave.word
    return [
        ReportBlock("opening", "", lambda: _write_opening(wave)),
        ReportBlock(
            "answered",
            title("report.title.answered"),
            lambda: participation.describe_participation(wave),
        ),
        *_list_items(wave),
        ReportBlock("change", title("report.title.change"), lambda: describe_change(wave)),
        ReportBlock(FIRMNESS, title("report.title.firmness"), lambda: describe_firmness(wave)),
        ReportBlock(
            "nonresponse",
            title("participation.title.nonresponse"),
            lambda: participation.nonresponse(wave),
            later=True,
        ),
        ReportBlock(
            "weighting", title("report.title.weighting"), lambda: weighting(wave), later=True
        ),
        ReportBlock(
            "revision", title("report.title.revision"), lambda: _write_revision(wave), later=True
        ),
        plan_block(wave),
    ]


def _list_items(wave: WavePart) -> Iterator[ReportBlock]:
    rows = {name: grid for grid, names in wave.tables.items() for name in names}
    for name in wave.items:
        if (grid := rows.get(name)) is None:
            yield item_block(wave, name)
        elif name == wave.tables[grid][0]:
            yield grid_block(wave, grid)
            yield from (replace(item_block(wave, row), within=True) for row in wave.tables[grid])


def wave_summary(wave: WavePart) -> str:
    """The wave in short: what it is, what its numbers say in three sentences, of whom they are."""
    kind = "report.summary.simulated" if wave.is_simulated else "report.summary.wave"
    items = [wave.questionnaire.item(name) for name in wave.items]
    said = [
        wave.register.write_fact(fact) for fact in in_short(material_of(wave), items, wave.choices)
    ]
    rows = wave.register.rows
    told = rows[rows["kind"].eq("estimate") & rows["unit"].isin(("share", "number"))]
    published = told.loc[told["suppressed"] == "", "reliability"]
    brief = write_numbered("brief", said) if said else ""
    if not said and (published != "").all():
        few, rough = "report.summary.withheld", "report.summary.unreliable"
        brief = wave.tell(few if published.empty else rough)
    return paragraphs([wave.tell(kind), brief, *_tell_who(wave)])


def _tell_who(wave: WavePart) -> Iterator[str]:
    ids = {name: f"quality.{name}.all" for name in ("invited", "answered")}
    if wave.selection.response_rate:
        ids["rate"] = "response.rr2.all"
    known = {name: identity for name, identity in ids.items() if wave.register.has(identity)}
    values: dict[str, Value] = {name: wave.register.name_value(own) for name, own in known.items()}
    facts = [statements.describe_response(wave.selection, values)]
    if wave.selection.inference:
        facts.append(Fact("report.level", {"level": wave.register.name_value("settings.level")}))
    yield " ".join(wave.register.write_fact(fact) for fact in facts)


def _write_opening(wave: WavePart) -> str:
    if not wave.is_simulated:
        return ""
    return note("warning", *map(wave.word, ("report.simulated.title", "report.simulated.note")))


def _write_revision(wave: WavePart) -> str:
    register = wave.register
    items = map(wave.questionnaire.item, wave.items)
    told = [item for item in items if item.kind != "multi"]  # no one number stands for that
    moved = [item for item in told if register.has(f"revision.{item.id}.{item.first_level}.all")]
    if not moved:
        return ""
    columns = ("report.column.before", "report.column.now", "report.title.revision")

    def spans(figure: str) -> list[str]:
        ids = (f"revision.{figure}.before", figure, f"revision.{figure}")
        return [register.span(identity) for identity in ids]

    item = told[0]
    groups = [
        [name, *spans(f"{item.id}.{item.first_level}.{group}")]
        for group, name in wave.groups(item.id).items()
        if register.has(f"revision.{item.id}.{item.first_level}.{group}")
    ]
    totals = []
    for other in moved:
        label_of, level = other.label.text(wave.language), level_label(other, wave.language)
        named = wave.tell("language.labelled", label=label_of, what=level)
        totals.append([named, *spans(f"{other.id}.{other.first_level}.all")])
    caption = wave.caption("report.caption.revision", item=item.label.text(wave.language))
    whole = wave.caption("report.caption.revision_totals")
    header = [plain(wave.by_text), *map(wave.word, columns)]
    return paragraphs(
        [
            wave.table("revision", (), groups, caption, header),
            wave.table("revised", ("report.column.question", *columns), totals, whole),
            wave.tell("report.revision"),
        ]
    )
