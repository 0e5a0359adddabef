"""Offices from elsewhere: deployed by snakedeploy, and made by 1.0.0 as a full copy."""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from project_copy import PATIENCE, ROOT, Project, add_environment, set_up_office
from readiness.ground.files import files_below
from readiness.program.wheel import make_wheel
from readiness.publications.releases import RELEASES

SAMPLE = ROOT / "examples/first-use/invented-answers.csv"
PROGRAM = (sys.executable, "-I", "-X", "utf8", str(ROOT / "workflow/readiness"))
PAGE = (ROOT / "docs/first-use.md").read_text("utf-8")
[WAVE] = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.M | re.S)


def call(folder: Path, *command: str) -> str:
    done = Project(folder).call(*command)
    assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout + done.stderr


def git(*words: str) -> bytes | None:
    """What git says in this project; None in a plain copy of it, or where it is too shallow."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def settle(office: Path) -> None:
    """Take the decisions of the guide of the first use."""
    config = office / "config.yaml"
    config.write_text(config.read_text("utf-8").partition("waves:\n")[0] + WAVE, "utf-8")
    [draft] = (office / "data/questionnaires").glob("*.yaml")
    draft.write_text(draft.read_text("utf-8").replace("draft: true\n", ""), "utf-8")


def contents(office: Path) -> dict[str, str]:
    """Each file of an office with its hash; what Python compiled is nobody's."""
    found = [path for path in files_below(office) if path.is_file() and not path.is_symlink()]
    names = [path.relative_to(office) for path in found if "__pycache__" not in path.parts]
    return {
        name.as_posix(): hashlib.sha256((office / name).read_bytes()).hexdigest() for name in names
    }


def audited(office: Path, *program: str) -> None:
    """Every number comes out again. Of what readers could prove a later attack may prove more."""
    done = Project(office).call(*program, "audit", "--level", "2")
    assert done.returncode == 0, done.stdout
    assert re.search(r"^  numbers +\d+ REPRODUCED(, \d+ ADDED SINCE)?$", done.stdout, re.M)
    assert "sealed by readiness 1.0.0" in done.stdout and RELEASES[0].commit in done.stdout
    assert "DIFFERS" not in done.stdout and "BROKEN" not in done.stdout


@pytest.mark.skipif(shutil.which("snakedeploy") is None, reason="snakedeploy is not installed")
def test_a_deployed_workflow_is_planned_and_begun(tmp_path: Path) -> None:
    head = git("rev-parse", "HEAD")
    if head is None:
        pytest.skip("the history of the project is not here")
    flow = tmp_path / "flow"
    words = ["snakedeploy", "deploy-workflow", str(ROOT), str(flow), "--commit"]
    subprocess.run([*words, head.decode().strip()], check=True, timeout=PATIENCE)
    # Of a repository on this machine snakedeploy writes a path that leads nowhere.
    rules = flow / "workflow/Snakefile"
    place = f'gitfile("{ROOT}", path="workflow/Snakefile", commit="{head.decode().strip()}")'
    text = rules.read_text("utf-8")
    assert text.count('"workflow/Snakefile"') == 1
    rules.write_text(text.replace('"workflow/Snakefile"', place), "utf-8")
    snakemake = (sys.executable, "-I", "-m", "snakemake", "--cores", "1")
    assert "dry-run" in call(flow, *snakemake, "-n")
    call(flow, "git", "init", "--quiet", ".")
    call(flow, *PROGRAM, "new", "--from", str(SAMPLE), "--selection", "opt-in")
    restored = "results/inputs/invented-answers/1/data.csv"
    [draft] = (flow / "data/questionnaires").glob("*.yaml")
    draft.write_text(draft.read_text("utf-8").replace("draft: true\n", ""), "utf-8")
    call(flow, *snakemake, restored)
    assert (flow / restored).read_bytes() == SAMPLE.read_bytes()


@pytest.mark.thorough
def test_an_office_of_1_0_becomes_a_thin_one(tmp_path: Path) -> None:
    """Told what moves, left as it was, then taken; its publication is audited before and after."""
    archived = git("archive", RELEASES[0].commit)
    if archived is None:
        pytest.skip("the history of the project is not here")
    old, office = tmp_path / "1.0.0", tmp_path / "office"
    old.mkdir()
    subprocess.run(["tar", "x"], cwd=old, input=archived, check=True)
    add_environment(old)
    words = ["new", str(office), "--from", str(SAMPLE), "--selection", "opt-in"]
    call(old, ".venv/bin/readiness", *words)
    add_environment(office)
    settle(office)
    call(office, ".venv/bin/readiness", "run", "--cores", "2")
    call(
        office,
        ".venv/bin/readiness",
        "freeze",
        "office-r1",
        "--wave",
        WAVE.split()[1][:-1],
        "--release",
    )
    name, wheel = make_wheel()
    (tmp_path / name).write_bytes(wheel)
    before = contents(office)
    audited(office, *PROGRAM)
    told = call(office, *PROGRAM, "upgrade", f"../{name}")
    assert "readiness 1.0.0 -> " in told and "publications/office-r1: all" in told
    assert "Nothing was changed" in told and contents(office) == before
    call(office, *PROGRAM, "upgrade", f"../{name}", "--yes")
    assert not (office / "workflow").exists() and not (office / "pyproject.toml").exists()
    kept = contents(office)
    assert {n: kept.get(n) for n in before if n.startswith(("publications/", "data/"))} == {
        n: digest for n, digest in before.items() if n.startswith(("publications/", "data/"))
    }
    assert kept["config.yaml"] == before["config.yaml"]
    shutil.rmtree(office / ".venv")
    thin = set_up_office(office)
    audited(office, ".venv/bin/readiness")
    assert thin.run().returncode == 0
