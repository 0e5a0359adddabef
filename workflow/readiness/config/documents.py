"""Write config/README.md from the typed configuration; a test compares it with what would be.

.venv/bin/python -m readiness.config.documents
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from readiness.config import Config
from readiness.files import write_atomically
from readiness.patterns import LANGUAGE, WORDS

GUIDE = Path("config/README.md")

HEAD = """\
# Every key of config.yaml

Written by `python -m readiness.config.documents` from the typed configuration \
(`workflow/readiness/config/`); edit that, not this page.
`config.yaml` lies at the project's top level and is the one file that an analyst edits. A key \
that is not listed here, a value of another type, a dataset version that `data/versions.csv` does \
not have: each stops the run at once, in one line that names the key.

Dates stand in quotes (`"2026-03-31"`), for YAML would make another thing of them. A change of one \
section reruns the steps that use it and what is downstream, nothing else.
"""
TABLE = "| key | value | default | meaning |\n|---|---|---|---|\n"
TYPES = {
    "string": "text",
    "boolean": "`true` or `false`",
    "integer": "whole number",
    "number": "number",
}
BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
}


def guide() -> str:
    """The text of the page."""
    return HEAD + "".join(_write_sections(Config.model_json_schema(by_alias=True)))


def _write_sections(schema: dict[str, Any]) -> Iterator[str]:
    waiting = [("", schema)]
    while waiting:
        path, section = waiting.pop(0)
        title = f"`{path}`" if path else "Top level"
        yield f"\n## {title}\n\n{section.get('description', '').strip()}\n\n{TABLE}"
        required, inner = section.get("required", []), []
        for key, value in section["properties"].items():
            yield _write_row(key, value, key in required, schema)
            child, suffix = _find_child(value, schema)
            if child is not None:
                inner.append((f"{path}.{key}{suffix}".lstrip("."), child))
        waiting = inner + waiting


def _resolve_reference(value: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for option in value.get("anyOf", []):
        if option.get("type") != "null":
            return _resolve_reference(option, schema)
    if "$ref" in value:
        return _resolve_reference(schema["$defs"][value["$ref"].rpartition("/")[2]], schema)
    return value


def _find_child(value: dict[str, Any], schema: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """The section that a key holds (or each of its names holds), and how its path goes on."""
    resolved = _resolve_reference(value, schema)
    if "properties" in resolved:
        return resolved, ""
    listed = _resolve_reference(resolved.get("items", {}), schema)
    if "properties" in listed:
        return listed, "[]"
    for each in resolved.get("patternProperties", {}).values():
        if "properties" in (section := _resolve_reference(each, schema)):
            return section, ".<name>"
    return None, ""


def _write_row(key: str, value: dict[str, Any], required: bool, schema: dict[str, Any]) -> str:
    default = value.get("default")
    if required:
        shown = "required"
    elif default is None or default == {}:
        shown = "none"
    else:
        shown = "see below" if isinstance(default, dict) else f"`{default}`"
    told = value.get("description") or _resolve_reference(value, schema).get("description", "")
    meaning = " ".join(str(told).split())
    return f"| `{key}` | {_type(value, schema)} | {shown} | {meaning} |\n"


def _type(value: dict[str, Any], schema: dict[str, Any]) -> str:
    resolved = _resolve_reference(value, schema)
    if "properties" in resolved:
        return "section"
    if "enum" in resolved:
        return ", ".join(f"`{choice}`" for choice in resolved["enum"])
    if "const" in resolved:
        return f"`{resolved['const']}`"
    if resolved["type"] == "array":
        return f"list, each {_type(resolved['items'], schema)}"
    if resolved["type"] == "object":
        ((pattern, each),) = resolved["patternProperties"].items()
        if pattern == LANGUAGE:
            return "text for each language (`fr`, `ar`, ...)"
        inner = _resolve_reference(each, schema)
        return "one section a name" if "properties" in inner else f"a name: {_type(inner, schema)}"
    if "pattern" in resolved:
        return WORDS[resolved["pattern"]]
    bounds = [word.format(resolved[key]) for key, word in BOUNDS.items() if key in resolved]
    return ", ".join([TYPES[resolved["type"]], *bounds])


if __name__ == "__main__":
    write_atomically(GUIDE, guide())
    print(f"written: {GUIDE}")
