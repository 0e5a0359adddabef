"""`readiness new`: an office of a few files or a wave in one, whole or not at all."""

import os
import stat
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from project_copy import ROOT
from readiness.cli import main
from readiness.commands.starting.office import new_office
from readiness.config import load_config
from readiness.datasets.versions import read_versions
from readiness.drafting import follow
from readiness.program.wheel import make_wheel
from readiness.questionnaire import load_questionnaire

EXPORT = "Timestamp,Do you vote?,Why?\n" + "".join(
    f"2026/03/{k % 28 + 1:02d} 10:{k:02d}:00 AM GMT+1,{'Yes' if k % 2 else 'No'},{k % 3}\n"
    for k in range(40)
)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with new_office(tmp_path / "office"):
        pass
    monkeypatch.chdir(tmp_path / "office")
    (tmp_path / "votes.csv").write_text(EXPORT, "utf-8")
    return tmp_path / "office"


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_an_office_is_a_few_files_and_nobody_s_studies(office: Path, capsys: Any) -> None:
    files = contents(office)
    name, wheel = make_wheel()
    assert files.pop(name) == wheel
    lock = files.pop("requirements.lock").decode()
    assert lock.startswith(f"./{name} \\\n    --hash=sha256:{sha256(wheel).hexdigest()}\n")
    assert lock.endswith((ROOT / "requirements.lock").read_text("utf-8"))
    assert set(files) == {
        *(".dvc/config", ".dvcignore", ".gitattributes", ".gitignore"),
        *("Makefile", "README.md", "Snakefile", "config.yaml", "report.qmd"),
        *("data/README.md", "data/versions.csv", "reports/.gitkeep", "tests/test_office.py"),
    }
    assert sum(text.count(b"\n") for text in files.values()) <= 400
    config = load_config(ROOT / "config.yaml")
    own = [name.encode() for name in (*config.studies, *config.waves)]
    assert [name for name, text in files.items() if any(each in text for each in own)] == []
    assert main(["run"]) == 0
    assert "readiness new --from EXPORT" in capsys.readouterr().out


def test_what_a_deployed_workflow_lacks_is_added(tmp_path: Path, monkeypatch: Any) -> None:
    """`snakedeploy` leaves rules and a configuration; what is there is never overwritten."""
    for name, text in (("workflow/Snakefile", ""), ("config/config.yaml", "waves: {}\n")):
        (tmp_path / "flow" / name).parent.mkdir(parents=True)
        (tmp_path / "flow" / name).write_text(text, "utf-8")
    (tmp_path / "flow/report.qmd").write_text("mine\n", "utf-8")
    (tmp_path / "votes.csv").write_text(EXPORT, "utf-8")
    monkeypatch.chdir(tmp_path / "flow")
    # Without git nobody ignores the answers: nothing is begun, and nothing left.
    before = contents(tmp_path / "flow")
    assert main(["new", "--from", "../votes.csv", "--language", "en"]) == 2
    assert contents(tmp_path / "flow") == before
    subprocess.run(["git", "init", "--quiet", "."], check=True)
    assert main(["new", "--from", "../votes.csv", "--language", "en"]) == 0
    flow = tmp_path / "flow"
    assert (flow / "report.qmd").read_text("utf-8") == "mine\n"
    assert "votes:" in (flow / "config/config.yaml").read_text("utf-8")
    assert not (flow / "config.yaml").exists() and (flow / ".dvc/config").is_file()
    assert "data/store/" in (flow / ".gitignore").read_text("utf-8").splitlines()
    assert read_versions(flow)["votes@1"].rows == 40


def test_a_folder_beside_the_project_is_named_with_dots(office: Path, capsys: Any) -> None:
    """As the manual types it: `..` leaves the project, and does not lie in it."""
    (office / "sub").mkdir()
    assert main(["new", "../second", "--from", "../votes.csv", "--language", "en"]) == 0
    assert "../second: an office of its own" in capsys.readouterr().out
    assert (office.parent / "second/data/questionnaires/votes-1.yaml").is_file()
    for inside in ("sub/../third", "../office/third", "../second/../office/third"):
        assert main(["new", inside]) == 2
        assert f"{inside} is inside the project {office}" in capsys.readouterr().err
    # By way of a link, too: what counts is where the folder lies.
    (office.parent / "link").symlink_to(office)
    assert main(["new", "../link/third"]) == 2
    assert "is inside the project" in capsys.readouterr().err
    assert not (office / "third").exists()
    # A link that leads nowhere is in the way.
    (office.parent / "nowhere").symlink_to(office.parent / "gone")
    assert main(["new", "../nowhere"]) == 2
    assert "exists and is not empty" in capsys.readouterr().err


