import os
import shlex
import sys
from datetime import date
from functools import cache
from pathlib import Path

import yaml

PACKAGE = Path(workflow.current_basedir).resolve().parent / "readiness"
# Those with more than the core that a report needs.
LANGUAGES = sorted(
    path.parent.name for path in (PACKAGE / "language/catalogues").glob("*/site.po")
)


wildcard_constraints:
    run="(waves|studies|publications)/[^/]+",
    language="[^/]+",


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

# No parameter is a table: Snakemake, which looks for pandas to ask whether one is, finds none here.
# Its import takes as long as all else of a run with nothing to do.
sys.modules.setdefault("pandas", None)


@cache
def plan():
    """All that the package knows of the project, once a job asks for it: rules alone are read
    without what the package needs."""
    # The package beside these rules, and no other file of that folder: none is taken for a library.
    sys.path.insert(0, str(PACKAGE.parent))
    import readiness

    del sys.path[0]
    from readiness.errors import ReadinessError
    from readiness.plan import load_plan

    try:
        # A freeze says which publication the report that it asks for is of.
        found = load_plan(Path.cwd(), config.get("sealed", ""))
        found.check_document()
        found.check_kept(date.today())
    except ReadinessError as error:
        raise WorkflowError(str(error)) from None
    return found


def planned(name, *of):
    """What the plan has under a name: of the job's wildcards that are named, if any are."""

    def value(wildcards):
        found = getattr(plan(), name)
        return found(*(wildcards[each] for each in of)) if of else found

    return value


def its(role):
    """The files of a role that the run of a job has; none where it has none."""
    return lambda wildcards: plan().files(wildcards.run, role)


def computed(name):
    """What an earlier step of a wave's run left; of a publication's, where today's configuration
    computes the same, what it left of today's."""
    return lambda wildcards: f"results/{plan().computed_as(wildcards.run)}/{name}"


def steps(*names):
    """The parameters of the steps that a job performs in one process: their names, what each is
    told, and the hash of all code that it can reach, a change of which reruns the job.
    """
    return dict(
        steps="+".join(names),
        settings=lambda wildcards: [
            plan().settings(name, **dict(wildcards.items())) for name in names
        ],
        code=lambda wildcards: [plan().code(name) for name in names],
    )


def arguments(wildcards, input, output):
    """Every named input as an option, and every named output, which a later step of the job reads;
    those without a name only make a job run again."""
    return shlex.join(
        word
        for name, files in (*input.items(), *output.items())
        if files
        for word in (f"--{name}", *([files] if isinstance(files, str) else files))
    )


def folders(wildcards, output):
    """Where each step of a job leaves its files: beside its provenance record."""
    return [os.path.dirname(path) for path in output if path.endswith("lineage.json")]


def design(*patterns):
    """What shapes pages without being Python."""
    found = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    kept = (path for path in found if path.is_file() and ".py" not in path.suffix)
    return sorted(os.path.relpath(path) for path in kept)


@cache
def sections(path):
    """The runs of a configuration by kind and name. What is wrong with it the plan says."""
    try:
        document = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        return {kind: dict(document.get(kind) or {}) for kind in ("waves", "studies")}
    except (AttributeError, OSError, TypeError, ValueError, yaml.YAMLError):
        return {"waves": {}, "studies": {}}


def runs_of(kind, **settings):
    """A constraint: the runs of a kind with these settings, of today and of publications."""

    def fitting(path):
        for name, run in sections(path)[kind].items():
            if all(run.get(key) == value for key, value in settings.items()):
                yield name

    names = [f"{kind}/{name}" for name in fitting(Path("config.yaml"))]
    for path in sorted(Path("publications").glob("*/config.yaml")):
        names += [f"publications/{path.parent.name}" for _ in fitting(path)]
    return "|".join(map(re.escape, names)) or "(?!)"
