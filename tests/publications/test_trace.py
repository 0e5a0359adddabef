"""`which` and `affected`: they agree with each other, with the records, and with brute force."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from recall import recalls

from project_copy import ROOT, copy_released
from readiness.cli import main
from readiness.datasets.versions import read_versions
from readiness.language import LANGUAGES
from readiness.publications.audit.numbers import ledger_rows
from readiness.publications.chain import RESTORE, ancestors, frozen_chain
from readiness.publications.ledger import publication_ids
from readiness.publications.seal import read_seal
from readiness.publications.trace import (
    affected,
    find_numbers,
    find_pictures,
    which,
    which_pictures,
)

PUBLICATIONS = publication_ids(ROOT)


def test_which_and_affected_agree_on_every_number() -> None:
    behind = {
        (publication, trace.row["id"]): set(trace.datasets)
        for publication in PUBLICATIONS
        for trace in which(
            ROOT,
            publication,
            [row["id"] for row in ledger_rows(ROOT / "publications" / publication)],
        )
    }
    assert len(behind) == sum(
        read_seal(ROOT / "publications" / name)["numbers"] for name in PUBLICATIONS
    )
    for version in read_versions(ROOT):
        touched = {(where, row["id"]) for where, row in affected(ROOT, version)}
        assert touched == {number for number, names in behind.items() if version in names}


@pytest.mark.parametrize("publication", PUBLICATIONS)
def test_the_ledger_says_what_the_provenances_say(publication: str) -> None:
    """Walked back step by step through the provenance records of all publications."""
    chains = {name: frozen_chain(ROOT / "publications" / name) for name in PUBLICATIONS}
    for row in ledger_rows(ROOT / "publications" / publication):
        hashes = row["lineage"].split()
        walked: set[str] = set()
        for chain in chains.values():
            steps = ancestors(chain, hashes)
            walked |= {s.removeprefix(RESTORE) for s in steps if s.startswith(RESTORE)}
        assert walked == set(row["dataset"].split()), row["id"]


def test_a_number_traced_to_the_bytes() -> None:
    versions = read_versions(ROOT)
    ((_, identity),) = find_numbers(ROOT, "simulated-2026-r2/preparation.low.all")
    (trace,) = which(ROOT, "simulated-2026-r2", [identity])
    assert trace.datasets == {
        name: versions[name].sha256 for name in ("simulated-2026-sample@1", "simulated-2026@2")
    }
    assert [step.name for step in trace.steps][-1] == "estimate"
    assert {step.name for step in trace.steps} >= {"validate", "weight", "estimate"}
    assert "data/margins/simulated-2026-1.csv" in trace.files


def test_a_revision_rests_on_what_it_revises() -> None:
    (trace,) = which(ROOT, "simulated-2026-r2", ["revision.preparation.low.all"])
    assert set(trace.datasets) == {
        "simulated-2026-sample@1", "simulated-2026@1", "simulated-2026@2"
    }  # fmt: skip
    assert trace.through == ("simulated-2026-r1",)
    assert "publications/simulated-2026-r1/figures.csv" in trace.files


def test_a_choice_of_the_analyst_rests_on_no_data() -> None:
    (trace,) = which(ROOT, "simulated-2026-r1", ["settings.level"])
    assert trace.datasets == {} and trace.steps == ()


def test_the_beginning_of_an_id_means_all_its_numbers() -> None:
    found = find_numbers(ROOT, "team_trained.yes")
    assert {name for name, _ in found} == {n for n in PUBLICATIONS if n.startswith("simulated")}
    assert all(identity.startswith("team_trained.yes.") for _, identity in found)
    assert find_numbers(ROOT, "no.such.number") == []


def test_a_chart_and_a_page_rest_on_the_whole_register() -> None:
    both = [
        ("simulated-2026-r1", "charts/weights.svg"),
        ("simulated-2026-r2", "charts/weights.svg"),
    ]
    assert find_pictures(ROOT, "charts/weights.svg") == both
    # Publications of before have one place for charts, later ones a place a language.
    named = find_pictures(ROOT, "weights")
    assert named[:2] == both
    assert {name for _, name in named[2:]} >= {f"charts/{lang}/weights.svg" for lang in LANGUAGES}
    assert find_pictures(ROOT, "haca-2024/report.pdf") == [("haca-2024", "report.pdf")]
    for publication, name, last in (
        ("simulated-2026-r2", "charts/weights.svg", "draw"),
        ("simulated-2026-r2", "report.html", "report"),
        ("haca-2024", "charts/bases.svg", "draw"),
    ):
        (trace,) = which_pictures(ROOT, publication, [name])
        numbers = [row["id"] for row in ledger_rows(ROOT / "publications" / publication)]
        behind = list(which(ROOT, publication, numbers))
        assert set(trace.datasets) == {name for number in behind for name in number.datasets}
        assert all(trace.datasets.values())
        steps = [step.name for step in trace.steps]
        assert {step.name for number in behind for step in number.steps} <= set(steps)
        assert steps[-1] == last


def test_an_unknown_name_is_answered_with_names_like_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    for name, expected in {
        "preparation.lwo.all": "Spelt like it: preparation.low.all",
        "haca-2024/prep_sector": "claim.haca.prep_sector",
        "simulated-2026-r9/preparation.low.all": "there are haca-2024",
        "simulated-2026-r2": "a number in publications/simulated-2026-r2/figures.csv",
        "simulated-2026-r2/": "a number in publications/simulated-2026-r2/figures.csv",
        "": "no published number or chart is called so",
    }.items():
        assert main(["which", name]) == 2, name
        said = capsys.readouterr().err
        assert expected in said and said.count("\n") == 1, said


def test_what_a_broken_publication_hides_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy_released(tmp_path)
    (tmp_path / "data").mkdir()
    shutil.copyfile(ROOT / "data/versions.csv", tmp_path / "data/versions.csv")
    monkeypatch.chdir(tmp_path)
    ledger = tmp_path / "publications/simulated-2026-r1/figures.csv"
    text = ledger.read_text("utf-8")
    for forged in (None, text.replace("simulated-2026@1", "")):
        ledger.unlink() if forged is None else ledger.write_text(forged, "utf-8")
        for arguments in (
            ["affected", "simulated-2026@1"],
            ["affected", "simulated-2026@1", "--json"],
            ["which", "preparation.low.all"],
            ["which", "simulated-2026-r1/preparation.low.all"],
        ):
            assert main(arguments) == 3, arguments
            assert (
                "simulated-2026-r1: not as sealed, missing or unreadable" in capsys.readouterr().err
            )
        # The others answer as ever.
        assert main(["which", "simulated-2026-r2/preparation.low.all"]) == 0
    ledger.write_text(text, "utf-8")
    assert main(["affected", "simulated-2026@1"]) == 0
    # Gone altogether: what came through it is told without its hashes.
    shutil.rmtree(ledger.parent)
    capsys.readouterr()
    assert main(["which", "simulated-2026-r2/revision.preparation.low.all"]) == 0
    assert "simulated-2026@1\n    sha256 not known: the publication" in capsys.readouterr().out


def test_whatever_moves_when_a_dataset_changes_is_named(tmp_path: Path) -> None:
    """Brute force on one publication; `python tests/publications/recall.py` does it for all."""
    ((version, moving, told),) = recalls(ROOT, "haca-2024", tmp_path)
    assert moving, version
    assert moving <= told, version


def test_what_numbers_share_is_printed_once_and_fits_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["which", "simulated-2026-r2/preparation.low"]) == 0
    lines = capsys.readouterr().out.splitlines()
    numbers = [line for line in lines if line.startswith("simulated-2026-r2/preparation.low")]
    assert len(numbers) > 20 and lines.count("  step     estimate") == 1
    assert max(len(line) for line in lines if line not in numbers) <= 80
