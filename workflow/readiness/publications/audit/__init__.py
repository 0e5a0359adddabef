"""Audit of a publication in levels: its seal, its data, every number, its report."""
