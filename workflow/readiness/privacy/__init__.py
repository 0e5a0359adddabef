"""Personal data: which of it there is, and names that tell respondents apart and name nobody."""

from readiness.privacy.detect import KINDS, NAME, Detectors, personal_data_seen
from readiness.privacy.pseudonyms import (
    FROM_DATA,
    GIVEN,
    KEY_BYTES,
    kept_apart,
    key_from_data,
    key_id,
    names_people,
    pseudonyms,
    with_pseudonyms,
    without_values,
)

__all__ = [
    "FROM_DATA",
    "GIVEN",
    "KEY_BYTES",
    "KINDS",
    "NAME",
    "Detectors",
    "kept_apart",
    "key_from_data",
    "key_id",
    "names_people",
    "personal_data_seen",
    "pseudonyms",
    "with_pseudonyms",
    "without_values",
]
