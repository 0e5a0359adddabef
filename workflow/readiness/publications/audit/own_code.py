"""Whether published numbers still come out of the code that was sealed with them.

That is a question of its own: code that somebody else has sealed can print whatever was published,
so its answer makes no number right. Where it computes another number than this program, both are
told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from readiness.facts import Fact
from readiness.publications.archive import ARCHIVE
from readiness.publications.audit.model import Number
from readiness.publications.audit.numbers import ledger_table
from readiness.publications.outcomes import PASSING, Finding, Outcome
from readiness.publications.reproduce import compare, quoted
from readiness.register.published import same_cell


def own_answer(
    rows: Sequence[Mapping[str, str]], figures: pd.DataFrame, digest: str, *, known: bool = True
) -> Finding:
    """Whether the numbers of a ledger still come out of the code that was sealed with them.

    `figures` is what that code computed, `digest` its hash; `known` whether it is trusted: the
    answer makes no number right.
    """
    compared = compare(ledger_table(rows, figures.columns), figures)
    wrong = sum(Outcome(verdict) not in PASSING for verdict in compared["verdict"])
    if wrong:
        n = {"n": wrong, "all": len(compared)}
        return Finding(ARCHIVE, Outcome.DIFFERS, Fact("audit.code.other_numbers", n))
    kind = "audit.code.known" if known else "audit.code.unknown"
    return Finding(ARCHIVE, Outcome.REPRODUCED, Fact(kind, {"digest": digest}))


def with_own_numbers(
    numbers: Iterable[Number], own: pd.DataFrame, present: pd.DataFrame
) -> Iterator[Number]:
    """The numbers, each of which the sealed code computes otherwise than this program with both
    values: `own` is the register that it left, `present` this program's."""
    before, after = ({row["id"]: row for row in t.to_dict("records")} for t in (own, present))
    for number in numbers:
        old, new = before.get(number.id), after.get(number.id)
        if not (old and new) or same_cell(old["value"], new["value"]):
            yield number
            continue
        texts = {"text_own": quoted(old), "text_now": quoted(new)}
        fact = Fact("audit.code.gives", texts)
        if number.fact:
            fact = Fact("audit.both", {"first": number.fact, "second": fact})
        yield replace(number, fact=fact)
