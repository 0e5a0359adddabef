"""The environment that made a publication: Python, processor, libraries, renderer.

It is recorded beside the lineage and never mixed into it: the same values from another environment
are the same values.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from readiness.facts import Fact
from readiness.lineage import sha256_of
from readiness.publications.program import lock_file

ENVIRONMENT = "environment.json"
# What moves the last bits of a sum or the bytes of a page, beside the packages.
PLACE = ("python", "implementation", "system", "machine", "processor", "blas", "simd", "engine")


def locked_packages(lock: str) -> list[str]:
    """The names of the packages that a lock file pins, sorted."""
    return sorted(set(re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", lock, re.M)))


def present_environment(lock: str, further: Iterable[str] = ()) -> dict[str, Any]:
    """Python, machine, and the installed version of each package of `lock` that is installed.

    `further` are names of packages to look for as well. `processor` is its family, `blas` the
    kernels of each BLAS, `simd` what numpy uses of the processor's vector instructions, `engine`
    what makes the pages.
    """
    from readiness.rendering.render import present_engine

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
        "processor": _processor(),
        "blas": _blas(),
        "simd": _simd(),
        "engine": present_engine(),
        "packages": packages,
    }


def environment_text() -> str:
    """`environment.json` of the environment that runs this."""
    record = present_environment(lock_file().read_text("utf-8"))
    return json.dumps(record, sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def _processor() -> str:
    """Maker and family of the processor; no more, for a publication names no machine."""
    try:
        told = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        return platform.processor() or platform.machine()
    found = (re.search(rf"^{key}\s*:\s*(.+)$", told, re.M) for key in ("vendor_id", "cpu family"))
    return " ".join(match[1] for match in found if match) or platform.machine()


def _blas() -> list[str]:
    """The kernels that the libraries for linear algebra have chosen for this processor."""
    import numpy.linalg  # noqa: F401 - loads what is asked about
    import scipy.linalg  # noqa: F401
    import threadpoolctl

    libraries = (one for one in threadpoolctl.threadpool_info() if one["user_api"] == "blas")
    return sorted(
        f"{one['internal_api']} {one['version']} {one.get('architecture', '')}".strip()
        for one in libraries
    )


def _simd() -> list[str]:
    """The vector instructions that numpy uses beyond those that it always needs."""
    import numpy as np

    shown: Any = np.show_config(mode="dicts")
    return sorted(shown["SIMD Extensions"]["found"])


def changes(frozen: Mapping[str, Any], present: Mapping[str, Any]) -> list[Fact]:
    """In what the environment is another one than the frozen one, a fact each."""
    found = [
        _change(name, _words(frozen[name]), _words(present[name]))
        for name in PLACE
        if frozen[name] != present[name]
    ]
    old, new = frozen["packages"], present["packages"]
    return found + [
        _change(name, old.get(name), new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _change(name: str, old: str | None, new: str | None) -> Fact:
    if new is None:
        return Fact("audit.change.gone", {"name": name, "old": str(old)})
    if old is None:
        return Fact("audit.change.new", {"name": name, "new": new})
    return Fact("audit.change.version", {"name": name, "old": str(old), "new": new})


def lock_hash() -> str:
    """SHA-256 of the program's lock file; "" when there is none."""
    return sha256_of(lock_file()) if lock_file().is_file() else ""


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
