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
    """The configuration of one run, alone, with a report of its own, as YAML: in its `languages`,
    all that can be told when empty. `own`: what it says of itself.
    """
    kinds, personal = "studies", {}
    if isinstance(section, WaveSettings):
        # What moves its numbers, and of real answers who signed and which key.
        stated = privacy or Privacy()
        kept = Privacy.model_validate(stated.looked_for) if section.simulated else stated
        kinds, personal = "waves", kept.model_dump(mode="json", exclude_defaults=True)
    content: dict[str, Any] = {
        "report": {**({"languages": list(languages)} if languages else {}), **own},
        **({"privacy": personal} if personal else {}),
        kinds: {name: section.model_dump(mode="json", by_alias=True, exclude_none=True)},
    }
    head = "# Frozen with the publication; never edited. Paths are from the project's root.\n"
    return head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)
