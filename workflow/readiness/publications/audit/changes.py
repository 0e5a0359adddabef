"""In what today's tree and environment are not those that a publication was sealed with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from readiness.bounded import read_yaml_text
from readiness.errors import DataError
from readiness.facts import Fact
from readiness.files import read_file
from readiness.publications.audit.model import Changes
from readiness.publications.ledger import CONFIG
from readiness.publications.seal import read_seal, sha256

_UNREADABLE = (
    OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError, RecursionError,
)  # fmt: skip
"""What is raised by YAML that is none of ours."""


def present_changes(root: Path, identity: str, *, environment: bool) -> Changes:
    """In what today's code, lock, configuration and environment are not those of a publication.

    Empty where the publication's own seal cannot be read. The environment costs reading the
    versions of all packages, so it is looked at on request.
    """
    from readiness.publications.environment import (
        ENVIRONMENT,
        changes,
        lock_hash,
        present_environment,
    )
    from readiness.publications.program import lock_file

    folder = root / "publications" / identity
    try:
        sealed = read_seal(folder)
    except DataError:
        return Changes()
    if sealed["id"] != identity:
        return Changes()
    moved: list[Fact] = []
    recorded_build = False
    if environment:
        try:
            frozen = json.loads(read_file(folder / ENVIRONMENT))
            lock = lock_file().read_text("utf-8")
            # Also what today's lock names no more: it may well be installed.
            present = present_environment(lock, list(frozen["packages"]))
            moved = changes(frozen, present)
            recorded_build = not moved
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            moved = [Fact("audit.change.unreadable", {"name": ENVIRONMENT})]
    return Changes(
        code=_code_changes(sealed),
        lock=lock_hash() != sealed["lock"],
        config=tuple(_config_changes(root, folder, sealed)),
        environment=tuple(moved),
        recorded_build=recorded_build,
    )


def _code_changes(sealed: Mapping[str, Any]) -> tuple[str, ...]:
    """The steps whose code is another one today, and the places of other code that is."""
    from readiness.publications.archive import present_program
    from readiness.publications.chain import code_today

    present = present_program()
    moved = [place for place in present if sealed["program"].get(place) != present[place]]
    # Where every byte is the sealed one, no syntax tree needs to be looked at.
    if "package" not in moved:
        return tuple(moved)
    steps = [step for step, code in sealed["code"].items() if code_today(step) != code]
    return (*steps, *(place for place in moved if place != "package"))


def _config_changes(root: Path, folder: Path, seal: Mapping[str, Any]) -> list[str | Fact]:
    """The keys in which today's configuration of the run is another one than the frozen one.

    None where the frozen one is not the sealed one, or cannot be read.
    """
    run = str(seal["run"])
    kind, _, name = run.partition("/")
    try:
        content = read_file(folder / CONFIG)
        if sha256(content) != seal["files"].get(CONFIG):
            return []
        sealed = dict(read_yaml_text(content)[kind][name])
    except _UNREADABLE:
        return []
    try:
        today = _todays(read_file(root / CONFIG))[kind][name]
        if not isinstance(today, dict):
            raise TypeError
        return [
            f"{run}.{key}" for key in sealed if key in today and _given(sealed[key], today[key])
        ]
    except _UNREADABLE:
        return [Fact("audit.change.unconfigured", {"run": run})]


@lru_cache(maxsize=1)
def _todays(content: bytes) -> Any:
    """Today's configuration, read once for all publications of an audit."""
    return read_yaml_text(content)


def _given(frozen: Any, today: Any) -> bool:
    """Whether what today's file gives is another value than the frozen one, defaults left out."""
    if isinstance(frozen, dict) and isinstance(today, dict):
        return any(_given(frozen.get(key), value) for key, value in today.items())
    if isinstance(frozen, dict) and isinstance(today, str):
        return today not in frozen.values()  # a section that is given in one word
    if isinstance(frozen, list) and isinstance(today, list) and len(frozen) == len(today):
        return any(_given(*pair) for pair in zip(frozen, today, strict=True))
    return bool(frozen != today)
