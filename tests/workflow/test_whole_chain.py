"""From a list of persons to an audited publication, by the commands of the page."""

import json
import re
import shlex

import pandas as pd
import pytest

from project_copy import ROOT, Project
from tiny_project import WAVE

NEXT = "canteen-2026"


def commands() -> list[list[str]]:
    """Those of the page's walk, of the tiny project's next wave."""
    page = (ROOT / "docs/adding-a-survey.md").read_text("utf-8")
    [walk] = re.findall(r"```\n([^`]*--draw[^`]*)```", page)
    # What the tests make up may lie in the store.
    walk = walk.replace(" --restricted", "")
    own = walk.replace("ai-2027-1", "canteen-1").replace("ai-2027", NEXT)
    return [shlex.split(line)[1:] for line in own.splitlines()]


@pytest.mark.thorough
def test_the_chain_begins_before_the_first_invitation(fresh: Project) -> None:
    config = (fresh.root / "config.yaml").read_text("utf-8")
    wave = config[config.index(f"  {WAVE}:") :].replace(WAVE, NEXT)
    wave = wave.replace("    corrections: canteen-1\n", "").replace("margins: canteen-1, ", "")
    text = f"report: {{languages: [en]}}\nwaves:\n{wave}"
    (fresh.root / "config.yaml").write_text(text, "utf-8")
    sites = ["harbour"] * 400 + ["hill"] * 200
    people = pd.DataFrame({"token": [f"P{k:03d}" for k in range(600)], "site": sites})
    people.to_csv(fresh.root.parent / "frame.csv", index=False)
    walk = commands()
    assert len(walk) <= 12
    for command in walk:
        if "../answers.csv" in command:
            answer(fresh, 2)
        result = fresh.readiness(*command)
        assert result.returncode == 0, (command, result.stdout[-1500:] + result.stderr[-1500:])
    assert "VALID" in result.stdout
    # The plan was sealed when nobody had answered, and names the sample and its seed.
    sample = pd.read_csv(fresh.root.parent / "sample.csv")
    [sealed] = (fresh.root / "publications/plans" / NEXT).glob("*.json")
    plan = json.loads(sealed.read_text("utf-8"))
    assert plan["registered"]["answers"] == []
    drawn = plan["plan"]["drawn"]
    assert drawn["rows"] == len(sample) and drawn["note"] == "drawn with seed 7"
    [record] = json.loads(fresh.readiness("audit", "--level", "1", "--json").stdout)
    assert {number["plan"]["detail"] for number in record["numbers"]} == {"as planned"}


def answer(project: Project, every: int) -> None:
    """Let one of so many persons of the sample answer."""
    tokens = pd.read_csv(project.root.parent / "sample.csv")["token"][::every].reset_index(
        drop=True
    )
    k = tokens.index
    pd.DataFrame(
        {
            "Timestamp": [f"{1 + i % 28:02d}/03/2025 12:00:00" for i in k],
            "Invitation": tokens,
            "Which meal do you take?": ["Hot" if i % 3 else "Cold" for i in k],
            "How many minutes do you stay?": 20 + k % 40,
            "What would you like more of?": [
                ("", "Fruit", "Soup", "Fruit, Soup")[i % 4] for i in k
            ],
            "Simulated": "yes",
        }
    ).to_csv(project.root.parent / "answers.csv", index=False)
