"""List, add, fetch, compare, verify and erase dataset versions.

`add --questionnaire` first checks the file in the same way as `readiness validate`.

Examples:
  readiness data list
  readiness data add answers.csv --dataset libraries --as 2 --questionnaire libraries-1
  readiness data get jobs-2027@1 --to answers.csv
  readiness data diff jobs-2027@1 jobs-2027@2
  readiness data verify
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from readiness.datasets.access import protect
from readiness.datasets.places import default_store, kept_by_git
from readiness.datasets.pointers import fault_if_there, read_licence
from readiness.datasets.store import restore
from readiness.datasets.verify import erase_versions, verify
from readiness.datasets.versions import OPEN, Version, find_last, find_version, read_versions
from readiness.ground.errors import DataError
from readiness.ground.printable import one_line
from readiness.ground.terminal import print_json
from readiness.publications.ledger import FOLDER
from readiness.running.outputs import add_force, check_output

# Width of the column of places: the longest place other than a remote's name.
PLACE_WIDTH = len("results/inputs")

# Options of `data add` that are kept in the version's DVC pointer.
ABOUT = {
    "source": "where the file comes from",
    "licence": "licence under which the data may be used",
    "citation": "how to cite the data",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION", title="actions")

    def add_action(name: str, what: str, example: str) -> argparse.ArgumentParser:
        return actions.add_parser(
            name,
            help=what,
            description=f"{what[0].upper()}{what[1:]}.",
            epilog=f"example: readiness data {name} {example}".rstrip(),
        )

    listing = add_action("list", "list all dataset versions, with rows and hashes", "")
    listing.add_argument("--json", action="store_true", help="print the list as JSON")
    verify = add_action("verify", "check the hash of every copy of every dataset version", "")
    verify.add_argument("--json", action="store_true", help="print what was found as JSON")
    get = add_action(
        "get", "verify a dataset version and write a copy of it", "jobs-2027@1 --to a.csv"
    )
    get.add_argument("name", metavar="NAME@VERSION", help="dataset version to write")
    get.add_argument(
        "--to", type=Path, metavar="FILE", help="file to write (default: data/raw/NAME/VERSION.csv)"
    )
    add_force(get)
    diff = add_action(
        "diff",
        "show what changed from one dataset version to another",
        "jobs-2027@1 jobs-2027@2",
    )
    diff.add_argument("before", metavar="NAME@VERSION", help="earlier version")
    diff.add_argument("after", metavar="NAME@VERSION", help="later version")
    diff.add_argument("--rows", action="store_true", help="list each changed row and cell")
    diff.add_argument(
        "--key", metavar="COLUMN", help="column that identifies a row (default: detected)"
    )
    diff.add_argument("--json", action="store_true", help="print the differences as JSON")
    key = add_action(
        "key", "create the secret key from which pseudonyms are computed", "libraries@1"
    )
    key.add_argument(
        "name", metavar="NAME@VERSION", help="dataset version that contains the respondents"
    )
    erase = add_action(
        "erase",
        "remove all copies of a dataset version for good",
        'libraries@1 --reason "Consent withdrawn"',
    )
    erase.add_argument("names", nargs="+", metavar="NAME@VERSION", help="dataset versions to erase")
    erase.add_argument(
        "--reason", required=True, metavar="TEXT", help="why; kept in data/versions.csv"
    )
    add = add_action(
        "add", "register a file as a new dataset version", "a.csv --dataset libraries --as 2"
    )
    add.add_argument(
        "file", type=Path, metavar="FILE", help="file to register; it is stored unchanged"
    )
    add.add_argument(
        "--dataset", required=True, metavar="NAME", help="dataset that the file belongs to"
    )
    add.add_argument(
        "--as", dest="version", required=True, metavar="VERSION", help="version, such as 2"
    )
    add.add_argument(
        "--questionnaire",
        default="",
        metavar="NAME",
        help="questionnaire in data/questionnaires to check the file against",
    )
    add.add_argument(
        "--note", default="", metavar="TEXT", help="what this version is; kept in data/versions.csv"
    )
    for name, what in ABOUT.items():
        add.add_argument(
            f"--{name}", default="", metavar="TEXT", help=f"{what}; kept in the DVC pointer"
        )
    access = add.add_mutually_exclusive_group()
    access.add_argument(
        "--restricted",
        action="store_true",
        default=None,
        help="store the data only where people with permission can read them (default: as the "
        "dataset's version before; a first version is open)",
    )
    access.add_argument(
        "--open",
        dest="restricted",
        action="store_false",
        default=None,
        help="let everybody read the data, even if the previous version is restricted",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the action; return 0."""
    root = Path.cwd()
    if arguments.action == "diff":
        from readiness.commands.data_diff import run_diff  # slow to import: it reads tables

        run_diff(root, arguments)
        return 0
    actions = {
        **{"list": _list, "verify": _verify, "get": _get},
        **{"add": _add, "erase": _erase, "key": _print_key},
    }
    actions[arguments.action](root, arguments)
    return 0


