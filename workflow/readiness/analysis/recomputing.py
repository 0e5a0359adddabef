"""The script with which a person computes a wave's headline numbers again, without this program.

It is text: what configuration and questionnaire say, written as constants, in a fixed body of
pandas and statsmodels (`recompute_py.txt`). What it leaves out it names at its top.
"""

import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from pprint import pformat
from typing import Any

from readiness.analysis.comparing import list_family
from readiness.config import WaveSettings
from readiness.ground.facts import Fact
from readiness.questionnaire import Item, Questionnaire

RECOMPUTE = "recompute.py"
# The register's number of interviews that ended before their end, where there were any.
BROKEN_OFF = "quality.issues.broken_off"
# The steps of a weighting that the script takes, by the last part of their kind.
TAKEN = {"raked", "inside", "bounded", "moved", "jackknife", "unweighted"}
# What is between at-signs is written in (`recompute_script`).
BODY = Path(__file__).with_name("recompute_py.txt")
_WIDTH = 98


def recompute_script(
    identity: str,
    wave: WaveSettings,
    questionnaire: Questionnaire,
    data: Mapping[str, str],
    steps: Collection[Fact],
    *,
    broken_off: bool,
) -> str | None:
    """Return the script of a publication; None where it could not compute the numbers.

    It takes a plain CSV of one row a submission, and a weighting that raking alone makes, with a
    jackknife.

    Args:
        identity: the publication's id.
        wave: its settings.
        questionnaire: what was asked.
        data: the paths of the dataset versions that anybody may have, by name, from the project's
            root.
        steps: what was done to weigh.
        broken_off: whether somebody broke off: then an empty cell that means "none" may be a
            question that was not reached, and such questions are left out.
    """
    done = {fact.kind.rpartition(".")[2] for fact in steps}
    export = questionnaire.export
    plain = not (export.tool or export.encoding or export.header_rows or export.respondent)
    spread = any(c.column for item in questionnaire.items for c in item.categories)
    kept = wave.validate_.duplicates != "most_answered"
    needed = [name for name in (wave.answers, wave.sample) if name]
    if spread or not (plain and kept and "jackknife" in done <= TAKEN and data.keys() >= {*needed}):
        return None
    data = {name: data[name] for name in needed}
    derived = {one.id for one in wave.derive}
    by = next(iter(wave.estimate.variables(v.id for v in questionnaire.frame)), "")
    if by not in {v.id for v in questionnaire.groupings if v.id not in derived}:
        by = ""
    told = [
        item
        for item in _choose_told(wave, questionnaire)
        if not (broken_off and item.blank_means == "none")
    ]
    if not told:
        return None
    tested = dict(_list_tests(wave, questionnaire)) if by else {}
    names = {item.id for item in told} | ({by} & {item.id for item in questionnaire.items})
    timestamp, first, after = _find_days(wave, questionnaire)
    lowest, highest = wave.weight.trim if wave.weight else (0.0, 1.0)
    constants = {
        "ANSWERS": data[wave.answers],
        "SAMPLE": data.get(wave.sample or "", ""),
        "MARGINS": _name_file("margins", wave.weight.margins if wave.weight else None),
        "CORRECTIONS": _name_file("corrections", wave.corrections),
        "TIMESTAMP": timestamp,
        "FIRST_DAY": first,
        "DAY_AFTER": after,
        "INVITATION": export.invitation or "",
        "KEEP": wave.validate_.duplicates,
        "LOWEST": lowest,
        "HIGHEST": highest,
        "LEVEL": wave.estimate.level,
        "BY": by,
        "GROUPS": list(questionnaire.grouping(by).codes) if by else [],
        # Of each tested item the rows of its grid.
        "TESTS": {name: tested[name] for item in told if (name := item.id) in tested},
        "ITEMS": dict(_describe_items(questionnaire, names, told)),
    }
    settings = "\n".join(_write_constant(name, value) for name, value in constants.items())
    script = BODY.read_text("utf-8")
    for name, text in {
        "ID": identity,
        "POINTERS": " ".join(f"{path}.dvc" for path in data.values()),
        "LEFT": textwrap.fill(f"{_tell_left(wave, told, tested)}.", _WIDTH),
        "SETTINGS": settings,
    }.items():
        script = script.replace(f"@{name}@", text)
    return script


