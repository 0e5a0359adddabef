"""Remotes of every kind, hashed where they lie: S3 and HTTP served on this machine, and folders."""

import getpass
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from project_copy import PATIENCE, Project
from readiness.datasets.add import add_version
from readiness.datasets.store import check_in_default_remote, find_object
from readiness.datasets.verify import CopyFinding, verify
from readiness.datasets.versions import Version, find_version, read_versions
from readiness.ground.errors import DataError

TABLE = "respondent,answer\nA,yes\nB,no\n"
BUCKET = "survey"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project without git, with two versions in DVC's cache and `data/raw`."""
    # Whatever would leave this machine ends at a port that nobody serves.
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    folder = tmp_path / "project"
    (folder / ".dvc").mkdir(parents=True)
    settings(folder, "[core]\n    remote = far\n    no_scm = true\n    analytics = false\n")
    for number, more in enumerate(("", "C,yes\n"), start=1):
        (folder / "export.csv").write_text(TABLE + more, "utf-8")
        add_version(folder, folder / "export.csv", "survey", str(number))
    (folder / "export.csv").unlink()
    return folder


@pytest.fixture
def bucket(root: Path) -> Iterator[Any]:
    """A bucket of an S3-compatible server on this machine, and the server's address."""
    boto3 = pytest.importorskip("boto3", reason="no S3 client here")
    server_of = pytest.importorskip("moto.server", reason="no S3-compatible server here")
    pytest.importorskip("dvc_s3", reason="DVC without S3 here")
    server = server_of.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    urlopen(Request(f"{address}/moto-api/reset", method="POST")).close()
    resource = boto3.resource(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    made = resource.create_bucket(Bucket=BUCKET)
    made.address = address
    yield made
    server.stop()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A folder, and the address at which a plain web server shows it, read-only."""
    folder = tmp_path / "site"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", folder
    server.shutdown()
    server.server_close()


@pytest.fixture
def ssh(root: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a real SSH server on this machine that lets one key in: `key` below HOME."""
    pytest.importorskip("dvc_ssh", reason="DVC without SSH here")
    if not (server := shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")):
        pytest.skip("no SSH server here")
    for name in ("key", "host"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name]
        subprocess.run(command, check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    lines = (
        f"Port {port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {tmp_path}/host",
        f"AuthorizedKeysFile {tmp_path}/key.pub",
        f"PidFile {tmp_path}/sshd.pid",
        "StrictModes no",
        "PasswordAuthentication no",
        "UsePAM no",
        "Subsystem sftp internal-sftp",
    )
    (tmp_path / "sshd").write_text("\n".join(lines), "utf-8")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    process = subprocess.Popen([server, "-D", "-f", tmp_path / "sshd"], stderr=subprocess.DEVNULL)
    for _ in range(PATIENCE * 10):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            break
        time.sleep(0.1)
    yield f"ssh://{getpass.getuser()}@127.0.0.1:{port}{tmp_path}/served"
    process.terminate()
    process.wait()


def settings(root: Path, text: str) -> None:
    path = root / ".dvc/config"
    before = path.read_text("utf-8") if path.exists() else ""
    path.write_text(before + text, "utf-8")


def dvc(root: Path, *arguments: str) -> str:
    result = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments], cwd=root, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return result.stdout + result.stderr


def forget_local_copies(root: Path) -> None:
    for version in read_versions(root).values():
        (root / ".dvc/cache" / version.object_name).unlink(missing_ok=True)
        (root / version.pointer_path.with_suffix("")).unlink(missing_ok=True)


def found(root: Path, place: str) -> dict[str, str]:
    """What `verify` says of each version in one place."""
    return {f.version: f.state for f in verify(root) if f.place == place}


def damaged(content: bytes) -> bytes:
    """The same size, one letter changed."""
    assert b"yes" in content
    return content.replace(b"yes", b"yEs", 1)


def test_an_s3_remote_is_hashed_where_it_lies(root: Path, bucket: Any) -> None:
    address = f"    url = s3://{BUCKET}/data\n    endpointurl = {bucket.address}\n"
    settings(root, f"['remote \"far\"']\n{address}")
    first, second = read_versions(root).values()
    assert found(root, "remote far") == {"survey@1": "missing", "survey@2": "missing"}
    dvc(root, "push")
    assert found(root, "remote far") == {"survey@1": "right", "survey@2": "right"}
    check_in_default_remote(root, first, second)

    # One byte changed on the server: DVC compares names and is content.
    key = bucket.Object(f"data/{first.object_name}")
    content = key.get()["Body"].read()
    key.put(Body=damaged(content))
    assert "in sync" in dvc(root, "status", "--cloud")
    assert found(root, "remote far") == {
        "survey@1": "damaged: its SHA-256 is not the registered one",
        "survey@2": "right",
    }
    result = Project(root).here("data", "verify")
    assert result.returncode == 3
    assert f"s3://{BUCKET}/data/{first.object_name}" in result.stderr
    assert result.stderr.startswith("readiness data: survey@1  remote far  damaged")
    with pytest.raises(DataError, match="survey@1: damaged in the default remote far"):
        check_in_default_remote(root, first)

    # Damage is not fetched, and does not spread into the cache; what is right is.
    forget_local_copies(root)
    with pytest.raises(DataError, match=r"every copy is damaged \(remote far: damaged, its SHA"):
        find_object(root, first)
    assert not (root / ".dvc/cache" / first.object_name).exists()
    assert find_object(root, second).read_text("utf-8") == TABLE + "C,yes\n"
    key.put(Body=content)
    assert find_object(root, first).read_text("utf-8") == TABLE

    bucket.Object(f"data/{second.object_name}").delete()
    assert found(root, "remote far") == {"survey@1": "right", "survey@2": "missing"}
    with pytest.raises(DataError, match=r"survey@2: missing in the default remote far \(s3:"):
        check_in_default_remote(root, second)


def test_an_erased_version_leaves_the_s3_remote_too(root: Path, bucket: Any) -> None:
    settings(
        root, f"['remote \"far\"']\n    url = s3://{BUCKET}\n    endpointurl = {bucket.address}\n"
    )
    for version in read_versions(root).values():
        content = (root / ".dvc/cache" / version.object_name).read_bytes()
        bucket.Object(version.object_name).put(Body=content)
    result = Project(root).here("data", "erase", "survey@1", "--reason", "a respondent withdrew")
    assert result.returncode == 0, result.stderr
    version = find_version(root, "survey@1")
    assert f"removed  s3://{BUCKET}/{version.object_name}" in result.stdout
    assert [entry.key for entry in bucket.objects.all()] == [
        find_version(root, "survey@2").object_name
    ]
    assert not [finding for finding in verify(root) if finding.is_fault]
    bucket.Object(version.object_name).put(Body=TABLE.encode())
    faults = [finding for finding in verify(root) if finding.is_fault]
    assert [(f.version, f.place) for f in faults] == [("survey@1", "remote far")]


def test_an_ssh_remote_is_read_with_the_key_that_dvc_pushes_with(root: Path, ssh: str) -> None:
    dvc(root, "remote", "add", "far", ssh)
    dvc(root, "remote", "modify", "far", "keyfile", "../key")
    dvc(root, "remote", "modify", "far", "ask_passphrase", "false")
    first, _ = read_versions(root).values()
    assert found(root, "remote far") == {"survey@1": "missing", "survey@2": "missing"}
    dvc(root, "push")
    served = root.parent / "served" / first.object_name
    served.chmod(0o644)
    served.write_bytes(damaged(served.read_bytes()))
    assert found(root, "remote far") == {
        "survey@1": "damaged: its SHA-256 is not the registered one",
        "survey@2": "right",
    }
    served.write_bytes(TABLE.encode())
    forget_local_copies(root)
    assert find_object(root, first).read_text("utf-8") == TABLE
    (root.parent / "key").unlink()
    (finding,) = [finding for finding in verify(root) if "remote far" in finding.state]
    assert "cannot be reached" in finding.state


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("configpath", "aws", "configpath is not accepted from a project"),
        ("credentialpath", "aws", "credentialpath is not accepted from a project"),
        ("configpath", "/elsewhere/aws", ""),
        ("profile", "office", "The config profile (office) could not be found"),
        ("colour", "red", "extra keys not allowed @ data['remote']['far']['colour']"),
    ],
)
def test_a_setting_reaches_dvc_or_is_refused_by_name(
    root: Path, bucket: Any, name: str, text: str, said: str
) -> None:
    lines = (f"url = s3://{BUCKET}", f"endpointurl = {bucket.address}", f"{name} = {text}")
    settings(root, "".join(f"{line}\n" for line in ("['remote \"far\"']", *lines)))
    states = [finding.state for finding in verify(root) if "far" in str(finding)]
    assert any(said in state for state in states) if said else states == ["missing", "missing"]


