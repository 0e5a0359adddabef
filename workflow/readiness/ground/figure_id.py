"""Ids of published numbers: write them from their parts, and parse them.

Registers, reports and readers name a number by its id (`use.yes.all.lower`). A `FigureId` is a
string, so that it can be a key of tables and sets, and has the parts as attributes, so that no
other module parses ids. Ids sort as strings; registers are sorted by id.

Spellings, by family (words in brackets are there or not):

| family | id |
|---|---|
| a question's own share | `ITEM.LEVEL.GROUP[.BASE][.VARIANT][.PART]` |
| a number of answers | `ITEM.n.GROUP[.BASE][.weighted]`, `ITEM.n_eff.GROUP[.BASE]` |
| a scale | `ITEM.alpha[.without.ITEM][.PART]` |
| a comparison | `ITEM.test.STATISTIC[.GROUP][.PART]`, `ITEM.contrast.A.B[.pointwise][.PART]` |
| the same number elsewhere | `revision.` or `change.` before the id of the share |
| respondents | `quality.STATISTIC.GROUP`, `response.STATISTIC[.GROUP]` |
| weights | `weighting.STATISTIC[.VARIABLE.CATEGORY[.VARIANT]]` |
| categories | `balance.VARIABLE.CATEGORY.VARIANT`, `missing.ITEM.LEVEL` |
| a variant of an analysis | `firmness.ITEM.FINDING[.CHOICES][.GROUP][.PART]` |
| a wave | `settings.STATISTIC`, `comparisons.STATISTIC`, `change.STATISTIC` |
| a study | `claim.CLAIM`, `verdict.VERDICT.STATISTIC` |

The prefix `RELEASE/` names the publication of the number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, Final, Self

from readiness.ground.errors import DataError

# Bases of a share: respondents with an answer; respondents with an answer or "don't know"; all
# respondents who were asked.
ANSWERED: Final = "answered"
WITH_DONT_KNOW: Final = "with_dont_know"
ASKED: Final = "asked"
BASES = (ANSWERED, WITH_DONT_KNOW, ASKED)

# Families of ids: kinds of numbers that do not belong to one question.
REVISION, CHANGE = "revision", "change"
QUALITY, RESPONSE, SETTINGS, COMPARISONS = "quality", "response", "settings", "comparisons"
WEIGHTING, BALANCE, MISSING, FIRMNESS = "weighting", "balance", "missing", "firmness"
CLAIM, VERDICT = "claim", "verdict"
FAMILIES = (
    *(REVISION, CHANGE, QUALITY, RESPONSE, SETTINGS, COMPARISONS),
    *(WEIGHTING, BALANCE, MISSING, FIRMNESS, CLAIM, VERDICT),
)
# Families of changes of a question's number since another release or wave.
MOVED = (REVISION, CHANGE)

# Statistics of a question other than shares and means.
SIZE, EFFECTIVE, ALPHA = "n", "n_eff", "alpha"
CONTRAST, ODDS_RATIO, TEST = "contrast", "odds_ratio", "test"
# Statistics written as they are in an id; the name of a test follows the word `test`.
_ALONE = (SIZE, EFFECTIVE, ALPHA, CONTRAST, ODDS_RATIO)
COMPARED = "compared"

# Paired tests of which of two shares of the same respondents is larger.
OF_FIRST, OF_ROWS = "first", "rows"

# Variants: one number, computed in another way.
WORST, SELECTION, OTHERS = "worst", "selection", "others"
POINTWISE, WEIGHTED, WITHOUT, RAKED = "pointwise", "weighted", "without", "raked"
BEFORE, TREND = "before", "trend"

# Parts: numbers that belong to another number, such as its confidence limits.
LOWER, UPPER, P = "lower", "upper", "p"
LIMITS = (LOWER, UPPER)
PARTS = (*LIMITS, P, "statistic", "correlation", "family", "shown", EFFECTIVE, SIZE)
# Parts of a finding: number of variants of the analysis in which the finding holds, number in which
# this is not published, number of all variants.
VARIANTS = "variants"
_PARTS_OF_FINDING = ("holds", "untold", VARIANTS)

# Kinds of register rows that are numbers of a question, even one named like a family.
_OF_QUESTIONS = ("estimate", "interval", "bound", "selection", "count", "effective", "scale")
_OF_SHARES = ("estimate", "interval", "bound", "selection")


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class FigureId(str):
    """The id of a published number.

    Args:
        family: one of `FAMILIES`; "" for a number of a question.
        item: the question, or the variable of a margin, or the claim, or the verdict.
        level: the answer, box or category.
        group: group of respondents; a comparison has two, separated by a dot.
        statistic: what was computed; "" for a share or mean.
        base: `ASKED` or `WITH_DONT_KNOW`; "" for those who answered.
        variant: another way of computing the number (`others.worst`); "" for the number itself.
        part: a number that belongs to the number (`lower`); "" for the number itself.
        release: the number's publication; "" for the register that is being read.

    Raises:
        DataError: a part is missing, unknown, or contains the separator of parts.
    """

    family: str = ""
    item: str = ""
    level: str = ""
    group: str = ""
    statistic: str = ""
    base: str = ""
    variant: str = ""
    part: str = ""
    release: str = ""

    def __new__(cls, **parts: str) -> Self:
        """Return the id made of these parts."""
        return super().__new__(cls, _spell(parts))

    def __reduce__(self) -> Any:
        """Pickle the id with its parts, for other processes."""
        return _restore, ({each.name: getattr(self, each.name) for each in fields(self)},)

    @classmethod
    def parse(cls, text: str, kind: str = "") -> "FigureId":
        """Parse an id.

        `kind`: kind of the register's row, if known. Without it, the id of a question that is named
        like a family is read as an id of the family. Raises DataError for a text that is not an id.
        """
        return text if isinstance(text, FigureId) else _parse(text, kind)

    def with_part(self, part: str) -> "FigureId":
        """Return the id of a part of this number, such as `lower`.

        A part (a p-value) has no parts: a register never has its id.
        """
        return replace(self, part=".".join(filter(None, (self.part, part))))

    def with_variant(self, variant: str, part: str = "") -> "FigureId":
        """Return the id of a variant of this number: `worst`, `others.worst`."""
        return replace(self, variant=variant, part=part)

    def since(self, family: str) -> "FigureId":
        """Return the id of the change of this number; `family`: `REVISION` or `CHANGE`."""
        return replace(self, family=family)

    def in_release(self, publication: str) -> "FigureId":
        """Return the id of the number in a publication: the id for tracing and citing."""
        return replace(self, release=publication)

    def without_part(self) -> "FigureId":
        """Return the id of the number that this part belongs to; the id itself if it is no part."""
        return replace(self, part="") if self.part else self

    def is_share(self) -> bool:
        """Return True for the id of a share or a mean, also of a variant or part of one."""
        return not self.statistic and self.family in ("", *MOVED)

    def share(self) -> "FigureId":
        """Return the id of the share or mean that this number describes: item, level, group and
        base, without variant, part and release.
        """
        return FigureId(item=self.item, level=self.level, group=self.group, base=self.base)


@lru_cache(maxsize=1 << 16)
def share_id(item: str, level: str, group: str, base: str) -> FigureId:
    """Return the id of a share or mean; only the base `ASKED` is written in it."""
    return FigureId(item=item, level=level, group=group, base=base if base == ASKED else "")


@lru_cache(maxsize=1 << 16)
def base_id(item: str, group: str, base: str) -> FigureId:
    """Return the id of the number of respondents (n) on a base."""
    return FigureId(item=item, statistic=SIZE, group=group, base=_name_base(base))


@lru_cache(maxsize=1 << 16)
def effective_id(item: str, group: str, base: str) -> FigureId:
    """Return the id of the effective sample size of all answers on a base."""
    return FigureId(item=item, statistic=EFFECTIVE, group=group, base=_name_base(base))


@lru_cache(maxsize=1 << 16)
def weighted_id(item: str, group: str) -> FigureId:
    """Return the id of the sum of weights of the respondents with an answer."""
    return base_id(item, group, ANSWERED).with_variant(WEIGHTED)


@lru_cache(maxsize=1 << 16)
def comparison_id(item: str, test: str, *groups: str) -> FigureId:
    """Return the id of a comparison: a test, or an effect of two groups; `P` is one of its parts.

    `groups`: the two that are compared, or the option of a multiple-response question.
    """
    return FigureId(item=item, statistic=test, group=join_groups(*groups))


def first_id(item: str) -> FigureId:
    """Return the id of the test that the most frequent answer is more frequent than any other."""
    return comparison_id(item, OF_FIRST).with_part(P)


def rows_id(grid: str) -> FigureId:
    """Return the id of the test that a grid's largest headline share exceeds its smallest."""
    return comparison_id(grid, OF_ROWS).with_part(P)


