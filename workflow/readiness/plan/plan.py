"""Plan a project: its runs, its publications, its report."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from readiness.config import Config, ReportSettings, WaveSettings, load_config
from readiness.datasets.store import on_this_machine
from readiness.datasets.versions import Version, open_data, read_versions
from readiness.ground.errors import ConfigError, DataError, RenderError
from readiness.language import FIRST, LANGUAGES
from readiness.plan.checks import (
    Asked,
    check_change,
    check_datasets,
    check_languages,
    check_report,
    check_wave,
    describe_run,
    explain_waiting,
    read_outline,
    told_of_plan,
)
from readiness.plan.runs import (
    KEYS,
    PROSE,
    PUBLICATIONS,
    Files,
    PlannedRun,
    files_before,
    files_of,
    input_files,
    runs_of,
)
from readiness.plan.settings import (
    SHIPPED,
    WORKBOOK,
    chapters_of,
    downloads,
    missing_labels,
    page_name,
    selection_of,
    told_of_answers,
    told_of_charts,
    told_of_pages,
    told_of_report,
    told_of_tables,
    told_on_the_site,
    with_derived,
    with_items,
    workbook_name,
)
from readiness.program.layout import find_config
from readiness.provenance.closure import code_hash
from readiness.provenance.digests import canonical_json
from readiness.publications.ledger import SEALED, publication_ids
from readiness.publications.log import LogEntry, errata_of, listed_ids, open_log, read_log
from readiness.publications.outcomes import UNREADABLE, Outcome
from readiness.reporting.blocks import brief_name


@dataclass(frozen=True)
class Plan:
    """Runs of a project: of the current configuration, and of every publication."""

    root: Path
    config: Config
    sealed: str = ""  # publication of a running freeze: its id, a slash, its day of release

    @cached_property
    def runs(self) -> dict[str, PlannedRun]:
        """All runs by folder, in a fixed order.

        Raises ConfigError for a publication without exactly one run.
        """
        all_runs = list(runs_of(self.config))
        for publication_id in self.publications:
            config_path = str(PUBLICATIONS / publication_id / "config.yaml")
            runs = list(runs_of(self._frozen[publication_id]))
            if len(runs) != 1:
                raise ConfigError(
                    f"{config_path}: expected exactly one wave or one study, found {len(runs)}."
                )
            all_runs.append(
                replace(runs[0], folder=f"publications/{publication_id}", config=config_path)
            )
        today = [run for run in all_runs if not run.frozen]
        waiting = [run for run in today if explain_waiting(self.root, run, self._versions)]
        # A waiting run alone stops with advice; beside others it waits.
        if len(waiting) < len(today):
            all_runs = [run for run in all_runs if run not in waiting]
        return {run.folder: with_items(self.root, run) for run in all_runs}

    @property
    def waiting(self) -> dict[str, str]:
        """Waves that cannot be computed yet, with the reason, by folder."""
        return {
            run.folder: why
            for run in runs_of(self.config)
            if (why := explain_waiting(self.root, run, self._versions))
            if run.folder not in self.runs
        }

    def find_wave(self, name: str) -> PlannedRun:
        """Return a wave of the current configuration, waiting or not, checked except for its
        answers.

        Raises ConfigError where there is no such wave, or it cannot run.
        """
        if name not in self.config.waves:
            known = ", ".join(self.config.waves) or "none"
            raise ConfigError(
                f"{name}: config.yaml has no wave of this name. Its waves are {known}."
            )
        [run] = [one for one in runs_of(self.config) if one.folder == f"waves/{name}"]
        self._check_questions(run := with_items(self.root, run), {})
        return run

    def describe(self, run: PlannedRun) -> dict[str, Any]:
        """Return a wave's settings and inputs as a sealed plan states them."""
        return describe_run(self.root, run, self._versions, self.code)

    @cached_property
    def publications(self) -> list[str]:
        """Ids of the publications, sorted."""
        return publication_ids(self.root)

    @cached_property
    def unavailable(self) -> dict[str, str]:
        """Publications that cannot be recomputed on this machine, with the reason, by id.

        The data were erased, or are restricted and not on this machine, or the publication cannot
        be read.
        """
        unread = [i for i in listed_ids(self.root) if i not in self.publications]
        reasons: dict[str, str] = dict.fromkeys(unread, UNREADABLE)
        for publication_id in self.publications:
            names = self.runs[f"publications/{publication_id}"].datasets
            versions = [self._versions[name] for name in names if name in self._versions]
            if any(version.is_erased for version in versions):
                reasons[publication_id] = Outcome.ERASED
            elif any(v.is_restricted and not on_this_machine(self.root, v) for v in versions):
                reasons[publication_id] = Outcome.RESTRICTED
        return reasons

    def errata(self, publication_id: str) -> list[str]:
        """Return the paths of the errata on a publication, relative to the root."""
        return [str(path.relative_to(self.root)) for path in errata_of(self.root, publication_id)]

    @cached_property
    def engine(self) -> str:
        """Program that makes the pages; "" where it cannot be found: the rendering step reports
        why.
        """
        from readiness.rendering.engines import find_quarto, quarto_version

        try:
            program = find_quarto()
            return f"Quarto {quarto_version(program, 60.0)}" if program else "embedded"
        except RenderError:
            return ""

    def computed_as(self, folder: str) -> str:
        """Return the folder of the run that computes the estimates and tests of a wave's run.

        A publication's run with the settings of a current run, as after a freeze, is not computed
        twice; but a draft is computed by itself, for its release seals the records of its own
        steps. Labels and texts may still differ: see `register.sealed`.
        """
        planned = self.runs[folder]
        if not self._is_released(planned):
            return folder
        same_runs = [run for run in self.runs.values() if not run.frozen and run.same_as(planned)]
        return (same_runs or [planned])[0].folder

    def _is_released(self, run: PlannedRun) -> bool:
        """Return whether a run belongs to a publication that never changes again."""
        return run.frozen and Path(run.folder).name not in self.drafts

    def register_of(self, publication_id: str) -> str:
        """Return the path of a publication's recomputed register.

        For a study, which suppresses nothing, the current run's register where it computes the
        same.
        """
        folder = f"publications/{publication_id}"
        if not isinstance(self.runs[folder].section, WaveSettings):
            folder = self.computed_as(folder)
        return f"results/{folder}/register/figures.csv"

    @property
    def published_files(self) -> list[str]:
        """Files of all readable publications, sorted, and their log."""
        folder = self.root / PUBLICATIONS
        paths = [folder / "index.json", *folder.glob("*/*"), *folder.glob("*/report/*/*")]
        return sorted(str(path.relative_to(self.root)) for path in paths if path.is_file())

    @property
    def guides(self) -> list[str]:
        """Guides and their pictures, sorted."""
        globs = map(self.root.glob, ("docs/*.md", "docs/**/*.png", "docs/**/*.svg"))
        return sorted(str(path.relative_to(self.root)) for paths in globs for path in paths)

    @property
    def drafts(self) -> list[str]:
        """Ids of the publications that are drafts."""
        return sorted(name for name, config in self._frozen.items() if config.report.status)

    @cached_property
    def _frozen(self) -> dict[str, Config]:
        folder = self.root / PUBLICATIONS
        return {name: load_config(folder / name / "config.yaml") for name in self.publications}

    @property
    def runs_with_reports(self) -> tuple[PlannedRun, ...]:
        """Current runs with a report, in the order of the configuration."""
        current_runs = {run.name: run for run in self.runs.values() if not run.frozen}
        return tuple(
            current_runs[name]
            for name in self.config.report.show or current_runs
            if name in current_runs
        )

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Languages of the current reports. Raises ConfigError where a label is missing."""
        return self._list_languages("config.yaml", self.config.report, self.runs_with_reports)

    def _list_shown(self, *names: str) -> list[str]:
        return [
            f"results/{run.folder}/"
            + name.format(
                language=language,
                page=page_name(run),
                brief=brief_name(page_name(run)),
                book=workbook_name(run),
            )
            for run in self.runs_with_reports
            for language in self.languages
            for name in names
        ]

    @property
    def page_files(self) -> list[str]:
        """Files of the current reports: pages, papers, and pages of all numbers."""
        pages = ("{page}.html", "{page}.pdf", "{brief}.html", "{brief}.pdf", "numbers.html")
        return self._list_shown(*(f"report/{{language}}/{page}" for page in pages))

    @property
    def documents(self) -> list[str]:
        """Current reports as documents for Word, made on request."""
        return self._list_shown("word/{language}/{page}/{page}.docx")

    @property
    def tables(self) -> list[str]:
        """Workbooks of the runs with reports, in each language."""
        return self._list_shown(f"{WORKBOOK}/{{language}}/{{book}}.xlsx")

    @property
    def internal_pages(self) -> list[str]:
        """Internal records of the shown waves: faults, and disclosure risk. Never published."""
        waves = [run for run in self.runs_with_reports if isinstance(run.section, WaveSettings)]
        steps = [f"{run.folder}/{step}" for run in waves for step in ("faults", "disclosure")]
        return [f"results/{step}/lineage.json" for step in steps]

    @property
    def verdicts(self) -> list[str]:
        """Verdict tables of the recomputed publications."""
        recomputed = [i for i in self.publications if i not in self.unavailable]
        return [f"results/publications/{i}/reproduce/verdicts.csv" for i in recomputed]

    @property
    def attacks(self) -> list[str]:
        """Attack tables of the current waves: no report is shown that discloses a count."""
        waves = [run for run in self.runs.values() if isinstance(run.section, WaveSettings)]
        return [f"results/{run.folder}/attack/attack.csv" for run in waves if not run.frozen]

    @cached_property
    def _files(self) -> dict[str, Files]:
        return {folder: self._list_files(run) for folder, run in self.runs.items()}

    def _list_files(self, run: PlannedRun) -> Files:
        wave = isinstance(run.section, WaveSettings)
        earlier = self.earlier(run.folder) if wave else ()
        files = files_of(run, earlier, self.before(run.folder))
        if not wave:
            return files
        if self._is_released(run):
            source = self.runs[self.computed_as(run.folder)]
            computed = ("answers", "questionnaire", "firmness", "varied")
            made = files_of(source, (), {})
            files |= {role: made[role] for role in computed if role in made}
            files["sealed"] = f"{run.folder}/figures.csv"
        elif (self.root / SEALED).is_file():
            files["sealed"] = SEALED.as_posix()
        return files

    def files(self, run: str, role: str) -> str | list[str]:
        """Return the files with a role in a run; [] for a role that the run does not have."""
        return self._files[run].get(role, [])

    def prose(self, run: str, language: str) -> list[str]:
        """Return the files of the analyst's own text on a run in a language."""
        folder = self.root / PROSE / self.runs[run].name / language
        return sorted(str(path.relative_to(self.root)) for path in folder.glob("*.md"))

    def check_document(self) -> None:
        """Raise RenderError, with file and line, when the report includes a missing file."""
        chapters_of(self.root)

    def check_kept(self, today: date) -> None:
        """Raise ConfigError when answers of real people are kept longer than promised."""
        for run in self.runs.values():
            if run.frozen or not isinstance(run.section, WaveSettings) or run.section.simulated:
                continue
            until = run.section.study.keep_until
            answers = self._versions.get(run.section.answers)
            if until and today > date.fromisoformat(until) and answers and not answers.is_erased:
                raise ConfigError(
                    f"{run.key}.study.keep_until: the answers of {answers.name} were to be "
                    f"kept until {until}.\nErase them (readiness data erase {answers.name} "
                    '--reason "...") and remove the wave from config.yaml (publications are not '
                    "affected), or set a new date."
                )

    def languages_of(self, run: str) -> tuple[str, ...]:
        """Return the languages of a run's own report. Raises ConfigError where a label is
        missing.
        """
        if run not in self._spoken:
            shown = self.runs[run]
            report = self._find_report(shown)
            self._spoken[run] = self._list_languages(shown.config, report, (shown,))
        return self._spoken[run]

    @cached_property
    def _spoken(self) -> dict[str, tuple[str, ...]]:
        # Each job needs the languages once a parameter, and labels are searched in YAML.
        return {}

    @cached_property
    def chapters(self) -> list[str]:
        """Files that the report includes; empty where it cannot be parsed: its step reports the
        line.
        """
        try:
            return chapters_of(self.root)
        except RenderError:
            return []

    def settings(self, step: str, run: str = "", language: str = "", **more: str) -> str:
        """Return a step's settings for a run and a language, as canonical JSON."""
        if step == "restore":
            # Record only the row of this version: other datasets then cause no rerun.
            name = "{dataset}@{version}".format_map(more)
            row = self._versions.get(name)
            md5, sha256 = (row.md5, row.sha256) if row else ("", "")
            return canonical_json({"version": name, "md5": md5, "sha256": sha256})
        return canonical_json(self._gather_settings(step, run, language))

    def _gather_settings(self, step: str, folder: str, language: str) -> dict[str, Any]:
        run = self.runs.get(folder)
        if step == "gate":
            return {"unavailable": self.unavailable, "drafts": self.drafts}
        if step == "site":
            log = read_log(self.root)
            latest, none = log.latest, LogEntry("", "", "", "")
            return {
                "languages": self.languages,
                "title": self.config.report.title or {},
                "reports": [
                    {"folder": run.folder, "page": page_name(run), **told_on_the_site(run)}
                    for run in self.runs_with_reports
                ],
                "publications": [
                    {
                        "id": name,
                        "draft": name in self.drafts,
                        "successor": latest.get(name, none).superseded_by,
                        "withdrawn": latest.get(name, none).withdrawn,
                        "released": self._frozen[name].report.released or "",
                        **told_on_the_site(self.runs[f"publications/{name}"]),
                    }
                    for name in self.publications
                ],
                "withdrawn": {
                    name: (entry.withdrawn, entry.superseded_by)
                    for name, entry in log.withdrawn.items()
                    if name not in self.publications
                },
            }
        if run is None or step in ("judge", "word"):
            return {}
        if step == "register-study":
            return {"run": run.name}
        if step in ("faults", "dpo"):
            return told_of_pages(run, step)
        if step in ("draw-wave", "draw-study", "tables"):
            told = told_of_tables if step == "tables" else told_of_charts
            return {**told(self.root, run, language), "standing": self._describe_standing(run)}
        if step == "render":
            languages, data = self.languages_of(run.folder), open_data(self._versions.values())
            return {
                "language": language,
                "part": {
                    **told_of_report(self.root, run, language, data),
                    **told_of_plan(self.root, run, self._versions, self.code),
                },
                "standing": self._describe_standing(run),
                "languages": languages,
                "name": page_name(run),
                "downloads": downloads(run, language, languages),
            }
        beside = self._list_domains_beside(run) if step == "register-wave" else []
        return {
            **told_of_answers(self.root, run, step),
            **({"beside": beside} if beside else {}),
        }

    def _list_domains_beside(self, run: PlannedRun) -> list[dict[str, list[str]] | None]:
        """Return the domains of other published numbers from the same answers; None: everybody.

        The difference of the numbers of two domains must not disclose few people. One run of each
        pair is checked for such a difference:
        - Of two waves in the current configuration, the wave with a domain.
        - Of two releases, the later release.
        """
        if run.frozen:
            return []
        wave = run.wave
        beside = [
            other
            for publication_id, config in self._frozen.items()
            if publication_id not in self.drafts
            for other in config.waves.values()
        ]
        if wave.estimate.where:
            beside += self.config.waves.values()
        answers = wave.answers.partition("@")[0]
        domains = [
            other.estimate.where
            for other in beside
            if other.answers.partition("@")[0] == answers
            and other.estimate.where != wave.estimate.where
            and not (other.disclosure and other.disclosure.preset == "internal")
        ]
        return [where for at, where in enumerate(domains) if where not in domains[:at]]

    def _describe_standing(self, run: PlannedRun) -> dict[str, Any]:
        """Return publication, day of release, MD5 of each dataset, and selection of a run."""
        report_settings = self._find_report(run)
        publication_id = (
            self.sealed or f"{report_settings.publication or ''}/{report_settings.released or ''}"
        )
        name, _, released = publication_id.partition("/")
        data = {name: self._versions[name].md5 for name in run.datasets if name in self._versions}
        selection = selection_of(run.section)
        return {"publication": name, "released": released, "data": data, "selection": selection}

    def _find_report(self, run: PlannedRun) -> ReportSettings:
        configuration = self._frozen[run.folder.partition("/")[2]] if run.frozen else self.config
        return configuration.report

    def _list_languages(
        self, where: str, report: ReportSettings, shown: tuple[PlannedRun, ...]
    ) -> tuple[str, ...]:
        def find_lacks(language: str, *, stated: bool) -> list[str]:
            untitled = report.title and language not in report.title
            found = (missing_labels(self.root, run, language, stated=stated) for run in shown)
            return [*(["report.title"] if untitled else []), *chain(*found)]

        stated = bool(report.languages)
        lacks = {name: find_lacks(name, stated=stated) for name in report.languages or LANGUAGES}
        if not stated and all(lacks.values()):
            # A questionnaire in no language of the program is quoted, in a report in the language
            # FIRST.
            lacks = {FIRST: find_lacks(FIRST, stated=True)}
        check_languages(where, report, lacks)
        return tuple(language for language, missing in lacks.items() if not missing)

    @cached_property
    def _versions(self) -> dict[str, Version]:
        return read_versions(self.root)

    def before(self, run: str) -> dict[str, str]:
        """Return the register and the questionnaire of the wave from which a run measures
        changes.
        """
        return files_before(self.runs[run].section, self._find_waves_beside(run))

    def _find_waves_beside(self, run: str) -> dict[str, WaveSettings]:
        """Return the waves of a run's own configuration; a publication has no other wave."""
        waves = {} if run in self.runs and self.runs[run].frozen else self.config.waves
        return {name: wave for name, wave in waves.items() if f"waves/{name}" in self.runs}

    def earlier(self, run: str) -> list[str]:
        """Return the registers of earlier releases of a wave, in order.

        The release that a publication revises is among them. The project of a rerun has no log of
        publications: there, all registers were sealed as inputs.
        """
        section, name, identity_here = (
            self.runs[run].section,
            self.runs[run].name,
            run.rpartition("/")[2],
        )
        if not (ids := list(dict.fromkeys(entry.id for entry in open_log(self.root).entries))):
            with_register = {
                p.parent.name for p in (self.root / PUBLICATIONS).glob("*/figures.csv")
            }
            changed = section.change if isinstance(section, WaveSettings) else None
            ids = sorted(with_register - self._frozen.keys() - {changed.from_ if changed else ""})
        else:
            if self.runs[run].frozen and identity_here in ids:
                ids = ids[: ids.index(identity_here)]
            ids = [i for i in ids if i in self._frozen and name in self._frozen[i].waves]
        if isinstance(section, WaveSettings) and section.revises and section.revises not in ids:
            ids.append(section.revises)
        return [
            (PUBLICATIONS / publication_id / "figures.csv").as_posix() for publication_id in ids
        ]

    def code(self, step: str) -> str:
        """Return the hash of a step's code."""
        return code_hash(f"readiness.steps.{step.replace('-', '_')}")

    def check(self) -> None:
        """Refuse a plan that cannot run: unknown dataset versions, missing files, wrong margins.

        Raises ConfigError in one line, naming the key of the configuration; DataError when the
        pointer of a dataset version is missing or disagrees with `data/versions.csv`, or a
        publication's register is missing.
        """
        questionnaires: dict[Path, Asked] = {}
        for run in self.runs.values():
            check_datasets(self.root, run, self._versions)
            self._check_questions(run, questionnaires)
        for publication_id in self.publications:
            path = PUBLICATIONS / publication_id / "figures.csv"
            if not (self.root / path).is_file():
                raise DataError(f"{path}: file not found. Restore it with git.")
        check_report(self.root, "config.yaml", self.config)
        if not (self.root / SHIPPED).is_file():
            raise ConfigError(f"{SHIPPED}: file not found. Restore it with git.")
        for publication_id, frozen in self._frozen.items():
            check_report(self.root, str(PUBLICATIONS / publication_id / "config.yaml"), frozen)
        _ = self.languages

    def _check_questions(self, run: PlannedRun, questionnaires: dict[Path, Asked]) -> None:
        """Refuse missing input files, and settings that contradict the questionnaire."""
        for role, path in input_files(run.section).items():
            if not (self.root / path).is_file():
                raise ConfigError(f"{run.key}.{KEYS.get(role, role)}: {path} not found.")
        if isinstance(run.section, WaveSettings):
            path = input_files(run.section)["questionnaire"]
            if path not in questionnaires:
                questionnaires[path] = read_outline(self.root, path)
            outline = with_derived(questionnaires[path], run)
            check_wave(self.root, run.key, run.section, outline)
            if run.section.change:
                waves = self._find_waves_beside(run.folder)
                published = {name: one.waves for name, one in self._frozen.items()}
                check_change(self.root, run.key, run.section, outline, waves, published)


def load_plan(root: Path, sealed: str = "") -> Plan:
    """Return the checked plan of the project at `root`.

    `sealed`: publication that a running freeze seals, as `ID/DAY OF RELEASE`; "" outside of a
    freeze. Raises ConfigError when the project's configuration cannot be run.
    """
    plan = Plan(root, load_config(find_config(root)), sealed)
    plan.check()
    return plan
