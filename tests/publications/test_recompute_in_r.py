"""R's `survey` gives every published number of a wave, by the script that lies in a publication.

Random waves of six designs, the shipped wave and two real surveys; and after one number of a ledger
was changed, the script names that one. R is no dependency: without it the tests are skipped.
"""

import re
import shutil
import subprocess
from contextlib import chdir
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from random_waves import DESIGNS, ComputedWave, compute_wave, perform_steps

from project_copy import ROOT, Project
from readiness.analysis.recomputing_in_r import RECOMPUTE_R, recompute_in_r
from readiness.cli import main
from readiness.config import Config, load_config, parse_json
from readiness.datasets.versions import read_versions
from readiness.ground.tables import to_csv
from readiness.plan.runs import PlannedRun, input_files, runs_of
from readiness.plan.settings import with_items
from readiness.provenance.digests import canonical_json
from readiness.register.published import round_register
from readiness.running.pseudonym_key import KEYS, new_key
from tiny_project import PUBLICATIONS

MICRODATA = ROOT.parent / "shared/microdata"
WIDEST = 100


def has_r() -> bool:
    """Whether R and its package survey are installed."""
    if shutil.which("Rscript") is None:
        return False
    asked = ["Rscript", "-e", "library(survey)"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


needs_r = pytest.mark.skipif(not has_r(), reason="R with the package survey is not installed")


def write_publication(wave: ComputedWave, folder: Path) -> Path:
    """Write the ledger of a wave at its published digits and the script beside it."""
    folder.mkdir()
    (folder / "figures.csv").write_text(to_csv(round_register(wave.register)), "utf-8")
    items = wave.register.loc[wave.register["kind"] == "estimate", "item"]
    script = recompute_in_r("draft", wave.settings, wave.questionnaire, items)
    assert max(map(len, script.splitlines())) <= WIDEST and "@" not in script
    (folder / RECOMPUTE_R).write_text(script, "utf-8")
    return folder


def run_r(publication: Path, *folder: Path) -> tuple[int, str]:
    """Run the script of a publication; its exit code and what it prints."""
    done = subprocess.run(
        ["Rscript", str(publication / RECOMPUTE_R), *map(str, folder)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def count_kinds(printed: str) -> dict[str, int]:
    """Read how many numbers of each kind were computed, all of which must agree."""
    found = re.findall(r"^  ([a-z -]+?) +(\d+) of (\d+)", printed, re.MULTILINE)
    assert found and all(agree == whole for _, agree, whole in found), printed
    return {kind: int(whole) for kind, _, whole in found}


@needs_r
@pytest.mark.parametrize("design", DESIGNS)
def test_r_gives_every_number_of_a_random_wave(design: str, tmp_path: Path) -> None:
    wave = compute_wave(design, seed=sum(design.encode()), root=tmp_path)
    code, printed = run_r(write_publication(wave, tmp_path / "publication"), wave.folder)
    assert code == 0, printed
    kinds = count_kinds(printed)
    published = wave.register[wave.register["suppressed"] == ""]
    shares = published[(published["kind"] == "estimate") & (published["unit"] == "share")]
    assert kinds["share"] == len(shares) > 100
    assert kinds["mean"] >= 4 and kinds["contrast"] >= 10
    if wave.settings.selection == "census":
        assert "standard error" not in kinds and "p-value" not in kinds
        return
    assert kinds["standard error"] > 100 and kinds["limit"] > 400
    assert kinds["limit of a contrast"] == 6 * kinds["contrast"]
    # The whole question, several options together, each option: F and p.
    assert kinds["p-value"] > 15 and kinds["test"] >= 5
    left = published[published["kind"].isin(["estimate", "interval", "count", "effective"])]
    assert not re.search(r"Not computed here:.*(estimate|interval|count|effective)", printed), left


@needs_r
@pytest.mark.parametrize("design", ["clusters", "calibration"])
def test_r_gives_every_number_of_a_part_of_the_respondents(design: str, tmp_path: Path) -> None:
    """`where` is a domain of the whole design, and counts those outside as not asked."""
    where = {"uses": ["yes"], "tool": ["pen", "phone"]}
    wave = compute_wave(design, seed=11, root=tmp_path, where=where)
    code, printed = run_r(write_publication(wave, tmp_path / "publication"), wave.folder)
    assert code == 0, printed
    kinds = count_kinds(printed)
    assert kinds["share"] > 60 and kinds["standard error"] > 60 and kinds["contrast"] >= 3
    answers = read_csv(wave.folder / "validate/answers.csv").set_index("respondent")
    inside = answers["uses"].eq("yes") & answers["tool"].isin(where["tool"])
    known = answers["level"].isin(["none", "weak", "medium", "good"])
    figures = wave.register.set_index("id")
    assert float(figures.loc["level.n.all", "value"]) == (inside & known).sum()


@needs_r
def test_numbers_that_were_changed_are_named(tmp_path: Path) -> None:
    wave = compute_wave("strata", seed=5, root=tmp_path)
    folder = write_publication(wave, tmp_path / "publication")
    ledger = pd.read_csv(folder / "figures.csv", dtype=str, keep_default_na=False).set_index("id")
    changed = {
        "level.top.all": 0.01,
        "uses.yes.north.lower": 0.01,
        "minutes.mean.south": 0.1,
        "tool.n_eff.age:old": 1,
        "uses.contrast.north.south": -0.01,
        "wishes.test.multiple_marginal_f.statistic": 0.01,
    }
    for name, more in changed.items():
        ledger.loc[name, "value"] = f"{float(ledger.loc[name, 'value']) + more:.4f}"
    ledger.reset_index().to_csv(folder / "figures.csv", index=False)
    code, printed = run_r(folder, wave.folder)
    named = re.findall(r"^DIFFERENT ([^ ,]+)", printed, re.MULTILINE)
    assert code == 1 and changed.keys() <= {*named}, printed
    # Limits follow from the printed share and effective size: those of a changed one differ, too.
    follow = ("level.top.all", "tool.")
    assert all(name in changed or name.startswith(follow) for name in named), printed


@needs_r
def test_the_script_of_a_publication_agrees(released: Project) -> None:
    """A frozen wave carries the script, which finds the results of `readiness run` by itself."""
    publication = released.root / "publications" / PUBLICATIONS[1]
    assert (publication / RECOMPUTE_R).is_file()
    readme = (publication / "README.md").read_text("utf-8")
    assert f"Rscript publications/{PUBLICATIONS[1]}/{RECOMPUTE_R}" in readme
    code, printed = run_r(publication)
    assert code == 0, printed
    assert count_kinds(printed)["share"] > 15


def compute_shipped(root: Path) -> ComputedWave:
    """Compute the shipped wave from its answers; nothing is protected, so all is published."""
    config = load_config(ROOT / "config.yaml")
    (section,) = config.waves.values()
    update = {"disclosure": None, "revises": None}
    run = PlannedRun("waves/shipped", "shipped", section.model_copy(update=update))
    run = replace(run, section=internal(run.wave))
    shutil.copytree(ROOT / "data", root / "data")
    versions = read_versions(ROOT)
    tables = {
        role: read_csv(ROOT / "data/store" / versions[name].object_name)
        for role, name in run.datasets_by_key.items()
    }
    files = {role: root / path for role, path in input_files(run.section).items()}
    with chdir(root):
        return perform_steps(root, with_items(root, run), files, tables)


def internal(wave: Any) -> Any:
    """Return the settings with no count protected."""
    document = {**wave.model_dump(by_alias=True, exclude_none=True), "disclosure": "internal"}
    config = parse_json(Config, canonical_json({"waves": {"w": document}}))
    return config.waves["w"]


def read_csv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@needs_r
def test_r_gives_every_number_of_the_shipped_wave(tmp_path: Path) -> None:
    wave = compute_shipped(tmp_path)
    code, printed = run_r(write_publication(wave, tmp_path / "publication"), wave.folder)
    assert code == 0, printed
    kinds = count_kinds(printed)
    assert kinds["share"] > 700 and kinds["limit"] > 3000 and kinds["contrast"] >= 60


# Of each real survey: its file, what `new` is told, the settings of the wave, and what an analyst
# changes in the drafted questionnaire: lines as they are drafted, and what stands in their place.
REAL = {
    "masculinity": (
        "masculinity/raw-responses.csv",
        [],
        {
            "estimate": {"by": "age3", "items": ["q0001", "q0002", "q0005", "q0018"]},
            "compare": {"items": ["q0001", "q0005", "q0018"]},
            "weight": {"given": "given_weight"},
        },
        {
            "ignored: [weight], ": "",
            "items:\n": """items:
  - id: given_weight
    kind: number
    column: weight
    label: {en: Weight}
    range: {decimals: 15}
""",
        },
    ),
    "fiocruz": (
        "fiocruz/ai_survey_data.csv",
        ["fiocruz/ai_survey_questions.csv", "fiocruz/ai_survey_answers.csv"],
        {
            "estimate": {"by": "q1_1", "items": ["q2_1", "q3_1", "q3_2", "q11_1", "q12_1"]},
            "compare": {"items": ["q2_1", "q3_1"]},
            "derive": [
                {
                    "id": "outlook",
                    "label": {"en": "Expectations"},
                    "scale": {"items": [f"q3_{k}" for k in range(1, 8)]},
                }
            ],
        },
        {
            "each: single\n    column: Artificial intelligence will...": (
                "each: ordinal\n    boxes: {low: [likely_before_10_years]}\n"
                "    column: Artificial intelligence will..."
            )
        },
    ),
}


def settle_draft(path: Path, changes: dict[str, str]) -> None:
    """Change a drafted questionnaire as an analyst does, each text once, and end its drafting."""
    drafted = path.read_text("utf-8")
    for text, settled in {"draft: true\n": "", **changes}.items():
        assert drafted.count(text) == 1, text
        drafted = drafted.replace(text, settled)
    path.write_text(drafted, "utf-8")


@needs_r
@pytest.mark.thorough
@pytest.mark.skipif(not MICRODATA.is_dir(), reason="the microdata are not beside the project")
@pytest.mark.parametrize("name", REAL)
def test_r_gives_every_number_of_a_real_survey(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEYS, str(tmp_path / "keys"))
    file, labels, settings, changes = REAL[name]
    root = tmp_path / "office"
    told = ["--wave", name, "--language", "en", "--selection", "opt-in"]
    for path in labels:
        told += ["--labels", str(MICRODATA / path)]
    assert main(["new", str(root), "--from", str(MICRODATA / file), *told]) == 0
    settle_draft(root / f"data/questionnaires/{name}-1.yaml", changes)
    (section,) = load_config(root / "config.yaml").waves.values()
    drafted = section.model_dump(by_alias=True, exclude_none=True)
    document = {**drafted, "simulated": False, "disclosure": "internal", **settings}
    config = parse_json(Config, canonical_json({"waves": {name: document}}))
    new_key(root, f"{name}@1")
    run = next(iter(runs_of(config)))
    files = {role: root / path for role, path in input_files(run.section).items()}
    with chdir(root):
        tables = {"answers": read_csv(MICRODATA / file)}
        wave = perform_steps(root, with_items(root, run), files, tables)
    code, printed = run_r(write_publication(wave, tmp_path / "publication"), wave.folder)
    assert code == 0, printed
    assert count_kinds(printed)["share"] >= 60
