"""Reading a questionnaire file, with errors that name the file, the item and the field.

What is written for others becomes the items that it stands for: a *grid* one item a row; a
*ranking* one ordinal item an option, of ranks (the share that ranks it first is its headline; no
mean, for the distance between ranks is nobody's answer); a *scale* one of numbers between two ends.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from readiness.config.reading import known_keys, read_yaml, refuse_key
from readiness.ground.errors import ConfigError
from readiness.ground.patterns import LANGUAGE
from readiness.ground.printable import quote_cell
from readiness.questionnaire.kinds import BLOCKS, GRID, KINDS, ORDINAL, RANKING
from readiness.questionnaire.labels import WRITTEN_IN
from readiness.questionnaire.model import Questionnaire

# The kind that is written for an ordinal item of numbers between two ends.
SCALE = "scale"
# The header of a grid's row as form tools write it.
HEADER = "{question} [{row}]"
# What a reader writes for an option that was not ranked where others of the list were.
NOT_RANKED = "-"
# How many points a scale can have, or ranks a ranking.
MOST = 100
_OF_A_ROW = {"id", "text", "value", "column", "variable", "label", "labels"}
_OF_A_BLOCK = {"id", "kind", "column", "variable", "label", "header"}
# What the rows of a grid can be.
_EACH = [kind.name for kind in KINDS.values() if kind.is_estimated]
_OF_A_SCALE = {"low", "high", "low_label", "high_label"}


def expand(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document of a questionnaire with ordinary items only, and the `grids` they came from.

    Every scalar may be text. Raises ConfigError naming the item and the key at fault; what it does
    not know it leaves for the model to judge.
    """
    items = document.get("items")
    if not isinstance(items, list):
        return dict(document)
    language = document.get("language", WRITTEN_IN)
    language = language if isinstance(language, str) else WRITTEN_IN
    made: list[Any] = []
    grids: list[Any] = []
    rows: list[dict[str, Any]] = []
    for item in items:
        kind = str(item.get("kind")) if isinstance(item, dict) else ""
        if kind == SCALE:
            made.append(_scale(item, language))
        elif kind not in BLOCKS:
            made.append(item)
        else:
            own = list(EXPAND_BY_KIND[BLOCKS[kind]](item, language))
            made += own
            rows += own
            kept = {k: item[k] for k in ("id", "kind", "column", "variable", "label") if k in item}
            column = _quote_question(item)
            grids.append({"column": column, "label": {language: column}, **kept})
    _tell_rows_apart(rows, grids)
    given = document.get("grids")
    grids = [*(given if isinstance(given, list) else ()), *grids]
    return {**document, "items": made, **({"grids": grids} if grids else {})}


def _tell_rows_apart(rows: list[dict[str, Any]], grids: Sequence[Mapping[str, Any]]) -> None:
    """Put its block's label before a row's where another block has a row of that label."""
    blocks = {str(grid.get("id")): grid["label"] for grid in grids}
    every = [(row, *label) for row in rows for label in row["label"].items()]
    # What is no text is refused later, in its own words.
    said = [each for each in every if isinstance(each[2], str) and each[2].strip()]
    known = {(str(row["grid"]), code, text) for row, code, text in said}
    found = Counter((code, text) for _, code, text in known)
    for row, code, text in said:
        block = blocks[str(row["grid"])]
        if found[code, text] > 1 and isinstance(block, dict) and code in block:
            row["label"][code] = f"{block[code]} [{text}]"


def _quote_question(item: Mapping[str, Any]) -> str:
    return str(item.get("column") or item.get("variable") or item.get("id"))


def _refuse(item: Mapping[str, Any], message: str) -> ConfigError:
    return ConfigError(f"item {item.get('id', '(without an id)')}, {message}")


def _list_entries(item: Mapping[str, Any], key: str, least: int) -> list[dict[str, Any]]:
    entries = item.get(key)
    entries = entries if isinstance(entries, list) else []
    made = [{"text": entry} if isinstance(entry, str) else entry for entry in entries]
    if len(made) < least or not all(isinstance(e, dict) and "text" in e for e in made):
        raise _refuse(item, f"{key}: expected a list of at least {least}, each with its text.")
    return made


