"""List in what today's tree and environment differ from those of a publication's seal."""

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from readiness.config import StudySettings, WaveSettings
from readiness.ground.errors import DataError
from readiness.ground.facts import Fact
from readiness.ground.files import read_file
from readiness.ground.safe_yaml import read_yaml_text
from readiness.publications import program
from readiness.publications.audit.model import (
    Changes,
)
from readiness.publications.chain import code_today
from readiness.publications.ledger import CONFIG
from readiness.publications.seal import read_seal, sha256

# What is raised by YAML that is none of ours.
UNREADABLE = (
    *(OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError),
    RecursionError,
)


def present_changes(
    root: Path, identity: str, *, environment: bool, foreign: bool = False
) -> Changes:
    """In what today's code, lock, configuration and environment are not those of a publication.

    `foreign`: the tree is somebody else's, so that its report is none of this program. Empty where
    the publication's own seal cannot be read. The environment costs reading the
    versions of all packages, so it is looked at on request.
    """
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
            frozen = json.loads(read_file(folder / program.ENVIRONMENT))
            # Also what today's lock names no more: it may well be installed.
            present = program.present_environment(
                program.lock_file().read_text("utf-8"), list(frozen["packages"])
            )
            moved = program.changes(frozen, present)
            recorded_build = not moved
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            moved = [Fact("audit.change.unreadable", {"name": program.ENVIRONMENT})]
    return Changes(
        code=_code_changes(root, sealed, own=not foreign),
        lock=program.lock_hash() != sealed["lock"],
        config=tuple(_list_config_changes(root, folder, sealed)),
        environment=tuple(moved),
        recorded_build=recorded_build,
    )


def _code_changes(root: Path, sealed: Mapping[str, Any], *, own: bool) -> tuple[str, ...]:
    present = program.present_program(root, own=own)
    moved = [place for place in present if sealed["program"].get(place) != present[place]]
    # Where every byte is the sealed one, no syntax tree needs to be looked at.
    if "package" not in moved:
        return tuple(moved)
    steps = [step for step, code in sealed["code"].items() if code_today(step) != code]
    return (*steps, *(place for place in moved if place != "package"))


def _list_config_changes(root: Path, folder: Path, seal: Mapping[str, Any]) -> list[str | Fact]:
    """The keys in which today's configuration of the run is another one than the frozen one; none
    where that one is not the sealed one, or cannot be read.
    """
    run = str(seal["run"])
    kind, _, name = run.partition("/")
    try:
        content = read_file(folder / CONFIG)
        if sha256(content) != seal["files"].get(CONFIG):
            return []
        sealed = dict(read_yaml_text(content)[kind][name])
    except UNREADABLE:
        return []
    try:
        today = _read_todays(read_file(root / CONFIG))[kind][name]
        if not isinstance(today, dict):
            raise TypeError
        with suppress(ValueError):
            # As the frozen one is written: `true` and one word stand for more.
            own = (WaveSettings if kind == "waves" else StudySettings).model_validate(today)
            today = own.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return [f"{run}.{k}" for k in sealed if k in today and _is_other_value(sealed[k], today[k])]
    except UNREADABLE:
        return [Fact("audit.change.unconfigured", {"run": run})]


@lru_cache(maxsize=1)
def _read_todays(content: bytes) -> Any:
    return read_yaml_text(content)


def _is_other_value(frozen: Any, today: Any) -> bool:
    """Whether what today's file gives is another value than the frozen one, defaults left out."""
    if isinstance(frozen, dict) and isinstance(today, dict):
        return any(_is_other_value(frozen.get(key), value) for key, value in today.items())
    if isinstance(frozen, list) and isinstance(today, list) and len(frozen) == len(today):
        return any(_is_other_value(*pair) for pair in zip(frozen, today, strict=True))
    return bool(frozen != today)
