"""Whether two PDFs say the same: words page by page, what is drawn, and nothing that acts.

Read by pypdf and never run. Fonts are not judged: who makes one whose letters look like others is
found by the bytes, where these are compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from readiness.facts import Fact
from readiness.publications.audit.alike import DRAWN, Terms, changed, normal

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

ACTS = ("/OpenAction", "/AA", "/AcroForm", "/JavaScript", "/EmbeddedFiles", "/Collection")
"""What of a document acts when it is opened, or hides further files."""
DRAWING = {"m", "l", "c", "v", "y", "h", "re", "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "n",
           "W", "W*", "Do", "sh", "BI", "INLINE IMAGE", "sc", "scn", "SC", "SCN", "rg", "RG", "g",
           "G", "k", "K"}  # fmt: skip
"""Operators that leave something on the paper, other than text and where it stands."""
NEAR = 1e-3
"""How far a line may be moved, in points."""


def paper_change(published: bytes, made: bytes, terms: Terms) -> Fact | None:
    """The first thing that two PDFs do not say alike; None for none."""
    import io

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    after = PdfReader(io.BytesIO(made))
    try:
        before = PdfReader(io.BytesIO(published))
        if acts := sorted(set(_acts(before)) - set(_acts(after))):
            return Fact("audit.page.acts", {"name": acts[0]})
        for old, new in zip_longest(before.pages, after.pages):
            if old is None or new is None:
                pages = {"old": len(before.pages), "new": len(after.pages)}
                return Fact("audit.page.pages", pages)
            if change := _page_change(old, new, terms):
                return change
    except (PyPdfError, RecursionError, ValueError, KeyError, TypeError, AttributeError, OSError):
        return Fact("audit.page.no_pdf")
    return None


def _acts(reader: PdfReader) -> Iterator[str]:
    """What of a document acts or is hidden in it: keys of its catalog, and what its links do."""
    root: Any = reader.trailer["/Root"]
    names = root.get("/Names", {})
    yield from (key for key in ACTS if key in root or key in names)
    for page in reader.pages:
        yield from (key for key in ("/AA",) if key in page)
        for reference in page.get("/Annots") or ():
            link = reference.get_object()
            action = link.get("/A") or {}
            target = action.get("/URI") or action.get("/F") or ""
            yield " ".join(str(part) for part in (link["/Subtype"], action.get("/S", ""), target))


def _page_change(old: PageObject, new: PageObject, terms: Terms) -> Fact | None:
    if _streams(old) == _streams(new):
        return None
    texts = old.extract_text(), new.extract_text()
    words = [normal(text) for text in texts]
    if not terms.same(*words):
        return changed(*words)
    if change := terms.lineage_change(*texts):
        return change
    return None if _same_drawing(_drawn(old), _drawn(new)) else DRAWN


def _streams(page: Any) -> list[bytes]:
    """What a page is drawn by: its own contents, the pictures and fonts in it."""
    contents = page.get_contents()
    resources = page.get("/Resources") or {}
    parts = [contents.get_data() if contents is not None else b""]
    for name in ("/XObject", "/Pattern"):
        streams = (part.get_object() for part in (resources.get(name) or {}).values())
        parts += [stream.get_data() for stream in streams if hasattr(stream, "get_data")]
    for font in (font.get_object() for font in (resources.get("/Font") or {}).values()):
        if "/ToUnicode" in font:
            parts.append(font["/ToUnicode"].get_data())
    return parts


def _drawn(page: Any) -> list[tuple[str, list[Any]]]:
    """What a page and the pictures in it draw, in order."""
    contents = page.get_contents()
    found = []
    for operands, operator in contents.operations if contents is not None else ():
        name = operator.decode("latin-1")
        if name in DRAWING:
            found.append((name, operands if isinstance(operands, list) else [str(operands)]))
    return found


def _same_drawing(before: list[tuple[str, list[Any]]], after: list[tuple[str, list[Any]]]) -> bool:
    return len(before) == len(after) and all(
        one == two and len(first) == len(second) and all(map(_same_operand, first, second))
        for (one, first), (two, second) in zip(before, after, strict=True)
    )


def _same_operand(old: Any, new: Any) -> bool:
    if isinstance(old, int | float) and isinstance(new, int | float):
        return math.isclose(old, new, abs_tol=NEAR)
    return str(old) == str(new)
