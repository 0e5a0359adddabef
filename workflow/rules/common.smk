import json
import os
import shlex
import sys
from datetime import date
from pathlib import Path

# The package beside these rules, and no other file of that folder: none is taken for a library.
sys.path.insert(0, str(Path(workflow.current_basedir).resolve().parent))
import readiness

del sys.path[0]

# To compare the parameters of rules Snakemake imports pandas, where it can, in case one is a table:
# a third of the time of a run with nothing to do. All parameters here are texts.
sys.modules.setdefault("pandas", None)

from readiness.errors import ReadinessError
from readiness.language import LANGUAGES
from readiness.plan import load_plan
from readiness.plan.site import site_settings

os.environ.update(
    # Rules call plain `python`: with this folder first on the PATH it is the interpreter that runs
    # Snakemake. An absolute path in the rules would rerun everything after the tree is moved.
    PATH=os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    ),
    # One BLAS thread: the jobs are the parallel part, and sums are the same at every core count.
    OMP_NUM_THREADS="1",
    OPENBLAS_NUM_THREADS="1",
    MKL_NUM_THREADS="1",
)

try:
    # A freeze says whether the report that it asks for is that of a draft.
    PLAN = load_plan(Path.cwd(), config.get("status", ""))
    PLAN.check_document()
    PLAN.check_kept(date.today())
except ReadinessError as error:
    raise WorkflowError(str(error)) from None

WAVES = PLAN.waves()
STUDIES = PLAN.studies()


def alternatives(names):
    """A wildcard constraint that fits the names and nothing else."""
    return "|".join(re.escape(name) for name in sorted(names)) or "(?!)"


def restored(name):
    """Where the bytes of a dataset version (`name@version`) are placed."""
    return "results/inputs/{}/{}/data.csv".format(*name.split("@"))


def section(wildcards):
    return PLAN.runs[wildcards.run].section


def asked(wildcards):
    """The questionnaire of a wave, as its file is."""
    return f"data/questionnaires/{section(wildcards).questionnaire}.yaml"


def questionnaire(wildcards):
    """The questionnaire of a wave, with what is derived of it."""
    return PLAN.runs[wildcards.run].questionnaire


def answers(wildcards):
    """The coded answers of a wave, with what is derived of them."""
    return PLAN.runs[wildcards.run].answers


def scales_of(wildcards):
    """What is known of the scales that a wave derives."""
    run = PLAN.runs[wildcards.run]
    return [f"results/{wildcards.run}/scale/scales.csv"] if run.scales else []


def settings(step):
    """The settings of a step for the run of the job, as canonical JSON."""
    return lambda wildcards: PLAN.runs[wildcards.run].settings(step)


def code(step):
    """The hash of the step's code; as a parameter, a change of it reruns the step."""
    return PLAN.code(step)


def published_before(wildcards):
    """The figures of the publication that the wave revises, when it revises one."""
    revised = section(wildcards).revises
    return [f"publications/{revised}/figures.csv"] if revised else []


def released_before(wildcards):
    """The figures of all that was released of the wave before."""
    return PLAN.earlier(wildcards.run)


def sample(wildcards):
    """The persons who were asked, where the wave has a list of them."""
    drawn = section(wildcards).sample
    return [restored(drawn)] if drawn else []


def sample_validated(wildcards):
    """The same as validation hands it on, without what names anybody."""
    if section(wildcards).sample is None:
        return []
    return [f"results/{wildcards.run}/validate/sample.csv"]


def corrections(wildcards):
    """The file of the wave's corrections, when it has one."""
    name = section(wildcards).corrections
    return [f"data/corrections/{name}.csv"] if name else []


def optional(*names):
    """The arguments of a step for those of its inputs that the run has."""
    return lambda wildcards, input: shlex.join(
        part
        for name in names
        for path in input.get(name) or ()
        for part in (f"--{name}", path)
    )


def margins(wildcards):
    """The file of the margins that the wave is weighted to, when it has one."""
    weight = section(wildcards).weight
    name = weight and weight.margins
    return [f"data/margins/{name}.csv"] if name else []


def alphanumeric(name):
    """The name of a run as a part of a rule's name."""
    return re.sub(r"\W", "_", name)


def draw_settings(wildcards):
    """The settings of the step that draws a run's charts in a language."""
    return PLAN.draw_settings(wildcards.run, wildcards.language)


def document(wildcards):
    """The report that a job renders."""
    return PLAN.report_of(wildcards.run, wildcards.language)


def chapters(wildcards):
    """The files that a report includes; where it cannot, the step says which line is wrong."""
    try:
        return document(wildcards).chapters
    except ReadinessError:
        return []


def files_of_document(wildcards):
    """The files that a report is made of, with the charts and their provenance record."""
    shown = document(wildcards)
    named = dict(shown.files)
    charts, prose = named.pop("charts"), named.pop("prose")
    drawn = PLAN.chart_files(shown.run.folder, charts)
    return [*named.values(), *prose, f"{charts}/lineage.json", *drawn]


def table_arguments(wildcards):
    """What is read for the tables of a run, as the step's arguments."""
    files = PLAN.table_files(wildcards.run)
    return shlex.join(
        part for role, path in files.items() for part in (f"--{role}", path)
    )
