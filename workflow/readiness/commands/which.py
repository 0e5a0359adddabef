"""What is behind a published number, chart or page: datasets, versions, steps, code.

readiness which PUBLICATION/ID      one number
readiness which ITEM.LEVEL          every number whose id begins so, in every publication
readiness which weights             a chart; also by its path, as the pages: report.pdf

Exit code 3 when a publication that was looked at is not what was sealed: what is printed is then
what its folder says.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from readiness.errors import ConfigError
from readiness.publications.ledger import publication_ids
from readiness.publications.log import withdrawals
from readiness.publications.outcomes import told_plainly
from readiness.publications.trace import (
    Trace,
    find_numbers,
    find_pictures,
    like,
    refuse_broken,
    scope,
    which,
    which_pictures,
)
from readiness.register.display import show_safely
from readiness.terminal import one_line


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "name", help="PUBLICATION/ID, an id, the beginning of ids, a chart, or a page (report.pdf)"
    )
    parser.add_argument("--json", action="store_true", help="print everything as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print what stands behind each number or picture; ConfigError when nothing is called so."""
    root = Path.cwd()
    found, trace_of = find_numbers(root, arguments.name), which
    publications, _ = scope(root, arguments.name)
    if not found:
        found, trace_of = find_pictures(root, arguments.name), which_pictures
    if not found:
        # Perhaps it was there: a ledger may be gone, or another one.
        refuse_broken(root, publications)
        raise ConfigError(_unknown(root, arguments.name))
    traces = [
        trace
        for publication, numbers in groupby(found, key=lambda pair: pair[0])
        for trace in trace_of(root, publication, [name for _, name in numbers])
    ]
    if arguments.json:
        print(json.dumps([asdict(t) for t in traces], ensure_ascii=False, indent=1, sort_keys=True))
    else:
        for _, alike in groupby(traces, key=_behind):
            print(traces_text(list(alike)), end="")
    for publication, fact in withdrawals(root).items():
        if not arguments.json and publication in dict(found):
            print(told_plainly(fact, "en"))
    refuse_broken(root, publications)
    return 0


def _unknown(root: Path, name: str) -> str:
    where, slash, rest = name.partition("/")
    known = publication_ids(root)
    if where not in known and (fact := withdrawals(root).get(where)):
        return f"{told_plainly(fact, 'en')}."
    if name in known or (where in known and not rest):
        return f"{name}: a publication; name a number in publications/{where}/figures.csv."
    if slash and where not in known:
        return f"{where}: no such publication; there are {', '.join(known) or 'none'}."
    offered = ", ".join(like(root, name))
    near = f"Spelt like it: {offered}. " if offered else ""
    return (
        f"{name}: no published number or chart is called so. {near}"
        "The ids are in publications/*/figures.csv."
    )


def _behind(trace: Trace) -> dict[str, Any]:
    """All that stands behind a number, which it may share with its neighbours."""
    return {name: what for name, what in asdict(trace).items() if name != "row"}


def traces_text(traces: Sequence[Trace]) -> str:
    """Numbers or pictures with the same behind them, one line each, and what it is."""
    lines = [_describe_number(trace) for trace in traces]
    trace = traces[0]
    unknown = "not known: the publication that it comes through is not here"
    for name, digest in trace.datasets.items():
        lines += [f"  dataset  {name}", f"    sha256 {digest or unknown}"]
    for path, digest in trace.files.items():
        lines += [f"  file     {path}", f"    sha256 {digest}"]
    lines += [f"  through  publication {name}" for name in trace.through]
    for step in trace.steps:
        lines += [f"  step     {step.name}", f"    code {step.code}"]
    if not trace.steps:
        lines.append("  settings of publications/" + f"{trace.publication}/config.yaml: no data")
    return "\n".join(map(one_line, lines)) + "\n"


def _describe_number(trace: Trace) -> str:
    """What was asked for: a number as it was shown and, where it was published, as it is stored."""
    row = trace.row
    name = f"{trace.publication}/{row['id']}"
    if "value" not in row:
        return name
    value = f"value {row['value']}" if row["value"] else "not published"
    return f"{name}: {show_safely(row, 'en')} ({value})"
