"""The check that a commit changes words alone: what passes, and each slip that must not."""

import re
import subprocess
from pathlib import Path

import pytest

from project_copy import benchmark_module

BEFORE = '''
"""A module."""
import math
LIMIT = 3

class Table:
    """A table."""
    width = 2

    def total(self, rows, *, scale=1.0):
        """What all is."""
        found = [each * self.width for each in rows if each]
        # said again
        told = sum(found) + LIMIT
        if any((last := each) > scale for each in rows):
            told += last
        try:
            for one, other in zip(rows, found, strict=True):
                told -= one * other
        except ValueError as error:
            raise KeyError(f"{told!r} of {len(found):>{told}}: {error}") from None

        def more(given):
            nonlocal told
            told = math.sqrt(given)
            return told, found

        match rows:
            case [first, *rest]:
                told += first
            case {"a": value, **others}:
                told += value + len(others)
        return more(told), sorted(found, key=lambda given: -given)
'''
RENAMED = '''
"""Tables of numbers."""
import math
LIMIT = 3

class Table:
    """A table of numbers: two columns."""
    width = 2

    def total(self, rows, *, scale=1.0):
        """Return the weighted total.

        Raises KeyError where rows and products differ in number.
        """
        products = [row * self.width for row in rows if row]
        total = sum(products) + LIMIT
        if any((largest := value) > scale for value in rows):
            total += largest
        try:
            for row, product in zip(rows, products, strict=True):
                total -= row * product
        except ValueError as mismatch:
            raise KeyError(f"{total!r} of {len(products):>{total}}: {mismatch}") from None

        def root(given):
            nonlocal total
            total = math.sqrt(given)
            return total, products

        match rows:
            case [start, *end]:
                total += start
            case {"a": number, **fields}:
                total += number + len(fields)
        return root(total), sorted(products, key=lambda given: -given)
'''


def differing(before: str, after: str) -> list[str]:
    names: list[str] = benchmark_module("words_alone").differing(before, after)
    return names


def test_docstrings_comments_and_local_names_may_change() -> None:
    assert differing(BEFORE, RENAMED) == []
    assert differing(RENAMED, BEFORE) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("LIMIT = 3", "LIMIT = 4", id="constant of the module"),
        pytest.param("told -= one", "told += one", id="sign"),
        pytest.param("scale=1.0", "scale=2.0", id="default"),
        pytest.param("> scale", ">= scale", id="comparison"),
        pytest.param("if each]", "]", id="condition dropped"),
        pytest.param("{told!r}", "{told!s}", id="conversion in an f-string"),
        pytest.param("{error}", "{told}", id="other name in an f-string"),
        pytest.param(" of {len", " by {len", id="text of an f-string"),
        pytest.param("told, found\n", "found, told\n", id="swapped names"),
        pytest.param("def more(given)", "def more(number)", id="parameter alone"),
        pytest.param("lambda given: -given", "lambda number: -number", id="parameter of a lambda"),
        pytest.param("self.width", "self.size", id="attribute"),
        pytest.param("width = 2", "columns = 2", id="name in a class"),
        pytest.param("def total", "def sum", id="name of a method"),
        pytest.param("strict=True", "exact=True", id="keyword"),
        pytest.param("last := each", "told := each", id="walrus to a name that exists"),
        pytest.param("nonlocal told\n", "pass\n", id="nonlocal dropped"),
        pytest.param("nonlocal told\n", "global told\n", id="global for nonlocal"),
        pytest.param("KeyError", "IndexError", id="kind of error"),
        pytest.param("LIMIT\n", "LIMIT2\n", id="global name"),
        pytest.param("as error", "as told", id="error under a name that exists"),
        pytest.param("*rest", "*_, rest", id="pattern"),
        pytest.param("import math", "import cmath as math", id="import"),
    ],
)
def test_one_changed_expression_is_found(old: str, new: str) -> None:
    assert BEFORE.count(old) >= 1
    assert differing(BEFORE, BEFORE.replace(old, new)) != []


