"""Scan a document for its printed figures and write the draft that `claims check` reads."""

import argparse
from dataclasses import asdict
from pathlib import Path

from readiness.ground.errors import ConfigError, DataError
from readiness.ground.files import write_atomically
from readiness.ground.terminal import print_json
from readiness.scanning.documents import read_document
from readiness.scanning.draft import write_draft, write_page
from readiness.scanning.pairing import scan


def scan_document(arguments: argparse.Namespace) -> None:
    """Print or write the draft of a document, and the page beside it."""
    path: Path = arguments.document
    for written in (arguments.out, arguments.html):
        if written is not None and written.exists() and written.samefile(path):
            raise ConfigError(f"{written}: is the document itself. Name another file to write.")
    blocks = read_document(path)
    try:
        found = scan(blocks)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    draft = write_draft(found, path.name)
    if arguments.html:
        write_atomically(arguments.html, write_page(found, draft, path.name))
    if arguments.json:
        print_json(
            {
                "language": found.language,
                "weighted": found.weighted,
                "figures": [asdict(figure) for figure in found.figures],
            }
        )
    elif arguments.out:
        write_atomically(arguments.out, draft)
        chosen = "" if found.language == "en" else f" --language {found.language}"
        print(
            f"{arguments.out}: a draft of {len(found.figures)} figures. Confirm its questions, "
            f"then: readiness claims check {arguments.out}{chosen}"
        )
    else:
        print(draft, end="")
