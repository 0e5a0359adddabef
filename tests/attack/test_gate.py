"""A release that gives a count away does not leave: the site, a freeze, a bundle."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from project_copy import Project
from readiness.attack import AttackRules, AttackTarget, attack, attack_table, read_release
from readiness.config import load_config
from readiness.ground.errors import DataError, DisclosureError
from readiness.ground.tables import to_csv
from readiness.publications.fitness import refuse_unfit
from readiness.register.disclosure_risk import ATTACK, findings, read_attack, refuse_given_away
from readiness.register.figures import read_register
from readiness.running.step import Job
from readiness.steps.site import SiteSettings, run
from releases import SECOND, released_figures
from tiny_project import RESULTS, WAVE


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """The attack on a release that shows one of twenty people of a group."""
    figures = released_figures(SECOND)
    shown = figures["id"].str.startswith("regulation.copyright.expert") & (figures["n"] == "25")
    assert shown.sum() == 2  # of those who answered, and of those who were asked
    figures.loc[shown, "value"] = "0.04"
    release = read_release("", figures, {})
    table = attack_table(attack(AttackTarget(release, rules=AttackRules(5, 5)), ("regulation",)))
    path = tmp_path / "waves/shown/attack" / ATTACK
    path.parent.mkdir(parents=True)
    path.write_text(to_csv(table), "utf-8")
    return path


def test_the_message_names_the_count_its_interval_and_its_source(given: Path) -> None:
    table = read_attack(given)
    assert findings(table).endswith("1 given away")
    with pytest.raises(DisclosureError) as caught:
        refuse_given_away("waves/shown", table)
    said = str(caught.value)
    assert caught.value.exit_code == 8
    assert said.startswith("waves/shown: regulation.") and said.count("\n") == 1
    assert ".expert: 1 to 1 people can be proven from the published" in said
    assert "merge small groups" in said


def test_the_site_is_not_made_of_it(given: Path, tmp_path: Path) -> None:
    told = SiteSettings(languages=[], title={}, reports=[], publications=[], withdrawn={})
    job = Job(told, {"attacks": [given], "verdicts": []}, tmp_path / "site")
    with pytest.raises(DisclosureError):
        run(job)
    assert not (tmp_path / "site").exists()


def test_a_freeze_refuses_it_and_what_was_not_attacked(finished: Project, given: Path) -> None:
    folder = finished.root / RESULTS
    base = load_config(finished.root / "config.yaml").waves[WAVE].figures.minimum_base
    figures = read_register(folder / "register/figures.csv")
    refuse = partial(refuse_unfit, "r9", folder, base, figures)
    whole = folder / "attack"
    refuse(whole)
    with pytest.raises(DisclosureError, match=r"r9: regulation\."):
        refuse(given.parent)
    hidden = figures["id"].str.startswith("meal.cold.harbour")
    figures.loc[hidden, ["value", "se", "lower", "upper", "n", "n_eff", "deff"]] = ""
    figures.loc[hidden, "suppressed"] = "few answers"
    with pytest.raises(DataError, match="is withheld, and was not attacked"):
        refuse(whole)
