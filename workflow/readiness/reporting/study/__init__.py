"""What a document says of a study of which only figures were published."""

from readiness.reporting.study.blocks import study_blocks, study_summary

__all__ = ["study_blocks", "study_summary"]
