"""Blocks of a wave's report: items, grids, changes, weights, revision, first screen, brief."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from readiness.analysis.selection import ANSWERED
from readiness.analysis.weighting import UNKNOWN
from readiness.ground.facts import Fact, Listed, Term, Value
from readiness.ground.figure_id import (
    BEFORE,
    CHANGE,
    FIRMNESS,
    LIMITS,
    LOWER,
    RAKED,
    REVISION,
    TREND,
    WEIGHTING,
    FigureId,
    comparison_reason_id,
    family_id,
    quality_id,
    response_id,
    setting_id,
    share_id,
    weighting_id,
)
from readiness.language import capitalise, text
from readiness.language.catalogue import FIRST_STRONG, POP
from readiness.questionnaire import MEDIAN, TOTAL, FrameVariable, Item
from readiness.register.rows.changes import MAPPED
from readiness.register.rows.respondents import (
    OF_PRECISION,
    UNWEIGHTED,
    numbers_of,
    step_name,
)
from readiness.reporting import firmness, participation, planned, statements
from readiness.reporting.banners import material_of
from readiness.reporting.blocks import (
    EMPTY,
    ReportBlock,
    block,
    mark,
    paragraphs,
    plain,
    quote_exactly,
    write_list,
    write_numbered,
)
from readiness.reporting.grids import grid_block
from readiness.reporting.item import (
    SIGN,
    draw_item,
    item_block,
    write_legend,
)
from readiness.reporting.item_findings import (
    DEPENDS,
    in_short,
    level_label,
    list_main_findings,
)
from readiness.reporting.particulars import CALLED, list_statements, name_domain, write_box
from readiness.reporting.parts import WavePart
from readiness.survey.weighting.margins import JOINED

# Heading of the column with the bases of the present shares.
BASE = "tables.row.base"
COLUMNS = (
    *("report.column.question", "report.column.then", "report.column.now", BASE),
    "report.title.change",
)
INTERVAL = "numbers.interval"
# Catalogue keys by (some change is established, all changes lie within the margin).
SENTENCES = {
    (True, False): "report.change.moved",
    (True, True): "report.change.little",
    (False, True): "report.change.stayed",
    (False, False): "report.change.untold",
}


# A question moved where the limits of one of its changes exclude 0. It stayed where all limits lie
# within the margin: two one-sided tests at half the error of the limits, with a margin that was
# declared before the data.
def describe_change(wave: WavePart) -> str:
    """Return the chapter on changes since an earlier wave; "" where no wave is compared."""
    register = wave.register
    if not register.has(family_id(CHANGE, "margin")):
        return ""
    since = {"since": str(wave.settings["wave"]["change"]["from"])}
    items = [wave.questionnaire.item(name) for name in wave.items]
    sentences = [sentence for item in items if (sentence := _write_sentence(wave, item))]
    rows_of_changes = register.rows[register.rows["kind"] == CHANGE]
    ids = [FigureId.parse(str(name)) for name in rows_of_changes["id"]]
    trends = any(figure_id.variant == TREND for figure_id in ids)
    limits = any(figure_id.part == LOWER for figure_id in ids)
    rows = [row for item in items for row in _make_rows(wave, item, limits=limits, trends=trends)]
    introduction = [wave.tell("report.change.since", **since)]
    if limits:
        introduction.append(
            wave.tell("report.change", margin=register.name_value(family_id(CHANGE, "margin")))
        )
        changes = (figure.without_part() for figure in ids if figure.part == LOWER)
        present = (name for item in items for name in _find_changes(wave, item).values())
        introduction += register.warnings([*changes, *present])
    if register.has(family_id(CHANGE, "expected")):
        counts = {n: register.name_value(family_id(CHANGE, n)) for n in ("tested", "expected")}
        introduction.append(wave.tell("report.change.family", **counts))
    columns = (*COLUMNS, *[INTERVAL] * limits, *["report.column.trend"] * trends)
    caption = wave.tell("report.caption.change", **since)
    return paragraphs(
        [
            " ".join(introduction),
            write_list(sentences),
            wave.chart("change", caption),
            wave.table("change", columns, rows, caption),
            wave.word("report.change.trend") if trends else "",
        ]
    )


def _find_changes(wave: WavePart, item: Item) -> dict[str, FigureId]:
    """Return the ids of an item's shares that have a change, by level."""
    share_ids = {level: share_id(item.id, level, TOTAL, ANSWERED) for level in item.summary_levels}
    return {
        level: name for level, name in share_ids.items() if wave.register.has(name.since(CHANGE))
    }


