"""The tables of a run as files: a workbook for people, a tidy table with its codebook."""
