"""List the differences of today's tree and environment from those of a publication's seal."""

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

# Errors raised by YAML that this program did not write.
UNREADABLE = (
    *(OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError),
    RecursionError,
)


def present_changes(
    root: Path, publication_id: str, *, environment: bool, foreign: bool = False
) -> Changes:
    """Return how today's code, lock, configuration and environment differ from a publication's.

    Empty where the publication's own seal cannot be read. `environment`: whether to compare the
    environment, which reads the versions of all packages. `foreign`: whether the tree is another
    person's, so that its report does not belong to this program.
    """
    folder = root / "publications" / publication_id
    try:
        sealed = read_seal(folder)
    except DataError:
        return Changes()
    if sealed["id"] != publication_id:
        return Changes()
    differences: list[Fact] = []
    recorded_build = False
    if environment:
        try:
            frozen = json.loads(read_file(folder / program.ENVIRONMENT))
            # Packages that today's lock no longer names may still be installed.
            present = program.present_environment(
                program.lock_file().read_text("utf-8"), list(frozen["packages"])
            )
            differences = program.changes(frozen, present)
            recorded_build = not differences
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            differences = [Fact("audit.change.unreadable", {"name": program.ENVIRONMENT})]
    return Changes(
        code=_code_changes(root, sealed, is_own_project=not foreign),
        lock=program.lock_hash() != sealed["lock"],
        config=tuple(_list_config_changes(root, folder, sealed)),
        environment=tuple(differences),
        recorded_build=recorded_build,
    )


def _code_changes(
    root: Path, sealed: Mapping[str, Any], *, is_own_project: bool
) -> tuple[str, ...]:
    """Return the steps and places whose code differs from the sealed code."""
    present = program.present_program(root, own=is_own_project)
    changed_places = [place for place in present if sealed["program"].get(place) != present[place]]
    # An identical package needs no comparison of single steps.
    if "package" not in changed_places:
        return tuple(changed_places)
    steps = [step for step, code in sealed["code"].items() if code_today(step) != code]
    return (*steps, *(place for place in changed_places if place != "package"))


def _list_config_changes(root: Path, folder: Path, seal: Mapping[str, Any]) -> list[str | Fact]:
    """Return the settings of the run that differ from the frozen configuration.

    Empty where the frozen configuration is not the sealed one or cannot be read.
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
            # Write today's settings in full, as the frozen ones: `true` and one word are short.
            settings = (WaveSettings if kind == "waves" else StudySettings).model_validate(today)
            today = settings.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return [
            f"{run}.{key}"
            for key in sealed
            if key in today and _is_other_value(sealed[key], today[key])
        ]
    except UNREADABLE:
        return [Fact("audit.change.unconfigured", {"run": run})]


@lru_cache(maxsize=1)
def _read_todays(content: bytes) -> Any:
    """Read today's configuration, cached for its content."""
    return read_yaml_text(content)


def _is_other_value(frozen: Any, today: Any) -> bool:
    """Return whether today's setting differs from the frozen one, where today's is given."""
    if isinstance(frozen, dict) and isinstance(today, dict):
        return any(_is_other_value(frozen.get(key), value) for key, value in today.items())
    if isinstance(frozen, list) and isinstance(today, list) and len(frozen) == len(today):
        return any(_is_other_value(*pair) for pair in zip(frozen, today, strict=True))
    return bool(frozen != today)
