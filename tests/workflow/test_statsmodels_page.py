"""The page that tests with statsmodels alone runs, and agrees with the report and with R survey."""

import contextlib
import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from project_copy import ROOT, Project
from readiness.survey import covariates, design, linear_model

PAGE = (ROOT / "docs/statsmodels.md").read_text("utf-8")
REFERENCE = ROOT / "tests/reference/fixtures/shipped_wave"
R: dict[str, Any] = json.loads(REFERENCE.with_suffix(".json").read_text("utf-8"))
WAVE = Path("results/waves/simulated-2026")
# What the page prints, to six digits.
SIX = {"rtol": 1e-6, "atol": 0.0}


def six(number: float) -> str:
    """A number as the page prints it."""
    return f"{number:.6g}"


@pytest.fixture(scope="module")
def computed(shipped: Project) -> dict[str, Any]:
    """Run the page's blocks in the project: the names they leave, and `printed`, their output."""
    names: dict[str, Any] = {}
    printed = io.StringIO()
    with contextlib.chdir(shipped.root), contextlib.redirect_stdout(printed):
        for block in re.findall(r"```python\n(.*?)```", PAGE, re.S):
            exec(compile(block, "statsmodels.md", "exec"), names)
    return {**names, "printed": printed.getvalue()}


@pytest.fixture(scope="module")
def reported(shipped: Project) -> pd.DataFrame:
    """The report's tests of the readiness of the sector, by name."""
    rows = pd.read_csv(shipped.root / WAVE / "compare/comparisons.csv")
    return rows[rows["item"] == "preparation"].set_index("test")


def test_the_page_imports_nothing_of_readiness() -> None:
    code = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.S))
    assert "import statsmodels" in code
    assert "readiness" not in code


def test_the_page_prints_what_it_says(computed: dict[str, Any]) -> None:
    said = "".join(re.findall(r"```text\n(.*?)```", PAGE, re.S))
    assert computed["printed"] == said


def test_the_test_is_the_reports_and_rs(computed: dict[str, Any], reported: pd.DataFrame) -> None:
    made = [computed["F"], computed["df"], computed["df"] * computed["degrees_of_freedom"]]
    report = reported.loc["rao_scott_f", ["statistic", "df1", "df2"]].astype(float)
    np.testing.assert_allclose(made, report, **SIX)
    np.testing.assert_allclose(made, R["F"], **SIX)
    np.testing.assert_allclose(computed["p_value"], reported.loc["rao_scott_f", "p_value"], **SIX)
    np.testing.assert_allclose(computed["p_value"], R["p"], **SIX)


def test_the_odds_ratios_are_the_reports_and_rs(
    computed: dict[str, Any], reported: pd.DataFrame
) -> None:
    report = reported.loc["odds_ratio"].set_index("b")["effect"]
    ours = computed["odds_ratios"]
    np.testing.assert_allclose(ours, report[ours.index], **SIX)
    np.testing.assert_allclose(ours, R["odds_ratios"], **SIX)


def test_the_logit_is_rs_and_ours(computed: dict[str, Any]) -> None:
    made = computed["coefficients"]
    np.testing.assert_allclose(made["coef"], R["coefficients"], **SIX)
    np.testing.assert_allclose(made["se"], R["se"], **SIX)
    np.testing.assert_allclose([computed["wald"], computed["wald_p"]], R["wald"], **SIX)
    people, in_base = computed["people"], computed["in_base"]
    low = people["preparation"].isin(computed["levels"][:2]).astype(float).where(in_base)
    frame = people.assign(low=low, group=pd.Categorical(people["profession"], computed["groups"]))
    sample = design(frame, weights="weight", strata="stratum")
    ours = linear_model(sample, "low", covariates(sample, ["group"]), family="binomial")
    np.testing.assert_allclose(made["coef"], ours.coefficients, **SIX)
    np.testing.assert_allclose(made["se"], ours.standard_errors, **SIX)
    np.testing.assert_allclose(computed["wald_p"], ours.term_test("group").p_value, **SIX)


def comparison_table(computed: dict[str, Any], reported: pd.DataFrame) -> str:
    """The table at the end of the page: a row a number, beside the report's and R's."""
    odds = reported.loc["odds_ratio"].set_index("b")["effect"]
    rows = [("Rao-Scott F", computed["F"], reported.loc["rao_scott_f", "statistic"], R["F"][0])]
    rows += [("its p", computed["p_value"], reported.loc["rao_scott_f", "p_value"], R["p"])]
    for name, value, theirs in zip(
        computed["odds_ratios"].index, computed["odds_ratios"], R["odds_ratios"], strict=True
    ):
        rows.append((f"odds ratio, {name}", value, odds[name], theirs))
    lines = ["| number | this page | the report | R |", "|---|---|---|---|"]
    lines += [f"| {name} | {' | '.join(map(six, values))} |" for name, *values in rows]
    return "\n".join(lines)


def test_the_table_of_the_page_is_the_computed_one(
    computed: dict[str, Any], reported: pd.DataFrame
) -> None:
    assert comparison_table(computed, reported) in PAGE


@pytest.mark.thorough
@pytest.mark.skipif(not shutil.which("Rscript"), reason="no R here")
def test_r_says_what_is_kept(computed: dict[str, Any], tmp_path: Path, shipped: Project) -> None:
    """R itself on the tables of this run, where there is one."""
    people = computed["people"].assign(
        preparation=computed["people"]["preparation"].where(computed["in_base"], "")
    )
    people.to_csv(tmp_path / "people.csv", index=False)
    with np.load(shipped.root / WAVE / "weight/replicates.npz") as file:
        pd.DataFrame(file["matrix"]).to_csv(tmp_path / "replicates.csv", index=False)
    command = ["Rscript", REFERENCE.with_suffix(".R"), "people.csv", "replicates.csv"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    made = json.loads(done.stdout)
    assert made.keys() == R.keys()
    for name, values in R.items():
        np.testing.assert_allclose(made[name], values, **SIX)
