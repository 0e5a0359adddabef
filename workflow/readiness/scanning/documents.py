"""Read a document (text, Markdown, HTML, DOCX, PDF) into paragraphs and table rows, within bounds.

The document may be hostile: nothing of it is run or fetched, archives are unpacked up to a limit,
and an XML document type, which could define entities, is refused.
"""

import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate

from readiness.ground.errors import DataError
from readiness.ground.files import read_file
from readiness.scanning.bounds import bound_time
from readiness.scanning.pdf_text import cut_cells, read_lines

# Most bytes of a file, and of the part of a DOCX that holds its text, unpacked.
LARGEST_FILE, LARGEST_PART = 32 << 20, 32 << 20
# Most characters and blocks of a document: a book has two million characters.
MOST_CHARACTERS, MOST_BLOCKS = 4_000_000, 100_000
# Deepest nesting of elements in a DOCX.
DEEPEST = 200
TEXT, MARKDOWN, PAGES = (".txt", ".text"), (".md", ".markdown"), (".html", ".htm", ".xhtml")
# Elements of a page whose text no reader sees, and elements that end a paragraph.
UNSEEN = {"script", "style", "template", "noscript", "svg", "head", "iframe", "object"}
ENDING = {
    *("p", "div", "li", "ul", "ol", "br", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article"),
    *("header", "footer", "main", "aside", "figure", "figcaption", "caption", "blockquote"),
    *("dl", "dt", "dd", "pre", "table", "body", "nav", "title"),
}
_PIPES = re.compile(r"^\s*\|.*\|\s*$")
_RULE = re.compile(r"^[\s|:\-]+$")
# Marks around a word or before a line in Markdown; they are no part of the text.
_MARKUP = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|^#{1,6}\s+|^>\s+|`", re.M)
# A point after an initial or between digits ends no sentence.
_SENTENCE_END = re.compile(r"(?:(?<=\w\w)|(?<=[\d%)\u00bb\u066a\"]))[.!?\u061f]+(?=\s|$)")


@dataclass(frozen=True)
class Block:
    """A paragraph or a table row. `number`: from 1, of its kind; `cells`: empty for a paragraph;
    `table`: number of the row's table from 1, 0 for a paragraph.
    """

    text: str
    number: int
    cells: tuple[str, ...] = ()
    table: int = 0

    @property
    def place(self) -> str:
        """Name of the place, for people."""
        if self.table:
            return f"table {self.table}, row {self.number}"
        return f"paragraph {self.number}"


class _Blocks:
    """Blocks of a document while it is read; refuses one that is too large."""

    def __init__(self, path: Path) -> None:
        self.path, self.blocks = path, list[Block]()
        self._characters = self._paragraphs = self._tables = self._rows = 0

    def add_paragraph(self, text: str) -> None:
        if cleaned := clean(text):
            self._paragraphs += 1
            self._add(Block(cleaned, self._paragraphs))

    def begin_table(self) -> None:
        self._tables, self._rows = self._tables + 1, 0

    def add_row(self, cells: list[str]) -> None:
        texts = tuple(map(clean, cells))
        if any(texts):
            self._rows += 1
            self._add(Block(" | ".join(texts), self._rows, texts, self._tables))

    def _add(self, block: Block) -> None:
        self._characters += len(block.text)
        self.blocks.append(block)
        if self._characters > MOST_CHARACTERS or len(self.blocks) > MOST_BLOCKS:
            raise DataError(
                f"{self.path}: more than {MOST_CHARACTERS} characters or {MOST_BLOCKS} paragraphs. "
                "Scan the pages with the figures alone."
            )


def clean(text: str) -> str:
    """Return a text with single spaces, in composed letters, without marks and vowel signs."""
    composed = unicodedata.normalize("NFC", text).replace("\u2019", "'")
    kept = (c for c in composed if unicodedata.category(c) not in ("Cf", "Mn", "Cs", "Co"))
    # 0x640 is the Arabic stroke that stretches a word; control characters separate words.
    shown = (" " if unicodedata.category(c) == "Cc" else c for c in kept if c != chr(0x640))
    return " ".join("".join(shown).split())


def read_document(path: Path) -> list[Block]:
    """Return the blocks of a document in reading order.

    Raises DataError for a file that is missing, too large, damaged, of another kind, or without
    text.
    """
    ending = path.suffix.lower()
    if ending not in (*TEXT, *MARKDOWN, *PAGES, ".docx", ".pdf"):
        raise DataError(
            f"{path}: expected a text, Markdown, HTML, DOCX or PDF file. Save the document as one."
        )
    try:
        content = read_file(path, LARGEST_FILE)
    except FileNotFoundError:
        raise DataError(f"{path}: file not found. Correct the name of the document.") from None
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}); expected a document of at most "
            f"{LARGEST_FILE >> 20} MB."
        ) from None
    read = _Blocks(path)
    if ending == ".docx":
        _read_word(content, read)
    elif ending == ".pdf":
        _read_pdf(content, read)
    else:
        text = _decode(path, content)
        if ending in PAGES:
            with bound_time():
                _read_page(text, read)
        else:
            _read_text(_MARKUP.sub("", text) if ending in MARKDOWN else text, read)
    if not read.blocks:
        raise DataError(f"{path}: no text found. A scanned picture must be read by a person.")
    return read.blocks


def _decode(path: Path, content: bytes) -> str:
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise DataError(f"{path}: not a text. Save the document as UTF-8 text, HTML or DOCX.")


