"""Five hundred simulated interviews: nobody answered, and the answers mean nothing.

An interview holds codes; what a tool writes of them is for its writer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

BLANK, NOT_ASKED, DONT_KNOW = "_blank", "_not_asked", "_dont_know"


@dataclass(frozen=True)
class Option:
    """An answer: the program's code, what a tool has as its code, and its text."""

    code: str
    value: str
    text: str


@dataclass(frozen=True)
class Question:
    """A question of the survey; `rows` are those of a grid, `(id, text)` each."""

    id: str
    kind: str
    text: str
    options: tuple[Option, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    dont_know: Option | None = None

    @property
    def answers(self) -> tuple[Option, ...]:
        """All that can be ticked."""
        return (*self.options, *((self.dont_know,) if self.dont_know else ()))


def _options(*texts: str, prefix: str = "") -> tuple[Option, ...]:
    return tuple(
        Option(f"o{i}", f"{prefix}{i}" if not prefix else f"{prefix}{i:03d}", text)
        for i, text in enumerate(texts, 1)
    )


# `trained` is asked of the first two roles only.
SURVEY = (
    Question(
        "role",
        "single",
        "Quel est votre métier ?",
        _options("Producteur, réalisateur", "Technicien de l'image", "Journaliste"),
    ),
    Question(
        "readiness",
        "ordinal",
        "Comment jugez-vous la préparation de votre secteur ?",
        _options("Inexistante", "Faible", "Bonne", "Très bonne"),
        dont_know=Option(DONT_KNOW, "9", "Je ne sais pas"),
    ),
    Question(
        "trained",
        "single",
        "Vos équipes sont-elles formées ?",
        _options("Oui", "Non"),
    ),
    Question(
        "tasks",
        "multi",
        "Pour quelles tâches ? (plusieurs réponses possibles)",
        _options(
            "Montage, son et image",
            "Sous-titrage",
            "Traduction (arabe, français)",
            "Montage",
            prefix="SQ",
        ),
    ),
    Question(
        "effects",
        "grid",
        "Quel effet attendez-vous ?",
        _options("Baisse", "Stable", "Hausse"),
        rows=(
            ("quality", "Qualité des contenus"),
            ("cost", "Coûts, y compris salaires"),
            ("jobs", "Nombre d'emplois"),
        ),
    ),
    Question("years", "number", "Depuis combien d'années ?"),
    Question("comment", "text", "Une remarque ?"),
)

REMARKS = (
    "Rien à signaler.",
    'Il faut "former", puis équiper',
    "Deux lignes :\nl'une, puis l'autre",
    "=1+1 n'est pas une formule",
    "الذكاء الاصطناعي يهم الجميع",
    "point; virgule, tabulation\tet fin",
)


@dataclass(frozen=True)
class Interview:
    """One simulated interview: its number, its moments, its answers by question (or row) id."""

    number: int
    started: datetime
    submitted: datetime
    answers: dict[str, str | frozenset[str]] = field(hash=False)


def interviews(n: int = 500, seed: int = 14) -> list[Interview]:
    """`n` interviews: single answers are codes, ticked boxes a set of codes, the rest text."""
    rng = np.random.default_rng(seed)
    moment = datetime(2026, 3, 2, 8, 0, 0)
    made = []
    for number in range(1, n + 1):
        moment += timedelta(seconds=int(rng.integers(40, 4000)))
        answers: dict[str, str | frozenset[str]] = {}
        for question in SURVEY:
            answers |= _answered(question, answers, rng)
        took = timedelta(seconds=int(rng.integers(60, 1500)))
        made.append(Interview(number, moment, moment + took, answers))
    return made


def _answered(
    question: Question, before: dict[str, str | frozenset[str]], rng: np.random.Generator
) -> dict[str, str | frozenset[str]]:
    if question.id == "trained" and before["role"] not in ("o1", "o2"):
        return {question.id: NOT_ASKED}
    if question.kind == "multi":
        ticked = [option.code for option in question.options if rng.random() < 0.4]
        return {question.id: frozenset(ticked)}
    if question.kind == "number":
        return {question.id: str(int(rng.integers(0, 41))) if rng.random() < 0.9 else BLANK}
    if question.kind == "text":
        return {question.id: str(rng.choice(REMARKS)) if rng.random() < 0.3 else BLANK}
    codes = [option.code for option in question.answers]
    if question.kind == "grid":
        return {
            row: str(rng.choice(codes)) if rng.random() < 0.92 else BLANK
            for row, _ in question.rows
        }
    # A role is given by all: whom the next question is asked of hangs on it.
    given = question.id == "role" or rng.random() < 0.93
    return {question.id: str(rng.choice(codes)) if given else BLANK}


def said(question: Question, code: str | frozenset[str], values: bool) -> str:
    """One answer as text or as the tool's code; "" where there is none."""
    if not isinstance(code, str):
        raise TypeError(f"{question.id}: several answers")
    if code in (BLANK, NOT_ASKED):
        return ""
    if question.kind in ("number", "text"):
        return code
    option = next(o for o in question.answers if o.code == code)
    return option.value if values else option.text


def ticked(question: Question, interview: Interview) -> list[Option]:
    """The ticked options, in the order of the form."""
    codes = interview.answers[question.id]
    return [option for option in question.options if option.code in codes]
