"""What validation hands on names and quotes nobody, and the numbers do not notice."""

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import yaml

from made_questionnaire import document, question
from project_copy import ROOT
from readiness.datasets.verify import results_of
from readiness.datasets.versions import read_versions
from readiness.ground.errors import ConfigError
from readiness.privacy.detecting import Detectors
from readiness.privacy.setting_apart import GIVEN
from readiness.questionnaire import BLANK, Questionnaire
from readiness.running.pseudonym_key import KEYS, new_key
from readiness.running.step import perform
from readiness.steps import validate as validating
from readiness.validation import validate
from readiness.validation.separating import separate

OPTIONS = [{"code": "seldom", "text": "Low"}, {"code": "often", "text": "High"}]
ASKED = {"en": "Said, or write to a@b.org"}
TOWNS = [{"code": "a", "text": "Zuwara"}, {"code": "b", "text": "Bab"}]
DOCUMENT = document(
    "office",
    question("use", "ordinal", "Use", categories=OPTIONS, label={"en": "Use"}),
    question("town", "single", "Town", categories=TOWNS, label={"en": "Town"}, personal=True),
    question("said", "text", "Said", label=ASKED),
    export={"timestamp": "Sent", "invitation": "Code", "ignored": ["Phone"]},
)
CODES = ["rita@example.org", "omar@example.org", "sara@example.org"]
SECRETS = ["Rita Secret", "0612345678", "Zuwara", "Nowhere", *CODES]


def raw() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "_row": [2, 3, 4],
            "_timestamp": [f"0{n}/03/2026 10:00:00" for n in (1, 2, 3)],
            "_submitted": [f"2026-03-0{n}T10:00:00" for n in (1, 2, 3)],
            "_invitation": CODES,
            "use": ["Low", "High", "Rather high"],
            "town": ["Zuwara", "Nowhere", ""],
            "said": ["Call Rita Secret: 0612345678", "", "fine"],
        }
    )


def ignored() -> pd.DataFrame:
    return pd.DataFrame({"_row": [2, 3, 4], "Phone": ["", "+212 6 99 88 77 66", ""]})


QUESTIONNAIRE = Questionnaire.model_validate(DOCUMENT)
DETECTORS = Detectors(telephone=("0[5-8]########",))


def separated(key: bytes | None):  # type: ignore[no-untyped-def]
    result = validate(
        raw(), QUESTIONNAIRE, opens=date(2026, 1, 1), closes=date(2026, 12, 31), duplicates="last"
    )
    return result, *separate(result, raw(), ignored(), QUESTIONNAIRE, DETECTORS, key)


def test_what_goes_on_names_and_quotes_nobody() -> None:
    before, after, apart = separated(bytes(32))
    for secret in SECRETS:
        for table in (after.answers, after.issues, after.counts):
            assert secret.casefold() not in table.to_csv().casefold(), secret
    order = before.answers["respondent"].tolist()
    assert order == sorted(order)
    # In the same order of rows as without a key; coded answers as they were.
    _, plain, _ = separated(None)
    assert plain.answers["respondent"].tolist() == order
    assert after.answers.drop(columns="respondent").equals(plain.answers.drop(columns="respondent"))
    assert after.answers["use"].equals(before.answers["use"])
    by_code = dict(zip(order, range(3), strict=True))
    rita = after.answers.iloc[by_code["RITA@EXAMPLE.ORG"]]
    assert rita["said"] == rita["town"] == GIVEN
    assert after.answers.iloc[by_code["SARA@EXAMPLE.ORG"]]["town"] == BLANK
    # Kept apart, for its owner.
    said = dict(zip(apart.answers["item"], apart.answers["value"], strict=False))
    assert said["town"] == "a"
    assert set(apart.answers["respondent"]) <= set(after.answers["respondent"])


def test_personal_data_are_told_by_place_and_kind() -> None:
    _, after, apart = separated(bytes(32))
    seen = after.issues[after.issues["rule"] == "personal_data_seen"]
    issue, other = seen.to_dict("records")
    assert (other["row"], other["column"], other["item"]) == (3, "Phone", "")
    assert (issue["row"], issue["item"], issue["value"]) == (2, "said", GIVEN)
    assert issue["severity"] == "warning" and "telephone" in issue["fact"]
    assert apart.seen.to_dict("records") == [
        {"row": 2, "column": "Said", "item": "said", "kinds": "telephone"},
        {"row": 3, "column": "Phone", "item": "", "kinds": "telephone"},
    ]


@pytest.fixture
def wave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / ".dvc").mkdir(parents=True)
    monkeypatch.chdir(root)
    monkeypatch.setenv(KEYS, str(tmp_path / "keys"))
    (root / "office-1.yaml").write_text(yaml.safe_dump(DOCUMENT), "utf-8")
    own = (
        raw()
        .drop(columns=["_row", "_submitted"])
        .set_axis(["Sent", "Code", "Use", "Town", "Said"], axis=1)
    )
    own.to_csv(root / "export.csv", index=False)
    return root


def step(root: Path, out: str, sealed: str = "") -> Path:
    settings = {
        "opens": "2026-01-01",
        "closes": "2026-12-31",
        "largest_loss": 1.0,
        "simulated": False,
        "privacy": {"telephone": ["0[5-8]########"]},
        "pseudonyms": {"dataset": "office@1", "sealed": sealed},
    }
    named = {"answers": [Path("export.csv")], "questionnaire": [Path("office-1.yaml")]}
    named |= {"sample": [], "corrections": []}
    folder = root / "results" / out / "validate"
    perform("validate", validating, named, json.dumps(settings), "0" * 64, folder)
    return folder


def test_a_real_wave_stops_without_a_key(wave: Path) -> None:
    with pytest.raises(ConfigError, match="Create it: readiness data key office@1"):
        step(wave, "waves/office")
    assert not (wave / "results").exists()


def test_an_auditor_without_the_key_gets_the_same_answers(wave: Path) -> None:
    path, name = new_key(wave, "office@1")
    own = step(wave, "waves/office")
    assert (own.parent / "private/key").read_text() == name
    path.unlink()
    audited = step(wave, "publications/office-r1", sealed=name)
    # What was recorded of it is the same with any key.
    assert audited.joinpath("lineage.json").read_text().count(name) == 0
    records = [json.loads((f / "lineage.json").read_text()) for f in (own, audited)]
    assert records[0]["lineage"] == records[1]["lineage"]
    tables = [pd.read_csv(folder / "answers.csv", dtype=str) for folder in (own, audited)]
    columns = [t.pop("respondent") for t in tables]
    assert tables[0].equals(tables[1]) and not set(columns[0]) & set(columns[1])
    for file in wave.glob("results/**/*"):
        if file.is_file() and "private" not in file.parts:
            text = file.read_text("utf-8").casefold()
            assert not [s for s in SECRETS if s.casefold() in text], file
    private = wave / "results/waves/office/private"
    assert private.stat().st_mode & 0o777 == 0o700
    assert {f.stat().st_mode & 0o777 for f in private.iterdir()} == {0o600}
    assert "Rita Secret" in (private / "answers.csv").read_text("utf-8")


def test_what_is_kept_apart_is_erased_with_the_answers(tmp_path: Path) -> None:
    version = read_versions(ROOT)["simulated-2026@2"]
    run = tmp_path / "results/waves/w"
    for name in ("validate/lineage.json", "private/answers.csv"):
        (run / name).parent.mkdir(parents=True)
        record = {"datasets": [version.name], "outputs": {"answers.csv": "0"}}
        (run / name).write_text(json.dumps(record))
    assert run / "private/answers.csv" in list(results_of(tmp_path, version))
