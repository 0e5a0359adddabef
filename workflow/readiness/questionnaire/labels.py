"""The texts of a questionnaire: in any set of languages, by their codes.

What the survey tool exports is in the questionnaire's own language, and is the label there unless
another is given. Labels stand under `labels`, or, as in the first questionnaires, beside the text.
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

# The code of a language: `fr`, `pt-BR`.
Language = str

# What a questionnaire is written in that does not say so: so it is in the sealed ones.
WRITTEN_IN = "fr"


def _check_shown(said: str) -> str:
    if not any(sign.isprintable() for sign in said):
        raise ValueError("a text of signs that do not show; write what readers are to see")
    return said


# A text that shows what it is: without characters that turn or hide what stands behind them.
Text = Annotated[
    str,
    BeforeValidator(lambda said: re.sub(TURNING, "", said) if isinstance(said, str) else said),
    StringConstraints(min_length=1, strip_whitespace=True),
    AfterValidator(_check_shown),
]


class Label(RootModel[Annotated[dict[LanguageCode, Text], Field(min_length=1)]]):
    """A text for readers, by language."""

    model_config = ConfigDict(frozen=True)

    def text(self, language: Language) -> str:
        """The label in a language; the first that there is where it has none in this one."""
        return self.root.get(language) or next(iter(self.root.values()))


class Labelled(BaseModel):
    """An answer as the survey tool exports it, with its labels by language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Text
    labels: dict[LanguageCode, Text] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _read_labels(cls, data: Any) -> Any:
        """Labels that stand beside the text, under their languages, go under `labels`."""
        if not isinstance(data, dict):
            return data
        own = {k for k in data if k not in cls.model_fields and re.fullmatch(LANGUAGE, str(k))}
        labels = data.get("labels", {})
        if not own or not isinstance(labels, Mapping):
            return data
        rest = {key: value for key, value in data.items() if key not in own}
        return {**rest, "labels": {**labels, **{key: data[key] for key in own}}}

    def __hash__(self) -> int:
        return hash((type(self), self.text))

    def label(self, language: Language) -> str:
        """The label in a language; what was exported where it has none."""
        return self.labels.get(language, self.text)


def with_own_labels(node: Any, language: Language) -> Any:
    """A questionnaire as its file has it, every exported text being a label in its language too.

    A unit is told in which language answers may have it.
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
