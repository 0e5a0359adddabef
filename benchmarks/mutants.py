"""Change one operator, number or check of the program at a time, and see whether a test notices.

    .venv/bin/python benchmarks/mutants.py --count 60 --seed 7c1f --results mutants.csv
    .venv/bin/python benchmarks/mutants.py --rooms attack disclosure --results mutants.csv
    .venv/bin/python benchmarks/mutants.py --seed 7c1f --results mutants.csv --again

A mutant is a copy of the project with one changed expression: a comparison, a number, a sign, a
boolean, or a check that is dropped. It is killed when a test of the `MOST_FILES` test files nearest
to the changed module fails; of other rooms no tests are run that run whole projects. A test that
fails without the change too is left out. A test that computes for more than `LONGEST_TEST` seconds
of the processor hangs: its mutant is killed by time-out. Other mutants survive when all tests
passed, or those that could be begun within `LONGEST_MUTANT` seconds of the processor.

Half of the mutants are drawn from the rooms in which an error costs most, `CAREFUL`, as many from
each. One row a mutant is added to the file of results: the next call with the same seed goes on
from there, and with `--again` it judges the survivors again. They are printed at the end: each gets
a test, or an argument why no test can tell it from the program.
"""

from __future__ import annotations

import argparse
import ast
import csv
import importlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest

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
COLUMNS = ("module", "line", "kind", "before", "after", "outcome", "test")
KILLED = ("killed", "timed out")
# Seconds of the processor after which one test is taken to hang, because of the mutant.
LONGEST_TEST = 120
# Seconds of the processor in which the tests of one mutant are begun.
LONGEST_MUTANT = 20
# Number of test files that are run.
MOST_FILES = 5
# Seconds of the clock after which tests that wait for something are ended.
PATIENCE = 900
# Fixtures of tests that run whole projects, which takes minutes.
WHOLE_PROJECTS = {"tiny", "finished", "released", "shipped", "chromium"}
# What most tests import: it is read once, and not again for each mutant.
HEAVY = ("numpy", "pandas", "scipy.optimize", "scipy.sparse", "scipy.stats", "yaml")


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
            if not is_text(left) and not is_text(right):
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
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    return isinstance(node, ast.JoinedStr)


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
    """Draw mutants by a seed: half from `CAREFUL` rooms, or all from the rooms that are named.

    Returns the mutants in the order in which they are judged.
    """
    every = [
        mutant
        for path in sorted((ROOT / PACKAGE).rglob("*.py"))
        for mutant in list_mutants(path)
        if not rooms or mutant.module.startswith(tuple(f"{room}/" for room in rooms))
    ]
    generator = random.Random(seed)
    if rooms:
        return generator.sample(every, min(count, len(every)))
    drawn = []
    for number, room in enumerate(CAREFUL):
        # The first rooms get one more where the half is no multiple of their number.
        share = (count // 2 + len(CAREFUL) - 1 - number) // len(CAREFUL)
        drawn += generator.sample([m for m in every if m.module.startswith(f"{room}/")], share)
    others = [mutant for mutant in every if not mutant.module.startswith(CAREFUL)]
    drawn += generator.sample(others, count - len(drawn))
    # So that a run that is ended early has judged mutants of all rooms.
    generator.shuffle(drawn)
    return drawn


def find_room(module: str) -> str:
    """Return the folder of a module's tests: that of its room, or of what runs whole projects."""
    room = module.partition("/")[0].removesuffix(".py")
    return room if (ROOT / "tests" / room).is_dir() else "workflow"


def find_tests(module: str) -> list[str]:
    """Find the `MOST_FILES` test files nearest to a module.

    First those that import the module, then those of its room or that import something of it: by
    how many public names they have of the module, by how much of its path is in their name, by how
    many public names they have of modules of the room that import it.
    """
    path = ROOT / PACKAGE / module
    dotted = "readiness." + module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    parent, _, name = dotted.rpartition(".")
    room = find_room(module)
    spelled = (f"from {dotted} import", f"import {dotted}", f"from {parent} import {name}")
    public, around = list_public_names(path), set[str]()
    for other in (ROOT / PACKAGE / module.partition("/")[0]).rglob("*.py"):
        if dotted in other.read_text("utf-8"):
            around |= list_public_names(other)
    ranked = []
    for test in (ROOT / "tests").rglob("test_*.py"):
        text = test.read_text("utf-8")
        imports, at_home = any(words in text for words in spelled), test.parent.name == room
        if imports or at_home or parent in text:
            words = set(re.findall(r"\w+", text))
            parts = sum(word in test.stem for word in re.findall(r"[a-z]{4,}", module))
            near = (imports, len(public & words), parts, len(around & words), at_home)
            ranked.append((*(-each for each in near), test.relative_to(ROOT).as_posix()))
    return [str(place) for *_, place in sorted(ranked)[:MOST_FILES]]


def list_public_names(path: Path) -> set[str]:
    """List the functions and classes of a module that others may use."""
    return {
        node.name
        for node in ast.parse(path.read_bytes()).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }


# What wraps the run of a test: it gets and returns what the run returned.
Around = Generator[None, bool | None, bool | None]


@dataclass(eq=False)
class NearestFirst:
    """Plugin of pytest: tests in the order of their files, bounded in time.

    `room`: the folder of which tests may run whole projects; "" for any. `failed` is the first test
    that failed, `begun` the one that ran last.
    """

    files: list[str]
    room: str
    left_out: set[str]
    failed: str = ""
    begun: str = ""
    places: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        """Number the files."""
        self.places = {name.partition("::")[0]: number for number, name in enumerate(self.files)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put tests that run whole projects last, and leave out those that fail in any case."""
        items[:] = [
            item
            for item in items
            if item.nodeid not in self.left_out
            and (self.room in ("", item.path.parent.name) or not runs_project(item))
        ]
        items.sort(key=self.find_place)

    def find_place(self, item: pytest.Item) -> tuple[bool, int]:
        """Return whether a test runs a whole project, and the place of its file."""
        return runs_project(item), self.places[item.nodeid.partition("::")[0]]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Around:
        """Run one test with a limit of processor time, or none where time is over."""
        if sum(os.times()[:4]) > LONGEST_MUTANT:
            item.session.shouldstop = "the time of this mutant is over"
        self.begun = item.nodeid
        signal.setitimer(signal.ITIMER_PROF, LONGEST_TEST)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the first test that failed."""
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note the first file that could not be imported."""
        if report.failed and not self.failed:
            self.failed = report.nodeid


def runs_project(item: pytest.Item) -> bool:
    """Tell whether a test runs a whole project."""
    return not WHOLE_PROJECTS.isdisjoint(getattr(item, "fixturenames", ()))


def run_tests(
    named: list[str], folder: Path, room: str, left_out: set[str], *options: str
) -> tuple[str, str]:
    """Run tests in a copy of the project, in a process of their own that has its imports already.

    `named` are files or single tests; of `room` are tests that run whole projects. Returns the
    outcome ("killed", "timed out", "survived" or "no test") and the test that failed.
    """
    for name in HEAVY:
        importlib.import_module(name)
    answer = folder.parent / "answer.json"
    answer.unlink(missing_ok=True)
    sys.stdout.flush()
    child = os.fork()
    if not child:
        run_as_child(NearestFirst(named, room, left_out), folder, options, answer)
    ends = time.monotonic() + PATIENCE
    while not os.waitpid(child, os.WNOHANG)[0]:
        if time.monotonic() > ends:
            os.killpg(child, signal.SIGKILL)
        time.sleep(0.1)
    with suppress(ProcessLookupError):
        # Whatever the tests started and did not end.
        os.killpg(child, signal.SIGKILL)
    if not answer.exists():
        assert time.monotonic() > ends, (folder.parent / "log.txt").read_text("utf-8")[-2000:]
        return "timed out", ""
    outcome, test = json.loads(answer.read_text("utf-8"))
    return outcome, test


def run_as_child(
    plugin: NearestFirst, folder: Path, options: tuple[str, ...], answer: Path
) -> NoReturn:
    """Run tests in this process, write their outcome into a file, and end the process."""
    os.setsid()
    os.chdir(folder)
    log = os.open(folder.parent / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ["PYTHONPATH"] = str(folder / "workflow")
    others = [name for name in sys.path if Path(name) != ROOT / "benchmarks"]
    sys.path[:] = [str(folder / "workflow"), *others]

    def end(outcome: str, test: str = "") -> NoReturn:
        answer.write_text(json.dumps([outcome, test]), "utf-8")
        os._exit(0)

    signal.signal(signal.SIGPROF, lambda *_: end("timed out", plugin.begun))
    base = folder.parent / "pytest"
    usual = ["-q", "-x", "--no-header", "-p", "no:cacheprovider", f"--basetemp={base}"]
    try:
        code = pytest.main([*usual, *options, *plugin.files], plugins=[plugin])
        if code == pytest.ExitCode.NO_TESTS_COLLECTED:
            end("no test")
        if plugin.failed:
            end("killed", plugin.failed)
        if code == pytest.ExitCode.USAGE_ERROR:
            # What all tests share could not be imported.
            end("killed", plugin.files[0])
        # Interrupted: its time was over.
        assert code in (pytest.ExitCode.OK, pytest.ExitCode.INTERRUPTED), code
        end("survived")
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def judge(mutant: Mutant, folder: Path, left_out: set[str]) -> tuple[str, str]:
    """Run the nearest tests of a mutant in a copy of the project.

    Tests that fail without the change too are added to `left_out`. Returns what `run_tests` does.
    """
    changed = folder / PACKAGE / mutant.module
    source = changed.read_bytes()
    mutated = source[: mutant.start] + mutant.after.encode() + source[mutant.end :]
    while tests := [name for name in find_tests(mutant.module) if name not in left_out]:
        try:
            replace_source(changed, mutated)
            outcome, test = run_tests(tests, folder, find_room(mutant.module), left_out)
        finally:
            replace_source(changed, source)
        if outcome not in KILLED or not test:
            return outcome, test
        # A file that cannot be imported has no tests to run.
        options = () if "::" in test else ("--collect-only",)
        if run_tests([test], folder, "", set(), *options)[0] not in KILLED:
            return outcome, test
        left_out.add(test)
    return "no test", ""


def replace_source(path: Path, source: bytes) -> None:
    """Write a module, and remove what was compiled of it."""
    path.write_bytes(source)
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()


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
    """Read the outcome of each mutant that was judged before: of two of one mutant the last."""
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
    parser.add_argument("--again", action="store_true", help="judge the survivors again")
    arguments = parser.parse_args()
    outcomes = read_results(arguments.results)
    drawn = draw_mutants(arguments.count, arguments.seed, arguments.rooms)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name) / "project"
        folder.mkdir()
        copy_project(folder)
        left_out = set[str]()
        for mutant in drawn:
            before = outcomes.get(mutant.key)
            if before in KILLED or (before and not arguments.again):
                continue
            outcomes[mutant.key], test = judge(mutant, folder, left_out)
            print(f"{outcomes[mutant.key]}: {mutant.module}:{mutant.line} {test}", flush=True)
            first = not arguments.results.exists()
            with arguments.results.open("a", encoding="utf-8", newline="") as opened:
                writer = csv.writer(opened)
                if first:
                    writer.writerow(COLUMNS)
                place = (mutant.module, mutant.line, mutant.kind)
                writer.writerow([*place, mutant.before, mutant.after, outcomes[mutant.key], test])
    report(drawn, outcomes)


def report(drawn: list[Mutant], outcomes: dict[tuple[str, str, str, str], str]) -> None:
    """Print the number killed, in all and in the careful rooms, and each mutant that was not."""
    for title, mutants in (
        ("all", drawn),
        *((room, [m for m in drawn if m.module.startswith(f"{room}/")]) for room in CAREFUL),
    ):
        killed = sum(outcomes[mutant.key] in KILLED for mutant in mutants)
        print(f"{title}: {killed} of {len(mutants)} killed")
    for mutant in drawn:
        if outcomes[mutant.key] not in KILLED:
            place = f"{mutant.module}:{mutant.line}"
            print(f"{outcomes[mutant.key]}: {place}: {mutant.before} -> {mutant.after}")


if __name__ == "__main__":
    main()
