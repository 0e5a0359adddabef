"""Showing what an audit found: a page, lines of a terminal."""
