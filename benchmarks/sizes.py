"""How large the program is, room by room, and how it names things.

    .venv/bin/python benchmarks/sizes.py [TREE]

Counts statements of the syntax tree and lines below `workflow/readiness`, lines of tests and of
catalogues, packages of the lock, words of the docs; then what a reader of the code meets: how long
files and functions are, how functions and types are called, what is called once, where the
formatter is told to stand back. TREE is this project unless given, so that an older commit can be
laid beside it.
"""

from __future__ import annotations

import ast
import re
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

VERBS = re.findall(
    r"\w+",
    """
add adjust aggregate align allocate analyse append apply arrange ask assemble assert assign attach
attack audit avoid balance begin bind bootstrap bound build bundle calibrate call check choose clean
clear clip close code collapse collect combine compare compile complete compress compute condense
configure confirm connect convert copy correct count cover create cross cut decide declare decode
define delete deliver derive describe detect determine discard display distinguish divide download
draft draw drop enclose encode ensure enter erase escape estimate evaluate examine exclude expand
explain export extend extract fail fence fetch fill filter find finish fit fold follow format freeze
gather generate get give go group guard guess handle hash have hide hold identify impute include
infer init insert inspect intersect invert is join judge keep know label lay leave limit line link
list load locate lock log look lower make map mark mask match measure merge move name need normalise
note number omit open optimise order pack pad parse pass perform permute pick place plan pool
prepare present print project propose protect prove publish pull push put quote raise rake rank read
rebuild recode recompute reconcile record recover reduce refit refuse register reject rejoin release
remember remove rename render repair repeat replace replicate report reproduce require resample
reset resolve restore return reverse round run sample save say scale scan seal search select send
separate serialise set settle shorten show sign simplify simulate skip solve sort split spread stack
start state stop store strip style sum summarise support suppose suppress take tell test tidy tie
trace track transform translate treat trim try turn type typeset unpack update upload use validate
verify visit wait walk warn weigh weight widen wrap write yield
""",
)
IRREGULAR = re.findall(
    r"\w+",
    """
apart asked beside begun bound built cut done drawn fit found given gone grown heard held kept known
laid left lost made met paid put read said seen sent set shown sold stood sworn taken told thrown
told understood withheld won worn written
""",
)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """The functions and methods of a module, special methods left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("__"):
            yield node


def length(node: ast.FunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def is_participle(name: str) -> bool:
    """Whether a name is one word, and that a participle: `told`, `_named`."""
    word = name.strip("_")
    return "_" not in word and (word in IRREGULAR or (word.endswith("ed") and len(word) > 4))


def print_rooms(package: Path) -> None:
    rows = []
    for room in sorted(package.iterdir()):
        files = sorted(room.rglob("*.py")) if room.is_dir() else [room]
        texts = [file.read_text("utf-8") for file in files if file.suffix == ".py"]
        statements = sum(isinstance(n, ast.stmt) for t in texts for n in ast.walk(ast.parse(t)))
        lines = sum(text.count("\n") for text in texts)
        if texts:
            rows.append((statements, lines, len(texts), room.stem))
    print(f"{'room':<16}{'statements':>11}{'lines':>8}{'files':>7}")
    for statements, lines, files, name in sorted(rows, reverse=True):
        print(f"{name:<16}{statements:>11,}{lines:>8,}{files:>7}")
    total = [sum(row[k] for row in rows) for k in range(3)]
    print(f"{'all':<16}{total[0]:>11,}{total[1]:>8,}{total[2]:>7}")


def print_beside(tree: Path) -> None:
    """What is no code of the program: tests, catalogues, packages, docs."""
    tests = sum(p.read_text("utf-8").count("\n") for p in (tree / "tests").rglob("*.py"))
    texts = sum(p.read_text("utf-8").count("\n") for p in (tree / "workflow").rglob("*.po"))
    lock = (tree / "requirements.lock").read_text("utf-8")
    packages = len(re.findall(r"^[a-z0-9][\w.\[\]-]*==", lock, re.M))
    pages = sorted((tree / "docs").glob("*.md"))
    words = sum(len(page.read_text("utf-8").split()) for page in pages)
    print(f"tests {tests:,} lines, catalogues {texts:,} lines, packages {packages}, ", end="")
    print(f"docs {words:,} words in {len(pages)} files")


def print_habits(tree: Path) -> None:
    """What a reader of the code meets, as a share of all functions or types."""
    files = sorted((tree / "workflow/readiness").rglob("*.py"))
    texts = [file.read_text("utf-8") for file in files]
    modules = [ast.parse(text) for text in texts]
    defined = [node for module in modules for node in functions(module)]
    names = [node.name for node in defined]
    types = Counter(
        n.name.strip("_") for m in modules for n in ast.walk(m) if isinstance(n, ast.ClassDef)
    )
    # A private name is of its module alone: others may have the same.
    words = [Counter(re.findall(r"\w+", text)) for text in texts]
    uses = [
        word[node.name]
        for module, word in zip(modules, words, strict=True)
        for node in functions(module)
        if node.name.startswith("_")
    ]
    lengths = sorted(length(node) for node in defined)
    sizes = [text.count("\n") for text in texts]
    verbs = sum(name.strip("_").split("_")[0] in VERBS for name in names)
    comments = sum(len(re.findall(r"^\s*#", text, re.M)) for text in texts)
    everything = [*texts, *(p.read_text("utf-8") for p in (tree / "tests").rglob("*.py"))]
    print(f"file, median / longest: {statistics.median(sizes):.0f} / {max(sizes)}")
    tenth = lengths[len(lengths) * 9 // 10]
    print(
        f"function, median / 90th percentile / longest: {statistics.median(lengths):.0f} / "
        f"{tenth} / {lengths[-1]}"
    )
    print(f"functions whose name begins with a verb: {verbs / len(names):.1%}")
    print(f"functions named by one participle: {sum(map(is_participle, names)) / len(names):.1%}")
    shared = sum(count for count in types.values() if count > 1)
    print(f"types that share their name with another: {shared / types.total():.1%}")
    print(f"private functions called once: {uses.count(2) / len(uses):.1%}")
    print(f"comment lines in a thousand: {1000 * comments / sum(sizes):.0f}")
    marks = sum(len(re.findall(r"# fmt: (?:skip|off)", text)) for text in everything)
    print(f"opt-outs of the formatter, product and tests: {marks}")


def main() -> None:
    tree = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    print_rooms(tree / "workflow/readiness")
    print_beside(tree)
    print_habits(tree)


if __name__ == "__main__":
    main()
