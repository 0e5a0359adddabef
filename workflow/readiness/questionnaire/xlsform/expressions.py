"""What the expressions of an XLSForm say in terms of answers, as far as a questionnaire can say it.

`relevant` and `constraint` are XPath. Of it is read what conditions on answers are made of: `=`,
`!=`, `<`, `<=`, `>`, `>=`, `selected()`, `count-selected()`, `not()`, `and`, `or`, brackets. A
questionnaire says conditions that hold together, each on one question: an `or` of two questions
cannot be said, and is refused like everything else that is not understood.
"""

import ast
import operator
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from math import ceil, floor, inf, isfinite

LONGEST = 10_000
_TOKEN = re.compile(
    r"""(?P<space>\s+) | \$\{\s*(?P<name>[^{}]+?)\s*\} | (?P<dot>\.) | '(?P<one>[^']*)'
    | "(?P<two>[^"]*)" | (?P<number>-?\d+(?:\.\d+)?) | (?P<sign><=|>=|!=|=|<|>)
    | (?P<word>[A-Za-z][\w-]*) | (?P<mark>[(),]) | (?P<odd>.)""",
    re.VERBOSE | re.DOTALL,
)
_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "=",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ORDERED = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}


class Unsaid(ValueError):
    """An expression that a questionnaire cannot say; its text says which part."""


@dataclass(frozen=True)
class FormQuestion:
    """A question that an expression can name: its kind and the codes of its options by name.

    `kind`: single, multi, integer, decimal. `exclusive`: codes that stand alone when ticked.
    """

    item: str
    kind: str
    codes: Mapping[str, str]
    exclusive: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Atom:
    """One condition on one question: an answer among `codes`, or a number from `low` to `high`."""

    source: FormQuestion
    codes: frozenset[str] = frozenset()
    low: float = -inf
    high: float = inf


def conditions(expression: str, sources: Mapping[str, FormQuestion]) -> list[Atom]:
    """The conditions that hold together where an expression is true; none where it always is.

    `sources` by name, the answer itself as `.`. Raises Unsaid.
    """
    found = _read_condition(_parse(expression), sources)
    if any(not atom.codes and _is_closed(atom.source) for atom in found):
        raise Unsaid("a condition that no answer meets")
    return found


def _is_closed(source: FormQuestion) -> bool:
    return source.kind in ("single", "multi")


def _parse(expression: str) -> ast.expr:
    """The tree of an expression: what binds how is the same in XPath and in Python.

    A question becomes a list of its name, a text or number a set of it: two of them that stand
    beside each other are no expression in either language.
    """
    if len(expression) > LONGEST:
        raise Unsaid("an expression that is too long to be read")
    try:
        return ast.parse(_TOKEN.sub(_translate_token, expression).strip(), mode="eval").body
    except (SyntaxError, MemoryError, RecursionError):
        raise Unsaid(f"{expression[:40]!r}, which is not understood") from None


def _translate_token(token: re.Match[str]) -> str:
    kind = str(token.lastgroup)
    text = token[kind]
    if kind == "odd":
        raise Unsaid(f"{token.string[token.start() :][:20]!r}, which is not understood")
    if kind in ("name", "dot"):
        return f"[{text!r}]"
    if kind in ("one", "two", "number"):
        return f"{{{text!r}}}"
    if kind == "word" and text not in ("and", "or"):
        return f"_{text.replace('-', '_')}"
    return {"space": " ", "sign": "==" if text == "=" else text}.get(kind, text)


def _describe(node: ast.expr) -> str:
    """The name of a question or function, a literal itself, anything else as it is written."""
    match node:
        case ast.List(elts=[ast.Constant(value=str(text))]):
            return text
        case ast.Set(elts=[ast.Constant(value=str(text))]):
            return text
        case ast.Name(id=name) | ast.Call(func=ast.Name(id=name)):
            return name[1:].replace("_", "-")
    return ast.unparse(node)


