"""Run programs as a group: when one is stopped, its children stop, too.

Quarto starts deno and pandoc, and a cell may start anything; killing the first program alone leaves
its children running.
"""

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from readiness.ground.errors import RenderError


def run_group(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    timeout: float,
    name: str = "",
) -> tuple[int, str, str]:
    """Run a program in a session of its own; return exit code, stdout and stderr.

    The whole group is killed at the end: on success, after `timeout` seconds (RenderError, which
    names the program `name`), and on an interruption. Raises RenderError when the program cannot be
    started.
    """
    # Files, not pipes: a child that outlives the program would keep a pipe open.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        except OSError as error:
            raise RenderError(f"{command[0]} cannot be started: {error.strerror}.") from None
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise RenderError(
                f"{name or Path(command[0]).name} did not finish within {timeout:.3g} s; stopped, "
                "and nothing was written. Give more time, or see what the report's cells wait for."
            ) from None
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for file in (out, err):
            file.seek(0)
        output, errors = (file.read().decode("utf-8", "replace") for file in (out, err))
    return process.returncode, output, errors


@contextlib.contextmanager
def terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM unwind the stack as Ctrl-C does, so that everything is cleaned up.

    The exit code is then 143, as in a shell. In the main thread alone; elsewhere nothing changes.
    """

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former_handler = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former_handler)
