"""Which runs there are, with which settings: all that the Snakefile asks of the package.

A *run* is one chain from data to figures. There are three kinds of them, told apart by the folder
below `results/`: `waves/<name>` and `studies/<name>` from today's `config.yaml`, and
`publications/<id>` from the configuration that was frozen with a publication. So the publications
are recomputed with today's code as ordinary jobs, and editing today's config leaves them alone.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from readiness.closure import code_hash
from readiness.config import (
    Config,
    DatasetVersion,
    Report,
    Section,
    Study,
    Wave,
    load_config,
    read_yaml,
)
from readiness.datasets.pointers import check_pointer
from readiness.datasets.store import on_this_machine
from readiness.datasets.versions import Version, read_versions
from readiness.errors import ConfigError, DataError
from readiness.lineage import canonical_json
from readiness.publications.ledger import publication_ids
from readiness.publications.log import listed_ids
from readiness.publications.outcomes import UNREADABLE, Outcome

PUBLICATIONS = Path("publications")


@dataclass(frozen=True)
class Run:
    """One chain: where its results go, and the section of a configuration that governs it."""

    folder: str
    name: str
    section: Wave | Study
    config: str = "config.yaml"

    @property
    def frozen(self) -> bool:
        """Whether it is the run of a publication."""
        return self.config != "config.yaml"

    @property
    def key(self) -> str:
        """Where its section stands, for messages: file and key."""
        kind = "waves" if isinstance(self.section, Wave) else "studies"
        return f"{self.config}: {kind}.{self.name}"

    @property
    def datasets_by_key(self) -> dict[str, DatasetVersion]:
        """The dataset versions it needs, by the key that names them."""
        if isinstance(self.section, Wave):
            return {"answers": self.section.answers, "sample": self.section.sample}
        return {"claims": self.section.claims}

    @property
    def datasets(self) -> tuple[str, ...]:
        """The dataset versions it needs, `name@version`."""
        return tuple(dataset.name for dataset in self.datasets_by_key.values())

    def settings(self, step: str) -> str:
        """The settings of one of its steps, as canonical JSON."""
        section: Section | dict[str, Any]
        if isinstance(self.section, Study):
            section = {"run": self.name}
        elif step == "register":
            section = {
                "run": self.name,
                "simulated": self.section.simulated,
                "figures": self.section.figures.model_dump(),
                "level": self.section.estimate.level,
                "selection": self.section.selection,
                "permutations": self.section.compare.permutations,
            }
        elif step == "draw":
            trim = self.section.weight.trim
            section = {
                "by": self.section.estimate.by,
                "bounds": [trim.lower, trim.upper] if trim else [],
                "simulated": self.section.simulated,
                "selection": self.section.selection,
            }
        elif step == "validate":
            section = self.section.validate_.model_dump()
            section["simulated"] = self.section.simulated
            if self.frozen and section["largest_loss"] is None:
                # It was published before there was such a limit.
                section["largest_loss"] = 1.0
        else:
            section = getattr(self.section, step)
        return canonical_json(section.model_dump() if isinstance(section, Section) else section)


@dataclass(frozen=True)
class Document:
    """A report: the Quarto document, its language, and the runs that it shows."""

    root: Path
    source: str
    language: str
    study: Run | None
    wave: Run | None

    @property
    def settings(self) -> str:
        """The settings of the step that renders it, as canonical JSON."""

        def title(run: Run) -> str:
            return dict[str, str](run.section.title.items()).get(self.language, run.name)

        study: dict[str, str] | None = None
        wave: dict[str, str] | None = None
        if self.study:
            study = {"title": title(self.study)}
        if self.wave and isinstance(self.wave.section, Wave):
            by, selection = self.wave.section.estimate.by, self.wave.section.selection
            wave = {"title": title(self.wave), "by": by, "selection": selection}
        return canonical_json({"language": self.language, "study": study, "wave": wave})

    def check(self) -> None:
        """Raise RenderError, with file and line, when it includes what is not there."""
        _ = self.chapters

    @property
    def chapters(self) -> list[str]:
        """The files that it includes; RenderError, with file and line, where it cannot."""
        from readiness.rendering import parse

        folder = Path(self.source).parent
        return [str(folder / name) for name in parse(self.root / self.source).chapters]


@dataclass(frozen=True)
class Plan:
    """The runs of a project: of today's configuration, and of every publication."""

    root: Path
    config: Config

    @cached_property
    def runs(self) -> dict[str, Run]:
        """All runs by folder, in a fixed order."""
        found = list(_runs_of(self.config))
        for identity in self.publications:
            own = str(PUBLICATIONS / identity / "config.yaml")
            runs = list(_runs_of(self._frozen[identity]))
            if len(runs) != 1:
                raise ConfigError(f"{own}: expected one wave or one study, found {len(runs)}.")
            found.append(Run(f"publications/{identity}", runs[0].name, runs[0].section, own))
        return {run.folder: run for run in found}

    @cached_property
    def publications(self) -> list[str]:
        """The ids of the publications, sorted."""
        return publication_ids(self.root)

    @cached_property
    def unavailable(self) -> dict[str, str]:
        """The publications that are not recomputed here, and why.

        Their data were erased, or are restricted and not on this machine; or nothing of them can be
        read, so that nobody knows what they hold.
        """
        found: dict[str, str] = {
            identity: UNREADABLE
            for identity in listed_ids(self.root)
            if identity not in self.publications
        }
        for identity in self.publications:
            names = self.runs[f"publications/{identity}"].datasets
            versions = [self._versions[name] for name in names if name in self._versions]
            if any(version.erased for version in versions):
                found[identity] = Outcome.ERASED
            elif any(v.restricted and not on_this_machine(self.root, v) for v in versions):
                found[identity] = Outcome.RESTRICTED
        return found

    @property
    def recomputed(self) -> list[str]:
        """The ids of the publications that are recomputed, sorted."""
        return [identity for identity in self.publications if identity not in self.unavailable]

    @cached_property
    def _frozen(self) -> dict[str, Config]:
        """The configuration of each publication."""
        folder = self.root / PUBLICATIONS
        return {name: load_config(folder / name / "config.yaml") for name in self.publications}

    @property
    def report(self) -> Document:
        """The report of today's configuration."""
        report = self.config.report
        assert report is not None  # checked
        return Document(
            self.root,
            report.document,
            report.language,
            self.runs[f"studies/{report.study}"] if report.study else None,
            self.runs[f"waves/{report.wave}"] if report.wave else None,
        )

    def report_of(self, run: str) -> Document:
        """The report of one run alone: as its publication froze it, else by its kind."""
        shown = self.runs[run]
        own = self._frozen[run.partition("/")[2]].report if shown.frozen else None
        if isinstance(shown.section, Study):
            report = own or Report(study=shown.name)
            return Document(self.root, report.document, report.language, shown, None)
        report = own or Report(wave=shown.name)
        return Document(self.root, report.document, report.language, None, shown)

    @cached_property
    def _versions(self) -> dict[str, Version]:
        return read_versions(self.root)

    def registered(self, dataset: str, version: str) -> str:
        """The hashes that `data/versions.csv` has for a version, for the rule's parameters."""
        row = self._versions.get(f"{dataset}@{version}")
        return f"{row.md5} {row.sha256}" if row else ""

    def waves(self) -> dict[str, Run]:
        """The runs that analyse a wave."""
        return {f: run for f, run in self.runs.items() if isinstance(run.section, Wave)}

    def studies(self) -> dict[str, Run]:
        """The runs that judge a study."""
        return {f: run for f, run in self.runs.items() if isinstance(run.section, Study)}

    def code(self, step: str) -> str:
        """The hash of a step's code."""
        return code_hash(f"readiness.steps.{step}")

    def check(self) -> None:
        """Refuse what cannot run: unknown dataset versions, missing files, wrong margins.

        Raises ConfigError in one line, naming the key of the configuration; DataError when the
        pointer of a dataset version is missing or disagrees with `data/versions.csv`.
        """
        for run in self.runs.values():
            for key, dataset in run.datasets_by_key.items():
                version = self._versions.get(dataset.name)
                if version is None:
                    known = sorted(v.name for v in self._versions.values())
                    same = [name for name in known if name.startswith(f"{dataset.dataset}@")]
                    raise ConfigError(
                        f"{run.key}.{key}: dataset version {dataset.name} is not in "
                        f"data/versions.csv; it has {', '.join(same or known)}."
                    )
                if version.erased and not run.folder.startswith(f"{PUBLICATIONS}/"):
                    raise ConfigError(
                        f"{run.key}.{key}: {dataset.name} was erased ({version.note}); "
                        "name another version."
                    )
                check_pointer(self.root, version)
            for role, path in input_files(run.section).items():
                if not (self.root / path).is_file():
                    raise ConfigError(f"{run.key}.{KEYS.get(role, role)}: {path} not found.")
            if isinstance(run.section, Wave):
                _check_wave(self.root, run.key, run.section)
        for identity in self.publications:
            path = PUBLICATIONS / identity / "figures.csv"
            if not (self.root / path).is_file():
                raise DataError(f"{path}: not found. Restore it with git.")
        self._check_report()

    def _check_report(self) -> None:
        report = self.config.report
        if report is None:
            raise ConfigError(
                "config.yaml: report: missing; it names the study, the wave, or both, to show."
            )
        _check_names(self.config, report, "config.yaml")
        for identity, frozen in self._frozen.items():
            if frozen.report is not None:
                _check_names(frozen, frozen.report, str(PUBLICATIONS / identity / "config.yaml"))
        if not (self.root / report.document).is_file():
            raise ConfigError(f"config.yaml: report.source: {report.document} not found.")


