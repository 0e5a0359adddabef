"""Broken data through every reader: no foreign exception, nothing lost, every table read again.

Each case is drawn from a seed: an export, a drawn sample, margins, corrections, a CSV of answers
with a design, or bytes of any kind; and some harm to its cells, rows or bytes. It is read as the
program reads it. Three things must hold whatever comes in: what is refused is refused by an error
of the program's own (one with a message for the user, of at most two lines); received = kept + not
kept, for each reason; and every table that comes out is, written and read again, the same table.

    .venv/bin/python benchmarks/fuzz_data.py                       # 20,000 cases
    .venv/bin/python benchmarks/fuzz_data.py --cases 1 --from 381  # one of them again

One line a fault, then a tally; exit code 1 when there was one.
"""

from __future__ import annotations

import csv
import io
import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

# One BLAS thread: it is the same at every core count.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

import pandas as pd  # noqa: E402

from fuzzing import run  # noqa: E402
from readiness.analysis.any_csv.results import estimate_all  # noqa: E402
from readiness.analysis.any_csv.sample import Survey, make_sample  # noqa: E402
from readiness.analysis.selection import Selection  # noqa: E402
from readiness.commands.estimate_files import read_settings  # noqa: E402
from readiness.config import load_config  # noqa: E402
from readiness.datasets.store import find_object  # noqa: E402
from readiness.datasets.versions import find_version  # noqa: E402
from readiness.ground.errors import ReadinessError  # noqa: E402
from readiness.ground.tables import read_text_table, rows_to_csv, to_csv  # noqa: E402
from readiness.questionnaire import Questionnaire, load_questionnaire  # noqa: E402
from readiness.readers import (  # noqa: E402
    read_corrections,
    read_export,
    read_margins,
    read_sample,
)
from readiness.validation import first_reading, refuse_mass_loss, validate, write_loss_line  # noqa: E402
from readiness.validation.validate import NOT_KEPT, SET_ASIDE, Validated  # noqa: E402

Rows = list[list[str]]
NAME = Path("fuzzed.csv")
# Rows of an export or a table that is harmed: enough for every kind of fault to meet another.
ROWS = 24
NASTY = (
    "",
    " ",
    "\r",
    "\n",
    "\r\n",
    '"',
    '""',
    ",",
    ";",
    "\0",
    "a\0b",
    "a\rb",
    "\u202eb",
    "\u2066",
    "=1+1",
    "@x",
    "-1",
    "+2",
    "0",
    "1e308",
    "1e400",
    "-inf",
    "nan",
    "NA",
    "None",
    "5_3",
    "٥",
    "½",
    "12,5",
    "1.5",
    "\ufeff",
    "\u2028",
    "\x1b[31m",
    "\x7f",
    "x" * 5_000,
    "31/02/2026 10:00:00",
    "03/31/2026 10:00:00",
    "01/01/0001 00:00:00",
    "31/12/9999 23:59:59",
    "05/03/2026 10:00",
    "2026-03-05T10:00:00Z",
    "\U0001f600",
    "_invalid",
    "_blank",
    "_not_asked",
    "Oui;Oui",
    "Oui, Non",
    "’",
    "\xa0",
    "é",
    "é",
    "9" * 400,
    "'",
    "true",
)
BYTES = (
    b"\xff",
    b"\x00",
    b"\r",
    b"\n",
    b'"',
    b",",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"PK\x03\x04",
    b"\x1f\x8b",
)


@dataclass(frozen=True)
class Shipped:
    """What is harmed: the shipped wave and the example of any CSV, cut to `ROWS` rows."""

    questionnaire: Questionnaire
    opens: date
    closes: date
    export: Rows
    sample: Rows
    sample_frame: pd.DataFrame
    margins: Rows
    corrections: Rows
    library: Rows
    designs: tuple[Survey, ...]


def _rows(path: Path) -> Rows:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def _one_stratum(rows: Rows) -> Rows:
    """The smallest stratum of the sample: it is whole, so the sample holds together."""
    at = rows[0].index("stratum")
    counts = Counter(row[at] for row in rows[1:])
    smallest = min(sorted(counts), key=lambda name: counts[name])
    return [rows[0], *(row for row in rows[1:] if row[at] == smallest)]


