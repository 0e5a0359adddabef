"""Bundle of a publication: one zip in which it can be audited, described as a research object."""