def _write_sentence(wave: WavePart, item: Item) -> str:
    """Return a sentence on an item's largest change: moved, stayed within the margin, or undecided.

    "" where no change was computed.
    """
    register, share_ids = wave.register, _find_changes(wave, item)
    if not share_ids:
        return ""
    margin = (register.number(family_id(CHANGE, "margin")) or 0.0) / 100
    limits = {
        of: [register.number(name.since(CHANGE).with_part(end)) or 0.0 for end in LIMITS]
        for of, name in share_ids.items()
    }
    moved = [of for of, (lower, upper) in limits.items() if lower > 0 or upper < 0]
    within = all(-margin <= lower and upper <= margin for lower, upper in limits.values())
    stayed = within and not item.kind.is_number and len(share_ids) == len(item.summary_levels)
    sizes = {of: abs(register.number(name.since(CHANGE)) or 0.0) for of, name in share_ids.items()}
    largest = max(moved or sizes, key=lambda of: sizes[of])
    figure_id = share_ids[largest]
    change = register.name_with_interval(figure_id.since(CHANGE))
    has_limits = isinstance(change, Fact)
    kind = SENTENCES[bool(moved), stayed] if has_limits else "report.change.counted"
    values: dict[str, Value] = {
        "level": _label(wave, item, largest),
        "before": register.name_value(figure_id.since(CHANGE).with_variant(BEFORE)),
        "now": register.name_value(figure_id),
        "change": change,
    }
    if has_limits and stayed:
        values["margin"] = register.name_value(family_id(CHANGE, "margin"))
    label = item.label.text(wave.language)
    return wave.tell("language.labelled", label=label, what=Fact(kind, values))


def _label(wave: WavePart, item: Item, level: str) -> Value:
    if level == item.first_level:
        return level_label(item, wave.language)
    return item.labels(wave.language)[level]


def _make_rows(wave: WavePart, item: Item, *, limits: bool, trends: bool) -> Iterator[list[str]]:
    """Yield the rows of an item in the table of changes, or the reason why it has none."""
    register, share_ids = wave.register, _find_changes(wave, item)
    asked, reason = item.label.text(wave.language), comparison_reason_id(item.id)
    reason_text = register.span(reason) if register.has(reason) else ""
    mapped = f" ({reason_text})" if reason_text and register.row(reason)["value"] == MAPPED else ""
    if not share_ids:
        why = wave.word("report.change.hidden") if mapped or not reason_text else reason_text
        yield [plain(asked) + mapped, *[EMPTY] * 3, why, *[EMPTY] * (limits + trends)]
    cells = [(_label(wave, item, of), name) for of, name in share_ids.items()]
    word = wave.word("numbers.level.median")
    if item.kind.is_number:
        cells.append((word, share_id(item.id, MEDIAN, TOTAL, ANSWERED)))
    if len(item.summary_levels) == 1:
        for group, label in wave.group_labels.items():
            cells.append((label, share_id(item.id, item.first_level, group, ANSWERED)))
            median_label = wave.tell("language.labelled", label=label, what=word)
            cells.append((median_label, share_id(item.id, MEDIAN, group, ANSWERED)))
    for what, name in [cell for cell in cells if register.has(cell[1].since(CHANGE))]:
        label = wave.tell("language.labelled", label=asked, what=what)
        change = name.since(CHANGE)
        trend = change.with_variant(TREND)
        before = register.span(change.with_variant(BEFORE))
        spans = [before, *register.share_and_base(name), register.span(change)]
        intervals = [register.interval(figure_id) for figure_id in (change, trend)]
        change_interval, trend_interval = (
            register.write_fact(interval) if interval else EMPTY for interval in intervals
        )
        trend_interval = f" ({trend_interval})" * bool(intervals[1])
        slope = register.span(trend) + trend_interval if register.has(trend) else EMPTY
        yield [label + mapped, *spans, *[change_interval] * limits, *[slope] * trends]


MARGINS = tuple(f"report.column.{name}" for name in ("margin", "target", "raked", "trimmed"))
NO_ANSWER = "weighting.unknown"


def weighting(wave: WavePart) -> str:
    """Return the chapter on the weights; "" where no step is known."""
    register = wave.register
    steps_text = " ".join(map(register.write_fact, _state_steps(wave)))
    weighted = all(step_name(fact) != UNWEIGHTED for fact in wave.steps)
    if not weighted or not register.has(weighting_id("n")):
        return steps_text

    def tell(kind: str, *names: str) -> str:
        return wave.tell(kind, **{n: register.name_value(weighting_id(n)) for n in names})

    range_text = tell("report.weighting.range", "minimum", "maximum")
    if wave.selection.inference:
        range_text = f"{tell('report.weighting.effect', 'kish_deff', 'n_eff', 'n')} {range_text}"
    return paragraphs([steps_text, range_text, _write_margins(wave)])


