"""One module a workflow step: reads files, calls pure functions, writes files and lineage."""
