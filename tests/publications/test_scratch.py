"""What a rerun leaves, and what is known of the machine: the scratch folder of an audit goes with
it, nothing is written outside of it, and the environment decides no verdict.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pytest import MonkeyPatch

from project_copy import PATIENCE, ROOT
from readiness.ground.errors import DataError
from readiness.language import tell
from readiness.publications.ledger import DATASETS, INPUTS, read_datasets, read_inputs
from readiness.publications.program import changes, present_environment
from readiness.publications.scratch import scratch_project

# A run whose first step never ends by itself, in a process of its own.
ENDLESS = """
import os, sys, time
from pathlib import Path
sys.path.insert(0, {workflow!r})
from readiness.publications import scratch
def endless(folder, targets):
    os.setsid()
    (folder.parents[1] / "started").touch()
    time.sleep(600)
scratch._perform_steps = endless
with scratch.scratch_project({{"config.yaml": b""}}, {{}}) as folder:
    scratch.run_in(folder, [])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_is_asked_to_end_takes_run_and_folder_away(tmp_path: Path, number: int) -> None:
    program = ENDLESS.format(workflow=str(ROOT / "workflow"))
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        env={"TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        # Whoever runs the tests by `nohup` has it ignored.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    while not (tmp_path / "started").exists():
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(number)
    _, said = process.communicate(timeout=PATIENCE)
    assert b"KeyboardInterrupt" in said
    assert [path.name for path in tmp_path.iterdir()] == ["started"]


def test_a_temporary_folder_that_cannot_be_used(tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(DataError, match="No such file"), scratch_project({}, {}):
        pass


HEAD = "dataset,version,md5,sha256,bytes,rows,questionnaire,note,status,pointer"


@pytest.mark.parametrize(
    "row",
    [
        f"../../x,1,{'a' * 32},{'b' * 64},1,1,,,open,p",
        f"d,../../x,{'a' * 32},{'b' * 64},1,1,,,open,p",
        f"d,1,{'a' * 32},{'b' * 64},{'9' * 5000},1,,,open,p",
        f"d,1,../../x,{'b' * 64},1,1,,,open,p",
        "d,1",
    ],
)
def test_a_dataset_leads_nowhere_else(tmp_path: Path, row: str) -> None:
    (tmp_path / DATASETS).write_text(f"{HEAD}\n{row}\n", "utf-8")
    with pytest.raises(DataError, match="row 2"):
        read_datasets(tmp_path)


@pytest.mark.parametrize(
    "name", ["/etc/hostname", "../x", "data/../../x", "workflow/x.py", "data", "", "data/\0"]
)
def test_an_input_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    (tmp_path / INPUTS).write_text(f"path,sha256\n{name},{'a' * 64}\n", "utf-8")
    with pytest.raises(DataError, match="not a valid table of inputs"):
        read_inputs(tmp_path)


CODE = (
    "import json; from readiness.publications.program import present_environment;"
    "print(json.dumps(present_environment('')))"
)


def environment(**variables: str) -> dict[str, Any]:
    """The environment of a process that is told which kernels to use."""
    result = subprocess.run(
        [sys.executable, "-c", CODE],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "workflow"), **variables},
    )
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
