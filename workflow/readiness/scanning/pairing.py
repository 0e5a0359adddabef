"""Pair each printed share of a document with the number of people that it is a share of.

A base beside a figure or in its sentence is read; one from an earlier sentence is carried, and says
so. A table gives the base of a row or of a column. Where a sentence speaks of a group whose number
it does not state, no base is carried to it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from readiness.forensics.arithmetic.figures import parse_figure
from readiness.ground.errors import DataError
from readiness.scanning.bounds import bound_time
from readiness.scanning.documents import Block, iterate_sentences
from readiness.scanning.grammar import (
    WHOLE_NUMBER,
    FoundBase,
    FoundFigure,
    find_bases,
    find_figures,
    find_language,
    find_weighting,
    find_words,
    is_base_head,
    is_of_part,
    is_total,
    read_whole,
    to_plain,
)

MOST_WORDS = 12
# Most figures of a document: a draft of more is read by nobody.
MOST_FIGURES = 20_000
# A base in brackets stands at most so many characters after its figure.
BESIDE = 40
# Longest paragraph before a table that is its title.
LONGEST_TITLE = 200
_NUMBER_CELL = re.compile(r"(\d{1,3}(?:[.,]\d{1,4})?)\s?%?|%\s?(\d{1,3}(?:[.,]\d{1,4})?)")
_COUNT_CELL = re.compile(WHOLE_NUMBER)


@dataclass(frozen=True)
class ScannedFigure:
    """A figure that a program read, and how it was paired.

    `start`, `end`: its place in the block's text (in the cell's, in a table). `paired`: `beside`,
    `sentence`, `table`, `summed` (counts of a table), `carried`, or "" without a base.
    `apart`: why it is no share, "" for a share.
    """

    block: int
    start: int
    end: int
    value: str
    words: str
    place: str
    question: str
    base: int | None = None
    paired: str = ""
    count: int | None = None
    apart: str = ""


@dataclass(frozen=True)
class FoundNumber:
    """A number of a text, a share or a number of people, with the sentence around it."""

    place: str
    words: str
    asked: tuple[str, str]
    is_share: bool


@dataclass(frozen=True)
class Scan:
    """What a program read in a document: its blocks, language, figures, and if it is weighted."""

    blocks: tuple[Block, ...]
    language: str
    figures: tuple[ScannedFigure, ...]
    weighted: str
    bases: tuple[tuple[int, str], ...]


def scan(blocks: Sequence[Block]) -> Scan:
    """Return the figures of a document, each with its words, place and base.

    Raises DataError for a document with more than `MOST_FIGURES`, or one that takes too long.
    """
    with bound_time():
        return _scan(blocks)


def _scan(blocks: Sequence[Block]) -> Scan:
    language = find_language(" ".join(block.text for block in blocks[:400]))
    reader = _Reader(language)
    weightings = []
    for is_table, group in groupby(enumerate(blocks), key=lambda pair: pair[1].table):
        rows = list(group)
        weightings += [
            weighting for _, block in rows if (weighting := find_weighting(block.text, language))
        ]
        if is_table:
            reader.read_table(rows)
        else:
            for number, block in rows:
                reader.read_paragraph(number, block)
        if len(reader.figures) > MOST_FIGURES:
            raise DataError(f"more than {MOST_FIGURES} figures in one document. Scan a part of it.")
    # A document that says both is of two minds: a person decides.
    weighted = weightings[0] if len(set(weightings)) == 1 else "unknown"
    figures = tuple(reader.figures)
    return Scan(tuple(blocks), language, figures, weighted, tuple(reader.stated))


def list_numbers(found: Scan) -> list[FoundNumber]:
    """Return the shares and then the numbers of people of a document, in their order."""
    shares = [
        FoundNumber(figure.place, figure.words, (figure.value, _find_sentence(found, figure)), True)
        for figure in found.figures
        if not figure.apart
    ]
    people = [
        FoundNumber(place, str(number), (str(number), ""), False)
        for number, place in dict.fromkeys(found.bases)
    ]
    return [*shares, *people]


def _find_sentence(found: Scan, figure: ScannedFigure) -> str:
    block = found.blocks[figure.block]
    if block.cells:
        return f"{figure.question} {figure.words}"
    sentences = list(iterate_sentences(to_plain(block.text)))
    start, end = next((s, e) for s, e in sentences if s <= figure.start < e)
    return block.text[start:end]


class _Reader:
    """Figures of a document while it is read, with the base that later figures may be shares of."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.figures: list[ScannedFigure] = []
        self.stated: list[tuple[int, str]] = []
        self._whole: int | None = None
        self._title = ""

    def read_paragraph(self, number: int, block: Block) -> None:
        """Add the figures of a paragraph."""
        plain = to_plain(block.text)
        earlier: int | None = None
        for start, end in iterate_sentences(plain):
            sentence = plain[start:end]
            bases = find_bases(sentence, self.language)
            self.stated += [(base.number, block.place) for base in bases]
            figures = find_figures(sentence, self.language)
            general = [b for b in bases if not _is_beside(sentence, b, figures)]
            for figure in figures:
                base, paired, count = self._pair(sentence, figure, figures, bases, earlier)
                self._add(
                    *(number, block, start, figure, block.text[start:end].strip()),
                    *(base, paired, count),
                )
            for words_start, words_end in find_words(sentence, self.language):
                if not any(f.start - BESIDE < words_start < f.end for f in figures):
                    words = FoundFigure(
                        words_start, words_end, sentence[words_start:words_end], "in words"
                    )
                    self._add(number, block, start, words, block.text[start:end].strip())
            if general and not is_of_part(sentence, self.language):
                # The largest number of a sentence is the whole; the others are its groups.
                earlier = max(base.number for base in general)
                if self._whole is None:
                    self._whole = earlier
        is_title = len(block.text) <= LONGEST_TITLE and not find_figures(plain, self.language)
        self._title = block.text if is_title else ""

    def _pair(
        self,
        sentence: str,
        figure: FoundFigure,
        figures: Sequence[FoundFigure],
        bases: Sequence[FoundBase],
        earlier: int | None,
    ) -> tuple[int | None, str, int | None]:
        """Return the base of a figure in a sentence, how it was paired, and the printed count."""
        if figure.apart:
            return None, "", None
        for base in bases:
            until = sentence[figure.end : base.start]
            if 0 <= base.start - figure.end <= BESIDE and not re.search(r"\d|[;]", until):
                if base.kind == "part" or (base.kind == "sign" and "(" in until):
                    return base.number, "beside", base.count
                if base.kind == "sign" and re.search(r"[,(\[]", until):
                    return base.number, "beside", None
        parts = [b for b in bases if b.kind == "part"]
        for base in parts:
            between = sentence[base.end : figure.start]
            if base.end <= figure.start and len(between) <= BESIDE and "(" in between:
                return base.number, "beside", base.count
        # Bases in brackets belong to the figures before them.
        usable = [b for b in bases if not _is_beside(sentence, b, figures)]
        if parts and len(parts) < len(usable):
            usable = [b for b in usable if b.kind != "part"]
        following = min((f.start for f in figures if f.start > figure.start), default=len(sentence))
        tail = sentence[figure.end : min(following, figure.end + BESIDE)]
        if is_of_part(tail, self.language) and not find_bases(tail, self.language):
            return None, "", None
        if usable:
            before = [b for b in usable if b.end <= figure.start]
            chosen = before[-1] if before else usable[0]
            # A base after the next figure is that figure's.
            later = [f for f in figures if figure.end <= f.start < chosen.start and not f.apart]
            if before or not later:
                return chosen.number, "sentence", chosen.count
        if is_of_part(sentence, self.language):
            return None, "", None
        if carried := earlier or self._whole:
            return carried, "carried", None
        return None, "", None

    def _add(
        self,
        number: int,
        block: Block,
        offset: int,
        figure: FoundFigure,
        question: str,
        base: int | None = None,
        paired: str = "",
        count: int | None = None,
    ) -> None:
        start, end = offset + figure.start, offset + figure.end
        words = cut_words(block.text, start)
        self.figures.append(
            ScannedFigure(
                *(number, start, end, figure.value, words, block.place),
                *(" ".join(question.split()[:MOST_WORDS]), base, paired, count, figure.apart),
            )
        )

    def read_table(self, rows: Sequence[tuple[int, Block]]) -> None:
        """Add the figures of a table, by rows and columns."""
        table = _Table([block for _, block in rows], self._title, self.language)
        for row, column, value, base, paired in table.list_figures():
            number, block = rows[row]
            base, paired = (base, paired) if base else (self._whole, "carried")
            offset = sum(len(cell) + 3 for cell in block.cells[:column])
            plain = to_plain(block.cells[column])
            at = re.search(r"\d+(?:[.,]\d+)?", plain)
            start, end = at.span() if at else (0, len(plain))
            question, label = table.name(row, column)
            self.figures.append(
                ScannedFigure(
                    *(number, offset + start, offset + end, value, label, block.place),
                    *(question, base, paired if base else ""),
                )
            )
        self._title = ""


