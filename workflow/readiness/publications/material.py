"""A finished run and what its publication is to be: the configuration that is frozen with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from readiness.config import Privacy, Study, Wave
from readiness.datasets.versions import Version
from readiness.publications.fitness import Judged
from readiness.publications.ledger import FOLDER
from readiness.publications.seal import DRAFT
from readiness.publications.succession import superseded


@dataclass(frozen=True)
class Material:
    """A finished run, and what its publication is to be.

    `run` is its folder below `results` and `name` its name in the configuration; `files` are the
    inputs that no step made, by role, from the project's root. `erratum` says why numbers of what
    it supersedes moved, `reasons` why single ones did, by their id or its beginning; `languages`
    are those of its report.
    """

    root: Path
    identity: str
    run: str
    name: str
    section: Wave | Study
    versions: Sequence[Version]
    files: Mapping[str, Path]
    supersedes: str = ""
    erratum: str = ""
    reviewer: str = ""
    status: str = DRAFT
    reasons: Mapping[str, str] = field(default_factory=dict)
    languages: Sequence[str] = ()
    privacy: Privacy = field(default_factory=Privacy)

    @property
    def config(self) -> str:
        """The configuration that is frozen with it."""
        draft = self.status == DRAFT
        return frozen_config(self.name, self.section, self.languages, self.privacy, draft=draft)

    @property
    def stated(self) -> dict[str, Any]:
        """What is stated of personal data: nothing of answers that nobody gave."""
        real = isinstance(self.section, Wave) and not self.section.simulated
        return self.privacy.stated if real else {}

    @property
    def folder(self) -> Path:
        """The publication's folder."""
        return self.root / FOLDER / self.identity

    @property
    def judged(self) -> Judged:
        """A wave's figures, for who says whether they may leave."""
        assert isinstance(self.section, Wave)
        return Judged(self.identity, self.root / "results" / self.run, self.section)

    @property
    def supersession(self) -> dict[str, str] | None:
        """What it supersedes, by id and seal (`superseded`)."""
        return superseded(
            self.root, self.identity, self.supersedes, status=self.status, erratum=self.erratum
        )

    @property
    def home(self) -> str:
        """The run's folder below `results` when its frozen configuration is the project's own."""
        return f"{'waves' if isinstance(self.section, Wave) else 'studies'}/{self.name}"


def frozen_config(
    name: str,
    section: Wave | Study,
    languages: Sequence[str] = (),
    privacy: Privacy | None = None,
    *,
    draft: bool = False,
) -> str:
    """The configuration of one run, alone, with a report of its own, as YAML.

    `languages` of the report: all that can be told when empty. `draft`: whether it says that it is
    one.
    """
    kinds = "waves" if isinstance(section, Wave) else "studies"
    said = {"status": DRAFT} if draft else {}
    personal = of_one_run(privacy or Privacy(), section)
    content: dict[str, Any] = {
        "report": {**({"languages": list(languages)} if languages else {}), **said},
        **({"privacy": personal} if personal else {}),
        kinds: {name: section.model_dump(mode="json", by_alias=True, exclude_none=True)},
    }
    head = "# Frozen with the publication; never edited. Paths are from the project's root.\n"
    return head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def of_one_run(privacy: Privacy, section: Wave | Study) -> dict[str, Any]:
    """What of the section `privacy` is frozen with a run: what moves its numbers, and of real
    answers what is stated. Never where a list of names lies."""
    if not isinstance(section, Wave):
        return {}
    kept = privacy if not section.simulated else Privacy.model_validate(privacy.looked_for)
    return kept.model_dump(mode="json", exclude_defaults=True, exclude={"names"})
