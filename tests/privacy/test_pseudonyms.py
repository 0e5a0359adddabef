"""Pseudonyms, and the keys that make them."""

import hashlib
import hmac
import subprocess
import sys
from base64 import b32encode
from pathlib import Path

import pandas as pd
import pytest

from readiness.ground.errors import ConfigError
from readiness.privacy.detecting import names_people
from readiness.privacy.pseudonyms import key_from_data, key_id, pseudonyms
from readiness.running.pseudonym_key import KEYS, key_file, key_for, new_key, present_key

KEY = bytes(range(32))


def test_pseudonyms_are_hmac_sha256_of_each_id_in_place() -> None:
    ids = pd.Series(["zoé@example.org", "", "a", "zoé@example.org"], index=[7, 3, 9, 1])
    found = pseudonyms(ids, KEY)
    digest = hmac.new(KEY, "zoé@example.org".encode(), hashlib.sha256).digest()
    assert found[7] == "P" + b32encode(digest[:10]).decode()
    assert list(found.index) == [7, 3, 9, 1]
    assert found[3] == "" and found[7] == found[1] != found[9]


def test_an_export_names_people_by_a_code_or_a_personal_item() -> None:
    assert names_people("Code", None)
    assert names_people(None, "id")
    assert names_people(None, None, ["telephone"])
    assert not names_people(None, None)


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "keys"
    monkeypatch.setenv(KEYS, str(folder))
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / ".dvc").mkdir(parents=True)
    return root


def test_a_key_is_made_once_for_one_pair_of_eyes(keys: Path, project: Path) -> None:
    path, name = new_key(project, "wave@1")
    key = present_key(project, "wave@1")
    assert key is not None and name == key_id(key) and key.hex() not in name
    assert path == keys / "wave@1.key"
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ConfigError, match=r"not overwritten[^\0]*another project, set"):
        new_key(project, "wave@1")
    assert present_key(project, "wave@2") is None


def test_the_default_place_is_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEYS, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert key_file("wave@1") == tmp_path / "readiness/keys/wave@1.key"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert key_file("wave@1") == tmp_path / ".config/readiness/keys/wave@1.key"


def test_a_missing_key_is_a_clear_stop(keys: Path, project: Path, tmp_path: Path) -> None:
    export = tmp_path / "export.csv"
    export.write_text("a,b\n")
    with pytest.raises(ConfigError, match=r"Create it: readiness data key wave@1"):
        key_for(project, "wave@1", "", export)
    # An auditor has no key: what was published is recomputed all the same.
    digest = hashlib.sha256(b"a,b\n").hexdigest()
    assert key_for(project, "wave@1", "0" * 16, export) == (key_from_data(digest), "data")
    _, name = new_key(project, "wave@1")
    assert key_for(project, "wave@1", "", export)[1] == name
    assert key_for(project, "wave@1", name, export)[1] == name
    assert key_for(project, "wave@1", "0" * 16, export)[1] == "data"


def test_a_key_that_travels_with_the_data_is_refused(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = tmp_path / "remote"
    (project / ".dvc/config").write_text(
        f"[core]\n    remote = here\n['remote \"here\"']\n    url = {remote}\n"
    )
    work_tree = tmp_path / "other"
    work_tree.mkdir()
    subprocess.run(["git", "init", "-q", str(work_tree)], check=True)
    link = tmp_path / "link"
    link.symlink_to(project)
    for folder, what in [
        (project / "keys", "the project"),
        (link, "the project"),
        (remote, "the DVC remote here"),
        (work_tree, "git keeps"),
    ]:
        monkeypatch.setenv(KEYS, str(folder))
        with pytest.raises(ConfigError, match=what):
            new_key(project, "wave@1")
        assert not key_file("wave@1").exists()
    # One that was put there by hand is not used either.
    monkeypatch.setenv(KEYS, str(link))
    key_file("wave@1").write_text(KEY.hex())
    with pytest.raises(ConfigError, match="must not be stored in the project"):
        present_key(project, "wave@1")


@pytest.mark.parametrize("text", ["", "secret", KEY.hex()[:-2], "é"])
def test_a_file_that_is_no_key_is_refused(keys: Path, project: Path, text: str) -> None:
    keys.mkdir()
    (keys / "wave@1.key").write_text(text)
    with pytest.raises(ConfigError, match="not a key"):
        present_key(project, "wave@1")


def test_a_key_that_others_can_read_is_refused(keys: Path, project: Path) -> None:
    path, _ = new_key(project, "wave@1")
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        present_key(project, "wave@1")


def test_to_know_where_keys_lie_needs_no_tables() -> None:
    """Every run asks for it."""
    code = "import sys, readiness.running.pseudonym_key\nprint('pandas' in sys.modules)"
    folder = Path(__file__).parents[2] / "workflow"
    said = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    assert said.stdout.strip() == "False", said.stderr
