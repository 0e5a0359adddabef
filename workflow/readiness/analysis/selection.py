"""Selection of respondents and the inference that it supports; names of bases and groups in tables.

A probability sample supports design-based inference. A census has no sampling error, so no interval
and no p-value; the ranges of nonresponse show what is uncertain. Self-selected respondents support
inference only under an assumption that is stated with it. Purposively chosen respondents represent
themselves: an interval would pretend a random sample. "Margin of error" and "representative" are
used for neither of the last two (AAPOR, Guidance on opt-in samples).
"""

from enum import Enum

from readiness.ground.figure_id import ANSWERED as ANSWERED
from readiness.ground.figure_id import WITH_DONT_KNOW as WITH_DONT_KNOW


def group_name(variable: str, category: str) -> str:
    """Return `variable:category`, the entry of column `group` in tables with several variables."""
    return f"{variable}:{category}"


def variable_of(group: str) -> str:
    """Return the variable in a name by `group_name`; "" for the compared groups, and for the
    total.
    """
    return group.rpartition(":")[0]


class Selection(Enum):
    """Ways of selecting respondents, by the spelling of the configuration (`selection`)."""

    PROBABILITY = "probability"
    CENSUS = "census"
    OPT_IN = "opt-in"
    PURPOSIVE = "purposive"

    @property
    def key(self) -> str:
        """Last part of a catalogue key: `probability`, `census`, `opt_in`, ..."""
        return self.name.lower()

    @property
    def is_drawn(self) -> bool:
        """Whether respondents were drawn by chance, with known probabilities."""
        return self is Selection.PROBABILITY

    @property
    def response_rate(self) -> bool:
        """Whether the people who were asked are a known set, of which a share answered.

        Self-selected respondents have at most a participation rate (AAPOR, Standard Definitions).
        """
        return self in (Selection.PROBABILITY, Selection.CENSUS)

    @property
    def population(self) -> bool:
        """Whether shares describe more people than those who answered."""
        return self is not Selection.PURPOSIVE

    @property
    def inference(self) -> bool:
        """Whether intervals, standard errors and p-values have a meaning.

        They do for chance that drew respondents or let them come in.
        """
        return self in (Selection.PROBABILITY, Selection.OPT_IN)
