"""Where a run leaves its files: names below the project's folder `results`."""

from pathlib import Path

# Held, shared, by every step of the workflow that is at work.
JOBS = Path("results/.jobs.lock")
# The folder of a run for what its owner alone may read; no step's, and no input of one.
PRIVATE = "private"
# The file there that names the key of the run's pseudonyms, or is blank.
KEY_NAME = "key"
# The provenance record of a step, beside its outputs.
PROVENANCE = "lineage.json"
# Where the steps leave what they make, from the project's root.
RESULTS = Path("results")
