"""Measure the share of an export that is lost, and refuse a mass loss.

A fault in one answer is listed and counted. If every twentieth row has the same fault, respondents
are not the cause: dates are in another order, codes were not exported, an option was renamed.
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

# Share above which a run stops, unless the configuration sets another.
LARGEST_LOSS = 0.05
# Longest example, in characters; the options of an item may fill a page.
EXAMPLE = 160
# Key in the catalogues of the reason for a loss, by rule.
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
    """Submissions (`item` is "") or answers to an item that are lost.

    `lost` and `of` are counts. `reasons`: count by rule, the largest first. `example`: a row of the
    table of issues under the first rule, empty where there is none.
    """

    item: str
    lost: int
    of: int
    reasons: dict[str, int]
    example: Mapping[Any, Any]

    @property
    def share(self) -> float:
        """Share lost, 0-1."""
        return self.lost / self.of if self.of else 0.0

    @property
    def fact(self) -> Fact:
        """Fact with the number lost and the reasons, without the example."""
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
        """Return a sentence with the number lost, the reasons and an example.

        The example has the content of the cell if `quoting`, otherwise only its place and rule.
        """
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
        """True if the loss may count as a mass loss; a single lost answer to an item may not."""
        return not self.item or self.lost > 1


def losses(result: Validated) -> list[Loss]:
    """Return the losses of the submissions, then of each item, the largest share first."""
    all_losses = []
    for item, parts in result.reconciliation.groupby("item", sort=False):
        counts = dict(zip(parts["part"], parts["n"].astype(int), strict=True))
        reasons = {part: n for part, n in counts.items() if part not in NO_LOSS}
        order = sorted(reasons.items(), key=lambda part: (-part[1], part[0]))
        if reasons := {part: n for part, n in order if n}:
            of = counts[ANSWERS] - counts.get(ASIDE, 0) if item else result.count("received")
            issues = result.issues
            at = (issues["item"] == item) & (issues["rule"] == next(iter(reasons)))
            example = issues[at].iloc[0].to_dict() if at.any() else {}
            all_losses.append(Loss(str(item), sum(reasons.values()), of, reasons, example))
    return sorted(all_losses, key=lambda loss: (loss.item != "", -loss.share, loss.item))


def write_sums(
    result: Validated,
    about: Mapping[Hashable, Any],
    language: Language,
    *,
    quoting: bool = True,
) -> list[str]:
    """Return lines that account for every row of the file and every answer.

    `about`: attributes of the raw table. `quoting`: also quote further header rows, the columns
    read together and the columns left out.
    """
    table = result.reconciliation
    rows = table[table["item"] == ""].set_index("part")["n"]
    sums = table[table["item"] != ""].groupby("part")["n"].sum()
    outside = {name: int(rows.get(name, 0)) for name in (ROWS, HEADER, EMPTY, KEPT)}
    aside = 2 * outside[ROWS] - sum(outside.values())
    answer_sums = {
        name: int(sums.get(name, 0)) for name in (ANSWERS, USED, ASIDE, DECLARED, CORRECTED)
    }
    lost = int(sums.sum()) - sum(answer_sums.values())
    headers = about.get(HEADERS, ())[1:] if quoting else ()
    quoted_headers = [quote_cell(" | ".join(filter(None, row))) for row in headers]
    row_sums: dict[str, Value] = {
        **{"file_rows": outside[ROWS], "headers": outside[HEADER], "empty": outside[EMPTY]},
        **{"aside": aside, "kept": outside[KEPT]},
        **({"said_headers": Listed(tuple(quoted_headers), "comma")} if quoted_headers else {}),
    }
    kind = "validation.sums.headed" if quoted_headers else "validation.sums.rows"
    unread: Sequence[tuple[str, int]] = about.get(LEFT_OUT, ())
    left_out = sum(n for _, n in unread)
    answers = {**{f"n_{name}": n for name, n in answer_sums.items()}, "n_lost": lost}
    answers |= {"n_answers": answer_sums[ANSWERS] + left_out, "n_left_out": left_out}
    lists = {"validation.sums.slots": about.get(SLOTS, ())}
    lists["validation.sums.left_out"] = [[name for name, _ in unread]] if unread else []
    quoted_lines = []
    for key, column_lists in lists.items() if quoting else ():
        for columns in column_lists:
            column_list = ", ".join(map(quote_cell, columns))
            quoted_lines.append(tell(Fact(key, {"columns": column_list}), language))
    return [
        tell(Fact(kind, row_sums), language),
        tell(Fact("validation.sums.answers", {**answers}), language),
        *quoted_lines,
    ]


def refuse_mass_loss(result: Validated, source: object, largest: float) -> None:
    """Raise DataError naming the first mass loss whose share is above `largest` (0-1)."""
    if mass_losses := [loss for loss in losses(result) if loss.is_mass and loss.share > largest]:
        raise DataError(
            f"{source}: more than {100 * largest:g} % would be dropped: {mass_losses[0]}\n"
            "Correct the export, the questionnaire or the dates of the wave; if the loss is "
            "correct, set validate.largest_loss."
        )


def write_loss_lines(result: Validated, language: Language, *, quoting: bool = True) -> list[str]:
    """Return a line on the lost submissions, and one on the item with the largest loss.

    A third line counts the other items with a loss. Empty when nothing is lost. `quoting`: quote
    the example's content.
    """
    all_losses = losses(result)
    lines = [loss.describe(language, quoting=quoting) for loss in all_losses if not loss.item]
    if items := [loss for loss in all_losses if loss.item]:
        lines.append(items[0].describe(language, quoting=quoting))
        if len(items) > 1:
            lines.append(tell(Fact("validation.lost.others", {"n": len(items) - 1}), language))
    return lines


def write_loss_line(result: Validated, about: Mapping[Hashable, Any]) -> str:
    """Return losses and sums in one line for logs, without any respondent's content."""
    lines = write_loss_lines(result, "en", quoting=False)
    sums = write_sums(result, about, "en", quoting=False)
    return " ".join(["LOST:" if lines else "SUMS:", *lines, *sums])
