"""The script with which a person computes a wave's headline numbers again, without this program.

It is text: what configuration and questionnaire say, written as constants, in a fixed body of
pandas and scipy that a statistician reads in ten minutes. What it leaves out it names at its top.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from readiness.analysis.comparing import list_family
from readiness.config import WaveSettings
from readiness.facts import Fact
from readiness.questionnaire import Item, Questionnaire

RECOMPUTE = "recompute.py"
# The register's number of interviews that ended before their end, where there were any.
BROKEN_OFF = "quality.issues.broken_off"
# A person reads it: no more lines.
MOST_LINES = 150
# The steps of a weighting that the script takes, by the last part of their kind.
TAKEN = {"raked", "inside", "bounded", "moved", "jackknife", "unweighted"}
# What is between at-signs is written in (`recompute_script`).
SCRIPT = Path(__file__).with_name("recompute.txt")


def recompute_script(
    identity: str,
    wave: WaveSettings,
    questionnaire: Questionnaire,
    data: Mapping[str, str],
    steps: Collection[Fact],
    *,
    broken_off: bool,
) -> str | None:
    """The script of a publication; None where it could not make the numbers.

    `data`: the paths of the dataset versions that anybody may have, by name, from the project's
    root. It takes a plain CSV of one row a submission, and a weighting that raking alone makes,
    with a jackknife (`steps`, what was done). Where somebody `broken_off`, an empty cell that means
    "none" may be a question that was not reached: such questions are left out.
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
    tested = dict(_list_tests(wave, questionnaire)) if by else {}
    told = [
        item
        for item in _choose_told(wave, questionnaire)
        if not (broken_off and item.blank_means == "none")
    ]
    if not told:
        return None
    script = ""
    while not script or (script.count("\n") > MOST_LINES and len(told) > 1):
        # What has no room is left out, from the last question on, and named.
        told = told[:-1] if script else told
        names = {item.id for item in told} | ({by} & {item.id for item in questionnaire.items})
        constants = {
            "ANSWERS, SAMPLE": (data[wave.answers], data.get(wave.sample or "", "")),
            "MARGINS, CORRECTIONS": (
                _name_file("margins", wave.weight.margins if wave.weight else None),
                _name_file("corrections", wave.corrections),
            ),
            "TIMESTAMP, FIRST, BEFORE": _find_days(wave, questionnaire),
            "INVITATION, KEEP, LIMITS": (
                export.invitation or "",
                wave.validate_.duplicates,
                tuple(wave.weight.trim) if wave.weight else (),
            ),
            "BY, GROUPS": (by, questionnaire.grouping(by).codes if by else ()),
            "TESTS": {name: tested[name] for item in told if (name := item.id) in tested},
        }
        items = _describe_items(questionnaire, names, told)
        # As a person would write it; of several at once, without brackets.
        written = [
            f"{name} = {repr(value)[1:-1] if isinstance(value, tuple) else repr(value)}"
            for name, value in constants.items()
        ]
        written += ["ITEMS = {  # column, kind, options, asked if, numbers"]
        written += [f"    {name!r}: {value!r}," for name, value in items]
        script = SCRIPT.read_text("utf-8")
        for name, text in {
            "ID": identity,
            "POINTERS": " ".join(f"{path}.dvc" for path in data.values()),
            "LEFT": _tell_left(wave, told, tested),
            "SETTINGS": "\n".join([*written, "}"]),
        }.items():
            script = script.replace(f"@{name}@", text)
    return script


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
    asked = {i.id: i for i in questionnaire.items if not i.derived_from and i.kind != "text"}
    return [asked[name] for name in wave.show or wave.estimate.items if name in asked]


def _list_tests(wave: WaveSettings, questionnaire: Questionnaire) -> Iterator[tuple[str, int]]:
    """Each item whose leading test is Rao-Scott's F, and the rows of its grid."""
    named = {*wave.estimate.items, *wave.compare.items}
    beside = list_family(questionnaire, [i.id for i in questionnaire.items if i.id in named])
    for item in _choose_told(wave, questionnaire):
        if item.id in wave.compare.items and item.kind in ("ordinal", "single"):
            yield item.id, len(beside[item.id])


def _describe_items(
    questionnaire: Questionnaire, names: Collection[str], told: Collection[Item]
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Each item and those that decide on it: column, kind, options, routing, what is told of it.

    The last is by level the codes that it adds up, of the items `told`.
    """
    routes: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    wanted = set(names)
    for item in reversed(questionnaire.items):
        if item.id not in wanted:
            continue
        # Who is weighted is of the group that is asked, whatever was ticked.
        everyone = set(questionnaire.weighted_groups)
        routes[item.id] = [
            (each.item, each.one_of)
            for each in item.asked_if
            if each.item != questionnaire.group_item or not everyone <= set(each.one_of)
        ]
        wanted |= {other for other, _ in routes[item.id]}
    for item in [item for item in questionnaire.items if item.id in wanted]:
        options: dict[str, Any] = {c.value or c.text: c.code for c in item.categories}
        if item.range is not None:
            options = {"least": item.range.low, "most": item.range.high}
        if item.blank_means == "none":
            options[""] = "none"
        levels: dict[str, tuple[str, ...]] = {}
        if item in told:
            several = item.kind == "multi" or (item.kind == "single" and len(item.codes) > 2)
            levels = {c: (c,) for c in item.codes} if several else {}
            levels = levels or {item.first_level: item.shown_codes}
        yield item.id, (item.column, item.kind, options, routes[item.id], levels)


def _tell_left(wave: WaveSettings, told: Sequence[Item], tested: Mapping[str, Any]) -> str:
    """What the script does not cover, in English as the script is."""
    names = [item.id for item in told]
    left = ["what is withheld", "intervals", "nonresponse"]
    untested = [name for name in names if name in wave.compare.items and name not in tested]
    left += [f"the test of {name}" for name in untested]
    more = [name for name in wave.show or wave.estimate.items if name not in names]
    left += [*more[:5], *([f"{len(more) - 5} more"] if len(more) > 5 else [])]
    return ", ".join(left)
