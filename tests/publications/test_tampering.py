"""One thing is changed at a time, over every kind there is: the audit says what its table says.

By default a slice, for the whole catalogue takes minutes and each kind is drawn in turn; all of it
with `--thorough`. `benchmarks/tampering.py` makes as many changes as wanted, at every level.
"""

import random
from collections.abc import Iterator

import pytest
from pytest import TempPathFactory
from tampering.catalogue import CHANGES, KINDS, write_page
from tampering.model import Case, Judged, draw_cases
from tampering.run import Bench, Kept

from project_copy import ROOT, benchmark_module
from readiness.datasets.versions import read_versions

# The cheapest publication to run again; all others by benchmarks/tampering.py.
STUDY = "menus-r1"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: TempPathFactory) -> Iterator[Bench]:
    with Kept() as kept:
        made = Bench.at(tmp_path_factory.mktemp("tampering") / "tree", kept)
        yield made
    assert not made.tree.before


def list_wrong(found: list[Judged]) -> list[str]:
    return [one.line() for one in found if one.faults]


def test_the_page_and_the_changes_are_those_of_the_table() -> None:
    assert (ROOT / "docs/tampering.md").read_text("utf-8") == write_page()
    assert sorted(kind.name for kind in KINDS) == sorted(CHANGES)


def test_the_untouched_tree_passes(bench: Bench) -> None:
    assert len(bench.identities) == 3
    for identity in bench.identities:
        for level in (0, 1):
            status, said = bench.untouched(identity, level)
            assert status == 0, said


def test_every_single_change_is_seen_where_it_is(bench: Bench, thorough: bool) -> None:
    """Every kind once, or every fourth in an order that mixes the groups, at a level drawn."""
    kinds = [kind for kind in KINDS if not kind.program]
    cases = bench.draw(len(kinds), seed=20260301, programs=False)
    assert {case.kind.name for case in cases} == {kind.name for kind in kinds}
    some = cases if thorough else cases[::4]
    found = [one for case in some for one in bench.judge(case, [case.seed % 2])]
    assert list_wrong(found) == []


def test_changed_code_is_told_by_the_changed_code(bench: Bench, thorough: bool) -> None:
    """By that code, as a command: of those only a few."""
    cases = [case for case in bench.draw(400, seed=1) if case.kind.program]
    for case in cases[: 20 if thorough else 2]:
        assert list_wrong(bench.judge(case, (0,))) == []


def test_what_only_a_rerun_sees(bench: Bench, thorough: bool) -> None:
    """Forged numbers, texts and charts, compared with one run."""
    count = 24 if thorough else 8
    kinds = tuple(kind for kind in KINDS if kind.level in (2, 3) and not kind.fresh)
    cases = draw_cases(kinds, bench.tree, [STUDY], count, seed=20260303)
    assert len({case.kind.name for case in cases}) == count
    found = [one for case in cases for one in bench.judge(case, [case.kind.rerun or 2])]
    assert list_wrong(found) == []


def test_where_the_chains_diverge(bench: Bench) -> None:
    """Changed code of today, in a run of its own."""
    (kind,) = [kind for kind in KINDS if kind.name == "code-judge"]
    # That the untouched tree passes here too is in tests/publications/test_audit.py.
    bench.known[STUDY, 2] = bench.untouched(STUDY, 1)
    assert list_wrong(bench.judge(Case(kind, STUDY, seed=7), (2,))) == []


def test_random_bytes_anywhere(bench: Bench, thorough: bool) -> None:
    """Bytes written over any spot of a publication, its data or their pointers.

    Never a traceback; never 0 when a sealed file is another one.
    """
    draw = random.Random(20260302)
    tree = bench.tree
    noises = (b"\0", b",", b'"', b"\n", b"\xff\xfe", b"- [", b"\xe2\x80", b"0" * 40)
    for _ in range(600 if thorough else 24):
        identity = draw.choice(bench.identities)
        own = [f"publications/{identity}/{name}" for name in tree.files(f"publications/{identity}")]
        data = [f"data/{name}" for name in tree.files("data")]
        data += [".dvc/config", "config.yaml", "requirements.lock"]
        sealed = draw.random() < 0.6
        name = draw.choice(own if sealed else data)
        before = tree.read(name)
        at = draw.randrange(max(len(before), 1))
        noise = draw.choice([*noises, draw.randbytes(8)])
        content = before[:at] + noise + before[at + len(noise) :]
        tree.write(name, content)
        try:
            status, said = tree.audit(identity, 1)
        finally:
            tree.undo()
        where = f"{name} at {at}: {noise!r}\n{said}"
        assert "Traceback" not in said, where
        assert status in (0, 1, 2, 3), where
        if sealed:
            assert (status == 3) == (content != before), where


def test_bytes_that_are_no_text_are_said_in_one_line(bench: Bench) -> None:
    """Where a file is read that no seal holds."""
    pointer = str(next(iter(read_versions(bench.tree.root).values())).pointer_path)
    for name in ("data/versions.csv", pointer, ".dvc/config", "config.yaml", "requirements.lock"):
        text = bench.tree.text(name)
        for content in (b"\xff\xfe\0\xff", b"", b"[[[", text.replace("/", "/\0").encode()):
            bench.tree.write(name, content)
            try:
                status, said = bench.tree.audit(STUDY, 1)
            finally:
                bench.tree.undo()
            assert status in (0, 1, 2), said
            assert str(bench.tree.root) not in said


def test_no_harm_to_a_publication_upsets_or_deceives(
    tmp_path_factory: TempPathFactory, thorough: bool
) -> None:
    """A slice of benchmarks/fuzz_publications.py, each harm through one command: no exception that
    nobody handles, no hang, no gigabyte, no escape code; and none takes a publication for whole of
    which a sealed file is another one.
    """
    ground = benchmark_module("fuzz_publications").Range.at(tmp_path_factory.mktemp("harmed"))
    shots = [ground.shoot(20260304, number) for number in range(1000 if thorough else 40)]
    assert len({shot.words[0] for shot in shots}) > 5
    assert [shot.line() for shot in shots if shot.faults] == []
