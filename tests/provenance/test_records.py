"""Provenance records: what they hold, and that a changed one is noticed."""

import hashlib
import hmac
import json
import re
from pathlib import Path

import pytest

from project_copy import Project
from readiness.ground.errors import DataError
from readiness.provenance.digests import KEY, canonical_json, make_key, sha256_of
from readiness.provenance.records import leave_lineage, read_lineage
from readiness.provenance.results_folder import PROVENANCE, RESULTS
from readiness.running.repair import rests_on_results


def step(folder: Path, name: str, inputs: dict[str, Path], **more: object) -> Path:
    """A step that writes its name into a file and leaves its lineage; returns the file."""
    target = folder / name / "out.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(name, "utf-8")
    arguments = {"code": "c", "settings": {}, "outputs": ["out.csv"], **more}
    leave_lineage(name, target.parent, inputs=inputs, **arguments)  # type: ignore[arg-type]
    return target


def test_hashes_are_those_of_the_standard_tools(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"abc")
    # The published test vector.
    assert sha256_of(path).startswith("ba7816bf8f01cfea414140de5dae2223b00361a396177a9c")
    assert canonical_json({"b": 1, "a": ["é"]}) == '{"a":["é"],"b":1}'


def test_a_chain_names_its_parents_and_inherits_its_datasets(tmp_path: Path) -> None:
    first = step(tmp_path, "restore", {}, datasets=("answers@2",))
    other = step(tmp_path, "sample", {}, datasets=("sample@1",))
    last = step(tmp_path, "validate", {"answers": first, "sample": other})
    lineage = read_lineage(last.parent / PROVENANCE)
    assert lineage.datasets == ("answers@2", "sample@1")
    assert lineage.parents == {
        "answers": read_lineage(first.parent / PROVENANCE).hash,
        "sample": read_lineage(other.parent / PROVENANCE).hash,
    }
    assert lineage.inputs["answers"] == hashlib.sha256(b"restore").hexdigest()
    assert lineage.outputs == {"out.csv": hashlib.sha256(b"validate").hexdigest()}


@pytest.mark.parametrize("change", [{"code": "d"}, {"settings": {"seed": 1}}])
def test_settings_and_code_change_the_hash(tmp_path: Path, change: dict[str, object]) -> None:
    same, again, other = (tmp_path / name for name in ("same", "again", "other"))
    hashes = [
        read_lineage(step(folder, "weight", {}, **more).parent / PROVENANCE).hash
        for folder, more in ((same, {}), (again, {}), (other, change))
    ]
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_changed_input_or_parent_changes_everything_downstream(tmp_path: Path) -> None:
    def chain(folder: Path, seed: int) -> list[str]:
        first = step(folder, "restore", {}, settings={"seed": seed})
        middle = step(folder, "weight", {"data": first})
        last = step(folder, "estimate", {"weights": middle})
        return [read_lineage(p.parent / PROVENANCE).hash for p in (first, middle, last)]

    one, two = chain(tmp_path / "1", 1), chain(tmp_path / "2", 2)
    assert all(a != b for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("old", ['"seed": 5', '"step": "weight"', '"code": "c"', '"d@1"'])
def test_a_provenance_that_was_edited_is_refused(tmp_path: Path, old: str) -> None:
    provenance = (
        step(tmp_path, "weight", {}, settings={"seed": 5}, datasets=("d@1",)).parent / PROVENANCE
    )
    text = provenance.read_text("utf-8")
    assert old in text
    provenance.write_text(
        text.replace(old, old[:-2] + '6"' if old[-1] == '"' else '"seed": 6'), "utf-8"
    )
    with pytest.raises(DataError, match="changed after it was written"):
        read_lineage(provenance)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"lineage": "x"}'])
def test_a_damaged_provenance_is_said_in_one_line(tmp_path: Path, content: str) -> None:
    provenance = tmp_path / PROVENANCE
    provenance.write_text(content, "utf-8")
    with pytest.raises(DataError, match="not a provenance record"):
        read_lineage(provenance)


def test_every_number_of_a_run_walks_back_to_a_registered_dataset(finished: Project) -> None:
    """From the register of figures through the parents' hashes to the restored bytes."""
    provenances = {
        lineage.hash: lineage
        for path in (finished.root / "results").rglob(PROVENANCE)
        for lineage in [read_lineage(path)]
    }
    registered = finished.read("data/versions.csv")
    for path in sorted((finished.root / "results").rglob("register/" + PROVENANCE)):
        waiting, ends = [read_lineage(path)], set()
        while waiting:
            lineage = waiting.pop()
            waiting += [provenances[parent] for parent in lineage.parents.values()]
            if lineage.step == "restore":
                ends.add(lineage.settings["version"])
                assert lineage.settings["sha256"] in registered
                assert lineage.outputs["data.csv"] == lineage.settings["sha256"]
        register = read_lineage(path)
        # A revision also rests on the datasets of the publication that it revises.
        before = set(register.datasets) - ends
        assert ends and ends <= set(register.datasets)
        assert not before or "published" in register.inputs


def test_no_published_digest_is_the_plain_hash_of_what_readers_do_not_get(
    finished: Project,
) -> None:
    """Tables of few counts are guessed by who tries them all against their SHA-256."""
    results = finished.root / RESULTS
    places = ("*/*/charts/*/*", "*/*/tables/*/*", "*/*/report/*/*", "site/**/*", "gate.txt")
    shown = {path for place in places for path in results.glob(place)}
    shown |= {
        *results.glob("*/*/report/*/*"),
        *results.glob("site/**/*"),
        *results.glob("gate.txt"),
    }
    kept = [p for p in results.rglob("*") if p.is_file() and p.name != PROVENANCE]
    hidden = {sha256_of(path): path for path in kept if path not in shown and path.name != KEY}
    registered = finished.read("data/versions.csv")
    assert len(hidden) > 10
    for path in sorted((finished.root / "publications").rglob("*.*")):
        published = re.findall(r"\b[0-9a-f]{64}\b", path.read_bytes().decode("latin-1"))
        given = [hidden[digest] for digest in published if digest in hidden]
        assert not [file for file in given if sha256_of(file) not in registered], path


def test_a_dataset_key_needs_its_bytes_and_not_its_hash(tmp_path: Path) -> None:
    """The steps of RFC 5869 for the bytes of the file; another byte, another key."""
    extracted = hmac.digest(bytes(32), b"id,answer\n1,a\n", "sha256")
    expanded = hmac.digest(extracted, b"readiness: digests of results\1", "sha256")
    assert make_key(b"id,answer\n1,a\n") == expanded != make_key(b"id,answer\n1,b\n")


def test_provenances_hold_no_clock_no_host_and_no_path(finished: Project) -> None:
    for path in (finished.root / "results").rglob(PROVENANCE):
        record = json.loads(path.read_text("utf-8"))
        assert set(record) == {
            "lineage",
            "step",
            "code",
            "settings",
            "inputs",
            "parents",
            "datasets",
            "outputs",
            "keys",
            "digest",
        }
        assert str(finished.root) not in path.read_text("utf-8")


def test_a_step_rests_on_the_results_of_which_it_was_made(tmp_path: Path) -> None:
    run = tmp_path / "results/waves/w"
    place = Path("results/waves/w/report")
    assert rests_on_results(tmp_path, place), "no record says otherwise"
    step(run, "report", {"figures": step(run, "register", {})})
    assert rests_on_results(tmp_path, place)
    step(run, "register", {}, code="another")
    assert not rests_on_results(tmp_path, place)
