"""Trace a published number to the data, steps and code behind it.

NAME is PUBLICATION/ID, an id, the beginning of ids (ITEM.LEVEL), a publication, or a citation
copied from a page. Exit code 3 means that the publication differs from its seal; the output then
describes the changed files.

Examples:
  readiness which jobs-2027-r1/satisfied.yes.all
  readiness which satisfied.yes.all --all
  readiness which jobs-2027-r1
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from readiness.datasets.versions import pull_line
from readiness.ground.errors import ConfigError
from readiness.ground.figure_id import LIMITS, FigureId
from readiness.ground.printable import one_line
from readiness.ground.terminal import print_json
from readiness.publications.audit.numbers import ledger_rows
from readiness.publications.chain import RESTORE
from readiness.publications.citing import find_cited
from readiness.publications.ledger import FOLDER, publication_ids, read_datasets, read_words
from readiness.publications.log import Log, read_log, withdrawals
from readiness.publications.outcome_texts import told_plainly
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

# Most numbers that are printed of one publication, unless --all is given.
MOST_NUMBERS = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "name",
        metavar="NAME",
        help="a published number, the beginning of its id, a publication or a printed citation",
    )
    parser.add_argument(
        "--all", action="store_true", help="print every number, step, file and hash"
    )
    parser.add_argument("--json", action="store_true", help="print everything as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print the data, steps and code behind each number; return 0.

    Raises ConfigError where no published number has this name.
    """
    root = Path.cwd()
    name = find_cited(arguments.name, publication_ids(root))
    if name in publication_ids(root) and not arguments.json:
        print(publication_text(root, name, whole=arguments.all), end="")
        refuse_broken(root, [name])
        return 0
    matches = find_numbers(root, name)
    publications, _ = scope(root, name)
    if not matches:
        # The number may have been there: report a missing or altered ledger first.
        refuse_broken(root, publications)
        raise ConfigError(_explain_unknown(root, name))
    traces = [
        trace
        for publication, numbers in groupby(matches, key=lambda pair: pair[0])
        for trace in which(root, publication, [name for _, name in numbers])
    ]
    if arguments.json:
        print_json([asdict(trace) for trace in traces])
    else:
        log = read_log(root)
        # Neighbouring numbers often share data, steps and files: describe such numbers together.
        for _, same_origin in groupby(traces, key=lambda trace: {**asdict(trace), "row": None}):
            print(traces_text(root, list(same_origin), log, whole=arguments.all), end="")
    refuse_broken(root, publications)
    return 0


def _explain_unknown(root: Path, name: str) -> str:
    """Return why no published number has this name."""
    where, slash, rest = name.partition("/")
    publications = publication_ids(root)
    if where not in publications and (fact := withdrawals(root).get(where)):
        return f"{told_plainly(fact, 'en')}."
    if name in publications or (where in publications and not rest):
        return f"{name}: a publication; name a number in publications/{where}/figures.csv."
    if slash and where not in publications:
        return f"{where}: no such publication; there are {', '.join(publications) or 'none'}."
    offered = ", ".join(like(root, name))
    near = f" Spelt like it: {offered}." if offered else ""
    ids = "The ids are in publications/*/figures.csv."
    return f"{name}: no published number is called so.{near} {ids}"


def publication_text(root: Path, name: str, *, whole: bool) -> str:
    """Describe a publication: status, datasets, and commands to fetch the datasets.

    `whole`: with the hashes of the datasets.
    """
    lines = [state_line(root, name, read_log(root))]
    for dataset in read_datasets(root / FOLDER / name):
        version = dataset.version
        if whole:
            lines += _write_dataset_lines(version.name, version.sha256, version.md5)
        else:
            lines.append(f"  data     {version.name}; fetch: {pull_line(version.name)}")
    return "\n".join(map(one_line, lines)) + "\n"


def _write_dataset_lines(name: str, sha256: str, md5: str) -> list[str]:
    unknown = "not known: the publication that it comes through is not here"
    lines = [f"  dataset  {name}", f"    sha256 {sha256 or unknown}", f"    {pull_line(name)}"]
    return lines + ([f"    md5 {md5}"] if md5 else [])


def traces_text(root: Path, traces: Sequence[Trace], log: Log, *, whole: bool) -> str:
    """Describe numbers of one publication computed from the same data, steps and files.

    Five lines for a single number; `whole`: with every number, file, step and hash.
    """
    trace = traces[0]
    folder = root / FOLDER / trace.publication
    rows, words = {row["id"]: row for row in ledger_rows(folder)}, read_words(folder)
    printed = traces if whole else traces[:MOST_NUMBERS]
    lines = [line for trace in printed for line in _describe_number(trace, rows, words)]
    if len(printed) < len(traces):
        lines.append(f"  and {len(traces) - len(printed)} more numbers from the same data: --all")
    state = state_line(root, trace.publication, log)
    lines += _list_everything(trace, state) if whole else _summarize(trace, state)
    return "\n".join(map(one_line, lines)) + "\n"


def _summarize(trace: Trace, state: str) -> list[str]:
    """List the publication, datasets and steps behind a number, a line each."""
    through = f", through {' and '.join(trace.through)}" if trace.through else ""
    data = (
        ", ".join(trace.datasets) or f"none: a setting in {FOLDER / trace.publication}/config.yaml"
    )
    steps = [step.name for step in trace.steps if not step.name.startswith(RESTORE)]
    return [
        f"  {state}",
        f"  data     {data}{through}",
        f"  steps    {', '.join(steps) or 'none'}; files and hashes: --all",
    ]


def _list_everything(trace: Trace, state: str) -> list[str]:
    """List the publication, datasets, files and steps behind a number, each with its hash."""
    lines = [f"  {state}"]
    for name, digest in trace.datasets.items():
        lines += _write_dataset_lines(name, digest, trace.md5[name])
    for path, digest in trace.files.items():
        lines += [f"  file     {path}", f"    sha256 {digest}"]
    lines += [f"  through  publication {name}" for name in trace.through]
    for step in trace.steps:
        lines += [f"  step     {step.name}", f"    code {step.code}"]
    if not trace.steps:
        lines.append(f"  settings of {FOLDER / trace.publication}/config.yaml: no data")
    return lines


def _describe_number(
    trace: Trace, rows: Mapping[str, Mapping[str, str]], words: Mapping[str, str]
) -> list[str]:
    """Describe a number in words: displayed value, limits, base, id."""
    row = trace.row
    number = FigureId.parse(row["id"], row["kind"])
    name = number.in_release(trace.publication)
    number_text = show_safely(row, "en")
    limits = [rows.get(number.with_part(end)) for end in LIMITS]
    if all(limits):
        number_text += f" ({' to '.join(show_safely(limit, 'en') for limit in limits if limit)})"
    number_text += f", base {row['n']}" if row.get("n") else ""
    value = f"value {row['value']}" if row["value"] else "not published"
    return [f"{words.get(row['id']) or row['id']}: {number_text}", f"  number   {name} ({value})"]
