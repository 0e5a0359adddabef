"""The commands of `readiness` that are no step of the workflow."""
