"""What a run shows, and its last line where Snakemake stops for a reason of its own."""

import os
import pty
import shlex
import subprocess
from pathlib import Path

import pytest
from holding import PRIVATE, mounting

from project_copy import Project, message
from readiness.running import snakemake_log
from readiness.running.snakemake_log import LOG, reason

PAGE = "results/studies/menus-2023/report/en/report.html"
SITE = "Open: results/site/index.html"

VERDICTS = "results/studies/menus-2023/judge/verdicts.json"
CLAIMS = "data/claims/menus-2023-1.yaml"
NAMESPACE = ("unshare", *PRIVATE, "--mount")
RUN = ".venv/bin/python -m readiness run --cores 2"


def last_line(result: subprocess.CompletedProcess[str], *words: str) -> None:
    """Exit 7, one line that holds `words`, and nothing else on the terminal."""
    assert result.returncode == 7, result.stderr
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("readiness run: ") and result.stdout == ""
    for word in words:
        assert word in line, line


# --- what a run shows -----------------------------------------------------------------------------
def on_terminal(project: Project, command: str) -> tuple[str, str]:
    """What a command prints to a pipe, and its errors to a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        shlex.split(command),
        cwd=project.root,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=project.environment(TERM="xterm"),
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            shown += os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
    out, _ = process.communicate()
    assert process.returncode == 0, shown
    return out.decode("utf-8"), shown.decode("utf-8")


def test_a_run_ends_with_the_table_and_the_report_and_snakemake_is_in_the_log(
    project: Project,
) -> None:
    (project.root / "results/gate.txt").unlink()
    out, shown = on_terminal(project, RUN)
    assert out.rstrip().splitlines()[-1] == SITE
    assert "Publications reproduced: " in out
    assert "\x1b[" not in out and "steps" not in out and out.count("\n") <= 5
    # A bar, and none of Snakemake's lines.
    assert "0/2" in shown and "\x1b[" in shown and "Finished" not in shown
    assert "Finished jobid" in project.read(str(LOG))
    # Who speaks to Snakemake itself hears it; in a pipe there is no bar.
    result = project.run("-n", PAGE, "-F")
    assert "Building DAG of jobs" in result.stdout
    assert "\x1b[" not in result.stdout + result.stderr


@pytest.mark.thorough  # of streams that are gone there is more in tests/commands/test_failing.py
@pytest.mark.parametrize("where", ["| head -1", ">&- 2>&-"])
def test_a_reader_that_leaves_stops_no_run(project: Project, where: str) -> None:
    (project.root / "results/gate.txt").unlink()
    result = project.call("bash", "-c", f"set -o pipefail; {RUN} {where}")
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    assert "Publications reproduced: " in project.read("results/gate.txt")
    assert "(100%) done" in project.read(str(LOG))


# --- why Snakemake stopped ------------------------------------------------------------------------
def test_notes_that_are_a_file(project: Project) -> None:
    (project.root / ".snakemake").rename(project.root / "notes")
    (project.root / ".snakemake").touch()
    last_line(project.run(VERDICTS), ".snakemake: a file", "move it away")
    assert (project.root / VERDICTS).exists()


def test_a_clock_behind_the_files(project: Project) -> None:
    os.utime(project.root / CLAIMS, (1.9e9, 1.9e9))
    (project.root / VERDICTS).with_name("lineage.json").unlink()
    result = project.run(VERDICTS)
    (note, line) = result.stderr.strip().splitlines()
    result.stderr = line
    assert "made again" in note
    last_line(result, f"{CLAIMS}: its time lies ahead of this machine's clock", "touch")


def test_a_memory_that_is_full(project: Project) -> None:
    (project.root / VERDICTS).with_name("verdicts.csv").unlink()
    result = project.call(
        "bash", "-c", f"ulimit -v 200000; {RUN} -- {VERDICTS} 2>&1 | tail -1 >&2; exit 7"
    )
    last_line(result, "memory is full")


@mounting
def test_temporary_files_on_a_full_disk(project: Project) -> None:
    (project.root / "results/gate.txt").unlink()
    disk = project.root / "small"
    disk.mkdir()
    fill = f"mount -t tmpfs -o size=8k none {disk}; head -c 20000 /dev/zero >{disk}/x 2>/dev/null"
    result = project.call(*NAMESPACE, "sh", "-c", f"{fill}; TMPDIR={disk} exec {RUN} -- {PAGE} -F")
    assert result.returncode == 7
    said = message(result)
    assert "No space left on device" in said and "TMPDIR" in said and "small" in said, said
    assert len(said.splitlines()) == 1


# As Snakemake tells of a job whose process was ended.
DIED = (
    'RuleException:\nCalledProcessError in file "/p/workflow/rules/step.smk", line 21:\n'
    'Command \'set -euo pipefail;  python -I -X utf8 "$READINESS_PROGRAM" step weight --log w.log'
    " --code 1 --settings '{{}}'' {}.\nShutting down, this might take some time.\n"
    "WorkflowError:\nAt least one job did not complete successfully.\n"
)
LOGS = {
    "PermissionError: [Errno 13] Permission denied: '/p/.snakemake/log'\n": ".snakemake/log: Permi",
    "  File x\nRuntimeError: can't start new thread\n": "the memory is full",
    "WorkflowError:\nTarget rules may not contain wildcards.\n": "Target rules may not contain",
    "MissingRuleException:\nNo rule to produce results/x\n": "No rule to produce results/x",
    DIED.format("died with <Signals.SIGSEGV: 11>"): "weight was ended by SIGSEGV; its log: w.log.",
    DIED.format("returned non-zero exit status 137"): "ended by SIGKILL; its log: w.log. Perhaps",
    'ModuleNotFoundError in file "/p/Snakefile", line 7:\n'
    "No module named 'readiness.project'\n": "another one was started. Type `make` here",
    "something\nelse at the end\n": "Snakemake stopped: else at the end",
    "": "Snakemake stopped: without a word",
}


@pytest.mark.parametrize(("log", "said"), list(LOGS.items()))
def test_the_reason_is_read_from_the_log(tmp_path: Path, log: str, said: str) -> None:
    (tmp_path / LOG).parent.mkdir(parents=True)
    (tmp_path / LOG).write_text(log.replace("/p/", f"{tmp_path}/"), "utf-8")
    line = reason(tmp_path, 1)
    assert said in line and len(line.splitlines()) == 1 and str(tmp_path) not in line


def test_memory_is_named_where_the_system_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / LOG).parent.mkdir(parents=True)
    (tmp_path / LOG).write_text(DIED.format("died with <Signals.SIGKILL: 9>"), "utf-8")
    (tmp_path / "vmstat").write_text("pgfault 7\noom_kill 3\n", "ascii")
    monkeypatch.setattr(snakemake_log, "VMSTAT", tmp_path / "vmstat")
    assert "weight was ended by SIGKILL" in reason(tmp_path, 1, 2)
    assert "The memory was full" in reason(tmp_path, 1, 2)
    assert "Perhaps the memory was full" in reason(tmp_path, 1, 3)
