"""The labels of a statistical file (SPSS .sav, .zsav) as the draft of a questionnaire.

A .sav says of each variable its label, the labels of its values, which of them its users declared
as missing, and whether it is nominal, ordinal or a scale. What it does not say stays open in the
draft, with a comment: what a missing value means, whether a question went to everybody.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any, Literal

from readiness.errors import DataError
from readiness.language import LANGUAGES
from readiness.language import text as told
from readiness.questionnaire.items import MEANINGS
from readiness.questionnaire.naming import form_name, item_id, option_code
from readiness.questionnaire.text import match_key, tidy
from readiness.questionnaire.writing import CHECK, COMMENT

MOST_MISSING = 50
"""How many values a declared range of missing values may be written out as."""
_DATES = re.compile(r"^(A|E|S|J)?DATE(TIME)?\d|^YMDHMS")
_TIMES = re.compile(r"^(TIME|DTIME|MTIME|WKDAY|MONTH|MOYR|QYR|WKYR)")
WORDS = tuple(
    f"questionnaire.words.{meaning}"
    for meaning in ("refused", "dont_know", "not_asked", "broken_off", "blank")
)
"""The words by which a label says what it means, by language, between semicolons."""
_MEMBER = re.compile(
    r"(?P<stem>.*?[^\W\d_].*?)(?:[_.][A-Za-z]{0,4}[0-9]{1,4}|[0-9]{1,4}|[_.][A-Za-z])"
)
_ENDS = " -–—:.[]()"


@dataclass(frozen=True)
class Variable:
    """One variable: `values` are the labels of its values, `missing` those declared as missing.

    `ranges`: declared ranges of missing values, both ends included.
    """

    name: str
    label: str = ""
    kind: Literal["number", "date", "text"] = "number"
    measure: str = "unknown"
    decimals: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    ranges: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class TickedSet:
    """A set of variables that are the options of one question, each counted at one value.

    `texts` are those of its options, where they are no labels of the variables: the set was not
    declared, it only looks like one.
    """

    name: str
    label: str
    counted: str
    variables: tuple[str, ...]
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Labels:
    """What a statistical file says of its variables."""

    name: str
    variables: tuple[Variable, ...]
    sets: tuple[TickedSet, ...] = ()


def sav_labels(path: Path) -> Labels:
    """The labels of a .sav or .zsav; DataError where it cannot be read."""
    import pyreadstat

    try:
        _, metadata = pyreadstat.read_sav(str(path), metadataonly=True, user_missing=True)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError) as error:
        why = " ".join(str(error).split())
        raise DataError(f"{path}: no SPSS file ({why}); expected a .sav or .zsav.") from None
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or 'cannot be read'}.") from None
    return labels_of(metadata, path.stem)


def labels_of(metadata: Any, name: str) -> Labels:
    """The labels in what pyreadstat gives as a file's metadata."""
    variables = []
    for column, label in zip(metadata.column_names, metadata.column_labels, strict=True):
        form = str(metadata.original_variable_types.get(column) or "")
        is_text = metadata.readstat_variable_types.get(column) == "string"
        values = metadata.variable_value_labels.get(column, {})
        declared = metadata.missing_ranges.get(column, ())
        single = [r["lo"] for r in declared if r["lo"] == r["hi"]]
        single += list(metadata.missing_user_values.get(column, ()))
        variables.append(
            Variable(
                str(column), tidy(label or ""),
                "date" if _DATES.match(form) else "text" if is_text or _TIMES.match(form)
                else "number",
                str(metadata.variable_measure.get(column) or "unknown"),
                int(re.sub(r"^.*\.|^[^.]*$", "", form) or 0),
                {plain(value): tidy(str(text)) for value, text in values.items()},
                tuple(dict.fromkeys(plain(value) for value in single)),
                tuple((r["lo"], r["hi"]) for r in declared if r["lo"] != r["hi"]),
            )
        )  # fmt: skip
    ticked = [
        TickedSet(str(key).lstrip("$"), tidy(one.get("label") or ""),
                  plain(one.get("counted_value", "")), tuple(map(str, one["variable_list"])))
        for key, one in (metadata.mr_sets or {}).items()
        if one.get("is_dichotomy")
    ]  # fmt: skip
    return Labels(name, tuple(variables), tuple(ticked))


