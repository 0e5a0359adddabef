"""Run the cells of a document in one Jupyter kernel and put what they say into its text.

The kernel is this interpreter, whatever kernels are installed: its folder of packages is the one
that was tested. It talks over IPC sockets in the work folder, so no port is opened.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readiness.errors import RenderError
from readiness.rendering.process import kill_group
from readiness.rendering.qmd import Cell, Document, Text

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

_INLINE_MIME = "application/vnd.readiness.inline"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# A socket's address holds at most 103 bytes on some systems; the kernel appends "-1" to "-5".
_LONGEST_ADDRESS = 96

# As Quarto does (src/core/jupyter/jupyter-inline.ts): Markdown and HTML as they are, a string
# escaped, anything else as Python prints it.
_SETUP = f"""
def __inline__(value):
    import re
    from IPython import get_ipython
    from IPython.display import display
    data, _ = get_ipython().display_formatter.format(value)
    if "text/markdown" in data:
        text = data["text/markdown"]
    elif "text/html" in data:
        text = "`" + data["text/html"] + "`{{=html}}"
    elif isinstance(value, str):
        text = re.sub(r"([\\\\`*_{{}}\\[\\]()<>#+\\-.!|~^$@])", r"\\\\\\1", value)
    else:
        text = data["text/plain"]
    display({{"{_INLINE_MIME}": text, "text/plain": text}}, raw=True)
"""


@dataclass
class Run:
    """Where and how the cells run: work folder, environment, seconds left."""

    work: Path
    environment: Mapping[str, str]
    timeout: float
    images: list[str] = field(default_factory=list)


def execute(document: Document, run: Run) -> str:
    """The document's body as plain Markdown, every cell and inline expression evaluated in order.

    Images that cells show are written to the work folder. Raises RenderError that names the line of
    the .qmd when a cell fails or time runs out; the kernel and its children end in every case.
    """
    return asyncio.run(_execute(document, run))


async def _execute(document: Document, run: Run) -> str:
    manager = _manager(run)
    # A task of its own: nbclient takes any cancellation for the death of the kernel.
    task = asyncio.create_task(_all_blocks(document, run, manager))
    try:
        done, _ = await asyncio.wait({task}, timeout=run.timeout)
        if done:
            return task.result()
        raise RenderError(
            f"{document.path.name}: the cells did not finish within {run.timeout:g} s and were "
            "stopped; nothing was written. Give them more time, or see what they wait for."
        )
    finally:
        group = getattr(manager.provisioner, "pgid", None)
        if group is not None:
            kill_group(group)
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # looked at: asyncio complains of one that nobody read
        if manager.has_kernel:
            await manager.shutdown_kernel(now=True)


async def _all_blocks(document: Document, run: Run, manager: AsyncKernelManager) -> str:
    client = _client(manager)
    try:
        await client.async_start_new_kernel(cwd=str(run.work), env=dict(run.environment))
        await client.async_start_new_kernel_client()
        await _run_cell(client, _SETUP)
        parts = []
        for block in document.blocks:
            if isinstance(block, Text):
                parts.append(await _text(client, document, block))
            else:
                parts.append(await _cell(client, document, run, block))
        return "\n".join(parts)
    finally:
        if client.kc is not None:
            client.kc.stop_channels()


def _manager(run: Run) -> AsyncKernelManager:
    from ipykernel.kernelspec import make_ipkernel_cmd
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    class ThisInterpreter(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            return KernelSpec(
                argv=make_ipkernel_cmd(
                    extra_arguments=[
                        "--HistoryManager.enabled=False",
                        "--IPKernelApp.log_level=40",
                        "--InteractiveShellApp.ignore_cwd=True",
                    ]
                ),
                display_name=kernel_name,
                language="python",
            )

    address = _address(run.work)
    transport = {"transport": "ipc", "ip": address} if address else {}
    return AsyncKernelManager(
        kernel_spec_manager=ThisInterpreter(),
        connection_file=str(run.work / "kernel.json"),
        **transport,
    )


def _client(manager: AsyncKernelManager) -> NotebookClient:
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    return NotebookClient(notebook, km=manager, timeout=None)


def _address(work: Path) -> str | None:
    """A prefix for the sockets that is short enough, or None where there are no such sockets."""
    if sys.platform == "win32":
        return None
    address = str(work / "ipc")
    return address if len(os.fsencode(address)) <= _LONGEST_ADDRESS else None


async def _run_cell(client: NotebookClient, source: str) -> list[Any]:
    import nbformat

    cell = nbformat.v4.new_code_cell(source)  # type: ignore[no-untyped-call]
    client.nb.cells.append(cell)
    await client.async_execute_cell(cell, len(client.nb.cells) - 1)
    return _joined(cell.outputs)


def _joined(outputs: list[Any]) -> list[Any]:
    """Outputs with each run of printed text as one: where the kernel cut it is chance.

    What a library warns of on stderr is for who renders, not for who reads.
    """
    joined: list[Any] = []
    for output in outputs:
        stream = output["name"] if output["output_type"] == "stream" else ""
        if stream == "stderr":
            sys.stderr.write(output["text"])
        elif stream and joined and joined[-1]["output_type"] == "stream":
            joined[-1]["text"] += output["text"]
        else:
            joined.append(output)
    return joined


async def _text(client: NotebookClient, document: Document, block: Text) -> str:
    expressions = block.expressions()
    if not expressions:
        return block.source
    # One expression a line: the line of an error tells which.
    source = "\n".join(f"__inline__({match[1].strip()})" for _, match in expressions)
    lines = [line for line, _ in expressions]
    values = [
        output["data"][_INLINE_MIME]
        for output in await _checked(client, document, source, lines)
        if _INLINE_MIME in output.get("data", {})
    ]
    text, at = [], 0
    for (_, match), value in zip(expressions, values, strict=True):
        text += [block.source[at : match.start()], value]
        at = match.end()
    return "".join([*text, block.source[at:]])


async def _cell(client: NotebookClient, document: Document, run: Run, cell: Cell) -> str:
    if document.option(cell, "eval", True) is False:
        outputs: list[Any] = []
    else:
        lines = [cell.line + k for k in range(cell.source.count("\n") + 1)]
        outputs = await _checked(client, document, cell.source, lines)
    if document.option(cell, "include", True) is False:
        return ""
    shown = []
    if document.option(cell, "echo", True) is not False:
        shown.append(_fenced(cell.source, "python"))
    asis = document.option(cell, "output", True)
    if asis is not False:
        shown += [_shown(output, run, asis == "asis") for output in outputs]
    return _float(cell, "\n\n".join(part for part in shown if part))


async def _checked(
    client: NotebookClient, document: Document, source: str, lines: list[int]
) -> list[Any]:
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    try:
        return await _run_cell(client, source)
    except CellExecutionError as error:
        line = line_of(error.traceback, lines)
        raise RenderError(
            f"{document.where(line)}: the cell failed with {error.ename}: "
            f"{_without_file(_first_line(error.evalue))}"
        ) from None
    except (DeadKernelError, NoSuchKernel) as error:
        raise RenderError(
            f"{document.where(lines[0])}: the kernel died while it ran this cell "
            f"({_first_line(str(error))}). Look for too little memory or a call to exit."
        ) from None


def plain(text: str) -> str:
    """The text without a terminal's colours."""
    return _ANSI.sub("", text)