def _read_text(text: str, read: _Blocks) -> None:
    """Read paragraphs that empty lines part, and tables of lines between vertical bars."""
    waiting: list[str] = []
    in_table = False
    for line in [*text.splitlines(), ""]:
        is_row = bool(_PIPES.match(line))
        if not line.strip() or is_row:
            read.add_paragraph(" ".join(waiting))
            waiting = []
        else:
            waiting.append(line)
        if is_row and not in_table:
            read.begin_table()
        in_table = is_row
        if is_row and not _RULE.match(line):
            read.add_row(line.strip().strip("|").split("|"))


class _Page(HTMLParser):
    """Blocks of an HTML page: the text that a reader sees."""

    def __init__(self, read: _Blocks) -> None:
        super().__init__(convert_charrefs=True)
        self._read = read
        self._pieces: list[str] = []
        self._cells: list[str] | None = None
        self._unseen, self._in_cell = 0, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._unseen += 1
        elif tag == "table":
            self.end_paragraph()
            self._read.begin_table()
        elif tag == "tr":
            self.end_row()
            self.end_paragraph()
            self._cells = []
        elif tag in ("td", "th"):
            self._end_cell()
            self._in_cell, self._pieces = True, []
        elif tag in ENDING:
            self._break()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ENDING:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self.end_row()
        elif tag in ENDING:
            self._break()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._pieces.append(data)

    def _break(self) -> None:
        if self._cells is None:
            self.end_paragraph()
        else:
            self._pieces.append(" ")

    def _end_cell(self) -> None:
        if self._in_cell and self._cells is not None:
            self._cells.append("".join(self._pieces))
            self._pieces = []
        self._in_cell = False

    def end_paragraph(self) -> None:
        self._read.add_paragraph("".join(self._pieces))
        self._pieces = []

    def end_row(self) -> None:
        self._end_cell()
        if self._cells is not None:
            self._read.add_row(self._cells)
        self._cells = None


def _read_page(text: str, read: _Blocks) -> None:
    if len(text) > 4 * MOST_CHARACTERS:
        raise DataError(f"{read.path}: a page of {len(text)} characters is too long to scan.")
    page = _Page(read)
    page.feed(text)
    page.close()
    page.end_row()
    page.end_paragraph()


def _read_pdf(content: bytes, read: _Blocks) -> None:
    """Read paragraphs, and tables of two lines or more that spaces part into as many cells."""
    lines = [cut_cells(line) if line.strip() else [] for line in read_lines(read.path, content)]
    widths = [len(cells) for cells in lines]
    waiting: list[str] = []
    in_table = 0
    for number, cells in enumerate([*lines, []]):
        width = len(cells)
        around = widths[max(0, number - 1) : number + 2]
        is_row = width > 1 and around.count(width) > 1
        if not cells or is_row:
            read.add_paragraph(" ".join(waiting))
            waiting = []
        else:
            waiting += cells
        if is_row and in_table != width:
            read.begin_table()
        in_table = width if is_row else 0
        if is_row:
            read.add_row(cells)


def _read_word(content: bytes, read: _Blocks) -> None:
    try:
        with (
            zipfile.ZipFile(BytesIO(content)) as archive,
            archive.open("word/document.xml") as part,
        ):
            xml = part.read(LARGEST_PART + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, KeyError, ValueError):
        raise DataError(
            f"{read.path}: not a Word document, or a damaged one. Save it again as DOCX."
        ) from None
    if len(xml) > LARGEST_PART:
        raise DataError(
            f"{read.path}: its text unpacks to more than {LARGEST_PART >> 20} MB. Scan the pages "
            "with the figures alone."
        )
    try:
        _WordReader(read).parse(xml)
    except (ExpatError, UnicodeDecodeError) as error:
        raise DataError(f"{read.path}: its text is damaged ({error}). Save it again.") from None


class _WordReader:
    """Blocks of the XML of a Word document; a table inside a cell is read as the cell's text."""

    def __init__(self, read: _Blocks) -> None:
        self._read, self._depth, self._tables = read, 0, 0
        self._pieces: list[str] = []
        self._cells: list[str] = []
        self._in_text = False

    def parse(self, xml: bytes) -> None:
        parser = ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add
        parser.Parse(xml, True)

    def _refuse(self, *_: object) -> None:
        raise DataError(f"{self._read.path}: its XML has a document type, which is not read.")

    def _begin(self, name: str, _: object) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise DataError(f"{self._read.path}: its elements are nested too deep to be read.")
        match _local(name):
            case "t":
                self._in_text = True
            case "tbl":
                if self._tables == 0:
                    self._end_paragraph()
                    self._read.begin_table()
                self._tables += 1
            case "tab" | "br" | "cr":
                self._pieces.append(" ")

    def _end(self, name: str) -> None:
        self._depth -= 1
        match _local(name):
            case "t":
                self._in_text = False
            case "p":
                self._end_paragraph()
            case "tc" if self._tables == 1:
                self._cells.append("".join(self._pieces))
                self._pieces = []
            case "tr" if self._tables == 1:
                self._read.add_row(self._cells)
                self._cells = []
            case "tbl":
                self._tables -= 1

    def _add(self, text: str) -> None:
        if self._in_text:
            self._pieces.append(text)

    def _end_paragraph(self) -> None:
        if self._tables:
            self._pieces.append(" ")
            return
        self._read.add_paragraph("".join(self._pieces))
        self._pieces = []


def _local(name: str) -> str:
    space, _, local = name.rpartition("}")
    return local if space.endswith("wordprocessingml/2006/main") else ""


def iterate_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each sentence of a text."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        yield start, match.end()
        start = match.end()
    if text[start:].strip():
        yield start, len(text)