def _is_beside(sentence: str, base: FoundBase, figures: Sequence[FoundFigure]) -> bool:
    """Return whether a base stands in brackets after a figure, which it then is the base of."""
    if base.kind != "sign":
        return False
    before = [f for f in figures if 0 <= base.start - f.end <= BESIDE and not f.apart]
    return any("(" in sentence[f.end : base.start] for f in before)


def cut_words(text: str, start: int) -> str:
    """Return at most `MOST_WORDS` words of a text around a place."""
    before = [*re.finditer(r"\S+", text[:start])][-MOST_WORDS // 2 :]
    first = start
    for match in reversed(before):
        # A sentence's end cuts the words.
        if match[0][-1] in ".!?\u061f" and match.end() < start:
            break
        first = match.start()
    return " ".join(text[first:].split()[:MOST_WORDS])


class _Table:
    """A table: its head, its labels, and where the numbers of people stand."""

    def __init__(self, blocks: Sequence[Block], title: str, language: str) -> None:
        self.cells = [block.cells for block in blocks]
        self.plain = [[to_plain(cell) for cell in block.cells] for block in blocks]
        self.title, self.language = title, language
        width = max(map(len, self.plain), default=0)
        self.head = [self._column_head(column) for column in range(width)]
        heads = [column for column, cell in enumerate(self.head) if is_base_head(cell, language)]
        self.base_column = next((c for c in heads if self._has_counts(c)), None)
        self.base_row = next(
            (
                row
                for row, cells in enumerate(self.plain)
                if row
                and is_base_head(cells[0], language)
                and any(map(_COUNT_CELL.fullmatch, cells[1:]))
            ),
            None,
        )
        everything = " ".join([title, *self.head, *(c for row in self.plain for c in row)])
        self.is_percent = "%" in everything

    def _column_head(self, column: int) -> str:
        first = self.plain[0]
        return first[column] if column < len(first) else ""

    def _has_counts(self, column: int) -> bool:
        cells = [row[column] for row in self.plain[1:] if column < len(row) and row[column]]
        return bool(cells) and all(map(_COUNT_CELL.fullmatch, cells))

    def list_figures(self) -> Iterator[tuple[int, int, str, int | None, str]]:
        """Yield row, column, value, base and how it was paired, of each share in the table."""
        if not self.is_percent:
            return
        shares = {
            (row, column): value
            for row, cells in enumerate(self.plain)
            for column, cell in enumerate(cells)
            if row and column and (value := self._read_share(row, column, cell))
        }
        columns = {column for _, column in shares}
        counted = self._sum_counts(shares, columns)
        for (row, column), value in shares.items():
            if is_total(self.plain[row][0], self.language) and value in ("100", "100.0", "100.00"):
                continue
            base, paired = self._find_base(row, column)
            if counted and row != self.base_row:
                base, paired = counted
            yield row, column, value, base, paired

    def _read_share(self, row: int, column: int, cell: str) -> str:
        if column == self.base_column or row == self.base_row:
            return ""
        match = _NUMBER_CELL.fullmatch(cell)
        if not match:
            return ""
        signed = "%" in cell or "%" in self._column_head(column)
        others = [c for c in self.plain[row][1:] if "%" in c] or [h for h in self.head if "%" in h]
        if not signed and others:
            return ""
        value = (match[1] or match[2]).replace(",", ".")
        try:
            parse_figure(value)
        except DataError:
            return ""
        return value

    def _sum_counts(
        self, shares: dict[tuple[int, int], str], columns: set[int]
    ) -> tuple[int, str] | None:
        """Return the base where a column holds the count of each answer, None where it does not.

        Then the shares of the only other column add to 100, and the counts are summed.
        """
        if self.base_column is None or len(columns) != 1:
            return None
        answers = [r for r, _ in shares if not is_total(self.plain[r][0], self.language)]
        [column] = columns
        total = sum(float(shares[row, column]) for row in answers)
        if len(answers) < 2 or not 98 <= total <= 102:
            return None
        counts = [self._count(row, self.base_column) for row in answers]
        wholes = [
            self._count(row, self.base_column)
            for row in range(1, len(self.plain))
            if is_total(self.plain[row][0], self.language)
        ]
        stated = next((whole for whole in wholes if whole), None)
        if stated:
            return stated, "table"
        known = [count for count in counts if count is not None]
        # The same number in each row is a base, and no count.
        if len(known) < len(answers) or len(set(known)) == 1:
            return None
        return sum(known), "summed"

    def _count(self, row: int, column: int) -> int | None:
        cells = self.plain[row]
        if column >= len(cells) or not _COUNT_CELL.fullmatch(cells[column]):
            return None
        return read_whole(cells[column])

    def _find_base(self, row: int, column: int) -> tuple[int | None, str]:
        for cell in (self.plain[row][0], self._column_head(column)):
            if bases := find_bases(cell, self.language):
                return bases[-1].number, "table"
        if self.base_row is not None and (base := self._count(self.base_row, column)):
            return base, "table"
        if self.base_column is not None and (base := self._count(row, self.base_column)):
            return base, "table"
        # A base in the title, or in the head's first cell, is of the whole table.
        for cell in (self._column_head(0), to_plain(self.title)):
            if bases := find_bases(cell, self.language):
                return bases[-1].number, "table"
        return None, ""

    def name(self, row: int, column: int) -> tuple[str, str]:
        """Return the question and the answer that a cell belongs to, in the table's own words."""
        row_label = self.cells[row][0]
        column_label = self.cells[0][column] if column < len(self.cells[0]) else ""
        across = self.base_column is not None and not self._is_one_column(column)
        question, answer = (row_label, column_label) if across else (column_label, row_label)
        named = " – ".join(part for part in (self.title, question) if part)
        return _cut(named) or _cut(row_label) or "?", _cut(answer) or "?"

    def _is_one_column(self, column: int) -> bool:
        return len([h for h in self.head[1:] if h]) <= 2


def _cut(text: str) -> str:
    return " ".join(text.split()[:MOST_WORDS])
