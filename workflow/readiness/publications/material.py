"""A finished run, and what its publication is to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from readiness.config import Privacy, StudySettings, WaveSettings
from readiness.datasets.versions import Version
from readiness.publications.frozen_config import frozen_config
from readiness.publications.ledger import FOLDER
from readiness.publications.seal import DRAFT, RELEASED
from readiness.publications.superseding import find_superseded


@dataclass(frozen=True)
class PublicationMaterial:
    """A finished run, and what its publication is to be.

    `run` is its folder below `results` and `name` its name in the configuration; `files` are the
    inputs that no step made, by role, from the project's root. `erratum` says why numbers of what
    it supersedes moved, `reasons` why single ones did, by their id or its beginning; `languages`
    are those of its report. `released`: the day of its release, "" of a draft.
    """

    root: Path
    identity: str
    run: str
    name: str
    section: WaveSettings | StudySettings
    versions: Sequence[Version]
    files: Mapping[str, Path]
    supersedes: str = ""
    erratum: str = ""
    reviewer: str = ""
    released: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)
    languages: Sequence[str] = ()
    privacy: Privacy = field(default_factory=Privacy)

    @property
    def config(self) -> str:
        """The configuration that is frozen with it."""
        own = {"publication": self.identity, "released": self.released}
        if not self.released:
            own = {"status": DRAFT, "publication": self.identity}
        return frozen_config(self.name, self.section, self.languages, self.privacy, own)

    @property
    def status(self) -> str:
        """What its seal says that it is."""
        return RELEASED if self.released else DRAFT

    @property
    def folder(self) -> Path:
        """The publication's folder."""
        return self.root / FOLDER / self.identity

    @property
    def supersession(self) -> dict[str, str] | None:
        """What it supersedes, by id and seal (`superseded`)."""
        return find_superseded(
            self.root, self.identity, self.supersedes, status=self.status, erratum=self.erratum
        )

    @property
    def home(self) -> str:
        """The run's folder below `results` when its frozen configuration is the project's own."""
        return f"{'waves' if isinstance(self.section, WaveSettings) else 'studies'}/{self.name}"
