"""Read a configuration: YAML, then the model; each fault in one line."""

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from readiness.config.model import Config
from readiness.config.sections import StrictModel
from readiness.ground.errors import ConfigError
from readiness.ground.files import read_file
from readiness.ground.patterns import WORDS
from readiness.ground.printable import shorten
from readiness.ground.safe_yaml import StrictLoader, TextLoader, read_yaml_text

# Withdrawn keys of a wave, by section and key, with their replacement. Frozen configurations of
# publications keep them; nothing reads them any more.
WITHDRAWN: dict[tuple[int | str, ...], str] = {
    ("figures", "digits"): "percentages of groups are whole; of all, tenths from 1,000 respondents",
    ("estimate", "interval"): "every wave has the limits that docs/methods.md gives",
}

SectionType = TypeVar("SectionType", bound=StrictModel)


def read_yaml(path: Path, *, as_text: bool = False) -> Any:
    """Read the YAML at `path`, scalars as text if `as_text`. Raises ConfigError with the place."""
    try:
        text = read_file(path).decode("utf-8-sig")
        return read_yaml_text(text, TextLoader if as_text else StrictLoader)
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: file not found. Restore it with git, or correct its name."
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 (byte {error.start}). Save it as UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        if isinstance(error, yaml.reader.ReaderError):
            place = f" line {text.encode()[: error.position].count(10) + 1}"
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or error
        problem = shorten(str(problem), 200)
        raise ConfigError(f"{path}{place}: {problem}. Check indentation and quotes.") from None


def known_keys(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Return the valid keys of the section that holds the key at `location`.

    `location`: path of the key from the top of the configuration, as pydantic reports it.
    """
    current: Any = model
    for step in location[:-1]:
        if not (isinstance(current, type) and issubclass(current, BaseModel)):
            break
        fields = {field.alias or name: field for name, field in current.model_fields.items()}
        if step not in fields:
            continue
        annotation = fields[str(step)].annotation
        options = [annotation, *getattr(annotation, "__args__", ())]
        models = [o for o in options if isinstance(o, type) and issubclass(o, BaseModel)]
        current = models[0] if models else None
    if isinstance(current, type) and issubclass(current, BaseModel):
        return [field.alias or name for name, field in current.model_fields.items()]
    return []


def refuse_key(key: object, known: Sequence[str]) -> str:
    """Return the message for an unknown key: the closest valid key, or the list of valid keys."""
    close = difflib.get_close_matches(str(key), known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"known: {', '.join(known)}."
    return f"unknown key; {hint}"


def explain(error: ValidationError, model: type[BaseModel], source: str) -> str:
    """Return one line with the first problem of a validation error, and the number of the rest."""
    problems = error.errors(include_url=False)
    # An unknown key is often the cause of a missing one: report it first.
    first = min(problems, key=lambda problem: problem["type"] != "extra_forbidden")
    where = ".".join(str(part) for part in first["loc"] if part != "[key]")
    if first["type"] == "extra_forbidden" and first["loc"][-2:] in WITHDRAWN:
        message = f"{where}: no key any more; remove it: {WITHDRAWN[first['loc'][-2:]]}."
    elif first["type"] == "extra_forbidden":
        message = f"{where}: {refuse_key(first['loc'][-1], known_keys(model, first['loc']))}"
    elif first["type"] == "missing":
        message = f"{where}: missing; add it (config/README.md explains every key)"
    else:
        expected = first["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
        if first["type"] == "string_pattern_mismatch":
            expected = WORDS[first["ctx"]["pattern"]]
        quotes = " (put it in quotes)" if first["type"] == "string_type" else ""
        # A whole section is too long to quote.
        input_shown = (
            "" if isinstance(first["input"], dict) else f"got {shorten(repr(first['input']))}; "
        )
        message = f"{where}: {input_shown}expected {expected}{quotes}"
    further = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{source}: {message}{further}"


def parse(model: type[SectionType], value: object, source: str) -> SectionType:
    """Return `value` as a `model`. Raises ConfigError in one line where `value` is not valid."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise ConfigError(explain(error, model, source)) from None


def parse_json(model: type[SectionType], text: str) -> SectionType:
    """Return a section from the JSON that a rule passes to its step.

    Raises ConfigError where the JSON is no valid section.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise ConfigError(explain(error, model, "--settings")) from None


def load_config(path: Path) -> Config:
    """Return the configuration at `path`. Raises ConfigError in one line for an invalid file."""
    document = read_yaml(path)
    if not isinstance(document, dict):
        raise ConfigError(
            f"{path}: the file is empty; expected the sections `report`, `studies` and `waves`."
        )
    report = document.get("report")
    if isinstance(report, dict) and report.get("publication"):
        document = _drop_withdrawn_keys(document)
    return parse(Config, document, str(path))


def _drop_withdrawn_keys(document: dict[Any, Any]) -> dict[Any, Any]:
    """Return the frozen configuration of a publication without the keys in `WITHDRAWN`."""
    waves = document.get("waves")
    if not isinstance(waves, dict):
        return document
    kept = {}
    for name, wave in waves.items():
        sections = dict(wave) if isinstance(wave, dict) else wave
        for section, key in WITHDRAWN:
            if isinstance(sections, dict) and isinstance(sections.get(section), dict):
                sections[section] = {k: v for k, v in sections[section].items() if k != key}
        kept[name] = sections
    return {**document, "waves": kept}
