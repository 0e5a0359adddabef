"""Translate the expressions of an XLSForm to conditions on answers.

`relevant` and `constraint` are XPath. Only the part of XPath for conditions on answers is read:
`=`, `!=`, `<`, `<=`, `>`, `>=`, `selected()`, `count-selected()`, `not()`, `and`, `or`, brackets. A
questionnaire states conditions that all must be met, each on one question. An `or` of conditions on
two questions is therefore refused, like any expression that is not understood.
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
    """An expression without equivalent in a questionnaire; the message names the part."""


@dataclass(frozen=True)
class FormQuestion:
    """A question that an expression can name.

    `kind`: single, multi, integer or decimal. `codes`: code of each option, by the option's name in
    the form. `exclusive`: codes that exclude any other ticked option.
    """

    item: str
    kind: str
    codes: Mapping[str, str]
    exclusive: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Atom:
    """A condition on one question: an answer among `codes`, or a number from `low` to `high`."""

    source: FormQuestion
    codes: frozenset[str] = frozenset()
    low: float = -inf
    high: float = inf


def conditions(expression: str, sources: Mapping[str, FormQuestion]) -> list[Atom]:
    """Split an expression into conditions that all must be met; [] for one that is always true.

    `sources`: questions by name, with `.` for the question itself. Raises Unsaid for an expression
    that is not understood, has no equivalent, or is never true.
    """
    atoms = _read_condition(_parse(expression), sources)
    if any(not atom.codes and _is_closed(atom.source) for atom in atoms):
        raise Unsaid("a condition that no answer meets")
    return atoms


def _is_closed(source: FormQuestion) -> bool:
    """Return True for a question with options."""
    return source.kind in ("single", "multi")


def _parse(expression: str) -> ast.expr:
    """Return the syntax tree of an expression that has been translated to Python.

    XPath and Python have the same operator precedence. A question becomes a list with its name, and
    a text or number a set, because two of them without an operator are a syntax error in Python,
    as in XPath. Raises Unsaid.
    """
    if len(expression) > LONGEST:
        raise Unsaid("an expression that is too long to be read")
    try:
        return ast.parse(_TOKEN.sub(_translate_token, expression).strip(), mode="eval").body
    except (SyntaxError, MemoryError, RecursionError):
        raise Unsaid(f"{expression[:40]!r}, which is not understood") from None


def _translate_token(token: re.Match[str]) -> str:
    """Return a token of XPath in Python's syntax; raises Unsaid for an unknown character."""
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
    """Return the name of a question or function, the text of a literal, or else Python code."""
    match node:
        case ast.List(elts=[ast.Constant(value=str(text))]):
            return text
        case ast.Set(elts=[ast.Constant(value=str(text))]):
            return text
        case ast.Name(id=name) | ast.Call(func=ast.Name(id=name)):
            return name[1:].replace("_", "-")
    return ast.unparse(node)


def _read_condition(node: ast.expr, sources: Mapping[str, FormQuestion]) -> list[Atom]:
    """Return the conditions of a syntax tree; raises Unsaid."""
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
    """Return the condition of one comparison; raises Unsaid."""
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
    """Return the question that a node names; raises Unsaid for an unknown one."""
    name = _describe(node)
    if isinstance(node, ast.Call):
        raise Unsaid(f"{name!r}, which is not understood")
    if not isinstance(node, ast.List) or name not in sources:
        raise Unsaid(f"{name!r}, which is no question with options and no number")
    return sources[name]


def _code(source: FormQuestion, name: str) -> str:
    """Return the code of an option; raises Unsaid for an unknown name."""
    if name not in source.codes:
        raise Unsaid(f"{name!r}, which is no option of {source.item}")
    return source.codes[name]


def _compare(source: FormQuestion, sign: str, value: str) -> Atom:
    """Return the condition of a comparison with a value; raises Unsaid."""
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
    """Return the codes of the options that meet a comparison; raises Unsaid."""
    every = source.codes.values()
    # A comparison with an empty text: is the question answered?
    if not value and sign in ("=", "!="):
        return every if sign == "!=" else ()
    if source.kind == "multi" and len(source.codes) > 1:
        raise Unsaid(f"{sign!r} of {source.item}, which has several answers; use selected()")
    if sign not in _ORDERED:
        chosen = _code(source, value)
        return [code for code in every if (code == chosen) == (sign == "=")]
    # Names that are numbers can be ordered: the options are points of a scale.
    try:
        numbers = {float(name): code for name, code in source.codes.items()}
        end = float(value)
    except ValueError:
        raise Unsaid(f"the order of options of {source.item}; name each of them") from None
    return [code for number, code in numbers.items() if _ORDERED[sign](number, end)]


def _combine_all(atoms: Sequence[Atom]) -> list[Atom]:
    """Return conditions that all must be met, with one for each question that takes one answer."""
    kept: list[Atom] = []
    for atom in atoms:
        place = next((k for k, other in enumerate(kept) if other.source == atom.source), None)
        if place is None or atom.source.kind == "multi":
            kept.append(atom)
        else:
            earlier = kept[place]
            low, high = max(earlier.low, atom.low), min(earlier.high, atom.high)
            kept[place] = replace(earlier, codes=earlier.codes & atom.codes, low=low, high=high)
    return kept


def _combine_any(left: list[Atom], right: list[Atom]) -> list[Atom]:
    """Return the disjunction of two conditions on one question; [] if one is always true.

    Raises Unsaid where no single condition states the disjunction.
    """
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
    """Return the opposite of one condition; raises Unsaid where no condition states it."""
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


# Usual ways to state that an option is exclusive, as `ast.unparse` writes them.
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
    """Return the parts of an `and`, or the whole expression."""
    if isinstance(whole, ast.BoolOp) and isinstance(whole.op, ast.And):
        return [subpart for part in whole.values for subpart in _split_conjunction(part)]
    return [whole]


def read_exclusive_options(constraint: str) -> set[str]:
    """Return the names of the options that a constraint makes exclusive; raises Unsaid."""
    names: set[str] = set()
    for part in map(ast.unparse, _split_conjunction(_parse(constraint))):
        hit = next((hit for pattern in _EXCLUSIVE if (hit := pattern.fullmatch(part))), None)
        if hit is None:
            raise Unsaid(f"{constraint[:40]!r} as a constraint on ticked options")
        names.add(hit["name"])
    return names
