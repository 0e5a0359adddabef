"""Forgeries that fit in every hash, seal, log and records made again: the audit names each of them.

What a level asks for and does not reach is not valid either.
"""

import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pytest import TempPathFactory
from released_tree import FIRST, SECOND, STUDY
from tampering.catalogue import KINDS
from tampering.earlier import point_to
from tampering.model import Case
from tampering.reseal import reseal, reseal_ledger, seal_as
from tampering.run import Bench, Kept
from tampering.tree import Target, change_first

from project_copy import ROOT
from readiness.ground.facts import Fact, Listed
from readiness.ground.tables import to_csv
from readiness.publications.audit.attack_check import check_attack, read_published
from readiness.publications.audit.earlier import check_reproduced
from readiness.publications.audit.model import NUMBERS, REPORT, SEAL, Audit, Changes, Number
from readiness.publications.audit.numbers import Rerun
from readiness.publications.erratum import erratum_table
from readiness.publications.ledger import CONFIG
from readiness.publications.log import ERRATUM, read_log
from readiness.publications.outcomes import BROKEN, COULD_NOT_CHECK, VALID, AuditFinding, Outcome
from readiness.publications.presenting.summary import sentences
from readiness.publications.presenting.terminal import audit_text
from readiness.publications.seal import LEDGER, read_seal, sha256
from readiness.register.disclosure_risk import ATTACK, read_attack
from readiness.register.figures import read_register
from readiness.register.published import round_register

TABLE = "tables/en/numbers.csv"
BY_NAME = {kind.name: kind for kind in KINDS}
OF_STUDY = [f"resealed-claim-{name}" for name in ("se", "lower", "upper", "n_eff", "deff")]
OF_STUDY += ["resealed-verdicts-gone", "resealed-row-removed"]
OF_SECOND = [f"resealed-erratum-{name}" for name in ("gone", "less", "more", "was", "is", "why")]
OF_SECOND += ["resealed-earlier-ledger", "resealed-attack-wide", "resealed-attack"]
CASES = [
    *((name, STUDY, 2) for name in OF_STUDY),
    *((name, SECOND, BY_NAME[name].level or 0) for name in OF_SECOND),
    # A level that is asked for and not reached: other pages, beside another environment.
    ("resealed-script", STUDY, 3),
]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: TempPathFactory) -> Iterator[Bench]:
    with Kept() as kept:
        made = Bench.at(tmp_path_factory.mktemp("forged") / "tree", kept)
        yield made
    assert not made.tree.before


@pytest.mark.parametrize("identity", [STUDY, FIRST, SECOND])
def test_what_was_not_forged_is_valid(bench: Bench, identity: str) -> None:
    for level in (0, 1, 2, 3):
        status, said = bench.untouched(identity, level)
        assert status == VALID, said


@pytest.mark.parametrize(("name", "identity", "level"), CASES)
def test_a_forgery_is_named(bench: Bench, name: str, identity: str, level: int) -> None:
    [judged] = bench.judge(Case(BY_NAME[name], identity, seed=50), [level])
    assert not judged.faults, judged.line()
    assert judged.status != VALID


def test_a_number_that_two_places_state_differently_is_named_without_a_rerun(
    bench: Bench,
) -> None:
    """A limit beside its number and by itself; a number in the ledger and in the table."""
    tree = bench.tree
    target = Target(tree, FIRST, random.Random(7))
    ledger = target.ledger()
    limited = {row["id"].removesuffix(".lower") for row in ledger if row["kind"] == "interval"}
    row = next(row for row in ledger if row["id"] in limited and row["lower"])
    before = row["lower"]
    row["lower"] = change_first(target, before)
    try:
        reseal_ledger(target, ledger)
        status, said = tree.audit(FIRST, 1)
        assert status == BROKEN, said
        assert f"lower {row['lower']} {row['id']} {row['id']}.lower {before}" in said
    finally:
        tree.undo()
    row["lower"] = before
    table = pd.read_csv(tree.root / target.name(TABLE), dtype=str, keep_default_na=False)
    place = table.index[table["n"] != ""][0]
    base = table.loc[place, "n"]
    table.loc[place, "n"] = f"1{base}"
    try:
        reseal(target, {TABLE: to_csv(table).encode()})
        status, said = tree.audit(FIRST, 1)
        assert status == BROKEN, said
        assert f"n 1{base} {table.loc[place, 'id']} figures.csv {base}" in said
    finally:
        tree.undo()


