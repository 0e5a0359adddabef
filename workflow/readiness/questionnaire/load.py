"""Reading a questionnaire file, with errors that name the file, the item and the field."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from readiness.bounded import TextLoader, read_yaml_text
from readiness.errors import ConfigError
from readiness.files import read_file
from readiness.questionnaire.expansion import expand
from readiness.questionnaire.model import Questionnaire

WITH_DERIVED = "questionnaire"
"""The name of the file that the step `derive` makes: what was asked, and what is computed of it."""


def load_questionnaire(path: Path) -> Questionnaire:
    """Read `data/questionnaires/<name>-<version>.yaml`.

    Raises ConfigError, in one line, with the file, the item and the field at fault.
    """
    try:
        data = read_yaml_text(read_file(path).decode("utf-8-sig"), TextLoader)
    except FileNotFoundError:
        raise ConfigError(f"{path}: questionnaire not found; expected a YAML file there.") from None
    except OSError as error:
        raise ConfigError(f"{path}: questionnaire cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ConfigError(f"{path}, line {line}: not YAML: {error.problem}.") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not YAML: {' '.join(str(error).split())}.") from None
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
        known = _fields_at(location[:-1])
        close = difflib.get_close_matches(str(location[-1]), known, n=1)
        hint = f"did you mean `{close[0]}`?" if close else f"known: {', '.join(known)}."
        return f"{where}unknown key; {hint}{more}"
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


def _fields_at(location: list[Any]) -> list[str]:
    """Names of the fields of the model that stands at `location`."""
    model: type[BaseModel] = Questionnaire
    for step in location:
        if isinstance(step, str) and step in model.model_fields:
            model = _model_in(model.model_fields[step].annotation) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model inside `Model | None`, `tuple[Model, ...]` or `Annotated[...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        if found := _model_in(argument):
            return found
    return None
