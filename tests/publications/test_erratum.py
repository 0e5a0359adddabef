"""What a later publication says of a number: CORRECTED, where it names it as it was published; and
what a run closes with.
"""

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pytest import TempPathFactory
from released_tree import copy_released, released_root
from resealing import seal_again

from readiness.cli import main
from readiness.ground.errors import DataError
from readiness.language import tell
from readiness.publications import reproduce
from readiness.publications.closing import SHOWN, closing_lines, closing_text, read_verdicts
from readiness.publications.erratum import erratum_table
from readiness.publications.log import (
    ERRATUM,
    LOG,
    Correction,
    errata_of,
    read_errata,
    read_log,
    with_publication,
    withdraw,
)
from readiness.publications.outcomes import UNREADABLE, Outcome, exit_code
from readiness.publications.reproduce import compare, tally
from readiness.publications.seal import SEAL, VALUES, make_seal, read_seal
from readiness.register.display import show_row
from readiness.register.figures import read_register
from releases import SECOND as NAME
from releases import released_figures

OLD, NEW = "canteen-r2", "canteen-r9"
SHARE = "meal.hot.harbour"
# A kind of number that came after what is audited was sealed.
LATER = ("later", "share of those who came later")


@pytest.fixture(autouse=True)
def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reproduce, "LATER_STATISTICS", frozenset([LATER]))


@pytest.fixture(scope="module")
def ledger() -> pd.DataFrame:
    return read_register(released_root() / "publications" / OLD / "figures.csv")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    copy_released(tmp_path)
    return tmp_path


def value(ledger: pd.DataFrame, identity: str) -> str:
    return str(ledger.loc[ledger["id"] == identity, "value"].iloc[0])


def succeed(
    tree: Path,
    rows: str,
    digest: str = "",
    *,
    name: str = NEW,
    before: str = OLD,
    status: str = "released",
    listed: bool = True,
) -> Path:
    """A successor of a publication, sealed and listed, with an erratum of these rows."""
    folder = tree / "publications" / name
    folder.mkdir()
    own = read_seal(tree / "publications" / before)
    files = {ERRATUM: f"id,was,is,why\n{rows}".encode(), VALUES: b"id,digest\n"}
    succeeded = {"id": before, "digest": digest or own["digest"]}
    facts = {"id": name, "run": own["run"], "lock": "", "code": {}, "supersedes": succeeded}
    facts |= {"numbers": 0, "datasets": {}, "status": status, "program": {}}
    facts["log"] = read_log(tree).head if listed else ""
    for path, content in {**files, SEAL: make_seal(files, facts).encode()}.items():
        (folder / path).write_bytes(content)
    if listed:
        (tree / LOG).write_text(with_publication(folder, read_log(tree)).as_text(), "utf-8")
    return folder


def moved(ledger: pd.DataFrame, *identities: str) -> pd.DataFrame:
    """What today's code makes of these numbers, and one that it computes besides."""
    other = ledger.copy()
    for identity in identities:
        other.loc[other["id"] == identity, "value"] = "0.5"
    more = other.iloc[[0]].assign(id="a.new.number", kind=LATER[0], statistic=LATER[1])
    return pd.concat([other, more], ignore_index=True)


def text(ledger: pd.DataFrame, identity: str) -> str:
    return show_row(ledger[ledger["id"] == identity].iloc[0].to_dict(), "fr")


