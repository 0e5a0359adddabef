"""Mutation testing of a project of one module: which changes its tests notice, and which not."""

import csv
import subprocess
import sys
from pathlib import Path

from project_copy import ROOT, benchmark_module

MODULE = """\
from functools import lru_cache


@lru_cache(maxsize=64)
def is_small(n, least=5):
    return n < least


def list_steps(n, step):
    while n:
        n = n - step
        yield n
"""
TESTS = """\
from readiness.counting.bases import is_small, list_steps


def test_that_fails_whatever_is_changed():
    assert not is_small(4)


def test_fewer_than_five_are_few():
    assert is_small(4) and not is_small(5)


def test_steps_end_at_none():
    assert list(list_steps(3, step=1)) == [2, 1, 0]
"""
# One second for a test that hangs, for two minutes are longer than the suite has.
RUN = "import mutants; mutants.LONGEST_TEST = 1; mutants.main()"


def test_a_changed_sign_is_noticed_and_a_larger_cache_is_not(tmp_path: Path) -> None:
    files = {
        "benchmarks/mutants.py": (ROOT / "benchmarks/mutants.py").read_text("utf-8"),
        "workflow/readiness/__init__.py": "",
        "workflow/readiness/counting/bases.py": MODULE,
        "tests/counting/test_bases.py": TESTS,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    command = [sys.executable, "-B", "-c", RUN, "--rooms", "counting", "--results", "results.csv"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={
            "PYTHONPATH": str(tmp_path / "benchmarks"),
            "PATH": "/usr/bin:/bin",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with (tmp_path / "results.csv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    fewer, ends = "test_fewer_than_five_are_few", "test_steps_end_at_none"
    assert {(row["after"], row["outcome"], row["test"].partition("::")[2]) for row in rows} == {
        ("(n <= least)", "killed", fewer),
        ("(6)", "killed", fewer),
        ("(n + step)", "timed out", ends),
        ("(65)", "survived", ""),
    }
    # Nothing is changed in the project itself.
    assert (tmp_path / "workflow/readiness/counting/bases.py").read_text("utf-8") == MODULE
    assert "all: 3 of 4 killed" in done.stdout
    assert "survived: counting/bases.py:4: 64 -> (65)" in done.stdout


def test_the_tests_of_a_module_are_those_that_import_it_and_those_of_its_room() -> None:
    bench = benchmark_module("mutants")
    nearest = bench.find_tests("disclosure/judge.py")
    assert nearest[0] == "tests/disclosure/test_suppress.py"
    assert len(nearest) == bench.MOST_FILES and "tests/disclosure/test_policy.py" in nearest
    mutants = bench.list_mutants(ROOT / "workflow/readiness/disclosure/judge.py")
    assert {mutant.kind for mutant in mutants} == {
        *("comparison", "sign", "boolean", "constant", "dropped check")
    }
