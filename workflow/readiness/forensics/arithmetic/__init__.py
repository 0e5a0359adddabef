"""Integers and shares: what printed figures allow. No words for readers."""
