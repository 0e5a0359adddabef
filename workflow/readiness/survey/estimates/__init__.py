"""Estimates: means, totals, ratios, variances, proportions, each with its design covariance."""