def _list(root: Path, arguments: argparse.Namespace) -> None:
    """Print all dataset versions, two lines each or as JSON."""
    versions = read_versions(root).values()
    if arguments.json:
        print_json([asdict(version) for version in versions])
        return
    name = max((len(version.name) for version in versions), default=0)
    rows = max((len(str(version.rows)) for version in versions), default=0)
    for version in versions:
        status = "" if version.status == OPEN else f"{version.status}  "
        line = f"{version.name:<{name}}  {version.rows:>{rows}} rows  {status}{version.note}"
        # The hash has a line of its own: a terminal is too narrow for one line.
        print(f"{line.rstrip()}\n  sha256 {version.sha256}")


def _get(root: Path, arguments: argparse.Namespace) -> None:
    version = find_version(root, arguments.name)
    target = arguments.to or root / version.pointer_path.with_suffix("")
    # A correct copy at the default path may be overwritten.
    is_in_place = arguments.to is None and fault_if_there(target, version) is None
    check_output(target, "--to", force=arguments.force or is_in_place, root=root)
    restore(root, version, target)
    protect(root, version)
    print(f"{version.name}: {version.rows} rows written to {target}, MD5 and SHA-256 right")


def _add(root: Path, arguments: argparse.Namespace) -> None:
    """Register a file as a version, and print what to commit."""
    # Slow to import: these modules read tables with pandas.
    from readiness.commands.validate import describe_reading, largest_loss, read_bytes
    from readiness.datasets.add import add_version
    from readiness.publications.plans import note_plan
    from readiness.readers.export import count_answers

    report_lines = []
    questionnaire_name = arguments.questionnaire
    path = root / f"data/questionnaires/{questionnaire_name}.yaml" if questionnaire_name else None

    def check(content: bytes) -> None:
        if path:
            reading = read_bytes(path, arguments.file, content)
            report_lines.append(
                describe_reading(reading, "en", largest_loss(root, questionnaire_name))
            )

    planned = note_plan(root, arguments.dataset)
    before = find_last(root, arguments.dataset)
    version = add_version(
        root,
        arguments.file,
        arguments.dataset,
        arguments.version,
        questionnaire=questionnaire_name,
        note="; ".join(filter(None, (arguments.note, planned))),
        restricted=arguments.restricted,
        meta={name: getattr(arguments, name) for name in ABOUT},
        check=check,
        # An export has its tool's format; any other table is a CSV in this program's own.
        count=(lambda content: count_answers(arguments.file, content, path))
        if questionnaire_name
        else None,
    )
    report_lines.append(f"{version.name}: {version.rows} rows, sha256 {version.sha256}")
    report_lines += _describe_access(root, version, before, arguments.licence)
    report_lines += [f"In force, and noted in data/versions.csv: {planned}."] if planned else []
    print("\n".join(report_lines))
    if (store := default_store(root)) is None:
        print("The bytes are in DVC's cache. Bring them to the remote: dvc push")
    also, home = "", root.resolve()
    if store and store.is_relative_to(home) and kept_by_git(root, store / version.object_name):
        also = f" and {store.relative_to(home)}"
    print(f"Now commit {version.pointer_path}, data/versions.csv{also}.")


