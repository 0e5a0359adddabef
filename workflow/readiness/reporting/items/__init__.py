"""What a document says of an item, by its kind: for any questionnaire, whatever it asks."""

from readiness.reporting.items.block import item_block
from readiness.reporting.items.findings import in_short, level_label

__all__ = ["in_short", "item_block", "level_label"]