def test_a_wave_is_begun_and_waits_for_its_decisions(office: Path, capsys: Any) -> None:
    assert main(["new", "--from", "../votes.csv", "--language", "en"]) == 0
    out = capsys.readouterr().out
    assert "votes@1: 40 rows registered (restricted: git does not keep it)" in out
    assert "waves.votes.selection is open" in out
    assert read_versions(office)["votes@1"].questionnaire == "votes-1"
    assert (office / "data/raw/votes/1.csv").read_text("utf-8") == EXPORT
    assert main(["run"]) == 2
    assert "waves.votes.selection: got 'undecided'; expected 'probability'" in (
        capsys.readouterr().err
    )
    config = office / "config.yaml"
    config.write_text(config.read_text("utf-8").replace("undecided", "opt-in"), "utf-8")
    assert main(["run"]) == 2
    assert "data/questionnaires/votes-1.yaml is a draft" in capsys.readouterr().err


def test_a_form_or_labels_say_what_was_asked(office: Path, capsys: Any) -> None:
    sav = office.parent / "votes.sav"
    frame = pd.DataFrame({"vote": [1.0, 2.0] * 10, "year": [1990.0 + k for k in range(20)]})
    labels = {"vote": "Do you vote?", "year": "Born in"}
    values = {"vote": {1.0: "Yes", 2.0: "No"}}
    pyreadstat.write_sav(frame, str(sav), column_labels=labels, variable_value_labels=values)
    assert main(["new", "--from", str(sav), "--selection", "opt-in", "--language", "en"]) == 0
    assert "votes@1: 20 rows registered" in capsys.readouterr().out
    asked = load_questionnaire(office / "data/questionnaires/votes-1.yaml")
    assert [(i.id, i.kind.name, i.label.root["en"]) for i in asked.items] == [
        ("vote", "single", "Do you vote?"),
        ("year", "number", "Born in"),
    ]
    assert asked.draft
    # The labels of one file, the answers of another.
    (office.parent / "plain.csv").write_text("vote,year\n" + "1,1990\n2,1991\n" * 20, "utf-8")
    form = ["--form", str(sav), "--wave", "plain", "--language", "en"]
    assert main(["new", "--from", "../plain.csv", *form]) == 0
    assert "Do you vote?" in (office / "data/questionnaires/plain-1.yaml").read_text("utf-8")


