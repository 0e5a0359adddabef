"""`which` and `affected`: they agree with each other, with the records, and with brute force."""

import csv
import hashlib
import re
import shutil
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from pytest import CaptureFixture, MonkeyPatch
from released_tree import DRAFT, FIRST, PUBLICATIONS, SECOND, copy_released, released_root
from selectolax.lexbor import LexborHTMLParser

from readiness.cli import main
from readiness.datasets.pointers import Pointer
from readiness.datasets.store import find_object
from readiness.datasets.versions import read_versions
from readiness.ground.facts import Day, Fact
from readiness.ground.tables import rows_to_csv
from readiness.language import LANGUAGES, tell
from readiness.publications.audit.numbers import ledger_rows, make_project
from readiness.publications.chain import RESTORE, ancestors, frozen_chain
from readiness.publications.citing import find_cited
from readiness.publications.ledger import (
    FOLDER,
    read_datasets,
    read_inputs,
    released_on,
)
from readiness.publications.scratch import run_in, scratch_project
from readiness.publications.seal import read_seal
from readiness.publications.trace import find_affected, find_numbers, which
from readiness.register.figures import read_register
from readiness.reporting.passports import TRACE


def test_which_and_affected_agree_on_every_number() -> None:
    behind = {
        (publication, trace.row["id"]): set(trace.datasets)
        for publication in PUBLICATIONS
        for trace in which(
            released_root(),
            publication,
            [row["id"] for row in ledger_rows(released_root() / "publications" / publication)],
        )
    }
    assert len(behind) == sum(
        read_seal(released_root() / "publications" / name)["numbers"] for name in PUBLICATIONS
    )
    for version in read_versions(released_root()):
        touched = {(where, row["id"]) for where, row in find_affected(released_root(), version)}
        assert touched == {number for number, names in behind.items() if version in names}


@pytest.mark.parametrize("publication", PUBLICATIONS)
def test_the_ledger_says_what_the_provenances_say(publication: str) -> None:
    """Walked back step by step through the provenance records of all publications."""
    chains = {name: frozen_chain(released_root() / "publications" / name) for name in PUBLICATIONS}
    for row in ledger_rows(released_root() / "publications" / publication):
        hashes = row["lineage"].split()
        walked: set[str] = set()
        for chain in chains.values():
            steps = ancestors(chain, hashes)
            walked |= {s.removeprefix(RESTORE) for s in steps if s.startswith(RESTORE)}
        assert walked == set(row["dataset"].split()), row["id"]


def test_a_number_traced_to_the_bytes() -> None:
    versions = read_versions(released_root())
    ((_, identity),) = find_numbers(released_root(), "canteen-r2/meal.hot.all")
    (trace,) = which(released_root(), "canteen-r2", [identity])
    assert trace.datasets == {
        name: versions[name].sha256 for name in ("canteen-2025-sample@1", "canteen-2025@2")
    }
    assert [step.name for step in trace.steps][-1] == "estimate"
    assert {step.name for step in trace.steps} >= {"validate", "weight", "estimate"}
    assert "data/margins/canteen-1.csv" in trace.files


def test_a_revision_rests_on_what_it_revises() -> None:
    (trace,) = which(released_root(), "canteen-r2", ["revision.meal.hot.all"])
    assert set(trace.datasets) == {"canteen-2025-sample@1", "canteen-2025@1", "canteen-2025@2"}
    assert trace.through == ("canteen-r1",)
    assert "publications/canteen-r1/figures.csv" in trace.files


def test_a_choice_of_the_analyst_rests_on_no_data() -> None:
    (trace,) = which(released_root(), "canteen-r1", ["settings.level"])
    assert trace.datasets == {} and trace.steps == ()


def test_the_beginning_of_an_id_means_all_its_numbers() -> None:
    found = find_numbers(released_root(), "wishes.fruit")
    assert {name for name, _ in found} == {FIRST, SECOND}
    assert all(identity.startswith("wishes.fruit.") for _, identity in found)
    assert find_numbers(released_root(), "no.such.number") == []


