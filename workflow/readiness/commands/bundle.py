"""Pack a publication into one zip file that can be audited without network or git.

The zip file contains the publication, its data and the program, and is a valid RO-Crate. The same
folder always gives the same bytes. If data are restricted, state whether to include them.

Examples:
  readiness bundle jobs-2027-r1
  readiness bundle libraries-r1 --without-restricted --to libraries-r1.zip
"""

import argparse
from pathlib import Path

from readiness.ground.errors import ConfigError
from readiness.ground.files import write_atomically
from readiness.publications.ledger import find_publication, refuse_inside
from readiness.publications.outcome_texts import told_plainly
from readiness.running.outputs import add_force, check_output

BUNDLES = Path("results/bundles")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("id", metavar="ID", help="publication to pack")
    parser.add_argument(
        "--to", type=Path, metavar="FILE.zip", help=f"file to write (default: {BUNDLES}/ID.zip)"
    )
    add_force(parser)
    restricted = parser.add_mutually_exclusive_group()
    restricted.add_argument(
        "--without-restricted",
        dest="restricted",
        action="store_false",
        default=None,
        help="leave restricted data out of the zip",
    )
    restricted.add_argument(
        "--with-restricted",
        dest="restricted",
        action="store_true",
        default=None,
        help="put restricted data into the zip",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the zip, and print the publications and datasets in it and left out."""
    root = Path.cwd()
    find_publication(root, arguments.id)
    target = arguments.to or BUNDLES / f"{arguments.id}.zip"
    if target.suffix != ".zip":
        raise ConfigError(f"--to {target}: a bundle is a zip file. Give a name that ends in .zip.")
    refuse_inside(root, target)
    # The default file lies below results/ and is a result, which may be replaced.
    check_output(target, "--to", force=arguments.force or arguments.to is None, root=root)
    from readiness.publications.bundle.contents import describe_date, gather, left_out
    from readiness.publications.bundle.crate import bundle
    from readiness.publications.seal import sha256

    contents = gather(root, arguments.id, restricted=arguments.restricted)
    content = bundle(root, contents)
    write_atomically(target, content)
    print(
        f"{target}: {len(content)} bytes, sha256 {sha256(content)}\n"
        f"publications {', '.join(contents.publications)}; datasets: {len(contents.objects)}"
    )
    undated = [] if contents.date else [describe_date("")]
    for fact in (*map(left_out, contents.left_out), *undated):
        print(told_plainly(fact, "en"))
    return 0
