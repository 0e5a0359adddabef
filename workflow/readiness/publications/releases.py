"""Releases of the program: find the release that sealed a publication and how to install it."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any, NamedTuple

from readiness.ground.facts import Fact
from readiness.program.layout import version

# A version as of PEP 440, without its rarer forms.
VERSION = r"[0-9]+(?:\.[0-9]+)*(?:[-+.]?[A-Za-z0-9]+)*"


class Release(NamedTuple):
    """A released version, its commit, and two hashes that identify it.

    `package` is the hash of the package as seals state it; `report` the SHA-256 of the report
    template that a new project begins with. `install` is the command that installs the program in
    a checkout of the commit.
    """

    version: str
    commit: str
    package: str
    report: str
    install: str


# A commit cannot name itself: each release is added here by the next commit.
RELEASES = (
    Release(
        "1.0.0",
        "3dd55d2f4e70f3599faf5e4ea52e516c2641b427",
        "eec981175c65779a893ef13e456ebfd7a4583c48cb895abf2ec20628490f4094",
        "03a7007b81fc9ea86d4b58a73d0349f5451dff2caa9a0e7b9eac3614496cbd91",
        # Without the extra `run`, which later versions have.
        "pip install .",
    ),
    Release(
        "1.0.1",
        "aca7c5a171c688c6fe23bf12eb422b4fba8ed702",
        "7cc8c4dc308e0272275f0220dcf4335461f0bca07ac1314f507c8439c2e521e6",
        "944d0d057df15cb77d22ad980fc856f9bdf6067d8804480229d1a0d830112a86",
        "pip install .",
    ),
    Release(
        "1.1.0",
        "d35dd952cd8d0618f4afdfc3a4c1c569b49ab5b7",
        "9cd0c52e449748c5997df35b3b03bcf02f0755e6413051d3a48db334bd868ef7",
        "757be2f38b2f41f5f8334af20bd79867d5c88971f9e62847836779b611c3b308",
        "pip install '.[run]'",
    ),
)


def find_release(program: Mapping[str, Any]) -> Release | None:
    """Return the release whose package hash is `program["package"]`; None where there is none."""
    return next((one for one in RELEASES if one.package == program.get("package")), None)


def version_of(code: Mapping[str, bytes]) -> str:
    """Return the version in `pyproject.toml` of archived code; "" where it has none."""
    try:
        project_version = tomllib.loads(code["pyproject.toml"].decode("utf-8"))["project"][
            "version"
        ]
    except (KeyError, TypeError, ValueError):
        return ""
    return str(project_version)


def tell_program(sealed: Mapping[str, Any], *, same: bool) -> Fact:
    """Return a fact about the sealing program: its version and the release or commit to install.

    `sealed` has the fields of the seal; `same` is True when this program sealed the publication.
    """
    release = find_release(sealed["program"])
    sealed_version = str(sealed.get("version", release.version if release else ""))
    valid_version = sealed_version if re.fullmatch(VERSION, sealed_version) else ""
    if same:
        return Fact("audit.program.same", {"version": version()})
    versions = {"own": version(), "version": valid_version}
    if release is not None and release.version == valid_version:
        return Fact(
            "audit.program.release",
            {**versions, "commit": release.commit, "command": release.install},
        )
    return (
        Fact("audit.program.version", versions)
        if valid_version
        else Fact("audit.program.unknown", versions)
    )
