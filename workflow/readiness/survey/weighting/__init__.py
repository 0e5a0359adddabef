"""Weighting: from base weights to weights that meet the population, and back to their precision."""