def line_of(traceback: str, lines: list[int]) -> int:
    """The document's line that an IPython traceback names last: `lines` are those of its cell."""
    numbers = re.findall(r"Cell In\[\d+\], line (\d+)", plain(traceback))
    at = int(numbers[-1]) if numbers else 1
    return lines[min(at, len(lines)) - 1]


def _without_file(message: str) -> str:
    """A SyntaxError's message without the name that IPython makes up for the cell."""
    return re.sub(r" \(\S+\.py, line \d+\)$", "", message)


def _first_line(text: str) -> str:
    return (plain(text).strip().splitlines() or [""])[0]


def _fenced(text: str, language: str = "") -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _shown(output: Any, run: Run, asis: bool) -> str:
    if output["output_type"] == "stream":
        return str(output["text"]) if asis else _fenced(output["text"])
    data = output.get("data", {})
    if "text/markdown" in data:
        return str(data["text/markdown"])
    for mime, ending in (("image/svg+xml", "svg"), ("image/png", "png")):
        if mime in data:
            return _image(data[mime], ending, run)
    if "text/html" in data:
        return f"```{{=html}}\n{data['text/html']}\n```"
    return _fenced(data["text/plain"]) if "text/plain" in data else ""


def _image(content: str, ending: str, run: Run) -> str:
    name = f"cell-image-{len(run.images) + 1}.{ending}"
    data = content.encode("utf-8") if ending == "svg" else base64.b64decode(content)
    (run.work / name).write_bytes(data)
    run.images.append(name)
    return f"![]({name})"


def _float(cell: Cell, body: str) -> str:
    """A cell's output with a label becomes a numbered figure or table, as in Quarto."""
    label = str(cell.options.get("label", ""))
    if not label.startswith(("fig-", "tbl-")):
        return f"\n{body}\n"
    caption = str(cell.options.get(f"{label[:3]}-cap", ""))
    if alt := cell.options.get("fig-alt"):
        quoted = str(alt).replace("\\", "\\\\").replace('"', '\\"')
        body = re.sub(r"(!\[[^\]]*\]\([^)]*\))(?!\{)", rf'\1{{fig-alt="{quoted}"}}', body, count=1)
    return f"\n::: {{#{label}}}\n\n{body}\n\n{caption}\n\n:::\n"


def scratch_folder() -> Path:
    """A new folder for one rendering, under the system's temporary folder."""
    return Path(tempfile.mkdtemp(prefix="readiness-"))
