"""Chapters on participation and nonresponse: who answered, and how missing answers could matter.

All numbers are of the register; what the register lacks is left out.
"""

from collections.abc import Iterator, Sequence

import pandas as pd

from readiness.ground.facts import Fact, Listed, Value
from readiness.ground.figure_id import (
    ANSWERED,
    COMPARISONS,
    LIMITS,
    LOWER,
    OTHERS,
    UPPER,
    WEIGHTING,
    WORST,
    FigureId,
    balance_id,
    family_id,
    missing_id,
    quality_id,
    response_id,
    setting_id,
    share_id,
)
from readiness.language import text
from readiness.questionnaire import TOTAL
from readiness.register.figures import DONT_KNOW, find_hidden_items
from readiness.reporting import statements
from readiness.reporting.blocks import EMPTY, fold, paragraphs, plain, write_list
from readiness.reporting.item_findings import level_label
from readiness.reporting.parts import WavePart
from readiness.survey.nonresponse import DISPOSITIONS as ENDS_OF_CASES
from readiness.validation.issues import MEANINGS

RATES = tuple(f"participation.rate.rr{k}" for k in range(1, 7))
STATUS = tuple(
    f"participation.status.{status}"
    for status in ("answered", "dont_know", "blank", "no_answer", "not_asked")
)
# Catalogue keys of "not asked": in general, and where figures describe part of the respondents
# (`estimate.where`).
NOT_ASKED, NOT_INSIDE = "participation.status.not_asked", "participation.status.outside"
DISPOSITIONS = tuple(f"participation.disposition.{name}" for name in ENDS_OF_CASES)
# Catalogue keys of measures of participation, by their levels in the register.
MEASURES = {
    **{key.rpartition(".")[2]: key for key in (*RATES, *STATUS[:1], *STATUS[2:], *DISPOSITIONS)},
    "r_indicator": "participation.r_indicator",
}
BOUNDS = (
    "tables.row.base",
    "verdict.page.column.published",
    "participation.column.worst",
)
BALANCE = tuple(f"participation.column.{name}" for name in ("population", "before", "after"))
CAPTIONS = tuple(
    f"participation.caption.{name}" for name in ("rates", "bounds", "missing", "balance")
)


def describe_participation(wave: WavePart) -> str:
    """Return the chapter on participation, worded for the selection of respondents."""
    listed = wave.register.has(quality_id("invited", TOTAL))
    flow = "participation.caption.flow" if listed else "participation.caption.flow.received"
    return paragraphs(
        [
            " ".join(map(wave.register.write_fact, _state_counts(wave))),
            wave.chart("participation", wave.tell(flow)),
            " ".join(map(wave.register.write_fact, _tell_reading(wave))),
            _write_rates(wave),
            _write_representativity(wave),
            _name_uncounted(wave),
        ]
    )


def _name_uncounted(wave: WavePart) -> str:
    """Return the questions whose answers are texts or days, in a fold."""
    labels = [
        plain(item.label.text(wave.language))
        for item in wave.questionnaire.items
        if not item.forms and not item.personal
    ]
    return fold(text("report.uncounted", wave.language), write_list(labels)) if labels else ""


def _state_counts(wave: WavePart) -> Iterator[Fact]:
    """Yield how many submissions were received, excluded and corrected.

    The summary has the numbers of those who were asked and who answered.
    """
    register = wave.register
    rules = (key.rpartition(".")[2] for key in statements.EXCLUDED)
    counted_rules = [rule for rule in rules if register.number(quality_id(rule, TOTAL)) is not None]
    yield Fact("report.received", {"received": register.name_value(quality_id("received", TOTAL))})
    yield statements.describe_exclusions({rule: _find_count(wave, rule) for rule in counted_rules})
    yield statements.count_or_none("report.issues", *_find_count(wave, "issues"))
    if kinds := _list_kinds(wave):
        yield Fact("report.issues.most", {"kinds": kinds})
    yield statements.count_or_none("report.corrections", *_find_count(wave, "corrections_applied"))
    for code, name in wave.questionnaire.label_apart(wave.language).items():
        if register.has(quality_id("kept", code)):
            n = register.name_value(quality_id("kept", code))
            yield Fact("report.counted_apart", {"group": name, "n": n})


