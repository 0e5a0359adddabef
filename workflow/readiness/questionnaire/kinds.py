"""The kinds of questions, with their consequences for coding, statistics and display.

An item holds its kind as an object. Other modules read properties of the kind
(`item.kind.takes_several`) and never compare names of kinds. What depends on the kind outside this
room (reading a cell, level of measurement in a statistics program) is a table by kind in the room
concerned. The section "A new kind of question" of `docs/architecture.md` lists these tables, and a
test checks that each table names every kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# Codes in the column of an option of a multiple-response question.
NOT_CHOSEN, CHOSEN = "0", "1"


@dataclass(frozen=True)
class QuestionKind:
    """One kind of question.

    Attributes:
        name: the kind as a questionnaire file writes it.
        takes_options: an answer is one or several of the item's categories.
        takes_several: any number of categories can be chosen, none of which excludes another.
        is_ordered: the categories are levels of a scale, from low to high; they can be added up
            in boxes, and the first box is the headline.
        is_number: an answer is a number within the item's range, in its unit; its mean and
            quartiles are estimated.
        is_date: an answer is a day.
        is_free_text: an answer is in the respondent's own words: stored separately, never
            estimated.
        written_as: format of an answer that is neither chosen nor a number; "" for any format.
        forms: the charts that draw the item, the main one first; none for an item that is not
            estimated.
        forms_of_two: the charts of an item with two categories, for which one share suffices;
            `forms` where empty.
    """

    name: str
    takes_options: bool = False
    takes_several: bool = False
    is_ordered: bool = False
    is_number: bool = False
    is_date: bool = False
    is_free_text: bool = False
    written_as: str = ""
    forms: tuple[str, ...] = ()
    forms_of_two: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name

    @property
    def takes_one(self) -> bool:
        """True if an answer is exactly one category, so that the item can define groups."""
        return self.takes_options and not self.takes_several

    @property
    def is_nominal(self) -> bool:
        """True if an answer is exactly one category of an unordered list."""
        return self.takes_one and not self.is_ordered

    @property
    def is_estimated(self) -> bool:
        """True if shares or means are estimated from the answers."""
        return self.takes_options or self.is_number

    @property
    def fewest_options(self) -> int:
        """Smallest number of categories that an item must have."""
        if not self.takes_options:
            return 0
        return 1 if self.takes_several else 2

    def list_columns(self, item: str, codes: Sequence[str]) -> tuple[str, ...]:
        """Return the names of an item's columns in the coded table.

        `item`: id of the item. `codes`: codes of the categories. A multiple-response item has the
        column `item.option` for each option; any other item has one column, its id.
        """
        return tuple(f"{item}.{code}" for code in codes) if self.takes_several else (item,)

    def list_column_codes(self, codes: Sequence[str]) -> tuple[str, ...]:
        """Return the codes that each column of the item in the coded table can hold.

        `codes`: codes of the categories. The columns of a multiple-response item hold `NOT_CHOSEN`
        or `CHOSEN`.
        """
        return (NOT_CHOSEN, CHOSEN) if self.takes_several else tuple(codes)

    def list_forms(self, categories: int) -> tuple[str, ...]:
        """Return the charts of an item with this number of categories, the main one first."""
        return (categories == 2 and self.forms_of_two) or self.forms


SINGLE = QuestionKind("single", takes_options=True, forms=("levels",), forms_of_two=("intervals",))
ORDINAL = QuestionKind(
    "ordinal", takes_options=True, is_ordered=True, forms=("levels", "intervals")
)
MULTI = QuestionKind("multi", takes_options=True, takes_several=True, forms=("options",))
NUMBER = QuestionKind("number", is_number=True, forms=("means",))
DATE = QuestionKind("date", is_date=True, written_as="YYYY-MM-DD")
TEXT = QuestionKind("text", is_free_text=True)
# Every kind of question, by the name that a questionnaire file writes.
KINDS = {kind.name: kind for kind in (SINGLE, ORDINAL, MULTI, NUMBER, DATE, TEXT)}


@dataclass(frozen=True)
class BlockKind:
    """One kind of block: questions that were asked together, and are one item per row.

    Attributes:
        name: the kind as a questionnaire file writes it.
        is_table: the rows are questions that share a scale, and can be shown as one table.
        is_ranking: the rows are the options of one list, and each answer is the option's rank.
    """

    name: str
    is_table: bool = False
    is_ranking: bool = False

    def __str__(self) -> str:
        return self.name


GRID = BlockKind("grid", is_table=True)
RANKING = BlockKind("ranking", is_ranking=True)
# Every kind of block, by the name that a questionnaire file writes.
BLOCKS = {kind.name: kind for kind in (GRID, RANKING)}
