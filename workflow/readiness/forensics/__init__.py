"""Check published percentages by exact integer arithmetic.

Pure functions on strings, integers and data frames; no files, no configuration.
"""
