"""What is stated of a survey: only what was written, and of the rest that it was not."""

import dataclasses
import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest
import yaml

from full_study import FULL
from project_copy import ROOT
from readiness.commands.freeze import list_gaps
from readiness.config import (
    Config,
    Particulars,
    Privacy,
    Validate,
    WaveSettings,
    load_config,
    parse,
)
from readiness.datasets.versions import read_versions
from readiness.ground.errors import ConfigError, DataError
from readiness.plan import Plan
from readiness.publications.citation import citation
from readiness.publications.codecheck import codecheck
from readiness.publications.description import Facts
from readiness.publications.freeze import refuse_named, with_key
from readiness.publications.frozen_config import frozen_config
from readiness.publications.material import PublicationMaterial
from readiness.publications.readme import readme
from readiness.publications.unstated import refuse_unstated
from readiness.reporting.particulars import CALLED, list_statements

CONFIG = load_config(ROOT / "config.yaml")
WAVE = CONFIG.waves["simulated-2026"]
REAL = WAVE.model_copy(update={"simulated": False, "study": Particulars()})


def study(**keys: Any) -> Particulars:
    return parse(Particulars, {**FULL, **keys}, "config.yaml")


STATED = REAL.model_copy(update={"study": study()})


def test_each_key_is_told_where_it_is_given() -> None:
    told = dict(list_statements(STATED.stated, "fr"))
    assert set(told) == set(CALLED) - {"invited", "answered"}  # which the data know
    assert told["purpose"] == "Une étude"
    assert told["keep_until"].startswith("31") and told["fieldwork"].startswith("2 mars 2026 – 31")
    # What is not said in a language is said as it was: nothing of it is "not stated".
    assert dict(list_statements(STATED.stated, "ar"))["purpose"] == "Une étude"
    unknown = REAL.model_copy(update={"validate_": Validate()}).stated
    assert not list(list_statements(unknown, "fr"))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("keep_until", "2026-02-30"),
        ("sponsor", " "),
        ("sponsor", {"french": "x"}),
        ("authors", [{"name": "Carberry, J.", "orcid": "0000-0002-1825-0079"}]),
        ("authors", [{"orcid": "0000-0002-1825-0097"}]),
    ],
)
def test_what_cannot_be_is_refused(key: str, value: object) -> None:
    with pytest.raises(ConfigError, match=rf"^config.yaml: {key}"):
        study(**{key: value})


def test_what_the_configuration_knows_is_not_stated_twice() -> None:
    for key in ("invited", "fieldwork"):
        told = {**WAVE.model_dump(by_alias=True, exclude_none=True), "study": {key: "1740"}}
        with pytest.raises(ConfigError, match=f"study.{key}"):
            parse(WaveSettings, told, "config.yaml")


REGISTER = pd.DataFrame({"id": ["q.a.all", "q.b.all"], "reliability": "", "suppressed": ""})
FOR_REVIEW = REGISTER.assign(reliability=["", "review"])


