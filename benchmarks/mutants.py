"""Change one operator, number or check of the program at a time, and see whether a test notices.

    .venv/bin/python benchmarks/mutants.py --count 60 --seed 7c1f --results mutants.csv
    .venv/bin/python benchmarks/mutants.py --rooms attack disclosure --results mutants.csv

A mutant is a copy of the project with one changed expression: a comparison, a number, a sign, a
boolean, or a check that is dropped. It is killed when one of the tests nearest to the changed
module fails: the test files that import the module, then those of its room. Half of the mutants are
drawn from the rooms in which an error costs most, `CAREFUL`. One row a mutant is added to the file
of results: the next call with the same seed goes on from there.
"""

from __future__ import annotations

import argparse
import ast
import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path("workflow/readiness")
CAREFUL = ("attack", "disclosure", "publications/audit", "survey")
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
SIGNS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
COLUMNS = ("module", "line", "kind", "before", "after", "outcome")
# Seconds after which a mutant that makes a test run on and on counts as noticed.
PATIENCE = 600


@dataclass(frozen=True)
class Mutant:
    """One changed expression: its place in bytes, its text before and after."""

    module: str
    line: int
    kind: str
    start: int
    end: int
    before: str
    after: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """The columns by which a mutant is found again in a file of results."""
        return self.module, str(self.line), self.kind, self.after


def find_changes(node: ast.AST) -> Iterator[tuple[str, ast.expr, ast.expr]]:
    """Yield kind, expression and changed expression of one node of a syntax tree."""
    match node:
        case ast.Compare(left, [operator], [right]):
            yield "comparison", node, ast.Compare(left, [COMPARISONS[type(operator)]()], [right])
        case ast.BinOp(left, operator, right) if type(operator) in SIGNS:
            if not isinstance(left, ast.JoinedStr) and not is_text(left) and not is_text(right):
                yield "sign", node, ast.BinOp(left, SIGNS[type(operator)](), right)
        case ast.UnaryOp(ast.USub(), operand):
            yield "sign", node, operand
        case ast.UnaryOp(ast.Not(), operand):
            yield "boolean", node, operand
        case ast.BoolOp(operator, values):
            other = ast.Or() if isinstance(operator, ast.And) else ast.And()
            yield "boolean", node, ast.BoolOp(other, values)
        case ast.Constant(bool(value)):
            yield "boolean", node, ast.Constant(not value)
        case ast.Constant(int(value) | float(value)):
            yield "constant", node, ast.Constant(value + 1)
        case ast.If(test, [ast.Raise()], []):
            yield "dropped check", test, ast.Constant(False)
        case _:
            pass


def is_text(node: ast.expr) -> bool:
    """Tell whether an expression is a text that stands in the code."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def list_mutants(path: Path) -> list[Mutant]:
    """List every mutant of one module, in the order of its syntax tree."""
    source = path.read_bytes()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    mutants = []
    tree = ast.parse(source)
    annotations = {id(part) for whole in list_annotations(tree) for part in ast.walk(whole)}
    for node in ast.walk(tree):
        if id(node) in annotations:
            continue
        for kind, old, new in find_changes(node):
            assert old.end_lineno is not None and old.end_col_offset is not None
            start = starts[old.lineno - 1] + old.col_offset
            end = starts[old.end_lineno - 1] + old.end_col_offset
            module = path.relative_to(ROOT / PACKAGE).as_posix()
            before, after = source[start:end].decode(), f"({ast.unparse(new)})"
            mutants.append(Mutant(module, old.lineno, kind, start, end, before, after))
    return mutants


def list_annotations(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield the expressions that are types, or within an f-string, and so are not changed."""
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if isinstance(part := getattr(node, name, None), ast.expr):
                yield part
        if isinstance(node, ast.JoinedStr):
            yield node


