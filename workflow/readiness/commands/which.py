"""What is behind a published number: datasets, versions, steps, code.

readiness which PUBLICATION/ID      one number; also as a page prints it, with all of a citation
readiness which PUBLICATION         what it is now, and how its data come here
readiness which ITEM.LEVEL          every number whose id begins so, in every publication

Exit code 3 when a publication that was looked at is not what was sealed: what is printed is then
what its folder says.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from readiness.datasets.versions import pull_line
from readiness.errors import ConfigError
from readiness.publications.audit.numbers import ledger_rows
from readiness.publications.citing import find_cited
from readiness.publications.ledger import FOLDER, publication_ids, read_datasets, read_words
from readiness.publications.log import Log, read_log, withdrawals
from readiness.publications.outcomes import told_plainly
from readiness.publications.trace import (
    Trace,
    find_numbers,
    like,
    refuse_broken,
    scope,
    state_line,
    which,
)
from readiness.register.display import show_safely
from readiness.terminal import one_line


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "name", help="PUBLICATION/ID, an id, the beginning of ids, or a publication"
    )
    parser.add_argument("--json", action="store_true", help="print everything as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print what stands behind each number; ConfigError when nothing is called so."""
    root = Path.cwd()
    name = find_cited(arguments.name, publication_ids(root))
    if name in publication_ids(root) and not arguments.json:
        print(publication_text(root, name), end="")
        refuse_broken(root, [name])
        return 0
    found = find_numbers(root, name)
    publications, _ = scope(root, name)
    if not found:
        # Perhaps it was there: a ledger may be gone, or another one.
        refuse_broken(root, publications)
        raise ConfigError(_explain_unknown(root, name))
    traces = [
        trace
        for publication, numbers in groupby(found, key=lambda pair: pair[0])
        for trace in which(root, publication, [name for _, name in numbers])
    ]
    if arguments.json:
        print(json.dumps([asdict(t) for t in traces], ensure_ascii=False, indent=1, sort_keys=True))
    else:
        log = read_log(root)
        # What stands behind a number it may share with its neighbours.
        for _, alike in groupby(traces, key=lambda trace: {**asdict(trace), "row": None}):
            print(traces_text(root, list(alike), log), end="")
    refuse_broken(root, publications)
    return 0


def _explain_unknown(root: Path, name: str) -> str:
    where, slash, rest = name.partition("/")
    known = publication_ids(root)
    if where not in known and (fact := withdrawals(root).get(where)):
        return f"{told_plainly(fact, 'en')}."
    if name in known or (where in known and not rest):
        return f"{name}: a publication; name a number in publications/{where}/figures.csv."
    if slash and where not in known:
        return f"{where}: no such publication; there are {', '.join(known) or 'none'}."
    offered = ", ".join(like(root, name))
    near = f" Spelt like it: {offered}." if offered else ""
    ids = "The ids are in publications/*/figures.csv."
    return f"{name}: no published number is called so.{near} {ids}"


def publication_text(root: Path, name: str) -> str:
    """A publication: what it is now, its data and how they come here."""
    lines = [state_line(root, name, read_log(root))]
    for dataset in read_datasets(root / FOLDER / name):
        lines += _write_dataset_lines(
            dataset.version.name, dataset.version.sha256, dataset.version.md5
        )
    return "\n".join(map(one_line, lines)) + "\n"


def _write_dataset_lines(name: str, sha256: str, md5: str) -> list[str]:
    unknown = "not known: the publication that it comes through is not here"
    lines = [f"  dataset  {name}", f"    sha256 {sha256 or unknown}", f"    {pull_line(name)}"]
    return lines + ([f"    md5 {md5}"] if md5 else [])


def traces_text(root: Path, traces: Sequence[Trace], log: Log) -> str:
    """Numbers with the same behind them, one line each, and what it is."""
    trace = traces[0]
    folder = root / FOLDER / trace.publication
    rows, words = {row["id"]: row for row in ledger_rows(folder)}, read_words(folder)
    lines = [line for trace in traces for line in _describe_number(trace, rows, words)]
    lines.append(f"  {state_line(root, trace.publication, log)}")
    for name, digest in trace.datasets.items():
        lines += _write_dataset_lines(name, digest, trace.md5[name])
    for path, digest in trace.files.items():
        lines += [f"  file     {path}", f"    sha256 {digest}"]
    lines += [f"  through  publication {name}" for name in trace.through]
    for step in trace.steps:
        lines += [f"  step     {step.name}", f"    code {step.code}"]
    if not trace.steps:
        lines.append(f"  settings of {FOLDER / trace.publication}/config.yaml: no data")
    return "\n".join(map(one_line, lines)) + "\n"


def _describe_number(
    trace: Trace, rows: Mapping[str, Mapping[str, str]], words: Mapping[str, str]
) -> list[str]:
    """What was asked for: a number in words, as it was shown, its interval and base, its name and,
    where it was published, as it is stored.
    """
    row = trace.row
    name = f"{trace.publication}/{row['id']}"
    shown = show_safely(row, "en")
    ends = [rows.get(f"{row['id']}.{end}") for end in ("lower", "upper")]
    if all(ends):
        shown += f", between {' and '.join(show_safely(end, 'en') for end in ends if end)}"
    shown += f"; base {row['n']}" if row.get("n") else ""
    value = f"value {row['value']}" if row["value"] else "not published"
    return [f"{words.get(row['id']) or row['id']}: {shown}", f"  {name} ({value})"]
