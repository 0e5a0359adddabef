"""Made surveys: what was asked in a language, and what each person answered."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
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
        text, name, consent (everybody gave it).
    `row`: its own text in a grid, whose stem is `text`. `typed`: what each wrote
        beside the options, "" for nothing.
    `written`: how an answer stands in a file of texts, where that is not as it is.
    """

    code: str
    kind: str
    text: str
    options: tuple[str, ...] = ()
    row: str = ""
    answers: tuple[Any, ...] = ()
    typed: tuple[str, ...] = ()
    written: Mapping[str, str] = field(default_factory=dict)

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


# One long function: its draws follow one another in an order that seeded exports rest on.
def make_survey(seed: int, language: str, people: int = 0) -> Survey:  # noqa: C901
    """A survey of 8 to 14 questions that so many people answered, or of 25 to 90; the same for the
    same seed.
    """
    chance = random.Random(f"survey {seed}")
    people = people or chance.randint(25, 90)
    words = WORDS[language]
    made: list[Asked] = []

    def ask(
        kind: str,
        key: str,
        answers: list[Any],
        options: Any = (),
        row: str = "",
        written: Mapping[str, str] | None = None,
    ) -> None:
        said = words[key] if isinstance(words[key], str) else words[key][0]
        beside = tuple(typed if key == "reads" else [""] * people)
        if key == "place":
            beside = tuple(
                t if a == options[-1] else "" for t, a in zip(typed, answers, strict=True)
            )
        code = f"q{len(made) + 1}"
        made.append(
            Asked(code, kind, said, tuple(options), row, tuple(answers), beside, written or {})
        )

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
            agreed = pick(words["agree"][1])
            if seed % 5 == 0:  # a row of a matrix that does not concern everybody
                agreed = [words["none_fits"] if k % 11 == 3 else a for k, a in enumerate(agreed)]
            ask("levels", "agree", agreed, words["agree"][1], row)
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
    _ask_more(random.Random(f"more {seed}"), people, words, language, ask)
    sent = [datetime(2024, 3, 4, 8) + timedelta(minutes=chance.randint(1, 40))]
    while len(sent) < people:
        sent.append(sent[-1] + timedelta(seconds=chance.randint(40, 9000)))
    began = [moment - timedelta(seconds=chance.randint(90, 900)) for moment in sent]
    return Survey(language, tuple(made), tuple(began), tuple(sent), words)


# What stands between thousands, by language.
THOUSANDS = {"en": ",", "fr": "\u202f", "ar": "\u066c"}


def _ask_more(
    chance: random.Random,
    people: int,
    words: dict[str, Any],
    language: str,
    ask: Callable[..., None],
) -> None:
    """Large numbers as people write them, a consent that (nearly) all give, a ranking."""
    if chance.random() < 0.3:
        large = [str(chance.randint(2, 900) * 37) for _ in range(people)]
        sign = THOUSANDS.get(language, ".") if chance.random() < 0.5 else ""
        written = {a: f"{int(a):,}".replace(",", sign) for a in large}
        if language == "ar":
            digits = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
            written = {a: text.translate(digits) for a, text in written.items()}
        ask("number", "town", large, written=written)
    if chance.random() < 0.3:
        agrees, refuses = words["consent"][1]
        if chance.random() < 0.5:
            ask("consent", "consent", [agrees] * people)
        else:
            said = [refuses if k % 17 == 5 else agrees for k in range(people)]
            ask("one", "consent", said, words["consent"][1])
    if chance.random() < 0.3:
        orders = [chance.sample("123", 3) for _ in range(people)]
        for place, row in enumerate(words["rank"][1]):
            ask("grade", "rank", [order[place] for order in orders], row=row)
