"""What the expressions of an XLSForm say in terms of answers, as far as a questionnaire can say it.

`relevant` and `constraint` are XPath. Of it is read what conditions on answers are made of: `=`,
`!=`, `<`, `<=`, `>`, `>=`, `selected()`, `count-selected()`, `not()`, `and`, `or`, brackets. A
questionnaire says conditions that hold together, each on one question: an `or` of two questions
cannot be said, and is refused like everything else that is not understood.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, inf, isfinite
from typing import NamedTuple, TypeVar

LONGEST, DEEPEST = 10_000, 50
_TOKEN = re.compile(
    r"""\s*(?:(?P<name>\$\{\s*[^{}]+?\s*\}) | '(?P<one>[^']*)' | "(?P<two>[^"]*)"
    | (?P<number>-?\d+(?:\.\d+)?) | (?P<sign><=|>=|!=|=|<|>) | (?P<word>[A-Za-z][\w-]*)
    | (?P<mark>[().,]))""",
    re.VERBOSE,
)
_ORDERED = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}


Read = TypeVar("Read")


class Unsaid(ValueError):
    """An expression that a questionnaire cannot say; its text says which part."""


@dataclass(frozen=True)
class Source:
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

    source: Source
    codes: frozenset[str] = frozenset()
    low: float = -inf
    high: float = inf


class _Operand(NamedTuple):
    kind: str  # name, literal, count
    value: str


def conditions(expression: str, sources: Mapping[str, Source]) -> list[Atom]:
    """The conditions that hold together where an expression is true; none where it always is.

    `sources` by name, the answer itself as `.`. Raises Unsaid.
    """
    if len(expression) > LONGEST:
        raise Unsaid("an expression that is too long to be read")
    parser = _Parser(_tokens(expression), sources)
    found = parser.whole()
    if any(not atom.codes and _is_closed(atom.source) for atom in found):
        raise Unsaid("a condition that no answer meets")
    return found


def _is_closed(source: Source) -> bool:
    return source.kind in ("single", "multi")


def _tokens(expression: str) -> list[tuple[str, str]]:
    at, found = 0, []
    text = expression.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unsaid(f"{text[at:].strip()[:20]!r}, which is not understood")
        kind = str(match.lastgroup)
        found.append(("text" if kind in ("one", "two") else kind, match[kind]))
        at = match.end()
    return found


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, tokens: list[tuple[str, str]], sources: Mapping[str, Source]) -> None:
        self.tokens = tokens
        self.sources = sources
        self.at = 0
        self.depth = 0

    def whole(self) -> list[Atom]:
        found = self._either()
        if self.at < len(self.tokens):
            raise Unsaid(f"{self.tokens[self.at][1]!r} after the end of a condition")
        return found

    def _next(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def _take(self, *texts: str) -> bool:
        kind, text = self._next()
        if kind in ("word", "mark", "sign") and text in texts:
            self.at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise Unsaid(f"{self._next()[1] or 'the end'!r} where {text!r} was expected")

    def _either(self) -> list[Atom]:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unsaid("an expression that nests too deep")
        found = self._both()
        while self._take("or"):
            found = _or(found, self._both())
        self.depth -= 1
        return found

    def _both(self) -> list[Atom]:
        found = self._condition()
        while self._take("and"):
            found = _and([*found, *self._condition()])
        return found

    def _bracketed(self, read: Callable[[], Read]) -> Read:
        self._expect("(")
        found = read()
        self._expect(")")
        return found

    def _condition(self) -> list[Atom]:
        if self._next() == ("mark", "("):
            return self._bracketed(self._either)
        if self._take("not"):
            return _not(self._bracketed(self._either))
        if self._take("true"):
            return self._bracketed(lambda: [])
        if self._take("selected"):
            return self._bracketed(self._selected)
        return self._comparison()

    def _selected(self) -> list[Atom]:
        source = self._source(self._operand())
        self._expect(",")
        return [Atom(source, frozenset([_code(source, self._operand())]))]

    def _comparison(self) -> list[Atom]:
        left = self._operand()
        kind, sign = self._next()
        if kind != "sign":
            raise Unsaid(f"{left.value!r} without a comparison")
        self.at += 1
        right = self._operand()
        if left.kind == "literal":
            left, right, sign = right, left, _TURNED[sign]
        if left.kind == "literal" or right.kind != "literal":
            raise Unsaid(f"a comparison of {left.value!r} with {right.value!r}")
        if left.kind == "count":
            source = self._source(left)
            if (sign, right.value) in ((">", "0"), (">=", "1"), ("!=", "0")):
                return [Atom(source, frozenset(source.codes.values()))]
            raise Unsaid(f"how many options of {source.item} are ticked")
        return [_compared(self._source(left), sign, right)]

    def _operand(self) -> _Operand:
        kind, text = self._next()
        self.at += 1
        if kind == "name":
            return _Operand("name", text[2:-1].strip())
        if (kind, text) == ("mark", "."):
            return _Operand("name", ".")
        if kind in ("text", "number"):
            return _Operand("literal", text)
        if (kind, text) == ("word", "count-selected"):
            return _Operand("count", self._bracketed(self._operand).value)
        raise Unsaid(f"{text or 'the end'!r}, which is not understood")

    def _source(self, operand: _Operand) -> Source:
        if operand.kind == "literal" or operand.value not in self.sources:
            raise Unsaid(f"{operand.value!r}, which is no question with options and no number")
        return self.sources[operand.value]


def _code(source: Source, operand: _Operand) -> str:
    if operand.kind != "literal" or operand.value not in source.codes:
        raise Unsaid(f"{operand.value!r}, which is no option of {source.item}")
    return source.codes[operand.value]


def _compared(source: Source, sign: str, operand: _Operand) -> Atom:
    if _is_closed(source):
        return Atom(source, frozenset(_chosen(source, sign, operand)))
    try:
        number = float(operand.value)
    except ValueError:
        number = inf
    if not isfinite(number):
        raise Unsaid(f"{source.item} compared with {operand.value!r}, no number")
    if sign == "=":
        return Atom(source, low=number, high=number)
    if sign == "!=":
        raise Unsaid(f"a number that {source.item} is not; a range has no gap")
    if source.kind == "integer":
        above = floor(number) + (1 if sign == ">" else number != floor(number))
        below = ceil(number) - (1 if sign == "<" else number != ceil(number))
        return Atom(source, low=above) if sign in (">", ">=") else Atom(source, high=below)
    if sign in ("<", ">"):
        raise Unsaid(f"{sign!r} of a number with decimals; a range holds both its ends")
    return Atom(source, high=number) if sign == "<=" else Atom(source, low=number)


def _chosen(source: Source, sign: str, operand: _Operand) -> Iterable[str]:
    """The codes of the options for which a comparison holds."""
    every = source.codes.values()
    if not operand.value and sign in ("=", "!="):  # with nothing: whether it is answered
        return every if sign == "!=" else ()
    if source.kind == "multi" and len(source.codes) > 1:
        raise Unsaid(f"{sign!r} of {source.item}, which has several answers; use selected()")
    if sign in _ORDERED:
        return _numbered(source, sign, operand)
    chosen = _code(source, operand)
    return [code for code in every if (code == chosen) == (sign == "=")]


def _numbered(source: Source, sign: str, operand: _Operand) -> list[str]:
    """Options whose names are numbers, compared as such: those of a scale."""
    try:
        numbers = {float(name): code for name, code in source.codes.items()}
        end = float(operand.value)
    except ValueError:
        raise Unsaid(f"the order of options of {source.item}; name each of them") from None
    return [code for number, code in numbers.items() if _ORDERED[sign](number, end)]


def _and(atoms: Sequence[Atom]) -> list[Atom]:
    """Conditions that hold together, those on one answer as one."""
    kept: list[Atom] = []
    for atom in atoms:
        same = next((k for k, other in enumerate(kept) if other.source == atom.source), None)
        if same is None or atom.source.kind == "multi":
            kept.append(atom)
            continue
        one = kept[same]
        kept[same] = replace(
            one,
            codes=one.codes & atom.codes,
            low=max(one.low, atom.low),
            high=min(one.high, atom.high),
        )
    return kept


def _or(left: list[Atom], right: list[Atom]) -> list[Atom]:
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


def _not(atoms: list[Atom]) -> list[Atom]:
    if len(atoms) != 1:
        raise Unsaid("the opposite of several conditions together")
    (atom,) = atoms
    if atom.source.kind == "multi" and not atom.codes <= atom.source.exclusive:
        raise Unsaid(f"that an option of {atom.source.item} is not ticked")
    if _is_closed(atom.source):
        return [replace(atom, codes=frozenset(atom.source.codes.values()) - atom.codes)]
    if atom.source.kind == "integer" and inf in (-atom.low, atom.high):
        if atom.high < inf:
            return [replace(atom, low=atom.high + 1, high=inf)]
        return [replace(atom, low=-inf, high=atom.low - 1)]
    raise Unsaid(f"the opposite of a range of {atom.source.item}")


_NAMED = r"selected\(\.,(?P<q>['\"])(?P<name>[^'\"]+)(?P=q)\)"
_ALONE, _WITH = r"count-selected\(\.\)(=1|<=1|<2)", r"count-selected\(\.\)(>1|>=2)"
_EXCLUSIVE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"not\({_NAMED}and{_WITH}\)",
        rf"not\({_WITH}and{_NAMED}\)",
        rf"({_ALONE}ornot\({_NAMED}\))",
        rf"(not\({_NAMED}\)or{_ALONE})",
    )
)


def exclusive_options(constraint: str) -> set[str]:
    """The names of options that a constraint lets nobody tick beside another.

    Read are the usual ways to write it, several joined by `and`. Raises Unsaid for anything else.
    """
    text = re.sub(r"\s+", "", constraint)
    if len(text) > LONGEST:
        raise Unsaid("an expression that is too long to be read")
    found: set[str] = set()
    while text:
        match = next((m for m in (p.match(text) for p in _EXCLUSIVE) if m), None)
        if match is None and text.startswith("(") and text.endswith(")"):
            text = text[1:-1]
            continue
        if match is None:
            raise Unsaid(f"{text[:40]!r} as a constraint on ticked options")
        found.add(match["name"])
        text = text[match.end() :]
        if text:
            if not text.startswith("and"):
                raise Unsaid(f"{text[:40]!r} as a constraint on ticked options")
            text = text[3:]
    return found


def written(atoms: Sequence[Atom]) -> str:
    """The expression that holds where all of these conditions do; codes by their names."""
    return " and ".join(_one(atom) for atom in atoms)


def _one(atom: Atom) -> str:
    name = "." if atom.source.item == "." else f"${{{atom.source.item}}}"
    if not _is_closed(atom.source):
        ends = ((">=", atom.low), ("<=", atom.high))
        return " and ".join(f"{name} {sign} {end:.12g}" for sign, end in ends if abs(end) < inf)
    names = [option for option, code in atom.source.codes.items() if code in atom.codes]
    if atom.source.kind == "multi":
        tests = [f"selected({name}, '{option}')" for option in names]
    else:
        tests = [f"{name} = '{option}'" for option in names]
    return tests[0] if len(tests) == 1 else f"({' or '.join(tests)})"


def written_exclusive(names: Sequence[str]) -> str:
    """The constraint that lets nobody tick one of these options beside another."""
    return " and ".join(f"not(selected(., '{name}') and count-selected(.) > 1)" for name in names)
