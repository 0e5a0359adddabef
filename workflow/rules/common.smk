import hashlib
import os
import re
import shlex
import sys
import tomllib
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import yaml

# The release that these rules are of.
RELEASE = "1.1.0"


def find_package(rules):
    """Return the folder of the program that the rules in the folder `rules` belong to.

    In a tree it lies beside them; installed, it holds them in its folder `project`. Rules that
    Snakemake reads from a Git repository are in no folder: theirs is the installed program.
    """
    if isinstance(rules, (str, Path)):
        folder = Path(rules).resolve()
        for package in (folder.parent / "readiness", folder.parents[2]):
            if (package / "__main__.py").is_file():
                return package
    found = find_spec("readiness")
    if found is None or not found.origin:
        raise WorkflowError(
            f"these rules need the program: pip install 'readiness[run]=={RELEASE}'."
        )
    return Path(found.origin).resolve().parent


def release_of(package):
    """Return the version of the program in the folder `package`; "" where nothing states it."""
    for project in (package / "project", package.parents[1]):
        if (project / "pyproject.toml").is_file():
            text = (project / "pyproject.toml").read_text("utf-8")
            return tomllib.loads(text)["project"]["version"]
    return ""


def refuse_another_program(package):
    """Raise WorkflowError unless the rules, the program of their steps and the program that
    started Snakemake are one release."""
    if (release := release_of(package)) not in ("", RELEASE):
        raise WorkflowError(
            f"the rules are of readiness {RELEASE}, and the program in {package} is {release}: "
            f"pip install 'readiness[run]=={RELEASE}', or name the rules of {release}."
        )
    started = Path(os.environ.get("READINESS_STARTED_BY") or package)
    if (other := release_of(started)) not in ("", RELEASE):
        raise WorkflowError(
            f"the Snakefile names the rules of readiness {RELEASE} in {package}, and readiness "
            f"{other} in {started} runs: start the first, or name the rules of the second."
        )


PACKAGE = find_package(workflow.current_basedir)
refuse_another_program(PACKAGE)
# Those with more than the core that a report needs.
LANGUAGES = sorted(
    path.parent.name for path in (PACKAGE / "language/catalogues").glob("*/site.po")
)


wildcard_constraints:
    run="(waves|studies|publications)/[^/]+",
    language="[^/]+",


os.environ.update(
    # Rules call plain `python` and the program by the name of a variable: with this folder first on
    # the PATH it is the interpreter that runs Snakemake. An absolute path in the rules would rerun
    # everything after the program is moved.
    PATH=os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    ),
    READINESS_PROGRAM=str(PACKAGE),
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
    """Load the project's plan on first use, so that Snakemake can read and lint the rules without
    what the package needs."""
    # The rules' own package, and no other file of that folder: none is taken for a library.
    sys.path.insert(0, str(PACKAGE.parent))
    import readiness

    del sys.path[0]
    if (loaded := Path(readiness.__file__).resolve().parent) != PACKAGE:
        raise WorkflowError(
            f"the rules are of the program in {PACKAGE}, and the Snakefile has loaded that in "
            f"{loaded}: name the rules of one of them."
        )
    from readiness.ground.errors import ReadinessError
    from readiness.plan import load_plan

    try:
        # A freeze says which publication the report that it asks for is of. On the command line,
        # for a module may be given no configuration.
        stated = workflow.config_settings.overwrite_config
        found = load_plan(Path.cwd(), stated.get("sealed", ""))
        found.check_document()
        found.check_kept(date.today())
    except ReadinessError as error:
        raise WorkflowError(str(error)) from None
    return found


def planned(name, *of):
    """What the plan has under a name: of the job's wildcards that are named, if any are."""

    def value(wildcards):
        if is_empty():
            return []
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


@cache
def hash_design(patterns):
    """Return a hash of the files of the package that shape pages without being Python."""
    found = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    digest = hashlib.sha256()
    for path in sorted(found):
        if path.is_file() and ".py" not in path.suffix:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(
                f"{path.relative_to(PACKAGE).as_posix()} {content}\n".encode()
            )
    return digest.hexdigest()


def design(*patterns):
    """Return the parameter that reruns a job when what shapes its pages changes.

    No inputs: the files lie with the program, which may be moved or be another one's.
    """
    return lambda wildcards: hash_design(patterns)


@cache
def sections(path):
    """The runs of a configuration by kind and name. What is wrong with it the plan says."""
    try:
        document = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        return {kind: dict(document.get(kind) or {}) for kind in ("waves", "studies")}
    except (AttributeError, OSError, TypeError, ValueError, yaml.YAMLError):
        return {"waves": {}, "studies": {}, "unread": {path: None}}


# A workflow that snakedeploy wrote has its configuration in a folder.
CONFIG = next(
    (p for p in map(Path, ("config.yaml", "config/config.yaml")) if p.is_file()), None
)
FROZEN = sorted(Path("publications").glob("*/config.yaml"))


def is_empty():
    """Return whether there is no run yet: a configuration that was just begun makes nothing. Of
    one that cannot be read the plan says why."""
    return CONFIG is not None and not FROZEN and not any(sections(CONFIG).values())


def closing(wildcards):
    """Return the closing table, which rests on all else; nothing where there is no run yet."""
    return [] if is_empty() else ["results/gate.txt"]


def runs_of(kind, **settings):
    """A constraint: the runs of a kind with these settings, of today and of publications."""

    def fitting(path):
        for name, run in sections(path)[kind].items():
            if all(run.get(key) == value for key, value in settings.items()):
                yield name

    names = [f"{kind}/{name}" for name in fitting(CONFIG)] if CONFIG else []
    for path in FROZEN:
        names += [f"publications/{path.parent.name}" for _ in fitting(path)]
    return "|".join(map(re.escape, names)) or "(?!)"
