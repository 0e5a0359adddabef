"""How much of an export is not used as it came, and when that is too much to go on.

A fault of one answer is listed and counted. The same fault in every twentieth row is not the
respondents': dates of another order, codes that were not exported, an option that was renamed.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from readiness.ground.errors import DataError
from readiness.ground.facts import Fact, Listed, Quantity, Term, Value
from readiness.ground.printable import quote_cell, shorten
from readiness.language import Language, tell
from readiness.readers import HEADERS, LEFT_OUT, SLOTS
from readiness.validation.issues import MEANINGS, sentence
from readiness.validation.rows import KEPT
from readiness.validation.validate import (
    ANSWERS,
    ASIDE,
    CORRECTED,
    DECLARED,
    EMPTY,
    HEADER,
    NO_LOSS,
    NOT_KEPT,
    ROUTED_OUT,
    ROWS,
    UNEXPLAINED,
    USED,
    Validated,
)

# The share above which a run stops, unless the configuration says another.
LARGEST_LOSS = 0.05
# Characters of an example; the options of an item may fill a page.
EXAMPLE = 160
# Why something is not used as it came, with its count, by the rule.
REASONS = {
    **{rule: f"participation.chart.{rule}" for rule in (*NOT_KEPT, "structure")},
    **{
        rule: f"validation.reason.{rule}"
        for rule in (
            *("unknown_option", "two_options", "not_a_number", "out_of_range"),
            *("not_a_date", "impossible_date", ROUTED_OUT, UNEXPLAINED),
        )
    },
}


@dataclass(frozen=True)
class Loss:
    """What is lost of the submissions (`item` is "") or of the answers given to an item.

    `lost` and `of` are counts. `reasons` are the rules with their counts, the largest first, and
    `example` is a row of the table of issues, of the first of them.
    """

    item: str
    lost: int
    of: int
    reasons: dict[str, int]
    example: Mapping[Any, Any]

    @property
    def share(self) -> float:
        """In 0-1."""
        return self.lost / self.of if self.of else 0.0

    @property
    def fact(self) -> Fact:
        """How much is lost and why, without the example."""
        reasons = (
            Fact("language.labelled", {"label": Term(REASONS[rule]), "what": n})
            for rule, n in self.reasons.items()
        )
        values: dict[str, Value] = {
            "lost": self.lost,
            "of": self.of,
            "share": Quantity.of(self.share, "share", 1),
            "reasons": Listed(tuple(reasons), "comma"),
        }
        if not self.item:
            return Fact("validation.lost.submissions", values)
        return Fact("validation.lost.answers", {**values, "item": self.item})

    def describe(self, language: Language, *, quoting: bool = True) -> str:
        """How much is lost and why, with one example: what it holds, or its place and its rule."""
        if not self.example:
            return tell(self.fact, language)
        row, column, rule = (str(self.example[name]) for name in ("row", "column", "rule"))
        kind = "validation.at.place" if column else "validation.at.whole"
        place = Fact(kind, {"row": row, "column": column, "what": Fact(MEANINGS[rule])})
        example = sentence(self.example, language) if quoting else tell(place, language)
        return f"{tell(self.fact, language)} {shorten(example, EXAMPLE)}"

    def __str__(self) -> str:
        return self.describe("en")

    @property
    def is_mass(self) -> bool:
        """Whether its share says anything: one odd answer to an item of few is no mass."""
        return not self.item or self.lost > 1


def losses(result: Validated) -> list[Loss]:
    """What is lost of the submissions, then of each item, the largest share first."""
    made = []
    for item, parts in result.reconciliation.groupby("item", sort=False):
        counts = dict(zip(parts["part"], parts["n"].astype(int), strict=True))
        reasons = {part: n for part, n in counts.items() if part not in NO_LOSS}
        order = sorted(reasons.items(), key=lambda part: (-part[1], part[0]))
        if reasons := {part: n for part, n in order if n}:
            of = counts[ANSWERS] - counts.get(ASIDE, 0) if item else result.count("received")
            issues = result.issues
            at = (issues["item"] == item) & (issues["rule"] == next(iter(reasons)))
            example = issues[at].iloc[0].to_dict() if at.any() else {}
            made.append(Loss(str(item), sum(reasons.values()), of, reasons, example))
    return sorted(made, key=lambda loss: (loss.item != "", -loss.share, loss.item))


def write_sums(
    result: Validated,
    about: Mapping[Hashable, Any],
    language: Language,
    *,
    quoting: bool = True,
) -> list[str]:
    """What became of the rows of the file, and of the answers in them, a line each.

    `about`: what was read says of its file (`attrs`). `quoting`: with the header rows where there
    are several, the columns that are read together and those that are left out, each by its name.
    """
    table = result.reconciliation
    rows = table[table["item"] == ""].set_index("part")["n"]
    sums = table[table["item"] != ""].groupby("part")["n"].sum()
    outside = {name: int(rows.get(name, 0)) for name in (ROWS, HEADER, EMPTY, KEPT)}
    aside = 2 * outside[ROWS] - sum(outside.values())
    known = {name: int(sums.get(name, 0)) for name in (ANSWERS, USED, ASIDE, DECLARED, CORRECTED)}
    lost = int(sums.sum()) - sum(known.values())
    headers = about.get(HEADERS, ())[1:] if quoting else ()
    rest = [quote_cell(" | ".join(filter(None, row))) for row in headers]
    said: dict[str, Value] = {
        **{"file_rows": outside[ROWS], "headers": outside[HEADER], "empty": outside[EMPTY]},
        **{"aside": aside, "kept": outside[KEPT]},
        **({"said_headers": Listed(tuple(rest), "comma")} if rest else {}),
    }
    kind = "validation.sums.headed" if rest else "validation.sums.rows"
    unread: Sequence[tuple[str, int]] = about.get(LEFT_OUT, ())
    left_out = sum(n for _, n in unread)
    answers = {**{f"n_{name}": n for name, n in known.items()}, "n_lost": lost}
    answers |= {"n_answers": known[ANSWERS] + left_out, "n_left_out": left_out}
    lists = {"validation.sums.slots": about.get(SLOTS, ())}
    lists["validation.sums.left_out"] = [[name for name, _ in unread]] if unread else []
    quoted = [
        tell(Fact(kind, {"columns": ", ".join(map(quote_cell, columns))}), language)
        for kind, each in lists.items()
        for columns in (each if quoting else ())
    ]
    return [
        tell(Fact(kind, said), language),
        tell(Fact("validation.sums.answers", {**answers}), language),
        *quoted,
    ]


def refuse_mass_loss(result: Validated, source: object, largest: float) -> None:
    """DataError naming the first loss whose share is above `largest` (0-1)."""
    if mass := [loss for loss in losses(result) if loss.is_mass and loss.share > largest]:
        raise DataError(
            f"{source}: more than {100 * largest:g} % is lost: {mass[0]}\nMend the export, the "
            "questionnaire or the wave's days; where it is right so, set validate.largest_loss."
        )


def write_loss_lines(result: Validated, language: Language, *, quoting: bool = True) -> list[str]:
    """What is lost: the submissions, then the item that loses the largest share and how many
    others lose something. Empty when nothing is lost. `quoting`: with what an example holds.
    """
    found = losses(result)
    lines = [loss.describe(language, quoting=quoting) for loss in found if not loss.item]
    if items := [loss for loss in found if loss.item]:
        lines.append(items[0].describe(language, quoting=quoting))
        if len(items) > 1:
            lines.append(tell(Fact("validation.lost.others", {"n": len(items) - 1}), language))
    return lines


def write_loss_line(result: Validated, about: Mapping[Hashable, Any]) -> str:
    """The same in one line with the sums (`write_sums`), for logs, which quote nobody."""
    lines = write_loss_lines(result, "en", quoting=False)
    sums = write_sums(result, about, "en", quoting=False)
    return " ".join(["LOST:" if lines else "SUMS:", *lines, *sums])
