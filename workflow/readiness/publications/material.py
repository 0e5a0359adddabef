"""Input of a publication: a finished run and the settings of its release."""

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
    """A finished run and the settings of its publication.

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
        """Configuration frozen with the publication, as YAML."""
        report_keys = {"publication": self.identity, "released": self.released}
        if not self.released:
            report_keys = {"status": DRAFT, "publication": self.identity}
        return frozen_config(self.name, self.section, self.languages, self.privacy, report_keys)

    @property
    def status(self) -> str:
        """Status in the seal: released or draft."""
        return RELEASED if self.released else DRAFT

    @property
    def folder(self) -> Path:
        """Folder of the publication."""
        return self.root / FOLDER / self.identity

    def find_supersession(self) -> dict[str, str] | None:
        """Return id and seal of the superseded publication, or None.

        Raises ConfigError or DataError as `find_superseded` does.
        """
        return find_superseded(
            self.root, self.identity, self.supersedes, status=self.status, erratum=self.erratum
        )

    @property
    def home(self) -> str:
        """Folder of a rerun below `results`: `waves/NAME` or `studies/NAME`."""
        return f"{'waves' if isinstance(self.section, WaveSettings) else 'studies'}/{self.name}"
