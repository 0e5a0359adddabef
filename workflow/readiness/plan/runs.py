"""A run: one chain from data to figures, and the settings of its steps.

There are three kinds of them, told apart by the folder below `results/`: `waves/<name>` and
`studies/<name>` from today's `config.yaml`, and `publications/<id>` from the configuration that was
frozen with a publication. So the publications are recomputed with today's code as ordinary jobs,
and editing today's config leaves them alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from readiness.config import (
    Config,
    Disclosure,
    Privacy,
    Study,
    Wave,
)
from readiness.language import LANGUAGES
from readiness.lineage import canonical_json

PUBLICATIONS = Path("publications")
UNKNOWN_KEY = "none"
"""Of a publication that names no key: whoever recomputes it needs none."""


@dataclass(frozen=True)
class Run:
    """One chain: where its results go, and the section of a configuration that governs it."""

    folder: str
    name: str
    section: Wave | Study
    config: str = "config.yaml"
    privacy: Privacy = field(default_factory=Privacy)

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
    def datasets_by_key(self) -> dict[str, str]:
        """The dataset versions it needs, `name@version`, by the key that names them."""
        if not isinstance(self.section, Wave):
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
        return isinstance(self.section, Wave) and bool(self.section.derive)

    @property
    def scales(self) -> bool:
        """Whether scales are among them."""
        return isinstance(self.section, Wave) and any(one.scale for one in self.section.derive)

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

    def settings(self, step: str) -> str:
        """The settings of one of its steps, as canonical JSON."""
        if isinstance(self.section, Study):
            return canonical_json({"run": self.name})
        section: dict[str, Any]
        if step == "faults":
            return canonical_json({"languages": LANGUAGES, "simulated": self.section.simulated})
        if step == "dpo":
            return canonical_json(self._dpo)
        if step == "register":
            section = {
                "run": self.name,
                "simulated": self.section.simulated,
                "figures": self.section.figures.model_dump(),
                "level": self.section.estimate.level,
                "selection": self.section.selection,
                "disclosure": self._rules,
                "by": self.section.estimate.by,
            }
        elif step == "attack":
            section = {
                "disclosure": self._rules,
                "minimum_base": self.section.figures.minimum_base,
            }
        elif step == "compare":
            items = [*self.section.estimate.items, *self.section.compare.items]
            section = {
                **self.section.compare.model_dump(),
                # One level for all the intervals of a wave.
                "level": self.section.estimate.level,
                "contrasted": list(dict.fromkeys(items)),
                "interval": self.section.estimate.interval,
                "selection": self.section.selection,
            }
        elif step in ("derive", "scale"):
            section = {"derive": [one.model_dump(exclude_none=True) for one in self.section.derive]}
            if step == "scale":
                section["level"] = self.section.estimate.level
                section["selection"] = self.section.selection
        elif step == "nonresponse":
            section = {
                **self.section.estimate.model_dump(),
                "selection": self.section.selection,
                "minimum_base": self.section.figures.minimum_base,
            }
        elif step == "validate":
            section = self.section.validate_.model_dump()
            section["simulated"] = self.section.simulated
            section["privacy"] = self.privacy.looked_for
            if not self.section.simulated:
                sealed = self.privacy.key or ("" if not self.frozen else UNKNOWN_KEY)
                section["pseudonyms"] = {"dataset": self.section.answers, "sealed": sealed}
        elif step == "weight":
            weight = self.section.weight
            section = {
                "weight": weight.model_dump() if weight else None,
                "selection": self.section.selection,
            }
        else:
            section = getattr(self.section, step).model_dump()
        return canonical_json(section)

    @property
    def _dpo(self) -> dict[str, Any]:
        """What the page for the data protection officer is told beside the tables."""
        assert isinstance(self.section, Wave)
        real = not self.section.simulated
        return {
            "languages": LANGUAGES,
            "titles": self.section.title,
            "simulated": not real,
            "pseudonyms": real,
            "reader": self._rules["preset"],
            "privacy": self.privacy.stated if real else {},
            "signed_off_by": self.privacy.signed_off_by or "",
        }

    @property
    def _rules(self) -> dict[str, Any]:
        """What protects the respondents of a wave."""
        assert isinstance(self.section, Wave)
        return (self.section.disclosure or Disclosure()).model_dump(exclude_none=True)

    def same_as(self, other: Run) -> bool:
        """Whether both compute the same numbers: of one name, with the same settings."""
        return self._numbers == other._numbers

    @property
    def _numbers(self) -> tuple[str, dict[str, Any]]:
        return self.name, self.section.model_dump(exclude={"title", "show"})


def runs_of(config: Config) -> Iterator[Run]:
    """The runs of one configuration, the studies first."""
    for name, study in sorted(config.studies.items()):
        yield Run(f"studies/{name}", name, study, privacy=config.privacy)
    for name, wave in sorted(config.waves.items()):
        yield Run(f"waves/{name}", name, wave, privacy=config.privacy)


KEYS = {"margins": "weight.margins", "published": "revises"}
"""The key of the configuration that names an input, where it is not called like the input."""


def input_files(section: Wave | Study) -> dict[str, Path]:
    """The files of the project that a run reads beside its datasets, by their role in the steps."""
    if isinstance(section, Study):
        return {"structure": Path(f"data/claims/{section.structure}.yaml")}
    files = {"questionnaire": Path(f"data/questionnaires/{section.questionnaire}.yaml")}
    if section.corrections:
        files["corrections"] = Path(f"data/corrections/{section.corrections}.csv")
    if section.weight and section.weight.margins:
        files["margins"] = Path(f"data/margins/{section.weight.margins}.csv")
    if section.revises:
        files["published"] = PUBLICATIONS / section.revises / "figures.csv"
    return files
