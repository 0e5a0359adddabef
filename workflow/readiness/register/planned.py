"""Compare a wave with its plan: the deviations, and the numbers that each of them can move.

A plan is a tree of plain values, and so are the settings that the wave was run with. A deviation
names the place where they differ, the values before and after, the numbers that it can move, and
the amendment that gives a reason. A number that no deviation touches is as planned; one that only a
deviation adds came later; the others were changed. Deviations are listed and not judged.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from readiness.provenance.digests import canonical_json
from readiness.questionnaire import TOTAL

# Key that holds the order of a mapping's names.
ORDER = "(order)"
Tree = Mapping[str, Any]
Place = tuple[str, ...]


@dataclass(frozen=True)
class Deviation:
    """A difference between a wave's setting and the sealed plan.

    `key`: its place in the tree. `was`, `now`: None where the setting did not exist. `amendment`:
    the number of the plan that states the change, 0 for none. The deviation touches rows of the
    register of the `kinds` and `items` that are named (all if empty) and of no kind in `spared`;
    with `groups` only rows of single groups. `is_new`: it adds numbers that were not planned.
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
        """Part of the plan with the setting."""
        return AREAS.get(self.key.partition(".")[0], "rest")

    def touches(self, row: Mapping[Any, Any]) -> bool:
        """Return whether the deviation can move a row of the register."""
        kind, group = str(row["kind"]), str(row["group"])
        is_spared = kind in self.spared or (self.kinds and kind not in self.kinds)
        if is_spared or (self.groups and group in ("", TOTAL)):
            return False
        return not self.items or bool(
            {*str(row["item"]).split(":"), *group.split(":")} & {*self.items}
        )


@dataclass(frozen=True)
class PlanEntry:
    """A sealed plan or amendment.

    `number`: from 1 on. `day`, `reason`: when and why it was sealed. `is_late`: whether a version
    of the answers was registered before it.
    """

    number: int
    day: str
    reason: str
    is_late: bool


@dataclass(frozen=True)
class PlanOutcome:
    """Sealed plan and amendments of a wave, with all deviations."""

    entries: tuple[PlanEntry, ...]
    deviations: tuple[Deviation, ...]

    def as_record(self) -> dict[str, Any]:
        """Return the outcome as plain values, which `of` reads."""
        return asdict(self)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "PlanOutcome":
        """Return the outcome that `as_record` wrote."""
        deviations = [Deviation(**entry) for entry in record["deviations"]]
        return cls(tuple(PlanEntry(**entry) for entry in record["entries"]), tuple(deviations))

    def touching(self, row: Mapping[Any, Any]) -> list[Deviation]:
        """Return the deviations that can move a number of the register."""
        return [deviation for deviation in self.deviations if deviation.touches(row)]

    def mark(self, row: Mapping[Any, Any]) -> Literal["planned", "changed", "later"]:
        """Return whether a number is as planned, was changed since, or came later."""
        deviations = self.touching(row)
        if any(deviation.is_new for deviation in deviations):
            return "later"
        return "changed" if deviations else "planned"


# Keys of the tree, by part of a plan.
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
# The numbers that a deviation can move, by the first pattern that matches its key; all numbers if
# none does. A match group `item` is the question; `makes`: an added setting adds new numbers.
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
    """Return the deviations of a wave from its plan, sorted by key.

    `plans`: the plan, then its amendments. An amendment that the wave follows gives the reason of a
    deviation; a setting of an amendment that the wave does not follow is a deviation too.
    """
    from_plan, from_latest = (
        {path: was for path, was, _ in _list_differences(plan, now)}
        for plan in (plans[0], plans[-1])
    )
    deviations = []
    for path, was in sorted({**from_latest, **from_plan}.items()):
        value_now = _find_at(now, path)
        amendment = 0
        if path not in from_latest:
            amendment = (
                max(
                    position
                    for position, plan in enumerate(plans)
                    if _find_at(plan, path) != value_now
                )
                + 2
            )
        deviations.append(_weigh(path, was, value_now, amendment, now))
    changed_keys = {deviation.key.partition(".")[0] for deviation in deviations}
    # A changed file is not listed beside its changed parts. A sample may be drawn after the plan.
    finer_keys = {
        f"files.{name}": {name, *part_keys} & changed_keys for name, part_keys in _IN_FILES.items()
    }
    finer_keys["code.derive"] = {"derive"} & changed_keys
    finer_keys |= dict.fromkeys(("drawn.sha256", "drawn.note"), {"sample"} & changed_keys)
    if "drawn" not in plans[0]:
        finer_keys |= {"drawn": {"drawn"}}
    return [deviation for deviation in deviations if not finer_keys.get(deviation.key)]


# Keys with the content of each file.
_IN_FILES = {"asked": ("items", "frame"), "margins": (), "report": (), "corrections": ()}


def _list_differences(was: Tree, now: Tree, path: Place = ()) -> Iterator[tuple[Place, Any, Any]]:
    """Yield each place in which two trees differ, with both values; None for a missing one."""
    for name in sorted({*was, *now}):
        old_value = was.get(name)
        new_value = now.get(name)
        place = (*path, name)
        if isinstance(old_value, Mapping) and isinstance(new_value, Mapping):
            yield from _list_differences(old_value, new_value, place)
        elif name == ORDER:
            # Compare the order of common entries only: other entries are listed separately.
            common_order = [
                [
                    entry
                    for entry in side or ()
                    if entry in (old_value or ()) and entry in (new_value or ())
                ]
                for side in (old_value, new_value)
            ]
            if common_order[0] != common_order[1]:
                yield place, old_value, new_value
        elif old_value != new_value:
            yield place, old_value, new_value


def _find_at(tree: Any, path: Place) -> Any:
    """Return the value at a place of a tree; None for a missing place."""
    for name in path:
        tree = tree.get(name) if isinstance(tree, Mapping) else None
    return tree


def _weigh(path: Place, was: Any, now: Any, amendment: int, tree: Tree) -> Deviation:
    """Return a deviation with the numbers that it can move."""
    key = ".".join(path)
    scopes = ((re.fullmatch(pattern, key), scope) for pattern, scope in SCOPES)
    match, scope = next((pair for pair in scopes if pair[0]), (None, {}))
    reach = {name: value for name, value in scope.items() if name != "makes"}
    is_new = bool(scope.get("makes")) and was is None
    if match and (item := match.groupdict().get("item")):
        reach["items"] = _list_reach(item, tree)
        by = _find_at(tree, ("estimate", "by"))
        if not is_new and item in (
            [by] if isinstance(by, str) else [*(by or ()), *tree.get("margins", ())]
        ):
            reach["items"] = ()  # its categories are groups, or what answers are weighted to
    return Deviation(key, was, now, amendment, is_new=is_new, **reach)


def _list_reach(item: str, tree: Tree) -> tuple[str, ...]:
    """Return an item and all items derived from the item, in declared order."""
    reached = [item]
    derived = tree.get("derive")
    derived = derived if isinstance(derived, Mapping) else {}
    for name in derived.get(ORDER, ()):
        if {*re.findall(r"\w+", canonical_json(derived[name]))} & {*reached}:
            reached.append(name)
    return tuple(dict.fromkeys(reached))
