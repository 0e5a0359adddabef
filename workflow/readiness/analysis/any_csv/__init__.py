"""Estimates and comparisons of any table with a small design file: the command `estimate`."""
