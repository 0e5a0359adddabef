"""Write a formatted workbook (XLSX), the same bytes for the same content.

The layout follows the guidance of the UK's statistical service on accessible spreadsheets
(https://analysisfunction.civilservice.gov.uk/policy-store/releasing-statistics-in-spreadsheets/): a
cover sheet, a list of contents and the notes first; one table a sheet, marked as a table, its title
in A1 and all explanations above it; no merged cell, no blank row or column; heads that stay in
view; numbers as numbers. A text is never a formula or a link, whatever it begins with.
"""

import io
import re
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from readiness.disclosure import escape_cell
from readiness.language import Language, direction, text

# Widest and narrowest column, in characters.
WIDEST, NARROWEST = 60, 11
# Longest name of a sheet that spreadsheets allow, in characters.
LONGEST_NAME = 31


@dataclass(frozen=True)
class Amount:
    """Number in a cell, on the unit's scale, with the number format (`0.0%`)."""

    value: float
    format: str


Cell = str | Amount


@dataclass(frozen=True)
class WorkbookSheet:
    """Sheet of a workbook: title, explanations (one line per cell), and one table.

    `called`: text of its tab, where that is not its name. `shaded`: rows of the headline figures.
    `labels`: number of columns of words that stay in view.
    """

    name: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    lines: tuple[str, ...] = ()
    shaded: frozenset[int] = frozenset()
    labels: int = 1
    called: str = ""


@dataclass(frozen=True)
class Book:
    """Workbook with cover, notes and tables."""

    title: str
    subject: str
    language: Language
    cover: tuple[str, ...]
    notes: WorkbookSheet
    sheets: tuple[WorkbookSheet, ...] = ()


def write_workbook(book: Book) -> bytes:
    """Return a workbook as the content of an XLSX file."""
    buffer = io.BytesIO()
    texts = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
    with Workbook(buffer, {"in_memory": True, **dict.fromkeys(texts, False)}) as workbook:
        workbook.set_properties(
            {
                "title": book.title,
                "subject": book.subject,
                # A fixed time of creation: results carry no clock.
                "created": datetime(2000, 1, 1),
                "comments": book.cover[0] if book.cover else "",
            }
        )
        _Writer(workbook, book).write()
    return buffer.getvalue()


class _Writer:
    """Writer of a book's sheets into an XlsxWriter workbook."""

    def __init__(self, workbook: Workbook, book: Book) -> None:
        self.workbook, self.book = workbook, book
        self.formats: dict[tuple[str, bool, bool], Any] = {}
        # Names of sheets are unique (by their number), short, and without forbidden characters.
        tab_texts = (sheet.called or sheet.name for sheet in book.sheets)
        clean_texts = (re.sub(r"[]\[:*?/\\']", "", name) for name in tab_texts)
        self.names = [_shorten_name(f"{place} {name}") for place, name in enumerate(clean_texts, 1)]
        self.title = workbook.add_format({"bold": True, "font_size": 14})
        self.line = workbook.add_format({"text_wrap": True, "valign": "top"})
        look = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
        self.head, self.link = workbook.add_format(look), workbook.get_default_url_format()

    def write(self) -> None:
        """Write the cover, the contents, the notes and all tables."""
        word = partial(text, language=self.book.language)
        cover = self._add_sheet(word("tables.sheet.cover"))
        cover.set_column(0, 0, WIDEST + 30)
        cover.write_string(0, 0, self.book.title, self.title)
        for sheet_row, line in enumerate(self.book.cover, 1):
            cover.write_string(sheet_row, 0, line, self.line)
        notes = self.book.notes
        sheets = [(notes.name, notes), *zip(self.names, self.book.sheets, strict=True)]
        name, head = word("report.rendering.toc"), ("tables.head.sheet", "tables.head.title")
        rows = tuple((name, sheet.title) for name, sheet in sheets)
        contents = self._write_table(name, WorkbookSheet(name, name, tuple(map(word, head)), rows))
        for sheet_row, (name, _) in enumerate(rows, 2):
            contents.write_url(sheet_row, 0, f"internal:'{name}'!A1", self.link, name)
        for name, content in sheets:
            self._write_table(name, content)

    def _add_sheet(self, name: str) -> Worksheet:
        sheet = self.workbook.add_worksheet(name)
        if direction(self.book.language) == "rtl":
            sheet.right_to_left()
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return sheet

    def _write_table(self, name: str, content: WorkbookSheet) -> Worksheet:
        """Write a sheet with explanations above one table."""
        sheet = self._add_sheet(name)
        sheet.write_string(0, 0, content.title, self.title)
        plain = self.workbook.add_format({})
        for sheet_row, line in enumerate(content.lines, 1):
            sheet.write_string(sheet_row, 0, line, plain)
        top = len(content.lines) + 1
        look = {
            "name": f"table_{len(self.workbook.worksheets())}",
            "autofilter": False,
            "style": "Table Style Light 1",
            "banded_rows": False,
            "columns": [{"header": head, "header_format": self.head} for head in content.header],
        }
        end = (top + max(len(content.rows), 1), max(len(content.header) - 1, 0))
        sheet.add_table(top, 0, *end, look)
        for index, row in enumerate(content.rows):
            at, shaded = top + 1 + index, index in content.shaded
            for column, cell in enumerate(row):
                if isinstance(cell, Amount):
                    sheet.write_number(at, column, cell.value, self._format(cell.format, shaded))
                else:
                    sheet.write_string(at, column, cell, self._format("@", shaded, cell))
        for column, width in enumerate(_choose_widths(content)):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(top + 1, content.labels)
        sheet.repeat_rows(top)
        return sheet

    def _format(self, code: str, shaded: bool, cell: str = "") -> Any:
        """Return the format of a cell, one object for equal formats."""
        # A risky text stays text when somebody edits the cell or saves the sheet in another format.
        risky = escape_cell(cell) != cell
        if (code, shaded, risky) not in self.formats:
            look: dict[str, Any] = {"num_format": code, "valign": "top"}
            look |= {"text_wrap": True} if code == "@" else {"align": "right"}
            look |= {"bold": True, "bg_color": "#E8EEF2"} if shaded else {}
            look |= {"quote_prefix": True} if risky else {}
            self.formats[code, shaded, risky] = self.workbook.add_format(look)
        return self.formats[code, shaded, risky]


def _shorten_name(name: str) -> str:
    """Return the name of a sheet in the length that it may have, cut between words."""
    if len(name) <= LONGEST_NAME:
        return name.strip()
    whole_words, _, _ = name[: LONGEST_NAME + 1].rpartition(" ")
    return (whole_words if " " in whole_words else name[:LONGEST_NAME]).strip()


def _choose_widths(sheet: WorkbookSheet) -> list[int]:
    widths = []
    for column, head in enumerate(sheet.header):
        cells = [str(row[column]) for row in sheet.rows if isinstance(row[column], str)]
        longest = max([*map(len, cells), *map(len, head.split()), 0])
        widths.append(min(max(longest + 2, NARROWEST), WIDEST))
    return widths
