"""Refuse a release for which the authors must still state study details."""

from collections.abc import Iterator, Mapping

import pandas as pd

from readiness.config import NOT_KNOWN, WaveSettings
from readiness.ground.errors import ConfigError
from readiness.publications.ledger import FOLDER
from readiness.publications.material import PublicationMaterial

# Study details, besides dates, that a release of real answers states or declares unknown.
WANTED = ("sponsor", "population", "mode")


def refuse_unstated(material: PublicationMaterial, figures: pd.DataFrame) -> None:
    """Raise ConfigError listing the missing statements on a wave and where to write each.

    A release of real answers needs sponsor, population, mode and dates, or `not known: WHY`;
    published figures marked for review need a reviewer. `figures` is the register as text. A study
    is never refused.
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
            "--reviewer NAME: who looked at the figures marked for review (nobody or everybody "
            f"gave the answer, or few degrees of freedom): {len(review)}, the first {first}"
        )
    if lines:
        listed = "".join(f"\n  {line}" for line in lines)
        raise ConfigError(
            f"{material.identity}: cannot be rendered or sealed, because this information is "
            f"missing:{listed}"
        )


def _list_unstated(name: str, section: WaveSettings) -> Iterator[str]:
    """Yield the line to type for each statement that a wave lacks."""
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
    """Return whether a detail is stated, or declared unknown with a reason."""
    bare = NOT_KNOWN.rstrip(":")
    normalised_texts = [text.strip().casefold().rstrip(" .:") for text in (texts or {}).values()]
    return bool(normalised_texts) and bare not in normalised_texts
