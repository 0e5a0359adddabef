"""The pure heart of estimate, compare and weight: for waves and for any CSV."""
