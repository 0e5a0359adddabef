"""Pure functions behind weighting, estimates and comparisons, for waves and for any CSV."""
