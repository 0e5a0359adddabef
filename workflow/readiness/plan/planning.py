"""Waves before their answers: which of them wait, and what each is told, beside its sealed plan."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from readiness.config import StudySettings, WaveSettings
from readiness.datasets.versions import Version, check_pointer
from readiness.errors import ConfigError
from readiness.plan.runs import PUBLICATIONS, PlannedRun
from readiness.plan.settings import is_draft
from readiness.publications.plans import (
    STEPS,
    describe_wave,
    judge_plans,
    list_plan_files,
    read_plans,
)
from readiness.tables import read_bytes

Versions = Mapping[str, Version]


def explain_waiting(root: Path, run: PlannedRun, versions: Versions) -> str:
    """Why a run is not computed: its questionnaire is a draft, or nobody has answered; else ""."""
    if is_draft(root, run):
        return "a draft"
    if not has_answers(run.section, versions):
        return f"no answers yet ({run.datasets[0]})"
    return ""


def has_answers(section: WaveSettings | StudySettings, versions: Versions) -> bool:
    """Whether any version of a wave's answers is registered: one that is not may be misspelt."""
    if not isinstance(section, WaveSettings):
        return True
    dataset = section.answers.partition("@")[0]
    return any(version.dataset == dataset for version in versions.values())


def check_datasets(root: Path, run: PlannedRun, versions: Versions) -> None:
    """ConfigError, naming the key, for a version that is not registered or was erased; DataError
    where its pointer is missing or disagrees with `data/versions.csv`.
    """
    for key, dataset in run.datasets_by_key.items():
        version = versions.get(dataset)
        if version is None and key == "answers" and not has_answers(run.section, versions):
            raise ConfigError(
                f"{run.key}.answers: no version of {dataset.partition('@')[0]} is "
                "registered. Seal the plan (readiness plan "
                f"{run.name} --seal), then add the answers: readiness data add."
            )
        if version is None:
            known = sorted(v.name for v in versions.values())
            same = [name for name in known if name.startswith(dataset.partition("@")[0] + "@")]
            raise ConfigError(
                f"{run.key}.{key}: dataset version {dataset} is not in "
                f"data/versions.csv; it has {', '.join(same or known)}."
            )
        if version.is_erased and not run.folder.startswith(f"{PUBLICATIONS}/"):
            raise ConfigError(
                f"{run.key}.{key}: {dataset} was erased ({version.note}); name another version."
            )
        check_pointer(root, version)


def describe_run(
    root: Path, run: PlannedRun, versions: Versions, code: Callable[[str], str]
) -> dict[str, Any]:
    """What a wave is told, as a sealed plan states it; `code` gives the hash of a step."""
    assert isinstance(run.section, WaveSettings)
    hashes = {step: code(step) for step in STEPS if step != "derive" or run.derives}
    drawn = versions.get(run.section.sample or "")
    return describe_wave(
        run.section, lambda path: read_bytes(root / path, "the wave"), hashes, drawn
    )


def list_plans(root: Path, run: PlannedRun) -> list[Path]:
    """The files of the sealed plans of a run, from the project's root; none of a study."""
    if not isinstance(run.section, WaveSettings):
        return []
    return list_plan_files(root, run.name, Path(run.folder).name if run.frozen else "")


def told_of_plan(
    root: Path, run: PlannedRun, versions: Versions, code: Callable[[str], str]
) -> dict[str, Any]:
    """What a report is told of what became of its wave's plan; nothing where none was sealed."""
    if not (paths := list_plans(root, run)):
        return {}
    tree = describe_run(root, run, versions, code)
    return {"plan": judge_plans(read_plans(root, paths), tree).as_record()}
