"""Weighting: from base weights to weights that meet the population margins, and their variance."""
