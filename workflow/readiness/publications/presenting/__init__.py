"""Presentation of an audit: a page, lines of a terminal, and the page of a plan."""