def renaming_differs(body: str, old: str, new: str) -> bool:
    before = f"LIMIT = 1\ndef f(rows, n):\n    {body}\n"
    after = re.sub(rf"\b{old}\b", new, before)
    assert after != before
    return differing(before, after) != []


@pytest.mark.parametrize(
    ("body", "old", "new"),
    [
        pytest.param("a = 1; b = 2; return a", "a", "b", id="two names become one"),
        pytest.param("told = 1; return told", "told", "n", id="a parameter's name"),
        pytest.param("told = 1; return told + LIMIT", "told", "LIMIT", id="a global's name"),
        pytest.param("told = 1; return told + len(rows)", "told", "len", id="a builtin's name"),
        pytest.param("a = 1; return [b + a for b in rows]", "b", "a", id="hides the outer name"),
        pytest.param("told = 1; return told, locals()", "told", "share", id="read by locals()"),
        pytest.param("told = 1; return rows.query('x > @n')", "told", "share", id="read by query"),
        pytest.param("told = 1; return f'{told=}'", "told", "share", id="printed by an f-string"),
        pytest.param("told = 1; return dict(told=told)", "told", "share", id="a keyword with it"),
        pytest.param("class Told: pass\n    return Told", "Told", "Said", id="class in a function"),
        pytest.param(
            "import os.path; return os", "import os.path", "import os.path as os", id="as"
        ),
    ],
)
def test_a_renaming_that_moves_something_is_found(body: str, old: str, new: str) -> None:
    assert renaming_differs(body, old, new)


@pytest.mark.parametrize(
    ("body", "old", "new"),
    [
        ("a = 1; return [b + a for b in rows]", "b", "row"),
        ("a = 1; return {b: [c for c in b] for b in rows if a}", "c", "column"),
        ("import os as o; return o.sep", "o", "system"),
        ("told = 1; return dict(n=told)", "told", "share"),
        ("told = vars(rows); return told", "told", "share"),
        ("told: int = 1; del told", "told", "share"),
        ("with open(n) as told: return told.read()", "told", "stream"),
        ("for b in rows: n = [b for b in n]", "b", "row"),
    ],
)
def test_a_renaming_in_all_places_is_none(body: str, old: str, new: str) -> None:
    assert not renaming_differs(body, old, new)


def test_one_of_two_scopes_may_be_renamed_alone() -> None:
    before = "def f(rows):\n    for b in rows:\n        print([b for b in rows], b)\n"
    assert differing(before, before.replace("[b for b in", "[c for c in")) == []
    assert differing(before, before.replace("rows], b", "rows], c")) == ["f"]


def test_differing_functions_are_named() -> None:
    after = BEFORE.replace("told -= one", "told += one").replace("LIMIT = 3", "LIMIT = 4")
    assert differing(BEFORE, after) == ["Table.total", "outside of functions"]


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_commit_is_compared_with_the_working_tree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check = benchmark_module("words_alone")
    git(tmp_path, "init", "-q")
    (tmp_path / "tables.py").write_text(BEFORE, "utf-8")
    (tmp_path / "notes.md").write_text("one", "utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    (tmp_path / "tables.py").write_text(RENAMED, "utf-8")
    (tmp_path / "notes.md").write_text("two", "utf-8")
    git(tmp_path, "commit", "-qam", "second")
    assert check.main([], tmp_path) == 0
    assert "not compared: notes.md" in capsys.readouterr().out
    (tmp_path / "tables.py").write_text(RENAMED.replace("-= row", "+= row"), "utf-8")
    (tmp_path / "added.py").write_text("", "utf-8")
    assert check.main(["HEAD"], tmp_path) == 1
    printed = capsys.readouterr().out
    assert "differs: tables.py: Table.total" in printed and "differs: added.py: new" in printed
    (tmp_path / "tables.py").write_text("def (", "utf-8")
    assert check.main(["HEAD"], tmp_path) == 1
    assert "no Python" in capsys.readouterr().out
