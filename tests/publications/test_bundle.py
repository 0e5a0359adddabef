"""Bundles: one zip, the same bytes everywhere, in which an auditor needs nothing else.

The rules of the description are those of RO-Crate 1.1 (root data entity, data entities, JSON-LD)
and of the profiles Workflow RO-Crate 1.0 and Workflow Run RO-Crate 0.5, rewritten as assertions.
"""

import csv
import hashlib
import io
import json
import shutil
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

import pytest
from pytest import CaptureFixture, MonkeyPatch
from released_tree import RELEASED, SECOND, STUDY, released_root
from resealing import add_tombstone, seal_again, seal_with_status, set_status

from project_copy import ABROAD, Project, add_environment, message
from readiness.cli import main
from readiness.datasets.versions import RESTRICTED
from readiness.ground.errors import DataError
from readiness.publications.bundle.contents import UNKNOWN_DATE, _refuse_unsafe, gather
from readiness.publications.bundle.crate import bundle
from readiness.publications.ledger import FOLDER, released_on
from readiness.publications.seal import ATTESTATIONS, SEAL, check_seal
from tiny_project import TINY

CLAIMS = "menus-2023-claims@1"
CLAIMS_DIGEST = hashlib.md5(
    (TINY / f"exports/{CLAIMS}.csv").read_bytes(), usedforsecurity=False
).hexdigest()
CLAIMS_OBJECT = CLAIMS_DIGEST[2:]
DESCRIPTION = "ro-crate-metadata.json"


@dataclass(frozen=True)
class Zip:
    """A bundle: its bytes, its files, its description."""

    content: bytes

    @property
    def members(self) -> list[zipfile.ZipInfo]:
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            assert archive.testzip() is None
            return archive.infolist()

    @property
    def files(self) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    @property
    def graph(self) -> dict[str, dict[str, Any]]:
        """The entities of the description by @id."""
        return {e["@id"]: e for e in json.loads(self.files[DESCRIPTION])["@graph"]}

    def unpack(self, folder: Path, variables: dict[str, str | None] | None = None) -> Project:
        """The bundle as a project, with the environment that runs the tests."""
        folder.mkdir(parents=True)
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            archive.extractall(folder)
        add_environment(folder)
        return Project(folder, variables or {})


def made(root: Path, identity: str, *, restricted: bool | None = None) -> Zip:
    return Zip(bundle(root, gather(root, identity, restricted=restricted)))


@pytest.fixture(scope="module")
def bundles() -> dict[str, Zip]:
    """The bundles of the released publications."""
    return {identity: made(released_root(), identity) for identity in RELEASED}


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Path]:
    """A copy of the project that one test may change."""
    yield Project(released_root()).copy(tmp_path / "tree").root
    shutil.rmtree(tmp_path / "tree")


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def references(value: Any) -> list[str]:
    """The @ids that a property names."""
    return [item["@id"] for item in as_list(value) if isinstance(item, dict)]


def kinds(entity: dict[str, Any]) -> set[str]:
    return set(as_list(entity["@type"]))


# What is in it.


def test_the_zip_is_plain_and_sorted_with_no_trace_of_the_machine(bundles: dict[str, Zip]) -> None:
    for found in bundles.values():
        names = [member.filename for member in found.members]
        assert names == sorted(set(names))
        for member in found.members:
            assert member.date_time == (1980, 1, 1, 0, 0, 0)
            assert stat.S_IMODE(member.external_attr >> 16) == 0o644
            assert stat.S_ISREG(member.external_attr >> 16)
            assert member.compress_type == zipfile.ZIP_STORED
            assert (member.extra, member.comment, member.create_system) == (b"", b"", 3)
            path = PurePosixPath(member.filename)
            assert not path.is_absolute() and ".." not in path.parts
            assert "\\" not in member.filename


def test_a_name_that_leads_out_of_the_folder_is_refused() -> None:
    for name in ("/a", "../a", "a/../b", "a//b", "./a", "c:/a", "a\\b", ""):
        with pytest.raises(DataError, match="cannot be used in a bundle"):
            _refuse_unsafe(name)