def test_an_unknown_name_is_answered_with_names_like_it(
    monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    monkeypatch.chdir(released_root())
    for name, expected in {
        "meal.hto.all": "Spelt like it: meal.hot.all",
        "menus-r1/soup.daly": "claim.obs.soup.daily",
        "canteen-r9/meal.hot.all": "there are canteen-r1",
        "canteen-r2/": "a number in publications/canteen-r2/figures.csv",
        "": "no published number is called so",
    }.items():
        assert main(["which", name]) == 2, name
        said = capsys.readouterr().err
        assert expected in said and said.count("\n") == 1, said


def test_what_a_broken_publication_hides_is_not_passed_over(
    tmp_path: Path, monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    copy_released(tmp_path)
    monkeypatch.chdir(tmp_path)
    ledger = tmp_path / "publications/canteen-r1/figures.csv"
    text = ledger.read_text("utf-8")
    for forged in (None, text.replace("canteen-2025@1", "")):
        ledger.unlink() if forged is None else ledger.write_text(forged, "utf-8")
        for arguments in (
            ["affected", "canteen-2025@1"],
            ["affected", "canteen-2025@1", "--json"],
            ["which", "meal.hot.all"],
            ["which", "canteen-r1/meal.hot.all"],
        ):
            assert main(arguments) == 3, arguments
            assert "canteen-r1: changed, missing or unreadable" in capsys.readouterr().err
        # The others answer as ever.
        assert main(["which", "canteen-r2/meal.hot.all"]) == 0
    ledger.write_text(text, "utf-8")
    assert main(["affected", "canteen-2025@1"]) == 0
    words = ledger.parent / "tables/en/numbers.csv"
    told = words.read_bytes()
    words.write_text("a,b\n1,2\n", "utf-8")
    assert main(["which", "canteen-r1/meal.hot.all"]) == 3
    words.write_bytes(told)
    # Gone altogether: what came through it is told without its hashes.
    shutil.rmtree(ledger.parent)
    capsys.readouterr()
    assert main(["which", "canteen-r2/revision.meal.hot.all", "--all"]) == 0
    assert "canteen-2025@1\n    sha256 not known: the publication" in capsys.readouterr().out


def test_whatever_moves_when_a_dataset_changes_is_named(tmp_path: Path) -> None:
    """Brute force: every second printed figure of the study one higher, all computed again."""
    root, name = released_root(), "menus-2023-claims@1"
    folder = root / "publications/menus-r1"
    (dataset,) = read_datasets(folder)
    assert dataset.version.name == name
    head, *rows = csv.reader(find_object(root, dataset.version).read_text("utf-8").splitlines())
    for row in rows[::2]:
        row[head.index("value")] = str(int(row[head.index("value")]) + 1)
    content = rows_to_csv([head, *rows]).encode()
    (tmp_path / "claims.csv").write_bytes(content)
    md5, sha256 = (hashlib.new(kind, content).hexdigest() for kind in ("md5", "sha256"))
    version = replace(dataset.version, md5=md5, sha256=sha256, bytes=len(content))
    pointer = Pointer(md5, len(content), "1.csv")
    other = replace(dataset, version=version, pointer_text=pointer.as_text())
    inputs = {path: (root / path).read_bytes() for path in read_inputs(folder)}
    files = make_project(folder, [other], inputs, {"report.qmd": b""})
    register = "results/studies/menus-2023/register/figures.csv"
    with scratch_project(files, {pointer: tmp_path / "claims.csv"}) as scratch:
        assert run_in(scratch, [register]) == ""
        after = read_register(scratch / register).set_index("id")["value"].to_dict()
    before = read_register(folder / "figures.csv").set_index("id")["value"].to_dict()
    moved = {identity for identity, value in before.items() if after.get(identity) != value}
    named = {row["id"] for where, row in find_affected(root, name) if where == "menus-r1"}
    assert len(moved) > 3 and moved <= named


def test_a_number_is_told_in_five_lines(
    monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    monkeypatch.chdir(released_root())
    assert main(["which", "canteen-r2/meal.hot.all"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Which meal do you take?, Hot, All: 51% (38% to 64%), base 60",
        "  number   canteen-r2/meal.hot.all (value 0.51)",
        "  publication canteen-r2: CURRENT EDITION; released on "
        + released_on(Path(FOLDER, SECOND)),
        "  data     canteen-2025-sample@1, canteen-2025@2",
        "  steps    validate, weight, estimate; files and hashes: --all",
    ]


def test_what_numbers_share_is_printed_once_and_fits_a_terminal(
    monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    monkeypatch.chdir(released_root())
    assert main(["which", "canteen-r2/meal.hot"]) == 0
    brief = capsys.readouterr().out.splitlines()
    assert main(["which", "canteen-r2/meal.hot", "--all"]) == 0
    lines = capsys.readouterr().out.splitlines()
    numbers = [line for line in lines if line.startswith("  number   canteen-r2/meal.hot")]
    assert len(numbers) > 3 * lines.count("  step     estimate") > 0
    assert len(brief) < len(lines) and not any("sha256" in line for line in brief)
    assert lines[0].endswith("Hot, All: 51% (38% to 64%), base 60")
    assert max(len(line) for line in lines if line.startswith("  ")) <= 80
    assert lines.count("    dvc pull data/raw/canteen-2025/2.csv.dvc") == lines.count(
        "  publication canteen-r2: CURRENT EDITION; released on "
        + released_on(Path(FOLDER, SECOND))
    )


def test_every_citation_of_every_page_is_followed(
    monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    root = released_root()
    followed = 0
    for page in sorted((root / FOLDER).glob("*/report/*/*.html")):
        own, tree = page.parts[-4], LexborHTMLParser(page.read_text("utf-8"))
        cited = [node.text() for node in tree.css("span.cite")]
        calls = [node.text() for node in tree.css("dd code") if node.text().startswith(TRACE)]
        if own == DRAFT:
            assert set(cited) <= {f"Draft {DRAFT}, not to be cited"}
            cited = []
        for said in (*cited, *(call.removeprefix(TRACE).strip(" …") for call in calls)):
            name = find_cited(said, PUBLICATIONS)
            assert name.startswith(f"{own}/") and (
                not name[len(own) + 1 :] or find_numbers(root, name)
            )
            followed += 1
        for node in tree.css("#sec-origin dd") if own != DRAFT else ():
            followed += find_cited(node.text(), PUBLICATIONS) == own
    assert followed > 50
    monkeypatch.chdir(root)
    assert (
        main(["which", f"Canteens in 2025 (canteen-r1, {released_on(root / FOLDER / FIRST)})."])
        == 0
    )
    said = capsys.readouterr().out
    assert said.startswith("publication canteen-r1: REPLACED BY canteen-r2; released on 20")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_citation_is_followed_in_every_language(language: str) -> None:
    for row in ledger_rows(released_root() / FOLDER / SECOND):
        name = f"{SECOND}/{row['id']}"
        told = {"title": "An (odd) title. a/b: c", "name": name, "value": "50.6%", "data": "x@1"}
        for kind in ("numbers.cited", "numbers.cited_alone"):
            assert find_cited(tell(Fact(kind, told), language), PUBLICATIONS) == name


@pytest.mark.parametrize("name", PUBLICATIONS)
def test_every_page_picture_and_workbook_says_whose_it_is(name: str) -> None:
    folder = released_root() / FOLDER / name
    said = f"Draft {name}, not to be cited"
    if name != DRAFT:
        told = {"name": name, "day": Day(released_on(folder))}
        said = tell(Fact("report.standing.released", told), "en")
    texts = {path: path.read_text("utf-8") for path in folder.rglob("*.html")}
    texts |= {path: path.read_text("utf-8") for path in folder.rglob("*.svg")}
    for path in folder.rglob("*.xlsx"):
        texts[path] = ZipFile(path).read("xl/sharedStrings.xml").decode()
    for path in folder.rglob("*.pdf"):
        texts[path] = PdfReader(path).pages[0].extract_text()
    assert len({path.suffix for path in texts}) == 4
    assert [p.name for p, text in texts.items() if said not in re.sub(r"\s+", " ", text)] == []


def test_affected_counts_and_names_all_that_there_is(
    monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    monkeypatch.chdir(released_root())
    lines = {}
    for option in ((), ("--all",)):
        assert main(["affected", "canteen-2025@1", *option]) == 0
        lines[option] = capsys.readouterr().out.splitlines()
    every = find_affected(released_root(), "canteen-2025@1")
    assert lines[()][0] == f"canteen-2025@1: {len(every)} published numbers rest on it."
    assert sum(line.startswith("  canteen-r") for line in lines["--all",]) == len(every)
    assert len(lines[()]) < 30 and any("canteen-r1/meal.hot.all " in line for line in lines[()])
