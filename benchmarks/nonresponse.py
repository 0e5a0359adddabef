"""What nonresponse could do to the simulated wave, beside the truth that only a simulation has.

Two tables of docs/simulated-wave.md. The first has the headline shares of the shipped wave, as its
register has them after a run (`make`), beside the truth of the population. The second draws sample,
response and blanks again many times (`simulated_wave.redraw`) and counts how often each range holds
the truth: the interval, the bounds for empty questions, the range by assumption.

    .venv/bin/python benchmarks/nonresponse.py              # 500 redraws, a minute or two
    .venv/bin/python benchmarks/nonresponse.py --redraws 50
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "examples/simulated-wave")]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from readiness.analysis.nonresponse import Unanswered, headlines, nonresponse_bounds  # noqa: E402
from readiness.config import Estimate  # noqa: E402
from readiness.ground.files import write_atomically  # noqa: E402
from readiness.ground.tables import read_text_table  # noqa: E402
from readiness.questionnaire import BLANK, Questionnaire, load_questionnaire  # noqa: E402
from readiness.survey import design, proportions, weigh  # noqa: E402
from simulated_wave import make_population, redraw  # noqa: E402
from simulated_wave.describe import markdown  # noqa: E402

PAGE = ROOT / "docs/simulated-wave.md"
BEGIN = "<!-- begin: written by benchmarks/nonresponse.py -->"
END = "<!-- end: nonresponse -->"
REGISTER = ROOT / "results/waves/simulated-2026/register/figures.csv"
ITEMS = ("use_ai", "team_trained", "preparation", "revolution")
MARGINS = ("profession", "region", "size")
RANGES = ("interval", "empty questions", "by assumption", "one of the last two")
COMPUTED = "range computable"
FIRST_SEED = 20_000


def questionnaire() -> Questionnaire:
    """What the simulated wave asked."""
    return load_questionnaire(ROOT / "data/questionnaires/ai-readiness-1.yaml")


def truths(asked: Questionnaire, population: pd.DataFrame) -> dict[str, float]:
    """The headline share of each item among those of the population with an answer."""
    found = {}
    for name in ITEMS:
        (headline,) = headlines(asked.item(name), population.astype({name: str}))
        found[name] = float(np.nanmean(headline.values))
    return found


def shipped(register: pd.DataFrame, asked: Questionnaire, truth: dict[str, float]) -> str:
    """The headline shares of the wave's register, with their ranges and the truth."""
    value = dict(zip(register["id"], register["value"], strict=True))
    own = register.set_index("id")
    rows = []
    for name in ITEMS:
        share = f"{name}.{asked.item(name).first_level}.all"
        interval = [float(own.loc[share, end]) for end in ("lower", "upper")]
        told = f"{share}.others.lower" in value
        worst, assumed = (
            [float(value[f"{share}.{kind}.{end}"]) for end in ("lower", "upper")]
            for kind in ("worst", "others" if told else "worst")
        )
        published = float(value[share])
        arms = (published - interval[0], interval[1] - published)
        rows.append(
            [
                f"`{name}`",
                _percent(truth[name]),
                _percent(published),
                _range(interval, truth[name]),
                _range(worst, truth[name], arms),
                _range(assumed, truth[name]) if told else "-",
            ]
        )
    header = ["item", "truth", "published", *RANGES[:2], "everybody without an answer"]
    return markdown(header, rows)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _holds(ends: Sequence[float], truth: float, arms: tuple[float, float] = (0.0, 0.0)) -> bool:
    """Whether a range holds the truth, with the interval's arms for the chance of the draw."""
    return bool(ends[0] - arms[0] <= truth <= ends[1] + arms[1])


def _range(ends: Sequence[float], truth: float, arms: tuple[float, float] = (0.0, 0.0)) -> str:
    """A range, marked where it does not hold the truth."""
    text = " to ".join(map(_percent, ends))
    return text if _holds(ends, truth, arms) else f"{text} (misses)"