def test_nothing_is_in_it_but_what_an_audit_needs(bundles: dict[str, Zip]) -> None:
    files = bundles[STUDY].files
    others = {
        name
        for name in files
        if not name.startswith(("workflow/", "profiles/", "reports/", "docs/"))
        and not name.startswith(f"publications/{STUDY}/")
    }
    assert others == {
        ".dvc/config",
        "CITATION.cff",
        "LICENSE",
        "Makefile",
        "README.md",
        "Snakefile",
        "config.yaml",
        "data/claims/menus-2023-1.yaml",
        "data/raw/menus-2023-claims/1.csv.dvc",
        f"data/store/files/md5/{CLAIMS_DIGEST[:2]}/{CLAIMS_OBJECT}",
        "data/versions.csv",
        "publications/index.json",
        "pyproject.toml",
        "report.qmd",
        "requirements.lock",
        DESCRIPTION,
    }
    assert not any("__pycache__" in name or name.startswith("tests/") for name in files)
    registered = list(csv.DictReader(io.StringIO(files["data/versions.csv"].decode())))
    assert [(row["dataset"], row["version"]) for row in registered] == [tuple(CLAIMS.split("@"))]
    assert files["config.yaml"] == (released_root() / FOLDER / STUDY / "config.yaml").read_bytes()


def test_what_is_superseded_comes_along_with_its_data(bundles: dict[str, Zip]) -> None:
    files = bundles[SECOND].files
    assert {name.split("/")[1] for name in files if name.startswith("publications/")} == {
        "index.json",
        "canteen-r1",
        SECOND,
    }
    objects = {name for name in files if name.startswith("data/store/")}
    assert len(objects) == 3
    for name in objects:
        digest = hashlib.md5(files[name], usedforsecurity=False).hexdigest()
        assert name == f"data/store/files/md5/{digest[:2]}/{digest[2:]}"
    assert "canteen-r1/` is here because" in files["README.md"].decode()


def test_the_same_tree_is_the_same_bytes_on_any_machine(
    bundles: dict[str, Zip], tmp_path: Path
) -> None:
    copied = Project(released_root()).copy(tmp_path / "نسخة of the tree")
    elsewhere = Project(copied.root, ABROAD)
    (elsewhere.root / "workflow" / "__pycache__").mkdir(exist_ok=True)
    (elsewhere.root / "workflow" / "__pycache__" / "x.pyc").write_bytes(b"x")
    for identity in (STUDY, SECOND):
        result = elsewhere.readiness("bundle", identity)
        assert result.returncode == 0, result.stderr
        written = (elsewhere.root / f"results/bundles/{identity}.zip").read_bytes()
        assert hashlib.sha256(written).hexdigest() in result.stdout
        assert written == bundles[identity].content


def test_a_program_of_ones_own_is_installed_with_what_an_audit_needs(
    bundles: dict[str, Zip],
) -> None:
    for found in bundles.values():
        assert "pip install '.[run]'" in found.files["README.md"].decode()


# What an auditor does with it.


def test_an_auditor_unpacks_it_elsewhere_and_makes_every_number_again(
    bundles: dict[str, Zip], tmp_path: Path
) -> None:
    project = bundles[STUDY].unpack(tmp_path / "حزمة to audit" / "haca", ABROAD)
    result = project.readiness("audit", STUDY, "--level", "2", "--cores", "1")
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{STUDY}: VALID at level 2" in result.stdout and "REPRODUCED" in result.stdout
    assert "CHANGED      config" not in result.stdout


def test_also_that_of_a_publication_that_supersedes_another(
    bundles: dict[str, Zip], tmp_path: Path
) -> None:
    project = bundles[SECOND].unpack(tmp_path / "حزمة to audit", ABROAD)
    result = project.readiness("audit", "canteen-r1", SECOND, "--level", "1")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "publications (2): 2 VALID" in result.stdout


