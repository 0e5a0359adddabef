"""`readiness status`: each state of a wave, as the project comes to it, with what to type next."""

import json
from typing import Any

from project_copy import Project

QUESTIONNAIRE = "data/questionnaires/canteen-1.yaml"


def status(project: Project) -> tuple[dict[str, Any], dict[str, Any]]:
    """The wave of the tiny project, and all that is printed as JSON."""
    result = project.here("status", "--json")
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    (wave,) = [one for one in told["runs"] if one["name"] == "canteen-2025"]
    return wave, told


def test_a_wave_from_its_draft_to_its_results(fresh: Project) -> None:
    before = fresh.read(QUESTIONNAIRE)
    decision = "# check: who was asked?\ndraft: true\n"
    (fresh.root / QUESTIONNAIRE).write_text(decision + before, "utf-8")
    wave, told = status(fresh)
    assert (wave["state"], wave["detail"]) == ("draft", f"open decisions: 1, in {QUESTIONNAIRE}")
    assert "readiness questionnaire canteen-1" in told["next"]
    (fresh.root / QUESTIONNAIRE).write_text(before, "utf-8")
    wave, told = status(fresh)
    assert (wave["state"], wave["detail"]) == ("out of date", "never computed")
    assert told["next"] == ["readiness run"] and wave["steps"] > 4


def test_what_is_computed_is_to_be_sealed_and_what_changed_is_named(project: Project) -> None:
    wave, told = status(project)
    assert (wave["state"], wave["steps"]) == ("computed", 0)
    assert "readiness freeze canteen-2025-r1 --wave canteen-2025" in told["next"]
    project.replace("config.yaml", "level: 0.95", "level: 0.9")
    wave, told = status(project)
    assert wave["state"] == "out of date" and told["next"] == ["readiness run"]
    said = project.here("status").stdout.splitlines()
    assert said[0] == "Waves and studies:" and said[-1] == "Next:  readiness run"
    assert any(line.startswith("  canteen-2025  out of date") for line in said)


def test_a_release_is_in_force_until_the_settings_change(published: Project) -> None:
    assert published.run().returncode == 0
    wave, told = status(published)
    assert (wave["state"], wave["detail"]) == ("published", "as canteen-r2")
    states = {one["id"]: one["state"] for one in told["publications"]}
    assert states == {
        "canteen-r1": "superseded",
        "canteen-r2": "in force",
        "menus-r1": "in force",
        "menus-r2": "draft",
    }
    assert "readiness freeze menus-r2 --release" in told["next"]
    # The same items, left to the default.
    published.replace("config.yaml", "items: [meal, minutes, wishes], ", "")
    wave, _ = status(published)
    assert (wave["state"], wave["detail"]) == ("published", "as canteen-r2")
    published.replace("config.yaml", "level: 0.95", "level: 0.9")
    assert published.run().returncode == 0
    wave, _ = status(published)
    assert wave["state"] == "changed"
    assert wave["command"].startswith("readiness freeze canteen-r3 --wave canteen-2025")
    assert "--supersedes canteen-r2" in wave["command"]
