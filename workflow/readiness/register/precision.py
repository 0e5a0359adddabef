"""Which digits a register holds, as its column `precision` says."""

PRECISION = "precision"
WORKING, PUBLISHED = "working", "published"
"""12 digits, not for release; or the digits that are shown. A ledger without the column is of 12
digits, too."""
