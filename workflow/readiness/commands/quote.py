"""Name what each number of a text is of, among the numbers published here.

FILE is text, Markdown, HTML, DOCX or PDF. Each percentage and each number of people is compared
with the numbers of the publications: as published, rounded, of another group or question than its
words say, only as a limit, or not ours. No text is called right: a sentence can be wrong around a
number that is.

Examples:
  readiness quote release.docx
  readiness quote release.md --publication jobs-2027-r1
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

from readiness.ground.errors import ConfigError
from readiness.ground.printable import one_line
from readiness.ground.terminal import print_json
from readiness.publications.audit.numbers import ledger_rows
from readiness.publications.ledger import FOLDER, publication_ids, read_words_in
from readiness.publications.log import withdrawals
from readiness.publications.quoting import Quotation, Quoted, quote, read_published
from readiness.publications.trace import refuse_broken
from readiness.scanning.documents import read_document
from readiness.scanning.pairing import list_numbers, scan


@dataclass(frozen=True)
class _Line:
    place: str
    words: str
    found: Quotation


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="text whose numbers to name")
    parser.add_argument(
        "--publication", metavar="ID", help="publication to compare with, instead of all"
    )
    parser.add_argument("--json", action="store_true", help="print each number as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print what each number of the text is of; return 0."""
    root = Path.cwd()
    withdrawn = withdrawals(root)
    publications = [name for name in publication_ids(root) if name not in withdrawn]
    if arguments.publication:
        if arguments.publication not in publications:
            raise ConfigError(
                f"{arguments.publication}: no such publication; there are "
                f"{', '.join(publications) or 'none'}."
            )
        publications = [arguments.publication]
    if not publications:
        raise ConfigError("no publication here to compare with. Freeze one first.")
    refuse_broken(root, publications)
    found = scan(read_document(arguments.file))
    published = [
        number
        for name in publications
        for number in read_published(
            name,
            ledger_rows(root / FOLDER / name),
            read_words_in(root / FOLDER / name, found.language),
        )
    ]
    lines = [
        _Line(number.place, number.words, quote(*number.asked, published, is_share=number.is_share))
        for number in list_numbers(found)
    ]
    if arguments.json:
        print_json([_as_data(line) for line in lines])
        return 0
    for line in lines:
        print("\n".join(map(one_line, _describe(line))))
    counts = {how: sum(line.found.how is how for line in lines) for how in Quoted}
    print("; ".join(f"{how.value}: {count}" for how, count in counts.items()))
    return 0


def _describe(line: _Line) -> list[str]:
    found = line.found
    lines = [f"{line.place}: {line.words}", f"  {found.printed}: {found.how.value}"]
    lines += [f"    {number.words or 'number'}: {number.name}" for number in found.of]
    if found.nearest:
        nearest = found.nearest
        lines.append(f"    by its words: {nearest.words}: {nearest.shown}, {nearest.name}")
    return lines


def _as_data(line: _Line) -> dict[str, object]:
    found = line.found
    return {
        "place": line.place,
        "words": line.words,
        "printed": found.printed,
        "how": found.how.value,
        "of": [number.name for number in found.of],
        "nearest": found.nearest.name if found.nearest else None,
    }
