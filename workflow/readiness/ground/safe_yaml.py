"""Read YAML from outside safely: with bounds, and without duplicate keys.

Eight lines of YAML can expand to a billion values: an alias repeats the value of its anchor, and
that value may contain aliases. So the size of a document with all aliases expanded is counted from
the parser's events before any value is built.
"""

from typing import Any, cast

import yaml

from readiness.ground.printable import quote_cell

# Largest number of values and brackets in a document with all aliases expanded.
MOST_EVENTS = 200_000


class _NoRepeats:
    """Loader that refuses duplicate keys; PyYAML would silently keep the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value} is given twice", key.start_mark
                )
            seen.add(key.value)
        return cast("dict[Any, Any]", super().construct_mapping(node, deep))  # type: ignore[misc]


class StrictLoader(_NoRepeats, yaml.CSafeLoader):
    """Loader of YAML that refuses duplicate keys, and values that do not fit their YAML type.

    2026-99-99, for example, looks like a date. The error names the line and column.
    """

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Return the value of a node."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, TypeError, AttributeError, OverflowError, LookupError):
            kind = node.tag.rpartition(":")[2]
            told = f"{quote_cell(node.value)} is no {'date' if kind == 'timestamp' else kind}"
            raise yaml.constructor.ConstructorError(None, None, told, node.start_mark) from None


class TextLoader(_NoRepeats, yaml.CBaseLoader):
    """Loader that keeps every scalar as text (`no` is a code, not False) and refuses duplicate
    keys.
    """


def _check_bounds(text: str, loader: type) -> None:
    """Raise MarkedYAMLError for a document that nests too deep, or is too long with all aliases
    expanded.
    """
    size = 0
    open_: list[tuple[str | None, int]] = []
    sizes: dict[str, int] = {}
    for event in yaml.parse(text, Loader=loader):
        size += 1
        if isinstance(event, yaml.AliasEvent):
            # An open anchor is not yet in `sizes`: its alias would make a value contain itself.
            size += sizes.get(event.anchor or "", MOST_EVENTS)
        elif isinstance(event, yaml.CollectionStartEvent):
            open_.append((event.anchor, size))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_.pop()
            if anchor is not None:
                sizes[anchor] = size - before
        elif isinstance(event, yaml.ScalarEvent) and event.anchor is not None:
            sizes[event.anchor] = 1
        # Deeper documents would exceed the stack of recursive functions.
        if len(open_) > 64 or size > MOST_EVENTS:
            raise yaml.MarkedYAMLError(
                problem="nested too deep, or too long to be read",
                problem_mark=cast("Any", event.start_mark),
            )


def read_yaml_text(content: bytes | str, loader: type = StrictLoader) -> Any:
    """Read the YAML document in `content` (bytes: UTF-8).

    Raises yaml.YAMLError: not YAML, or beyond the bounds of this module. UnicodeDecodeError: bytes
    that are not UTF-8.
    """
    text = content.decode("utf-8") if isinstance(content, bytes) else content
    try:
        _check_bounds(text, loader)
        # `loader` is one of the two above, which build plain values only.
        return yaml.load(text, Loader=loader)  # noqa: S506
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError) as error:
        raise yaml.YAMLError(f"a value that cannot be read ({error})") from None
