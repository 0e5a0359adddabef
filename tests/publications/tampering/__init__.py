"""A catalogue of single changes, and what an audit must say of each (docs/tampering.md)."""
