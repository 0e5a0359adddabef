"""How respondents came in, and what may be said of them: everyone asks here. And what bases and
groups are called in tables.

A probability sample bears design-based inference. In a census chance drew nobody: there is no
error of sampling, so no interval and no p-value; what those who did not answer leave open is told
by the ranges of nonresponse. Who came in by themselves bear inference only under an assumption that
is said with it. Chosen respondents speak for themselves: an interval would be "as if it were a
random sample", which it is not. "Margin of error" and "representative" are used for neither of the
last two (AAPOR, Guidance on opt-in samples).
"""

from enum import Enum

from readiness.ground.figure_id import ANSWERED as ANSWERED
from readiness.ground.figure_id import WITH_DONT_KNOW as WITH_DONT_KNOW


def group_name(variable: str, category: str) -> str:
    """The group of a table that a category is, where other variables have their columns beside."""
    return f"{variable}:{category}"


def variable_of(group: str) -> str:
    """The variable that `crossed` named; "" for the groups that are compared, and for the total."""
    return group.rpartition(":")[0]


class Selection(Enum):
    """The ways of selecting respondents, by the spelling of the configuration (`selection`)."""

    PROBABILITY = "probability"
    CENSUS = "census"
    OPT_IN = "opt-in"
    PURPOSIVE = "purposive"

    @property
    def key(self) -> str:
        """The last part of a key of the catalogues: `probability`, `census`, `opt_in`, ..."""
        return self.name.lower()

    @property
    def is_drawn(self) -> bool:
        """Whether chance drew the respondents, with known probabilities."""
        return self is Selection.PROBABILITY

    @property
    def response_rate(self) -> bool:
        """Whether those who were asked are a known set, of which a share answered.

        Who came in by themselves has a participation rate at most (AAPOR, Standard Definitions).
        """
        return self in (Selection.PROBABILITY, Selection.CENSUS)

    @property
    def population(self) -> bool:
        """Whether the shares speak of more people than those who answered."""
        return self is not Selection.PURPOSIVE

    @property
    def inference(self) -> bool:
        """Whether an interval, a standard error or a p-value has a meaning: of a chance that drew
        respondents, or let them come in.
        """
        return self in (Selection.PROBABILITY, Selection.OPT_IN)
