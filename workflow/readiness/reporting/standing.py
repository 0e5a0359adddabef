"""Standing of a page, picture or workbook in one line: whose numbers, and since when.

A seal cannot know what later becomes of a publication: pages link to the page that says it.
"""

from typing import Literal

from pydantic import Field

from readiness.analysis.selection import Selection
from readiness.config import SelectionName, StrictModel
from readiness.datasets.versions import pull_line
from readiness.ground.facts import Day, Fact, Listed, Term, Value
from readiness.language import Language, tell

SIMULATED = "report.rendering.status.simulated"
# Catalogue key of how the respondents were selected; "" for figures that others published. No
# program can tell whether the answers are real.
SELECTED = {
    "": "report.rendering.status.judged",
    **{selection.value: f"report.rendering.status.{selection.key}" for selection in Selection},
}


def nature_of(selection: str, *, simulated: bool) -> str:
    """Return the catalogue key of what a page shows: simulated answers, or the selection.

    `selection`: of a wave as the configuration has it, "" for a study.
    """
    return SIMULATED if simulated else SELECTED[selection]


class Standing(StrictModel):
    """Publication of a document, with release day and data.

    `publication`: "" for a run of today; `released`: the day, "" for a draft; `data`: MD5 of each
    dataset version of its run; `selection`: how the respondents of its wave were selected, "" for a
    study.
    """

    publication: str = ""
    released: str = ""
    data: dict[str, str] = Field(default_factory=dict)
    selection: SelectionName | Literal[""] = ""

    @property
    def state(self) -> Fact:
        """State of the document: a run of today, a draft, or released on a day."""
        named: dict[str, Value] = {"name": self.publication}
        if self.released:
            return Fact("report.standing.released", {**named, "day": Day(self.released)})
        kind = "report.standing.draft" if self.publication else "report.standing.run"
        return Fact(kind, named if self.publication else {})

    def line(self, language: Language, *, simulated: bool) -> str:
        """Return the line: selection or simulated, state, and data."""
        values: dict[str, Value] = {
            "nature": Term(nature_of(self.selection, simulated=simulated)),
            "state": self.state,
            "data": Listed(tuple(self.data), "comma"),
        }
        return tell(Fact("report.standing", values), language)

    def now(self, language: Language) -> str:
        """Return the address of the publication's status page; "" without a publication."""
        return f"../../../status/{self.publication}.html#{language}" if self.publication else ""

    def pull(self, name: str) -> str:
        """Return the command that fetches a dataset version."""
        return pull_line(name, self.data.get(name, ""))
