"""Check publications: the seal, the data, and whether every number can be recomputed.

  level 0   the seal; needs no data and no network
  level 1   also the data
  level 2   every number, recomputed in a scratch folder
  level 3   also charts and report

To audit somebody else's folder, such as an unpacked bundle, give its path before the IDs. The audit
runs no code from that folder. It names this program and the program that sealed the publication;
only the latter, installed separately, can also compare provenance records and pages. A report that
contains its authors' code runs only if you give its hash with --trust.

Exit codes: 0 valid, 1 a number differs, 2 could not check, 3 seal broken, 4 corrected by a later
publication. With several publications the most severe code counts, in the order 3, 1, 2, 4, 0.

Examples:
  readiness audit                                every publication here
  readiness audit jobs-2027-r1 --level 3         one of them, with charts and report
  readiness audit ../unpacked --html audit.html  somebody else's folder, with a page to print
"""

import argparse
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from readiness.ground.errors import ConfigError
from readiness.ground.facts import Fact, Listed
from readiness.ground.files import reading_once
from readiness.ground.terminal import print_json
from readiness.language import LANGUAGES, tell
from readiness.publications.audit.audit import audit, is_sealing
from readiness.publications.audit.model import NUMBERS, Audit, Changes, Terms
from readiness.publications.audit.present_changes import present_changes
from readiness.publications.ledger import FOLDER, find_publication, refuse_inside
from readiness.publications.log import (
    LOG,
    Log,
    check_listed,
    check_log,
    list_unbundled,
    listed_ids,
    read_log,
    read_seals,
    withdrawals,
)
from readiness.publications.outcome_texts import told_plainly
from readiness.publications.outcomes import COULD_NOT_CHECK, AuditFinding, most_severe
from readiness.publications.plans import check_plans
from readiness.publications.presenting.page import Subject, read_subject
from readiness.publications.presenting.terminal import audit_text, summary_text
from readiness.publications.releases import tell_program
from readiness.publications.scratch import is_tree, open_tree, perform_side_by_side
from readiness.publications.seal import DRAFT
from readiness.publications.signing_keys import public_keys
from readiness.running.outputs import add_force, check_output


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add = parser.add_argument
    add(
        "ids",
        nargs="*",
        metavar="ID",
        # A folder as a path, which is taken along when the command goes to a project's root.
        type=lambda word: Path(word) if is_tree(word) else word,
        help="publications to check (default: all), after the path of another folder if any",
    )
    add(
        "--level",
        type=int,
        choices=(0, 1, 2, 3),
        default=2,
        help="how much to check, from 0 (seal alone) to 3 (all) (default: 2)",
    )
    every = os.cpu_count() or 1
    add(
        "--cores",
        type=int,
        default=every,
        metavar="N",
        help="number of processor cores to use (default: all)",
    )
    add(
        "--language",
        choices=LANGUAGES,
        default="en",
        help="language of the output (default: en)",
    )
    add("--json", action="store_true", help="print every finding as JSON")
    add("--html", type=Path, metavar="FILE", help="write a page to read, or to print and sign")
    add_force(parser)
    add = parser.add_argument_group("somebody else's publication").add_argument
    add(
        "--key",
        type=Path,
        metavar="PUBLIC",
        action="append",
        default=[],
        help="public key (PEM) of somebody who must have signed the seal (repeatable)",
    )
    add(
        "--remote",
        metavar="ADDRESS",
        action="append",
        default=[],
        type=lambda word: word if "://" in word else Path(word),
        help="folder or URL from which data may be read (repeatable)",
    )
    add(
        "--code",
        choices=("today", "frozen"),
        default="today",
        help="frozen: also print which program to install for the sealed code (default: today)",
    )
    add(
        "--trust",
        metavar="HASH",
        action="append",
        default=[],
        help="hash of a sealed report whose code you have read and allow to run (repeatable)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Audit publications and print the results; return the most severe exit code."""
    folders = [argument for argument in arguments.ids if isinstance(argument, Path)]
    if folders and folders != arguments.ids[:1]:
        raise ConfigError(
            f"{folders[-1]} is a folder after an id. Name the folder to audit first, then the ids."
        )
    tree_root = arguments.ids.pop(0) if folders else Path.cwd()
    with open_tree(tree_root, arguments.remote) as foreign:
        return _run(tree_root, Terms(foreign, tuple(arguments.trust)), arguments)


def _run(root: Path, terms: Terms, arguments: argparse.Namespace) -> int:
    """Audit the publications below `root`, and print or write the results."""
    sealed_ids, absence_notes = _separate_unbundled(root)
    withdrawn_ids = withdrawals(root)
    for name in [name for name in arguments.ids if name not in {*sealed_ids, *withdrawn_ids}]:
        find_publication(root, name)
    log = read_log(root)
    faults = [*check_log(log), *check_plans(root, log, own=terms.foreign is None)]
    if not sealed_ids and not withdrawn_ids and not faults:
        raise ConfigError(
            f"{FOLDER}: this folder contains no publication. Name a folder that has publications/."
        )
    if arguments.html:
        refuse_inside(root, arguments.html)
        check_output(arguments.html, "--html", force=arguments.force, root=root)
    audits: list[Audit] = []
    subjects: dict[str, Subject] = {}
    public_keys(arguments.key)
    superseded_notes = _find_superseded(root)
    # An audit of all publications has a separate entry for the log.
    about_log = Fact("language.labelled", {"label": str(LOG), "what": log.fault or ""})
    shared_notes = [about_log] if log.fault and arguments.ids else []
    shared_notes += [] if arguments.ids else absence_notes
    names = arguments.ids or ([*sealed_ids, str(LOG)] if faults else sealed_ids)
    # The log of a bundle lists publications that the bundle leaves out: a note names them.
    for name in arguments.ids or ([] if absence_notes else withdrawn_ids):
        if name in withdrawn_ids and name not in sealed_ids:
            # Standard output may be JSON.
            print(told_plainly(withdrawn_ids[name], arguments.language), file=sys.stderr)
    names = [name for name in names if name in sealed_ids or name not in withdrawn_ids]
    if arguments.code == "frozen":
        _say_what_to_install(root, names, terms)
    if not names:
        return COULD_NOT_CHECK
    notes = {
        name: [
            *superseded_notes.get(name, ()),
            *([withdrawn_ids[name]] if name in withdrawn_ids else ()),
            *shared_notes,
        ]
        for name in names
    }
    judge = partial(_judge, root, terms, arguments, log, faults, notes)
    cores = max(1, min(len(names), arguments.cores)) if arguments.level >= NUMBERS else 1
    for result, subject in perform_side_by_side(judge, names, cores):
        audits.append(result)
        if subject:
            subjects[result.identity] = subject
        if not arguments.json:
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
            sys.stdout.write(audit_text(result, arguments.language, width))
            sys.stdout.flush()
    if arguments.json:
        print_json([result.as_record() for result in audits])
    elif len(audits) > 1:
        sys.stdout.write(summary_text(audits, arguments.language))
    if arguments.html:
        from readiness.ground.files import write_atomically
        from readiness.publications.presenting.page import audit_page

        write_atomically(arguments.html, audit_page(audits, subjects, arguments.language))
        # Standard output may be JSON.
        print(f"{arguments.html}: written", file=sys.stderr)
    return most_severe(result.exit_code for result in audits)


def _separate_unbundled(root: Path) -> tuple[list[str], list[Fact]]:
    """Return the ids to audit where none is given, and a note on those that a bundle leaves out."""
    absent_ids = list_unbundled(root)
    present_ids = [name for name in listed_ids(root) if name not in absent_ids]
    names = Listed(tuple(absent_ids), "and")
    return present_ids, [Fact("audit.log.unbundled", {"names": names})] if absent_ids else []


def _say_what_to_install(root: Path, names: Sequence[str], terms: Terms) -> None:
    """Print which program to install for the sealed code, one line a publication."""
    seals = read_seals(root)
    for name in names:
        if sealed := seals.get(name):
            same = is_sealing(root, sealed, terms)
            print(
                f"{name}: {tell(tell_program(sealed, same=same), 'en')}",
                file=sys.stderr,
            )


def _judge(
    root: Path,
    terms: Terms,
    arguments: argparse.Namespace,
    log: Log,
    faults: Sequence[AuditFinding],
    notes: Mapping[str, Sequence[Fact]],
    name: str,
) -> tuple[Audit, Subject | None]:
    """Audit one publication, or list the faults of the log; read what a page shows of it."""
    # Judge, print and draw the same bytes.
    with reading_once(root / FOLDER / name):
        if name == str(LOG):
            result = Audit(name, arguments.level, {}, Changes(), tuple(faults))
        else:
            result = audit(
                root,
                name,
                arguments.level,
                changes=present_changes(
                    root,
                    name,
                    environment=arguments.level >= NUMBERS,
                    foreign=terms.foreign is not None,
                ),
                notes=notes[name],
                listed=check_listed(root, name, log),
                list_numbers=bool(arguments.json or arguments.html),
                keys=public_keys(arguments.key),
                terms=terms,
            )
        return result, read_subject(root, name) if arguments.html else None


def _find_superseded(root: Path) -> dict[str, list[Fact]]:
    """Return notes on publications that another one supersedes, by the superseded id.

    A note names the successor and its erratum; a further one says where the successor names another
    seal than the present one.
    """
    seals = read_seals(root)
    notes: dict[str, list[Fact]] = {}
    for successor, sealed in seals.items():
        predecessor = sealed.get("supersedes")
        if isinstance(predecessor, dict):
            predecessor_notes = notes.setdefault(str(predecessor.get("id")), [])
            draft, erratum = sealed["status"] == DRAFT, sealed.get("erratum")
            kind = "audit.note.successor" if draft else "audit.note.superseded"
            note = Fact(kind, {"other": successor})
            predecessor_notes.append(
                Fact("language.labelled", {"label": note, "what": str(erratum)})
                if erratum
                else note
            )
            current_seal = seals.get(str(predecessor.get("id")))
            if current_seal and predecessor.get("digest") != current_seal["digest"]:
                predecessor_notes.append(Fact("audit.note.other_seal", {"other": successor}))
    return notes