def test_an_audit_without_ids_names_what_the_bundle_leaves_out(
    bundles: dict[str, Zip], tmp_path: Path
) -> None:
    project = bundles[SECOND].unpack(tmp_path / "bundle", ABROAD)
    result = project.readiness("audit", "--level", "0")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "publications (2): 2 VALID" in result.stdout
    note = f"this bundle does not contain {STUDY}, which its log lists: not checked"
    assert result.stdout.count(note) == 2
    # Elsewhere a folder that the log lists and nobody finds may have been deleted.
    (project.root / DESCRIPTION).unlink()
    result = project.readiness("audit", "--level", "0")
    assert result.returncode == 2
    assert "2 VALID, 1 COULD NOT CHECK" in result.stdout


def test_the_bundle_of_a_bundle_is_the_bundle(bundles: dict[str, Zip], tmp_path: Path) -> None:
    """It is a whole project: nothing is missing in it, and nothing is in it for nothing."""
    for identity in (STUDY, SECOND):
        project = bundles[identity].unpack(tmp_path / identity)
        assert made(project.root, identity).content == bundles[identity].content


# What machines read.


def test_the_description_is_flat_and_names_each_entity_once(bundles: dict[str, Zip]) -> None:
    from rocrate.vocabs import RO_CRATE

    known = {*RO_CRATE["@context"], "sha256", "@id", "@type"}
    for found in bundles.values():
        record = json.loads(found.files[DESCRIPTION])
        assert set(record) == {"@context", "@graph"}
        assert record["@context"] == [
            "https://w3id.org/ro/crate/1.1/context",
            "https://w3id.org/ro/terms/workflow-run/context",
        ]
        names = [entity["@id"] for entity in record["@graph"]]
        assert len(names) == len(set(names)) and names == sorted(names)
        for entity in record["@graph"]:
            assert entity["@type"]
            assert set(entity) <= known
            for key, value in entity.items():
                for item in as_list(value):
                    assert isinstance(item, str | dict), (entity["@id"], key)
                    assert isinstance(item, str) or set(item) == {"@id"}


def test_every_reference_within_the_crate_is_to_something(bundles: dict[str, Zip]) -> None:
    for found in bundles.values():
        graph = found.graph
        for entity in graph.values():
            for value in entity.values():
                for name in references(value):
                    outside = name == "https://w3id.org/ro/crate/1.1"
                    assert name in graph or outside, (entity["@id"], name)


def test_the_descriptor_and_the_root_have_what_the_specification_demands(
    bundles: dict[str, Zip],
) -> None:
    for identity, found in bundles.items():
        graph = found.graph
        descriptor, root = graph[DESCRIPTION], graph["./"]
        assert descriptor["@type"] == "CreativeWork"
        assert references(descriptor["about"]) == ["./"]
        assert references(descriptor["conformsTo"]) == [
            "https://w3id.org/ro/crate/1.1",
            "https://w3id.org/workflowhub/workflow-ro-crate/1.0",
        ]
        assert root["@type"] == "Dataset"
        assert identity in root["name"] and root["description"]
        assert root["datePublished"] == released_on(released_root() / FOLDER / identity)
        # The licence of the data is not that of the program; of the study nobody stated one.
        (license_,) = references(root["license"])
        stated = identity != STUDY
        assert license_ == ("https://spdx.org/licenses/CC-BY-4.0" if stated else "#no-license")
        assert graph[license_]["name"] and graph[license_]["description"]
        said = "Open. Invented for tests" if stated else None
        assert root.get("conditionsOfAccess") == said
        assert references(graph["Snakefile"]["license"]) == ["LICENSE"]
        authors = [graph[author] for author in references(root.get("author", []))]
        names = {"The readiness tests", *(["A. B. Cook"] if stated else [])}
        assert {author["name"] for author in authors} == names
        assert all(kinds(author) <= {"Person", "Organization"} for author in authors)
        seal = json.loads((released_root() / FOLDER / identity / SEAL).read_text("utf-8"))
        assert root["identifier"] == seal["digest"]