@cache
def shipped() -> Shipped:
    """Read once; the same for every case."""
    wave = next(iter(load_config(ROOT / "config.yaml").waves.values()))
    questionnaire = load_questionnaire(ROOT / f"data/questionnaires/{wave.questionnaire}.yaml")
    answers, sample = (
        find_object(ROOT, find_version(ROOT, name)) for name in (wave.answers, wave.sample)
    )
    export = _rows(answers)
    step = max(1, (len(export) - 1) // ROWS)
    example = ROOT / "tests/commands/any_csv"
    return Shipped(
        questionnaire=questionnaire,
        opens=date.fromisoformat(wave.validate_.opens),
        closes=date.fromisoformat(wave.validate_.closes),
        export=[export[0], *export[1::step]],
        sample=_one_stratum(_rows(sample)),
        sample_frame=read_sample(sample, questionnaire),
        margins=_rows(ROOT / f"data/margins/{wave.weight.margins}.csv"),
        corrections=_rows(ROOT / f"data/corrections/{wave.corrections}.csv"),
        library=_rows(example / "library.csv"),
        designs=tuple(read_settings(path) for path in sorted(example.glob("*.yaml"))),
    )


# Harm -------------------------------------------------------------------------------------------
def _cell(rows: Rows, draw: Random) -> None:
    row = draw.choice(rows)
    if row:
        row[draw.randrange(len(row))] = draw.choice(NASTY)


def _column(rows: Rows, draw: Random) -> None:
    at, text = draw.randrange(len(rows[0])), draw.choice(NASTY)
    for row in rows[1:]:
        if at < len(row):
            row[at] = text


def _swap(rows: Rows, draw: Random) -> None:
    """Two cells change places: each is right somewhere else."""
    one, other = draw.choice(rows), draw.choice(rows)
    if one and other:
        i, j = draw.randrange(len(one)), draw.randrange(len(other))
        one[i], other[j] = other[j], one[i]


def _short(rows: Rows, draw: Random) -> None:
    row = draw.choice(rows)
    del row[draw.randrange(len(row) + 1) :]


def _long(rows: Rows, draw: Random) -> None:
    draw.choice(rows).append(draw.choice(NASTY))


def _twice(rows: Rows, draw: Random) -> None:
    rows.append(list(draw.choice(rows)))


def _gone(rows: Rows, draw: Random) -> None:
    if len(rows) > 1:
        del rows[draw.randrange(len(rows))]


def _no_column(rows: Rows, draw: Random) -> None:
    at = draw.randrange(len(rows[0])) if rows[0] else 0
    for row in rows:
        del row[at : at + 1]


def _shuffle(rows: Rows, draw: Random) -> None:
    body = rows[1:]
    draw.shuffle(body)
    rows[1:] = body


HARM = (
    _cell,
    _cell,
    _cell,
    _cell,
    _swap,
    _swap,
    _column,
    _short,
    _long,
    _twice,
    _gone,
    _no_column,
    _shuffle,
)


def _bytes(content: bytes, draw: Random) -> bytes:
    """Harm to the file itself: cut, byte changed, byte put in, another encoding."""
    at = draw.randrange(len(content) + 1)
    kind = draw.randrange(5)
    if kind == 0:
        return content[:at]
    if kind == 1:
        return content[:at] + draw.choice(BYTES) + content[at + 1 :]
    if kind == 2:
        return content[:at] + draw.choice(BYTES) + content[at:]
    if kind == 3:
        return content.decode("utf-8").encode(
            draw.choice(("cp1252", "utf-16", "latin-1")), "replace"
        )
    return content.replace(b",", draw.choice((b";", b"\t", b", ")))


def harmed(rows: Rows, draw: Random) -> bytes:
    """The rows as a CSV, some of it broken."""
    broken = [list(row) for row in rows]
    for _ in range(draw.choice((0, 1, 1, 2, 3, 6))):
        if broken and broken[0]:
            draw.choice(HARM)(broken, draw)
    text = rows_to_csv(broken, quote_all=draw.random() < 0.3)
    content = text.encode("utf-8-sig" if draw.random() < 0.2 else "utf-8")
    return _bytes(content, draw) if content and draw.random() < 0.3 else content


# What must hold ---------------------------------------------------------------------------------
class FaultError(Exception):
    """Something that must hold does not."""


def read_again(frame: pd.DataFrame, what: str) -> None:
    """A table, written and read again, is the same table, and its text the same text."""
    text = to_csv(frame)
    again = read_text_table(NAME, what, text.encode("utf-8"))
    if to_csv(again) != text or list(again.columns) != [str(c) for c in frame.columns]:
        raise FaultError(f"{what}: not the same when it is read again")
    if len(again) != len(frame):
        raise FaultError(f"{what}: {len(frame)} rows written, {len(again)} read")


def accounted(result: Validated, received: int, about: Mapping[Hashable, Any]) -> None:
    """Received = kept + not kept of each reason, and every one that is not kept is an issue."""
    rules = (*NOT_KEPT, *SET_ASIDE)
    totals = result.counts[result.counts["group"] == "all"].set_index("quantity")["value"]
    counted = {rule: int(totals.get(rule, 0)) for rule in rules}
    if result.count("received") != received:
        raise FaultError(f"{received} submissions read, {result.count('received')} received")
    if received != result.count("kept") + sum(counted.values()):
        raise FaultError(f"{received} received, {result.count('kept')} kept, not kept {counted}")
    if len(result.answers) != result.count("kept"):
        raise FaultError("rows of answers are not those that were kept")
    aside = result.quarantine["rule"].value_counts()
    if any(int(aside.get(rule, 0)) != n for rule, n in counted.items()):
        raise FaultError("a submission that is not kept is not set aside")
    issues = set(zip(result.issues["row"], result.issues["rule"], strict=True))
    if not issues >= set(zip(result.quarantine["row"], result.quarantine["rule"], strict=True)):
        raise FaultError("a submission that is not kept is no issue")
    for name in ("answers", "issues", "counts", "quarantine"):
        read_again(getattr(result, name), name)
    if "\n" in write_loss_line(result, about):
        raise FaultError("the line of what is lost is more than one")


def _export(draw: Random) -> None:
    ground = shipped()
    raw = read_export(
        NAME, ground.questionnaire, harmed(ground.export, draw), simulated=draw.choice((None, True))
    )
    received = len(raw)
    if draw.random() < 0.5:
        result = first_reading(raw, ground.questionnaire)
    else:
        rule = draw.choice(("last", "first", "most_answered"))
        result = validate(
            raw,
            ground.questionnaire,
            ground.sample_frame,
            opens=ground.opens,
            closes=ground.closes,
            duplicates=rule,
        )
    accounted(result, received, raw.attrs)
    refuse_mass_loss(result, NAME, draw.choice((0.05, 0.5, 1.0)))


def _sample(draw: Random) -> None:
    ground = shipped()
    read = read_sample(NAME, ground.questionnaire, harmed(ground.sample, draw))
    read_again(read, "sample")
    if not (
        read.groupby("stratum").size() == read.groupby("stratum")["stratum_drawn"].first()
    ).all():
        raise FaultError("a sample of other numbers of rows than were drawn is taken")


def _from_file(read: Callable[[Path, Questionnaire], object], rows: Rows, draw: Random) -> None:
    """For readers that take a path."""
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"fuzz-{os.getpid()}.csv"
    path.write_bytes(harmed(rows, draw))
    try:
        read(path, shipped().questionnaire)
    finally:
        path.unlink()


def _margins(draw: Random) -> None:
    _from_file(read_margins, shipped().margins, draw)


def _corrections(draw: Random) -> None:
    _from_file(read_corrections, shipped().corrections, draw)


def _any_csv(draw: Random) -> None:
    ground = shipped()
    whole = ground.library
    rows = [whole[0], *draw.sample(whole[1:], ROWS)] if draw.random() < 0.8 else whole
    frame = read_text_table(NAME, "the table of answers", harmed(rows, draw))
    read_again(frame, "the table of answers")
    design = draw.choice(ground.designs)
    sample = make_sample(frame, design, str(NAME))
    if draw.random() < 0.2:
        read_again(estimate_all(sample, Selection.PROBABILITY), "estimates")


def _table(draw: Random) -> None:
    """A table of anything, to be written and read again; or bytes of anything, to be read."""
    if draw.random() < 0.5:
        width = draw.randint(1, 5)
        names = [f"{at} {draw.choice(NASTY)}" for at in range(width)]
        rows = [[draw.choice(NASTY) for _ in names] for _ in range(draw.randint(0, 6))]
        frame = pd.DataFrame(rows, columns=names, dtype=str)
        again = read_text_table(NAME, "table", to_csv(frame).encode())
        if not again.equals(frame):
            raise FaultError("a table is another one when it is read again")
        return
    pieces = [
        draw.choice((*BYTES, b"a", b"bc", b'"d"', b",", b"\n")) for _ in range(draw.randint(0, 40))
    ]
    read_again(read_text_table(NAME, "table", b"".join(pieces)), "table")


# Kinds of cases, and how often each is drawn.
KINDS: dict[str, tuple[Callable[[Random], None], int]] = {
    "export": (_export, 5),
    "sample": (_sample, 2),
    "margins": (_margins, 1),
    "corrections": (_corrections, 1),
    "any csv": (_any_csv, 4),
    "table": (_table, 7),
}


def shoot(seed: int, number: int) -> tuple[str, str, str]:
    """One case: its kind, how it ended (`read`, `refused` or `fault`), and what was said."""
    draw = Random(f"{seed} {number}")
    kind = draw.choices(list(KINDS), [weight for _, weight in KINDS.values()])[0]
    try:
        KINDS[kind][0](draw)
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
    sys.exit(run(__doc__, KINDS, shoot))