def test_the_next_version_keeps_what_was_decided(office: Path, capsys: Any) -> None:
    """Ids, codes, labels and order stay; what is new, gone or in other words is asked about."""
    then = (
        "Sent,Do you vote?,How often do you read?,How old?,Use of [Radio],Use of [Web]\n"
        + "".join(
            f"2026/03/{k % 28 + 1:02d} 10:00:00,{'Yes' if k % 2 else 'No'},"
            f"{('Never', 'Often', 'Always')[k % 3]},{20 + k},{'Low' if k % 3 else 'High'},High\n"
            for k in range(40)
        )
    )
    now = (
        "Sent,Do you vote?,How often do you read it?,Use of [Radio],Use of [Press],Why?\n"
        + "".join(
            f"2027/03/{k % 28 + 1:02d} 10:00:00,{('Yes', 'No', 'Perhaps')[k % 3]},Never,"
            f"{'Low' if k % 3 else 'High'},{('Low', 'High')[k % 2]},{'Yes' if k % 2 else 'No'}\n"
            for k in range(40)
        )
    )
    for name, text in (("then", then), ("now", now)):
        (office.parent / f"{name}.csv").write_text(text, "utf-8")
    begin = ["new", "--language", "en", "--selection", "opt-in"]
    assert main([*begin, "--from", "../then.csv", "--wave", "press"]) == 0
    following = [*begin, "--from", "../now.csv", "--questionnaire", "press-2"]
    assert main(following) == 2
    assert "press-1.yaml is a draft. Settle its open decisions" in capsys.readouterr().err
    path = office / "data/questionnaires/press-1.yaml"
    settled = (
        path.read_text("utf-8").replace("draft: true\n", "").replace("id: do_you_vote", "id: vote")
    )
    path.write_text(
        settled.replace("code: yes,", "code: votes,").replace("'yes'", "votes"), "utf-8"
    )
    assert main(following) == 0
    written = (office / "data/questionnaires/press-2.yaml").read_text("utf-8")
    asked = load_questionnaire(office / "data/questionnaires/press-2.yaml")
    assert asked.draft and asked.version == "2" and asked.name == "press"
    vote = asked.item("vote")
    before = load_questionnaire(path)
    assert vote.codes == (*before.item("vote").codes, "perhaps")
    assert "# check: new: 'Perhaps'" in written
    assert "# check: no longer asked: how_often_do_you_read" in written
    said = (
        "a new question; or is it how_often_do_you_read ('How often do you read?') in other words?"
    )
    assert f"# check: {said}" in written
    rows = [item.column for item in asked.items if item.grid]
    assert rows == ["Use of [Radio]", "Use of [Press]"]
    # No row has an id that was another's.
    assert [item.id for item in asked.items if item.grid] == ["use_of_1", "use_of_2_2"]
    assert asked.items[0].id == "vote" and asked.items[-1].id == "why"
    assert "gone: 'Web'" in written and "new: 'Press'" in written
    # Nothing is taken from a version that is neither there nor the next one.
    assert main([*begin, "--from", "../now.csv", "--wave", "x", "--questionnaire", "press-4"]) == 2
    assert "file not found" in capsys.readouterr().err


def test_what_was_no_question_is_none_and_no_column_is_lost() -> None:
    """Ignored columns and roles stay; a row more beside a question of old is asked about."""
    words = [{"code": "a", "text": "A"}, {"code": "b", "text": "B"}]
    one = {"kind": "single", "categories": words}
    before = {
        "language": "en",
        "export": {"invitation": "Code", "ignored": ["Notes"]},
        "items": [{"id": "radio", "column": "Use of [Radio]", **one}],
    }
    rows = [{"id": k, "text": k, "column": f"Use of [{k}]"} for k in ("Radio", "Web")]
    grid = {"id": "use", "kind": "grid", "each": "single", "column": "Use of", "rows": rows}
    drafted = {
        "language": "en",
        "export": {"tool": "plain"},
        "items": [
            {"id": "code", "kind": "text", "column": "Code"},
            {"id": "notes", "column": "Notes", **one},
            {**grid, "categories": words},
        ],
    }
    made = follow(drafted, before)
    assert made["export"] == {"tool": "plain", "invitation": "Code", "ignored": ["Notes"]}
    assert [item["id"] for item in made["items"]] == ["radio", "use"]
    assert [row["column"] for row in made["items"][1]["rows"]] == ["Use of [Web]"]


def test_what_exists_is_not_overwritten_and_what_fails_leaves_nothing(
    office: Path, capsys: Any
) -> None:
    assert main(["new", "--from", "../votes.csv", "--language", "en"]) == 0
    before = contents(office)
    (office.parent / "other.csv").write_text("a,b\n1,2\n", "utf-8")
    (office.parent / "empty.csv").write_text("", "utf-8")
    for arguments, code, message in (
        (["--from", "../votes.csv"], 2, "votes-1.yaml already exists. Choose another --wave"),
        (["--from", "../votes.csv", "--wave", "a b"], 2, "expected a name of at most 100"),
        (
            ["--from", "../votes.csv", "--wave", "w", "--labels", "../other.csv"],
            3,
            "not a codebook",
        ),
        (["--from", "../empty.csv", "--wave", "w"], 3, "empty.csv"),
        (["--from", "../none.csv", "--wave", "w"], 3, "none.csv: file not found"),
        (
            ["--from", "../votes.csv", "--wave", "w", "--questionnaire", "x"],
            2,
            "x.yaml: file not found",
        ),
        ([], 2, "Name the FOLDER"),
        (["data"], 2, "exists and is not empty"),
        (["inside"], 2, "is inside the project"),
    ):
        assert main(["new", *arguments]) == code, arguments
        err = capsys.readouterr().err
        assert message in err, err
        assert len(err.splitlines()) <= 2
        assert contents(office) == before, arguments
    (office / ".gitignore").write_text("", "utf-8")
    before = contents(office)
    assert main(["new", "--from", "../votes.csv", "--wave", "again", "--language", "en"]) == 2
    assert "committed to git, where people's answers must not be" in capsys.readouterr().err
    assert contents(office) == before