def _read_labels(entry: Mapping[str, Any], known: Set[str], language: str) -> dict[str, Any]:
    """The labels of a text by language, wherever they stand; its own is the text itself."""
    beside = {k: v for k, v in entry.items() if k not in known and re.fullmatch(LANGUAGE, str(k))}
    stated = [entry.get(key) for key in ("labels", "label")]
    below = {k: v for each in stated if isinstance(each, dict) for k, v in each.items()}
    return {language: entry["text"], **below, **beside}


def _header(item: Mapping[str, Any], text: str) -> str:
    pattern = str(item.get("header", HEADER))
    if "{row}" not in pattern:
        raise _refuse(
            item, f"header: {quote_cell(pattern)} has no {{row}}; expected as {HEADER!r}."
        )
    return pattern.replace("{question}", _quote_question(item)).replace("{row}", text)


def _expand_grid(item: Mapping[str, Any], language: str) -> Iterator[dict[str, Any]]:
    each = item.get("each", ORDINAL.name)
    if each not in _EACH:
        raise _refuse(item, f"each: {quote_cell(str(each))}; expected {', '.join(_EACH)}.")
    shared = {k: v for k, v in item.items() if k not in {*_OF_A_BLOCK, "rows", "each"}}
    for number, row in enumerate(_list_entries(item, "rows", 1), 1):
        identity = row.get("id", f"{item.get('id')}_{number}")
        yield {**shared, "id": identity, "kind": each, **_read_row(item, row, language)}


def _read_row(
    item: Mapping[str, Any], entry: Mapping[str, Any], language: str, known: Set[str] = _OF_A_ROW
) -> dict[str, Any]:
    for key in entry:
        if key not in known and not re.fullmatch(LANGUAGE, str(key)):
            raise _refuse(item, f"rows, {key}: {refuse_key(key, sorted(known))}")
    labels = _read_labels(entry, known, language)
    if str(entry["text"]).isdigit() and isinstance(item.get("label"), dict):
        labels = dict.fromkeys(item["label"], entry["text"]) | labels
    own = {key: entry[key] for key in ("text", "value") if key in entry}
    return {
        **({"variable": entry["variable"]} if "variable" in entry else {}),
        "column": entry.get("column") or _header(item, entry["text"]),
        "label": labels,
        "grid": item.get("id"),
        "row": {**own, "labels": dict(labels)},
    }


def _expand_ranking(item: Mapping[str, Any], language: str) -> Iterator[dict[str, Any]]:
    options = _list_entries(item, "categories", 2)
    known = {*_OF_A_ROW - {"id"}, "code"}
    ranks = _read_whole(item, "ranks", item.get("ranks", len(options)))
    if not 2 <= ranks <= min(len(options), MOST):
        raise _refuse(item, f"ranks: {ranks}; expected 2 to the number of options.")
    if missing := [o["text"] for o in options if "code" not in o]:
        raise _refuse(item, f"categories {quote_cell(str(missing[0]))}: needs its code.")
    own = {*_OF_A_BLOCK, "categories", "ranks", "boxes", "unranked"}
    shared = {k: v for k, v in item.items() if k not in own}
    words = item.get("unranked")
    if not (words is None or isinstance(words, dict)):
        raise _refuse(item, f"unranked: {quote_cell(str(words))}; expected its label by language.")
    languages = sorted({language, *(k for o in options for k in _read_labels(o, known, language))})
    levels = list[dict[str, Any]]()
    for k in range(1, ranks + 1):
        level = {"code": f"rank_{k}", "text": f"#{k}", "value": str(k)}
        levels.append({**level, "labels": dict.fromkeys(languages, f"#{k}")})
    if ranks < len(options) or words is not None:
        # What was not ranked stands behind the last.
        called = {**dict.fromkeys(languages, NOT_RANKED), **(words or {})}
        level = {"code": "unranked", "text": called[language], "value": NOT_RANKED}
        levels.append({**level, "labels": called})
    for option in options:
        yield {
            **shared,
            "id": f"{item.get('id')}_{option['code']}",
            "kind": ORDINAL.name,
            **_read_row(item, option, language, known),
            "categories": levels,
            "boxes": {"low": [levels[0]["code"]]},
        }


# How each kind of block becomes items, one a row.
EXPAND_BY_KIND = {GRID: _expand_grid, RANKING: _expand_ranking}