def test_a_web_server_is_a_remote_to_read_from(root: Path, site: tuple[str, Path]) -> None:
    address, folder = site
    settings(root, f"['remote \"far\"']\n    url = {address}\n")
    first, second = read_versions(root).values()
    for version in (first, second):
        served = folder / version.object_name
        served.parent.mkdir(parents=True, exist_ok=True)
        served.write_bytes((root / ".dvc/cache" / version.object_name).read_bytes())
    assert found(root, "remote far") == {"survey@1": "right", "survey@2": "right"}
    served = folder / first.object_name
    served.write_bytes(damaged(served.read_bytes()))
    (folder / second.object_name).unlink()
    assert found(root, "remote far") == {
        "survey@1": "damaged: its SHA-256 is not the registered one",
        "survey@2": "missing",
    }
    served.write_bytes(TABLE.encode())
    forget_local_copies(root)
    assert find_object(root, first).read_text("utf-8") == TABLE
    # It lets nobody remove anything: that is said, and left to people.
    result = Project(root).here("data", "erase", "survey@1", "--reason", "a respondent withdrew")
    assert result.returncode == 3
    assert f"{address}/{first.object_name}: remove it there by hand" in result.stderr
    assert find_version(root, "survey@1").is_erased
    assert {f.place for f in verify(root) if f.is_fault and f.version == "survey@1"} == {
        "remote far"
    }
    served.unlink()
    assert found(root, "remote far")["survey@1"] == "gone, as it must be: erased"