def _read_condition(node: ast.expr, sources: Mapping[str, FormQuestion]) -> list[Atom]:
    match node:
        case ast.BoolOp(op=ast.And(), values=parts):
            return _combine_all([atom for part in parts for atom in _read_condition(part, sources)])
        case ast.BoolOp(values=parts):
            return reduce(_combine_any, [_read_condition(part, sources) for part in parts])
        case ast.Call(func=ast.Name(id="_not"), args=[inner]):
            return _invert(_read_condition(inner, sources))
        case ast.Call(func=ast.Name(id="_true"), args=[]):
            return []
        case ast.Call(func=ast.Name(id="_selected"), args=[question, ast.Set() as option]):
            source = _find_source(question, sources)
            return [Atom(source, frozenset([_code(source, _describe(option))]))]
        case ast.Compare(left=left, ops=[sign], comparators=[right]):
            return [_read_comparison(left, _SIGNS[type(sign)], right, sources)]
    raise Unsaid(f"{_describe(node)!r}, which is not understood")


def _read_comparison(
    left: ast.expr, sign: str, right: ast.expr, sources: Mapping[str, FormQuestion]
) -> Atom:
    if isinstance(left, ast.Set):
        left, right, sign = right, left, _TURNED[sign]
    value = _describe(right)
    if isinstance(left, ast.Set) or not isinstance(right, ast.Set):
        raise Unsaid(f"a comparison of {_describe(left)!r} with {value!r}")
    match left:
        case ast.Call(func=ast.Name(id="_count_selected"), args=[question]):
            source = _find_source(question, sources)
            if (sign, value) in ((">", "0"), (">=", "1"), ("!=", "0")):
                return Atom(source, frozenset(source.codes.values()))
            raise Unsaid(f"how many options of {source.item} are ticked")
    return _compare(_find_source(left, sources), sign, value)


def _find_source(node: ast.expr, sources: Mapping[str, FormQuestion]) -> FormQuestion:
    name = _describe(node)
    if isinstance(node, ast.Call):
        raise Unsaid(f"{name!r}, which is not understood")
    if not isinstance(node, ast.List) or name not in sources:
        raise Unsaid(f"{name!r}, which is no question with options and no number")
    return sources[name]


def _code(source: FormQuestion, name: str) -> str:
    if name not in source.codes:
        raise Unsaid(f"{name!r}, which is no option of {source.item}")
    return source.codes[name]


def _compare(source: FormQuestion, sign: str, value: str) -> Atom:
    if _is_closed(source):
        return Atom(source, frozenset(_choose(source, sign, value)))
    try:
        number = float(value)
    except ValueError:
        number = inf
    if not isfinite(number):
        raise Unsaid(f"{source.item} compared with {value!r}, no number")
    if sign == "=":
        return Atom(source, low=number, high=number)
    if sign == "!=":
        raise Unsaid(f"a number that {source.item} is not; a range has no gap")
    above = below = number
    if source.kind == "integer":
        above = floor(number) + (1 if sign == ">" else number != floor(number))
        below = ceil(number) - (1 if sign == "<" else number != ceil(number))
    elif sign in ("<", ">"):
        raise Unsaid(f"{sign!r} of a number with decimals; a range holds both its ends")
    return Atom(source, low=above) if sign in (">", ">=") else Atom(source, high=below)


def _choose(source: FormQuestion, sign: str, value: str) -> Iterable[str]:
    every = source.codes.values()
    if not value and sign in ("=", "!="):  # with nothing: whether it is answered
        return every if sign == "!=" else ()
    if source.kind == "multi" and len(source.codes) > 1:
        raise Unsaid(f"{sign!r} of {source.item}, which has several answers; use selected()")
    if sign not in _ORDERED:
        chosen = _code(source, value)
        return [code for code in every if (code == chosen) == (sign == "=")]
    # Options whose names are numbers are those of a scale.
    try:
        numbers = {float(name): code for name, code in source.codes.items()}
        end = float(value)
    except ValueError:
        raise Unsaid(f"the order of options of {source.item}; name each of them") from None
    return [code for number, code in numbers.items() if _ORDERED[sign](number, end)]


