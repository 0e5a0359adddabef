"""Reading a questionnaire file, with errors that name the file, the item and the field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from readiness.config.reading import known_keys, read_yaml, refuse_key
from readiness.errors import ConfigError
from readiness.questionnaire.expansion import expand
from readiness.questionnaire.model import Questionnaire

# The name of the file that the step `derive` makes: what was asked, and what is computed of it.
WITH_DERIVED = "questionnaire"


def load_questionnaire(path: Path) -> Questionnaire:
    """Read `data/questionnaires/<name>-<version>.yaml`.

    Raises ConfigError, in one line, with the file, the item and the field at fault.
    """
    data = read_yaml(path, as_text=True)
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: expected a mapping with name, version, export and items.")
    questionnaire = questionnaire_of(data, str(path))
    if path.stem not in (questionnaire.id, WITH_DERIVED):
        raise ConfigError(
            f"{path}: holds {questionnaire.id}; expected the file name {questionnaire.id}.yaml."
        )
    return questionnaire


def questionnaire_of(document: dict[str, Any], where: str) -> Questionnaire:
    """The questionnaire that a loaded document holds, its written forms expanded.

    Raises ConfigError in one line that begins with `where`.
    """
    try:
        data = expand(document)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None
    try:
        return Questionnaire.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{where}: {_first_error(error, data)}") from None


def _first_error(error: ValidationError, data: dict[str, Any]) -> str:
    # An unknown key comes first: a misspelt one is why another is missing.
    errors = sorted(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    location = list(first["loc"])
    where = _where(location, data)
    if first["type"] == "extra_forbidden":
        return f"{where}{refuse_key(location[-1], known_keys(Questionnaire, first['loc']))}{more}"
    message = first["msg"].removeprefix("Value error, ")
    given = first.get("input")
    got = f", got {given!r}" if isinstance(given, str) and len(given) < 60 else ""
    return f"{where}{message}{got}.{more}"


def _where(location: list[Any], data: Any) -> str:
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