def test_every_file_is_described_with_its_hash_and_every_described_file_is_there(
    bundles: dict[str, Zip],
) -> None:
    for found in bundles.values():
        files, graph = found.files, found.graph
        described = {
            unquote(name): entity for name, entity in graph.items() if "File" in kinds(entity)
        }
        assert set(described) == set(files) - {DESCRIPTION}
        assert {unquote(name) for name in references(graph["./"]["hasPart"])} == set(described)
        for name, entity in described.items():
            assert entity["sha256"] == hashlib.sha256(files[name]).hexdigest()
            assert entity["contentSize"] == str(len(files[name]))
            assert entity["name"] and "/" in entity["encodingFormat"]


def test_the_workflow_is_the_main_entity_and_the_readme_is_about_the_crate(
    bundles: dict[str, Zip],
) -> None:
    for found in bundles.values():
        graph = found.graph
        assert references(graph["./"]["mainEntity"]) == ["Snakefile"]
        workflow = graph["Snakefile"]
        assert kinds(workflow) == {"File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"}
        assert workflow["name"] and workflow["license"] and workflow["version"]
        (language,) = references(workflow["programmingLanguage"])
        assert kinds(graph[language]) == {"ComputerLanguage"}
        assert graph[language]["name"] == "Snakemake" and graph[language]["url"]
        readme = graph["README.md"]
        assert references(readme["about"]) == ["./"]
        assert readme["encodingFormat"] == "text/markdown"


def test_each_run_is_an_action_of_the_workflow(bundles: dict[str, Zip]) -> None:
    for identity, found in bundles.items():
        graph = found.graph
        root = graph["./"]
        profiles = references(root["conformsTo"])
        for name in ("process", "workflow"):
            assert f"https://w3id.org/ro/wfrun/{name}/0.5" in profiles
        assert all(kinds(graph[uri]) == {"CreativeWork"} for uri in profiles)
        actions = {name for name, e in graph.items() if "CreateAction" in kinds(e)}
        assert actions == set(references(root["mentions"]))
        assert all(references(graph[name]["instrument"]) == ["Snakefile"] for name in actions)
        expected = {identity, "canteen-r1"} if identity == SECOND else {identity}
        assert {name.removeprefix("#run/") for name in actions} == expected
        for name in actions:
            assert graph[name]["agent"] == root.get("author", []) and graph[name]["name"]
            for key in ("object", "result"):
                for part in references(graph[name].get(key, [])):
                    assert kinds(graph[part]) & {"File", "CreativeWork"}, part


def test_the_numbers_and_the_data_are_ends_of_the_graph(bundles: dict[str, Zip]) -> None:
    graph = bundles[STUDY].graph
    run = graph[f"#run/{STUDY}"]
    assert f"publications/{STUDY}/figures.csv" in references(run["result"])
    data = [graph[name] for name in references(run["object"]) if "data/store/" in name]
    assert [entity["name"] for entity in data] == [CLAIMS]


@pytest.mark.filterwarnings("error")
def test_the_library_reads_it_back(bundles: dict[str, Zip], tmp_path: Path) -> None:
    from rocrate.rocrate import ROCrate

    for identity, found in bundles.items():
        file = tmp_path / f"{identity}.zip"
        file.write_bytes(found.content)
        crate = ROCrate(file)
        assert crate.mainEntity.id == "Snakefile"
        assert len(crate.get_by_type("File")) == len(found.files) - 1


# Data that must not leave.


def restrict(root: Path) -> None:
    """The claims of the study as if they had been restricted when it was sealed."""
    set_status(root / "data/versions.csv", [CLAIMS], RESTRICTED)
    seal_with_status(root / FOLDER / STUDY, [CLAIMS], RESTRICTED)
    assert check_seal(root / FOLDER / STUDY) == []


