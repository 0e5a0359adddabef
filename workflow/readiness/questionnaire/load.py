"""Read a questionnaire file, with errors that name the file, the item and the field.

Shorthand is expanded to ordinary items: a *grid* to one item per row; a *ranking* to one ordinal
item per option, with ranks as levels (the share of first ranks is the headline; no mean, because
ranks have no distance); a *scale* to an ordinal item with the numbers between two ends.
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

# Shorthand kind of an ordinal item with numbers between two ends as levels.
SCALE = "scale"
# Header of a grid's row as form tools write it.
HEADER = "{question} [{row}]"
# Exported value of an option that a respondent did not rank, although other options were ranked.
NOT_RANKED = "-"
# Largest number of points of a scale, and of ranks of a ranking.
MOST = 100
_OF_A_ROW = {"id", "text", "value", "column", "variable", "label", "labels"}
_OF_A_BLOCK = {"id", "kind", "column", "variable", "label", "header"}
# Names of the kinds that the rows of a grid may have.
_EACH = [kind.name for kind in KINDS.values() if kind.is_estimated]
_OF_A_SCALE = {"low", "high", "low_label", "high_label"}


def expand(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of a questionnaire with shorthand expanded to ordinary items.

    The blocks are listed under `grids`. Numbers may be texts. Unknown keys stay in the document,
    for the model to refuse. Raises ConfigError that names the item and the key at fault.
    """
    items = document.get("items")
    if not isinstance(items, list):
        return dict(document)
    language = document.get("language", WRITTEN_IN)
    language = language if isinstance(language, str) else WRITTEN_IN
    expanded: list[Any] = []
    grids: list[Any] = []
    rows: list[dict[str, Any]] = []
    for item in items:
        kind = str(item.get("kind")) if isinstance(item, dict) else ""
        if kind == SCALE:
            expanded.append(_scale(item, language))
        elif kind not in BLOCKS:
            expanded.append(item)
        else:
            block_items = list(EXPAND_BY_KIND[BLOCKS[kind]](item, language))
            expanded += block_items
            rows += block_items
            grid_fields = {
                k: item[k] for k in ("id", "kind", "column", "variable", "label") if k in item
            }
            column = _quote_question(item)
            grids.append({"column": column, "label": {language: column}, **grid_fields})
    _tell_rows_apart(rows, grids)
    stated_grids = document.get("grids")
    grids = [*(stated_grids if isinstance(stated_grids, list) else ()), *grids]
    return {**document, "items": expanded, **({"grids": grids} if grids else {})}


def _tell_rows_apart(rows: list[dict[str, Any]], grids: Sequence[Mapping[str, Any]]) -> None:
    """Put the block's label before a row's label if a row of another block has the same label."""
    blocks = {str(grid.get("id")): grid["label"] for grid in grids}
    row_labels = [(row, *label) for row in rows for label in row["label"].items()]
    # The model refuses labels that are no text, with its own message.
    valid_labels = [
        row_label
        for row_label in row_labels
        if isinstance(row_label[2], str) and row_label[2].strip()
    ]
    labels_by_block = {(str(row["grid"]), code, text) for row, code, text in valid_labels}
    blocks_per_label = Counter((code, text) for _, code, text in labels_by_block)
    for row, code, text in valid_labels:
        block = blocks[str(row["grid"])]
        if blocks_per_label[code, text] > 1 and isinstance(block, dict) and code in block:
            row["label"][code] = f"{block[code]} [{text}]"


def _quote_question(item: Mapping[str, Any]) -> str:
    """Return the text, the tool's name or the id of an item."""
    return str(item.get("column") or item.get("variable") or item.get("id"))


def _refuse(item: Mapping[str, Any], message: str) -> ConfigError:
    """Return the error about an item."""
    return ConfigError(f"item {item.get('id', '(without an id)')}, {message}")


def _list_entries(item: Mapping[str, Any], key: str, least: int) -> list[dict[str, Any]]:
    """Return a list of mappings with a text; texts alone become mappings.

    Raises ConfigError for fewer than `least` entries and for an entry without a text.
    """
    entries = item.get(key)
    entries = entries if isinstance(entries, list) else []
    mappings = [{"text": entry} if isinstance(entry, str) else entry for entry in entries]
    if len(mappings) < least or not all(isinstance(e, dict) and "text" in e for e in mappings):
        raise _refuse(item, f"{key}: expected a list of at least {least}, each with its text.")
    return mappings


