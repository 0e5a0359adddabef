"""The tiny project of the tests through a real Slurm of one node: jobs, seconds, the same bytes.

    .venv/bin/python benchmarks/slurm.py

Where no Slurm answers, one is started, which needs root, Debian's slurm-wlm and munge, and no
/etc/slurm/slurm.conf; it is ended again. Skipped with a reason where that cannot be. Needs the
plugin snakemake-executor-plugin-slurm, which is not in the lock.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in ("tests", "tests/workflow")]
CONFIGURED = Path("/etc/slurm/slurm.conf")
SETTINGS = """\
ClusterName=one
SlurmctldHost={host}
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
NodeName={host} CPUs={cores} RealMemory={memory} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
"""


def obstacle() -> str:
    """Why no Slurm can be tried here; "" where it can."""
    if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
        return "the plugin snakemake-executor-plugin-slurm is not installed"
    missing = [name for name in ("munged", "slurmctld", "slurmd") if not shutil.which(name)]
    if missing:
        return f"not installed: {', '.join(missing)}"
    if CONFIGURED.exists() and subprocess.run(["sinfo"], capture_output=True).returncode:
        return f"{CONFIGURED} is there, and no Slurm answers"
    return "" if CONFIGURED.exists() or os.geteuid() == 0 else "only root can start one"


@contextmanager
def cluster(folder: Path) -> Iterator[None]:
    """Within it a Slurm answers."""
    if CONFIGURED.exists():
        yield
        return
    for name in ("state", "spool"):
        (folder / name).mkdir()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 21
    told = {"host": socket.gethostname(), "cores": os.cpu_count(), "memory": memory}
    cgroup = CONFIGURED.with_name("cgroup.conf")
    CONFIGURED.write_text(SETTINGS.format(folder=folder, **told), "utf-8")
    cgroup.write_text("CgroupPlugin=disabled\n", "utf-8")
    subprocess.run(["install", "-d", "-o", "munge", "/run/munge"], check=True)
    started = [
        subprocess.Popen(command)
        for command in (
            ["setpriv", "--reuid=munge", "--regid=munge", "--clear-groups", "munged", "-F"],
            ["slurmctld", "-D"],
            ["slurmd", "-D"],
        )
    ]
    try:
        time.sleep(5)
        yield
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()
        CONFIGURED.unlink()
        cgroup.unlink()


def main() -> int:
    """Run the project both ways; 1 where a byte differs."""
    from chains import different, results

    from tiny_project import make_tiny

    if why := obstacle():
        print(f"skipped: {why}")
        return 0
    with tempfile.TemporaryDirectory() as name, cluster(Path(name)):
        made = []
        for kind, more in (("local", []), ("slurm", ["--", "--profile", "profiles/slurm"])):
            project = make_tiny(Path(name) / kind)
            began = time.perf_counter()
            done = project.readiness("run", *more)
            assert done.returncode == 0, done.stdout + done.stderr
            log = project.read("results/logs/snakemake.log")
            jobs = len(re.findall("with SLURM jobid", log)) or len(
                re.findall("^Finished", log, re.M)
            )
            print(f"{kind}: {jobs} jobs, {time.perf_counter() - began:.0f} s")
            made.append(results(project.root))
    names = different(*made)
    print(f"{len(made[0])} files, {len(names)} of them different", *names, sep="\n")
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main())
