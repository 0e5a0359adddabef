"""Base model and types of documents that pydantic checks."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from readiness.ground.patterns import LANGUAGE

LanguageCode = Annotated[str, StringConstraints(pattern=LANGUAGE)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Strict(BaseModel):
    """Immutable model that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)
