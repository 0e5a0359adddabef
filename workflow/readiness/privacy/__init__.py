"""Personal data: which of it there is, and names that tell respondents apart and name nobody."""

from readiness.privacy.pseudonyms import (
    KEY_BYTES,
    key_from_data,
    key_id,
    names_people,
    pseudonyms,
)

__all__ = [
    "KEY_BYTES",
    "key_from_data",
    "key_id",
    "names_people",
    "pseudonyms",
]
