"""How respondents came in, and what may be said of them: everyone asks here.

A probability sample bears design-based inference. In a census there is no sampling, so no error of
it; where some did not answer, intervals say how much that leaves open if those who did are like
them, and no p-value speaks of a difference between people who were all asked. Who came in by
themselves bear inference only under an assumption that is said with it. Chosen respondents speak
for themselves: an interval would be "as if it were a random sample", which it is not. "Margin of
error" and "representative" are used for neither of the last two (AAPOR, Guidance on opt-in
samples).
"""

from __future__ import annotations

from enum import Enum


class Selection(Enum):
    """The ways of selecting respondents, by the spelling of the configuration (`selection`).

    A census of which not all answered is no word of the configuration: `of` finds it.
    """

    PROBABILITY = "probability"
    CENSUS = "census"
    PARTIAL_CENSUS = "census with nonresponse"
    OPT_IN = "opt-in"
    PURPOSIVE = "purposive"

    @classmethod
    def of(cls, name: str, *, complete: bool) -> Selection:
        """The selection of a configuration; `complete`: whether everybody there is answered."""
        found = cls(name)
        return cls.PARTIAL_CENSUS if found is cls.CENSUS and not complete else found

    @property
    def configured_word(self) -> str:
        """The configuration's word for it."""
        return Selection.CENSUS.value if self is Selection.PARTIAL_CENSUS else self.value

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
        return self in (Selection.PROBABILITY, Selection.CENSUS, Selection.PARTIAL_CENSUS)

    @property
    def population(self) -> bool:
        """Whether the shares speak of more people than those who answered."""
        return self is not Selection.PURPOSIVE

    @property
    def intervals(self) -> bool:
        """Whether an interval (a standard error, a design effect) has a meaning."""
        return self in (Selection.PROBABILITY, Selection.OPT_IN, Selection.PARTIAL_CENSUS)

    @property
    def p_values(self) -> bool:
        """Whether a p-value has one: of a chance that drew respondents, or let them come in."""
        return self in (Selection.PROBABILITY, Selection.OPT_IN)
