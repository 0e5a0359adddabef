"""Which runs there are, with which settings: all that the Snakefile asks of the package.

A *run* is one chain from data to figures. There are three kinds of them, told apart by the folder
below `results/`: `waves/<name>` and `studies/<name>` from today's `config.yaml`, and
`publications/<id>` from the configuration that was frozen with a publication. So the publications
are recomputed with today's code as ordinary jobs, and editing today's config leaves them alone.
"""

from __future__ import annotations

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
from readiness.errors import ConfigError, DataError, RenderError
from readiness.lineage import canonical_json
from readiness.publications.erratum import errata_of
from readiness.publications.ledger import publication_ids
from readiness.publications.log import listed_ids
from readiness.publications.outcomes import UNREADABLE, Outcome
from readiness.publications.seal import DRAFT
from readiness.tables import read_bytes, read_rows
from readiness.terminal import quoted

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
    draft: bool = False

    @property
    def settings(self) -> str:
        """The settings of the step that renders it, as canonical JSON."""

        def title(run: Run) -> str:
            return dict[str, str](run.section.title.items()).get(self.language, run.name)

        study = {"title": title(self.study)} if self.study else None
        wave: dict[str, str] | None = None
        if self.wave and isinstance(self.wave.section, Wave):
            by, selection = self.wave.section.estimate.by, self.wave.section.selection
            wave = {"title": title(self.wave), "by": by, "selection": selection}
        said = {"draft": True} if self.draft else {}
        return canonical_json({"language": self.language, "study": study, "wave": wave, **said})

    def check(self) -> None:
        """Raise RenderError, with file and line, when it includes what is not there."""
        _ = self.chapters

    @cached_property
    def chapters(self) -> list[str]:
        """The files that it includes; RenderError, with file and line, where it cannot."""
        from readiness.rendering.qmd import parse

        folder = Path(self.source).parent
        return [str(folder / name) for name in parse(self.root / self.source).chapters]


@dataclass(frozen=True)
class Plan:
    """The runs of a project: of today's configuration, and of every publication."""

    root: Path
    config: Config
    status: str = ""  # of the publication for which a freeze asks for a run's own report

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

    def errata(self, identity: str) -> list[str]:
        """The errata of later publications on one, each by its path from the root."""
        return [str(path.relative_to(self.root)) for path in errata_of(self.root, identity)]

    @cached_property
    def engine(self) -> str:
        """What makes the pages: a Quarto that appears or goes makes them anew.

        "" where that cannot be told: the step that renders says why.
        """
        from readiness.rendering.quarto import find_quarto, quarto_version

        try:
            program = find_quarto()
            return f"Quarto {quarto_version(program, 60.0)}" if program else "embedded"
        except RenderError:
            return ""

    @property
    def drafts(self) -> list[str]:
        """The ids of the publications that are drafts."""
        return sorted(n for n, own in self._frozen.items() if own.report and own.report.status)

    @cached_property
    def _frozen(self) -> dict[str, Config]:
        """The configuration of each publication."""
        folder = self.root / PUBLICATIONS
        return {name: load_config(folder / name / "config.yaml") for name in self.publications}

    @cached_property
    def report(self) -> Document:
        """The report of today's configuration."""
        report = self.config.report
        assert report is not None  # checked
        study = self.runs[f"studies/{report.study}"] if report.study else None
        wave = self.runs[f"waves/{report.wave}"] if report.wave else None
        draft = report.status == DRAFT
        return Document(self.root, report.document, report.language, study, wave, draft)

    def report_of(self, run: str) -> Document:
        """The report of one run alone: as its publication froze it, else by its kind."""
        shown = self.runs[run]
        own = self._frozen[run.partition("/")[2]].report if shown.frozen else None
        study, wave = (shown, None) if isinstance(shown.section, Study) else (None, shown)
        report = own or (Report(study=shown.name) if study else Report(wave=shown.name))
        status = self.status or (own or self.config.report or report).status
        return Document(self.root, report.document, report.language, study, wave, status == DRAFT)

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
        asked: dict[Path, Asked] = {}
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
                path = input_files(run.section)["questionnaire"]
                if path not in asked:
                    asked[path] = _asked(self.root, path)
                _check_wave(self.root, run.key, run.section, asked[path])
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
        configs = {"config.yaml": self.config} | {
            str(PUBLICATIONS / identity / "config.yaml"): frozen
            for identity, frozen in self._frozen.items()
        }
        for where, config in configs.items():
            if config.report is not None:
                _check_names(config, config.report, where)
                _check_inside(self.root, config.report.document, where)
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


