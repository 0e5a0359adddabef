"""Write what a program read in a document as the small file that `claims check` reads.

The file is a draft: it holds no verdict, and `# check:` stands where a person decides.
"""

import json
from collections.abc import Sequence
from html import escape

from readiness.forensics.arithmetic.figures import parse_figure
from readiness.forensics.arithmetic.sums import sum_to_whole
from readiness.ground.printable import one_line
from readiness.language.catalogue import direction
from readiness.scanning.documents import Block
from readiness.scanning.pairing import Scan, ScannedFigure

STYLE = (
    "body{display:grid;grid-template-columns:1fr 1fr;gap:2rem;font:1rem/1.5 serif;margin:2rem}"
    "pre{white-space:pre-wrap;direction:ltr;font-size:.8rem}mark.apart{background:#ddd}"
    "table,td{border:1px solid #999;border-collapse:collapse;padding:.2rem .5rem}"
)


def group_figures(figures: Sequence[ScannedFigure]) -> list[list[ScannedFigure]]:
    """Group the shares that are answers to one question: by a table, or by a sum of 100.

    Other figures of a sentence may be of different questions, and stand alone.
    """
    groups: dict[tuple[object, ...], list[ScannedFigure]] = {}
    for figure in figures:
        if not figure.apart:
            key = (figure.block if not _is_of_table(figure) else "", figure.question, figure.base)
            groups.setdefault((*key, figure.paired), []).append(figure)
    parted: list[list[ScannedFigure]] = []
    for group in groups.values():
        printed = [parse_figure(figure.value) for figure in group]
        whole = _is_of_table(group[0]) or sum_to_whole(printed).total.share == 1
        parted += [group] if whole else [[figure] for figure in group]
    return parted


def _is_of_table(figure: ScannedFigure) -> bool:
    return figure.place.startswith("table")


def write_draft(scan: Scan, name: str) -> str:
    """Return the draft: YAML with the figures, and comments on what a person decides.

    `name`: of the document.
    """
    lines = [
        "# A draft, read by a program, without a verdict. Compare each line with the document, and",
        "# write `confirmed: true` into each question that is read rightly.",
        "read_by: program",
        f"publisher: {_quote(name)}  # check: who published the figures",
        f"language: {scan.language}",
        f"weighted: {_quote(scan.weighted)}  # check: are the shares weighted? yes, no or unknown",
    ]
    groups = group_figures(scan.figures)
    lines.append("figures:" if groups else "figures: {}")
    names: set[str] = set()
    for group in groups:
        lines += _write_question(group, names)
    apart = [figure for figure in scan.figures if figure.apart]
    lines += ["# Not read as shares:"] if apart else []
    lines += [f"#   {figure.place}: {one_line(figure.words)} ({figure.apart})" for figure in apart]
    if scan.bases:
        lines.append("# Numbers of people that the document states:")
        lines += [f"#   {place}: {number}" for number, place in dict.fromkeys(scan.bases)]
    return "\n".join(lines) + "\n"


def _write_question(group: Sequence[ScannedFigure], names: set[str]) -> list[str]:
    first = group[0]
    lines = [f"  {_quote(_name_once(first.question, names))}:"]
    lines.append(f"    place: {_quote(first.place)}")
    if first.base is None:
        lines.append("    # check: of how many people? Write `base: NUMBER`.")
    else:
        carried = first.paired == "carried"
        note = "  # check: carried over from another place" if carried else ""
        lines += [f"    base: {first.base}{note}", f"    paired: {first.paired}"]
    if len(group) > 1:
        lines.append("    # check: are these answers to one question?")
    lines.append("    answers:")
    answers: set[str] = set()
    for figure in group:
        counted = "" if figure.count is None else f"  # printed count: {figure.count}"
        label = _name_once(figure.words, answers)
        lines.append(f"      {_quote(label)}: {_quote(figure.value)}{counted}")
    return lines


def _quote(text: str) -> str:
    # A JSON text is a YAML text.
    return json.dumps(one_line(text), ensure_ascii=False)


def _name_once(text: str, taken: set[str]) -> str:
    name, number = text, 2
    while name in taken:
        name, number = f"{text} ({number})", number + 1
    taken.add(name)
    return name


def write_page(scan: Scan, draft: str, name: str) -> str:
    """Return a page with the document's text, its figures marked, and the draft beside it."""
    by_block: dict[int, list[ScannedFigure]] = {}
    for figure in scan.figures:
        by_block.setdefault(figure.block, []).append(figure)
    marked = [
        f"<p>{_mark(block, by_block.get(number, []))}</p>"
        for number, block in enumerate(scan.blocks)
    ]
    return (
        f'<!doctype html>\n<html lang="{scan.language}"><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(name)}</title><style>{STYLE}</style>\n"
        f'<main dir="{direction(scan.language)}">{"".join(marked)}</main>\n'
        f"<pre>{escape(draft)}</pre></html>\n"
    )


def _mark(block: Block, figures: Sequence[ScannedFigure]) -> str:
    pieces, done = [], 0
    for figure in sorted(figures, key=lambda figure: figure.start):
        if figure.start < done:
            continue
        told = figure.apart or (f"{figure.base} ({figure.paired})" if figure.base else "?")
        kind = ' class="apart"' if figure.apart else ""
        pieces.append(escape(block.text[done : figure.start]))
        shown = escape(block.text[figure.start : figure.end])
        pieces.append(f'<mark{kind} title="{escape(told)}">{shown}</mark>')
        done = figure.end
    return "".join([*pieces, escape(block.text[done:])])
