"""Add a section to config.yaml without changing the rest of the file."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from readiness.ground.errors import ConfigError
from readiness.ground.safe_yaml import read_yaml_text


def wave_section(
    wave: str, *, language: str, selection: str, answers: str, questionnaire: str
) -> str:
    """Return the lines of a wave below `waves:`, with these settings only."""
    return (
        f"  {wave}:\n"
        f"    title: {{{language}: {json.dumps(wave.replace('-', ' '))}}}\n"
        f"    selection: {selection}\n"
        f"    answers: {answers}\n"
        f"    questionnaire: {questionnaire}\n"
    )


def merging_lines(
    variable: str,
    categories: Sequence[Sequence[str]],
    labels: Mapping[str, str],
    language: str,
    *,
    ordered: bool,
) -> str:
    """Return lines for the settings of a wave that derive a variable with merged groups.

    Each line is commented out: a person removes the `#` to use the lines.

    `categories`: for each category of the new variable, the codes of the groups merged in this
    category. `labels`: labels of the groups in `language`. `ordered`: True for ordered groups.
    """
    lines = [
        "estimate: {by: " + f"{variable}_joined" + "}",
        "derive:",
        f"  - id: {variable}_joined",
        f"    label: {{{language}: {json.dumps(variable.replace('_', ' '), ensure_ascii=False)}}}",
        "    recode:",
        f"      item: {variable}",
        f"      ordered: {str(ordered).lower()}",
        "      categories:",
    ]
    for codes in categories:
        label = json.dumps(" + ".join(labels[code] for code in codes), ensure_ascii=False)
        lines.append(
            f"        - {{code: {json.dumps(codes[0])}, label: {{{language}: {label}}}, "
            f"of: {json.dumps(list(codes))}}}"
        )
    return "".join(f"    # {line}\n" for line in lines)


def study_section(study: str, *, title: Mapping[str, str], dataset: str, version: str) -> str:
    """Return the lines of a study, below `studies:`; `title` by language."""
    titles = ", ".join(f"{k}: {json.dumps(v, ensure_ascii=False)}" for k, v in title.items())
    return (
        f"  {study}:\n"
        f"    title: {{{titles}}}\n"
        f"    claims: {dataset}@{version}\n"
        f"    structure: {study}-{version}\n"
    )


def with_section(config: str, key: str, name: str, section: str) -> str:
    """Return the text of a configuration with a wave or study added; `key`: `waves` or `studies`.

    Raises ConfigError where the name exists already, or where the file cannot be added to.
    """
    before = _load_mapping(config)
    entries = before.get(key) or {}
    if name in entries:
        raise ConfigError(f"config.yaml: {key}.{name} already exists. Choose another name.")
    section_head = re.search(rf"^{key}:[^\S\n]*(\{{\}}|null|~)?[^\S\n]*(#.*)?\n?", config, re.M)
    if section_head is None:
        after = (
            f"{config.rstrip()}\n\n{key}:\n{section}" if config.strip() else f"{key}:\n{section}"
        )
    else:
        next_section = re.search(r"^\S", config[section_head.end() :], re.M)
        end = section_head.end() + next_section.start() if next_section else len(config)
        section_lines = config[section_head.end() : end].rstrip("\n")
        gap = f"{section_lines}\n\n" if section_lines.strip() else ""
        tail = f"\n{config[end:]}" if config[end:] else ""
        after = f"{config[: section_head.start()]}{key}:\n{gap}{section}{tail}"
    expected = {**before, key: {**entries, **_load_mapping(section)}}
    try:
        whole = _load_mapping(after)
    except ConfigError:
        whole = {}
    if whole != expected:
        raise ConfigError(
            f"config.yaml: its section {key} cannot be added to; write `{key}:` on a line of its "
            "own, each of its entries indented below it."
        )
    return after


def _load_mapping(text: str) -> dict[str, Any]:
    """Return the mapping of a YAML text, {} for any other content; ConfigError if it is no YAML."""
    try:
        content = read_yaml_text(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"config.yaml: not YAML ({' '.join(str(error).split())}).") from None
    return content if isinstance(content, dict) else {}
