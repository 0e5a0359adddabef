"""What the plan refuses before any step runs, each in one line."""

import json
import shutil
import time
from contextlib import nullcontext
from pathlib import Path

import pytest
from settings_tree import copy_settings

from project_copy import ROOT, Project, leave_revision
from readiness.cli import main
from readiness.ground.errors import ConfigError, DataError, ReadinessError
from readiness.plan import load_plan
from readiness.plan.runs import input_files
from readiness.questionnaire import load_questionnaire
from readiness.readers import read_export

BROKEN = ROOT / "tests" / "broken"
WAVE = "config.yaml: waves.simulated-2026"
RUN = "waves/simulated-2026"
QUESTIONNAIRE = "data/questionnaires/ai-readiness-1.yaml"
MARGINS = "data/margins/simulated-2026-1.csv"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The project's settings, without publications, to be changed."""
    copy_settings(tmp_path)
    leave_revision(tmp_path)
    return tmp_path


def refused(tree: Path, kind: type[ReadinessError], *words: str) -> None:
    with pytest.raises(kind) as caught:
        load_plan(tree)
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    for word in words:
        assert word in said, said


def test_a_draft_waits_for_its_decisions_and_the_others_run(tree: Path) -> None:
    path = tree / QUESTIONNAIRE
    path.write_text(f"draft: true\n{path.read_text('utf-8')}", "utf-8")
    plan = load_plan(tree)
    assert plan.waiting == {RUN: "a draft"} and RUN not in plan.runs and plan.runs


def test_one_confidence_level_governs_a_wave(tree: Path) -> None:
    Project(tree).replace("config.yaml", "by: profession", "by: profession\n      level: 0.9")
    plan = load_plan(tree)
    for step in ("estimate", "compare", "register-wave"):
        assert json.loads(plan.settings(step, RUN))["level"] == 0.9


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("items: [preparation,", "items: [remark,", ("compare.items", "remark", "text")),
        ("items: [preparation,", "items: [experience_years,", ("compare.items", "number")),
        ("use_areas, regulation]\n", "remark]\n", ("estimate.items", "remark", "text")),
        (
            "simulated-2026-1}",
            "simulated-2026-1, collapse: {region: [[north, mars]]}}",
            ("weight.collapse.region", "'mars'", "north"),
        ),
        (
            "simulated-2026-1}",
            "simulated-2026-1, collapse: {use_areas: [[none, weak]]}}",
            ("weight.collapse", "'use_areas'", "stratum"),
        ),
        (
            "simulated-2026-1}",
            "simulated-2026-1, collapse: {size: [[solo, small], [small, large]]}}",
            ("weight.collapse.size", "'small'", "twice"),
        ),
    ],
)
def test_items_that_a_step_cannot_take(
    tree: Path, old: str, new: str, words: tuple[str, ...]
) -> None:
    Project(tree).replace("config.yaml", old, new)
    refused(tree, ConfigError, WAVE, *words)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("from: simulated-2026", ("change.from", "is a later wave")),
        ("from: nobody", ("change.from", "no wave or publication 'nobody'", "earlier")),
        ("from: earlier, questionnaire: none-1", ("change.questionnaire", "none-1.yaml not found")),
        ("from: earlier, map: {nothing: regulation}", ("change.map", "has no item 'nothing'")),
        ("from: earlier, map: {use_ai: regulation}", ("change.map", "different types or codes")),
    ],
)
def test_what_a_wave_cannot_be_compared_with(
    tree: Path, change: str, words: tuple[str, ...]
) -> None:
    path = tree / "config.yaml"
    text = path.read_text("utf-8")
    wave = text[text.index("  simulated-2026:") :]
    path.write_text(
        f"{text}    change: {{{change}}}\n\n{wave.replace('simulated-2026:', 'earlier:')}"
    )
    refused(tree, ConfigError, WAVE, *words)


