"""Read YAML from outside safely: within bounds, and no key given twice.

Eight lines of YAML can stand for a billion values: an alias repeats what its anchor names, and an
anchor may hold aliases. So what a document would be when each alias is written out is counted, by
its events, before anything is built of it.
"""

from typing import Any, cast

import yaml

from readiness.ground.printable import quote_cell

# How many values and brackets of a document are read, each alias written out.
MOST_EVENTS = 200_000


class _NoRepeats:
    """A loader that refuses a key given twice, of which YAML would silently keep the last."""

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
    """YAML without a key given twice.

    What cannot be a value of its kind (2026-99-99 is a date to YAML) is refused with its place.
    """

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """The value of a node."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, TypeError, AttributeError, OverflowError, LookupError):
            kind = node.tag.rpartition(":")[2]
            told = f"{quote_cell(node.value)} is no {'date' if kind == 'timestamp' else kind}"
            raise yaml.constructor.ConstructorError(None, None, told, node.start_mark) from None


class TextLoader(_NoRepeats, yaml.CBaseLoader):
    """Every scalar stays text (`no` is a code, not False), and no key is given twice."""


def _check_bounds(text: str, loader: type) -> None:
    """Refuse what nests too deep or, its aliases written out, is too long."""
    size = 0
    open_: list[tuple[str | None, int]] = []
    sizes: dict[str, int] = {}
    for event in yaml.parse(text, Loader=loader):
        size += 1
        if isinstance(event, yaml.AliasEvent):
            # An anchor that is still open is not in `sizes`: it would hold itself.
            size += sizes.get(event.anchor or "", MOST_EVENTS)
        elif isinstance(event, yaml.CollectionStartEvent):
            open_.append((event.anchor, size))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_.pop()
            if anchor is not None:
                sizes[anchor] = size - before
        elif isinstance(event, yaml.ScalarEvent) and event.anchor is not None:
            sizes[event.anchor] = 1
        # How deep a document may nest: beyond that, whatever walks through it runs out of stack.
        if len(open_) > 64 or size > MOST_EVENTS:
            raise yaml.MarkedYAMLError(
                problem="nested too deep, or too long to be read",
                problem_mark=cast("Any", event.start_mark),
            )


def read_yaml_text(content: bytes | str, loader: type = StrictLoader) -> Any:
    """The YAML document in `content` (bytes as UTF-8), within bounds; yaml.YAMLError when it is
    none, UnicodeDecodeError when it is no text.
    """
    text = content.decode("utf-8") if isinstance(content, bytes) else content
    try:
        _check_bounds(text, loader)
        # A loader of texts alone, or one derived of the safe one.
        return yaml.load(text, Loader=loader)  # noqa: S506
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError) as error:
        raise yaml.YAMLError(f"a value that cannot be read ({error})") from None
