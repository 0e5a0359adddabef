"""All tools that are known; which one reads a file is decided by what each recognises."""

from __future__ import annotations

from readiness.readers.tools.base import Tool
from readiness.readers.tools.google_forms import GoogleForms
from readiness.readers.tools.plain import Plain

TOOLS: tuple[Tool, ...] = (GoogleForms(), Plain())
"""In the order in which they are told."""