def _write_constant(name: str, value: Any) -> str:
    """Write an assignment, on lines of at most 100 characters where texts allow it."""
    line = f"{name} = {value!r}"
    if len(line) <= _WIDTH:
        return line
    if isinstance(value, dict):
        lines = [f"{name} = {{"]
        for key, one in value.items():
            # On lines of its own: a text of a questionnaire fills them.
            lines += [f"    {key!r}: (", textwrap.indent(_write_short(one), " " * 8), "    ),"]
        return "\n".join([*lines, "}"])
    return f"{name} = (\n{textwrap.indent(_write_short(value), ' ' * 4)}\n)"


def _write_short(value: Any) -> str:
    return pformat(value, width=_WIDTH - 12, sort_dicts=False)


def _name_file(kind: str, name: str | None) -> str:
    return f"data/{kind}/{name}.csv" if name else ""


def _find_days(wave: WaveSettings, questionnaire: Questionnaire) -> tuple[str, str, str]:
    """The column of the moment, the first day that counts, the first that no longer does."""
    opens, closes = wave.validate_.opens, wave.validate_.closes
    if not (opens or closes):
        return "", "", ""
    end = date.fromisoformat(closes) + timedelta(days=1) if closes else date(2200, 1, 1)
    return questionnaire.export.timestamp or "", opens or "1900-01-01", str(end)


def _choose_told(wave: WaveSettings, questionnaire: Questionnaire) -> list[Item]:
    """Choose the items that the report tells of and the script can code."""
    asked = {
        item.id: item
        for item in questionnaire.items
        if not item.derived_from
        # An answer with a notation of its own (a day) is no text that the script could read.
        and item.kind.is_estimated
        and not item.kind.written_as
        and not any(route.of_a_number for route in item.asked_if)
    }
    return [asked[name] for name in wave.show or wave.estimate.items if name in asked]


def _list_tests(wave: WaveSettings, questionnaire: Questionnaire) -> Iterator[tuple[str, int]]:
    """Yield each item whose leading test is Rao-Scott's F, with the rows of its grid."""
    named = {*wave.estimate.items, *wave.compare.items}
    beside = list_family(questionnaire, [i.id for i in questionnaire.items if i.id in named])
    for item in _choose_told(wave, questionnaire):
        if item.id in wave.compare.items and item.kind.takes_one:
            yield item.id, len(beside[item.id])


def _describe_items(
    questionnaire: Questionnaire, names: Collection[str], told: Collection[Item]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each item and those that decide whether it is asked, as the script reads them.

    `headlines`: of the items `told`, by level the codes that it adds up (none for a mean).
    """
    wanted = set(names)
    described: list[tuple[str, dict[str, Any]]] = []
    # Who is weighted is of the group that is asked, whatever was ticked.
    everyone = set(questionnaire.weighted_groups)
    for item in reversed(questionnaire.items):
        if item.id not in wanted:
            continue
        routes = {
            route.item: list(route.one_of)
            for route in item.asked_if
            if route.item != questionnaire.group_item or not everyone <= set(route.one_of)
        }
        wanted |= routes.keys()
        one: dict[str, Any] = {"column": item.column, "kind": item.kind.name}
        if item.range is not None:
            low, high = item.range.bounds
            one |= {"least": _write_end(low), "most": _write_end(high)}
        one["options"] = {c.value or c.text: c.code for c in item.categories}
        if item.kind.takes_several:
            one["empty_is_none"] = item.blank_means == "none"
        one["asked_if"] = routes
        one["headlines"] = _list_headlines(item) if item in told else {}
        described.append((item.id, one))
    yield from reversed(described)


def _write_end(end: float) -> float:
    """Return an end of a range as a number that Python can read: an open one is far away."""
    return max(min(end, 1e300), -1e300)


def _list_headlines(item: Item) -> dict[str, list[str]]:
    if item.kind.is_number:
        return {item.first_level: []}
    return {level: list(item.levels_of.get(level, (level,))) for level in item.summary_levels}


def _tell_left(wave: WaveSettings, told: Sequence[Item], tested: Mapping[str, Any]) -> str:
    """Say what the script does not cover, in English as the script is."""
    names = [item.id for item in told]
    left = ["what is not published", "nonresponse"]
    untested = [name for name in names if name in wave.compare.items and name not in tested]
    left += [f"the test of {name}" for name in untested]
    more = [name for name in wave.show or wave.estimate.items if name not in names]
    left += [*more[:5], *([f"{len(more) - 5} more"] if len(more) > 5 else [])]
    return ", ".join(left)
