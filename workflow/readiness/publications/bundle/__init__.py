"""One zip in which a publication can be audited, described as a research object."""