def test_an_earlier_ledger_that_fits_its_own_seal_is_made_again(bench: Bench) -> None:
    """Both publications, the erratum and the numbers that rest on the earlier ledger fit. Only the
    data of the earlier one say that its number is another one.
    """
    tree, root = bench.tree, bench.tree.root
    first, second = (Target(tree, name, random.Random(5)) for name in (FIRST, SECOND))
    ledger, path = first.ledger(), f"publications/{FIRST}/{LEDGER}"
    revised = {row["id"] for row in second.ledger() if row["id"].startswith("revision.")}
    row = next(row for row in ledger if f"revision.{row['id']}" in revised)
    row["value"] = change_first(first, row["value"])
    try:
        before = tree.read(path)
        reseal_ledger(first, ledger)
        point_to(second, sha256(before), sha256(tree.read(path)))
        with bench.kept.used():
            tree.audit(SECOND, 2)
        # What the program makes of the forged ledger, the last run that was made.
        made = list(bench.kept.made.values())[-1].figures
        digest = read_seal(root / "publications" / FIRST)["digest"]
        own = {row["id"]: row for row in second.ledger()}
        figures = round_register(made)
        forged = figures.assign(lineage=[own[name]["lineage"] for name in figures["id"]])
        erratum = erratum_table(read_register(root / path), forged, "late answers", {})
        reseal(second, {LEDGER: to_csv(forged).encode(), ERRATUM: erratum.encode()})
        place = read_log(root).places[SECOND]
        seal_as(second, edit=lambda facts: follow(facts, digest, place))
        with bench.kept.used():
            status, said = tree.audit(SECOND, 1)
            assert status == VALID, said
            status, said = tree.audit(SECOND, 2)
    finally:
        tree.undo()
    assert status == 1, said
    [line] = [line for line in said.splitlines() if line.startswith("DIFFERS")]
    assert line.startswith(f"DIFFERS {path}: audit.earlier.differs") and FIRST in line


def follow(facts: dict[str, Any], digest: str, place: str) -> None:
    """Let a seal name the present seal of what it supersedes, and its place in the log."""
    facts["supersedes"]["digest"] = digest
    facts["log"] = place


def test_an_earlier_ledger_whose_data_are_gone_is_not_passed(bench: Bench) -> None:
    """Its hash holds; whether it is what the data gave then cannot be told."""
    tree = bench.tree
    first, second = (Target(tree, name, random.Random(5)) for name in (FIRST, SECOND))
    [gone] = {v.name for v in first.versions()} - {v.name for v in second.versions()}
    dataset, _, version = gone.partition("@")
    try:
        for name in tree.files(""):
            text = name if name.startswith(("data/store", ".dvc/cache", "data/raw")) else ""
            own = next(v for v in first.versions() if v.name == gone)
            if text.endswith((f"{own.md5[:2]}/{own.md5[2:]}", f"{dataset}/{version}.csv")):
                tree.remove(name)
        with bench.kept.used():
            assert tree.audit(SECOND, 1)[0] == VALID
            status, said = tree.audit(SECOND, 2)
    finally:
        tree.undo()
    assert status == COULD_NOT_CHECK, said
    assert f"DATA MISSING publications/{FIRST}/{LEDGER}: audit.earlier.not_again" in said


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.REPRODUCED, None),
        (Outcome.WITHIN_ROUNDING, None),
        (Outcome.DIFFERS, Outcome.DIFFERS),
        (Outcome.CORRECTED, Outcome.NOT_CHECKED),
        (Outcome.RESTRICTED, Outcome.RESTRICTED),
        (Outcome.NOT_CHECKED, Outcome.NOT_CHECKED),
    ],
)
def test_what_the_audit_of_an_earlier_one_says_of_its_ledger(
    outcome: Outcome, said: Outcome | None
) -> None:
    path = Path("publications") / FIRST / LEDGER
    # A copy of its data that is damaged, beside one that is right, moves no number.
    copy = AuditFinding("data/a.csv", Outcome.DIFFERS, Fact("audit.input.other"))
    earlier = replace(reached(NUMBERS), data=(copy,))
    # No number at all was compared.
    nothing = check_reproduced(path, earlier)
    assert nothing is not None and nothing.outcome is Outcome.NOT_CHECKED
    right = number(Outcome.REPRODUCED)
    found = check_reproduced(path, replace(earlier, numbers=(right, number(outcome))))
    assert (found and found.outcome) == said
    # It rests on an earlier ledger itself.
    ledger = AuditFinding("publications/a/figures.csv", outcome, Fact("audit.input.right"))
    found = check_reproduced(path, replace(earlier, numbers=(right,), data=(copy, ledger)))
    assert (found and found.outcome) == said


