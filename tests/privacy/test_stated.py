"""What is stated of personal data: only what was written, only where there are any."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from project_copy import ROOT
from readiness.config import Config, Privacy, WaveSettings, load_config, parse
from readiness.datasets.versions import read_versions
from readiness.errors import ConfigError, DataError
from readiness.plan import Plan
from readiness.publications.freeze import refuse_named, with_key
from readiness.publications.material import (
    Facts,
    PublicationMaterial,
    citation,
    codecheck,
    frozen_config,
    readme,
)
from readiness.reporting.blocks import STATED, list_statements

CONFIG = load_config(ROOT / "config.yaml")
WAVE = CONFIG.waves["simulated-2026"]
REAL = WAVE.model_copy(update={"simulated": False})
GIVEN: dict[str, Any] = {
    "controller": "Office 7, <b>Rabat</b>",
    "purpose": {"fr": "Une étude", "en": "A study"},
    "receipt": "D-12/2026",
    "hosting": "MA",
    "keep_until": "2026-12-31",
}


def privacy(**keys: Any) -> Privacy:
    return parse(Privacy, {**GIVEN, **keys}, "config.yaml")


def test_each_key_is_told_where_it_is_given() -> None:
    told = dict(list_statements(privacy().statements, "fr"))
    assert (
        told["report.privacy.hosting"] == "Maroc" and told["report.privacy.purpose"] == "Une étude"
    )
    assert told["report.privacy.keep_until"].startswith("31")
    # No purpose is stated in a language in which nobody has written it.
    assert set(told) - set(dict(list_statements(privacy().statements, "ar"))) == {
        "report.privacy.purpose"
    }
    for key, name in STATED.items():
        assert next(iter(list_statements({key: privacy().statements[key]}, "en")))[0] == name
    assert not list(list_statements(Privacy().statements, "fr"))


@pytest.mark.parametrize(
    ("key", "value"),
    [("hosting", "Morocco"), ("keep_until", "2026-02-30"), ("telephone", ["(a+)+"]), ("key", "x")],
)
def test_what_cannot_be_is_refused(key: str, value: object) -> None:
    with pytest.raises(ConfigError, match=rf"^config.yaml: {key}"):
        privacy(**{key: value})


def test_only_real_answers_are_frozen_with_statements() -> None:
    own = privacy(names="~/names.txt", telephone=["0#########"], signed_off_by="A. Reader")
    simulated = yaml.safe_load(frozen_config("w", WAVE, ["fr"], own))
    assert simulated["privacy"] == {"telephone": ["0#########"]}
    real = yaml.safe_load(frozen_config("w", REAL, ["fr"], own))
    assert real["privacy"] == {**GIVEN, "telephone": ["0#########"], "signed_off_by": "A. Reader"}
    study = CONFIG.studies["haca-2024"]
    assert "privacy" not in yaml.safe_load(frozen_config("s", study, ["fr"], own))


@pytest.fixture
def facts() -> Facts:
    versions = read_versions(ROOT)
    return Facts(
        root=ROOT,
        identity="office-r1",
        run="waves/office",
        name="office",
        section=REAL,
        versions=[versions["simulated-2026@2"]],
        files={},
        numbers=3,
        released="2026-11-28",
        authors=[],
        supersedes="",
        erratum="",
        reviewer="",
        languages=("ar", "en", "fr"),
        pages=[],
    )


def test_a_readme_states_what_was_written_and_nothing_else(facts: Facts) -> None:
    silent = readme(facts)
    for word in ("Protection", "CITATION", "consent", "licence CC", "contact", "ask the publisher"):
        assert word not in silent, word
    page = readme(dataclasses.replace(facts, privacy=privacy()))
    assert "### Protection of personal data" in page and "- Controller: Office 7, " in page
    assert "<b>" not in page and "D-12/2026" in page and "- Finalité du traitement" in page
    assert page.count("A study") == page.count("Une étude") == 1


def test_an_author_is_named_as_citation_has_one(facts: Facts) -> None:
    person = {"given-names": "Zoé", "family-names": "Ben Ali"}
    named = dataclasses.replace(facts, authors=[person])
    assert yaml.safe_load(codecheck(named, []))["paper"]["authors"] == [{"name": "Zoé Ben Ali"}]
    assert yaml.safe_load(citation(named))["authors"] == [person]
    assert "CITATION.cff" in readme(named)


@pytest.mark.parametrize(
    ("until", "simulated", "stops"),
    [
        ("2026-06-30", False, True),
        ("2026-07-01", False, False),
        ("2026-06-30", True, False),
        (None, False, False),
    ],
)
def test_answers_that_should_be_gone_stop_a_run(
    until: str | None, simulated: bool, stops: bool
) -> None:
    said = {"privacy": {"keep_until": until}} if until else {}
    wave = WAVE.model_copy(update={"simulated": simulated})
    config = parse(Config, said, "config.yaml").model_copy(update={"waves": {"w": wave}})
    plan = Plan(Path(ROOT), config)
    if not stops:
        return plan.check_kept(date(2026, 7, 1))
    with pytest.raises(ConfigError, match="readiness data erase simulated-2026@2"):
        plan.check_kept(date(2026, 7, 1))


KEY = "0123456789abcdef"


def frozen_with(tmp_path: Path, key: str, version: str) -> None:
    """A publication of real answers in a folder, its configuration alone."""
    answers = f"{REAL.answers.partition('@')[0]}@{version}"
    wave = REAL.model_copy(update={"answers": answers})
    folder = tmp_path / "publications/office-r1"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(frozen_config("w", wave, ["fr"], privacy(key=key)), "utf-8")
    (folder / "seal.json").write_text("{}", "utf-8")


def sealed_key(tmp_path: Path, used: str) -> str | None:
    material = PublicationMaterial(
        root=tmp_path,
        identity="office-r2",
        run="waves/w",
        name="w",
        section=REAL,
        versions=[],
        files={},
        privacy=privacy(),
    )
    path = tmp_path / "results/waves/w/private/key"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(used, "utf-8")
    return with_key(material).privacy.key


def test_a_publication_names_its_key_and_shares_it_with_no_other_data(tmp_path: Path) -> None:
    assert sealed_key(tmp_path, KEY) == KEY
    # Recomputed by who has no key: what it says of the key stays.
    assert sealed_key(tmp_path, "data") is None
    frozen_with(tmp_path, KEY, "1")
    with pytest.raises(ConfigError, match="readiness data key simulated-2026@2"):
        sealed_key(tmp_path, KEY)
    assert sealed_key(tmp_path, KEY[::-1]) == KEY[::-1]


def test_a_publication_holds_no_name_of_a_respondent(tmp_path: Path) -> None:
    version = read_versions(ROOT)["simulated-2026@2"]
    path = tmp_path / "corrections.csv"

    def check(who: str, section: WaveSettings = REAL) -> None:
        path.write_text(f"respondent,item,from,to,reason,reviewer\n{who},x,1,2,a,b\n", "utf-8")
        refuse_named(
            PublicationMaterial(
                root=tmp_path,
                identity="r",
                run="waves/w",
                name="w",
                section=section,
                versions=[version],
                files={"corrections": Path("corrections.csv")},
            )
        )

    check("row-17")
    check("EY3H4FLW", WAVE)  # what anybody may have names its respondents itself
    with pytest.raises(DataError, match="row 2: names a respondent"):
        check("EY3H4FLW")