def one_redraw(
    seed: int, population: pd.DataFrame, asked: Questionnaire, truth: dict[str, float]
) -> list[tuple[int, str, str, float]]:
    """Whether each range of each item holds the truth: seed, item, range, and the answer."""
    data = redraw(population, seed)
    totals = {
        variable: {str(k): float(n) for k, n in population[variable].value_counts().items()}
        for variable in MARGINS
    }
    drawn = design(data, weights="base_weight", strata="stratum", fpc="stratum_population")
    raked = weigh(drawn, totals).design
    known = Unanswered(data["base_weight"].to_numpy(dtype=float), totals, True)
    settings = Estimate(by="profession", items=list(ITEMS))
    bounds = nonresponse_bounds(raked, asked, settings, known).set_index("item")
    rows = []
    for name in ITEMS:
        row = bounds.loc[name]
        (headline,) = headlines(asked.item(name), data)
        text = np.where(headline.values == 1, "1", "0")
        text = np.where(np.isnan(headline.values), BLANK, text).astype(object)
        share = proportions(raked, text, ["1", "0"]).iloc[0]
        interval = (share["lower"], share["upper"])
        arms = (share["estimate"] - share["lower"], share["upper"] - share["estimate"])
        worst = (row["worst_lower"], row["worst_upper"])
        assumed = (row["selection_lower"], row["selection_upper"])
        told = row["reason"] == ""
        held = {
            RANGES[0]: float(_holds(interval, truth[name])),
            RANGES[1]: float(_holds(worst, truth[name], arms)),
            RANGES[2]: float(_holds(assumed, truth[name], arms)) if told else np.nan,
            COMPUTED: float(told),
        }
        held[RANGES[3]] = max(held[RANGES[1]], held[RANGES[2]] if told else 0.0)
        rows += [(seed, name, kind, answer) for kind, answer in held.items()]
    return rows


def run(redraws: int) -> pd.DataFrame:
    """What every redraw says: columns seed, item, range, held."""
    warnings.simplefilter("ignore")
    population, asked = make_population(), questionnaire()
    truth = truths(asked, population)
    rows = [
        row
        for seed in range(FIRST_SEED, FIRST_SEED + redraws)
        for row in one_redraw(seed, population, asked, truth)
    ]
    return pd.DataFrame(rows, columns=["seed", "item", "range", "held"])


def redrawn(results: pd.DataFrame) -> str:
    """How often each range held the truth, in per cent of the redraws."""
    share = 100 * results.groupby(["item", "range"])["held"].mean()
    columns = (*RANGES[:2], COMPUTED, *RANGES[2:])
    rows = [[f"`{name}`", *(f"{share[name, kind]:.1f}" for kind in columns)] for name in ITEMS]
    return markdown(["item", *columns], rows)


def block(register: pd.DataFrame, results: pd.DataFrame) -> str:
    """What the page says between its marks."""
    asked = questionnaire()
    own = shipped(register, asked, truths(asked, make_population()))
    redraws = results["seed"].nunique()
    return f"""{BEGIN}

The table gives the headline shares for all respondents in the example wave that comes with the
program, in per cent, with the published interval and ranges. The ends of the ranges also vary by
chance. Therefore a range misses only if the true value is outside it by more than the margin of the
interval.

{own}

The next table shows how often each range, widened by the margins of the interval, includes the true
value, in per cent of {redraws} redraws of sample, response and blank answers. The range by
assumption exists only if the frame predicts the answer better than chance; its percentage refers to
these redraws:

{redrawn(results)}

{END}"""


def main() -> int:
    parser = argparse.ArgumentParser(description="Nonresponse of the simulated wave.")
    parser.add_argument("--redraws", type=int, default=500)
    arguments = parser.parse_args()
    register = read_text_table(REGISTER, "the register of the simulated wave (run `make` first)")
    page = PAGE.read_text("utf-8")
    start, end = page.index(BEGIN), page.index(END) + len(END)
    written = block(register, run(arguments.redraws))
    write_atomically(PAGE, page[:start] + written + page[end:])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
