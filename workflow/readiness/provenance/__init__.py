"""Provenance: which data, code and settings each result was made of."""
