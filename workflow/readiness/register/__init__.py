"""The register of publishable numbers, their display texts, charts and tables."""