def _combine_all(atoms: Sequence[Atom]) -> list[Atom]:
    """Conditions that hold together, those on one answer as one."""
    kept: list[Atom] = []
    for atom in atoms:
        same = next((k for k, other in enumerate(kept) if other.source == atom.source), None)
        if same is None or atom.source.kind == "multi":
            kept.append(atom)
        else:
            one = kept[same]
            low, high = max(one.low, atom.low), min(one.high, atom.high)
            kept[same] = replace(one, codes=one.codes & atom.codes, low=low, high=high)
    return kept


def _combine_any(left: list[Atom], right: list[Atom]) -> list[Atom]:
    if not left or not right:
        return []
    if len(left) > 1 or len(right) > 1 or left[0].source != right[0].source:
        raise Unsaid("an `or` of conditions on several questions")
    one, other = left[0], right[0]
    if _is_closed(one.source):
        return [replace(one, codes=one.codes | other.codes)]
    step = 1 if one.source.kind == "integer" else 0
    if max(one.low, other.low) > min(one.high, other.high) + step:
        raise Unsaid(f"two ranges of {one.source.item} with a gap between them")
    return [replace(one, low=min(one.low, other.low), high=max(one.high, other.high))]


def _invert(atoms: list[Atom]) -> list[Atom]:
    if len(atoms) != 1:
        raise Unsaid("the opposite of several conditions together")
    (atom,) = atoms
    if atom.source.kind == "multi" and not atom.codes <= atom.source.exclusive:
        raise Unsaid(f"that an option of {atom.source.item} is not ticked")
    if _is_closed(atom.source):
        return [replace(atom, codes=frozenset(atom.source.codes.values()) - atom.codes)]
    if atom.source.kind == "integer" and inf in (-atom.low, atom.high):
        low, high = (atom.high + 1, inf) if atom.high < inf else (-inf, atom.low - 1)
        return [replace(atom, low=low, high=high)]
    raise Unsaid(f"the opposite of a range of {atom.source.item}")


# The usual ways to write that an option stands alone, as the tree is written out again.
_NAMED = r"_selected\(\['\.'\], \{'(?P<name>[^'\"]+)'\}\)"
_WITH = r"_count_selected\(\['\.'\]\) (> \{'1'\}|>= \{'2'\})"
_ALONE = r"_count_selected\(\['\.'\]\) ((==|<=) \{'1'\}|< \{'2'\})"
_EXCLUSIVE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"_not\({_NAMED} and {_WITH}\)",
        rf"_not\({_WITH} and {_NAMED}\)",
        rf"{_ALONE} or _not\({_NAMED}\)",
        rf"_not\({_NAMED}\) or {_ALONE}",
    )
)


def _split_conjunction(whole: ast.expr) -> list[ast.expr]:
    if isinstance(whole, ast.BoolOp) and isinstance(whole.op, ast.And):
        return [each for part in whole.values for each in _split_conjunction(part)]
    return [whole]


def read_exclusive_options(constraint: str) -> set[str]:
    """The options that a constraint lets nobody tick beside another; raises Unsaid."""
    found: set[str] = set()
    for part in map(ast.unparse, _split_conjunction(_parse(constraint))):
        hit = next((hit for pattern in _EXCLUSIVE if (hit := pattern.fullmatch(part))), None)
        if hit is None:
            raise Unsaid(f"{constraint[:40]!r} as a constraint on ticked options")
        found.add(hit["name"])
    return found


def write_expression(atoms: Sequence[Atom]) -> str:
    """The expression that holds where all of these conditions do; codes by their names."""
    return " and ".join(_write_atom(atom) for atom in atoms)


def _write_atom(atom: Atom) -> str:
    name = "." if atom.source.item == "." else f"${{{atom.source.item}}}"
    if not _is_closed(atom.source):
        ends = ((">=", atom.low), ("<=", atom.high))
        return " and ".join(f"{name} {sign} {end:.12g}" for sign, end in ends if abs(end) < inf)
    test = "selected({}, '{}')" if atom.source.kind == "multi" else "{} = '{}'"
    options = [option for option, code in atom.source.codes.items() if code in atom.codes]
    tests = [test.format(name, option) for option in options]
    return tests[0] if len(tests) == 1 else f"({' or '.join(tests)})"
