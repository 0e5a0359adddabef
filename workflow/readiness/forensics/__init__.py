"""What published percentages can and cannot mean, in exact integers.

Pure functions on strings, integers and data frames; no files, no configuration.
"""