def _list_kinds(wave: WavePart) -> Listed | None:
    """Return the three most frequent kinds of issues with their numbers; None without an issue."""
    counts = {rule: wave.register.number(quality_id("issues", rule)) or 0 for rule in MEANINGS}
    kinds = []
    for rule in sorted((rule for rule, n in counts.items() if n), key=lambda rule: -counts[rule])[
        :3
    ]:
        n = wave.register.name_value(quality_id("issues", rule))
        # A meaning is a sentence; in a list its full stop would end the line too early.
        what = text(MEANINGS[rule], wave.language).rstrip(".")
        kinds.append(Fact("report.issues.kind", {"what": what, "n": n}))
    return Listed(tuple(kinds), "comma") if kinds else None


def _find_count(wave: WavePart, quantity: str) -> tuple[int, Value]:
    figure_id = quality_id(quantity, TOTAL)
    return round(wave.register.number(figure_id) or 0), wave.register.name_value(figure_id)


def _tell_reading(wave: WavePart) -> Iterator[Fact]:
    """Yield which inference the selection supports, and what is suppressed."""
    register = wave.register
    asked, answers = (register.number(quality_id(name, TOTAL)) for name in ("invited", "answered"))
    yield statements.describe_selection(
        wave.selection,
        raked=any(
            (figure := FigureId.parse(figure_id)).family == WEIGHTING
            and figure.statistic == "target"
            for figure_id in wave.register.rows["id"]
        ),
        # Without a sampling frame, weights are delivered with the data, and what they correct for
        # is unknown.
        complete=wave.selection.inference if asked is None else asked == answers,
    )
    reliable = {"reliable": register.name_value(setting_id("reliable_base"))}
    if register.has(cell := setting_id("minimum_cell")):
        key = "report.hidden.group" if wave.variables else "report.hidden.all"
        yield Fact(key, reliable | {"least": register.name_value(cell)})
        yield from _name_exceptions(wave)
    else:
        yield Fact("report.hidden", reliable)
    items = {item.id: item.label.text(wave.language) for item in wave.questionnaire.items}
    if hidden := [items[name] for name in find_hidden_items(register.rows) if name in items]:
        yield Fact("report.hidden.questions", {"questions": Listed(tuple(hidden), "comma")})
    if groups := [items[name] for name in wave.variables if name in items]:
        yield Fact("report.groups.answers", {"variables": Listed(tuple(groups), "slash")})
    if register.has(family_id(COMPARISONS, "expected")):
        numbers = {
            n: register.name_value(family_id(COMPARISONS, n)) for n in ("tested", "expected")
        }
        yield Fact("report.tests.family", numbers)


def _name_exceptions(wave: WavePart) -> Iterator[Fact]:
    """Yield which published shares are exceptions to the rule on small numbers of answers."""
    shares = wave.register.rows.query("kind == 'estimate' and suppressed == ''")
    if shares["level"].eq(DONT_KNOW).any():
        items = map(wave.questionnaire.item, wave.items)
        protected = [item.label.text(wave.language) for item in items if item.sensitive]
        questions = Listed(tuple(protected), "comma")
        yield (
            Fact("report.hidden.dont_know.except", {"questions": questions})
            if protected
            else Fact("report.hidden.dont_know")
        )
    least = wave.register.number(setting_id("reliable_base")) or 0.0
    is_small = pd.to_numeric(shares["n"]) < least
    labels = wave.questionnaire.label_apart(wave.language)
    if names := [
        label for code, label in labels.items() if (is_small & shares["group"].eq(code)).any()
    ]:
        yield Fact("report.hidden.apart", {"groups": Listed(tuple(names), "comma")})