def _state_steps(wave: WavePart) -> Iterator[Fact]:
    """Yield the steps of the weighting as facts, with labels in place of codes."""
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
    """Yield the weighted categories of a variable, each with its label."""
    labels = {**variable.labels(wave.language), UNKNOWN: text(NO_ANSWER, wave.language)}
    order = {code: place for place, code in enumerate(labels)}
    rows = wave.register.rows
    ids = [FigureId.parse(str(i)) for i in rows.loc[rows["kind"] == WEIGHTING, "id"]]
    codes = [i.level for i in ids if i.statistic == "target" and i.item == variable.id]
    parts_by_code = {code: code.split(JOINED) for code in codes}
    for code, parts in sorted(
        parts_by_code.items(), key=lambda pair: [order.get(c, 0) for c in pair[1]]
    ):
        names = tuple(labels.get(part, part) for part in parts)
        yield code, names[0] if len(names) == 1 else Listed(names)


def _name_codes(wave: WavePart, fact: Fact, name: str) -> Value:
    """Return a value of a weighting step, with labels in place of codes."""
    value = fact.values[name]
    variables_by_id = {v.id: v for v in wave.questionnaire.groupings}
    if name == "variable" and value in variables_by_id:
        return variables_by_id[str(value)].label.text(wave.language)
    if not isinstance(value, Listed):
        return value
    if name == "variables":
        return Listed(
            tuple(variables_by_id[str(v)].label.text(wave.language) for v in value.items), "comma"
        )
    codes, variable_id = [str(code) for code in value.items], str(fact.values.get("variable", ""))
    # Labels of the step's variable. A step without a variable names strata: take the frame variable
    # that has all these codes.
    labels = next(
        (
            {**variable.labels(wave.language), UNKNOWN: text(NO_ANSWER, wave.language)}
            for variable in (
                wave.questionnaire.groupings if variable_id else wave.questionnaire.frame
            )
            if variable.id == variable_id or (not variable_id and set(codes) <= set(variable.codes))
        ),
        {},
    )
    return Listed(tuple(labels.get(code, code) for code in codes), value.link)


def _write_margins(wave: WavePart) -> str:
    """Return the table of margins: target, gap after raking, gap after trimming.

    "" where the steps say that every category meets its target.
    """
    step_names, rows = {step_name(fact) for fact in wave.steps}, []
    # Trimming moves the margins; weights that were kept within limits still meet them.
    is_trimmed = "trimmed" in step_names
    if not step_names & {"trimmed", "merged", "declared"}:
        return ""
    for variable in wave.questionnaire.groupings:
        for code, name in _name_categories(wave, variable):
            gap = weighting_id("gap", variable.id, code)
            ids = [weighting_id("target", variable.id, code), gap.with_variant(RAKED)]
            margin = wave.tell(
                "language.labelled", label=variable.label.text(wave.language), what=name
            )
            rows.append([margin, *map(wave.register.span, [*ids, *[gap] * is_trimmed])])
    caption = wave.tell("report.caption.margins" if is_trimmed else "report.caption.margins_raked")
    return wave.table("margins", MARGINS if is_trimmed else MARGINS[:-1], rows, caption)


# Main points below the headline.
POINTS = 3
# A brief: most findings, most pictures, and the room for pictures beside the texts on each of its
# two printed pages. Room and the height of a caption are in widths of a picture.
FINDINGS, PICTURES, ROOMS, CAPTION = 5, 3, (1.2, 0.85), 0.08
# Places of a wave's blocks, without the blocks of items.
PLACES = ("opening", "answered", "change", FIRMNESS, "nonresponse", "weighting", "revision", "plan")


def wave_blocks(wave: WavePart) -> list[ReportBlock]:
    """Return the blocks of a wave's chapter, in order."""

    def make(
        place: str, title: str, tell: Callable[[WavePart], str], *, later: bool = False
    ) -> ReportBlock:
        return ReportBlock(place, wave.word(title), partial(tell, wave), later)

    return [
        # The author's text before the questions.
        ReportBlock("opening", "", str),
        *_list_items(wave),
        make("change", "report.title.change", describe_change),
        make("answered", "report.title.answered", participation.describe_participation),
        make(FIRMNESS, "report.title.firmness", firmness.describe_firmness),
        make(
            "nonresponse", "participation.title.nonresponse", participation.nonresponse, later=True
        ),
        make("weighting", "report.title.weighting", weighting, later=True),
        make("revision", "report.title.revision", _write_revision, later=True),
        planned.plan_block(wave),
    ]