def number(outcome: Outcome) -> Number:
    told = {field.name: "" for field in fields(Number) if field.name not in ("outcome", "fact")}
    return Number(**told, outcome=outcome)


def reached(level: int) -> Audit:
    return Audit(STUDY, level, {}, Changes())


def test_a_level_that_is_not_reached_is_not_valid() -> None:
    assert reached(SEAL).exit_code == VALID
    # No number was compared, or none there is.
    assert reached(NUMBERS).exit_code == COULD_NOT_CHECK
    apart = AuditFinding("report", Outcome.NOT_COMPARED, Fact("audit.page.other_build"))
    assert replace(reached(REPORT), report=(apart,)).stops_short
    assert json.loads(json.dumps(reached(NUMBERS).as_record()))["verdict"] == "COULD NOT CHECK"


# --- What readers could prove of withheld counts: of a publication that ships, whose attack this
# program makes again with the same bytes (`readiness audit simulated-2026-r4`).
SHIPPED = ROOT / "publications/simulated-2026-r4"


def attacked(
    folder: Path, table: pd.DataFrame, *, known: bool, made: Path = SHIPPED / ATTACK
) -> list[AuditFinding]:
    """What is told of a table in the place of the one that ships."""
    table.to_csv(folder / ATTACK, index=False)
    shutil.copy(SHIPPED / CONFIG, folder)
    asked = folder / "data/questionnaires"
    shutil.copytree(ROOT / "data/questionnaires", asked, dirs_exist_ok=True)
    again = Rerun(read_register(SHIPPED / LEDGER), {}, {}, made, root=folder)
    run = read_seal(SHIPPED)["run"]
    return check_attack(folder, again, None if known else partial(read_published, run, again))


@pytest.mark.parametrize("known", [True, False])
def test_the_attack_is_compared_row_by_row(tmp_path: Path, known: bool) -> None:
    table = read_attack(SHIPPED / ATTACK)
    assert [f.outcome for f in attacked(tmp_path, table, known=known)] == [Outcome.REPRODUCED]
    found = attacked(tmp_path, table.assign(lowest="0", highest="999"), known=known)
    # So many people there are not: whichever version attacked, that is wrong.
    assert {f.outcome for f in found} == {Outcome.DIFFERS}
    assert [f.place for f in found] == [f"{ATTACK}: {name}" for name in table["id"]]
    # A share that is withheld and stands in no row.
    [found_less] = attacked(tmp_path, table.iloc[1:], known=known)
    assert (found_less.place, found_less.outcome) == (f"{ATTACK}: {table['id'][0]}", "DIFFERS")
    other = Rerun(read_register(SHIPPED / LEDGER), {}, {}, None, "no memory")
    [failed] = check_attack(tmp_path, other, None)
    assert (failed.place, failed.outcome) == (ATTACK, Outcome.NOT_CHECKED)


def test_rows_that_another_attack_may_have_found_are_counted_and_named(tmp_path: Path) -> None:
    """A search ends at the first interval that is wide enough: two need no count in common."""
    table = read_attack(SHIPPED / ATTACK)
    elsewhere = table.copy()
    elsewhere.loc[6:7, ["lowest", "highest"]] = [["2", "8"], ["12", "19"]]
    assert {f.outcome for f in attacked(tmp_path, elsewhere, known=True)} == {Outcome.DIFFERS}
    [apart] = attacked(tmp_path, elsewhere, known=False)
    assert (apart.place, apart.outcome) == (ATTACK, Outcome.NOT_COMPARED)
    told, names = apart.fact.values, [f"{name} rest" for name in table["id"][6:8]]
    assert (told["n"], told["all"], told["first"]) == (2, len(table), table["id"][6])
    assert told["rows"] == Listed(tuple(names), "comma")
    audited = replace(reached(NUMBERS), numbers=(number(Outcome.REPRODUCED),), data=(apart,))
    assert audited.exit_code == VALID and audited.as_record()["rows_not_compared"] == 2
    head = f"{STUDY}: VALID at level 2 (numbers; rows of attack.csv not compared: 2), this program"
    assert audit_text(audited).startswith(head)
    assert {fact.kind: fact.values for fact in sentences(audited)}[
        "verdict.says.rows_not_compared"
    ] == {"n": 2}


