"""What many waves and publications cost: a run with nothing to do, walking numbers, auditing.

    .venv/bin/python benchmarks/audit.py [--counts 10 50 100] [--again 100] [--tree FOLDER]

The publications are one of the tests' tiny project, again and again under other ids, sealed again
and listed in the log; the waves are its finished wave under other names, half as many. `--again`
are the counts at which level 2 is timed, for which each publication is run again. `--tree` is such
a project, finished; it is made unless given. Prints a Markdown table: the seconds of the processors
that each whole command takes, once, Python's start included; of level 2 also those on the clock.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests")]

from readiness.publications.log import LOG, open_log, with_publication  # noqa: E402
from readiness.publications.seal import SEAL, make_seal, read_seal  # noqa: E402
from tiny_project import WAVE, finish_tiny, make_tiny, release_tiny  # noqa: E402

SHIPPED, NUMBER, VERSION = "canteen-r1", "wishes.fruit.all", "canteen-2025@1"
COMMANDS = {
    "a run with nothing to do": ("run",),
    "`which` a number of all": ("which", NUMBER),
    "`affected`": ("affected", VERSION),
    "`audit --level 0`": ("audit", "--level", "0"),
    "`audit --level 1`": ("audit", "--level", "1"),
}
AGAIN = "`audit --level 2`"


def multiply(tree: Path, count: int) -> None:
    """Give a finished tree `count` publications more, and half as many waves."""
    source = tree / "publications" / SHIPPED
    sealed = read_seal(source)
    files = {name: (source / name).read_bytes() for name in sealed["files"]}
    facts = {k: v for k, v in sealed.items() if k not in ("format", "files", "values", "digest")}
    for k in range(count):
        name = f"{SHIPPED}-{k:03d}"
        log = open_log(tree)
        shutil.copytree(source, source.with_name(name))
        text = make_seal(files, {**facts, "id": name, "log": log.head})
        (source.with_name(name) / SEAL).write_text(text, "utf-8")
        (tree / LOG).write_text(with_publication(source.with_name(name), log).as_text(), "utf-8")
        _copy_results(tree, f"publications/{SHIPPED}", f"publications/{name}")
    for k in range(count // 2):
        _copy_results(tree, f"waves/{WAVE}", f"waves/{WAVE}-{k:03d}")


def _copy_results(tree: Path, run: str, copy: str) -> None:
    """The results of a run under another name, with Snakemake's notes on them."""
    if (tree / "results" / run).is_dir():
        shutil.copytree(tree / "results" / run, tree / "results" / copy)
        notes = tree / ".snakemake/metadata"
        for number, note in enumerate(sorted(notes.iterdir())[:12]):
            shutil.copyfile(note, notes / f"{copy.replace('/', '-')}-{number}")


def seconds(tree: Path, *command: str) -> tuple[float, float]:
    """How long a command takes that must succeed: of the processors, on the clock."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    words = [sys.executable, "-I", "-X", "utf8", str(tree / "workflow/readiness"), *command]
    done = subprocess.run(words, cwd=tree, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr[-800:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return used, time.perf_counter() - start


def measure_commands(
    counts: Collection[int], again: Collection[int], made: Path | None = None
) -> dict[str, dict[int, tuple[float, float]]]:
    """The `seconds` of each command by the number of publications, of level 2 for the numbers
    `again`; `made`: a finished tree.
    """
    times: dict[str, dict[int, tuple[float, float]]] = {name: {} for name in (*COMMANDS, AGAIN)}
    with tempfile.TemporaryDirectory() as folder:
        if made is None:
            made = Path(folder) / "made"
            release_tiny(finish_tiny(make_tiny(made))).run()
        for count in sorted({*counts, *again}):
            tree = Path(folder) / "tree"
            shutil.copytree(made, tree, symlinks=True)
            multiply(tree, count)
            ids = [f"{SHIPPED}-{k:03d}" for k in range(count)]
            commands = COMMANDS if count in counts else {}
            if count in again:
                commands = {**commands, AGAIN: ("audit", *ids, "--level", "2")}
            if count in counts:
                # Makes what the copies lack: after it there is nothing to do.
                seconds(tree, "run")
            for name, command in commands.items():
                times[name][count] = seconds(tree, *command)
            shutil.rmtree(tree)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[10, 50, 100, 200])
    parser.add_argument("--again", type=int, nargs="*", default=[100])
    parser.add_argument("--tree", type=Path)
    arguments = parser.parse_args()
    counts = sorted({*arguments.counts, *arguments.again})
    print("| | " + " | ".join(f"{count} publications" for count in counts) + " |")
    print("|---" + "|--:" * len(counts) + "|")
    times = measure_commands(arguments.counts, arguments.again, arguments.tree)
    for name, found in times.items():
        form = "{:.0f} ({:.0f})" if name == AGAIN else "{:.1f}"
        row = (form.format(*found[count]) if count in found else "-" for count in counts)
        print(f"| {name} | {' | '.join(row)} |")


if __name__ == "__main__":
    main()
