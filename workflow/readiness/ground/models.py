"""Parts of documents that pydantic checks: a strict model, names and codes of languages."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from readiness.ground.patterns import LANGUAGE

LanguageCode = Annotated[str, StringConstraints(pattern=LANGUAGE)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Strict(BaseModel):
    """Frozen, and without keys that are not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)