@pytest.mark.parametrize(
    ("answer", "declared", "refused_as"),
    [
        ("yes", "", ""),
        ("no", "", r"derive.keen: earlier defines it differently.*\(`change.map: {keen: keen}`"),
        ("no", ", map: {keen: keen}", ""),
        ("yes", ", map: {keen: eager}", "has no item 'eager'"),
    ],
)
def test_what_is_derived_is_compared_where_it_was_so_then(
    tree: Path, answer: str, declared: str, refused_as: str
) -> None:
    path, keen = tree / "config.yaml", "    derive: [{id: keen, label: {en: K, fr: K, ar: K}, any: "
    text = path.read_text("utf-8")
    earlier = text[text.index("  simulated-2026:") :].replace("simulated-2026:", "earlier:", 1)
    now = (
        f'{keen}[{{item: use_ai, of: ["{answer}"]}}]}}]\n    change: {{from: earlier{declared}}}\n'
    )
    then = f'{keen}[{{item: use_ai, of: ["yes"]}}]}}]\n'
    path.write_text(f"{text}{now}\n{earlier}{then}", "utf-8")
    refusal = pytest.raises(ConfigError, match=refused_as) if refused_as else nullcontext()
    with refusal:
        load_plan(tree)
    # In a rerun of what is sealed the earlier wave is its register alone.
    register = tree / "publications/before/figures.csv"
    register.parent.mkdir(parents=True)
    register.write_text("", "utf-8")
    path.write_text(f"{text}{now.replace('earlier', 'before')}", "utf-8")
    load_plan(tree)


def test_only_a_change_since_a_publication_is_frozen(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tree / "config.yaml"
    text = path.read_text("utf-8")
    earlier = text[text.index("  simulated-2026:") :].replace("simulated-2026:", "earlier:", 1)
    path.write_text(f"{text}    change: {{from: earlier}}\n\n{earlier}", "utf-8")
    monkeypatch.chdir(tree)
    assert main(["freeze", "x", "--wave", "simulated-2026"]) != 0
    assert "earlier is an unpublished wave" in capsys.readouterr().err


def test_a_published_wave_is_compared_with_and_is_no_earlier_release_of_this_one(
    tree: Path,
) -> None:
    """As in the project of a rerun: no log, and the registers that were sealed as inputs."""
    register = "publications/before/figures.csv"
    (tree / register).parent.mkdir(parents=True)
    (tree / register).write_text("", "utf-8")
    path = tree / "config.yaml"
    path.write_text(f"{path.read_text('utf-8')}    change: {{from: before}}\n", "utf-8")
    plan = load_plan(tree)
    assert plan.before(RUN) == {"before": register, "asked_before": QUESTIONNAIRE}
    assert plan.files(RUN, "before") == register and plan.earlier(RUN) == []
    assert json.loads(plan.settings("register-wave", RUN))["change"]["from"] == "before"
    assert "change" in [
        c["name"] for c in json.loads(plan.settings("draw-wave", RUN, "en"))["charts"]
    ]


def test_a_wave_without_weights_needs_no_margins(tree: Path) -> None:
    Project(tree).replace("config.yaml", "weight: {margins: simulated-2026-1}", "weight: none")
    plan = load_plan(tree)
    assert json.loads(plan.settings("weight", RUN)) == {"weight": None, "selection": "probability"}
    assert "margins" not in input_files(plan.runs[RUN].section)


@pytest.mark.parametrize(
    ("null", "said"),
    [("", "has no id"), ("null", "'region'"), ("~", "'region'"), ("no", "'region'")],
)
def test_a_frame_variable_without_a_name(tree: Path, null: str, said: str) -> None:
    """To YAML each is no text; to a questionnaire every scalar is one."""
    Project(tree).replace(QUESTIONNAIRE, "  - id: region\n", f"  - id: {null}\n")
    refused(tree, ConfigError, said)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("margins-windows-1252.csv", ("line 2", "not UTF-8", "CSV UTF-8")),
        ("margins-semicolons.csv", ("semicolons", "instead of commas")),
        ("answers-gzip.csv", ("compressed",)),
        ("answers-workbook.csv", ("spreadsheet",)),
    ],
)
def test_margins_that_a_spreadsheet_saved(tree: Path, name: str, words: tuple[str, ...]) -> None:
    shutil.copyfile(BROKEN / name, tree / MARGINS)
    refused(tree, DataError, f"{MARGINS}", *words)


def test_checks_of_a_header_are_linear(tmp_path: Path) -> None:
    """100,000 columns took two minutes; so many are no export, and 4,000 are read at once."""
    questionnaire = load_questionnaire(ROOT / QUESTIONNAIRE)
    path = tmp_path / "answers.csv"
    columns = [f"Question {k}" for k in range(4_000)]
    path.write_text(f"{','.join(columns)}\n{','.join('1' for _ in columns)}\n", "utf-8")
    began = time.process_time()
    with pytest.raises(DataError, match="3997 more"):
        read_export(path, questionnaire)
    assert time.process_time() - began < 4
    path.write_text("a," * 20_000 + "b\n", "utf-8")
    with pytest.raises(DataError, match="20001 columns, more than the limit of 16384"):
        read_export(path, questionnaire)
