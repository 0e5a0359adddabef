"""Auditing a publication in levels: its seal, its data, every number, its report."""

from readiness.publications.audit.audit import audit
from readiness.publications.audit.model import Audit

__all__ = ["Audit", "audit"]
