"""Published figures beside the data's own, for a terminal and for a machine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from readiness.language import show, tell
from readiness.questionnaire.items import TOTAL

if TYPE_CHECKING:
    from readiness.forensics.judging.beside_data import Beside
    from readiness.forensics.judging.context import Study


def beside_json(found: Sequence[Beside], register: Mapping[str, str], language: str) -> str:
    """One object a question: its sentence, the base, each figure with the data's own.

    `register` has the shares of the wave's register, by id.
    """
    content = [
        {
            "item": one.item,
            "sentence": tell(one.fact, language),
            "kind": one.fact.kind,
            "reported": one.reported,
            "base": None if one.base is None else one.base.n,
            "answered": one.answered,
            "figures": [
                {
                    "claim": c.claim_id,
                    "answer": c.category,
                    "published": str(c.figure),
                    "count": k,
                    "register": register.get(f"{one.item}.{c.category}.{TOTAL}"),
                }
                for c, k in zip(one.claims, one.counts, strict=True)
            ],
        }
        for one in found
    ]
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def print_beside(
    found: Sequence[Beside], study: Study, register: Mapping[str, str], language: str
) -> None:
    """A table of all figures, and a sentence a question."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    names = ["item", "answer", "published", "of who answered", "count", "n"]
    names += ["register"] if register else []
    for name in names:
        table.add_column(name, justify="left" if name in ("item", "answer") else "right")
    for one in found:
        for claim, count in zip(one.claims, one.counts, strict=True):
            label = study.structure.answer(one.item, claim.category)
            share = "" if count is None or not one.answered else f"{100 * count / one.answered:.2f}"
            answer = claim.category if label is None else show(label, language)
            own = register.get(f"{one.item}.{claim.category}.{TOTAL}", "")
            cells = [one.item, answer, str(claim.figure), share,
                     "" if count is None else str(count), str(one.answered or "")]  # fmt: skip
            cells += [f"{100 * float(own):.2f}" if own else ""] if register else []
            table.add_row(*cells)
    console = Console(highlight=False, markup=False, color_system=None)
    console.print(table)
    for one in found:
        console.print(tell(one.fact, language), soft_wrap=True)
