"""Estimates and comparisons for any CSV with a small YAML design (docs/any-csv.md)."""
