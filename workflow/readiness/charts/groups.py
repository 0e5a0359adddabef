"""The rows of a chart by group: the total first, the groups as they are listed, groups apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from readiness.charts.marks import Row


@dataclass(frozen=True)
class Group:
    """A group and where it stands: `total`, or `apart`, outside weights and total."""

    code: str
    label: str
    total: bool = False
    apart: bool = False


@dataclass(frozen=True)
class Groups:
    """Code to label of the groups that add to the total and of those outside it; the total."""

    among: Mapping[str, str]
    total: tuple[str, str] | None = None
    apart: Mapping[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Group]:
        if self.total:
            yield Group(*self.total, total=True)
        yield from (Group(*each) for each in self.among.items())
        yield from (Group(*each, apart=True) for each in self.apart.items())


def in_sections(rows: Iterable[tuple[Group, Row]]) -> list[Row]:
    """The rows, of which the total's is emphasised and the first of each kind opens a section."""
    found: list[Row] = []
    before = None
    for group, row in rows:
        kind = (group.total, group.apart)
        found.append(replace(row, bold=group.total, section=before not in (None, kind)))
        before = kind
    return found