def test_restricted_data_are_left_out_and_the_bundle_says_so(tree: Path, tmp_path: Path) -> None:
    restrict(tree)
    result = Project(tree).here("bundle", STUDY)
    said = message(result)
    assert result.returncode == 2 and len(said.splitlines()) == 2
    assert "--without-restricted" in said and "--with-restricted" in said and CLAIMS in said
    assert not list(tree.rglob("*.zip"))
    data = next((tree / "data/store").rglob(CLAIMS_OBJECT))
    content = data.read_bytes()
    target = tmp_path / "out.zip"
    words = ["bundle", STUDY, "--without-restricted", "--to", str(target)]
    result = Project(tree).here(*words)
    assert result.returncode == 0, result.stderr
    assert "restricted and was left out" in result.stdout
    found = Zip(target.read_bytes())
    assert content not in found.files.values()
    readme = found.files["README.md"].decode()
    assert "**This bundle is incomplete.**" in readme and CLAIMS in readme
    graph = found.graph
    assert "is restricted and was left out" in graph["./"]["description"]
    (gap,) = [e for e in graph.values() if e.get("conditionsOfAccess") == RESTRICTED]
    assert gap["name"] == f"dataset {CLAIMS}"
    assert gap["@id"] in references(graph[f"#run/{STUDY}"]["object"])
    project = found.unpack(tmp_path / "bundle")
    audited = project.here("audit", STUDY, "--level", "2")
    assert audited.returncode == 2 and "DATA RESTRICTED" in audited.stdout
    # Whoever may have the data puts the file where its pointer says, and audits again.
    (project.root / "data/raw/menus-2023-claims/1.csv").write_bytes(content)
    audited = project.readiness("audit", STUDY, "--level", "1")
    assert audited.returncode == 0, audited.stdout
    # It needs no copy of the data to be made.
    data.unlink()
    assert made(tree, STUDY, restricted=False).content == found.content


def test_restricted_data_leave_when_it_is_said(tree: Path, tmp_path: Path) -> None:
    restrict(tree)
    found = made(tree, STUDY, restricted=True)
    data = next((tree / "data/store").rglob(CLAIMS_OBJECT))
    assert found.files[data.relative_to(tree).as_posix()] == data.read_bytes()
    audited = found.unpack(tmp_path / "bundle").here("audit", STUDY, "--level", "1")
    assert audited.returncode == 0, audited.stdout
    # A copy under another name does not leave unsaid either.
    (tree / "reports/menus-2023/en").mkdir(parents=True, exist_ok=True)
    (tree / "reports/menus-2023/en/notes.md").write_bytes(data.read_bytes())
    with pytest.raises(DataError, match=r"reports/menus-2023/en/notes.md is a copy of"):
        made(tree, STUDY, restricted=False)
    data.unlink()
    with pytest.raises(DataError, match=CLAIMS):
        made(tree, STUDY, restricted=True)


def test_no_bundle_without_the_answers_names_a_respondent(
    tree: Path, monkeypatch: MonkeyPatch
) -> None:
    """Nor where the seals of the wave hold: as if it had been corrected so before it was sealed."""
    monkeypatch.setattr("readiness.publications.bundle.contents._refuse_unsound", lambda *_: None)
    set_status(tree / "data/versions.csv", ("canteen-2025@1", "canteen-2025@2"), RESTRICTED)
    corrections = tree / "data/corrections/canteen-1.csv"
    said = b"row-17,minutes,47,48,typed wrong,M. B.\nC0017,minutes,9,8,again,M. B.\n"
    corrections.write_bytes(corrections.read_bytes() + said)
    with pytest.raises(DataError, match=r"canteen-1\.csv, row 3: .* names a respondent") as refused:
        made(tree, SECOND, restricted=False)
    assert "C0017" not in str(refused.value)


