"""Verdicts on a study's claims, as facts."""
