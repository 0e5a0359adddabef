"""What installs, builds and shows the project elsewhere agrees with what it is."""

import email
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from project_copy import ABROAD, ROOT
from readiness.program.backend import build_sdist, build_wheel
from readiness.program.sdist import make_sdist
from readiness.program.wheel import make_wheel

LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def locked() -> list[str]:
    """The lines of the lock that name a version, without their hashes."""
    return [line.strip() for line in re.findall(r"^(\w[^\\\n]*==[^\\\n]*?) *\\?$", LOCK, re.M)]


def test_the_constraints_are_the_versions_of_the_lock() -> None:
    """`sed -n 's/ *\\\\$//; /^[a-z0-9].*==/p' requirements.lock` makes them."""
    constraints = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert [line for line in constraints if not line.startswith("#")] == locked()


def test_the_build_needs_nothing_else_and_states_what_the_project_does() -> None:
    """The program builds its wheel itself, so that a commit gives the same bytes anywhere."""
    build = PROJECT["build-system"]
    assert build["requires"] == []
    assert (ROOT / build["backend-path"][0] / "readiness/program/backend.py").is_file()
    assert {build["build-backend"]} == {build_wheel.__module__, build_sdist.__module__}
    name, content = make_wheel()
    assert (name, content) == make_wheel()
    project = PROJECT["project"]
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        home = f"{project['name']}-{project['version']}.dist-info"
        stated = email.message_from_bytes(wheel.read(f"{home}/METADATA"))
    assert stated["Version"] == project["version"]
    assert stated.get_all("Classifier") == project["classifiers"]
    assert stated.get_all("Author") == [author["name"] for author in project["authors"]]
    assert set(project["dependencies"]) < set(stated.get_all("Requires-Dist", []))


def test_the_source_archive_is_what_its_specification_asks_for() -> None:
    name, content = make_sdist()
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        members = archive.getmembers()
        home = f"{PROJECT['project']['name']}-{PROJECT['project']['version']}"
        files = {m.name: archive.extractfile(m).read() for m in members}  # type: ignore[union-attr]
    assert name == f"{home}.tar.gz"
    assert [*files] == sorted(files) and all(path.startswith(f"{home}/") for path in files)
    assert {(m.uid, m.gid, m.uname, m.gname, m.mode & 0o022) for m in members} == {
        (0, 0, "", "", 0)
    }
    assert len({member.mtime for member in members}) == 1
    for own in ("pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md", "workflow/bin/readiness"):
        assert files[f"{home}/{own}"] == (ROOT / own).read_bytes()
    with zipfile.ZipFile(io.BytesIO(make_wheel()[1])) as wheel:
        assert files[f"{home}/PKG-INFO"] == wheel.read(f"{home}.dist-info/METADATA")


def test_trees_of_the_source_archive_build_it_and_the_wheel_again(tmp_path: Path) -> None:
    """By two users who differ in folder, umask, locale, time zone and what git is told."""
    built = dict([make_wheel(), make_sdist()])
    code = "from readiness.program.backend import *; import sys; "
    code += "build_wheel(sys.argv[1]); build_sdist(sys.argv[1])"
    _, archive = make_sdist()
    for place, umask in (("one", 0o022), ("two with \u0645\u0633\u062d", 0o077)):
        out = tmp_path / place / "dist"
        out.mkdir(parents=True)
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as packed:
            packed.extractall(out.parent, filter="data")
        [tree] = out.parent.glob("readiness-*")
        for path in tree.rglob("*"):
            path.chmod(0o777 & ~umask)
            os.utime(path)
        told = ABROAD if umask == 0o077 else {}
        environment = {k: v for k, v in {**os.environ, **told}.items() if v is not None}
        environment |= {"PYTHONPATH": str(tree / "workflow")}
        command = [sys.executable, "-c", code, str(out)]
        subprocess.run(command, cwd=tree, env=environment, umask=umask, check=True)
        assert {path.name: path.read_bytes() for path in out.iterdir()} == built


FRONT_ENDS = {
    "uv": ["uv", "build", "--offline", "--no-cache", "--no-build-isolation", "--out-dir"],
    "build": ["build", "--no-isolation", "--outdir"],
}


@pytest.mark.parametrize("tool", FRONT_ENDS)
def test_a_front_end_builds_both_and_the_wheel_from_the_archive(tool: str, tmp_path: Path) -> None:
    """Both build the source archive from the tree, unpack it, and build the wheel from that."""
    if importlib.util.find_spec(tool) is None:
        pytest.skip(f"{tool} is not installed")
    command = [sys.executable, "-m", *FRONT_ENDS[tool], str(tmp_path), str(ROOT)]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    found = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.suffix != ""}
    assert found == dict([make_wheel(), make_sdist()])


