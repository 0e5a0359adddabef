"""One zip in which a publication can be audited, described as a research object."""

from readiness.publications.bundle.contents import Contents, gather
from readiness.publications.bundle.crate import bundle

__all__ = ["Contents", "bundle", "gather"]
