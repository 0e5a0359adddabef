"""Made surveys: what was asked in a language, and what each person answered."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

WORDS: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "words.yaml").read_text("utf-8")
)
NAMES = ("Amal Haddad", "Jean Petit", "Ana Lopes", "Karl Vogel", "Rita Conti", "Piet Bakker")
# Of the answers that may be left out, how many are.
BLANK = 0.06


@dataclass(frozen=True)
class Asked:
    """A question, or a row of a grid, with an answer a person ("" or () for none).

    kind: one, levels, many, ticks (a column an option in any layout), number, cost, grade, day,
        text, name. `row`: its own text in a grid, whose stem is `text`. `typed`: what each wrote
        beside the options, "" for nothing.
    """

    code: str
    kind: str
    text: str
    options: tuple[str, ...] = ()
    row: str = ""
    answers: tuple[Any, ...] = ()
    typed: tuple[str, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether one option of a list is the answer."""
        return self.kind in ("one", "levels")


@dataclass(frozen=True)
class Survey:
    """What was asked of whom; `began` and `sent` are the moments of each."""

    language: str
    questions: tuple[Asked, ...]
    began: tuple[datetime, ...]
    sent: tuple[datetime, ...]
    words: dict[str, Any] = field(repr=False)

    def __len__(self) -> int:
        return len(self.sent)


def make_survey(seed: int, language: str) -> Survey:
    """A survey of 8 to 14 questions that 25 to 90 people answered, the same for the same seed."""
    chance = random.Random(f"survey {seed}")
    people = chance.randint(25, 90)
    words = WORDS[language]
    made: list[Asked] = []

    def ask(kind: str, key: str, answers: list[Any], options: Any = (), row: str = "") -> None:
        said = words[key] if isinstance(words[key], str) else words[key][0]
        beside = tuple(typed if key == "reads" else [""] * people)
        if key == "place":
            beside = tuple(
                t if a == options[-1] else "" for t, a in zip(typed, answers, strict=True)
            )
        code = f"q{len(made) + 1}"
        made.append(Asked(code, kind, said, tuple(options), row, tuple(answers), beside))

    def some(answer: Any, none: Any = "") -> Any:
        return none if chance.random() < BLANK else answer

    def pick(options: list[str]) -> list[str]:
        weights = [chance.uniform(0.3, 1) for _ in options]
        return [some(chance.choices(options, weights)[0]) for _ in range(people)]

    def tick(options: list[str], share: float) -> list[tuple[str, ...]]:
        found = [tuple(o for o in options if chance.random() < share) for _ in range(people)]
        return found if any(found) else [(options[0],), *found[1:]]

    few = chance.choice((0.0, 0.04, 0.1))
    typed = [f"{words['own']['other']} {k}" if chance.random() < few else "" for k in range(people)]
    uses = pick(words["uses"][1])
    ask("one", "uses", uses, words["uses"][1])
    often = pick(words["often"][1])
    # Asked of those who said yes, but for some whom the form let through.
    stray = chance.random() < 0.3
    through = [u == words["uses"][1][1] or (stray and chance.random() < 0.1) for u in uses]
    often = [o if asked else "" for o, asked in zip(often, through, strict=True)]
    ask("levels", "often", often, words["often"][1])
    happy = pick(words["happy"][1])
    if chance.random() < 0.3:
        happy = [words["unsure"] if chance.random() < 0.1 else answer for answer in happy]
    ask("levels", "happy", happy, words["happy"][1])
    ask("one", "place", pick(words["place"][1]), words["place"][1])
    *listed, nothing = words["reads"][1]
    read = [some(found or (nothing,), ()) for found in tick(listed, 0.4)]
    ask("many", "reads", read, words["reads"][1])
    if chance.random() < 0.7:
        for row in words["agree"][2]:
            ask("levels", "agree", pick(words["agree"][1]), words["agree"][1], row)
    if chance.random() < 0.5:
        ask("number", "age", [some(str(chance.randint(0, 45))) for _ in range(people)])
    if chance.random() < 0.4:
        ask("cost", "cost", [some(f"{chance.uniform(0, 300):.2f}") for _ in range(people)])
    if chance.random() < 0.5:
        points = chance.choice((range(1, 6), range(11), range(1, 8)))
        ask("grade", "grade", pick([str(point) for point in points]))
    if chance.random() < 0.3:
        day = datetime(2024, 1, 1)
        days = [some(f"{day + timedelta(chance.randint(0, 300)):%Y-%m-%d}") for _ in range(people)]
        ask("day", "begun", days)
    if chance.random() < 0.3:
        names = [f"{chance.choice(NAMES)} {chr(65 + k % 26)}{k}" for k in range(people)]
        ask("name", "name", names)
    if chance.random() < 0.6:
        said = [chance.choice(words["remarks"]) + " " * (k % 2) for k in range(people)]
        ask("text", "remark", [some(f"{text} ({k})") for k, text in enumerate(said)])
    sent = [datetime(2024, 3, 4, 8) + timedelta(minutes=chance.randint(1, 40))]
    while len(sent) < people:
        sent.append(sent[-1] + timedelta(seconds=chance.randint(40, 9000)))
    began = [moment - timedelta(seconds=chance.randint(90, 900)) for moment in sent]
    return Survey(language, tuple(made), tuple(began), tuple(sent), words)