def test_the_package_says_whose_it_is_and_for_which_pythons() -> None:
    project = PROJECT["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert [author["name"] for author in project["authors"]] == [
        author["name"] for author in citation["authors"]
    ]
    assert (ROOT / project["license-files"][0]).is_file()
    pythons = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    tested = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
    assert pythons == tested["jobs"]["test"]["strategy"]["matrix"]["python"]


def test_actions_are_named_by_commit() -> None:
    for path in (ROOT / ".github/workflows").glob("*.yml"):
        used = re.findall(r"uses: (\S+)(.*)", path.read_text("utf-8"))
        assert used
        for action, version in used:
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action), action
            assert re.fullmatch(r"  # v\d+\.\d+\.\d+", version), action


def test_the_catalog_file_has_what_the_catalogue_reads() -> None:
    """The catalogue publishes no schema: catalogue.json is its documentation and its reader."""
    told = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text("utf-8"))
    schema = json.loads((ROOT / "tests/docs/catalogue.json").read_text("utf-8"))
    validator = Draft202012Validator(schema)
    assert [fault.message for fault in validator.iter_errors(told)] == []
    # A key in the wrong place is read by nobody.
    usage = told["usage"]
    misplaced = {"usage": usage | {"conda": True}}
    assert not validator.is_valid(misplaced) and not validator.is_valid({"report": True})
    assert not validator.is_valid({"usage": usage | {"report": "yes"}})
    # What it takes for a standardized workflow beside the file.
    assert (ROOT / "workflow/Snakefile").is_file() and (ROOT / "config/README.md").is_file()
    readme = (ROOT / "README.md").read_text("utf-8").lower()
    assert "snakemake" in readme and "workflow" in readme
    assert list((ROOT / "workflow/rules").glob("*.smk"))


def test_the_catalog_file_says_what_the_rules_do() -> None:
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text("utf-8"))["usage"]
    assert {*usage} == {"mandatory-flags", "software-stack-deployment", "report"}
    assert {*usage["mandatory-flags"]} == {"desc", "flags"}
    deployment = usage["software-stack-deployment"]
    assert {*deployment} == {"conda", "apptainer", "apptainer+conda"}
    rules = "\n".join(path.read_text("utf-8") for path in (ROOT / "workflow/rules").glob("*.smk"))
    assert usage["report"] is bool(re.search(r"\breport\(\s*\"", rules))
    assert deployment["conda"] is ("conda:" in rules)
    assert deployment["apptainer"] is ("container:" in rules)


def test_the_image_is_set_up_by_make_from_the_lock() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    steps = [line for line in lines if re.match(r"(FROM|COPY|RUN|CMD) ", line)]
    assert re.fullmatch(r"FROM python:(3\.1[123])-\S+", steps[0])
    setup = steps.index("RUN make setup")
    copied = " ".join(steps[:setup])
    assert all(name in copied for name in ("requirements.lock", "Makefile", "workflow/setup.sh"))
    # The stamp is as new as the files that come after it, so that `make` asks for no network.
    assert steps[setup + 1 :] == ["COPY . .", "RUN touch .venv/.ready-*", 'CMD ["make"]']


def test_an_environment_that_is_set_up_before_the_program_comes_runs_it(tmp_path: Path) -> None:
    """As in the image: the link to the package is there, whose files come later."""
    script = (ROOT / "workflow/setup.sh").read_text("utf-8")
    end = script.index("# An office has the program from its wheel")
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    copies = [line.split()[1:] for line in lines[: lines.index("COPY . .")] if line[:5] == "COPY "]
    for *sources, target in copies:
        for source in sources:
            whole = target in ("./", source)
            assert whole, f"{source} is renamed to {target}"
            place = tmp_path / source
            place.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
            copy(ROOT / source, place)
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=tmp_path, check=True
    )
    after = ["sh", "-c", f"set -eu; venv=.venv\n{script[end:]}"]
    subprocess.run(after, cwd=tmp_path, check=True)
    shutil.copytree(ROOT / "workflow/readiness/program", tmp_path / "workflow/readiness/program")
    (tmp_path / "workflow/readiness/__init__.py").touch()
    command = [".venv/bin/python", "-I", "-c", "import readiness.program.layout as it; print(it)"]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert str(tmp_path) in done.stdout and (tmp_path / ".venv/bin/readiness").is_file()
