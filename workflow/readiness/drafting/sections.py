"""A section of config.yaml, put into the file without touching the rest of it."""

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
    """The lines of a wave, below `waves:`; nothing in it that nobody supplied."""
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
    """Return the lines of a wave, as comments, that derive a variable with groups joined.

    `categories`: the codes of the groups that each category of the new variable joins. `labels`: of
    the groups, in `language`. `ordered`: whether the groups are in an order.
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
    """The lines of a study, below `studies:`; its title by language."""
    titles = ", ".join(f"{k}: {json.dumps(v, ensure_ascii=False)}" for k, v in title.items())
    return (
        f"  {study}:\n"
        f"    title: {{{titles}}}\n"
        f"    claims: {dataset}@{version}\n"
        f"    structure: {study}-{version}\n"
    )


def with_section(config: str, key: str, name: str, section: str) -> str:
    """The text of a configuration with one wave or study more; `key`: `waves` or `studies`.

    Raises ConfigError where it is there already, or where the file cannot be added to.
    """
    before = _load_mapping(config)
    there = before.get(key) or {}
    if name in there:
        raise ConfigError(f"config.yaml: {key}.{name} already exists. Choose another name.")
    found = re.search(rf"^{key}:[^\S\n]*(\{{\}}|null|~)?[^\S\n]*(#.*)?\n?", config, re.M)
    if found is None:
        after = (
            f"{config.rstrip()}\n\n{key}:\n{section}" if config.strip() else f"{key}:\n{section}"
        )
    else:
        rest = re.search(r"^\S", config[found.end() :], re.M)
        end = found.end() + rest.start() if rest else len(config)
        own = config[found.end() : end].rstrip("\n")
        gap = f"{own}\n\n" if own.strip() else ""
        tail = f"\n{config[end:]}" if config[end:] else ""
        after = f"{config[: found.start()]}{key}:\n{gap}{section}{tail}"
    expected = {**before, key: {**there, **_load_mapping(section)}}
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
    try:
        found = read_yaml_text(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"config.yaml: not YAML: {' '.join(str(error).split())}.") from None
    return found if isinstance(found, dict) else {}
