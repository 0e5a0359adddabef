"""The workflow as a module of another one, in a folder that has no program."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from project_copy import PATIENCE, ROOT, Project
from readiness.ground.files import files_below
from readiness.program.layout import version
from tiny_project import STUDY, WAVE, copy_program, make_folder

MODULE = """\
module readiness:
    snakefile: "{place}/workflow/Snakefile"
"""
PLAIN = f"{MODULE}use rule * from readiness\n"
# Beside the rules of a second workflow, which come first and use what these make.
BESIDE = f"""\
rule mine:
    input: "results/gate.txt", "own.txt"
    output: "mine.txt"
    shell: "cat {{{{input}}}} >{{{{output}}}}"
rule own:
    output: "own.txt"
    shell: "echo of another workflow >{{{{output}}}}"
{MODULE}    config: config
use rule * from readiness as r_*
"""
# Only the job, the target or the machine is in these.
APART = ("benchmarks", "logs")


def snakemake(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    known = {n: t for n, t in os.environ.items() if not n.startswith(("READINESS_", "PYTHON"))}
    return subprocess.run(
        [sys.executable, "-I", "-X", "utf8", "-m", "snakemake", "--cores", "2", *words],
        cwd=folder,
        env={**known, **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
    )


def results(root: Path) -> dict[str, bytes]:
    """The results below `root` by name, without keys that are drawn at random."""
    found = (path.relative_to(root / "results") for path in files_below(root / "results"))
    names = [name for name in found if name.parts[0] not in APART and name.name != "digests.key"]
    return {name.as_posix(): (root / "results" / name).read_bytes() for name in names}


def test_a_module_makes_what_the_tree_makes_and_may_be_moved(
    finished: Project, tmp_path: Path
) -> None:
    copy_program(tmp_path / "program")
    folder = make_folder(tmp_path / "folder", PLAIN.format(place=tmp_path / "program"))
    done = snakemake(folder, "--quiet", "all")
    assert done.returncode == 0, done.stderr[-3000:]
    assert (folder / "results/gate.txt").is_file()
    names = ("register/figures.csv", "attack/attack.csv", "faults/faults-en.html")
    of_both = [f"waves/{WAVE}/{name}" for name in names] + [f"studies/{STUDY}/{names[0]}"]
    own, trees = results(folder), results(finished.root)
    pages = [name for name in own if "/report/" in name and name.endswith((".html", ".pdf"))]
    # The site of the tree also has a publication.
    reports = [name for name in pages if not name.startswith("site/")]
    assert len(reports) >= 4
    assert {n: own[n] for n in (*of_both, *reports)} == {n: trees[n] for n in (*of_both, *reports)}
    # Neither a moved program nor a moved folder makes anything again; another look of pages does.
    (tmp_path / "program").rename(tmp_path / "moved")
    folder = folder.rename(tmp_path / "elsewhere")
    (folder / "Snakefile").write_text(PLAIN.format(place=tmp_path / "moved"), "utf-8")
    assert "Nothing to be done" in snakemake(folder, "-n").stdout
    style = tmp_path / "moved/workflow/readiness/site/dpo.css"
    style.write_text(style.read_text("utf-8") + "/* wider */\n", "utf-8")
    listed = snakemake(folder, "-n", "--quiet", "host").stdout
    assert "rule dpo:" in listed and "rule attack:" not in listed


def test_a_module_with_a_prefix_runs_beside_another_workflow(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "folder", BESIDE.format(place=ROOT))
    done = snakemake(folder, "--quiet", "all")
    assert done.returncode == 0, done.stderr[-3000:]
    closing = (folder / "results/gate.txt").read_text("utf-8")
    assert (folder / "mine.txt").read_text("utf-8") == f"{closing}of another workflow\n"


def test_status_counts_steps_that_the_default_target_leaves_out(tmp_path: Path) -> None:
    """The first rule asks for nothing of the program: its steps are counted, and a run of them
    named.
    """
    own = 'rule mine:\n    output: "mine.txt"\n    shell: "echo mine >{output}"\n'
    rules = f"{own}{MODULE.format(place=ROOT)}use rule * from readiness as r_*\n"
    folder = make_folder(tmp_path / "folder", rules)
    program = [sys.executable, "-I", "-X", "utf8", str(ROOT / "workflow/readiness")]
    done = subprocess.run(
        [*program, "status"], cwd=folder, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert f"  {WAVE}  out of date  never computed" in done.stdout
    assert "Every result is up to date." not in done.stdout
    assert "Next:  readiness run -- results/gate.txt" in done.stdout


def test_the_page_of_offices_shows_a_module_that_works(tmp_path: Path) -> None:
    """From a checkout, as typed: a folder with the page's Snakefile alone is completed, and the
    example rule is planned.
    """
    page = (ROOT / "docs/offices.md").read_text("utf-8")
    section = page[page.index("\n## A module\n") : page.index("\n## Deployed by snakedeploy\n")]
    shown, installed = re.findall(r"^```\n(.*?)^```$", section, re.M | re.S)
    assert 'files("readiness.project") / "workflow/Snakefile"' in installed
    assert shown.count('"../readiness/workflow/Snakefile"') == 1
    (tmp_path / "readiness").symlink_to(ROOT)
    folder = tmp_path / "mine"
    folder.mkdir()
    shutil.copyfile(ROOT / "examples/first-use/invented-answers.csv", tmp_path / "answers.csv")
    rules = shown.replace("waves/NAME/", "waves/answers/")
    (folder / "Snakefile").write_text(rules, "utf-8")
    (folder / "scripts").mkdir()
    (folder / "scripts/shares.py").write_text("", "utf-8")
    program = [sys.executable, "-I", "-X", "utf8", str(ROOT / "workflow/readiness")]
    begun = subprocess.run(
        [*program, "new", "--from", "../answers.csv", "--selection", "opt-in", "--public"],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert begun.returncode == 0, begun.stderr
    for name in ("config.yaml", "report.qmd", "data/versions.csv", ".dvc/config"):
        assert f"{name}: written" in begun.stdout and (folder / name).is_file(), name
    [draft] = (folder / "data/questionnaires").glob("*.yaml")
    draft.write_text(draft.read_text("utf-8").replace("draft: true\n", ""), "utf-8")
    planned = snakemake(folder, "-n")
    assert planned.returncode == 0, planned.stdout + planned.stderr
    assert "rule shares:" in planned.stdout and "rule r_site:" in planned.stdout


def test_another_program_than_that_of_the_rules_is_refused(tmp_path: Path) -> None:
    """In one line that names both, whoever starts them."""
    copy_program(tmp_path / "other")
    common = tmp_path / "other/workflow/rules/common.smk"
    release, text = f'RELEASE = "{version()}"', common.read_text("utf-8")
    assert text.count(release) == 1, "the rules name the release of pyproject.toml"
    folder = make_folder(tmp_path / "folder", PLAIN.format(place=tmp_path / "other"))
    common.write_text(text.replace(release, 'RELEASE = "0.9.0"'), "utf-8")
    planned = snakemake(folder, "-n")
    said = planned.stdout + planned.stderr
    assert planned.returncode != 0
    assert f"the rules are of readiness 0.9.0, and the program in {tmp_path}" in said
    assert f"other/workflow/readiness is {version()}" in said
    settings = tmp_path / "other/pyproject.toml"
    stated = settings.read_text("utf-8")
    assert f'version = "{version()}"' in stated
    settings.write_text(stated.replace(f'version = "{version()}"', 'version = "0.9.0"'), "utf-8")
    program = str(ROOT / "workflow/readiness")
    words = [sys.executable, "-I", "-X", "utf8", program, "run", "--cores", "1"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode != 0
    [line] = done.stderr.strip().splitlines()
    assert f"rules of readiness 0.9.0 in {tmp_path}/other/workflow/readiness" in line
    assert f"readiness {version()} in {program} runs" in line
