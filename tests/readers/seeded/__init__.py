"""Seeded exports with known truth: layouts of tools, languages, traps; from the vendors' documents.

Nothing here imports the program.
"""
