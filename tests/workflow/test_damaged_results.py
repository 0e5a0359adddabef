"""Results that are cut short or changed behind the workflow's back: seen, and made again.

As a kernel that dies, a failing disk or a hand can leave them, with a fresh time or the old one.
`--thorough` damages every file that there is, in each way.
"""

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from chains import STUDY, WAVE, different, results

from project_copy import Project, message
from readiness.cli import main
from readiness.provenance.records import read_lineage
from readiness.provenance.results_folder import PRIVATE, PROVENANCE
from readiness.running.repair import SITE, repair

SEED = 20260331
MENUS = "studies/menus-2023"


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def empty(content: bytes) -> bytes:
    return b""


def flip(content: bytes) -> bytes:
    place = random.Random(len(content)).randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


WAYS = (cut, empty, flip)


def damage(path: Path, way: Callable[[bytes], bytes], *, old_time: bool) -> None:
    """Change a file in place; with its old time, nothing but its bytes tells."""
    before = path.stat()
    path.write_bytes(way(path.read_bytes()))
    if old_time:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def own(folder: Path, run: tuple[str, ...]) -> bool:
    """Whether a folder is of the run, the site or the closing table's."""
    return folder.parts[:2] in (run, ()) or folder == Path(SITE)


def step_of(name: str) -> str:
    """The folder of the step that left a result: the site has folders of its own."""
    path = Path(name)
    return SITE if path.parts[0] == SITE else str(path.parent)


def resting_on(finished: Project, name: str) -> set[str]:
    """The folders of all steps that have read what lies beside a result, itself included."""
    folder = Path(step_of(name))
    found = {str(folder)}
    run = folder.parts[:2] if len(folder.parts) > 2 else ()
    # What a publication has in common with a run of today is computed once, for both.
    shared = run[:1] in (("waves",), ("studies",))
    all_of = {
        str(path.parent.relative_to(finished.root / "results")): read_lineage(path)
        for path in (finished.root / "results").rglob(PROVENANCE)
    }
    while True:
        hashes = {all_of[name].hash for name in found}
        more = {
            other
            for other, lineage in all_of.items()
            if hashes & set(lineage.parents.values())
            and (
                run[:1] in ((), ("inputs",))
                or own(Path(other), run)
                or (shared and Path(other).parts[:1] == ("publications",))
            )
        }
        if more <= found:
            return found
        found |= more


def test_any_damaged_result_is_taken_away_with_all_that_rests_on_it(
    project: Project, finished: Project, thorough: bool
) -> None:
    whole = results(finished.root)
    # What lies apart is no result: nothing reads it.
    cases = [(name, way) for name in whole if PRIVATE not in Path(name).parts for way in WAYS]
    if not thorough:
        cases = random.Random(SEED).sample(cases, 15)
    for name, way in cases:
        path = project.root / "results" / name
        damage(path, way, old_time=True)
        said = repair(project.root)
        # A record with another hash in it accuses the file of that hash; either is made again.
        accused = (
            f"results/{name}" if path.name != PROVENANCE else str(Path("results", name).parent)
        )
        assert said[0].startswith(accused) and "not what its step wrote" in said[0], (name, way)
        gone = set(different(results(project.root), whole))
        # The damaged one is gone, with all of its step; what is left has not changed.
        assert not path.exists()
        assert not set(results(project.root)) & gone
        expected = resting_on(finished, name)
        folders = {step_of(other) for other in gone}
        assert step_of(name) in folders and folders <= expected, (name, way)
        for other in gone:
            (project.root / "results" / other).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(finished.root / "results" / other, project.root / "results" / other)
    assert repair(project.root) == []


def test_the_next_run_makes_damaged_results_again(project: Project, finished: Project) -> None:
    """Of a table, a provenance record, an undeclared text, the report and the closing table."""
    for name, way, old_time in (
        (f"{MENUS}/judge/verdicts.json", cut, False),
        (f"{MENUS}/judge/verdicts.csv", empty, True),
        (f"{MENUS}/register/lineage.json", flip, True),
        (f"{MENUS}/report/en/report.pdf", cut, True),
        ("gate.txt", cut, True),
    ):
        damage(project.root / "results" / name, way, old_time=old_time)
    left = project.root / "results" / MENUS / "report/en/.report.html.4711.tmp"
    left.write_text("<html>", "utf-8")
    result = project.run()
    assert result.returncode == 0, message(result)
    assert result.stderr.count("not what its step wrote; made again.") == 5
    assert different(results(project.root), results(finished.root)) == []


