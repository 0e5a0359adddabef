"""Showing what an audit found: a page, a certificate, lines of a terminal."""
