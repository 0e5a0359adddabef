"""What each step is told beside its files: the part of the configuration that it follows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from readiness.config import Disclosure, WaveSettings
from readiness.language import LANGUAGES
from readiness.plan.deriving import asked_of, variables_of
from readiness.plan.documents import page_name, told_items
from readiness.plan.drawn import charts_of
from readiness.plan.runs import PlannedRun
from readiness.publications.documents import TIDY, in_order

WORKBOOK = "tables"
# Of a publication that names no key: whoever recomputes it needs none.
UNKNOWN_KEY = "none"
Told = dict[str, Any]


def workbook_name(run: PlannedRun) -> str:
    """The name of a run's workbook, without ending: that of a simulated wave says so."""
    return page_name(run).replace("report", WORKBOOK)


def told_of_answers(root: Path, run: PlannedRun, step: str) -> Told:
    """What the steps are told that compute the numbers of a wave."""
    wave = run.section
    assert isinstance(wave, WaveSettings)
    simulated, selection = {"simulated": wave.simulated}, {"selection": wave.selection}
    # One level for all the intervals of a wave.
    level = {"level": wave.estimate.level}
    base = {"minimum_base": wave.figures.minimum_base}
    derived = {"derive": [one.model_dump(exclude_none=True) for one in wave.derive]}
    match step:
        case "validate":
            key = run.privacy.key or (UNKNOWN_KEY if run.frozen else "")
            whose = {"pseudonyms": {"dataset": wave.answers, "sealed": key}}
            privacy = {"privacy": run.privacy.looked_for, **({} if wave.simulated else whose)}
            return {**wave.validate_.model_dump(), **simulated, **privacy}
        case "derive":
            return derived
        case "weight":
            return {"weight": wave.weight.model_dump() if wave.weight else None, **selection}
        case "estimate":
            return {**wave.estimate.model_dump(), **derived, **selection, **base}
        case "compare":
            items = dict.fromkeys([*wave.estimate.items, *wave.compare.items])
            by = {"contrasted": list(items), "by": variables_of(root, run)}
            interval = {"interval": wave.estimate.interval}
            return {**wave.compare.model_dump(), **level, **selection, **interval, **by}
        case "register-wave":
            return {
                "run": run.name,
                "figures": wave.figures.model_dump(),
                "disclosure": protection_of(wave),
                "by": wave.estimate.by,
                **simulated,
                **level,
                **selection,
            }
        case _:  # attack
            return {"disclosure": protection_of(wave), **base, "by": variables_of(root, run)}


def protection_of(wave: WaveSettings) -> Told:
    """What protects the respondents of a wave."""
    return (wave.disclosure or Disclosure()).model_dump(exclude_none=True)


def told_of_pages(run: PlannedRun, step: str) -> Told:
    """What the internal pages of a wave are told: on faults, and for who guards the data."""
    wave = run.section
    assert isinstance(wave, WaveSettings)
    shared: Told = {"languages": LANGUAGES, "simulated": wave.simulated}
    if step == "faults":
        return shared
    return {
        **shared,
        "titles": wave.title,
        "pseudonyms": not wave.simulated,
        "reader": protection_of(wave)["preset"],
        "privacy": {} if wave.simulated else run.privacy.statements,
        "signed_off_by": run.privacy.signed_off_by or "",
    }


def told_of_charts(root: Path, run: PlannedRun, language: str) -> Told:
    """What is told of the charts of a run in a language."""
    wave = run.section
    told: Told = {"language": language}
    if not isinstance(wave, WaveSettings):
        return told
    return {
        **told,
        "by": wave.estimate.compared_variable,
        "bounds": wave.weight.trim if wave.weight else [],
        "simulated": wave.simulated,
        "selection": wave.selection,
        "reliable_base": wave.figures.reliable_base,
        "charts": [chart._asdict() for chart in charts_of(root, run)],
    }


def told_of_tables(root: Path, run: PlannedRun, language: str) -> Told:
    """What is told of the tables of a run in a language."""
    wave = run.section
    told: Told = {**_name_run(run, language), "language": language, "name": workbook_name(run)}
    if not isinstance(wave, WaveSettings):
        return told
    # All that is estimated: what the document tells of first, in its order.
    others = (item for item in asked_of(root, run).kinds if item in wave.estimate.items)
    return {
        **told,
        "selection": wave.selection,
        "variables": variables_of(root, run),
        "items": list(dict.fromkeys([*told_items(root, run), *others])),
    }


def told_of_report(root: Path, run: PlannedRun, language: str) -> Told:
    """What the cells of a run's report are told of it."""
    wave = run.section
    told = _name_run(run, language)
    if not isinstance(wave, WaveSettings):
        return told
    # Of answers that nobody gave nothing is said.
    stated = {} if wave.simulated else run.privacy.statements
    return {
        **told,
        "simulated": wave.simulated,
        "selection": wave.selection,
        "variables": variables_of(root, run),
        "items": told_items(root, run),
        **({"privacy": stated} if stated else {}),
    }


def _name_run(run: PlannedRun, language: str) -> Told:
    kind = "wave" if isinstance(run.section, WaveSettings) else "study"
    return {"kind": kind, "run": run.name, "title": run.section.title[language]}


def told_on_the_site(run: PlannedRun) -> Told:
    """How the site names a run."""
    wave = run.section
    return {
        "run": run.name,
        "title": wave.title,
        "simulated": isinstance(wave, WaveSettings) and wave.simulated,
        "datasets": run.datasets,
    }


def downloads(run: PlannedRun, language: str, languages: Sequence[str]) -> list[tuple[str, str]]:
    """The files of a run's tables as its report reaches them: what each is, its address.

    The tidy table is that of one of the report's `languages`, the one that a publication keeps.
    """
    folder, first = f"../../{WORKBOOK}/{language}", in_order(languages)[0]
    return [
        ("workbook", f"{folder}/{workbook_name(run)}.xlsx"),
        ("tidy", f"../../{WORKBOOK}/{first}/{TIDY}"),
        ("codebook", f"{folder}/codebook.csv"),
    ]