def quality_id(statistic: str, group: str) -> FigureId:
    """Return the id of a number of people or faults: `received`, `invited`, `issues`."""
    return FigureId(family=QUALITY, statistic=statistic, group=group)


def response_id(statistic: str, group: str = "") -> FigureId:
    """Return the id of an outcome rate, or of a count from which rates are computed."""
    return FigureId(family=RESPONSE, statistic=statistic, group=group)


def setting_id(statistic: str) -> FigureId:
    """Return the id of a choice of the analyst: `level`, `reliable_base`."""
    return FigureId(family=SETTINGS, statistic=statistic)


def weighting_id(
    statistic: str, variable: str = "", category: str = "", variant: str = ""
) -> FigureId:
    """Return the id of a number about the weights, or about a category of a margin."""
    return FigureId(
        family=WEIGHTING, statistic=statistic, item=variable, level=category, variant=variant
    )


def balance_id(variable: str, category: str, stage: str) -> FigureId:
    """Return the id of the share of a category of the frame: `before`, `after`, `population`."""
    return FigureId(family=BALANCE, item=variable, level=category, variant=stage)


def missing_id(item: str, status: str) -> FigureId:
    """Return the id of the share of respondents with one outcome of a question: `status`."""
    return FigureId(family=MISSING, item=item, level=status)


