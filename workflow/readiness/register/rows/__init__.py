"""A wave's publishable numbers, from the tables of its steps. What the selection of respondents
does not allow has no row: an interval, a p-value, a response rate.
"""
