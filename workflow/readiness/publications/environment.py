"""The environment that made a publication: Python, processor, and every locked package.

It is recorded beside the lineage and never mixed into it: the same values from another environment
are the same values.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import re
from collections.abc import Iterable, Mapping
from typing import Any

from readiness.lineage import sha256_of
from readiness.publications.program import lock_file

ENVIRONMENT = "environment.json"


def locked_packages(lock: str) -> list[str]:
    """The names of the packages that a lock file pins, sorted."""
    return sorted(set(re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", lock, re.M)))


def present_environment(lock: str, further: Iterable[str] = ()) -> dict[str, Any]:
    """Python, machine, and the installed version of each package of `lock` that is installed.

    `further` are names of packages to look for as well.
    """
    packages = {}
    for name in sorted({*locked_packages(lock), *further}):
        try:
            packages[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # pinned for another system
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "machine": platform.machine(),
        "packages": packages,
    }


def environment_text() -> str:
    """`environment.json` of the environment that runs this."""
    record = present_environment(lock_file().read_text("utf-8"))
    return json.dumps(record, sort_keys=True, indent=1) + "\n"


def changes(frozen: Mapping[str, Any], present: Mapping[str, Any]) -> list[str]:
    """In what the environment is another one than the frozen one, in a few words each."""
    found = [
        f"{name} {frozen[name]} -> {present[name]}"
        for name in ("python", "implementation", "system", "machine")
        if frozen[name] != present[name]
    ]
    old, new = frozen["packages"], present["packages"]
    return found + [
        f"{name} {old.get(name, 'none')} -> {new.get(name, 'none')}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def lock_hash() -> str:
    """SHA-256 of the program's lock file; "" when there is none."""
    return sha256_of(lock_file()) if lock_file().is_file() else ""
