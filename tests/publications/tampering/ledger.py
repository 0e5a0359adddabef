"""Changes of the ledger: of a cell, a row or a column, as it lies and sealed again."""

from collections.abc import Callable

from tampering.reseal import reseal_ledger
from tampering.told import NAMELESS
from tampering.tree import (
    Change,
    Made,
    Rows,
    Target,
    as_csv,
    change_digit,
    change_first,
    change_hash,
)

LEDGER = "figures.csv"
Edit = Callable[[Target, str], str]


def add_word(target: Target, text: str) -> str:
    return f"{text} too"


def change_mode(target: Target, mode: str) -> str:
    return "half_up" if mode != "half_up" else "half_even"


def raise_version(target: Target, cell: str) -> str:
    name, _, version = cell.split()[0].partition("@")
    return f"{name}@{int(version) + 1}"


COLUMNS: dict[str, Edit] = {
    **dict.fromkeys(("value", "se", "lower", "upper", "n", "n_eff", "deff"), change_first),
    **dict.fromkeys(("id", "kind", "unit", "item", "level", "group", "statistic"), add_word),
    **dict.fromkeys(("reliability", "suppressed", "run", "simulated", "note"), add_word),
    "digits": change_digit,
    "rounding": change_mode,
    "dataset": raise_version,
    "lineage": change_hash,
}
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
# The same number for a careless reader of it: `int` takes all of these for 534.
SPELT: dict[str, tuple[str, Edit]] = {
    "n-grouped": ("n", lambda target, text: "_".join(text)),
    "n-arabic": ("n", lambda target, text: text.translate(ARABIC)),
    "n-blank": ("n", lambda target, text: f" {text}"),
    "value-blank": ("value", lambda target, text: f" {text}"),
}


def is_numbered(row: dict[str, str]) -> bool:
    return any(character.isdigit() for character in row["value"])


def change_cell(column: str, edit: Edit, *, again: bool) -> Change:
    """Change one cell in any row, of those that are not empty where there are some."""

    def change(target: Target) -> Made:
        rows = target.ledger()
        filled = [r for r in rows if r[column] and (is_numbered(r) or column != "value")]
        row = target.draw.choice([r for r in filled if len(r[column]) > 1] or filled or rows)
        before, number = row[column], row["id"]
        row[column] = edit(target, before)
        what = f"{LEDGER}: {number}: {column} {before[:20]} -> {row[column][:20]}"
        if again:
            reseal_ledger(target, rows)
            return Made(what, (f"DIFFERS {number} ",))
        target.tree.write(target.name(LEDGER), as_csv(rows))
        said = "number_gone" if column == "id" else "changed"
        # A lineage is no part of what a reader sees of a number.
        named = (f"{LEDGER}: {number}: audit.seal.{said}",) if column != "lineage" else ()
        return Made(what, (f"{LEDGER}: audit.seal.changed", *named))

    return change


def remove_row(target: Target, rows: Rows) -> tuple[str, str]:
    return rows.pop(target.draw.randrange(len(rows)))["id"], "audit.seal.number_gone"


def add_row(target: Target, rows: Rows) -> tuple[str, str]:
    row = dict(target.draw.choice(rows))
    row["id"] += ".added"
    rows.insert(target.draw.randrange(len(rows)), row)
    return row["id"], "audit.number.new"


def swap_rows(target: Target, rows: Rows) -> tuple[str, str]:
    k = target.draw.randrange(len(rows) - 1)
    rows[k], rows[k + 1] = rows[k + 1], rows[k]
    return "", ""


def repeat_row(target: Target, rows: Rows) -> tuple[str, str]:
    """The same number twice, the wrong one first: who looks a number up may take either."""
    k = target.draw.choice([k for k, row in enumerate(rows) if is_numbered(row)])
    rows.insert(k, {**rows[k], "value": change_digit(target, rows[k]["value"])})
    return rows[k]["id"], ""


def add_nameless(target: Target, rows: Rows) -> tuple[str, str]:
    """A number whose row names none."""
    rows.append({**target.draw.choice(rows), "id": ""})
    return NAMELESS, ""


def turn_simulated(target: Target, rows: Rows) -> tuple[str, str]:
    for row in rows:
        row["simulated"] = "false" if row["simulated"] == "true" else "true"
    return target.draw.choice(rows)["id"], ""


def change_rows(edit: Callable[[Target, Rows], tuple[str, str]], *, again: bool) -> Change:
    """Change rows; the edit says which number it is about, and what the seal says of that."""

    def change(target: Target) -> Made:
        rows = target.ledger()
        number, said = edit(target, rows)
        what = f"{LEDGER}: {edit.__name__} {number}"
        if again:
            reseal_ledger(target, rows)
            return Made(what, (f"DIFFERS {number} ",))
        target.tree.write(target.name(LEDGER), as_csv(rows))
        named = (f"{LEDGER}: {number}: {said}",) if said else ()
        return Made(what, (f"{LEDGER}: audit.seal.changed", *named))

    return change


def add_column(said: str) -> Change:
    """A column more, which says another thing of one number, or is a header alone."""

    def change(target: Target) -> Made:
        rows = target.ledger()
        row = target.draw.choice(rows)
        for other in rows:
            other["checked by the court of auditors"] = said if other is row else ""
        reseal_ledger(target, rows)
        later = (f"DIFFERS {row['id']} ",) if said else ()
        return Made(f"{LEDGER}: a column more", ("figures.csv: audit.states.table_columns",), later)

    return change


CHANGES: dict[str, Change] = {
    **{f"column-{name}": change_cell(name, COLUMNS[name], again=False) for name in COLUMNS},
    "row-removed": change_rows(remove_row, again=False),
    "row-added": change_rows(add_row, again=False),
    "rows-swapped": change_rows(swap_rows, again=False),
    **{
        f"resealed-column-{name}": change_cell(name, COLUMNS[name], again=True)
        for name in COLUMNS
        if name != "simulated"
    },
    **{f"resealed-{name}": change_cell(*SPELT[name], again=True) for name in SPELT},
    "resealed-simulated": change_rows(turn_simulated, again=True),
    "resealed-row-removed": change_rows(remove_row, again=True),
    "resealed-row-added": change_rows(add_row, again=True),
    "resealed-row-twice": change_rows(repeat_row, again=True),
    "resealed-row-nameless": change_rows(add_nameless, again=True),
    "resealed-column": add_column("0.99"),
    "resealed-header": add_column(""),
}
