"""Find shares that a page's tables print without their base or their limits.

Knows the page's HTML and the register's ids only: no code of the program makes either.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

# How the cell of a table names its number: a button's box, or a link to the list of numbers.
_NAMED = re.compile(r'(?:popovertarget="|href="[^"#]*#)([^"]+)"')


def read_rows(register: Path) -> dict[str, dict[str, str]]:
    """The rows of a register by id."""
    with register.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def name_base(share: Mapping[str, str]) -> str:
    """The id of the number of people of whom a share is computed."""
    base = f"{share['item']}.n.{share['group']}"
    if share["level"] == "dont_know":
        return f"{base}.with_dont_know"
    return f"{base}.asked" if share["id"].endswith(".asked") else base


def list_bare_shares(page: str, rows: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield each share of a table whose base is not in that table, or that lacks its limits.

    `page`: HTML of a report. `rows`: rows of its register by id. A share needs limits where its
    register has some: not in a census, nor in a group that is counted apart.
    """
    for place, table in enumerate(LexborHTMLParser(page).css("table"), 1):
        named = set(_NAMED.findall(table.html or ""))
        for cell in table.css("td"):
            for name in _NAMED.findall(cell.html or ""):
                row = rows.get(name, {})
                is_share = (row.get("kind"), row.get("unit")) == ("estimate", "share")
                if not is_share or row["suppressed"]:
                    continue
                if name_base(row) not in named or not rows[name_base(row)]["value"]:
                    yield f"table {place}: {name} has no base"
                if row["lower"] and cell.css_first(".ci") is None:
                    yield f"table {place}: {name} has no limits"


def count_shares(page: str, rows: Mapping[str, Mapping[str, str]]) -> int:
    """How many published shares of its register a page's tables print, each cell once."""
    cells = [cell.html or "" for cell in LexborHTMLParser(page).css("table td")]
    return sum(
        (rows.get(name, {}).get("kind"), rows.get(name, {}).get("unit")) == ("estimate", "share")
        for cell in cells
        for name in _NAMED.findall(cell)
    )
