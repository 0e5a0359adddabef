"""What changed between two versions: rows by respondent, cells by column."""

import csv
import json
from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from project_copy import ROOT
from readiness.cli import main
from readiness.commands.data_diff import read_keyed
from readiness.datasets.diff import KeyedTable, diff_rows, table_by
from readiness.datasets.store import find_object
from readiness.datasets.versions import find_version
from readiness.ground.errors import DataError

EXPORTS = ("simulated-2026@1", "simulated-2026@2")


def keyed(*rows: tuple[str, str, str]) -> KeyedTable:
    """Rows of respondent, moment, answer."""
    cells = pd.DataFrame(rows, columns=["who", "when", "answer"], dtype=str)
    return KeyedTable(cells, cells["who"].tolist(), cells["when"].tolist(), "who")


TABLES = st.dictionaries(
    st.text("ABCDEF", min_size=1, max_size=3),
    st.tuples(st.sampled_from(["yes", "no", ""]), st.sampled_from("12")),
    max_size=12,
)


@given(TABLES, TABLES, st.randoms(use_true_random=False))
def test_every_row_and_cell_is_said_once(
    before: dict[str, tuple[str, str]], after: dict[str, tuple[str, str]], random: object
) -> None:
    def table(content: dict[str, tuple[str, str]]) -> KeyedTable:
        rows = [(key, *cells) for key, cells in content.items()]
        random.shuffle(rows)  # type: ignore[attr-defined]
        return table_by(pd.DataFrame(rows, columns=["id", "a", "b"], dtype=str), None, "t")

    found = diff_rows(table(before), table(after))
    assert found.added == tuple(sorted(after.keys() - before.keys()))
    assert found.removed == tuple(sorted(before.keys() - after.keys()))
    shared = before.keys() & after.keys()
    expected = {
        (key, "ab"[k], before[key][k], after[key][k])
        for key in shared
        for k in (0, 1)
        if before[key][k] != after[key][k]
    }
    assert set(found.changes.itertuples(index=False, name=None)) == expected
    assert len(found.changes) == len(expected) == sum(found.by_column.values())
    assert found.changed == sum(before[key] != after[key] for key in shared)


def test_submissions_of_one_respondent_are_matched_by_their_moment() -> None:
    twice = keyed(("A", "2026-03-02", "no"), ("A", "2026-03-05", "yes"))
    # The first one was dropped: one row less, and nothing changed.
    found = diff_rows(twice, keyed(("A", "2026-03-05", "yes")))
    assert (found.removed, found.added, found.changed) == (("A",), (), 0)
    # A later one came in, and an answer was corrected.
    found = diff_rows(
        twice,
        keyed(("A", "2026-03-07", "no"), ("A", "2026-03-05", "no"), ("A", "2026-03-02", "no")),
    )
    assert (found.removed, found.added, found.changed) == ((), ("A",), 1)
    assert found.changes.to_dict("records") == [
        {"key": "A", "column": "answer", "before": "yes", "after": "no"}
    ]


def test_submissions_without_a_common_moment_are_matched_in_order() -> None:
    found = diff_rows(
        keyed(("A", "2026-03-05", "second"), ("A", "2026-03-02", "first")),
        keyed(("A", "2026-03-04", "first"), ("A", "2026-03-09", "second"), ("A", "", "third")),
    )
    assert (found.removed, found.added, found.changed) == ((), ("A",), 2)
    assert found.by_column == {"when": 2}


def test_columns_that_one_table_has_alone() -> None:
    before = table_by(pd.DataFrame({"id": ["1"], "old": ["x"], "both": ["y"]}), None, "a")
    after = table_by(pd.DataFrame({"id": ["1"], "both": ["y"], "new": ["x"]}), None, "b")
    found = diff_rows(before, after)
    assert (found.columns_removed, found.columns_added) == (("old",), ("new",))
    assert found.changed == 0 and found.changes.empty and found.by_column == {}


def test_a_key_that_does_not_tell_the_rows_apart_is_refused() -> None:
    cells = pd.DataFrame({"region": ["north", "north"], "code": ["1", "2"]}, dtype=str)
    with pytest.raises(DataError, match=r"survey@1: its first column, 'region', has 'north' more"):
        table_by(cells, None, "survey@1")
    with pytest.raises(DataError, match=r"no column 'name'\. Its columns are region, code\."):
        table_by(cells, "name", "survey@1")
    assert table_by(cells, "code", "survey@1").keys == ["1", "2"]
    # Named by hand it is taken as it is: equal keys are matched in order.
    same = table_by(cells, "region", "survey@1")
    assert diff_rows(same, same).changed == 0


# --- the shipped versions -------------------------------------------------------------------------
def exported(name: str) -> list[dict[str, str]]:
    path = find_object(ROOT, find_version(ROOT, name))
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


def test_the_simulated_exports_against_a_plain_count() -> None:
    """By hand: each row is its code (or, for an open link, its moment) and what it says."""
    before, after = (exported(name) for name in EXPORTS)
    moment, code = list(before[0])[:2]

    def who(row: dict[str, str]) -> str:
        return "".join(row[code].split()).upper() or row[moment]

    found = diff_rows(*(read_keyed(ROOT, find_version(ROOT, name), None) for name in EXPORTS))
    rows = [Counter(who(row) for row in table) for table in (before, after)]
    assert len(found.added) == (rows[1] - rows[0]).total() == 115
    assert len(found.removed) == (rows[0] - rows[1]).total() == 6
    assert found.before - len(found.removed) == found.after - len(found.added) == 574
    same = Counter(tuple(row.values()) for row in before) & Counter(
        tuple(row.values()) for row in after
    )
    assert found.changed == 574 - same.total() == 3
    # Those who came by an open link have no code, and are matched by their moment.
    openly = [row for row in after if who(row) == row[moment]]
    assert len(openly) > 20
    assert not any(key.startswith("open-") for key in found.removed)


def test_the_command_says_the_same_to_people_and_machines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    arguments = ["data", "diff", "haca-2024-claims@1", "haca-2024-claims@2", "--rows"]
    assert main([*arguments, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["rows"] == {"before": 6, "after": 62} and record["key"] == "claim_id"
    assert (len(record["added"]), record["removed"], record["cells"]) == (56, [], [])
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert "rows   6 -> 62, matched by claim_id" in text
    assert all(key in text for key in record["added"])
