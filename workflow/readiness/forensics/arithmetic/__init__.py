"""Integers and shares that printed figures allow. No texts for readers."""
