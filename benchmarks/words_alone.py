"""Check that a change is words alone: no code but docstrings, comments and local names differs.

    .venv/bin/python benchmarks/words_alone.py             since the commit before the last
    .venv/bin/python benchmarks/words_alone.py 3669c69c    since this commit

For each Python file that differs between the commit and the working tree, two syntax trees are
compared without docstrings and without comments. A local variable may have another name where each
use of it has the other name too: trees are equal when each name is bound in the same scope, in the
same place. Parameters, attributes, keywords, names of modules and classes, and the names in a
function that reads names at run time (`locals()`, `DataFrame.query`) must stay as they are.
Prints each function that differs; the exit code is then 1. Other files are listed, not compared.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

# Calls that read local variables by their name: `locals()`, `eval(text)`, `table.query(text)`.
READ_ALL = {"locals", "vars", "dir"}
READ_SOME = {"eval", "exec", "query"}
REST = "outside of functions"
Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Bindings(ast.NodeVisitor):
    """Collect the names that the statements of one scope bind, and those they declare global."""

    def __init__(self, *, only_walrus: bool = False) -> None:
        self.bound: set[str] = set()
        self.outer: set[str] = set()
        # Names that must stay: classes and decorated functions show their name at run time.
        self.lasting: set[str] = set()
        self.only_walrus = only_walrus

    def visit_all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if not self.only_walrus and not isinstance(node.ctx, ast.Load):
            self.bound.add(node.id)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.bound.add(node.target.id)
        self.visit(node.value)

    def visit_comprehension_scope(self, node: ast.AST) -> None:
        # A walrus inside a comprehension binds in the function around it, a loop variable does not.
        inner = Bindings(only_walrus=True)
        inner.visit_all(ast.iter_child_nodes(node))
        self.bound |= inner.bound

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_comprehension_scope

    def visit_function(self, node: Function) -> None:
        self.bound.add(node.name)
        if node.decorator_list:
            self.lasting.add(node.name)
        self.visit_all([*node.decorator_list, *node.args.defaults, *node.args.kw_defaults])

    visit_FunctionDef = visit_AsyncFunctionDef = visit_function

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit_all([*node.args.defaults, *node.args.kw_defaults])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.bound.add(node.name)
        self.lasting.add(node.name)
        self.visit_all([*node.decorator_list, *node.bases, *node.keywords])

    def visit_named_part(self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar) -> None:
        if node.name is not None:
            self.bound.add(node.name)
        self.generic_visit(node)

    visit_ExceptHandler = visit_MatchAs = visit_MatchStar = visit_named_part

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest is not None:
            self.bound.add(node.rest)
        self.generic_visit(node)

    def visit_alias(self, node: ast.alias) -> None:
        self.bound.add(bound_by_import(node))

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        self.outer |= set(node.names)

    visit_Nonlocal = visit_Global


def bound_by_import(alias: ast.alias) -> str:
    """Return the name that an import binds: `a` for `import a.b`, `c` for `import a.b as c`."""
    return alias.asname or alias.name.partition(".")[0]


@dataclass
class Scope:
    """The names bound in a module, a class, a function, a lambda or a comprehension."""

    parent: Scope | None
    renamable: set[str] = field(default_factory=set)
    lasting: set[str] = field(default_factory=set)
    global_names: set[str] = field(default_factory=set)
    is_class: bool = False
    numbers: dict[str, str] = field(default_factory=dict)

    def lookup(self, name: str, counter: list[int]) -> str:
        """Return a number for a local variable, the name itself for any other."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.global_names:
                return name
            # Functions in a class do not see the names of its body.
            if scope is self or not scope.is_class:
                if name in scope.lasting:
                    return name
                if name in scope.renamable:
                    if name not in scope.numbers:
                        counter[0] += 1
                        scope.numbers[name] = f"<{counter[0]}>"
                    return scope.numbers[name]
            scope = scope.parent
        return name


def parameters(arguments: ast.arguments) -> set[str]:
    """Return the names of all parameters of a function."""
    listed = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    listed += [starred for starred in (arguments.vararg, arguments.kwarg) if starred is not None]
    return {argument.arg for argument in listed}


