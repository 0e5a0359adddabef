"""Level 3: charts, tables and the report made again and held against what was sealed.

The same bytes are the same. Other bytes from the same code in the same environment differ. From
other code or in another environment a page is held to what it says: its text and numbers, without
the names of hashes; a picture that says the same was not checked further.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from readiness.bounded import read_yaml_text
from readiness.errors import DataError
from readiness.files import files_below, read_file
from readiness.publications.archive import ARCHIVE
from readiness.publications.attacker import ATTACK, attack
from readiness.publications.audit.rerun import Rerun
from readiness.publications.environment import ENVIRONMENT
from readiness.publications.figure_tables import figure_tables
from readiness.publications.ledger import CONFIG, DATASETS, INPUTS
from readiness.publications.outcomes import Finding, Outcome
from readiness.publications.seal import ATTESTATIONS, LEDGER, SEAL, VALUES, WITHHELD
from readiness.tables import to_csv

SAME = "the same bytes"
BESIDE = {
    SEAL, ATTESTATIONS, WITHHELD, VALUES, LEDGER, CONFIG, DATASETS, INPUTS, ENVIRONMENT, ARCHIVE,
    "README.md", "CITATION.cff", "codecheck.yml",
}  # fmt: skip
"""What a publication holds beside its charts, tables and pages; other levels hold it to account, or
nothing recomputes it. Any further file is one that no run makes."""
QUOTED = 80
"""How much of a text is quoted, around the first letter that differs."""


def check_report(folder: Path, again: Rerun, *, same_makers: bool) -> Iterator[Finding]:
    """One finding a chart, table and report of the publication in `folder`.

    `same_makers`: whether code and environment are the sealed ones.
    """
    made = {
        f"charts/{path.name}": read_file(path)
        for path in again.folders["draw"].iterdir()
        if path.suffix in (".svg", ".txt")
    }
    for name, table in figure_tables(again.figures).items():
        made[f"tables/{name}.csv"] = to_csv(table).encode()
    for name in ("report.html", "report.pdf"):
        made[name] = read_file(again.folders["report"] / name)
    minimum = _minimum_base(folder)
    if minimum is not None:
        made[ATTACK] = to_csv(attack(again.figures, minimum)).encode()
    kept = {path.relative_to(folder).as_posix(): path for path in files_below(folder)}
    kept = {n: path for n, path in kept.items() if n not in BESIDE and not n.startswith("lineage/")}
    for name in sorted(made.keys() | kept.keys()):
        if name not in made:
            yield Finding(name, Outcome.DIFFERS, "is no longer made")
        elif name not in kept:
            yield Finding(name, Outcome.DIFFERS, "was not published")
        else:
            yield _compare(name, read_file(kept[name]), made[name], same_makers)


def _minimum_base(folder: Path) -> int | None:
    """The smallest base of a wave that is published; None for a study, which publishes no shares
    of its own."""
    # Read as it stands: the configuration's own code may be older than today's.
    try:
        waves = list(read_yaml_text(read_file(folder / CONFIG)).get("waves", {}).values())
        return int(waves[0]["figures"]["minimum_base"]) if waves else None
    except (ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError):
        raise DataError(f"{folder / CONFIG}: figures.minimum_base cannot be read") from None


def _compare(name: str, published: bytes, made: bytes, same_makers: bool) -> Finding:
    if published == made:
        return Finding(name, Outcome.REPRODUCED, SAME)
    kind = name.rpartition(".")[2]
    if kind == "pdf" and not same_makers:
        return Finding(name, Outcome.NOT_CHECKED, "other bytes, from other code or environment")
    if kind in ("html", "svg"):
        change = said_otherwise(kind, published, made)
        if change:
            return Finding(name, Outcome.DIFFERS, change)
        if not same_makers:
            outcome = Outcome.REPRODUCED if kind == "html" else Outcome.NOT_CHECKED
            return Finding(name, outcome, "the same text and numbers, other bytes")
    return Finding(name, Outcome.DIFFERS, "other bytes")


def said_otherwise(kind: str, published: bytes, made: bytes) -> str:
    """The first thing that two pages (`html`) or pictures (`svg`) do not say alike; "" for none."""
    before, after = (_said(kind, content) for content in (published, made))
    return _first_change(before, after) if before != after else ""


def _said(kind: str, content: bytes) -> list[str]:
    """The texts of a page or picture, in order, without hashes and the renderer's name.

    A picture draws its letters as paths; what they say stands in a comment before each.
    """
    from selectolax.lexbor import LexborHTMLParser

    if kind == "svg":
        return re.findall(r"<!-- (.*?) -->", content.decode("utf-8", "replace"))
    tree = LexborHTMLParser(content.decode("utf-8", "replace"))
    for node in tree.css(".prov, style, script, svg"):
        node.decompose()
    root = tree.root
    texts = re.split(r"[\n\r]+", root.text(deep=True, separator="\n")) if root else []
    return [text for text in (" ".join(line.split()) for line in texts) if text]


def _first_change(before: list[str], after: list[str]) -> str:
    for old, new in zip(before, after, strict=False):
        if old != new:
            at = next(
                (k for k, (x, y) in enumerate(zip(old, new, strict=False)) if x != y),
                min(len(old), len(new)),
            )
            start = max(0, at - QUOTED // 2)
            return f"“{old[start : start + QUOTED]}” became “{new[start : start + QUOTED]}”"
    longer = before if len(before) > len(after) else after
    change = "is gone" if longer is before else "was added"
    return f"“{longer[min(len(before), len(after))][:QUOTED]}” {change}"
