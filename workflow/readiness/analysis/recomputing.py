"""Write the script that recomputes a wave's headline numbers without this program.

The script is text: constants from configuration and questionnaire in a fixed body of pandas and
statsmodels (`recompute_py.txt`). It lists at its top the numbers that it leaves out.
"""

import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from pprint import pformat
from typing import Any

from readiness.analysis.comparing import list_family
from readiness.analysis.domain import route_questions
from readiness.config import WaveSettings
from readiness.ground.facts import Fact
from readiness.questionnaire import Item, Questionnaire

RECOMPUTE = "recompute.py"
# Register id of the number of interviews that were broken off, where there were any.
BROKEN_OFF = "quality.issues.broken_off"
# Steps of a weighting that the script can repeat, by the last part of their kind.
TAKEN = {"raked", "inside", "bounded", "moved", "jackknife", "unweighted"}
# Names between at-signs are placeholders (`recompute_script`).
BODY = Path(__file__).with_name("recompute_py.txt")
_WIDTH = 98


def recompute_script(
    publication_id: str,
    wave: WaveSettings,
    questionnaire: Questionnaire,
    data: Mapping[str, str],
    steps: Collection[Fact],
    *,
    broken_off: bool,
) -> str | None:
    """Return the script of a publication; None where a script cannot compute the numbers.

    The script needs a plain CSV with one row per submission, and a weighting by raking alone, with
    a jackknife.

    Args:
        publication_id: the publication's id.
        wave: its settings.
        questionnaire: its questions.
        data: the paths of the public dataset versions, by name, from the project's root.
        steps: the steps of the weighting.
        broken_off: whether anybody broke off: then an empty cell that means "none" may be a
            question that was not reached, and such questions are left out.
    """
    steps_taken = {fact.kind.rpartition(".")[2] for fact in steps}
    export = questionnaire.export
    where = wave.estimate.where or {}
    coded_items = {item.id for item in questionnaire.items if not item.derived_from}
    is_plain_csv = not (export.tool or export.encoding or export.header_rows or export.respondent)
    has_option_columns = any(c.column for item in questionnaire.items for c in item.categories)
    has_known_rule = wave.validate_.duplicates != "most_answered"
    needed_data = [name for name in (wave.answers, wave.sample) if name]
    if (
        has_option_columns
        or not {*where} <= coded_items
        or not (
            is_plain_csv
            and has_known_rule
            and "jackknife" in steps_taken <= TAKEN
            and data.keys() >= {*needed_data}
        )
    ):
        return None
    data = {name: data[name] for name in needed_data}
    derived = {variable.id for variable in wave.derive}
    by = next(iter(wave.estimate.variables(v.id for v in questionnaire.frame)), "")
    if by not in {v.id for v in questionnaire.groupings if v.id not in derived}:
        by = ""
    reported_items = [
        item
        for item in _choose_told(wave, questionnaire)
        if not (broken_off and item.blank_means == "none")
    ]
    if not reported_items:
        return None
    tested = dict(_list_tests(wave, questionnaire)) if by else {}
    questionnaire = route_questions(questionnaire, where)
    reported_items = [questionnaire.item(item.id) for item in reported_items]
    names = {item.id for item in reported_items} | (
        {by} & {item.id for item in questionnaire.items}
    )
    timestamp, first_day, day_after = _find_days(wave, questionnaire)
    lowest, highest = wave.weight.trim if wave.weight else (0.0, 1.0)
    constants = {
        "ANSWERS": data[wave.answers],
        "SAMPLE": data.get(wave.sample or "", ""),
        "MARGINS": _name_file("margins", wave.weight.margins if wave.weight else None),
        "CORRECTIONS": _name_file("corrections", wave.corrections),
        "TIMESTAMP": timestamp,
        "FIRST_DAY": first_day,
        "DAY_AFTER": day_after,
        "INVITATION": export.invitation or "",
        "KEEP": wave.validate_.duplicates,
        "LOWEST": lowest,
        "HIGHEST": highest,
        "LEVEL": wave.estimate.level,
        "BY": by,
        "GROUPS": list(questionnaire.grouping(by).codes) if by else [],
        # For each tested item the number of rows of its grid.
        "TESTS": {item.id: tested[item.id] for item in reported_items if item.id in tested},
        "ITEMS": dict(_describe_items(questionnaire, names, reported_items)),
    }
    settings = "\n".join(_write_constant(name, value) for name, value in constants.items())
    script = BODY.read_text("utf-8")
    for name, text in {
        "ID": publication_id,
        "POINTERS": " ".join(f"{path}.dvc" for path in data.values()),
        "LEFT": textwrap.fill(f"{_tell_left(wave, reported_items, tested)}.", _WIDTH),
        "SETTINGS": settings,
    }.items():
        script = script.replace(f"@{name}@", text)
    return script


