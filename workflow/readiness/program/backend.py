"""Build wheel and source archive for pip and `python -m build`: what pyproject.toml names.

The hooks of PEP 517, with the standard library alone. A kept backend would serve a tree, but
`readiness new` makes the same wheel where the program is installed, with no tree and no network.
https://peps.python.org/pep-0517/
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from readiness.program.sdist import make_sdist
from readiness.program.wheel import make_wheel


def build_wheel(
    wheel_directory: str,
    config_settings: Mapping[str, Any] | None = None,
    metadata_directory: str | None = None,
) -> str:
    """Write the wheel into a folder and return its name."""
    return _write(wheel_directory, *make_wheel())


def build_sdist(sdist_directory: str, config_settings: Mapping[str, Any] | None = None) -> str:
    """Write the source archive into a folder and return its name."""
    return _write(sdist_directory, *make_sdist())


def get_requires_for_build_wheel(config_settings: Mapping[str, Any] | None = None) -> list[str]:
    """Return which packages the wheel's build needs: none."""
    return []


def get_requires_for_build_sdist(config_settings: Mapping[str, Any] | None = None) -> list[str]:
    """Return which packages the source archive's build needs: none."""
    return []


def _write(folder: str, name: str, content: bytes) -> str:
    Path(folder, name).write_bytes(content)
    return name