FORGED = {
    # Of 21 people who answered or said "don't know": more than the published numbers allow.
    "beyond": (5, {"highest": "23"}, "impossible"),
    "below": (1, {"lowest": "6", "highest": "11"}, "impossible"),
    "narrow": (6, {"lowest": "1", "highest": "3"}, "narrow"),
    "known": (6, {"lowest": "1", "highest": "1"}, "narrow"),
    "large": (6, {"lowest": "18", "highest": "21"}, "narrow"),
    "written": (6, {"lowest": "00"}, "other"),
    "reader": (6, {"reader": "frame", "how": "weights"}, None),
    "how": (6, {"how": "counts"}, None),
    "knows": (6, {"knows": "2 perception.positive.expert"}, None),
    "verdict": (6, {"verdict": "before"}, None),
    "published": (6, {"published": "yes"}, None),
    "group": (6, {"group": "creator"}, None),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_row_is_named_whichever_version_attacked(tmp_path: Path, forgery: str) -> None:
    """Sealed again with what another attack cannot have found either: it is never valid."""
    place, cells, doubt = FORGED[forgery]
    table = read_attack(SHIPPED / ATTACK)
    for column, text in cells.items():
        table.loc[place, column] = text
    [found] = attacked(tmp_path, table, known=False)
    assert found.place == f"{ATTACK}: {table['id'][place]}"
    assert found.outcome in (Outcome.NOT_CHECKED, Outcome.DIFFERS)
    moved = {f"audit.number.{how}" for how in ("moved", "appeared", "vanished")}
    assert found.fact.kind in ({f"audit.attack.{doubt}"} if doubt else moved)


def test_a_row_less_is_named_whichever_version_attacked(tmp_path: Path) -> None:
    """Beside the count of an answer, that of the others who answered: the share is in a row."""
    table = read_attack(SHIPPED / ATTACK)
    [found] = attacked(tmp_path, table.drop(index=6), known=False)
    assert (found.place, found.outcome) == (f"{ATTACK}: {table['id'][6]}", Outcome.NOT_CHECKED)


def test_a_count_that_the_attack_protects_no_more_is_compared_with_what_is_published(
    tmp_path: Path,
) -> None:
    """1.0 protected how many did not know; a row of a share that is shown it cannot have had."""
    made, table = tmp_path / "made.csv", read_attack(SHIPPED / ATTACK)
    left = table["level"] != "dont_know"
    table[left].to_csv(made, index=False)
    [apart] = attacked(tmp_path, table, known=False, made=made)
    assert (apart.outcome, apart.fact.values["n"]) == (Outcome.NOT_COMPARED, sum(~left))
    figures = read_register(SHIPPED / LEDGER)
    shown = figures[(figures["kind"] == "estimate") & (figures["suppressed"] == "")]["id"].iloc[0]
    for column, text in (
        ("id", shown),
        ("published", "yes"),
        ("verdict", "given_away"),
        ("counted", "rest"),
        ("reader", "frame"),
        ("knows", "1 it"),
        ("highest", "25"),
        ("lowest", "18"),
    ):
        forged = table.assign(**{column: table[column].where(left, text)})
        found = {one.outcome for one in attacked(tmp_path, forged, known=False, made=made)}
        assert found & {Outcome.NOT_CHECKED, Outcome.DIFFERS}, column


def test_a_release_that_cannot_be_read_leaves_no_row_valid(tmp_path: Path) -> None:
    table = read_attack(SHIPPED / ATTACK)
    table.loc[6, "highest"] = "19"
    table.to_csv(tmp_path / ATTACK, index=False)
    # No configuration is there.
    again = Rerun(read_register(SHIPPED / LEDGER), {}, {}, SHIPPED / ATTACK, root=tmp_path)
    [found] = check_attack(tmp_path, again, partial(read_published, "waves/none", again))
    assert (found.place, found.outcome) == (f"{ATTACK}: {table['id'][6]}", Outcome.NOT_CHECKED)
