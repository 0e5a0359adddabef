"""Read the lines of a PDF by their positions, in a process of its own with bounds of its own.

A hostile PDF may ask for any time and memory: the process is ended, and one line says so. Lines in
Arabic stand in the order of the page, right to left, and are turned into the order of reading.
"""

import multiprocessing
import re
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from readiness.ground.errors import DataError

if TYPE_CHECKING:
    pass

MOST_PAGES = 500
# Most seconds of a processor, and seconds to wait.
MOST_SECONDS, LONGEST_WAIT = 120, 300
# Most bytes of memory of the process, with the program's own libraries.
MOST_MEMORY = 1 << 30
MOST_CHARACTERS = 4_000_000
_GAP = re.compile(r" {2,}")
# Runs that are read from left to right within a line from right to left.
_LEFT_TO_RIGHT = re.compile(
    r"[A-Za-z\d\u0660-\u0669\u06f0-\u06f9]"
    r"(?:[A-Za-z\d\u0660-\u0669\u06f0-\u06f9.,:/=@_\u066b\u066c -]*"
    r"[A-Za-z\d\u0660-\u0669\u06f0-\u06f9])?"
)
_MIRRORED = str.maketrans("()[]", ")(][")
# A letter that only ends a word, and the article, which only begins one.
_IN_ORDER = re.compile(r"\u0629\b|\b\u0627\u0644")
_REVERSED = re.compile(r"\b\u0629|\u0644\u0627\b")


def read_lines(path: Path, content: bytes) -> list[str]:
    """Return the lines of a PDF; an empty line parts paragraphs and pages.

    Raises DataError for a PDF that is damaged, locked, too long, or takes more than the bounds.
    """
    import pypdf  # noqa: F401  # a missing extra is named here, not in the other process

    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(there, content), daemon=True)
    process.start()
    there.close()
    try:
        answer: object = here.recv() if here.poll(LONGEST_WAIT) else None
    except EOFError:
        answer = None
    finally:
        process.kill()
        process.join()
        here.close()
    if isinstance(answer, list):
        return answer
    reason = answer or f"takes more than {MOST_SECONDS} seconds or {MOST_MEMORY >> 20} MB to read"
    raise DataError(f"{path}: {reason}. Scan the pages with the figures, or their text, alone.")


def _work(there: Connection, content: bytes) -> None:
    """Send the lines of a PDF, or the reason why it cannot be read."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    try:
        there.send(list(_read(content)))
    except DataError as error:
        there.send(str(error))
    except MemoryError:
        there.send(f"takes more than {MOST_MEMORY >> 20} MB to read")
    except Exception as error:  # a damaged PDF fails anywhere in the library
        there.send(f"the PDF is damaged ({type(error).__name__})")


def _read(content: bytes) -> Iterator[str]:
    import logging

    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader: PdfReader = PdfReader(BytesIO(content))
    if reader.is_encrypted:
        raise DataError("the PDF is locked by a password")
    if len(reader.pages) > MOST_PAGES:
        raise DataError(f"a PDF of {len(reader.pages)} pages; at most {MOST_PAGES} are read")
    characters = 0
    for page in reader.pages:
        text = page.extract_text(extraction_mode="layout")
        characters += len(text)
        if characters > MOST_CHARACTERS:
            raise DataError(f"a PDF of more than {MOST_CHARACTERS} characters")
        yield from map(turn, text.splitlines())
        yield ""


def turn(line: str) -> str:
    """Return a line in the order of reading, where it stands in the order of the page."""
    if len(_REVERSED.findall(line)) <= len(_IN_ORDER.findall(line)):
        return line
    turned = line[::-1]
    # Some programs store a bracket as it is read, others as it looks.
    if (bracket := re.search(r"[()]", turned)) and bracket[0] == ")":
        turned = turned.translate(_MIRRORED)
    # The two letters of this word are often one glyph, whose letters keep their order.
    turned = re.sub(r"\b\u064a\u0641\b", "\u0641\u064a", turned)
    return _LEFT_TO_RIGHT.sub(lambda match: match[0][::-1], turned)


def cut_cells(line: str) -> list[str]:
    """Return the cells of a line, which two spaces or more part."""
    return _GAP.split(line.strip())
