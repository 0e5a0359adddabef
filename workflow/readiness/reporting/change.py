"""How a wave's numbers changed since an earlier one: a sentence and rows a question, one chart.

A question moved where the limits of one of its changes leave out 0. It stayed as it was where all
of them lie within the margin (two one-sided tests at half the error of the limits: the margin is
declared before the data). Else it cannot be told.
"""

from collections.abc import Iterator

from readiness.analysis.names import ANSWERED
from readiness.facts import Fact, Value
from readiness.questionnaire import MEDIAN, TOTAL, Item
from readiness.register.figures import share_id
from readiness.register.rows.changes import MAPPED, change_levels
from readiness.reporting.blocks import EMPTY, paragraphs, plain, write_list
from readiness.reporting.item_findings import level_label
from readiness.reporting.parts import WavePart

COLUMNS = (
    "report.column.question",
    "report.column.then",
    "report.column.now",
    "report.title.change",
)
INTERVAL = "numbers.interval"
# By whether one of the changes moved, and whether all lie within the margin.
SENTENCES = {
    (True, False): "report.change.moved",
    (True, True): "report.change.little",
    (False, True): "report.change.stayed",
    (False, False): "report.change.untold",
}


def describe_change(wave: WavePart) -> str:
    """The chapter; "" where a wave is compared with none."""
    register = wave.register
    if not register.has("change.margin"):
        return ""
    since = {"since": str(wave.settings["wave"]["change"]["from"])}
    items = [wave.questionnaire.item(name) for name in wave.items]
    sentences = [said for item in items if (said := _write_sentence(wave, item))]
    ids = [str(name) for name in register.rows["id"] if str(name).startswith("change.")]
    trends = any(name.endswith(".trend") for name in ids)
    limits = any(name.endswith(".lower") for name in ids)
    rows = [row for item in items for row in _make_rows(wave, item, limits=limits, trends=trends)]
    told = [wave.tell("report.change.since", **since)]
    if limits:
        told.append(wave.tell("report.change", margin=register.name_value("change.margin")))
        changes = (name.removesuffix(".lower") for name in ids if name.endswith(".lower"))
        told += map(plain, dict.fromkeys(filter(None, map(register.warning, changes))))
    if register.has("change.expected"):
        counts = {n: register.name_value(f"change.{n}") for n in ("tested", "expected")}
        told.append(wave.tell("report.change.family", **counts))
    columns = (*COLUMNS, *[INTERVAL] * limits, *["report.column.trend"] * trends)
    caption = wave.caption("report.caption.change", **since)
    return paragraphs(
        [
            " ".join(told),
            write_list(sentences),
            wave.chart("change", caption),
            wave.table("change", columns, rows, caption),
            wave.word("report.change.trend") if trends else "",
        ]
    )


def _find_changes(wave: WavePart, item: Item) -> dict[str, str]:
    """The ids of what a question's changes are, by its answers; those that are not told apart."""
    known = {of: share_id(item.id, of, TOTAL, ANSWERED) for of in change_levels(item)}
    return {of: name for of, name in known.items() if wave.register.has(f"change.{name}")}


def _write_sentence(wave: WavePart, item: Item) -> str:
    """Whether a question moved, stayed within the margin or cannot be told, of its largest change;
    "" where nothing is compared.
    """
    register, found = wave.register, _find_changes(wave, item)
    if not found:
        return ""
    margin = (register.number("change.margin") or 0.0) / 100
    sizes, moved, stayed = {}, set(), len(found) == len(change_levels(item))
    for of, name in found.items():
        sizes[of] = abs(register.number(f"change.{name}") or 0.0)
        ends = [register.number(f"change.{name}.{end}") for end in ("lower", "upper")]
        lower, upper = (0.0 if end is None else end for end in ends)
        if lower > 0 or upper < 0:
            moved.add(of)
        stayed &= item.kind != "number" and -margin <= lower and upper <= margin
    largest = max(moved or sizes, key=lambda of: sizes[of])
    identity = found[largest]
    change = register.name_with_interval(f"change.{identity}")
    told = isinstance(change, Fact)
    kind = SENTENCES[bool(moved), stayed] if told else "report.change.counted"
    values: dict[str, Value] = {
        "level": _label(wave, item, largest),
        "before": register.name_value(f"change.{identity}.before"),
        "now": register.name_value(identity),
        "change": change,
    }
    if told and stayed:
        values["margin"] = register.name_value("change.margin")
    label = item.label.text(wave.language)
    return wave.tell("language.labelled", label=label, what=Fact(kind, values))


def _label(wave: WavePart, item: Item, level: str) -> Value:
    if level == item.first_level:
        return level_label(item, wave.language)
    return item.labels(wave.language)[level]


def _make_rows(wave: WavePart, item: Item, *, limits: bool, trends: bool) -> Iterator[list[str]]:
    register, found = wave.register, _find_changes(wave, item)
    asked, reason = item.label.text(wave.language), f"change.{item.id}.compared"
    said = register.span(reason) if register.has(reason) else ""
    mapped = f" ({said})" if said and register.row(reason)["value"] == MAPPED else ""
    if not found:
        why = wave.word("report.change.hidden") if mapped or not said else said
        yield [plain(asked) + mapped, EMPTY, EMPTY, why, *[EMPTY] * (limits + trends)]
    cells = [(_label(wave, item, of), name) for of, name in found.items()]
    word = wave.word("numbers.level.median")
    if item.kind == "number":
        cells.append((word, share_id(item.id, MEDIAN, TOTAL, ANSWERED)))
    if len(change_levels(item)) == 1:
        for group, label in wave.group_labels.items():
            cells.append((label, share_id(item.id, item.first_level, group, ANSWERED)))
            told = wave.tell("language.labelled", label=label, what=word)
            cells.append((told, share_id(item.id, MEDIAN, group, ANSWERED)))
    for what, name in cells:
        if not register.has(f"change.{name}"):
            continue
        label = wave.tell("language.labelled", label=asked, what=what)
        spans = [register.span(own) for own in (f"change.{name}.before", name, f"change.{name}")]
        known = [register.interval(f"change.{name}{own}") for own in ("", ".trend")]
        own, about = (register.write_fact(each) if each else EMPTY for each in known)
        trend, about = f"change.{name}.trend", f" ({about})" * bool(known[1])
        slope = register.span(trend) + about if register.has(trend) else EMPTY
        yield [label + mapped, *spans, *[own] * limits, *[slope] * trends]
