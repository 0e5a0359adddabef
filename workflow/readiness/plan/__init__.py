"""Plan the runs of a project and their settings, for the Snakefile."""

from readiness.plan.plan import Plan, load_plan
from readiness.plan.runs import PlannedRun, input_files