def _runs_of(config: Config) -> Iterator[Run]:
    for name, study in sorted(config.studies.items()):
        yield Run(f"studies/{name}", name, study)
    for name, wave in sorted(config.waves.items()):
        yield Run(f"waves/{name}", name, wave)


def _check_names(config: Config, report: Report, where: str) -> None:
    """The report shows runs of its own configuration."""
    for key, name, names in (
        ("study", report.study, list(config.studies)),
        ("wave", report.wave, list(config.waves)),
    ):
        if name is not None and name not in names:
            raise ConfigError(
                f"{where}: report.{key}: no {key} {name!r}; there are {', '.join(names) or 'none'}."
            )


KEYS = {"margins": "weight.margins", "published": "revises"}
"""The key of the configuration that names an input, where it is not called like the input."""


def input_files(section: Wave | Study) -> dict[str, Path]:
    """The files of the project that a run reads beside its datasets, by their role in the steps."""
    if isinstance(section, Study):
        return {"structure": Path(f"data/claims/{section.structure}.yaml")}
    files = {
        "questionnaire": Path(f"data/questionnaires/{section.questionnaire}.yaml"),
        "corrections": Path(f"data/corrections/{section.corrections}.csv"),
        "margins": Path(f"data/margins/{section.weight.margins}.csv"),
    }
    if section.revises:
        files["published"] = PUBLICATIONS / section.revises / "figures.csv"
    return files


