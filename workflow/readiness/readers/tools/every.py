"""All tools that are known; which one reads a file is decided by what each recognises."""

from __future__ import annotations

from readiness.readers.tools.base import Tool
from readiness.readers.tools.google_forms import GoogleForms
from readiness.readers.tools.kobo import Kobo
from readiness.readers.tools.limesurvey import LimeSurvey
from readiness.readers.tools.microsoft_forms import MicrosoftForms
from readiness.readers.tools.plain import Plain
from readiness.readers.tools.qualtrics import Qualtrics
from readiness.readers.tools.spss import Spss
from readiness.readers.tools.surveymonkey import SurveyMonkey

TOOLS: tuple[Tool, ...] = (
    GoogleForms(), Kobo(), LimeSurvey(), Qualtrics(), MicrosoftForms(), SurveyMonkey(), Spss(),
    Plain(),
)  # fmt: skip
"""In the order in which they are told."""