def _read_labels(entry: Mapping[str, Any], known: Set[str], language: str) -> dict[str, Any]:
    """Return the labels of an entry by language.

    Labels may be under `labels` or `label`, or be keys of the entry (`fr: ...`) that are not
    `known`. The label in `language` is the exported text unless the entry gives another.
    """
    beside = {k: v for k, v in entry.items() if k not in known and re.fullmatch(LANGUAGE, str(k))}
    stated = [entry.get(key) for key in ("labels", "label")]
    below = {k: v for labels in stated if isinstance(labels, dict) for k, v in labels.items()}
    return {language: entry["text"], **below, **beside}


def _header(item: Mapping[str, Any], text: str) -> str:
    """Return the header of a grid's row in the export; ConfigError for a pattern without {row}."""
    pattern = str(item.get("header", HEADER))
    if "{row}" not in pattern:
        raise _refuse(
            item, f"header: {quote_cell(pattern)} has no {{row}}; expected as {HEADER!r}."
        )
    return pattern.replace("{question}", _quote_question(item)).replace("{row}", text)


def _expand_grid(item: Mapping[str, Any], language: str) -> Iterator[dict[str, Any]]:
    """Yield one item per row of a grid."""
    row_kind = item.get("each", ORDINAL.name)
    if row_kind not in _EACH:
        raise _refuse(item, f"each: {quote_cell(str(row_kind))}; expected {', '.join(_EACH)}.")
    shared = {k: v for k, v in item.items() if k not in {*_OF_A_BLOCK, "rows", "each"}}
    for number, row in enumerate(_list_entries(item, "rows", 1), 1):
        question_id = row.get("id", f"{item.get('id')}_{number}")
        yield {**shared, "id": question_id, "kind": row_kind, **_read_row(item, row, language)}


def _read_row(
    item: Mapping[str, Any], entry: Mapping[str, Any], language: str, known: Set[str] = _OF_A_ROW
) -> dict[str, Any]:
    """Return the fields of an item that come from a row of a grid, or an option of a ranking."""
    for key in entry:
        if key not in known and not re.fullmatch(LANGUAGE, str(key)):
            raise _refuse(item, f"rows, {key}: {refuse_key(key, sorted(known))}")
    labels = _read_labels(entry, known, language)
    if str(entry["text"]).isdigit() and isinstance(item.get("label"), dict):
        labels = dict.fromkeys(item["label"], entry["text"]) | labels
    answer = {key: entry[key] for key in ("text", "value") if key in entry}
    return {
        **({"variable": entry["variable"]} if "variable" in entry else {}),
        "column": entry.get("column") or _header(item, entry["text"]),
        "label": labels,
        "grid": item.get("id"),
        "row": {**answer, "labels": dict(labels)},
    }


def _expand_ranking(item: Mapping[str, Any], language: str) -> Iterator[dict[str, Any]]:
    """Yield one ordinal item per option of a ranking, with the ranks as levels."""
    options = _list_entries(item, "categories", 2)
    known = {*_OF_A_ROW - {"id"}, "code"}
    ranks = _read_whole(item, "ranks", item.get("ranks", len(options)))
    if not 2 <= ranks <= min(len(options), MOST):
        raise _refuse(item, f"ranks: {ranks}; expected 2 to the number of options.")
    if missing := [o["text"] for o in options if "code" not in o]:
        raise _refuse(item, f"categories {quote_cell(str(missing[0]))}: needs its code.")
    ranking_keys = {*_OF_A_BLOCK, "categories", "ranks", "boxes", "unranked"}
    shared = {k: v for k, v in item.items() if k not in ranking_keys}
    unranked_labels = item.get("unranked")
    if not (unranked_labels is None or isinstance(unranked_labels, dict)):
        raise _refuse(
            item, f"unranked: {quote_cell(str(unranked_labels))}; expected its label by language."
        )
    languages = sorted({language, *(k for o in options for k in _read_labels(o, known, language))})
    levels = list[dict[str, Any]]()
    for k in range(1, ranks + 1):
        level = {"code": f"rank_{k}", "text": f"#{k}", "value": str(k)}
        levels.append({**level, "labels": dict.fromkeys(languages, f"#{k}")})
    if ranks < len(options) or unranked_labels is not None:
        # Below the last rank comes a level for options that were not ranked.
        labels_unranked = {**dict.fromkeys(languages, NOT_RANKED), **(unranked_labels or {})}
        level = {"code": "unranked", "text": labels_unranked[language], "value": NOT_RANKED}
        levels.append({**level, "labels": labels_unranked})
    for option in options:
        yield {
            **shared,
            "id": f"{item.get('id')}_{option['code']}",
            "kind": ORDINAL.name,
            **_read_row(item, option, language, known),
            "categories": levels,
            "boxes": {"low": [levels[0]["code"]]},
        }


