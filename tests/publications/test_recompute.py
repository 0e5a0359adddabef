"""A person computes a publication's headline numbers again, by the script that lies in it.

With pandas and statsmodels, of the smallest wave and of each wave that is shipped.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from project_copy import ROOT, Project
from readiness.analysis.recomputing import RECOMPUTE, recompute_script
from readiness.config import load_config
from readiness.datasets.versions import read_versions
from readiness.ground.facts import Fact
from readiness.questionnaire import load_questionnaire
from tiny_project import PUBLICATIONS

SHIPPED = sorted(path.parent.name for path in (ROOT / "publications").glob(f"*/{RECOMPUTE}"))


def recompute(project: Path, name: str, place: Path) -> str:
    """What the script of a publication says beside the data that it was made of."""
    shutil.copytree(project / "data", place / "data")
    for version in read_versions(project).values():
        kept = project / "data/store" / version.object_name
        shutil.copyfile(kept, place / version.pointer_path.with_suffix(""))
    script = project / "publications" / name / RECOMPUTE
    assert "readiness" not in script.read_text("utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", str(script), str(place)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_the_smallest_wave_comes_out_the_same(released: Project, tmp_path: Path) -> None:
    folder = released.root / "publications" / PUBLICATIONS[1]
    assert "recompute.py" in (folder / "README.md").read_text("utf-8")
    pages = [page.read_text("utf-8") for page in (folder / "report/en").glob("*.html")]
    assert any("Recompute in R: recompute.R" in page for page in pages)
    # A person reads it: plain lines.
    assert max(map(len, (folder / RECOMPUTE).read_text("utf-8").splitlines())) <= 100
    said = recompute(released.root, PUBLICATIONS[1], tmp_path)
    assert "DIFFERENT" not in said and "No difference." in said
    for figure in ("meal.hot.all", "minutes.mean.hill", "wishes.soup.all n", "meal.hot.all upper"):
        assert figure in said
    assert "meal.test.rao_scott_f.p" in said


def test_another_number_is_seen(released: Project, tmp_path: Path) -> None:
    name, copy = PUBLICATIONS[0], tmp_path / "copy"
    for part in ("data", f"publications/{name}"):
        shutil.copytree(released.root / part, copy / part)
    ledger = copy / "publications" / name / "figures.csv"
    text = ledger.read_text("utf-8")
    row = next(line for line in text.splitlines() if line.startswith("meal.hot.all,"))
    other = re.sub(r"(share,0\.)\d", r"\g<1>9", row, count=1)
    ledger.write_text(text.replace(row, other), "utf-8")
    with pytest.raises(AssertionError, match=r"meal\.hot\.all"):
        recompute(copy, name, tmp_path / "beside")


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_wave_comes_out_the_same(name: str, tmp_path: Path) -> None:
    assert "No difference." in recompute(ROOT, name, tmp_path)


def test_what_the_script_leaves_out_it_names() -> None:
    """Variables that are computed, and, where somebody broke off, cells that may mean either."""
    home = ROOT / "tests/open_wave"
    wave = load_config(home / "config.yaml").waves["readers-2025"]
    items = {"items": [*wave.estimate.items, "tools"]}
    wave = wave.model_copy(update={"estimate": wave.estimate.model_copy(update=items)})
    asked = load_questionnaire(home / "data/questionnaires/readers-1.yaml")
    steps = [Fact("weighting.step.jackknife", {"n": 240})]
    for broken_off, left in ((True, "heavy, trust, tools."), (False, "heavy, trust.")):
        given = ("r1", wave, asked, {wave.answers: "data/raw/readers-2025/1.csv"}, steps)
        script = recompute_script(*given, broken_off=broken_off)
        assert script is not None and left in script
        compile(script, RECOMPUTE, "exec")
    assert recompute_script("r1", wave, asked, {}, steps, broken_off=False) is None
