"""Texts of a questionnaire in any set of languages, by language code.

The survey tool exports texts in the questionnaire's own language. An exported text is also the
label in this language, unless the questionnaire gives a label. Labels are under the key `labels`
or, as in the first questionnaires, beside the key `text`.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
    model_validator,
)

from readiness.ground.models import LanguageCode
from readiness.ground.patterns import LANGUAGE, TURNING

# Code of a language: `fr`, `pt-BR`.
Language = str

# Language of a questionnaire that states none; the sealed questionnaires rely on it.
WRITTEN_IN = "fr"


def _check_shown(said: str) -> str:
    """Return a text; ValueError where none of its characters is printable."""
    if not any(character.isprintable() for character in said):
        raise ValueError("no visible character; write the label that readers are to see")
    return said


# A visible text, from which characters that reverse or hide other characters are removed.
Text = Annotated[
    str,
    BeforeValidator(lambda said: re.sub(TURNING, "", said) if isinstance(said, str) else said),
    StringConstraints(min_length=1, strip_whitespace=True),
    AfterValidator(_check_shown),
]


class Label(RootModel[Annotated[dict[LanguageCode, Text], Field(min_length=1)]]):
    """A text for readers, by language code."""

    model_config = ConfigDict(frozen=True)

    def text(self, language: Language) -> str:
        """Return the text in a language, or the first text where none is in this language."""
        return self.root.get(language) or next(iter(self.root.values()))


class Labelled(BaseModel):
    """An exported text, with labels by language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Text
    labels: dict[LanguageCode, Text] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _read_labels(cls, data: Any) -> Any:
        """Move labels that stand beside the text, under their languages, to `labels`."""
        if not isinstance(data, dict):
            return data
        language_keys = {
            k for k in data if k not in cls.model_fields and re.fullmatch(LANGUAGE, str(k))
        }
        labels = data.get("labels", {})
        if not language_keys or not isinstance(labels, Mapping):
            return data
        rest = {key: value for key, value in data.items() if key not in language_keys}
        return {**rest, "labels": {**labels, **{key: data[key] for key in language_keys}}}

    def __hash__(self) -> int:
        return hash((type(self), self.text))

    def label(self, language: Language) -> str:
        """Return the label in a language, or the exported text where there is no such label."""
        return self.labels.get(language, self.text)


def with_own_labels(node: Any, language: Language) -> Any:
    """Add each exported text of a questionnaire document as the label in `language`.

    A label that exists in this language is kept. A mapping with a unit gets the key `language`.
    """
    if isinstance(node, list):
        return [with_own_labels(child, language) for child in node]
    if not isinstance(node, dict):
        return node
    node = {key: with_own_labels(child, language) for key, child in node.items()}
    labels = node.get("labels", {})
    if "text" in node and isinstance(labels, Mapping) and not {language} & {*node, *labels}:
        node["labels"] = {**labels, language: node["text"]}
    if "unit" in node:
        node.setdefault("language", language)
    return node
