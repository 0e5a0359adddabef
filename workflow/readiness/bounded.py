"""YAML that somebody else wrote, read within bounds.

Eight lines of YAML can stand for a billion values: an alias repeats what its anchor names, and an
anchor may hold aliases. Nothing that this program writes or asks for has one, so none is read.
"""

from __future__ import annotations

from typing import Any, cast

import yaml

DEEPEST = 64
"""How deep a document may nest: beyond that, whatever walks through it runs out of stack."""
MOST_EVENTS = 200_000
"""How many values and brackets of a document are read."""


def _refused(problem: str, event: yaml.Event) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=cast("Any", event.start_mark))


def read_yaml_text(content: bytes | str, loader: type = yaml.CSafeLoader) -> Any:
    """The YAML document in `content` (bytes as UTF-8), without aliases, within bounds.

    Raises yaml.YAMLError when it is none, UnicodeDecodeError when it is no text.
    """
    text = content.decode("utf-8") if isinstance(content, bytes) else content
    depth = 0
    # By events, before anything is built of them.
    for count, event in enumerate(yaml.parse(text, Loader=loader)):
        if isinstance(event, yaml.AliasEvent):
            raise _refused("an alias (*name), which is not read here", event)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or count > MOST_EVENTS:
            raise _refused("nested too deep, or too long to be read", event)
    try:
        return yaml.load(text, Loader=loader)
    except (ValueError, OverflowError, RecursionError) as error:
        # 2026-99-99 is a date to YAML, and 1 followed by 5,000 digits a number.
        raise yaml.YAMLError(f"a value that cannot be read ({error})") from None
