"""The plan of a wave: sealed before its answers, amended, compared with what was done.

`benchmarks/plan_deviations.py` tries each deviation and twenty faithful waves.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pytest import CaptureFixture, MonkeyPatch

from project_copy import benchmark_module
from readiness.cli import main
from readiness.config import load_config
from readiness.datasets.versions import read_versions
from readiness.ground.errors import ConfigError
from readiness.language import LANGUAGES, tell
from readiness.plan import Plan, load_plan
from readiness.publications.log import check_listed, listed_ids, read_log
from readiness.publications.plans import read_plan
from readiness.register.planned import PlanOutcome, compare_plans
from readiness.reporting.planned import count_marks, list_deviations, mark_number, sum_up

cases = benchmark_module("plan_deviations")
WAVE = cases.WAVE
CASES = [case for case in cases.cases() if not case.name.startswith("code")]
CODE = [case for case in cases.cases() if case.name == "code of a step changed"]
PLAN = Path(f"publications/plans/{WAVE}/1.json")


@pytest.fixture
def wave(tmp_path: Path, monkeypatch: MonkeyPatch) -> Any:
    """A wave without answers, in the present folder."""
    made = cases.lay_out(tmp_path, 1)
    monkeypatch.chdir(tmp_path)
    return made


def refused(capsys: CaptureFixture[str], code: int, *arguments: str) -> str:
    """The one line of a command that fails with a code."""
    assert main(arguments) == code
    [line] = capsys.readouterr().err.splitlines()
    return line


def outcome(wave: Any) -> PlanOutcome:
    """What the report is told of what became of the plan."""
    plan = Plan(wave.root, load_config(wave.root / "config.yaml"))
    told = json.loads(plan.settings("render", f"waves/{WAVE}", "en"))["part"]
    return PlanOutcome.of(told["plan"])


def files(root: Path) -> dict[str, bytes]:
    """All that lies in a folder, without what says who is at work."""
    found = (p for p in root.rglob("*") if p.is_file() and p.suffix != ".lock")
    return {str(p.relative_to(root)): p.read_bytes() for p in found}


@pytest.mark.parametrize("case", [*CASES[::3], *CODE], ids=lambda case: case.name)
def test_a_deviation_is_named_by_what_it_is(case: Any, tmp_path: Path) -> None:
    assert cases.try_case(case, tmp_path, 7) == case.expected


@pytest.mark.parametrize("seed", range(4))
def test_nothing_of_a_faithful_wave_is_named(seed: int, tmp_path: Path) -> None:
    assert cases.try_faithful(tmp_path, seed) == set()


def test_no_plan_comes_before_answers_that_are_there(
    wave: Any, capsys: CaptureFixture[str]
) -> None:
    wave.add_answers()
    before = files(wave.root)
    line = refused(capsys, 2, "plan", WAVE, "--seal")
    assert f"waves.{WAVE}.answers" in line and "next wave" in line
    assert files(wave.root) == before


def test_an_amendment_says_why_and_when(wave: Any, capsys: CaptureFixture[str]) -> None:
    assert wave.seal() == 0
    wave.set("compare", adjust="BH")
    assert "--reason" in refused(capsys, 2, "plan", WAVE, "--seal")
    assert "--seal" in refused(capsys, 2, "plan", WAVE, "--reason", "more power")
    assert wave.seal("--reason", "more power") == 0
    assert "there is nothing to seal" in refused(
        capsys, 2, "plan", WAVE, "--seal", "--reason", "again"
    )
    wave.add_answers()
    wave.set("figures", rounding="half_up")
    assert wave.seal("--reason", "asked for by readers") == 0
    wave.set("compare", seed=5)
    found = outcome(wave)
    assert [(one.number, one.reason, one.is_late) for one in found.entries] == [
        (1, "", False),
        (2, "more power", False),
        (3, "asked for by readers", True),
    ]
    by = {one.key: (one.was, one.now, one.amendment) for one in found.deviations}
    assert by == {
        "compare.adjust": ("holm", "BH", 2),
        "compare.seed": (1, 5, 0),
        "figures.rounding": ("half_even", "half_up", 3),
    }
    said = [tell(fact, "en") for fact in list_deviations(found)]
    assert "before the answers were registered: more power" in said[0]
    assert said[1].endswith("No amendment explains it.")
    assert "made after the answers were registered: asked for by readers" in said[2]


def test_an_amendment_that_is_not_followed_is_named(wave: Any) -> None:
    assert wave.seal() == 0
    wave.set("compare", adjust="BH")
    assert wave.seal("--reason", "more power") == 0
    wave.set("compare", adjust="holm")
    [one] = outcome(wave).deviations
    assert (one.key, one.was, one.now, one.amendment) == ("compare.adjust", "BH", "holm", 0)


def row(kind: str, item: str, group: str = "all") -> dict[str, str]:
    return {"kind": kind, "item": item, "group": group}


def test_a_number_has_the_mark_of_what_can_move_it() -> None:
    before = {"compare": {"adjust": "holm", "items": {"a": "a"}}, "items": {"a": {"text": "A?"}}}
    now = {
        "compare": {"adjust": "BH", "items": {"a": "a", "b": "b"}},
        "items": {"a": {"text": "B?"}},
    }
    rest = {"weight": {"trim": [0.2, 4]}}
    found = PlanOutcome((), tuple(compare_plans([before | rest], now | {"weight": "none"})))
    marks = {
        ("estimate", "a"): "changed",
        ("test", "b"): "later",
        ("test", "c"): "changed",
        ("estimate", "c"): "changed",
        ("quality", ""): "planned",
        ("missing", "a"): "changed",
        ("missing", "c"): "planned",
    }
    assert {key: found.mark(row(*key)) for key in marks} == marks
    counted = count_marks(found, [row(*key) for key in marks])
    assert dict(counted.values) == {"planned": 2, "changed": 4, "later": 1, "n": 4}
    for language in LANGUAGES:
        assert "compare.items.b" in tell(mark_number(found, row("test", "b")), language)
        assert "4" in tell(sum_up(found), language)


def test_what_a_changed_group_is_made_of_touches_all() -> None:
    tree = {"estimate": {"by": "site"}, "frame": {}, "items": {"site": {"text": "Where?"}}}
    other = {**tree, "items": {"site": {"text": "At?"}}}
    [one] = compare_plans([tree], other)
    assert one.touches(row("estimate", "meal", "hill")) and one.touches(row("quality", ""))


def test_a_wave_without_answers_waits_beside_others(wave: Any) -> None:
    with pytest.raises(ConfigError, match=rf"{WAVE}\.answers: no version .*readiness plan"):
        load_plan(wave.root)
    wave.add_answers()
    text = (wave.root / "config.yaml").read_text("utf-8")
    own = text.partition("waves:\n")[2]
    later = own.replace(WAVE, "later")
    (wave.root / "config.yaml").write_text(text + later, "utf-8")
    plan = Plan(wave.root, load_config(wave.root / "config.yaml"))
    assert plan.waiting == {"waves/later": "no answers yet (later@1)"}
    assert list(plan.runs) == [f"waves/{WAVE}"]
    assert [run.name for run in plan.runs_with_reports] == [WAVE]


def test_the_register_notes_the_plan_that_was_in_force(wave: Any) -> None:
    assert wave.seal() == 0
    wave.add_answers()
    digest = read_plan(PLAN.read_bytes(), "").digest
    assert read_versions(wave.root)[f"{WAVE}@1"].note == f"plan {WAVE}/1 {digest[:16]}"


def test_plans_are_no_publications(wave: Any) -> None:
    assert wave.seal() == 0
    log = read_log(wave.root)
    assert [entry.id for entry in log.entries] == [f"plans/{WAVE}/1"] and not log.fault
    assert listed_ids(wave.root) == []
    assert [f.fact.kind for f in check_listed(wave.root, "none", log)] == ["audit.log.not_here"]


@pytest.mark.parametrize("damage", ["{", '{"format": 1}', "[]"])
def test_what_is_no_plan_is_refused_in_one_line(
    wave: Any, capsys: CaptureFixture[str], damage: str
) -> None:
    assert wave.seal() == 0
    PLAN.write_text(damage, "utf-8")
    before = files(wave.root)
    for command in (("plan", WAVE), ("plan", WAVE, "--seal", "--reason", "x")):
        assert str(PLAN) in refused(capsys, 3, *command)
    add = ("data", "add", "config.yaml", "--dataset", WAVE, "--as", "1")
    assert str(PLAN) in refused(capsys, 3, *add)
    assert main(["audit"]) == 3
    assert files(wave.root) == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_is_read_in_each_language(
    wave: Any, capsys: CaptureFixture[str], language: str
) -> None:
    assert main(["plan", WAVE, "--language", language]) == 0
    said = capsys.readouterr().out
    assert said.count("\n## ") == 9
    for word in ("canteen-1", "harbour", "400", "meal", "korn-graubard", "holm", "register-wave"):
        assert word in said, word


def test_a_wave_that_is_not_there_is_refused(wave: Any, capsys: CaptureFixture[str]) -> None:
    assert WAVE in refused(capsys, 2, "plan", "other", "--seal")


CERTIFICATES = """
[tsa]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""
# An authority of the tests, and what makes its answer over a file.
ISSUE = (
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {r}.key -out {r}.pem"
    " -days 3650 -subj /CN={r} -config ca.cnf -extensions root",
    "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -out tsa.csr"
    " -subj /CN=clock -config ca.cnf",
    "x509 -req -in tsa.csr -CA {r}.pem -CAkey {r}.key -set_serial 7 -out tsa.pem -days 3650"
    " -extfile ca.cnf -extensions leaf",
)
ANSWER = (
    "ts -query -data {file} -sha256 -cert -out asked.tsq",
    "ts -reply -queryfile asked.tsq -signer tsa.pem -inkey tsa.key -config ca.cnf"
    " -section tsa -out {out}",
)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_an_authority_says_when_a_plan_was_there(
    wave: Any, tmp_path: Path, capsys: CaptureFixture[str]
) -> None:
    assert wave.seal() == 0
    home = tmp_path / "authority"
    home.mkdir()
    (home / "ca.cnf").write_text(CERTIFICATES, "utf-8")
    (home / "serial").write_text("01", "utf-8")

    def call(lines: tuple[str, ...], **names: str) -> None:
        for line in lines:
            words = line.format(**names).split()
            subprocess.run(["openssl", *words], cwd=home, capture_output=True, check=True)

    call(ISSUE, r="other")
    call(ISSUE, r="root")
    call(ANSWER, file=str(PLAN.absolute()), out="plan.tsr")
    call(ANSWER, file="ca.cnf", out="else.tsr")
    capsys.readouterr()

    def ask(token: str, authority: str) -> tuple[str, ...]:
        names = str(home / token), str(home / authority)
        return ("plan", WAVE, "--timestamp", names[0], "--authority", names[1])

    assert main(ask("plan.tsr", "root.pem")) == 0
    assert re.search(rf"{PLAN}: was there at 20\d\d-.* UTC, by CN=root", capsys.readouterr().out)
    assert "not for a plan of this wave" in refused(capsys, 3, *ask("else.tsr", "root.pem"))
    assert "cannot be verified" in refused(capsys, 3, *ask("plan.tsr", "other.pem"))
    assert "not a time stamp" in refused(capsys, 3, *ask("ca.cnf", "root.pem"))
    assert "root certificate is missing" in refused(capsys, 2, *ask("plan.tsr", "tsa.pem"))
    assert "PEM" in refused(capsys, 2, *ask("plan.tsr", "ca.cnf"))
    assert "must be given together" in refused(capsys, 2, *ask("plan.tsr", "root.pem")[:4])