@pytest.mark.parametrize("was", [value, text])
def test_a_named_number_is_corrected(
    tree: Path, ledger: pd.DataFrame, was: Callable[[pd.DataFrame, str], str]
) -> None:
    succeed(tree, f'{SHARE},"{was(ledger, SHARE)}",0.5,an answer was coded twice\n')
    errata = read_errata(errata_of(tree, OLD))
    verdicts = compare(ledger, moved(ledger, SHARE), today=True, errata=errata)
    found = verdicts.set_index("id")
    assert found.loc[SHARE, "verdict"] == Outcome.CORRECTED
    assert tell(found.loc[SHARE, "fact"], "en") == f"corrected in {NEW}: an answer was coded twice"
    assert found.loc["a.new.number", "verdict"] == Outcome.ADDED
    assert exit_code(Outcome(verdict) for verdict in verdicts["verdict"]) == 4
    # `make` goes on, and its table says so.
    assert closing_lines({OLD: verdicts}) == []
    line = tally(verdicts)
    assert (line.reproduced, line.corrected, line.differs) == (len(ledger) - 1, 1, 0)
    assert "corrected" in closing_text({OLD: verdicts}, {})
    whole = compare(ledger, ledger, today=True)
    assert "corrected" not in closing_text({OLD: whole}, {})


def test_what_is_not_named_differs(tree: Path, ledger: pd.DataFrame) -> None:
    other = "meal.cold.all"
    rows = f"{SHARE},{value(ledger, SHARE)},0.5,a typo\n{other},0.123,0.5,a typo\n"
    succeed(tree, rows)
    errata = read_errata(errata_of(tree, OLD))
    third = "meal.hot.all"
    again = moved(ledger, SHARE, other, third)
    found = compare(ledger, again, today=True, errata=errata).set_index("id")["verdict"]
    # Named with another value than was published, and not named at all.
    assert found[[SHARE, other, third]].tolist() == ["CORRECTED", "DIFFERS", "DIFFERS"]
    # The frozen code makes what was sealed, or it differs; and it computes nothing besides.
    found = compare(ledger, again, errata=errata).set_index("id")["verdict"]
    assert found[[SHARE, "a.new.number"]].tolist() == ["DIFFERS", "DIFFERS"]


def test_an_erratum_counts_as_far_as_its_seal(tree: Path, ledger: pd.DataFrame) -> None:
    folder = succeed(tree, f"{SHARE},{value(ledger, SHARE)},0.5,a typo\n")
    path = folder / ERRATUM
    assert errata_of(tree, OLD) == [path] and errata_of(tree, "menus-r2") == []
    path.write_text(path.read_text("utf-8").replace("a typo", "another"), "utf-8")
    with pytest.raises(DataError, match=r"erratum\.csv: changed after it was sealed"):
        read_errata([path])
    assert errata_of(tree, OLD) == []
    (folder / SEAL).write_text("{}", "utf-8")
    assert errata_of(tree, OLD) == []


@pytest.mark.parametrize(
    "made_up",
    [
        {"listed": False},  # two files beside the publication, which no log knows
        {"listed": False, "status": "draft"},
        {"status": "draft"},
        {"digest": "0" * 64},  # of another seal than the present one
    ],
)
def test_no_erratum_but_of_a_listed_release(tree: Path, made_up: Mapping[str, Any]) -> None:
    succeed(tree, f"{SHARE},x,0.5,a typo\n", **made_up)
    assert errata_of(tree, OLD) == []


def test_a_corrected_number_is_what_the_erratum_says(tree: Path, ledger: pd.DataFrame) -> None:
    """Another recomputed value than the named one differs; a correction of it is followed."""
    was = value(ledger, SHARE)
    succeed(tree, f"{SHARE},{was},{was},nothing moved\n")
    again = moved(ledger, SHARE)

    def judge() -> tuple[str, str]:
        errata = read_errata(errata_of(tree, OLD))
        found = compare(ledger, again, today=True, errata=errata).set_index("id")
        return str(found.loc[SHARE, "verdict"]), tell(found.loc[SHARE, "fact"], "en")

    assert judge()[0] == "DIFFERS"
    succeed(tree, f"{SHARE},{was},50%,a typo\n", name="canteen-r10", before=NEW)
    assert judge() == ("CORRECTED", "corrected in canteen-r10: a typo")
    withdraw(tree, "canteen-r10", "wrong again")
    assert judge()[0] == "DIFFERS"