def function_scope(node: Function | ast.Lambda, parent: Scope) -> Scope:
    """Return the scope of a function: its parameters last, its other names may change."""
    bindings = Bindings()
    bindings.visit_all(node.body if isinstance(node.body, list) else [node.body])
    lasting = parameters(node.args) | bindings.lasting
    global_names = {
        name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names
    }
    renamable = bindings.bound - lasting - bindings.outer
    return Scope(parent, renamable, lasting, global_names & bindings.outer)


def without_docstrings(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Return the statements that are more than a string."""

    def is_string(statement: ast.stmt) -> bool:
        return (
            isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Constant)
            and isinstance(statement.value.value, str)
        )

    return [statement for statement in statements if not is_string(statement)]


def reads_names(node: ast.AST) -> bool:
    """Return whether a function contains a call that reads local variables by their name."""
    for part in ast.walk(node):
        if not isinstance(part, ast.Call):
            continue
        match part.func:
            case ast.Name(name):
                # `vars(settings)` reads an object, `vars()` the local variables.
                if name in READ_SOME or (name in READ_ALL and not part.args):
                    return True
            case ast.Attribute(attr=name):
                if name in READ_SOME:
                    return True
    return False


class Outline:
    """Write a syntax tree as text in which a local variable is the number of its first use."""

    def __init__(self, *, keep_names: bool = False) -> None:
        self.counter = [0]
        self.keep_names = keep_names

    def write(self, part: object, scope: Scope) -> str:
        """Return a node, a list of nodes or a plain value as text."""
        match part:
            case list():
                return f"[{', '.join(self.write(entry, scope) for entry in part)}]"
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                return self.write_function(part, scope)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return self.write_comprehension(part, scope)
            case ast.ClassDef():
                return self.write_class(part, scope)
            case ast.alias():
                # `import a.b` binds a, `import a.b as c` binds a.b: no other name for the same.
                form = "as" if part.asname is not None and "." in part.name else ""
                return f"alias({part.name}, {form}, {self.name(bound_by_import(part), scope)})"
            case ast.AST():
                return self.write_fields(part, scope)
        return repr(part)

    def name(self, name: str, scope: Scope) -> str:
        """Return the number of a local variable, or a name that must stay."""
        return name if self.keep_names else scope.lookup(name, self.counter)

    def write_fields(self, node: ast.AST, scope: Scope) -> str:
        """Return a node that opens no scope."""
        written = []
        for label, value in ast.iter_fields(node):
            binds = label in {"id", "names", "rest"} or (
                label == "name"
                and isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar)
            )
            if binds and isinstance(value, str):
                text = self.name(value, scope)
            elif isinstance(node, ast.Global | ast.Nonlocal):
                text = str(sorted(self.name(name, scope) for name in value))
            else:
                lines = (
                    without_docstrings(value)
                    if label in {"body", "orelse"} and isinstance(value, list)
                    else value
                )
                text = self.write(lines, scope)
            written.append(f"{label}={text}")
        return f"{type(node).__name__}({', '.join(written)})"

    def write_function(self, node: Function | ast.Lambda, scope: Scope) -> str:
        """Return a function: what it evaluates outside of its scope, then its body."""
        inner = function_scope(node, scope)
        arguments = self.write_fields(node.args, scope)
        if isinstance(node, ast.Lambda):
            return f"Lambda({arguments}, {self.write(node.body, inner)})"
        outer = [self.write(part, scope) for part in (node.decorator_list, node.returns)]
        body = self.write(without_docstrings(node.body), inner)
        kind = type(node).__name__
        return f"{kind}({self.name(node.name, scope)}, {arguments}, {outer}, {body})"

    def write_class(self, node: ast.ClassDef, scope: Scope) -> str:
        """Return a class, its methods among its statements."""
        inner = class_scope(node, scope)
        outer = [
            self.write(part, scope) for part in (node.decorator_list, node.bases, node.keywords)
        ]
        body = self.write(without_docstrings(node.body), inner)
        return f"ClassDef({self.name(node.name, scope)}, {outer}, {body})"

    def write_comprehension(self, node: ast.AST, scope: Scope) -> str:
        """Return a comprehension. Its first source is evaluated in the scope around it."""
        bindings = Bindings()
        generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]
        bindings.visit_all(generator.target for generator in generators)
        inner = Scope(scope, bindings.bound)
        written = [self.write(generators[0].iter, scope)]
        for place, generator in enumerate(generators):
            written.append(self.write(generator.target, inner))
            if place:
                written.append(self.write(generator.iter, inner))
            written.append(self.write(generator.ifs, inner))
            written.append(str(generator.is_async))
        for label, value in ast.iter_fields(node):
            if label != "generators":
                written.append(f"{label}={self.write(value, inner)}")
        return f"{type(node).__name__}({', '.join(written)})"


def class_scope(node: ast.ClassDef, parent: Scope) -> Scope:
    """Return the scope of a class body: its names are attributes, and stay."""
    bindings = Bindings()
    bindings.visit_all(node.body)
    return Scope(parent, lasting=bindings.bound, is_class=True)


def find_functions(
    statements: list[ast.stmt], prefix: str, scope: Scope
) -> Iterator[tuple[str, Function, Scope]]:
    """Yield name, node and scope around it of each function of a module and of its classes."""
    for statement in statements:
        if isinstance(statement, FUNCTIONS):
            yield f"{prefix}{statement.name}", statement, scope
        elif isinstance(statement, ast.ClassDef):
            inner = class_scope(statement, scope)
            yield from find_functions(statement.body, f"{prefix}{statement.name}.", inner)


def outline(source: str) -> dict[str, list[str]]:
    """Return the text of each function by its name, and of the rest of a module.

    Overloads and the setter of a property share a name: a list each. Raises SyntaxError.
    """
    module = ast.parse(source)
    outlines: dict[str, list[str]] = {}
    for name, node, scope in find_functions(module.body, "", Scope(None)):
        text = Outline(keep_names=reads_names(node)).write(node, scope)
        outlines.setdefault(name, []).append(text)
        # The rest of the module keeps the place of the function, not its text.
        node.body, node.decorator_list, node.returns = [], [], None
        node.args = ast.arguments([], [], None, [], [], None, [])
    rest = Outline().write(without_docstrings(module.body), Scope(None))
    return {**outlines, REST: [rest]}


def differing(before: str, after: str) -> list[str]:
    """Return the functions that differ between two sources in more than words.

    Raises SyntaxError where a source is no Python.
    """
    old, new = outline(before), outline(after)
    return [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]


def changed_files(base: str, root: Path) -> list[str]:
    """Return the paths that differ between a commit and the working tree, new files among them."""
    commands = (
        ["diff", "--name-only", "--no-renames", "-z", base, "--"],
        ["ls-files", "--others", "--exclude-standard", "-z"],
    )
    listed = [
        subprocess.run(["git", *command], cwd=root, check=True, capture_output=True, text=True)
        for command in commands
    ]
    return sorted({path for run in listed for path in run.stdout.split("\0") if path})


def source_at(base: str, path: str, root: Path) -> str | None:
    """Return a file as a commit has it, None where the commit has no such file."""
    run = subprocess.run(["git", "show", f"{base}:{path}"], cwd=root, capture_output=True)
    return run.stdout.decode() if run.returncode == 0 else None


def compare_tree(base: str, root: Path) -> tuple[list[str], list[str], int]:
    """Return a line for each difference, the files not compared, and how many files were."""
    differences: list[str] = []
    not_compared: list[str] = []
    compared = 0
    for path in changed_files(base, root):
        if not path.endswith(".py"):
            not_compared.append(path)
            continue
        compared += 1
        before = source_at(base, path, root)
        after = (root / path).read_text("utf-8") if (root / path).is_file() else None
        if before is None or after is None:
            differences.append(f"{path}: {'new' if before is None else 'removed'}")
            continue
        try:
            differences += [f"{path}: {name}" for name in differing(before, after)]
        except SyntaxError as error:
            differences.append(f"{path}: no Python: {error}")
    return differences, not_compared, compared


def main(arguments: list[str] | None = None, root: Path | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check that a change is words alone.")
    parser.add_argument("base", nargs="?", default="HEAD~1", help="commit (default: HEAD~1)")
    base = parser.parse_args(arguments).base
    differences, not_compared, compared = compare_tree(base, root or Path.cwd())
    for line in differences:
        print(f"differs: {line}")
    for path in not_compared:
        print(f"not compared: {path}")
    result = f"{len(differences)} differ in more" if differences else "words alone"
    print(f"{compared} Python files changed since {base}: {result}")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
