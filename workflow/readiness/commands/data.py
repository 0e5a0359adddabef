"""Dataset versions: list, add, bring back, compare and erase them, verify every copy.

A file that is added under a questionnaire is first read as `readiness validate` reads it.

readiness data list
readiness data add FILE --dataset NAME --as VERSION [--questionnaire Q] [--note TEXT]
                   [--restricted] [--source TEXT] [--licence TEXT] [--citation TEXT]
readiness data get NAME@VERSION [--to FILE] [--force]
readiness data erase NAME@VERSION... --reason TEXT
readiness data verify
readiness data diff NAME@VERSION NAME@VERSION [--rows] [--key COLUMN] [--json]
readiness data key NAME@VERSION
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from readiness.datasets.access import protect
from readiness.datasets.places import default_store, kept_by_git
from readiness.datasets.store import restore
from readiness.datasets.verify import erase_versions, verify
from readiness.datasets.versions import OPEN, fault_if_there, find_version, read_versions
from readiness.errors import DataError
from readiness.publications.ledger import FOLDER
from readiness.running.outputs import add_force, check_output

# The longest name of a place that is no remote.
PLACE = len("results/inputs")

# What the pointer of a version says of it beside the note.
ABOUT = ("source", "licence", "citation")


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="all versions, with rows and hashes")
    actions.add_parser("verify", help="hash every version in every remote and local place")
    get = actions.add_parser("get", help="write a verified copy of a version")
    get.add_argument("name", help="NAME@VERSION")
    get.add_argument("--to", type=Path, help="file to write (default: data/raw/NAME/VERSION.csv)")
    add_force(get)
    diff = actions.add_parser("diff", help="what changed from one version to another")
    diff.add_argument("before", metavar="NAME@VERSION")
    diff.add_argument("after", metavar="NAME@VERSION")
    diff.add_argument("--rows", action="store_true", help="each key and each changed cell, too")
    diff.add_argument("--key", metavar="COLUMN", help="the column that tells the rows apart")
    diff.add_argument("--json", action="store_true", help="for a machine")
    key = actions.add_parser("key", help="make the key of the respondents' pseudonyms")
    key.add_argument("name", help="NAME@VERSION")
    erase = actions.add_parser("erase", help="remove the bytes of a version for good")
    erase.add_argument("names", nargs="+", metavar="NAME@VERSION")
    erase.add_argument("--reason", required=True, help="kept in data/versions.csv")
    add = actions.add_parser("add", help="put a file under DVC as a new version")
    add.add_argument("file", type=Path)
    add.add_argument("--dataset", required=True)
    add.add_argument("--as", dest="version", required=True)
    add.add_argument("--questionnaire", default="")
    add.add_argument("--note", default="")
    for name in ABOUT:
        add.add_argument(f"--{name}", default="", help="kept in the pointer, for DVC's users")
    add.add_argument("--restricted", action="store_true", help="only some may have the bytes")


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked; returns 0."""
    root = Path.cwd()
    if arguments.action == "diff":
        from readiness.commands.data_diff import run_diff  # it reads tables

        run_diff(root, arguments)
        return 0
    actions = {
        **{"list": _list, "verify": _verify, "get": _get},
        **{"add": _add, "erase": _erase, "key": _print_key},
    }
    actions[arguments.action](root, arguments)
    return 0


def _list(root: Path, _: argparse.Namespace) -> None:
    versions = read_versions(root).values()
    name = max((len(version.name) for version in versions), default=0)
    rows = max((len(str(version.rows)) for version in versions), default=0)
    for version in versions:
        status = "" if version.status == OPEN else f"{version.status}  "
        told = f"{version.name:<{name}}  {version.rows:>{rows}} rows  {status}{version.note}"
        # The hash has a line of its own: with it, none would fit a terminal.
        print(f"{told.rstrip()}\n  sha256 {version.sha256}")


