"""Refuse a release of which its people have yet to state something."""

from collections.abc import Iterator, Mapping

import pandas as pd

from readiness.config import NOT_KNOWN, WaveSettings
from readiness.ground.errors import ConfigError
from readiness.publications.ledger import FOLDER
from readiness.publications.material import PublicationMaterial

# What a release of answers that are not simulated states beside its dates, or why nobody knows it.
WANTED = ("sponsor", "population", "mode")


def refuse_unstated(material: PublicationMaterial, figures: pd.DataFrame) -> None:
    """ConfigError with all that people have yet to say of a wave, and where they write it.

    Of a release whose answers are not simulated who asked whom, how and when, or `not known: why`;
    of figures marked for review who reviewed them (`figures`: the register, as text).
    """
    section = material.section
    if not isinstance(section, WaveSettings):
        return
    lines = []
    if material.released and not section.simulated:
        unstated = [*_list_unstated(material.name, section)]
        if unstated and material.run.startswith(f"{FOLDER}/"):
            unstated.append(f"then --wave {material.name}: a draft keeps what it was made with")
        lines += unstated
    review = figures[(figures["reliability"] == "review") & (figures["suppressed"] == "")]
    if len(review) and not material.reviewer:
        first = review["id"].iloc[0]
        lines.append(
            f"--reviewer NAME: figures marked for review: {len(review)}, the first {first}"
        )
    if lines:
        listed = "".join(f"\n  {line}" for line in lines)
        raise ConfigError(
            f"{material.identity}: cannot be rendered or sealed, because this information is "
            f"missing:{listed}"
        )


def _list_unstated(name: str, section: WaveSettings) -> Iterator[str]:
    """What of a wave is neither stated nor said to be not known: what to type, a line each."""
    stated, asked = section.stated, type(section.study).model_fields
    missing = [key for key in WANTED if not _is_said(stated.get(key))]
    for key in missing:
        yield f'config.yaml: waves.{name}.study.{key}: "{str(asked[key].description).upper()}"'
    days = {"opens": section.validate_.opens, "closes": section.validate_.closes}
    undated = [] if _is_said(section.study.fieldwork) else [k for k, day in days.items() if not day]
    for key in undated:
        yield f'config.yaml: waves.{name}.validate.{key}: "YYYY-MM-DD"'
    if missing or undated:
        key = missing[0] if missing else "fieldwork"
        dates = " (of both days: study.fieldwork)" if missing and undated else ""
        yield f'of what nobody knows, why: waves.{name}.study.{key}: "not known: WHY"{dates}'


def _is_said(texts: Mapping[str, str] | None) -> bool:
    """Whether something is stated, or why nobody knows it."""
    bare = NOT_KNOWN.rstrip(":")
    said = [text.strip().casefold().rstrip(" .:") for text in (texts or {}).values()]
    return bool(said) and bare not in said