def test_a_project_whose_wave_cannot_be_begun_is_not_there(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "empty.csv").write_text("", "utf-8")
    folder = tmp_path / "office"
    assert main(["new", str(folder), "--from", str(tmp_path / "empty.csv")]) == 3
    assert not folder.exists()
    assert {path.name for path in tmp_path.iterdir()} == {"empty.csv"}


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def usual_umask() -> Iterator[None]:
    """Files that others may read, as most machines make them."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("usual_umask")
def test_answers_of_an_office_are_for_their_owners_eyes(office: Path, capsys: Any) -> None:
    """Wherever they lie, also where a release before this one, or DVC, has written them."""
    assert main(["new", "--from", "../votes.csv", "--language", "en"]) == 0
    again = EXPORT.replace("Yes", "rita@example.org").encode()
    (office.parent / "again.csv").write_bytes(again)
    words = ("add", "../again.csv", "--dataset", "votes", "--as", "2", "--restricted")
    assert main(["data", *words]) == 0
    (office / "data/raw/votes/2.csv").unlink()
    assert main(["data", "get", "votes@2"]) == 0
    found = [path for path in office.rglob("*") if path.is_file() and ".git" not in path.parts]
    answers = [path for path in found if path.read_bytes() in (EXPORT.encode(), again)]
    assert {path.relative_to(office).parts[:2] for path in answers} == {
        (".dvc", "cache"),
        ("data", "raw"),
        ("data", "store"),
    }
    assert len(answers) == 6
    folders = {folder for path in answers for folder in path.parents}
    below = {f for f in folders if f.is_relative_to(office / "data/store")}
    below |= {f for f in folders if f.is_relative_to(office / ".dvc/cache")}
    below |= {office / "data/raw/votes"}

    def assert_private() -> None:
        assert {mode_of(folder) for folder in below} == {0o700}
        for path in answers:
            assert mode_of(path) == (0o600 if path.suffix == ".csv" else 0o400), path

    assert_private()
    for path in (*answers, *below):
        path.chmod(0o755 if path.is_dir() else 0o644)
    # It stops at what is undecided, and has protected the answers by then.
    assert main(["run"]) == 2
    assert "undecided" in capsys.readouterr().err
    assert_private()


@pytest.mark.usefixtures("usual_umask")
def test_a_store_that_a_group_shares_stays_shared_with_it_alone(office: Path) -> None:
    store = office.parent / "shared"
    store.mkdir()
    store.chmod(0o2775)
    settings = (office / ".dvc/config").read_text("utf-8")
    (office / ".dvc/config").write_text(settings.replace("../data/store", str(store)), "utf-8")
    assert main(["new", "--from", "../votes.csv", "--language", "en"]) == 0
    [stored] = [path for path in store.rglob("*") if path.is_file()]
    assert mode_of(store) == 0o2775
    assert {mode_of(folder) & 0o777 for folder in list(stored.parents)[:3]} == {0o750}
    assert mode_of(stored) == 0o440


@pytest.mark.usefixtures("usual_umask")
def test_answers_that_are_open_stay_as_git_leaves_them(office: Path) -> None:
    assert main(["new", "--from", "../votes.csv", "--language", "en", "--public"]) == 0
    places = [office / "data/raw/votes/1.csv", *office.glob("data/store/files/md5/*/*")]
    assert len(places) == 2
    assert {mode_of(path) for path in places} == {0o644}
    assert {mode_of(path.parent) for path in places} == {0o755}