def family_id(family: str, statistic: str) -> FigureId:
    """Return the id of a number of a whole wave, of `COMPARISONS` or `CHANGE`: `tested`."""
    return FigureId(family=family, statistic=statistic)


def comparison_reason_id(item: str) -> FigureId:
    """Return the id of the row with the reason why a question is or is not compared over time."""
    return FigureId(family=CHANGE, item=item, statistic=COMPARED)


def claim_id(claim: str) -> FigureId:
    """Return the id of a figure that somebody printed."""
    return FigureId(family=CLAIM, item=claim)


def verdict_id(verdict: str, name: str) -> FigureId:
    """Return the id of a number that a verdict states, by its name in the sentence."""
    return FigureId(family=VERDICT, item=verdict, statistic=name)


def finding_id(item: str, finding: str, *, choices: str = "", group: str = "") -> FigureId:
    """Return the id of a finding in variants of its analysis.

    `choices`: those of one variant, with hyphens between.
    """
    return FigureId(family=FIRMNESS, item=item, statistic=finding, variant=choices, group=group)


def _name_base(base: str) -> str:
    return "" if base == ANSWERED else base


def _restore(parts: dict[str, str]) -> FigureId:
    return FigureId(**parts)


def join_groups(*groups: str) -> str:
    """Return the entry `group` of a comparison's id; `split_groups` parses it."""
    return ".".join(filter(None, groups))


def split_groups(group: str) -> tuple[str, ...]:
    """Return the two groups of a comparison; a single group for any other number."""
    return tuple(group.split("."))


def list_beginnings(text: str) -> list[str]:
    """Return an id and each of its beginnings that ends before a dot, the longest first."""
    words = text.split(".")
    return [".".join(words[:length]) for length in range(len(words), 0, -1)]


def is_below(text: str, beginning: str) -> bool:
    """Return True if an id begins with `beginning` and a dot."""
    return text.startswith(f"{beginning}.")


# Parts in the ids of a family, in order; optional parts are in brackets.
_SHAPES: dict[str, tuple[str, ...]] = {
    QUALITY: ("statistic", "group"),
    RESPONSE: ("statistic", "[group]"),
    SETTINGS: ("statistic",),
    COMPARISONS: ("statistic",),
    BALANCE: ("item", "level", "variant"),
    MISSING: ("item", "level"),
    CLAIM: ("item",),
    VERDICT: ("item", "statistic"),
    FIRMNESS: ("item", "statistic", "[variant]", "[group]", "[part]"),
}
_WEIGHTS = (("statistic",), ("statistic", "item", "level", "[variant]"))
_SHARE = ("item", "level", "group", "[base]", "[variant]", "[part]")
_STATISTIC = ("item", "statistic", "[group]", "[base]", "[variant]", "[part]")
# Parts in the ids of changes that are no changes of shares: of a whole wave, and of a question.
_OF_CHANGES = (("statistic",), ("item", "statistic"))


def _find_shape(parts: dict[str, str]) -> tuple[str, ...]:
    """Return the names of the parts in an id, in order; optional parts are in brackets."""
    family = parts.get("family", "")
    if family in _SHAPES:
        return _SHAPES[family]
    if family == WEIGHTING:
        return _WEIGHTS[1 if parts.get("item") else 0]
    if family in MOVED and parts.get("statistic"):
        return _OF_CHANGES[1 if parts.get("item") else 0]
    return _STATISTIC if parts.get("statistic") else _SHARE