def _check_wave(root: Path, where: str, wave: Wave) -> None:
    """Items and margins against the questionnaire, read lightly: the Snakefile waits for it."""
    path = Path(f"data/questionnaires/{wave.questionnaire}.yaml")
    document = read_yaml(root / path)
    try:
        items = {item["id"] for item in document["items"]}
        frame = {v["id"]: {c["code"] for c in v["categories"]} for v in document["frame"]}
    except (KeyError, TypeError):
        raise ConfigError(f"{path}: not a questionnaire; expected items and frame.") from None
    wanted = [("estimate", name) for name in wave.estimate.items]
    wanted += [("compare", name) for name in wave.compare.items]
    for key, name in wanted:
        if name not in items:
            raise ConfigError(f"{where}.{key}.items: {path} has no item {name!r}.")
    if wave.estimate.by not in frame:
        raise ConfigError(
            f"{where}.estimate.by: {wave.estimate.by!r} is no frame variable of {path}; "
            f"it has {', '.join(frame)}."
        )
    blocks = wave.compare.blocks
    if blocks is not None and (blocks not in frame or blocks == wave.estimate.by):
        raise ConfigError(
            f"{where}.compare.blocks: {blocks!r}; expected a frame variable of {path}, and not "
            f"the groups: {', '.join(name for name in frame if name != wave.estimate.by)}."
        )
    margins = Path(f"data/margins/{wave.weight.margins}.csv")
    with (root / margins).open(encoding="utf-8-sig", newline="") as file:
        for row, record in enumerate(csv.DictReader(file), start=2):
            variable, category = record.get("variable") or "", record.get("category") or ""
            if category not in frame.get(variable, set()):
                raise ConfigError(
                    f"{margins} row {row}: {variable} = {category!r} is not in {path}; "
                    f"expected one of {', '.join(sorted(frame.get(variable, frame)))}."
                )


def load_plan(root: Path) -> Plan:
    """The plan of the project at `root`, checked; ConfigError when it cannot run."""
    plan = Plan(root, load_config(root / "config.yaml"))
    plan.check()
    return plan