def draw_mutants(count: int, seed: str, rooms: list[str]) -> list[Mutant]:
    """Draw mutants by a seed: half from `CAREFUL` rooms, or all from the rooms that are named."""
    every = [
        mutant
        for path in sorted((ROOT / PACKAGE).rglob("*.py"))
        for mutant in list_mutants(path)
        if not rooms or mutant.module.startswith(tuple(f"{room}/" for room in rooms))
    ]
    generator = random.Random(seed)
    if rooms:
        return generator.sample(every, min(count, len(every)))
    careful = [each for each in every if each.module.startswith(CAREFUL)]
    others = [each for each in every if not each.module.startswith(CAREFUL)]
    half = count // 2
    return generator.sample(careful, half) + generator.sample(others, count - half)


def find_tests(module: str) -> list[str]:
    """Find the test files that import a module, then the others of its room."""
    dotted = "readiness." + module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    parent, _, name = dotted.rpartition(".")
    spelled = (f"from {dotted} import", f"import {dotted}", f"from {parent} import {name}")
    importing, near = [], []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text("utf-8")
        if any(words in text for words in spelled):
            importing.append(path.relative_to(ROOT).as_posix())
        elif path.parent.name == module.partition("/")[0]:
            near.append(path.relative_to(ROOT).as_posix())
    return importing + near


def judge(mutant: Mutant, folder: Path) -> str:
    """Run the nearest tests of a mutant in a copy of the project.

    Returns "killed", "survived" or "no test".
    """
    tests = find_tests(mutant.module)
    if not tests:
        return "no test"
    changed = folder / PACKAGE / mutant.module
    source = changed.read_bytes()
    mutated = source[: mutant.start] + mutant.after.encode() + source[mutant.end :]
    changed.write_bytes(mutated)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", *tests],
            cwd=folder,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        return "survived" if done.returncode == 0 else "killed"
    except subprocess.TimeoutExpired:
        return "killed"
    finally:
        changed.write_bytes(source)


def copy_project(folder: Path) -> None:
    """Copy what git tracks, and link the reference cases that stand beside the project."""
    named = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, named.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    shared = ROOT.parent / "shared"
    if shared.is_dir():
        (folder.parent / "shared").symlink_to(shared)


def read_results(path: Path) -> dict[tuple[str, str, str, str], str]:
    """Read the outcome of each mutant that was judged before."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as opened:
        return {
            (row["module"], row["line"], row["kind"], row["after"]): row["outcome"]
            for row in csv.DictReader(opened)
        }


def main() -> None:
    """Judge the mutants that have no outcome yet, and print how many were killed by room."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=60, help="mutants to draw (default: 60)")
    parser.add_argument("--seed", default="1", help="text that the draw follows (default: 1)")
    parser.add_argument("--rooms", nargs="*", default=[], help="rooms to draw from (default: all)")
    parser.add_argument("--results", type=Path, required=True, help="CSV file of outcomes")
    arguments = parser.parse_args()
    outcomes = read_results(arguments.results)
    drawn = draw_mutants(arguments.count, arguments.seed, arguments.rooms)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        folder.mkdir()
        copy_project(folder)
        for mutant in drawn:
            if mutant.key in outcomes:
                continue
            outcomes[mutant.key] = judge(mutant, folder)
            first = not arguments.results.exists()
            with arguments.results.open("a", encoding="utf-8", newline="") as opened:
                writer = csv.writer(opened)
                if first:
                    writer.writerow(COLUMNS)
                place = (mutant.module, mutant.line, mutant.kind)
                writer.writerow([*place, mutant.before, mutant.after, outcomes[mutant.key]])
    report(drawn, outcomes)


def report(drawn: list[Mutant], outcomes: dict[tuple[str, str, str, str], str]) -> None:
    """Print the share killed, in all and in the careful rooms, and each mutant that was not."""
    for title, mutants in (
        ("all", drawn),
        *((room, [each for each in drawn if each.module.startswith(room)]) for room in CAREFUL),
    ):
        killed = sum(outcomes[each.key] == "killed" for each in mutants)
        print(f"{title}: {killed} of {len(mutants)} killed")
    for mutant in drawn:
        if outcomes[mutant.key] != "killed":
            place = f"{mutant.module}:{mutant.line}"
            print(f"{outcomes[mutant.key]}: {place}: {mutant.before} -> {mutant.after}")


if __name__ == "__main__":
    main()
