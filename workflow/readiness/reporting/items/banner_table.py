"""A banner table on a page: shares with their letters and intervals, signs, bases."""

from __future__ import annotations

from collections.abc import Iterator

from readiness.facts import Fact
from readiness.language import text
from readiness.register.signs import Sign, sign
from readiness.reporting.banners.model import Banner, Column, Line, Material, adds_up, signs_of
from readiness.reporting.markdown import EMPTY, letters, plain, small, table, under
from readiness.reporting.workbooks.wave import lettering

SIGN = "§"
"""Where the sign stands in the sentence that explains it: Markdown, which no catalogue holds."""
MARKS = {"main": "main", "net": "total", "answer": "", "outside": "base", "base": "base"}
"""How a row of each kind looks (`markdown.table`)."""


def banner_table(
    material: Material, own: Banner, name: str, caption: str, *, intervals: str = "all"
) -> str:
    """The table as Markdown.

    intervals: under the shares of `all` rows or of the headline (`main`), where the selection gives
    any.
    """
    page = _Page(material, intervals)
    header = [text("tables.head.answer", material.language), *map(page.head, own.columns)]
    rows = [[plain(line.label), *page.cells(line)] for line in own.lines]
    marks = [MARKS[line.kind] for line in own.lines]
    return table(header, rows, name, caption, kind="banner", marks=marks)


def notes(material: Material, own: Banner) -> str:
    """What must be known to read the table, as one small paragraph; "" where nothing must."""
    said = [*_notes(material, own)]
    return small(" ".join(said)) if said else ""


def _notes(material: Material, own: Banner) -> Iterator[str]:
    for line in lettering(material, own):
        yield plain(line)
    if own.item.dont_know:
        label = own.item.dont_know.label(material.language)
        yield material.register.told(Fact("tables.note.outside", {"label": label}))
    if not adds_up(material.register, own):
        yield text("tables.note.rounding", material.language)
    signs = [(mark_of(one), one.words(material.language))
             for one in signs_of(material.register, own)]  # fmt: skip
    for mark, words in signs:
        yield material.register.told(
            Fact("tables.note.sign", {"sign": SIGN, "words": words})
        ).replace(SIGN, mark)


def mark_of(one: Sign) -> str:
    """A sign as Markdown."""
    return f"(…)^{one.value}^" if one.withheld else one.mark


class _Page:
    def __init__(self, material: Material, intervals: str) -> None:
        self.material, self.register = material, material.register
        self.intervals = intervals if material.selection.intervals else ""

    def head(self, column: Column) -> str:
        said = plain(column.label)
        if column.apart:
            said = self.register.told(Fact("report.apart", {"group": column.label}))
        return f"{said} {letters(column.letter)}" if column.letter else said

    def cells(self, line: Line) -> Iterator[str]:
        marks = line.letters or ("",) * len(line.ids)
        for identity, mark in zip(line.ids, marks, strict=True):
            yield self._cell(identity, mark, line.kind)

    def _cell(self, identity: str, mark: str, kind: str) -> str:
        if not identity:
            return EMPTY
        found = sign(self.register.row(identity))
        said = self.register.span(identity)
        if found.withheld:
            return f"{said}^{found.value}^"
        said += found.mark
        if mark:
            said += f" {letters(mark)}"
        return said + self._interval(identity, kind)

    def _interval(self, identity: str, kind: str) -> str:
        wanted = kind not in ("base", "outside") and self.intervals in ("all", kind)
        if not wanted or not self.register.has(f"{identity}.lower"):
            return ""
        ends = {end: self.register.named(f"{identity}.{end}") for end in ("lower", "upper")}
        return " " + under(self.register.told(Fact("language.interval", ends)))