def refused(figures: pd.DataFrame, **other: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        refuse_unstated(material(Path(), released="2026-12-01", **other), figures)
    return str(caught.value)


def test_a_release_of_answers_that_are_not_simulated_says_who_asked_whom() -> None:
    """All that is missing is one list, with the reviewer, and what to type."""
    silent = REAL.model_copy(update={"validate_": Validate()})
    said = refused(FOR_REVIEW, section=silent)
    for line in (
        'waves.w.study.sponsor: "WHO ',
        'waves.w.study.population: "',
        'waves.w.study.mode: "',
        'waves.w.validate.opens: "YYYY-MM-DD"',
        'waves.w.validate.closes: "YYYY-MM-DD"',
        'study.sponsor: "not known: WHY" (of both days: study.fieldwork)',
        "--reviewer NAME: who looked at the figures marked for review (nobody or everybody "
        "gave the answer, or few degrees of freedom): 1, the first q.b.all",
    ):
        assert line in said, line
    # A draft keeps its own configuration: what is said now is read of config.yaml.
    assert "--wave w" not in said
    assert "then --wave w" in refused(REGISTER, section=silent, run="publications/w-r1")
    for quiet in ({"section": STATED}, {"section": WAVE}, {"section": silent, "released": ""}):
        told: dict[str, Any] = {"released": "2026-12-01", **quiet}
        refuse_unstated(material(Path(), **told), REGISTER)
    # Whose figures are for review is asked of a draft, too, and of simulated answers.
    with pytest.raises(ConfigError, match=r"is missing:\n  --reviewer NAME: "):
        refuse_unstated(material(Path(), section=WAVE), FOR_REVIEW)


def test_what_nobody_knows_is_said_with_why_in_every_language() -> None:
    untold = dict.fromkeys(("sponsor", "population", "mode"), "not known: the office was closed")
    own = {**untold, "fieldwork": "Not known: the tool exports no dates"}
    wave = REAL.model_copy(
        update={"validate_": Validate(), "study": parse(Particulars, own, "config.yaml")}
    )
    refuse_unstated(material(Path(), section=wave, released="2026-12-01"), REGISTER)
    told = {name: dict(list_statements(wave.stated, name)) for name in ("fr", "en", "ar")}
    assert told["en"]["sponsor"] == "not known: the office was closed"
    assert "inconnu" in told["fr"]["fieldwork"] and "exports no dates" in told["ar"]["fieldwork"]
    assert len({each["mode"] for each in told.values()}) == 3
    # Without a reason it is not said.
    for bare in ("not known", "Not known:", "not known."):
        mute = wave.study.model_copy(update={"mode": {"und": bare}})
        silent = wave.model_copy(update={"study": mute})
        assert "study.mode" in refused(REGISTER, section=silent)
    day = {"fieldwork": "not known: why"}
    again = {**WAVE.model_dump(by_alias=True, exclude_none=True), "study": day}
    with pytest.raises(ConfigError, match=r"study\.fieldwork"):
        parse(WaveSettings, again, "config.yaml")


def test_only_of_real_answers_is_it_frozen_who_signed() -> None:
    said = {"telephone": ["0#########"], "signed_off_by": "A. Reader"}
    own = parse(Privacy, said, "config.yaml")
    simulated = yaml.safe_load(frozen_config("w", WAVE, ["fr"], own))
    assert simulated["privacy"] == {"telephone": ["0#########"]}
    real = yaml.safe_load(frozen_config("w", STATED, ["fr"], own))
    assert real["privacy"] == {"telephone": ["0#########"], "signed_off_by": "A. Reader"}
    again = parse(Config, real, "config.yaml").waves["w"]
    assert again.study == STATED.study
    section = CONFIG.studies["haca-2024"]
    assert "privacy" not in yaml.safe_load(frozen_config("s", section, ["fr"], own))


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
        supersedes="",
        erratum="",
        reviewer="",
        languages=("ar", "en", "fr"),
        pages=[],
    )


def test_a_readme_states_what_was_written_and_that_the_rest_was_not(facts: Facts) -> None:
    silent = readme(facts)
    for word in ("CITATION", "consent", "MIT", "Controller", "ask the publisher"):
        assert word not in silent, word
    assert "- Not stated: Rights to the data, Licence of data and figures, Access" in silent
    assert "- Not stated: Commissioned by, " in silent and ": Commanditaire, " in silent
    counts = {"invited": 1740, "answered": 647}
    page = readme(dataclasses.replace(facts, section=STATED, counts=counts))
    assert "Not stated" not in page and "غير مصرح به" not in page
    assert "- Controller: Office 7" in page and "- Invited: 1,740" in page
    assert "<b>" not in page and "D-12/2026" in page and "- Finalité du traitement" in page
    # In the third language one of the two, as it was said.
    assert page.count("A study") + page.count("Une étude") == 3