def _list_items(wave: WavePart) -> Iterator[ReportBlock]:
    """Yield the blocks of all items, those of a grid after the grid's own block."""
    lead = find_lead(wave)
    rows = {name: grid for grid, names in wave.tables.items() for name in names}
    for name in wave.items:
        if (grid := rows.get(name)) is None:
            yield item_block(wave, name, pictured=name == lead)
        elif name == wave.tables[grid][0]:
            yield grid_block(wave, grid)
            for row in wave.tables[grid]:
                yield replace(item_block(wave, row, pictured=row == lead), within=True)


def list_asked(wave: WavePart) -> list[Item]:
    """List the items of a wave's document, in its order."""
    return [wave.questionnaire.item(name) for name in wave.items]


def find_lead(wave: WavePart) -> str:
    """Return the item of the headline finding.

    The first item where no number supports a finding, "" without items.
    """
    main_findings = list_main_findings(material_of(wave), list_asked(wave), wave.choices, 1)
    return main_findings[0][0].id if main_findings else next(iter(wave.items), "")


def wave_summary(wave: WavePart) -> str:
    """Write the first screen: headline finding, its picture, main points, who answered.

    Where no number supports a finding the headline gives the reason.
    """
    lead, asked = find_lead(wave), list_asked(wave)
    findings = list(in_short(material_of(wave), asked, wave.choices, POINTS + 1))
    sentences = [capitalise(wave.register.write_finding(fact)) for fact in findings]
    headline, points = (
        (sentences[0].rstrip("."), sentences[1:]) if sentences else (_explain_silence(wave), [])
    )
    return paragraphs(
        [
            block("headline", headline) if headline else "",
            draw_item(wave, wave.questionnaire.item(lead)) if lead else "",
            _explain_ranges(wave, findings),
            write_numbered("brief", points) if points else "",
            mark("small", write_who(wave)),
        ]
    )


def _explain_ranges(wave: WavePart, found: Sequence[Fact]) -> str:
    """Explain the two ranges of a finding that depends on blank answers; "" without such one."""
    kinds = {what.kind for fact in found if isinstance(what := fact.values.get("what"), Fact)}
    if not kinds & {*DEPENDS.values()}:
        return ""
    level = wave.register.name_value(setting_id("level"))
    return mark("small", wave.tell("report.finding.ranges", level=level))


def wave_brief(wave: WavePart) -> str:
    """Write the brief: five findings, at most three pictures, and the box of method."""
    findings = list_main_findings(material_of(wave), list_asked(wave), wave.choices, FINDINGS)
    labelled = list(in_short(material_of(wave), list_asked(wave), wave.choices, FINDINGS))
    sentences = [capitalise(wave.register.write_finding(fact)) for fact in labelled]
    headline, points = (
        (sentences[0].rstrip("."), sentences[1:]) if sentences else (_explain_silence(wave), [])
    )
    pictured_ids = list(dict.fromkeys([find_lead(wave), *(item.id for item, _ in findings)]))
    items = [wave.questionnaire.item(name) for name in pictured_ids if name]
    drawn = [draw_item(wave, item) for item in choose_pictures(wave, items)]
    return paragraphs(
        [
            block("headline", headline) if headline else "",
            *drawn[:1],
            _explain_ranges(wave, labelled),
            write_numbered("brief", points) if points else "",
            *drawn[1:],
            write_box(wave),
            mark("small", write_legend(wave)),
        ]
    )


def choose_pictures(wave: WavePart, items: Sequence[Item]) -> list[Item]:
    """Return the items whose first pictures fit on two printed pages, in order.

    The first picture is always among them.
    """
    chosen, rooms = list[Item](), list(ROOMS)
    for item in (candidate for candidate in items if candidate.forms):
        height = measure_height(wave, item)
        place = next((k for k, room in enumerate(rooms) if height <= room), None)
        if len(chosen) == PICTURES or (place is None and chosen):
            continue
        chosen.append(item)
        # Pictures keep their order: none goes back to an earlier page.
        place = place or 0
        rooms = [0.0] * place + [rooms[place] - height, *rooms[place + 1 :]]
    return chosen


