"""Who answers for the personal data behind a wave: what the configuration states, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from readiness.language import Language
from readiness.language.catalogue import locale
from readiness.language.numbers import day

STATED = {
    "controller": "privacy.controller",
    "purpose": "privacy.purpose",
    "receipt": "privacy.receipt",
    "hosting": "privacy.hosting",
    "keep_until": "privacy.keep_until",
}
"""What each key is called, as a key of the catalogues, in the order of telling."""


def stated(privacy: Mapping[str, Any], language: Language) -> Iterator[tuple[str, str]]:
    """What is stated, each with the key of its name; a purpose only in its own languages.

    `privacy`: the keys of the section that are given (`Privacy.stated`).
    """
    for key, name in STATED.items():
        value = privacy.get(key)
        if key == "purpose":
            value = (value or {}).get(language)
        elif value and key == "hosting":
            value = locale(language).territories.get(value, value)
        elif value and key == "keep_until":
            value = day(value, language)
        if value:
            yield name, str(value)