def _write_constant(name: str, value: Any) -> str:
    """Return an assignment, on lines of at most 100 characters where texts allow it."""
    line = f"{name} = {value!r}"
    if len(line) <= _WIDTH:
        return line
    if isinstance(value, dict):
        lines = [f"{name} = {{"]
        for key, entry in value.items():
            # On separate lines, because texts of a questionnaire are long.
            lines += [f"    {key!r}: (", textwrap.indent(_write_short(entry), " " * 8), "    ),"]
        return "\n".join([*lines, "}"])
    return f"{name} = (\n{textwrap.indent(_write_short(value), ' ' * 4)}\n)"


def _write_short(value: Any) -> str:
    """Return a value as Python writes it, on short lines."""
    return pformat(value, width=_WIDTH - 12, sort_dicts=False)


def _name_file(kind: str, name: str | None) -> str:
    """Return the path of a data file, "" without a name."""
    return f"data/{kind}/{name}.csv" if name else ""


def _find_days(wave: WaveSettings, questionnaire: Questionnaire) -> tuple[str, str, str]:
    """Return the timestamp column, the first day of fieldwork, and the day after the last one.

    Three empty texts without opening and closing dates.
    """
    opens, closes = wave.validate_.opens, wave.validate_.closes
    if not (opens or closes):
        return "", "", ""
    end = date.fromisoformat(closes) + timedelta(days=1) if closes else date(2200, 1, 1)
    return questionnaire.export.timestamp or "", opens or "1900-01-01", str(end)


def _choose_told(wave: WaveSettings, questionnaire: Questionnaire) -> list[Item]:
    """Return the items that the report shows and the script can code."""
    codable = {
        item.id: item
        for item in questionnaire.items
        if not item.derived_from
        # The script cannot parse answers with a special notation (dates).
        and item.kind.is_estimated
        and not item.kind.written_as
        and not any(route.of_a_number for route in item.asked_if)
    }
    return [codable[name] for name in wave.show or wave.estimate.items if name in codable]


def _list_tests(wave: WaveSettings, questionnaire: Questionnaire) -> Iterator[tuple[str, int]]:
    """Yield each item whose leading test is Rao-Scott's F, with the number of rows of its grid."""
    estimated_or_compared = {*wave.estimate.items, *wave.compare.items}
    family_of_item = list_family(
        questionnaire, [i.id for i in questionnaire.items if i.id in estimated_or_compared]
    )
    for item in _choose_told(wave, questionnaire):
        if item.id in wave.compare.items and item.kind.takes_one:
            yield item.id, len(family_of_item[item.id])


def _describe_items(
    questionnaire: Questionnaire, names: Collection[str], told: Collection[Item]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each named item, and those that its routing needs, as the script reads them.

    `headlines`: for the items `told`, the codes that each level adds (none for a mean).
    """
    needed = set(names)
    described: list[tuple[str, dict[str, Any]]] = []
    # Weighted respondents belong to the weighted groups, so routing on these alone is always met.
    weighted_groups = set(questionnaire.weighted_groups)
    for item in reversed(questionnaire.items):
        if item.id not in needed:
            continue
        routes = {
            route.item: list(route.one_of)
            for route in item.asked_if
            if route.item != questionnaire.group_item or not weighted_groups <= set(route.one_of)
        }
        needed |= routes.keys()
        fields: dict[str, Any] = {"column": item.column, "kind": item.kind.name}
        if item.range is not None:
            low, high = item.range.bounds
            fields |= {"least": _write_end(low), "most": _write_end(high)}
        fields["options"] = {c.value or c.text: c.code for c in item.categories}
        if item.kind.takes_several:
            fields["empty_is_none"] = item.blank_means == "none"
        fields["asked_if"] = routes
        fields["headlines"] = _list_headlines(item) if item in told else {}
        described.append((item.id, fields))
    yield from reversed(described)


def _write_end(end: float) -> float:
    """Return the end of a range as a finite number; an open end as plus or minus 1e300."""
    return max(min(end, 1e300), -1e300)


def _list_headlines(item: Item) -> dict[str, list[str]]:
    """Return the codes that each summary level of an item adds, by level."""
    if item.kind.is_number:
        return {item.first_level: []}
    return {level: list(item.levels_of.get(level, (level,))) for level in item.summary_levels}


def _tell_left(wave: WaveSettings, told: Sequence[Item], tested: Mapping[str, Any]) -> str:
    """Return the list of numbers that the script leaves out, in English as the script is."""
    names = [item.id for item in told]
    left_out = ["what is not published", "nonresponse"]
    untested = [name for name in names if name in wave.compare.items and name not in tested]
    left_out += [f"the test of {name}" for name in untested]
    items_left_out = [name for name in wave.show or wave.estimate.items if name not in names]
    left_out += [
        *items_left_out[:5],
        *([f"{len(items_left_out) - 5} more"] if len(items_left_out) > 5 else []),
    ]
    return ", ".join(left_out)
