"""Changes of a single cell of the ledger, column by column, as they lie and sealed again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tampering import reseal
from tampering.model import Kind, always, broken, differs, of_a_wave
from tampering.sealed import LEDGER, numbered
from tampering.tree import Change, Made, Target, as_csv, other_digit

Edit = Callable[[Target, str], str]


def digit(target: Target, text: str) -> str:
    return other_digit(target.draw, text)


def leading(target: Target, text: str) -> str:
    """Another first digit that counts, whatever precision it is published with."""
    k = next((k for k, c in enumerate(text) if c in "123456789"), text.find("0"))
    return text[:k] + other_digit(target.draw, text[k]) + text[k + 1 :]


def word(target: Target, text: str) -> str:
    return f"{text} too"


def grouped(target: Target, text: str) -> str:
    """Digits with an underscore between them, which Python's `int` takes for the same number."""
    return "_".join(text)


def arabic(target: Target, text: str) -> str:
    return text.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))


def blank_before(target: Target, text: str) -> str:
    return f" {text}"


@dataclass(frozen=True)
class Column:
    """A column: what it says in words, how a cell of it is changed, who has such cells."""

    name: str
    says: str
    edit: Edit
    fits: Callable[[Target], bool] = always


COLUMNS = (
    Column("id", "the name of a number", word),
    Column("kind", "whether it is an estimate, a count, a verdict", word),
    Column("unit", "the unit", word),
    Column("item", "the question", word),
    Column("level", "the answer", word),
    Column("group", "the group", word),
    Column("statistic", "the statistic", word),
    Column("lower", "the lower end of an interval", leading, of_a_wave),
    Column("upper", "the upper end of an interval", leading, of_a_wave),
    Column("n", "a base", digit, of_a_wave),
    Column("n_eff", "an effective base", leading, of_a_wave),
    Column("deff", "a design effect", leading, of_a_wave),
    Column("reliability", "whether it is reliable", word, of_a_wave),
    Column("suppressed", "why it is withheld", word, of_a_wave),
    Column("run", "the run", word),
    Column("simulated", "whether it is simulated", word),
    Column("note", "the note", word),
)
SPELT = (
    ("n-grouped", "a base, as `5_3_4`", "n", grouped),
    ("n-arabic", "a base, in Arabic digits", "n", arabic),
    ("n-blank", "a base, with a blank before it", "n", blank_before),
    ("value-blank", "a value, with a blank before it", "value", blank_before),
)
"""The same number for a careless reader of it."""
ELSEWHERE = {"statistic", "simulated"}
"""Sealed again, these are among the kinds of `resealed`."""


def changed_cell(column: str, edit: Edit, *, again: bool) -> Change:
    """Change one cell that is not empty, in any row."""

    def change(target: Target) -> Made:
        rows = target.ledger()
        row = target.draw.choice([r for r in rows if len(r[column]) > 1 or r[column].isdigit()])
        if column in ("value", "n"):
            row = target.draw.choice([r for r in rows if numbered(r) and len(r[column]) > 1])
        before, number = row[column], row["id"]
        row[column] = edit(target, before)
        what = f"{number}: {column} {before[:20]} -> {row[column][:20]}"
        if again:
            reseal.ledger(target, rows)
            return Made(what, (f"DIFFERS {number} ",))
        target.tree.write(target.name(LEDGER), as_csv(rows))
        said = "number_gone" if column == "id" else "changed"
        places = (f"{LEDGER}: audit.seal.changed", f"{LEDGER}: {number}: audit.seal.{said}")
        return Made(f"{LEDGER}: {what}", places)

    return change


KINDS: tuple[Kind, ...] = tuple(
    broken(f"column-{c.name}", f"ledger: {c.says}", "`figures.csv` and the number",
           changed_cell(c.name, c.edit, again=False), fits=c.fits)
    for c in COLUMNS
)  # fmt: skip
RESEALED: tuple[Kind, ...] = (
    *(differs(f"resealed-column-{c.name}", c.says, 2, "the number",
              changed_cell(c.name, c.edit, again=True), fits=c.fits)
      for c in COLUMNS if c.name not in ELSEWHERE),
    *(differs(f"resealed-{name}", says, 2, "the number", changed_cell(column, edit, again=True),
              fits=of_a_wave)
      for name, says, column, edit in SPELT),
)  # fmt: skip