def test_a_citation_names_the_authors_of_the_survey(facts: Facts) -> None:
    """By the schema of the Citation File Format 1.2.0 (S. Druskat and others, CC-BY-4.0,
    doi:10.5281/zenodo.1003149, unchanged).
    """
    schema = json.loads((ROOT / "tests/publications/cff-1.2.0.json").read_text("utf-8"))
    check = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    named = dataclasses.replace(facts, section=STATED, released="2026-12-01")
    said = yaml.safe_load(citation(named))
    assert not list(check.iter_errors(said))
    assert said["license"] == "CC-BY-4.0" and said["version"] == "office-r1"
    person = {"given-names": "Zoé", "family-names": "Ben Ali"}
    orcid = {"orcid": "https://orcid.org/0000-0002-1825-0097"}
    assert said["authors"] == [{**person, **orcid}, {"name": "Office 7"}]
    assert "CITATION.cff" in readme(named)
    authors = yaml.safe_load(codecheck(named, []))["paper"]["authors"]
    assert authors == [
        {"name": "Zoé Ben Ali", "ORCID": "0000-0002-1825-0097"},
        {"name": "Office 7"},
    ]
    assert list(check.iter_errors({**said, "authors": []}))
    for licence, kept in (
        ("https://data.example/terms", {"license-url": "https://data.example/terms"}),
        ("With consent alone", {}),
        ("LicenseRef-own", {}),
    ):
        wave = REAL.model_copy(update={"study": study(licence=licence)})
        said = yaml.safe_load(citation(dataclasses.replace(facts, section=wave, released="")))
        assert {k: v for k, v in said.items() if k.startswith("license")} == kept
        assert not list(check.iter_errors(said)) and "date-released" not in said


def test_freeze_says_who_wants_what_nobody_stated() -> None:
    assert list_gaps(STATED) == {}
    gaps = list_gaps(REAL)
    assert gaps["CITATION.cff"] == ["authors", "licence"]
    assert (
        "invited" not in gaps["AAPOR's disclosure"]
        and "fieldwork" not in gaps["AAPOR's disclosure"]
    )
    assert "receipt" in gaps["law 09-08 (Morocco) and the GDPR"]
    assert "law 09-08 (Morocco) and the GDPR" not in list_gaps(
        REAL.model_copy(update={"simulated": True})
    )


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
    wave = STATED.model_copy(update={"simulated": simulated, "study": study(keep_until=until)})
    config = Config().model_copy(update={"waves": {"w": wave}})
    plan = Plan(Path(ROOT), config)
    if not stops:
        return plan.check_kept(date(2026, 7, 1))
    with pytest.raises(ConfigError, match="readiness data erase simulated-2026@2"):
        plan.check_kept(date(2026, 7, 1))


KEY = "0123456789abcdef"


def material(root: Path, **other: Any) -> PublicationMaterial:
    own: dict[str, Any] = {"section": REAL, "versions": [], "files": {}, "run": "waves/w", **other}
    return PublicationMaterial(root=root, identity="office-r2", name="w", **own)


def frozen_with(tmp_path: Path, key: str, version: str) -> None:
    """A publication of real answers in a folder, its configuration alone."""
    answers = f"{REAL.answers.partition('@')[0]}@{version}"
    wave = REAL.model_copy(update={"answers": answers})
    folder = tmp_path / "publications/office-r1"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(frozen_config("w", wave, ["fr"], Privacy(key=key)), "utf-8")
    (folder / "seal.json").write_text("{}", "utf-8")


def sealed_key(tmp_path: Path, used: str) -> str | None:
    path = tmp_path / "results/waves/w/private/key"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(used, "utf-8")
    return with_key(material(tmp_path)).privacy.key


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
        files = {"corrections": Path("corrections.csv")}
        refuse_named(material(tmp_path, section=section, versions=[version], files=files))

    check("row-17")
    check("EY3H4FLW", WAVE)  # what anybody may have names its respondents itself
    with pytest.raises(DataError, match=r"row 2: .* names a respondent"):
        check("EY3H4FLW")
