"""Names of the files of a run, below the project's folder `results`."""

from pathlib import Path

# Lock file: each running step of the workflow holds a shared lock.
JOBS = Path("results/.jobs.lock")
# Folder of a run that only its owner may read. No later step reads it.
PRIVATE = "private"
# File in that folder: name of the key of the run's pseudonyms; blank without a key.
KEY_NAME = "key"
# Provenance record of a step, beside its outputs.
PROVENANCE = "lineage.json"
# Folder of all results, from the project's root.
RESULTS = Path("results")
