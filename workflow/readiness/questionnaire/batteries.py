"""Variables that look like the options of one question: neighbours named alike, each 1 or 0."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile

from readiness.questionnaire.labels_of_files import TickedSet, Variable

_MEMBER = re.compile(
    r"(?P<stem>.*?[^\W\d_].*?)(?:[_.][A-Za-z]{0,4}[0-9]{1,4}|[0-9]{1,4}|[_.][A-Za-z])"
)
_ENDS = " -–—:.[]()"


def looked_alike(variables: Sequence[Variable]) -> Iterator[TickedSet]:
    """The sets that neighbours with one stem and the values 1 and 0, or 1 alone, seem to be."""
    for stem, block in groupby(variables, key=_stem):
        members = list(block)
        if not stem or len(members) < 2 or len({m.missing for m in members}) > 1:
            continue
        start = common_start([m.label for m in members])
        if not start.strip(_ENDS) and not set("_.") & {m.name[len(stem)] for m in members}:
            continue  # q1, q2, ...: a row of questions with yes and no
        texts = [m.label[len(start) :].strip(_ENDS) for m in members]
        if not all(texts):
            # All have the label of the question: the option is the label of the value.
            texts = [m.values["1"] for m in members]
        if len(set(texts)) == len(texts):
            yield TickedSet(
                stem,
                start.strip(_ENDS),
                "1",
                tuple(m.name for m in members),
                tuple(texts),
            )


def common_start(texts: Sequence[str]) -> str:
    """What all texts begin with, whole words only."""
    alike = takewhile(lambda signs: len(set(signs)) == 1, zip(*texts, strict=False))
    start = "".join(signs[0] for signs in alike)
    if all(len(text) == len(start) for text in texts):
        return start
    return start[: len(start) - len(re.split(r"\W", start)[-1])]


def _stem(variable: Variable) -> str:
    """What the name of a variable with 1 and 0 begins with; "" for any other."""
    values = set(variable.values) - set(variable.missing)
    match = _MEMBER.fullmatch(variable.name)
    ticked = variable.kind == "number" and {"1"} <= values <= {"0", "1"}
    return match["stem"] if match and ticked and not variable.ranges else ""
