"""Rows of the register of a wave, from the tables of its steps.

A number that the selection of respondents does not allow has no row: an interval, a p-value, a
response rate.
"""
