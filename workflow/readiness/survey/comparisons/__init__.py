"""Comparisons of answers across groups of a survey: tests, contrasts, models, effect sizes."""