def plain(value: Any) -> str:
    """A value as text: a whole number without its point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def from_labels(labels: Labels, *, language: str | None = None) -> dict[str, Any]:
    """A questionnaire drafted from labels in one `language`, its open decisions as comments.

    Each variable is one item, but those of a set of ticked options are one together: a declared
    set, or neighbours that look like one.
    """
    taken: set[str] = set()
    done: list[TickedSet] = []
    in_set = {name: one for one in labels.sets for name in one.variables}
    alone = [variable for variable in labels.variables if variable.name not in in_set]
    in_set |= {name: one for one in looked_alike(alone) for name in one.variables}
    by_name = {variable.name: variable for variable in labels.variables}
    written = language or "en"
    items: list[dict[str, Any]] = []
    for variable in labels.variables:
        ticked = in_set.get(variable.name)
        if ticked is None:
            items.append(_item(variable, written, taken))
        elif ticked not in done:
            done.append(ticked)
            items.append(_ticked(ticked, [by_name[n] for n in ticked.variables], written, taken))
        taken |= {items[-1]["id"]}
    unnamed = f"{CHECK}language: the file does not name it; correct it where it is not en."
    return {
        COMMENT: "Judge each kind: `ordinal` where the answers have an order.\n"
                 f"Say which item is asked of whom (asked_if).\n{'' if language else unnamed}",
        "name": form_name(labels.name), "version": "1", "language": written,
        "title": {written: labels.name}, "items": items,
    }  # fmt: skip


def means(text: str) -> str | None:
    """What a label says that a missing value means ("Refused"), in any language with texts."""
    said = _words(text)
    for meaning, key in zip(MEANINGS, WORDS, strict=True):
        for language in LANGUAGES:
            if any(_words(words) in said for words in told(key, language).split(";")):
                return meaning
    return None


def _words(text: str) -> str:
    """The words of a text between single spaces, so that one is found in another as a whole."""
    words = re.findall(r"[^\W_]+", match_key(text))
    return f" {' '.join(words)} "


def _item(variable: Variable, language: str, taken: set[str]) -> dict[str, Any]:
    missing, notes = _missing(variable)
    outside = {entry["value"] for entry in missing}
    answers = {v: text or v for v, text in variable.values.items() if v not in outside}
    item: dict[str, Any] = {
        "id": item_id(variable.name, taken),
        **_kind(variable, answers, language, notes, [entry["text"] for entry in missing]),
        "variable": variable.name,
        "label": {language: variable.label or variable.name},
    }
    if missing:
        item["missing"] = missing
    return {**item, COMMENT: "\n".join(notes)} if notes else item


def _kind(
    variable: Variable,
    answers: Mapping[str, str],
    language: str,
    notes: list[str],
    taken: Collection[str],
) -> dict[str, Any]:
    """The kind of a variable with what that kind needs; notes what is to be decided."""
    if variable.kind == "date":
        return {"kind": "date"}
    if (ends := _ends(variable, answers)) is not None:
        low, high = ends
        labels = {"low_label": {language: answers[str(low)]},
                  "high_label": {language: answers[str(high)]}}  # fmt: skip
        return {"kind": "scale", "scale": {"low": low, "high": high, **labels}}
    if len(answers) >= 2:
        ordered = variable.measure in ("ordinal", "scale")
        if ordered:
            notes.append("kind: ordinal, low to high as the values are; turn the list if need be.")
        codes: set[str] = set()
        categories = []
        for value, text in answers.items():
            codes.add(code := option_code(text, codes))
            categories.append({"code": code, "text": text, "value": value})
        return {
            "kind": "ordinal" if ordered else "single",
            "categories": _apart(categories, "value", taken),
        }
    if variable.kind == "text":
        return {"kind": "text"}
    if answers:
        ((value, text),) = answers.items()
        notes.append(f"kind: only {value} has a label, {text!r}; a number unless you list answers.")
    else:
        notes.append("range: the file gives none; say what can be (low, high, unit).")
    return {"kind": "number", "range": {"decimals": variable.decimals}}


def _ends(variable: Variable, answers: Mapping[str, str]) -> tuple[int, int] | None:
    """The ends of a scale of which only the two ends are labelled."""
    if len(answers) != 2 or variable.measure == "nominal" or variable.kind != "number":
        return None
    if not all(re.fullmatch(r"-?\d{1,3}", value) for value in answers):
        return None
    low, high = sorted(map(int, answers))
    inside = {str(point) for point in range(low, high + 1)}
    if inside & {*variable.missing, *_of_ranges(variable)}:
        return None  # a point that is no answer is none of a scale
    return (low, high) if 2 <= high - low <= 100 else None


def _apart(
    categories: Sequence[dict[str, Any]], key: str, taken: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Options whose texts are alike, or are `taken` for what is no answer, with `key` beside."""
    texts = [match_key(category["text"]) for category in categories]
    seen = {match_key(text) for text in taken}
    made = []
    for category, text in zip(categories, texts, strict=True):
        written = category["text"]
        while match_key(written) in seen or (written == category["text"] and texts.count(text) > 1):
            written = f"{written} ({category[key]})"
        seen.add(match_key(written))
        made.append({**category, "text": written})
    return made