def _check_inside(root: Path, document: str, where: str) -> None:
    """What is rendered runs: it is the project's own, also behind a link."""
    try:
        inside = (root / document).resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):
        inside = False
    if not inside:
        raise ConfigError(
            f"{where}: report.source: {quoted(document)} is no file of the project; expected a "
            "path below its root."
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


KINDS = {"estimate": ("single", "ordinal", "multi"), "compare": ("single", "ordinal")}
"""The kinds of items that a step can work on."""


@dataclass(frozen=True)
class Asked:
    """What a plan has to know of a questionnaire: kinds of items, codes of frame variables."""

    path: Path
    kinds: dict[str, str]
    frame: dict[str, set[str]]


def _asked(root: Path, path: Path) -> Asked:
    """A questionnaire read lightly, every scalar as text: the Snakefile waits for it."""
    document = read_yaml(root / path, as_text=True)
    try:
        kinds = {str(item["id"]): str(item["kind"]) for item in document["items"]}
        frame = {str(v["id"]): {str(c["code"]) for c in v["categories"]} for v in document["frame"]}
    except (KeyError, TypeError):
        raise ConfigError(f"{path}: not a questionnaire; expected items and frame.") from None
    if "" in kinds or "" in frame:
        raise ConfigError(f"{path}: an item or frame variable without an id; each needs one.")
    return Asked(path, kinds, frame)


def _check_wave(root: Path, where: str, wave: Wave, asked: Asked) -> None:
    """Items, groups and margins against the questionnaire."""
    path, frame = asked.path, asked.frame
    for key, names in (("estimate", wave.estimate.items), ("compare", wave.compare.items)):
        for name in names:
            if name not in asked.kinds:
                raise ConfigError(f"{where}.{key}.items: {path} has no item {quoted(name)}.")
            if asked.kinds[name] not in KINDS[key]:
                raise ConfigError(
                    f"{where}.{key}.items: {name} is a {quoted(asked.kinds[name])} item of {path}; "
                    f"expected {' or '.join(KINDS[key])}. Take it out."
                )
    if wave.estimate.by not in frame:
        raise ConfigError(
            f"{where}.estimate.by: {quoted(wave.estimate.by)} is no frame variable of {path}; "
            f"it has {', '.join(frame)}."
        )
    blocks = wave.compare.blocks
    if blocks is not None and (blocks not in frame or blocks == wave.estimate.by):
        raise ConfigError(
            f"{where}.compare.blocks: {quoted(blocks)}; expected a frame variable of {path}, and "
            f"not the groups: {', '.join(name for name in frame if name != wave.estimate.by)}."
        )
    _check_margins(root, Path(f"data/margins/{wave.weight.margins}.csv"), asked)


def _check_margins(root: Path, margins: Path, asked: Asked) -> None:
    header, rows = read_rows(
        margins, "the file of margins", read_bytes(root / margins, "the file of margins")
    )
    if "variable" not in header or "category" not in header:
        raise DataError(
            f"{margins}: expected the columns variable, category and total, and has "
            f"{quoted(', '.join(header))}."
        )
    at = header.index("variable"), header.index("category")
    for row, cells in rows:
        variable, category = (cells[k] for k in at)
        if category not in asked.frame.get(variable, set()):
            expected = sorted(asked.frame.get(variable, asked.frame))
            raise ConfigError(
                f"{margins} row {row}: {quoted(variable)} = {quoted(category)} is not in "
                f"{asked.path}; expected one of {', '.join(expected)}."
            )


def load_plan(root: Path, status: str = "") -> Plan:
    """The plan of the project at `root`, checked; ConfigError when it cannot run."""
    plan = Plan(root, load_config(root / "config.yaml"), status)
    plan.check()
    return plan
