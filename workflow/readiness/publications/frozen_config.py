"""Write the configuration of one run as it is frozen with its publication."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import yaml

from readiness.config import Privacy, StudySettings, WaveSettings


def frozen_config(
    name: str,
    section: WaveSettings | StudySettings,
    languages: Sequence[str] = (),
    privacy: Privacy | None = None,
    own: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the configuration of one run as YAML, without the project's other runs.

    `name` is the run's name and `section` its settings; `languages` are those of its report (no
    key when empty), `own` further keys of the section `report`. Of `privacy`, a simulated wave
    keeps the patterns of personal data searched in free text alone, and a study nothing.
    """
    kinds, personal = "studies", {}
    if isinstance(section, WaveSettings):
        # The search patterns can change numbers; only real answers have a signatory and a key.
        project_privacy = privacy or Privacy()
        frozen_privacy = (
            Privacy.model_validate(project_privacy.looked_for)
            if section.simulated
            else project_privacy
        )
        kinds, personal = "waves", frozen_privacy.model_dump(mode="json", exclude_defaults=True)
    content: dict[str, Any] = {
        "report": {**({"languages": list(languages)} if languages else {}), **own},
        **({"privacy": personal} if personal else {}),
        kinds: {name: section.model_dump(mode="json", by_alias=True, exclude_none=True)},
    }
    head = "# Frozen with the publication; never edited. Paths are from the project's root.\n"
    return head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)
