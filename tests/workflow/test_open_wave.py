"""An open link's wave, alone in a project: told right, and nothing told that nobody supplied."""

import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from project_copy import ROOT, Project, message
from tiny_project import make_tiny

HOME = "results/waves/readers-2025"
# What an open link has not, and what is not told of it.
NEVER = r"(?i)population|response rate|invit|margin|strat(?!ified mid-ranks)|weighted base|drawn"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project, made as far as the report of its wave."""
    project = make_tiny(tmp_path_factory.mktemp("open") / "project", ROOT / "tests/open_wave")
    project.make(f"{HOME}/report/en/report-simulated.html")
    return project


def table(project: Project, name: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(project.read(f"{HOME}/{name}")), dtype=str, na_filter=False)


def test_nothing_is_told_that_nobody_supplied(project: Project) -> None:
    page = re.sub(
        r"(?s)<(style|script|dl).*?</\1>|<[^>]+>",  # a list tells what is not stated
        " ",
        project.read(f"{HOME}/report/en/report-simulated.html"),
    )
    assert "each answer counts once" in page and "volunteered" in page
    # It says once that simulated answers describe no population.
    assert re.findall(NEVER, page.replace("They describe no real population.", "")) == []
    ids = set(table(project, "register/figures.csv")["id"])
    assert not [i for i in ids if re.search(r"invited|response|population|balance|\.weighted", i)]
    assert "quality.unknown_invitation.all" not in ids
    charts = {path.name for path in (project.root / HOME / "charts/en").glob("*.txt")}
    assert "weights.txt" not in charts and "participation.txt" in charts


def test_groups_are_those_who_say_so_and_one_person_is_not_told(project: Project) -> None:
    answers = table(project, "validate/answers.csv")
    figures = table(project, "register/figures.csv").set_index("id")
    made = table(project, "estimate/estimates.csv").set_index(["item", "level", "group"])
    stopped = answers["use"].str.startswith("_")
    for group in ("north", "south"):
        own = answers["country"].eq(group)
        assert int(str(made.loc[("use", "top", group), "n"])) == (own & ~stopped).sum()
        share = answers.loc[own & ~stopped, "use"].isin(["often", "always"]).mean()
        assert float(str(made.loc[("use", "top", group), "estimate"])) == pytest.approx(share)
    # The place of the one is kept: that one answered is published, and nothing of the answers.
    west = figures[figures["group"].eq("west")].groupby("kind")["value"].agg(set).to_dict()
    assert west == {"estimate": {""}, "count": {"1"}}


def test_what_is_derived_is_estimated_and_traced_like_what_was_asked(project: Project) -> None:
    answers = table(project, "validate/answers.csv")
    figures = table(project, "register/figures.csv").set_index("id")
    known = answers[~answers["use"].str.startswith("_")]
    heavy = known["use"].isin(["often", "always"]).mean()
    assert float(str(figures.loc["heavy.yes.all", "value"])) == pytest.approx(heavy)
    points = dict(zip(("never", "rarely", "often", "always"), range(1, 5), strict=True))
    scored = known[["trust_news", "trust_labels", "doubts"]].map(points.__getitem__)
    scored["doubts"] = 5 - scored["doubts"]
    assert float(str(figures.loc["trust.mean.all", "value"])) == pytest.approx(scored.mean().mean())
    k, items = 3, scored.var(ddof=1).sum()
    alpha = k / (k - 1) * (1 - items / scored.sum(axis=1).var(ddof=1))
    assert float(str(figures.loc["trust.alpha", "value"])) == pytest.approx(alpha)
    assert figures.loc["trust.alpha", "n"] == str(len(known))
    young = known[pd.to_numeric(known["age"]) < 35]
    made = table(project, "estimate/estimates.csv").set_index(["item", "level", "group"])
    assert int(str(made.loc[("use", "top", "ages:young"), "n"])) == len(young)
    steps = {
        record["step"]
        for path in (project.root / HOME).rglob("lineage.json")
        for record in [json.loads(path.read_text("utf-8"))]
        if str(figures.loc["trust.alpha", "lineage"]) in json.dumps(record)
    }
    assert "estimate" in steps
    page = project.read(f"{HOME}/report/en/report-simulated.html")
    assert "Cronbach" in page and "Not asked: computed from the answers to" in page


def test_a_language_without_labels_is_refused_with_the_list(
    project: Project, tmp_path: Path
) -> None:
    """Where the questionnaire is titled in it."""
    own = project.copy(tmp_path / "own")
    own.replace("config.yaml", "- en", "- fr")
    title = "title:\n  en: Readers of news\n"
    own.replace("data/questionnaires/readers-1.yaml", title, f"{title}  fr: Lecteurs\n")
    result = own.here("run")
    said = message(result)
    assert result.returncode == 2, said
    assert "fr needs labels that are missing" in said and ".derive.heavy" in said