def _get(root: Path, arguments: argparse.Namespace) -> None:
    version = find_version(root, arguments.name)
    target = arguments.to or root / version.pointer_path.with_suffix("")
    # A right copy in its own place is what was asked for.
    there = arguments.to is None and fault_if_there(target, version) is None
    check_output(target, "--to", force=arguments.force or there, root=root)
    restore(root, version, target)
    protect(root, version)
    print(f"{version.name}: {version.rows} rows written to {target}, MD5 and SHA-256 right")


def _add(root: Path, arguments: argparse.Namespace) -> None:
    # They read tables with pandas, which takes a while.
    from readiness.commands.validate import describe_reading, largest_loss, read_bytes
    from readiness.datasets.add import add_version
    from readiness.publications.plans import note_plan
    from readiness.readers.export import count_answers

    said = []
    asked = arguments.questionnaire
    path = root / f"data/questionnaires/{asked}.yaml" if asked else None

    def check(content: bytes) -> None:
        if path:
            found = read_bytes(path, arguments.file, content)
            said.append(describe_reading(found, "en", largest_loss(root, asked)))

    planned = note_plan(root, arguments.dataset)
    version = add_version(
        root,
        arguments.file,
        arguments.dataset,
        arguments.version,
        questionnaire=asked,
        note="; ".join(filter(None, (arguments.note, planned))),
        restricted=arguments.restricted,
        meta={name: getattr(arguments, name) for name in ABOUT},
        check=check,
        # An export is whatever its tool writes; every other table is a CSV of ours.
        count=(lambda content: count_answers(arguments.file, content, path)) if asked else None,
    )
    said.append(f"{version.name}: {version.rows} rows, sha256 {version.sha256}")
    said += [f"In force, and noted in data/versions.csv: {planned}."] if planned else []
    print("\n".join(said))
    if (store := default_store(root)) is None:
        print("The bytes are in DVC's cache. Bring them to the remote: dvc push")
    also, home = "", root.resolve()
    if store and store.is_relative_to(home) and kept_by_git(root, store / version.object_name):
        also = f" and {store.relative_to(home)}"
    print(f"Now commit {version.pointer_path}, data/versions.csv{also}.")


def _erase(root: Path, arguments: argparse.Namespace) -> None:
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
            f"not removed everywhere: {'; '.join(erasure.left)}.\n"
            "Then `readiness data verify` says whether it is gone."
        )


def _find_remains(root: Path, names: Sequence[str]) -> Iterator[str]:
    from readiness.publications.trace import find_affected

    asked = {f"{find_version(root, name).questionnaire}.yaml" for name in names}
    for folder, files, why in (
        ("questionnaires", sorted(asked), "options and labels drafted from answers"),
        ("corrections", ["*.csv"], "rows, and answers before and after, of whichever wave"),
    ):
        for path in (p for file in files for p in sorted((root / "data" / folder).glob(file))):
            yield f"{path}: {why}; git keeps what it held"
    for where in sorted({where for name in names for where, _ in find_affected(root, name)}):
        yield f"{root / FOLDER / where}: published numbers, which stay"


def _print_key(root: Path, arguments: argparse.Namespace) -> None:
    from readiness.running.pseudonym_key import KEYS, new_key

    version = find_version(root, arguments.name)
    path, name = new_key(root, version.name)
    print(
        f"{version.name}: key {name} written to {path} (mode 600).\n"
        "Keep a copy where the answers are not, and give it to nobody who has them. Who audits "
        f"needs none. Another folder for keys: {KEYS}."
    )


def _verify(root: Path, _: argparse.Namespace) -> None:
    faults = []
    name = max(map(len, read_versions(root)), default=0)
    for finding in verify(root):
        print(f"{finding.version:<{name}}  {finding.place:<{PLACE}}  {finding.state}", flush=True)
        faults += [finding] if finding.is_fault else []
    if faults:
        first = str(faults[0]).rstrip(".")
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise DataError(
            f"{first}{more}.\nAt {faults[0].where}: put a right copy there, remove one that is "
            "damaged, erased or of no version, or see to the remote; then verify again."
        )
