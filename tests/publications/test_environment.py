"""What moves the last bits of a sum or the bytes of a page is recorded, and decides no verdict."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from project_copy import ROOT
from readiness.language import tell
from readiness.publications.environment import changes, present_environment

CODE = (
    "import json; from readiness.publications.environment import present_environment;"
    "print(json.dumps(present_environment('')))"
)


def environment(**variables: str) -> dict[str, Any]:
    """The environment of a process that is told which kernels to use."""
    result = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "workflow"), **variables},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="kernels of that processor")
def test_the_kernels_in_use_are_recorded() -> None:
    """Two kernels that any x86-64 processor of the last ten years has."""
    haswell = environment(OPENBLAS_CORETYPE="Haswell")
    older = environment(OPENBLAS_CORETYPE="Nehalem", NPY_DISABLE_CPU_FEATURES="X86_V4 AVX512_ICL")
    assert haswell["blas"] and all(name.endswith("Haswell") for name in haswell["blas"])
    assert older["blas"] and all(name.endswith("Nehalem") for name in older["blas"])
    assert not {"X86_V4", "AVX512_ICL"} & set(older["simd"])
    assert haswell["engine"] == older["engine"] and haswell["processor"] == older["processor"]
    assert [fact.values["name"] for fact in changes(haswell, older)][:1] == ["blas"]
    assert changes(haswell, haswell) == []


def test_another_renderer_is_another_build() -> None:
    present = present_environment("")
    quarto = {**present, "engine": "Quarto 1.9.36"}
    (fact,) = changes(present, quarto)
    assert tell(fact, "en") == f"engine {present['engine']} → Quarto 1.9.36"


def test_no_host_and_no_path() -> None:
    text = json.dumps(present_environment((ROOT / "requirements.lock").read_text("utf-8")))
    assert os.uname().nodename not in text and str(Path.home()) not in text