def test_a_remote_that_cannot_be_reached_says_so_once(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unmounted"
    settings(root, f"['remote \"far\"']\n    url = {folder}\n")
    findings = list(verify(root))
    assert [f for f in findings if f.is_fault] == [
        CopyFinding(
            "", "", f"remote far ({folder}) cannot be reached: no such folder", str(folder), True
        )
    ]
    # What could be looked at was looked at all the same.
    assert [str(f) for f in findings if not f.is_fault] == [
        f"survey@{number}  {place}  right"
        for number in (1, 2)
        for place in ("DVC cache", "data/raw")
    ]
    forget_local_copies(root)
    assert [f.version for f in verify(root) if f.state == "in no place of this machine"] == [
        "survey@1",
        "survey@2",
    ]


def test_a_server_that_is_not_there(root: Path) -> None:
    settings(root, "['remote \"far\"']\n    url = http://127.0.0.1:9/data\n")
    result = Project(root).here("data", "verify")
    assert result.returncode == 3
    (line,) = [text for text in result.stdout.splitlines() if "remote far" in text]
    assert "cannot be reached" in line and "Traceback" not in result.stderr


@pytest.mark.parametrize("place", ["remote far", "remote near", "DVC cache", "data/raw"])
def test_a_changed_byte_is_found_in_every_place(root: Path, tmp_path: Path, place: str) -> None:
    version = in_two_folders(root, tmp_path)
    paths = {
        "remote far": tmp_path / "far" / version.object_name,
        "remote near": tmp_path / "near" / version.object_name,
        "DVC cache": root / ".dvc/cache" / version.object_name,
        "data/raw": root / "data/raw/survey/1.csv",
    }
    assert not [finding for finding in verify(root) if finding.is_fault]
    paths[place].write_bytes(damaged(paths[place].read_bytes()))
    (fault,) = [finding for finding in verify(root) if finding.is_fault]
    assert (fault.version, fault.place, fault.where) == ("survey@1", place, str(paths[place]))
    paths[place].unlink()
    missing = [finding for finding in verify(root) if finding.is_fault]
    assert [f.state for f in missing] == (["missing"] if place.startswith("remote") else [])


def in_two_folders(root: Path, tmp_path: Path) -> Version:
    """Both versions in two folder remotes; returns the first version."""
    for name in ("far", "near"):
        settings(root, f"['remote \"{name}\"']\n    url = {tmp_path / name}\n")
        for version in read_versions(root).values():
            target = tmp_path / name / version.object_name
            target.parent.mkdir(parents=True)
            target.write_bytes((root / ".dvc/cache" / version.object_name).read_bytes())
    return find_version(root, "survey@1")


def test_a_restricted_version_may_be_missing_but_not_damaged(root: Path, tmp_path: Path) -> None:
    settings(root, f"['remote \"far\"']\n    url = {tmp_path / 'far'}\n")
    (tmp_path / "far").mkdir()
    (root / "export.csv").write_text(TABLE + "D,yes\n", "utf-8")
    version = add_version(root, root / "export.csv", "interviews", "1", restricted=True)
    stored = tmp_path / "far" / version.object_name
    assert stored.is_file()
    stored.unlink()
    assert found(root, "remote far")["interviews@1"] == "missing (restricted)"
    assert not [f for f in verify(root) if f.is_fault and f.version == "interviews@1"]
    stored.write_bytes(b"?")
    assert [f.place for f in verify(root) if f.is_fault and f.version == "interviews@1"] == [
        "remote far"
    ]
    stored.unlink()
    forget_local_copies(root)
    with pytest.raises(DataError, match="Access to it is restricted: ask someone who has access"):
        find_object(root, version)


def test_an_object_that_cannot_be_read_says_nothing_of_the_others(
    root: Path, tmp_path: Path
) -> None:
    """A disk that fails under one object; here a folder in its place, which nobody can read."""
    version = in_two_folders(root, tmp_path)
    forget_local_copies(root)
    stored = tmp_path / "far" / version.object_name
    stored.unlink()
    stored.mkdir()
    assert [str(finding) for finding in verify(root) if finding.is_fault] == [
        "survey@1  remote far  damaged: it is a folder"
    ]
    assert found(root, "remote far")["survey@2"] == "right"
    assert find_object(root, version) == tmp_path / "near" / version.object_name
