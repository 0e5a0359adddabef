"""What an export has beside the questions, and which tool wrote it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from readiness.questionnaire.items import Strict
from readiness.questionnaire.labels import Text


class Complete(Strict):
    """A column that says of each row how far its respondent came: one of `values` is to the end."""

    column: Text
    values: Annotated[tuple[Text, ...], Field(min_length=1)]


class Export(Strict):
    """Columns of the export that are not questions; each may be missing.

    `timestamp` is when an answer was sent, `started` when it was begun, `duration` how many seconds
    it took, `invitation` the code that was sent to the respondent, `respondent` the tool's own name
    of the row, `complete` the column that tells who broke off. `tool` is the tool that wrote the
    export and `encoding` that of its letters, where they are not to be found out; `dates` the order
    of day, month and year where the tool has no fixed one. `marker` is a column that only simulated
    exports have, and `marked` what each of its cells then holds; `ignored` are columns that may be
    there and are not read.
    """

    tool: Text | None = None
    encoding: Text | None = None
    timestamp: Text | None = None
    invitation: Text | None = None
    respondent: Text | None = None
    started: Text | None = None
    duration: Text | None = None
    complete: Complete | None = None
    dates: Literal["dmy", "mdy", "ymd"] | None = None
    marker: Text | None = None
    marked: Text = "oui"  # where a questionnaire does not say: so it is in the sealed ones
    ignored: tuple[Text, ...] = ()