_HEIGHT = re.compile(r'viewBox="\S+ \S+ (\S+) (\S+)"')


def measure_height(wave: WavePart, item: Item) -> float:
    """Return the height of an item's first picture with its caption, in picture widths.

    0 without a picture.
    """
    path = wave.charts / f"{item.id}-{item.forms[0]}.svg"
    view_box = _HEIGHT.search(path.read_text("utf-8")) if path.is_file() else None
    return float(view_box[2]) / float(view_box[1]) + CAPTION if view_box else 0.0


def _explain_silence(wave: WavePart) -> str:
    """Return the reason why no number is reported; "" where the tables report some."""
    rows = wave.register.rows
    estimates = rows[rows["kind"].eq("estimate") & rows["unit"].isin(("share", "number"))]
    published = estimates.loc[estimates["suppressed"] == "", "reliability"]
    if (published == "").any():
        return ""
    why = "report.summary.withheld" if published.empty else "report.summary.unreliable"
    return wave.tell(why)


def write_who(wave: WavePart) -> str:
    """Return one line: how many answered, sponsor, population, mode and fieldwork."""
    keys = ("sponsor", "population", "mode", "fieldwork")
    stated = dict(list_statements(wave.settings.get("study", {}), wave.language, keys))
    labelled = []
    for key in ("sponsor", "population"):
        if key in stated:
            # Isolated by its first strong letter, a text keeps its own direction in any language.
            placeholder = f"{FIRST_STRONG}{SIGN}{POP}"
            line = wave.tell("language.labelled", label=Term(CALLED[key]), what=placeholder)
            labelled.append(line.replace(SIGN, quote_exactly(stated[key])))
    how = [quote_exactly(stated[key]) for key in ("mode", "fieldwork") if key in stated]
    return " · ".join([*_tell_domain(wave), _tell_who(wave), *labelled, *how])


def _tell_domain(wave: WavePart) -> Iterator[str]:
    """Yield whom all figures describe, where that is not everybody (`estimate.where`)."""
    if wave.has_domain:
        whom = name_domain(wave.questionnaire, wave.domain, wave.language)
        yield wave.tell("report.domain", whom=whom)


def _tell_who(wave: WavePart) -> str:
    """Return the sentence on how many were invited and answered."""
    ids = {name: quality_id(name, TOTAL) for name in ("invited", "answered")}
    if wave.selection.response_rate:
        ids["rate"] = response_id("rr2", TOTAL)
    published_ids = {
        name: figure_id for name, figure_id in ids.items() if wave.register.has(figure_id)
    }
    values: dict[str, Value] = {
        name: wave.register.name_value(figure) for name, figure in published_ids.items()
    }
    return wave.register.write_fact(statements.describe_response(wave.selection, values))


def _write_revision(wave: WavePart) -> str:
    """Return the chapter on numbers that a revision moved; "" where none moved."""
    register = wave.register
    # A multiple-response question has no single headline figure.
    items = [i for i in map(wave.questionnaire.item, wave.items) if not i.kind.takes_several]
    shares = {item.id: share_id(item.id, item.first_level, TOTAL, ANSWERED) for item in items}
    revised = [item for item in items if register.has(shares[item.id].since(REVISION))]
    if not revised:
        return ""
    columns = ("report.column.before", "report.column.now", BASE, "report.title.revision")

    def spans(figure: FigureId) -> list[str]:
        revision = figure.since(REVISION)
        before = register.span(revision.with_variant(BEFORE))
        return [before, *register.share_and_base(figure), register.span(revision)]

    item = items[0]
    groups = [
        [name, *spans(share)]
        for group, name in wave.groups(item.id).items()
        for share in [share_id(item.id, item.first_level, group, ANSWERED)]
        if register.has(share.since(REVISION))
    ]
    totals = []
    for revised_item in revised:
        question, level = (
            revised_item.label.text(wave.language),
            level_label(revised_item, wave.language),
        )
        labelled = wave.tell("language.labelled", label=question, what=level)
        totals.append([labelled, *spans(shares[revised_item.id])])
    caption = wave.tell("report.caption.revision", item=item.label.text(wave.language))
    whole = wave.tell("report.caption.revision_totals")
    header = [plain(wave.by_text), *map(wave.word, columns)]
    return paragraphs(
        [
            wave.table("revision", (), groups, caption, header),
            wave.table("revised", ("report.column.question", *columns), totals, whole),
            " ".join([wave.tell("report.revision"), *register.warnings(shares.values())]),
        ]
    )