def test_erased_data_are_not_in_it_and_the_bundle_says_so(tree: Path, tmp_path: Path) -> None:
    add_tombstone(tree / "data/versions.csv", CLAIMS)
    data = next((tree / "data/store").rglob(CLAIMS_OBJECT))
    with pytest.raises(DataError, match="a copy of what was erased"):
        made(tree, STUDY)
    data.unlink()
    found = made(tree, STUDY)
    assert not [name for name in found.files if name.startswith("data/store/")]
    assert "was erased (a respondent withdrew)" in found.graph["./"]["description"]
    assert "was erased (a respondent withdrew)" in found.files["README.md"].decode()
    # Both rows of the register are there: what it was, and that it is no more.
    assert found.files["data/versions.csv"].count(b"menus-2023-claims,1,") == 2
    audited = found.unpack(tmp_path / "bundle").here("audit", STUDY, "--level", "1")
    assert audited.returncode == 2 and "DATA ERASED" in audited.stdout


# What is refused.


def test_what_does_not_hold_is_not_bundled(tree: Path) -> None:
    folder = tree / FOLDER / STUDY
    data = next((tree / "data/store").rglob(CLAIMS_OBJECT))
    pointer = tree / "data/raw/menus-2023-claims/1.csv.dvc"
    changes = {
        folder
        / "report/en/report.html": f"{STUDY}: SEAL BROKEN report/en/report.html: changed. Only",
        folder / "figures.csv": "SEAL BROKEN figures.csv: ",
        data: "in store",
        pointer: "not the sealed pointer",
        tree / "data/claims/menus-2023-1.yaml": "differs from the sealed file",
    }
    for path, expected in changes.items():
        before = path.read_bytes()
        path.write_bytes(before + b"\n")
        with pytest.raises(DataError, match=expected):
            made(tree, STUDY)
        path.write_bytes(before)
    data.unlink()
    with pytest.raises(DataError, match="DATA MISSING"):
        made(tree, STUDY)
    # Nor where what it supersedes is broken.
    (tree / FOLDER / "canteen-r1" / "README.md").write_bytes(b"")
    with pytest.raises(DataError, match=r"canteen-r1: SEAL BROKEN README\.md"):
        made(tree, SECOND)


def test_no_data_leave_among_the_code(tree: Path) -> None:
    names = ("answers.csv", "answers.xlsx", "old.zip", "answers.sav", "office")
    for name in names:
        (tree / "workflow" / name).write_text("respondent,answer\n1,2\n", "utf-8")
    assert not [path for path in made(tree, STUDY).files if path.endswith(names)]


def test_a_signature_over_another_seal_is_not_bundled(tree: Path) -> None:
    signatures = tree / FOLDER / STUDY / ATTESTATIONS
    for text in ("", "no envelope\n"):
        signatures.write_text(text, "utf-8")
        if text:
            with pytest.raises(DataError, match="line 1 is not a signature envelope"):
                made(tree, STUDY)
        else:
            assert f"publications/{STUDY}/{ATTESTATIONS}" in made(tree, STUDY).files


def test_a_link_is_not_followed(tree: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("answers", "utf-8")
    (tree / "reports/menus-2023/en").mkdir(parents=True, exist_ok=True)
    (tree / "reports/menus-2023/en/notes.md").symlink_to(secret)
    with pytest.raises(DataError, match="a bundle cannot hold links"):
        made(tree, STUDY)


def test_the_command_says_what_it_cannot_use(
    monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    monkeypatch.chdir(released_root())
    for more in (
        "none-2026",
        "../menus-r1",
        f"{STUDY} --to bundle.tar",
        f"{STUDY} --to publications/{STUDY}/bundle.zip",
    ):
        assert main(["bundle", *more.split()]) == 2, more
        said = capsys.readouterr().err
        assert said.startswith("readiness bundle: ") and said.count("\n") == 1


def test_without_a_date_in_the_citation_none_is_told(tree: Path) -> None:
    folder = tree / FOLDER / STUDY
    own = folder / "CITATION.cff"
    dated = f"date-released: '{released_on(folder)}'\n"
    own.write_text(own.read_text("utf-8").replace(dated, ""), "utf-8")
    seal_again(folder)
    found = made(tree, STUDY)
    assert found.graph["./"]["datePublished"] == UNKNOWN_DATE
    for text in (found.graph["./"]["description"], found.files["README.md"].decode()):
        assert "No date of publication was given" in text