def _read_whole(item: Mapping[str, Any], key: str, value: Any) -> int:
    if re.fullmatch(r"[+-]?\d{1,6}", str(value)):
        return int(value)
    raise _refuse(item, f"{key}: {quote_cell(str(value))}; expected a whole number.")


def _scale(item: Mapping[str, Any], language: str) -> dict[str, Any]:
    scale = item.get("scale")
    if not isinstance(scale, dict) or not {"low", "high"} <= set(scale) <= _OF_A_SCALE:
        raise _refuse(
            item,
            f"scale: expected {', '.join(sorted(_OF_A_SCALE))}; the ends' labels may be left out.",
        )
    low, high = (_read_whole(item, f"scale, {end}", scale[end]) for end in ("low", "high"))
    if not low < high <= low + MOST:
        raise _refuse(item, f"scale: low ({low}) must be below high ({high}), by {MOST} at most.")
    ends = {low: scale.get("low_label"), high: scale.get("high_label")}
    named = {k: v if isinstance(v, dict) else {language: v} for k, v in ends.items() if v}
    label = item.get("label")
    languages = [language, *(label if isinstance(label, dict) else ())]
    languages = sorted({*languages, *(key for labels in named.values() for key in labels)})
    levels = [
        {
            "code": scale_code(k),
            "text": str(k),
            "value": str(k),
            "labels": {
                key: f"{k} ({end})" if (end := named.get(k, {}).get(key)) else str(k)
                for key in languages
            },
        }
        for k in range(low, high + 1)
    ]
    boxes = item.get("boxes")
    kept = {k: v for k, v in item.items() if k != "scale"}
    if isinstance(boxes, dict):
        kept["boxes"] = {name: _read_points(box) for name, box in boxes.items()}
    return {**kept, "kind": ORDINAL.name, "categories": levels}


def scale_code(number: int) -> str:
    """The code of a point of a scale: `p3`, and `m2` below zero."""
    return f"p{number}" if number >= 0 else f"m{-number}"


def _read_points(box: Any) -> Any:
    if not isinstance(box, list):
        return box
    return [scale_code(int(n)) if re.fullmatch(r"-?\d{1,6}", str(n)) else n for n in box]


def load_questionnaire(path: Path) -> Questionnaire:
    """Read `data/questionnaires/<name>-<version>.yaml`; ConfigError names item and field."""
    data = read_yaml(path, as_text=True)
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: expected a mapping with name, version, export and items.")
    questionnaire = questionnaire_of(data, str(path))
    # The name of the file that the step `derive` makes: what was asked, and what is computed of it.
    if path.stem not in (questionnaire.id, "questionnaire"):
        raise ConfigError(
            f"{path}: the questionnaire's id is {questionnaire.id}. Rename the file to "
            f"{questionnaire.id}.yaml."
        )
    return questionnaire


def questionnaire_of(document: dict[str, Any], where: str) -> Questionnaire:
    """The questionnaire of a loaded document, expanded; ConfigError begins with `where`."""
    try:
        data = expand(document)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None
    try:
        return Questionnaire.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{where}: {_explain_error(error, data)}") from None


def _explain_error(error: ValidationError, data: dict[str, Any]) -> str:
    # An unknown key comes first: a misspelt one is why another is missing.
    first, *rest = sorted(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    more = f" (and {len(rest)} more)" if rest else ""
    location = list(first["loc"])
    where = _locate_error(location, data)
    if first["type"] == "extra_forbidden":
        return f"{where}{refuse_key(location[-1], known_keys(Questionnaire, first['loc']))}{more}"
    given = first.get("input")
    got = f", got {given!r}" if isinstance(given, str) and len(given) < 60 else ""
    return f"{where}{first['msg'].removeprefix('Value error, ')}{got}.{more}"


def _locate_error(location: list[Any], data: Any) -> str:
    """`item quality, categories poor, en: ` from ("items", 8, "categories", 1, "en")."""
    parts: list[str] = []
    node = data
    for step in location:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            node = None
        if isinstance(step, int):
            name = next(
                (node[k] for k in ("id", "code", "item") if isinstance(node, dict) and k in node),
                f"no. {step + 1}",
            )
            parts[-1] = f"{'item' if parts[-1] == 'items' else parts[-1]} {name}"
        else:
            parts.append(str(step))
    return ", ".join(parts) + ": " if parts else ""