def _write_rates(wave: WavePart) -> str:
    register, rows = wave.register, []
    for key in RATES:
        rate = key.rpartition(".")[2]
        ids = (response_id(rate, TOTAL), response_id(f"{rate}_weighted", TOTAL))
        if all(register.has(figure_id) for figure_id in ids):
            weighted = register.span(ids[1]) if register.row(ids[1])["unit"] == "share" else EMPTY
            rows.append([plain(wave.word(key)), register.span(ids[0]), weighted])
    asked_id = quality_id("invited", TOTAL)
    asked = ["participation.row.asked", register.span(asked_id), EMPTY] if rows else ()
    return _fold_table(wave, "rates", RATES_TABLE, rows, asked)


RATES_TABLE = tuple(f"participation.column.{name}" for name in ("rate", "unweighted", "weighted"))


def _write_representativity(wave: WavePart) -> str:
    figure_id = response_id("r_indicator")
    if not wave.register.has(figure_id) or wave.register.row(figure_id)["unit"] != "number":
        return ""
    return wave.tell("participation.representativity", value=wave.register.name_value(figure_id))


def nonresponse(wave: WavePart) -> str:
    """Return the chapter on nonresponse: how far missing answers could move headline numbers.

    "" where nothing is known.
    """
    numbers = list(_list_headlines(wave))
    if not numbers:
        return ""
    return paragraphs(
        [
            *_tell_others(wave, numbers),
            wave.chart("nonresponse", wave.tell("participation.caption.bounds")),
            *_tell_lacking(wave, numbers),
            _write_bounds(wave, numbers),
            _write_missing(wave),
            _balance(wave),
        ]
    )


def _list_headlines(wave: WavePart) -> Iterator[tuple[str | Fact, FigureId]]:
    """Yield the headline shares that have a range for missing answers, each after its label."""
    for name in wave.items:
        item = wave.questionnaire.item(name)
        words, labels = item.label.text(wave.language), item.labels(wave.language)
        for level in item.codes if item.kind.takes_several else (item.first_level,):
            share = share_id(name, level, TOTAL, ANSWERED)
            if not wave.register.has(share.with_variant(WORST, LOWER)):
                continue
            if item.kind.is_number:
                yield words, share
            else:
                level_text = (
                    labels[level] if item.kind.takes_several else level_label(item, wave.language)
                )
                yield Fact("language.labelled", {"label": words, "what": level_text}), share


def _tell_others(wave: WavePart, numbers: list[tuple[str | Fact, FigureId]]) -> Iterator[str]:
    """Yield for each share how far people without an answer could move it."""
    register = wave.register
    for words, share in numbers:
        others, worst = share.with_variant(OTHERS), f"{OTHERS}.{WORST}"
        if register.number(share.with_variant(worst, LOWER)) is None:
            continue
        values: dict[str, Value] = {
            "item": words,
            "published": register.name_value(share),
            "least": register.name_value(share.with_variant(worst, LOWER)),
            "most": register.name_value(share.with_variant(worst, UPPER)),
        }
        if (interval := register.interval(others)) is None:
            yield register.write_fact(Fact("participation.others.weak", values))
        else:
            yield register.write_fact(Fact("participation.others", {**values, **interval.values}))


def _tell_lacking(wave: WavePart, numbers: list[tuple[str | Fact, FigureId]]) -> Iterator[str]:
    """Yield the published share that missing answers could move most, and how to read the range."""
    register, lacking = wave.register, list[tuple[float, str | Fact, FigureId]]()
    for words, share in numbers:
        lower, upper = (register.number(share.with_variant(WORST, end)) for end in LIMITS)
        if lower is None or upper is None or register.row(share)["unit"] != "share":
            status_ids = [
                missing_id(share.item, key) for key in ("dont_know", "blank", "no_answer")
            ]
            # A suppressed share lacks answers where its question does.
            has_missing = any(
                register.number(status_id) != 0
                for status_id in status_ids
                if register.has(status_id)
            )
            lacking += [(0.0, words, share)] if has_missing or lower != upper else []
        elif lower != upper:
            lacking.append((float(upper) - float(lower), words, share))
    # Name no widest range beside a suppressed share, whose range may be wider.
    if lacking and all(entry[0] for entry in lacking):
        _, words, share = max(lacking, key=lambda entry: entry[0])
        values: dict[str, Value] = {
            "item": words,
            "lower": register.name_value(share.with_variant(WORST, LOWER)),
            "upper": register.name_value(share.with_variant(WORST, UPPER)),
            "published": register.name_value(share),
        }
        yield register.write_fact(Fact("participation.widest", values))
    if lacking:
        yield register.write_fact(Fact("participation.reading.worst"))


