"""What became of a plan: in what a wave was told otherwise, and which numbers that touches.

A plan is a tree of plain values, as is what the wave was told at last. Where they differ is a
deviation: what it is of, what it was and is, the numbers that it can move, and the amendment that
gives a reason. A number that no deviation touches is as planned; one that only a deviation makes
came later; the others were changed since. Nothing is judged here: everything is told.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from readiness.provenance.digests import canonical_json
from readiness.questionnaire import TOTAL

# The order of a mapping's names, where they have one.
ORDER = "(order)"
Tree = Mapping[str, Any]
Place = tuple[str, ...]


@dataclass(frozen=True)
class Deviation:
    """One thing in which a wave was not told what was planned.

    `key` names it by its place in the tree; `was` and `now` are None where it was not there.
    `amendment`: the number of the plan that says it, 0 for none. It touches the numbers of the
    `kinds` and `items` that are named, all where none is, and none of those `spared`; `groups`: of
    single groups alone. `is_new`: it makes numbers that were not planned.
    """

    key: str
    was: Any
    now: Any
    amendment: int = 0
    kinds: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    groups: bool = False
    is_new: bool = False

    @property
    def area(self) -> str:
        """The part of a plan that it is of."""
        return AREAS.get(self.key.partition(".")[0], "rest")

    def touches(self, row: Mapping[Any, Any]) -> bool:
        """Whether a row of the register is one of the numbers that it can move."""
        kind, group = str(row["kind"]), str(row["group"])
        spared = kind in self.spared or (self.kinds and kind not in self.kinds)
        if spared or (self.groups and group in ("", TOTAL)):
            return False
        return not self.items or bool(
            {*str(row["item"]).split(":"), *group.split(":")} & {*self.items}
        )


@dataclass(frozen=True)
class PlanEntry:
    """What is told of a plan or an amendment: its number from 1 on, the day and why it was sealed,
    and whether a version of the answers was registered before it.
    """

    number: int
    day: str
    reason: str
    is_late: bool


@dataclass(frozen=True)
class PlanOutcome:
    """What became of a plan: what was sealed, and each deviation from it."""

    entries: tuple[PlanEntry, ...]
    deviations: tuple[Deviation, ...]

    def as_record(self) -> dict[str, Any]:
        """The same as plain values; `of` gives it back."""
        return asdict(self)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "PlanOutcome":
        """The outcome that `as_record` wrote."""
        found = [Deviation(**one) for one in record["deviations"]]
        return cls(tuple(PlanEntry(**one) for one in record["entries"]), tuple(found))

    def touching(self, row: Mapping[Any, Any]) -> list[Deviation]:
        """The deviations that can move a number of the register."""
        return [one for one in self.deviations if one.touches(row)]

    def mark(self, row: Mapping[Any, Any]) -> Literal["planned", "changed", "later"]:
        """Whether a number is as planned, was changed since, or came later."""
        found = self.touching(row)
        if any(one.is_new for one in found):
            return "later"
        return "changed" if found else "planned"


# The keys of the tree that each part of a plan has.
PARTS = {
    "population": "selection simulated sample drawn margins frame study",
    "questionnaire": "questionnaire items asked derive",
    "answers": "answers validate corrections",
    "weights": "weight",
    "estimates": "estimate figures",
    "tests": "compare",
    "change": "change revises",
    "protection": "disclosure",
    "report": "report show title",
    "code": "code",
}
AREAS = {key: area for area, keys in PARTS.items() for key in keys.split()}
_NONE: dict[str, Any] = {"kinds": ("none",)}
# What a deviation can move, by the first pattern that fits its key; all numbers where none does.
# A group `item` names the question; `makes`: where it is added, its numbers are new ones.
SCOPES: tuple[tuple[str, dict[str, Any]], ...] = (
    (r"(title|study|show|report|questionnaire)(\..*)?", _NONE),
    (r"code\.(draw-wave|tables|render)", _NONE),
    (r"estimate\.items\.(?P<item>\w+)", {"makes": True}),
    (r"compare\.items\.(?P<item>\w+)", {"makes": True, "kinds": ("test",)}),
    (r"(derive|items)\.(?P<item>\w+)", {"makes": True}),
    (r"(derive|items)\.(?P<item>\w+)\..*", {}),
    (r"(derive|items|frame)\.\(order\)", _NONE),
    (r"estimate\.by", {"makes": True, "groups": True}),
    (r"asked\.(name|version|title.*)|files\.(asked|report)", _NONE),
    (r"estimate\.(level|interval)", {"kinds": ("interval", "test", "change", "scale", "setting")}),
    (r"(compare|code\.compare)(\..*)?", {"kinds": ("test", "setting")}),
    (r"firmness", {"makes": True, "kinds": ("firmness",)}),
    (r"change", {"makes": True, "kinds": ("change",)}),
    (r"change\..*", {"kinds": ("change",)}),
    (r"revises", {"makes": True, "kinds": ("revision",)}),
    (
        r"(weight|margins|code\.weight)(\..*)?",
        {"spared": ("quality", "missing", "response", "setting")},
    ),
)


def compare_plans(plans: Sequence[Tree], now: Tree) -> list[Deviation]:
    """In what a wave was told something else than was planned, by key.

    `plans`: the plan, then its amendments. An amendment that the wave follows gives its reason;
    what an amendment says and the wave does not follow is a deviation, too.
    """
    first, last = (
        {path: was for path, was, _ in _list_differences(plan, now)}
        for plan in (plans[0], plans[-1])
    )
    found = []
    for path, was in sorted({**last, **first}.items()):
        is_, amendment = _find_at(now, path), 0
        if path not in last:
            amendment = max(k for k, plan in enumerate(plans) if _find_at(plan, path) != is_) + 2
        found.append(_weigh(path, was, is_, amendment, now))
    keys = {one.key.partition(".")[0] for one in found}
    # What is told more finely is not told twice; a sample is drawn after the plan, or was before.
    told = {f"files.{name}": {name, *parts} & keys for name, parts in _IN_FILES.items()}
    told["code.derive"] = {"derive"} & keys
    told |= dict.fromkeys(("drawn.sha256", "drawn.note"), {"sample"} & keys)
    if "drawn" not in plans[0]:
        told |= {"drawn": {"drawn"}}
    return [one for one in found if not told.get(one.key)]


# The keys that tell what is in a file.
_IN_FILES = {"asked": ("items", "frame"), "margins": (), "report": (), "corrections": ()}


def _list_differences(was: Tree, now: Tree, path: Place = ()) -> Iterator[tuple[Place, Any, Any]]:
    """Each place in which two trees differ, and both values: None where one has none."""
    for name in sorted({*was, *now}):
        old, new, place = was.get(name), now.get(name), (*path, name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _list_differences(old, new, place)
        elif name == ORDER:
            # What was added or dropped is told as such.
            kept = [
                [one for one in side or () if one in (old or ()) and one in (new or ())]
                for side in (old, new)
            ]
            if kept[0] != kept[1]:
                yield place, old, new
        elif old != new:
            yield place, old, new


def _find_at(tree: Any, path: Place) -> Any:
    for name in path:
        tree = tree.get(name) if isinstance(tree, Mapping) else None
    return tree


def _weigh(path: Place, was: Any, now: Any, amendment: int, tree: Tree) -> Deviation:
    key = ".".join(path)
    scopes = ((re.fullmatch(pattern, key), scope) for pattern, scope in SCOPES)
    match, scope = next((pair for pair in scopes if pair[0]), (None, {}))
    more = {name: value for name, value in scope.items() if name != "makes"}
    is_new = bool(scope.get("makes")) and was is None
    if match and (item := match.groupdict().get("item")):
        more["items"] = _list_reach(item, tree)
        by = _find_at(tree, ("estimate", "by"))
        if not is_new and item in (
            [by] if isinstance(by, str) else [*(by or ()), *tree.get("margins", ())]
        ):
            more["items"] = ()  # its categories are groups, or what answers are weighted to
    return Deviation(key, was, now, amendment, is_new=is_new, **more)


def _list_reach(item: str, tree: Tree) -> tuple[str, ...]:
    """An item and what is derived of it, in the order in which that is declared."""
    reached, derived = [item], tree.get("derive")
    derived = derived if isinstance(derived, Mapping) else {}
    for name in derived.get(ORDER, ()):
        if {*re.findall(r"\w+", canonical_json(derived[name]))} & {*reached}:
            reached.append(name)
    return tuple(dict.fromkeys(reached))
