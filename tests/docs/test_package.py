"""What installs, builds and shows the project elsewhere agrees with what it is."""

import email
import io
import json
import re
import tomllib
import zipfile

import yaml
from jsonschema import Draft202012Validator

from project_copy import ROOT
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
    assert (ROOT / build["backend-path"][0] / "readiness/program/wheel.py").is_file()
    assert build["build-backend"] == make_wheel.__module__
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
    assert steps[setup + 1 :] == ["COPY . .", 'CMD ["make"]']