def _spell(parts: dict[str, str]) -> str:
    """Return the text of an id. Raises DataError: a part is missing, unknown or out of place."""
    family, release = parts.get("family", ""), parts.get("release", "")
    if family and family not in FAMILIES:
        raise DataError(f"figure id: unknown family {family!r}; expected {', '.join(FAMILIES)}.")
    words = [family] if family else []
    rest = {name for name, text in parts.items() if text} - {"family", "release"}
    # Always accept `[part]`: `with_part` adds a part (`lower`, `p`) to any id, even to the id of a
    # number that never has an interval or a p-value.
    for place in dict.fromkeys((*_find_shape(parts), "[part]")):
        name = place.strip("[]")
        text = parts.get(name, "")
        rest.discard(name)
        if not text:
            if name == place:
                raise DataError(f"figure id: no {name} in {_describe(parts)}.")
            continue
        if name == "statistic" and not family and text not in _ALONE:
            words.append(TEST)
        words.append(text)
    if rest:
        raise DataError(f"figure id: {min(rest)} does not fit in {_describe(parts)}.")
    text = ".".join(words)
    if "" in text.split("."):
        raise DataError(f"figure id {text!r} has an empty part; expected words separated by dots.")
    return f"{release}/{text}" if release else text


def _describe(parts: dict[str, str]) -> str:
    return ", ".join(f"{name} {text!r}" for name, text in parts.items() if text) or "no parts"


@lru_cache(maxsize=1 << 16)
def _parse(text: str, kind: str) -> FigureId:
    release, slash, own = text.partition("/")
    # The name of a group may contain a slash; the name of a publication contains no dot.
    if not (slash and release) or "." in release:
        release, own = "", text
    words = own.split(".")
    of_question = kind in _OF_QUESTIONS or words[0] not in FAMILIES
    family = "" if of_question else words[0]
    if family == COMPARISONS and len(words) != 2:
        family = ""
    found = _read_words(family, words[1:] if family else words, kind) if all(words) else None
    if found is None:
        raise DataError(f"figure id {text!r}: expected ITEM.LEVEL.GROUP, as use.yes.all.")
    made = FigureId(family=family, release=release, **found)
    assert made == text
    return made


def _read_words(family: str, words: Sequence[str], kind: str) -> dict[str, str] | None:
    """Return the parts of an id from its words; None for words that are not an id."""
    if family in ("", *MOVED):
        if family and len(words) == 1:
            return {"statistic": words[0]}
        if family and len(words) == 2 and words[1] == COMPARED:
            return {"item": words[0], "statistic": words[1]}
        # Only shares have changes, so a word that is also the name of a statistic is an answer.
        return _read_question(words, "estimate" if family else kind)
    if family == CLAIM:
        return {"item": ".".join(words)}
    if family == VERDICT:
        return {"item": ".".join(words[:-1]), "statistic": words[-1]}
    if family == FIRMNESS:
        return _read_finding(words)
    if family in (QUALITY, RESPONSE):
        return {"statistic": words[0], "group": ".".join(words[1:])} if words else None
    shape = _WEIGHTS[len(words) > 1] if family == WEIGHTING else _SHAPES[family]
    names = [name.strip("[]") for name in shape]
    return dict(zip(names, words, strict=False)) if len(words) <= len(names) else None


def _read_question(words: Sequence[str], kind: str) -> dict[str, str] | None:
    if len(words) < 2:
        return None
    item, second, *rest = words
    if kind not in _OF_SHARES:
        if second == TEST and rest:
            return {"item": item, "statistic": rest[0], **_read_tail(rest[1:])}
        if second in (CONTRAST, ODDS_RATIO, ALPHA):
            return {"item": item, "statistic": second, **_read_tail(rest)}
        if second in (SIZE, EFFECTIVE) and rest:
            tail = _read_tail(rest[1:], grouped=False)
            return {"item": item, "statistic": second, "group": rest[0], **tail}
    if not rest:
        return None
    tail = _read_tail(rest[1:], grouped=False)
    return {"item": item, "level": second, "group": rest[0], **tail}


def _read_tail(words: Sequence[str], *, grouped: bool = True) -> dict[str, str]:
    """Return group, base, variant and part from the words after a statistic or a group."""
    found, rest = dict[str, str](), list(words)
    if rest and rest[-1] in PARTS and (rest[0] != WITHOUT or len(rest) > 2):
        found["part"] = rest.pop()
    if not grouped and rest and rest[0] in BASES:
        found["base"] = rest.pop(0)
    if grouped and rest and rest[0] != WITHOUT:
        end = -1 if rest[-1] == POINTWISE else len(rest)
        found["group"], rest = ".".join(rest[:end]), rest[end:] if end < 0 else []
    return found | ({"variant": ".".join(rest)} if rest else {})


def _read_finding(words: Sequence[str]) -> dict[str, str] | None:
    if not 2 <= len(words) <= 4:
        return None
    found = {"item": words[0], "statistic": words[1]}
    match words[2:]:
        case [part] if part in _PARTS_OF_FINDING:
            found["part"] = part
        case [variant]:
            found["variant"] = variant
        case [variant, group]:
            found |= {"variant": variant, "group": group}
    return found