def _describe_access(
    root: Path, version: Version, before: Version | None, stated_licence: str
) -> list[str]:
    """Return who may read a new version, and what of that it has from the version `before`."""
    if before is None:
        return [f"access: {version.status}"]
    if version.status != before.status:
        return [f"access: {version.status}; {before.name} is {before.status}"]
    change = " (--open lets everybody read it)" if version.is_restricted else ""
    lines = [f"access: {version.status}, as {before.name}{change}"]
    if not stated_licence and (licence := read_licence(root / before.pointer_path)):
        lines.append(f"licence: {one_line(licence)}, as {before.name} (--licence states another)")
    return lines


def _erase(root: Path, arguments: argparse.Namespace) -> None:
    """Remove all copies of versions, and print what remains."""
    erasure = erase_versions(root, arguments.names, arguments.reason)
    for place in erasure.removed:
        print(f"removed  {place}")
    for place in _find_remains(root, arguments.names):
        print(f"remains  {place}")
    print(f"{', '.join(arguments.names)}: erased. Now commit data/versions.csv.")
    store = default_store(root)
    if store is not None and store.is_relative_to(root.resolve()):
        print(
            f"{store.relative_to(root.resolve())} is kept by git: commit the removal, too. Earlier "
            "commits and clones still hold the bytes, until its history is rewritten."
        )
    if erasure.left:
        raise DataError(
            f"some copies were not removed: {'; '.join(erasure.left)}.\n"
            "Remove them, then check with `readiness data verify`."
        )


def _find_remains(root: Path, names: Sequence[str]) -> Iterator[str]:
    """Yield files and publications that still have something of erased versions."""
    from readiness.publications.trace import find_affected

    questionnaire_files = {f"{find_version(root, name).questionnaire}.yaml" for name in names}
    for folder, files, why in (
        ("questionnaires", sorted(questionnaire_files), "options and labels drafted from answers"),
        ("corrections", ["*.csv"], "rows, and answers before and after, of whichever wave"),
    ):
        for path in (p for file in files for p in sorted((root / "data" / folder).glob(file))):
            yield f"{path}: {why}; git keeps what it held"
    for where in sorted({where for name in names for where, _ in find_affected(root, name)}):
        yield f"{root / FOLDER / where}: published numbers, which stay"


def _print_key(root: Path, arguments: argparse.Namespace) -> None:
    """Make the key of a version's pseudonyms, and print its place."""
    from readiness.running.pseudonym_key import KEYS, new_key

    version = find_version(root, arguments.name)
    path, name = new_key(root, version.name)
    print(
        f"{version.name}: key {name} written to {path} (mode 600).\n"
        "Keep a copy where the answers are not, and give it to nobody who has them. Who audits "
        f"needs none. Another folder for keys: {KEYS}."
    )


def _verify(root: Path, arguments: argparse.Namespace) -> None:
    """Print the state of each copy of each version.

    Raises DataError for the first fault, after all are printed.
    """
    faults = []
    records = []
    name = max(map(len, read_versions(root)), default=0)
    for finding in verify(root):
        records.append({**asdict(finding), "is_fault": finding.is_fault})
        if not arguments.json:
            line = f"{finding.version:<{name}}  {finding.place:<{PLACE_WIDTH}}  {finding.state}"
            print(line, flush=True)
        faults += [finding] if finding.is_fault else []
    if arguments.json:
        print_json(records)
    if faults:
        first = str(faults[0]).rstrip(".")
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise DataError(
            f"{first}{more}.\nAt {faults[0].where}: restore a correct copy, delete a copy that is "
            "damaged, erased or unregistered, or repair the remote. Then run the command again."
        )