def test_the_words_of_a_computed_erratum_are_found_again(ledger: pd.DataFrame) -> None:
    """What `freeze` writes of any kind of move is what the comparison takes for it."""
    after = ledger.copy()
    rows = after.index[(after["kind"] == "estimate") & (after["suppressed"] == "")]
    after.loc[rows[0], "value"] = "0.5"
    after.loc[rows[1], "se"] = "0.09"
    after = after.drop(rows[2])
    lines = csv.DictReader(io.StringIO(erratum_table(ledger, after, "a typo", {})))
    errata = {r["id"]: Correction(r["id"], r["was"], r["is"], r["why"], NEW) for r in lines}
    assert set(errata) == set(ledger.loc[rows[:3], "id"])
    found = compare(ledger, after, today=True, errata=errata).set_index("id")["verdict"]
    assert set(found[list(errata)]) == {"CORRECTED"}
    after.loc[rows[1], "se"] = "0.08"
    found = compare(ledger, after, today=True, errata=errata).set_index("id")["verdict"]
    assert found[ledger.loc[rows[1], "id"]] == "DIFFERS"


def test_an_erratum_without_its_columns(tree: Path) -> None:
    folder = succeed(tree, "")
    (folder / ERRATUM).write_bytes(b"id,was\na,1\n")
    seal_again(folder)
    with pytest.raises(DataError, match=r"erratum\.csv: lacks the columns is, why"):
        read_errata([folder / ERRATUM])


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: TempPathFactory) -> Path:
    """What the step writes where 12 of 40 numbers differ, one of them for it is gone."""
    folder = tmp_path_factory.mktemp("closing") / NAME
    ledger = released_figures(NAME)
    shares = ledger[ledger["unit"] == "share"].head(40)
    other = shares.copy()
    other.iloc[:11, other.columns.get_loc("value")] = "0.987"
    for name, table in (("published", shares), ("recomputed", other.iloc[:-1])):
        (folder / name).mkdir(parents=True)
        table.to_csv(folder / name / "figures.csv", index=False)
    words = ["step", "reproduce", "--code", "0" * 64, "--out", str(folder / "reproduce")]
    for name in ("published", "recomputed"):
        words += [f"--{name}", str(folder / name / "figures.csv")]
    assert main(words) == 0
    return folder / "reproduce/verdicts.csv"


def test_each_number_that_differs_is_told(verdicts: Path) -> None:
    lines = closing_lines(read_verdicts([verdicts]))
    assert len(lines) == SHOWN + 1
    assert all(line.startswith(NAME) and "\\u" not in line for line in lines)
    assert all("0.987" in line for line in lines[:SHOWN])
    assert "more numbers" in lines[-1] and lines[-1].endswith("2")


def test_the_table_tells_each_publication(verdicts: Path) -> None:
    table = read_verdicts([verdicts])
    away = {"old-1": Outcome.ERASED, "old-2": Outcome.RESTRICTED, "old-3": UNREADABLE}
    assert closing_text(table, away, ["old-1"]).splitlines() == [
        f"{NAME}: 28 of 40 numbers reproduced; corrected since: 0; different: 12",
        "old-1 (draft): DATA ERASED",
        "old-2: DATA RESTRICTED",
        "old-3: COULD NOT CHECK",
    ]


def test_publications_that_come_out_whole_share_one_line(verdicts: Path) -> None:
    (table,) = read_verdicts([verdicts]).values()
    whole = table[table["verdict"] != Outcome.DIFFERS]
    told = closing_text({"a-1": whole, "b-1": whole}, {}, ["b-1"])
    assert told == "Publications reproduced: a-1, b-1 (draft); all 56 numbers are the same\n"


def test_a_fact_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / NAME / "reproduce/verdicts.csv"
    path.parent.mkdir(parents=True)
    for cell in ("{", '{""kind"": ""numbers.column.id""}'):
        path.write_text(f'id,verdict,fact\na,DIFFERS,"{cell}"\n', "utf-8")
        with pytest.raises(DataError, match="column fact"):
            read_verdicts([path])
