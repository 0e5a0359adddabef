"""A run: one chain from data to figures, the settings of its steps, and the files that they read.

There are three kinds of them, told apart by the folder below `results/`: `waves/<name>` and
`studies/<name>` from today's `config.yaml`, and `publications/<id>` from the configuration that was
frozen with a publication. So the publications are recomputed with today's code as ordinary jobs,
and editing today's config leaves them alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from readiness.config import Config, Privacy, StudySettings, WaveSettings

PUBLICATIONS = Path("publications")


@dataclass(frozen=True)
class PlannedRun:
    """One chain: where its results go, and the section of a configuration that governs it."""

    folder: str
    name: str
    section: WaveSettings | StudySettings
    config: str = "config.yaml"
    privacy: Privacy = field(default_factory=Privacy)

    @property
    def frozen(self) -> bool:
        """Whether it is the run of a publication."""
        return self.folder.startswith(f"{PUBLICATIONS}/")

    @property
    def wave(self) -> WaveSettings:
        """The section of the run of a wave."""
        assert isinstance(self.section, WaveSettings)
        return self.section

    @property
    def key(self) -> str:
        """Where its section stands, for messages: file and key."""
        kind = "waves" if isinstance(self.section, WaveSettings) else "studies"
        return f"{self.config}: {kind}.{self.name}"

    @property
    def datasets_by_key(self) -> dict[str, str]:
        """The dataset versions it needs, `name@version`, by the key that names them."""
        if not isinstance(self.section, WaveSettings):
            return {"claims": self.section.claims}
        drawn = {"sample": self.section.sample} if self.section.sample else {}
        return {"answers": self.section.answers, **drawn}

    @property
    def datasets(self) -> tuple[str, ...]:
        """The dataset versions it needs, `name@version`."""
        return tuple(self.datasets_by_key.values())

    @property
    def derives(self) -> bool:
        """Whether variables are computed of a wave's answers."""
        return isinstance(self.section, WaveSettings) and bool(self.section.derive)

    @property
    def answers(self) -> str:
        """The coded answers of a wave, with what is derived of them."""
        return f"results/{self.folder}/{'derive' if self.derives else 'validate'}/answers.csv"

    @property
    def questionnaire(self) -> str:
        """The questionnaire of a wave, with what is derived."""
        if self.derives:
            return f"results/{self.folder}/derive/questionnaire.yaml"
        return input_files(self.section)["questionnaire"].as_posix()

    def same_as(self, other: "PlannedRun") -> bool:
        """Whether both compute the same numbers: of one name, with the same settings."""
        unread = {"title", "show", "study"}
        own, others = (run.section.model_dump(exclude=unread) for run in (self, other))
        return self.name == other.name and own == others


def runs_of(config: Config) -> Iterator[PlannedRun]:
    """The runs of one configuration, the studies first."""
    for kind in ("studies", "waves"):
        for name, section in sorted(getattr(config, kind).items()):
            yield PlannedRun(f"{kind}/{name}", name, section, privacy=config.privacy)


# The key of the configuration that names an input, where it is not called like the input.
KEYS = {"margins": "weight.margins", "published": "revises"}


def input_files(section: WaveSettings | StudySettings) -> dict[str, Path]:
    """The files of the project that a run reads beside its datasets, by their role in the steps."""
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
    """The register of the wave since which a section tells changes, and what was asked then.

    It is one of the `waves`, or was published.
    """
    if isinstance(section, StudySettings) or section.change is None:
        return {}
    change = section.change
    then, home = waves.get(change.from_), f"{PUBLICATIONS}/{change.from_}"
    if then is not None:
        home = f"results/waves/{change.from_}/register"
    asked = change.questionnaire or (then or section).questionnaire
    return {"before": f"{home}/figures.csv", "asked_before": f"data/questionnaires/{asked}.yaml"}


PROSE = Path("reports")
Files = dict[str, str | list[str]]


def restored_path(dataset: str) -> str:
    """Where the bytes of a dataset version (`name@version`) are placed."""
    return f"results/inputs/{dataset.replace('@', '/')}/data.csv"


def files_of(run: PlannedRun, earlier: Sequence[str], before: Mapping[str, str]) -> Files:
    """The files of a run that follow from its configuration; a role that it lacks is not there.

    Of a wave, `export` and `listed` are what came from outside, and `asked` its questionnaire;
    `answers` are coded, and `questionnaire` goes with them, with what is derived; `sample` is what
    validation hands on. `earlier`: the registers of what was released of it before; `before`: that
    of the wave since which it tells changes, and what was asked then.
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
