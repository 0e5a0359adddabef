"""A run: one chain from data to figures, the settings of its steps, and their input files.

The folder below `results/` gives the kind of a run: `waves/<name>` and `studies/<name>` follow the
current `config.yaml`, `publications/<id>` the configuration frozen with a publication. So
publications are recomputed with current code as ordinary jobs, and editing the current
configuration does not touch them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from readiness.config import Config, Privacy, StudySettings, WaveSettings

PUBLICATIONS = Path("publications")


@dataclass(frozen=True)
class PlannedRun:
    """A run of a wave or a study.

    `folder`: folder of the results. `section`: the run's section of the configuration.
    """

    folder: str
    name: str
    section: WaveSettings | StudySettings
    config: str = "config.yaml"
    privacy: Privacy = field(default_factory=Privacy)

    @property
    def frozen(self) -> bool:
        """True for a run that belongs to a publication."""
        return self.folder.startswith(f"{PUBLICATIONS}/")

    @property
    def wave(self) -> WaveSettings:
        """Section of a wave's run."""
        assert isinstance(self.section, WaveSettings)
        return self.section

    @property
    def key(self) -> str:
        """File and key of the run's section, for messages."""
        kind = "waves" if isinstance(self.section, WaveSettings) else "studies"
        return f"{self.config}: {kind}.{self.name}"

    @property
    def datasets_by_key(self) -> dict[str, str]:
        """Dataset versions of the run, `name@version`, by the key that names them."""
        if not isinstance(self.section, WaveSettings):
            return {"claims": self.section.claims}
        drawn = {"sample": self.section.sample} if self.section.sample else {}
        return {"answers": self.section.answers, **drawn}

    @property
    def datasets(self) -> tuple[str, ...]:
        """Dataset versions of the run, `name@version`."""
        return tuple(self.datasets_by_key.values())

    @property
    def derives(self) -> bool:
        """True for a wave with derived variables."""
        return isinstance(self.section, WaveSettings) and bool(self.section.derive)

    @property
    def answers(self) -> str:
        """Path of a wave's coded answers, with its derived variables."""
        return f"results/{self.folder}/{'derive' if self.derives else 'validate'}/answers.csv"

    @property
    def questionnaire(self) -> str:
        """Path of a wave's questionnaire, with its derived variables."""
        if self.derives:
            return f"results/{self.folder}/derive/questionnaire.yaml"
        return input_files(self.section)["questionnaire"].as_posix()

    def same_as(self, other: "PlannedRun") -> bool:
        """Return whether both runs compute the same numbers: same name, same settings."""
        unread = {"title", "show", "study"}
        settings_here, settings_there = (
            run.section.model_dump(exclude=unread) for run in (self, other)
        )
        return self.name == other.name and settings_here == settings_there


def runs_of(config: Config) -> Iterator[PlannedRun]:
    """Yield the runs of one configuration, the studies first."""
    for kind in ("studies", "waves"):
        for name, section in sorted(getattr(config, kind).items()):
            yield PlannedRun(f"{kind}/{name}", name, section, privacy=config.privacy)


# Configuration key of an input with another name than the input's role.
KEYS = {"margins": "weight.margins", "published": "revises"}


def input_files(section: WaveSettings | StudySettings) -> dict[str, Path]:
    """Return the project files that a run reads, datasets apart, by role in the steps."""
    if isinstance(section, StudySettings):
        return {"structure": Path(f"data/claims/{section.structure}.yaml")}
    files = {"questionnaire": Path(f"data/questionnaires/{section.questionnaire}.yaml")}
    if section.corrections:
        files["corrections"] = Path(f"data/corrections/{section.corrections}.csv")
    if section.weight and section.weight.margins:
        files["margins"] = Path(f"data/margins/{section.weight.margins}.csv")
    if section.revises:
        files["published"] = PUBLICATIONS / section.revises / "figures.csv"
    return files


def files_before(
    section: WaveSettings | StudySettings, waves: Mapping[str, WaveSettings]
) -> dict[str, str]:
    """Return the register and the questionnaire of the wave from which a section measures changes.

    That wave is one of `waves`, or a publication; empty without a comparison.
    """
    if isinstance(section, StudySettings) or section.change is None:
        return {}
    change = section.change
    earlier_wave, home = waves.get(change.from_), f"{PUBLICATIONS}/{change.from_}"
    if earlier_wave is not None:
        home = f"results/waves/{change.from_}/register"
    earlier_questionnaire = change.questionnaire or (earlier_wave or section).questionnaire
    return {
        "before": f"{home}/figures.csv",
        "asked_before": f"data/questionnaires/{earlier_questionnaire}.yaml",
    }


PROSE = Path("reports")
Files = dict[str, str | list[str]]


def restored_path(dataset: str) -> str:
    """Return the path where the bytes of a dataset version (`name@version`) are restored."""
    return f"results/inputs/{dataset.replace('@', '/')}/data.csv"


def files_of(run: PlannedRun, earlier: Sequence[str], before: Mapping[str, str]) -> Files:
    """Return the files of a run by role; roles that the configuration does not need are omitted.

    Roles of a wave: `export`, `listed`, the raw inputs; `asked`, the questionnaire of the project;
    `answers`, the coded answers, and `questionnaire`, which describes them, both with derived
    variables; `sample`, the validated sample. `earlier`: registers of earlier releases. `before`:
    register and questionnaire of the wave from which changes are measured.
    """
    section = run.section
    files: Files = {role: path.as_posix() for role, path in input_files(section).items()}
    if not isinstance(section, WaveSettings):
        return {**files, "claims": restored_path(section.claims)}
    files["asked"] = files["questionnaire"]
    files |= {"questionnaire": run.questionnaire, "answers": run.answers, "earlier": [*earlier]}
    files |= before
    files["export"] = restored_path(section.answers)
    if section.firmness:
        files["firmness"] = f"results/{run.folder}/firmness/firmness.csv"
        files["varied"] = f"results/{run.folder}/firmness/weights.csv"
    if section.sample:
        files["listed"] = restored_path(section.sample)
        files["sample"] = f"results/{run.folder}/validate/sample.csv"
    return files
