"""Tables about the simulated wave for its documentation page, made from the wave itself."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from simulated_wave import scenario
from simulated_wave.simulate import Simulation

PAGE = "docs/simulated-wave.md"
BEGIN = "<!-- begin: written by `python examples/simulated-wave` -->"
END = "<!-- end -->"


def markdown(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; the first column to the left, the others to the right."""
    lines = [
        "| " + " | ".join(header) + " |",
        "|" + "|".join(["---", *["---:"] * (len(header) - 1)]) + "|",
    ]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines)


def tables(simulation: Simulation) -> str:
    """Strata, truth and planted faults of a simulated wave, as Markdown."""
    return "\n\n".join(
        [
            "Population, invitations and professionals who answered in time, by stratum:",
            _strata(simulation),
            "Truth of the population: share of those with an answer, in per cent:",
            _truth(simulation),
            "Faults planted, by the rule under which validation must find them:",
            _faults(simulation),
        ]
    )


def _strata(simulation: Simulation) -> str:
    answered = simulation.respondents["stratum"].value_counts()
    rows: list[list[object]] = [
        [stratum, size, scenario.DRAWN[stratum], int(answered.get(stratum, 0))]
        for stratum, size in scenario.POPULATION.items()
    ]
    total = [sum(int(str(row[column])) for row in rows) for column in (1, 2, 3)]
    return markdown(["stratum", "persons", "invited", "answered"], [*rows, ["all", *total]])


def _truth(simulation: Simulation) -> str:
    truth = simulation.truth.set_index(["item", "level", "group"])["value"].sort_index()
    columns = {
        "preparation none or weak": [("preparation", "none"), ("preparation", "weak")],
        "revolution social": [("revolution", "social")],
        "use_ai yes": [("use_ai", "yes")],
        "team_trained yes": [("team_trained", "yes")],
    }
    rows = []
    for group in (*scenario.POPULATION, "all"):
        shares = [sum(truth[(*key, group)] for key in keys) for keys in columns.values()]
        rows.append([group, *(f"{100 * share:.1f}" for share in shares)])
    return markdown(["group", *columns], rows)


def _faults(simulation: Simulation) -> str:
    counts = pd.crosstab(simulation.planted["rule"], simulation.planted["export"])
    rows = [[f"`{rule}`", int(row[1]), int(row[2])] for rule, row in counts.iterrows()]
    return markdown(["rule", "export 1", "export 2"], rows)


def with_tables(page: str, simulation: Simulation) -> str:
    """The page with the text between its two marks replaced by today's tables."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables(simulation)}\n\n{END}{after}"
