"""Broken exports through the reader of every tool: no foreign exception, no row lost.

Each case is drawn from a seed: a made survey as one of the tools writes it (tests/readers/seeded),
under the questionnaire that is drafted of it, with harm to cells, headers, rows or bytes; or bytes
of any kind that begin as a format does. It is read, by the tool that was drafted or by one that is
not its own, and validated. Three things must hold whatever comes in: what is refused is refused by
an error of the program's own, of at most two lines; a file that is not harmed gives a row a person;
and received = kept + set aside, each row that is set aside with its reason.

    .venv/bin/python benchmarks/fuzz_readers.py                      # 20,000 cases
    .venv/bin/python benchmarks/fuzz_readers.py --cases 1 --from 381 # one of them again

One line a fault, then a tally; exit code 1 when there was one.
"""

from __future__ import annotations

import csv
import io
import os
import re
import sys
import traceback
from functools import cache
from pathlib import Path
from random import Random

# One BLAS thread: it is the same at every core count.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests")]

from fuzzing import run  # noqa: E402
from readers.drafted import draft  # noqa: E402
from readers.seeded.exports import make_plain  # noqa: E402
from readers.seeded.tools import LAYOUTS  # noqa: E402
from readiness.ground.errors import ReadinessError  # noqa: E402
from readiness.questionnaire import Questionnaire  # noqa: E402
from readiness.readers import read_export  # noqa: E402
from readiness.readers.tools.every import TOOLS  # noqa: E402
from readiness.validation import first_reading  # noqa: E402

NAME = Path("fuzzed.csv")
PEOPLE = 25
# A layout of each tool.
KINDS = {re.split(",? ", name)[0]: name for name in reversed(LAYOUTS)}
WORKBOOKS = (b"PK", b"$FL2", b"<stata")
NASTY = (
    "",
    " ",
    "\u00a0",
    ";",
    ",",
    "; ",
    "\t",
    '"',
    "'",
    "\n",
    "\r\n",
    "[",
    "]",
    "a [b]",
    "q[1]/x",
    "{}",
    "0",
    "1",
    "-99",
    "1e999",
    "N/A",
    "-oth-",
    "TRUE",
    "=1+1",
    "\x1b[31m",
    "\u202e",
    "\ufeff",
    "x" * 300,
    "\u0661\u0662",
    "2026-03-02",
    "31/02/2026 25:61:61",
    "0001-01-01 00:00:00",
    "99999999999999999999",
    '{"ImportId":"QID1"}',
    "Survey Preview",
    "_parent_index",
    "Respondent ID",
    "\x00",
    "\x1f",
)
BEGINNINGS = (
    b"",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xff\xfe\x00\x00",
    b"PK\x03\x04",
    b"$FL2",
    b"$FL3",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0",
    b"sep=;\n",
    b'"',
    b"<?xml",
)


class FaultError(Exception):
    """Something that must hold does not."""


@cache
def export(kind: str) -> bytes:
    """A survey's answers as one tool writes them."""
    return make_plain(KINDS[kind], PEOPLE).content


@cache
def survey(kind: str) -> Questionnaire:
    """The questionnaire that the program drafts of them."""
    return draft(NAME, export(kind))


# Harm -------------------------------------------------------------------------------------------
def _in_cells(content: bytes, draw: Random) -> bytes:
    """Harm to cells, rows and columns of a delimited file, whatever its letters and separators."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    text = content.decode(encoding)
    separator = max(",;\t", key=text.partition("\n")[0].count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    for _ in range(draw.choice((1, 1, 2, 5))):
        row = draw.choice(rows[:4] if draw.random() < 0.3 else rows)
        at = draw.randrange(len(row)) if row else 0
        kind = draw.randrange(9)
        if kind < 4 and row:
            row[at] = draw.choice(NASTY)
        elif kind == 4:
            del row[at:]
        elif kind == 5:
            row.append(draw.choice(NASTY))
        elif kind == 6:
            rows.insert(draw.randrange(len(rows) + 1), list(draw.choice(rows)))
        elif kind == 7:
            for other in rows:
                del other[at : at + 1]
        else:
            for other in rows[1:]:
                if at < len(other):
                    other[at] = draw.choice((other[at], draw.choice(NASTY)))
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=draw.choice(("\n", "\r\n"))).writerows(rows)
    return out.getvalue().encode(draw.choice((encoding, "utf-8", "cp1252", "cp1256")), "replace")


def _in_bytes(content: bytes, draw: Random) -> bytes:
    """Harm to the file itself: cut, bytes changed, put in, taken out."""
    made = bytearray(content)
    for _ in range(draw.choice((1, 1, 3, 20))):
        at = draw.randrange(len(made) + 1)
        kind = draw.randrange(4)
        if kind == 0:
            del made[at:]
        elif kind == 1 and at < len(made):
            made[at] = draw.randrange(256)
        elif kind == 2:
            made[at:at] = draw.randbytes(draw.choice((1, 4)))
        else:
            del made[at : at + draw.choice((1, 7, 100))]
    return bytes(made)


def _anything(draw: Random) -> bytes:
    """Bytes that begin as a format does."""
    return draw.choice(BEGINNINGS) + draw.choice(
        (draw.randbytes(draw.randrange(400)), "".join(draw.choices(NASTY, k=40)).encode())
    )


# What must hold ---------------------------------------------------------------------------------
def _accounted(content: bytes, known: Questionnaire) -> int:
    """Read and validated: the rows that came in, each kept or set aside with its reason."""
    raw = read_export(NAME, known, content)
    for name in raw.columns:
        if name != "_row" and not all(isinstance(text, str) for text in raw[name].unique()):
            raise FaultError(f"column {name} holds what is no text")
    result = first_reading(raw, known)
    aside = result.quarantine["row"].nunique()
    if len(raw) != len(result.answers) + aside:
        raise FaultError(f"{len(raw)} read, {len(result.answers)} kept, {aside} set aside")
    if (result.quarantine["rule"] == "").any():
        raise FaultError("a row is set aside without a reason")
    return len(raw)


def shoot(seed: int, number: int) -> tuple[str, str, str]:
    """One case: its kind, how it ended (`read`, `refused` or `fault`), and what was said."""
    draw = Random(f"{seed} {number}")
    kind = draw.choice((*KINDS, "any bytes"))
    known = survey(kind if kind in KINDS else "plain")
    foreign = draw.random() < 0.1
    if foreign:
        other = known.export.model_copy(update={"tool": draw.choice(TOOLS).name})
        known = known.model_copy(update={"export": other})
    if kind == "any bytes":
        content = _anything(draw)
    else:
        content, harm = export(kind), draw.random()
        delimited = not content.startswith(WORKBOOKS)
        if harm > 0.05:
            content = (_in_cells if delimited and harm < 0.6 else _in_bytes)(content, draw)
    try:
        rows = _accounted(content, known)
        whole = not foreign and kind != "any bytes" and content == export(kind)
        if whole and rows != PEOPLE:
            raise FaultError(f"{rows} rows of {PEOPLE} people")
    except ReadinessError as error:
        said = str(error)
        if said.count("\n") > 1 or not said.strip():
            return kind, "fault", f"a message of {said.count(chr(10)) + 1} lines: {said[:300]!r}"
        return kind, "refused", said
    except FaultError as error:
        return kind, "fault", str(error)
    except Exception:
        return kind, "fault", traceback.format_exc()
    return kind, "read", ""


if __name__ == "__main__":
    sys.exit(run(__doc__, (*KINDS, "any bytes"), shoot))