PLACES = {
    "answers": f"{WAVE}/validate/answers.csv",
    "counts": f"{WAVE}/validate/counts.csv",
    "weights": f"{WAVE}/weight/weights.csv",
    "replicates": f"{WAVE}/weight/replicates.npz",
    "margins": "data/margins/canteen-1.csv",
    "questionnaire": "data/questionnaires/canteen-1.yaml",
    "verdicts": f"{STUDY}/judge/verdicts.json",
    "claims": "results/inputs/menus-2023-claims/1/data.csv",
}
READS = {
    "weight": ("answers", "counts", "margins", "questionnaire"),
    "estimate": ("answers", "weights", "replicates", "questionnaire"),
    "compare": ("answers", "weights", "replicates", "questionnaire"),
    "register-study": ("verdicts", "claims"),
}


def test_what_a_killed_step_left_of_personal_data_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "results/waves/one" / PRIVATE
    folder.mkdir(parents=True)
    (folder / ".personal-data.csv.4711.tmp").write_text("name", "utf-8")
    (folder / "personal-data.csv").write_text("name", "utf-8")
    repair(tmp_path)
    assert [path.name for path in folder.iterdir()] == ["personal-data.csv"]


@pytest.mark.parametrize(
    ("step", "name", "way", "accused"),
    [
        ("weight", f"{WAVE}/validate/answers.csv", cut, f"{WAVE}/validate/answers.csv"),
        ("estimate", f"{WAVE}/weight/replicates.npz", flip, f"{WAVE}/weight/replicates.npz"),
        # A provenance record with another hash in it accuses the file of that hash.
        ("compare", f"{WAVE}/validate/lineage.json", flip, f"{WAVE}/validate/"),
        ("register-study", f"{STUDY}/judge/lineage.json", None, "judge/lineage.json: missing"),
    ],
)
def test_a_step_refuses_a_damaged_input_before_it_reads_it(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    step: str,
    name: str,
    way: Callable[[bytes], bytes] | None,
    accused: str,
) -> None:
    """Also one that it reads beside another, and also without `readiness run` around it."""
    monkeypatch.chdir(project.root)
    if way:
        damage(project.root / name, way, old_time=True)
    else:
        (project.root / name).unlink()
    arguments = [word for role in READS[step] for word in (f"--{role}", PLACES[role])]
    made = ["--settings", '{"run": "menus-2023"}' if step == "register-study" else "{}"]
    assert main(["step", step, *arguments, *made, "--code", "c", "--out", "out"]) == 3
    said = capsys.readouterr().err
    assert accused in said and 1 <= len(said.splitlines()) <= 2, said
    assert not (project.root / "out").exists()


@pytest.mark.parametrize(
    "notes", ["missing", pytest.param("cut short", marks=pytest.mark.thorough)]
)
def test_without_snakemakes_notes_changed_settings_are_still_seen(
    project: Project, notes: str
) -> None:
    """Snakemake ignores notes that it cannot read, and with them what has changed since."""
    folder = project.root / ".snakemake/metadata"
    files = [path for path in folder.rglob("*") if path.is_file()]
    if notes == "missing":
        shutil.rmtree(folder)
    else:
        damage(files[0], cut, old_time=True)
    said = repair(project.root)
    assert said == ["Snakemake's notes are missing or damaged: all results are made again."]
    # What respondents said in their own words is no result: it lies apart, and nothing reads it.
    assert not [name for name in results(project.root) if f"/{PRIVATE}/" not in name]
    made = {job.split()[0] for job in project.to_do()}
    assert {"restore", "validate", "judge", "report_study", "site", "gate"} <= made


def test_a_dry_run_takes_nothing_away(project: Project) -> None:
    damage(project.root / "results/gate.txt", cut, old_time=True)
    before = results(project.root)
    assert project.run("-n").returncode == 0
    assert different(results(project.root), before) == []


def test_files_of_users_beside_the_results_stay(project: Project) -> None:
    mine = project.root / "results/mine/notes.txt"
    mine.parent.mkdir()
    mine.write_text("mine", "utf-8")
    repair(project.root)
    assert mine.exists()
