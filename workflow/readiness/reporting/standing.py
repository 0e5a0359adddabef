"""What each page, picture and workbook says of itself in one line: whose numbers, and since when.

What becomes of a publication later its seal cannot know: pages lead to the one that says it.
"""

from typing import Literal

from pydantic import Field

from readiness.analysis.selection import Selection
from readiness.config import SelectionName, StrictModel
from readiness.datasets.versions import pull_line
from readiness.ground.facts import Day, Fact, Listed, Term, Value
from readiness.language import Language, tell

SIMULATED = "report.rendering.status.simulated"
# How the people came to answer whose answers it shows; "": figures that others published, judged.
# Whether the answers are real no program can tell.
SELECTED = {
    "": "report.rendering.status.judged",
    **{selection.value: f"report.rendering.status.{selection.key}" for selection in Selection},
}


def nature_of(selection: str, *, simulated: bool) -> str:
    """The key of what a page is of: simulated, or how respondents were selected (`selection` of a
    wave as the configuration has it, "" of a study).
    """
    return SIMULATED if simulated else SELECTED[selection]


class Standing(StrictModel):
    """The publication that a document is of, "" for a run of today; `released`: the day, "" for a
    draft; `data`: MD5 of each dataset version of its run; `selection`: how the respondents of its
    wave were selected, "" of a study.
    """

    publication: str = ""
    released: str = ""
    data: dict[str, str] = Field(default_factory=dict)
    selection: SelectionName | Literal[""] = ""

    @property
    def state(self) -> Fact:
        """What it is: a run of today, a draft, or released when."""
        named: dict[str, Value] = {"name": self.publication}
        if self.released:
            return Fact("report.standing.released", {**named, "day": Day(self.released)})
        kind = "report.standing.draft" if self.publication else "report.standing.run"
        return Fact(kind, named if self.publication else {})

    def line(self, language: Language, *, simulated: bool) -> str:
        """The one line: of whom it is, or simulated; what it is, and of which data."""
        told: dict[str, Value] = {
            "nature": Term(nature_of(self.selection, simulated=simulated)),
            "state": self.state,
            "data": Listed(tuple(self.data), "comma"),
        }
        return tell(Fact("report.standing", told), language)

    def now(self, language: Language) -> str:
        """Where a page of a publication finds what has become of it: beside it on the site."""
        return f"../../../status/{self.publication}.html#{language}" if self.publication else ""

    def pull(self, name: str) -> str:
        """How a dataset version comes here."""
        return pull_line(name, self.data.get(name, ""))
