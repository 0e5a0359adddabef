"""Which runs there are, with which settings: all that the Snakefile asks of the package."""

from readiness.plan.plan import Plan, load_plan
from readiness.plan.runs import PlannedRun, input_files
