"""Write config/README.md from the typed configuration; a test checks that the page is current.

.venv/bin/python -m readiness.config.documents
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from readiness.config import Config
from readiness.ground.files import write_atomically
from readiness.ground.patterns import DATASET, DATE, ITEM, LANGUAGE, NAME, TEMPLATE, WORDS

GUIDE = Path("config/README.md")

HEAD = """\
# Every key of config.yaml

`config.yaml` is in the project's top folder and is the only settings file that an analyst edits. \
An unknown key, a value of the wrong type or an unregistered dataset version stops the run; the \
error names the key. After a change, the steps that use the changed section run again, and so do \
the steps after them.

A *name* has at most 100 lower-case letters, digits and hyphens; an *id* has lower-case letters, \
digits and underscores. A *text by language* is `{fr: ..., ar: ...}`. Write dates in quotes: \
`"2026-03-31"`. A *pattern* consists of 3 to 40 of these signs: `#` (a digit), `@` (a letter), \
`[5-7]`, digits, capitals and +.

(This page is written by `python -m readiness.config.documents` from \
`workflow/readiness/config/`.)
"""
TABLE = "| key | value | default | meaning |\n|---|---|---|---|\n"
TYPES = {
    "string": "text",
    "boolean": "`true` or `false`",
    "integer": "whole number",
    "number": "number",
}
# Short terms for patterns; the head of the page explains the terms.
SHORT = {NAME: "name", ITEM: "id", DATE: "date", DATASET: "`name@version`", TEMPLATE: "pattern"}
BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
}


def guide() -> str:
    """Return the text of config/README.md."""
    return HEAD + "".join(_write_sections(Config.model_json_schema(by_alias=True)))


def _write_sections(schema: dict[str, Any]) -> Iterator[str]:
    """Yield the Markdown of each section; the heading lists the paths of all its keys."""
    paths, order = _list_sections(schema)
    for section in order:
        title = ", ".join(f"`{path}`" for path in paths[id(section)]) or "Top level"
        yield f"\n## {title}\n\n{section.get('description', '').strip()}\n\n{TABLE}"
        required = section.get("required", [])
        for key, value in section["properties"].items():
            yield _write_row(key, value, key in required, schema)


def _list_sections(
    schema: dict[str, Any],
) -> tuple[dict[int, list[str]], list[dict[str, Any]]]:
    """Return the key paths of each section by its `id()`, and the sections in page order."""
    paths: dict[int, list[str]] = {id(schema): []}
    order = []
    waiting = [("", schema)]
    while waiting:
        path, section = waiting.pop(0)
        order.append(section)
        children = []
        for key, value in section["properties"].items():
            child, suffix = _find_child(value, schema)
            if child is None:
                continue
            child_path = f"{path}.{key}{suffix}".lstrip(".")
            if id(child) in paths:
                paths[id(child)].append(child_path)
                continue
            paths[id(child)] = [child_path]
            children.append((child_path, child))
        waiting = children + waiting
    return paths, order


def _resolve_reference(value: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for option in value.get("anyOf", []):
        if option.get("type") != "null":
            return _resolve_reference(option, schema)
    if "$ref" in value:
        return _resolve_reference(schema["$defs"][value["$ref"].rpartition("/")[2]], schema)
    return value


def _find_child(value: dict[str, Any], schema: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """Return the section that a key holds, and the suffix of the section's path.

    The suffix is "" for a single section, "[]" for a list of sections, ".<name>" for sections by
    name. (None, "") where the key holds no section.
    """
    resolved = _resolve_reference(value, schema)
    if "properties" in resolved:
        return resolved, ""
    listed = _resolve_reference(resolved.get("items", {}), schema)
    if "properties" in listed:
        return listed, "[]"
    for pattern_value in resolved.get("patternProperties", {}).values():
        if "properties" in (section := _resolve_reference(pattern_value, schema)):
            return section, ".<name>"
    return None, ""


def _write_row(key: str, value: dict[str, Any], required: bool, schema: dict[str, Any]) -> str:
    default = value.get("default")
    if required:
        default_text = "required"
    elif default is None or default == {}:
        default_text = "none"
    else:
        default_text = "see below" if isinstance(default, dict) else f"`{default}`"
    description = value.get("description") or _resolve_reference(value, schema).get(
        "description", ""
    )
    meaning = " ".join(str(description).split())
    if _find_child(value, schema)[0] is not None:
        # The section's own table begins with the whole description.
        meaning = meaning.partition(". ")[0].rstrip(".")
    return f"| `{key}` | {_type(value, schema)} | {default_text} | {meaning} |\n"


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
        ((pattern, value_schema),) = resolved["patternProperties"].items()
        if pattern == LANGUAGE:
            return "text by language"
        resolved_value = _resolve_reference(value_schema, schema)
        return (
            "one section per name"
            if "properties" in resolved_value
            else f"a name: {_type(resolved_value, schema)}"
        )
    if "pattern" in resolved:
        return SHORT.get(resolved["pattern"], WORDS[resolved["pattern"]])
    bounds = [word.format(resolved[key]) for key, word in BOUNDS.items() if key in resolved]
    return ", ".join([TYPES[resolved["type"]], *bounds])


if __name__ == "__main__":
    write_atomically(GUIDE, guide())
    print(f"written: {GUIDE}")