def _missing(variable: Variable) -> tuple[list[dict[str, Any]], list[str]]:
    """The values declared as missing with what each seems to mean, and what is to be decided."""
    values = list(dict.fromkeys([*variable.missing, *_of_ranges(variable)]))
    labels = [match_key(text) for text in variable.values.values()]
    entries, unclear = [], []
    for value in values:
        text = variable.values.get(value, "")
        # A label of two values tells neither, and one that is another's value misleads.
        text = text if labels.count(match_key(text)) == 1 and text not in values else ""
        meaning = means(text) if text else None
        if meaning is None:
            unclear.append(f"{value} ({text})" if text else value)
        entries.append({"text": text or value, "value": value, "means": meaning or "blank"})
    notes = [
        f"missing: the file does not say what {', '.join(unclear)} means (refused, dont_know, "
        "not_asked, broken_off, blank)."
    ] if unclear else []  # fmt: skip
    if wide := [
        f"{low:g} to {high:g}" for low, high in variable.ranges if not _is_short(low, high)
    ]:
        notes.append(f"missing: values from {' and '.join(wide)} are declared missing, too many to "
                     "list; keep them out by `range`.")  # fmt: skip
    return entries, notes


def _is_short(low: float, high: float) -> bool:
    return low.is_integer() and high.is_integer() and high - low < MOST_MISSING


def _of_ranges(variable: Variable) -> Iterator[str]:
    """The whole numbers of short ranges of missing values, and labelled values of any range."""
    for low, high in variable.ranges:
        if _is_short(low, high):
            yield from map(str, range(int(low), int(high) + 1))
        for value in variable.values:
            if re.fullmatch(r"-?\d+(\.\d+)?", value) and low <= float(value) <= high:
                yield value


def _ticked(
    one: TickedSet, variables: Sequence[Variable], language: str, taken: set[str]
) -> dict[str, Any]:
    """A set of ticked options as one item, each option in the column of its variable."""
    name = one.name or variables[0].name
    codes: set[str] = set()
    categories = []
    texts = one.texts or [variable.label or variable.name for variable in variables]
    for variable, text in zip(variables, texts, strict=True):
        codes.add(code := option_code(text, codes))
        categories.append({"code": code, "text": text, "column": variable.name})
    notes = [f"blank_means: is a row without any {one.counted} an answer (none) or no answer "
             "(skipped)?"]  # fmt: skip
    if one.texts:
        notes.insert(0, f"kind: are {variables[0].name} to {variables[-1].name} the options of one "
                        "question?")  # fmt: skip
    missing, more = _missing(variables[0])
    return {
        COMMENT: "\n".join([*notes, *more]),
        "id": item_id(name, taken), "kind": "multi", "variable": f"${name}",
        "label": {language: one.label or name}, "blank_means": "skipped",
        "categories": _apart(categories, "column", [entry["text"] for entry in missing]),
        **({"missing": missing} if missing else {}),
    }  # fmt: skip


# --- neighbours named alike, each 1 or 0, that look like the options of one question -------------


def looked_alike(variables: Sequence[Variable]) -> Iterator[TickedSet]:
    """The sets that neighbours with one stem and the values 1 and 0, or 1 alone, seem to be."""
    for stem, block in groupby(variables, key=_stem):
        members = list(block)
        if not stem or len(members) < 2 or len({m.missing for m in members}) > 1:
            continue
        start = common_start([m.label for m in members])
        if not start.strip(_ENDS) and not set("_.") & {m.name[len(stem)] for m in members}:
            continue  # q1, q2, ...: a row of questions with yes and no
        texts = [m.label[len(start) :].strip(_ENDS) for m in members]
        if not all(texts):
            # All have the label of the question: the option is the label of the value.
            texts = [m.values["1"] for m in members]
        if len(set(texts)) == len(texts):
            yield TickedSet(
                stem,
                start.strip(_ENDS),
                "1",
                tuple(m.name for m in members),
                tuple(texts),
            )


def common_start(texts: Sequence[str]) -> str:
    """What all texts begin with, whole words only."""
    alike = takewhile(lambda signs: len(set(signs)) == 1, zip(*texts, strict=False))
    start = "".join(signs[0] for signs in alike)
    if all(len(text) == len(start) for text in texts):
        return start
    return start[: len(start) - len(re.split(r"\W", start)[-1])]


def _stem(variable: Variable) -> str:
    """What the name of a variable with 1 and 0 begins with; "" for any other."""
    values = set(variable.values) - set(variable.missing)
    match = _MEMBER.fullmatch(variable.name)
    ticked = variable.kind == "number" and {"1"} <= values <= {"0", "1"}
    return match["stem"] if match and ticked and not variable.ranges else ""
