"""What is withheld leaves whole numbers wide: every world that fits is listed."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from made_questionnaire import document, question
from readiness.disclosure import Policy
from readiness.disclosure.judge import BoundReader
from readiness.disclosure.optimise import optimise
from readiness.disclosure.policy import CountSystem, find_published_rows
from readiness.questionnaire import questionnaire_of
from readiness.register.counts import KnownCells
from readiness.register.linked import PrintRules, systems

POLICY = Policy.of({}, 5)
KINDS = [{"code": code, "text": code} for code in "abc"]
KIND = {"id": "kind", "label": {"en": "Kind"}, "categories": KINDS}
USE = question("use", "single", "Use", {"yes": "yes", "no": "no"}, label={"en": "Use"})
QUESTIONNAIRE = questionnaire_of(document("two", USE, frame=[KIND]), "two")


def made(seed: int) -> CountSystem:
    """Three groups of 7 to 9 people, each of one weight, few of whom say yes."""
    rng = np.random.default_rng(seed)
    rows = []
    for kind, weight in zip("abc", rng.uniform(0.5, 2.5, 3), strict=True):
        n, few = int(rng.integers(7, 10)), int(rng.integers(1, 5))
        said = ["yes"] * few + ["_blank"] * int(rng.integers(0, 2))
        rows += [(kind, answer, weight) for answer in [*said, *["no"] * (n - len(said))]]
    answers = pd.DataFrame(rows, columns=["kind", "use", "weight"])
    (cells,) = KnownCells.by(answers, answers["weight"], ["kind"])
    (system,) = systems(answers, cells, QUESTIONNAIRE, ["use"], POLICY, PrintRules(1, 5))
    return system


def worlds(system: CountSystem, hidden: frozenset[str]) -> np.ndarray:
    """Every table of whole numbers that a reader of what is not hidden holds possible."""
    cells = 3
    sizes = system.upper[:cells].astype(int)
    # Answers in the order of the system: yes and no; who is left gave none.
    own = [[(yes, no) for yes in range(n + 1) for no in range(n + 1 - yes)] for n in sizes]
    tables = np.array(list(product(*own)), dtype=float).transpose(0, 2, 1)
    every = tables.reshape(len(tables), -1)
    gone = [k for k, each in enumerate(system.statements) if each.name in hidden]
    matrix, low, high = system.rows
    seen = find_published_rows(system, gone)
    values = every @ matrix[seen].T
    fits = (values >= low[seen] - 1e-7) & (values <= high[seen] + 1e-7)
    return every[fits.all(axis=1)]


def narrow(system: CountSystem, hidden: frozenset[str]) -> list[str]:
    """The targets that a reader of what is not hidden knows too well."""
    possible = worlds(system, hidden)
    found = []
    for target in system.targets:
        if target.of is not None and target.of not in hidden:
            continue
        values = possible[:, list(target.at)].sum(axis=1)
        low, high = round(values.min()), round(values.max())
        # Of what is not small a reader may know that.
        settled = target.of is not None and (low >= POLICY.minimum_cell or high == 0)
        if not (settled or POLICY.holds(low, high)):
            found.append(target.name)
    return found


def asks(seed: int) -> bool:
    """Whether somebody left the question empty, and there is something to protect."""
    system = made(seed)
    return bool(system.targets and system.truth.sum() < system.upper[:3].sum())


SEEDS = [seed for seed in range(9) if asks(seed)]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_protected_count_is_wide_in_whole_numbers(seed: int) -> None:
    system = made(seed)
    found = optimise(system, POLICY)
    assert not found.unprotected
    assert narrow(system, found.hidden) == []


def test_a_group_of_which_nobody_was_asked_is_protected_like_one_of_few() -> None:
    rows = [("a", "_not_asked", 1.0)] * 8
    rows += [(kind, said, w) for kind, w in (("b", 1.2), ("c", 1.5)) for said in ["yes", "no"] * 4]
    answers = pd.DataFrame(rows, columns=["kind", "use", "weight"])
    (cells,) = KnownCells.by(answers, answers["weight"], ["kind"])
    (system,) = systems(answers, cells, QUESTIONNAIRE, ["use"], POLICY, PrintRules(1, 5))
    asked = {t.name: t for t in system.targets}["use.yes.a"]
    assert asked.count == 0 and asked.of == "use.n.a"
    found = optimise(system, POLICY)
    assert asked.of in found.given and not found.unprotected
    hidden = [k for k, each in enumerate(system.statements) if each.name in found.hidden]
    bounds = BoundReader(system, hidden).bounds(asked)[0]
    assert bounds.least == 0 and bounds.most >= POLICY.width
