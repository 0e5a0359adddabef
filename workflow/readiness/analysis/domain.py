"""The part of the respondents that a wave's figures describe (`estimate.where`): a domain.

Everybody stays in the design, so that strata, sampling units and replicates are those that were
drawn (`subset` of R's survey). Whoever is outside the domain counts as not asked, so figures of a
domain are published, protected and attacked like those of a question that is asked after another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from readiness.ground.arrays import BoolArray
from readiness.ground.errors import DataError
from readiness.questionnaire import NOT_ASKED, Category, Item, Questionnaire, Routing
from readiness.questionnaire.kinds import KINDS
from readiness.survey.design import Design

# Codes of answers by item. Respondents in the domain gave one of the codes to each item.
Where = Mapping[str, Sequence[str]]
# Artificial item: whether a respondent is inside the domain. No item of a questionnaire can have
# this id, because ids do not begin with an underscore.
DOMAIN, INSIDE, OUTSIDE = "_domain", "inside", "outside"


def find_inside(answers: pd.DataFrame, where: Where | None) -> BoolArray:
    """Return who is in the domain, (rows,): everybody without `where`.

    `answers`: coded, with the columns of `where`. DataError where one is missing.
    """
    inside = np.ones(len(answers), dtype=bool)
    for name, codes in (where or {}).items():
        if name not in answers:
            raise DataError(
                f"the coded answers have no column {name}, by which another wave or publication of "
                "the same answers chooses whom it counts. Derive the item in this wave, too."
            )
        inside &= answers[name].isin(list(codes)).to_numpy()
    return inside


def limit_answers(answers: pd.DataFrame, asked: Questionnaire, where: Where | None) -> pd.DataFrame:
    """Return the coded answers as if nobody outside the domain had been asked.

    `answers`: coded, with the columns of `where`, which stay as they are; so do the columns that no
    item has. Without `where` everybody is inside.
    """
    if not where:
        return answers
    inside = find_inside(answers, where)
    columns = dict.fromkeys(c for i in asked.items if i.id not in where for c in i.columns)
    own = {name: answers[name].where(inside, NOT_ASKED) for name in columns if name in answers}
    return answers.assign(**own)


def limit_design(design: Design, asked: Questionnaire, where: Where | None) -> Design:
    """Return the design with the answers of the domain alone: every row stays."""
    if not where:
        return design
    return replace(design, data=limit_answers(design.data, asked, where), _coded={})


def route_questions(asked: Questionnaire, where: Where | None) -> Questionnaire:
    """Return the questionnaire with the domain as a condition of each item outside `where`."""
    own = [Routing(item=name, one_of=tuple(codes)) for name, codes in (where or {}).items()]
    return _add_conditions(asked, where or {}, own)


def add_domain(
    answers: pd.DataFrame, asked: Questionnaire, where: Where | None
) -> tuple[pd.DataFrame, Questionnaire]:
    """Limit answers to a domain, and add the item `DOMAIN` to answers and questionnaire.

    Everybody answers `DOMAIN`, by `INSIDE` or `OUTSIDE`; all other items are asked inside only.
    Without `where`, both are returned unchanged. Arguments as of `limit_answers`.
    """
    if not where:
        return answers, asked
    column = np.where(find_inside(answers, where), INSIDE, OUTSIDE)
    limited = limit_answers(answers, asked, where).assign(**{DOMAIN: column})
    first = asked.items[0]
    domain = Item.model_construct(
        id=DOMAIN,
        kind=KINDS["single"],
        column=DOMAIN,
        label=first.label,
        categories=tuple(
            Category.model_construct(code=code, text=code, label=first.label)
            for code in (INSIDE, OUTSIDE)
        ),
    )
    routed = _add_conditions(asked, where, [Routing.model_construct(item=DOMAIN, one_of=(INSIDE,))])
    return limited, routed.model_copy(update={"items": (domain, *routed.items)})


def _add_conditions(asked: Questionnaire, where: Where, own: Sequence[Routing]) -> Questionnaire:
    """Return the questionnaire with more conditions of each item outside `where`."""
    items = tuple(
        item if item.id in where else item.model_copy(update={"asked_if": (*item.asked_if, *own)})
        for item in asked.items
    )
    return asked.model_copy(update={"items": items})
