"""Respondents as the form exports them: texts instead of codes, moments, invitation codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from readiness.questionnaire import BLANK, DONT_KNOW, NOT_ASKED, Item, Questionnaire
from simulated_wave import scenario
from simulated_wave.population import pick

# No letter or digit that is read for another (0 and O, 1 and I, 5 and S).
_TOKEN_ALPHABET = "ABCDEFGHJKLMNPQRTUVWXYZ2346789"  # noqa: S105
_TOKEN_LENGTH = 8


@dataclass
class Submission:
    """One row of an export: exported texts by item, and in which exports it stands (1, 2)."""

    moment: datetime
    invitation: str
    texts: dict[str, str]
    exports: set[int] = field(default_factory=set)
    # What the export shows instead of the moment, when it is not a moment.
    stamp: str = ""

    def copy(self) -> Submission:
        """The same submission once more, to be changed."""
        return Submission(self.moment, self.invitation, dict(self.texts), set(self.exports))


def make_tokens(n: int, rng: np.random.Generator) -> list[str]:
    """`n` different invitation codes of eight capitals and digits."""
    tokens: dict[str, None] = {}
    while len(tokens) < n:
        letters = np.floor(rng.random(_TOKEN_LENGTH) * len(_TOKEN_ALPHABET)).astype(int)
        tokens["".join(_TOKEN_ALPHABET[letter] for letter in letters)] = None
    return list(tokens)


def make_moment(uniform: tuple[float, float], first: datetime, last: datetime) -> datetime:
    """A moment between two days: more in the first days, between 8 and 22 o'clock."""
    days = (last - first).days
    day = int(days * uniform[0] ** 1.6)
    return first + timedelta(days=day, hours=8, seconds=int(uniform[1] * 14 * 3600))


def exported_text(item: Item, answer: Mapping[str, object], joined_by: str = ";") -> str:
    """The text of one cell for the codes that `answer` holds in the columns of `item`."""
    codes = [str(answer[column]) for column in item.columns]
    if codes[0] in (BLANK, NOT_ASKED):
        return ""
    if codes[0] == DONT_KNOW:
        assert item.dont_know is not None
        return item.dont_know.text
    if item.kind.takes_several:
        return joined_by.join(
            category.text
            for category, code in zip(item.categories, codes, strict=True)
            if code == "1"
        )
    if item.kind.is_number:
        return codes[0]
    return next(category.text for category in item.categories if category.code == codes[0])


def professional_texts(
    person: Mapping[str, object], questionnaire: Questionnaire, uniform: tuple[float, float]
) -> dict[str, str]:
    """The cells of a professional; `uniform` decides what is written in the free fields."""
    answer = {
        **person,
        "respondent_group": "professional",
        "declared_profession": person["profession"],
        "expert_field": NOT_ASKED,
    }
    free = _free_texts(uniform)
    if person["use_ai"] != "yes":
        free["tools"] = ""
    # Some rows come from a sheet, which joins ticked options by a comma and a space.
    joined_by = ", " if uniform[0] < 0.1 else ";"
    return {
        item.id: free[item.id] if item.kind.is_free_text else exported_text(item, answer, joined_by)
        for item in questionnaire.items
    }


def _free_texts(uniform: tuple[float, float]) -> dict[str, str]:
    tools = scenario.TOOLS[int(uniform[0] * len(scenario.TOOLS))]
    share = scenario.REMARK_SHARE
    remark = ""
    if uniform[1] < share:
        remark = scenario.REMARKS[int(uniform[1] / share * len(scenario.REMARKS))]
    return {"tools": tools, "remark": remark}


def expert_submissions(questionnaire: Questionnaire, rng: np.random.Generator) -> list[Submission]:
    """Experts, by the open link: outside the frame, asked only what everyone is asked."""
    first, last = _period()
    submissions = []
    for _ in range(scenario.EXPERTS):
        answer: dict[str, object] = {
            "respondent_group": "expert",
            "expert_field": pick(rng.random(1), scenario.EXPERT_FIELDS)[0],
            "experience_years": 2 + int(rng.random() * 28),
            "perception": pick(rng.random(1), scenario.SHARES["perception"])[0],
            "training_need": pick(rng.random(1), scenario.SHARES["training_need"])[0],
        }
        for code, share in scenario.REGULATION.items():
            answer[f"regulation.{code}"] = "1" if rng.random() < share else "0"
        texts = {item.id: "" for item in questionnaire.items}
        for item in questionnaire.items:
            if item.columns[0] in answer:
                texts[item.id] = exported_text(item, answer)
        moment = make_moment((rng.random(), rng.random()), first, last)
        submissions.append(Submission(moment, "", texts))
    return submissions


def _period() -> tuple[datetime, datetime]:
    """The first and the last day of the wave, at midnight."""
    first = datetime.combine(scenario.OPENS, datetime.min.time())
    last = datetime.combine(scenario.CLOSES, datetime.min.time())
    return first, last


def professional_submissions(
    respondents: pd.DataFrame, questionnaire: Questionnaire, rng: np.random.Generator
) -> list[Submission]:
    """Clean submissions of `respondents` (with a column `token`), one each, within the wave."""
    first, last = _period()
    submissions = []
    for person in respondents.to_dict("records"):
        moment = make_moment((rng.random(), rng.random()), first, last + timedelta(days=1))
        named = {str(name): value for name, value in person.items()}
        texts = professional_texts(named, questionnaire, (rng.random(), rng.random()))
        submissions.append(Submission(moment, str(person["token"]), texts))
    return submissions