# Function that expands each kind of block to items, one per row.
EXPAND_BY_KIND = {GRID: _expand_grid, RANKING: _expand_ranking}


def _read_whole(item: Mapping[str, Any], key: str, value: Any) -> int:
    """Return a whole number of at most six digits; ConfigError for another value."""
    if re.fullmatch(r"[+-]?\d{1,6}", str(value)):
        return int(value)
    raise _refuse(item, f"{key}: {quote_cell(str(value))}; expected a whole number.")


def _scale(item: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Expand a scale to an ordinal item with one level for each whole number of the scale."""
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
    end_labels = {k: v if isinstance(v, dict) else {language: v} for k, v in ends.items() if v}
    label = item.get("label")
    languages = [language, *(label if isinstance(label, dict) else ())]
    languages = sorted({*languages, *(key for labels in end_labels.values() for key in labels)})
    levels: list[dict[str, Any]] = []
    for point in range(low, high + 1):
        labels = dict.fromkeys(languages, str(point))
        for key, end_label in end_labels.get(point, {}).items():
            if end_label:
                labels[key] = f"{point} ({end_label})"
        texts = {"text": str(point), "value": str(point)}
        levels.append({"code": scale_code(point), **texts, "labels": labels})
    boxes = item.get("boxes")
    item_fields = {k: v for k, v in item.items() if k != "scale"}
    if isinstance(boxes, dict):
        item_fields["boxes"] = {name: _read_points(box) for name, box in boxes.items()}
    return {**item_fields, "kind": ORDINAL.name, "categories": levels}


def scale_code(number: int) -> str:
    """Return the code of a point of a scale: `p3`, and `m2` below zero."""
    return f"p{number}" if number >= 0 else f"m{-number}"


def _read_points(box: Any) -> Any:
    """Replace the numbers in a box by codes of levels; return any other value unchanged."""
    if not isinstance(box, list):
        return box
    return [scale_code(int(n)) if re.fullmatch(r"-?\d{1,6}", str(n)) else n for n in box]


def load_questionnaire(path: Path) -> Questionnaire:
    """Read `data/questionnaires/<name>-<version>.yaml`.

    Raises ConfigError that names item and field, or a file name that differs from the
    questionnaire's id.
    """
    data = read_yaml(path, as_text=True)
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: expected the keys `name`, `version`, `export` and `items`.")
    questionnaire = questionnaire_of(data, str(path))
    # The step `derive` writes `questionnaire.yaml`, with the questions and the derived items.
    if path.stem not in (questionnaire.id, "questionnaire"):
        raise ConfigError(
            f"{path}: the questionnaire's id is {questionnaire.id}. Rename the file to "
            f"{questionnaire.id}.yaml."
        )
    return questionnaire


def questionnaire_of(document: dict[str, Any], where: str) -> Questionnaire:
    """Return the questionnaire of a loaded document, expanded and checked.

    Raises ConfigError; its message begins with `where`.
    """
    try:
        data = expand(document)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None
    try:
        return Questionnaire.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{where}: {_explain_error(error, data)}") from None


def _explain_error(error: ValidationError, data: dict[str, Any]) -> str:
    """Return the first error of the model as one line: place, problem, number of other errors."""
    # Unknown keys come first: a misspelt key is often why another key is missing.
    first, *other_errors = sorted(
        error.errors(), key=lambda each: each["type"] != "extra_forbidden"
    )
    further = f" (and {len(other_errors)} more)" if other_errors else ""
    location = list(first["loc"])
    where = _locate_error(location, data)
    if first["type"] == "extra_forbidden":
        return (
            f"{where}{refuse_key(location[-1], known_keys(Questionnaire, first['loc']))}{further}"
        )
    input_value = first.get("input")
    received = (
        f", got {input_value!r}" if isinstance(input_value, str) and len(input_value) < 60 else ""
    )
    return f"{where}{first['msg'].removeprefix('Value error, ')}{received}.{further}"


def _locate_error(location: list[Any], data: Any) -> str:
    """Return the place of an error as text.

    `item quality, categories poor, en: ` from ("items", 8, "categories", 1, "en").
    """
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
