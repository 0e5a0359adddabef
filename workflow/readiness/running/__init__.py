"""What running a project takes beside the steps: their files and provenance, repair, the log."""
