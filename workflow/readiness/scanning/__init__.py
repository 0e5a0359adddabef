"""Read the printed figures of a document and their bases into a draft, without a verdict."""