def _write_bounds(wave: WavePart, numbers: list[tuple[str | Fact, FigureId]]) -> str:
    """Return the table of headline shares with their range for missing answers."""
    register, rows = wave.register, []
    for words, share in numbers:
        ends = [register.number(share.with_variant(WORST, end)) for end in LIMITS]
        if None not in ends and ends[0] == ends[1]:
            continue  # no missing answers: nothing could move the share
        worst = _write_between(wave, share.with_variant(WORST))
        asked = plain(words) if isinstance(words, str) else register.write_fact(words)
        published, base = register.share_and_base(share)
        rows.append([asked, base, published, worst])
    columns = ["report.column.question", *BOUNDS]
    warnings = register.warnings(share for _, share in numbers)
    return _fold_table(wave, "bounds", columns, rows, note=" ".join(warnings))


def _write_between(wave: WavePart, figure_id: FigureId) -> str:
    if not wave.register.has(lower := figure_id.with_part(LOWER)):
        return EMPTY
    interval = wave.register.interval(figure_id)
    return wave.register.write_fact(interval) if interval else wave.register.span(lower)


def _write_missing(wave: WavePart) -> str:
    """Return the table of item nonresponse, a row for each question."""
    register, questions = wave.register, []
    for name in dict.fromkeys([*wave.items, *wave.variables]):
        ids = {key: missing_id(name, key.rpartition(".")[2]) for key in STATUS}
        if any(register.has(figure_id) for figure_id in ids.values()):
            questions.append((wave.questionnaire.item(name).label.text(wave.language), ids))
    statuses = [key for key in STATUS if any(register.has(ids[key]) for _, ids in questions)]
    rows = []
    for words, ids in questions:
        cells = (register.span(i) if register.has(i := ids[key]) else EMPTY for key in statuses)
        rows.append([plain(words), *cells])
    base = register.span(quality_id("answered", TOTAL))
    heads = [NOT_INSIDE if key == NOT_ASKED and wave.has_domain else key for key in statuses]
    respondents = ["participation.row.respondents", *[base] * len(statuses)]
    items = map(wave.questionnaire.item, wave.items)
    note = (
        wave.word("participation.note.none") if any(i.blank_means == "none" for i in items) else ""
    )
    columns = ("report.column.question", *heads)
    return _fold_table(wave, "missing", columns, rows, respondents, note)


def _balance(wave: WavePart) -> str:
    """Return the table of margins: population, before and after weighting."""
    register, rows = wave.register, []
    for variable in wave.questionnaire.groupings:
        for code, name in variable.labels(wave.language).items():
            stages = [key.rpartition(".")[2] for key in BALANCE]
            ids = [balance_id(variable.id, code, stage) for stage in stages]
            if not register.has(balance_id(variable.id, code, "after")):
                continue
            label = variable.label.text(wave.language)
            margin = wave.tell("language.labelled", label=label, what=name)
            rows.append([margin, *map(register.span, ids)])
    base = register.span(quality_id("answered", TOTAL))
    respondents = ["participation.row.respondents", EMPTY, base, base]
    return _fold_table(wave, "balance", ("report.column.margin", *BALANCE), rows, respondents)


def _fold_table(
    wave: WavePart,
    name: str,
    columns: Sequence[str],
    rows: Sequence[list[str]],
    base: Sequence[str] = (),
    note: str = "",
) -> str:
    """Return a table in a fold, with its caption as summary; "" without rows.

    `base`: the last row, the base of the shares above: a catalogue key, then cells. `note`: text
    below the table.
    """
    caption, marks = f"participation.caption.{name}", [""] * len(rows)
    if rows and base:
        rows, marks = [*rows, [wave.word(base[0]), *base[1:]]], [*marks, "base"]
    table = wave.table(name, columns, rows, wave.tell(caption), marks=marks)
    return fold(wave.word(caption), paragraphs([table, note])) if table else ""
